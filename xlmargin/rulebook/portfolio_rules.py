"""What portfolio margin needs of the rulebook on a date: regulation, house, the user's settings.

Each value starts as the regulation's, is raised by the house where the house asks more, and is
raised again by the user's setting. None of the three can lower what stands before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from xlmargin.instruments import UnderlyingClass
from xlmargin.rulebook import rule_sets
from xlmargin.rulebook.house import RULE, Standing, house_named, joined
from xlmargin.rulebook.parameters import Parameter, full_name
from xlmargin.rulebook.standings import (
    ByClass,
    Overrides,
    by_class,
    checked_overrides,
    citations,
    remarks,
    standings,
)


@dataclass(frozen=True)
class ValuationRange:
    """Reach of the valuation points, as magnitudes in share of the underlying's price."""

    up: float
    down: float
    rule: str
    remark: str


@dataclass(frozen=True)
class PortfolioRules:
    """The numbers of portfolio margin on a date, under a house.

    `ranges` are the regulation's; `house_ranges` those of the house and the user's settings, equal
    to the regulation's where these ask no more. Everything else is as raised. `contract_minimum` is
    in $ per unit of the multiplier, `short_option_minimum` a share of the value delivered, offsets
    are shares of a gain. `citations` go by parameter, by the full name of a value, and by rule set
    (`valuation_points`, `contract_minimums`, `aggregation`, `house`); `remarks` by full name.
    """

    as_of: date
    house: str
    points_per_side: int
    ranges: Mapping[UnderlyingClass, ValuationRange]
    house_ranges: Mapping[UnderlyingClass, ValuationRange]
    leverage_multiplies_range: bool
    contract_minimum: float
    cap_long_minimum: bool
    short_option_minimum: float
    product_group_offset: Mapping[UnderlyingClass, float]
    portfolio_group_offset: float
    citations: Mapping[str, str]
    remarks: Mapping[str, str]


def portfolio_rules(
    as_of: date, house: str = RULE, overrides: Mapping[str, float] | None = None
) -> PortfolioRules:
    """The rules of portfolio margin in force on the date, raised by the house and the overrides.

    Overrides go by the full name of a value: `contract_minimum`, `valuation_range_up_stock`.
    """
    return _assembled(as_of, house_named(house), checked_overrides(overrides or {}))


@lru_cache(maxsize=4096)
def _assembled(as_of: date, house: str, overrides: Overrides) -> PortfolioRules:
    points = rule_sets.stated(rule_sets.ValuationPoints)
    minimums = rule_sets.stated(rule_sets.ContractMinimums)
    groups = rule_sets.stated(rule_sets.Aggregation)
    regulation = standings(rule_sets.PORTFOLIO, as_of, RULE, ())
    standing = standings(rule_sets.PORTFOLIO, as_of, house, overrides)

    def one(parameter: Parameter) -> float:
        return standing[parameter.name].value

    ranges = _ranges(as_of, points, regulation)
    house_ranges = _ranges(as_of, points, standing)
    return PortfolioRules(
        as_of=as_of,
        house=house,
        points_per_side=int(one(points.valuation_points_per_side)),
        ranges=ranges,
        house_ranges=ranges if house_ranges == ranges else house_ranges,
        leverage_multiplies_range=bool(one(points.leverage_multiplies_range)),
        contract_minimum=one(minimums.contract_minimum),
        cap_long_minimum=bool(one(minimums.long_contract_minimum_cap)),
        short_option_minimum=one(minimums.short_option_minimum),
        product_group_offset=by_class(
            as_of,
            groups.product_group_offset,
            lambda c: standing[full_name(groups.product_group_offset.name, c)].value,
        ),
        portfolio_group_offset=one(groups.portfolio_group_offset),
        citations=_citations(house, standing),
        remarks=remarks(house, standing),
    )


def _ranges(
    as_of: date, points: rule_sets.ValuationPoints, standing: Mapping[str, Standing]
) -> ByClass[ValuationRange]:
    def valuation_range(underlying_class: UnderlyingClass) -> ValuationRange:
        up = standing[full_name(points.valuation_range_up.name, underlying_class)]
        down = standing[full_name(points.valuation_range_down.name, underlying_class)]
        return ValuationRange(
            up=up.value,
            down=down.value,
            rule=joined((up.rule, down.rule), "; "),
            remark=joined((up.remark, down.remark), " "),
        )

    return by_class(as_of, points.valuation_range_up, valuation_range)


def _citations(house: str, standing: Mapping[str, Standing]) -> Mapping[str, str]:
    """Citations by full name of a value, by parameter, by rule set, and the house's."""
    by_rule_set = {
        "valuation_points": rule_sets.regulation(rule_sets.VALUATION_POINTS).citation,
        "contract_minimums": rule_sets.regulation(rule_sets.CONTRACT_MINIMUMS).citation,
        "aggregation": rule_sets.regulation(rule_sets.AGGREGATION).citation,
    }
    return {**citations(house, standing), **by_rule_set}
