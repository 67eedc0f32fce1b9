"""Books and trades for what-if, and the answers by figure."""

from __future__ import annotations

from typing import Any

from tests.books import Range
from xlmargin import udfs

POSITIONS = ["symbol", "type", "quantity", "strike", "expiration", "price", "cost", "account"]
TRADES = [
    "symbol", "type", "quantity", "strike", "expiration", "price", "cost", "account", "fee",
    "action", "to_expiration", "to_strike", "to_price",
]  # fmt: skip
MARKET: Range = [["symbol", "price"], ["XYZ", 500.0], ["ABC", 50.0]]
SETTINGS: Range = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.04]]
JANUARY, MARCH = "2027-01-15", "2027-03-19"

STOCK = ["XYZ", "stock", 100, None, None, 500.0]
SHORT_PUT = ["XYZ", "put", -1, 480, JANUARY, 6.0]
CASH = ["USD", "cash", 20_000]


def table(headings: list[str], rows: tuple[list[Any], ...]) -> Range:
    return [headings, *([*row, *[None] * (len(headings) - len(row))] for row in rows)]


def positions(*rows: list[Any]) -> Range:
    return table(POSITIONS, rows)


def trades(*rows: list[Any]) -> Range:
    return table(TRADES, rows)


def action(row: list[Any], **more: object) -> list[Any]:
    """A row of trades with some of its columns filled in by name."""
    whole = [*row, *[None] * (len(TRADES) - len(row))]
    for heading, cell in more.items():
        whole[TRADES.index(heading)] = cell
    return whole


def what_if(held: Range, traded: Range, *settings: list[Any], market: Range = MARKET) -> Any:
    return udfs.MARGIN_WHATIF(held, traded, market, [*SETTINGS, *settings])


def figures(answer: Any, account: str = "total") -> dict[str, list[Any]]:
    """Before, after and change of each figure."""
    assert isinstance(answer, list), answer
    return {row[0]: row[1:4] for row in answer[1:] if row[4] == account}


def changes(held: Range, traded: Range, *settings: list[Any]) -> dict[str, Any]:
    return {name: row[2] for name, row in figures(what_if(held, traded, *settings)).items()}
