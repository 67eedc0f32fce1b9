"""Candidates: contracts that might be traded to lower a requirement, and what they would close."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import NO_GROUP, Positions
from xlmargin.what_if.impact import Key, Trades, contract_keys

NOTHING: Final = 1e-6
"""Dollars; amounts that differ by less are the same, for sums of floating-point numbers are."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """What might be traded: one contract or share of each, and the most of it.

    `one` holds each at a quantity of +1 (to buy) or -1 (to sell), its fee being that of any
    quantity. `most`, contracts or shares, is a whole number, 1 or more, shape (candidates,).
    """

    one: Trades
    most: FloatArray

    def __len__(self) -> int:
        return len(self.most)

    @property
    def positions(self) -> Positions:
        """One of each candidate."""
        return self.one.book.positions

    def cost(self, quantity: FloatArray) -> FloatArray:
        """What so many cost with the fee, $, shape (candidates,); < 0 is received; none is free.

        `quantity` is a magnitude.
        """
        paid = quantity * self.positions.units * self.one.price + self.one.fee
        return np.where(quantity > 0, paid, 0.0)


@dataclass(frozen=True)
class Found:
    """So many of a candidate, what they free and what they change the positions' value by ($).

    Proven is that no lesser quantity frees as much, and where it is not enough, that none does.
    """

    quantity: int
    freed: float
    value_change: float
    is_proven: bool


def closed_rows(joint: Positions, held: int) -> list[list[int]]:
    """For each candidate the rows that trading it would close first, in their order.

    `joint` has the held positions, so many, before the candidates. Rows are closed that hold the
    same contract in the same account the other way, in the candidate's group where it names one.
    """
    rows: dict[Key, list[int]] = {}
    keys = contract_keys(joint)
    for i, key in enumerate(keys[:held]):
        rows.setdefault(key, []).append(i)
    return [
        [
            i
            for i in rows.get(keys[c], ())
            if joint.quantity[i] * joint.quantity[c] < 0
            and joint.group[c] in (NO_GROUP, joint.group[i])
        ]
        for c in range(held, len(joint))
    ]
