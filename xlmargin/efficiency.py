"""Capital efficiency: how much less portfolio margin asks than strategy-based margin.

The gain is 1 - portfolio requirement / strategy-based figure. The figure is the deposit (initial
requirement less the proceeds of options and short stock sold: the money one must put up), the
initial or the maintenance requirement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.portfolio_margin import PortfolioMargin, shares
from xlmargin.settings import Basis
from xlmargin.strategy_margin import Phase, StrategyMargin
from xlmargin.strategy_margin.by_position import asked_of, proceeds_of
from xlmargin.strategy_margin.net_liquidation import values_added


@dataclass(frozen=True, eq=False)
class Comparison:
    """Both regimes by account and class group, $; arrays of shape (rows,).

    `portfolio` is each class's share of the portfolio requirement; the shares add up to it.
    `short_stock_value` is a magnitude; `option_values`, signed, are those that net liquidation
    value counts and the strategy-based book does not.
    """

    accounts: tuple[str, ...]
    names: tuple[str, ...]
    basis: Basis
    initial: FloatArray
    maintenance: FloatArray
    proceeds: FloatArray
    short_stock_value: FloatArray
    option_values: FloatArray
    portfolio: FloatArray

    @property
    def deposit(self) -> FloatArray:
        """Initial requirement less the proceeds of options and stock sold."""
        return self.initial - self.proceeds

    @property
    def maintenance_with_short_stock(self) -> FloatArray:
        """Maintenance with the value of short stock inside, as some brokers show it."""
        return self.maintenance + self.short_stock_value

    @property
    def maintenance_net_liquidation(self) -> FloatArray:
        """Maintenance beside an equity that counts every option at its market value."""
        return self.maintenance + self.option_values

    @property
    def figure(self) -> FloatArray:
        """The strategy-based figure of the basis."""
        match self.basis:
            case Basis.DEPOSIT:
                return self.deposit
            case Basis.INITIAL:
                return self.initial
            case Basis.MAINTENANCE:
                return self.maintenance

    @property
    def gain(self) -> FloatArray:
        """The strategy-based figure less the portfolio requirement, signed."""
        return self.figure - self.portfolio


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


def compared(portfolio: PortfolioMargin, strategy: StrategyMargin) -> Comparison:
    """Both regimes beside each other, a row for each account and class group."""
    book = portfolio.book
    positions = book.positions
    names = [u.group for u in book.market.underlyings]
    keys = [
        (int(account), names[underlying]) if underlying >= 0 else None
        for account, underlying in zip(positions.account, positions.underlying, strict=True)
    ]
    rows = {key: i for i, key in enumerate(dict.fromkeys(k for k in keys if k))}
    row = np.array([rows[key] if key else -1 for key in keys], dtype=np.int64)

    def by_row(amounts: FloatArray) -> FloatArray:
        return np.bincount(row[row >= 0], amounts[row >= 0], len(rows)).astype(np.float64)

    short_stock = np.where(positions.is_stock, np.minimum(portfolio.market_value, 0.0), 0.0)
    return Comparison(
        tuple(positions.accounts[account] for account, _ in rows),
        tuple(name for _, name in rows),
        book.settings.basis,
        by_row(asked_of(strategy, Phase.INITIAL)),
        by_row(asked_of(strategy, Phase.MAINTENANCE)),
        by_row(proceeds_of(strategy)),
        by_row(-short_stock),
        by_row(values_added(book, strategy.mark, strategy.rules)),
        by_row(shares(portfolio)),
    )
