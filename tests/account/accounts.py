"""Accounts for tests as ranges, and the state of them by the names of its rows."""

from __future__ import annotations

from typing import Any

from xlmargin import udfs

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account"]
AS_OF = ["as_of", "2026-11-20"]
MARGIN = [AS_OF, ["rate", 0.04], ["account_type", "margin"]]


def stock(shares: float, price: float, symbol: str = "XYZ", account: str = "") -> list[Any]:
    """A row of shares."""
    return [symbol, "stock", shares, None, None, price, account]


def cash(dollars: float, account: str = "") -> list[Any]:
    """A row of cash; a debit is negative."""
    return ["USD", "cash", dollars, None, None, None, account]


def option(kind: str, contracts: float, strike: float, price: float, **row: Any) -> list[Any]:
    """A row of options on XYZ that expire in four weeks unless said otherwise."""
    expiration = row.get("expiration", "2026-12-18")
    return ["XYZ", kind, contracts, strike, expiration, price, row.get("account", "")]


def answered(*rows: list[Any], settings: Any = (), market: Any = None) -> list[list[Any]]:
    """What the worksheet function answers, headings included."""
    found = udfs.MARGIN_ACCOUNT([HEADINGS, *rows], market, [*MARGIN, *settings])
    assert isinstance(found, list), found
    return found


def totals(*rows: list[Any], settings: Any = (), market: Any = None) -> dict[str, Any]:
    """The totals by the names of the rows."""
    return {row[0]: row[2] for row in answered(*rows, settings=settings, market=market)[1:]}
