"""House profiles: what a broker asks above the rule, never below it.

A broker's page seldom says since when. Before its first entry a profile therefore holds its first
entry's value, and the remark says so: it answers what this house, as we know it, would ask on the
date - over the regulation of the date - and not what it asked then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Final

from xlmargin.errors import RulebookError
from xlmargin.rulebook.files import packaged, packaged_names
from xlmargin.rulebook.loader import house_from
from xlmargin.rulebook.names import unknown
from xlmargin.rulebook.parameters import (
    ONE,
    Entry,
    Overridable,
    Parameter,
    RuleSet,
    full_name,
    spelled,
)
from xlmargin.rulebook.rule_sets import parameters

RULE: Final = "rule"
"""The regulation alone."""
CUSTOM: Final = "custom"
"""The regulation and what the user's own settings raise."""


@dataclass(frozen=True)
class Standing:
    """A value as it stands on a date, with everything that made it so."""

    value: float
    rule: str
    remark: str


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


def regulation_standing(parameter: Parameter, as_of: date, key: str = ONE) -> Standing:
    """The regulation's value in force on the date."""
    entry = parameter.in_force(as_of, key)
    return Standing(entry.values[key], entry.citation, entry.remark)


def house_entry(house: str, name: str, as_of: date, key: str = ONE) -> Entry | None:
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
    parameter: Parameter, key: str, standing: Standing, found: float, by: str, remark: str = ""
) -> Standing:
    """The standing value raised to the one found; refused where that lowers the requirement.

    Where the rule leaves a reading open, the value found is taken as it is.
    """
    downward = parameter.overridable is Overridable.LOWER
    chosen = parameter.overridable is Overridable.CHOICE
    name = full_name(parameter.name, key)
    if not parameter.unit.allows(found):
        raise RulebookError(f"{name}: found {found:g}, wanted {parameter.unit.wanted} ({by}).")
    if not chosen and ((found > standing.value) if downward else (found < standing.value)):
        wanted = f"{standing.value:g} or {'less' if downward else 'more'}"
        raise RulebookError(
            f"{name}: found {found:g} ({by}), wanted {wanted}: "
            f"the requirement may only be raised above {standing.rule}."
        )
    if found == standing.value:
        return standing
    how = "chosen" if chosen else "raised"
    return Standing(
        found, f"{standing.rule}; {how} by {by}", joined((standing.remark, remark), " ")
    )


def joined(texts: tuple[str, ...], between: str) -> str:
    """The texts, each once and without the empty ones."""
    return between.join(dict.fromkeys(text for text in texts if text))
