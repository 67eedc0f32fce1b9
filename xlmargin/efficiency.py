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

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import Book
from xlmargin.both_regimes import BothRegimes
from xlmargin.errors import MarginError
from xlmargin.portfolio_margin import PortfolioMargin, shares
from xlmargin.settings import Basis
from xlmargin.strategy_margin import RequirementKind, StrategyLine, StrategyMargin, strategy_lines
from xlmargin.strategy_margin.display.lines import amounts_by_position
from xlmargin.strategy_margin.requirement import values_added


class ComparisonLevel(StrEnum):
    """What a row of a comparison stands for."""

    UNDERLYING = "underlying"
    STRATEGY = "strategy"
    ACCOUNT = "account"


@dataclass(frozen=True, eq=False)
class RegimeComparison:
    """Both regimes, $; arrays of shape (rows,); the rows of an account follow one another.

    What a regime that refuses the book would say is NaN; its refusal says why, None where it
    answers. `portfolio` is each row's share of the portfolio requirement; the shares add up to it,
    and that of a hedge may be negative. `short_stock_value` is a magnitude; `option_values`,
    signed, are those that net liquidation value counts and the strategy-based book does not.
    `value_added`, 0 or more, is what that book counts long European boxes at, beside their
    maintenance. `every_account` has those of nothing but cash too, of which there may be no row.
    """

    every_account: tuple[str, ...]
    accounts: tuple[str, ...]
    names: tuple[str, ...]
    basis: Basis
    initial: FloatArray
    maintenance: FloatArray
    deposit: FloatArray
    proceeds: FloatArray
    short_stock_value: FloatArray
    option_values: FloatArray
    value_added: FloatArray
    portfolio: FloatArray
    portfolio_refusal: MarginError | None = None
    strategy_refusal: MarginError | None = None

    @property
    def maintenance_with_short_stock(self) -> FloatArray:
        """Maintenance with the value of short stock inside, as some brokers show it."""
        return self.maintenance + self.short_stock_value

    @property
    def maintenance_net_liquidation(self) -> FloatArray:
        """Maintenance beside an equity that counts every option at its market value."""
        return self.maintenance + self.option_values - self.value_added

    def figure(self, basis: Basis) -> FloatArray:
        """The strategy-based figure of a basis."""
        match basis:
            case Basis.DEPOSIT:
                return self.deposit
            case Basis.INITIAL:
                return self.initial
            case Basis.MAINTENANCE:
                return self.maintenance


def strategy_figure(margin: StrategyMargin, basis: Basis) -> float:
    """The strategy-based figure of a basis, $, over all accounts."""
    match basis:
        case Basis.DEPOSIT:
            return margin.deposit
        case Basis.INITIAL:
            return margin.initial
        case Basis.MAINTENANCE:
            return margin.maintenance


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
    book, strategy, portfolio = regimes.book, regimes.strategy, regimes.portfolio
    positions = book.positions
    amounts = _ByStrategy.unknown(book)
    if isinstance(strategy, StrategyMargin):
        amounts = _by_strategy(strategy)
    match level:
        case ComparisonLevel.UNDERLYING:
            rows = rows_of_underlyings(book)
        case ComparisonLevel.STRATEGY:
            if isinstance(strategy, MarginError):
                raise strategy
            rows = rows_of_strategies(book, strategy_lines(strategy, RequirementKind.MAINTENANCE))
        case ComparisonLevel.ACCOUNT:
            rows = rows_of_accounts(book)
    required = np.full(len(positions), np.nan)
    if isinstance(portfolio, PortfolioMargin):
        required = shares(portfolio)
    return RegimeComparison(
        every_account=tuple(positions.accounts),
        accounts=tuple(positions.accounts[account] for account in rows.account),
        names=rows.names,
        basis=book.settings.basis,
        initial=rows.sums(amounts.initial),
        maintenance=rows.sums(amounts.maintenance),
        deposit=rows.sums(amounts.deposit),
        proceeds=rows.sums(amounts.proceeds),
        short_stock_value=rows.sums(_short_stock(book)),
        option_values=rows.sums(amounts.option_values),
        value_added=rows.sums(amounts.value_added),
        portfolio=rows.sums(required),
        portfolio_refusal=regimes.portfolio_refusal,
        strategy_refusal=regimes.strategy_refusal,
    )


@dataclass(frozen=True, eq=False)
class _ByStrategy:
    """What the strategy-based regime says of each position, $, shape (positions,)."""

    initial: FloatArray
    maintenance: FloatArray
    deposit: FloatArray
    proceeds: FloatArray
    option_values: FloatArray
    value_added: FloatArray

    @classmethod
    def unknown(cls, book: Book) -> _ByStrategy:
        return cls(*(np.full(len(book.positions), np.nan),) * 6)


def _by_strategy(margin: StrategyMargin) -> _ByStrategy:
    initially, put_up, maintained = (amounts_by_position(margin, kind) for kind in RequirementKind)
    return _ByStrategy(
        initially.requirement,
        maintained.requirement,
        put_up.requirement - put_up.proceeds - put_up.value_added,
        put_up.proceeds,
        values_added(margin.book, margin.mark, margin.rules),
        maintained.value_added,
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


def rows_of_underlyings(book: Book) -> ComparisonRows:
    """A row for each account and class group."""
    positions = book.positions
    groups = [u.group for u in book.market.underlyings]
    held = np.flatnonzero(~positions.is_cash)
    names = (groups[u] for u in positions.underlying[held])
    return _rows(positions.account[held], names, held, np.ones(len(held)))


def rows_of_strategies(book: Book, lines: Iterable[StrategyLine]) -> ComparisonRows:
    """A row for each account and name of a strategy in the lines of a pairing."""
    legs = [(line.strategy, leg) for line in lines for leg in line.legs]
    position = np.array([leg.position for _, leg in legs], dtype=np.int64)
    used = np.abs(np.array([leg.quantity for _, leg in legs], dtype=np.float64))
    part = used / np.bincount(position, used)[position] if len(legs) else used
    accounts = book.positions.account[position]
    return _rows(accounts, (name for name, _ in legs), position, part)


def rows_of_accounts(book: Book) -> ComparisonRows:
    """A row for each account, one of nothing but cash included."""
    positions = book.positions
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
