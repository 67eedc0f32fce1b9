"""The sheet from which xlwings learns where Python is and what it may load.

Nothing that lies beside a workbook is run: its folder is not searched for Python code. Where the
sheet says nothing of a Python, the user's own file of settings does, which `xlmargin install`
writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

from xlmargin.hosts.classic.wrappers import PYTHON_MODULE
from xlmargin.hosts.classic.xlsx_writer import Workbook

SHEET: Final = "xlwings.conf"

COMMON: Final[Mapping[str, str]] = {
    "UDF MODULES": PYTHON_MODULE,
    "USE UDF SERVER": "True",
    "ADD_WORKBOOK_TO_PYTHONPATH": "False",
    "SHOW CONSOLE": "False",
}
"""What holds on every machine; buttons use the Python process that the functions use."""


def python_of(interpreter: PurePath, code: PurePath) -> dict[str, str]:
    """The settings that name a Python, and the folder of its code, which is searched first.

    A Python of conda that other settings may name is named away.
    """
    return {
        "INTERPRETER_WIN": str(interpreter),
        "PYTHONPATH": str(code),
        "CONDA PATH": "",
        "CONDA ENV": "",
    }


def write_config_sheet(workbook: Workbook, settings: Mapping[str, str], hidden: bool) -> None:
    """Write the settings, name and value, from the first cell on: so xlwings reads them."""
    sheet = workbook.add_worksheet(SHEET)
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 80)
    for row, (name, value) in enumerate(settings.items()):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, value)
    if hidden:
        sheet.hide()
