"""What trades change, against sums made by hand and against books typed as they are afterwards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.refusals import assert_refused
from tests.what_if.books import (
    CASH,
    JANUARY,
    MARCH,
    MARKET,
    SETTINGS,
    SHORT_PUT,
    STOCK,
    action,
    changes,
    figures,
    positions,
    trades,
    what_if,
)
from xlmargin import udfs
from xlmargin.what_if.impact import FigureChange, shortfall

STRATEGY, PORTFOLIO = "pre-trade check, strategy-based", "pre-trade check, portfolio margin"
LONG_PUT = ["XYZ", "put", 1, 470, JANUARY, 4.0]


def test_where_cash_is_unknown_trades_that_use_no_excess_lack_nothing() -> None:
    unknown = np.full(3, np.nan)
    excess = FigureChange(unknown, unknown, np.array([0.0, 5.0, -5.0]))
    assert shortfall(excess, np.zeros(3)) == pytest.approx([0.0, 0.0, np.nan], nan_ok=True)


def test_what_is_bought_and_sold_alike_closes_what_is_held_both_ways() -> None:
    # 60 bought close as many of the short 100, 20 sold of the long 100: 80 and 40 are left,
    # at 500 a share 5% of the 40 against the box and 25% of the other 40
    held = positions(STOCK, [*STOCK[:2], -100, *STOCK[3:]], CASH)
    made = trades(*([*STOCK[:2], shares, *STOCK[3:]] for shares in (60, -20)))
    found = figures(what_if(held, made))
    assert found["maintenance requirement"][:2] == pytest.approx([2_500, 1_000 + 5_000])


def test_legging_into_a_spread_frees_all_but_its_width() -> None:
    found = figures(what_if(positions(SHORT_PUT, CASH), trades(LONG_PUT)))
    # uncovered: 600 + 20% of 50,000 - 2,000 out of the money; spread: 10 x 100
    assert found["maintenance requirement"] == [8_600, 1_000, -7_600]
    # the put bought has no value by strategy, but keeps it in the account
    assert found["strategy equity"] == [20_000, 19_600, -400]
    assert found["strategy excess"] == [11_400, 18_600, 7_200]
    assert found["account value"] == [19_400, 19_400, 0]
    # display: 1,000 and the long put's 400; less the 600 received
    assert found["initial requirement"][1:] == [1_400, -7_200]
    assert found["deposit"] == [8_000, 800, -7_200]


def test_a_put_bought_against_stock() -> None:
    found = changes(positions(STOCK, CASH), trades(LONG_PUT))
    # 25% of 50,000 becomes 10% of the strike and the 3,000 that the put is out of the money
    assert found["maintenance requirement"] == 4_700 + 3_000 - 12_500
    # initially 50% of the stock as before, and the put in full
    assert found["initial requirement"] == 400


def test_a_price_other_than_the_mark_is_a_gain_or_a_loss_and_the_fee_is_paid() -> None:
    bought = action(LONG_PUT, cost=4.5, fee=2.0)
    found = figures(what_if(positions(STOCK, CASH), trades(bought)))
    assert found["account value"] == [70_000, 69_948, -52]
    assert found["strategy equity"][2] == -452
    assert found["initial requirement"][2] == 450
    assert found["fees"] == [0, 2, 2]


def test_fees_are_in_equity_alone() -> None:
    free = changes(positions(STOCK, SHORT_PUT, CASH), trades(LONG_PUT))
    paid = changes(positions(STOCK, SHORT_PUT, CASH), trades(action(LONG_PUT, fee=7.0)))
    for name in ("account value", "strategy equity", "Reg T excess", "strategy excess",
                 "portfolio excess", "buying-power effect"):  # fmt: skip
        assert free[name] - paid[name] == pytest.approx(7)
    for name in ("initial requirement", "deposit", "maintenance requirement",
                 "portfolio requirement"):  # fmt: skip
        assert free[name] == paid[name]


def test_closing_takes_the_whole_position_at_its_mark() -> None:
    held = positions(STOCK, SHORT_PUT, CASH)
    closing = action(["XYZ", "put", None, 480, JANUARY], action="close")
    found = figures(what_if(held, trades(closing)))
    assert found["maintenance requirement"] == [12_500 + 8_600, 12_500, -8_600]
    assert found["portfolio requirement"][1] == pytest.approx(7_500)
    assert found["account value"][2] == 0
    assert found["strategy equity"][2] == -600


@pytest.mark.parametrize("quantity", [3, -3])
def test_closing_a_part_is_selling_that_many(quantity: int) -> None:
    held = positions(["XYZ", "put", 5, 470, JANUARY, 4.0, 3.0], STOCK, CASH)
    closed = action(["XYZ", "put", quantity, 470, JANUARY, None, 4.2], action="close")
    sold = ["XYZ", "put", -3, 470, JANUARY, None, 4.2]
    assert what_if(held, trades(closed)) == what_if(held, trades(sold))


def test_rolling_closes_one_contract_and_opens_another() -> None:
    rolled = action([*SHORT_PUT[:2], None, *SHORT_PUT[3:5]], action="roll", cost=6.1, fee=1.0,
                    to_expiration=MARCH, to_strike=470, to_price=7.0)  # fmt: skip
    found = figures(what_if(positions(SHORT_PUT, CASH), trades(rolled)))
    # 700 + 20% of 50,000 - 3,000 out of the money
    assert found["maintenance requirement"] == [8_600, 7_700, -900]
    assert found["strategy equity"] == [20_000, 20_000 - 610 + 700 - 1, 89]
    assert found["account value"][2] == pytest.approx(-10 - 1)
    both = trades(
        action([*SHORT_PUT[:2], 1, *SHORT_PUT[3:5]], cost=6.1, fee=1.0),
        ["XYZ", "put", -1, 470, MARCH, 7.0],
    )
    assert what_if(positions(SHORT_PUT, CASH), both) == what_if(
        positions(SHORT_PUT, CASH), trades(rolled)
    )


def test_rolling_keeps_the_strike_and_may_roll_into_what_is_held() -> None:
    held = positions(SHORT_PUT, ["XYZ", "put", -2, 480, MARCH, 9.0], CASH)
    rolled = action(["XYZ 1/15/27 P480"], action="roll", to_expiration=MARCH, to_price=9.2)
    found = figures(what_if(held, trades(rolled)))
    # three of March at 9.00: 900 + 8,000 each
    assert found["maintenance requirement"][1] == 3 * 8_900
    assert found["strategy equity"][2] == pytest.approx(-600 + 920)
    assert found["account value"][2] == pytest.approx(20)


def test_a_trade_takes_the_positions_mark() -> None:
    held = positions(STOCK, SHORT_PUT, CASH)
    bare = ["XYZ", "put", -1, 480, JANUARY]
    said = what_if(held, trades([*bare, 6.0]))
    assert what_if(held, trades(bare)) == said
    assert what_if(held, trades([*bare, 6.0, 6.0])) == said
    # a price where positions have the mark is what the contract is traded at
    dear = figures(what_if(held, trades([*bare, 6.5])))
    assert dear["account value"][2] == pytest.approx(50)


def test_shares_are_worth_the_market_s_price_whatever_they_are_traded_at() -> None:
    held = positions(["XYZ", "stock", 100], CASH)
    for row in ([505.0], [None, 505.0], [500.0, 505.0]):
        found = figures(what_if(held, trades(["XYZ", "stock", 10, None, None, *row])))
        assert found["account value"][2] == -50
        assert found["initial requirement"][2] == pytest.approx(0.5 * 5_050)


def test_an_option_may_be_bought_back_for_nothing() -> None:
    cheap = ["XYZ", "put", -1, 300, JANUARY, 0.05]
    closing = action(["XYZ", "put", None, 300, JANUARY, 0.0], action="close")
    assert changes(positions(cheap, CASH), trades(closing))["account value"] == pytest.approx(5)


def test_money_paid_in_is_excess() -> None:
    found = figures(what_if(positions(STOCK, CASH), trades(["USD", "cash", 1_000])))
    assert found["account value"] == [70_000, 71_000, 1_000]
    assert found["portfolio excess"][2] == 1_000
    assert found["portfolio requirement"][2] == 0


def test_no_trades_change_nothing() -> None:
    held = positions(STOCK, SHORT_PUT, CASH)
    found = figures(what_if(held, trades()))
    assert all(row[2] in (0, "") for row in found.values())
    assert found["portfolio requirement"][0] == udfs.PM_REQUIREMENT(held, MARKET, SETTINGS)
    assert found["maintenance requirement"][1] == udfs.REGT_MAINTENANCE(held, MARKET, SETTINGS)
    assert found["initial requirement"][1] == udfs.REGT_INITIAL(held, MARKET, SETTINGS)


@pytest.mark.parametrize("first", [1, -1])
def test_a_trade_and_its_reverse_change_nothing(first: int) -> None:
    held = positions(STOCK, ["XYZ", "put", -1, 480, JANUARY, 6.0, 5.0], CASH)
    there, back = ["XYZ", "put", 3 * first, 480, JANUARY], ["XYZ", "put", -3 * first, 480, JANUARY]
    found = figures(what_if(held, trades(there, back)))
    assert all(row[2] in (0, "") for row in found.values())


BOTH_WAYS = {
    "shares": (["XYZ", "stock", 100], ["XYZ", "stock", -100]),
    "more long": (["XYZ", "stock", 100], ["XYZ", "stock", -40]),
    "more short": (["XYZ", "put", 1, 480, JANUARY, 6.0], ["XYZ", "put", -3, 480, JANUARY, 6.0]),
}


@pytest.mark.parametrize("held", BOTH_WAYS.values(), ids=BOTH_WAYS)
def test_closing_both_sides_leaves_nothing(held: tuple[list[Any], list[Any]]) -> None:
    book, (kind, strike) = positions(*held, CASH), (held[0][1], held[0][3:5])
    reverse = [["XYZ", kind, -row[2], *strike] for row in held]
    closing = action(["XYZ", kind, None, *strike], action="close", fee=1.0)
    for traded in (trades(*reverse), trades(*reversed(reverse)), trades(closing)):
        found = figures(what_if(book, traded))
        for name in ("initial requirement", "deposit", "maintenance requirement",
                     "portfolio requirement"):  # fmt: skip
            assert found[name][1] == 0, name
        assert found["account value"][2] == -found["fees"][1]


def test_a_purchase_closes_what_is_short_beside_what_is_long() -> None:
    held = positions(*BOTH_WAYS["more long"], CASH)
    found = figures(what_if(held, trades(["XYZ", "stock", 100])))
    # 40 short are bought back, 60 join the 100: 25% of 80,000; before, 60 alone and 5% of the 40
    assert found["maintenance requirement"] == [7_500 + 1_000, 20_000, 11_500]
    # 15% of 30,000 and of 80,000
    assert found["portfolio requirement"] == pytest.approx([4_500, 12_000, 7_500])
    # a purchase and a sale alike close as many of both sides
    found = figures(what_if(held, trades(*(["XYZ", "stock", q] for q in (30, -30)))))
    assert found["maintenance requirement"] == [8_500, 7_500 + 250, -750]


def test_so_many_of_what_is_held_both_ways_are_closed_of_what_is_more() -> None:
    held = positions(*BOTH_WAYS["more long"], CASH)
    row = ["XYZ", "stock", 60]
    found = figures(what_if(held, trades(action(row, action="close"))))
    assert found["portfolio requirement"][1] == 0
    row[2] = 61
    answer = what_if(held, trades(action(row, action="close")))
    assert_refused(answer, ("trades", 2, "quantity"), "at most 60, left of the +60 held")


HELD = (
    STOCK,
    ["XYZ", "put", -4, 480, JANUARY, 6.0, 5.0],
    ["XYZ", "call", 2, 520, JANUARY, 8.0, 9.0],
    ["ABC", "stock", -200, None, None, 50.0],
    CASH,
)
AFTERWARDS = [
    # more of what is held: a row of its own at the price it was traded at
    (
        [["XYZ", "put", -2, 480, JANUARY, None, 6.5]],
        [*HELD, ["XYZ", "put", -2, 480, JANUARY, 6.0, 6.5]],
    ),
    # less of it: what is left keeps its cost
    (
        [["XYZ", "put", 3, 480, JANUARY, None, 6.5]],
        [HELD[0], ["XYZ", "put", -1, 480, JANUARY, 6.0, 5.0], *HELD[2:]],
    ),
    # through nothing to the other side
    (
        [["XYZ", "call", -5, 520, JANUARY, None, 7.5]],
        [*HELD[:2], ["XYZ", "call", -3, 520, JANUARY, 8.0, 7.5], *HELD[3:]],
    ),
    # two trades of one contract count together, at their average price
    (
        [["XYZ", "call", -4, 500, MARCH, 20.0, 19.0], ["XYZ", "call", -4, 500, MARCH, 20.0, 21.0]],
        [*HELD, ["XYZ", "call", -8, 500, MARCH, 20.0, 20.0]],
    ),
    # shares
    (
        [["ABC", "stock", 50, None, None, 49.0], ["XYZ", "stock", 100, None, None, 505.0]],
        [
            STOCK,
            *HELD[1:3],
            ["ABC", "stock", -150, None, None, 50.0],
            ["XYZ", "stock", 100, None, None, 500.0, 505.0],
            CASH,
        ],
    ),
]


@pytest.mark.parametrize(("traded", "typed"), AFTERWARDS)
def test_the_book_afterwards_is_the_one_that_is_typed(
    traded: list[list[Any]], typed: list[list[Any]]
) -> None:
    found = figures(what_if(positions(*HELD), trades(*traded)))
    after = positions(*typed)
    for name, function in (
        ("initial requirement", udfs.REGT_INITIAL),
        ("maintenance requirement", udfs.REGT_MAINTENANCE),
        ("portfolio requirement", udfs.PM_REQUIREMENT),
    ):
        assert found[name][1] == pytest.approx(function(after, MARKET, SETTINGS)), name


def test_the_account_afterwards_is_that_of_the_book_that_is_typed() -> None:
    held = positions(STOCK, SHORT_PUT, ["ABC", "put", 5, 50, "2027-12-17", 6.0], CASH)
    traded = trades(
        action(["XYZ", "put", None, 480, JANUARY, 6.2], action="close", fee=3.0),
        ["XYZ", "call", -2, 520, JANUARY, 8.0],
        ["ABC", "put", -2, 50, "2027-12-17", 6.5],
    )
    after = positions(
        STOCK,
        ["ABC", "put", 3, 50, "2027-12-17", 6.0],
        ["XYZ", "call", -2, 520, JANUARY, 8.0],
        ["USD", "cash", 20_000 - 620 - 3 + 1_600 + 1_300],
    )
    account = {row[0]: row[2] for row in udfs.MARGIN_ACCOUNT(after, MARKET, SETTINGS)}
    found = figures(what_if(held, traded))
    for name in ("account value", "strategy equity", "Reg T excess", "strategy excess",
                 "portfolio excess", "portfolio requirement"):  # fmt: skip
        assert found[name][1] == pytest.approx(account[name]), name


orders = st.lists(
    st.tuples(
        st.sampled_from(["put", "call"]),
        st.integers(-6, 6).filter(bool),
        st.sampled_from([480, 500, 520]),
        st.sampled_from([None, 5.0, 7.0]),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40, deadline=None)
@given(orders=orders)
def test_the_order_of_trades_does_not_matter(orders: list[Any]) -> None:
    price = {("put", 480): None, ("put", 500): 14.0, ("put", 520): 25.0,
             ("call", 480): 28.0, ("call", 500): 16.0, ("call", 520): None}  # fmt: skip
    rows = [["XYZ", t, q, k, JANUARY, price[t, k], cost] for t, q, k, cost in orders]
    one = figures(what_if(positions(*HELD), trades(*rows)))
    other = figures(what_if(positions(*HELD), trades(*reversed(rows))))
    for name, row in one.items():
        if row[2] != "":
            assert row == pytest.approx(other[name], abs=1e-6), name


def test_several_accounts_are_each_alone() -> None:
    rows = ([*STOCK, None], [*SHORT_PUT, None], [*CASH, None, None, None, None])
    one = [[*row[:7], "one"] for row in (rows[0], rows[2])]
    two = [[*row[:7], "two"] for row in (rows[1], [*CASH[:2], 9_000, None, None, None, None])]
    first = action(LONG_PUT, account="one", fee=1.0)
    second = action(["XYZ", "put", None, 480, JANUARY, None, 6.3], account="two", action="close")
    whole = what_if(positions(*one, *two), trades(first, second))
    assert figures(whole, "one") == figures(what_if(positions(*one), trades(first)))
    assert figures(whole, "two") == figures(what_if(positions(*two), trades(second)))
    total, alone = figures(whole), [figures(whole, name) for name in ("one", "two")]
    for name, row in total.items():
        if row[2] != "":
            assert row[2] == pytest.approx(sum(each[name][2] for each in alone)), name
    assert [row[4] for row in whole[1:]][:13] == ["total"] * 13


def test_without_cash_equity_is_unknown_and_its_change_is_not() -> None:
    found, known = (
        figures(what_if(held, trades(LONG_PUT)))
        for held in (positions(STOCK), positions(STOCK, CASH))
    )
    for name in ("account value", "strategy equity", "strategy excess", "portfolio excess"):
        assert found[name][:2] == ["#N/A", "#N/A"]
        assert found[name][2] == known[name][2]
    assert found["maintenance requirement"] == known["maintenance requirement"]
    # what gives room may be done whatever the cash; of what takes room nothing is known
    assert found[PORTFOLIO][1] == "accepted"
    short = figures(what_if(positions(STOCK), trades(["XYZ", "call", -3, 500, JANUARY, 16.0])))
    assert short[PORTFOLIO][1] == "unknown: cash is stated nowhere"


@pytest.mark.parametrize(
    ("cash", "check", "says"),
    [
        (25_000, STRATEGY, "accepted"),  # 50% of 50,000
        (24_999, STRATEGY, "refused: short by $1.00"),
        (7_500, PORTFOLIO, "accepted"),  # 15% of 50,000
        (7_499, PORTFOLIO, "refused: short by $1.00"),
    ],
)
def test_shares_have_to_be_put_up_for(cash: int, check: str, says: str) -> None:
    found = figures(what_if(positions(["USD", "cash", cash]), trades(STOCK)))
    assert found[check][1] == says


def test_the_memorandum_account_may_be_used_but_maintenance_must_be_met() -> None:
    held = positions(["USD", "cash", 24_000])
    assert figures(what_if(held, trades(STOCK), ["sma", 25_000]))[STRATEGY][1] == "accepted"
    assert figures(what_if(held, trades(STOCK), ["sma", 24_990]))[STRATEGY][1] == (
        "refused: short by $10.00"
    )
    held = positions(["USD", "cash", 12_000])  # maintenance is 12,500
    assert figures(what_if(held, trades(STOCK), ["sma", 25_000]))[STRATEGY][1] == (
        "refused: short by $500.00"
    )


def test_an_account_that_is_short_may_do_what_makes_it_no_shorter() -> None:
    held = positions(STOCK, ["USD", "cash", -45_000])  # equity 5,000
    less = figures(what_if(held, trades(["XYZ", "stock", -10, None, None, 500.0])))
    assert less[STRATEGY][1] == less[PORTFOLIO][1] == "accepted"
    more = figures(what_if(held, trades(["XYZ", "stock", 1, None, None, 500.0])))
    # 50% and 15% of 500
    assert more[STRATEGY][1] == "refused: short by $250.00"
    assert more[PORTFOLIO][1] == "refused: short by $75.00"


def test_the_accounts_own_regime_is_named_and_has_the_effect() -> None:
    held = positions(["USD", "cash", 100_000])
    for account_type, check, effect in (
        ("portfolio", PORTFOLIO, -7_500),
        ("margin", STRATEGY, -25_000),
        ("cash", STRATEGY, -50_000),
    ):
        found = figures(what_if(held, trades(STOCK), ["account_type", account_type]))
        assert found[check][0] == "the account's regime"
        assert found["buying-power effect"] == ["", "", pytest.approx(effect)]
