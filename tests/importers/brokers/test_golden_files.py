"""One file of every format, made by hand: each reads to the same book."""

from __future__ import annotations

import pytest

from tests.importers.brokers.books import CALLS, GOLDEN, PUTS, XYZ, without_accounts
from xlmargin import udfs
from xlmargin.importers import read_book_files


def cash(symbol: str, amount: float) -> list[object]:
    return [symbol, "cash", amount, *[None] * 6]


@pytest.mark.parametrize(
    ("file", "as_of", "money"),
    [
        ("etrade.csv", "2026-11-02", [cash("CASH", 21_400.25)]),
        ("fidelity.csv", "2026-11-02", [cash("SPAXX", 21_400.25), cash("PENDING", 118.40)]),
        ("ibkr_flex.csv", "2026-11-02", []),
        ("ibkr_flex.xml", "2026-11-02", []),
        ("ibkr_flex_named.csv", None, []),
        ("ibkr_flex_plain.csv", "2026-11-02", []),
        ("ibkr_statement.csv", "2026-11-02", [cash("CASH", 8_250.40)]),
        ("schwab.csv", "2026-11-02", [cash("CASH", 21_400.25)]),
        ("schwab_older.csv", "2026-11-02", [cash("CASH", 21_400.25)]),
        ("tastytrade.csv", None, []),
        ("thinkorswim.csv", "2026-11-02", [cash("CASH", 21_400.25)]),
        ("thinkorswim_account.csv", "2026-11-02", []),
    ],
)
def test_every_format_reads_to_the_same_book(
    file: str, as_of: str | None, money: list[list[object]]
) -> None:
    book = read_book_files(GOLDEN / file)
    rows = without_accounts(book.positions)
    assert [row for row in rows if row[1] != "cash"] == [XYZ, CALLS, PUTS]
    assert [row for row in rows if row[1] == "cash"] == money
    assert (book.as_of.isoformat() if book.as_of else None) == as_of


def test_every_golden_file_is_read_by_a_test() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(ACCOUNTS)


ACCOUNTS = {
    "etrade.csv": "Individual Brokerage -0017",
    "fidelity.csv": "X00000017",
    "ibkr_flex.csv": "U0000017",
    "ibkr_flex.xml": "U0000017",
    "ibkr_flex_named.csv": "U0000017",
    "ibkr_flex_plain.csv": None,
    "ibkr_statement.csv": "U0000017",
    "occ_calculator.csv": "ACCT0017",
    "schwab.csv": "Individual ...017",
    "schwab_older.csv": "Individual XXXX-0017",
    "tastytrade.csv": "5WZ00017",
    "thinkorswim.csv": "000000017SCHW",
    "thinkorswim_account.csv": "000000017SCHW",
}


@pytest.mark.parametrize(("file", "account"), ACCOUNTS.items())
def test_every_position_has_its_account(file: str, account: str | None) -> None:
    assert {row[-1] for row in read_book_files(GOLDEN / file).positions[1:]} == {account}


@pytest.mark.parametrize("file", sorted(set(ACCOUNTS) - {"occ_calculator.csv"}))
def test_every_file_is_margined_like_a_book_typed_by_hand(file: str) -> None:
    settings = [["name", "value"], ["as_of", "2026-11-02"], ["rate", 0.04]]
    headings = ["symbol", "type", "quantity", "strike", "expiration", "underlying", "price"]
    typed = [headings, *(row[:7] for row in (XYZ, CALLS, PUTS))]
    book = read_book_files(GOLDEN / file)
    amount = udfs.PM_REQUIREMENT(book.positions, book.market, settings)
    assert isinstance(amount, float)
    assert amount == udfs.PM_REQUIREMENT(typed, None, settings)
