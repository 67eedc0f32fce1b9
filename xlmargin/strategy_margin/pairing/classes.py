"""What each account holds, class by class: all that may be margined together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.contracts import InstrumentKind
from xlmargin.market import Underlying
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions
from xlmargin.strategy_margin.pairing.concentration import with_add_ons
from xlmargin.strategy_margin.pairing.held_options import held_options
from xlmargin.strategy_margin.pairing.held_stock import held_stocks

SAME_INDEX = 0.02
"""How far apart, as a share, two indexes of a class group may stand and be one at two scales."""


def holdings(book: Book, mark: FloatArray, rules: StrategyRules) -> tuple[ClassPositions, ...]:
    """The holdings of each account by class, and of each forced group, by name.

    `mark`, $ per unit, shape (positions,), is what each option is worth; shares count at the
    market's price. Cash is in no class. The house's add-ons for concentration go by account.
    """
    positions, underlyings = book.positions, book.market.underlyings
    together: dict[tuple[int, int, str], list[int]] = defaultdict(list)
    for i in np.flatnonzero(~positions.is_cash).tolist():
        group = int(positions.group[i])
        name = underlyings[positions.underlying[i]].group if group < 0 else positions.groups[group]
        together[int(positions.account[i]), group, name].append(i)
    books = with_add_ons(book, rules)
    return tuple(
        _held(books[account], mark, account, group, name, own)
        for (account, group, name), own in sorted(together.items(), key=_by_account_and_name)
    )


def _by_account_and_name(item: tuple[tuple[int, int, str], list[int]]) -> tuple[int, str, int]:
    (account, group, name), _ = item
    return account, name, group


def _held(
    book: Book, mark: FloatArray, account: int, group: int, name: str, own: list[int]
) -> ClassPositions:
    """The holdings made of these positions."""
    kind = book.positions.kind
    instruments = _instruments(book, own)
    stock = [i for i in own if kind[i] == InstrumentKind.STOCK]
    contracts = [i for i in own if kind[i] != InstrumentKind.STOCK]
    options, closed = held_options(book, mark, contracts, instruments)
    stocks = held_stocks(book, stock, instruments)
    return ClassPositions(account, name, group, tuple(own), options, stocks, closed)


def _instruments(book: Book, own: Iterable[int]) -> dict[int, int]:
    """For each underlying, the one that stands for its instrument: itself, or its full index."""
    underlyings = book.market.underlyings
    first_of_index: dict[str, int] = {}
    instruments = {}
    for i in sorted({int(book.positions.underlying[i]) for i in own}):
        underlying, instrument = underlyings[i], i
        if underlying.underlying_class.is_index:
            first = first_of_index.setdefault(underlying.group, i)
            if _is_same_index(underlying, underlyings[first]):
                instrument = first
        instruments[i] = instrument
    return instruments


def _is_same_index(one: Underlying, other: Underlying) -> bool:
    """Whether two indexes of one class group are the same index, each at its own scale."""
    full, other_full = one.spot / one.index_scale, other.spot / other.index_scale
    return abs(full - other_full) <= SAME_INDEX * other_full
