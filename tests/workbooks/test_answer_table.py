"""Answers held by numbers are the rows that the function answered."""

import pytest

from xlmargin.errors import MarginError
from xlmargin.workbooks.answer_table import AnswerTable, AnswerWords

ROWS = [
    ["figure", "total", "A1"],
    ["equity", -0.0, 1.0],
    ["equity", 0.1 + 0.2, ""],
    ["is met", True, False],
]


def test_rows_are_those_answered_with_each_text_held_once() -> None:
    words = AnswerWords()
    held, again = (AnswerTable.of(ROWS, words) for _ in range(2))
    assert [list(row) for row in held] == ROWS
    assert [held[i] for i in range(len(held))] == ROWS
    assert [*held[1:][:2]] == ROWS[1:3]
    assert str(held.value(1, 1)) == "-0.0"
    assert held.value(3, 1) is True
    assert held[0][0] is again[0][0]
    assert type(AnswerTable.of([[1]], words).value(0, 0)) is float


def test_a_row_is_found_by_its_text_and_a_column_tells_its_texts() -> None:
    held = AnswerTable.of(ROWS, AnswerWords())
    assert held.row_of("equity") == 1
    assert held.row_of("A1", 2) == 0
    assert held.row_of(1.0, 2) == 1
    assert held.texts(0) == ["figure", "equity", "is met"]
    assert held.texts(1) == ["total"]
    with pytest.raises(AssertionError, match="no row"):
        held.row_of("1.0", 2)


def test_a_lone_value_is_a_row_and_a_lone_column_has_a_row_each() -> None:
    assert [*AnswerTable.of(2.5, AnswerWords())] == [[2.5]]
    assert [*AnswerTable.of("text", AnswerWords())] == [["text"]]
    assert [*AnswerTable.of(["a", 1.0], AnswerWords())] == [["a"], [1.0]]


@pytest.mark.parametrize("cell", [None, float("nan"), float("inf"), b"a"])
def test_what_no_cell_can_hold_is_refused(cell: bytes | float | None) -> None:
    with pytest.raises(MarginError, match="in an answer, wanted text"):
        AnswerTable.of([["a", 1.0], ["b", cell]], AnswerWords())


def test_rows_of_two_widths_are_no_answer() -> None:
    with pytest.raises(ValueError, match="reshape"):
        AnswerTable.of([["a", 1.0], ["b"]], AnswerWords())
