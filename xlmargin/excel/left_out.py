"""What is left out and counts by its default: notes, so that no number hides what it rests on.

What is worth doing something about - no rate, no cash, no day - is a warning elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from xlmargin.book import Book
from xlmargin.cells.problems import ProblemLog, some_of
from xlmargin.errors import Problem, Severity
from xlmargin.excel.book_reader import BookReading
from xlmargin.excel.positions_reader import PositionRows
from xlmargin.excel.settings_fields import SETTINGS
from xlmargin.market import Underlying
from xlmargin.rulebook import UnderlyingClass
from xlmargin.settings import AccountType, Settings

_MOST_NAMED: Final = 8
"""Underlyings that one note names; of the rest only their number is told."""


def _always(_: Book) -> bool:
    return True


def _lends(book: Book) -> bool:
    return book.settings.account_type is not AccountType.CASH


NOTED_HERE: Final[Mapping[str, tuple[str, Callable[[Book], bool]]]] = {
    "account_type": (f"account_type {Settings.account_type}", _always),
    "house": (f"house {Settings.house} (nothing a broker asks above it)", _always),
    "basis": (f"basis {Settings.basis}", _always),
    "smile": (f"smile {Settings.smile}", _always),
    "sma": ("sma the Reg T excess", _lends),
}
"""Settings whose default counts in figures that do not say so: what it is, and of which books."""


def left_out(reading: BookReading) -> list[Problem]:
    """Notes on all that a book leaves out and that changes a figure; none where it is refused."""
    if reading.book is None:
        return []
    log = ProblemLog()
    log.add(settings_left_out(reading.book))
    _costs(reading.rows, log)
    _underlyings(reading, log)
    return log.problems


def settings_left_out(book: Book) -> list[Problem]:
    """One note on all settings left out that figures of a book depend on."""
    accounts = [book.settings.of(account) for account in book.positions.accounts]
    noted = [
        text
        for name, (text, counts) in NOTED_HERE.items()
        if any(name in own.left_out for own in accounts) and counts(book)
    ]
    text = f"left out, so that these count: {', '.join(noted)}"
    return [Problem(SETTINGS, 0, "", text, "", Severity.NOTE)] if noted else []


def _costs(rows: PositionRows, log: ProblemLog) -> None:
    """Where initial requirements take the price of today for the trade price."""
    traded = ~rows.is_cash & (rows.quantity != 0)
    without = traded & np.isnan(rows.cost)
    text = "left out: initial requirements take the price for it"
    if without.any() and np.array_equal(without, traded):
        log.note(rows.table.name, 0, "cost", text)
    else:
        log.notes_where(without, rows.table, "cost", text)


def _underlyings(reading: BookReading, log: ProblemLog) -> None:
    """Stocks that nothing says to be stocks; stocks and indexes that nothing says to pay."""
    assert reading.book is not None
    positions, table = reading.book.positions, reading.market.table
    listed = reading.book.market.underlyings
    held, written_on = (
        [listed[i] for i in np.unique(positions.underlying[of]).tolist()]
        for of in (~positions.is_cash, positions.is_option & np.isnan(positions.forward))
    )
    stated = reading.market.stated
    unknown = [
        own.symbol
        for own in held
        if _is_stock(own)
        and own.symbol in stated
        and stated[own.symbol].facts.underlying_class is None
    ]
    if unknown:
        text = f"left out and not known: {some_of(unknown, _MOST_NAMED)} taken for stock"
        log.note(table.name, 0, "class", text)
    states_yield = {*table.rows[~table.empty("dividend_yield")].tolist()}
    paying = [
        own.symbol
        for own in sorted(written_on, key=_is_stock)
        if (_is_stock(own) or _is_paying_index(own))
        and not own.dividends
        and own.yields is None
        and not own.dividend_yield
        and own.row not in states_yield
    ]
    if paying:
        text = f"left out: options on {some_of(paying, _MOST_NAMED)} are valued without dividends"
        log.note(table.name, 0, "dividend_yield", text)


def _is_stock(underlying: Underlying) -> bool:
    return underlying.underlying_class is UnderlyingClass.STOCK


def _is_paying_index(underlying: Underlying) -> bool:
    """Whether its options depend on what the shares in it pay: not where the price is a forward."""
    own = underlying.underlying_class
    is_of_shares = own.is_index and own is not UnderlyingClass.VOL_INDEX
    return is_of_shares and not underlying.spot_is_forward
