"""Books that are right in every cell, to be damaged one range at a time.

Dates and prices are such that what a damage makes of them shows in the answer: quantities of more
than a thousand, strikes of more than a thousand, expirations that have one reading and two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.books import Range
from xlmargin import udfs
from xlmargin.excel.worksheet_function import REGISTRY, ArgumentKind

BOOK = ("positions", "market", "settings", "dividends")
BY_DATE = ("MARGIN_HISTORY", "MARGIN_HISTORY_SUMMARY", "MARGIN_CHANGE")
FIGURES = ("PM_REQUIREMENT", "REGT_INITIAL", "REGT_MAINTENANCE")
"""One number each: asked after every damage to a book."""


@dataclass(frozen=True)
class GoodBook:
    """Ranges by the name of the argument that takes them."""

    name: str
    ranges: Mapping[str, Range]
    cells: Mapping[str, Any] = field(default_factory=dict)
    """The other arguments that its functions need."""


POSITIONS: Range = [
    [
        *("symbol", "type", "quantity", "strike", "expiration", "price"),
        *("cost", "multiplier", "style"),
    ],
    ["XYZ", "stock", 1500, None, None, 100.25, 80.5, None, None],
    ["XYZ", "call", -12, 110, "2026-12-18", 2.5, 3.25, 100, "european"],
    ["XYZ", "put", 10, 90, "2026-12-18", 2.0, None, 100, "european"],
    ["ABC", "stock", -1200, None, None, 50.5, 60, None, None],
    ["ABC", "put", -2, 45, "2026-06-05", 1.25, None, None, None],
    ["SPX", "put", 1, 6000, "2026-12-18", 150.5, None, None, "european"],
    ["SPX", "put", -1, 5500, "2026-12-18", 80.25, None, None, "european"],
    ["BRK.B", "stock", 100, None, None, 480, None, None, None],
    ["BRK.B", "call", -1, 500, "2026-12-18", 20.5, None, None, None],
    ["CASH", "cash", 10_000.5, None, None, None, None, None, None],
]
MARKET: Range = [
    ["symbol", "price", "class", "dividend_yield", "rate", "volatility", "marginable"],
    ["XYZ", 100.25, "stock", 0.01, None, None, None],
    ["ABC", 50.5, "stock", None, 0.045, 0.25, None],
    ["SPX", 6500.25, "index_high_cap", 0.012, None, None, None],
    ["BRK.B", 480, "stock", None, None, None, True],
]
SETTINGS: Range = [
    ["name", "value"],
    ["as_of", "2026-01-15"],
    ["rate", 0.04],
    ["cash", 25_000.5],
    ["basis", "deposit"],
    ["account_type", "portfolio"],
]
NO_CASH: Range = [row for row in SETTINGS if row[0] != "cash"]
DIVIDENDS: Range = [
    ["symbol", "ex_date", "amount"],
    ["XYZ", "2026-03-02", 0.5],
    ["XYZ", "2026-08-31", 0.55],
]
ACCOUNTS: Range = [
    [
        *("symbol", "type", "quantity", "strike", "expiration", "volatility", "price"),
        *("account", "group", "underlying", "style"),
    ],
    ["XYZ   261218C00110000", None, -5, None, None, 0.25, None, "First", "hedge", None, "european"],
    ["XYZ", "stock", 1000, None, None, None, None, "First", "hedge", None, None],
    ["XYZ   261218P00090000", "put", 10, 90, 46374, 0.3, None, "First", None, "XYZ", "european"],
    ["XYZ", "call", 3, 120, 46374, 0.2, None, "Second", None, None, "european"],
    ["ABC", "stock", 2000, None, None, None, 50.5, "Second", None, None, None],
    ["ABC", "call", -20, 55, 46192, 0.35, None, "Second", None, None, None],
    ["USD", "cash", 4000.25, None, None, None, None, "Second", None, None, None],
    [None, "cash", -1500, None, None, None, None, "First", None, None, None],
]
TRADES: Range = [
    ["symbol", "type", "quantity", "strike", "expiration", "price", "cost", "fee", "action"],
    ["XYZ", "put", 5, 95, "2026-12-18", 3.5, 3.5, 4.25, "trade"],
    ["XYZ", "call", 6, 110, "2026-12-18", None, 2.55, None, "close"],
    ["ABC", "stock", 1200, None, None, None, 50.75, None, "trade"],
]
CANDIDATES: Range = [
    ["symbol", "type", "quantity", "strike", "expiration", "price", "fee"],
    ["XYZ", "call", 12, 115, "2026-12-18", 1.75, 1.25],
    ["ABC", "stock", 1100, None, None, 50.5, None],
]
ORDERS: Range = [
    ["symbol", "type", "quantity", "strike", "expiration", "price", "fee", "limit"],
    ["XYZ", "put", -5, 95, "2026-12-18", 3.5, 4.25, 400],
    ["ABC", "stock", 1200, None, None, 50.75, None, 2_000],
]
THRESHOLDS: Range = [
    ["figure", "warn", "alert", "direction"],
    ["portfolio cushion", 0.25, 0.1, "below"],
    ["strategy excess", 50_000, 0, None],
    ["largest name share", None, 0.6, "above"],
]
BROKER_FIGURES: Range = [
    ["figure", "amount", "as_of", "source"],
    ["NetLiquidation", 240_000.5, "2026-01-15", "statement"],
    ["MaintMarginReq", 41_000, "2026-01-14", None],
    ["InitMarginReq", 45_100, "2026-01-15", None],
]
ACTIVITY: Range = [
    [
        *("date", "time", "symbol", "type", "quantity", "strike", "expiration", "price", "fee"),
        "mark",
    ],
    ["2026-01-15", "09:45", "XYZ", "put", 5, 95, "2026-12-18", 3.5, 1.25, 3.55],
    ["2026-01-15", "10:30", "ABC", "stock", 1200, None, None, 50.25, None, None],
    ["2026-01-15", "11:15", None, "deposit", 5000, None, None, None, None, None],
    ["2026-01-15", "14:00", "XYZ", "stock", -1500, None, None, 100.5, 2.5, None],
]
FACTS: Range = [
    ["name", "First", "Second"],
    ["status", "applying", "open"],
    ["equity", 125_000, 6_000_000],
    ["monitoring", "full", "full"],
    ["registration", "individual", "trust"],
    ["experience", 5, 12],
    ["option_level", "uncovered", "spreads"],
    ["disclosure", "2026-01-05", "2025-12-18"],
    ["agreement", "yes", "no"],
]


PRODUCTS: Range = [
    ["Product Type", "Symbol", "Class Group", "Product Group", "Product CPM Eligible"],
    ["EQUI", "XYZ", "XYZ", 99, "Yes"],
    ["OPTN", "XYZ", "XYZ", 99, "Yes"],
]
ARRAY_POSITIONS: Range = [
    ["symbol", "type", "quantity", "strike", "expiration", "price"],
    ["XYZ", "stock", 1500, None, None, 100.25],
    ["XYZ", "call", -12, 110, "2026-12-18", 2.5],
    ["XYZ", "put", 10, 110, "2026-12-18", 12.0],
]
ARRAYS: Range = [
    [
        *("Class Group", "Product Group", "Symbol", "Expiration", "C/P", "Strike", "Multiplier"),
        *("Minimum Charge", *(f"PL {point}" for point in range(1, 11))),
    ],
    ["XYZ", 99, "XYZ", None, None, None, 1, 0, -15, -12, -9, -6, -3, 3, 6, 9, 12, 15],
    [
        *("XYZ", 99, "XYZ", "2026-12-18", "C", 110, 100, 37.5),
        *(-225, -205, -176, -134, -76, 96, 215, 355, 518, 701),
    ],
    [
        *("XYZ", 99, "XYZ", "2026-12-18", "P", 110, 100, 37.5),
        *(1275, 995, 724, 466, 224, -204, -385, -545, -682, -799),
    ],
]
PRODUCT_GROUPS: Range = [
    ["Product Group", "CPM % Up", "CPM % Down", "Product Group Offset %"],
    [5, 6.0, 8.0, 90.0],
    [99, 15.0, 15.0, 0.0],
]
PORTFOLIO_GROUPS: Range = [
    ["Portfolio Group", "Portfolio Group Offset %", "Product Group"],
    [1, 50.0, 5],
]


def _dated(rows: Range, first: str, second: str) -> Range:
    """The same rows on two days."""
    return [
        ["date", *rows[0]],
        *([first, *row] for row in rows[1:]),
        *([second, *row] for row in rows[1:]),
    ]


_PART = [POSITIONS[0], *POSITIONS[1:5], POSITIONS[10]]
BOOKS = (
    GoodBook("one account", dict(zip(BOOK, (POSITIONS, MARKET, SETTINGS, DIVIDENDS), strict=True))),
    GoodBook(
        "accounts",
        dict(zip(BOOK, (ACCOUNTS, MARKET[:3], NO_CASH, DIVIDENDS), strict=True)),
    ),
    GoodBook(
        "orders",
        {
            **dict(zip(BOOK, (_PART, MARKET[:3], SETTINGS, DIVIDENDS), strict=True)),
            "trades": TRADES,
            "candidates": CANDIDATES,
            "activity": ACTIVITY,
            "broker_figures": BROKER_FIGURES,
            "thresholds": THRESHOLDS,
            "orders": ORDERS,
        },
    ),
    GoodBook(
        "days",
        {
            "positions": _dated(_PART[:3], "2026-01-14", "2026-01-15"),
            "market": _dated(MARKET[:2], "2026-01-14", "2026-01-15"),
            "settings": [["name", "value"], ["rate", 0.04]],
            "dividends": DIVIDENDS,
        },
    ),
    GoodBook(
        "options",
        {"dividends": [row[1:] for row in DIVIDENDS]},
        {
            "type_": [["call"], ["put"]],
            "spot": 100.25,
            "strike": [[95], [1050]],
            "expiration": [["2026-12-18"], [46192]],
            "as_of": "2026-01-15",
            "volatility": 0.25,
            "price": [[11.5], [949.75]],
            "rate": 0.04,
        },
    ),
    GoodBook(
        "reports",
        {
            "products": PRODUCTS,
            "product_groups": PRODUCT_GROUPS,
            "portfolio_groups": PORTFOLIO_GROUPS,
            "groups": PRODUCT_GROUPS,
        },
        {"name": "product_group_offset", "as_of": "2026-01-15"},
    ),
    GoodBook(
        "arrays",
        {"positions": ARRAY_POSITIONS, "arrays": ARRAYS, "groups": PRODUCT_GROUPS},
    ),
    GoodBook("facts", {"facts": FACTS, "settings": [["name", "value"], ["as_of", "2026-01-15"]]}),
)


def ranges_of(function: str) -> tuple[str, ...]:
    """The arguments of a worksheet function that are ranges."""
    return tuple(a.name for a in REGISTRY[function].arguments if a.kind is ArgumentKind.RANGE)


def functions_on(book: GoodBook, range_: str) -> tuple[str, ...]:
    """The functions that take this range of the book, and whose other ranges the book has.

    A book with orders is for the functions of orders, the dated one for those that go by date.
    What XLM_CHECK says is asked for beside all of them.
    """
    own = set(book.ranges) - set(BOOK)
    return tuple(
        name
        for name in REGISTRY
        if range_ in (taken := ranges_of(name))
        and set(taken) <= set(book.ranges)
        and ("positions" in taken) == ("positions" in book.ranges)
        and (name in BY_DATE) == (book.name == "days")
        and bool(own) == bool(own & set(taken))
        and name != "XLM_CHECK"
    )


def answers_to(name: str, book: GoodBook, ranges: Mapping[str, Range]) -> Any:
    """What a worksheet function answers to these ranges, and to the other cells of the book."""
    given = {**book.cells, **ranges}
    taken = [a.name for a in REGISTRY[name].arguments if a.name in given]
    return getattr(udfs, name)(**{each: given[each] for each in taken})
