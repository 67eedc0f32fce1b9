"""A workbook with macros: functions that need no import, and buttons."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Final

from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.config_sheet import write_config_sheet
from xlmargin.hosts.classic.vba_project import MACROS, modules, vba_project
from xlmargin.workbooks.xlsx_writer import Workbook

BUTTONS: Final = (
    ("Import", "XlmImport"), ("Snapshot", "XlmSnapshot"), ("Reconcile", "XlmReconcile"),
    ("Report", "XlmReport"), ("Run all", "XlmRunAll"), ("Undo", "XlmUndo"),
    ("Refresh", "XlmRefresh"), ("Check", "XlmCheck"), ("Settings", "XlmSettings"),
)  # fmt: skip
"""What each button says, and the macro that it runs."""

_WIDTH, _HEIGHT, _GAP = 96, 26, 8
_IN_A_ROW: Final = 3
_FIRST_COLUMN: Final = 14
"""Where the buttons stand on the first sheet, at the right of what is printed; pixels."""


def add_macros(workbook: Workbook, functions: Iterable[WorksheetFunction]) -> None:
    """Give a workbook in the making the functions and macros in VBA; it is to be an .xlsm.

    To be called when all its other sheets are there.
    """
    first = workbook.worksheets()[0]
    for i, (caption, macro) in enumerate(BUTTONS):
        row, column = divmod(i, _IN_A_ROW)
        placed = {"x_offset": column * (_WIDTH + _GAP), "y_offset": 4 + row * (_HEIGHT + _GAP)}
        size = {"width": _WIDTH, "height": _HEIGHT}
        first.insert_button(
            0, _FIRST_COLUMN, {"caption": caption, "macro": macro, **size, **placed}
        )
    write_config_sheet(workbook, hidden=True)
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
