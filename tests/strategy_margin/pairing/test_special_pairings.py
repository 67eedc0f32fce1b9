"""Pairings that few accounts have, worked out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from tests.strategy_margin.accounts import Row, book_of
from xlmargin.errors import RefusedPosition
from xlmargin.market import Underlying
from xlmargin.rulebook import UnderlyingClass
from xlmargin.settings import AccountType
from xlmargin.strategy_margin import (
    RequirementKind,
    StrategyMargin,
    strategy_lines,
    strategy_margin,
)

STOCK = [Underlying("XYZ", 100.0)]
INDEX = [Underlying("IDX", 1000.0, UnderlyingClass.INDEX_BROAD)]
INITIAL, DEPOSIT, MAINTENANCE = RequirementKind


def margined(rows: list[Row], underlyings: list[Underlying], **overrides: float) -> StrategyMargin:
    return strategy_margin(*book_of(rows, underlyings, overrides=overrides))


def names(margin: StrategyMargin, kind: RequirementKind = MAINTENANCE) -> list[str]:
    return [line.strategy for line in strategy_lines(margin, kind)]


def index_row(kind: str, quantity: float, price: float, strike: float, **more: object) -> Row:
    return Row(kind, quantity, price, strike, 30, "IDX", american=False)._replace(**more)


def test_five_legs_that_no_four_legged_strategy_covers() -> None:
    rows = [
        Row("put", 2, 1.0, 95, 30),
        Row("put", -1, 0.2, 80, 30),
        Row("put", -1, 3.0, 100, 30),
        Row("call", 1, 1.0, 85, 30),
        Row("call", -1, 3.0, 115, 30),
    ]
    assert margined(rows, STOCK).maintenance == pytest.approx(0.0)


def test_long_european_box() -> None:
    """Published sample: debit 950, value 1,000, requirement 500, call 450."""
    rows = [
        index_row("call", 1, 18.0, 1000),
        index_row("put", -1, 10.0, 1000),
        index_row("put", 1, 16.0, 1010),
        index_row("call", -1, 14.5, 1010),
    ]
    margin = margined(rows, INDEX)
    assert names(margin) == ["Long European box"]
    assert margin.deposit == pytest.approx(450.0)
    assert margin.maintenance == pytest.approx(500.0)
    assert margin.value_added(MAINTENANCE).tolist() == pytest.approx([1_000.0])
    assert margin.initial == pytest.approx(500.0 + 1_800.0 + 1_600.0)  # and the longs in full
    (line,) = strategy_lines(margin, MAINTENANCE)
    assert line.rationale == (
        "50% of the strikes' difference 1,000, at which the equity counts the box"
    )


def test_long_american_box_is_a_spread_without_loss() -> None:
    rows = [
        Row("call", 1, 6.0, 100, 30),
        Row("put", -1, 5.0, 100, 30),
        Row("put", 1, 11.0, 110, 30),
        Row("call", -1, 2.5, 110, 30),
    ]
    margin = margined(rows, STOCK)
    assert names(margin) == ["Long box"]
    assert margin.maintenance == pytest.approx(0.0)
    assert margin.deposit == pytest.approx(950.0)


def test_boxes_share_their_halves_only_upward() -> None:
    """The upper half lies below the lower one: a short box, at the whole difference."""
    rows = [
        index_row("call", 1, 14.5, 1010),
        index_row("put", -1, 16.0, 1010),
        index_row("put", 1, 10.0, 1000),
        index_row("call", -1, 18.0, 1000),
    ]
    margin = margined(rows, INDEX)
    assert names(margin) == ["Short box"]
    assert margin.maintenance == pytest.approx(1000.0)


def test_ten_small_index_options_stand_in_a_spread_with_one_large() -> None:
    mini = Underlying("MIN", 100.0, UnderlyingClass.INDEX_BROAD, class_group="IDX", index_scale=0.1)
    rows = [
        index_row("put", -1, 20.0, 1000),
        index_row("put", 10, 1.5, 99)._replace(symbol="MIN"),
    ]
    margin = margined(rows, [*INDEX, mini])
    assert margin.maintenance == pytest.approx(1000.0)
    apart = margined(rows, [*INDEX, replace(mini, class_group="MIN")])
    assert apart.maintenance == pytest.approx(100 * (20 + 150))


def test_american_and_european_options_make_no_spread() -> None:
    rows = [index_row("put", -1, 20.0, 1000), index_row("put", 1, 15.0, 990, american=True)]
    assert margined(rows, INDEX).maintenance == pytest.approx(100 * (20 + 150))


def test_fund_covers_index_calls() -> None:
    fund = Underlying("FND", 100.0, UnderlyingClass.ETF_BROAD, class_group="IDX")
    rows = [index_row("call", -1, 20.0, 990), Row("stock", 1500, 100.0, symbol="FND")]
    margin = margined(rows, [*INDEX, fund])
    # 1,000 shares cover the call: 25% of 99,000 and 1,000 written down; 500 shares are alone
    assert margin.maintenance == pytest.approx(24_750 + 1_000 + 12_500)
    assert margin.initial == pytest.approx(75_000)
    assert "Index call covered by a fund" in names(margin)


def test_leveraged_fund_covers_no_index_calls() -> None:
    fund = Underlying("FND", 100.0, UnderlyingClass.ETF_BROAD, leverage=2.0, class_group="IDX")
    rows = [index_row("call", -1, 20.0, 990), Row("stock", 1500, 100.0, symbol="FND")]
    margin = margined(rows, [*INDEX, fund])
    assert margin.maintenance == pytest.approx(100 * (20 + 150) + 0.50 * 150_000)


def test_long_option_of_more_than_nine_months() -> None:
    margin = margined([Row("call", 1, 12.0, 80, 400, cost=10.0)], STOCK)
    assert margin.initial == pytest.approx(750.0)
    assert margin.maintenance == pytest.approx(900.0)


def test_long_lived_put_beside_covered_stock_keeps_its_loan_value() -> None:
    """The collar lowers nothing initially, so the put is lent on and the stock covers the call."""
    rows = [Row("stock", 100, 100.0), Row("call", -1, 2.0, 110, 30), Row("put", 1, 8.0, 95, 400)]
    assert margined(rows, STOCK).initial == pytest.approx(5000 + 600)


def test_odd_lots_stand_outside() -> None:
    rows = [Row("stock", 150, 100.0), Row("call", -2, 2.0, 100, 30)]
    margin = margined(rows, STOCK)
    uncovered = 100 * (2 + 20)
    assert margin.maintenance == pytest.approx(2500 + 1250 + uncovered)


def test_mini_contracts_pair_with_the_shares_that_are_left() -> None:
    rows = [
        Row("stock", 120, 100.0),
        Row("call", -1, 2.0, 100, 30),
        Row("call", -2, 2.0, 100, 30, multiplier=10),
    ]
    assert margined(rows, STOCK).maintenance == pytest.approx(3000.0)


PARTLY = [Row("stock", 150, 50.0), Row("call", -2, 1.0, 55, 30)]


def test_partly_covered_calls_are_whole_lots_unless_chosen_otherwise() -> None:
    """150 shares at 50 and two 55 calls at 1: the second call is uncovered, or half of it."""
    on = [Underlying("XYZ", 50.0)]
    whole, partly = margined(PARTLY, on), margined(PARTLY, on, partial_cover=1)
    assert whole.initial == pytest.approx(3_750 + 600)
    assert partly.initial == pytest.approx(3_750 + 300)
    assert whole.maintenance == pytest.approx(1_875 + 600)
    assert partly.maintenance == pytest.approx(1_875 + 300)
    assert names(partly) == ["Covered call", "Partly covered call"]
    shown = strategy_lines(partly, MAINTENANCE)
    assert sum(leg.maintenance for line in shown for leg in line.legs) == pytest.approx(
        partly.maintenance
    )
    assert [leg.quantity for line in shown for leg in line.legs] == [100, -1, 50, -1]


def test_shares_cover_one_part_of_an_option_only() -> None:
    rows = [Row("stock", 150, 50.0), Row("call", -4, 1.0, 55, 30)]
    partly = margined(rows, [Underlying("XYZ", 50.0)], partial_cover=1)
    assert partly.initial == pytest.approx(3_750 + 300 + 2 * 600)


def test_partial_cover_of_short_stock() -> None:
    """150 short at 50: 30% of it; a 45 put at 1 asks 100 + 1,000 - 500, half of it covered."""
    rows = [Row("stock", -150, 50.0), Row("put", -2, 1.0, 45, 30)]
    partly = margined(rows, [Underlying("XYZ", 50.0)], partial_cover=1)
    assert partly.maintenance == pytest.approx(150 * 15 + 300)
    assert "Partly covered put" in names(partly)


MINI = Underlying("MIN", 100.0, UnderlyingClass.INDEX_BROAD, class_group="IDX", index_scale=0.1)


def test_a_strangle_of_two_scales_of_a_broad_index() -> None:
    """Call 100 x (20 + 150 - 20); ten puts 1,000 x (1.5 + 15 - 5): the call and the puts' value."""
    rows = [
        index_row("call", -1, 20.0, 1020),
        index_row("put", -10, 1.5, 95)._replace(symbol="MIN"),
    ]
    margin = margined(rows, [*INDEX, MINI])
    assert margin.maintenance == pytest.approx(15_000 + 1_500)
    (line,) = strategy_lines(margin, MAINTENANCE)
    assert line.strategy == "Short strangle"
    assert line.rationale == "uncovered call 15,000, the greater, and the put's value 1,500"
    more = [rows[0], rows[1]._replace(quantity=-12)]
    assert margined(more, [*INDEX, MINI]).maintenance == pytest.approx(16_500 + 2 * 1_150)
    fewer = [rows[0], rows[1]._replace(quantity=-9)]
    assert margined(fewer, [*INDEX, MINI]).maintenance == pytest.approx(15_000 + 9 * 1_150)


def test_indexes_that_are_not_broad_pair_at_one_scale_alone() -> None:
    narrow = [replace(u, underlying_class=UnderlyingClass.INDEX_NARROW) for u in (*INDEX, MINI)]
    rows = [
        index_row("call", -1, 20.0, 1020),
        index_row("put", -10, 1.5, 95)._replace(symbol="MIN"),
    ]
    assert margined(rows, narrow).maintenance == pytest.approx(100 * 200 + 1_000 * 16.5)


def test_stock_against_the_box_covers_nothing() -> None:
    rows = [
        Row("stock", 100, 100.0),
        Row("stock", -100, 100.0),
        Row("call", -1, 2.0, 100, 30),
    ]
    margin = margined(rows, STOCK)
    assert margin.maintenance == pytest.approx(0.05 * 10_000 + 2200)
    assert margin.deposit == pytest.approx(2000.0)


def test_each_row_keeps_its_price() -> None:
    """Two shorts at 2 and 4, one long: the spread frees the dearer one from its value."""
    rows = [
        Row("put", -1, 2.0, 100, 30, cost=2.0),
        Row("put", -1, 2.0, 100, 30, cost=4.0),
        Row("put", 1, 1.0, 95, 30),
    ]
    margin = margined(rows, STOCK)
    assert margin.initial == pytest.approx(500 + 100 + 100 * (2 + 20))
    assert margin.proceeds == pytest.approx(600.0)


def test_one_contract_of_a_series_long_and_short_is_closed_out() -> None:
    rows = [Row("call", 3, 2.0, 100, 30), Row("call", -1, 2.0, 100, 30)]
    margin = margined(rows, STOCK)
    assert margin.initial == pytest.approx(400.0)
    assert margin.proceeds == pytest.approx(0.0)
    assert names(margin) == ["Long call", "Closed out"]


def test_accounts_do_not_pair() -> None:
    rows = [Row("put", -1, 2.0, 100, 30), Row("put", 1, 1.0, 95, 30, account="B")]
    margin = margined(rows, STOCK)
    assert margin.by_account(MAINTENANCE) == pytest.approx([2200.0, 0.0])


def test_forced_groups_pair_inside_alone() -> None:
    free = [
        Row("put", -1, 2.0, 100, 30),
        Row("put", 1, 1.0, 95, 30),
        Row("put", -1, 1.5, 98, 30),
        Row("put", 1, 0.2, 70, 30),
    ]
    forced = [row._replace(group=g) for row, g in zip(free, ["a", "b", "b", "a"], strict=True)]
    assert margined(free, STOCK).maintenance == pytest.approx(500 + 1950)
    assert margined(forced, STOCK).maintenance == pytest.approx(300 + 2200)
    assert names(margined(forced, STOCK)) == [
        "Uncovered put", "Long put", "Put credit spread",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        (
            [Row("call", 1, 2.0, 100, 10, group="g"), Row("call", -1, 3.0, 100, 30, group="g")],
            "row 2; row 3",
        ),
        (
            [Row("stock", 100, 100.0, group="g"), Row("call", 1, 3.0, 100, 30, group="g")],
            "row 2; row 3",
        ),
        (
            [
                Row("put", -1, 2.0, 100, 30, group="g"),
                Row("put", 1, 1.0, 95, 30, group="g"),
                Row("put", -1, 2.0, 50, 30, "ABC", group="g"),
            ],
            "rows 2, 3; row 4",
        ),
    ],
    ids=["long expires first", "stock and long call", "two underlyings"],
)
def test_group_that_no_rule_permits(rows: list[Row], wanted: str) -> None:
    with pytest.raises(RefusedPosition, match=f"group 'g'.*groups of their own: {wanted}"):
        margined(rows, [*STOCK, Underlying("ABC", 50.0)])


def test_group_of_long_options_is_permitted() -> None:
    rows = [Row("call", 1, 2.0, 100, 30, group="g"), Row("put", 1, 2.0, 100, 30, group="g")]
    assert margined(rows, STOCK).initial == pytest.approx(400.0)


def test_option_without_price_is_refused_by_row() -> None:
    with pytest.raises(RefusedPosition, match=r"row 3, price: .*no price"):
        margined([Row("stock", 100, 100.0), Row("call", -1, float("nan"), 100, 30)], STOCK)


def test_part_of_a_contract_is_refused_by_row() -> None:
    with pytest.raises(RefusedPosition, match=r"row 2, quantity: .*part of a contract"):
        margined([Row("call", -1.5, 1.0, 100, 30)], STOCK)


def test_cash_account() -> None:
    rows = [Row("stock", 100, 100.0), Row("call", -1, 2.0, 110, 30), Row("put", -1, 2.0, 90, 30)]
    book, mark = book_of(rows, STOCK, account_type=AccountType.CASH)
    assert strategy_margin(book, mark).initial == pytest.approx(10_000 + 9_000)


def test_cash_account_index_spread() -> None:
    rows = [index_row("put", -1, 20.0, 1000), index_row("put", 1, 15.0, 990)]
    book, mark = book_of(rows, INDEX, account_type=AccountType.CASH)
    assert strategy_margin(book, mark).deposit == pytest.approx(1000 + 1500 - 2000)


def test_cash_account_refuses_stock_sold_short() -> None:
    book, mark = book_of([Row("stock", -1, 9.0)], STOCK, account_type=AccountType.CASH)
    with pytest.raises(RefusedPosition, match="row 2"):
        strategy_margin(book, mark)


def test_before_the_general_spread_rule_spreads_have_two_legs() -> None:
    rows = [
        Row("put", 1, 1.0, 90, 30),
        Row("put", -1, 2.0, 95, 30),
        Row("call", -1, 2.0, 105, 30),
        Row("call", 1, 1.0, 110, 30),
    ]
    after = strategy_margin(*book_of(rows, STOCK, as_of=dt.date(2013, 1, 2)))
    before = strategy_margin(*book_of(rows, STOCK, as_of=dt.date(2011, 1, 3)))
    assert after.maintenance == pytest.approx(500.0)
    assert before.maintenance == pytest.approx(1000.0)


def test_nothing_held_is_asked_nothing() -> None:
    margin = margined([], STOCK)
    assert margin.initial == margin.maintenance == margin.deposit == 0.0
    assert strategy_lines(margin, MAINTENANCE) == ()


def test_one_expiration_before_the_general_spread_rule() -> None:
    rows = [Row("call", -1, 3.0, 100, 30), Row("call", 1, 4.0, 100, 60)]
    day = dt.date(2011, 1, 3)
    free = strategy_margin(*book_of(rows, STOCK, as_of=day))
    strict = strategy_margin(*book_of(rows, STOCK, as_of=day, overrides={"same_expiry_only": 1}))
    assert free.maintenance == pytest.approx(0.0)
    assert strict.maintenance == pytest.approx(2300.0)
