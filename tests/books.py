"""Books for tests, as the ranges that a user would select."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

Range = list[list[Any]]

CASES = Path(__file__).parent / "cases"
CLASS_OF_KIND = {
    "equity": "stock",
    "index_broad": "index_high_cap",  # the published broad index is the S&P 500
    "index_narrow": "index_narrow",
    "etf_broad": "etf_broad",
}
ETF_OF_INDEX = {"SPX": "SPY"}


def published(name: str) -> list[dict[str, Any]]:
    """The cases of one published file."""
    cases: list[dict[str, Any]] = json.loads((CASES / f"{name}.json").read_text())["cases"]
    return cases


def case_ranges(
    case: dict[str, Any], as_of: dt.date = dt.date(2007, 2, 23), **settings: object
) -> tuple[Range, Range, Range]:
    """Positions, market and settings of a published portfolio margin case.

    Shares beside an index are its fund, filed in the index's class group.
    """
    underlying = case["underlying"]
    symbol = underlying.get("symbol", "XYZ")
    market = [
        ["symbol", "price", "class", "class_group", "rate", "dividend_yield"],
        [
            symbol,
            underlying["price"],
            CLASS_OF_KIND[underlying["kind"]],
            symbol,
            underlying.get("rate", 0.0),
            underlying.get("div_yield", 0.0),
        ],
    ]
    positions = [
        ["symbol", "type", "quantity", "strike", "expiration", "price", "multiplier", "style"]
    ]
    for p in case["positions"]:
        name = symbol
        if p["kind"] == "stock" and symbol in ETF_OF_INDEX:
            name = ETF_OF_INDEX[symbol]
            market.append([name, p["price"], "etf_broad", symbol, None, None])
        option = p["kind"] != "stock"
        days = underlying.get("days", p.get("dte"))
        expiration = (as_of + dt.timedelta(days=days)).isoformat() if option else None
        style = underlying.get("exercise") if option else None
        row = [name, p["kind"], p["qty"], p.get("strike"), expiration]
        positions.append([*row, p["price"], p["multiplier"], style])
    rows = [["name", "value"], ["as_of", as_of.isoformat()], ["rate", 0.0]]
    return positions, market, [*rows, *([k, v] for k, v in settings.items())]
