"""Published comparisons of both regimes, through the worksheet functions."""

from __future__ import annotations

from typing import Any

import pytest

from xlmargin import udfs
from xlmargin.validation import source
from xlmargin.validation.ranges import case_ranges

TABLE = source("cboe_2007_regt_vs_pm").cases
ARTICLE = source("seed_article").cases


def ids(case: dict[str, Any]) -> str:
    return case["id"]


def total(case: dict[str, Any], **settings: Any) -> dict[str, Any]:
    rows = udfs.MARGIN_COMPARE(*case_ranges(case, **settings))
    return dict(zip(rows[0], rows[-1], strict=True))


@pytest.mark.parametrize("case", TABLE + ARTICLE, ids=ids)
def test_deposit_is_the_published_call(case: dict[str, Any]) -> None:
    assert total(case)["deposit"] == pytest.approx(case["expected"]["initial_call"], abs=0.01)


@pytest.mark.parametrize("case", TABLE + ARTICLE, ids=ids)
def test_efficiency_on_the_deposit(case: dict[str, Any]) -> None:
    gain = udfs.MARGIN_EFFICIENCY(*case_ranges(case))
    assert gain == pytest.approx(case["expected"]["efficiency_gain"], abs=2e-3)
    assert total(case)["gain %"] == pytest.approx(gain)


@pytest.mark.parametrize("case", [c for c in ARTICLE if "european" not in c["id"]], ids=ids)
def test_maintenance_of_the_article(case: dict[str, Any]) -> None:
    expected = case["expected"]["maintenance_requirement"]
    assert udfs.REGT_MAINTENANCE(*case_ranges(case)) == pytest.approx(expected, abs=0.01)


def test_a_european_put_does_not_lower_maintenance() -> None:
    # 4210(f)(2)(H)(v): options of the reduced rows must be American; 25% of the stock stands
    case = next(c for c in ARTICLE if "european" in c["id"])
    assert udfs.REGT_MAINTENANCE(*case_ranges(case)) == pytest.approx(12_500)


def test_article_stock_on_all_three_bases() -> None:
    stock = next(c for c in ARTICLE if c["id"] == "seed-a-stock")
    gains = {
        basis: udfs.MARGIN_EFFICIENCY(*case_ranges(stock, basis=basis))
        for basis in ("deposit", "initial", "maintenance")
    }
    # 25,000 against 7,500 is 70%; against the 25% maintenance of 12,500 it is 40%
    assert gains == pytest.approx({"deposit": 0.7, "initial": 0.7, "maintenance": 0.4})


def test_rows_of_the_comparison_add_up_to_both_regimes() -> None:
    case = next(c for c in TABLE if c["id"] == "cboe07-spx-protective-put-vs-spy")
    ranges = case_ranges(case)
    rows = udfs.MARGIN_COMPARE(*ranges, None, False)
    *parts, whole = [row[1:6] for row in rows]
    assert [sum(column) for column in zip(*parts, strict=True)] == pytest.approx(whole)
    assert whole[0] == pytest.approx(udfs.REGT_INITIAL(*ranges))
    assert whole[1] == pytest.approx(udfs.REGT_MAINTENANCE(*ranges))
    assert whole[3] == pytest.approx(udfs.PM_REQUIREMENT(*ranges))


def test_both_books_leave_the_same_excess() -> None:
    # strategy-margin.md 1.0: spread short at 7.80, long at 6.40, width 5: 500 or 360; short call at
    # 8 that requires 2,300: 2,300 or 1,500
    positions = [
        ["symbol", "type", "quantity", "strike", "expiration", "price"],
        ["XYZ", "put", -1, 105, "2026-12-18", 7.80],
        ["XYZ", "put", 1, 100, "2026-12-18", 6.40],
        ["ABC", "call", -1, 100, "2026-12-18", 8.00],
        ["DEF", "stock", -100, None, None, 50],
    ]
    market = [["symbol", "price"], ["XYZ", 101], ["ABC", 95], ["DEF", 50]]
    settings = [["name", "value"], ["as_of", "2026-11-20"]]
    rows = udfs.MARGIN_COMPARE([*positions[:3]], market, settings, None, False)
    assert [rows[0][i] for i in (2, 9)] == pytest.approx([500, 500 - 780 + 640])
    call = [positions[0], positions[3]]
    row = udfs.MARGIN_COMPARE(call, market, settings, None, False)[0]
    assert row[2] == pytest.approx(800 + 100 * max(0.20 * 95 - 5, 0.10 * 95))
    assert row[9] == pytest.approx(row[2] - 800)
    short = udfs.MARGIN_COMPARE([positions[0], positions[4]], market, settings, None, False)[0]
    assert short[2] == pytest.approx(0.30 * 5_000)  # 4210(c)(3), without the stock's own value
    assert (short[7], short[8]) == pytest.approx((5_000, 1.30 * 5_000))
