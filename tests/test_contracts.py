"""The same contract, or not: roots, settlement and what is delivered are part of it.

Rule: FINRA 4210(f)(2)(A)(xxxii)e; Cboe C2 Regulatory Circular RG11-017.
"""

from __future__ import annotations

from typing import Any

import pytest

from xlmargin import udfs

SETTINGS = [
    ["name", "value"],
    ["as_of", "2026-11-20"],
    ["rate", 0.04],
    ["cash", 0],
    ["account_type", "margin"],
]
MARKET = [
    ["symbol", "price", "class"],
    *([symbol, price, "index_high_cap"] for symbol, price in (("SPX", 6000), ("DJX", 600))),
    *([symbol, price, "index_broad"] for symbol, price in (("NDX", 6000), ("RUT", 6000))),
]
HEADINGS = ["symbol", "quantity", "price"]


def answer(function: Any, *rows: list[Any], headings: list[str] = HEADINGS) -> Any:
    return function([headings, *rows], MARKET, SETTINGS)


@pytest.mark.parametrize(
    ("morning", "evening"), [("SPX", "SPXW"), ("NDX", "NDXP"), ("RUT", "RUTW")]
)
def test_a_morning_settled_long_never_covers_an_evening_settled_short(
    morning: str, evening: str
) -> None:
    long, short = f"{morning} 261218P05790000", f"{evening} 261218P05800000"
    held = [long, 1, 58], [short, -1, 61]
    # 15% of 6,000 less 200 out of the money is 700, and its value of 61: 761 x 100
    assert answer(udfs.REGT_MAINTENANCE, *held) == pytest.approx(76_100)
    # the other way round the short dies first: a spread, whose loss is 10 x 100
    held = [f"{evening} 261218P05790000", 1, 58], [f"{morning} 261218P05800000", -1, 61]
    assert answer(udfs.REGT_MAINTENANCE, *held) == pytest.approx(1_000)


def test_two_roots_never_close_each_other_out() -> None:
    held = ["SPXW 261218P05800000", 1, 61], ["SPX 261218P05800000", -1, 60]
    assert answer(udfs.REGT_INITIAL, *held) == pytest.approx(6_100)  # the long is paid in full
    assert answer(udfs.REGT_MAINTENANCE, *held) == 0
    used = answer(udfs.REGT_STRATEGIES, *held)
    assert all("losed out" not in str(row[1]) for row in used)


@pytest.mark.parametrize(
    ("column", "long", "short"),
    [("settlement", "am", "pm"), ("style", "american", "european"), ("multiplier", 100, 10)],
)
def test_terms_part_series_of_one_root(column: str, long: object, short: object) -> None:
    headings = [*HEADINGS, column]
    rows = (["XSP 261218P00580000", 1, 6, long], ["XSP 261218P00580000", -1, 6, short])
    market = [*MARKET, ["XSP", 600, "index_high_cap"]]
    initial = udfs.REGT_INITIAL([headings, *rows], market, SETTINGS)
    assert initial > 0


def test_an_hour_and_a_settlement_say_the_same() -> None:
    headings = ["symbol", "type", "strike", "quantity", "price", "expiration"]
    held = ["SPX", "put", 5790, 1, 58, "2026-12-18 16:00"], ["SPXW", "put", 5800, -1, 61, 46374]
    assert answer(udfs.REGT_MAINTENANCE, *held, headings=headings) == pytest.approx(1_000)


def adjusted(*rows: list[Any], deliverable: str | None = None) -> tuple[float, float, list[Any]]:
    headings = ["symbol", "quantity", "price", "underlying", "deliverable"]
    positions = [headings, *([*row, deliverable] for row in rows)]
    market = [["symbol", "price"], ["AAPL", 300]]
    requirement = udfs.REGT_MAINTENANCE(positions, market, SETTINGS)
    portfolio = udfs.PM_REQUIREMENT(positions, market, SETTINGS)
    return requirement, portfolio, udfs.XLM_CHECK(positions, market, SETTINGS)


def test_an_adjusted_contract_stands_alone_unless_its_deliverable_is_stated() -> None:
    short, long = ["AAPL1 261218C00300000", -1, 8, "AAPL"], ["AAPL 261218C00300000", 1, 8, "AAPL"]
    requirement, portfolio, found = adjusted(short, long)
    assert requirement == pytest.approx(800 + 0.2 * 30_000)  # uncovered
    assert portfolio > 4_000  # its loss 15% up, without the gain of the long
    assert any("adjusted" in str(cell) for row in found for cell in row)


def test_a_trade_of_another_root_opens_and_closes_nothing() -> None:
    held = [HEADINGS, ["SPX 261218P05800000", -1, 60]]
    trades = [HEADINGS, ["SPXW 261218P05800000", 1, 61]]
    after = udfs.MARGIN_WHATIF(held, trades, MARKET, SETTINGS)
    same = udfs.MARGIN_WHATIF(held, [HEADINGS, ["SPX 261218P05800000", 1, 60]], MARKET, SETTINGS)
    initial, closed = (
        {row[0]: row for row in table}["initial requirement"] for table in (after, same)
    )
    assert initial[2] == pytest.approx(6_100)
    assert closed[2] == 0
