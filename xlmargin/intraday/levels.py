"""The parts of an account that are margined apart, and equity and excess of holdings of a part.

They are the parts of a book under the regime of the account alone. Each distinct holding of a part
stands as an account of its own in one book, so that all of them are margined in one pass. Equities
and requirements of the parts of an account add up, and so do their excesses.

Rule: FINRA 4210(f)(2), (g)(8).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import nan
from typing import Final, TypeAlias

import numpy as np

from xlmargin.account import values_by_strategy, values_under_portfolio
from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import Book, Positions
from xlmargin.book_parts import joined_underlyings
from xlmargin.errors import InputError, Problem
from xlmargin.regimes import under_portfolio_margin
from xlmargin.strategy_margin import RequirementKind, strategy_margin

CASH_PART: Final = -1
"""The part that cash is in, which requires nothing."""


def parts_of(book: Book, contracts: Positions) -> IntArray:
    """The part of an account that each contract belongs to, shape (contracts,).

    `book` is all that is held and traded, by account: what joins in one joins in all.
    """
    by_portfolio = book.is_portfolio
    part = joined_underlyings(book, portfolio=by_portfolio, strategy=not by_portfolio)
    found: IntArray = np.append(part, CASH_PART)[contracts.underlying]
    return found


Holding: TypeAlias = tuple[tuple[int, float], ...]
"""Contracts by index, in order, each with its quantity; what is not held is left out."""

MOST_LEGS: Final = 250_000
"""Contracts in all holdings together, each holding with all of its own, that are margined."""

_DECIMALS: Final = 9
"""Of quantities: shares bought and sold in fractions add up to nothing again."""


@dataclass(frozen=True)
class EquityLevel:
    """What an account, or a part of it, is worth in either way, and its excess, $, signed.

    `regime_equity` goes with the requirement of the account's regime: it exceeds the maintenance
    requirement by `excess`.
    """

    net_liquidation_value: float
    regime_equity: float
    excess: float

    @property
    def equity(self) -> float:
        """What stands beside an amount of the rules, $: the lesser of the two equities.

        What was received for short options, which is owed at the market, makes it no more.

        Rule: FINRA 4210(a)(5), (f)(2)(B).
        """
        return min(self.net_liquidation_value, self.regime_equity)

    def __add__(self, other: EquityLevel) -> EquityLevel:
        return EquityLevel(
            self.net_liquidation_value + other.net_liquidation_value,
            self.regime_equity + other.regime_equity,
            self.excess + other.excess,
        )

    def __sub__(self, other: EquityLevel) -> EquityLevel:
        return EquityLevel(
            self.net_liquidation_value - other.net_liquidation_value,
            self.regime_equity - other.regime_equity,
            self.excess - other.excess,
        )


NOTHING: Final = EquityLevel(0.0, 0.0, 0.0)


def level_of_cash(amount: float) -> EquityLevel:
    """The level of cash alone, which requires nothing."""
    return EquityLevel(amount, amount, amount)


Levels: TypeAlias = dict[Holding, EquityLevel]


def with_trade(holding: Holding, contract: int, quantity: float) -> Holding:
    """The holding after a trade, bought > 0, sold < 0."""
    held = dict(holding)
    left = round(held.pop(contract, 0.0) + quantity, _DECIMALS)
    if left:
        held[contract] = left
    return tuple(sorted(held.items()))


def with_changes(holding: Holding, changes: Holding) -> Holding:
    """The holding after several changes at once."""
    for contract, quantity in changes:
        holding = with_trade(holding, contract, quantity)
    return holding


@dataclass(frozen=True)
class HoldingsState:
    """What an account has at some moment: cash, $, and its holdings by part."""

    cash: float
    holdings: Mapping[int, Holding]

    def level(self, levels: Levels) -> EquityLevel:
        """Equity and excess of the whole account."""
        return sum((levels[h] for h in self.holdings.values()), level_of_cash(self.cash))

    def holding(self, part: int) -> Holding:
        """What the account holds of a part."""
        return self.holdings.get(part, ())

    def then(self, part: int, changes: Holding, cash: float) -> HoldingsState:
        """What the account has once a part and its cash have changed."""
        held = {part: with_changes(self.holding(part), changes)} if changes else {}
        return HoldingsState(self.cash + cash, {**self.holdings, **held})


def levels_of(contracts: Book, holdings: Iterable[Holding]) -> Levels:
    """The level of each holding, without cash. The book has an entry a contract.

    Refused where there are more to margin than can be in a minute or two.
    """
    wanted = _distinct(holdings)
    levels: Levels = {(): NOTHING}
    if wanted:
        columns = (column.tolist() for column in _margined(book_of_holdings(contracts, wanted)))
        levels.update(zip(wanted, map(EquityLevel, *columns), strict=True))
    return levels


def _distinct(holdings: Iterable[Holding]) -> list[Holding]:
    """Every holding once, but for that of nothing."""
    found: dict[Holding, None] = {}
    legs = 0
    for holding in holdings:
        if holding and holding not in found:
            found[holding] = None
            legs += len(holding)
            if legs > MOST_LEGS:
                what = f"holdings of more than {MOST_LEGS:,} contracts that transactions lead to"
                wanted = "fewer transactions, days or accounts at once"
                raise InputError([Problem("activity", 0, "", what, wanted)])
    return list(found)


def book_of_holdings(contracts: Book, holdings: list[Holding]) -> Book:
    """A book with an account for each holding."""
    account = np.repeat(np.arange(len(holdings)), [len(holding) for holding in holdings])
    held = contracts.positions.only(np.array([c for h in holdings for c, _ in h], dtype=np.int64))
    positions = replace(
        held,
        quantity=np.array([quantity for holding in holdings for _, quantity in holding]),
        account=account,
        accounts=tuple(map(str, range(len(holdings)))),
    )
    settings = replace(contracts.settings, cash=nan, of_accounts={})
    return replace(contracts, positions=positions, settings=settings)


def _margined(book: Book) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The three figures of each account's level, cash left out, $, shape (accounts,)."""
    no_cash = np.zeros(len(book.positions.accounts))
    if book.is_portfolio:
        portfolio = under_portfolio_margin(book)
        values = replace(values_under_portfolio(portfolio), cash=no_cash)
        worth = values.net_liquidation_value
        return worth, worth, worth - portfolio.by_account
    strategy = strategy_margin(book)
    values = replace(values_by_strategy(strategy), cash=no_cash)
    equity = values.strategy_equity
    return (
        values.net_liquidation_value,
        equity,
        equity - strategy.by_account(RequirementKind.MAINTENANCE),
    )
