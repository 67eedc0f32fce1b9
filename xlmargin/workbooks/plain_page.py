"""A sheet of plain values: texts, headings, what the user types, and marks laid over cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from xlmargin.workbooks.answer_table import AnswerRows
from xlmargin.workbooks.styles import GAIN_END, LOSS_END, SIGNS, TEXTS, WHITE, Look
from xlmargin.workbooks.xlsx_writer import Format, Worksheet

BESIDE: Final = "beside"
"""The kind of a column of texts that stands behind one of figures."""
HEADING_LINE: Final = 13.0
"""Height of a line of headings, in points."""


class PlainPage:
    """A sheet without formulas; rows and columns count from 0, widths are pixels."""

    def __init__(
        self, sheet: Worksheet, look: Look, widths: Sequence[int], kinds: Sequence[str]
    ) -> None:
        """Widths of the columns, and the kind of quantity that fills each; the last one repeats."""
        self.sheet, self.look, self._widths = sheet, look, widths
        for column, width in enumerate(widths):
            kind = kinds[min(column, len(kinds) - 1)]
            sheet.set_column_pixels(column, column, width, look("column", kind))
        self._heights: dict[int, float] = {}
        self._breaks: set[int] = set()
        self._last = 0

    def text(self, row: int, column: int, text: str, style: str = "body") -> None:
        """Text, which is never taken for a formula, a number or a link."""
        self.sheet.write_string(row, column, text, self.look(style))
        self.reaches(row)

    def headings(
        self,
        row: int,
        headings: Sequence[str],
        kinds: Sequence[str],
        column: int = 0,
        *,
        high: bool = True,
    ) -> None:
        """Headings, over each kind of quantity as it stands, the last one repeats.

        A unit is on the second line; a row of them is higher than others where it is to be.
        """
        for i, heading in enumerate(headings):
            self.text(row, column + i, heading, self._over(kinds[min(i, len(kinds) - 1)]))
        lines = max(heading.count("\n") + 1 for heading in headings)
        if high:
            self.height(row, max(HEADING_LINE * lines, 16.0))

    @staticmethod
    def _over(kind: str) -> str:
        """The style of a heading: to the left over text, to the right over numbers."""
        if kind == BESIDE:
            return "after_heading"
        return "text_heading" if kind in TEXTS else "heading"

    def blank(self, row: int, column: int, to_column: int, style: str) -> None:
        """Empty cells in a style."""
        for each in range(column, to_column + 1):
            self.sheet.write_blank(row, each, None, self.look(style))

    def _plain(self, row: int, column: int, value: object, shown: Format) -> None:
        """A plain value: a text is never taken for a formula, a number or a link."""
        if isinstance(value, bool):
            self.sheet.write_boolean(row, column, value, shown)
        elif isinstance(value, int | float):
            self.sheet.write_number(row, column, value, shown)
        elif isinstance(value, str) and value:
            self.sheet.write_string(row, column, value, shown)
        else:
            self.sheet.write_blank(row, column, None, shown)

    def typed(
        self, row: int, column: int, value: object, number: str = "text", style: str = "input"
    ) -> None:
        """What the user types over: the value at first, blank where there is none yet."""
        number = "text" if isinstance(value, str) and value else number
        self._plain(row, column, value, self.look(style, number))

    def choice(self, row: int, column: int, value: str, words: Sequence[str] = ()) -> None:
        """A text to be typed, or to be chosen from a list where there is one."""
        self.typed(row, column, value, style="choice")
        if words:
            rule = {"validate": "list", "source": [*words]}
            self.sheet.data_validation(row, column, row, column, rule)

    def accepts(
        self,
        at: tuple[int, int],
        criteria: str,
        *bounds: float,
        title: str,
        says: str,
        kind: str = "decimal",
        to_row: int = 0,
    ) -> None:
        """What may be typed into a cell, or those below it to a row, and what else is answered."""
        row, column = at
        names = ("value",) if len(bounds) == 1 else ("minimum", "maximum")
        rule = {"validate": kind, "criteria": criteria, **dict(zip(names, bounds, strict=True))}
        rule |= {"error_title": title, "error_message": says}
        self.sheet.data_validation(row, column, max(row, to_row), column, rule)

    def accepts_date(self, row: int, column: int) -> None:
        """Only a day may be typed into a cell."""
        says = "A date, such as 2026-11-20."
        self.accepts((row, column), ">", 36_526, title="date", says=says, kind="date")

    @property
    def columns(self) -> int:
        """How many columns the page has, but for hidden ones."""
        return len(self._widths)

    def width(self, column: int, to_column: int | None = None) -> int:
        """Pixels of a column, or of those up to another."""
        return sum(self._widths[column : (column if to_column is None else to_column) + 1])

    def height(self, row: int, points: float) -> None:
        """The height of a row."""
        self.sheet.set_row(row, points)
        self._heights[row] = points

    def folds(self, row: int) -> None:
        """A row, whose height is told before, that an outline folds into the one below it."""
        self.sheet.set_row(row, self._heights[row], None, {"level": 1})

    def reaches(self, row: int) -> None:
        """The page is in use down to this row at least."""
        self._last = max(self._last, row)

    def breaks_before(self, row: int) -> None:
        """A new sheet of paper begins with this row."""
        self._breaks.add(row)

    def marked(self, area: tuple[int, int, int, int], criteria: str, mark: str) -> None:
        """A mark where a formula holds, written for the first cell of the area."""
        condition = {"type": "formula", "criteria": criteria, "format": self.look.mark(mark)}
        self.sheet.conditional_format(*area, condition)

    def states(self, area: tuple[int, int, int, int], words: Mapping[str, str] = SIGNS) -> None:
        """Marks where texts begin with a sign of a state, or with other words."""
        for word, mark in words.items():
            condition = {
                "type": "text", "criteria": "begins with", "value": word,
                "format": self.look.mark(mark),
            }  # fmt: skip
            self.sheet.conditional_format(*area, condition)

    def totals(self, first: int, last: int) -> None:
        """The rows whose first cell ends with the word total are totals."""
        criteria = f'=LOWER(RIGHT($A{first + 1},5))="total"'
        self.marked((first, 0, last, self.columns - 1), criteria, "total")

    def heat(self, row: int, column: int, to_row: int, to_column: int, values: AnswerRows) -> None:
        """A heat map of gains and losses, white at nothing, as deep for one as for the other."""
        most = max((abs(v) for r in values for v in r if isinstance(v, float)), default=0.0)
        scale = {
            "type": "3_color_scale", "min_color": LOSS_END, "mid_color": WHITE,
            "max_color": GAIN_END, "min_type": "num", "mid_type": "num", "max_type": "num",
            "min_value": -(most or 1.0), "mid_value": 0, "max_value": most or 1.0,
        }  # fmt: skip
        self.sheet.conditional_format(row, column, to_row, to_column, scale)
