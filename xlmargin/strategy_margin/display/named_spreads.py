"""The spreads of a pairing, divided for the reader into the most familiar ones.

All contracts that stand in spreads of one underlying stand in one set. A part of it may be shown
by itself where its loss and the loss of the rest add up to the loss of the whole, and the rest is
still a spread: nothing that is shown changes what requires. What cannot be divided stays one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from heapq import nsmallest
from math import gcd
from operator import attrgetter
from typing import Final, TypeAlias

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.computing import ContentCache
from xlmargin.strategy_margin.display.strategy_names import is_familiar
from xlmargin.strategy_margin.pairing.formulation import intrinsic
from xlmargin.strategy_margin.rules.options import OptionLeg

Members: TypeAlias = tuple[tuple[int, int], ...]
"""Option holdings by index, each with its signed contracts."""

MOST_PAIRS: Final = 2000
"""Pairs of a long and a short that are tried: the nearest, if there are more."""

MOST_PAIRS_OF_FOURS: Final = 120
"""Pairs that are tried two at a time: the nearest, if there are more."""

_SAME: Final = 1e-7
"""Share of a loss by which two losses may differ and be the same."""


_Key: TypeAlias = tuple[tuple[Hashable, ...], ...]
"""The contracts of a set, and all the terms of each that its division follows from."""

_DIVIDED: Final[ContentCache[_Key, list[IntArray]]] = ContentCache(
    most=20_000, most_size=200_000, size=lambda key, _: len(key)
)
"""The latest sets, divided; bounded by their legs. No price has a part in it, nor what requires."""

_TERMS: Final = attrgetter("kind", "strike", "expiration", "multiplier", "scale", "settled")


def split_into_named_spreads(options: Sequence[OptionLeg], members: Members) -> Iterator[Members]:
    """The members of one set divided into spreads whose losses add up to its own.

    First what has a name of its own with four legs, then pairs, then other fours.
    """
    legs = [options[i] for i, _ in members]
    contracts = np.array([n for _, n in members], dtype=np.int64)
    key = tuple((n, *_TERMS(leg)) for leg, (_, n) in zip(legs, members, strict=True))
    for own in _DIVIDED.get(key, lambda _: list(_divided(legs, contracts))):
        yield tuple((i, n) for (i, _), n in zip(members, own.tolist(), strict=True) if n)


def _divided(legs: Sequence[OptionLeg], contracts: IntArray) -> Iterator[IntArray]:
    """The contracts of each spread that these are divided into."""
    rest = _Rest(legs, contracts)
    if is_familiar(legs, _unit(contracts)):
        yield contracts
        return
    pairs = _pairs(legs, contracts)
    fours = _fours(rest, pairs[:MOST_PAIRS_OF_FOURS])
    named = [unit for unit in fours if is_familiar(legs, unit)]
    for unit in [*named, *pairs, *fours]:
        times = rest.take(unit)
        if times:
            yield times * unit
    if rest.contracts.any():
        yield rest.contracts


@dataclass
class _Rest:
    """What is left of a set: signed contracts, and what limits taking more of it away.

    `net` is the net intrinsic value at each strike above the worst, `spare` the longs beyond
    shorts that expire on a day or later, by kind.
    """

    legs: Sequence[OptionLeg]
    contracts: IntArray

    def __post_init__(self) -> None:
        strikes = sorted({leg.index_strike for leg in self.legs})
        kinds = sorted({leg.kind for leg in self.legs})
        days = sorted({leg.expiration for leg in self.legs})
        self._value = np.array(
            [[leg.units_per_contract * intrinsic(leg, k) for k in strikes] for leg in self.legs]
        )
        self._alive = np.array(
            [
                [
                    leg.units_per_contract * (leg.kind == kind and leg.expiration >= day)
                    for kind in kinds
                    for day in days
                ]
                for leg in self.legs
            ]
        )

    def losses(self, units: IntArray) -> FloatArray:
        """The most that each of some sets of contracts can lose at any strike, $; `(units,)`."""
        return np.asarray(np.maximum(0.0, -(units @ self._value).min(axis=1)))

    def take(self, unit: IntArray) -> int:
        """How many times a unit can be shown by itself; these are taken away."""
        times = int(self.times(unit[None])[0])
        self.contracts = self.contracts - times * unit
        return times

    def times(self, units: IntArray) -> IntArray:
        """How often each of some units is in what is left; shapes `(units, legs)`, `(units,)`.

        So often that losses add up and a spread remains.
        """
        there = np.abs(self.contracts)
        inside = np.abs(units) <= np.where(units * self.contracts > 0, there, 0)
        whole, own = self.losses(self.contracts[None])[0], self.losses(units)
        value, alive = self.contracts @ self._value, self.contracts @ self._alive
        limits = (
            _ratios(there, np.abs(units)),
            _ratios(value + whole, units @ self._value + own[:, None]),
            _ratios(alive, units @ self._alive),
            _ratios(whole[None], own[:, None]),
        )
        times = np.floor(np.minimum.reduce(limits) * (1 + _SAME) + _SAME)
        return np.where(inside.all(axis=1), times, 0).astype(np.int64)


def _ratios(there: FloatArray | IntArray, taken: FloatArray | IntArray) -> FloatArray:
    """How often what is taken goes into what is there, infinite where nothing is; `(units,)`.

    `taken` has shape `(units, n)`, `there` `(n,)`.
    """
    some = taken > _SAME * max(float(np.abs(there).max(initial=0.0)), 1.0)
    ratios = np.full(taken.shape, np.inf)
    np.divide(np.maximum(there, 0.0), taken, out=ratios, where=some)
    return np.asarray(ratios.min(axis=1, initial=np.inf))


def _pairs(legs: Sequence[OptionLeg], contracts: IntArray) -> list[IntArray]:
    """A long and a short of one kind and size, the long living as long; the nearest first."""
    found = [
        (leg.expiration - short.expiration, abs(leg.index_strike - short.index_strike), i, j)
        for i, short in enumerate(legs)
        if contracts[i] < 0
        for j, leg in enumerate(legs)
        if contracts[j] > 0
        and leg.kind == short.kind
        and leg.units_per_contract == short.units_per_contract
        and leg.expiration >= short.expiration
    ]
    units = []
    for *_, i, j in nsmallest(MOST_PAIRS, found):
        unit = np.zeros(len(legs), dtype=np.int64)
        unit[i], unit[j] = -1, 1
        units.append(unit)
    return units


def _fours(rest: _Rest, pairs: list[IntArray]) -> list[IntArray]:
    """Two pairs that lose less together than apart, and can be shown by themselves."""
    if not pairs:
        return []
    one, other = np.triu_indices(len(pairs))
    table = np.stack(pairs)
    losses, units = rest.losses(table), table[one] + table[other]
    apart = losses[one] + losses[other]
    less = rest.losses(units) < apart * (1 - _SAME)
    return list(units[less][rest.times(units[less]) > 0])


def _unit(contracts: IntArray) -> IntArray:
    """The contracts divided by what they have in common."""
    unit: IntArray = contracts // reduce(gcd, np.abs(contracts).tolist())
    return unit
