"""What a program sends: the ranges of a book, and their records, by ids and headings."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, Final

from xlmargin.cells.json_ranges import rows_of_records
from xlmargin.cells.words import POSITIONS
from xlmargin.errors import InputError, MarginError, Problem, Severity
from xlmargin.excel.range_checks import problems_of
from xlmargin.excel.ranges import Ranges
from xlmargin.service.problems import placed

RANGES: Final = ("positions", "market", "settings", "dividends")

ID: Final = "id"
"""The key by which a record of positions is told from the others."""
FIRST_ROW: Final = 2
"""The row of the first record: headings stand above it."""
_MARKS: Final = ("price", "bid", "ask", "last")
"""The columns that say what a position is worth: a price goes before a quote, that before last."""


class RecordNames(dict[str, str]):
    """By a heading of a record the name of what is read below it; itself where it is not known."""

    def __init__(self, typed: Mapping[str, str]) -> None:
        super().__init__({heading: name for name, heading in typed.items()})

    def __missing__(self, heading: str) -> str:
        return self.setdefault(heading, POSITIONS.name_of(heading) or heading)

    def replaced(self, record: Mapping[str, Any], cells: Mapping[str, Any]) -> dict[str, Any]:
        """A record with other cells, also where it has them below another heading of the name.

        Of an account, a symbol and an underlying there are several: a number and a name.
        """
        own = {self[heading] for heading in cells}.difference(POSITIONS.labels)
        kept = {h: cell for h, cell in record.items() if h in cells or self[h] not in own}
        return {**kept, **cells}

    def marks(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """What a record says that a position is worth, by the names of the columns."""
        return {
            name: cell for h, cell in record.items()
            if cell is not None and (name := self[h]) in _MARKS
        }  # fmt: skip

    def is_none(self, heading: str, cell: Any) -> bool:
        """Whether a cell says that nothing of its record is held: quantity 0."""
        return cell == 0 and not isinstance(cell, bool) and self[heading] == "quantity"


def wrong_cell(name: str, n: int, column: str, found: Any, wanted: str) -> InputError:
    """The refusal of a cell of a record, by its index."""
    return InputError([Problem(name, n + FIRST_ROW, column, json.dumps(found)[:40], wanted)])


def records_of(name: str, given: Any) -> list[dict[str, Any]]:
    """A range as records, each by its headings; rows have these first, each once."""
    if not isinstance(given, list) or not given:
        raise MarginError(f"{name}: wanted a list of records, or of rows with headings first.")
    if all(isinstance(record, dict) for record in given):
        _refuse_ids(name, given)
        return given
    wanted = f"{name}: wanted records, or rows with headings first, each once."
    if not all(isinstance(row, list) for row in given):
        raise MarginError(wanted)
    headings, *rows = ([str(cell) for cell in given[0]], *given[1:])
    if len(set(headings)) < len(headings) or any(len(row) > len(headings) for row in rows):
        raise MarginError(wanted)
    found = [dict(zip(headings, row, strict=False)) for row in rows]
    _refuse_ids(name, found)
    return found


def _refuse_ids(range_name: str, records: list[dict[str, Any]]) -> None:
    """Refuse ids that are no text or number, or that two records have."""
    seen = set()
    for n, record in enumerate(records):
        if (name := record.get(ID)) is None:
            continue
        if not isinstance(name, str | int) or isinstance(name, bool) or name in seen:
            raise wrong_cell(range_name, n, ID, name, "a text or a number, of one record alone")
        seen.add(name)


def without_id(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record without its id, which is no column of positions."""
    return {name: cell for name, cell in record.items() if name != ID}


def cells_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The four ranges as rows; settings may be an object of names and values."""
    settings = given.get("settings")
    if isinstance(settings, dict):
        given = {**given, "settings": [["name", "value"], *map(list, settings.items())]}
    return {name: rows_of_records(name, given.get(name)) for name in RANGES}


def ranges_of(
    given: Mapping[str, Any],
    extra: Mapping[str, Any] | None = None,
    today: dt.date | None = None,
    *,
    marked_before: bool = False,
) -> Ranges:
    """The ranges of what was sent, as of its day, or else of `today`."""
    day = today or dt.date.today()
    return Ranges(**cells_of(given), extra=extra or {}, today=day, marked_before=marked_before)


def warnings_of(ranges: Ranges) -> list[dict[str, Any]]:
    """What is unlikely in the ranges, and read as it stands."""
    return [placed(p) for p in problems_of(ranges) if p.severity is Severity.WARNING]
