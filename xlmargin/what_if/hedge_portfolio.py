"""How many of each candidate lower the portfolio margin requirement enough: exact, all at once.

Between the quantities at which a position held the other way is closed, the requirement is the
greatest of losses and minimums that are straight lines: it falls, and then it rises. So its lowest
point, and the least quantity that reaches a level, are found by halving, in whole contracts.

Rule: FINRA 4210(g)(7)-(8).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.portfolio_margin.group_changes import GroupChange, GroupSums, group_sums
from xlmargin.portfolio_margin.minimums import delivered_value
from xlmargin.what_if.candidates import NOTHING, Found, closed_rows

_SHARES: Final = 2
"""Column of shares in what positions deliver."""


@dataclass(frozen=True, eq=False)
class PortfolioHedge:
    """Candidates beside a margined book: what so many of each would change.

    A candidate's legs are the rows that it closes, in their order, and what it opens. Arrays of
    shape (candidates, legs): `start`, the quantity at which a leg begins, `width`, how many it
    takes; and for one contract or share of a leg, $: `risk_array` with an axis of points more,
    `minimum`, `delivered` with an axis of 3, and market `value`, signed.
    """

    sums: GroupSums
    group: IntArray
    start: FloatArray
    width: FloatArray
    risk_array: FloatArray
    minimum: FloatArray
    delivered: FloatArray
    value: FloatArray

    def taken(self, quantity: FloatArray) -> FloatArray:
        """How many of each leg so many of each candidate take, shape (candidates, legs)."""
        return np.clip(quantity[:, None] - self.start, 0.0, self.width)

    def value_change(self, quantity: FloatArray) -> FloatArray:
        """What so many of each candidate change the positions' value by, $."""
        change: FloatArray = np.einsum("ck,ck->c", self.taken(quantity), self.value)
        return change

    def change(self, quantity: FloatArray) -> FloatArray:
        """What so many of each candidate change the requirement by, $, shape (candidates,).

        Each candidate is traded by itself; `quantity` is a magnitude. A lone candidate may be asked
        of many quantities, each by itself.
        """
        return self.sums.after(self._of_group(quantity))

    def class_requirement(self, quantity: FloatArray) -> FloatArray:
        """What the class group of each candidate requires by itself with so many of it, $."""
        return self.sums.class_requirement(self._of_group(quantity))

    def _of_group(self, quantity: FloatArray) -> GroupChange:
        taken = self.taken(quantity)
        legs = np.broadcast_to(self.risk_array, (len(taken), *self.risk_array.shape[1:]))
        delivered = np.broadcast_to(self.delivered, (len(taken), *self.delivered.shape[1:]))
        return GroupChange(
            np.broadcast_to(self.group, len(taken)),
            np.einsum("ck,ckp->cp", taken, legs),
            np.einsum("ck,ck->c", taken, np.broadcast_to(self.minimum, taken.shape)),
            np.einsum("ck,ckd->cd", taken, delivered),
        )

    def bends(self) -> FloatArray:
        """Quantities between which the change falls and then rises, shape (candidates, bends).

        Where a row is closed, and where shares held one way become shares held the other way: a
        house's minimum for uncovered options turns there. Infinite where there is none.
        """
        shares = self.sums.delivered[self.group, _SHARES]
        with np.errstate(divide="ignore", invalid="ignore"):
            flat = -shares / self.delivered[:, -1, _SHARES]
        flat = np.where(flat > 0, flat, np.inf)
        return np.column_stack([np.where(self.start > 0, self.start, np.inf), flat])


def found_under_portfolio(
    margin: PortfolioMargin, held: int, chosen: IntArray, most: FloatArray, wanted: FloatArray
) -> list[Found]:
    """The least quantity of some candidates that frees what is wanted, $, or else the most.

    The positions held, so many, come first, and one of each candidate after them. `chosen` are
    indexes of candidates that portfolio margin covers; `most` and `wanted` are theirs.
    """
    if not chosen.size:
        return []
    hedge = portfolio_hedge(margin, held, chosen)
    quantity = least_quantities(hedge, most, -wanted)
    columns = (quantity, -hedge.change(quantity), hedge.value_change(quantity))
    return [
        Found(int(contracts), freed + 0.0, value_change, is_proven=True)
        for contracts, freed, value_change in zip(*(c.tolist() for c in columns), strict=True)
    ]


def portfolio_hedge(margin: PortfolioMargin, held: int, chosen: IntArray) -> PortfolioHedge:
    """Some candidates beside the positions held, so many, which come first."""
    positions = margin.book.positions
    closed = closed_rows(positions, held)
    legs = [[*closed[c], held + c] for c in chosen.tolist()]
    most = max(map(len, legs))
    row = np.array([[own[0]] * (most - len(own)) + own for own in legs])
    used = np.array([[False] * (most - len(own)) + [True] * len(own) for own in legs])
    opens = row >= held
    of_one = np.where(opens, 1.0, -1.0) / np.abs(positions.quantity[row])
    width = np.where(used, np.where(opens, np.inf, np.abs(positions.quantity[row])), 0.0)
    start = np.cumsum(np.column_stack([np.zeros(len(row)), width[:, :-1]]), axis=1)
    delivered = delivered_value(positions, margin.spot, margin.book.market.as_of)
    return PortfolioHedge(
        sums=group_sums(margin, np.arange(held)),
        group=margin.class_of[held + chosen],
        start=start,
        width=width,
        risk_array=margin.risk_array[row] * of_one[:, :, None],
        minimum=margin.minimum[row] * of_one,
        delivered=delivered[row] * of_one[:, :, None],
        value=margin.market_value[row] * of_one,
    )


def least_quantities(hedge: PortfolioHedge, most: FloatArray, level: FloatArray) -> FloatArray:
    """Least quantity of each candidate that changes the requirement by the level or lower.

    `most` is the most of each, `level`, $, is below 0; shape (candidates,). Where the level is not
    reached, the least quantity that lowers the requirement most.
    """
    edges = _edges(hedge.bends(), most)
    quantity, best = np.zeros(len(most)), np.zeros(len(most))
    reached = np.zeros(len(most), dtype=bool)
    for low, high in zip(edges.T[:-1], edges.T[1:], strict=True):
        bottom = _first(lambda q: _rises(hedge, q), low, high)
        change = hedge.change(bottom)
        hits = ~reached & (change <= level + NOTHING)
        enough = _first(lambda q: hedge.change(q) <= level + NOTHING, low, bottom)
        lower = ~reached & ~hits & (change < best - NOTHING)
        quantity = np.where(hits, enough, np.where(lower, bottom, quantity))
        best = np.where(lower, change, best)
        reached |= hits
    return quantity


def _rises(hedge: PortfolioHedge, quantity: FloatArray) -> BoolArray:
    """Whether one more of each candidate lowers the requirement no further."""
    return hedge.change(quantity + 1.0) - hedge.change(quantity) >= -NOTHING


def _edges(bends: FloatArray, most: FloatArray) -> FloatArray:
    """Whole quantities from 0 to the most, with those on both sides of each bend, ascending."""
    edges = [np.zeros(len(most)), most]
    for bend in bends.T:
        within = np.minimum(bend, most)
        edges += [np.floor(within), np.ceil(within)]
    return np.sort(np.column_stack(edges), axis=1)


def _first(
    is_so: Callable[[FloatArray], BoolArray], low: FloatArray, high: FloatArray
) -> FloatArray:
    """First whole quantity from low to high for which something is so; it stays so up to high."""
    low, high = low.copy(), high.copy()
    while (low < high).any():
        middle = np.floor((low + high) / 2.0)
        so = is_so(middle)
        high = np.where(so & (low < high), middle, high)
        low = np.where(~so & (low < high), middle + 1.0, low)
    return low
