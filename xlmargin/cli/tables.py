"""The ranges of a book as tables of a workbook; those of further pages, and of an earlier day."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from xlmargin.cells.columns import date_serial
from xlmargin.cells.values import TableCell, TableRows
from xlmargin.cli.book_files import with_date
from xlmargin.dates import date_of, serial_of
from xlmargin.errors import InputError, MarginError, Problem
from xlmargin.excel.range_checks import problems_of
from xlmargin.excel.ranges import Ranges
from xlmargin.excel.settings_reader import setting_name
from xlmargin.importers import BookRanges
from xlmargin.importers.files import WORKBOOK_SUFFIXES
from xlmargin.importers.workbook_files import read_named_ranges
from xlmargin.workbooks import MORE, InputTables, input_tables


def tables_of(
    ranges: BookRanges, today: dt.date, more: Mapping[str, TableRows] | None = None
) -> InputTables:
    """The ranges as tables; where the settings give no date it is today, and they say so.

    `more` are the tables that some pages need beside those of the book, by name.
    """
    return input_tables(*with_date(ranges, today).cells, more)


def problems(tables: InputTables, today: dt.date) -> list[Problem]:
    """Every problem of the tables, errors and warnings."""
    return problems_of(Ranges(*tables.ranges, today=today))


def tables_beside(path: Path) -> dict[str, TableRows]:
    """The tables for further pages that a workbook holds under their names, but for empty ones."""
    if path.suffix.lower() not in WORKBOOK_SUFFIXES:
        return {}
    return tables_named(read_named_ranges(path, names_beside()))


def names_beside() -> tuple[str, ...]:
    """The names to look for, positions first: those of the sheets of dated tables are two words."""
    return ("positions", *_SPELLED)


def tables_named(found: Mapping[str, TableRows]) -> dict[str, TableRows]:
    """The tables for further pages among those found by name, but for empty ones."""
    return {
        _SPELLED[spelled]: rows
        for spelled, rows in found.items()
        if spelled in _SPELLED and any(cell is not None for row in rows[1:] for cell in row)
    }


_SPELLED: Final = {spelled: n for n in MORE for spelled in (n, n.replace("Dated", "Dated "))}


_SINCE: Final = "compared_with"
_DATED: Final = ("DatedPositions", "DatedMarket")
_Rows = Sequence[Mapping[str, object]]


def compared_with(
    ranges: BookRanges,
    more: Mapping[str, TableRows],
    earlier: BookRanges,
    path: Path,
    today: dt.date,
) -> tuple[BookRanges, Mapping[str, TableRows]]:
    """The ranges with the earlier day as a setting, and both days' books as dated ranges.

    The day is that of the earlier file, else that of the setting `compared_with`. Refused where
    neither says it, where it is not before the book's, and where there are dated ranges already.
    """
    if set(_DATED) & more.keys():
        raise MarginError(f"--previous: found dated ranges beside the positions and {path.name}.")
    now = tables_of(ranges, today)
    day = Ranges(*now.ranges, today=today).book().market.as_of
    stated = now.value_of_setting(_SINCE)
    before = _day_of(earlier, stated, path)
    if before >= day:
        raise MarginError(
            f"--previous: found {path.name} of {date_of(before)}, wanted a day before"
            f" {date_of(day)}."
        )
    if isinstance(stated, float) and stated != before:
        raise MarginError(
            f"--previous: found {path.name} of {date_of(before)}, wanted {date_of(stated)}, the"
            f" setting {_SINCE}."
        )
    then = tables_of(earlier, date_of(before))
    dated = {
        name: _joined([(before, a), (day, b)])
        for name, a, b in (
            ("DatedPositions", _positions(then), _positions(now)),
            ("DatedMarket", _earlier_market(then, before, path), _market(now, day)),
        )
    }
    settings = ranges.settings or [["name", "value"]]
    if stated is None:
        width = max(len(settings[0]), 2)
        row: list[TableCell] = [_SINCE, date_of(before).isoformat(), *[None] * (width - 2)]
        settings = [*settings, row]
    return replace(ranges, settings=settings), {**more, **dated}


def _day_of(earlier: BookRanges, stated: object, path: Path) -> float:
    """The day of the earlier book, by its own settings, by its file, or by the setting."""
    rows = earlier.settings or []
    own = next((row[1] for row in rows if row and setting_name(str(row[0])) == "as_of"), None)
    serial = date_serial(own) if own is not None else math.nan
    if not math.isnan(serial):
        return math.floor(serial)
    if earlier.as_of is not None:
        return serial_of(earlier.as_of)
    if isinstance(stated, float):
        return stated
    raise MarginError(
        f"--previous: found no date in {path.name}, wanted as_of in its settings, or the setting"
        f" {_SINCE} beside the positions."
    )


def _positions(tables: InputTables) -> _Rows:
    names = tables.positions.columns
    return [dict(zip(names, row, strict=True)) for row in tables.positions.rows[1:]]


def _market(tables: InputTables, day: float) -> _Rows:
    """The market's own rows; of a book without a market what was found for its underlyings."""
    names = tables.market.columns
    rows = [dict(zip(names, row, strict=True)) for row in tables.market.rows[1:]]
    if any(row.get("symbol") for row in rows):
        return rows
    book = Ranges(*tables.ranges, today=date_of(day)).book()
    return [
        {
            "symbol": own.symbol, "price": own.spot, "class": own.underlying_class.value,
            "leverage": own.leverage, "dividend_yield": own.dividend_yield,
        }
        for own in book.market.underlyings
    ]  # fmt: skip


def _earlier_market(tables: InputTables, day: float, path: Path) -> _Rows:
    """The market of the earlier day; where positions alone have no price, what would have it."""
    try:
        return _market(tables, day)
    except InputError as error:
        found = "an earlier book without a market that has every price"
        wanted = "the report of that day (.xlsx), which has them"
        raise InputError([*error.problems, Problem(path.name, 0, "", found, wanted)]) from error


def _joined(days: Sequence[tuple[float, _Rows]]) -> TableRows:
    """The rows of all days below one row of headings, a date before each."""
    names = list(dict.fromkeys(name for _, rows in days for row in rows for name in row if name))
    found: TableRows = [["date", *names]]
    found += [
        [date_of(day).isoformat(), *(row.get(name) for name in names)]  # type: ignore[list-item]
        for day, rows in days
        for row in rows
    ]
    return found
