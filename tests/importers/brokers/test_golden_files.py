"""One file of every format, made by hand: each reads to the same book."""

from __future__ import annotations

import pytest

from tests.importers.brokers.books import CALLS, GOLDEN, PUTS, XYZ, read


def cash(symbol: str, amount: float) -> list[object]:
    return [symbol, "cash", amount, *[None] * 6]


@pytest.mark.parametrize(
    ("file", "money"),
    [("schwab.csv", [cash("CASH", 21_400.25)])],
)
def test_every_format_reads_to_the_same_book(file: str, money: list[list[object]]) -> None:
    rows = read(GOLDEN / file)
    assert [row for row in rows if row[1] != "cash"] == [XYZ, CALLS, PUTS]
    assert [row for row in rows if row[1] == "cash"] == money
