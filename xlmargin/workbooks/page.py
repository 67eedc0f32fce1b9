"""A page of the workbook: a title, live formulas with their answers, and how it prints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from xlmargin.workbooks.live_formulas import REFUSED, Answers, Call, Rows, Value
from xlmargin.workbooks.look import GAIN, LOSS, NAVY, WHITE, Look
from xlmargin.workbooks.xlsx_writer import Chart, Format, Worksheet

LAST_ROW: Final = 1_048_575
ROOM: Final = 500
"""Rows below an answer that are formatted too, for a book that grows."""

_LOOKED_AT: Final = 2_000
"""Rows in which a refusal is marked."""
_LETTER: Final = 1
_LETTERS: Final = 1.15
"""Letters of a text that fit into a unit of a column's width, which is that of a figure."""
_LINE: Final = 13.5
"""Height of a line of text, in points."""
_MARGINS: Final = {"left": 0.5, "right": 0.5, "top": 0.75, "bottom": 0.75}


class Host(StrEnum):
    """The program that a workbook is written for.

    LibreOffice forgets the answers of array formulas with functions that it does not know, but
    keeps those of ordinary ones: there only the first cell of an answer holds the formula.
    """

    EXCEL = "excel"
    LIBREOFFICE = "libreoffice"


def width_of(columns: Sequence[float]) -> int:
    """Width of columns in pixels, for a chart that is to reach as far as a table."""
    return round(sum(7 * width + 5 for width in columns))


class Page:
    """One sheet of answers; rows and columns count from 0."""

    def __init__(self, sheet: Worksheet, look: Look, answers: Answers, host: Host) -> None:
        self.sheet, self.look = sheet, look
        self._answers, self._host = answers, host

    def title(self, title: str, note: str = "") -> None:
        """The title in the first row and a note on what the page shows in the second."""
        self.sheet.set_row(0, 26)
        self.text(0, 0, title, "title")
        self.text(1, 0, note, "note")

    def text(self, row: int, column: int, text: str, style: str = "body") -> None:
        """Text, which is never taken for a formula, a number or a link."""
        self.sheet.write_string(row, column, text, self.look(style))

    def section(self, row: int, title: str, columns: int, note: str = "") -> None:
        """The title of a section over some columns, with a note behind it."""
        for column in range(columns):
            self.sheet.write_blank(row, column, None, self.look("section"))
        self.text(row, 0, f"{title}   {note}" if note else title, "section")

    def columns(self, widths: Sequence[float], numbers: Sequence[str]) -> None:
        """Widths of the columns, and the kind of quantity that fills each; the last one repeats."""
        for column, width in enumerate(widths):
            number = numbers[min(column, len(numbers) - 1)]
            self.sheet.set_column(column, column, width, self.look("column", number))

    def answer(
        self,
        row: int,
        column: int,
        call: Call,
        numbers: Sequence[str],
        *,
        heading: str | None = "plain",
        style: str = "body",
    ) -> Rows:
        """A live formula and its answer, each column in its kind of quantity; the last one repeats.

        `heading` is the kind of quantity of the headings; None where the answer has none.
        """
        rows = self._answers.rows(call)
        last = (row + len(rows) - 1, column + len(rows[0]) - 1)
        for i, cells in enumerate(rows):
            for j, value in enumerate(cells):
                number = numbers[min(j, len(numbers) - 1)]
                if i == 0 and heading is not None:
                    shown = self.look("text_heading" if number == "text" else "heading", heading)
                else:
                    shown = self.look(style, number)
                if i == j == 0:
                    self._formula(row, column, *last, call.formula, shown, value)
                else:
                    self._cached(row + i, column + j, value, shown)
        if heading is not None:
            self.sheet.set_row(row, 30)
        return rows

    def formula(
        self, row: int, column: int, formula: str, value: Value, style: str, number: str
    ) -> None:
        """A live formula with one value, which may take a worksheet function's answer apart."""
        self._formula(row, column, row, column, formula, self.look(style, number), value)

    def _formula(
        self,
        row: int,
        column: int,
        to_row: int,
        to_column: int,
        formula: str,
        shown: Format,
        value: Value,
    ) -> None:
        if self._host is Host.EXCEL:
            self.sheet.write_dynamic_array_formula(
                row, column, to_row, to_column, f"={formula}", shown, value
            )
        else:
            self.sheet.write_formula(row, column, f"={formula}", shown, value)

    def _cached(self, row: int, column: int, value: Value, shown: Format) -> None:
        """What the answer of a formula puts into another cell than the formula's own."""
        if isinstance(value, bool):
            self.sheet.write_boolean(row, column, value, shown)
        elif isinstance(value, float):
            self.sheet.write_number(row, column, value, shown)
        elif value:
            self.sheet.write_string(row, column, value, shown)
        else:
            self.sheet.write_blank(row, column, None, shown)

    def fit(self, row: int, rows: Rows, widths: Sequence[float]) -> None:
        """Rows as high as the lines that their longest text takes in columns of these widths."""
        for i, cells in enumerate(rows):
            lines = max(
                math.ceil(len(cell) / (_LETTERS * width)) if isinstance(cell, str) and cell else 1
                for cell, width in zip(cells, widths, strict=False)
            )
            self.sheet.set_row(row + i, lines * _LINE)

    def heat(self, row: int, column: int, to_row: int, to_column: int) -> None:
        """A heat map of gains and losses, white at nothing."""
        scale = {
            "type": "3_color_scale", "min_color": LOSS, "mid_color": WHITE, "max_color": GAIN,
            "mid_type": "num", "mid_value": 0,
        }  # fmt: skip
        self.sheet.conditional_format(row, column, to_row, to_column, scale)

    def chart(self, row: int, column: int, chart: Chart, title: str, says: str) -> None:
        """A chart at a cell, with its title and what it says in words."""
        name_font = {"name": "Arial", "size": 11, "bold": True, "color": NAVY}
        chart.set_title({"name": title, "name_font": name_font, "overlay": False})
        chart.set_chartarea({"border": {"none": True}})
        placed = {"object_position": 2, "description": says}
        self.sheet.insert_chart(row, column, chart, placed)

    def prints(
        self, columns: int, stamp: str, *, repeat: int | None = None, portrait: bool = False
    ) -> None:
        """Printed over the width of one page, with the stamp below; refusals are marked."""
        sheet = self.sheet
        sheet.set_paper(_LETTER)
        if not portrait:
            sheet.set_landscape()
        sheet.set_margins(**_MARGINS)
        sheet.fit_to_pages(1, 0)
        sheet.print_area(0, 0, LAST_ROW, columns - 1)
        if repeat is not None:
            sheet.repeat_rows(repeat)
        refused = {
            "type": "text", "criteria": "begins with", "value": REFUSED,
            "format": self.look.mark(bg_color=LOSS),
        }  # fmt: skip
        sheet.conditional_format(0, 0, _LOOKED_AT, columns - 1, refused)
        sheet.set_header('&L&"Arial,Bold"&9Portfolio margin&R&"Arial"&9&A')
        sheet.set_footer(f'&L&"Arial"&8{stamp.replace("&", "&&")}&R&"Arial"&8Page &P of &N')

    def protect(self) -> None:
        """Formulas cannot be overtyped by accident; there is no password."""
        allowed = {"format_columns": True, "format_rows": True, "select_locked_cells": True}
        self.sheet.protect("", allowed)
