"""Arrow arrays as columns: numbers, dates as serial days, texts; other types are refused.

Nothing is guessed: an instant with a time zone falls on different days in different places, a list
has no one value, bytes are no text.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.arrow_buffers import fixed_width, is_null
from xlmargin.cells.table import EMPTY, CodedCells, Codes, Column, coded
from xlmargin.cells.values import CellValue, Day
from xlmargin.errors import InputError, Problem

_Array: TypeAlias = "pa.Array[Any]"
_DAYS_TO_1970: Final = 25_569
_PER_DAY: Final = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}

_OF_DATES: Final = ("date", "expiration", "ex_date")
"""Headings of dates: under any other a date is no number."""
WANTED: Final = "numbers, texts, dates, or times without a time zone"


def refuse_type(type_: pa.DataType, name: str, heading: str) -> None:
    """Refuse a column whose type has no plain cells, naming it."""
    if not is_plain(type_):
        found = f"a column of type {str(type_)[:80]}"
        raise InputError([Problem(name, 1, heading, found, WANTED)])


def is_plain(type_: pa.DataType) -> bool:
    """Whether a type has plain cells."""
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    return bool(
        pa.types.is_null(type_)
        or pa.types.is_boolean(type_)
        or pa.types.is_integer(type_)
        or pa.types.is_floating(type_)
        or pa.types.is_decimal(type_)
        or is_text(type_)
        or pa.types.is_date(type_)
        or (pa.types.is_timestamp(type_) and type_.tz is None)
    )


def is_text(type_: pa.DataType) -> bool:
    """Whether a type is text of any layout."""
    return bool(
        pa.types.is_string(type_)
        or pa.types.is_large_string(type_)
        or pa.types.is_string_view(type_)
    )


def column_of(array: _Array, name: str, heading: str, as_text: bool) -> Column:
    """An array as a column; its type is one that `refuse_type` lets pass.

    Dates are serial days under a heading of dates, and no numbers under any other. Whole numbers
    that are names, such as account numbers, are read `as_text`: a float has not digits enough.
    """
    try:
        column = _column(array, as_text)
    except (UnicodeDecodeError, pa.ArrowInvalid) as error:
        found = f"content that cannot be read ({str(error)[:80]})"
        raise InputError([Problem(name, 1, heading, found, WANTED)]) from error
    if isinstance(column, CodedCells) or heading in _OF_DATES or not _is_of_dates(array.type):
        return column
    distinct, codes = np.unique(column[~np.isnan(column)], return_inverse=True)
    of_row = np.full(len(column), EMPTY, dtype=np.int32)
    of_row[~np.isnan(column)] = codes
    return CodedCells(of_row, tuple(map(Day, distinct.tolist())))


def _is_of_dates(type_: pa.DataType) -> bool:
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    return bool(pa.types.is_date(type_) or pa.types.is_timestamp(type_))


def _column(array: _Array, as_text: bool) -> Column:
    type_ = array.type
    if isinstance(array, pa.DictionaryArray):
        if not is_text(array.dictionary.type):
            return _column(array.dictionary_decode(), as_text)
        return _texts(array)
    if is_text(type_):
        return _texts(array.dictionary_encode())
    if pa.types.is_boolean(type_):
        import pyarrow.compute as pc

        return _texts(pc.if_else(array, "TRUE", "FALSE").dictionary_encode())
    if pa.types.is_null(type_):
        return np.full(len(array), np.nan)
    if pa.types.is_date(type_):
        return _days(array if pa.types.is_date32(type_) else array.cast(pa.date32()), np.int32, 1)
    if pa.types.is_timestamp(type_):
        return _days(array, np.int64, _PER_DAY[type_.unit])
    if pa.types.is_integer(type_) and as_text:
        return _texts(array.cast(pa.string()).dictionary_encode())
    numbers = array if pa.types.is_float64(type_) else array.cast(pa.float64())
    return np.where(is_null(numbers), np.nan, fixed_width(numbers, np.float64))


def _days(array: _Array, dtype: type[np.signedinteger[Any]], per_day: int) -> FloatArray:
    """Serial days of whole numbers counted from 1970, so many a day."""
    days, rest = np.divmod(_whole(array, dtype, 0), per_day)
    serial = days + _DAYS_TO_1970 + rest / per_day
    return np.where(is_null(array), np.nan, serial)


def _whole(array: _Array, dtype: npt.DTypeLike, where_null: int) -> IntArray:
    """Whole numbers of this width, with another one where there is none."""
    whole = fixed_width(array, dtype).astype(np.int64)
    return np.where(is_null(array), where_null, whole) if array.null_count else whole


def _texts(array: pa.DictionaryArray[Any, Any]) -> CodedCells:
    """Texts as cells; one that is blank is empty."""
    of_entry, distinct = _entries(tuple(array.dictionary.to_pylist()))
    type_ = array.indices.type
    dtype = f"{'u' if pa.types.is_unsigned_integer(type_) else 'i'}{type_.bit_width // 8}"
    return CodedCells(of_entry[_whole(array.indices, dtype, EMPTY)], distinct)


@lru_cache(maxsize=8)
def _entries(texts: tuple[str | None, ...]) -> tuple[Codes, tuple[CellValue, ...]]:
    """The code of each text of a dictionary, EMPTY last, and the cells that they are.

    Remembered: one batch of a file after another has the same dictionaries.
    """
    cells = coded(texts)
    return np.append(cells.codes, np.int32(EMPTY)), cells.distinct
