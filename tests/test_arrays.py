"""What is alike in columns and rows, against a slow twin."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xlmargin.arrays import Names, codes, numbered, numbered_rows

cells = st.sampled_from([0.0, -0.0, 1.0, 1.0 + 1e-15, -1.0, math.nan, math.inf])


def twin(keys):
    number = {}
    of_key = [number.setdefault(key, len(number)) for key in keys]
    return [of_key.index(i) for i in range(len(number))], of_key


@given(st.lists(st.integers(-2, 4)))
def test_keys_are_numbered_as_they_appear(keys):
    first, number = numbered(np.array(keys, dtype=np.int64))
    assert (first.tolist(), number.tolist()) == twin(keys)


@given(st.lists(st.tuples(cells, cells)))
def test_rows_are_numbered_as_they_appear(rows):
    first, number = numbered_rows(np.array(rows, dtype=np.float64).reshape(len(rows), 2))
    keys = [tuple("nan" if math.isnan(cell) else cell for cell in row) for row in rows]
    assert (first.tolist(), number.tolist()) == twin(keys)


def test_a_column_of_names_is_the_names():
    typed = ["b", "a", "b", ""]
    names = Names(*codes(typed))
    assert names.words == ("b", "a", "")
    assert list(names) == typed == [names[i] for i in range(len(names))]
