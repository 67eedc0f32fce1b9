"""Ranges as programs send them in JSON: rows of cells, or records; keys that are not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlmargin.errors import MarginError


def rows_of_records(name: str, value: Any) -> Any:
    """Rows of cells: records become a row of headings and a row each; all else goes as it is.

    `name` is the range's, for a refusal.
    """
    if not isinstance(value, list) or not any(isinstance(row, dict) for row in value):
        return value
    if not all(isinstance(record, dict) for record in value):
        raise MarginError(f"{name}: found records and rows, wanted one of the two.")
    headings = list(dict.fromkeys(key for record in value for key in record))
    return [headings, *([record.get(key) for key in headings] for record in value)]


def refuse_unknown(given: Mapping[str, Any], known: Sequence[str]) -> None:
    """Refuse a key that nothing is known of."""
    for name in given:
        if name not in known:
            raise MarginError(f"{name}: not known here, wanted {', '.join(known)}.")
