"""A house's minimum for uncovered short options: half a percent of what they deliver (TASTY)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import Range
from xlmargin import udfs

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price"]
MARKET: Range = [["symbol", "price"], ["XYZ", 200]]
SETTINGS: Range = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.04]]
CALL = ["call", 300, "2026-12-18", 0.10]
PUT = ["put", 120, "2026-12-18", 0.10]
ONE = 0.005 * 100 * 200  # $100 a contract, against $37.50 by the rule


def option(quantity: int, contract: list[object]) -> list[object]:
    return ["XYZ", contract[0], quantity, *contract[1:]]


def shares(quantity: int) -> list[object]:
    return ["XYZ", "stock", quantity, None, None, 200]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([option(-4, PUT)], 4 * ONE),
        ([option(-4, CALL)], 4 * ONE),
        ([option(-4, PUT), shares(-100)], 3 * ONE),
        ([option(-4, PUT), shares(100)], 4 * ONE),
        ([option(-4, CALL), shares(100)], 3 * ONE),
        ([option(-4, CALL), shares(-100)], 4 * ONE),
        ([option(-4, CALL), option(2, PUT)], 4 * ONE),  # $20 of long puts: less than 37.50 each
        ([option(-2, CALL), option(-1, PUT)], 3 * ONE),
        ([option(-2, CALL), option(-1, PUT), shares(100)], 2 * ONE),
        ([option(-4, PUT), ["XYZ", "put", 3, 110, "2026-12-18", 0.05]], 4 * 37.50 + 3 * 5),
        ([option(4, PUT)], 4 * 10),  # a long option is not charged more than it is worth
    ],
)
def test_uncovered_short_options(rows: list[list[Any]], expected: float) -> None:
    settings = [*SETTINGS, ["house", "tastytrade_calm"]]
    table = udfs.PM_GROUPS([HEADINGS, *rows], MARKET, settings)
    row = dict(zip(table[0], table[1], strict=True))
    assert row["minimum"] == pytest.approx(expected)


def test_the_rule_asks_for_no_such_minimum() -> None:
    table = udfs.PM_GROUPS([HEADINGS, option(-4, PUT)], MARKET, SETTINGS)
    assert dict(zip(table[0], table[1], strict=True))["minimum"] == pytest.approx(4 * 37.50)
