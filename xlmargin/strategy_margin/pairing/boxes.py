"""Long boxes of European options, at a share of the difference of their strikes.

A box is a long call and short put at the lower strike with a long put and short call at the higher.
What a box requires less what the equity counts it at is linear in the strikes: so each half is a
variable of its own, and halves match when, at every strike, no more upper halves are taken up to
there than lower halves below it.

Rule: FINRA 4210(f)(2)(A)(vi), (H)(v)e.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise, product
from typing import TypeAlias

from xlmargin.strategy_margin.pairing.model import PairingModel, Role, Variable
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
from xlmargin.strategy_margin.rules.legs import OptionLeg

Half: TypeAlias = tuple[float, tuple[int, int]]
"""Half a box: its strike, and its call and put."""


def box_variables(
    model: PairingModel, members: Iterable[int], requirements: RequirementRules
) -> None:
    """Columns for the halves of long boxes of one underlying's European options."""
    series: dict[tuple[float, float], list[int]] = defaultdict(list)
    for i in members:
        leg = model.options[i]
        series[leg.expiration, leg.units_per_contract].append(i)
    for _, own in sorted(series.items()):
        _add_boxes_of(model, own, requirements)


def _add_boxes_of(
    model: PairingModel, members: Sequence[int], requirements: RequirementRules
) -> None:
    """Boxes of one expiration and size; each strike carries the lower halves left to the next."""
    lower, upper = halves(model.options, members)
    strikes = sorted({strike for strike, _ in lower} | {strike for strike, _ in upper})
    if not lower or not upper or lower[0][0] >= upper[-1][0]:
        return
    carried = [model.builder.constraint(0.0, 0.0) for _ in strikes[1:]]
    waiting = dict(zip(strikes, carried, strict=False))
    taking = dict(zip(strikes[1:], carried, strict=True))
    for side, sign, rows in ((lower, -1.0, waiting), (upper, 1.0, taking)):
        for strike, pair in side:
            if strike in rows:
                legs = [model.options[i] for i in pair]
                net = requirements.long_box(0.0, strike) - requirements.box_value(0.0, strike)
                cost = sign * legs[0].units_per_contract * net
                contracts = min(leg.contracts for leg in legs)
                model.add(Variable(Role.BOX, pair), cost, contracts, [(rows[strike], -sign)])
    for row, after in pairwise(carried):
        model.add_amount(0.0, [(row, -1.0), (after, 1.0)])
    model.add_amount(0.0, [(carried[-1], -1.0)])


def halves(options: Sequence[OptionLeg], members: Iterable[int]) -> tuple[list[Half], list[Half]]:
    """The lower halves - long call, short put - and the upper ones, each by strike."""
    at: dict[tuple[float, bool, bool], list[int]] = defaultdict(list)
    for i in members:
        leg = options[i]
        at[leg.index_strike, leg.is_call, leg.is_long].append(i)
    strikes = sorted({strike for strike, _, _ in at})
    lower, upper = (
        [
            (strike, pair)
            for strike in strikes
            for pair in product(at[strike, True, call_is_long], at[strike, False, not call_is_long])
        ]
        for call_is_long in (True, False)
    )
    return lower, upper
