"""A page of the workbook: a title, answers, charts, and how it prints."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.answer_table import AnswerRows
from xlmargin.workbooks.figures import Figure, as_written, is_number, rounded_to, sentence
from xlmargin.workbooks.formulas import (
    MOST,
    NO_VALUE,
    REFUSED,
    AnswerArea,
    Call,
    FormulaBlock,
    FormulasSheet,
    or_none,
    said_of_growth,
)
from xlmargin.workbooks.page_setup import ROW, Paper, Stamp
from xlmargin.workbooks.plain_page import HEADING_LINE, PlainPage
from xlmargin.workbooks.shown_texts import OUT_OF_TEXTS, SHOWN_AS, SIGNED
from xlmargin.workbooks.styles import (
    AXIS,
    BAR,
    BODY_SIZE,
    FINE_SIZE,
    LOSS,
    SMALL_SIZE,
    Look,
    wrapped,
)
from xlmargin.workbooks.xlsx_writer import (
    NO_TEXT,
    Chart,
    Format,
    Worksheet,
    absolute,
    xl_col_to_name,
    xl_range,
    xl_rowcol_to_cell,
)

MAY_LACK: Final = frozenset({"percent", "ratio", "distance"})
"""Kinds of quantity of which there may be none, where it would be a share of nothing."""
LAST_ROW: Final = 1_048_575
SPARE: Final = 20
"""Rows below an answer that stay blank until it grows into them."""

_DIGITS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("money", "usd", "change"), 2), **dict.fromkeys(("weight", "change_share"), 3),
}  # fmt: skip
"""Decimals to which an amount is rounded before it is shown: no format hides dust."""
_LOOKED_AT: Final = 2_000
"""Rows in which a refusal is marked."""
_FINE: Final = (FINE_SIZE, 11.0, 5.0)
"""Size of small texts, points of a line of them, and of the space around all."""
_CHART_ROW: Final = 20
"""Height of a usual row, in pixels."""


@dataclass(frozen=True)
class ShownAnswer:
    """An answer on a page: its rows with their headings, as far as they are shown.

    `first` is the row of the page below the headings, `last` that of the last spare row.
    """

    rows: list[list[AnswerValue]]
    first: int
    last: int


class Page(PlainPage):
    """One sheet with answers; rows and columns count from 0, widths are pixels."""

    def __init__(
        self,
        sheet: Worksheet,
        look: Look,
        widths: Sequence[int],
        kinds: Sequence[str],
        formulas: FormulasSheet,
        stamp: Stamp,
    ) -> None:
        super().__init__(sheet, look, widths, kinds)
        self._formulas, self._stamp = formulas, stamp
        self._sections: dict[int, str] = {}
        self._shown: dict[tuple[int, int], AnswerValue] = {}
        self._growing: list[AnswerArea] = []
        self._last_spare = 0

    def title(self, title: str, message: str | Figure, note: str | Figure = "") -> None:
        """The title, below it what the page says in a sentence, and in grey what it shows."""
        self.height(0, 26)
        self.text(0, 0, title, "title")
        self.height(1, 17)
        self.text(1, 0, message, "message")
        self.text(2, 0, note, "note")

    def text(self, row: int, column: int, text: str | Figure, style: str = "body") -> None:
        """A text, or a figure that says it."""
        if isinstance(text, str):
            super().text(row, column, text, style)
        else:
            self.figure(row, column, text, style)

    def section(
        self, row: int, title: str | Figure, columns: int, note: str | Figure = "", column: int = 0
    ) -> None:
        """The title of a section over some columns, with a note at its right end."""
        if columns == 1 and note and isinstance(title, str):
            title, note = f"{title}, {note}", ""
        self.height(row, 18)
        self.blank(row, column, column + columns - 1, "section")
        self.text(row, column, title, "section")
        if note:
            self.text(row, column + columns - 1, note, "section_note")
        self._sections[row] = note if isinstance(note, str) else ""

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
        overflow: int | None = None,
        leaving_out: Sequence[int] = (),
        showing: Sequence[tuple[int, str]] = (),
        most: int = MOST,
        headings: Sequence[str] = (),
    ) -> ShownAnswer:
        """An answer cell by cell, each column in its kind of quantity; the last one repeats.

        `heading` is the kind of quantity of the headings; None where the answer has none;
        `headings` are how people read them. `showing` names the columns of the answer and the kind
        of each, where they are not all but those left out. Rows of a `style` that wraps are as high
        as their texts. Below stand `spare` rows for an answer that grows; where it outgrows them
        the row above says so, or the row `overflow`. The first `most` rows are shown at most.
        """
        placed = self._formulas.placed(call, numbers, heading)
        shown_as = showing or [
            (j, numbers[min(j, len(numbers) - 1)])
            for j in range(placed.width) if j not in leaving_out
        ]  # fmt: skip
        columns = [j for j, _ in shown_as]
        rows = len(placed.rows[:most])
        for i in range(rows + spare):
            for at, (j, number) in enumerate(shown_as, start=column):
                if i == 0 and heading is not None:
                    named = headings[at - column] if headings else ""
                    self._heading_cell(row, at, placed, j, number, heading, named)
                    continue
                if i < rows:
                    shown = self.look(style, number)
                else:
                    shown = self.look("column" if style == "body" else "paragraph", number)
                self._cell(row + i, at, placed, (i, j), number, shown)
        self.reaches(row + rows - 1)
        if heading is not None:
            named_ = headings or [str(placed.rows[0][j]) for j in columns]
            lines = self._heading_lines(named_, column)
            self.height(row, max(HEADING_LINE * lines, 16.0))
        if spare:
            last = column + len(columns) - 1
            overflow = row - 1 if overflow is None else overflow
            self.grows(placed, (row, column, last), rows + spare, overflow)
            self._last_spare = max(self._last_spare, row + rows + spare - 1)
            first = f"${xl_col_to_name(column)}{row + rows + 1}"
            self.marked((row + rows, column, row + rows + spare - 1, last), f'={first}<>""', "used")
        shown_rows = [[cells[j] for j in columns] for cells in placed.rows[:most]]
        below = int(heading is not None)
        if style != "body":
            texts = [at for at, (_, number) in enumerate(shown_as) if number not in OUT_OF_TEXTS]
            widths = [self._widths[column + at] for at in texts if column + at < self.columns]
            self._fit(row + below, [[r[at] for at in texts] for r in shown_rows[below:]], widths,
                      fine=style == "fine")  # fmt: skip
        return ShownAnswer(shown_rows, row + below, row + rows + spare - 1)

    def grows(
        self, placed: FormulaBlock, at: tuple[int, int, int], rows: int, overflow: int
    ) -> None:
        """An answer from a row and column to a last column on: a row tells what is not shown."""
        self._growing.append(AnswerArea(placed, *at, rows, overflow))

    def _heading_cell(
        self,
        row: int,
        column: int,
        placed: FormulaBlock,
        of: int,
        number: str,
        heading: str,
        named: str,
    ) -> None:
        """A heading in words; the first one shows the refusal of an answer that is one."""
        value = placed.rows[0][of]
        shown = self.look("after_heading" if number in SIGNED else self._over(number), heading)
        if heading != "plain" and not named and not isinstance(value, str):
            self._ordinary(row, column, placed.figure(0, of), shown)
            return
        text = named or as_written(str(value))
        if of == 0:
            self._ordinary(row, column, placed.or_refusal(sentence(text)), shown)
        else:
            self.sheet.write_string(row, column, text, shown)

    def _heading_lines(self, headings: Sequence[str], column: int) -> int:
        """Lines that headings take in the columns from this one on."""
        pairs = zip(headings, self._widths[column:], strict=False)
        return max(
            sum(len(wrapped(line, width, SMALL_SIZE, bold=True)) for line in heading.split("\n"))
            for heading, width in pairs
        )

    def spill(self, row: int, placed: FormulaBlock) -> None:
        """A call as a formula that spills, and its answer in all the cells that it fills."""
        kinds = [placed.number(j) for j in range(placed.width)]
        shown = [self.look("column", kind) for kind in kinds]
        first = shown
        if placed.heading is not None:
            first = [self.look(self._over(kind), placed.heading) for kind in kinds]
        formula, column = f"={placed.call.formula}", placed.column
        self.sheet.write_spilling(row, column, formula, first[0], placed.rows)
        for j, value in enumerate(placed.rows[0][1:], start=1):
            self._plain(row, column + j, value, first[j])
        self.sheet.write_below(row + 1, column, placed.rows[1:], shown)

    def figure(
        self, row: int, column: int, figure: Figure, style: str, number: str = "plain"
    ) -> None:
        """A figure: its formula and its value."""
        self._ordinary(row, column, figure, self.look(style, number))
        self.reaches(row)

    def row(
        self,
        row: int,
        column: int,
        cells: Iterable[str | Figure | None],
        styles: Sequence[str],
        kinds: Sequence[str],
    ) -> None:
        """Texts and figures side by side, each in its style and kind, the last of which repeat.

        A cell that is None is left as it is.
        """
        for i, cell in enumerate(cells):
            style, kind = (each[min(i, len(each) - 1)] for each in (styles, kinds))
            if isinstance(cell, str):
                self.text(row, column + i, cell, style)
            elif cell is not None:
                self.figure(row, column + i, cell, style, kind)

    def across(
        self,
        row: int,
        column: int,
        last: int,
        said: str | Figure,
        style: str,
        number: str = "plain",
        sides: str = "",
    ) -> None:
        """A text or a figure over the columns up to the last, in one cell of them."""
        shown = self.look(style, number, sides)
        if last > column:
            self.sheet.merge_range(row, column, row, last, "", shown)
        if isinstance(said, str):
            self.sheet.write_string(row, column, said, shown)
        else:
            self._ordinary(row, column, said, shown)
            self.reaches(row)

    def hides(self, row: int, column: int, placed: FormulaBlock, of: tuple[int, int]) -> None:
        """One cell of an answer in a hidden column, however far down it may grow."""
        self._cell(row, column, placed, of, "text", self.look("note", "text"))

    def shows(
        self,
        row: int,
        column: int,
        placed: FormulaBlock,
        of: tuple[int, int],
        style: str,
        number: str,
    ) -> None:
        """One cell of an answer, by its row and column there; the refusal where it is one."""
        refusable = of != (0, 0) and placed.value(*of) != ""
        self._cell(row, column, placed, of, number, self.look(style, number), refusable=refusable)
        self.reaches(row)

    def _cell(
        self,
        row: int,
        column: int,
        placed: FormulaBlock,
        of: tuple[int, int],
        number: str,
        shown: Format,
        *,
        refusable: bool = False,
    ) -> None:
        """A cell of an answer; a fraction that there is none of is said in words."""
        figure = placed.figure(*of)
        if figure.value == NO_VALUE or (number in MAY_LACK and of[0]):
            figure = or_none(figure)
        elif number in SHOWN_AS:
            figure = SHOWN_AS[number](figure)
        elif digits := _DIGITS.get(number):
            figure = rounded_to(figure, digits)
        if refusable:
            figure = placed.or_refusal(figure)
        self._ordinary(row, column, figure, shown)

    def _ordinary(self, row: int, column: int, figure: Figure, shown: Format) -> None:
        self._shown[row, column] = figure.value
        answer = NO_TEXT if figure.value == "" else figure.value
        self.sheet.write_formula(row, column, f"={figure.formula}", shown, answer)

    def _fit(
        self, row: int, rows: AnswerRows, widths: Sequence[int], *, fine: bool = False
    ) -> None:
        """Heights of rows whose texts are wrapped in these columns; `fine` are those of rules."""
        size, line, more = _FINE if fine else (BODY_SIZE, ROW, 0.0)
        for i, cells in enumerate(rows):
            lines = max(
                len(wrapped(cell, width, size)) if isinstance(cell, str) else 1
                for cell, width in zip(cells, widths, strict=False)
            )
            self.height(row + i, max(lines * line + more, ROW))

    def bars(
        self,
        area: tuple[int, int],
        column: int,
        source: int,
        most: float = 0.0,
        least: float = 0.0,
        *,
        values: Sequence[AnswerValue] | None = None,
        only: str = "",
    ) -> None:
        """Bars in a column of their own, of the figures of another in the rows of an area.

        They reach from the least to the most of all rows, from nothing on, no less than `most`;
        `only` is a condition of the rows that have one, written for a row {row}, and `values` are
        those of these rows, "" of others.
        """
        first, last = area
        if values is None:
            values = [self._shown[row, source] for row in range(first, last + 1)]
            most = max([most, *filter(is_number, values)])
        for i, row in enumerate(range(first, last + 1)):
            cell = xl_rowcol_to_cell(row, source)
            value = values[i] if i < len(values) and isinstance(values[i], float) else ""
            value = value if value == "" else self._shown[row, source]
            there = f"ISNUMBER({cell})"
            if only:
                there = f"AND({there},{only.format(row=row + 1)})"
            bar = Figure(f'IF({there},{cell},"")', value)
            self._ordinary(row, column, bar, self.look("bar", "number"))
        drawn = {
            "type": "data_bar", "bar_only": True, "bar_solid": True, "bar_color": BAR,
            "bar_no_border": True, "data_bar_2010": True, "bar_negative_color": LOSS,
            "min_type": "num", "max_type": "num", "min_value": least, "max_value": most,
            "min_length": 0, "max_length": 100, "bar_axis_color": AXIS,
        }  # fmt: skip
        if least >= 0:
            drawn["bar_axis_position"] = "none"
        self.sheet.conditional_format(first, column, last, column, drawn)

    def chart(
        self,
        row: int,
        column: int,
        chart: Chart,
        title: str | Figure,
        says: str,
        *,
        columns: int,
        high: int,
        note: str = "",
        narrower: int = 0,
    ) -> None:
        """A chart below its title over some columns, and what it says in words.

        It is so many pixels high, and narrower than the columns by as many as are named.
        """
        self.section(row, title, columns, note, column)
        width = self.width(column, column + columns - 1) - narrower
        chart.set_size({"width": width, "height": high})
        placed = {"object_position": 2, "description": says, "y_offset": 3}
        self.sheet.insert_chart(row + 1, column, chart, placed)
        self.reaches(row + 1 + math.ceil(chart.height / _CHART_ROW))

    def finish(
        self,
        *,
        columns: int | None = None,
        freeze: tuple[int, int] | None = None,
        hidden: int = 0,
        locked: bool = True,
        repeat: int | None = None,
        portrait: bool = False,
        last_row: int | None = None,
        printed_row: int | None = None,
        header: bool = True,
    ) -> None:
        """Printed over the width of one page, with the stamp below; refusals are marked.

        All columns that it has, or so many; down to the last row in use, with as many of the spare
        rows below it as its page has room for; or down to `last_row`; or only to `printed_row` of a
        page to be looked up. Rows above and columns left of `freeze` stay in sight, the last
        columns are `hidden`. Where
        `locked`, formulas cannot be overtyped by accident; there is no password.
        """
        sheet, stamp = self.sheet, self._stamp
        columns = self.columns + hidden if columns is None else columns
        if freeze is not None:
            sheet.freeze_panes(*freeze)
        if hidden:
            hides = {"hidden": True}
            sheet.set_column(columns - hidden, columns - 1, None, self.look("note"), hides)
        if locked:
            allowed = {"format_columns": True, "format_rows": True, "select_locked_cells": True}
            sheet.protect("", allowed)
        sheet.ignore_errors({"formula_differs": xl_range(0, 0, _LOOKED_AT, columns - 1)})
        paper = Paper(portrait, self._heights, repeat, self._breaks, stamp.on_a4)
        if last_row is None:
            last_row = min(self._last + paper.room_below(self._last), self._last_spare)
            last_row = max(last_row, self._last)
            for row in set(range(last_row + 1)) - self._heights.keys():
                self.height(row, ROW)
        printed = last_row if printed_row is None else printed_row
        paper.set_up(sheet, printed, columns, stamp, header=header)
        self.states((0, 0, _LOOKED_AT, columns - 1), {REFUSED: "act"})
        for shown in self._growing:
            note = self._sections.get(shown.overflow)
            style = "more" if note is None else "section_note"
            beyond = said_of_growth(shown, last_row, note or "")
            self.figure(shown.overflow, shown.last_column, beyond, style)
            at = (shown.overflow, shown.last_column)
            cell = absolute(*at)
            self.marked((*at, *at), f'=ISNUMBER(SEARCH(" rows",{cell}))', "act")
