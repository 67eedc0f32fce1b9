"""The rule sets of portfolio margin, a frozen dataclass each.

The fields are the file's parameters by name; a file that lacks one, or has another, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Final

from xlmargin.rulebook.files import packaged
from xlmargin.rulebook.loader import regulation_from
from xlmargin.rulebook.parameters import Parameter, RuleSet


@dataclass(frozen=True)
class ValuationPoints:
    """How far from the present price, and at how many points, theoretical value is taken."""

    valuation_range_up: Parameter
    valuation_range_down: Parameter
    valuation_points_per_side: Parameter
    leveraged_range_factor: Parameter


@dataclass(frozen=True)
class ContractMinimums:
    """The least requirement per contract."""

    contract_minimum: Parameter
    long_contract_minimum_cap: Parameter
    short_option_minimum: Parameter


@dataclass(frozen=True)
class Aggregation:
    """Which share of a gain offsets the losses of other groups."""

    product_group_offset: Parameter
    portfolio_group_offset: Parameter


VALUATION_POINTS: Final = "finra_4210/valuation_points.toml"
CONTRACT_MINIMUMS: Final = "finra_4210/contract_minimums.toml"
AGGREGATION: Final = "finra_4210/aggregation.toml"

_FIELDS_OF: Final = {
    VALUATION_POINTS: ValuationPoints,
    CONTRACT_MINIMUMS: ContractMinimums,
    AGGREGATION: Aggregation,
}


@cache
def regulation(file: str) -> RuleSet:
    """The rule set of one of the regulation's files."""
    return regulation_from(file, packaged(file), [f.name for f in fields(_FIELDS_OF[file])])


def valuation_points() -> ValuationPoints:
    """Ranges and number of the valuation points. Rule: FINRA 4210(g)(2)."""
    return ValuationPoints(**regulation(VALUATION_POINTS).parameters)


def contract_minimums() -> ContractMinimums:
    """Least requirements per contract. Rule: FINRA 4210(g)(7)."""
    return ContractMinimums(**regulation(CONTRACT_MINIMUMS).parameters)


def aggregation() -> Aggregation:
    """Offsets between groups. Rule: FINRA 4210(g)(8)."""
    return Aggregation(**regulation(AGGREGATION).parameters)


def regulations() -> tuple[RuleSet, ...]:
    """Every rule set of the regulation."""
    return tuple(regulation(file) for file in _FIELDS_OF)


@cache
def parameters() -> Mapping[str, Parameter]:
    """Every parameter of the regulation by name."""
    return {p.name: p for rule_set in regulations() for p in rule_set.parameters.values()}
