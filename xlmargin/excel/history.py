"""Books by date: positions, and the market, with a `date` column, read day by day.

What is wrong with the ranges as such refuses all of them: a heading that is missing, a row without
a date, settings that nobody can read. What is wrong on one day is that day's problem alone. A file
of Parquet is read by its columns, a few days at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import numpy as np

from xlmargin.book import Book
from xlmargin.cells.columns import dates, missing_heading, need, need_rows
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.reading import read_table
from xlmargin.cells.table import RangeTable
from xlmargin.cells.unknown_columns import judged
from xlmargin.cells.words import DIVIDENDS, MARKET, POSITIONS
from xlmargin.dates import DATE, date_of
from xlmargin.errors import InputError, MarginError, Problem, RefusedPosition, Severity
from xlmargin.excel.book_reader import NOTHING, BookReading, Tables, read_book
from xlmargin.excel.checks import warn_of_closed_day, warn_of_equal_rows, warn_of_sums
from xlmargin.excel.known_files import known_from, reports_named
from xlmargin.excel.left_out import settings_left_out
from xlmargin.excel.market_reader import read_dividends
from xlmargin.excel.positions_reader import accounts_of
from xlmargin.excel.settings_fields import GROUPS
from xlmargin.excel.settings_reader import check_accounts, read_settings, stated_settings
from xlmargin.history import HeldShares, held_shares, hidden_splits
from xlmargin.importers.dated_parquet import DatedParquet, open_dated
from xlmargin.importers.files import RANGES, read_one_range, read_ranges
from xlmargin.importers.parquet_files import PARQUET_SUFFIXES
from xlmargin.regimes import both_regimes, under_portfolio_margin
from xlmargin.strategy_margin import strategy_margin

MOST_MARKET_ROWS: Final = 5_000_000
"""Rows of a market file, which is held whole."""


@dataclass(frozen=True)
class DayTables:
    """The content of one serial day: tables without the rows of other days."""

    day: float
    tables: Tables

    def reading(self) -> BookReading:
        """The book of the day, as of the day, and what is wrong with it."""
        return read_book(self.tables)

    def book(self) -> Book:
        """The book of the day; refused with every error."""
        reading = self.reading()
        if reading.book is None:
            raise InputError(reading.errors)
        return reading.book


def days_of(tables: Tables) -> list[DayTables]:
    """The content of each date of the positions, in the order of time.

    A market that is given has a `date` column too; one with neither dates nor rows is left out. An
    `as_of` of the settings does not count: each day is its own.
    """
    log = ProblemLog()
    log.add(tables.problems)
    accounts = accounts_of(tables.positions)
    tables = replace(tables, settings=tables.settings.of_book(accounts))
    shared = _shared_by_days(tables, log)
    for each in tables.settings.each:
        check_accounts(each, accounts, log)
    positions = by_day(tables.positions, log)
    dated = len(tables.market) or tables.market.has("date")
    market = by_day(tables.market, log) if dated else {}
    log.refuse()
    return [_day(shared, day, market, rows) for day, rows in positions.items()]


def by_day(table: RangeTable, log: ProblemLog) -> dict[float, RangeTable]:
    """The rows of each serial day, in the order of time; none where something is wrong.

    A missing range or column of dates, or a row without one, is a problem.
    """
    days = np.floor(dates(table, "date", log))
    if not table.given:
        log.error(table.name, 0, "", NOTHING, "a range with headings in its first row")
    elif table.has("date"):
        need(np.isnan(days), table, "date", DATE, log)
        need_rows(table, "rows", log)
    elif table.columns:
        missing_heading(table, "date", log)
    if log.errors:
        return {}
    order = np.argsort(days, kind="stable")
    present, start = np.unique(days[order], return_index=True)
    rows = np.split(order, start[1:])
    return {day: table.take(own) for day, own in zip(present.tolist(), rows, strict=True)}


def _shared_by_days(tables: Tables, log: ProblemLog) -> Tables:
    """What all days share, the rows of none: settings and dividends are looked at."""
    settings = tables.settings.without("as_of")
    for each in settings.each:
        read_settings(each, log)
    read_dividends(tables.dividends, log)
    market = tables.market.take([]) if tables.market.given else tables.market
    positions = tables.positions.take([])
    return replace(tables, positions=positions, market=market, settings=settings, problems=())


def _day(
    shared: Tables, day: float, market: Mapping[float, RangeTable], positions: RangeTable
) -> DayTables:
    own, settings = market.get(day, shared.market), shared.settings.on(day)
    if settings.of_accounts:
        settings = settings.present(accounts_of(positions))
    tables = replace(shared, positions=positions, market=own, settings=settings)
    return DayTables(day, replace(tables, default_as_of=day))


@dataclass(frozen=True)
class HistoryPaths:
    """The files of a history; the positions' workbook may hold the other ranges too.

    `instruments` is a table of one's own above those that are known.
    """

    positions: Path
    market: Path | None = None
    settings: Path | None = None
    dividends: Path | None = None
    instruments: Path | None = None
    groups: tuple[Path, ...] = ()
    """Reports of the clearing house."""

    def with_named_groups(self) -> HistoryPaths:
        """The paths with the reports that the settings name, where none is given."""
        of_settings = self.settings or self.positions
        if self.groups or (self.settings is None and _is_parquet(self.positions)):
            return self
        settings = (
            read_ranges(of_settings, RANGES).get("settings")
            if self.settings is None
            else (read_one_range(of_settings, "settings"))
        )
        return replace(self, groups=tuple(reports_named(settings, of_settings.parent)))

    @property
    def inputs(self) -> dict[str, Path]:
        """The files that are given, by range; of the reports each by a number too."""
        given = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "groups"}
        given |= {f"{GROUPS} {i}": path for i, path in enumerate(self.groups)}
        return {name: path for name, path in given.items() if path is not None}


@dataclass(frozen=True)
class DatedFiles:
    """The content of files by date: what all days share, and each day's positions and market."""

    shared: Tables
    positions: DatedParquet | Mapping[float, RangeTable]
    market: Mapping[float, RangeTable]

    @property
    def days(self) -> list[float]:
        """The days that have positions, in the order of time."""
        return [*self.positions] if isinstance(self.positions, Mapping) else self.positions.days

    def contents(self, days: Collection[float]) -> Iterator[DayTables]:
        """The content of some days, in whatever order the file has them."""
        if isinstance(self.positions, Mapping):
            for day in days:
                yield _day(self.shared, day, self.market, self.positions[day])
            return
        for day, table in self.positions.tables(days):
            log = ProblemLog()
            own = _day(self.shared, day, self.market, judged(table, POSITIONS, log))
            yield replace(own, tables=replace(own.tables, problems=tuple(log.problems)))


def open_history(paths: HistoryPaths) -> DatedFiles:
    """The content of the files by date; refused where something is wrong with them as a whole."""
    cells, log = _cells(paths), ProblemLog()
    tables = Tables(
        read_table(cells.get("positions"), "positions", POSITIONS, log),
        read_table(cells.get("market"), "market", MARKET, log),
        stated_settings(cells.get("settings"), log),
        read_table(cells.get("dividends"), "dividends", DIVIDENDS, log),
        None,
        known=known_from(paths.instruments, paths.groups),
    )
    positions: DatedParquet | Mapping[float, RangeTable]
    if _is_parquet(paths.positions):
        positions = open_dated(paths.positions, "positions", POSITIONS)
        accounts = _accounts(positions) if tables.settings.of_accounts else ()
    else:
        positions, accounts = by_day(tables.positions, log), accounts_of(tables.positions)
    tables = replace(tables, settings=tables.settings.of_book(accounts))
    shared = _shared_by_days(tables, log)
    for each in tables.settings.each:
        check_accounts(each, accounts, log)
    market: Mapping[float, RangeTable] = {}
    if paths.market is not None and _is_parquet(paths.market):
        market = _whole(open_dated(paths.market, "market", MARKET), log)
        shared = replace(shared, market=replace(shared.market, given=True))
    elif tables.market.given:
        market = by_day(tables.market, log)
    log.refuse()
    return DatedFiles(shared, positions, market)


def _accounts(file: DatedParquet) -> tuple[str, ...]:
    """The accounts of a file, of all its days."""
    source = file.source
    headings = [heading for heading in source.spelled if heading == "account"]
    tables = source.batches(headings, range(len(source.group_rows)))
    return tuple(dict.fromkeys(name for table in tables for name in accounts_of(table)))


def _cells(paths: HistoryPaths) -> dict[str, object]:
    """The ranges of all files that are read by their cells."""
    ranges: dict[str, object] = {}
    if not _is_parquet(paths.positions):
        ranges.update(read_ranges(paths.positions, RANGES))
        if "positions" not in ranges:
            found = ", ".join(ranges)
            raise MarginError(f"{paths.positions.name}: found {found}, wanted positions too.")
    for name, path in paths.inputs.items():
        if name in RANGES[1:] and not _is_parquet(path):
            ranges[name] = read_one_range(path, name)
    return ranges


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() in PARQUET_SUFFIXES


def _whole(file: DatedParquet, log: ProblemLog) -> dict[float, RangeTable]:
    """Every day of a market file, which is held whole."""
    if len(file.source) > MOST_MARKET_ROWS:
        found = f"{len(file.source):,} rows"
        raise MarginError(f"{file.source.path.name}: found {found}, wanted {MOST_MARKET_ROWS:,}.")
    return {day: judged(table, MARKET, log) for day, table in file.tables(file.days)}


def problems_of_days(days: Iterable[DayTables]) -> Iterator[Problem]:
    """The problems of each day, and splits hidden in the quantities from one day to the next."""
    shares: tuple[HeldShares, ...] = ()
    for each in days:
        reading = each.reading()
        problems = [*reading.problems, *warn_of_closed_day(each.day)]
        if reading.book is not None:
            earlier, shares = shares, held_shares(reading.book)
            problems += [_split(found) for found in hidden_splits(earlier, shares)]
            positions = reading.book.positions
            problems += warn_of_equal_rows(positions) + warn_of_sums(positions)
            problems += [*_refusals(reading.book), *settings_left_out(reading.book)]
        yield from (_dated(problem, each) for problem in problems)


def _split(found: str) -> Problem:
    wanted = "prices and quantities with the same splits"
    return Problem("positions", 0, "quantity", found, wanted, Severity.WARNING)


def _refusals(book: Book) -> list[Problem]:
    """Why positions that can be read cannot be margined under both regimes."""
    try:
        regimes = both_regimes(book, under_portfolio_margin, strategy_margin)
    except MarginError as refusal:
        return _problems(refusal)
    refusals = (regimes.strategy_refusal, regimes.portfolio_refusal)
    return [problem for each in refusals if each is not None for problem in _problems(each)]


def _problems(refusal: MarginError) -> list[Problem]:
    if isinstance(refusal, InputError | RefusedPosition):
        return list(refusal.problems)
    return [Problem("positions", 0, "", str(refusal), "a day that can be margined")]


def _dated(problem: Problem, day: DayTables) -> Problem:
    """A problem of one day that names the day, unless its row or heading does."""
    own = (day.tables.positions.name, day.tables.market.name)
    if problem.range not in own or problem.row:
        return problem
    return replace(problem, found=f"{problem.found} on {date_of(day.day)}")
