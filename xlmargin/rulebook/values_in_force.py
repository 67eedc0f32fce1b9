"""The values in force on a date: the regulation's, raised by the house, raised by the user.

None of the three can lower what stands before it; where the rule leaves a reading open, house and
user choose. A broker's page seldom says since when. Before its first entry a house therefore holds
its first entry's value, and the remark says so: it answers what this house, as we know it, would
ask on the date - over the regulation of the date - and not what it asked then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Final, TypeAlias

from xlmargin.errors import RulebookError
from xlmargin.rulebook.files import house_from, packaged, packaged_names
from xlmargin.rulebook.parameters import (
    ONE,
    Overridable,
    Parameter,
    ParameterEntry,
    RuleSet,
    full_name,
    joined,
    spelled,
    unknown,
)
from xlmargin.rulebook.sections import ValueInForce, names_of_values, overridable_names, parameters

RULE: Final = "rule"
"""The regulation alone."""
CUSTOM: Final = "custom"
"""The regulation and what the user's own settings raise."""
_A_SETTING: Final = "a setting"

Overrides: TypeAlias = tuple[tuple[str, float], ...]
"""The user's own values by full name, sorted."""


@cache
def profiles() -> tuple[str, ...]:
    """Names of the houses whose values are in the rulebook."""
    return packaged_names("house", ".toml")


def house_names() -> tuple[str, ...]:
    """Every house a portfolio can be margined under."""
    return (RULE, *profiles(), CUSTOM)


def house_named(name: str) -> str:
    """The house as the rulebook spells it; an unknown one is refused."""
    house = spelled(name)
    if house not in house_names():
        raise unknown("house", name, house_names())
    return house


@cache
def profile(house: str) -> RuleSet:
    """A house's own values; none for the rule alone and for custom settings."""
    if house not in profiles():
        return RuleSet(rule="", title="", href="", source="", remark="", parameters={})
    file = f"house/{house}.toml"
    return house_from(file, packaged(file), parameters())


def house_entry(house: str, name: str, as_of: date, key: str = ONE) -> ParameterEntry | None:
    """What the house asks of a value on the date, or its first statement before it made one."""
    parameter = profile(house).parameters.get(name)
    first = parameter.first(key) if parameter else None
    if parameter is None or first is None:
        return None
    if first.effective <= as_of:
        return None if parameter.refusal(as_of, key) else parameter.in_force(as_of, key)
    assumed = f"Entered as of {first.effective}; assumed for earlier dates."
    return replace(first, remark=joined((first.remark, assumed), " "))


def raised(
    parameter: Parameter, key: str, value: ValueInForce, found: float, by: str, remark: str = ""
) -> ValueInForce:
    """The value in force raised to the one found; refused where that lowers the requirement.

    Where the rule leaves a reading open, the value found is taken as it is.
    """
    downward = parameter.overridable is Overridable.LOWER
    chosen = parameter.overridable is Overridable.CHOICE
    name = full_name(parameter.name, key)
    if not parameter.unit.allows(found):
        raise RulebookError(f"{name}: found {found:g}, wanted {parameter.unit.wanted} ({by}).")
    if not chosen and ((found > value.value) if downward else (found < value.value)):
        wanted = f"{value.value:g} or {'less' if downward else 'more'}"
        raise RulebookError(
            f"{name}: found {found:g} ({by}), wanted {wanted}: "
            f"the requirement may only be raised above {value.rule}."
        )
    if found == value.value:
        return value
    changed = f"{'chosen' if chosen else 'raised'} by {by}"
    rule = f"{value.rule}; {changed}"
    return ValueInForce(found, rule, joined((value.remark, remark), " "), changed)


def checked_overrides(overrides: Mapping[str, float]) -> Overrides:
    """The overrides by full name, sorted; refused where the name is none that may be raised."""
    by_name = {spelled(name): float(value) for name, value in overrides.items()}
    for name in by_name:
        if name not in overridable_names():
            divided = [full for full in overridable_names() if names_of_values()[full][0] == name]
            if divided:
                wanted = f"its class: {', '.join(divided)}"
                raise RulebookError(f"override: found {name!r}, wanted {wanted}.")
            raise unknown("override", name, overridable_names())
    return tuple(sorted(by_name.items()))


def values_in_force(
    names: Collection[str], as_of: date, house: str, overrides: Overrides
) -> Mapping[str, ValueInForce]:
    """The values of these parameters by full name, and every value overridden, whatever it is of.

    Without the values of a class or product that the date does not have yet, unless an override
    gives them.
    """
    settings = dict(overrides)
    found = {}
    for full, (name, key) in names_of_values().items():
        parameter = parameters()[name]
        if name not in names and full not in settings:
            continue
        if key and full not in settings and parameter.refusal(as_of, key):
            continue
        found[full] = _value_in_force(parameter, as_of, house, key, settings.get(full))
    return found


def _value_in_force(
    parameter: Parameter, as_of: date, house: str, key: str, setting: float | None
) -> ValueInForce:
    if setting is not None and parameter.refusal(as_of, key):
        return _of_setting(parameter, key, setting)
    stated = parameter.in_force(as_of, key)
    value = ValueInForce(stated.values[key], stated.citation, stated.remark)
    entry = house_entry(house, parameter.name, as_of, key)
    if entry:
        value = raised(parameter, key, value, entry.values[key], entry.citation, entry.remark)
    if setting is not None:
        value = raised(parameter, key, value, setting, _A_SETTING)
    return value


def _of_setting(parameter: Parameter, key: str, setting: float) -> ValueInForce:
    """A value that the rule does not have on the date: the setting's, which nothing else limits."""
    if not parameter.unit.allows(setting):
        name = full_name(parameter.name, key)
        raise RulebookError(f"{name}: found {setting:g}, wanted {parameter.unit.wanted}.")
    return ValueInForce(setting, _A_SETTING, "", f"chosen by {_A_SETTING}")


def citations(house: str, values: Mapping[str, ValueInForce]) -> Mapping[str, str]:
    """Citations by full name of a value, by parameter, and the house's."""
    by_value = {full: value.rule for full, value in values.items()}
    present = dict.fromkeys(names_of_values()[full][0] for full in values)
    by_parameter = {
        p.name: joined((by_value.get(full_name(p.name, key), "") for key in p.keys), "; ")
        for p in map(parameters().__getitem__, present)
    }
    of_house = {"house": profile(house).citation} if house in profiles() else {}
    return {**by_value, **{name: text for name, text in by_parameter.items() if text}, **of_house}


def changes(names: Collection[str], values: Mapping[str, ValueInForce]) -> tuple[str, ...]:
    """What house and settings raised or chose of these parameters, one text for each of them."""
    by: dict[str, dict[str, None]] = {}
    for full, value in values.items():
        name, _ = names_of_values()[full]
        if value.changed and name in names:
            by.setdefault(value.changed, {})[name] = None
    return tuple(f"{changed}: {', '.join(own)}" for changed, own in by.items())


def remarks(house: str, values: Mapping[str, ValueInForce]) -> Mapping[str, str]:
    """Remarks by full name of a value, where there are any, and the house's own."""
    found = {full: value.remark for full, value in values.items()}
    return {name: text for name, text in {**found, "house": profile(house).remark}.items() if text}
