"""Cards: the figures that a page opens with, each large, with a label and a note."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.formulas_sheet import NONE
from xlmargin.workbooks.live_formulas import REFUSED
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.sentences import Figure

HEIGHTS: Final = (16.0, 28.0, 16.0)


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
