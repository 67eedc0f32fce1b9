"""Workbooks of every kind: .xlsx, .xlsm, .xlsb, .xls and .ods. Values are read, nothing is run."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xlmargin.dates import serial_of
from xlmargin.errors import MarginError
from xlmargin.importers.book_ranges import FileCell, FileRows, TextRows, bounded
from xlmargin.importers.workbook_extent import refuse_sparse

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

MOST_UNPACKED_BYTES: Final = 500_000_000
_SECONDS_A_DAY: Final = 86_400
_MOST_TITLES: Final = 20
_SYMBOL_HEADINGS: Final = ("symbol", "ticker")
"""Headings that tell the row of headings from titles above it."""
_FIRST_HEADINGS: Final = ("name", "setting")
"""The same for settings, where they stand in the first column."""


def read_named_ranges(path: Path, names: Sequence[str]) -> dict[str, FileRows]:
    """The tables or sheets of a workbook that have one of these names, in any case.

    Where none of them is there, the first sheet counts as the first name.
    """
    _refuse_bomb(path)
    try:
        ranges = _ranges(path, names)
    except Exception as error:
        # The reader has an error of its own for each kind of file, without a common parent.
        raise MarginError(f"{path.name}: not a workbook that can be read ({error}).") from error
    return {name: bounded(rows, path) for name, rows in ranges.items()}


def read_first_sheet(path: Path, unless: Sequence[str] = ()) -> TextRows:
    """The cells of a workbook's first sheet as texts; dates are serial days.

    There are none where a sheet has one of the names in `unless`.
    """
    from python_calamine import CalamineWorkbook

    _refuse_bomb(path)
    try:
        workbook = CalamineWorkbook.from_path(path)
        named = _named(workbook.sheet_names, unless)
        rows = [] if named else workbook.get_sheet_by_index(0).to_python()
    except Exception as error:
        # The reader has an error of its own for each kind of file, without a common parent.
        raise MarginError(f"{path.name}: not a workbook that can be read ({error}).") from error
    return [[_text(cell) for cell in row] for row in _plain(rows)]


def _text(cell: FileCell) -> str:
    if cell is None:
        return ""
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)


def _ranges(path: Path, names: Sequence[str]) -> dict[str, FileRows]:
    from python_calamine import CalamineWorkbook

    has_tables = path.suffix.lower() == ".xlsx"
    workbook = CalamineWorkbook.from_path(path, load_tables=has_tables)
    found: dict[str, FileRows] = {}
    for name in names:
        rows = _table(workbook, name) if has_tables else []
        rows = rows or _sheet(workbook, name)
        if rows:
            found[name] = rows
    if names[0] not in found and not _named(workbook.sheet_names, names):
        found[names[0]] = _below_titles(_plain(workbook.get_sheet_by_index(0).to_python()))
    return found


def _refuse_bomb(path: Path) -> None:
    """Refuse a packed file that unpacks to more than any book of positions."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as packed:
        size = sum(part.file_size for part in packed.infolist())
    if size > MOST_UNPACKED_BYTES:
        limit = f"{MOST_UNPACKED_BYTES:,}"
        raise MarginError(f"{path.name}: found {size:,} bytes unpacked, wanted at most {limit}.")
    refuse_sparse(path)


def _table(workbook: CalamineWorkbook, name: str) -> FileRows:
    names = _named(workbook.table_names or (), (name,))
    if not names:
        return []
    table = workbook.get_table_by_name(names[0])
    return [[str(column) for column in table.columns], *_plain(table.to_python())]


def _sheet(workbook: CalamineWorkbook, name: str) -> FileRows:
    names = _named(workbook.sheet_names, (name,))
    if not names:
        return []
    return _below_titles(_plain(workbook.get_sheet_by_name(names[0]).to_python()))


def _below_titles(rows: FileRows) -> FileRows:
    """The rows from the headings on, where titles stand above them; else all rows."""
    for i, row in enumerate(rows[:_MOST_TITLES]):
        words = [cell.casefold() if isinstance(cell, str) else "" for cell in row]
        if words[0] in _FIRST_HEADINGS or any(word in _SYMBOL_HEADINGS for word in words):
            return rows[i:]
    return rows


def _named(there: Iterable[str], names: Sequence[str]) -> list[str]:
    wanted = {name.casefold() for name in names}
    return [name for name in there if name.strip().casefold() in wanted]


def _plain(rows: Sequence[Sequence[object]]) -> FileRows:
    return [[_cell(cell) for cell in row] for row in rows]


def _cell(cell: object) -> FileCell:
    """A cell as a plain value: whole numbers as numbers, dates and times as days."""
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float):
        return float(cell)
    if isinstance(cell, dt.date):
        return serial_of(cell)
    if isinstance(cell, dt.timedelta):
        return cell.total_seconds() / _SECONDS_A_DAY
    if isinstance(cell, dt.time):
        return serial_of(dt.datetime.combine(dt.date(1899, 12, 30), cell))
    return str(cell).strip() or None
