"""The factor up to which options written can be scaled: it holds there, and no longer a step on."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.books import Range
from xlmargin import udfs
from xlmargin.workbooks import InputTables
from xlmargin.workbooks.templates import sample_tables, tables_of_two_accounts

MOVE = -0.2
INDEXES = {"SPX", "SPXW", "XSP", "NDX", "RUT", "DJX"}


def scaled(positions: Range, factor: float) -> Range:
    """The book with more written, and the premium of it as cash."""
    head = [str(name) for name in positions[0]]
    at = {name: head.index(name) for name in head}
    rows: Range = [list(head)]
    for row in positions[1:]:
        own = list(row)
        of_stock = own[at["type"]] in ("call", "put") and own[at["symbol"]] not in INDEXES
        if of_stock and own[at["quantity"]] < 0:
            more = math.floor(-own[at["quantity"]] * (factor - 1) + 0.5 + 1e-9)
            own[at["quantity"]] -= more
            premium: list[Any] = [None] * len(head)
            premium[at["symbol"]], premium[at["type"]] = "USD", "cash"
            premium[at["quantity"]] = more * 100 * own[at["price"]]
            premium[at["account"]] = own[at["account"]]
            rows.append(premium)
        rows.append(own)
    return rows


def found_plainly(tables: InputTables, factor: float) -> tuple[float, float, float]:
    """Calls without shares, the requirement, and the least excess of an account after the move."""
    _, market, settings, dividends = tables.ranges
    positions = scaled(tables.positions.rows, factor)
    head = positions[0]
    at = {name: head.index(name) for name in head}
    lacking = 0.0
    names = {(r[at["symbol"]], r[at["account"]]) for r in positions[1:]
             if r[at["symbol"]] not in INDEXES}  # fmt: skip
    for name in names:
        own = [r for r in positions[1:] if (r[at["symbol"]], r[at["account"]]) == name]
        calls = sum(-r[at["quantity"]] for r in own if r[at["type"]] == "call"
                    and r[at["quantity"]] < 0)  # fmt: skip
        shares = sum(r[at["quantity"]] for r in own if r[at["type"]] == "stock")
        lacking += max(0, math.ceil(calls - shares / 100))
    required = udfs.PM_REQUIREMENT(positions, market, settings, dividends)
    path = udfs.PM_PATH(positions, market, settings, dividends, MOVE)
    at_move = path[0].index("excess")
    assert not isinstance(path, str)
    return lacking, required, min(row[at_move] for row in path[1:])


@pytest.fixture(scope="module", params=["one account", "two accounts"])
def tables(request: pytest.FixtureRequest) -> InputTables:
    return sample_tables() if request.param == "one account" else tables_of_two_accounts()


def answered(tables: InputTables, *more: object) -> dict[str, dict[str, Any]]:
    table = udfs.MARGIN_WRITING(*tables.ranges, *more)
    assert isinstance(table, list), table
    return {row[0]: dict(zip(table[0], row, strict=True)) for row in table[1:]}


def test_each_holds_at_its_factor_and_not_a_step_on(tables: InputTables) -> None:
    now = found_plainly(tables, 1.0)
    allowed = now[1]
    rows = answered(tables)
    assert list(rows) == [
        "calls without shares", "excess after the move", "requirement", "all of them",
    ]  # fmt: skip
    for until, row in rows.items():
        factor = row["factor"]
        for step, is_there in ((0.0, True), (0.1, False)):
            if factor + step > 10:
                continue
            lacking, required, excess = found_plainly(tables, round(factor + step, 1))
            holds = {
                "calls without shares": lacking <= now[0],
                "excess after the move": excess >= -0.005,
                "requirement": required <= allowed + 0.005,
            }
            holds["all of them"] = all(holds.values())
            assert holds[until] == is_there, (until, factor + step)
            if not step:
                assert row["calls without shares"] == lacking
                assert row["requirement"] == pytest.approx(required, abs=0.01)
                assert row["excess after the move"] == pytest.approx(excess, abs=0.01)


def test_every_factor_before_it_holds_by_hand() -> None:
    """5 calls on 800 shares: 8 are covered, 1.6 times; a put less than its cash is no call."""
    positions = [
        ["symbol", "type", "quantity", "strike", "expiration", "price"],
        ["XYZ", "stock", 800, None, None, 100.0], ["XYZ", "call", -5, 110, "2027-01-15", 2.5],
        ["XYZ", "put", -2, 90, "2027-01-15", 2.0], ["", "cash", 50_000, None, None, None],
    ]  # fmt: skip
    settings = [["as_of", "2026-11-20"], ["rate", 0.04]]
    head, *rows = udfs.MARGIN_WRITING(positions, None, settings)
    found = {row[0]: row for row in rows}
    # 1.7 times are 8.5 calls, rounded to 9: 4 more, of which one is not covered
    covered = found["calls without shares"]
    assert covered[head.index("factor")] == pytest.approx(1.6)
    assert covered[head.index("contracts more")] == 3 + 1
    assert covered[head.index("premium")] == 3 * 250 + 200
    none = udfs.MARGIN_WRITING(positions, None, settings, None, 10.0)
    assert none[3] == ["requirement", *["none"] * 6]
    assert none[4] == ["all of them", *["none"] * 6]


@pytest.mark.parametrize(("argument", "value"), [("requirement", -1), ("move", -1), ("move", 1.5)])
def test_what_is_no_amount_or_move_is_refused(argument: str, value: float) -> None:
    answer = udfs.MARGIN_WRITING(*sample_tables().ranges, **{argument: value})
    assert isinstance(answer, str)
    assert answer.startswith(f"#XLM! {argument}: found {value}")


def test_a_book_of_nothing_that_portfolio_margin_covers_is_scaled_too() -> None:
    # 100 shares of 30 that are no margin security require all of their value, 3,000
    positions = [["symbol", "type", "quantity", "price"], ["OTC", "stock", 100, 30]]
    market = [["symbol", "price", "marginable"], ["OTC", 30, "no"]]
    settings = [["as_of", "2026-11-20"], ["cash", 5_000]]
    headings, *rows = udfs.MARGIN_WRITING(positions, market, settings)
    assert [row[headings.index("factor")] for row in rows] == [10.0] * 4
    assert [row[headings.index("requirement")] for row in rows] == [3_000.0] * 4
