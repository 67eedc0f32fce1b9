"""A house's own rates and moves for a symbol: figures by hand, the greater of house and rule."""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import Range
from tests.refusals import assert_refused
from xlmargin import udfs

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price"]
SETTINGS: Range = [["as_of", "2026-11-20"]]
LONG = ["XYZ", "stock", 100, None, None, 50.0]
SHORT = ["XYZ", "stock", -100, None, None, 50.0]
PUT = ["XYZ", "put", 1, 30, "2026-12-18", 0.15]
CALL = ["XYZ", "call", -1, 55, "2026-12-18", 1.5]


def market(**columns: Any) -> Range:
    """XYZ at 50 with these columns."""
    return [["symbol", "price", *columns], ["XYZ", 50.0, *columns.values()]]


def by_strategy(*rows: list[Any], **columns: Any) -> tuple[Any, Any]:
    """Initial and maintenance requirement."""
    book = [HEADINGS, *rows], market(**columns), SETTINGS
    return udfs.REGT_INITIAL(*book), udfs.REGT_MAINTENANCE(*book)


@pytest.mark.parametrize(
    ("rows", "columns", "initial", "maintenance"),
    [
        ([LONG], {"maintenance_rate": 0.40}, 2_500, 2_000),
        ([LONG], {"maintenance_rate": "60%"}, 3_000, 3_000),  # initial never below maintenance
        ([LONG], {"initial_rate": 0.60}, 3_000, 1_250),
        ([SHORT], {"maintenance_rate": 0.40}, 7_500, 2_000),
        ([SHORT], {"initial_rate": 0.60}, 8_000, 1_500),
        ([SHORT], {"maintenance_rate": 0.28}, 7_500, 1_500),  # the rule's 30% is greater
        # a share after leverage, not multiplied by it: 80% of 5,000 beside the rule's 75%
        ([LONG], {"class": "etf_broad", "leverage": 3, "maintenance_rate": 0.80}, 4_000, 4_000),
        # 10% of 3,000 and 2,000 out of the money is 2,300, capped by the stock's own 40%
        ([LONG, PUT], {"maintenance_rate": 0.40}, 2_515, 2_000),
        # 25% of 5,000 at the strike of 55 becomes 40%; the call asks nothing
        ([LONG, CALL], {"maintenance_rate": 0.40}, 2_500, 2_000),
        # the options keep the rule's 20%, unless they have a rate of their own
        ([CALL], {"maintenance_rate": 0.40}, 650, 650),
        ([CALL], {"option_rate": 0.30}, 150 + 1_500 - 500, 150 + 1_500 - 500),
        # twice the rule's 20% is 40%; a house's 45% is not doubled
        (
            [CALL],
            {"class": "etf_narrow", "leverage": 2, "option_rate": 0.45},
            150 + 2_250 - 500,
            150 + 2_250 - 500,
        ),
    ],
)
def test_strategy_based(
    rows: list[list[Any]], columns: dict[str, Any], initial: float, maintenance: float
) -> None:
    assert by_strategy(*rows, **columns) == pytest.approx((initial, maintenance))


@pytest.mark.parametrize(
    ("row", "columns", "expected"),
    [
        (LONG, {"house_move_down": 0.25}, 1_250),
        (LONG, {"house_move_up": 0.40}, 750),
        (SHORT, {"house_move_up": 0.40}, 2_000),
        (LONG, {"house_move_down": "25%", "house_move_up": "40%"}, 1_250),
        # an inverse fund's own moves: it falls where its index rises
        (LONG, {"class": "etf_broad", "leverage": -2, "house_move_down": 0.50}, 2_500),
    ],
)
def test_portfolio_margin(row: list[Any], columns: dict[str, Any], expected: float) -> None:
    found = udfs.PM_REQUIREMENT([HEADINGS, row], market(**columns), SETTINGS)
    assert found == pytest.approx(expected)


def test_all_ten_points_scale() -> None:
    columns = {"house_move_down": 0.25, "house_move_up": 0.40}
    rows = udfs.PM_RISK_ARRAY([HEADINGS, LONG], market(**columns), SETTINGS)
    moves = [-0.25, -0.20, -0.15, -0.10, -0.05, 0.08, 0.16, 0.24, 0.32, 0.40]
    assert rows[0][2:] == pytest.approx(moves)
    assert rows[1][2:] == pytest.approx([5_000 * move for move in moves])


@pytest.mark.parametrize(
    ("columns", "column", "least"),
    [
        ({"maintenance_rate": 0.20}, "maintenance_rate", "0.25 or more"),
        ({"initial_rate": 0.40}, "initial_rate", "0.5 or more"),
        ({"option_rate": 0.15}, "option_rate", "0.2 or more"),
        (
            {"class": "etf_broad", "leverage": 3, "maintenance_rate": 0.50},
            "maintenance_rate",
            "0.75 or more",
        ),
        ({"maintenance_rate": 40}, "maintenance_rate", "fraction"),
        ({"house_move_down": 1.5}, "house_move_down", "down at most 1"),
    ],
)
def test_a_rate_below_the_rule_is_refused_by_name(
    columns: dict[str, Any], column: str, least: str
) -> None:
    for answer in by_strategy(LONG, **columns):
        assert_refused(answer, ("market", 2, column), least)


@pytest.mark.parametrize(
    ("columns", "column", "least"),
    [
        ({"house_move_down": 0.10}, "house_move_down", "0.15 or more"),
        ({"house_move_up": 0.10}, "house_move_up", "0.15 or more"),
        (
            {"class": "etf_broad", "leverage": -3, "house_move_up": 0.40},
            "house_move_up",
            "0.45 or more",
        ),
    ],
)
def test_a_move_within_the_rule_s_is_refused_by_name(
    columns: dict[str, Any], column: str, least: str
) -> None:
    answer = udfs.PM_REQUIREMENT([HEADINGS, LONG], market(**columns), SETTINGS)
    assert_refused(answer, ("market", 2, column), least)


def test_the_account_shows_the_rule_alone_beside_the_house() -> None:
    rows = [HEADINGS, LONG, ["USD", "cash", 0, None, None, None]]
    columns = {"maintenance_rate": 0.40, "house_move_down": 0.25}
    found = udfs.MARGIN_ACCOUNT(rows, market(**columns), SETTINGS)
    account = {row[0]: row[2] for row in found[1:]}
    assert account["strategy requirement"] == pytest.approx(2_000)
    assert account["strategy requirement, rule alone"] == pytest.approx(1_250)
    assert account["portfolio requirement"] == pytest.approx(1_250)
    assert account["portfolio requirement, rule alone"] == pytest.approx(750)


def test_a_house_profile_and_a_rate_of_the_symbol_take_the_greater() -> None:
    settings = [*SETTINGS, ["house", "tastytrade_calm"]]
    for move, expected in ((0.16, 1_000), (0.30, 1_500)):
        rows = [HEADINGS, LONG], market(house_move_down=move), settings
        assert udfs.PM_REQUIREMENT(*rows) == pytest.approx(expected)
