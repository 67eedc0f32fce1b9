"""An answer is the same whatever was answered before: edits, ticks, orders of both, other rules."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.books import Range
from xlmargin import computing, udfs
from xlmargin.excel import book_reader

NAMES = "symbol type quantity strike expiration price cost account group"
HEADINGS = NAMES.split()
CHANGES = ["tick", "tick", "quantity", "more", "less", "account_type", "as_of"]
SPOTS = {"AAA": 100.0, "BBB": 40.0, "III": 500.0, "JJJ": 50.0}
MARKET: Range = [
    ["symbol", "price", "class", "class_group", "scale", "adv"],
    ["AAA", 100.0, "stock", None, None, 2_000],
    ["BBB", 40.0, "stock", None, None, None],
    ["III", 500.0, "index_high_cap", "III", 1, None],
    ["JJJ", 50.0, "index_high_cap", "III", 0.1, None],
]
FUNCTIONS = (
    udfs.REGT_MAINTENANCE,
    udfs.REGT_INITIAL,
    udfs.REGT_STRATEGIES,
    udfs.MARGIN_COMPARE,
    udfs.PM_REQUIREMENT,
    udfs.PM_RISK_ARRAY,
    udfs.XLM_CHECK,
)


@st.composite
def row(draw: st.DrawFn) -> list[Any]:
    symbol = draw(st.sampled_from(sorted(SPOTS)))
    kind = draw(st.sampled_from(["call", "put"] if symbol in ("III", "JJJ") else ["stock", "call"]))
    quantity = draw(st.integers(-3, 3).filter(bool))
    account = draw(st.sampled_from(["one", "two"]))
    if kind == "stock":
        cost = draw(st.sampled_from([None, 35.0]))
        return [symbol, kind, 100 * quantity, None, None, SPOTS[symbol], cost, account, None]
    strike = SPOTS[symbol] * draw(st.sampled_from([0.9, 1.0, 1.1]))
    expiration = draw(st.sampled_from(["2026-12-18", "2027-01-15"]))
    price = SPOTS[symbol] * draw(st.sampled_from([0.12, 0.13, 0.15]))
    group = draw(st.sampled_from([None, None, "pair"])) if symbol == "BBB" else None
    return [symbol, kind, quantity, strike, expiration, price, None, account, group]


@st.composite
def edit(draw: st.DrawFn) -> tuple[str, int, list[Any], float]:
    """A change of the ranges: a tick, a quantity, a row more, a row less, a setting, or a date."""
    what = draw(
        st.sampled_from(["tick", "tick", "quantity", "more", "less", "account_type", "as_of"])
    )
    return what, draw(st.integers(0, 9)), draw(row()), draw(st.sampled_from([0.98, 1.01]))


def edited(ranges: dict[str, Range], change: tuple[str, int, list[Any], float]) -> dict[str, Range]:
    what, number, new, factor = change
    ranges = deepcopy(ranges)
    rows, market = ranges["positions"], ranges["market"]
    at = 1 + number % (len(rows) - 1)
    if what == "tick":
        own = 1 + number % (len(market) - 1)
        market[own][1] = round(market[own][1] * factor, 2)
        for held in rows[1:]:
            if held[1] == "stock":
                held[5] = next(m[1] for m in market if m[0] == held[0])
    elif what == "quantity":
        rows[at][2] *= 2
    elif what == "more":
        rows.insert(at, new)
    elif what == "less" and len(rows) > 2:
        del rows[at]
    elif what == "account_type":
        ranges["settings"][2][1] = ("margin", "cash", "portfolio")[number % 3]
    elif what == "as_of":
        ranges["settings"][1][1] = ("2026-11-20", "2026-11-23", "2019-08-16")[number % 3]
    return ranges


def test_a_tick_of_the_market_does_not_read_the_positions(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    reader = book_reader.read_positions
    monkeypatch.setattr(
        book_reader, "read_positions", lambda *given: (read.append("positions"), reader(*given))[1]
    )
    computing.forget()
    rows: Range = [HEADINGS, ["BBB", "call", 2, 44.0, "2026-12-18", 1.25, None, "one", None]]
    rows.append(["BBB", "call", -2, 48.0, "2026-12-19", 0.75, None, "one", None])
    day: Range = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.04]]
    checks = []
    for price in (40.0, 40.4, 39.9):
        market: Range = [["symbol", "price"], ["BBB", price]]
        assert udfs.PM_REQUIREMENT(rows, market, day) > 0
        checks.append(udfs.XLM_CHECK(rows, market, day))
    assert read == ["positions"]
    assert checks[0] == checks[1] == checks[2]
    assert any("weekday" in str(line) for line in checks[0])


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(row(), min_size=2, max_size=8),
    changes=st.lists(edit(), min_size=1, max_size=5),
    house=st.sampled_from(["rule", "schwab"]),
)
def test_an_answer_does_not_depend_on_those_before(
    rows: list[list[Any]], changes: list[tuple[str, int, list[Any], float]], house: str
) -> None:
    ranges: dict[str, Range] = {
        "positions": [HEADINGS, *rows],
        "market": MARKET,
        "settings": [
            ["name", "value"],
            ["as_of", "2026-11-20"],
            ["account_type", "margin"],
            ["rate", 0.04],
            ["house", house],
        ],
    }
    made = [ranges]
    for change in changes:
        made.append(edited(made[-1], change))
    computing.forget()
    there = [[function(**one) for function in FUNCTIONS] for one in made]
    back = [[function(**one) for function in FUNCTIONS] for one in reversed(made)]
    assert back == there[::-1]
    for one, answers in zip(made, there, strict=True):
        computing.forget()
        assert [function(**one) for function in FUNCTIONS] == answers
