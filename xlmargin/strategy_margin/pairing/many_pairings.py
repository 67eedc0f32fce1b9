"""The least pairings of the classes of many accounts, found together.

Most classes hold a few contracts, and the work around their small programs is what takes time. So
many are solved as one, and those whose answer is not whole there by themselves. So are those that
may hold a long European box: of pairings that leave as much, with the box or without, the equity
counts one higher, and which is answered must not hang on what else is solved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from xlmargin.arrays import FloatArray, beside
from xlmargin.computing import check_time_limit
from xlmargin.strategy_margin.pairing.alike_classes import (
    AlikeClasses,
    PairedClass,
    alike_classes,
)
from xlmargin.strategy_margin.pairing.formulation import may_box
from xlmargin.strategy_margin.pairing.least_pairing import (
    PairingResult,
    StrategyMatch,
    least_pairing,
    only_pairing,
    solved,
)
from xlmargin.strategy_margin.solver.program import Program, Solution
from xlmargin.strategy_margin.solver.side_by_side import side_by_side

FEW: Final = 50
"""Fewer classes than this are paired one by one."""

AT_A_TIME: Final = 2_000
"""Classes that are written as programs before any of them is solved: of more they fill memory."""


def least_pairings(classes: Sequence[PairedClass]) -> list[PairingResult]:
    """The pairing of each class that requires least.

    Of pairings that require as little any may be answered, another than of the class alone: but
    what each requires, and what the equity counts beside it, is what the class has alone.
    """
    if len(classes) < FEW:
        return [_alone(own) for own in classes]
    found, left = _only(classes)
    for alike, solutions in _solved([classes[i] for i in left]):
        for member, pairing in zip(alike.members, alike.priced(solutions), strict=True):
            found[left[member]] = pairing
    return [found[i] for i in range(len(classes))]


class LeastStrategies(NamedTuple):
    """The strategies of a pairing, and whether its search ended by itself: none requires less."""

    strategies: tuple[StrategyMatch, ...]
    is_proven: bool


def least_strategies(classes: Sequence[PairedClass]) -> list[LeastStrategies]:
    """The strategies of these pairings alone, without what they require."""
    if len(classes) < FEW:
        return [LeastStrategies(own.strategies, own.is_proven) for own in map(_alone, classes)]
    only, left = _only(classes)
    found = {i: LeastStrategies(own.strategies, own.is_proven) for i, own in only.items()}
    for alike, solutions in _solved([classes[i] for i in left]):
        each = zip(alike.members, alike.strategies(solutions), solutions, strict=True)
        for member, strategies, solution in each:
            found[left[member]] = LeastStrategies(strategies, solution.is_proven)
    return [found[i] for i in range(len(classes))]


def _alone(own: PairedClass) -> PairingResult:
    return least_pairing(*own)


def _apart(own: PairedClass) -> PairingResult | None:
    """The pairing of a class that is paired with no other; None of one that may be."""
    if may_box(own.holdings, own.requirements):
        return _alone(own)
    return only_pairing(own.holdings, own.requirements)


def _only(classes: Sequence[PairedClass]) -> tuple[dict[int, PairingResult], list[int]]:
    """The pairings of classes in which nothing can be paired, or a box may be; the others."""
    check_time_limit()
    only = {i: _apart(own) for i, own in enumerate(classes)}
    found = {i: pairing for i, pairing in only.items() if pairing is not None}
    return found, [i for i in only if i not in found]


def _solved(
    classes: Sequence[PairedClass],
) -> Iterator[tuple[AlikeClasses, list[Solution]]]:
    """The classes by model, and the solution of each; no more are written as programs at a time."""
    some, count = list[AlikeClasses](), 0
    for alike in alike_classes(classes):
        some.append(alike)
        count += len(alike.members)
        if count >= AT_A_TIME:
            yield from _together(some)
            some, count = [], 0
    yield from _together(some)


def _together(every: Sequence[AlikeClasses]) -> Iterator[tuple[AlikeClasses, list[Solution]]]:
    """The same of some models, whose programs are solved side by side."""
    programs = [alike.model.build_each() for alike in every]
    together = side_by_side([program for own in programs for program in own])
    for alike, own in zip(every, programs, strict=True):
        # Where what differs changes nothing in the program there is one of all.
        alone = np.atleast_2d(beside(alike.model.alone))
        alone = np.broadcast_to(alone, (len(own), alone.shape[1]))
        solutions = [
            next(together) or _by_itself(program, one, stands)
            for program, one, stands in zip(own, alike.classes, alone, strict=False)
        ]
        yield alike, solutions if len(own) > 1 else solutions * len(alike.members)


def _by_itself(program: Program, own: PairedClass, alone: FloatArray) -> Solution:
    check_time_limit()
    return solved(program, own.holdings, own.seconds, alone)
