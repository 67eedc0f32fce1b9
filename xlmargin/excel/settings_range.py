"""The settings: a range of two columns, name and value.

A setting that is not known is refused, not ignored: a mistyped `house` would otherwise answer with
the number of another house.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

import numpy as np

from xlmargin.dates import date_of
from xlmargin.errors import RulebookError
from xlmargin.excel.columns import (
    DATE,
    GREATEST_CASH,
    NUMBER,
    at_most,
    date_serial,
    number_of,
    wanted_words,
)
from xlmargin.excel.findings import Findings
from xlmargin.excel.headings import squeezed
from xlmargin.excel.plain_cells import (
    Cells,
    PlainCell,
    label,
    plain,
    rows_of,
    shown,
    shown_text,
    text_of,
)
from xlmargin.excel.settings_names import (
    SWITCH,
    SYNONYMS,
    curve_years,
    house_of,
    nearest_setting,
    setting_name,
)
from xlmargin.market import RateCurve
from xlmargin.rulebook import house_names, portfolio_rules
from xlmargin.settings import AccountType, BaseValue, Basis, DayTradingRegime, Settings, Smile

SETTINGS: Final = "settings"
GREATEST_RATE: Final = 0.5
"""A rate or yield beyond 50% a year is taken for a percentage typed as a number."""
RATE: Final = "a fraction a year between -0.5 and 0.5, such as 0.04 for 4%"

_MOST_ROWS: Final = 2_000
_MOST_COLUMNS: Final = 20
_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True)
class Setting:
    """A row of the settings: its row number in the range, the name as typed, and the value."""

    row: int
    text: str
    value: PlainCell


Stated = Mapping[str, Setting]
"""The settings that have a value, by their own names."""


@dataclass(frozen=True)
class SettingsRead:
    """What the settings say: the moment (NaN where none is given), the rates, and the rest."""

    as_of: float
    curve: RateCurve
    has_rate: bool
    settings: Settings


def settings_rows(cells: Cells, findings: Findings) -> tuple[Setting, ...]:
    """The rows of a settings range that have a name and a value, below its headings if any."""
    rows = [[plain(cell) for cell in row[:_MOST_COLUMNS]] for row in rows_of(cells)]
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    if all(cell in (None, 0.0) for row in rows for cell in row):
        return ()
    if max(map(len, rows)) < 2:
        findings.error(SETTINGS, 0, "", "one column", "two columns, name and value")
        return ()
    if len(rows) > _MOST_ROWS:
        findings.error(SETTINGS, 0, "", f"{len(rows):,} rows", f"at most {_MOST_ROWS:,}")
        rows = rows[:_MOST_ROWS]
    start, value = _below_headings(rows)
    for i, row in enumerate(rows):
        if i >= start and len(row) > value and row[0] is None and row[value] is not None:
            wanted = f"the name of the setting {shown(row[value])}"
            findings.error(SETTINGS, i + 1, "name", "nothing", wanted)
    return tuple(
        Setting(i + 1, text_of(row[0]), row[value])
        for i, row in enumerate(rows)
        if i >= start and len(row) > value and row[0] is not None and row[value] is not None
    )


def _below_headings(rows: list[list[PlainCell]]) -> tuple[int, int]:
    """Index of the first row that is not headings, and of the column of values."""
    start = next(i for i, row in enumerate(rows) if any(cell is not None for cell in row))
    texts = [squeezed(text_of(cell)) for cell in rows[start]]
    if texts[0] in ("name", "setting", "settings", "parameter") and "value" in texts:
        return start + 1, texts.index("value")
    return 0, 1


def states_as_of(rows: tuple[Setting, ...]) -> bool:
    """Whether the settings give the moment themselves."""
    return any(setting_name(row.text) == "as_of" for row in rows)


def read_settings(rows: tuple[Setting, ...], findings: Findings) -> SettingsRead:
    """What the settings say; each that cannot be read is a problem, and keeps its default."""
    stated = _stated(rows, findings)
    curve = _curve(stated, findings)
    settings = Settings(
        house=_house(stated.get("house"), findings),
        account_type=_word(stated, "account_type", AccountType.PORTFOLIO, findings),
        cash=_number(stated.get("cash"), findings),
        sma=_number(stated.get("sma"), findings),
        basis=_word(stated, "basis", Basis.DEPOSIT, findings),
        smile=_word(stated, "smile", Smile.STICKY_STRIKE, findings),
        base_value=_word(stated, "base_value", BaseValue.MARK, findings),
        day_trading_regime=_word(stated, "day_trading_regime", DayTradingRegime.BY_DATE, findings),
        overrides=_overrides(stated, findings),
    )
    as_of = _as_of(stated.get("as_of"), findings)
    if not np.isnan(as_of):
        _check_rules(stated, settings, as_of, findings)
    return SettingsRead(as_of, curve or RateCurve((0.0,), (0.0,)), curve is not None, settings)


def _stated(rows: tuple[Setting, ...], findings: Findings) -> Stated:
    """The settings by their own names; an unknown one, or one stated twice, is a problem."""
    stated: dict[str, Setting] = {}
    for setting in rows:
        name = setting_name(setting.text)
        if not name:
            near = nearest_setting(setting.text)
            wanted = f"a known setting (perhaps {near}?)" if near else "a known setting"
            findings.error(SETTINGS, setting.row, "name", shown(setting.text), wanted)
        elif name in stated:
            wanted = f"it once only, as in row {stated[name].row}"
            findings.error(SETTINGS, setting.row, "name", shown(setting.text), wanted)
        else:
            stated[name] = setting
    return stated


def _refuse(setting: Setting, wanted: str, findings: Findings) -> None:
    findings.error(SETTINGS, setting.row, label(setting.text), shown_text(setting.value), wanted)


def _number(setting: Setting | None, findings: Findings) -> float:
    """A number of dollars, NaN where it is not stated or cannot be read."""
    if setting is None:
        return np.nan
    value = number_of(setting.value)
    if not abs(value) <= GREATEST_CASH:
        _refuse(setting, NUMBER if np.isnan(value) else at_most(GREATEST_CASH), findings)
        return np.nan
    return value


def _as_of(setting: Setting | None, findings: Findings) -> float:
    if setting is None:
        return np.nan
    value = date_serial(setting.value)
    if np.isnan(value):
        _refuse(setting, DATE, findings)
    return value


def _word(stated: Stated, name: str, default: _E, findings: Findings) -> _E:
    setting = stated.get(name)
    if setting is None:
        return default
    words = {squeezed(word.value): word for word in type(default)}
    word = words.get(squeezed(text_of(setting.value)))
    if word is None:
        _refuse(setting, wanted_words([w.value for w in words.values()]), findings)
    return word or default


def _house(setting: Setting | None, findings: Findings) -> str:
    if setting is None:
        return Settings.house
    house = house_of(text_of(setting.value))
    if not house:
        _refuse(setting, wanted_words(list(house_names())), findings)
    return house or Settings.house


def _curve(stated: Stated, findings: Findings) -> RateCurve | None:
    """The rate curve; None where no rate is given. A flat rate and a curve exclude each other."""
    points: dict[float, Setting] = {}
    for name, setting in stated.items():
        if name.split()[0] != "rate":
            continue
        if "rate" in stated and name != "rate":
            _refuse(setting, "either a flat rate or a curve of rates", findings)
        if points.setdefault(curve_years(name), setting) is not setting:
            _refuse(setting, "one rate for each time", findings)
        if not abs(number_of(setting.value)) <= GREATEST_RATE:
            _refuse(setting, RATE, findings)
    if not points:
        return None
    years = sorted(points)
    return RateCurve(tuple(years), tuple(number_of(points[y].value) for y in years))


def _overrides(stated: Stated, findings: Findings) -> dict[str, float]:
    """The rule parameters that the user raises, as numbers; TRUE is 1 and FALSE is 0."""
    overrides = {}
    for name, setting in stated.items():
        if name in SYNONYMS or name.startswith("rate "):
            continue
        value = SWITCH.get(text_of(setting.value).lower(), number_of(setting.value))
        if np.isnan(value):
            _refuse(setting, "a number, TRUE or FALSE", findings)
        else:
            overrides[name] = value
    return overrides


def _check_rules(stated: Stated, settings: Settings, as_of: float, findings: Findings) -> None:
    """A problem where the rulebook refuses the house or an override, such as one that lowers it."""
    day, house = date_of(as_of), settings.house
    for name, value in settings.overrides.items():
        if refusal := _refusal(day, house, {name: value}):
            _refuse(stated[name], refusal, findings)
    if "house" in stated and (refusal := _refusal(day, house, {})):
        _refuse(stated["house"], refusal, findings)


def _refusal(day: dt.date, house: str, overrides: Mapping[str, float]) -> str:
    """Why the rulebook refuses, "" where it does not."""
    try:
        portfolio_rules(day, house, overrides)
    except RulebookError as error:
        return f"what the rulebook allows: {error}"[:160]
    return ""
