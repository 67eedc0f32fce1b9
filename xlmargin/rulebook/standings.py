"""The values in force on a date: the regulation's, raised by the house, raised by the user.

None of the three can lower what stands before it; where the rule leaves a reading open, house and
user choose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TypeAlias, TypeVar

from xlmargin.errors import RulebookError
from xlmargin.instruments import UnderlyingClass
from xlmargin.rulebook.house import (
    Standing,
    house_entry,
    joined,
    profile,
    profiles,
    raised,
    regulation_standing,
)
from xlmargin.rulebook.names import names_of_values, overridable_names, unknown
from xlmargin.rulebook.parameters import ONE, Parameter, full_name, spelled
from xlmargin.rulebook.rule_sets import parameters, regulation

_V = TypeVar("_V")
Overrides: TypeAlias = tuple[tuple[str, float], ...]
"""The user's own values by full name, sorted."""


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


def by_class(
    as_of: date, parameter: Parameter, value: Callable[[UnderlyingClass], _V]
) -> ByClass[_V]:
    """A value for each class the parameter has one for on the date, a refusal for the others."""
    refusals = {c: parameter.refusal(as_of, c) for c in UnderlyingClass}
    return ByClass({c: value(c) for c in UnderlyingClass if not refusals[c]}, refusals)


def checked_overrides(overrides: Mapping[str, float]) -> Overrides:
    """The overrides by full name, sorted; refused where the name is none that may be raised."""
    by_name = {spelled(name): float(value) for name, value in overrides.items()}
    for name in by_name:
        if name not in overridable_names():
            raise _no_override(name)
    return tuple(sorted(by_name.items()))


def _no_override(name: str) -> RulebookError:
    divided = [full for full in overridable_names() if names_of_values()[full][0] == name]
    if divided:
        return RulebookError(f"override: found {name!r}, wanted its class: {', '.join(divided)}.")
    return unknown("override", name, overridable_names())


def standings(
    files: tuple[str, ...], as_of: date, house: str, overrides: Overrides
) -> Mapping[str, Standing]:
    """Every value of the files by its full name, and every value overridden, whatever its file.

    Without the values of a class or product that the date does not have yet.
    """
    settings = dict(overrides)
    wanted = {name for file in files for name in regulation(file).parameters}
    found = {}
    for full, (name, key) in names_of_values().items():
        parameter = parameters()[name]
        if name not in wanted and full not in settings:
            continue
        if key and parameter.refusal(as_of, key):
            continue
        found[full] = _standing(parameter, as_of, house, key, settings.get(full))
    return found


def _standing(
    parameter: Parameter, as_of: date, house: str, key: str = ONE, setting: float | None = None
) -> Standing:
    value = regulation_standing(parameter, as_of, key)
    entry = house_entry(house, parameter.name, as_of, key)
    if entry:
        value = raised(parameter, key, value, entry.values[key], entry.citation, entry.remark)
    if setting is not None:
        value = raised(parameter, key, value, setting, "a setting")
    return value


def citations(house: str, standing: Mapping[str, Standing]) -> Mapping[str, str]:
    """Citations by full name of a value, by parameter, and the house's."""
    by_value = {full: value.rule for full, value in standing.items()}
    by_parameter = {
        p.name: joined(tuple(by_value.get(full_name(p.name, key), "") for key in p.keys), "; ")
        for p in parameters().values()
    }
    of_house = {"house": profile(house).citation} if house in profiles() else {}
    return {**by_value, **{name: text for name, text in by_parameter.items() if text}, **of_house}


def remarks(house: str, standing: Mapping[str, Standing]) -> Mapping[str, str]:
    """Remarks by full name of a value, where there are any, and the house's own."""
    found = {full: value.remark for full, value in standing.items()}
    return {name: text for name, text in {**found, "house": profile(house).remark}.items() if text}
