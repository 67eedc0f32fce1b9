"""Arrow arrays by their buffers: what pyarrow's own conversions answer, without pandas."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa

from xlmargin.arrow_buffers import fixed_width, float_array, is_null, number_array, text_array


def test_a_slice_with_nulls_has_its_own_numbers() -> None:
    array = pa.array([1.0, None, 3.0, None, *map(float, range(20))], pa.float64())[1:13]
    null = is_null(array)
    assert null.tolist() == [each is None for each in array.to_pylist()]
    assert fixed_width(array, np.float64)[~null].tolist() == array.drop_null().to_pylist()


def test_arrays_are_those_that_pyarrow_makes() -> None:
    numbers = np.array([1.5, np.nan, -0.0, 7.25])
    made = number_array(numbers, pa.float64(), ~np.isnan(numbers))
    assert made.equals(pa.array(numbers, from_pandas=True))
    assert float_array(numbers[[0, 2]]).equals(pa.array(numbers[[0, 2]]))
    assert np.isnan(float_array(numbers)[1].as_py())
    texts = ["", "é", "two", ""]
    assert text_array(texts).equals(pa.array(texts, pa.string()))
    assert text_array([]).equals(pa.array([], pa.string()))


def test_a_history_imports_no_pandas() -> None:
    program = (
        "import sys; import numpy as np; import pyarrow as pa; from datetime import date;"
        "from xlmargin.importers.arrow_columns import column_of;"
        "from xlmargin.history.written import _table, COLUMNS;"
        "days = pa.py_buffer(np.array([1, 2], 'i4'));"
        "made = pa.Array.from_buffers(pa.date32(), 2, [None, days]);"
        "column_of(made, 'positions', 'date', False);"
        "texts = ('account', 'problem', 'warning');"
        "_table({name: ['x'] if name in texts else np.zeros(1) for name in COLUMNS});"
        "assert 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
