"""Short options by themselves, and in straddles and strangles.

Of a short put and a short call together, the greater requirement requires and the value of the
other side. So, with the shorts in order of their requirement, each may stand as the other side of
an opposite short that comes before it. Runs of calls and runs of puts take turns in that order; the
opposite shorts of the run before that are not taken yet are carried on to the next.

Rule: FINRA 4210(f)(2)(E)(i), (G)(i).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, product
from math import isfinite

from xlmargin.strategy_margin.pairing.model import PairingModel, Role, Variable
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
from xlmargin.strategy_margin.rules.legs import OptionLeg
from xlmargin.strategy_margin.rules.short_options import pairs_by_value

NOT_PERMITTED = 1e8
"""Cost in the program, $ per contract, for a short that the account may not carry."""

_DECIMALS = 9
"""To how many decimals requirements are compared, so that equal ones count as equal."""


def uncovered_variables(
    model: PairingModel,
    shorts: Sequence[int],
    uncovered: Sequence[float],
    lesser_side: Sequence[float],
) -> None:
    """Columns for shorts of one underlying and one size, by themselves and in straddles.

    `uncovered` is the requirement of each option by itself and `other_side` that of the other side
    of a straddle, $ per contract; infinite where the account does not permit it.
    """
    order = by_requirement(shorts, uncovered, lesser_side)
    runs = [list(run) for _, run in groupby(order, key=lambda i: model.options[i].kind)]
    carried = [model.builder.constraint(0.0, 0.0) for _ in runs[1:]]
    for run, before, after in zip(runs, [None, *carried], [*carried, None], strict=True):
        for i in run:
            contracts = model.options[i].contracts
            ahead = [] if after is None else [(after, 1.0)]
            if isfinite(uncovered[i]):
                model.add(Variable(Role.UNCOVERED, (i,)), uncovered[i], contracts, ahead)
            else:
                model.add(Variable(Role.NOT_PERMITTED, (i,)), NOT_PERMITTED, contracts)
            if before is not None and isfinite(lesser_side[i]):
                taken = [(before, -1.0)]
                model.add(Variable(Role.LESSER_SIDE, (i,)), lesser_side[i], contracts, taken)
    for row, next_of_kind in zip(carried, [*carried[2:], None, None], strict=False):
        onward = [] if next_of_kind is None else [(next_of_kind, 1.0)]
        model.add_amount(0.0, [(row, -1.0), *onward])


def straddle_variables(
    model: PairingModel, shorts: Sequence[int], requirements: RequirementRules
) -> None:
    """Variables for straddles of unlike contracts of one broad index: as many as stand for one."""
    for i, j in product(shorts, repeat=2):
        one, other = model.options[i], model.options[j]
        beside = contracts_beside(one, other)
        if (
            beside > 1
            and beside == round(beside)
            and one.kind != other.kind
            and pairs_by_value(one)
            and other.contracts >= beside
        ):
            most = min(one.contracts, other.contracts // beside)
            straddle = Variable(Role.STRADDLE, (i, j))
            cost = requirements.straddle(one, other)
            model.add(straddle, cost, most, contracts=(1.0, beside))


def contracts_beside(one: OptionLeg, other: OptionLeg) -> float:
    """Contracts of the other option on as many units as one contract of the one."""
    return round(one.units_per_contract / other.units_per_contract, _DECIMALS)


def by_requirement(
    shorts: Sequence[int], uncovered: Sequence[float], lesser_side: Sequence[float]
) -> list[int]:
    """Greatest requirement first; among equals the dearest, whose value is required but once."""
    return sorted(
        shorts,
        key=lambda i: (-round(uncovered[i], _DECIMALS), -round(lesser_side[i], _DECIMALS), i),
    )
