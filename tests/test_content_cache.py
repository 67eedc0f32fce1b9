from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from tests.excel.ranges import DIVIDENDS, MARKET, POSITIONS, SETTINGS, spoilt
from tests.reading import check_book, read_book
from xlmargin.computing import ContentCache
from xlmargin.excel import ranges


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
    reader, calls = ranges.read_book, []
    monkeypatch.setattr(ranges, "read_book", lambda tables: calls.append(1) or reader(tables))
    positions = spoilt(POSITIONS, 2, "quantity", 12345)
    check_book(positions, MARKET, SETTINGS)
    read_book(positions, MARKET, SETTINGS)
    assert len(calls) == 1


def of_size(size: int, most: int = 100, most_size: int = 10) -> ContentCache[int, int]:
    return ContentCache(most, most_size, lambda key, value: value or size)


def test_the_least_recently_used_is_forgotten() -> None:
    asked: list[str] = []
    cache = ContentCache[str, str](2, 100, lambda key, value: 1)

    def answer(key: str) -> str:
        asked.append(key)
        return key.upper()

    for key in ("a", "b", "a", "c", "a", "b"):
        assert cache.get(key, answer) == key.upper()
    assert asked == ["a", "b", "c", "b"]
    assert len(cache) == 2


def test_what_is_remembered_is_bounded_by_size() -> None:
    cache = of_size(4)
    for key in range(20):
        cache.get(key, lambda k: 0)
        assert cache.size <= 10
    cache.get(99, lambda k: 50)
    assert (len(cache), cache.size) == (1, 50)
    cache.get(1, lambda k: 1)
    assert (len(cache), cache.size) == (1, 1)
    cache.clear()
    assert (len(cache), cache.size) == (0, 0)


def test_a_failure_is_not_remembered() -> None:
    cache = ContentCache[int, float](2, 10, lambda key, value: 1)
    with pytest.raises(ZeroDivisionError):
        cache.get(0, lambda k: 1 / k)
    assert len(cache) == 0
    assert cache.get(0, lambda k: 5.0) == 5.0


@pytest.fixture
def _switching_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_switching_often")
def test_threads_share_what_is_remembered() -> None:
    cache = of_size(1, most=32, most_size=20)

    def ask(start: int) -> bool:
        return all(cache.get((start + i) % 97, lambda k: 0) == 0 for i in range(5_000))

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(0, 800, 100)))
    assert len(cache) == cache.size <= 20


def test_threads_that_ask_the_same_wait_for_one_computation() -> None:
    cache, asked, all_here = of_size(1), [], Event()

    def slow(key: int) -> int:
        asked.append(key)
        assert all_here.wait(20)
        return 0

    with ThreadPoolExecutor(5) as threads:
        answers = [threads.submit(cache.get, 7, slow) for _ in range(4)]
        assert threads.submit(cache.get, 8, lambda k: 0).result(20) == 0  # another is not held up
        all_here.set()
        assert [answer.result(20) for answer in answers] == [0, 0, 0, 0]
    assert asked == [7]


def test_what_is_missing_is_computed_together() -> None:
    cache, asked = ContentCache[int, int](100, 100, lambda key, value: 1), []

    def doubled(keys: list[int]) -> list[int]:
        def compute(places: list[int]) -> list[int]:
            asked.append([keys[i] for i in places])
            return [2 * keys[i] for i in places]

        return cache.get_many(keys, compute)

    assert doubled([3, 1, 3, 2]) == [6, 2, 6, 4]
    assert doubled([1, 5, 2]) == [2, 10, 4]
    assert doubled([5, 1]) == [10, 2]
    assert asked == [[3, 1, 2], [5]]


def test_of_many_that_fail_none_is_remembered() -> None:
    cache = of_size(1)
    cache.get(1, lambda key: 0)
    with pytest.raises(ZeroDivisionError):
        cache.get_many([1, 2, 3], lambda places: [1 // 0 for _ in places])
    assert len(cache) == 1
    assert cache.get_many([2, 3], lambda places: [7 for _ in places]) == [7, 7]
