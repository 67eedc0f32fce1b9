from __future__ import annotations

import pytest

from tests.excel.ranges import DIVIDENDS, MARKET, POSITIONS, SETTINGS, spoilt
from xlmargin.excel import cells
from xlmargin.excel.cells import check_book, read_book
from xlmargin.excel.remembered import Remembered


def test_the_same_content_answers_the_identical_book() -> None:
    book = read_book(POSITIONS, MARKET, SETTINGS, DIVIDENDS)
    copied = ([list(row) for row in rows] for rows in (POSITIONS, MARKET, SETTINGS, DIVIDENDS))
    assert read_book(*copied) is book


def test_cells_that_mean_the_same_are_the_same_content() -> None:
    book = read_book(POSITIONS, MARKET, SETTINGS)
    assert read_book(spoilt(POSITIONS, 2, "quantity", 100.0), MARKET, SETTINGS) is book
    assert read_book(tuple(map(tuple, POSITIONS)), MARKET, SETTINGS) is book
    assert read_book([*POSITIONS, [None] * 8], MARKET, SETTINGS) is book


@pytest.mark.parametrize(
    ("row", "column", "cell"),
    [(2, "quantity", 101), (2, "account", "C"), (3, "strike", 110.5), (2, "group", "1")],
)
def test_another_cell_is_another_book(row: int, column: str, cell: object) -> None:
    book = read_book(POSITIONS, MARKET, SETTINGS)
    assert read_book(spoilt(POSITIONS, row, column, cell), MARKET, SETTINGS) is not book


def test_true_is_not_one() -> None:
    one = read_book(spoilt(POSITIONS, 2, "account", 1), MARKET, SETTINGS)
    true = read_book(spoilt(POSITIONS, 2, "account", True), MARKET, SETTINGS)
    assert (one.positions.accounts[0], true.positions.accounts[0]) == ("1", "TRUE")


def test_a_row_moved_down_is_another_book() -> None:
    book = read_book(POSITIONS, MARKET, SETTINGS)
    moved = read_book([POSITIONS[0], [None] * 8, *POSITIONS[1:]], MARKET, SETTINGS)
    assert moved.positions.row.tolist() == [row + 1 for row in book.positions.row.tolist()]


def test_a_changed_list_is_read_anew() -> None:
    positions = [list(row) for row in POSITIONS]
    book = read_book(positions, MARKET, SETTINGS)
    positions[1][2] = 999
    assert read_book(positions, MARKET, SETTINGS).positions.quantity[0] == 999
    assert book.positions.quantity[0] == 100


def test_a_check_and_a_reading_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, calls = cells.read, []
    monkeypatch.setattr(cells, "read", lambda contents: calls.append(1) or reader(contents))
    positions = spoilt(POSITIONS, 2, "quantity", 12345)
    check_book(positions, MARKET, SETTINGS)
    read_book(positions, MARKET, SETTINGS)
    assert len(calls) == 1


def test_the_least_recently_used_is_forgotten() -> None:
    asked: list[str] = []
    remembered: Remembered[str, str] = Remembered(most=2, most_size=100)

    def answer(key: str) -> str:
        asked.append(key)
        return key.upper()

    for key in ("a", "b", "a", "c", "a", "b"):
        assert remembered.get(key, 1, answer) == key.upper()
    assert asked == ["a", "b", "c", "b"]
    assert len(remembered) == 2


def test_what_is_remembered_is_bounded_by_size() -> None:
    remembered: Remembered[int, int] = Remembered(most=100, most_size=10)
    for key in range(20):
        remembered.get(key, 4, lambda k: k)
        assert remembered.size <= 10
    remembered.get(99, 50, lambda k: k)
    assert (len(remembered), remembered.size) == (1, 50)
    remembered.get(1, 1, lambda k: k)
    assert (len(remembered), remembered.size) == (1, 1)


def test_a_failure_is_not_remembered() -> None:
    remembered: Remembered[int, float] = Remembered(most=2, most_size=10)
    with pytest.raises(ZeroDivisionError):
        remembered.get(0, 1, lambda k: 1 / k)
    assert len(remembered) == 0
