"""What portfolio margin does not cover, and what takes the range of an index, by the rule."""

import pytest

from tests.books import Range
from xlmargin import udfs

HEADINGS = ["symbol", "type", "quantity", "price", "strike", "expiration"]
MARKET = ["symbol", "price", "class", "leverage", "class_group", "marginable"]


def required(rows: Range, market: Range, as_of: str = "2026-11-20") -> float:
    settings = [["name", "value"], ["as_of", as_of], ["rate", 0]]
    return udfs.PM_REQUIREMENT([HEADINGS, *rows], [MARKET, *market], settings)


@pytest.mark.parametrize(
    ("as_of", "quantity", "expected"),
    [
        ("2019-08-15", -1_000, 6_000),  # 15% as an equity
        ("2019-08-16", -1_000, 12_000),  # RN 19-21: 30%, strategy-based
        ("2019-08-16", 1_000, 10_000),  # 25%
        ("2019-08-15", 1_000, 6_000),
    ],
)
def test_notes_are_outside_from_the_notice_on(as_of: str, quantity: int, expected: int) -> None:
    market: Range = [["VXX", 40, "etn", 1, None, None]]
    assert required([["VXX", "stock", quantity, 40, None, None]], market, as_of) == pytest.approx(
        expected
    )


def test_short_calls_on_a_note_beside_an_equity_that_counts_them() -> None:
    # 20% of 40,000 less 10,000 out of the money is under 10%: 4,000, beside the value of 1,500
    market: Range = [["VXX", 40, "etn", 1, None, None]]
    rows: Range = [["VXX", "call", -10, 1.50, 50, "2026-12-18"]]
    assert required(rows, market) == pytest.approx(4_000)


@pytest.mark.parametrize(
    ("quantity", "price", "expected"),
    [(1_000, 40, 40_000), (-1_000, 40, 20_000), (-1_000, 3, 1_500)],
)
def test_equity_that_is_no_margin_security(quantity: int, price: int, expected: int) -> None:
    market: Range = [["XYZ", price, "stock", 1, None, False]]  # (g)(7)(E)
    rows: Range = [["XYZ", "stock", quantity, price, None, None]]
    assert required(rows, market) == pytest.approx(expected)
    settings = [["name", "value"], ["as_of", "2026-11-20"]]
    tree = udfs.XLM_EXPLAIN([HEADINGS, *rows], [MARKET, *market], settings)
    assert tree[1][1] == pytest.approx(expected)
    assert (quantity > 0) or any("(g)(7)(E)" in str(row[3]) for row in tree)


def test_a_fund_takes_the_range_of_its_index_where_it_is_filed_with_it() -> None:
    shares: Range = [["SPY", "stock", 100, 500, None, None]]
    alone: Range = [["SPY", 500, "etf_broad", 1, "SPY", None]]
    filed: Range = [["SPY", 500, "etf_broad", 1, "SPX", None]]
    assert required(shares, alone) == pytest.approx(0.15 * 50_000)
    assert required(shares, filed) == pytest.approx(0.08 * 50_000)
    leveraged: Range = [["UPRO", 100, "etf_broad", 3, "SPX", None]]
    rows: Range = [["UPRO", "stock", -100, 100, None, None]]
    assert required(rows, leveraged) == pytest.approx(3 * 0.06 * 10_000)
