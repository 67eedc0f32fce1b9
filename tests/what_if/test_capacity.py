"""The greatest quantities: accepted there and refused at one more, as MARGIN_WHATIF says."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.books import Range
from tests.refusals import assert_refused
from xlmargin import udfs

SETTINGS: Range = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.04]]
MARKET: Range = [
    ["symbol", "price", "class"],
    ["XYZ", 100.0, "stock"], ["ABC", 50.0, "stock"], ["SPX", 6000.0, "index_high_cap"],
]  # fmt: skip
HEAD = ["symbol", "type", "quantity", "strike", "expiration", "price", "account"]
JAN, JUN = "2027-01-15", "2027-06-18"
HELD: Range = [
    HEAD,
    ["XYZ", "stock", 500, None, None, 100.0, "A"],
    ["XYZ", "call", -7, 110, JAN, 2.5, "A"],
    ["XYZ", "put", 4, 90, JAN, 2.0, "A"],
    ["ABC", "put", -3, 45, JUN, 2.2, "A"],
    ["SPX", "put", 1, 5600, JAN, 60.0, "A"],
    ["SPX", "put", -1, 5300, JAN, 33.0, "A"],
    ["", "cash", 20_000, None, None, None, "A"],
]
ORDERS: Range = [
    ["symbol", "type", "quantity", "strike", "expiration", "price", "fee"],
    ["XYZ", "put", -3, 95, JAN, 3.5, 2.5],
    ["XYZ", "call", -3, 110, JAN, 2.4, None],
    ["XYZ", "call", 10, 110, JAN, 2.6, None],
    ["XYZ", "put", -5, 90, JAN, 2.0, 10.0],
    ["XYZ", "stock", 100, None, None, 100.0, None],
    ["XYZ", "stock", -200, None, None, 100.0, None],
    ["ABC", "stock", 1_000, None, None, 50.0, None],
    ["SPX", "put", -1, 5600, JAN, 60.0, None],
]


def capacity(
    orders: Range,
    held: Range = HELD,
    settings: Range = [],  # noqa: B006
    leave: float | None = None,
    market: Range = MARKET,
) -> list[dict[str, Any]]:
    both = [["capacity_regimes", "both"]]
    every = [*SETTINGS, *both, *settings]
    table = udfs.MARGIN_CAPACITY(held, orders, market, every, None, leave)
    assert isinstance(table, list), table
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]


def traded(
    orders: Range,
    row: int,
    quantity: float,
    held: Range = HELD,
    settings: Range = [],  # noqa: B006
    market: Range = MARKET,
) -> dict[str, Any]:
    """What MARGIN_WHATIF answers to so many of one order, by figure."""
    at = orders[0].index("quantity")
    order = list(orders[row])
    sign = -1 if order[at] is not None and order[at] < 0 else 1
    order[at] = sign * quantity
    every = [*SETTINGS, *settings]
    table = udfs.MARGIN_WHATIF(held, [orders[0], order], market, every)
    assert isinstance(table, list), table
    return {str(line[0]): line for line in table[1:] if line[-1] == "total"}


CHECKS = {
    "greatest portfolio": "pre-trade check, portfolio margin",
    "greatest strategy": "pre-trade check, strategy-based",
}


def verdict(answer: dict[str, Any], regime: str) -> str:
    return str(answer[CHECKS[regime]][2]).split(":", maxsplit=1)[0]


def limited(orders: Range, most: float) -> Range:
    return [[*orders[0], "limit"], *([*row, most] for row in orders[1:])]


@pytest.mark.parametrize("kind", ["portfolio", "margin"])
def test_accepted_at_the_greatest_and_refused_at_one_more(kind: str) -> None:
    settings = [["account_type", kind]]
    found = capacity(ORDERS, settings=settings)
    own = "greatest portfolio" if kind == "portfolio" else "greatest strategy"
    for i, row in enumerate(found, start=1):
        assert row["greatest"] == row[own]
        for regime in CHECKS:
            q, most = row[regime], 10_000 if ORDERS[i][1] != "stock" else 1_000_000
            if q:
                assert verdict(traded(ORDERS, i, q, settings=settings), regime) == "accepted", row
            if q < most:
                refused = verdict(traded(ORDERS, i, q + 1, settings=settings), regime)
                assert refused == "refused", row
        ordered = traded(ORDERS, i, row["ordered"], settings=settings)
        assert row["fits"] == verdict(ordered, own), row
        excess = "portfolio excess" if kind == "portfolio" else "strategy excess"
        assert row["excess after order"] == pytest.approx(ordered[excess][2], abs=0.01)
        if row["greatest"]:
            after = traded(ORDERS, i, row["greatest"], settings=settings)
            binding = "Reg T excess" if row["binds"] == "Reg T excess" else excess
            assert row["excess after greatest"] == pytest.approx(after[binding][2], abs=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_every_quantity_up_to_the_greatest_is_accepted(seed: int) -> None:
    """Few units of cash, so that the greatest is within some tens, each of which is tried."""
    dice = random.Random(seed)
    settings = [["house", ["rule", "ibkr_like", "tastytrade_stressed"][seed]]]
    most = 25
    held = [row[:] for row in HELD]
    held[-1][2] = dice.choice([-30_000, -22_000, -15_000, 1_000])
    for row in held[2:5]:
        row[2] = dice.choice([-9, -4, 3, 8])
    chosen = [ORDERS[0], *dice.sample([r for r in ORDERS[1:] if r[1] != "stock"], 2)]
    orders = limited(chosen, most)
    for i, row in enumerate(capacity(orders, held, settings), start=1):
        tried = [traded(chosen, i, q, held, settings) for q in range(1, most + 1)]
        for regime in CHECKS:
            verdicts = [verdict(answer, regime) for answer in tried]
            first = verdicts.index("refused") if "refused" in verdicts else most
            if regime == "greatest portfolio" or row[regime] <= 16 or first == most:
                assert row[regime] == first, (row, regime)
            else:
                assert row[regime] >= first
        assert row["proven"] is True  # under portfolio margin


def test_shares_by_hand() -> None:
    held = [
        HEAD,
        ["XYZ", "stock", 100, None, None, 100.0, "A"],
        ["", "cash", 20_000] + [None] * 3 + ["A"],
    ]
    orders = [["symbol", "type", "side", "quantity", "price"], ["XYZ", "stock", "buy", 10, 100.0]]
    [row] = capacity(orders, held)
    # 30,000 = 0.15 x 100 x 2,000 shares: 1,900 more. By Reg T half of 60,000: 500 more
    assert (row["greatest portfolio"], row["greatest strategy"]) == (1_900.0, 500.0)
    assert (row["binds"], row["proven"], row["fits"]) == ("portfolio excess", True, "accepted")
    assert (row["cash needed"], row["excess after greatest"]) == (190_000.0, 0.0)
    assert row["excess after order"] == pytest.approx(30_000 - 0.15 * 11_000)
    margin = [["account_type", "margin"]]
    [row] = capacity(orders, held, margin)
    assert (row["greatest"], row["binds"], row["proven"]) == (500.0, "Reg T excess", True)
    assert row["excess after greatest"] == 0.0  # 30,000 - 50% of 60,000; of maintenance 15,000
    [row] = capacity(orders, held, [*margin, ["sma", 40_000]])
    # funds of 40,000 for 50%: 800; maintenance: 30,000 = 25% of 120,000
    assert (row["greatest"], row["binds"]) == (800.0, "SMA")
    assert row["excess after greatest"] == 0.0
    [row] = capacity(orders, held, [*margin, ["sma", 90_000]])
    assert (row["greatest"], row["binds"]) == (1_100.0, "maintenance excess")
    [row] = capacity(limited(orders, 700), held)
    assert (row["greatest"], row["binds"]) == (700.0, "limit")


def test_what_is_to_stay_by_hand() -> None:
    held = [
        HEAD,
        ["XYZ", "stock", 100, None, None, 100.0, "A"],
        ["", "cash", 20_000] + [None] * 3 + ["A"],
    ]
    orders = [["symbol", "type", "side", "price"], ["XYZ", "stock", "1", 100.0]]
    [row] = capacity(orders, held, leave=6_000)  # 24,000 = 0.15 x 100 x 1,600
    assert (row["greatest portfolio"], row["fits"], row["ordered"]) == (1_500.0, "none", "none")
    assert row["excess after greatest"] == pytest.approx(6_000)
    [row] = capacity(orders, held, leave=0.4)  # a cushion of 12,000 of 30,000
    assert row["greatest portfolio"] == 1_100.0
    [row] = capacity(orders, held, [["account_type", "margin"]], leave=0.6)
    # maintenance of 25% leaves 18,000 of 30,000 at 480 shares, and Reg T at 600
    assert (row["greatest"], row["binds"]) == (380.0, "maintenance excess")


@pytest.mark.parametrize(
    ("side", "greatest"), [("sell", "sell"), ("2", "sell"), (5, "sell"), ("sell_short", "sell"),
                           ("buy", "buy"), (1, "buy"), ("Sell to open", "sell")],
)  # fmt: skip
def test_sides_with_and_without_a_magnitude(side: object, greatest: str) -> None:
    head = ["symbol", "type", "strike", "expiration", "price", "side", "quantity"]
    for quantity in (None, 3):
        orders = [head, ["XYZ", "put", 95, JAN, 3.5, side, quantity]]
        [row] = capacity(orders)
        assert row["order"] == f"{greatest} XYZ 15 Jan 2027 95 put"
        assert row["ordered"] == (quantity or "none")


def test_a_sale_that_closes_what_is_held_goes_on_beyond_it() -> None:
    held = [
        HEAD,
        ["XYZ", "stock", 300, None, None, 100.0, "A"],
        ["", "cash", -27_000] + [None] * 3 + ["A"],
    ]
    orders = [["symbol", "type", "quantity", "price"], ["XYZ", "stock", -10, 100.0]]
    [row] = capacity(orders, held)
    # 3,000 of equity, 4,500 required: selling lowers that, until 300 are short: no shorter than now
    assert (row["fits"], row["greatest portfolio"]) == ("accepted", 600.0)
    now, after = traded(orders, 1, 600, held)["portfolio excess"][1:3]
    assert (now, after) == (-1_500.0, pytest.approx(-1_500.0, abs=1e-6))
    assert verdict(traded(orders, 1, 601, held), "greatest portfolio") == "refused"


def test_none_fits_where_one_is_refused() -> None:
    held = [
        HEAD,
        ["XYZ", "stock", 100, None, None, 100.0, "A"],
        ["", "cash", -9_900] + [None] * 3 + ["A"],
    ]
    orders = [["symbol", "type", "quantity", "price"], ["XYZ", "stock", 10, 100.0]]
    [row] = capacity(orders, held)
    assert (row["greatest"], row["fits"], row["proven"]) == (0.0, "refused", True)
    assert row["cash needed"] == 0.0
    assert row["excess after greatest"] == pytest.approx(100 - 1_500)


def test_without_cash_it_is_unknown() -> None:
    held = [row for row in HELD if row[1] != "cash"]
    found = capacity(ORDERS, held)
    assert found[0]["fits"] == "unknown"
    assert (found[0]["greatest"], found[0]["binds"]) == (0.0, "cash is stated nowhere")
    assert found[0]["excess after greatest"] == "#N/A"


def test_what_is_not_eligible_is_tried() -> None:
    market = [["symbol", "price", "marginable"], ["XYZ", 100.0, True], ["NEW", 10.0, False]]
    held = [
        HEAD,
        ["XYZ", "stock", 100, None, None, 100.0, "A"],
        ["", "cash", 5_000] + [None] * 3 + ["A"],
    ]
    orders = [["symbol", "type", "quantity", "price"], ["NEW", "stock", 100, 10.0]]
    [row] = capacity(orders, held, market=market)
    # 13,500 of excess, all of 10 a share
    assert row["greatest portfolio"] == 1_350.0
    assert (
        verdict(traded(orders, 1, 1_350, held, market=market), "greatest portfolio") == "accepted"
    )
    assert verdict(traded(orders, 1, 1_351, held, market=market), "greatest portfolio") == "refused"


def test_each_order_in_its_own_account() -> None:
    held = [
        HEAD,
        ["XYZ", "stock", 100, None, None, 100.0, "A"], ["", "cash", 0] + [None] * 3 + ["A"],
        ["XYZ", "stock", 100, None, None, 100.0, "B"], ["", "cash", 20_000] + [None] * 3 + ["B"],
    ]  # fmt: skip
    orders = [["symbol", "type", "quantity", "price", "account"],
              ["XYZ", "stock", 10, 100.0, "B"], ["XYZ", "stock", 10, 100.0, "A"]]  # fmt: skip
    b, a = capacity(orders, held)
    assert (b["account"], b["greatest portfolio"]) == ("B", 1_900.0)
    assert (a["account"], a["greatest portfolio"]) == ("A", 566.0)  # 8,500 / 15


def test_a_cash_account_sells_no_call_that_nothing_covers() -> None:
    held = [
        HEAD,
        ["XYZ", "stock", 300, None, None, 100.0, "A"],
        ["", "cash", 2_000] + [None] * 3 + ["A"],
    ]
    orders = [[*HEAD[:6]], ["XYZ", "call", -1, 110, JAN, 2.5]]
    [row] = capacity(orders, held, [["account_type", "cash"]])
    assert (row["greatest"], row["binds"]) == (3.0, "not permitted")
    assert (row["greatest portfolio"], row["proven"]) == ("not permitted", True)


def test_by_strategy_only_where_it_is_asked_for() -> None:
    table = udfs.MARGIN_CAPACITY(HELD, ORDERS, MARKET, SETTINGS)
    at = table[0].index("greatest strategy")
    assert {row[at] for row in table[1:]} == {"not asked for"}
    _, one = udfs.MARGIN_CAPACITY(HELD, ORDERS[:2], MARKET, SETTINGS)
    assert one[at] == capacity(ORDERS[:2])[0]["greatest strategy"]
    _, none = udfs.MARGIN_CAPACITY(
        HELD, ORDERS[:2], MARKET, [*SETTINGS, ["capacity_regimes", "own"]]
    )
    assert none[at] == "not asked for"
    margin = udfs.MARGIN_CAPACITY(HELD, ORDERS, MARKET, [*SETTINGS, ["account_type", "margin"]])
    assert all(isinstance(row[at], float) for row in margin[1:])


TYPOS = [
    (["XYZ", "putt", None, None, 1, None, None], "type: found 'putt'"),
    (["XYZ", "stock", None, None, 0, None, None], "quantity: found 0"),
    (["XYZ", "stock", None, None, "1,5", None, None], "quantity: found the text '1,5'"),
    (["XYZ", "stock", None, None, -5, "buy", None], "quantity: found -5"),
    (["XYZ", "stock", None, None, 5, -1, None], "side: found '-1'"),
    (["XYZ", "stock", None, None, 5, "3", None], "side: found '3'"),
    (["XYZ", "stock", None, None, 5, None, 0], "limit: found 0"),
    (["XYZ", "stock", None, None, 5, None, 2.5], "limit: found 2.5"),
    (["", "cash", None, None, 5, None, None], "type: found 'cash'"),
    (["XYZ", "call", 105, "2026-11-19", 5, None, None], "expiration: found '2026-11-19'"),
]


@pytest.mark.parametrize(("row", "found"), TYPOS, ids=[found for _, found in TYPOS])
def test_a_typo_in_row_seven_is_named(row: list[object], found: str) -> None:
    head = ["symbol", "type", "strike", "expiration", "quantity", "side", "limit"]
    good: Range = [["ABC", "stock", None, None, 1, None, None]] * 5
    answer = udfs.MARGIN_CAPACITY(HELD, [head, *good, row], MARKET, SETTINGS)
    assert isinstance(answer, str)
    assert answer.startswith(f"#XLM! orders, row 7, {found}"), answer
    assert "wanted" in answer


def test_other_refusals() -> None:
    order = [["symbol", "type", "quantity", "action"], ["XYZ", "stock", 10, "close"]]
    closes = udfs.MARGIN_CAPACITY(HELD, order, MARKET, SETTINGS)
    assert_refused(closes, ("orders", 2, "action"), "trade: an order")
    below = udfs.MARGIN_CAPACITY(HELD, ORDERS, MARKET, SETTINGS, None, -1)
    assert_refused(below, ("leave", 0, ""), "dollars of excess to stay")
    assert "no orders" in udfs.MARGIN_CAPACITY(HELD, [ORDERS[0]], MARKET, SETTINGS)
    assert "a range with headings" in udfs.MARGIN_CAPACITY(HELD, None, MARKET, SETTINGS)


def test_the_check_lists_what_is_wrong_with_orders() -> None:
    orders = [[*ORDERS[0], "most of it"], ["XYZ", "putt", -3, 95, JAN, 3.5, 2.5, None],
              ["XYZ", "put", -3, 95, JAN, 9.5, None, None]]  # fmt: skip
    listed = udfs.XLM_CHECK(HELD, MARKET, SETTINGS, orders=orders)
    found = [row[:4] for row in listed if row[1] == "orders"]
    assert ["error", "orders", 2.0, "type"] in found
    assert ["warning", "orders", 1.0, "most of it"] in found


def test_headers_can_be_left_out() -> None:
    whole = udfs.MARGIN_CAPACITY(HELD, ORDERS, MARKET, SETTINGS)
    bare = udfs.MARGIN_CAPACITY(HELD, ORDERS, MARKET, SETTINGS, headers=False)
    assert bare == whole[1:]
