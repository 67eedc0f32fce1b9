"""The volatility of each option: stated, solved from its mark, its market's, or none at all.

Prices are what they are: a mark at or a little below the value without volatility is an ordinary
quote, made of a bid and an ask or of trades of two moments, and no reason to refuse a book. Such an
option is valued without volatility at every price of its underlying, and gains are counted from its
mark: a short one loses as much as it can by its value, a long one no less than that. What lies
farther below is another contract, another day or another unit, and is refused.

When the underlying moves, the published results of the clearing house's model hold the volatility
of each series (`sticky_strike`); nothing is computed then. `sticky_moneyness` lets each strike take
the volatility that the same ratio of strike to spot has now, read off the book's own series.

Values and solved volatilities are computed for the rows whose numbers differ from those of the last
calls, and these underlying by underlying: when one price moves, or one row is added, the contracts
on one underlying are valued anew and those on all others are not. What counts is every bit of every
number that goes in; a contract's value does not depend on its neighbours, so what is remembered is
what would be computed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from itertools import groupby
from math import isnan
from operator import itemgetter
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlmargin.arrays import BoolArray, Columns, FloatArray, IntArray
from xlmargin.book import Positions
from xlmargin.computing import ContentCache, RowMemory
from xlmargin.dates import DAYS_PER_YEAR
from xlmargin.errors import RefusedPosition
from xlmargin.market import Market
from xlmargin.pricing import (
    ImpliedVolatility,
    OptionTerms,
    VolatilityStatus,
    greatest_value,
    implied_volatility,
    theoretical_value,
    zero_volatility_value,
)
from xlmargin.rulebook import UnderlyingClass
from xlmargin.settings import Settings, UnsolvedPrice

PARITY_TOLERANCE: Final = 0.005
"""How far below its value without volatility a mark may be, as a share of the underlying's price,
where the setting does not say."""

LEAST_TOLERANCE: Final = 0.05
"""The same in dollars per unit: a tick, whatever the underlying costs."""

WORTHLESS_VOLATILITY: Final = 0.25
WORTHLESS_BELOW: Final = 0.05
"""A mark of 0 is a price where an option out of the money is worth less than this, $ per unit, at
that volatility; elsewhere it is a quote that is missing."""

_IN_DOUBT: Final = " (per contract? stale? other underlying? strike in cents?); or a volatility"
"""What may be wrong with a price that no volatility gives."""

NEARLY_EXPIRED: Final = 7 / DAYS_PER_YEAR
"""Years to expiration up to which a volatility index stands for its future."""
FORWARD: Final = (
    "the future of its expiration, or spot_is_forward TRUE in the market range where its price is"
    " one"
)


class VolatilitySource(IntEnum):
    """Where the volatility of an option comes from."""

    STATED = 0
    """The position's own."""
    SOLVED = 1
    """That gives the mark."""
    MARKET = 2
    """Its underlying's."""
    NONE = 3
    """None is needed, or the mark tells none: the option is valued at zero volatility."""

    @property
    def word(self) -> str:
        """The word used in tables."""
        return _WORDS[self]


_WORDS: Final = {
    VolatilitySource.STATED: "stated",
    VolatilitySource.SOLVED: "solved",
    VolatilitySource.MARKET: "market",
    VolatilitySource.NONE: "least value",
}


@dataclass(frozen=True, eq=False)
class OptionVolatility:
    """Volatilities of options, annual, and what they are from; arrays `(contracts,)`.

    `least` is the value without volatility where the mark was taken, $ per unit, of an option whose
    mark tells no volatility. `status` is the
    `VolatilityStatus` of what can be neither solved nor valued without; `SOLVED` for all others.
    """

    volatility: FloatArray
    source: NDArray[np.int8]
    least: FloatArray
    status: NDArray[np.int8]


def option_volatility(
    contracts: OptionTerms,
    underlying: IntArray,
    mark_spot: FloatArray,
    mark: FloatArray,
    stated: FloatArray,
    of_market: FloatArray,
    half_spread: FloatArray,
    settings: Settings,
) -> OptionVolatility:
    """The volatility of each option; all arguments have shape `(contracts,)`, NaN if not given.

    `mark_spot` is the price of the underlying when the mark was taken, `half_spread` half the
    difference of the quoted bid and ask, $ per unit.
    """
    count = len(contracts)
    solves = is_solved(contracts, mark, stated)
    volatility = np.where(np.isnan(stated), of_market, stated)
    source = np.where(np.isnan(stated), VolatilitySource.MARKET, VolatilitySource.STATED)
    status = np.full(count, VolatilityStatus.SOLVED, np.int8)
    least = np.full(count, np.nan)
    rows = np.flatnonzero(solves)
    some, spot = contracts.take(rows), mark_spot[rows]
    (found,) = volatility_together([ContractsToValue(some, underlying[rows], spot, mark[rows])])
    volatility[rows], status[rows] = found.volatility, found.status
    source[rows] = VolatilitySource.SOLVED
    rows = rows[found.status != VolatilityStatus.SOLVED]
    if rows.size:
        some, spot = contracts.take(rows), mark_spot[rows]
        least[rows] = zero_volatility_value(some, spot)[:, 0]
    if rows.size and settings.unsolved_price is UnsolvedPrice.LEAST_VALUE:
        tolerance = parity_tolerance(spot, settings, half_spread[rows])
        rows = rows[_is_near_least(some, spot, mark[rows], least[rows], tolerance)]
        volatility[rows], source[rows] = 0.0, VolatilitySource.NONE
        status[rows] = VolatilityStatus.SOLVED
    expiring = contracts.years == 0
    volatility[expiring], source[expiring] = 0.0, VolatilitySource.NONE
    return OptionVolatility(volatility, source.astype(np.int8), least, status)


def is_solved(contracts: OptionTerms, mark: FloatArray, stated: FloatArray) -> BoolArray:
    """Which contracts' volatilities are solved from their marks; arguments as above."""
    return np.isnan(stated) & ~np.isnan(mark) & (contracts.years > 0)


def parity_tolerance(spot: FloatArray, settings: Settings, half_spread: FloatArray) -> FloatArray:
    """How far below its value without volatility a mark may be, $ per unit.

    What the setting says is all of it; else no less than half the quoted spread, where that is
    given: a middle may be as far from what the option trades at.
    """
    stated = settings.parity_tolerance
    if not isnan(stated):
        return stated * spot
    return np.maximum(PARITY_TOLERANCE * spot, np.fmax(half_spread, LEAST_TOLERANCE))


def _is_near_least(
    contracts: OptionTerms,
    spot: FloatArray,
    mark: FloatArray,
    least: FloatArray,
    tolerance: FloatArray,
) -> BoolArray:
    """Whether a mark without a volatility is a price of an option without volatility.

    A mark of 0 is the price of a worthless option where it can be; else no price. A search that
    stops within a float's noise of the bound is at the bound.
    """
    at_quarter = theoretical_value(contracts, spot, np.full(len(spot), WORTHLESS_VOLATILITY))[:, 0]
    worthless = (least == 0) & (at_quarter < WORTHLESS_BELOW)
    near = np.abs(mark - least) <= tolerance
    return np.where(mark > 0, near & (mark <= least * (1 + 1e-9)), worthless)


def refuse_unpriced(
    positions: Positions,
    at: IntArray,
    contracts: OptionTerms,
    mark_spot: FloatArray,
    found: OptionVolatility,
    needed: BoolArray,
    settings: Settings,
) -> None:
    """Refuse every option whose price gives no volatility, naming its row and the price it has."""
    unsolved = np.flatnonzero((found.status != VolatilityStatus.SOLVED) & needed[at])
    if not unsolved.size:
        return
    tolerance = parity_tolerance(mark_spot, settings, positions.half_spread[at])
    most = greatest_value(contracts, mark_spot)
    raise RefusedPosition(
        [
            positions.problem(
                int(at[i]),
                "price",
                f"{positions.mark[at[i]]:.10g} for {positions.label(int(at[i]))}",
                _wanted(
                    VolatilityStatus(int(found.status[i])),
                    float(positions.mark[at[i]]),
                    float(found.least[i]),
                    float(most[i]),
                    float(tolerance[i]),
                ),
            )
            for i in unsolved.tolist()
        ]
    )


def _wanted(
    status: VolatilityStatus, mark: float, least: float, most: float, tolerance: float
) -> str:
    if not mark:
        return "a price: 0 where the option is worth something is no quote; or a volatility"
    match status:
        case VolatilityStatus.BELOW_ZERO_VOLATILITY_VALUE:
            return (
                f"above {least:,.4f}, its value without volatility: it is {least - mark:,.4f} below"
                f", more than {tolerance:,.4f}{_IN_DOUBT}"
            )
        case VolatilityStatus.ABOVE_GREATEST_VALUE if mark > most:
            return (
                f"below {most:,.4f}, the most it can be worth: it is {mark - most:,.4f} above"
                f"{_IN_DOUBT}"
            )
        case VolatilityStatus.ABOVE_GREATEST_VALUE:
            return f"a lower price: no volatility gives this one{_IN_DOUBT}"
        case _:
            return "a price that a volatility can give, or a volatility"


_Key: TypeAlias = tuple[str, int, bytes]
"""What is computed, the number of columns, and all the numbers it is computed from."""

_MOST_SIZE: Final = 30_000_000
_KNOWN: Final[ContentCache[_Key, FloatArray]] = ContentCache(
    most=100_000, most_size=_MOST_SIZE, size=lambda key, value: len(key[2]) + value.nbytes
)
"""Bounded by bytes, in all."""


def off_index(positions: Positions, market: Market) -> BoolArray:
    """Which options on a volatility index are valued off the index, for no future is stated.

    They are priced off the future of their expiration, which may be far from the index.
    """
    by_future = [
        u.underlying_class is UnderlyingClass.VOL_INDEX and not u.spot_is_forward
        for u in market.underlyings
    ]
    found = positions.is_option & np.isnan(positions.forward)
    found[found] = np.array(by_future, dtype=bool)[positions.underlying[found]]
    return found


def refuse_without_forward(positions: Positions, rows: IntArray, needed: BoolArray) -> None:
    """Refuse options on a volatility index whose volatility is solved off the index itself."""
    refused = rows[needed[rows]].tolist()
    if refused:
        found = ((i, f"nothing for {positions.label(i)}") for i in refused)
        raise RefusedPosition([positions.problem(i, "forward", f, FORWARD) for i, f in found])


@dataclass(frozen=True, eq=False)
class ContractsToValue(Columns):
    """Contracts on each `underlying`, `(contracts,)`, and the numbers that they are valued at.

    `spot` has a row a contract, and so has `at`: prices, or volatilities.
    """

    contracts: OptionTerms
    underlying: IntArray
    spot: FloatArray
    at: FloatArray

    @property
    def form(self) -> tuple[int, ...]:
        """What contracts that are valued at once have in common: the numbers in a row."""
        return (self.contracts.dividend_years.shape[1], *self.spot.shape[1:], *self.at.shape[1:])

    @property
    def columns(self) -> list[np.ndarray]:
        """All the numbers, a row a contract."""
        terms = (getattr(self.contracts, field.name) for field in fields(self.contracts))
        return [*terms, self.spot, self.at]

    def keys(self, what: str) -> tuple[list[IntArray], list[_Key]]:
        """The rows on each underlying, and all the numbers of each."""
        table = np.column_stack([column.astype(np.float64) for column in self.columns])
        order = np.argsort(self.underlying, kind="stable")
        starts = np.flatnonzero(np.diff(self.underlying[order], prepend=-1))
        parts = np.split(order, starts[1:]) if len(order) else []
        return parts, [(what, table.shape[1], table[rows].tobytes()) for rows in parts]


def values_of(to_value: ContractsToValue) -> FloatArray:
    """`theoretical_value` at volatilities of the contracts, remembered nowhere."""
    return theoretical_value(to_value.contracts, to_value.spot, to_value.at)


def values_together(to_value: Sequence[ContractsToValue]) -> list[FloatArray]:
    """The same of the contracts of each, all computed at once."""
    return _by_row("value", to_value, values_of)


def volatility_together(to_value: Sequence[ContractsToValue]) -> list[ImpliedVolatility]:
    """`implied_volatility` by prices of the contracts of each, all computed at once."""

    def found(some: ContractsToValue) -> FloatArray:
        implied = implied_volatility(some.contracts, some.spot, some.at)
        return np.column_stack([implied.volatility, implied.status])

    return [
        ImpliedVolatility(np.ascontiguousarray(table[:, 0]), table[:, 1].astype(np.int8))
        for table in _by_row("volatility", to_value, found)
    ]


_LAST: Final = {what: RowMemory() for what in ("value", "volatility")}


def _by_row(
    what: str,
    to_value: Sequence[ContractsToValue],
    compute: Callable[[ContractsToValue], FloatArray],
) -> list[FloatArray]:
    """What `compute` answers for each, a table; of one alone, only for rows that have changed."""
    if len(to_value) != 1 or not len(to_value[0].contracts):
        return _by_part(what, to_value, compute)
    (own,) = to_value

    def differing(rows: IntArray) -> FloatArray:
        return _by_part(what, [own.take(rows)], compute)[0]

    return [_LAST[what].of(own.columns, differing)]


def _by_part(
    what: str,
    to_value: Sequence[ContractsToValue],
    compute: Callable[[ContractsToValue], FloatArray],
) -> list[FloatArray]:
    """What `compute` answers for each, a table; computed only for parts not remembered.

    More than is remembered at once is computed as it stands: it would drive out all that is.
    """
    if sum(2 * each.spot.nbytes for each in to_value) > _MOST_SIZE:
        return [compute(each) for each in to_value]
    of_each = [each.keys(what) for each in to_value]
    places = [(each, rows) for each, (parts, _) in enumerate(of_each) for rows in parts]

    def computed(missing: list[int]) -> list[FloatArray]:
        by_form: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for i in missing:
            by_form[to_value[places[i][0]].form].append(i)
        answers: dict[int, FloatArray] = {}
        for own in by_form.values():
            found = compute(_joined(to_value, [places[i] for i in own]))
            ends = np.cumsum([len(places[i][1]) for i in own])
            answers |= zip(own, np.split(found, ends[:-1]), strict=True)
        return [answers[i] for i in missing]

    found = iter(_KNOWN.get_many([key for _, keys in of_each for key in keys], computed))
    answers = []
    for each, (parts, _) in zip(to_value, of_each, strict=True):
        if not parts:
            answers.append(compute(each))
            continue
        answer = np.concatenate([next(found) for _ in parts])
        inverse = np.empty(len(answer), dtype=np.int64)
        inverse[np.concatenate(parts)] = np.arange(len(answer))
        answers.append(np.asarray(answer[inverse]))
    return answers


def _joined(
    to_value: Sequence[ContractsToValue], places: Iterable[tuple[int, IntArray]]
) -> ContractsToValue:
    """Rows of several, of one form, as one."""
    some: list[ContractsToValue] = [
        to_value[each].take(np.concatenate([rows for _, rows in own]))
        for each, own in groupby(places, key=itemgetter(0))
    ]
    if len(some) == 1:
        return some[0]
    contracts = OptionTerms(
        *(
            np.concatenate([getattr(one.contracts, field.name) for one in some])
            for field in fields(OptionTerms)
        )
    )
    return ContractsToValue(
        contracts,
        np.concatenate([one.underlying for one in some]),
        np.concatenate([one.spot for one in some]),
        np.concatenate([one.at for one in some]),
    )
