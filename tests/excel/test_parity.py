"""OPT_FORWARD and OPT_YIELD: put-call parity in cells and ranges."""

from __future__ import annotations

import datetime as dt
from math import exp, log
from typing import Any

import pytest

import xlmargin as xlm
from xlmargin import udfs
from xlmargin.excel import worksheet_function

# SPX at 2756.04 on 31 May 2019, mids of the 2755 call and put of 21 June, rate 2.42%
PAIR = (45.35, 43.85)
SPX = (2755, "2019-06-21", "2019-05-31", 0.0242)
YEARS = 21 / 365
FORWARD = 2755 + 1.5 * exp(0.0242 * YEARS)


def test_forward_and_yield_by_hand() -> None:
    assert udfs.OPT_FORWARD(*PAIR, *SPX) == pytest.approx(FORWARD)
    found = udfs.OPT_YIELD(*PAIR, 2756.04, *SPX)
    assert found == pytest.approx(0.0242 - log(FORWARD / 2756.04) / YEARS)
    assert 0.015 < found < 0.025


def test_prices_by_the_formula_give_their_yield_back() -> None:
    terms = (100, 95, "2027-11-20", "2026-11-20", 0.3, 0.05, 0.02, "european")
    call, put = (udfs.OPT_PRICE(kind, *terms) for kind in ("call", "put"))
    assert udfs.OPT_YIELD(call, put, 100, *terms[1:4], 0.05) == pytest.approx(0.02)
    assert udfs.OPT_FORWARD(call, put, *terms[1:4], 0.05) == pytest.approx(100 * exp(0.03))


def test_ranges_answer_each_element() -> None:
    calls, puts, strikes = [[45.35], [10], [None]], [[43.85], [12], [9]], [[2755], [100], [100]]
    answer = udfs.OPT_FORWARD(calls, puts, strikes, *SPX[1:3], [[0.0242], [0], [0]])
    assert answer == [[pytest.approx(FORWARD)], [98.0], ["#N/A"]]
    assert udfs.OPT_YIELD(10, 12, [[100, 98]], 100, "2027-05-31", "2026-05-31")[0][1] == 0.0


def test_what_has_no_value() -> None:
    assert udfs.OPT_FORWARD(1, 120, 100, "2027-05-31", "2026-05-31") == "#N/A"
    assert udfs.OPT_YIELD(1, 120, 100, 100, "2027-05-31", "2026-05-31") == "#N/A"
    today = (100, "2026-05-31", "2026-05-31")
    assert udfs.OPT_FORWARD(3, 1, *today) == 102
    assert udfs.OPT_YIELD(3, 1, 102, *today) == "#N/A"  # there is no time for a yield


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"call_price": -1}, "call_price, row 1, column 1: found -1"),
        ({"put_price": None}, "put_price: found nothing"),
        ({"put_price": "x"}, "put_price, row 1"),
        ({"spot": 0}, "spot, row 1, column 1: found 0"),
        ({"spot": None}, "spot: found nothing"),
        ({"strike": 0}, "strike, row 1"),
        ({"expiration": "2019-05-30"}, "expiration: found 2019-05-30"),
        ({"rate": 2.42}, "rate, row 1, column 1: found 2.42"),
        ({"call_price": [[1, 2]], "put_price": [[1, 2, 3]]}, "arguments"),
    ],
)
def test_what_is_refused(changed: dict[str, Any], text: str) -> None:
    given = {
        "call_price": 45.35, "put_price": 43.85, "spot": 2756.04, "strike": 2755,
        "expiration": "2019-06-21", "as_of": "2019-05-31", "rate": 0.0242,
    }  # fmt: skip
    answer = udfs.OPT_YIELD(**{**given, **changed})
    assert answer.startswith("#XLM! ")
    assert text in answer
    if "spot" not in changed:
        given.pop("spot")
        assert text in udfs.OPT_FORWARD(**{**given, **changed})


def test_today_is_the_default_and_series_answer_series(monkeypatch: pytest.MonkeyPatch) -> None:
    import pandas as pd

    monkeypatch.setattr(worksheet_function, "TODAY", lambda: dt.date(2019, 5, 31))
    monkeypatch.setattr(udfs, "TODAY", lambda: dt.date(2019, 5, 31))
    assert udfs.OPT_FORWARD(*PAIR, 2755, "2019-06-21", None, 0.0242) == pytest.approx(FORWARD)
    strikes = pd.Series([2755, 2760], index=["a", "b"])
    found = xlm.opt_forward(45.35, 43.85, strikes, "2019-06-21", "2019-05-31", 0.0242)
    assert list(found.index) == ["a", "b"]
    assert found["a"] == pytest.approx(FORWARD)
