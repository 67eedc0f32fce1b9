"""The excess of each account under strategy-based margin after a move of its own.

No permitted pairing requires less than the least. So a pairing that is known, asked anew at the
moved prices, proves without a search that there is excess where it leaves some; which pairings are
permitted does not depend on prices. A search is made only where none of those known leaves any,
and what it finds is known from then on.

Rule: FINRA 4210(c), (f)(2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from xlmargin.account.account_values import NO_RESERVE, Reserve
from xlmargin.account.first_zero import Bracket, first_bracket, root
from xlmargin.account.known_pairings import KnownPairings
from xlmargin.account.moved_holdings import moved_holdings
from xlmargin.account.moved_prices import MovedPrices, Worth
from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.book import cash_of_accounts
from xlmargin.settings import AccountType
from xlmargin.strategy_margin import RequirementKind, StrategyMargin
from xlmargin.strategy_margin.pairing.least_pairing import least_pairing, requirement_rules
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
    path = StrategyPath(margin, reserve)
    bracket = path.bracket(prices.worth_along(moves, margin.mark), has_excess, moves)

    def proven(own: FloatArray) -> FloatArray:
        return path.proven(prices.worth_each(own, margin.mark))[:, 0]

    found, unsure = root(proven, bracket), bracket.exists
    while unsure.any():
        known = proven(found)
        path.search(prices.worth_each(found, margin.mark), unsure)
        unsure = unsure & (proven(found) > known + HALF_A_CENT)
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
class StrategyPath:
    """The accounts of a book along moves; excesses are above the reserve, $."""

    margin: StrategyMargin
    reserve: Reserve
    known: KnownPairings = field(init=False)
    cash: FloatArray = field(init=False)
    counted: FloatArray = field(init=False)
    """Units of each position that strategy-based equity counts, signed."""

    def __post_init__(self) -> None:
        """At first the present pairings alone are known."""
        kind = RequirementKind.MAINTENANCE
        now = ((i, own.pairing(kind).strategies) for i, own in enumerate(self.margin.classes))
        self.known = KnownPairings(self.margin, tuple(now))
        self.cash = cash_of_accounts(self.margin.book)
        self.counted = counted_units(self.margin)

    def bracket(self, there: Worth, has_excess: BoolArray, moves: Sequence[float]) -> Bracket:
        """The first neighbours among the moves of which the outer leaves no excess."""
        equity, taken = self._equity(there), self.known.taken(there)

        def excess(i: int, looking: BoolArray) -> FloatArray:
            nonlocal taken
            left: FloatArray = equity[:, i] - self._by_account(taken[:, i])
            if (unproven := looking & ~(left > 0)).any():
                taken = np.minimum(taken, self.search(there.after(i), unproven).taken(there))
                left = equity[:, i] - self._by_account(taken[:, i])
            return left

        return first_bracket(excess, range(len(moves)), has_excess, moves)

    def proven(self, there: Worth) -> FloatArray:
        """Excess that the known pairings prove, shape (accounts, moves): as much, or more."""
        excess: FloatArray = self._equity(there) - self._by_account(self.known.taken(there))
        return excess

    def search(self, there: Worth, looking: BoolArray) -> KnownPairings:
        """Find the pairings that require least after a move, know them, and answer them."""
        found = []
        for i, own in enumerate(self.margin.classes):
            if looking[own.account]:
                kind, cash = RequirementKind.MAINTENANCE, own.is_cash
                least = least_pairing(
                    moved_holdings(own.holdings, there),
                    requirement_rules(kind, own.rules, cash=cash),
                    own.rules,
                    cash=cash,
                    seconds=own.seconds,
                )
                found.append((i, least.strategies))
        new = KnownPairings(self.margin, tuple(found))
        self.known = self.known.joined(new)
        return new

    def _equity(self, there: Worth) -> FloatArray:
        """What strategy-based equity is above the reserve, shape (accounts, moves)."""
        book, cash = self.margin.book, self.cash[:, None]
        units = np.where(book.positions.is_cash, 0.0, book.positions.units)
        value = cash + book.by_account(units[:, None] * there.worth)
        equity: FloatArray = cash + book.by_account(self.counted[:, None] * there.worth)
        return equity - self.reserve.of(value.T).T

    def _by_account(self, by_class: FloatArray) -> FloatArray:
        """Amounts by class, shape (classes, ...), added up by account, (accounts, ...)."""
        accounts = [own.account for own in self.margin.classes]
        added = np.zeros((len(self.cash), *by_class.shape[1:]))
        np.add.at(added, np.array(accounts, dtype=np.int64), by_class)
        return added
