"""Calls that every host must answer alike: the function, and its arguments as ranges or values.

A `Range` is a selection of cells, LEFT_OUT an optional argument that is not given, anything else a
value typed into the formula.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Range:
    """A selection of cells, row by row; "" is an empty cell, "#N/A" an error."""

    rows: list[list[object]]


LEFT_OUT = "<left out>"
EMPTY = Range([[""]])

SETTINGS = Range([["as_of", dt.date(2026, 1, 15)], ["rate", 0.04], ["cash", Decimal("12.5")]])
POSITIONS = Range(
    [
        ["Symbol", "Type", "Qty", "Strike", "Exp. Date", "Mark", "notes"],
        ["XYZ", "stock", 100, "", "", Decimal("100.25"), True],
        ["", "", "", "", "", "", ""],
        ["XYZ", "put", -1, 95, dt.datetime(2026, 12, 18), 2.5, "#N/A"],
        ["XYZ   261218C00500000", "", 2, "", "", 3, ""],
    ]
)
WRONG = Range(
    [
        ["symbol", "type", "quantity", "strike", "expiration", "price"],
        ["XYZ", "putt", "#N/A", 95, 46374, "12,5"],
        ["#REF!", True, 1, "#SPILL!", dt.date(2020, 1, 17), dt.date(2026, 1, 16)],
    ]
)
MARKET = Range([["symbol", "price", "class"], ["xyz", 100.25, "stock"]])

CALLS: list[tuple[str, list[object]]] = [
    ("SAMPLE_VALUE", [POSITIONS, MARKET, SETTINGS]),
    ("SAMPLE_VALUE", [POSITIONS, LEFT_OUT, SETTINGS]),
    ("SAMPLE_VALUE", [POSITIONS, EMPTY, SETTINGS, EMPTY]),
    ("SAMPLE_VALUE", [POSITIONS]),
    ("SAMPLE_VALUE", [EMPTY, MARKET, SETTINGS]),
    ("SAMPLE_VALUE", [WRONG, MARKET, SETTINGS]),
    ("SAMPLE_VALUE", [1.0, MARKET, SETTINGS]),
    ("SAMPLE_VALUE", ["positions", MARKET, SETTINGS]),
    ("SAMPLE_TABLE", [POSITIONS, MARKET, SETTINGS]),
    ("SAMPLE_TABLE", [POSITIONS, MARKET, SETTINGS, LEFT_OUT]),
    ("SAMPLE_TABLE", [POSITIONS, MARKET, SETTINGS, False]),
    ("SAMPLE_TABLE", [POSITIONS, MARKET, SETTINGS, 0.0]),
    ("SAMPLE_TABLE", [POSITIONS, MARKET, SETTINGS, EMPTY]),
    ("SAMPLE_TABLE", [POSITIONS, MARKET, SETTINGS, Range([[False]])]),
    ("SAMPLE_TABLE", [POSITIONS, MARKET, SETTINGS, "perhaps"]),
    ("SAMPLE_CHECK", [WRONG, MARKET, SETTINGS]),
    ("SAMPLE_CHECK", [POSITIONS, MARKET, SETTINGS]),
    ("SAMPLE_VALUES", [Range([[1, "", "#N/A"], [True, "a ", dt.date(2026, 1, 15)]])]),
    ("SAMPLE_VALUES", [Range([[1], [2]])]),
    ("SAMPLE_VALUES", [Range([[3]])]),
    ("SAMPLE_VALUES", [EMPTY]),
    ("SAMPLE_VALUES", [4.0]),
    ("SAMPLE_VALUES", ["text"]),
    ("SAMPLE_SCALARS", []),
    ("SAMPLE_SCALARS", [LEFT_OUT, LEFT_OUT, LEFT_OUT, LEFT_OUT]),
    ("SAMPLE_SCALARS", [EMPTY, EMPTY, EMPTY, EMPTY]),
    ("SAMPLE_SCALARS", ["", "", "", ""]),
    ("SAMPLE_SCALARS", ["a", 1.5, 46037.0, True]),
    ("SAMPLE_SCALARS", [Range([["a"]]), Range([[2]]), Range([[dt.date(2026, 1, 15)]]), EMPTY]),
    ("SAMPLE_SCALARS", [Range([["#REF!"]])]),
    ("SAMPLE_SCALARS", ["a", "1,5"]),
    ("SAMPLE_SCALARS", ["a", Range([[1, 2]])]),
    ("SAMPLE_SCALARS", ["a", Range([[1], [2]])]),
    *[("SAMPLE_ODD", [float(which)]) for which in range(7)],
]
