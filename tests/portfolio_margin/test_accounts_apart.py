"""Stress and path of several accounts: the total as ever, and below it each account by itself."""

from __future__ import annotations

import pytest

from tests.books import Range
from tests.refusals import assert_refused
from xlmargin import udfs

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account"]
MARKET: Range = [["symbol", "price"], ["XYZ", 100.0], ["ABC", 50.0]]
SETTINGS: Range = [["as_of", "2026-11-20"]]
LONG = ["XYZ", "stock", 100, None, None, 100.0, "one"]
WRITTEN = ["XYZ", "call", -1, 110, "2026-12-18", 2.0, "one"]
CASH = ["USD", "cash", 1_000, None, None, None, "one"]
SHORT = ["ABC", "stock", -100, None, None, 50.0, "two"]
CREDIT = ["USD", "cash", 8_000, None, None, None, "two"]
MOVES = [[-0.1, 0.0]]


def path(*rows: list, settings: Range = SETTINGS) -> Range:
    return udfs.PM_PATH([HEADINGS, *rows], MARKET, settings, None, MOVES)


def stress(*rows: list) -> Range:
    return udfs.PM_STRESS([HEADINGS, *rows], MARKET, SETTINGS, None, [[-0.1, 0.1]], [[-0.5, 0, 1]])


def test_each_account_has_its_own_value_cash_and_requirement() -> None:
    headings, *rows = path(LONG, CASH, SHORT, CREDIT)
    assert headings[-1] == "account"
    assert [row[-1] for row in rows] == ["total", "total", "one", "one", "two", "two"]
    # down 10%: 9,000 of stock and 1,000 of cash, asked 15% of 9,000
    assert rows[2][:4] == pytest.approx([-0.1, 10_000, 1_350, 8_650])
    assert rows[3][:4] == pytest.approx([0.0, 11_000, 1_500, 9_500])
    # 8,000 of cash less 4,500 to buy the short stock back, asked 15% of that
    assert rows[4][:5] == pytest.approx([-0.1, 3_500, 675, 2_825, 675 / 3_500])
    assert rows[0][:5] == pytest.approx([-0.1, 13_500, 2_025, 11_475, 0.15])


def test_an_account_beside_others_is_as_it_is_alone() -> None:
    both = path(LONG, WRITTEN, CASH, SHORT, CREDIT)
    alone = path(LONG, WRITTEN, CASH)
    assert len(alone[0]) == 5
    assert [row[:5] for row in both[3:5]] == [pytest.approx(row) for row in alone[1:]]
    assert [row[:5] for row in both[5:7]] == [pytest.approx(r) for r in path(SHORT, CREDIT)[1:]]


def test_without_cash_that_is_stated_no_account_value_is_known() -> None:
    rows = path(LONG, SHORT, CREDIT)
    assert rows[4][1:] == ["#N/A", pytest.approx(1_500), "#N/A", "#N/A", rows[4][-1]]
    assert rows[2][1] == "#N/A"  # of all accounts
    assert all(isinstance(cell, float) for cell in rows[6][1:5])


def test_a_setting_of_cash_is_a_lone_account_s() -> None:
    settings = [*SETTINGS, ["cash", 500]]
    assert path(LONG, CASH, settings=settings)[2][1] == pytest.approx(11_500)
    refused = path(LONG, SHORT, settings=settings)
    assert_refused(refused, ("settings", 0, "cash"), "account")


def test_stress_has_the_total_and_each_account() -> None:
    headings, *rows = stress(LONG, SHORT)
    assert headings == ["spot move", -0.5, 0.0, 1.0, "account"]
    # 10% of 10,000 and of 5,000 held short, whatever volatility does
    assert [row[2] for row in rows] == pytest.approx([-500, 500, -1_000, 1_000, 500, -500])
    assert [row[-1] for row in rows] == ["total", "total", "one", "one", "two", "two"]


def test_stress_of_an_account_is_as_it_is_alone() -> None:
    rows = stress(LONG, WRITTEN, SHORT)
    assert [row[:4] for row in rows[3:5]] == [pytest.approx(r) for r in stress(LONG, WRITTEN)[1:]]
    added = [
        [a + b for a, b in zip(one[1:4], two[1:4], strict=True)]
        for one, two in zip(rows[3:5], rows[5:7], strict=True)
    ]
    assert [row[1:4] for row in rows[1:3]] == [pytest.approx(row) for row in added]


@pytest.mark.parametrize(
    ("function", "column"),
    [("PM_GROUPS", 3), ("REGT_STRATEGIES", 9), ("PM_CONTRIBUTION", 0), ("PM_RISK_ARRAY", 0)],
)
def test_rows_say_whose_they_are(function: str, column: int) -> None:
    rows = getattr(udfs, function)([HEADINGS, LONG, SHORT], MARKET, SETTINGS, headers=False)
    assert [str(row[column])[:3] for row in rows] == ["one", "two"]


def test_the_risk_array_of_accounts_has_a_row_each() -> None:
    rows = udfs.PM_RISK_ARRAY(
        [HEADINGS, LONG, SHORT], MARKET, SETTINGS, None, "account", None, False
    )
    assert [row[0] for row in rows] == ["one, sum of all positions", "two, sum of all positions"]
    # down 15% first
    assert [row[2] for row in rows] == pytest.approx([-1_500, 750])
