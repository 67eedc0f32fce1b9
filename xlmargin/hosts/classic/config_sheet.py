"""The sheet from which xlwings learns where Python is and what it may load.

It says something of every setting that xlwings asks for on Windows, if only that it is empty: what
is not on the sheet, xlwings would read from a file beside the workbook, and run the Python named
there. For the same reason the workbook's folder is not searched for Python code.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

from xlmargin.hosts.classic.wrappers import PYTHON_MODULE
from xlmargin.workbooks.xlsx_writer import Workbook

SHEET: Final = "xlwings.conf"
INTERPRETER: Final = "INTERPRETER_WIN"
CODE: Final = "PYTHONPATH"
SERVED: Final = "DEBUG UDFS"
"""Whether a Python that runs already answers; else Excel starts one."""

ENVIRONMENT: Final = r"%LOCALAPPDATA%\xlmargin\python"
"""The virtual environment on every machine; xlwings puts in the folder of the user."""

COMMON: Final[Mapping[str, str]] = {
    "UDF MODULES": PYTHON_MODULE,
    "USE UDF SERVER": "True",
    "ADD_WORKBOOK_TO_PYTHONPATH": "False",
    "SHOW CONSOLE": "False",
    "SHOW_ERROR_POPUPS": "True",
    SERVED: "False",
    "TEMP DIR": "%TEMP%",
    INTERPRETER: rf"{ENVIRONMENT}\Scripts\python.exe",
    CODE: rf"{ENVIRONMENT}\Lib\site-packages",
    "INTERPRETER": "",
    "CONDA PATH": "",
    "CONDA ENV": "",
    "LICENSE_KEY": "",
    "ONEDRIVE_CONSUMER_WIN": "",
    "ONEDRIVE_COMMERCIAL_WIN": "",
    "SHAREPOINT_WIN": "",
}
"""What holds on every machine; buttons use the Python process that the functions use."""


def python_of(interpreter: PurePath, code: PurePath) -> dict[str, str]:
    """The settings that name a Python, and the folder of its code, which is searched first."""
    return {INTERPRETER: str(interpreter), CODE: str(code)}


def write_config_sheet(workbook: Workbook, hidden: bool) -> None:
    """Write the settings, name and value, from the first cell on: so xlwings reads them."""
    sheet = workbook.add_worksheet(SHEET)
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 80)
    for row, (name, value) in enumerate(COMMON.items()):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, value)
    if hidden:
        sheet.hide()
