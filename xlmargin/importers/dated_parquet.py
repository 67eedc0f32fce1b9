"""Parquet files of many dates, read day by day without holding more than a few days at once.

One pass over the date column says which rows are whose. A file in the order of its dates is then
read once; one that is not, several times, some of the days each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.cells.columns import date_serial
from xlmargin.cells.problems import ProblemLog, shown_text
from xlmargin.cells.table import CodedCells, RangeTable, joined
from xlmargin.cells.values import Headings
from xlmargin.dates import DATE, EARLIEST_SERIAL, LATEST_SERIAL
from xlmargin.errors import InputError
from xlmargin.importers.parquet_files import ParquetRange, open_parquet

MOST_HELD_ROWS: Final = 1_000_000
"""Rows of unfinished days held at once, where the file is not in the order of its dates."""

_DATE: Final = "date"
_NAMES: Final = ("symbol", "underlying", "account", "group")
"""Headings of names, which may be whole numbers."""


@dataclass(frozen=True, eq=False)
class DatedParquet:
    """A Parquet file by date: `day` is the serial day of each row, shape (rows,)."""

    source: ParquetRange
    day: NDArray[np.int32]

    @property
    def days(self) -> list[float]:
        """The days of the file, in the order of time."""
        return [float(day) for day in self._rows_of]

    @cached_property
    def _ends(self) -> IntArray:
        """The first row of each piece of one day, and the end of all."""
        starts = np.flatnonzero(np.diff(self.day)) + 1
        return np.concatenate([[0], starts, [len(self.day)]])

    @cached_property
    def _rows_of(self) -> dict[int, int]:
        """The number of rows of each day, in the order of time."""
        days, place = np.unique(self.day[self._ends[:-1]], return_inverse=True)
        rows = np.bincount(place, np.diff(self._ends))
        return dict(zip(days.tolist(), rows.astype(np.int64).tolist(), strict=True))

    def tables(self, days: Iterable[float]) -> Iterator[tuple[float, RangeTable]]:
        """The rows of each of these days, without their dates; a day comes when it is whole."""
        for wave in self._waves(sorted(days)):
            yield from self._read(wave)

    def _waves(self, days: list[float]) -> Iterator[list[float]]:
        """The days to be read in one pass each: all at once where each stands in one piece."""
        if len(self._ends) - 1 == len(self._rows_of):
            yield days
            return
        wave: list[float] = []
        held = 0
        for day in days:
            rows = self._rows_of[int(day)]
            if wave and held + rows > MOST_HELD_ROWS:
                yield wave
                wave, held = [], 0
            wave.append(day)
            held += rows
        yield wave

    def _read(self, wave: list[float]) -> Iterator[tuple[float, RangeTable]]:
        """Each day of a wave, from one pass over the row groups that have some of it."""
        headings = tuple(h for h in self.source.spelled if h != _DATE)
        wanted = np.isin(self.day, np.array(wave, dtype=np.int32))
        pieces: dict[int, list[RangeTable]] = {}
        groups = self._groups_with(wanted)
        for batch in self.source.batches(headings, groups, self.source.unknown):
            here = batch.rows - 2
            for day, indexes in _by_day(self.day[here], wanted[here]):
                pieces.setdefault(day, []).append(batch.take(indexes))
                if sum(map(len, pieces[day])) == self._rows_of[day]:
                    yield float(day), joined(pieces.pop(day))

    def _groups_with(self, wanted: np.ndarray) -> list[int]:
        """The row groups that have some of the rows."""
        ends = np.cumsum(self.source.group_rows)
        starts = ends - self.source.group_rows
        groups = zip(starts.tolist(), ends.tolist(), strict=True)
        return [i for i, (start, end) in enumerate(groups) if wanted[start:end].any()]


def open_dated(path: Path, name: str, headings: Headings) -> DatedParquet:
    """A Parquet file with a `date` column; refused where a row has no date."""
    source = open_parquet(path, name, headings.name_of, (*headings.needed, _DATE), _NAMES)
    day = np.empty(len(source), dtype=np.int32)
    log = ProblemLog()
    for batch in source.batches((_DATE,), range(len(source.group_rows))):
        serial = _serial_days(batch)
        missing = np.isnan(serial)
        if missing.any():
            wrong = batch.take(np.flatnonzero(missing))
            log.errors_where(np.full(len(wrong), True), wrong, _DATE, DATE, shown_text)
            raise InputError(log.errors)
        day[batch.rows - 2] = serial
    return DatedParquet(source, day)


def _serial_days(batch: RangeTable) -> FloatArray:
    """The serial day of each row, NaN where there is none."""
    column = batch.columns.get(_DATE)
    if isinstance(column, CodedCells):
        known = np.array([*(date_serial(text) for text in column.distinct), np.nan])
        return np.asarray(np.floor(known[column.codes]))
    assert column is not None, "the date column is among those needed"
    known = np.where((column < EARLIEST_SERIAL) | (column > LATEST_SERIAL), np.nan, column)
    return np.asarray(np.floor(known))


def _by_day(day: NDArray[np.int32], wanted: np.ndarray) -> Iterator[tuple[int, IntArray]]:
    """Indexes of the wanted rows of each day, in the order of rows."""
    own = np.flatnonzero(wanted)
    if not own.size:
        return
    days = day[own]
    if (np.diff(days) < 0).any():
        own = own[np.argsort(days, kind="stable")]
        days = day[own]
    starts = np.flatnonzero(np.diff(days)) + 1
    for part in np.split(own, starts):
        yield int(day[part[0]]), part
