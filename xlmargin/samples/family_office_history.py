"""Sixty trading days of the sample's family office, for the shadow analysis: two dated ranges.

The last day is the sample itself, divided into two accounts. Spots follow an invented path, option
prices come from the sample's smooth volatilities, and cash moves by what trades bring and cost;
dividends, interest and fees of the past are left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.cells.values import TableCell, TableRows
from xlmargin.contracts import InstrumentKind
from xlmargin.dates import DAYS_PER_YEAR, date_of
from xlmargin.excel.ranges import Ranges
from xlmargin.importers import BookRanges
from xlmargin.known_instruments import KNOWN
from xlmargin.market import Market
from xlmargin.risk_array import option_marks
from xlmargin.samples.family_office_book import family_office_book
from xlmargin.samples.holdings_by_day import (
    FOUNDATION,
    FOUNDATION_HOLDS,
    HOLDING,
    SampleHolding,
    holdings,
)
from xlmargin.samples.invented_path import spot_path, trading_days_to
from xlmargin.samples.volatility_surface import VolatilitySurface, fitted_surface

DAYS: Final = 60
LAST_CASH: Final = {HOLDING: 1_150_000.0, FOUNDATION: 300_000.0}
"""Cash of each account on the last day, $: together the sample's."""

_POSITIONS: Final = (
    "date", "symbol", "type", "quantity", "strike", "expiration", "price", "cost", "style",
    "account",
)  # fmt: skip
_TO_VALUE: Final = ("symbol", "type", "quantity", "strike", "expiration", "volatility", "style")

_A_CENT: Final = 0.01
"""The least that an option is quoted at."""

_Prices = dict[SampleHolding, float]
"""$ per unit of everything that is held or closed on a day."""


def family_office_history() -> BookRanges:
    """Positions and market with a `date` column, settings without a date, dividends.

    Rows stand in the order of time; cash has a row for each account and day.
    """
    sample = family_office_book()
    book = Ranges(sample.positions, sample.market, sample.settings, sample.dividends).book()
    days = trading_days_to(book.as_of, DAYS)
    surface, factor = fitted_surface(book)
    past = _Past(sample, book.market, surface, days, spot_path(book.market, DAYS))
    held = holdings(_sample_holdings(book, factor), past.spot, days[0], days[-1])
    prices = [past.prices(held, day) for day in days]
    positions: TableRows = [list(_POSITIONS)]
    market: TableRows = [["date", *past.market_rows(days[0])[0]]]
    first_prices: _Prices = {}
    for day, priced, cash in zip(days, prices, _cash(held, prices, days), strict=True):
        first_prices = priced | first_prices
        rows = _position_rows(held, day, priced, first_prices, cash)
        positions += [[day.isoformat(), *row] for row in rows]
        market += [[day.isoformat(), *row] for row in past.market_rows(day)[1:]]
    return BookRanges(positions, market, past.settings, sample.dividends)


def last_day_of(history: BookRanges) -> BookRanges:
    """The book of a history's last date, as of that date: its ranges without their dates."""
    market = history.market or []
    last = history.positions[-1][0]
    return BookRanges(
        _on(history.positions, last),
        _on(market, last),
        [*(history.settings or []), ["as_of", last]],
        history.dividends,
    )


def dated_tables(history: BookRanges) -> dict[str, TableRows]:
    """A history's two dated ranges by the names of their tables."""
    return {"DatedPositions": history.positions, "DatedMarket": history.market or []}


def _on(rows: TableRows, day: TableCell) -> TableRows:
    return [row[1:] for i, row in enumerate(rows) if i == 0 or row[0] == day]


@dataclass(frozen=True, eq=False)
class _Past:
    """The invented market of each day; `path` has shape (underlyings, days)."""

    sample: BookRanges
    market: Market
    surface: VolatilitySurface
    days: Sequence[dt.date]
    path: FloatArray

    @property
    def settings(self) -> TableRows:
        """The sample's settings without its date."""
        return [row for row in self.sample.settings or [] if row[0] != "as_of"]

    def spot(self, symbol: str, day: dt.date) -> float:
        """Price of an underlying, or of what an option root delivers, on a day, $."""
        underlying = self.market.index_of[KNOWN.underlying_of(symbol)]
        return float(self.path[underlying, self.days.index(day)])

    def market_rows(self, day: dt.date) -> TableRows:
        """The sample's market range at the prices of a day."""
        headings, *rows = self.sample.market or []
        price = headings.index("price")
        return [headings] + [
            [*row[:price], self.spot(str(row[0]), day), *row[price + 1 :]] for row in rows
        ]

    def prices(self, held: Sequence[SampleHolding], day: dt.date) -> _Prices:
        """What one unit of each holding is worth on a day, $ to the cent."""
        priced = [each for each in held if each.priced_on(day)]
        stocks = {each: self.spot(each.symbol, day) for each in priced if not each.strike}
        options = [each for each in priced if each.strike]
        rows = [self._to_value(option, day) for option in options]
        settings: TableRows = [*self.settings, ["as_of", day.isoformat()]]
        ranges = (self.market_rows(day), settings, self.sample.dividends)
        marks = option_marks(Ranges([list(_TO_VALUE), *rows], *ranges).book())
        return stocks | dict(
            zip(options, np.maximum(marks.round(2), _A_CENT).tolist(), strict=True)
        )

    def _to_value(self, option: SampleHolding, day: dt.date) -> list[TableCell]:
        """A row with the option's volatility in place of its price."""
        assert option.strike
        assert option.expiration
        underlying = self.market.index_of[KNOWN.underlying_of(option.symbol)]
        distance = option.strike / self.spot(option.symbol, day)
        years = (dt.date.fromisoformat(option.expiration) - day).days / DAYS_PER_YEAR
        volatility = option.factor * self.surface.volatility(underlying, distance, years)
        return [
            option.symbol, option.kind, option.quantity, option.strike, option.expiration,
            volatility, option.style,
        ]  # fmt: skip


def _sample_holdings(book: Book, factor: FloatArray) -> list[SampleHolding]:
    """The positions of the sample but for its cash, each in its account."""
    positions = book.positions
    found = []
    for i in range(len(positions)):
        if positions.is_cash[i]:
            continue
        symbol = positions.symbol[i]
        option = bool(positions.is_option[i])
        found.append(
            SampleHolding(
                account=FOUNDATION if symbol in FOUNDATION_HOLDS else HOLDING,
                symbol=symbol,
                kind=InstrumentKind(int(positions.kind[i])).word,
                quantity=float(positions.quantity[i]),
                strike=float(positions.strike[i]) if option else None,
                expiration=date_of(float(positions.expiration[i])).isoformat() if option else None,
                style=("american" if positions.american[i] else "european") if option else None,
                cost=float(positions.cost[i]),
                factor=float(factor[i]),
            )
        )
    return found


def _cash(
    held: Sequence[SampleHolding], prices: Sequence[_Prices], days: Sequence[dt.date]
) -> list[dict[str, float]]:
    """Cash of each account at the close of each day, $: backwards from the last."""
    cash = dict(LAST_CASH)
    found = []
    for day, priced in zip(reversed(days), reversed(prices), strict=True):
        found.append(dict(cash))
        for each in priced:
            cash[each.account] -= _received(each, priced[each], day)
    return found[::-1]


def _received(each: SampleHolding, price: float, day: dt.date) -> float:
    """What came in for a holding on a day, $: negative where it was paid for."""
    if each.first == day:
        return -each.units * (price if each.cost is None else each.cost)
    if each.gone == day and not each.assigned:
        return each.units * price
    return 0.0


def _position_rows(
    held: Sequence[SampleHolding],
    day: dt.date,
    prices: _Prices,
    first_prices: _Prices,
    cash: dict[str, float],
) -> TableRows:
    """What is held at the close of a day, and the cash; a first price is a cost not stated."""
    rows: TableRows = [
        [
            each.symbol, each.kind, each.quantity, each.strike, each.expiration, prices[each],
            first_prices[each] if each.cost is None else each.cost, each.style, each.account,
        ]
        for each in held
        if each.on(day)
    ]  # fmt: skip
    return rows + [
        ["USD", "cash", round(amount, 2), *[None] * 5, account] for account, amount in cash.items()
    ]
