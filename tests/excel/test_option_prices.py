"""Marks of 0, at parity and of another price of the underlying, from the ranges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from xlmargin import udfs

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "mark_spot", "forward"]
MARKET = [["symbol", "price"], ["XYZ", 100]]
SETTINGS = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.03], ["cash", 0]]


def margin(
    *rows: list[Any], market: list[list[Any]] = MARKET, settings: Sequence[Any] = ()
) -> float | str:
    return udfs.PM_REQUIREMENT([HEADINGS, *rows], market, [*SETTINGS, *settings])


def checked(*rows: list[Any]) -> list[Any]:
    listed = udfs.XLM_CHECK([HEADINGS, *rows], MARKET, SETTINGS)
    return [(row[0], row[2], row[3]) for row in listed[2:]]


def call(
    price: float,
    *,
    quantity: int = -1,
    strike: int = 80,
    mark_spot: int | None = None,
    forward: int | None = None,
) -> list[Any]:
    return ["XYZ", "call", quantity, strike, "2026-12-18", price, mark_spot, forward]


def test_an_option_below_parity_is_margined_and_told() -> None:
    assert margin(call(19.9)) > 1_500
    assert ("warning", 2, "price") in checked(call(19.9))
    assert "below" in margin(call(15))


def test_the_settings_of_prices() -> None:
    assert "below" in margin(call(19.9), settings=[["unsolved_price", "refuse"]])
    assert margin(call(15), settings=[["parity_tolerance", 0.06]]) > 1_500
    assert "#XLM!" in margin(call(19.9), settings=[["parity_tolerance", 6]])


def test_a_volatility_up_to_2000_percent() -> None:
    headings = ["symbol", "type", "quantity", "strike", "expiration", "volatility"]

    def book(volatility: float) -> tuple[list[list[Any]], list[list[Any]], list[list[Any]]]:
        return [headings, ["XYZ", "put", -1, 100, "2026-11-27", volatility]], MARKET, SETTINGS

    assert udfs.PM_REQUIREMENT(*book(6.0)) > 37.5
    warned = [row[:4] for row in udfs.XLM_CHECK(*book(6.0))[2:]]
    assert ["warning", "positions", 2.0, "volatility"] in warned
    for beyond in (21, 25, 0, -0.2):
        assert "row 2, volatility" in udfs.PM_REQUIREMENT(*book(beyond))


def test_a_price_of_0() -> None:
    assert margin(call(0, strike=160)) == pytest.approx(37.5)
    assert "no quote" in margin(call(0, strike=100))
    assert "no quote" in udfs.REGT_INITIAL([HEADINGS, call(0, strike=100)], MARKET, SETTINGS)


def test_a_spot_that_ticks_beside_a_mark_that_does_not() -> None:
    for spot in (95.5, 100, 101, 104.5):
        market = [MARKET[0], ["XYZ", spot]]
        assert isinstance(margin(call(20.3, mark_spot=100), market=market), float)
    moved = margin(call(4.0, strike=100, mark_spot=100), market=[MARKET[0], ["XYZ", 101]])
    still = margin(call(4.0, strike=100))
    assert 1.0 < moved / still < 1.1


def test_a_mark_taken_far_from_spot_is_wrong() -> None:
    assert ("error", 2, "mark_spot") in checked(call(50, mark_spot=140))
    assert ("warning", 2, "mark_spot") in checked(call(32, mark_spot=112))


def test_a_forward_and_a_spot_that_is_one() -> None:
    index = [["symbol", "price", "class", "spot_is_forward"], ["XYZ", 100, "vol_index", True]]
    by_itself = margin(call(9.0, strike=100), market=index)
    plain = [index[0][:3], index[1][:3]]
    assert margin(call(9.0, strike=100, forward=100), market=plain) == pytest.approx(by_itself)
