"""The sheet of all functions with their arguments, which the button Help shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.xlsx_writer import Workbook

SHEET: Final = "Help"


def write_help_sheet(workbook: Workbook, functions: Iterable[WorksheetFunction]) -> None:
    """A block a function: how it is called, what it answers, what each argument is."""
    sheet = workbook.add_worksheet(SHEET)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 120)
    bold = workbook.add_format({"bold": True})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, "The functions of xlmargin", workbook.add_format({"font_size": 16}))
    sheet.write_string(1, 0, "Arguments in brackets may be left out.")
    row = 3
    for function in functions:
        sheet.write_string(row, 0, _call(function), bold)
        sheet.write_string(row + 1, 1, function.doc, wrapped)
        row += 2
        for argument in function.arguments:
            sheet.write_string(row, 0, f"    {argument.name}", wrapped)
            sheet.write_string(row, 1, argument.doc, wrapped)
            row += 1
        row += 1
    sheet.freeze_panes(3, 0)


def _call(function: WorksheetFunction) -> str:
    """How the function is called, such as PM_REQUIREMENT(positions, [market])."""
    shown = [f"[{a.name}]" if a.optional else a.name for a in function.arguments]
    return f"{function.name}({', '.join(shown)})"
