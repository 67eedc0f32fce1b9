"""The least pairings of the classes of many accounts, found together.

Most classes hold a few contracts, and the work around their small programs is what takes time. So
many are solved as one, and those whose answer is not whole there by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from xlmargin.computing import check_time_limit
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions
from xlmargin.strategy_margin.pairing.formulation import pairing_model
from xlmargin.strategy_margin.pairing.least_pairing import (
    PairingResult,
    StrategyMatch,
    least_pairing,
    only_pairing,
    paired,
    solved,
    strategies_in,
)
from xlmargin.strategy_margin.pairing.model import PairingModel
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
from xlmargin.strategy_margin.solver.program import Solution
from xlmargin.strategy_margin.solver.side_by_side import side_by_side

FEW: Final = 50
"""Fewer classes than this are paired one by one."""


class PairedClass(NamedTuple):
    """A class to be paired: what it holds, what is required, for how many seconds at most."""

    holdings: ClassPositions
    requirements: RequirementRules
    rules: StrategyRules
    cash: bool
    seconds: float


def least_pairings(classes: Sequence[PairedClass]) -> list[PairingResult]:
    """The pairing of each class that requires least.

    Of pairings that require as little any may be answered, another than of the class alone.
    """
    return [
        found
        if isinstance(found, PairingResult)
        else paired(own.holdings, own.requirements, *found)
        for own, found in zip(classes, _found(classes), strict=True)
    ]


def least_strategies(classes: Sequence[PairedClass]) -> list[tuple[StrategyMatch, ...]]:
    """The strategies of these pairings alone, without what they require."""
    return [
        found.strategies
        if isinstance(found, PairingResult)
        else strategies_in(own.holdings, own.requirements, *found)
        for own, found in zip(classes, _found(classes), strict=True)
    ]


def _found(classes: Sequence[PairedClass]) -> list[PairingResult | tuple[PairingModel, Solution]]:
    """The pairing of each class, or the model that it is read from and its solution."""
    if len(classes) < FEW:
        return [least_pairing(*own[:3], cash=own.cash, seconds=own.seconds) for own in classes]
    check_time_limit()
    only = [only_pairing(own.holdings, own.requirements) for own in classes]
    left = [own for own, pairing in zip(classes, only, strict=True) if pairing is None]
    models = [
        pairing_model(own.holdings, own.requirements.kind, *own[1:3], cash=own.cash) for own in left
    ]
    solutions = side_by_side([model.build() for model in models])
    those = (
        (model, solution or _by_itself(own, model))
        for own, model, solution in zip(left, models, solutions, strict=True)
    )
    return [next(those) if pairing is None else pairing for pairing in only]


def _by_itself(own: PairedClass, model: PairingModel) -> Solution:
    check_time_limit()
    return solved(model, own.holdings, own.seconds)
