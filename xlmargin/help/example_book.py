"""The small book on which every function is explained, as ranges with their headings.

A share hedged with a collar, an index put spread, and cash; the prices are invented. The ranges
have the names of the workbooks' tables, so that a formula can be copied into one of these.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from xlmargin.cells.values import TableRows

AS_OF: Final = dt.date(2026, 11, 20)
"""The day of the example, and of the rules that the page shows."""

EXAMPLE_BOOK: Final[Mapping[str, TableRows]] = MappingProxyType(
    {
        "Positions": [
            ["symbol", "type", "quantity", "strike", "expiration", "price"],
            ["XYZ", "stock", 500.0, None, None, 100.0],
            ["XYZ", "call", -5.0, 105.0, "2027-01-15", 2.6],
            ["XYZ", "put", 5.0, 95.0, "2027-01-15", 2.1],
            ["IDX", "put", 1.0, 4800.0, "2027-03-19", 120.0],
            ["IDX", "put", -1.0, 4500.0, "2027-03-19", 62.0],
            ["USD", "cash", 10000.0, None, None, None],
        ],
        "Market": [
            ["symbol", "price", "class", "dividend_yield"],
            ["XYZ", 100.0, "stock", None],
            ["IDX", 5000.0, "index_broad", 0.013],
        ],
        "Settings": [
            ["name", "value"],
            ["as_of", AS_OF.isoformat()],
            ["rate", 0.04],
        ],
        "Dividends": [
            ["symbol", "ex_date", "amount"],
            ["XYZ", "2026-12-11", 0.6],
        ],
        "Trades": [
            ["symbol", "type", "quantity", "strike", "expiration", "price", "fee"],
            ["XYZ", "put", -2.0, 90.0, "2027-01-15", 0.9, 1.3],
        ],
        "Orders": [
            ["symbol", "type", "side", "quantity", "strike", "expiration", "price"],
            ["XYZ", "put", "sell", 2.0, 90.0, "2027-01-15", 0.9],
            ["XYZ", "stock", "buy", None, None, None, 100.0],
        ],
        "Candidates": [
            ["symbol", "type", "strike", "expiration", "price"],
            ["XYZ", "put", 100.0, "2027-01-15", 4.1],
            ["IDX", "call", 5100.0, "2027-03-19", 190.0],
        ],
        "Thresholds": [
            ["figure", "warn", "alert"],
            ["portfolio excess", 20000.0, 0.0],
            ["portfolio cushion", 0.5, 0.25],
            ["largest name share", None, 0.9],
        ],
        "BrokerFigures": [
            ["figure", "amount", "as_of"],
            ["NetLiquidation", 65540.0, "2026-11-20"],
            ["MaintMarginReq", 7090.0, "2026-11-20"],
            ["ExcessLiquidity", 52400.0, "2026-11-19"],
        ],
        "Activity": [
            ["time", "symbol", "type", "quantity", "price"],
            ["10:05", "XYZ", "stock", 3000.0, 100.4],
            ["14:30", "XYZ", "stock", -3000.0, 99.8],
        ],
        "Facts": [
            ["name", "value"],
            ["status", "applying"],
            ["equity", 175000.0],
            ["monitoring", "full"],
            ["unlisted_derivatives", "no"],
            ["registration", "individual"],
            ["experience", 5.0],
            ["option_level", "uncovered"],
            ["disclosure", "yes"],
            ["agreement", "no"],
        ],
        "Products": [
            [
                "Product Type", "Symbol", "Class Group", "Product Group", "Product CPM Eligible",
                "CPM Minimum Charge Per Contract", "Market Move Adjustment Factor",
            ],
            ["EQUI", "XYZ", "XYZ", 99.0, "Yes", 0.0, 1.0],
            ["OPTN", "XYZ", "XYZ", 99.0, "Yes", 37.5, 1.0],
            ["OPTN", "IDX", "IDX", 7.0, "Yes", 37.5, 1.0],
            ["Report generated on 11/20/2026", None, None, None, None, None, None],
        ],
        "ProductGroups": [
            ["Product Group", "CPM % Up", "CPM % Down", "Product Group Offset %"],
            [7.0, 10.0, 10.0, 75.0],
            [99.0, 15.0, 15.0, 0.0],
            ["Report generated on 11/20/2026", None, None, None],
        ],
        "PortfolioGroups": [
            ["Portfolio Group", "Portfolio Group Offset %", "Product Group"],
            [1.0, 0.0, 7.0],
            ["Report generated on 11/20/2026", None, None],
        ],
        "Arrays": [
            ["class", "product group", "symbol", "expiry", "cp", "strike", "multiplier",
             "minimum charge", "theo price", *[float(point) for point in range(-5, 6) if point]],
            ["XYZ", "99", "XYZ", None, None, None, 1.0, 0.0, 100.0,
             -15.0, -12.0, -9.0, -6.0, -3.0, 3.0, 6.0, 9.0, 12.0, 15.0],
            ["XYZ", "99", "XYZ", "2027-01-15", "C", 105.0, 100.0, 37.5, 2.6,
             -2.5, -2.3, -1.9, -1.4, -0.8, 1.1, 2.4, 4.1, 6.2, 8.6],
            ["XYZ", "99", "XYZ", "2027-01-15", "P", 95.0, 100.0, 37.5, 2.1,
             9.0, 6.6, 4.4, 2.6, 1.1, -0.8, -1.3, -1.7, -1.9, -2.0],
            ["IDX", "7", "IDX", "2027-03-19", "P", 4800.0, 100.0, 37.5, 120.0,
             260.0, 190.0, 130.0, 78.0, 35.0, -28.0, -50.0, -67.0, -80.0, -90.0],
            ["IDX", "7", "IDX", "2027-03-19", "P", 4500.0, 100.0, 37.5, 62.0,
             135.0, 97.0, 65.0, 38.0, 17.0, -14.0, -25.0, -34.0, -41.0, -46.0],
        ],
        "DatedPositions": [
            ["date", "symbol", "type", "quantity", "strike", "expiration", "price"],
            ["2026-11-19", "XYZ", "stock", 500.0, None, None, 98.0],
            ["2026-11-19", "XYZ", "put", 5.0, 95.0, "2027-01-15", 2.8],
            ["2026-11-19", "USD", "cash", -10000.0, None, None, None],
            ["2026-11-20", "XYZ", "stock", 500.0, None, None, 100.0],
            ["2026-11-20", "XYZ", "put", 5.0, 95.0, "2027-01-15", 2.1],
            ["2026-11-20", "USD", "cash", -10000.0, None, None, None],
        ],
        "DatedMarket": [
            ["date", "symbol", "price"],
            ["2026-11-19", "XYZ", 98.0],
            ["2026-11-20", "XYZ", 100.0],
        ],
    }
)  # fmt: skip
"""The ranges by name, headings first."""
