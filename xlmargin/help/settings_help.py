"""What each setting means: the named ones, and the rules' numbers that a user may move."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from xlmargin.errors import RulebookError
from xlmargin.excel.settings_fields import SYNONYMS
from xlmargin.packaged import packaged_toml
from xlmargin.reports.table import ReportTable
from xlmargin.rulebook import house_names, look_up
from xlmargin.rulebook.parameters import Overridable, Parameter, full_name
from xlmargin.rulebook.sections import parameters
from xlmargin.settings import Settings


@dataclass(frozen=True)
class SettingHelp:
    """A named setting: what may be typed, what is assumed without it, what it means."""

    values: str
    default: str
    meaning: str


def _described(name: str, meaning: str, values: str = "", left_out: str = "") -> SettingHelp:
    """What the file says of a setting; else its words and its default are the engine's."""
    default = getattr(Settings, name, None)
    words = type(default) if isinstance(default, StrEnum) else house_names()
    shown = f"{default:g}" if isinstance(default, float) else str(default)
    return SettingHelp(values or ", ".join(words), left_out or shown, meaning)


SETTINGS_HELP: Final = {
    name: _described(name, **stated)
    for name, stated in packaged_toml("xlmargin.help", "settings.toml").items()
}
"""The settings that are not rules' numbers, by name."""

_MOVES: Final = {
    Overridable.RAISE: "raised",
    Overridable.LOWER: "lowered",
    Overridable.CHOICE: "chosen",
}


def settings_help() -> ReportTable:
    """A row a named setting."""
    return ReportTable(
        ("setting", "also written", "values", "left out", "meaning"),
        [
            [
                name,
                ", ".join(SYNONYMS[name]),
                described.values,
                described.default,
                described.meaning,
            ]
            for name, described in SETTINGS_HELP.items()
        ],
    )


def parameters_help(as_of: dt.date) -> ReportTable:
    """A row a number of the rules that settings may move, with its values on the date."""
    return ReportTable(
        ("setting", "states", "unit", "value", "may be", "paragraph"),
        [
            list(_parameter_row(parameter, as_of))
            for parameter in parameters().values()
            if parameter.overridable
        ],
    )


def _parameter_row(parameter: Parameter, as_of: dt.date) -> tuple[str, ...]:
    name = full_name(parameter.name, "\u2026") if parameter.by else parameter.name
    described = name, parameter.states, parameter.unit.value
    move = _MOVES[parameter.overridable]
    try:
        found = [value for value in look_up(parameter.name, as_of) if not value.house]
    except RulebookError as refusal:
        return *described, str(refusal), move, parameter.since[-1].rule
    by_value: dict[str, list[str]] = {}
    for value in found:
        number = (
            ("yes" if value.value else "no") if parameter.unit.is_switch else f"{value.value:,.10g}"
        )
        by_value.setdefault(number, []).append(value.key)
    shown = [f"{number} {', '.join(keys)}".rstrip() for number, keys in by_value.items()]
    rules = ", ".join(dict.fromkeys(value.rule for value in found))
    return *described, "; ".join(shown), move, rules
