"""How a page is printed: paper, width, headings on every sheet, and the room that is left."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from xlmargin.workbooks.xlsx_writer import Worksheet

_LETTER: Final = 1
_LONG, _SHORT = 11.0, 8.5
_SIDE, _END = 0.5, 0.75
"""Sides of the paper and its margins, in inches."""
_POINTS, _PIXELS = 72, 96
"""Of an inch."""
ROW: Final = 13.5
"""Height of a usual row, in points, set so that pages break alike in every program."""
_FILLED: Final = (0.93, 0.95, 0.97, 0.99, 1.01, 1.03)
"""Shares of a sheet that programs may fill: they differ a little in how they scale."""


def width_of(columns: Sequence[float]) -> int:
    """Width of columns in pixels, for a chart that is to reach as far as a table."""
    return round(sum(7 * width + 5 for width in columns))


@dataclass(frozen=True)
class Paper:
    """A page on paper: how it lies, widths of its columns, heights of rows, the row repeated.

    `breaks` are rows that begin a new sheet of paper.
    """

    portrait: bool
    widths: Sequence[float]
    heights: Mapping[int, float]
    repeat: int | None
    breaks: Collection[int] = ()

    def room_below(self, last: int) -> int:
        """The rows below this one that the sheet of paper surely has room for, by their heights."""
        return min(self._room_below(last, filled) for filled in _FILLED)

    def _room_below(self, last: int, filled: float) -> int:
        """The same where so much of each sheet is filled before the next one is begun."""
        long, short = _LONG - 2 * _END, _SHORT - 2 * _END
        high, wide = (long, _SHORT - 2 * _SIDE) if self.portrait else (short, _LONG - 2 * _SIDE)
        scale = min(1.0, wide * _PIXELS / max(width_of(self.widths), 1))
        sheet = filled * high * _POINTS / scale
        used = 0.0
        for row in range(last + 1):
            height = self.heights.get(row, ROW)
            if used + height > sheet or row in self.breaks:
                used = 0.0 if self.repeat is None else self.heights.get(self.repeat, ROW)
            used += height
        fitting = last
        while used <= sheet:
            fitting += 1
            used += self.heights.get(fitting, ROW)
        return max(fitting - 1 - last, 0)

    def set_up(self, sheet: Worksheet, last_row: int, columns: int, stamp: str) -> None:
        """Print the first columns down to the last row, as wide as a page, the stamp below."""
        sheet.set_paper(_LETTER)
        if not self.portrait:
            sheet.set_landscape()
        sheet.set_margins(left=_SIDE, right=_SIDE, top=_END, bottom=_END)
        sheet.fit_to_pages(1, 0)
        if self.breaks:
            sheet.set_h_pagebreaks(sorted(self.breaks))
        sheet.print_area(0, 0, last_row, columns - 1)
        if self.repeat is not None:
            sheet.repeat_rows(self.repeat)
        sheet.set_header('&L&"Arial,Bold"&9Portfolio margin&R&"Arial"&9&A')
        sheet.set_footer(f'&L&"Arial"&8{stamp.replace("&", "&&")}&R&"Arial"&8Page &P of &N')
