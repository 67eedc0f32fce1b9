"""What is alike in columns and rows, against a slow twin."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xlmargin.arrays import Names, numbered, numbered_rows

cells = st.sampled_from([0.0, -0.0, 1.0, 1.0 + 1e-15, -1.0, math.nan, math.inf])


def twin(keys: list[Any]) -> tuple[list[int], list[int]]:
    number = {}
    of_key = [number.setdefault(key, len(number)) for key in keys]
    return [of_key.index(i) for i in range(len(number))], of_key


@given(st.lists(st.integers(-2, 4)))
def test_keys_are_numbered_as_they_appear(keys: list[int]) -> None:
    first, number = numbered(np.array(keys, dtype=np.int64))
    assert (first.tolist(), number.tolist()) == twin(keys)


@given(st.lists(st.tuples(cells, cells)))
def test_rows_are_numbered_as_they_appear(rows: list[tuple[float, float]]) -> None:
    first, number = numbered_rows(np.array(rows, dtype=np.float64).reshape(len(rows), 2).T)
    keys = [tuple("nan" if math.isnan(cell) else cell for cell in row) for row in rows]
    assert (first.tolist(), number.tolist()) == twin(keys)


@given(st.integers(0, 2**32), st.integers(1, 300), st.integers(1, 4))
def test_many_rows_of_close_numbers_are_told_apart(seed: int, count: int, most: int) -> None:
    drawn = np.random.default_rng(seed).integers(0, most, (3, count))
    columns = [1.0 + drawn[0] * 2.0**-52, drawn[1] * 2.0**40, drawn[2] / 7.0]
    first, number = numbered_rows(columns)
    assert (first.tolist(), number.tolist()) == twin(list(zip(*drawn.tolist(), strict=True)))


words = st.sampled_from(["", "a", "A", "b", "long"])
columns_of_names = st.lists(st.tuples(words, words, st.booleans()))


@given(columns_of_names)
def test_names_by_their_codes_are_the_names(rows: list[tuple[str, str, bool]]) -> None:
    one, other = [row[0] for row in rows], [row[1] for row in rows]
    own = np.array([row[2] for row in rows], dtype=bool)
    first, second = Names.of(one), Names.of(other)
    for names, wanted in (
        (first, one),
        (first.joined(second), one + other),
        (first.otherwise(own, second), [a if take else b for a, b, take in rows]),
        (first.replaced(own, "b"), ["b" if take else a for a, _, take in rows]),
        (first.take(np.flatnonzero(own)), [a for a, _, take in rows if take]),
    ):
        assert list(names) == wanted
        assert set(names.words) >= set(wanted)
        assert len(set(names.words)) == len(names.words)
    joined = first.joined(second)
    assert list(joined.words) == list(dict.fromkeys(one + other))
    assert first.same_as(second).tolist() == [a == b for a, b, _ in rows]
    assert first.where(str.isupper).tolist() == [a.isupper() for a in one]
    assert list(first.among(own)) == list(dict.fromkeys(a for a, _, take in rows if take))


def test_names_by_codes_of_words_that_are_alike_or_in_no_row() -> None:
    names = Names.coded(np.array([2, -1, 0, 3]), ("a", "unused", "b", "a", ""))
    assert list(names) == ["b", "", "a", "a"]
    assert names.words == ("b", "", "a")


def test_a_column_of_names_is_the_names() -> None:
    typed = ["b", "a", "b", ""]
    names = Names.of(typed)
    assert names.words == ("b", "a", "")
    assert list(names) == typed == [names[i] for i in range(len(names))]
