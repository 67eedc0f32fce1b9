"""The state of each account under both regimes: what it is worth, owes, and may still do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from xlmargin.account.account_values import (
    AccountValues,
    Excess,
    Reserve,
    market_worth,
    portfolio_excess,
    reg_t_excess,
    strategy_excess,
    values_of,
)
from xlmargin.account.buying_power import (
    BuyingPower,
    cash_buying_power,
    margin_buying_power,
    margin_minimum_equity,
    portfolio_buying_power,
    portfolio_minimum_equity,
    sma,
)
from xlmargin.account.moves_left import FirstMoves, portfolio_moves, prices_of, strategy_moves
from xlmargin.account.shocked_prices import ShockedPrices
from xlmargin.arrays import FloatArray
from xlmargin.book import Book, amount_of_accounts, rules_of_accounts
from xlmargin.dates import serial_of
from xlmargin.errors import InputError, MarginError, Problem
from xlmargin.margin_calls import CallKind, last_day_under
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.regimes import BothRegimes, under_portfolio_margin
from xlmargin.rulebook import account_rules, call_rules, eligibility_rules
from xlmargin.rulebook.values_in_force import RULE
from xlmargin.strategy_margin import RequirementKind, StrategyMargin, strategy_margin


@dataclass(frozen=True, eq=False)
class RegimeState:
    """An account under one regime; arrays have shape (accounts,).

    `bare_requirement`, $, is the requirement under the rule alone, without house or overrides.
    `call_due` is the last day to meet a margin call, a serial day; NaN where there is no call.
    """

    now: Excess
    bare_requirement: FloatArray
    moves: FirstMoves | MarginError
    call_due: FloatArray


@dataclass(frozen=True, eq=False)
class PortfolioState:
    """An account under portfolio margin, $, shape (accounts,).

    `minimum_equity` is what the firm asks to stay there, NaN where that is not known: nobody states
    it, and the equity reaches the least that any firm may set. `minimum_equity_due` is the last
    day, a serial day, to put in what is missing to it; NaN where nothing is, or is known to be.
    """

    regime: RegimeState
    buying_power: FloatArray
    minimum_equity: FloatArray
    minimum_equity_due: FloatArray

    @property
    def minimum_equity_deficiency(self) -> FloatArray:
        """What is missing to the least equity, $, 0 or more, shape (accounts,); NaN: not known."""
        return np.maximum(self.minimum_equity - self.regime.now.equity, 0.0)


@dataclass(frozen=True, eq=False)
class MarginState:
    """What an account has that is no cash account, $, shape (accounts,).

    `minimum_equity` is that of strategy-based margin, `minimum_equity_deficiency` what is missing
    to it, 0 or more.
    """

    reg_t: Excess
    sma: FloatArray
    minimum_equity: FloatArray
    minimum_equity_deficiency: FloatArray


@dataclass(frozen=True, eq=False)
class StrategyState:
    """An account under strategy-based margin; `margin` is None for cash accounts."""

    regime: RegimeState
    buying_power: BuyingPower
    margin: MarginState | None


@dataclass(frozen=True, eq=False)
class AccountState:
    """Every account of a book under its regimes, or why a regime refuses it.

    `portfolio` is None for cash accounts. `citations` go by the name of a parameter or of a rule
    set.
    """

    book: Book
    values: AccountValues
    strategy: StrategyState | MarginError
    portfolio: PortfolioState | MarginError | None
    citations: Mapping[str, str]


def account_state(regimes: BothRegimes) -> AccountState:
    """The state of each account of a book under both regimes, of which one may refuse it.

    What accounts are worth is what strategy-based margin counts: options at their marks. Refused
    where the cash of an account is stated nowhere, and where a balance of the special memorandum
    account is stated for several accounts.
    """
    book, strategy, portfolio = regimes.book, regimes.strategy, regimes.portfolio
    values = values_of(regimes)
    refuse_unknown_cash(values)
    prices = prices_of(regimes)
    by_portfolio: PortfolioState | MarginError | None = None
    if not book.is_cash_account:
        by_portfolio = _portfolio_state(portfolio, prices)
    by_strategy = _strategy_state(strategy, values, prices)
    return AccountState(book, values, by_strategy, by_portfolio, _citations(regimes))


def _strategy_state(
    margin: StrategyMargin | MarginError, values: AccountValues, prices: ShockedPrices | MarginError
) -> StrategyState | MarginError:
    if isinstance(margin, MarginError):
        return margin
    book, now = margin.book, strategy_excess(margin)
    if book.is_cash_account:
        regime = _by_strategy(margin, prices, now, CallKind.REGT)
        return StrategyState(regime, cash_buying_power(now), None)
    regime = _by_strategy(margin, prices, now, CallKind.MAINTENANCE)
    state = _margin_state(margin, values)
    rules = rules_of_accounts(book, account_rules)
    least = rules.amounts(lambda r: r.minimum_equity.margin_minimum_equity)
    power = margin_buying_power(book, values, regime.now, state.sma, least, margin.rules)
    return StrategyState(regime, power, state)


def moves_to_reserve(
    regimes: BothRegimes, state: AccountState, reserve: Reserve, *, portfolio: bool
) -> FirstMoves | MarginError:
    """The first moves of the market that leave no more than a reserve, under one of the regimes.

    Refused where that regime is not permitted, or refuses the book.
    """
    found = state.portfolio if portfolio else state.strategy
    if found is None or isinstance(found, MarginError):
        return found or MarginError("not permitted in a cash account.")
    if reserve.is_nothing:
        return found.regime.moves
    left = found.regime.now.excess - reserve.of(state.values.net_liquidation_value)
    prices = prices_of(regimes)
    if portfolio:
        return portfolio_moves(prices, left, reserve)
    assert isinstance(regimes.strategy, StrategyMargin)
    return strategy_moves(regimes.strategy, prices, left, reserve)


def refuse_unknown_cash(values: AccountValues) -> None:
    """Refuse accounts whose cash is stated nowhere: nobody knows what they are worth."""
    problems = [
        Problem(
            "settings",
            0,
            "cash",
            f"nothing for account {values.accounts[i]}" if values.accounts[i] else "nothing",
            "its cash (0 if none), as a row of cash or the setting cash",
        )
        for i in np.flatnonzero(np.isnan(values.cash)).tolist()
    ]
    if problems:
        raise InputError(problems)


def _by_strategy(
    margin: StrategyMargin, prices: ShockedPrices | MarginError, now: Excess, kind: CallKind
) -> RegimeState:
    bare = without_house(margin.book)
    without = margin if bare is margin.book else strategy_margin(bare)
    required = without.by_account(RequirementKind.MAINTENANCE)
    moves = strategy_moves(margin, prices, now.excess)
    return RegimeState(now, required, moves, last_days(margin.book, now.margin_call, kind))


def _portfolio_state(
    margin: PortfolioMargin | MarginError, prices: ShockedPrices | MarginError
) -> PortfolioState | MarginError:
    if isinstance(margin, MarginError):
        return margin
    book, now = margin.book, portfolio_excess(margin)
    bare = without_house(book)
    without = margin if bare is book else under_portfolio_margin(bare)
    least = portfolio_minimum_equity(book, now.equity)
    return PortfolioState(
        RegimeState(
            now,
            without.by_account,
            portfolio_moves(prices, now.excess),
            last_days(book, now.margin_call, CallKind.PORTFOLIO),
        ),
        portfolio_buying_power(now.excess, margin.rules),
        least,
        last_days(book, np.maximum(least - now.equity, 0.0), CallKind.MINIMUM_EQUITY),
    )


def _margin_state(margin: StrategyMargin, values: AccountValues) -> MarginState:
    book, rules = margin.book, rules_of_accounts(margin.book, account_rules)
    reg_t = reg_t_excess(margin)
    balance = amount_of_accounts(book, "sma")
    least = margin_minimum_equity(book, market_worth(margin), values, rules)
    return MarginState(
        reg_t,
        sma(balance, reg_t.excess, rules),
        least,
        np.maximum(least - values.equity_beside_minimum, 0.0),
    )


def without_house(book: Book) -> Book:
    """The book under the rule alone: the same book where nothing requires beyond it."""
    every = book.settings_of_accounts
    plain = all(own.house == RULE and not own.overrides for own in every)
    if plain and not book.market.has_house_rates:
        return book
    settings = book.settings.changed(lambda own: replace(own, house=RULE, overrides={}))
    return replace(book, settings=settings, market=book.market.without_house_rates())


def last_days(book: Book, missing: FloatArray, kind: CallKind) -> FloatArray:
    """Last day to put in what is missing, a serial day; NaN where nothing is."""
    if not (missing > 0).any():
        return np.full(len(missing), np.nan)
    rules = rules_of_accounts(book, call_rules)
    days = rules.amounts(lambda under: serial_of(last_day_under(kind, under)))
    return np.where(missing > 0, days, np.nan)


def _citations(regimes: BothRegimes) -> Mapping[str, str]:
    """Citations of every rule that counts here, by the name of its parameter or rule set."""
    book = regimes.book
    found: dict[str, str] = {}
    for margin in (regimes.strategy, regimes.portfolio):
        if not isinstance(margin, MarginError):
            found |= margin.rules.citations
    for made in (account_rules, eligibility_rules, call_rules):
        found |= rules_of_accounts(book, made).citations
    return found
