"""The excess of each account under strategy-based margin after a move of its own.

No permitted pairing requires less than the least. So a pairing that is known, asked anew at the
moved prices, proves without a search that there is excess where it leaves some; which pairings are
permitted does not depend on prices. A search is made only where none of those known leaves any,
and what it finds is known from then on.

Rule: FINRA 4210(c), (f)(2).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np

from xlmargin.account.account_values import NO_RESERVE, Reserve
from xlmargin.account.known_pairings import KnownPairings, known_pairings
from xlmargin.account.shocked_holdings import shocked_holdings
from xlmargin.account.shocked_prices import ShockedPrices, Worth
from xlmargin.account.zero_excess_move import (
    ALL_MOVES,
    WAYS,
    Bracket,
    bracket_of_ways,
    column_of_ways,
    first_of_ways,
    root,
)
from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.book import cash_of_accounts
from xlmargin.strategy_margin import RequirementKind, StrategyMargin
from xlmargin.strategy_margin.pairing.many_pairings import least_strategies
from xlmargin.strategy_margin.requirement import option_value_adjustment
from xlmargin.strategy_margin.solver.program import HALF_A_CENT


def present_pairings(margin: StrategyMargin) -> KnownPairings:
    """The pairings that require least at present."""
    kind = RequirementKind.MAINTENANCE
    own = (c.pairing(kind).strategies for c in margin.paired(kind))
    return known_pairings(margin, enumerate(own))


def strategy_zeros(
    present: KnownPairings,
    prices: ShockedPrices,
    has_excess: BoolArray,
    reserve: Reserve = NO_RESERVE,
) -> FloatArray:
    """The first move of each way, going outward, at which strategy-based excess is the reserve.

    Shape (accounts, ways); NaN where none of its moves leaves an account without more. `has_excess`
    tells which accounts have more at present, `present` the pairings that require least there.
    """
    if not has_excess.any():
        return np.full((len(has_excess), len(WAYS)), np.nan)
    margin = present.margin
    path = StrategyPath(present, reserve)
    bracket = path.bracket(prices.worth_along(ALL_MOVES, margin.mark), has_excess)
    if not bracket.exists.any():
        return bracket.outer
    some = bracket.of_either_way
    path, apart = path.of(some), prices.apart(some)

    def proven(own: FloatArray) -> FloatArray:
        return path.proven(apart.worth_each(own, margin.mark))

    found, unsure = root(proven, bracket), bracket.exists
    while unsure.any():
        known = proven(found)
        path.search(apart.worth_each(found, margin.mark), unsure)
        unsure = unsure & (proven(found) > known + HALF_A_CENT)
        further = Bracket(np.where(unsure, found, np.nan), np.where(unsure, bracket.outer, np.nan))
        found = np.where(unsure, root(proven, further), found)
    return found


def counted_units(margin: StrategyMargin) -> FloatArray:
    """Units of each position that strategy-based equity counts, signed, shape (positions,).

    Stock, and options with loan value.
    """
    book, positions = margin.book, margin.book.positions
    units = np.where(positions.is_cash, 0.0, positions.units)
    counted: FloatArray = units - option_value_adjustment(book, np.ones(len(units)), margin.rules)
    return counted


@dataclass
class StrategyPath:
    """The accounts of a book along moves; excesses are above the reserve, $.

    `present` are the pairings that are known at first.
    """

    present: KnownPairings
    reserve: Reserve = NO_RESERVE
    margin: StrategyMargin = field(init=False)
    known: list[KnownPairings] = field(init=False)
    """The pairings that are known, in the order in which they were found."""
    cash: FloatArray = field(init=False)
    counted: FloatArray = field(init=False)
    """Units of each position that strategy-based equity counts, signed."""

    def __post_init__(self) -> None:
        """At first the present pairings alone are known."""
        self.margin, self.known = self.present.margin, [self.present]
        self.cash = cash_of_accounts(self.margin.book)
        self.counted = counted_units(self.margin)

    def of(self, accounts: BoolArray) -> StrategyPath:
        """The path of some accounts, shape (accounts,): of the others no pairing is known."""
        classes = self.margin.classes
        known = (one for known in self.known for one in known.pairings)
        own = tuple(one for one in known if accounts[classes[one[0]].account])
        return StrategyPath(self.present.only(own), self.reserve)

    def bracket(self, there: Worth, has_excess: BoolArray) -> Bracket:
        """The first neighbours among the moves of each way of which the outer leaves no excess.

        `there` is along `ALL_MOVES`. All accounts are looked at together, each after the first move
        of each way at which no known pairing leaves it any. Where what is found there leaves none
        either, that move is the outer one.
        """
        equity, taken = self._equity(there), self.taken(there)
        account = self.margin.book.positions.account
        searched = np.full((len(has_excess), len(WAYS)), -1)
        while True:
            first = first_of_ways(equity - self._by_account(taken), has_excess)
            bracket = bracket_of_ways(first)
            unproven = bracket.exists & (first != searched)
            if not unproven.any():
                return bracket
            new, _ = self.search(there.each(column_of_ways(first)[account]), unproven)
            taken = np.minimum(taken, new.taken(there))
            searched = np.where(unproven, first, searched)

    def proven(self, there: Worth) -> FloatArray:
        """Excess that the known pairings prove, shape (accounts, moves): as much, or more."""
        taken = self.taken(there, remembered=False)
        excess: FloatArray = self._equity(there) - self._by_account(taken)
        return excess

    def taken(self, there: Worth, *, remembered: bool = True) -> FloatArray:
        """The least that the known pairings take from equity, $, shape (classes, moves)."""
        each = (pairings.taken(there, remembered=remembered) for pairings in self.known)
        return reduce(np.minimum, each)

    def search(self, there: Worth, looking: BoolArray) -> tuple[KnownPairings, BoolArray]:
        """Find the pairings that require least after moves, know them, and answer them.

        `looking`, shape (accounts, moves), tells after which ones those of each account are sought;
        the second answer, of the same shape, where none requires less, or none was sought.
        """
        kind, classes = RequirementKind.MAINTENANCE, self.margin.classes
        sought = [
            (i, move)
            for i, own in enumerate(classes)
            for move in np.flatnonzero(looking[own.account]).tolist()
        ]
        moved = (
            replace(classes[i], holdings=shocked_holdings(classes[i].holdings, there, move))
            for i, move in sought
        )
        found = least_strategies([own.to_pair(kind) for own in moved])
        is_proven = np.ones_like(looking)
        for (i, move), own in zip(sought, found, strict=True):
            is_proven[classes[i].account, move] &= own.is_proven
        every = dict.fromkeys(
            (i, own.strategies) for (i, _), own in zip(sought, found, strict=True)
        )
        old = {one for known in self.known for one in known.pairings}
        new = self.present.only(tuple(one for one in every if one not in old))
        if new.pairings:
            self.known.append(new)
        return new, is_proven

    def account_value(self, there: Worth) -> FloatArray:
        """What the accounts are worth after moves, $, shape (accounts, moves)."""
        book = self.margin.book
        units = np.where(book.positions.is_cash, 0.0, book.positions.units)
        return self.cash[:, None] + book.by_account(units[:, None] * there.worth)

    def equity(self, there: Worth) -> FloatArray:
        """What strategy-based rules count of that, $, shape (accounts, moves)."""
        counted = self.margin.book.by_account(self.counted[:, None] * there.worth)
        return self.cash[:, None] + counted

    def _equity(self, there: Worth) -> FloatArray:
        """What strategy-based equity is above the reserve, shape (accounts, moves)."""
        return self.equity(there) - self.reserve.of(self.account_value(there).T).T

    def _by_account(self, by_class: FloatArray) -> FloatArray:
        """Amounts by class, shape (classes, ...), added up by account, (accounts, ...)."""
        accounts = [own.account for own in self.margin.classes]
        added = np.zeros((len(self.cash), *by_class.shape[1:]))
        np.add.at(added, np.array(accounts, dtype=np.int64), by_class)
        return added
