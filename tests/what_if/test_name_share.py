"""What a class group requires with an order, and how many leave it no more than its share."""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import Range
from tests.refusals import assert_refused
from tests.what_if.test_capacity import HEAD, HELD, JAN, JUN, MARKET, SETTINGS
from xlmargin import udfs

GROUPS: Range = [
    [*MARKET[0], "class_group", "product_group", "portfolio_group"],
    *([*row, None, None, None] for row in MARKET[1:]),
    ["MINI", 600.0, "index_high_cap", "SPX", None, None],
    ["NDX", 20_000.0, "index_high_cap", None, "high cap", None],
    ["NEW", 10.0, "stock", None, None, None],
]
"""A tenth of an index in its class group, and another index beside it in a product group."""
GROUPS[3][4] = "high cap"
GROUPS[4][4] = "high cap"
BOOK: Range = [
    *HELD[:-1],
    ["NDX", "put", -1, 18_000, JAN, 150.0, "A"],
    ["", "cash", 200_000, None, None, None, "A"],
    ["ABC", "stock", 300, None, None, 50.0, "B"],
    ["", "cash", 30_000, None, None, None, "B"],
]
ORDER_HEAD = ["symbol", "type", "quantity", "strike", "expiration", "price", "account"]
ORDERS: Range = [
    ["XYZ", "put", -1, 95, JAN, 3.5, "A"],
    ["XYZ", "put", 1, 90, JAN, 2.0, "A"],
    ["XYZ", "stock", -1, None, None, 100.0, "A"],
    ["ABC", "put", -1, 40, JUN, 1.1, "A"],
    ["SPX", "put", -1, 5600, JAN, 60.0, "A"],
    ["SPX", "put", 1, 5300, JAN, 33.0, "A"],
    ["NDX", "put", -1, 18_000, JAN, 150.0, "A"],
    ["MINI", "put", -1, 560, JAN, 6.0, "A"],
    ["NEW", "stock", 1, None, None, 10.0, "B"],
]


def required(held: Range, account: str) -> dict[str, float]:
    """What each class group of an account requires, and "" for the account, by PM_GROUPS."""
    head, *rows = udfs.PM_GROUPS(held, GROUPS, SETTINGS)
    at = head.index("requirement")
    classes = {row[1]: row[at] for row in rows if row[0] == "class group" and row[3] == account}
    alone = [row for row in held[1:] if row[-1] == account]
    return {**classes, "": udfs.PM_REQUIREMENT([held[0], *alone], GROUPS, SETTINGS)}


def plainly(order: list[Any], quantity: float) -> dict[str, float]:
    """The same of the book with an order traded: added to the row of its contract, or last."""
    held = [list(row) for row in BOOK]
    contract = [i for i in range(len(ORDER_HEAD)) if i not in (2, 5)]
    same = [row for row in held[1:] if all(row[i] == order[i] for i in contract)]
    if same:
        same[0][2] += order[2] * quantity
        held = [row for row in held if row[2] != 0]
    else:
        held.append([*order[:2], order[2] * quantity, *order[3:]])
    return required(held, order[-1])


def name_of(order: list[Any]) -> str:
    return "SPX" if order[0] == "MINI" else str(order[0])


@pytest.mark.parametrize("order", ORDERS, ids=lambda o: f"{o[2]} {o[0]} {o[1]}")
def test_the_class_group_after_an_order_is_that_of_the_book_after_it(order: list[Any]) -> None:
    orders = [ORDER_HEAD, [*order[:2], order[2] * 4, *order[3:]]]
    table = udfs.MARGIN_WHATIF(BOOK, orders, GROUPS, SETTINGS)
    found = {row[0]: row for row in table if row[4] == order[-1]}
    name = name_of(order)
    row = found[f"requirement of class group, {name}"]
    before, after = required(BOOK, order[-1]), plainly(order, 4)
    assert row[1] == pytest.approx(before.get(name, 0.0), abs=0.005)
    assert row[2] == pytest.approx(after.get(name, 0.0), abs=0.005)
    assert row[3] == pytest.approx(row[2] - row[1], abs=0.005)
    whole = [r for r in table if r[4] == "total" and r[0] == row[0]]
    assert len(whole) == 1
    named = [r[0] for r in table if str(r[0]).startswith("requirement of class group")]
    assert named == [row[0]] * 2


@pytest.mark.parametrize("share", [0.03, 0.2, 0.55])
def test_every_quantity_up_to_the_greatest_leaves_the_share(share: float) -> None:
    most = 14
    head = [*ORDER_HEAD, "name_share", "limit"]
    orders = [head, *([*order, share, most] for order in ORDERS)]
    table = udfs.MARGIN_CAPACITY(BOOK, orders, GROUPS, SETTINGS)
    at = table[0].index("greatest by name share")
    for order, row in zip(ORDERS, table[1:], strict=True):
        now = required(BOOK, order[-1])
        name = name_of(order)
        limit = max(share, now.get(name, 0.0) / now[""])
        first = most
        for quantity in range(1, most + 1):
            after = plainly(order, quantity)
            if after.get(name, 0.0) > limit * after[""] + 0.01:
                first = quantity - 1
                break
        assert row[at] == first, (order, share)


def test_by_hand() -> None:
    """ABC asks 7.50 a share, XYZ 15: of 1,500 of ABC and 7,500 together a share of 40% is 3,000."""
    held = [HEAD, ["XYZ", "stock", 300, None, None, 100.0, "A"],
            ["ABC", "stock", 200, None, None, 50.0, "A"]]  # fmt: skip
    orders = [["symbol", "type", "side", "price", "name_share"], ["ABC", "stock", "buy", 50, "40%"],
              ["ABC", "stock", "sell", 50, 0.4], ["XYZ", "stock", "buy", 100, 0.5]]  # fmt: skip
    table = udfs.MARGIN_CAPACITY(held, orders, MARKET, SETTINGS)
    at = table[0].index("greatest by name share")
    # 3,000 = 40% of 7,500: 400 shares. Sold: 200, then 400 short. XYZ has 75% and may not have more
    assert [row[at] for row in table[1:]] == [200.0, 600.0, 0.0]


def test_what_is_not_covered_or_not_asked_for_is_said() -> None:
    market = [[*MARKET[0], "marginable"], *([*row, True] for row in MARKET[1:]),
              ["OUT", 10.0, "stock", False]]  # fmt: skip
    orders = [["symbol", "type", "side", "price", "name_share"], ["OUT", "stock", "buy", 10, 0.3],
              ["XYZ", "stock", "buy", 100, None]]  # fmt: skip
    table = udfs.MARGIN_CAPACITY(HELD, orders, market, SETTINGS)
    assert [row[-1] for row in table[1:]] == ["not covered", "not asked for"]


@pytest.mark.parametrize("share", [0, 1.2, -0.1, "much"])
def test_a_share_that_is_none_is_refused(share: object) -> None:
    orders = [["symbol", "type", "side", "price", "name_share"], ["XYZ", "stock", "buy", 1, share]]
    answer = udfs.MARGIN_CAPACITY(HELD, orders, MARKET, SETTINGS)
    kind = "a number" if share == "much" else "share"
    assert_refused(answer, ("orders", 2, "name_share"), kind)
