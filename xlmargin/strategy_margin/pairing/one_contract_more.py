"""What one contract more of each option changes in the least requirement of its class.

The program is made once, with room for one contract more of each, and held open: the contract more
is a limit of one constraint. The variables' own limits have room for it too; they bind nothing that
the constraints of the contracts do not. What a long option requires beside the program is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import fsum

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.computing import check_time_limit, seconds_left
from xlmargin.errors import MarginError
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions
from xlmargin.strategy_margin.pairing.formulation import pairing_model
from xlmargin.strategy_margin.pairing.least_pairing import (
    requirement_rules,
    strategies_of,
    used_in,
    value_added_by,
)
from xlmargin.strategy_margin.pairing.model import PairingModel, Role
from xlmargin.strategy_margin.rules.kinds import RequirementKind
from xlmargin.strategy_margin.solver.branch_and_bound import SECONDS, OpenProgram
from xlmargin.strategy_margin.solver.program import Program, Solution


def one_contract_more(
    holdings: ClassPositions,
    more: Sequence[int],
    kinds: Sequence[RequirementKind],
    rules: StrategyRules,
) -> Mapping[RequirementKind, FloatArray]:
    """Changes of the requirement and of the value added, $, shape (2, more), for each kind.

    `holdings` are those of a margin account with one contract more of each of these options.
    """
    solved: dict[bytes, list[Solution]] = {}
    changes = {}
    for kind in kinds:
        requirements = requirement_rules(kind, rules, cash=False)
        model = pairing_model(holdings, requirements)
        program = model.build()
        if (digest := program.digest) not in solved:  # kinds may require the same
            solved[digest] = list(_solutions(program, model, more, holdings.name))
        before, *after = solved[digest]
        legs = [model.options[i] for i in more]
        paid = [requirements.paid(leg) if leg.is_long else 0.0 for leg in legs]
        change = np.array([s.cost - before.cost for s in after]) + paid
        added = np.zeros(len(more))
        if any(v is not None and v.role is Role.BOX for v in model.variables):
            values = [
                fsum(
                    value_added_by(strategy, holdings, requirements)
                    for strategy in strategies_of(holdings, model.shorts(), used)
                )
                for used in (used_in(model, solution) for solution in (before, *after))
            ]
            added = np.array(values[1:]) - values[0]
        changes[kind] = np.stack([change + added, added])
    return changes


def _solutions(
    program: Program, model: PairingModel, more: Sequence[int], name: str
) -> Iterator[Solution]:
    """The least pairing without any of these contracts more, then with each of them alone."""
    opened = OpenProgram(program)
    held = np.array(model.held)
    is_short = np.array([not leg.is_long for leg in model.options])
    contracts = program.constraint_upper[held]
    contracts[list(more)] -= 1.0
    for one in (None, *more):
        check_time_limit()
        own = contracts.copy()
        if one is not None:
            own[one] += 1.0
        lower, upper = program.constraint_lower.copy(), program.constraint_upper.copy()
        lower[held], upper[held] = own * is_short, own
        found = opened.solve_with(lower, upper, min(SECONDS, seconds_left()))
        if found is None:
            raise MarginError(f"no pairing of {name} was found in {SECONDS:g} seconds.")
        yield found
