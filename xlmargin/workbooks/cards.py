"""What a page opens with: a band, whose it is and as of when, and cards of large figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import xlmargin
from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.formulas_sheet import NONE
from xlmargin.workbooks.live_formulas import REFUSED, Call
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.sentences import Figure

HEIGHTS: Final = (16.0, 28.0, 16.0)
_TODAY: Final = "▲ As of today"
"""Where the settings give no day."""


def write_band(
    draft: WorkbookBuilder, page: Page, what: str, last: int, logo_at: tuple[int, int]
) -> None:
    """The client and the date on a band over the columns up to the last one.

    Where a client is stated, its first cell says instead that the add-in is of another version,
    where it is. A logo stands on the band, pixels from the left of a column; without one the place
    is kept.
    """
    page.height(0, 32)
    page.height(1, 19)
    page.blank(0, 0, last, "band")
    page.blank(1, 0, last, "band_below")
    if draft.tables.text_of_setting("client"):
        page.formula(0, 0, _client_or_version(draft), draft.client, "band", "plain")
    else:
        page.text(0, 0, draft.client, "band")
    right = page.look("band_right", "as_of")
    page.sheet.merge_range(0, last - 2, 0, last, "", right)
    day = f'=IF(ISNUMBER(as_of),as_of,"{_TODAY}")'
    page.sheet.write_formula(0, last - 2, day, right, draft.book.market.as_of)
    if draft.logo is not None:
        draft.logo.insert(page.sheet, 0, *logo_at)
    accounts = " and ".join(name for name in draft.book.positions.accounts if name)
    of = f"accounts {accounts} · " if draft.several else ""
    page.text(1, 0, f"{what} · {of}house: {draft.houses}", "band_below")
    page.text(1, last, draft.sample_mark, "band_below_right")


def _client_or_version(draft: WorkbookBuilder) -> str:
    """The client; that the workbook was built for another version, where the add-in is of one."""
    cell = draft.formulas.placed(Call("XLM_VERSION"), ["text"]).formula(0, 1)
    return f"IF(ISERROR({cell}),client,{if_of_this_version(cell, 'client')})"


def if_of_this_version(cell: str, shown: str) -> str:
    """A formula's text where the add-in's version, in a cell, is the workbook's; else a warning."""
    built = xlmargin.__version__
    other = f'"■ Workbook of xlmargin {built}, add-in of "&{cell}&": build it anew"'
    return f'IF({cell}="{built}",{shown},{other})'


@dataclass(frozen=True)
class Card:
    """A figure: what it is, its formula and value, its kind, a note, and its colour's name."""

    label: str
    figure: Figure
    color: str
    kind: str = "card"
    note: tuple[str, AnswerValue] | None = None


def card_or_none(
    label: str, figure: Figure, kind: str, note: tuple[str, AnswerValue], color: str
) -> Card:  # fmt: skip
    """A card that says none where its function refuses the book.

    A refusal fills the first cell of an answer alone: what is looked up beside it is empty.
    """
    found = figure.formula
    refused = f'LEFT({found},{len(REFUSED)})="{REFUSED}"'
    shown = Figure(f'IF({refused},"{NONE}",IF({found}="","{NONE}",{found}))', figure.value)
    why = "input refused"
    said = f'IF({refused},"{why}",IF(LEN({found})=0,"{why}",{note[0]}))'
    return Card(label, shown, color, kind, (said, note[1]))


def write_cards(
    page: Page, row: int, places: Iterable[tuple[int, int]], cards: Iterable[Card], last: set[int]
) -> None:
    """Cards from a row on, each over its columns; those that end at a `last` column touch none."""
    for (first, to), card in zip(places, cards, strict=False):
        lines = [(f"card_{card.color}", "plain"), ("card_figure", card.kind)]
        if card.note is not None:
            lines.append(("card_note", "plain"))
        for i, (style, kind) in enumerate(lines):
            page.height(row + i, HEIGHTS[i])
            shown = page.look(style, kind, "" if to in last else "right")
            if to > first:
                page.sheet.merge_range(row + i, first, row + i, to, "", shown)
            if not i:
                page.sheet.write_string(row, first, card.label, shown)
                continue
            figure = card.figure if i == 1 else Figure(*(card.note or ("", "")))
            page.sheet.write_formula(row + i, first, f"={figure.formula}", shown, figure.value)
            page.reaches(row + i)
