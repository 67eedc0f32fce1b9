"""Columns under no known heading, judged by their cells: what could change a number refuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray
from xlmargin.cells.columns import number_of
from xlmargin.cells.numbers import CURRENCIES
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.table import CodedCells, Column, RangeTable, filled_cells
from xlmargin.cells.values import (
    CellValue,
    Headings,
    is_error,
    is_nothing,
    label,
    nearest,
    normalized,
    shown,
    text_of,
)
from xlmargin.cells.words import RIGHTS, SIDES

_MULTIPLIER: Final = re.compile(
    r"mult|deliverable|contract size|(?:units|shares) (?:per|a|/) ?(?:contract|lot)", re.IGNORECASE
)

_MOST_SIGNS: Final = 10

_NEVER_IGNORED: Final = (
    "side", "right", "multiplier", "deliverable", "settlement", "style", "currency", "account",
    "group", "class", "leverage", "index_scale", "marginable",
)  # fmt: skip
"""Headings without which positions are other positions."""

_NEARLY: Final = 0.85
"""How like one of them a heading is that must be meant for it: no settlement date is."""

_USUAL_MULTIPLIERS: Final = (10.0, 1000.0)


def is_side(cell: CellValue) -> bool:
    """Whether a cell says long or short, bought or sold: no number does."""
    return SIDES.index(cell) >= 0 and not isinstance(cell, float)


_TESTS: Final[Mapping[str, Callable[[CellValue], bool]]] = {
    "side": is_side,
    "right": lambda c: RIGHTS.index(c) >= 0,
    "currency": lambda c: text_of(c).upper() in CURRENCIES,
}
"""What the cells of an unknown column are, by the heading that they may have."""

_NO_SIDE: Final = re.compile(r"term|period|gain|tax|delta|beta", re.IGNORECASE)
"""Headings of columns in which short and long, or 1 and -1, are not said of the position."""

_SHORT_QUANTITY: Final = re.compile(
    r"\b(?:short|sold|written)\b.*\b(?:q(?:uanti)?ty|contracts|shares|units|pos(?:ition)?|lots)\b|"
    r"\b(?:q(?:uanti)?ty|contracts|shares|units|pos(?:ition)?|lots)\b.*\b(?:short|sold|written)\b",
    re.IGNORECASE,
)
"""Headings of quantities that are sold, beside a column of quantity."""

_SIGNS: Final = frozenset(["+", "-", "1", "-1", "+1", "cr", "dr", "credit", "debit"])

_SALES: Final = frozenset(["-", "-1", "cr", "credit"])
"""Signs that may stand for bought and sold, and those for sold."""

_HELD: Final = frozenset(["open", "active", "held", "live", "settled"])

NOT_HELD: Final = frozenset(
    [
        "closed", "expired", "cancelled", "canceled", "pending", "assigned", "exercised",
        "working", "rejected", "inactive",
    ]
)  # fmt: skip
"""Words for the state of a position, or of an order."""


def distinct_cells(column: Column) -> list[CellValue]:
    """The distinct cells of a column that say something; of numbers no more than a few."""
    if isinstance(column, CodedCells):
        return [cell for cell in column.distinct if not is_nothing(cell)]
    return list(np.unique(column[~np.isnan(column)])[:_MOST_SIGNS].tolist())


def _may_be_sides(text: str, cells: Sequence[CellValue]) -> bool:
    """Whether a column may tell what is sold: by signs, by some words, or by its heading."""
    signs = {text_of(cell).casefold() for cell in cells}
    if len(signs) > 1 and signs <= _SIGNS and not signs.isdisjoint(_SALES):
        return True
    words = sum(is_side(cell) and len(text_of(cell)) > 2 for cell in cells)
    sold = bool(_SHORT_QUANTITY.search(text)) and any(cell != 0 for cell in cells)
    return sold or len(cells) > words >= len(cells) / 2


def _are_states(cells: Sequence[CellValue]) -> bool:
    """Whether the cells tell what is held from what is no more, or not yet."""
    states = {normalized(text_of(cell)) for cell in cells}
    return bool(states & NOT_HELD) and states <= NOT_HELD | _HELD


def _refuse_judged(table: RangeTable, text: str, heading: str, log: ProblemLog) -> None:
    found = "an unknown column that looks like " + heading
    wanted = f"{heading} as its heading, once, or another column without these words"
    log.error(table.name, table.heading_row, label(text), found, wanted)


def may_matter(heading: str, column: Column) -> bool:
    """Whether an unknown column may hold sides, rights, currencies or multipliers."""
    cells = distinct_cells(column)
    values = column.read(number_of) if isinstance(column, CodedCells) else column
    usual = np.isin(values[filled_cells(column)], (*_USUAL_MULTIPLIERS, 100.0))
    by_word = any(all(map(test, cells)) for test in _TESTS.values())
    by_heading = bool(
        _MULTIPLIER.search(heading) or nearest(heading, _NEVER_IGNORED, least=_NEARLY)
    )
    by_cells = bool(usual.all()) or by_word or _are_states(cells) or _may_be_sides(heading, cells)
    return by_cells or by_heading


def judged(table: RangeTable, headings: Headings, log: ProblemLog) -> RangeTable:
    """The table with its unknown columns judged by their cells.

    A column of side words, of CALL and PUT, or of currency codes is read as what it holds where no
    other column says it; one of single letters or of signs, which may be anything, refuses, and so
    does one in which only some of the cells are side words.
    """
    for text, column in list(table.unknown.items()):
        if is_error(text):
            wanted = "a heading; repair its formula"
            log.error(table.name, table.heading_row, "", shown(text), wanted)
        cells = distinct_cells(column)
        tests = {heading: test for heading, test in _TESTS.items() if heading in headings.synonyms}
        if _NO_SIDE.search(text):
            tests.pop("side", None)
        if "quantity" in headings.synonyms and _are_states(cells):
            wanted = "the rows of what is held alone, and no column that tells others"
            found = "a column that tells what is open from what is not"
            log.error(table.name, table.heading_row, label(text), found, wanted)
        if not cells or ("side" in tests and _may_be_sides(text, cells)):
            if cells:
                _refuse_judged(table, text, "side", log)
            continue
        for heading, test in tests.items():
            if not isinstance(column, CodedCells) or not all(map(test, cells)):
                continue
            if table.has(heading) or max(map(len, map(text_of, cells))) == 1:
                _refuse_judged(table, text, heading, log)
            else:
                log.note(table.name, table.heading_row, label(text), f"read as {heading}")
                table = table.with_column(heading, column)
    return table


def refuse_unread_multiplier(table: RangeTable, is_option: BoolArray, log: ProblemLog) -> None:
    """An error for an unknown column that holds 10 or 1,000 beside options, and else 100.

    And for one that is called so, and holds anything but 100.
    """
    for text, column in table.unknown.items():
        values = column.read(number_of) if isinstance(column, CodedCells) else column
        beside = values[is_option & filled_cells(column)]
        usual = np.isin(beside, (*_USUAL_MULTIPLIERS, 100.0))
        looks_so = usual.all() and np.isin(beside, _USUAL_MULTIPLIERS).any()
        called_so = bool(_MULTIPLIER.search(text)) and (beside != 100.0).any()
        if beside.size and (looks_so or called_so):
            found = "an unknown column that looks like multiplier"
            wanted = "multiplier as its heading, or no such column"
            log.error(table.name, table.heading_row, label(text), found, wanted)


def unknown_headings(table: RangeTable, headings: Headings, log: ProblemLog) -> None:
    """A warning for each column that is ignored, with the heading that was probably meant.

    An error where that would change side, size, currency, deliverable, class or account.
    """
    free = [name for name in headings.synonyms if not table.has(name)]
    words = {text: text.strip().lower() for text in table.unknown}
    is_own = {*headings.remarks} <= {*words.values()}
    for text, column in table.unknown.items():
        is_remark = is_own and words[text] in headings.remarks
        if is_remark or any(column is read for read in table.columns.values()):
            continue
        meant = nearest(text, [name for name in free if name in _NEVER_IGNORED], least=_NEARLY)
        if meant and filled_cells(column).any():
            wanted = f"{meant}, if it is meant, or no such column"
            log.error(table.name, table.heading_row, label(text), "an unknown column", wanted)
            continue
        near = nearest(text, free)
        wanted = f"a known heading (perhaps {near}?)" if near else "a known heading"
        log.warning(
            table.name, table.heading_row, label(text), "an unknown column, ignored", wanted
        )
