"""The worst order against every order, and what must hold of it."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as searching
from hypothesis import strategies as st

from tests.intraday.answers import (
    MARGIN,
    MARKET,
    PORTFOLIO,
    Range,
    cash,
    deficit,
    levels,
    of_kind,
    rows,
)
from tests.intraday.every_order import (
    Contract,
    Made,
    deficit_in_order,
    levels_of_sets,
    worst_deficit,
)
from tests.refusals import assert_refused
from xlmargin import computing, udfs
from xlmargin.intraday import MOST_HOLDINGS

MARK: dict[Contract, float] = {
    ("XYZ", "stock", None, None): 50.0,
    ("XYZ", "call", 50.0, "2026-12-18"): 2.0,
    ("XYZ", "call", 55.0, "2026-12-18"): 0.6,
    ("XYZ", "put", 45.0, "2027-01-15"): 0.9,
    ("ABC", "stock", None, None): 20.0,
    ("ABC", "put", 20.0, "2026-12-18"): 0.8,
}
HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "mark", "fee"]

_GROUPS = ["symbol", "price", "class", "product_group", "portfolio_group"]
ONE_PRODUCT: Range = [
    _GROUPS,
    ["XYZ", 50.0, "etf_broad", "broad", None],
    ["ABC", 20.0, "etf_broad", "broad", None],
]
TWO_PRODUCTS: Range = [
    _GROUPS,
    ["XYZ", 50.0, "etf_broad", "broad", "funds"],
    ["ABC", 20.0, "etf_broad", "other", "funds"],
]
OUTSIDE: Range = [["symbol", "price", "marginable"], ["XYZ", 50.0, True], ["ABC", 20.0, False]]

contracts = st.sampled_from(list(MARK))


def lots(contract: Contract) -> st.SearchStrategy[int]:
    """Shares in hundreds, options in single contracts, long or short."""
    step = 100 if contract[1] == "stock" else 1
    return st.sampled_from([-2, -1, 1, 2]).map(lambda n: n * step)


@st.composite
def transactions(draw: st.DrawFn) -> Made:
    """A trade near the market, or a round sum paid in or out."""
    if draw(st.integers(0, 4)) == 0:
        return None, float(draw(st.sampled_from([-1_500, -400, 300, 2_000]))), 0.0, 0.0
    contract = draw(contracts)
    price = MARK[contract] + draw(st.sampled_from([-0.5, 0.0, 0.25]))
    return contract, float(draw(lots(contract))), price, draw(st.sampled_from([0.0, 1.0]))


@st.composite
def openings(draw: st.DrawFn) -> Counter[Contract]:
    chosen = draw(st.lists(contracts, max_size=3, unique=True))
    return Counter({contract: draw(lots(contract)) for contract in chosen})


def activity(made: list[Made]) -> Range:
    typed: Range = [HEADINGS]
    for contract, quantity, price, fee in made:
        if contract is None:
            kind = "deposit" if quantity > 0 else "withdrawal"
            typed.append(["", kind, abs(quantity), None, None, None, None, fee])
        else:
            symbol, kind, strike, expiration = contract
            mark = MARK[contract]
            typed.append([symbol, kind, quantity, strike, expiration, price, mark, fee])
    return typed


def positions(opening: Counter[Contract], money: float) -> Range:
    typed: list[list[Any]] = [["symbol", "type", "quantity", "strike", "expiration", "price"]]
    typed.append(["USD", "cash", money, None, None, None])
    typed += [[c[0], c[1], q, c[2], c[3], MARK[c]] for c, q in opening.items()]
    return typed


accounts = {
    "opening": openings(),
    "money": st.sampled_from([-9_000.0, -2_500.0, 500.0, 4_000.0, 20_000.0]),
    "made": st.lists(transactions(), min_size=1, max_size=4),
    "ranges": st.sampled_from(
        [(MARKET, MARGIN)]
        + [(market, PORTFOLIO) for market in (MARKET, ONE_PRODUCT, TWO_PRODUCTS, OUTSIDE)]
    ),
}


@given(**accounts)
@searching(max_examples=60, deadline=None)
def test_worst_order_is_the_worst_of_all_orders(
    opening: Counter[Contract],
    money: float,
    made: list[Any],
    ranges: tuple[list[list[Any]], list[list[str]]],
) -> None:
    market, settings = ranges
    twin = levels_of_sets(opening, money, made, MARK, ranges)
    found = rows(activity(made), positions(opening, money), settings, market)
    assert deficit(found) == pytest.approx(worst_deficit(twin), abs=0.01)
    assert levels(found)[-1] == pytest.approx(twin[frozenset(range(len(made)))], abs=0.01)


@given(**accounts, data=st.data())
@searching(max_examples=40, deadline=None)
def test_a_known_order_is_followed_and_never_worse(
    opening: Counter[Contract],
    money: float,
    made: list[Any],
    ranges: tuple[list[list[Any]], list[list[str]]],
    data: st.DataObject,
) -> None:
    market, settings = ranges
    order = data.draw(st.permutations(range(len(made))))
    twin = levels_of_sets(opening, money, made, MARK, ranges)
    held = positions(opening, money)
    untimed = activity(made)
    timed = [[*untimed[0], "time"]]
    timed += [[*row, order.index(i) / 10] for i, row in enumerate(untimed[1:])]
    found = rows(timed, held, settings, market)
    assert deficit(found) == pytest.approx(deficit_in_order(order, twin), abs=0.01)
    expected = [twin[frozenset(order[:n])] for n in range(len(order) + 1)]
    assert levels(found) == pytest.approx(expected, abs=0.01)
    assert deficit(rows(untimed, held, settings, market)) >= deficit(found) - 0.01


@given(**accounts, data=st.data())
@searching(max_examples=40, deadline=None)
def test_equal_times_are_searched_and_different_ones_are_followed(
    opening: Counter[Contract],
    money: float,
    made: list[Any],
    ranges: tuple[list[list[Any]], list[list[str]]],
    data: st.DataObject,
) -> None:
    market, settings = ranges
    times = data.draw(st.lists(st.integers(0, 2), min_size=len(made), max_size=len(made)))
    twin = levels_of_sets(opening, money, made, MARK, ranges)
    held, untimed = positions(opening, money), activity(made)
    timed = [[*untimed[0], "time"]]
    timed += [[*row, at / 10] for row, at in zip(untimed[1:], times, strict=True)]
    orders = [o for o in permutations(range(len(made))) if times_of(o, times) == sorted(times)]
    worst = max(deficit_in_order(order, twin) for order in orders)
    assert deficit(rows(timed, held, settings, market)) == pytest.approx(worst, abs=0.01)
    shuffled = [timed[0], *data.draw(st.permutations(timed[1:]))]
    assert deficit(rows(shuffled, held, settings, market)) == pytest.approx(worst, abs=0.01)


def times_of(order: tuple[int, ...], times: list[int]) -> list[int]:
    return [times[i] for i in order]


@given(**accounts, which=st.integers(0, 3))
@searching(max_examples=30, deadline=None)
def test_splitting_a_trade_never_makes_the_worst_order_better(
    opening: Counter[Contract],
    money: float,
    made: list[Any],
    ranges: tuple[list[list[Any]], list[list[str]]],
    which: int,
) -> None:
    market, settings = ranges
    contract, quantity, price, fee = made[which % len(made)]
    doubled = [*made[: which % len(made)], *made[which % len(made) + 1 :]]
    half = (contract, quantity, price, fee)
    whole = (contract, 2 * quantity, price, 2 * fee)
    held = positions(opening, money)
    once = deficit(rows(activity([*doubled, whole]), held, settings, market))
    twice = deficit(rows(activity([*doubled, half, half]), held, settings, market))
    assert twice >= once - 0.01


@pytest.mark.parametrize("money", [1_000, -1_000])
def test_each_class_is_searched_by_itself_and_together_they_are_lowest(money: int) -> None:
    # two round trips of 100 shares, both of them open at once:
    # bought XYZ asks 1,250 and sold short 1,500; ABC 500 and, short, 600
    trades: Range = [["symbol", "type", "quantity", "price"]]
    for symbol, price in (("XYZ", 50), ("ABC", 20)):
        trades += [[symbol, "stock", 100, price], [symbol, "stock", -100, price]]
    found = rows(trades, cash(money))
    assert deficit(found) == 1_500 + 600 - money
    assert levels(found)[-1] == money


def test_of_trades_to_the_same_holding_those_with_the_least_cash_count() -> None:
    # worth 50: bought at 30 gains 2,000, at 55 loses 500; 1,250 is asked for either:
    # -1,750 after the dear ones alone, -1,000 after both
    trades: Range = [
        ["symbol", "type", "quantity", "price"],
        ["XYZ", "stock", 100, 30],
        ["XYZ", "stock", 100, 55],
    ]
    found = rows(trades, cash(0))
    assert levels(found) == [0, -1_750, -1_000]
    assert deficit(found) == 1_750


@pytest.mark.parametrize(
    ("near", "paid_for_near", "paid_for_far", "deficit_left"),
    [
        # 55 call: 500 asked, 60 paid: +640; 60 call: 1,000 asked, 10 paid: +190; after it: -10
        (55, 0.6, 0.1, 1_785),
        # 58 call: 800 asked, 20 paid: +380; 60 call: 1,000 asked, 190 paid: +10; after it: -190
        (58, 0.2, 1.9, 1_810),
    ],
)
def test_from_a_negative_opening_that_nothing_lowers_a_later_fall_still_counts(
    near: int, paid_for_near: float, paid_for_far: float, deficit_left: int
) -> None:
    # short XYZ call: 1,000 and 200; short ABC put: 400 and 80; cash -320: 2,000 below
    held = [HEADINGS[:6], ["USD", "cash", -320, None, None, None]]
    held += [["XYZ", "call", -1, 50, "2026-12-18", 2.0], ["ABC", "put", -1, 20, "2026-12-18", 0.8]]
    # each purchase makes a spread, and by itself raises the level; the farther one after the
    # nearer is only paid for, which lowers it:
    #   17.5 put: 250 asked, 10 paid: +220; 16 put: 400 asked, 5 paid: +75; after it: -5
    made: Range = [["XYZ", "call", 1, near, paid_for_near], ["XYZ", "call", 1, 60, paid_for_far]]
    made += [["ABC", "put", 1, 17.5, 0.1], ["ABC", "put", 1, 16, 0.05]]
    trades = [[*HEADINGS[:4], "price", "expiration"], *([*row, "2026-12-18"] for row in made)]
    assert deficit(rows(trades, held)) == pytest.approx(deficit_left)
    # one in each class: nothing reduces, nothing is a deficit
    assert deficit(rows([trades[0], trades[1], trades[3]], held)) == 0


def test_what_cannot_change_the_level_comes_after_what_does() -> None:
    # a round trip leaves nothing: bought and sold again it would only lengthen the way down
    trades: Range = [
        ["symbol", "type", "quantity", "price"],
        ["ABC", "stock", 100, 20],
        ["XYZ", "stock", -100, 50],
        ["XYZ", "stock", 100, 50],
    ]
    # short 100 XYZ asks 1,500, long 1,250; ABC 500
    found = rows(trades, cash(1_000))
    assert [row["reducing"] for row in of_kind(found, "transaction")] == ["yes", "yes", "no"]
    assert levels(found) == [1_000, 500, -1_000, 500]


def test_parts_that_net_are_searched_together() -> None:
    # two funds of one range, worth 2,000 each: long one and short the other they nearly net
    for market in (ONE_PRODUCT, TWO_PRODUCTS):
        made: list[Made] = [
            (("XYZ", "stock", None, None), 40.0, 50.0, 0.0),
            (("ABC", "stock", None, None), -100.0, 20.0, 0.0),
        ]
        twin = levels_of_sets(Counter(), 100.0, made, MARK, (market, PORTFOLIO))
        found = rows(activity(made), cash(100), PORTFOLIO, market)
        assert levels(found)[-1] == pytest.approx(twin[frozenset({0, 1})])
        worst = worst_deficit(twin)
        assert worst > 0
        assert deficit(found) == pytest.approx(worst)


def test_a_day_with_too_many_holdings_asks_for_the_order() -> None:
    strikes = range(40, 53)
    trades: Range = [["symbol", "type", "quantity", "strike", "expiration", "price"]]
    trades += [["XYZ", "put", 1, strike, "2026-12-18", strike / 40] for strike in strikes]
    assert 2 ** len(strikes) > MOST_HOLDINGS == 2 ** (len(strikes) - 1)
    message = udfs.MARGIN_INTRADAY(trades, cash(10_000), MARKET, MARGIN)
    assert message.startswith(
        "#XLM! activity, time: found more holdings than can be looked at that 13 transactions"
    )
    timed = [[*trades[0], "time"], *([*row, i / 100] for i, row in enumerate(trades[1:]))]
    assert deficit(rows(timed, cash(10_000))) == 0


def buys_and_sells(number: int) -> list[list[Any]]:
    """As many trades of 100 shares, each at its own price."""
    typed = [["symbol", "type", "quantity", "price"]]
    return typed + [["XYZ", "stock", 100 * (-1) ** i, 50 + i / 10_000] for i in range(number)]


def test_days_without_an_order_that_take_too_many_steps_ask_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # by turns 100 shares more and less: n trades lead to n + 1 holdings, in 1 + 2 + ... + n steps
    monkeypatch.setattr("xlmargin.intraday.worst_order.MOST_STEPS", 140 * 141 / 2)
    assert deficit(rows(buys_and_sells(140), cash(1e6))) == 0
    message = udfs.MARGIN_INTRADAY(buys_and_sells(141), cash(1e6), MARKET, MARGIN)
    assert message.startswith("#XLM! activity, time: found more holdings than can be looked at")
    assert message.endswith("wanted a column of times, each its own: the order.")


def test_a_reducing_transaction_is_not_sought_without_end() -> None:
    # shares sold short are bought back one by one, each at its price: from below zero, ever higher;
    # 200 prices, 200 shares and 201 holdings are more than two million to look at
    made = [["symbol", "type", "quantity", "price"]]
    made += [["XYZ", "stock", 1, 50 - i / 10_000] for i in range(200)]
    held = [["symbol", "type", "quantity"], ["USD", "cash", 0], ["XYZ", "stock", -200]]
    message = udfs.MARGIN_INTRADAY(made, held, MARKET, MARGIN)
    assert message.startswith("#XLM! activity, time: found more holdings than can be looked at")
    assert deficit(rows([made[0], *made[1:101]], held)) == 0


def test_more_holdings_than_can_be_margined_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    # 5 underlyings, each bought or not and sold or not: -100, 0 and 100 shares, two that are held
    monkeypatch.setattr("xlmargin.intraday.levels.MOST_LEGS", 9)
    symbols = [f"S{i}" for i in range(5)]
    market = [["symbol", "price"], *([symbol, 20.0] for symbol in symbols)]
    trades = [["symbol", "type", "quantity", "price"]]
    trades += [[symbol, "stock", shares, 20] for symbol in symbols for shares in (100, -100)]
    message = udfs.MARGIN_INTRADAY(trades, cash(100_000), market, MARGIN)
    assert_refused(message, ("activity", 0, ""), "fewer transactions, days or accounts at once")
    computing.forget()
    monkeypatch.setattr("xlmargin.intraday.levels.MOST_LEGS", 10)
    assert deficit(rows(trades, cash(100_000), MARGIN, market)) == 0
