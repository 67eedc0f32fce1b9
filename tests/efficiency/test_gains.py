"""Gains by underlying, strategy and account, against amounts worked out by hand from the rules."""

from __future__ import annotations

import pytest

from tests.books import Range
from tests.refusals import assert_refused
from xlmargin import udfs
from xlmargin.samples import family_office_book

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account"]
SETTINGS: Range = [["as_of", "2026-11-20"]]
LEVELS = ["underlying", "strategy", "account"]
FIGURES = ["initial", "maintenance", "deposit", "portfolio requirement"]
DOLLARS = [*FIGURES, *(f"gain $ {b}" for b in ("deposit", "initial", "maintenance"))]

SHARES = ["XYZ", "stock", 200, None, None, 100.0, "one"]
WRITTEN = ["XYZ", "call", -1, 110, "2026-12-18", 2.0, "one"]
OTHER = ["ABC", "stock", 100, None, None, 50.0, "one"]
SHORT_STOCK = ["ABC", "stock", -100, None, None, 50.0, "two"]
CASH_ONLY = ["USD", "cash", 1_000, None, None, None, "three"]
TWO_ACCOUNTS = [HEADINGS, SHARES, SHORT_STOCK, WRITTEN, OTHER]


def gains(positions: Range, level: str = "underlying", **settings: object) -> list[dict]:
    rows = udfs.MARGIN_GAINS(
        positions, None, [*SETTINGS, *map(list, settings.items())], None, level
    )
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def only(rows: list[dict], name: str, account: str = "one") -> dict:
    found = [row for row in rows if (row["name"], row["account"]) == (name, account)]
    assert len(found) == 1
    return found[0]


def test_a_strategy_has_its_part_of_each_position() -> None:
    # 100 of the 200 shares cover the call: 50% and 25% of 10,000 and no more for the call, of which
    # 200 were received; the other 100 shares stand alone
    rows = gains([HEADINGS, SHARES, WRITTEN], "strategy")
    covered, alone, total = rows
    assert [row["name"] for row in rows] == ["Covered call", "Long stock", "total"]
    assert [alone[f] for f in FIGURES[:3]] == pytest.approx([5_000, 2_500, 5_000])
    assert [covered[f] for f in FIGURES[:3]] == pytest.approx([5_000, 2_500, 4_800])
    assert [total[f] for f in FIGURES[:3]] == pytest.approx([10_000, 5_000, 9_800])
    # each hundred loses 15% of 10,000; the call gains nearly all of its 200 at that point
    assert alone["portfolio requirement"] == pytest.approx(1_500)
    assert 1_300 < covered["portfolio requirement"] < 1_320


def test_gains_on_each_basis_of_stock_alone() -> None:
    # 5,000 of stock: 2,500 initially, 1,250 maintained, 750 at 15%
    row = gains([HEADINGS, OTHER], basis="maintenance")[0]
    assert (row["name"], row["account"]) == ("ABC", "one")
    assert [row[f] for f in DOLLARS] == [2_500, 1_250, 2_500, 750, 1_750, 1_750, 500]
    shares = [row[f"gain % {b}"] for b in ("deposit", "initial", "maintenance")]
    assert shares == pytest.approx([0.7, 0.7, 0.4])
    assert row["capital released"] == 500


@pytest.mark.parametrize("basis", ["deposit", "initial", "maintenance"])
def test_capital_is_released_on_the_basis_of_the_settings(basis: str) -> None:
    for row in gains(TWO_ACCOUNTS, "strategy", basis=basis):
        assert row["capital released"] == row[f"gain $ {basis}"]


def test_accounts_have_a_row_each_and_do_not_meet() -> None:
    # 100 shares long in one account and short in the other: each stands alone in its own.
    # Short: 150% initially, of which 5,000 was received; 30% maintained; 15% of portfolio margin
    rows = gains([*TWO_ACCOUNTS, CASH_ONLY], "account")
    assert [row["name"] for row in rows] == ["one", "two", "three", "total"]
    two = only(rows, "two", "two")
    assert [two[f] for f in FIGURES] == pytest.approx([7_500, 1_500, 2_500, 750])
    nothing = only(rows, "three", "three")
    assert [nothing[f] for f in DOLLARS] == [0] * len(DOLLARS)
    assert nothing["gain % initial"] == "#N/A"


def test_rows_of_an_account_follow_one_another() -> None:
    rows = gains(TWO_ACCOUNTS)
    named = [(row["account"], row["name"]) for row in rows]
    assert named == [("one", "XYZ"), ("one", "ABC"), ("two", "ABC"), ("total", "total")]


def test_a_gain_over_nothing_has_no_value() -> None:
    # a debit put spread is asked nothing to be maintained, and 500 less 200 a pair initially
    spread = [
        ["XYZ", "put", 1, 100, "2026-12-18", 5.0, "one"],
        ["XYZ", "put", -1, 95, "2026-12-18", 2.0, "one"],
        ["XYZ", "stock", 0, None, None, 100.0, "one"],
    ]
    row = gains([HEADINGS, *spread], "strategy")[0]
    assert (row["maintenance"], row["gain % maintenance"]) == (0, "#N/A")
    assert row["gain $ maintenance"] == -row["portfolio requirement"]
    assert row["deposit"] == 300


@pytest.mark.parametrize("level", LEVELS)
def test_columns_of_the_sample_add_up_to_the_cent(level: str) -> None:
    sample = family_office_book()
    ranges = (sample.positions, sample.market, sample.settings, sample.dividends)
    headings, *rows, total = udfs.MARGIN_GAINS(*ranges, level)
    for name in [*DOLLARS, "capital released"]:
        column = headings.index(name)
        assert sum(row[column] for row in rows) == pytest.approx(total[column], abs=0.005)
    required = [udfs.REGT_INITIAL(*ranges), udfs.REGT_MAINTENANCE(*ranges)]
    assert total[2:4] == pytest.approx(required, abs=0.005)
    assert total[5] == pytest.approx(udfs.PM_REQUIREMENT(*ranges), abs=0.005)


@pytest.mark.parametrize("level", LEVELS)
def test_columns_of_several_accounts_add_up_to_the_cent(level: str) -> None:
    *rows, total = gains([*TWO_ACCOUNTS, CASH_ONLY], level)
    for name in [*DOLLARS, "capital released"]:
        assert sum(row[name] for row in rows) == pytest.approx(total[name], abs=0.005)


def test_an_account_s_rows_add_up_to_its_own() -> None:
    accounts = gains(TWO_ACCOUNTS, "account")
    for level in ("underlying", "strategy"):
        for account in ("one", "two"):
            rows = [row for row in gains(TWO_ACCOUNTS, level) if row["account"] == account]
            whole = only(accounts, account, account)
            for name in DOLLARS:
                assert sum(row[name] for row in rows) == pytest.approx(whole[name], abs=0.005)


def test_the_comparison_has_a_subtotal_for_each_account() -> None:
    rows = udfs.MARGIN_COMPARE(TWO_ACCOUNTS, None, SETTINGS, None, False)
    labels = ["one: XYZ", "one: ABC", "one: total", "two: ABC", "two: total", "total"]
    assert [row[0] for row in rows] == labels
    # 10,000 and 2,500 of stock; short stock at 150%
    assert [row[1] for row in rows] == pytest.approx([10_000, 2_500, 12_500, 7_500, 7_500, 20_000])
    # gain as a fraction of the deposit, which is less by the call's 200: not a sum of fractions
    one = rows[2]
    assert one[6] == pytest.approx(1 - one[4] / 12_300)


def test_a_level_that_is_none_is_refused() -> None:
    answer = udfs.MARGIN_GAINS(TWO_ACCOUNTS, None, SETTINGS, None, "leg")
    assert_refused(answer, ("level", 0, ""), "underlying, strategy or account")
