"""The small book on which every function is explained, as ranges with their headings.

A share hedged with a collar, an index put spread, and cash; the prices are invented. The ranges
have the names of the workbooks' tables, so that a formula can be copied into one of these.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

Cell = str | float | bool | None
"""What is typed into a cell of a range; None where it is empty."""

Rows = list[list[Cell]]

AS_OF: Final = dt.date(2026, 11, 20)
"""The day of the example, and of the rules that the page shows."""

EXAMPLE_BOOK: Final[Mapping[str, Rows]] = MappingProxyType(
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
        "Candidates": [
            ["symbol", "type", "strike", "expiration", "price"],
            ["XYZ", "put", 100.0, "2027-01-15", 4.1],
            ["IDX", "call", 5100.0, "2027-03-19", 190.0],
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
