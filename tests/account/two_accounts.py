"""A book of two accounts for tests of alerts, and the rows that they answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.books import Range
from xlmargin import udfs

SETTINGS: Range = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.04]]
MARKET: Range = [["symbol", "price"], ["XYZ", 100.0], ["ABC", 50.0]]
BOOK: Range = [
    ["symbol", "type", "quantity", "account"],
    ["XYZ", "stock", 1_000, "A"],
    ["", "cash", -50_000, "A"],
    ["XYZ", "stock", 1_000, "B"],
    ["ABC", "stock", 1_000, "B"],
    ["", "cash", 50_000, "B"],
]
"""By portfolio margin A requires 15,000 of 50,000, B 22,500 of 200,000; by strategy 25% each."""


def alerts(
    thresholds: Range | None,
    positions: Range = BOOK,
    market: Range = MARKET,
    more: Sequence[list[Any]] = (),
) -> list[dict[str, object]]:
    """What the worksheet function answers, each row by the headings; `more` are settings."""
    table = udfs.MARGIN_ALERTS(positions, thresholds, market, [*SETTINGS, *more])
    assert isinstance(table, list), table
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]
