"""What portfolio margin needs of the rulebook on a date: regulation, house, the user's settings.

Each value starts as the regulation's, is raised by the house where the house asks more, and is
raised again by the user's setting. None of the three can lower what stands before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeVar

from xlmargin.errors import RulebookError
from xlmargin.instruments import UnderlyingClass
from xlmargin.rulebook import rule_sets
from xlmargin.rulebook.house import (
    RULE,
    Standing,
    house_entry,
    house_named,
    joined,
    profile,
    profiles,
    raised,
    regulation_standing,
)
from xlmargin.rulebook.names import names_of_values, overridable_names, unknown
from xlmargin.rulebook.parameters import Parameter, full_name, spelled
from xlmargin.rulebook.rule_sets import parameters

_V = TypeVar("_V")
_Overrides = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class ValuationRange:
    """Reach of the valuation points, as magnitudes in share of the underlying's price."""

    up: float
    down: float
    rule: str
    remark: str


class ByClass(Mapping[UnderlyingClass, _V]):
    """A value for each class of underlyings that has one on the date.

    A mapping, but one that refuses a class without a value by name and first date.
    """

    def __init__(
        self, values: Mapping[UnderlyingClass, _V], refusals: Mapping[UnderlyingClass, str]
    ) -> None:
        self._values, self._refusals = dict(values), dict(refusals)

    def __getitem__(self, underlying_class: UnderlyingClass) -> _V:
        if underlying_class not in self._values:
            raise RulebookError(self._refusals[UnderlyingClass(underlying_class)])
        return self._values[underlying_class]

    def __contains__(self, underlying_class: object) -> bool:
        return underlying_class in self._values

    def __iter__(self) -> Iterator[UnderlyingClass]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"ByClass({self._values!r})"


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
    return _assembled(as_of, house_named(house), _checked_overrides(overrides or {}))


def _checked_overrides(overrides: Mapping[str, float]) -> _Overrides:
    """The overrides by full name, sorted; refused where the name is none that may be raised."""
    by_name = {spelled(name): float(value) for name, value in overrides.items()}
    for name in by_name:
        if name not in overridable_names():
            raise _no_override(name)
    return tuple(sorted(by_name.items()))


def _no_override(name: str) -> RulebookError:
    by_class = [full for full in overridable_names() if names_of_values()[full][0] == name]
    if by_class:
        return RulebookError(f"override: found {name!r}, wanted its class: {', '.join(by_class)}.")
    return unknown("override", name, overridable_names())


@lru_cache(maxsize=4096)
def _assembled(as_of: date, house: str, overrides: _Overrides) -> PortfolioRules:
    points, minimums = rule_sets.valuation_points(), rule_sets.contract_minimums()
    groups = rule_sets.aggregation()
    regulation = _standings(as_of, RULE, ())
    standing = _standings(as_of, house, overrides)

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
        leverage_multiplies_range=bool(one(points.leveraged_range_factor)),
        contract_minimum=one(minimums.contract_minimum),
        cap_long_minimum=bool(one(minimums.long_contract_minimum_cap)),
        short_option_minimum=one(minimums.short_option_minimum),
        product_group_offset=_by_class(
            as_of,
            groups.product_group_offset,
            lambda c: standing[full_name(groups.product_group_offset.name, c)].value,
        ),
        portfolio_group_offset=one(groups.portfolio_group_offset),
        citations=_citations(house, standing),
        remarks=_remarks(house, standing),
    )


def _standings(as_of: date, house: str, overrides: _Overrides) -> Mapping[str, Standing]:
    """Every value by its full name: the regulation's, raised by the house, raised by a setting.

    Without the values of a class that the date does not have yet.
    """
    settings = dict(overrides)
    standings = {}
    for full, (name, key) in names_of_values().items():
        parameter = parameters()[name]
        if key and parameter.refusal(as_of, key):
            continue
        value = regulation_standing(parameter, as_of, key)
        entry = house_entry(house, name, as_of, key)
        if entry:
            found = entry.values[key]
            value = raised(parameter, key, value, found, entry.citation, entry.remark)
        if full in settings:
            value = raised(parameter, key, value, settings[full], "a setting")
        standings[full] = value
    return standings


def _by_class(
    as_of: date, parameter: Parameter, value: Callable[[UnderlyingClass], _V]
) -> ByClass[_V]:
    """A value for each class the parameter has one for on the date, a refusal for the others."""
    refusals = {c: parameter.refusal(as_of, c) for c in UnderlyingClass}
    return ByClass({c: value(c) for c in UnderlyingClass if not refusals[c]}, refusals)


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

    return _by_class(as_of, points.valuation_range_up, valuation_range)


def _citations(house: str, standing: Mapping[str, Standing]) -> Mapping[str, str]:
    """Citations by full name of a value, by parameter, by rule set, and the house's."""
    by_value = {full: value.rule for full, value in standing.items()}
    by_parameter = {
        p.name: joined(tuple(by_value.get(full_name(p.name, key), "") for key in p.keys), "; ")
        for p in parameters().values()
    }
    by_rule_set = {
        "valuation_points": rule_sets.regulation(rule_sets.VALUATION_POINTS).citation,
        "contract_minimums": rule_sets.regulation(rule_sets.CONTRACT_MINIMUMS).citation,
        "aggregation": rule_sets.regulation(rule_sets.AGGREGATION).citation,
    }
    of_house = {"house": profile(house).citation} if house in profiles() else {}
    return {**by_value, **by_parameter, **by_rule_set, **of_house}


def _remarks(house: str, standing: Mapping[str, Standing]) -> Mapping[str, str]:
    """Remarks by full name of a value, where there are any, and the house's own."""
    remarks = {full: value.remark for full, value in standing.items()}
    return {
        name: text for name, text in {**remarks, "house": profile(house).remark}.items() if text
    }
