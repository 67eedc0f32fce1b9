"""Orders of several legs, securities moved in and out, and options that end: sums by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.intraday.answers import MARGIN, MARKET, cash, deficit, levels, of_kind, rows
from tests.refusals import assert_refused
from xlmargin import udfs

HEADINGS = ["time", "order", "symbol", "type", "quantity", "price", "strike", "expiration"]
DECEMBER, TODAY = "2026-12-18", "2026-11-20"
SHORT = ["XYZ", "call", -1, 2.0, 50, DECEMBER]
LONG = ["XYZ", "call", 1, 1.0, 55, DECEMBER]
ONE = ["order_is_one_transaction", True]


def spread(
    first: str | None = "A",
    second: str | None = "A",
    at: str = "10:00",
    then: str = "10:00",
    legs: tuple[list[Any], list[Any]] = (SHORT, LONG),
) -> list[list[Any]]:
    return [HEADINGS, [at, first, *legs[0]], [then, second, *legs[1]]]


def test_legs_of_an_order_count_apart_or_as_one_and_a_note_says_the_other() -> None:
    # short alone: 900 + 200 less 1,200; the spread: 900 + 200 - 100 less 500
    found = rows(spread(), cash(900))
    assert levels(found) == [900, -100, 500]
    assert deficit(found) == 100
    (note,) = of_kind(found, "otherwise")
    assert note["transaction"] == (
        "with orders counted one transaction each, order_is_one_transaction: 0.00"
    )
    assert "(d)(2)" in note["rule"]
    for legs in ((SHORT, LONG), (LONG, SHORT)):
        found = rows(spread(legs=legs), cash(900), [*MARGIN, ONE])
        assert levels(found) == [900, 500]
        assert deficit(found) == 0
        (note,) = of_kind(found, "otherwise")
        assert note["transaction"] == "with orders counted leg by leg: 100.00"
    text = of_kind(found, "transaction")[0]["transaction"]
    assert text.startswith("rows 2 and 3, 10:00: +1 XYZ 18 Dec 2026 55 call at 1 and -1 XYZ")


def test_without_times_an_order_may_be_one_too() -> None:
    untimed = [row[1:] for row in spread()]
    assert deficit(rows(untimed, cash(900))) == 100
    assert deficit(rows(untimed, cash(900), [*MARGIN, ONE])) == 0


@pytest.mark.parametrize(
    "activity",
    [
        spread(first="A", second="B"),
        spread(first=None, second=None),
        spread(at="10:00", then="10:01"),
        # two of the one and one of the other: a spread and an uncovered call
        spread(legs=([*SHORT[:2], -2, *SHORT[3:]], LONG)),
        # on two underlyings
        spread(legs=(SHORT, ["ABC", "call", 1, 1.0, 20, DECEMBER])),
        # two long options are two
        spread(legs=(LONG, ["XYZ", "put", 1, 1.0, 45, DECEMBER])),
        # one contract in two fills
        spread(legs=(LONG, LONG)),
        spread(legs=(LONG, [*LONG[:2], -1, *LONG[3:]])),
    ],
)
def test_what_is_no_strategy_of_one_order_and_time_stays_apart(activity: list[list[Any]]) -> None:
    apart = rows(activity, cash(5_000))
    assert not of_kind(apart, "otherwise")
    assert rows(activity, cash(5_000), [*MARGIN, ONE]) == apart


def test_legs_on_two_underlyings_of_one_group_are_no_strategy() -> None:
    portfolio = [["as_of", TODAY], ["account_type", "portfolio"]]
    groups = [["symbol", "price", "class", "product_group"]]
    groups += [["XYZ", 50.0, "etf_broad", "broad"], ["ABC", 20.0, "etf_broad", "broad"]]
    activity = spread(legs=(SHORT, ["ABC", "call", 1, 1.0, 20, DECEMBER]))
    assert not of_kind(rows(activity, cash(5_000), portfolio, groups), "otherwise")
    assert of_kind(rows(spread(), cash(5_000), portfolio, groups), "otherwise")


def test_a_buy_write_of_several_lots_is_one() -> None:
    # 200 shares and two calls: 25% of 10,000, equity 6,000 + 400
    stock = ["XYZ", "stock", 200, 50, None, None]
    calls = ["XYZ", "call", -2, 2.0, 50, DECEMBER]
    found = rows(spread(legs=(calls, stock)), cash(6_000), [*MARGIN, ONE])
    assert levels(found) == [6_000, 6_400 - 2_500]


def test_one_strategy_beside_other_trades_of_its_time() -> None:
    # 40 shares at 50 require 500; worst with the short leg alone, if legs are apart
    activity = [*spread(), ["10:00", None, "XYZ", "stock", 40, 50, None, None]]
    assert deficit(rows(activity, cash(900))) == 100 + 500
    assert deficit(rows(activity, cash(900), [*MARGIN, ONE])) == 0


MOVED = ["symbol", "type", "quantity"]
HELD = [["symbol", "type", "quantity"], ["XYZ", "stock", 200], ["USD", "cash", 0]]


@pytest.mark.parametrize(
    ("kind", "after", "reducing"), [("withdrawal", 3_750, "yes"), ("deposit", 11_250, "no")]
)
def test_shares_moved_count_at_their_margin(kind: str, after: int, reducing: str) -> None:
    # 10,000 less 25%; 100 shares are 5,000 less 1,250
    found = rows([MOVED, ["XYZ", kind, 100]], HELD)
    assert levels(found) == [7_500, after]
    (row,) = of_kind(found, "transaction")
    assert row["reducing"] == reducing
    assert row["transaction"] == f"row 2: {kind} of 100 XYZ"


@pytest.mark.parametrize("symbol", [None, "USD", "usd", "$", "Cash"])
def test_dollars_by_any_name_are_cash(symbol: str | None) -> None:
    found = rows([MOVED, [symbol, "withdrawal", 100]], HELD)
    assert levels(found) == [7_500, 7_400]


def test_delivering_out_more_than_is_there_is_a_deficit() -> None:
    # 200 out and 200 bought back at noon on no cash
    activity = [["time", *MOVED, "price"], ["10:00", "XYZ", "withdrawal", 200, None]]
    activity.append(["12:00", "XYZ", "stock", 200, 50])
    found = rows(activity, HELD)
    assert levels(found) == [7_500, 0, -2_500]
    assert deficit(found) == 2_500


def test_options_are_moved_by_their_symbol_and_at_their_mark() -> None:
    portfolio = [["as_of", TODAY], ["account_type", "portfolio"]]
    bought = [[*MOVED, "price"], ["XYZ 12/18/26 C50", "call", 1, 2.0]]
    moved = [[*MOVED, "mark"], ["XYZ 12/18/26 C50", "deposit", 1, 2.0]]
    by_right = [
        [*MOVED, "right", "strike", "expiration", "mark"],
        ["XYZ", "deposit", 1, "call", 50, DECEMBER, 2.0],
    ]
    _, paid = levels(rows(bought, cash(1_000), portfolio))
    for activity in (moved, by_right):
        _, free = levels(rows(activity, cash(1_000), portfolio))
        assert free == pytest.approx(paid + 200)


@pytest.mark.parametrize(
    ("row", "column", "kind"),
    [
        (["XYZ", "withdrawal", -100, None], "quantity", "shares"),
        (["XYZ", "withdrawal", 100, 50], "price", "nothing is paid"),
        (["NOWHERE", "deposit", 100, None], "symbol", "price"),
        (
            ["XYZ 12/18/26 P45", "expiration", 1, None],
            "type",
            "trade",
        ),
        (["XYZ", "expiration", 1, None], "symbol", "option"),
        (["XYZ 11/20/26 C50", "expiration", -1, None], "quantity", "contracts"),
        (["XYZ 11/20/26 C50", "expiration", 1, -1], "price", "price"),
        (["XYZ 11/20/26 P45", "expiration", 2, None], "quantity", "no more"),
    ],
)
def test_movements_that_say_no_one_thing_are_refused(
    row: list[Any], column: str, kind: str
) -> None:
    held = [["symbol", "type", "quantity", "price"], ["XYZ 11/20/26 P45", "put", -1, 0.05]]
    held.append(["USD", "cash", 300, None])
    answer = udfs.MARGIN_INTRADAY([[*MOVED, "price"], row], held, MARKET, MARGIN)
    assert_refused(answer, ("activity", 2, column), kind)


def test_an_option_that_is_moved_says_which_it_is() -> None:
    activity = [[*MOVED, "strike", "expiration"], ["XYZ", "deposit", 1, 50, DECEMBER]]
    answer = udfs.MARGIN_INTRADAY(activity, cash(1_000), MARKET, MARGIN)
    assert_refused(answer, ("activity", 2, "symbol"), "OCC")


EXPIRING = ["symbol", "type", "quantity", "price"]


def test_a_short_option_that_expires_frees_its_requirement() -> None:
    # 5 and 20% of 5,000 less 500 out of the money
    held = [EXPIRING, ["XYZ 11/20/26 P45", "put", -1, 0.05], ["USD", "cash", 300, None]]
    found = rows([MOVED, ["XYZ 11/20/26 P45", "expiration", 1]], held)
    assert levels(found) == pytest.approx([-205, 300])
    (row,) = of_kind(found, "transaction")
    assert row["transaction"] == "row 2: expiration of 1 XYZ 20 Nov 2026 45 put"


def test_options_on_two_underlyings_expire_at_once() -> None:
    held = [EXPIRING, ["XYZ 11/20/26 P45", "put", -1, 0.05], ["ABC 11/20/26 P18", "put", -1, 0.05]]
    held.append(["USD", "cash", 300, None])
    found = rows([MOVED, *([row[0], "expiration", 1] for row in held[1:3])], held)
    # 505 as before, and 5 and 20% of 2,000 less 200
    assert levels(found) == pytest.approx([300 - 505 - 205, 300 - 505, 300]) or levels(
        found
    ) == pytest.approx([300 - 505 - 205, 300 - 205, 300])


def test_several_contracts_expire() -> None:
    held = [EXPIRING, ["XYZ 11/20/26 P45", "put", -3, 0.05], ["USD", "cash", 600, None]]
    found = rows([MOVED, ["XYZ 11/20/26 P45", "expiration", 2]], held)
    # one of three is left
    assert levels(found) == pytest.approx([600 - 3 * 505, 600 - 505])


def test_what_is_not_held_does_not_expire() -> None:
    activity = [[*MOVED, "mark"], ["XYZ 11/20/26 P45", "expiration", 1, 0.05]]
    answer = udfs.MARGIN_INTRADAY(activity, cash(600), MARKET, MARGIN)
    assert_refused(answer, ("activity", 2, "quantity"), "no more than is held")


def test_legs_that_expire_together_leave_none_uncovered() -> None:
    held = [EXPIRING, ["USD", "cash", 600, None]]
    held += [["XYZ 11/20/26 C50", "call", -1, 0.5], ["XYZ 11/20/26 C55", "call", 1, 0.01]]
    ended = [MOVED, *([row[0], "expiration", 1] for row in held[2:])]
    found = rows(ended, held)
    assert levels(found) == [100, 600]
    assert deficit(found) == 0


def test_what_expires_makes_no_deficit_and_comes_last() -> None:
    # 100 shares and a put: 10% of 5,000; without it 25%
    held = [EXPIRING, ["XYZ", "stock", 100, None], ["USD", "cash", -4_200, None]]
    held.append(["XYZ 11/20/26 P50", "put", 1, 0.5])
    found = rows([MOVED, ["XYZ 11/20/26 P50", "expiration", 1]], held)
    assert levels(found) == [300, -450]
    assert of_kind(found, "transaction")[0]["reducing"] == "no"
    assert deficit(found) == 0
    # a withdrawal of the same day, or of the same time, is before it
    for headings, time in ((MOVED, []), (["time", *MOVED], ["16:00"])):
        activity = [headings, [*time, "XYZ 11/20/26 P50", "expiration", 1]]
        activity.append([*time, None, "withdrawal", 100])
        assert levels(rows(activity, held)) == [300, 200, -550]


def test_an_option_that_settles_pays_or_is_paid() -> None:
    for quantity, level in ((1, 500), (-1, -500)):
        held = [EXPIRING, ["XYZ 11/20/26 C45", "call", quantity, 5.0], ["USD", "cash", 0, None]]
        found = rows([EXPIRING, ["XYZ 11/20/26 C45", "expiration", 1, 5.0]], held)
        assert levels(found)[-1] == level


def test_what_was_bought_on_the_day_may_expire_on_it() -> None:
    activity = [["time", *EXPIRING], ["10:00", "XYZ 11/20/26 C50", "call", 1, 0.5]]
    activity.append(["16:00", "XYZ 11/20/26 C50", "expiration", 1, None])
    assert levels(rows(activity, cash(100))) == [100, 50, 50]
