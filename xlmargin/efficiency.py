"""Both regimes beside each other, by underlying, by strategy or by account.

The gain is 1 - portfolio requirement / strategy-based figure. The figure is the deposit (what the
law requires at first less the proceeds of options and short stock sold: the money one must put
up), the initial or the maintenance requirement.

By strategy a position is divided among the strategies of the least maintenance pairing that use
it. The least initial pairing may be another one; what it requires of a position follows the same
division, so that every amount of a row is about the same positions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import Book
from xlmargin.errors import MarginError
from xlmargin.portfolio_margin import PortfolioMargin, shares
from xlmargin.regimes import BothRegimes
from xlmargin.settings import Basis
from xlmargin.strategy_margin import RequirementKind, strategy_lines
from xlmargin.strategy_margin.display.lines import amounts_by_position
from xlmargin.strategy_margin.requirement import option_value_adjustment


class ComparisonLevel(StrEnum):
    """What a row of a comparison stands for."""

    UNDERLYING = "underlying"
    STRATEGY = "strategy"
    ACCOUNT = "account"


class RegimeAmounts(NamedTuple):
    """What both regimes say, $, arrays of one shape; NaN of a regime that refuses the book.

    `portfolio` is a share of the portfolio requirement; the shares add up to it, and that of a
    hedge may be negative. `short_stock_value` is a magnitude; `option_values`, signed, are those
    that net liquidation value counts and the strategy-based book does not. `value_added`, 0 or
    more, is what that book counts long European boxes at, beside their maintenance.
    """

    initial: FloatArray
    maintenance: FloatArray
    deposit: FloatArray
    portfolio: FloatArray
    proceeds: FloatArray
    short_stock_value: FloatArray
    option_values: FloatArray
    value_added: FloatArray

    @property
    def maintenance_with_short_stock(self) -> FloatArray:
        """Maintenance with the value of short stock inside, as some brokers show it."""
        return self.maintenance + self.short_stock_value

    @property
    def maintenance_net_liquidation(self) -> FloatArray:
        """Maintenance beside an equity that counts every option at its market value."""
        return self.maintenance + self.option_values - self.value_added


@dataclass(frozen=True, eq=False)
class RegimeComparison:
    """Both regimes by row; the rows of an account follow one another.

    There may be no row of an account that holds nothing but cash.
    """

    regimes: BothRegimes
    rows: ComparisonRows
    amounts: RegimeAmounts


def strategy_figure(of: object, basis: Basis) -> Any:
    """The strategy-based figure of a basis, $, of what has all three: a margin, amounts by row."""
    return getattr(of, basis.value)


def efficiency_gain(portfolio: float, strategy: float) -> float:
    """1 - portfolio / strategy, a fraction; NaN where the strategy-based figure is not above 0.

    >>> efficiency_gain(7_500.0, 25_000.0)
    0.7
    """
    return 1.0 - portfolio / strategy if strategy > 0 else np.nan


def compared(
    regimes: BothRegimes, level: ComparisonLevel = ComparisonLevel.UNDERLYING
) -> RegimeComparison:
    """Both regimes beside each other, a row for each underlying, strategy or account.

    Every amount is found for each position and divided over the rows by the units that each row
    has of it, so that all columns of a row speak of the same positions and add up to the totals.
    Refused by strategy where strategy-based margin refuses the book.
    """
    rows = _ROWS[level](regimes)
    return RegimeComparison(regimes, rows, RegimeAmounts(*map(rows.sums, _by_position(regimes))))


def _by_position(regimes: BothRegimes) -> RegimeAmounts:
    """The amounts of each position, shape (positions,)."""
    book, strategy, portfolio = regimes.book, regimes.strategy, regimes.portfolio
    nothing = np.full(len(book.positions), np.nan)
    required = shares(portfolio) if isinstance(portfolio, PortfolioMargin) else nothing
    every = RegimeAmounts(*(nothing,) * 8)
    every = every._replace(portfolio=required, short_stock_value=_short_stock(book))
    if isinstance(strategy, MarginError):
        return every
    initially, put_up, maintained = (amounts_by_position(strategy, k) for k in RequirementKind)
    return every._replace(
        initial=initially.requirement,
        maintenance=maintained.requirement,
        deposit=put_up.requirement - put_up.proceeds - put_up.value_added,
        proceeds=put_up.proceeds,
        option_values=option_value_adjustment(book, strategy.mark, strategy.rules),
        value_added=maintained.value_added,
    )


def _short_stock(book: Book) -> FloatArray:
    """Value of the shares sold short, a magnitude, $, shape (positions,)."""
    positions, stock = book.positions, book.positions.is_stock
    value = np.zeros(len(positions))
    sold = np.maximum(-positions.units[stock], 0.0)
    value[stock] = sold * book.market.spot[positions.underlying[stock]]
    return value


@dataclass(frozen=True, eq=False)
class ComparisonRows:
    """Rows by account and name, and the pieces of positions they are made of.

    `account` is each row's index into the accounts. `position` and `row` are each piece's; `part`
    is the fraction of its position that a piece is. The parts of a position add up to 1.
    """

    names: tuple[str, ...]
    account: tuple[int, ...]
    position: IntArray
    row: IntArray
    part: FloatArray

    def sums(self, amounts: FloatArray) -> FloatArray:
        """Amounts by position, $, as amounts by row, shape (rows,)."""
        parts = amounts[self.position] * self.part
        return np.bincount(self.row, parts, len(self.names)).astype(np.float64)


def _rows_of_underlyings(regimes: BothRegimes) -> ComparisonRows:
    """A row for each account and class group."""
    book, positions = regimes.book, regimes.book.positions
    groups = [u.group for u in book.market.underlyings]
    held = np.flatnonzero(~positions.is_cash)
    names = (groups[u] for u in positions.underlying[held])
    return _rows(positions.account[held], names, held, np.ones(len(held)))


def _rows_of_strategies(regimes: BothRegimes) -> ComparisonRows:
    """A row for each account and name of a strategy in the least maintenance pairing."""
    if isinstance(regimes.strategy, MarginError):
        raise regimes.strategy
    lines = strategy_lines(regimes.strategy, RequirementKind.MAINTENANCE)
    legs = [(line.strategy, leg) for line in lines for leg in line.legs]
    position = np.array([leg.position for _, leg in legs], dtype=np.int64)
    used = np.abs(np.array([leg.quantity for _, leg in legs], dtype=np.float64))
    part = used / np.bincount(position, used)[position] if len(legs) else used
    accounts = regimes.book.positions.account[position]
    return _rows(accounts, (name for name, _ in legs), position, part)


def _rows_of_accounts(regimes: BothRegimes) -> ComparisonRows:
    """A row for each account, one of nothing but cash included."""
    positions = regimes.book.positions
    names = tuple(name or "account" for name in positions.accounts)
    every, ones = np.arange(len(positions)), np.ones(len(positions))
    return ComparisonRows(names, tuple(range(len(names))), every, positions.account, ones)


def _rows(
    account: IntArray, names: Iterable[str], position: IntArray, part: FloatArray
) -> ComparisonRows:
    """The pieces gathered into rows: account by account, names in their order of appearance."""
    keys = list(zip(account.tolist(), names, strict=True))
    rows = sorted(dict.fromkeys(keys), key=lambda key: key[0])
    row_of = {key: i for i, key in enumerate(rows)}
    row = np.array([row_of[key] for key in keys], dtype=np.int64)
    return ComparisonRows(
        tuple(name for _, name in rows), tuple(account for account, _ in rows), position, row, part
    )


_ROWS: Final = {
    ComparisonLevel.UNDERLYING: _rows_of_underlyings,
    ComparisonLevel.STRATEGY: _rows_of_strategies,
    ComparisonLevel.ACCOUNT: _rows_of_accounts,
}
