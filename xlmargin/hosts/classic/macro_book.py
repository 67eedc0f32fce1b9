"""A workbook with macros: functions that need no import, buttons, and two sheets beside them.

One is that from which xlwings learns where Python is and what it may load. It says something of
every setting that xlwings asks for on Windows, if only that it is empty: what is not on the sheet,
xlwings would read from a file beside the workbook, and run the Python named there. For the same
reason the workbook's folder is not searched for Python code. The other tells the functions with
their arguments, which the button Help shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import PurePath
from typing import Final

from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.help import EXAMPLES, usage
from xlmargin.hosts.classic.vba_project import MACROS, modules, vba_project
from xlmargin.hosts.classic.wrappers import PYTHON_MODULE
from xlmargin.workbooks.xlsx_writer import Workbook

SHEET: Final = "xlwings.conf"
INTERPRETER: Final = "INTERPRETER_WIN"

COMMON: Final[Mapping[str, str]] = {
    "UDF MODULES": PYTHON_MODULE,
    "USE UDF SERVER": "True",
    "ADD_WORKBOOK_TO_PYTHONPATH": "False",
    "SHOW CONSOLE": "False",
    "SHOW_ERROR_POPUPS": "True",
    "DEBUG UDFS": "False",
    "TEMP DIR": "%TEMP%",
    INTERPRETER: "",
    "PYTHONPATH": "",
    "INTERPRETER": "",
    "CONDA PATH": "",
    "CONDA ENV": "",
    "LICENSE_KEY": "",
    "ONEDRIVE_CONSUMER_WIN": "",
    "ONEDRIVE_COMMERCIAL_WIN": "",
    "SHAREPOINT_WIN": "",
}
"""What holds on every machine; buttons use the Python process that the functions use. A workbook
with macros asks the installed add-in for the Python when it is opened."""


def python_of(interpreter: PurePath, code: PurePath) -> dict[str, str]:
    """The settings that name a Python, and the folder of its code, which is searched first."""
    return {INTERPRETER: str(interpreter), "PYTHONPATH": str(code)}


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


HELP_SHEET: Final = "Help"


def write_help_sheet(workbook: Workbook, functions: Iterable[WorksheetFunction]) -> None:
    """A block a function: how it is called, what it answers, each argument, an example."""
    sheet = workbook.add_worksheet(HELP_SHEET)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 120)
    bold = workbook.add_format({"bold": True})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, "The functions of xlmargin", workbook.add_format({"font_size": 16}))
    sheet.write_string(1, 0, "Arguments in brackets may be left out.")
    row = 3
    for function in functions:
        sheet.write_string(row, 0, usage(function), bold)
        for name, text in _lines(function):
            row += 1
            sheet.write_string(row, 0, f"    {name}", wrapped)
            sheet.write_string(row, 1, text, wrapped)
        row += 2
    sheet.freeze_panes(3, 0)


def _lines(function: WorksheetFunction) -> Iterator[tuple[str, str]]:
    """What is said of a function: its answer, its arguments, an example as a text."""
    yield "answers", function.doc
    yield from ((argument.name, argument.doc) for argument in function.arguments)
    if example := EXAMPLES.get(function.name):
        yield "example", example.formula(function.name)


BUTTONS: Final = (("Refresh", "XlmRefresh"), ("Check", "XlmCheck"), ("Report", "XlmReport"))
"""What each button says, and the macro that it runs."""

_WIDTH, _HEIGHT, _GAP = 96, 26, 8
_FIRST_COLUMN: Final = 4
"""Where the buttons stand in the first row of the first sheet, right of its title; pixels."""


def add_macros(workbook: Workbook, functions: Iterable[WorksheetFunction]) -> None:
    """Give a workbook in the making the functions and macros in VBA; it is to be an .xlsm.

    To be called when all its other sheets are there.
    """
    first = workbook.worksheets()[0]
    for i, (caption, macro) in enumerate(BUTTONS):
        placed = {"x_offset": 4 + i * (_WIDTH + _GAP), "y_offset": 4}
        size = {"width": _WIDTH, "height": _HEIGHT}
        first.insert_button(
            0, _FIRST_COLUMN, {"caption": caption, "macro": macro, **size, **placed}
        )
    write_config_sheet(workbook, COMMON, hidden=True)
    attach(workbook, functions, (MACROS,))


def attach(
    workbook: Workbook, functions: Iterable[WorksheetFunction], macros: Iterable[str]
) -> None:
    """Attach the VBA project of a workbook whose sheets are all there, and name them as it does."""
    sheets = workbook.worksheets()
    project = vba_project(modules(functions, macros), len(sheets))
    workbook.add_vba_project(BytesIO(project), is_stream=True)
    workbook.set_vba_name("ThisWorkbook")
    for i, sheet in enumerate(sheets, start=1):
        sheet.set_vba_name(f"Sheet{i}")
