"""Positions and market by date from files: Parquet by its columns, anything else by its cells."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from xlmargin.cells.table import Table
from xlmargin.errors import InputError, MarginError
from xlmargin.excel.column_books import DayColumns
from xlmargin.excel.contents import Contents, read_contents
from xlmargin.excel.dated_books import (
    POSITIONS_RANGE,
    DayContents,
    by_day,
    of_day,
    shared_by_days,
)
from xlmargin.excel.dated_columns import DatedFile, open_dated, range_table
from xlmargin.excel.findings import Findings
from xlmargin.excel.headings import MARKET, POSITIONS
from xlmargin.excel.ranges import RangeTable
from xlmargin.importers.book_ranges import FileRows
from xlmargin.importers.files import RANGES, read_one_range, read_ranges
from xlmargin.importers.parquet_files import PARQUET_SUFFIXES

MOST_MARKET_ROWS: Final = 5_000_000
"""Rows of a market file, which is held whole."""


@dataclass(frozen=True)
class HistoryPaths:
    """The files of a history; the positions' workbook may hold the other ranges too."""

    positions: Path
    market: Path | None = None
    settings: Path | None = None
    dividends: Path | None = None

    @property
    def inputs(self) -> dict[str, Path]:
        """The files that are given, by range."""
        paths = zip(
            RANGES, (self.positions, self.market, self.settings, self.dividends), strict=True
        )
        return {name: path for name, path in paths if path is not None}


@dataclass(frozen=True)
class DatedFiles:
    """The content of files by date: what all days share, and each day's positions and market."""

    shared: Contents
    positions: DatedFile | Mapping[float, RangeTable]
    market: Mapping[float, RangeTable | Table]

    @property
    def days(self) -> list[float]:
        """The days that have positions, in the order of time."""
        return [*self.positions] if isinstance(self.positions, Mapping) else self.positions.days

    def contents(self, days: Collection[float]) -> Iterator[DayContents | DayColumns]:
        """The content of some days, in whatever order the file has them."""
        if isinstance(self.positions, DatedFile):
            for day, columns in self.positions.tables(days):
                yield DayColumns(day, columns, of_day(self.shared, day, self._market(day)))
            return
        for day, cells in self.positions.items():
            if day in days:
                yield DayContents(day, of_day(self.shared, day, self._market(day), cells))

    def _market(self, day: float) -> RangeTable:
        table = self.market.get(day, self.shared.market)
        return range_table(table) if isinstance(table, Table) else table


def open_history(paths: HistoryPaths) -> DatedFiles:
    """The content of the files by date; refused where something is wrong with them as a whole."""
    cells = _cells(paths)
    contents = read_contents(
        {POSITIONS_RANGE: cells.get(POSITIONS_RANGE)},
        cells.get("market"),
        cells.get("settings"),
        cells.get("dividends"),
        None,
    )
    findings = Findings(list(contents.problems))
    shared = shared_by_days(contents, findings)
    positions: DatedFile | Mapping[float, RangeTable]
    if _is_parquet(paths.positions):
        positions = open_dated(paths.positions, POSITIONS_RANGE, POSITIONS)
    else:
        positions = by_day(contents.positions[0], findings)
    market: Mapping[float, RangeTable | Table] = {}
    if paths.market is not None and _is_parquet(paths.market):
        market = _whole(open_dated(paths.market, "market", MARKET))
        shared = replace(shared, market=replace(shared.market, given=True))
    elif contents.market.given:
        market = by_day(contents.market, findings)
    if findings.errors:
        raise InputError(findings.errors)
    return DatedFiles(shared, positions, market)


def _cells(paths: HistoryPaths) -> dict[str, FileRows]:
    """The ranges of all files that are read by their cells."""
    ranges: dict[str, FileRows] = {}
    if not _is_parquet(paths.positions):
        ranges = read_ranges(paths.positions, RANGES)
        if POSITIONS_RANGE not in ranges:
            found = ", ".join(ranges)
            raise MarginError(f"{paths.positions.name}: found {found}, wanted positions too.")
    for name, path in paths.inputs.items():
        if name != POSITIONS_RANGE and not _is_parquet(path):
            ranges[name] = read_one_range(path, name)
    return ranges


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() in PARQUET_SUFFIXES


def _whole(file: DatedFile) -> dict[float, Table]:
    """Every day of a file that is held whole."""
    if len(file.source) > MOST_MARKET_ROWS:
        found = f"{len(file.source):,} rows"
        raise MarginError(f"{file.source.path.name}: found {found}, wanted {MOST_MARKET_ROWS:,}.")
    return dict(file.tables(file.days))
