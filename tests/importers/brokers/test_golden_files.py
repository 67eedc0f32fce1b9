"""One file of every format, made by hand: each reads to the same book."""

from __future__ import annotations

import pytest

from tests.importers.brokers.books import CALLS, GOLDEN, GOLDEN_FILES, PUTS, XYZ, without_accounts
from xlmargin import udfs
from xlmargin.importers import read_book_files

PRICED = [file for file, golden in GOLDEN_FILES.items() if golden.priced]


@pytest.mark.parametrize("file", PRICED)
def test_every_format_reads_to_the_same_book(file: str) -> None:
    book, golden = read_book_files(GOLDEN / file), GOLDEN_FILES[file]
    rows = without_accounts(book.positions)
    assert [row for row in rows if row[1] != "cash"] == [XYZ, CALLS, PUTS]
    money = [[symbol, "cash", amount, *[None] * 6] for symbol, amount in golden.cash]
    assert [row for row in rows if row[1] == "cash"] == money
    assert (book.as_of.isoformat() if book.as_of else None) == golden.as_of


def test_every_golden_file_is_read_by_a_test() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(GOLDEN_FILES)


@pytest.mark.parametrize("file", GOLDEN_FILES)
def test_every_position_has_its_account(file: str) -> None:
    accounts = {row[-1] for row in read_book_files(GOLDEN / file).positions[1:]}
    assert accounts == {GOLDEN_FILES[file].account}


@pytest.mark.parametrize("file", PRICED)
def test_every_file_is_margined_like_a_book_typed_by_hand(file: str) -> None:
    settings = [["name", "value"], ["as_of", "2026-11-02"], ["rate", 0.04]]
    headings = ["symbol", "type", "quantity", "strike", "expiration", "underlying", "price"]
    typed = [headings, *(row[:7] for row in (XYZ, CALLS, PUTS))]
    book = read_book_files(GOLDEN / file)
    amount = udfs.PM_REQUIREMENT(book.positions, book.market, settings)
    assert isinstance(amount, float)
    assert amount == udfs.PM_REQUIREMENT(typed, None, settings)
