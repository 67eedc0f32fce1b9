"""What the family office held on each day of its history: the sample's positions, and their past.

Stock was there all along, but for shares that a put brought. Options that expire a month after the
end of the history were rolled into from those of the months before; a few others were bought,
written, assigned or closed on the way. Each holding knows its first day, and the day on which it
was gone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

BEFORE: Final = dt.date(2026, 1, 1)
"""Stands for a first day before the history begins."""

UNITS_PER_CONTRACT: Final = 100.0

AFTER: Final = dt.date(2027, 1, 1)
"""Stands for a last day after its end."""

HOLDING: Final = "Holding"
FOUNDATION: Final = "Foundation"
FOUNDATION_HOLDS: Final = frozenset({"AVGO", "BRK.B", "CRM", "JPM", "NFLX", "ORCL", "TSLA"})
"""Underlyings of the second account; everything else is in the first."""

ROLL_DAYS: Final = (dt.date(2026, 9, 10), dt.date(2026, 10, 8), dt.date(2026, 11, 12))
ROLLED: Final = {
    "2026-12-18": ("2026-09-18", "2026-10-16", "2026-11-20", "2026-12-18"),
    "2026-12-31": ("2026-09-30", "2026-10-30", "2026-11-30", "2026-12-31"),
}
"""The expirations that led to one of the sample's, from roll to roll."""


@dataclass(frozen=True)
class SampleHolding:
    """A position from its first day to the day on which it is gone.

    `cost` is $ per unit, None for the price of the first day. `factor` is what its volatility is of
    the surface's. A holding that is `assigned` goes for nothing: the shares that come for it cost
    the strike.
    """

    account: str
    symbol: str
    kind: str
    quantity: float
    strike: float | None = None
    expiration: str | None = None
    style: str | None = None
    cost: float | None = None
    first: dt.date = BEFORE
    gone: dt.date = AFTER
    assigned: bool = False
    factor: float = 1.0

    @property
    def units(self) -> float:
        """Units of the underlying, signed."""
        return self.quantity * (UNITS_PER_CONTRACT if self.strike else 1.0)

    def on(self, day: dt.date) -> bool:
        """Whether it is held at the close of a day."""
        return self.first <= day < self.gone

    def priced_on(self, day: dt.date) -> bool:
        """Whether its price of a day is needed: while it is held, and when it is closed."""
        return self.on(day) or (day == self.gone and not self.assigned)


ASSIGNED: Final = dt.date(2026, 10, 16)
GONE: Final = (
    SampleHolding(
        FOUNDATION, "CRM", "put", -8, 230.0, "2026-10-16", "american", 6.35, gone=ASSIGNED,
        assigned=True,
    ),
    SampleHolding(
        HOLDING, "GOOGL", "put", -10, 260.0, "2026-10-16", "american", 5.10,
        gone=dt.date(2026, 9, 24),
    ),
    SampleHolding(
        HOLDING, "META", "put", -4, 560.0, "2026-11-20", "american", 14.20,
        gone=dt.date(2026, 11, 5),
    ),
)  # fmt: skip
"""What is not in the sample any more: a put assigned, and two bought back."""

INCOME: Final = (
    SampleHolding(
        HOLDING, "SPX", "put", -30, 6000.0, "2026-12-18", "european", gone=dt.date(2026, 11, 18)
    ),
    SampleHolding(
        HOLDING, "SPX", "put", 30, 5400.0, "2026-12-18", "european", gone=dt.date(2026, 11, 18)
    ),
)
"""Put spreads written for income, month by month, until they were closed shortly before the end."""

CAME: Final = {
    ("CRM", "stock", None): (ASSIGNED, 230.0),
    ("CRM", "call", "2027-02-19"): (ASSIGNED, None),
    ("CRM", "put", "2027-01-15"): (dt.date(2026, 10, 19), None),
    ("GOOGL", "call", "2028-06-16"): (dt.date(2026, 10, 1), None),
    ("SPX", "put", "2027-12-17"): (dt.date(2026, 10, 5), None),
    ("META", "put", "2027-02-19"): (dt.date(2026, 11, 6), None),
}
"""First day, and cost where it is not that day's price, of what came during the history."""

Spot = Callable[[str, dt.date], float]
"""Price of an underlying on a day, $."""


def holdings(
    sample: Sequence[SampleHolding], spot: Spot, first: dt.date, last: dt.date
) -> list[SampleHolding]:
    """Every holding of the history, in the order of the sample, what is gone behind it."""
    every = [past for held in (*sample, *INCOME) for past in _past(held, spot, first, last)]
    return [*every, *GONE]


def _past(
    held: SampleHolding, spot: Spot, first: dt.date, last: dt.date
) -> Iterator[SampleHolding]:
    """A holding of the sample, and what was held before it in its place."""
    if held.expiration in ROLLED:
        yield from _rolled(held, spot, first, last)
        return
    came, cost = CAME.get((held.symbol, held.kind, held.expiration), (BEFORE, held.cost))
    yield replace(held, first=came, cost=cost)


def _rolled(
    held: SampleHolding, spot: Spot, first: dt.date, last: dt.date
) -> Iterator[SampleHolding]:
    """The contracts before one of the sample, as far from the money as it is at the end."""
    assert held.expiration and held.strike
    distance = held.strike / spot(held.symbol, last)
    days = (BEFORE, *ROLL_DAYS, held.gone)
    for expiration, (came, gone) in zip(ROLLED[held.expiration], pairwise(days), strict=True):
        place = replace(held, expiration=expiration, cost=None, first=came, gone=gone)
        if expiration != held.expiration:
            strike = _listed(distance * spot(held.symbol, max(came, first)))
            place = replace(place, strike=strike, factor=1.0)
        yield place


def _listed(strike: float) -> float:
    """The nearest strike that is listed."""
    step = 50.0 if strike > 2_000 else 5.0 if strike > 200 else 1.0
    return step * round(strike / step)
