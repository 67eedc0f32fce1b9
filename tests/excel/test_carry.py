"""Yields by time, forwards, and the price of the underlying beside a mark, from the ranges."""

from __future__ import annotations

from typing import Any

import pytest

from xlmargin import udfs

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "mark_spot", "forward"]
SETTINGS = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.03], ["cash", 0]]
NEAR, HALFWAY, FAR = "2027-02-18", "2027-07-06", "2027-11-20"  # 90, 228 and 365 days


def put(expiration: str, symbol: str = "IDX", price: float = 9.0, **more: float) -> list[Any]:
    row = {"symbol": symbol, "type": "put", "quantity": -1, "strike": 100, "price": price}
    row |= {"expiration": expiration, **more}
    return [row.get(heading) for heading in HEADINGS]


def market(**columns: Any) -> list[list[Any]]:
    headings = ["symbol", "price", "class", *columns]
    return [headings, ["IDX", 100, "index_broad", *columns.values()]]


def contracts(*rows: list[Any], **columns: Any) -> list[dict[str, Any]] | str:
    table = udfs.PM_CONTRACTS([HEADINGS, *rows], market(**columns), SETTINGS)
    return table if isinstance(table, str) else [
        dict(zip(table[0], row, strict=True)) for row in table[1:]
    ]  # fmt: skip


def yields(**columns: Any) -> list[float] | str:
    found = contracts(put(NEAR), put(HALFWAY), put(FAR), put("2028-11-20"), **columns)
    return found if isinstance(found, str) else [each["dividend yield"] for each in found]


def test_a_yield_by_time_is_linear_between_its_times_and_flat_outside() -> None:
    terms = {"dividend_yield 90d": 0.01, "dividend_yield 1y": 0.03}
    halfway = 0.01 + 0.02 * (228 - 90) / (365 - 90)
    assert yields(**terms) == pytest.approx([0.01, halfway, 0.03, 0.03])
    other = {"Div Yield 365 Days": 0.03, "yield_90d": "1%"}
    assert yields(**other) == pytest.approx([0.01, halfway, 0.03, 0.03])
    assert yields(**{"dividend_yield 90d": None, "dividend_yield 1y": 0.03}) == [0.03] * 4
    assert yields(dividend_yield=0.02, **dict.fromkeys(terms)) == [0.02] * 4


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ({"dividend_yield": 0.02, "dividend_yield 90d": 0.01}, "dividend_yield 90d: found 0.01"),
        ({"dividend_yield 12m": 0.02, "dividend_yield 1y": 0.01}, "one yield for each time"),
        ({"dividend_yield 90d": 2}, "dividend_yield 90d: found 2"),
        ({"dividend_yield 90d": "x"}, "dividend_yield 90d"),
    ],
)
def test_yields_that_contradict_each_other_are_refused(columns: dict[str, Any], text: str) -> None:
    assert text in yields(**columns)


def test_a_flat_yield_by_time_is_the_yield() -> None:
    rows = [HEADINGS, put(NEAR), put(FAR)]
    flat = udfs.PM_REQUIREMENT(rows, market(dividend_yield=0.02), SETTINGS)
    by_time = udfs.PM_REQUIREMENT(rows, market(**{"dividend_yield 3m": 0.02}), SETTINGS)
    assert by_time == pytest.approx(flat)


def index_of_volatility(*rows: list[Any], **columns: bool) -> float | str:
    listed = ["symbol", "price", "class", *columns], ["VIX", 18, "vol_index", *columns.values()]
    return udfs.PM_REQUIREMENT([HEADINGS, *rows], [*listed], SETTINGS)


def test_options_on_a_volatility_index_need_their_future_beyond_a_week() -> None:
    off = put(NEAR, "VIX", 82.5)
    refused = index_of_volatility(off)
    assert refused.startswith("#XLM! positions, row 2, forward: found nothing for -1 VIX")
    assert index_of_volatility(put(NEAR, "VIX", 82.5, forward=17.5)) > 0
    assert index_of_volatility(off, spot_is_forward=True) > 0
    assert index_of_volatility(put("2026-11-27", "VIX", 82.5)) > 0  # seven days
    assert "forward" in index_of_volatility(put("2026-11-28", "VIX", 82.5))
    rows = [HEADINGS, off]
    listed = [["symbol", "price", "class"], ["VIX", 18, "vol_index"]]
    by_strategy = udfs.REGT_MAINTENANCE(rows, listed, SETTINGS)
    assert isinstance(by_strategy, float)  # off the index, which needs no volatility


def test_a_trade_in_what_is_held_has_its_forward() -> None:
    held = [HEADINGS, put(NEAR, "VIX", 82.5, forward=17.5)]
    listed = [["symbol", "price", "class"], ["VIX", 18, "vol_index"]]
    more = ["symbol", "type", "quantity", "strike", "expiration", "price"]
    trade = ["VIX", "put", -1, 100, NEAR, 82.5]
    table = udfs.MARGIN_WHATIF(held, [more, trade], listed, SETTINGS)
    [row] = [row for row in table if "portfolio" in row[0] and "requirement" in row[0]][:1]
    numbers = [cell for cell in row if isinstance(cell, float)]
    assert numbers[1] == pytest.approx(2 * numbers[0])
    other = udfs.MARGIN_WHATIF(held, [[*more, "forward"], [*trade, 19]], listed, SETTINGS)
    assert "forward: found 19, wanted 17.5, as the positions say" in other


def after_trade(held: list[list[Any]], trade: list[Any], listed: list[list[Any]]) -> float | str:
    """Portfolio margin after a trade of that row, or the refusal."""
    more = ["symbol", "type", "quantity", "strike", "expiration", "price"]
    table = udfs.MARGIN_WHATIF([HEADINGS, *held], [more, trade], listed, SETTINGS)
    if isinstance(table, str):
        return table
    row = next(row for row in table if "portfolio" in row[0] and "requirement" in row[0])
    return [cell for cell in row if isinstance(cell, float)][1]


def test_a_trade_in_another_strike_of_a_volatility_index_has_the_future_of_its_expiration() -> None:
    listed = [["symbol", "price", "class"], ["VIX", 18, "vol_index"]]
    held, other = put(NEAR, "VIX", 82.5, forward=17.5), ["VIX", "call", -2, 20, NEAR, 1.5]
    call = {"type": "call", "quantity": -2, "strike": 20}
    both = [HEADINGS, held, put(NEAR, "VIX", 1.5, forward=17.5, **call)]
    expected = udfs.PM_REQUIREMENT(both, listed, SETTINGS)
    assert after_trade([held], other, listed) == pytest.approx(expected)
    apart = [held, put(NEAR, "VIX", 72.5, forward=17.6, strike=90)]
    assert "forward: found nothing for -2 VIX" in after_trade(apart, other, listed)
    later = [*other[:4], FAR, 1.5]
    assert "forward: found nothing for -2 VIX" in after_trade([held], later, listed)
    stocks = [["symbol", "price"], ["XYZ", 100]]  # a forward of one contract is its own
    at_rate = [put(NEAR, "XYZ", forward=99), put(NEAR, "XYZ", 1.5, **call | {"strike": 120})]
    trade = ["XYZ", "call", -2, 120, NEAR, 1.5]
    expected = udfs.PM_REQUIREMENT([HEADINGS, *at_rate], stocks, SETTINGS)
    assert after_trade(at_rate[:1], trade, stocks) == pytest.approx(expected)


def test_a_price_that_the_market_leaves_out_is_that_of_the_marks() -> None:
    rows = [HEADINGS, put(NEAR, mark_spot=98), put(FAR, mark_spot=98)]
    listed = [["symbol", "price", "class"], ["IDX", 98, "index_broad"]]
    left_out = [listed[0], ["IDX", None, "index_broad"]]
    same = udfs.PM_REQUIREMENT(rows, listed, SETTINGS)
    assert udfs.PM_REQUIREMENT(rows, left_out, SETTINGS) == same
    notes = [row[3:5] for row in udfs.XLM_CHECK(rows, left_out, SETTINGS) if row[0] == "note"]
    assert ["mark_spot", "the price of IDX, for nothing else states it"] in notes
    refused = "#XLM! market, row 2, price: found nothing"
    apart = [HEADINGS, put(NEAR, mark_spot=98), put(FAR, mark_spot=99)]
    assert udfs.PM_REQUIREMENT(apart, left_out, SETTINGS).startswith(refused)
    assert udfs.PM_REQUIREMENT([HEADINGS, put(NEAR)], left_out, SETTINGS).startswith(refused)
    of_zero = [listed[0], ["IDX", 0, "index_broad"]]
    assert "market, row 2, price: found 0" in udfs.PM_REQUIREMENT(rows, of_zero, SETTINGS)
    shares = [["XYZ", "stock", 100, None, None, 97], put(NEAR, "XYZ", mark_spot=98)]
    stock = [["symbol", "price"], ["XYZ", None]]
    assert udfs.PM_REQUIREMENT([HEADINGS, *shares], stock, SETTINGS).startswith(refused)


def test_marks_taken_at_one_price_say_what_the_market_does_not() -> None:
    rows = [HEADINGS, put(NEAR, "XYZ", mark_spot=98), put(FAR, "XYZ", mark_spot=98)]
    stated = [["symbol", "price"], ["XYZ", 98]]
    same = udfs.PM_REQUIREMENT(rows, stated, SETTINGS)
    assert udfs.PM_REQUIREMENT(rows, None, SETTINGS) == same
    notes = [row for row in udfs.XLM_CHECK(rows, None, SETTINGS) if row[0] == "note"]
    assert ("mark_spot", "the price of XYZ, for nothing else states it") in [
        (row[3], row[4]) for row in notes
    ]
    apart = [HEADINGS, put(NEAR, "XYZ", mark_spot=98), put(FAR, "XYZ", mark_spot=99)]
    assert "its price in the market range" in udfs.PM_REQUIREMENT(apart, None, SETTINGS)


def test_the_full_index_s_price_beside_options_on_a_tenth_of_it() -> None:
    listed = [["symbol", "price", "class", "index_scale"], ["IDX", 100, "index_broad", 0.1]]
    tenth, full = ([HEADINGS, put(NEAR, mark_spot=price)] for price in (101, 1_010))
    requirement = udfs.PM_REQUIREMENT(tenth, listed, SETTINGS)
    assert udfs.PM_REQUIREMENT(full, listed, SETTINGS) == pytest.approx(requirement)
    noted = [row[4] for row in udfs.XLM_CHECK(full, listed, SETTINGS) if row[0] == "note"]
    assert any("full index" in text for text in noted)


def test_a_refused_chain_still_names_the_yield_that_would_have_it_accepted() -> None:
    # a call of 60 days' more below parity than is taken, and a pair that tells the carry
    rows = [
        ["IDX", "call", 1, 40, FAR, 56.0],
        ["IDX", "call", 1, 100, FAR, 9.0],
        ["IDX", "put", 1, 100, FAR, 12.0],
    ]
    listed = udfs.XLM_CHECK([HEADINGS[:6], *rows], market(), SETTINGS)
    assert "error" in [row[0] for row in listed]
    # forward 100 - 3 e^0.03 = 96.91: a yield of 0.03 - ln 0.9691
    assert any("a dividend_yield 365d of 6.14%" in str(row[5]) for row in listed)
    accepted = contracts(*rows, **{"dividend_yield 365d": 0.0614})
    assert [each["source"] for each in accepted] == ["solved"] * 3
