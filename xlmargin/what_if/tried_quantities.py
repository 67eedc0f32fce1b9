"""Quantities of an order that are tried, and the greatest up to which every one is accepted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.computing import check_time_limit
from xlmargin.errors import RefusedPosition
from xlmargin.what_if.impact import FigureChange, shortfall

LIMIT: Final = "limit"
NOT_PERMITTED: Final = "not permitted"
NO_CASH: Final = "cash is stated nowhere"
"""What binds first, if no check does: the most that is looked at, or what refuses the order."""

ONE_BY_ONE: Final = 16
"""Quantities by strategy that are each tried, so that the greatest of so few is proven."""


@dataclass(frozen=True, eq=False)
class Greatest:
    """The greatest quantity of each order under one regime; arrays of shape (orders,).

    `binds` is what refuses one more. `missing`, $, is what the quantity that is ordered is short
    by: 0 where it is accepted, infinite where it is not permitted, NaN where cash is stated nowhere
    or nothing is ordered. The excess after the order, $, is that of the regime; that after the
    greatest quantity is of what binds: Reg T excess and SMA are what is left of these. No reserve
    is taken off.
    """

    quantity: FloatArray
    binds: tuple[str, ...]
    is_proven: BoolArray
    missing: FloatArray
    excess_after_order: FloatArray
    excess_after: FloatArray


@dataclass(frozen=True, eq=False)
class CapacityCheck:
    """One excess that orders use: what there is of it less its reserve, and what else there is, $.

    `change` is what it changes by with a quantity of an order, fees paid; `left` of what, $, is
    known where the excess is not the regime's own.
    """

    name: str
    before: float
    other: float
    left: float | None = None

    def missing(self, change: float) -> float:
        """What is missing for a change, $: 0 where it is accepted, NaN where that is not known."""
        before, changed = np.array([self.before]), np.array([change])
        used = FigureChange(before, before + changed, changed)
        return float(shortfall(used, np.array([self.other]))[0])


@dataclass(frozen=True, eq=False)
class QuantityOutcome:
    """A quantity of an order: the check that refuses it ("" where none does), and what is missing.

    `excess_change`, $, is that of the regime, `changes` those of the checks, none without a trade.
    """

    binds: str
    missing: float
    excess_change: float
    changes: tuple[float, ...] = ()


_NOTHING_TRADED: Final = QuantityOutcome("", 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Tried:
    """One order of which quantities are tried, beside what it may be margined with.

    `changes` answers for a quantity what each of the `checks` changes by, and the regime's excess.
    """

    checks: Sequence[CapacityCheck]
    changes: Callable[[float], tuple[Sequence[float], float]]
    most: int
    bends: Sequence[int] | None
    """Quantities between which excess is concave; None where it may not be."""
    found: dict[float, QuantityOutcome] = field(default_factory=lambda: {0: _NOTHING_TRADED})

    def outcome(self, quantity: float) -> QuantityOutcome:
        """What comes of a quantity, tried once."""
        if quantity not in self.found:
            check_time_limit()
            self.found[quantity] = self._try(quantity)
        return self.found[quantity]

    def _try(self, quantity: float) -> QuantityOutcome:
        try:
            changes, excess = self.changes(quantity)
        except RefusedPosition:
            return QuantityOutcome(NOT_PERMITTED, np.inf, np.nan)
        missing = [c.missing(change) for c, change in zip(self.checks, changes, strict=True)]
        if np.isnan(missing).any():
            return QuantityOutcome(NO_CASH, np.nan, excess)
        worst = int(np.argmax(missing))
        return QuantityOutcome(
            self.checks[worst].name if missing[worst] else "", missing[worst], excess, (*changes,)
        )

    def left(self, quantity: float, binds: str, excess: float) -> float:
        """What a quantity leaves of what binds, $: of the regime's `excess` if no other."""
        outcome = self.outcome(quantity)
        for i, check in enumerate(self.checks):
            if check.name == binds and check.left is not None:
                return check.left + (outcome.changes[i] if outcome.changes else 0.0)
        return excess + outcome.excess_change

    def greatest(self) -> tuple[int, bool]:
        """The greatest quantity of which none below was found refused, and whether it is proven."""
        low = 0
        for high in self._edges():
            if self.outcome(high).binds:
                low = self._halved(low, high)
                break
            low = high
        if self.bends is not None:
            return low, True
        if low > ONE_BY_ONE:
            return low, False
        refused = (q for q in range(1, low + 1) if self.outcome(q).binds)
        return next(refused, low + 1) - 1, True

    def _edges(self) -> list[int]:
        """Quantities that are tried first, ascending: those at bends, or doubled."""
        if self.bends is not None:
            return sorted({q for q in (1, *self.bends, self.most) if 1 <= q <= self.most})
        doubled = [1]
        while doubled[-1] < self.most:
            doubled.append(min(2 * doubled[-1], self.most))
        return doubled

    def _halved(self, low: int, high: int) -> int:
        """The last quantity accepted, of those between one that is and one that is not."""
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.outcome(middle).binds else (middle, high)
        return low


def greatest_of(tried: Sequence[Tried], ordered: FloatArray, excess: FloatArray) -> Greatest:
    """What is found for orders that are tried; `excess`, $, is that of each order's account."""
    found = [each.greatest() for each in tried]
    quantity = [q for q, _ in found]
    binds = tuple(
        LIMIT if q == each.most else each.outcome(q + 1).binds
        for each, q in zip(tried, quantity, strict=True)
    )
    nothing = QuantityOutcome("", np.nan, np.nan)
    of_order = [
        nothing if np.isnan(n) else each.outcome(n)
        for each, n in zip(tried, ordered.tolist(), strict=True)
    ]
    after = [
        each.left(q, bound, now)
        for each, q, bound, now in zip(tried, quantity, binds, excess.tolist(), strict=True)
    ]
    return Greatest(
        np.array(quantity, dtype=np.float64),
        binds,
        np.array([proven for _, proven in found], dtype=bool),
        np.array([each.missing for each in of_order]),
        excess + np.array([each.excess_change for each in of_order]),
        np.array(after),
    )
