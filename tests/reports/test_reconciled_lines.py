"""The statement of a broker's requirement beside ours: by hand, and as sums of its lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlmargin import udfs

AS_OF = "2026-11-20"
POSITIONS = ["symbol", "type", "quantity", "account", "strike", "expiration", "price"]
MARKET = [
    ["symbol", "price", "class", "product_group"],
    ["XYZ", 100, "stock", None],
    ["ABC", 50, "stock", None],
    ["DEF", 20, "stock", None],
    ["SPX", 6000, "index_high_cap", "broad"],
    ["DJX", 450, "index_high_cap", "broad"],
]
ONE = [["XYZ", "stock", 1000, None], ["ABC", "stock", 200, None], ["USD", "cash", -50_000, None]]
"""15% of 100,000 and of 10,000: 15,000 and 1,500. Worth 60,000."""
INDEXES = [
    ["SPX", "call", 1, None, 6000, "2027-03-19", 250],
    ["DJX", "call", -15, None, 450, "2027-03-19", 18],
    ["USD", "cash", 0, None],
]
TWO = [
    ["XYZ", "stock", 1000, "A"], ["ABC", "stock", 200, "A"], ["USD", "cash", 5_000, "A"],
    ["DEF", "stock", 500, "B"], ["USD", "cash", 7_000, "B"],
]  # fmt: skip
"""A requires 16,500 and is worth 115,000; B requires 1,500 and is worth 17,000."""
HEADINGS = ["account", "figure", "group", "amount", "as_of", "asked"]
WHOLE = "portfolio requirement"


def lines(rows: list[list[Any]], *figures: Any, named: Sequence[Any] = ()) -> list[dict[str, Any]]:
    broker = [HEADINGS, *([*row, *[None] * (len(HEADINGS) - len(row))] for row in figures)]
    stated = [["as_of", AS_OF], ["rate", 0.04], *map(list, named)]
    held = [POSITIONS, *([*row, *[None] * (len(POSITIONS) - len(row))] for row in rows)]
    found = udfs.MARGIN_RECONCILE_LINES(held, broker, MARKET, stated)
    assert isinstance(found, list), found
    return [dict(zip(found[0], row, strict=True)) for row in found[1:]]


def only(found: list[dict[str, Any]], row: str | int) -> dict[str, Any]:
    return next(line for line in found if line["row"] == row)


def test_groups_that_are_given_what_is_left_and_the_total() -> None:
    found = lines(
        ONE, [None, WHOLE, None, 18_600, AS_OF], [None, WHOLE, "xyz", 17_000, AS_OF],
    )  # fmt: skip
    shown = [
        (line["row"], line["line"], line["ours"], line["broker's"], line["difference"])
        for line in found[:3]
    ]
    assert shown == [
        ("group", "xyz", 15_000, 17_000, 2_000),
        ("other", "other, 1 name", 1_500, 1_600, 100),
        ("grand total", "total", 16_500, 18_600, 2_100),
    ]
    assert found[0]["of ours"] == pytest.approx(2 / 15)
    assert [line["likely"] for line in found[:3]] == [
        "house range 17% / 15%", "no reason found", "",
    ]  # fmt: skip
    assert [line["explained"] for line in found[:3]] == [2_000, 0, 2_000]


def test_accounts_have_subtotals_that_make_the_total() -> None:
    found = lines(
        TWO,
        ["A", WHOLE, None, 16_500, AS_OF],
        ["A", WHOLE, "ABC", 1_500, AS_OF],
        ["B", WHOLE, None, 2_000, "2026-11-19"],
    )
    shown = [(line["row"], line["line"], line["ours"], line["broker's"]) for line in found[:5]]
    assert shown == [
        ("account", "A", "", ""),
        ("group", "ABC", 1_500, 1_500),
        ("other", "other, 1 name", 15_000, 15_000),
        ("subtotal", "A", 16_500, 16_500),
        ("subtotal", "B", 1_500, 2_000),
    ]
    total = only(found, "grand total")
    assert (total["line"], total["ours"], total["broker's"]) == ("all accounts", 18_000, 18_500)
    assert (total["state"], total["as of"]) == ("stale", 46345), "the worst, and the first day"


def test_a_total_of_some_accounts_says_of_how_many() -> None:
    found = lines(TWO, ["A", WHOLE, None, 16_500, AS_OF])
    missing = [line for line in found if line["row"] == "subtotal"][1]
    assert (missing["ours"], missing["broker's"], missing["state"]) == (1_500, "", "missing")
    total = only(found, "grand total")
    assert total["line"] == "all accounts, 1 of 2 accounts"
    assert (total["ours"], total["broker's"]) == (16_500, 16_500)


def test_a_figure_of_all_accounts_is_the_total() -> None:
    found = lines(
        TWO, [None, WHOLE, None, 18_300, AS_OF], [None, WHOLE, "XYZ", 15_300, AS_OF],
    )  # fmt: skip
    total = only(found, "grand total")
    assert (total["ours"], total["broker's"], total["difference"]) == (18_000, 18_300, 300)
    other = only(found, "other")
    assert (other["line"], other["ours"], other["broker's"]) == ("other, 2 names", 3_000, 3_000)


def test_a_group_inside_another_is_shown_and_not_counted() -> None:
    whole = only(lines(INDEXES, [None, WHOLE, None, 1, AS_OF]), "grand total")["ours"]
    groups = [[None, WHOLE, "broad", 5_000, AS_OF], [None, WHOLE, "SPX", 4_800, AS_OF]]
    found = lines(INDEXES, [None, WHOLE, None, 5_000, AS_OF], *groups)
    assert {line["line"]: line["row"] for line in found[:2]} == {
        "broad": "group",
        "SPX": "inside",
    }
    assert not [line for line in found if line["row"] == "other"], "nothing is left"
    assert only(found, "group")["ours"] == pytest.approx(whole)


@pytest.mark.parametrize(
    ("asked", "amount", "open_", "state"),
    [
        (None, 20_000, 0, "differs"),
        ("2026-11-17", 20_000, 3, "differs"),
        ("2026-11-16", 20_000, 4, "overdue"),
        ("2026-11-16", 16_500, "", "agrees"),
    ],
)
def test_days_open_are_those_since_the_broker_was_asked(
    asked: str | None, amount: int, open_: int | str, state: str
) -> None:
    found = lines(ONE, [None, WHOLE, None, amount, AS_OF, asked])
    total = only(found, "grand total")
    assert (total["open"], total["state"]) == (open_, state)


def test_days_open_of_an_older_figure_are_its_age() -> None:
    found = lines(ONE, [None, WHOLE, None, 20_000, "2026-11-18"])
    assert (found[0]["open"], found[0]["state"]) == (2, "stale")


def test_what_it_rests_on_is_value_less_cash() -> None:
    found = lines(
        TWO,
        ["A", "equity", None, 115_600, AS_OF],
        ["A", "cash", None, 5_000, AS_OF],
        ["B", "equity", None, 17_000, AS_OF],
        ["B", "cash", None, 7_000, AS_OF],
        ["B", "Gadget reserve", None, 9, AS_OF],
    )
    start = next(i for i, f in enumerate(found) if f["line"] == "what the requirement rests on")
    shown = [(f["line"], f["ours"], f["broker's"], f["state"]) for f in found[start + 1 :]]
    assert shown == [
        ("account value", 132_000, 132_600, "agrees"),
        ("market value, net", 120_000, 120_600, "agrees"),
        ("cash", 12_000, 12_000, "agrees"),
        ("other figures", "", "", ""),
        ("Gadget reserve, B", "", 9, "not ours"),
    ]


def test_market_value_of_a_broker_that_gives_no_cash_is_missing() -> None:
    found = lines(ONE, [None, "equity", None, 70_000, AS_OF])
    shown = {f["line"]: (f["broker's"], f["state"]) for f in found}
    assert shown["account value"] == (70_000, "differs")
    assert shown["market value, net"] == shown["cash"] == ("", "missing")


@pytest.mark.parametrize(
    ("cash", "net"),
    [({"A": 5_000, "B": 7_000}, (120_500, "agrees")), ({"A": 5_000}, ("", "missing"))],
)
def test_a_value_of_all_accounts_less_the_cash_of_each(
    cash: dict[str, int], net: tuple[int | str, str]
) -> None:
    found = lines(
        TWO, [None, "equity", None, 132_500, AS_OF],
        *([name, "cash", None, amount, AS_OF] for name, amount in cash.items()),
    )  # fmt: skip
    shown = {f["line"]: (f["ours"], f["broker's"], f["state"]) for f in found}
    assert shown["account value"] == (132_000, 132_500, "agrees")
    assert shown["market value, net"] == (120_000, *net)


def test_what_differs_says_of_which_account() -> None:
    found = lines(
        TWO, ["A", "equity", None, 125_000, AS_OF], ["B", "equity", None, 17_000, AS_OF],
    )  # fmt: skip
    value = next(f for f in found if f["line"] == "account value")
    assert (value["state"], value["likely"]) == ("differs", "A")


@settings(max_examples=40, deadline=None)
@given(
    amounts=st.dictionaries(
        st.sampled_from(["XYZ", "ABC", "DEF", "SPX", "GONE"]), st.integers(1, 10**9), max_size=5
    ),
    whole=st.integers(1, 10**10),
)
def test_the_lines_of_an_account_add_up_to_the_cent(amounts: dict[str, int], whole: int) -> None:
    rows = [*ONE, ["DEF", "stock", 333, None], *INDEXES[:2]]
    groups = [[None, WHOLE, name, cents / 100, AS_OF] for name, cents in amounts.items()]
    found = lines(rows, [None, WHOLE, None, whole / 100, AS_OF], *groups)
    total = only(found, "grand total")
    parts = [line for line in found if line["row"] in ("group", "other")]
    if groups:
        for column in ("ours", "broker's"):
            summed = math.fsum(round(part[column], 2) for part in parts if part[column] != "")
            assert summed == pytest.approx(round(total[column], 2), abs=1e-6)
