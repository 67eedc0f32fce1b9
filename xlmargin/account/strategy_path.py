"""The excess of each account under strategy-based margin after a move of its own.

No permitted pairing requires less than the least. So a pairing that is known, asked anew at the
moved prices, proves without a search that there is excess where it leaves some; which pairings are
permitted does not depend on prices. A search is made only where none of those known leaves any,
and what it finds is known from then on.

Rule: FINRA 4210(c), (f)(2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import fsum

import numpy as np

from xlmargin.account.account_values import NO_RESERVE, Reserve
from xlmargin.account.first_zero import Bracket, first_bracket, root
from xlmargin.account.lone_stock import LoneStock, is_lone_stock
from xlmargin.account.moved_holdings import moved_holdings
from xlmargin.account.moved_prices import AfterMove, MovedPrices
from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.book import cash_of_accounts
from xlmargin.settings import AccountType
from xlmargin.strategy_margin import RequirementKind, StrategyMargin, UnderlyingMargin
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions
from xlmargin.strategy_margin.pairing.least_pairing import (
    StrategyMatch,
    least_pairing,
    requirement_of,
    requirement_rules,
    value_added_by,
)
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
from xlmargin.strategy_margin.requirement import values_added
from xlmargin.strategy_margin.solver.program import HALF_A_CENT


def strategy_zero(
    margin: StrategyMargin,
    prices: MovedPrices,
    has_excess: BoolArray,
    moves: tuple[float, ...],
    reserve: Reserve = NO_RESERVE,
) -> FloatArray:
    """The first move, going outward, at which strategy-based excess is the reserve.

    Shape (accounts,); NaN where none of the moves leaves an account without more. `has_excess`
    tells which accounts have more at present.
    """
    path = StrategyPath(margin, prices, reserve)
    bracket = first_bracket(path.excess, prices, has_excess, moves)

    def proven(own: FloatArray, looking: BoolArray) -> FloatArray:
        return path.proven(prices.each(own), own, looking)

    found, unsure = root(proven, bracket), bracket.exists
    while unsure.any():
        known = proven(found, unsure)
        path.search(prices.each(found), found, unsure)
        unsure = unsure & (proven(found, unsure) > known + HALF_A_CENT)
        further = Bracket(np.where(unsure, found, np.nan), np.where(unsure, bracket.outer, np.nan))
        found = np.where(unsure, root(proven, further), found)
    return found


def counted_units(margin: StrategyMargin) -> FloatArray:
    """Units of each position that strategy-based equity counts, signed, shape (positions,).

    Stock, and in a margin account options with loan value; a cash account has no loan value.
    """
    book, positions = margin.book, margin.book.positions
    units = np.where(positions.is_cash, 0.0, positions.units)
    if book.settings.account_type is AccountType.CASH:
        return np.where(positions.is_option, 0.0, units)
    counted: FloatArray = units - values_added(book, np.ones(len(units)), margin.rules)
    return counted


@dataclass
class KnownPairings:
    """One class with the pairings of it that are known, and what they require by."""

    margin: UnderlyingMargin
    requirements: RequirementRules
    pairings: list[tuple[StrategyMatch, ...]]

    def asked(self, holdings: ClassPositions) -> float:
        """Least of what the known pairings take from equity with the holdings at some prices, $.

        What they require less what the equity counts for them.
        """
        return min(
            fsum(
                requirement_of(strategy, holdings, self.requirements)
                - value_added_by(strategy, holdings, self.requirements)
                for strategy in pairing
            )
            for pairing in self.pairings
        )

    def search(self, holdings: ClassPositions) -> None:
        """Find the pairing that requires least with the holdings at some prices, and know it."""
        found = least_pairing(
            holdings,
            self.requirements,
            self.margin.rules,
            cash=self.margin.is_cash,
            seconds=self.margin.seconds,
        )
        self.pairings.append(found.strategies)


@dataclass
class StrategyPath:
    """The accounts of a book along moves; arrays have shape (accounts,)."""

    margin: StrategyMargin
    prices: MovedPrices
    reserve: Reserve
    stock: LoneStock = field(init=False)
    classes: list[KnownPairings] = field(init=False)
    """Those that may be paired in more than one way."""
    cash: FloatArray = field(init=False)
    counted: FloatArray = field(init=False)
    """Units of each position that strategy-based equity counts, signed."""

    def __post_init__(self) -> None:
        """At first the present pairings alone are known."""
        book, classes = self.margin.book, self.margin.classes
        kind, is_cash = (
            RequirementKind.MAINTENANCE,
            book.settings.account_type is AccountType.CASH,
        )
        distinct, of_account = self.margin.rules.distinct, self.margin.rules.of_account
        of_house = [requirement_rules(kind, rules, cash=is_cash) for rules in distinct]
        requirements = [of_house[k] for k in of_account.tolist()]
        lone = [c.holdings for c in classes if is_lone_stock(c.holdings)]
        held = ((holdings.account, stock.leg) for holdings in lone for stock in holdings.stocks)
        self.stock = LoneStock(tuple(held), requirements)
        self.classes = [
            KnownPairings(c, requirements[c.account], [c.pairing(kind).strategies])
            for c in classes
            if not is_lone_stock(c.holdings)
        ]
        self.cash = cash_of_accounts(book)
        self.counted = counted_units(self.margin)

    def proven(self, after: AfterMove, moves: FloatArray, looking: BoolArray) -> FloatArray:
        """Excess above the reserve that the known pairings prove, $: there is as much or more."""
        worth, book = after.worth(self.margin.mark), self.margin.book
        units = np.where(book.positions.is_cash, 0.0, book.positions.units)
        excess: FloatArray = self.cash + book.by_account(self.counted * worth)
        excess -= self.reserve.of(self.cash + book.by_account(units * worth))
        excess -= self.stock.asked(moves, looking)
        for known, holdings in self._moved(worth, moves, looking):
            excess[known.margin.account] -= known.asked(holdings)
        return excess

    def search(self, after: AfterMove, moves: FloatArray, looking: BoolArray) -> None:
        """Find the pairings that require least after the moves, and know them."""
        for known, holdings in self._moved(after.worth(self.margin.mark), moves, looking):
            known.search(holdings)

    def excess(self, after: AfterMove, moves: FloatArray, looking: BoolArray) -> FloatArray:
        """Excess where there is none, $; where there is some, what the known pairings prove."""
        proven = self.proven(after, moves, looking)
        unproven = looking & ~(proven > 0)
        if not unproven.any():
            return proven
        self.search(after, moves, unproven)
        return np.where(unproven, self.proven(after, moves, unproven), proven)

    def _moved(
        self, worth: FloatArray, moves: FloatArray, looking: BoolArray
    ) -> Iterator[tuple[KnownPairings, ClassPositions]]:
        """The classes of the accounts that require for, with their holdings after the moves."""
        for known in self.classes:
            account = known.margin.account
            if looking[account]:
                yield known, moved_holdings(known.margin.holdings, float(moves[account]), worth)
