"""The settings: names and values of one book."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from xlmargin.cells.columns import date_serial, number_of
from xlmargin.cells.named_values import (
    NamedCell,
    RangeNames,
    Stated,
    day,
    read_named_values,
    refuse,
    rows_in_place,
    value_in_style,
    word,
)
from xlmargin.cells.problems import ProblemLog, ReadOnce, account_wanted
from xlmargin.cells.table import KnownCells, RangeTable, SourceRows
from xlmargin.cells.values import (
    Cells,
    CellValue,
    label,
    nearest,
    normalized,
    one_of,
    rows_of,
    shown,
    text_of,
    to_value,
)
from xlmargin.cells.words import YES_NO, YesNo
from xlmargin.contracts import TRADING_HOURS
from xlmargin.dates import DATE, date_of, in_zone, moment_of
from xlmargin.errors import RulebookError
from xlmargin.excel.market_reader import RATE, years_of_term
from xlmargin.excel.settings_fields import (
    BY_ACCOUNT,
    COMPARED_WITH,
    FIELDS,
    HOUSE,
    OWN_COLUMN,
    PREPARED_ON,
    REMARKS,
    SETTINGS,
    STATED_BY_NAME,
    SYNONYMS,
    TEXTS,
    TIME_ZONE,
    UNDATED,
    house_of,
    one_for_all,
)
from xlmargin.market import RateCurve
from xlmargin.rulebook import overridable_names, portfolio_rules
from xlmargin.settings import Paper, Settings

_TENOR: Final = re.compile(
    r"rate[\s_-]*(\d{1,5})[\s_-]*(d|day|w|week|m|month|y|year)s?", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True)
class SettingsRead:
    """What the settings say: the moment (NaN where none is given), the rates, and the rest.

    A moment with an hour is New York time.

    `leave_out` are currencies, symbols and types, in capitals, whose positions do not count.
    """

    as_of: float
    curve: RateCurve
    has_rate: bool
    settings: Settings
    leave_out: frozenset[str]

    def kept(self, table: RangeTable, log: ProblemLog) -> RangeTable:
        """The positions without those that are left out by symbol, type or currency."""
        if not self.leave_out:
            return table
        out = np.zeros(len(table), dtype=bool)
        for heading in ("symbol", "type", "currency"):
            named = table.texts(heading).where(lambda c: text_of(c).upper() in self.leave_out)
            log.notes_where(named, table, heading, "left out, as the settings say")
            out |= named
        return table.take(~out) if out.any() else table


@cache
def _name_of() -> dict[str, str]:
    own = {normalized(word): n for n, others in SYNONYMS.items() for word in (n, *others)}
    rest = (*overridable_names(), *TEXTS)
    return {normalized(n): n for n in rest} | own


def setting_name(text: str) -> str:
    """The setting's own name, "" where the text names no setting.

    A point of the rate curve has the name `rate`, a blank and its time, such as "rate 30d".
    """
    if match := _TENOR.fullmatch(text):
        return f"rate {int(match[1])}{match[2][0].lower()}"
    return _name_of().get(normalized(text), "")


NAMES: Final = RangeNames(
    SETTINGS,
    setting_name,
    lambda text: nearest(text, _name_of().values()),
    ("name", "setting", "settings", "parameter"),
    "setting",
)


@dataclass(frozen=True)
class StatedSettings:
    """The settings that have a value, by their own names: those of all accounts, and of each.

    `lone` says that they stand in a single column under a heading of the user's. `later` are those
    that count from a serial day on, in the order of time. Settings that are equal say the same.
    """

    of_all: tuple[tuple[str, NamedCell], ...] = ()
    of_accounts: tuple[tuple[str, tuple[tuple[str, NamedCell], ...]], ...] = ()
    lone: bool = False
    later: tuple[tuple[float, StatedSettings], ...] = ()
    range: str = SETTINGS
    """What messages call them: their file, where they are of one."""

    def on(self, day_: float) -> StatedSettings:
        """What counts on a serial day: of several values of a setting the latest; none is later."""
        of_all = dict(self.of_all)
        own = {account: dict(stated) for account, stated in self.of_accounts}
        for since, stated in self.later:
            if since <= day_:
                of_all |= dict(stated.of_all)
                for account, of_account in stated.of_accounts:
                    own[account] = {**own.get(account, {}), **dict(of_account)}
        accounts = tuple((account, tuple(each.items())) for account, each in own.items())
        return replace(self, of_all=tuple(of_all.items()), of_accounts=accounts, later=())

    def in_force(self, default: float | None) -> StatedSettings:
        """What counts on the day that the settings themselves state, else on the default."""
        stated = dict(self.of_all).get("as_of")
        of_itself = np.nan if stated is None else date_serial(stated.value)
        return self.on(of_itself if default is None else default)

    @property
    def each(self) -> list[StatedSettings]:
        """What counts before any date, and from each date on."""
        return [self.on(-np.inf), *(self.on(since) for since, _ in self.later)]

    def without(self, name: str) -> StatedSettings:
        """The same without a setting of all accounts."""
        return replace(self, of_all=tuple(item for item in self.of_all if item[0] != name))

    def of_book(self, accounts: Collection[str]) -> StatedSettings:
        """The same of a book with these accounts: a lone column is for all where there is but one.

        Whatever it is headed: of several accounts it must name one.
        """
        if not self.lone or len(accounts) > 1:
            return self
        own = [(n, replace(cell, text=n)) for _, stated in self.of_accounts for n, cell in stated]
        return replace(self, of_all=(*self.of_all, *own), of_accounts=(), lone=False, later=())

    def present(self, accounts: Collection[str]) -> StatedSettings:
        """The same without those of accounts that are none of these."""
        own = tuple(item for item in self.of_accounts if item[0] in accounts)
        return replace(self, of_accounts=own)


def stated_settings(cells: Cells, log: ProblemLog) -> StatedSettings:
    """The settings that have a value; refused by row where what holds for all differs by account.

    A column `account` beside the values says whose a row is; or there is a column an account. A
    column `date` beside the values says from which day on a row counts, where it is not empty. What
    knows its content is read once.
    """
    if not isinstance(cells, KnownCells):
        return _read_stated(cells, log)
    return _STATED.get(
        cells.digest, cells.source or SETTINGS, log, lambda own: _read_stated(cells, own)
    )


_STATED: Final = ReadOnce[bytes, StatedSettings](most=64, most_size=64, size=lambda _: 1)


def _read_stated(cells: Cells, log: ProblemLog) -> StatedSettings:
    undated, *dated = _by_date(cells, log)
    later = tuple((since, _stated(own, log)) for since, own in dated)
    for _, stated in later:
        for name, cell in stated.of_all:
            if name in UNDATED:
                wanted = "no date beside it: it says what the day is"
                log.error(cell.range, cell.row, "date", "a date", wanted)
    return replace(_stated(undated[1], log), later=later)


def _by_date(cells: Cells, log: ProblemLog) -> list[tuple[float, Cells]]:
    """The settings without a date, then those of each, its rows alone, in the order of time."""
    rows = [list(row) for row in rows_of(cells)]
    first, headings = _headings([[to_value(cell) for cell in row] for row in rows])
    if not {"value", "date"} <= {*headings[1:]}:
        return [(-np.inf, cells)]
    column, place = headings.index("date"), rows_in_place(cells, SETTINGS)
    since: dict[int, float] = {}
    for i, row in enumerate(rows[first + 1 :], start=first + 1):
        cell = to_value(row[column]) if column < len(row) else None
        since[i] = -np.inf if cell is None else np.floor(date_serial(cell))
        if np.isnan(since[i]):
            log.error(*place[i], "date", shown(cell), DATE)
        if column < len(row):
            row[column] = None
    days = sorted({-np.inf, *(day_ for day_ in since.values() if not np.isnan(day_))})
    rows[first][column] = None
    blank: list[CellValue] = [None]
    of_file = cells.place if isinstance(cells, SourceRows) else {}
    each = (
        [row if since.get(i, day_) == day_ else blank for i, row in enumerate(rows)]
        for day_ in days
    )
    return [(day_, SourceRows(own, **of_file)) for day_, own in zip(days, each, strict=True)]


def _headings(rows: Sequence[Sequence[CellValue]]) -> tuple[int, list[str]]:
    """Index of the first row with anything in it, and its headings; none where it has no names."""
    first = next((i for i, row in enumerate(rows) if any(c is not None for c in row)), len(rows))
    headings = [normalized(text_of(cell)) for cell in rows[first]] if rows[first:] else [""]
    return first, headings if headings[0] in NAMES.headings else []


def _stated(cells: Cells, log: ProblemLog) -> StatedSettings:
    """The settings of one table of names and values."""
    by_account = read_named_values(cells, NAMES, log)
    shared = by_account.pop("", None)
    of_all: dict[str, NamedCell] = {**(shared or {})}
    own: dict[str, dict[str, NamedCell]] = {}
    by_column = shared is None
    for account, stated in by_account.items():
        for name, cell in stated.items():
            if _may_differ(name):
                own.setdefault(account, {})[name] = cell
            elif by_column and of_all.setdefault(name, cell).value == cell.value:
                of_all[name] = replace(of_all[name], text=name)
            else:
                refuse(cell, one_for_all(name), log)
    _refuse_other_columns(cells, log)
    accounts = tuple((account, tuple(stated.items())) for account, stated in own.items())
    lone = by_column and len(by_account) == 1
    range_ = cells.source or SETTINGS if isinstance(cells, SourceRows) else SETTINGS
    return StatedSettings(tuple(of_all.items()), accounts, lone, range=range_)


def _may_differ(name: str) -> bool:
    return name in BY_ACCOUNT or name in overridable_names()


def _refuse_other_columns(cells: Cells, log: ProblemLog) -> None:
    """Refuse values beside the value: they say what nothing counts."""
    rows = [[to_value(cell) for cell in row] for row in rows_of(cells)]
    start, headings = _headings(rows)
    if "value" not in headings:
        return
    known = (*REMARKS, "account", "value")
    others = [i for i, text in enumerate(headings) if i and text not in known]
    place = rows_in_place(cells, SETTINGS)
    for i, row in enumerate(rows[start + 1 :], start=start + 1):
        for column in (c for c in others if c < len(row) and row[c] is not None):
            name = setting_name(text_of(row[0]))
            if name and _is_value(name, value_in_style(row[column], name, cells)):
                wanted = OWN_COLUMN if _may_differ(name) else one_for_all(name)
                where = label(text_of(rows[start][column]))
                log.error(*place[i], where, shown(row[column]), wanted)


def _is_value(name: str, cell: CellValue) -> bool:
    """Whether a setting by account could have this value."""
    if name == "house":
        return bool(house_of(text_of(cell)))
    if name in FIELDS:
        found = FIELDS[name].read(cell)
        return found is not None
    return not np.isnan(_switch_or_number(cell))


def read_settings(every: StatedSettings, log: ProblemLog) -> SettingsRead:
    """What the settings say; each that cannot be read is a problem, and keeps its default."""
    stated = dict(every.of_all)
    curve = _curve(stated, log)
    settings = Settings(
        house=HOUSE.of("house", stated, log),
        overrides=_overrides(stated, log),
        left_out=STATED_BY_NAME - stated.keys(),
        **{name: field.of(name, stated, log) for name, field in FIELDS.items()},
    )
    as_of = _moment(stated, log)
    if not np.isnan(as_of):
        _check_rules(stated, settings, as_of, log)
    own = {
        account: _of_account(dict(of_account), stated, settings, as_of, log)
        for account, of_account in every.of_accounts
    }
    settings = replace(settings, of_accounts=own)
    for name in (COMPARED_WITH, PREPARED_ON):
        day().of(name, stated, log)
    word(one_of(Paper), Paper.LETTER).of("paper", stated, log)
    if "logo" in stated:
        cell = stated["logo"]
        wanted = "nothing: a cell names no file; give --logo, or insert the picture on Start"
        log.warning(cell.range, cell.row, "logo", shown(cell.value), wanted)
    left_out = stated["leave_out"].value if "leave_out" in stated else None
    words = {part.strip().upper() for part in text_of(left_out).split(",")} - {""}
    return SettingsRead(
        as_of, curve or RateCurve((0.0,), (0.0,)), curve is not None, settings, frozenset(words)
    )


def _of_account(
    own: Stated, of_all: Stated, settings: Settings, as_of: float, log: ProblemLog
) -> Settings:
    """The settings of one account: what it states itself, else what holds for all."""
    fields = {name: own[name] for name in own.keys() & FIELDS.keys()}
    if "house" in own and (house := house_of(text_of(own["house"].value))):
        cell = own["house"]
        log.note(cell.range, cell.row, cell.text, f"margined under {house}")
    found = replace(
        settings,
        house=HOUSE.of("house", {**of_all, **own}, log),
        overrides={**settings.overrides, **_overrides(own, log)},
        left_out=settings.left_out - own.keys(),
        **{name: FIELDS[name].of(name, fields, log) for name in fields},
    )
    if not np.isnan(as_of):
        _check_rules({**of_all, **own}, found, as_of, log)
    return found


def check_accounts(every: StatedSettings, accounts: Sequence[str], log: ProblemLog) -> None:
    """Refuse settings of accounts that are none of these, by row."""
    wanted = account_wanted(accounts, most=_MOST_NAMED)
    for account, own in every.of_accounts:
        if account not in accounts:
            for _, cell in own:
                log.error(cell.range, cell.row, "account", repr(account), wanted)


def _moment(stated: Stated, log: ProblemLog) -> float:
    """The moment of the prices, a serial day, its hour in New York time; NaN where not stated."""
    as_of = day().of("as_of", stated, log)
    zone = TIME_ZONE.of("time_zone", stated, log)
    if np.isnan(as_of) or not as_of % 1.0:
        return as_of
    cell = stated["as_of"]
    if _UTC.search(text_of(cell.value)):
        zone = ZoneInfo("UTC")
    here = as_of if zone is None else in_zone(as_of, zone, ZoneInfo(_NEW_YORK))
    when = f"{moment_of(here):%H:%M} in New York"
    if zone is not None and zone.key != _NEW_YORK:
        when = f"{moment_of(as_of):%H:%M} in {zone}: {when}"
    log.note(cell.range, cell.row, cell.text, when)
    opens, closes = TRADING_HOURS
    if not opens - _A_SECOND <= here % 1.0 <= closes + _A_SECOND:
        wanted = "an hour between 9:30 and 16:15, when options trade; or the setting time_zone"
        log.warning(cell.range, cell.row, cell.text, when, wanted)
    return here


_MOST_NAMED: Final = 10
"""Accounts that a message lists."""

_A_SECOND: Final = 1 / 86_400
_NEW_YORK: Final = "America/New_York"
_UTC: Final = re.compile(r"\d ?(?:UTC|Z)\s*$", re.IGNORECASE | re.ASCII)


def _curve(stated: Stated, log: ProblemLog) -> RateCurve | None:
    """The rate curve; None where no rate is given. A flat rate and a curve exclude each other."""
    points: dict[float, float] = {}
    for name, cell in stated.items():
        if name.split()[0] != "rate":
            continue
        rate, years = number_of(cell.value), years_of_term(name)
        if "rate" in stated and name != "rate":
            refuse(cell, "either a flat rate or a curve of rates", log)
        elif years in points:
            refuse(cell, "one rate for each time", log)
        elif np.isnan(rate) or RATE.broken(rate):
            refuse(cell, RATE.wanted, log)
        points.setdefault(years, rate)
    if not points:
        return None
    years_ = sorted(points)
    return RateCurve(tuple(years_), tuple(points[y] for y in years_))


def _overrides(stated: Stated, log: ProblemLog) -> dict[str, float]:
    """The rule parameters that the user raises, as numbers; TRUE is 1 and FALSE is 0."""
    overrides = {}
    for name in stated.keys() & {*overridable_names()}:
        value = _switch_or_number(stated[name].value)
        if np.isnan(value):
            refuse(stated[name], "a number, TRUE or FALSE", log)
        else:
            overrides[name] = value
    return {name: overrides[name] for name in stated if name in overrides}


def _switch_or_number(cell: CellValue) -> float:
    number, said = number_of(cell), YES_NO.read(cell)
    return number if said is None or not np.isnan(number) else float(said is YesNo.YES)


def _check_rules(stated: Stated, settings: Settings, as_of: float, log: ProblemLog) -> None:
    """A problem where the rulebook refuses the house or an override, such as one that lowers it."""
    day_, house = date_of(as_of), settings.house
    for name, value in settings.overrides.items():
        if refusal := _refusal(day_, house, {name: value}):
            refuse(stated[name], refusal, log)
    if "house" in stated and (refusal := _refusal(day_, house, {})):
        refuse(stated["house"], refusal, log)


def _refusal(day_: dt.date, house: str, overrides: Mapping[str, float]) -> str:
    """Why the rulebook refuses, "" where it does not."""
    try:
        portfolio_rules(day_, house, overrides)
    except RulebookError as error:
        return f"what the rulebook allows: {error}"[:160]
    return ""
