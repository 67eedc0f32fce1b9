"""What each account is worth, and what that leaves over each requirement: values, equities, excess.

The strategy-based books give options of nine months or less no value: short ones carry theirs
inside the requirement, long ones count for nothing. Portfolio margin counts every option at its
market value. Each regime's equity goes with its own requirement: excess is equity less requirement,
signed, and a margin call is what is missing.

Reg T asks when something is bought or sold. To say what is left over today, the book is margined as
if all of it were opened now: every cost is replaced by its mark, and the proceeds of short sales
are applied. That deposit stands beside net liquidation value. Beside strategy-based equity, which
gives most options no value, the same excess is left by a requirement of its own.

Rule: FINRA 4210(a)(5), (b)(4), (c), (f)(2)(B), (g)(7), (g)(11); 12 CFR 220.4(b), 220.12.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, ratio
from xlmargin.book import Book, RulesOfAccounts, cash_of_accounts, rules_of_accounts
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.regimes import BothRegimes
from xlmargin.rulebook import StrategyRules, strategy_rules
from xlmargin.strategy_margin import RequirementKind, StrategyMargin, strategy_margin
from xlmargin.strategy_margin.requirement import option_value_adjustment


@dataclass(frozen=True, eq=False)
class AccountValues:
    """Values of each account, $, shape (accounts,); long and short values are magnitudes.

    `cash` is NaN where it is stated nowhere, and so is everything that counts it.
    `options_without_value`, signed, are those that strategy-based equity does not count;
    `value_added`, 0 or more, is what it counts long European boxes at instead.
    """

    accounts: tuple[str, ...]
    cash: FloatArray
    long_market_value: FloatArray
    short_market_value: FloatArray
    long_option_value: FloatArray
    short_option_value: FloatArray
    options_without_value: FloatArray
    value_added: FloatArray

    @property
    def option_value(self) -> FloatArray:
        """Market value of the options, $, signed."""
        return self.long_option_value - self.short_option_value

    @property
    def gross_market_value(self) -> FloatArray:
        """Stock and options at their market value, $, long and short added up."""
        stock = self.long_market_value + self.short_market_value
        return stock + self.long_option_value + self.short_option_value

    @property
    def net_liquidation_value(self) -> FloatArray:
        """Equity of portfolio margin, $: cash, stock and every option at its market value."""
        stock = self.long_market_value - self.short_market_value
        return self.cash + stock + self.option_value

    @property
    def strategy_equity(self) -> FloatArray:
        """Equity of strategy-based margin, $: options with loan value, and boxes, count."""
        return self.net_liquidation_value - self.options_without_value + self.value_added

    @property
    def equity_beside_minimum(self) -> FloatArray:
        """What stands beside the least equity, $: the lesser of the two equities.

        Options without loan value make it no more when they are long, and what was received for
        short ones, which is owed at the market, makes it no more either.
        """
        return np.minimum(self.net_liquidation_value, self.strategy_equity)


def account_values(
    book: Book, unit_value: FloatArray, rules: RulesOfAccounts[StrategyRules]
) -> AccountValues:
    """What each account of a book is worth, before any box is counted as one.

    `unit_value`, $ per unit, shape (positions,), is what each position is worth; that of cash is
    not read.
    """
    positions = book.positions
    value = positions.units * unit_value

    def held(where: BoolArray) -> FloatArray:
        return book.by_account(np.where(where, np.abs(value), 0.0))

    long = positions.quantity > 0
    return AccountValues(
        accounts=positions.accounts,
        cash=cash_of_accounts(book),
        long_market_value=held(positions.is_stock & long),
        short_market_value=held(positions.is_stock & ~long),
        long_option_value=held(positions.is_option & long),
        short_option_value=held(positions.is_option & ~long),
        options_without_value=book.by_account(option_value_adjustment(book, unit_value, rules)),
        value_added=np.zeros(len(positions.accounts)),
    )


@dataclass(frozen=True, eq=False)
class Excess:
    """Equity and requirement of each account under one regime, $, shape (accounts,).

    Equity is NaN for an account whose cash is stated nowhere.
    """

    equity: FloatArray
    requirement: FloatArray

    @property
    def excess(self) -> FloatArray:
        """Equity less requirement, $, signed."""
        return self.equity - self.requirement

    @property
    def margin_call(self) -> FloatArray:
        """What is missing to the requirement, $, 0 or more; NaN where equity is unknown."""
        return np.maximum(-self.excess, 0.0)


def portfolio_excess(margin: PortfolioMargin) -> Excess:
    """Net liquidation value beside the portfolio margin requirement."""
    return Excess(values_under_portfolio(margin).net_liquidation_value, margin.by_account)


@dataclass(frozen=True, eq=False)
class Reserve:
    """Excess that is to stay in each account, shape (accounts,); NaN where nothing is asked for.

    `dollars`, $, and `share`, a fraction of the account's value: a cushion.
    """

    dollars: FloatArray
    share: FloatArray

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is to stay in any account."""
        return not (self.dollars.any() or self.share.any())

    def of(self, account_value: FloatArray) -> FloatArray:
        """The reserve, $, of accounts of a value, $, shape (accounts,)."""
        return self.dollars + self.share * account_value


NO_RESERVE: Final = Reserve(np.zeros(1), np.zeros(1))
"""Nothing is to stay, in any account."""


def strategy_excess(margin: StrategyMargin) -> Excess:
    """Strategy-based equity beside the least maintenance requirement.

    Of a cash account its cash and stock beside what must be paid in full: its free cash.
    """
    return Excess(
        values_by_strategy(margin).strategy_equity, margin.by_account(RequirementKind.MAINTENANCE)
    )


def values_under_portfolio(margin: PortfolioMargin) -> AccountValues:
    """What accounts are worth at the prices that portfolio margin counts from."""
    rules = rules_of_accounts(margin.book, strategy_rules)
    return account_values(margin.book, margin.unit_value, rules)


def values_by_strategy(margin: StrategyMargin) -> AccountValues:
    """What accounts are worth at market prices: stock at spot, options at their marks.

    With the boxes of the least maintenance pairing.
    """
    values = account_values(margin.book, market_worth(margin), margin.rules)
    return replace(values, value_added=margin.value_added(RequirementKind.MAINTENANCE))


def values_of(regimes: BothRegimes) -> AccountValues:
    """What accounts are worth at market prices, else as the regime counts them that answers."""
    if isinstance(regimes.strategy, StrategyMargin):
        return values_by_strategy(regimes.strategy)
    assert isinstance(regimes.portfolio, PortfolioMargin)  # one of them answers
    return values_under_portfolio(regimes.portfolio)


def market_worth(margin: StrategyMargin) -> FloatArray:
    """Stock at spot, options at their marks, $ per unit, shape (positions,); NaN for cash."""
    positions, market = margin.book.positions, margin.book.market
    stock = positions.is_stock
    worth = margin.mark.copy()
    worth[stock] = market.spot[positions.underlying[stock]]
    return worth


REG_T: Final = "12 CFR 220.4(b), 220.12"


def reg_t_excess(margin: StrategyMargin, opened: StrategyMargin | None = None) -> Excess:
    """Strategy-based equity of each account beside its Reg T requirement at present prices.

    Equity is NaN for an account whose cash is stated nowhere. `opened` is the margin as if all of
    it were opened now, where that is known.
    """
    values = values_by_strategy(margin)
    deposit = (opened or opened_now(margin)).deposit_by_account
    return Excess(
        values.strategy_equity, deposit - values.options_without_value + values.value_added
    )


def opened_now(margin: StrategyMargin) -> StrategyMargin:
    """The book with every cost replaced by what the position is worth; itself where none is."""
    positions, worth = margin.book.positions, market_worth(margin)
    if not (~np.isnan(positions.cost) & ~positions.is_cash & (positions.cost != worth)).any():
        return margin
    book = replace(margin.book, positions=replace(positions, cost=worth))
    return strategy_margin(book, margin.mark)


@dataclass(frozen=True, eq=False)
class LargestName:
    """The name that most of each account's requirement is for, "" where there is none, (accounts,).

    A name is a class group as margined by itself, before its gains offset anything in a group
    above, and with what its positions outside portfolio margin require by strategy.
    The share is of the account's requirement, a fraction; NaN where that is not above 0.
    """

    names: tuple[str, ...]
    share: FloatArray


def largest_name(
    margin: PortfolioMargin | StrategyMargin, *, together: bool = False
) -> LargestName:
    """The largest name of each account under a regime; by strategy of its maintenance.

    `together` are all accounts one, the first and only.
    """
    if isinstance(margin, PortfolioMargin):
        whole = margin.by_account
    else:
        whole = margin.by_account(RequirementKind.MAINTENANCE)
    if together:
        whole = whole.sum(keepdims=True)
    by_name: list[dict[str, float]] = [defaultdict(float) for _ in whole]
    for account, own in enumerate(required_by_name(margin)):
        for name, amount in own.items():
            by_name[0 if together else account][name] += amount
    largest = [max(names, key=names.__getitem__, default="") for names in by_name]
    amounts = np.array([own.get(name, 0.0) for own, name in zip(by_name, largest, strict=True)])
    return LargestName(tuple(largest), ratio(amounts, whole))


def required_by_name(margin: PortfolioMargin | StrategyMargin) -> list[Mapping[str, float]]:
    """What each name of each account requires, $, by the account's index and the name."""
    nothing: Mapping[str, float] = {}
    if isinstance(margin, PortfolioMargin):
        required = _under_portfolio(margin)
    else:
        kind = RequirementKind.MAINTENANCE
        required = ((c.account, c.name, c.requirement(kind)) for c in margin.classes)
    by_name: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for account, name, amount in required:
        by_name[account][name] += amount
    return [by_name.get(account, nothing) for account in range(len(margin.book.positions.accounts))]


def _under_portfolio(margin: PortfolioMargin) -> Iterator[tuple[int, str, float]]:
    """Account, name and requirement, $, of each class group, and of what is not eligible."""
    classes, positions = margin.levels[0], margin.book.positions
    yield from zip(
        classes.account.tolist(), classes.names, classes.requirement.tolist(), strict=True
    )
    underlyings = margin.book.market.underlyings
    outside = margin.strategy_based.by_position
    for i, amount in zip(margin.not_eligible.tolist(), outside.tolist(), strict=True):
        yield int(positions.account[i]), underlyings[positions.underlying[i]].group, amount
