"""A published position as ranges of the worksheet functions, as a reader would type it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from xlmargin.cells.values import Cell

CaseRows = list[list[Cell]]
Case = Mapping[str, Any]
"""One case of a published file: underlying, positions, what is expected."""

DAY_OF_TABLE: Final = dt.date(2007, 2, 23)
"""The day of cases that state days to expiration: those of the exchange's table."""
AS_OF: Final = dt.date(2023, 3, 1)
"""The day of cases that name none: their figures depend on no date."""
MONTH: Final = dt.timedelta(days=30)
"""To the first expiration, where none is named."""
_CLASS_OF_KIND: Final = {
    "equity": "stock",
    "index_broad": "index_high_cap",  # the published broad index is the S&P 500
    "index_narrow": "index_narrow",
    "etf_broad": "etf_broad",
}
_FUND_OF_INDEX: Final = {"SPX": "SPY"}
_HEADINGS: Final = (
    "symbol", "type", "quantity", "strike", "expiration", "price", "cost", "multiplier", "style",
)  # fmt: skip


def case_ranges(case: Case, **settings: Cell) -> tuple[CaseRows, CaseRows, CaseRows]:
    """Positions, market and settings of a case.

    Shares beside an index are its fund, filed in the index's class group. What a position was
    traded at is its cost, and the mark of an option; shares are worth the quote.
    """
    underlying = case["underlying"]
    index = underlying["kind"].startswith("index")
    symbol = underlying.get("symbol", "XYZ") if index else "XYZ"
    day = _day(case)
    market: CaseRows = [
        ["symbol", "price", "class", "leverage", "class_group", "rate", "dividend_yield"],
        [
            symbol,
            underlying["price"],
            _CLASS_OF_KIND[underlying["kind"]],
            underlying.get("leverage", 1),
            symbol,
            underlying.get("rate", 0.0),
            underlying.get("div_yield", 0.0),
        ],
    ]
    positions: CaseRows = [list(_HEADINGS)]
    for held in case["positions"]:
        name = symbol
        option = held["kind"] != "stock"
        if index and not option:
            name = _FUND_OF_INDEX[symbol]
            market.append([name, held["price"], "etf_broad", 1, symbol, None, None])
        expiration = _expiration(underlying, held, day).isoformat() if option else None
        style = underlying.get("exercise", "european" if index else "american")
        price = held["price"] if option else None
        positions.append(
            [
                *(name, held["kind"], held["qty"], held.get("strike"), expiration),
                *(price, held["price"], held["multiplier"], style if option else None),
            ]
        )
    stated: CaseRows = [["name", "value"], ["as_of", day.isoformat()], ["rate", 0.0]]
    return positions, market, [*stated, *([name, value] for name, value in settings.items())]


def _day(case: Case) -> dt.date:
    """That of the table, or a month before the first expiration that is named."""
    if "days" in case["underlying"]:
        return DAY_OF_TABLE
    named = [dt.date.fromisoformat(p["expiry"]) for p in case["positions"] if "expiry" in p]
    return min(named) - MONTH if named else AS_OF


def _expiration(underlying: Mapping[str, Any], held: Mapping[str, Any], day: dt.date) -> dt.date:
    """By the days of the underlying, the date, or its days after the first."""
    if "days" in underlying:
        return day + dt.timedelta(days=underlying["days"])
    if "expiry" in held:
        return dt.date.fromisoformat(held["expiry"])
    return day + MONTH + dt.timedelta(days=held.get("dte", 0))
