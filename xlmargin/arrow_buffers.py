"""Arrow arrays from and to NumPy's by their buffers.

pyarrow's own conversions import pandas first, half a second and 70 MB, and look at it for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray

if TYPE_CHECKING:
    import pyarrow as pa

    ArrowArray: TypeAlias = pa.Array[Any]


def fixed_width(array: ArrowArray, dtype: np.typing.DTypeLike) -> np.ndarray:
    """The numbers of an array of this width, not to be changed; of one that is null any number."""
    data, width = array.buffers()[1], np.dtype(dtype).itemsize
    if data is None or not len(array):
        return np.zeros(len(array), dtype=dtype)
    return np.frombuffer(memoryview(data), dtype, len(array), array.offset * width)


def is_null(array: ArrowArray) -> BoolArray:
    """Which entries of an array are null."""
    bits = array.buffers()[0]
    if bits is None or not array.null_count:
        return np.zeros(len(array), dtype=bool)
    given = np.unpackbits(np.frombuffer(memoryview(bits), np.uint8), bitorder="little")
    return np.asarray(given[array.offset : array.offset + len(array)] == 0)


def number_array(numbers: np.ndarray, type_: pa.DataType, given: BoolArray) -> ArrowArray:
    """Numbers of the type's width as an array, null where none is given."""
    import pyarrow as pa

    data = pa.py_buffer(np.ascontiguousarray(numbers).data)
    bits = None if given.all() else pa.py_buffer(np.packbits(given, bitorder="little").data)
    return pa.Array.from_buffers(type_, len(numbers), [bits, data])


def float_array(numbers: FloatArray) -> ArrowArray:
    """Numbers as an array, NaN like any other."""
    import pyarrow as pa

    return number_array(numbers, pa.float64(), np.ones(len(numbers), dtype=bool))


def text_array(texts: Sequence[str]) -> ArrowArray:
    """Texts as an array."""
    import pyarrow as pa

    encoded = [text.encode() for text in texts]
    ends = np.fromiter(accumulate(map(len, encoded), initial=0), np.int32, len(encoded) + 1)
    buffers = [None, pa.py_buffer(ends.data), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(encoded), buffers)
