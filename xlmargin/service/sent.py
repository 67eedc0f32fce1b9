"""What a program sends: the ranges of a book, as rows of cells or as records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from xlmargin.cells.table import rows_of_records
from xlmargin.errors import Severity
from xlmargin.excel.range_checks import problems_of
from xlmargin.excel.ranges import Ranges
from xlmargin.service.problems import placed

RANGES: Final = ("positions", "market", "settings", "dividends")


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
