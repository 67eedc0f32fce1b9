"""A live sheet: the underlying ticks, the options' marks stay where they were taken."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reading import ranges_of
from xlmargin import udfs
from xlmargin.errors import Severity
from xlmargin.excel.range_checks import problems_of

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "volatility",
            "mark_spot"]  # fmt: skip
SETTINGS = [["as_of", "2026-11-20"], ["rate", 0.04], ["cash", 0.0]]
DAYS = ["2026-12-04", "2026-12-18", "2027-03-19", "2027-11-19"]


def market(spot: float) -> list[list[Any]]:
    return [["symbol", "price", "dividend_yield"], ["XYZ", spot, 0.01]]


def model(kind: str, strike: int, day: str, volatility: float, spot: float) -> float:
    terms = (volatility, 0.04, 0.01)
    return udfs.OPT_PRICE(kind, spot, strike, day, "2026-11-20", *terms)


options = st.tuples(
    st.sampled_from(["call", "put"]),
    st.sampled_from([-5, -1, 1, 3]),
    st.integers(80, 120),
    st.sampled_from(DAYS),
    st.floats(0.25, 0.8),
)


@settings(max_examples=40, deadline=None)
@given(
    held=st.lists(options, min_size=1, max_size=6, unique_by=lambda o: (o[0], o[2], o[3])),
    shares=st.sampled_from([-300, 0, 200]),
    tick=st.floats(-0.05, 0.05),
)
def test_the_requirement_changes_as_the_model_says(
    held: list[tuple[str, int, int, str, float]], shares: int, tick: float
) -> None:
    """Marks taken at 100, the spot up to 5% on: as with the same volatilities stated outright."""
    spot = 100.0 * (1.0 + tick)
    stock = [["XYZ", "stock", shares, None, None, spot, None, None]] if shares else []
    live, twin = [HEADINGS, *stock], [HEADINGS, *stock]
    for kind, quantity, strike, day, volatility in held:
        mark = model(kind, strike, day, volatility, 100.0)
        if mark < model(kind, strike, day, 0.001, 100.0) + 0.01:
            continue  # worth no more than its parity, it says no volatility
        live.append(["XYZ", kind, quantity, strike, day, mark, None, 100.0])
        twin.append(["XYZ", kind, quantity, strike, day, None, volatility, None])
    if len(live) == 1:
        return
    found = udfs.PM_REQUIREMENT(live, market(spot), SETTINGS)
    assert found == pytest.approx(udfs.PM_REQUIREMENT(twin, market(spot), SETTINGS), abs=0.05)
    worth, other = (
        dict(zip((r[0] for r in table), (r[2] for r in table), strict=True))
        for table in (udfs.MARGIN_ACCOUNT(rows, market(spot), PORTFOLIO) for rows in (live, twin))
    )
    assert worth["portfolio equity"] == pytest.approx(other["portfolio equity"], abs=0.05)


PORTFOLIO = [*SETTINGS, ["account_type", "portfolio"]]


@settings(max_examples=40, deadline=None)
@given(
    held=st.lists(options, min_size=1, max_size=6),
    tick=st.floats(-0.05, 0.05),
    below=st.lists(st.floats(0.0, 0.3), min_size=6, max_size=6),
)
def test_no_tick_refuses_a_book_of_real_quotes(
    held: list[tuple[str, int, int, str, float]], tick: float, below: list[float]
) -> None:
    """Marks in whole cents, some a little below parity: as they were when they were taken."""
    rows = [HEADINGS]
    for (kind, quantity, strike, day, volatility), less in zip(held, below, strict=False):
        mark = model(kind, strike, day, volatility, 100.0)
        intrinsic = max(0.0, 100.0 - strike if kind == "call" else strike - 100.0)
        mark = round(max(intrinsic - less, 0.01) if mark - intrinsic < 0.05 else mark, 2)
        rows.append(["XYZ", kind, quantity, strike, day, mark, None, 100.0])
    spots = 100.0 * (1.0 + tick * np.linspace(0.0, 1.0, 5))
    amounts = [udfs.PM_REQUIREMENT(rows, market(spot), SETTINGS) for spot in spots.tolist()]
    assert all(isinstance(amount, float) for amount in amounts), amounts
    assert all(isinstance(udfs.REGT_MAINTENANCE(rows, market(s), SETTINGS), float) for s in spots)


def told(spot: float, *rows: list[Any]) -> list[tuple[Severity, int, str, str]]:
    ranges = ranges_of([HEADINGS, *rows], market(spot), SETTINGS)
    return [(p.severity, p.row, p.column, p.wanted) for p in problems_of(ranges) if p.row == 2]


DEEP = ["XYZ", "call", -10, 90.0, "2026-12-18", 11.20, None]
"""11.20 at 100: at 100.5 it says another volatility, at 101.1 none (11.37 is the least)."""


def test_without_it_what_contradicts_is_told() -> None:
    assert told(100.0, [*DEEP, None]) == []
    ((severity, _, column, wanted),) = told(101.1, [*DEEP, None])  # within half a per cent of spot
    assert (severity, column) == (Severity.WARNING, "price")
    ((severity, _, column, wanted),) = told(103.0, [*DEEP, None])
    assert (severity, column) == (Severity.ERROR, "price")
    assert all(word in wanted for word in ("below", "stale", "contract", "cents"))
    for spot in (100.0, 101.1, 103.0, 105.0, 95.0):
        assert not [t for t in told(spot, [*DEEP, 100.0]) if t[0] is Severity.ERROR]


def test_far_apart_is_a_warning_and_very_far_an_error() -> None:
    for spot, severity in ((112.0, Severity.WARNING), (140.0, Severity.ERROR)):
        found = {t[0] for t in told(spot, [*DEEP, 100.0]) if t[2] == "mark_spot"}
        assert found - {Severity.NOTE} == {severity}


def test_an_order_on_what_is_held_has_its_mark_where_that_was_taken() -> None:
    """Five of ten calls bought back at a live spot: half of the requirement is left."""
    held = [HEADINGS, [*DEEP, 100.0], ["USD", "cash", 50_000, *[None] * 5]]
    trades = [HEADINGS, ["XYZ", "call", 5, 90.0, "2026-12-18", 14.0, None, None]]
    answer = udfs.MARGIN_WHATIF(held, trades, market(103.0), SETTINGS[:2])
    before, after = next(row[1:3] for row in answer if row[0] == "portfolio requirement")
    assert after == pytest.approx(before / 2)


def test_half_the_quoted_spread_is_a_tolerance_too() -> None:
    """A call of 80 marked 19.40, 0.88 below its least value of 20.28: the quote is 2 wide."""
    headings = [*HEADINGS[:5], "bid", "ask"]
    for ask, answers in ((20.4, True), (19.9, False)):
        bid = 2 * 19.4 - ask
        rows = [headings, ["XYZ", "call", -1, 80.0, "2026-12-18", bid, ask]]
        found = udfs.PM_REQUIREMENT(rows, market(100.0), [*SETTINGS[:2]])
        assert isinstance(found, float) is answers, found
    stated = [*SETTINGS[:2], ["parity_tolerance", 0.001]]  # the user's own is all there is
    rows = [headings, ["XYZ", "call", -1, 80.0, "2026-12-18", 18.4, 20.4]]
    assert udfs.PM_REQUIREMENT(rows, market(100.0), stated).startswith("#XLM! positions, row 2")


def test_a_price_above_what_an_option_can_be_worth_says_by_how_much() -> None:
    rows = [HEADINGS, ["XYZ", "call", -1, 90.0, "2026-12-18", 1120.0, None, None]]
    answer = udfs.PM_REQUIREMENT(rows, market(100.0), SETTINGS)
    assert "1,020.0000 above" in answer
    assert "per contract" in answer


def test_a_mark_moved_far_is_noted() -> None:
    """11.20 at 100 is about 14 at 103: portfolio margin counts that, Reg T's book 11.20."""
    assert [t[0] for t in told(100.1, [*DEEP, 100.0])] == []
    assert [t[:3] for t in told(103.0, [*DEEP, 100.0])] == [(Severity.NOTE, 2, "mark_spot")]


def test_without_a_market_the_price_at_the_marks_is_the_price() -> None:
    rows = [HEADINGS, [*DEEP, 100.0], ["XYZ", "put", 1, 90.0, "2026-12-18", 0.8, None, 100.0]]
    found = udfs.PM_REQUIREMENT(rows, None, SETTINGS)
    assert found == udfs.PM_REQUIREMENT(rows, [["symbol", "price"], ["XYZ", 100.0]], SETTINGS)
    rows[2][-1] = 101.0
    assert "wanted its price" in udfs.PM_REQUIREMENT(rows, None, SETTINGS)
