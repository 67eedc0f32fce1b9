"""Holdings by account: sums by hand, and every column adds up to the account's own figures."""

from __future__ import annotations

import pytest

from xlmargin import udfs
from xlmargin.workbooks.templates import tables_of_two_accounts

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "cost", "account"]
SETTINGS = [["as_of", "2026-11-20"], ["rate", 0.04]]
BOOK = [
    HEADINGS,
    ["XYZ", "stock", 150, None, None, 50.0, 40.0, "one"],
    ["XYZ", "call", -2, 55.0, "2026-12-18", 1.5, 2.0, "one"],
    ["ABC", "stock", 1_000, None, None, 20.0, 25.0, "one"],
    ["USD", "cash", 5_000, None, None, None, None, "one"],
    ["XYZ", "stock", 10, None, None, 50.0, 50.0, "two"],
    ["USD", "cash", 500, None, None, None, None, "two"],
]


def rows(level: str = "underlying", book: list[list[object]] = BOOK) -> list[dict[str, object]]:
    headings, *body = udfs.PM_HOLDINGS(book, None, SETTINGS, None, level)
    return [dict(zip(headings, row, strict=True)) for row in body]


def test_each_account_has_its_lines_cash_and_total_and_all_have_one() -> None:
    kinds = [(row["account"], row["row"]) for row in rows()]
    assert kinds == [
        ("one", "account"), ("one", "underlying"), ("one", "underlying"), ("one", "cash"),
        ("one", "total"), ("two", "account"), ("two", "underlying"), ("two", "cash"),
        ("two", "total"), ("", "grand total"),
    ]  # fmt: skip


def test_values_weights_and_gains_are_sums_by_hand() -> None:
    _, first, second, cash, total, *_, grand = rows()
    assert (first["underlying"], second["underlying"]) == ("ABC", "XYZ"), "the largest first"
    # 150 shares at 50, less 2 calls at 1.50; equity 20,000 + 7,500 - 300 + 5,000
    assert (second["stocks"], second["options"]) == (7_500, -300)
    assert second["weight"] == pytest.approx(7_200 / 32_200)
    assert (first["unrealized gain"], second["unrealized gain"]) == (-5_000, 1_600)
    assert (cash["stocks"], cash["weight"]) == (5_000, pytest.approx(5_000 / 32_200))
    assert total["stocks"] + total["options"] == pytest.approx(32_200)
    assert grand["stocks"] + grand["options"] == pytest.approx(32_200 + 1_000)


def test_calls_written_are_covered_by_the_shares_held() -> None:
    _, first, second, *_ = rows()
    assert (second["calls written"], second["covered"]) == (200, 0.75)
    assert (first["calls written"], first["covered"]) == ("", "")


def test_requirements_and_exposures_add_up_to_the_account_s_own() -> None:
    found = rows()
    for account in ("one", "two"):
        own = [row for row in found if row["account"] == account]
        lines = [row for row in own if row["row"] in ("underlying", "offsets")]
        (total,) = (row for row in own if row["row"] == "total")
        assert sum(row["requirement"] for row in lines) == pytest.approx(total["requirement"])
    assert found[-1]["requirement"] == pytest.approx(udfs.PM_REQUIREMENT(BOOK, None, SETTINGS))
    greeks = udfs.PM_GREEKS(BOOK, None, SETTINGS, None, "account", headers=False)
    assert found[-1]["exposure"] == pytest.approx(sum(row[2] for row in greeks))


def test_lines_add_up_to_their_subtotals_and_these_to_the_total() -> None:
    found = [row for row in rows("position") if row["account"] == "one"]
    names = [row["position"] for row in found]
    assert names == [
        "one", "ABC", "XYZ", "stocks and funds, 2 lines", "XYZ 18 Dec 2026 55 call",
        "options written, 1 line", "cash", "one, total",
    ]  # fmt: skip
    for column in ("market value", "unrealized gain", "exposure", "share of requirement"):
        lines = sum(row[column] for row in found if row["row"] == "position")
        subtotals = sum(row[column] for row in found if row["row"] == "subtotal")
        assert lines == pytest.approx(subtotals)
    assert found[-1]["market value"] == pytest.approx(32_200)
    assert found[2]["delta"] == 1.0
    assert -200 * 50 * found[4]["delta"] == pytest.approx(found[4]["exposure"])


def test_a_cost_that_is_not_stated_is_the_price_and_leaves_no_gain() -> None:
    book = [row[:6] + row[7:] for row in BOOK]
    found = rows(book=book)
    assert {row["unrealized gain"] for row in found if row["row"] == "underlying"} == {0.0}


def test_one_account_has_no_grand_total_and_no_cash_where_it_is_stated_nowhere() -> None:
    found = rows(book=[HEADINGS[:-1], BOOK[1][:-1]])
    assert [row["row"] for row in found] == ["account", "underlying", "total"]
    assert found[1]["weight"] == "#N/A"


def test_the_sample_s_offsets_between_index_groups_are_lines_of_their_own() -> None:
    found = rows_of_the_sample()
    (offsets,) = (row for row in found if row["row"] == "offsets")
    lines = [row["requirement"] for row in found[:-1] if row["row"] in ("underlying", "offsets")]
    assert offsets["requirement"] < 0
    assert sum(lines) == pytest.approx(found[-1]["requirement"])


def rows_of_the_sample() -> list[dict[str, object]]:
    headings, *body = udfs.PM_HOLDINGS(*tables_of_two_accounts().ranges)
    return [dict(zip(headings, row, strict=True)) for row in body]
