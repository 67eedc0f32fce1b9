"""The rulebook's numbers as a user asks for them: by name, on a date, and where they are stated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xlmargin.errors import RulebookError
from xlmargin.rulebook.files import sources
from xlmargin.rulebook.parameters import Parameter, ParameterEntry, RuleSet, spelled, unknown
from xlmargin.rulebook.sections import names_of_values, parameter_names, parameters, regulations
from xlmargin.rulebook.values_in_force import house_entry, profile, profiles


@dataclass(frozen=True)
class RuleValue:
    """One value in force, with its unit, its meaning, its dates and where it is stated."""

    name: str
    key: str
    value: float
    unit: str
    effective: date
    checked: date
    rule: str
    title: str
    href: str
    source: str
    """The document, as `sources.toml` names it."""
    states: str
    remark: str
    house: str
    """The house that asks it; "" for the regulation."""


@dataclass(frozen=True)
class RuleSetDate:
    """A rule set's last effective date, and the date all its values have been checked since."""

    rule: str
    title: str
    effective: date
    checked: date
    remark: str


def look_up(name: str, as_of: date) -> tuple[RuleValue, ...]:
    """A parameter's values in force on the date: the regulation's by key, then the houses'.

    The name may also be one value's own: `valuation range up stock`.
    """
    parameter, keys = _named(name)
    refusals = {key: parameter.refusal(as_of, key) for key in keys}
    in_force = tuple(key for key in keys if not refusals[key])
    if not in_force:
        raise RulebookError(refusals[keys[0]])
    rows = [
        _row(parameter, key, parameter.in_force(as_of, key), _file_of(parameter), "")
        for key in in_force
    ]
    for house in profiles():
        for key in in_force:
            entry = house_entry(house, parameter.name, as_of, key)
            if entry:
                rows.append(_row(parameter, key, entry, profile(house), house))
    return tuple(rows)


def rule_set_dates() -> tuple[RuleSetDate, ...]:
    """Every rule set, the regulation's and the houses', with its dates."""
    return tuple(_dates(rule_set) for rule_set in (*regulations(), *map(profile, profiles())))


def _named(name: str) -> tuple[Parameter, tuple[str, ...]]:
    """The parameter, and which of its keys are asked for."""
    wanted = spelled(name)
    if wanted in parameters():
        return parameters()[wanted], parameters()[wanted].keys
    if wanted in names_of_values():
        parameter, key = names_of_values()[wanted]
        return parameters()[parameter], (key,)
    raise unknown("rule", name, parameter_names())


def _file_of(parameter: Parameter) -> RuleSet:
    return next(r for r in regulations() if parameter.name in r.parameters)


def _row(
    parameter: Parameter, key: str, entry: ParameterEntry, stated_in: RuleSet, house: str
) -> RuleValue:
    return RuleValue(
        name=parameter.name,
        key=key,
        value=entry.values[key],
        unit=parameter.unit.value,
        effective=entry.effective,
        checked=entry.checked,
        rule=entry.rule,
        title=stated_in.title,
        href=entry.href,
        source=sources()[entry.source],
        states=parameter.states,
        remark=entry.remark,
        house=house,
    )


def _dates(rule_set: RuleSet) -> RuleSetDate:
    entries = [entry for p in rule_set.parameters.values() for entry in p.since]
    return RuleSetDate(
        rule=rule_set.rule,
        title=rule_set.title,
        effective=max(entry.effective for entry in entries),
        checked=min(entry.checked for entry in entries),
        remark=rule_set.remark,
    )
