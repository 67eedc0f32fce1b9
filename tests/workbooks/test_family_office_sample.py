"""The sample book: it reads without a warning, and its prices do not contradict each other."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.reading import check_book, read_book
from xlmargin.book import Book
from xlmargin.contracts import InstrumentKind
from xlmargin.errors import Severity
from xlmargin.portfolio_margin import portfolio_margin
from xlmargin.samples import family_office_book


@pytest.fixture(scope="module")
def book() -> Book:
    ranges = family_office_book()
    return read_book(ranges.positions, ranges.market, ranges.settings, ranges.dividends)


def test_nothing_is_wrong_with_it() -> None:
    ranges = family_office_book()
    (note,) = check_book(ranges.positions, ranges.market, ranges.settings, ranges.dividends)
    assert note.severity is Severity.NOTE
    assert note.found == "DJX: index_scale 0.01, known"


def test_it_is_a_family_office_of_about_fifteen_million(book: Book) -> None:
    positions, market = book.positions, book.market
    stock = positions.is_stock
    long_market_value = (positions.units[stock] * market.spot[positions.underlying[stock]]).sum()
    assert long_market_value == pytest.approx(15e6, rel=0.02)
    assert 50 <= len(positions) <= 100
    assert 0.08 < portfolio_margin(book).amount / long_market_value < 0.16


def test_every_option_has_a_volatility_that_is_plausible(book: Book) -> None:
    volatility = portfolio_margin(book).inputs.contracts.volatility
    assert ((volatility > 0.10) & (volatility < 0.80)).all()


def test_prices_of_one_expiration_do_not_contradict_each_other(book: Book) -> None:
    assert chains_hold(book)


def chains_hold(book: Book) -> bool:
    """Calls fall with the strike and puts rise, both by no more than the strikes are apart."""
    positions = book.positions
    for kind, sign in ((InstrumentKind.CALL, -1.0), (InstrumentKind.PUT, 1.0)):
        rows = np.flatnonzero(positions.kind == kind)
        series = {(positions.underlying[i], positions.expiration[i]) for i in rows}
        for underlying, expiration in series:
            same = (positions.underlying[rows] == underlying) & (
                positions.expiration[rows] == expiration
            )
            chain = sorted({(positions.strike[i], positions.mark[i]) for i in rows[same]})
            for (low, first), (high, second) in pairwise(chain):
                if not 0 <= sign * (second - first) <= high - low:
                    return False
    return True
