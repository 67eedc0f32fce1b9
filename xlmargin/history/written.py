"""The whole history in a file: Parquet, CSV or a worksheet, day by day in the order of time.

The same days make the same Parquet, byte by byte: no time of writing, row groups of whole days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

import xlmargin
from xlmargin.arrays import FloatArray
from xlmargin.arrow_buffers import number_array, text_array
from xlmargin.dates import serial_of
from xlmargin.errors import MarginError
from xlmargin.history.day_rows import AMOUNTS, TEXTS, Column

ROWS_A_GROUP: Final = 100_000
"""A row group ends with the day that reaches so many rows."""

MOST_SHEET_ROWS: Final = 1_048_576
_DATES: Final = ("date", "strategy_call_due", "portfolio_call_due")
_DAYS_TO_1970: Final = serial_of(dt.date(1970, 1, 1))
_PLAIN_TEXTS: Final = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
}  # fmt: skip
_REPEATED: Final[Any] = ["date", "account", *TEXTS]
"""Columns of few distinct values, kept once each."""

_TYPES: Final[dict[str, pa.DataType]] = {
    "date": pa.date32(),
    "account": pa.string(),
    **{name: pa.date32() if name in _DATES else pa.float64() for name in AMOUNTS},
    **dict.fromkeys(TEXTS, pa.string()),
}
WRITTEN_BY: Final[dict[bytes | str, bytes | str]] = {b"written by": b"xlmargin"}
"""By which a Parquet file is known as ours."""

_SCHEMA: Final = pa.schema(_TYPES, metadata=WRITTEN_BY)

Days = Iterable[Mapping[str, Column]]
"""The rows of each day, by column."""


def write_history(path: Path, suffix: str, days: Days) -> None:
    """Write the rows of all days as the kind of file that the suffix means."""
    _WRITERS[suffix](path, days)


def _write_parquet(path: Path, days: Days) -> None:
    with pq.ParquetWriter(path, _SCHEMA, use_dictionary=_REPEATED) as file:
        for table in _groups(days):
            file.write_table(table, row_group_size=len(table))


def _groups(days: Days) -> Iterator[pa.Table]:
    tables: list[pa.Table] = []
    for day in days:
        tables.append(_table(day))
        if sum(map(len, tables)) >= ROWS_A_GROUP:
            yield pa.concat_tables(tables)
            tables = []
    if tables:
        yield pa.concat_tables(tables)


def _write_csv(path: Path, days: Days) -> None:
    with pa.csv.CSVWriter(path, _SCHEMA) as file:
        for day in days:
            file.write_table(_table(day))


def _write_sheet(path: Path, days: Days) -> None:
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    with Workbook(path, _PLAIN_TEXTS) as book:
        book.set_properties({"comments": f"xlmargin {xlmargin.__version__}"})
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("History")
        sheet.freeze_panes(1, 2)
        sheet.write_row(0, 0, _SCHEMA.names)
        row = 1
        for day in days:
            columns = [_cells(day[name]) for name in _SCHEMA.names]
            if row + len(columns[0]) > MOST_SHEET_ROWS:
                raise MarginError(f"{row:,} rows and more: wanted .parquet or .csv.")
            for cells in zip(*columns, strict=True):
                for i, (name, cell) in enumerate(zip(_SCHEMA.names, cells, strict=True)):
                    sheet.write(row, i, cell, date if name in _DATES else None)
                row += 1


_WRITERS: Final = {".parquet": _write_parquet, ".csv": _write_csv, ".xlsx": _write_sheet}
SUFFIXES: Final = tuple(_WRITERS)
COLUMNS: Final = tuple(_TYPES)


def _table(day: Mapping[str, Column]) -> pa.Table:
    arrays = [_array(day[field.name], field.type) for field in _SCHEMA]
    return pa.Table.from_arrays(arrays, schema=_SCHEMA)


def _array(column: Column, type_: pa.DataType) -> pa.Array[Any]:
    """A column as Arrow holds it; NaN is no value."""
    if isinstance(column, list):
        return text_array(column)
    known = ~np.isnan(column)
    if type_ == pa.date32():
        days = np.where(known, column - _DAYS_TO_1970, 0).astype(np.int32)
        return number_array(days, type_, known)
    return number_array(column + 0.0, type_, known)


def _cells(column: Column) -> list[object]:
    if isinstance(column, list):
        return [*column]
    return [None if np.isnan(cell) else cell for cell in _plain(column)]


def _plain(column: FloatArray) -> list[float]:
    plain: list[float] = (column + 0.0).tolist()
    return plain
