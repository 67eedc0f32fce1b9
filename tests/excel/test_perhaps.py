"""What was probably meant, said where a symbol or a day is not what was wanted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import Range
from tests.refusals import assert_refused
from xlmargin import udfs

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price"]
MARKET: Range = [["symbol", "price"], ["AAPL", 200.0], ["MSFT", 400.0]]
SETTINGS: Range = [["as_of", "2026-11-20"], ["rate", 0.04], ["cash", 0]]


@pytest.mark.parametrize(("symbol", "meant"), [("AAPPL", "AAPL"), ("MSTF", ""), ("MSFTT", "MSFT")])
@pytest.mark.parametrize("kind", [("call", 210, "2026-12-18", 3.0), ("stock", None, None, None)])
def test_a_symbol_that_the_market_has_not_names_the_one_that_is_like_it(
    symbol: str, meant: str, kind: tuple[Any, ...]
) -> None:
    answer = udfs.PM_REQUIREMENT([HEADINGS, [symbol, kind[0], 1, *kind[1:]]], MARKET, SETTINGS)
    assert_refused(answer, ("positions", 2, "symbol"), "its price in the market range")
    assert f"(perhaps {meant}?)" in answer if meant else "perhaps" not in answer


def test_symbols_of_several_names_each_have_their_own() -> None:
    rows = [[symbol, "stock", 1, None, None, None] for symbol in ("AAPPL", "MSFTT", "QQQ")]
    said = [row[3:] for row in udfs.XLM_CHECK([HEADINGS, *rows], MARKET, SETTINGS) if row[2]]
    found = {row[1]: row[2].rpartition("stock row")[2] for row in said if row[0] == "symbol"}
    assert found == {
        "'AAPPL'": " (perhaps AAPL?)", "'MSFTT'": " (perhaps MSFT?)", "'QQQ'": "",
    }  # fmt: skip


@pytest.mark.parametrize("day", ["2026-12-19", "2026-12-20"], ids=["Saturday", "Sunday"])
def test_an_expiration_on_a_weekend_names_the_friday(day: str) -> None:
    call = ["AAPL", "call", 1, 210, day, 3.0]
    said = udfs.XLM_CHECK([HEADINGS, call], MARKET, SETTINGS)
    (wanted,) = (row[5] for row in said if row[:2] == ["warning", "positions"])
    assert wanted == "an expiration on a weekday, such as Friday 2026-12-18"
