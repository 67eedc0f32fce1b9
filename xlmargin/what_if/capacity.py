"""How many of each order still fit: the greatest quantity up to which every one is accepted.

Each order is traded by itself, beside what is held. It is accepted where the pre-trade check
accepts it: what it uses of an excess is there, and leaves a reserve.

Under portfolio margin the excess between the bends of the requirement is concave, so that the first
quantity refused is found by halving: exact. By strategy it is what an integer program leaves, which
may be refused and then accepted again: quantities are doubled and then halved, and that none below
the one found is refused is proven only where each was tried, or where nothing can be paired.

Rule: FINRA 4210(c), (g)(7), (g)(11); 12 CFR 220.5, 220.8, 220.12.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Final

import numpy as np

from xlmargin.account import (
    Reserve,
    portfolio_excess,
    required_by_name,
    strategy_excess,
    values_by_strategy,
)
from xlmargin.account.account_values import reg_t_excess
from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.book import Book, sma_of_accounts
from xlmargin.computing import check_time_limit
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.portfolio_margin.portfolio_requirement import NO_CLASS
from xlmargin.regimes import under_portfolio_margin
from xlmargin.strategy_margin import RequirementKind, StrategyMargin, strategy_margin
from xlmargin.strategy_margin.pairing.house_add_ons import counts_together
from xlmargin.what_if.candidates import SizedOrders, book_with, closed_rows, marked
from xlmargin.what_if.hedge_portfolio import PortfolioHedge, portfolio_hedge
from xlmargin.what_if.hedge_strategy import rows_beside
from xlmargin.what_if.impact import HALF_A_CENT, Trades
from xlmargin.what_if.tried_quantities import CapacityCheck, Greatest, Tried, greatest_of

PORTFOLIO_EXCESS: Final = "portfolio excess"
MAINTENANCE_EXCESS: Final = "maintenance excess"
REG_T_EXCESS: Final = "Reg T excess"
SMA: Final = "SMA"
FREE_CASH: Final = "free cash"
"""What binds first: the excess that refuses one more."""


@dataclass(frozen=True, eq=False)
class Capacity:
    """What of each order fits; None for a regime that is not permitted, or not looked at.

    `is_portfolio` tells which of them is that of the accounts. `by_name` is the greatest quantity
    by the share that an order's name may have, shape (orders,): NaN where there is no limit,
    infinite where portfolio margin does not cover the order.
    """

    orders: SizedOrders
    portfolio: Greatest | None
    strategy: Greatest | None
    is_portfolio: bool
    by_name: FloatArray

    @property
    def own(self) -> Greatest:
        """What fits under the regime of the accounts."""
        own = self.portfolio if self.is_portfolio else self.strategy
        assert own is not None
        return own

    @property
    def cash_needed(self) -> FloatArray:
        """What the greatest quantity costs with its fee, $; below 0, received."""
        return self.orders.one.cost(self.own.quantity)


def capacity(
    portfolio: PortfolioMargin,
    strategy: StrategyMargin,
    orders: SizedOrders,
    reserve: Reserve,
    *,
    both: bool,
) -> Capacity:
    """What of each order fits beside a book that is margined under both regimes.

    `reserve` is the excess that is to stay, by account: of portfolio margin, and of maintenance.
    The regime that is not that of the accounts is looked at by strategy only where `both` are.
    """
    book = portfolio.book
    by_portfolio = None
    if not book.is_cash_account:
        by_portfolio = _under_portfolio(portfolio, orders, reserve)
    by_strategy = None
    if both or not book.is_portfolio:
        by_strategy = _by_strategy(strategy, orders, reserve)
    by_name = greatest_by_name(portfolio, orders)
    return Capacity(orders, by_portfolio, by_strategy, book.is_portfolio, by_name)


def _by_strategy(margin: StrategyMargin, orders: SizedOrders, reserve: Reserve) -> Greatest:
    book, account = margin.book, orders.one.accounts_in(margin.book)
    now = strategy_excess(margin)
    if book.is_cash_account:
        at_first, first_name, then_name = now, FREE_CASH, FREE_CASH
    else:
        at_first, first_name, then_name = reg_t_excess(margin), REG_T_EXCESS, MAINTENANCE_EXCESS
    kept = reserve.of(values_by_strategy(margin).net_liquidation_value)
    other = sma_of_accounts(book)
    joint, held = orders.one.beside(book)
    joint = marked(joint)
    own, whole = joint.only(np.arange(held)), counts_together(book, margin.rules)
    tried = []
    for i, a in enumerate(account.tolist()):
        name = SMA if other[a] > max(float(at_first.excess[a]), 0.0) else first_name
        first = float(at_first.excess[a])
        left = float(other[a]) if name == SMA else first
        checks = (
            CapacityCheck(name, first, float(other[a]), left),
            CapacityCheck(then_name, float(now.excess[a] - kept[a]), 0.0),
        )
        one = joint.only(np.array([held + i]))
        beside = own.only(rows_beside(own, one, whole=whole))
        changes = partial(_by_strategy_with, _Beside(beside, _amounts_by_strategy),
                          _trade_of(one, orders, i), reserve)  # fmt: skip
        most = int(orders.one.most[i])
        tried.append(Tried(checks, changes, most, _stock_bends(beside, one, whole=whole)))
    return greatest_of(tried, orders.ordered, now.excess[account])


def _trade_of(one: Book, orders: SizedOrders, i: int) -> Trades:
    """One order as a trade of one, at its price; its fee stands apart."""
    trades, own = orders.one.one, slice(i, i + 1)
    return Trades(
        replace(one, positions=replace(one.positions, cost=trades.price[own])), trades.fee[own]
    )


def _stock_bends(beside: Book, one: Book, *, whole: bool) -> list[int] | None:
    """Where stock that nothing pairs with closes what is held; None where something may pair."""
    positions = beside.positions
    if whole or not one.positions.is_stock[0] or positions.is_option.any():
        return None
    joint = positions.joined(one.positions)
    [closed] = closed_rows(joint, len(positions))
    shares = float(np.abs(joint.quantity[closed]).sum())
    return [int(np.floor(shares)), int(np.ceil(shares))]


@dataclass(frozen=True, eq=False)
class _Beside:
    """What an order is margined with, and some amounts of it, $, which the order changes."""

    own: Book
    amounts: Callable[[Book], FloatArray]

    def changed(self, one: Trades, quantity: float) -> FloatArray:
        """What so many of an order change the amounts by."""
        return self.amounts(book_with(self.own, one.book, quantity)) - self._before

    @cached_property
    def _before(self) -> FloatArray:
        return self.amounts(self.own)


def _by_strategy_with(
    beside: _Beside, one: Trades, reserve: Reserve, quantity: float
) -> tuple[tuple[float, float], float]:
    """What Reg T and maintenance excess above the reserve change by, and the latter, $."""
    at_first, excess, value = (beside.changed(one, quantity) + _paid(one, quantity)).tolist()
    return (at_first, excess - float(reserve.share[0]) * value), excess


def _amounts_by_strategy(book: Book) -> FloatArray:
    """Reg T excess, maintenance excess and account value of a book's positions, without cash, $."""
    if not len(book.positions):
        return np.zeros(3)
    margin = strategy_margin(book)
    values = values_by_strategy(margin)
    values = replace(values, cash=np.zeros(len(values.accounts)))
    equity = float(values.strategy_equity.sum())
    excess = equity - margin.requirement(RequirementKind.MAINTENANCE)
    at_first = excess
    if not book.is_cash_account:
        at_first = equity - float(reg_t_excess(margin).requirement.sum())
    return np.array([at_first, excess, float(values.net_liquidation_value.sum())])


def _under_portfolio(margin: PortfolioMargin, orders: SizedOrders, reserve: Reserve) -> Greatest:
    book, account = margin.book, orders.one.accounts_in(margin.book)
    now = portfolio_excess(margin)
    left = now.excess - reserve.of(now.equity)
    joint, held = orders.one.beside(book)
    both = under_portfolio_margin(joint)
    priced = joint if (both.class_of[held:] != NO_CLASS).all() else marked(joint)
    beside = priced.only(np.flatnonzero(both.class_of[:held] == NO_CLASS))
    tried = []
    for i, a in enumerate(account.tolist()):
        bends: list[int] | None = None
        trade = _trade_of(priced.only(np.array([held + i])), orders, i)
        if both.class_of[held + i] != NO_CLASS:
            hedge = portfolio_hedge(both, held, np.array([i]))
            changed = partial(_covered_with, hedge)
            at = hedge.bends()[0]
            bends = [int(f(q)) for q in at[np.isfinite(at)] for f in (np.floor, np.ceil)]
        else:
            own = beside.only(rows_beside(beside, trade.book, whole=False))
            changed = partial(_outside_with, _Beside(own, _amounts_outside), trade, margin, a)
        changes = partial(_under_portfolio_with, changed, trade, reserve)
        check = CapacityCheck(PORTFOLIO_EXCESS, float(left[a]), 0.0)
        tried.append(Tried((check,), changes, int(orders.one.most[i]), bends))
    return greatest_of(tried, orders.ordered, now.excess[account])


def _under_portfolio_with(
    changed: Callable[[float], tuple[float, float]], one: Trades, reserve: Reserve, quantity: float
) -> tuple[tuple[float], float]:
    """What the excess above the reserve changes by, and the excess, $."""
    value, required = changed(quantity)
    value += _paid(one, quantity)
    excess = value - required
    return (excess - float(reserve.share[0]) * value,), excess


def _covered_with(hedge: PortfolioHedge, quantity: float) -> tuple[float, float]:
    """What an order that portfolio margin covers changes value and requirement by, $."""
    so_many = np.array([quantity], dtype=np.float64)
    return float(hedge.value_change(so_many)[0]), float(hedge.change(so_many)[0])


def _outside_with(
    beside: _Beside, one: Trades, margin: PortfolioMargin, account: int, quantity: float
) -> tuple[float, float]:
    """The same of an order that portfolio margin margins by strategy."""
    value, required = beside.changed(one, quantity).tolist()
    return value, margin.outside_changed(account, required)


def _amounts_outside(book: Book) -> FloatArray:
    """Value of positions that portfolio margin does not cover, and what they add up to there, $."""
    if not len(book.positions):
        return np.zeros(2)
    margin = under_portfolio_margin(book)
    return np.array([margin.market_value.sum(), margin.outside.sum()])


def _paid(one: Trades, quantity: float) -> float:
    """Cash that so many bring (> 0) or take, the fee paid, $."""
    return quantity * float(one.cash[0]) - float(one.fee[0])


_AT_ONCE: Final = 4_096
"""Quantities that are tried in one pass."""


def greatest_by_name(margin: PortfolioMargin, orders: SizedOrders) -> FloatArray:
    """The greatest quantity of each order by the share of its name, shape (orders,).

    NaN where no share is stated, infinite where portfolio margin does not cover the order. An
    account whose name has more already may do what does not raise its share. A name is a class
    group: what it requires by itself, before its gains offset anything in a group above, is its
    share, as that of the largest name is. Every quantity up to the one answered was tried: a share
    need not rise with the quantity.

    Rule: none; a limit of the user's own over the requirement of FINRA 4210(g)(7)-(8).
    """
    greatest = np.full(len(orders), np.nan)
    chosen = np.flatnonzero(~np.isnan(orders.name_share))
    if not chosen.size:
        return greatest
    joint, held = orders.one.beside(margin.book)
    both = under_portfolio_margin(joint)
    accounts, names = orders.one.accounts_in(margin.book), required_by_name(margin)
    for i in chosen.tolist():
        if both.class_of[held + i] == NO_CLASS:
            greatest[i] = np.inf
            continue
        hedge = portfolio_hedge(both, held, np.array([i]))
        whole = float(margin.by_account[accounts[i]])
        underlying = joint.market.underlyings[joint.positions.underlying[held + i]]
        own = names[accounts[i]].get(underlying.group, 0.0)
        limit = max(float(orders.name_share[i]), own / whole if whole > 0 else 0.0)
        greatest[i] = _greatest(hedge, own, whole, limit, int(orders.one.most[i]))
    return greatest


def _greatest(hedge: PortfolioHedge, own: float, whole: float, limit: float, most: int) -> int:
    """The last quantity before the first whose name has more than the limit.

    `own` and `whole`, $, are what the name and the account require now.
    """
    at_first = hedge.class_requirement(np.zeros(1))[0]
    for first in range(1, most + 1, _AT_ONCE):
        check_time_limit()
        quantity = np.arange(first, min(first + _AT_ONCE, most + 1), dtype=np.float64)
        of_name = own - at_first + hedge.class_requirement(quantity)
        beyond: BoolArray = of_name - limit * (whole + hedge.change(quantity)) > HALF_A_CENT
        refused: IntArray = np.flatnonzero(beyond)
        if refused.size:
            return first - 1 + int(refused[0])
    return most
