"""The answers of MARGIN_INTRADAY by heading, and small ranges to ask with."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.books import Range
from xlmargin import udfs
from xlmargin.dates import date_of

Row = dict[str, Any]

MARGIN: Range = [["as_of", "2026-11-20"], ["account_type", "margin"]]
PORTFOLIO: Range = [["as_of", "2026-11-20"], ["account_type", "portfolio"]]
MARKET: Range = [["symbol", "price"], ["XYZ", 50.0], ["ABC", 20.0]]
STOCK = ["symbol", "type", "quantity", "price"]


def cash(amount: float) -> Range:
    """An account with nothing but cash."""
    return [["symbol", "type", "quantity"], ["USD", "cash", amount]]


def rows(
    activity: Range, positions: Range, settings: Range = MARGIN, market: Range | None = MARKET
) -> list[Row]:
    """The rows of the answer, each by heading; a refusal fails."""
    answer = udfs.MARGIN_INTRADAY(activity, positions, market, settings)
    assert not isinstance(answer, str), answer
    headings, *found = answer
    return [dict(zip(headings, row, strict=True)) for row in found]


def of_kind(found: list[Row], kind: str) -> list[Row]:
    return [row for row in found if row["kind"] == kind]


def levels(found: list[Row]) -> list[float]:
    """The level at the opening and after each transaction."""
    return [
        row["intraday margin level"] for row in found if row["kind"] in ("opening", "transaction")
    ]


def deficit(found: list[Row]) -> float:
    """The largest deficit of the only account and day."""
    (row,) = of_kind(found, "largest deficit")
    value: float = row["deficit"]
    return value


def until(found: list[Row], kind: str) -> dt.date:
    (row,) = of_kind(found, kind)
    return date_of(row["until"])
