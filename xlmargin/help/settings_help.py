"""What each setting means: the named ones, and the rules' numbers that a user may move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from xlmargin.errors import RulebookError
from xlmargin.excel.settings_fields import SYNONYMS
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


def _words(words: Iterable[str]) -> str:
    return ", ".join(words)


def _choice(default: StrEnum, meaning: str) -> SettingHelp:
    return SettingHelp(_words(type(default)), default, meaning)


SETTINGS_HELP: Final = {
    "as_of": SettingHelp(
        "a date, or a date with a time of day",
        "today",
        "The moment of the prices. Time to expiration counts from it: from a date in whole days,"
        " from an hour to 16:00 of the last day, to 9:30 for series settled at the open, or to the"
        " hour that an expiration states. The rules are those in force on its date.",
    ),
    "rate": SettingHelp(
        "a fraction a year, such as 0.04",
        "0, which XLM_CHECK mentions where options depend on it",
        "Interest rate, continuously compounded. For a curve instead: rate 30d, rate 6m, rate 1y.",
    ),
    "house": SettingHelp(
        _words(house_names()),
        Settings.house,
        "Whose requirements: the rule's own, or a broker's above it. custom is the rule with what"
        " you raise yourself. Of one account alone: its name in a third column, account; or a"
        " column an account in place of value. So may be cash, sma, day_trading_regime and the"
        " rules' numbers below. From a day on: the day in a column date beside the values.",
    ),
    "account_type": _choice(
        Settings.account_type, "The rules that the account is under: margin calls are those of it."
    ),
    "cash": SettingHelp(
        "dollars; a loan is negative",
        "not known",
        "Cash balance of a lone account, or of the one named beside it, added to its rows of cash"
        " among the positions.",
    ),
    "sma": SettingHelp(
        "dollars",
        "the Reg T excess",
        "Balance of a lone account's special memorandum account, or of that of the account named"
        " beside it.",
    ),
    "basis": _choice(
        Settings.basis,
        "The strategy-based figure that gains are measured on. deposit is initial less option and"
        " short-sale proceeds. REGT_STRATEGIES shows the pairing for initial, else for"
        " maintenance.",
    ),
    "smile": _choice(
        Settings.smile,
        "What an option's volatility does when the underlying moves: each series keeps its own, or"
        " each strike takes that of the same moneyness now.",
    ),
    "base_value": _choice(
        Settings.base_value, "Gains and losses count from the price given, or from the model's own."
    ),
    "unsolved_price": _choice(
        Settings.unsolved_price,
        "An option priced at or a little below its value without volatility is valued without, or"
        " refuses the book.",
    ),
    "parity_tolerance": SettingHelp(
        "a fraction from 0 to 1",
        "0.005, and 0.05 a unit",
        "How far below its value without volatility an option's price may be, as a share of its"
        " underlying's price.",
    ),
    "day_trading_regime": _choice(
        Settings.day_trading_regime,
        "Rules of trading within the day: by_date is intraday margin from its first day, pattern"
        " day trading before.",
    ),
    "known_underlyings": _choice(
        Settings.known_underlyings,
        "What is known of symbols and not stated: used unless it lowers a requirement without a"
        " list that confirms it, all of it, or none.",
    ),
    "capacity_regimes": _choice(
        Settings.capacity_regimes,
        "Under which rules MARGIN_CAPACITY looks for the greatest quantity: own is the account's,"
        " and portfolio margin; both is by strategy too where the account is under portfolio"
        " margin; both_of_one is both for one order alone, which costs little, and else own.",
    ),
    "tolerance_share": SettingHelp(
        "a fraction from 0 to 1",
        f"{Settings.tolerance_share}",
        "What a broker's figure may differ by in MARGIN_RECONCILE and agree, as a share of it,"
        " where the function's own tolerance is left out.",
    ),
    "tolerance_dollars": SettingHelp(
        "dollars",
        "none",
        "What a broker's figure may differ by in MARGIN_RECONCILE in any case, beside the tolerance"
        " as a fraction.",
    ),
    "overdue_days": SettingHelp(
        "days, 0 or more",
        f"{Settings.overdue_days:g}",
        "A broker's figure older than the book by more days than these, or one that differs and"
        " that the broker was asked about before them, is overdue in MARGIN_RECONCILE; older by"
        " fewer, it is stale.",
    ),
    "stress_move": SettingHelp(
        "a fraction from -1 to 10, such as -0.2",
        f"{Settings.stress_move}",
        "The move of the whole market that reports tell of, and that the figure stress cushion of"
        " MARGIN_ALERTS stands after; a leveraged fund moves by its factor times that.",
    ),
    "stress_volatility": SettingHelp(
        "a fraction from -1 to 10; 1 doubles",
        f"{Settings.stress_volatility:g}",
        "What happens to every volatility in that stress, as a fraction of itself.",
    ),
    "leave_out": SettingHelp(
        "currencies, symbols and types, with commas between them",
        "nothing",
        "Positions that do not count; XLM_CHECK notes each of them.",
    ),
    "groups": SettingHelp(
        "names of files, with commas between them",
        "none",
        "Reports of the clearing house on products and groups, beside the settings' file, which"
        " commands read where --groups names none. In a cell their content is given to"
        " XLM_MARKET_GROUPS.",
    ),
    "time_zone": SettingHelp(
        "a name such as Europe/London",
        "America/New_York",
        "Where the hour of as_of is told. NOW() tells that of the machine.",
    ),
}  # fmt: skip
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
    shown = [f"{number} {_words(keys)}".rstrip() for number, keys in by_value.items()]
    return *described, "; ".join(shown), move, _words(dict.fromkeys(value.rule for value in found))
