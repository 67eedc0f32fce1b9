"""One more of everything held, against the functions on the book with one more row typed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.what_if.books import JANUARY, MARCH, MARKET, SETTINGS
from xlmargin import udfs
from xlmargin.arrays import FloatArray
from xlmargin.samples import family_office_book

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "cost", "account"]
HELD = [
    ["XYZ", "stock", 250, None, None, 500.0, 450.0, "one"],
    ["XYZ", "call", -3, 520, JANUARY, 8.0, 9.0, "one"],
    ["XYZ", "put", -2, 480, JANUARY, 6.0, None, "one"],
    ["XYZ", "put", 1, 470, JANUARY, 4.0, None, "one"],
    ["SPX", "put", -1, 4800, MARCH, 90.0, None, "one"],
    ["SPY", "stock", 300, None, None, 500.0, None, "one"],
    ["NDX", "call", 1, 21000, MARCH, 400.0, None, "one"],
    ["OTC", "put", -2, 45, JANUARY, 2.0, None, "one"],
    ["OTC", "put", 1, 40, JANUARY, 1.0, None, "one"],
    ["XYZ", "put", 2, 470, JANUARY, 4.0, None, "two"],
    ["USD", "cash", 5_000, None, None, None, None, "two"],
]
BROAD = [
    ["symbol", "price", "class", "class_group", "product_group", "marginable"],
    ["XYZ", 500.0, None, None, None, None],
    ["SPX", 5000.0, "index_high_cap", "SPX", "broad", None],
    ["SPY", 500.0, "etf_broad", "SPX", "broad", None],
    ["NDX", 20000.0, "index_high_cap", None, "broad", None],
    ["OTC", 50.0, None, None, None, False],
]


def one_more(
    rows: list[list[Any]], market: list[list[Any]] = BROAD, settings: list[list[Any]] = SETTINGS
) -> list[dict[str, Any]]:
    answer = udfs.MARGIN_ONE_MORE([HEADINGS, *rows], market, settings)
    assert isinstance(answer, list), answer
    return [dict(zip(answer[0], row, strict=True)) for row in answer[1:]]


def typed(rows: list[list[Any]], market: list[list[Any]], settings: list[list[Any]]) -> FloatArray:
    """Initial, maintenance and portfolio requirement of a typed book."""
    book = [HEADINGS, *rows], market, settings
    return np.array([f(*book) for f in (udfs.REGT_INITIAL, udfs.REGT_MAINTENANCE,
                                        udfs.PM_REQUIREMENT)])  # fmt: skip


@pytest.mark.parametrize("house", ["rule", "schwab", "tastytrade_stressed"])
def test_as_the_book_with_one_more_row(house: str) -> None:
    settings = [*SETTINGS, ["house", house]]
    before = typed(HELD, BROAD, settings)
    found = one_more(HELD, settings=settings)
    assert len(found) == len(HELD) - 1
    for row, answer in zip(HELD, found, strict=False):
        lot = 100 if row[1] == "stock" else 1
        sign = 1 if row[2] > 0 else -1
        more = [*row[:2], sign * lot, *row[3:6], row[5], row[7]]
        change = typed([*HELD, more], BROAD, settings) - before
        names = ("initial", "maintenance", "portfolio requirement")
        assert [answer[n] for n in names] == pytest.approx(change, abs=1e-6), row
        assert (answer["one more"], answer["units"]) == (sign, 100 * sign)
        assert answer["cash needed"] == 100 * sign * row[5]
        assert (answer["quantity"], answer["account"]) == (row[2], row[7])


@pytest.mark.parametrize("seed", range(3))
def test_as_any_book_with_one_more_row(seed: int) -> None:
    """Stated costs, boxes of an index, shares under options, two accounts: all margined anew."""
    chance = np.random.default_rng(seed)
    rows = {}
    for _ in range(12):
        symbol, spot = (("SPX", 5000.0), ("XYZ", 500.0))[chance.integers(2)]
        kind, strike = (
            ("call", "put")[chance.integers(2)],
            spot * float(chance.choice([0.96, 1, 1.04])),
        )
        account = ("one", "two")[chance.integers(2)]
        price = max(spot - strike if kind == "call" else strike - spot, 0.0) + 0.02 * spot
        cost = [None, 0.9 * price][chance.integers(2)]
        quantity = int(chance.choice([-3, -1, 1, 2]))
        rows[symbol, kind, strike, account] = [symbol, kind, quantity, strike, JANUARY, price, cost,
                                               account]  # fmt: skip
    held = [*rows.values(), ["XYZ", "stock", 200, None, None, 500.0, 450.0, "one"]]
    before = typed(held, BROAD, SETTINGS)
    for row, answer in zip(held, one_more(held), strict=True):
        lot = 100 if row[1] == "stock" else 1
        more = [*row[:2], lot if row[2] > 0 else -lot, *row[3:6], row[5], row[7]]
        change = typed([*held, more], BROAD, SETTINGS) - before
        names = ("initial", "maintenance", "portfolio requirement")
        assert [answer[n] for n in names] == pytest.approx(change, abs=1e-6), row
        trade = [HEADINGS, [*row[:2], more[2], *row[3:5], row[5], None, row[7]]]
        impact = udfs.MARGIN_WHATIF([HEADINGS, *held], trade, BROAD, SETTINGS)
        deposit = next(r[3] for r in impact if r[0] == "deposit")
        assert answer["deposit"] == pytest.approx(deposit, abs=1e-6), row


def test_as_the_trade_in_what_if_where_contracts_are_held_both_ways() -> None:
    held = [
        *([*row[:7], "one", None] for row in HELD[:9]),
        ["XYZ", "stock", -180, None, None, 500.0, None, "one", None],
        ["XYZ", "call", 2, 520, JANUARY, 8.0, None, "one", None],
        ["XYZ", "put", -3, 470, JANUARY, 4.0, None, "one", "a"],
        ["SPX", "put", 3, 4800, MARCH, 90.0, None, "one", None],
        ["OTC", "put", 1, 45, JANUARY, 2.0, None, "one", None],
        ["USD", "cash", 5_000, None, None, None, None, "one", None],
    ]
    book = [[*HEADINGS, "group"], *held]
    answer = udfs.MARGIN_ONE_MORE(book, BROAD, SETTINGS)
    assert isinstance(answer, list), answer
    found = [dict(zip(answer[0], row, strict=True)) for row in answer[1:]]
    nets = [("XYZ", 70), ("XYZ", -1), ("XYZ", -2), ("XYZ", 1), ("SPX", 2), ("SPY", 300),
            ("NDX", 1), ("OTC", -1), ("OTC", 1), ("XYZ", -3)]  # fmt: skip
    assert [(row["symbol"], row["quantity"]) for row in found] == nets
    first = [*range(9), 11]
    for i, one in zip(first, found, strict=True):
        lot = 100 if held[i][1] == "stock" else 1
        trade = [*held[i][:2], lot * one["one more"], *held[i][3:5], None, None, *held[i][7:]]
        impact = udfs.MARGIN_WHATIF(book, [[*HEADINGS, "group"], trade], BROAD, SETTINGS)
        change = {row[0]: row[3] for row in impact[1:]}
        for name in ("initial", "maintenance", "portfolio"):
            key = "portfolio requirement" if name == "portfolio" else name
            assert one[key] == pytest.approx(change[f"{name} requirement"], abs=1e-6), (one, name)
        assert one["deposit"] == pytest.approx(change["deposit"], abs=1e-6), one


def test_one_more_closes_what_is_held_the_other_way() -> None:
    rows = [["XYZ", "put", 2, 470, JANUARY, 4.0], ["XYZ", "put", -1, 470, JANUARY, 4.0]]
    (found,) = one_more([[*row, None, None] for row in rows], MARKET)
    # what is short is bought back: two contracts' minimum of 37.50 in place of three
    assert found["portfolio requirement"] < 400
    (alone,) = one_more([["XYZ", "put", 1, 470, JANUARY, 4.0, None, None]], MARKET)
    assert found["portfolio requirement"] == pytest.approx(alone["portfolio requirement"])


def test_a_lot_may_close_in_a_group_and_open_outside_it() -> None:
    # of 100 more 40 are bought back in the group and 60 join the 200: 25% of 30,000, less 30% of
    # 20,000; portfolio margin nets both: 15% of 50,000
    rows = [["XYZ", "stock", 200, None, None, 500.0, None, "one", None],
            ["XYZ", "stock", -40, None, None, 500.0, None, "one", "a"]]  # fmt: skip
    headings, *answer = udfs.MARGIN_ONE_MORE([[*HEADINGS, "group"], *rows], MARKET, SETTINGS)
    more = dict(zip(headings, answer[0], strict=True))
    assert more["maintenance"] == pytest.approx(7_500 - 6_000)
    assert more["portfolio requirement"] == pytest.approx(7_500)


def test_a_contract_in_many_rows_nets_over_all_of_them() -> None:
    rows = [["XYZ", "put", q, 470, JANUARY, 4.0] for q in (3, -1, 2, -1)]
    (found,) = one_more([[*row, None, None] for row in rows], MARKET)
    typed_net = [["XYZ", "put", q, 470, JANUARY, 4.0, None, None] for q in (5, -1)]
    before = udfs.PM_REQUIREMENT([HEADINGS, *([*r, None, None] for r in rows)], MARKET, SETTINGS)
    after = udfs.PM_REQUIREMENT([HEADINGS, *typed_net], MARKET, SETTINGS)
    assert found["portfolio requirement"] == pytest.approx(after - before)


def test_one_more_of_a_cheap_long_option_has_no_more_minimum_than_its_price() -> None:
    (found,) = one_more([["XYZ", "put", 1, 400, JANUARY, 0.1, None, None]], MARKET)
    assert found["portfolio requirement"] == pytest.approx(10)


def test_hand_made_marginal_costs() -> None:
    stock, call = one_more(HELD[:2])
    # 50% and 25% of 50,000; with 350 shares the third call is covered too, which stood alone:
    # 900 received and 20% of 50,000 less 2,000 out of the money
    assert (stock["initial"], stock["deposit"]) == pytest.approx((25_000 - 8_900,) * 2)
    assert stock["maintenance"] == 12_500 - 8_800
    # a fourth call stands alone, at today's 800
    assert (call["initial"], call["deposit"], call["maintenance"]) == (8_800, 8_000, 8_800)
    assert (stock["cash needed"], call["cash needed"]) == (50_000, -800)


def test_each_contract_once_however_its_rows_are_split() -> None:
    whole = one_more(HELD)
    split = [*HELD, ["XYZ", "call", -2, 520, JANUARY, 8.0, 9.0, "one"]]
    split[1] = ["XYZ", "call", -1, 520, JANUARY, 8.0, 9.0, "one"]
    for one, other in zip(whole, one_more(split), strict=True):
        assert {k: v for k, v in one.items() if isinstance(v, str)} == {
            k: v for k, v in other.items() if isinstance(v, str)
        }
        numbers = [k for k, v in one.items() if not isinstance(v, str)]
        assert [one[k] for k in numbers] == pytest.approx([other[k] for k in numbers])


def test_what_cancels_out_and_cash_have_no_row() -> None:
    rows = [["XYZ", "put", 2, 470, JANUARY, 4.0], ["XYZ", "put", -2, 470, JANUARY, 4.0],
            ["XYZ", "stock", 0, None, None, 500.0], ["XYZ", "stock", 100, None, None, 500.0],
            ["USD", "cash", 1]]  # fmt: skip
    found = one_more([[*row, *[None] * (8 - len(row))] for row in rows], MARKET)
    assert [row["position"] for row in found] == ["XYZ"]


def test_what_a_cash_account_may_not_have_more_of_has_no_value() -> None:
    rows = [[*HELD[0][:7], None], ["XYZ", "call", -2, 520, JANUARY, 8.0, None, None]]
    stock, call = one_more(rows, MARKET, [*SETTINGS, ["account_type", "cash"]])
    assert stock["initial"] == 50_000
    assert call["initial"] == call["maintenance"] == "#N/A"
    assert isinstance(call["portfolio requirement"], float)


def test_nothing_but_cash_has_no_rows() -> None:
    assert one_more([["USD", "cash", 1, None, None, None, None, None]], MARKET) == []


def test_every_contract_of_the_sample_has_a_row() -> None:
    book = family_office_book()
    answer = udfs.MARGIN_ONE_MORE(book.positions, book.market, book.settings, book.dividends)
    cash = [row for row in book.positions if "cash" in row]
    assert len(answer) == len(book.positions) - len(cash)
