"""How a page is printed: paper, width, headings on every sheet; and which pages are."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xlmargin.workbooks.styles import LANDSCAPE, NAVY, NOTE, PORTRAIT
from xlmargin.workbooks.xlsx_writer import Worksheet

_LETTER, _A4 = 1, 9
_LONG, _SHORT = 11.0, 8.5
_A4_LONG, _A4_SHORT = 11.69, 8.27
_SIDE, _TOP, _BOTTOM = 0.5, 0.7, 0.65
"""Sides of the paper and its margins, in inches."""
_POINTS: Final = 72
"""Of an inch."""
ROW: Final = 15.0
"""Height of a usual row, in points, set so that pages break alike in every program."""
_FILLED: Final = (0.93, 0.95, 0.97, 0.99, 1.01, 1.03)
"""Shares of a sheet that programs may fill: they differ a little in how they scale."""


def fitting(widths: Sequence[int]) -> int:
    """How many of these columns a sheet of paper that lies has room for."""
    return max(n for n in range(1, len(widths) + 1) if sum(widths[:n]) <= LANDSCAPE)


@dataclass(frozen=True)
class Stamp:
    """What every sheet of paper says: whose it is, as of when, and what the figures are."""

    client: str
    as_of: str
    basis: str
    on_a4: bool = False


@dataclass(frozen=True)
class Paper:
    """A page on paper: how it lies, heights of rows, the row repeated.

    `breaks` are rows that begin a new sheet of paper.
    """

    portrait: bool
    heights: Mapping[int, float]
    repeat: int | None
    breaks: Collection[int] = ()
    on_a4: bool = False

    @property
    def width(self) -> int:
        """Pixels that fill the paper across."""
        return PORTRAIT if self.portrait else LANDSCAPE

    def room_below(self, last: int) -> int:
        """The rows below this one that the sheet of paper surely has room for, by their heights."""
        return min(self._room_below(last, filled) for filled in _FILLED)

    def _room_below(self, last: int, filled: float) -> int:
        """The same where so much of each sheet is filled before the next one is begun."""
        sizes = (_A4_LONG, _A4_SHORT) if self.on_a4 else (_LONG, _SHORT)
        high = sizes[not self.portrait] - _TOP - _BOTTOM
        sheet = filled * high * _POINTS
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

    def set_up(
        self, sheet: Worksheet, last_row: int, columns: int, stamp: Stamp, *, header: bool
    ) -> None:
        """Print the first columns down to the last row, as wide as a page, the stamp around it."""
        sheet.set_paper(_A4 if self.on_a4 else _LETTER)
        if not self.portrait:
            sheet.set_landscape()
        sheet.set_margins(left=_SIDE, right=_SIDE, top=_TOP if header else _SIDE, bottom=_BOTTOM)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        if self.breaks:
            sheet.set_h_pagebreaks(sorted(self.breaks))
        sheet.print_area(0, 0, last_row, columns - 1)
        if self.repeat is not None:
            sheet.repeat_rows(self.repeat)
        if header:
            name = f'&L&"Arial,Bold"&9{_color(NAVY)}{_plain(stamp.client)}&"Arial"{_color(NOTE)}'
            day = f'&R&"Arial"&9{_color(NOTE)}As of {stamp.as_of}'
            sheet.set_header(f"{name}   &A{day}", {"margin": 0.35})
        sheet.set_footer(
            f'&L&"Arial"&7{_color(NOTE)}{_plain(stamp.basis)}'
            f'&R&"Arial"&8{_color(NOTE)}Page &P of &N',
            {"margin": 0.3},
        )


def _color(color: str) -> str:
    return f"&K{color.removeprefix('#')}"


def _plain(text: str) -> str:
    return text.replace("&", "&&")


_BOOK: Final = "xl/workbook.xml"
_SHEET: Final = re.compile(r'<sheet name="([^"]*)"')
_PRINTED: Final = re.compile(
    r'<definedName name="_xlnm\.Print_(?:Area|Titles)" localSheetId="(\d+)"[^>]*>[^<]*'
    r"</definedName>"
)


def print_set(path: Path, printed: Collection[str]) -> bytes:
    """The file of a workbook in which only these sheets are visible, and have a print area.

    LibreOffice prints a hidden sheet, too, where it has a print area.
    """
    copy = io.BytesIO()
    with zipfile.ZipFile(path) as packed, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as whole:
        for item in packed.infolist():
            content = packed.read(item)
            if item.filename == _BOOK:
                content = _with_others_hidden(content.decode(), printed).encode()
            whole.writestr(item, content)
    return copy.getvalue()


def _with_others_hidden(book: str, printed: Collection[str]) -> str:
    names = _SHEET.findall(book)

    def hidden(match: re.Match[str]) -> str:
        return match[0] if match[1] in printed else f'{match[0]} state="hidden"'

    def kept(match: re.Match[str]) -> str:
        return match[0] if names[int(match[1])] in printed else ""

    return _SHEET.sub(hidden, _PRINTED.sub(kept, book))
