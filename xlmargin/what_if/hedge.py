"""Which trade lowers an account's requirement most cheaply, and how much of it is enough.

The requirement is that of the account's regime: portfolio margin's, or the maintenance requirement
by strategy. Each candidate is tried by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.account import Excess, portfolio_excess, strategy_excess
from xlmargin.arrays import BoolArray, FloatArray, IntArray, ratio
from xlmargin.book import Book
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.portfolio_margin.portfolio_requirement import NO_CLASS
from xlmargin.regimes import under_portfolio_margin
from xlmargin.strategy_margin import StrategyMargin
from xlmargin.what_if.candidates import NOTHING, Candidates, Found, marked
from xlmargin.what_if.hedge_portfolio import found_under_portfolio
from xlmargin.what_if.hedge_strategy import strategy_hedge


@dataclass(frozen=True, eq=False)
class Hedge:
    """What each candidate can do for its account; arrays of shape (candidates,), $.

    `target` is the reduction that is wanted, infinite where it is as much as can be. `quantity`, a
    magnitude, is the least that frees so much, or else that frees the most. `value_change` is what
    it adds to the positions as the regime's equity counts them. `is_proven` tells that no lesser
    quantity frees as much, and none more where it is not enough.
    """

    candidates: Candidates
    before: FloatArray
    target: FloatArray
    quantity: FloatArray
    freed: FloatArray
    value_change: FloatArray
    is_proven: BoolArray

    @property
    def cost(self) -> FloatArray:
        """What the quantity costs with its fee; below 0, received."""
        return self.candidates.cost(self.quantity)

    @property
    def excess_change(self) -> FloatArray:
        """What the account's excess gains: what is freed, and what equity gains or loses by it."""
        return self.freed + self.value_change - self.cost

    @property
    def freed_per_dollar(self) -> FloatArray:
        """Requirement freed for each dollar of cost; NaN where it costs nothing, or pays."""
        return ratio(self.freed, self.cost)

    @property
    def reaches(self) -> BoolArray:
        """Whether the target is reached; never where there is none."""
        return self.freed >= self.target - NOTHING

    @property
    def ranking(self) -> IntArray:
        """Indexes of the candidates, best first.

        Those that reach the target come first, those that free nothing last. Then what costs
        nothing or pays, by what it frees; then the rest by what each dollar frees.
        """
        frees, costs = self.freed > NOTHING, self.cost > 0
        worth = np.where(costs, np.nan_to_num(self.freed_per_dollar), self.freed)
        return np.lexsort((self.cost, -worth, costs, ~frees, ~self.reaches))


def hedge_under_portfolio(margin: PortfolioMargin, candidates: Candidates, target: float) -> Hedge:
    """Candidates for accounts under portfolio margin.

    `target`, $, is the reduction wanted in each account; NaN for its margin call, or as much as can
    be where there is none or where cash is stated nowhere.
    """
    account, wanted = _wanted(portfolio_excess(margin), margin.book, candidates, target)
    joint, held = candidates.beside(margin.book)
    both = under_portfolio_margin(joint)
    covered = both.class_of[held:] != NO_CLASS
    inside, outside = np.flatnonzero(covered), np.flatnonzero(~covered)
    most = candidates.most
    exact = found_under_portfolio(both, held, inside, most[inside], wanted[inside])
    beside = np.flatnonzero(both.class_of[:held] == NO_CLASS)
    tried = _tried(joint, held, outside, most[outside], wanted[outside], beside, margin)
    found = dict(zip([*inside.tolist(), *outside.tolist()], [*exact, *tried], strict=True))
    in_order = [found[c] for c in range(len(candidates))]
    return _hedge(candidates, margin.by_account[account], wanted, in_order)


def hedge_by_strategy(margin: StrategyMargin, candidates: Candidates, target: float) -> Hedge:
    """Candidates for accounts that are margined by strategy; target as under portfolio margin."""
    excess = strategy_excess(margin)
    account, wanted = _wanted(excess, margin.book, candidates, target)
    joint, held = candidates.beside(margin.book)
    everyone = np.arange(len(candidates))
    found = _tried(joint, held, everyone, candidates.most, wanted, np.arange(held))
    return _hedge(candidates, excess.requirement[account], wanted, found)


def _hedge(
    candidates: Candidates, before: FloatArray, wanted: FloatArray, found: list[Found]
) -> Hedge:
    return Hedge(
        candidates,
        before,
        wanted,
        np.array([f.quantity for f in found], dtype=np.float64),
        np.array([f.freed for f in found]),
        np.array([f.value_change for f in found]),
        np.array([f.is_proven for f in found]),
    )


def _wanted(
    excess: Excess, held: Book, candidates: Candidates, target: float
) -> tuple[IntArray, FloatArray]:
    """Each candidate's account, and the reduction wanted there, infinite where nobody says."""
    account = candidates.accounts_in(held)
    call = excess.margin_call[account]
    if not np.isnan(target):
        return account, np.full(len(account), target)
    return account, np.where(call > 0, call, np.inf)


def _tried(
    joint: Book,
    held: int,
    chosen: IntArray,
    most: FloatArray,
    wanted: FloatArray,
    beside: IntArray,
    margin: PortfolioMargin | None = None,
) -> list[Found]:
    """What is found for some candidates by trying quantities, every option at its mark.

    `beside` are the positions held that they are margined with, by index: those that portfolio
    margin does not cover where its `margin` is given.
    """
    if not chosen.size:
        return []
    at_marks = marked(joint)
    own = at_marks.only(beside)
    return [
        strategy_hedge(own, at_marks.only(np.array([held + c])), limit, margin).least(goal)
        for c, limit, goal in zip(chosen.tolist(), most.tolist(), wanted.tolist(), strict=True)
    ]
