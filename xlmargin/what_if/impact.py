"""Trades, the book after them, and what they change: value, requirements, excess, and the verdict.

A trade nets with what the same account holds of the same contract: held long and short at once, a
contract would be closed out by strategy and charged its minimum twice by portfolio margin.

The figures of an account under both regimes stand apart from its cash, and cash is counted last:
where it is stated nowhere equity is unknown, but not what trades change. Requirements and values
leave fees out; every equity and excess after the trades has paid them.

Rule: FINRA 4210(c), (f)(2)(B), (g)(7), (g)(11); 12 CFR 220.3, 220.12.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from xlmargin.account import required_by_name, values_by_strategy, values_under_portfolio
from xlmargin.account.account_values import opened_now, reg_t_excess
from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.book import NO_GROUP, Book, Positions, cash_of_accounts, sma_of_accounts
from xlmargin.book_parts import rows_touched
from xlmargin.computing import ContentCache
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.regimes import under_portfolio_margin
from xlmargin.risk_array import option_marks
from xlmargin.strategy_margin import RequirementKind, StrategyMargin, strategy_margin

Key = tuple[int, int]
"""Account and series: what tells one position of one account from another."""


@dataclass(frozen=True, eq=False)
class Trades:
    """Trades of the accounts of some book, each a position bought (> 0) or sold (< 0).

    `book` holds them as positions, in the market that the book after them is margined in; a row of
    cash is money paid in (> 0) or out. `fee`, $, >= 0, has shape (trades,).
    """

    book: Book
    fee: FloatArray

    @cached_property
    def price(self) -> FloatArray:
        """Trade price, $ per unit, shape (trades,): as stated, else what the option is worth."""
        cost = self.book.positions.cost
        unstated = np.isnan(cost)
        return np.where(unstated, option_marks(self.book), cost) if unstated.any() else cost

    @cached_property
    def cash(self) -> FloatArray:
        """Cash that each trade brings (> 0) or takes (< 0) before its fee, $, shape (trades,)."""
        positions = self.book.positions
        return np.where(positions.is_cash, positions.quantity, -positions.units * self.price)

    def by_account(self, amounts: FloatArray, accounts: Sequence[str]) -> FloatArray:
        """The sum of each account's amounts, shape (accounts,), in the order of these accounts."""
        positions = self.book.positions
        index = {name: i for i, name in enumerate(accounts)}
        by_account = np.zeros(len(accounts))
        np.add.at(by_account, [index[positions.accounts[a]] for a in positions.account], amounts)
        return by_account


def book_after(held: Book, trades: Trades) -> Book:
    """The book once the trades are done; its cash is that of before.

    What the trades of a contract open is one new row, at their average price.
    """
    joint = held.positions.joined(replace(trades.book.positions, cost=trades.price))
    quantity, cost = netted(joint, len(held.positions))
    left = np.flatnonzero((quantity != 0) | (joint.quantity == 0))
    after = replace(joint, quantity=quantity, cost=cost).only(left)
    return Book(after, trades.book.market, held.settings)


def netted(joint: Positions, held: int) -> tuple[FloatArray, FloatArray]:
    """Quantity and cost of each row once the trades behind the rows held, so many, are done.

    What a trade closes is taken from the rows held, first row first, which keep their costs. Trades
    count together, whatever their order: those that name a group first, and in it; the others then
    close what is left in any group. What is bought and sold alike closes what is held both ways,
    and nothing else. What trades open is at the first of their rows.
    """
    quantity, cost = joint.quantity.copy(), joint.cost.copy()
    quantity[held:] = 0.0
    rows_of = rows_of_contracts(joint)
    batches = _batches(joint, held)
    for contract, group in sorted(batches, key=lambda batch: batch[1] == NO_GROUP):
        own = batches[contract, group]
        rows = [i for i in rows_of[contract] if group in (NO_GROUP, int(joint.group[i]))]
        traded = joint.quantity[own]
        net = less_closed(quantity, rows, float(traded.sum()))
        alike = min(traded.clip(min=0.0).sum(), -traded.clip(max=0.0).sum())
        both_ways = min(quantity[rows].clip(min=0.0).sum(), -quantity[rows].clip(max=0.0).sum())
        for closing in (1.0, -1.0):
            less_closed(quantity, rows, closing * min(alike, both_ways))
        if net:
            opening = [i for i in own if joint.quantity[i] * net > 0]
            quantity[opening[0]] = net
            cost[opening[0]] = np.average(joint.cost[opening], weights=joint.quantity[opening])
    return quantity, cost


def less_closed(quantity: FloatArray, rows: Sequence[int], traded: float) -> float:
    """Take what a signed quantity traded closes from these rows; what is left of it to open."""
    for i in rows:
        if quantity[i] * traded < 0:
            closed = np.sign(traded) * min(abs(traded), abs(quantity[i]))
            quantity[i] += closed
            traded -= closed
    return traded


def contract_keys(positions: Positions) -> list[Key]:
    """What each position is a position in: its account, and the contract's series."""
    return list(zip(positions.account.tolist(), positions.contracts.series.tolist(), strict=True))


def rows_of_contracts(joint: Positions) -> dict[Key, list[int]]:
    """The rows of each contract of an account, in their order."""
    rows: dict[Key, list[int]] = defaultdict(list)
    for i, key in enumerate(contract_keys(joint)):
        rows[key].append(i)
    return rows


def _batches(joint: Positions, count: int) -> dict[tuple[Key, int], list[int]]:
    """The trades that count together: those of one contract, by the group that they name."""
    batches: dict[tuple[Key, int], list[int]] = defaultdict(list)
    for i, key in enumerate(contract_keys(joint)):
        if i >= count and not joint.is_cash[i]:
            batches[key, int(joint.group[i])].append(i)
    return batches


@dataclass(frozen=True, eq=False)
class Figures:
    """Values without cash, and requirements, of each account, $, shape (accounts,).

    `initial` and `deposit` count what positions cost. `reg_t` is the initial requirement at present
    prices that stands beside strategy-based equity; a cash account's is its maintenance, for it
    pays in full on every day. `unproven` is how many classes require by strategy what is not proven
    to be the least. `by_name` is what each name, a class group, requires by itself under portfolio
    margin, by name, for an account by its index: few ask, and of few accounts.
    """

    account_value: FloatArray
    strategy_equity: FloatArray
    initial: FloatArray
    deposit: FloatArray
    reg_t: FloatArray
    maintenance: FloatArray
    portfolio: FloatArray
    unproven: FloatArray
    by_name: Callable[[int], Mapping[str, float]]

    @property
    def reg_t_excess(self) -> FloatArray:
        """Strategy-based equity without cash, less the Reg T requirement at present prices."""
        return self.strategy_equity - self.reg_t

    @property
    def strategy_excess(self) -> FloatArray:
        """Strategy-based equity without cash, less the maintenance requirement."""
        return self.strategy_equity - self.maintenance

    @property
    def portfolio_excess(self) -> FloatArray:
        """Account value without cash, less the portfolio margin requirement."""
        return self.account_value - self.portfolio

    def changed(self, before: Figures, after: Figures) -> Figures:
        """These figures once a part of the book, which had those before, has those after."""
        amounts: dict[str, Any] = {
            name: getattr(self, name) + (getattr(after, name) - getattr(before, name))
            for name in _AMOUNTS
        }

        def by_name(account: int) -> Mapping[str, float]:
            gone, own = before.by_name(account), self.by_name(account).items()
            return {name: v for name, v in own if name not in gone} | dict(after.by_name(account))

        return Figures(**amounts, by_name=by_name)

    def of_account(self, account: int) -> Figures:
        """The figures of one account, by index, alone."""
        amounts: dict[str, Any] = {name: getattr(self, name)[[account]] for name in _AMOUNTS}
        return Figures(**amounts, by_name=lambda _: self.by_name(account))


_AMOUNTS: Final = tuple(f.name for f in fields(Figures) if f.name != "by_name")


def summed(of_parts: Sequence[Figures], accounts: int) -> Figures:
    """The figures of several parts of so many accounts together."""
    amounts: dict[str, Any] = {
        name: np.sum([np.zeros(accounts), *(getattr(own, name) for own in of_parts)], axis=0)
        for name in _AMOUNTS
    }

    def by_name(account: int) -> Mapping[str, float]:
        return {name: v for own in of_parts for name, v in own.by_name(account).items()}

    return Figures(**amounts, by_name=by_name)


def figures_of(book: Book) -> Figures:
    """The figures of a book, margined under both regimes."""
    return figures(under_portfolio_margin(book), strategy_margin(book))


def figures(portfolio: PortfolioMargin, strategy: StrategyMargin) -> Figures:
    """The figures of a book under both regimes."""
    nothing = np.zeros(len(strategy.book.positions.accounts))
    worth = replace(values_under_portfolio(portfolio), cash=nothing)
    by_strategy = replace(values_by_strategy(strategy), cash=nothing)
    maintenance = strategy.by_account(RequirementKind.MAINTENANCE)
    is_cash = strategy.book.is_cash_account
    opened = strategy if is_cash else opened_now(strategy)
    reg_t = maintenance if is_cash else reg_t_excess(strategy, opened).requirement
    unproven = nothing.copy()
    for c, now in zip(strategy.classes, opened.classes, strict=True):
        proven = c.is_proven(*RequirementKind) and now.is_proven(RequirementKind.DEPOSIT)
        unproven[c.account] += not proven
    return Figures(
        account_value=worth.net_liquidation_value,
        strategy_equity=by_strategy.strategy_equity,
        initial=strategy.by_account(RequirementKind.INITIAL),
        deposit=strategy.deposit_by_account,
        reg_t=reg_t,
        maintenance=maintenance,
        portfolio=portfolio.by_account,
        unproven=unproven,
        by_name=required_by_name(portfolio).__getitem__,
    )


HALF_A_CENT: Final = 0.005
"""Dollars; what is short by less is not short."""


@dataclass(frozen=True, eq=False)
class FigureChange:
    """One figure of each account, $, shape (accounts,); NaN where cash is stated nowhere.

    `change` is known all the same, for it does not depend on the cash before.
    """

    before: FloatArray
    after: FloatArray
    change: FloatArray


@dataclass(frozen=True, eq=False)
class Impact:
    """What trades do to a book. Arrays of dollars have shape (accounts,).

    `cash` is that of before, NaN where it is stated nowhere; `cash_flow` what the trades bring
    (> 0) or take, fees left out. `sma` is the special memorandum account, 0 where not stated.
    `names` are the class groups that each account trades in.
    """

    held: Book
    before: Figures
    after: Figures
    cash: FloatArray
    cash_flow: FloatArray
    fees: FloatArray
    sma: FloatArray
    names: Sequence[Sequence[str]]

    @property
    def is_proven(self) -> BoolArray:
        """Whether the strategy-based figures, before and after, are of the least pairings."""
        proven: BoolArray = (self.before.unproven == 0) & (self.after.unproven == 0)
        return proven

    def of_requirement(self, name: str) -> FigureChange:
        """A figure that cash has no part in, by its name among the `Figures`."""
        before, after = getattr(self.before, name), getattr(self.after, name)
        return FigureChange(before, after, after - before)

    def of_name(self, name: str) -> FigureChange:
        """What a class group requires by itself under portfolio margin; 0 where it is not held."""
        before, after = (
            np.array([own.by_name(account).get(name, 0.0) for account in range(len(self.cash))])
            for own in (self.before, self.after)
        )
        return FigureChange(before, after, after - before)

    def of_equity(self, name: str) -> FigureChange:
        """A figure that cash is part of, by its name among the `Figures`; fees are paid."""
        before, after = getattr(self.before, name), getattr(self.after, name)
        change = after - before + self.cash_flow - self.fees
        return FigureChange(before + self.cash, before + self.cash + change, change)

    @property
    def of_fees(self) -> FigureChange:
        """The fees of the trades."""
        return FigureChange(np.zeros_like(self.fees), self.fees, self.fees)

    @property
    def of_buying_power(self) -> FigureChange:
        """The excess that new trades may use; its change is the buying-power effect.

        Under portfolio margin its excess, by strategy the excess over what has to be put up, of a
        cash account its free cash.
        """
        return self.of_equity("portfolio_excess" if self.held.is_portfolio else "reg_t_excess")

    @cached_property
    def short_under_portfolio(self) -> FloatArray:
        """What is missing for the trades under portfolio margin, 0 where they may be done.

        Rule: FINRA 4210(g)(7), (g)(11).
        """
        return shortfall(self.of_equity("portfolio_excess"), np.zeros_like(self.sma))

    @cached_property
    def short_by_strategy(self) -> FloatArray:
        """What is missing for the trades by strategy, 0 where they may be done.

        They must be put up for out of the excess or the special memorandum account, and must leave
        the maintenance requirement met.

        Rule: 12 CFR 220.5, 220.12; FINRA 4210(b), (c).
        """
        initial = shortfall(self.of_equity("reg_t_excess"), self.sma)
        maintenance = shortfall(self.of_equity("strategy_excess"), np.zeros_like(self.sma))
        return np.maximum(initial, maintenance)


def impact(portfolio: PortfolioMargin, strategy: StrategyMargin, trades: Trades) -> Impact:
    """What trades do to a book that is margined under both regimes: to the parts that they touch.

    Refuses a setting of cash or of the special memorandum account for all of several accounts.
    """
    held = portfolio.book
    before = _OF_MARGINS.get((portfolio, strategy), lambda _: figures(portfolio, strategy))
    after = _after(held, before, trades) if len(trades.fee) else before
    every = range(len(held.positions.accounts))
    return impact_of(held, trades, before, after, cash_of_accounts(held), every)


def impact_of(
    held: Book,
    trades: Trades,
    before: Figures,
    after: Figures,
    cash: FloatArray,
    accounts: Sequence[int],
) -> Impact:
    """What trades do to some accounts of a book, by index, whose figures and cash these are."""
    every, own = held.positions.accounts, list(accounts)
    names = _traded_names(trades, every)
    return Impact(
        held=held,
        before=before,
        after=after,
        cash=cash,
        cash_flow=trades.by_account(trades.cash, every)[own],
        fees=trades.by_account(trades.fee, every)[own],
        sma=sma_of_accounts(held)[own],
        names=[names[i] for i in own],
    )


def _after(held: Book, before: Figures, trades: Trades) -> Figures:
    """The figures once the trades are done; `before` are those of all that is held."""
    rows = rows_touched(held, trades.book)
    if len(rows) == np.count_nonzero(~held.positions.is_cash):
        return figures_of(book_after(held, trades))
    own = held.only(rows)
    own_before = _OF_PARTS.get((held, rows.tobytes()), lambda _: figures_of(own))
    return before.changed(own_before, figures_of(book_after(own, trades)))


_OF_MARGINS: Final = ContentCache[tuple[PortfolioMargin, StrategyMargin], Figures](
    most=32, most_size=200_000, size=lambda key, _: len(key[0].book.positions)
)
_OF_PARTS: Final = ContentCache[tuple[Book, bytes], Figures](
    most=256, most_size=200_000, size=lambda key, _: len(key[0].positions)
)
"""Figures of the latest books, and of parts of them; bounded by positions, as many books are."""


def _traded_names(trades: Trades, accounts: Sequence[str]) -> list[list[str]]:
    """The class groups that each account trades in, each once, in the order of the trades."""
    positions, underlyings = trades.book.positions, trades.book.market.underlyings
    of_account: dict[str, dict[str, None]] = {name: {} for name in accounts}
    for i in np.flatnonzero(~positions.is_cash).tolist():
        own = of_account[positions.accounts[positions.account[i]]]
        own[underlyings[positions.underlying[i]].group] = None
    return [list(of_account[name]) for name in accounts]


def shortfall(excess: FigureChange, other_funds: FloatArray) -> FloatArray:
    """What is missing for trades, $, shape (accounts,): what they use less what there is to use.

    There is the excess before, or other funds where these are more; an account that is short
    already has nothing to use, but may do what makes it no shorter. Where the excess is unknown,
    trades that use none of it may be done; of others the shortfall is unknown, NaN.
    """
    there = np.maximum(np.maximum(excess.before, 0.0), other_funds)
    missing = np.maximum(-excess.change - there, 0.0)
    missing[missing < HALF_A_CENT] = 0.0
    return np.where(excess.change >= -HALF_A_CENT, 0.0, missing)
