"""A long European box in every answer: what it requires as one figure, what it is worth as another.

Published sample: debit 950, value 1,000, requirement 500, call 450. FINRA 4210(f)(2)(H)(v)e.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import Range
from xlmargin import udfs

POSITIONS: Range = [
    ["symbol", "type", "quantity", "strike", "expiration", "price"],
    ["SPX", "call", 1, 1000, "2026-12-18", 18.0],
    ["SPX", "put", -1, 1000, "2026-12-18", 10.0],
    ["SPX", "put", 1, 1010, "2026-12-18", 16.0],
    ["SPX", "call", -1, 1010, "2026-12-18", 14.5],
    ["USD", "cash", 2_000, None, None, None],
]
MARKET: Range = [["symbol", "price", "class"], ["SPX", 1000, "index_high_cap"]]
SETTINGS: Range = [["as_of", "2026-11-20"], ["account_type", "margin"]]
BOOK = (POSITIONS, MARKET, SETTINGS)


def by_heading(rows: Any) -> list[dict[str, Any]]:
    """Rows by their headings."""
    assert isinstance(rows, list), rows
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_the_requirement_is_half_the_difference() -> None:
    assert udfs.REGT_MAINTENANCE(*BOOK) == pytest.approx(500)
    # the longs in full beside it, before proceeds of 2,450 and the value of 1,000 are applied
    assert udfs.REGT_INITIAL(*BOOK) == pytest.approx(500 + 1_800 + 1_600)


def test_the_account_counts_the_box_and_is_asked_half_of_it() -> None:
    account = {row["figure"]: row["total"] for row in by_heading(udfs.MARGIN_ACCOUNT(*BOOK))}
    assert account["account value"] == pytest.approx(2_000 + 950)
    assert account["value added by long European boxes"] == pytest.approx(1_000)
    assert account["strategy equity"] == pytest.approx(2_000 + 1_000)
    assert account["strategy requirement"] == pytest.approx(500)
    assert account["strategy excess"] == pytest.approx(2_500)
    assert account["Reg T requirement"] == pytest.approx(500)
    assert account["Reg T excess"] == pytest.approx(2_000 + 950 - 450)
    assert account["strategy margin call"] == 0


def test_comparison_and_gains_keep_the_two_figures_apart() -> None:
    row, total = by_heading(udfs.MARGIN_COMPARE(*BOOK))
    for found in (row, total):
        assert found["initial"] == pytest.approx(3_900)
        assert found["maintenance"] == pytest.approx(500)
        assert found["value added"] == pytest.approx(1_000)
        assert found["proceeds"] == pytest.approx(2_450)
        assert found["deposit"] == pytest.approx(450)  # 3,900 less 2,450 less 1,000
        # beside an equity that counts the four options at 950
        assert found["maintenance net liquidation"] == pytest.approx(500 + 950 - 1_000)
    for level in ("underlying", "strategy", "account"):
        *_, total = by_heading(udfs.MARGIN_GAINS(*BOOK, None, level))
        portfolio = total["portfolio requirement"]
        assert (total["maintenance"], total["deposit"]) == pytest.approx((500, 450))
        assert total["gain $ maintenance"] == pytest.approx(500 - portfolio)
        assert total["gain % maintenance"] == pytest.approx(1 - portfolio / 500)


def test_efficiency_on_every_basis() -> None:
    portfolio = udfs.PM_REQUIREMENT(*BOOK)
    for basis, figure in (("maintenance", 500), ("initial", 3_900), ("deposit", 450)):
        settings = [*SETTINGS, ["basis", basis]]
        found = udfs.MARGIN_EFFICIENCY(POSITIONS, MARKET, settings)
        assert found == pytest.approx(1 - portfolio / figure)


def test_the_explanation_reads_the_box() -> None:
    lines = [row[0] for row in udfs.XLM_EXPLAIN(*BOOK, None, "maintenance")]
    text = "\n".join(str(line) for line in lines)
    assert "Long European box: 50% of the strikes' difference 1,000, at which the equity" in text
    assert "-500" not in text


def test_an_ineligible_covered_call_requires_no_less_than_nothing() -> None:
    """100 of a note at 40 require 1,000; the call beside them is worth 1,500 and requires none."""
    rows = [
        POSITIONS[0],
        ["NTE", "stock", 100, None, None, 40.0],
        ["NTE", "call", -1, 40, "2027-12-17", 15.0],
    ]
    book = rows, [["symbol", "price", "class"], ["NTE", 40.0, "etn"]], SETTINGS
    assert udfs.PM_REQUIREMENT(*book) == 0
    tree = {str(row[0]).strip(): row[1] for row in udfs.XLM_EXPLAIN(*book, None, "portfolio")[1:]}
    assert tree["Back to nothing: a requirement is never negative"] == pytest.approx(500)


def test_what_if_and_one_more_count_the_value_in_equity() -> None:
    held = [POSITIONS[0], *POSITIONS[2:]]
    trades = [POSITIONS[0], POSITIONS[1]]
    rows = by_heading(udfs.MARGIN_WHATIF(held, trades, MARKET, SETTINGS))
    found = {row["figure"]: row for row in rows}
    assert found["maintenance requirement"]["after"] == pytest.approx(500)
    before, after = (found["strategy excess"][when] for when in ("before", "after"))
    # uncovered call 14.50 + 150 - 10 out of the money = 154.50, put 10 + 150 = 160 a share, the
    # put spread without loss: 15,450 required; afterwards equity 200 + 1,000 less 500
    assert before == pytest.approx(2_000 - 15_450)
    assert after == pytest.approx(2_000 - 1_800 + 1_000 - 500)
