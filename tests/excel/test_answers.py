from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmargin.cells.problems import refusal
from xlmargin.cells.values import to_cells
from xlmargin.errors import InputError, MarginError, Problem, RulebookError
from xlmargin.settings import Basis

NAN = float("nan")


@pytest.mark.parametrize(
    ("answer", "cells"),
    [
        (1, 1.0),
        (True, True),
        (np.bool_(False), False),
        (np.float64(2.5), 2.5),
        (np.int64(3), 3.0),
        ("text", "text"),
        ("=1+1", "=1+1"),
        (Basis.INITIAL, "initial"),
        (None, ""),
        (NAN, "#N/A"),
        (float("-inf"), "#N/A"),
        (10**400, "#N/A"),
        (dt.date(2026, 1, 15), 46037.0),
        (dt.datetime(2026, 1, 15, 12), 46037.5),
        ("x" * 999, "x" * 254 + "\u2026"),
        ([], [[""]]),
        ([[]], [[""]]),
        ([1, 2], [[1.0], [2.0]]),
        ([[1, None], ["a"], [NAN, True, 3]], [[1.0, "", ""], ["a", "", ""], ["#N/A", True, 3.0]]),
        (((1.0, 2.0),), [[1.0, 2.0]]),
        (np.array([[1.0, np.nan]]), [[1.0, "#N/A"]]),
        (np.array([1, 2]), [[1.0], [2.0]]),
        (np.array(3.5), 3.5),
        ([np.array([1.0, 2.0])], [[1.0, 2.0]]),
    ],
)
def test_to_cells(answer: object, cells: object) -> None:
    found: Any = to_cells(answer)
    assert found == cells
    for cell in [c for row in found for c in row] if isinstance(found, list) else [found]:
        assert type(cell) in (str, float, bool)


values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.binary()
)


@given(st.one_of(values, st.lists(st.one_of(values, st.lists(values)))))
def test_any_answer_is_plain_and_rectangular(answer: object) -> None:
    cells = to_cells(answer)
    rows = cells if isinstance(cells, list) else [[cells]]
    assert rows
    assert rows[0]
    assert len({len(row) for row in rows}) == 1
    for cell in (cell for row in rows for cell in row):
        assert type(cell) in (str, float, bool)
        if isinstance(cell, float):
            assert np.isfinite(cell)
        assert not isinstance(cell, str) or len(cell) <= 255


def test_a_refusal_says_where_and_what() -> None:
    problem = Problem("positions", 7, "type", "'putt'", "stock, call, put or cash")
    line = "#XLM! positions, row 7, type: found 'putt', wanted stock, call, put or cash."
    assert refusal(InputError([problem])) == line
    assert refusal(InputError([problem] * 3)) == f"{line} (2 more: see XLM_CHECK.)"


def test_any_error_is_one_line() -> None:
    assert refusal(RulebookError("no\nsuch  rule")) == "#XLM! no such rule"
    assert re.match(r"#XLM! internal error [0-9A-F]{4} \(KeyError\)", refusal(KeyError("x")))
    assert len(refusal(MarginError("x" * 999))) == 255


class _Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def test_an_error_without_words_is_still_one_line() -> None:
    assert "(_Unspeakable)" in refusal(_Unspeakable())
