"""A page of the workbook: a title, answers, charts, and how it prints."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Final

from xlmargin.workbooks.formulas_sheet import (
    NO_VALUE,
    NONE,
    FormulasSheet,
    Placed,
    or_not_available,
)
from xlmargin.workbooks.growth import Shown, said_of_growth
from xlmargin.workbooks.live_formulas import REFUSED, Call, Rows, Value
from xlmargin.workbooks.look import GAIN, LOSS, NAVY, RULE_LINE, WHITE, Look
from xlmargin.workbooks.printed import ROW, Paper
from xlmargin.workbooks.xlsx_writer import (
    NO_TEXT,
    Chart,
    Format,
    Worksheet,
    xl_col_to_name,
    xl_range,
)

MAY_LACK: Final = frozenset({"percent", "ratio"})
"""Kinds of quantity of which there may be none, where it would be a share of nothing."""
LAST_ROW: Final = 1_048_575
SPARE: Final = 20
"""Rows below an answer that stay blank until it grows into them."""

_HEADING_LINE: Final = 17.0
"""Height of a line of headings, in points."""
_LOOKED_AT: Final = 2_000
"""Rows in which a refusal is marked."""
_LETTERS: Final = 1.2
"""Letters of a text that fit into a unit of a column's width, which is that of a figure."""
_PIXELS: Final = 18
"""Height of a usual row, in pixels."""


class Page:
    """One sheet; rows and columns count from 0."""

    def __init__(self, sheet: Worksheet, look: Look, formulas: FormulasSheet) -> None:
        self.sheet, self.look = sheet, look
        self._formulas = formulas
        self._widths: Sequence[float] = ()
        self._heights: dict[int, float] = {}
        self._sections: set[int] = set()
        self._growing: list[Shown] = []
        self._breaks: set[int] = set()
        self._last = self._last_spare = 0

    def title(self, title: str, *notes: str) -> None:
        """The title in the first row and below it notes on what the page shows."""
        self.height(0, 26)
        self.text(0, 0, title, "title")
        for i, note in enumerate(notes, start=1):
            self.text(i, 0, note, "note")

    def text(self, row: int, column: int, text: str, style: str = "body") -> None:
        """Text, which is never taken for a formula, a number or a link."""
        self.sheet.write_string(row, column, text, self.look(style))
        self.reaches(row)

    def height(self, row: int, points: float) -> None:
        """The height of a row."""
        self.sheet.set_row(row, points)
        self._heights[row] = points

    def reaches(self, row: int) -> None:
        """The page is in use down to this row at least."""
        self._last = max(self._last, row)

    def breaks_before(self, row: int) -> None:
        """A new sheet of paper begins with this row."""
        self._breaks.add(row)

    def section(self, row: int, title: str, columns: int, note: str = "") -> None:
        """The title of a section over some columns, with a note behind it."""
        for column in range(columns):
            self.sheet.write_blank(row, column, None, self.look("section"))
        self.text(row, 0, f"{title}   {note}" if note else title, "section")
        self._sections.add(row)

    def columns(self, widths: Sequence[float], numbers: Sequence[str] = ("plain",)) -> None:
        """Widths of the columns, and the kind of quantity that fills each; the last one repeats."""
        self._widths = widths
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
        spare: int = 0,
        told: int | None = None,
        leaving_out: Sequence[int] = (),
        most: int | None = None,
    ) -> Rows:
        """An answer cell by cell, each column in its kind of quantity; the last one repeats.

        `heading` is the kind of quantity of the headings; None where the answer has none. Below
        stand `spare` rows for an answer that grows; where it outgrows them the row above says so,
        or the row `told`. Answers the rows shown, the first `most` of them at most, without the
        columns left out.
        """
        placed = self._formulas.placed(call, numbers, heading)
        columns = [j for j in range(placed.width) if j not in leaving_out]
        rows = len(placed.rows[:most])
        for i in range(rows + spare):
            for at, j in enumerate(columns, start=column):
                number = numbers[min(j, len(numbers) - 1)]
                if i == 0 and heading is not None:
                    shown = self._heading(number, heading)
                elif i < rows:
                    shown = self.look(style, number)
                else:
                    shown = self.look("column" if style == "body" else "paragraph", number)
                self._cell(row + i, at, placed, (i, j), number, shown)
        self.reaches(row + rows - 1)
        if heading is not None:
            self.height(row, _HEADING_LINE * self._heading_lines(placed.rows[0], column))
        if spare:
            last = column + len(columns) - 1
            self._growing.append(
                Shown(placed, row, column, last, rows + spare, row - 1 if told is None else told)
            )
            self._last_spare = max(self._last_spare, row + rows + spare - 1)
            first = f"${xl_col_to_name(column)}{row + rows + 1}"
            used = {"type": "formula", "criteria": f'={first}<>""',
                    "format": self.look.mark(bottom=4, bottom_color=RULE_LINE)}  # fmt: skip
            self.sheet.conditional_format(row + rows, column, row + rows + spare - 1, last, used)
        return [[cells[j] for j in columns] for cells in placed.rows[:most]]

    def _heading_lines(self, headings: Sequence[Value], column: int) -> int:
        """Lines that headings take in the columns from this one on."""
        pairs = zip(headings, self._widths[column:], strict=False)
        return max(len(textwrap.wrap(str(heading), int(width - 1))) for heading, width in pairs)

    def _heading(self, number: str, heading: str) -> Format:
        """The format of a heading: to the left over text, to the right over numbers."""
        return self.look("text_heading" if number in ("text", "fact") else "heading", heading)

    def spill(self, row: int, placed: Placed) -> None:
        """A call as a formula that spills, and its answer in all the cells that it fills."""
        for i, cells in enumerate(placed.rows):
            for j, value in enumerate(cells):
                shown = self.look("column", placed.number(j))
                if i == 0 and placed.heading is not None:
                    shown = self._heading(placed.number(j), placed.heading)
                if i or j:
                    self._cached(row + i, placed.column + j, value, shown)
                    continue
                last = (row + len(placed.rows) - 1, placed.column + placed.width - 1)
                formula = f"={placed.call.formula}"
                self.sheet.write_dynamic_array_formula(
                    row, placed.column, *last, formula, shown, value
                )

    def formula(
        self, row: int, column: int, formula: str, value: Value, style: str, number: str
    ) -> None:
        """An ordinary formula and its value."""
        self._ordinary(row, column, formula, value, self.look(style, number))
        self.reaches(row)

    def shows(
        self, row: int, column: int, placed: Placed, of: tuple[int, int], style: str, number: str
    ) -> None:
        """One cell of an answer, by its row and column there; the refusal where it is one."""
        refusable = of != (0, 0) and placed.value(*of) != ""
        self._cell(row, column, placed, of, number, self.look(style, number), refusable=refusable)
        self.reaches(row)

    def _cell(
        self,
        row: int,
        column: int,
        placed: Placed,
        of: tuple[int, int],
        number: str,
        shown: Format,
        *,
        refusable: bool = False,
    ) -> None:
        """A cell of an answer; a fraction that there is none of is said in words."""
        formula, value = placed.formula(*of), placed.value(*of)
        if value == NO_VALUE or (number in MAY_LACK and of[0]):
            formula, value = or_not_available(formula), NONE if value == NO_VALUE else value
        if refusable:
            formula = placed.unless_refused(formula)
        self._ordinary(row, column, formula, value, shown)

    def _ordinary(self, row: int, column: int, formula: str, value: Value, shown: Format) -> None:
        answer = NO_TEXT if value == "" else value
        self.sheet.write_formula(row, column, f"={formula}", shown, answer)

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
                len(textwrap.wrap(cell, int(_LETTERS * (width - 1))))
                if isinstance(cell, str)
                else 1
                for cell, width in zip(cells, widths, strict=False)
            )
            self.height(row + i, max(lines, 1) * ROW)

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
        placed = {"object_position": 2, "description": says, "y_offset": 3}
        self.sheet.insert_chart(row, column, chart, placed)
        self.reaches(row + math.ceil(chart.height / _PIXELS))

    def prints(
        self,
        columns: int,
        stamp: str,
        *,
        repeat: int | None = None,
        portrait: bool = False,
        last_row: int | None = None,
    ) -> None:
        """Printed over the width of one page, with the stamp below; refusals are marked.

        Down to the last row in use, with as many of the spare rows below it as its page has
        room for; or down to `last_row`.
        """
        sheet = self.sheet
        sheet.ignore_errors({"formula_differs": xl_range(0, 0, _LOOKED_AT, columns - 1)})
        paper = Paper(portrait, self._widths[:columns], self._heights, repeat, self._breaks)
        if last_row is None:
            last_row = min(self._last + paper.room_below(self._last), self._last_spare)
            last_row = max(last_row, self._last)
            for row in set(range(last_row + 1)) - self._heights.keys():
                self.height(row, ROW)
        paper.set_up(sheet, last_row, columns, stamp)
        refused = {
            "type": "text", "criteria": "begins with", "value": REFUSED,
            "format": self.look.mark(bg_color=LOSS),
        }  # fmt: skip
        sheet.conditional_format(0, 0, _LOOKED_AT, columns - 1, refused)
        for shown in self._growing:
            style = "more_of_section" if shown.told in self._sections else "more"
            beyond = said_of_growth(shown, last_row)
            self.formula(shown.told, shown.last_column, beyond, "", style, "plain")

    def protect(self) -> None:
        """Formulas cannot be overtyped by accident; there is no password."""
        allowed = {"format_columns": True, "format_rows": True, "select_locked_cells": True}
        self.sheet.protect("", allowed)
