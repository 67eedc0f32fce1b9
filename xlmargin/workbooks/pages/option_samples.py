"""Options to show the option functions on: a few of the book's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.book import Book
from xlmargin.contracts import InstrumentKind, Style, days_to_end
from xlmargin.dates import DAYS_PER_YEAR, date_of
from xlmargin.option_symbols import OptionSymbol
from xlmargin.pricing import OptionTerms, implied_volatility

MOST: Final = 12


@dataclass(frozen=True)
class OptionSample:
    """What the option functions ask for, with the market's own rate; prices in $ per unit."""

    symbol: str
    spot: float
    price: float
    rate: float
    dividend_yield: float
    style: str


def option_samples(book: Book) -> tuple[OptionSample, ...]:
    """Options of the book whose price has a volatility, no cash dividends, one an underlying.

    Where the book has none, one option of the textbook's XYZ.
    """
    found: dict[int, OptionSample] = {}
    for i, key in _candidates(book):
        if len(found) < MOST and key not in found and _has_volatility(book, i):
            found[key] = _sample(book, i)
    if found:
        return tuple(found.values())
    expiration = date_of(book.market.as_of) + dt.timedelta(days=91)
    symbol = OptionSymbol("XYZ", expiration, InstrumentKind.CALL, 510.0)
    return (OptionSample(str(symbol), 500.0, 24.5, 0.04, 0.01, Style.AMERICAN.value),)


def _candidates(book: Book) -> Iterator[tuple[int, int]]:
    positions, market = book.positions, book.market
    live = positions.is_option & ~np.isnan(positions.mark)
    live &= positions.expiration > market.as_of
    for i in np.flatnonzero(live):
        if not market.underlyings[positions.underlying[i]].dividends:
            yield int(i), int(positions.underlying[i])


def _has_volatility(book: Book, i: int) -> bool:
    """Whether a volatility gives the price of an option as its sample states it."""
    positions, sample = book.positions, _sample(book, i)
    contract = OptionTerms(
        call=np.array([positions.kind[i] == InstrumentKind.CALL]),
        american=positions.american[i : i + 1],
        strike=positions.strike[i : i + 1],
        years=days_to_end(book.market.as_of, np.floor(positions.expiration[i : i + 1]))
        / DAYS_PER_YEAR,
        rate=np.array([sample.rate]),
        dividend_yield=np.array([sample.dividend_yield]),
        dividend_years=np.zeros((1, 0)),
        dividend_amounts=np.zeros((1, 0)),
    )
    found = implied_volatility(contract, np.array([sample.spot]), np.array([sample.price]))
    return bool(np.isfinite(found.volatility[0]))


def _sample(book: Book, i: int) -> OptionSample:
    positions, market = book.positions, book.market
    of = positions.underlying[i]
    years = positions.contracts.days_left(market.as_of)[i : i + 1] / DAYS_PER_YEAR
    symbol = OptionSymbol(
        positions.symbol[i].split()[0].upper(),
        date_of(float(positions.expiration[i])),
        InstrumentKind(int(positions.kind[i])),
        float(positions.strike[i]),
    )
    return OptionSample(
        symbol=str(symbol),
        spot=float(market.spot[of]),
        price=float(positions.mark[i]),
        rate=round(float(market.rate(np.array([of]), years)[0]), 6),
        dividend_yield=round(float(market.yield_over(np.array([of]), years)[0]), 6),
        style=(Style.AMERICAN if positions.american[i] else Style.EUROPEAN).value,
    )
