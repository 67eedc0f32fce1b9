"""The sheet of all functions with their arguments, which the button Help shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.help import EXAMPLES, usage
from xlmargin.workbooks.xlsx_writer import Workbook

SHEET: Final = "Help"


def write_help_sheet(workbook: Workbook, functions: Iterable[WorksheetFunction]) -> None:
    """A block a function: how it is called, what it answers, each argument, an example."""
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
