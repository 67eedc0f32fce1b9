"""Answers out: plain texts, numbers and TRUE/FALSE, alone or in a rectangle; errors as one line.

What goes into a cell is never NaN, None, infinite, or of a type that some host does not know. No
value - NaN - is the text "#N/A", which Office.js turns into the real error; an empty place is "".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from math import inf
from typing import Any, Final, TypeAlias

import numpy as np

from xlmargin.dates import serial_of
from xlmargin.defects import internal_error
from xlmargin.errors import REFUSED, MarginError

Value: TypeAlias = str | float | bool
"""What a cell of an answer holds."""

Answer: TypeAlias = Value | list[list[Value]]

LONGEST_TEXT: Final = 255
"""Characters that Excel takes in a text inside an array; a longer one loses the whole array."""

NO_VALUE: Final = "#N/A"


def to_cells(answer: object) -> Answer:
    """An answer as a host shows it: one value, or rows of equal length, at least one by one."""
    if isinstance(answer, np.ndarray):
        answer = answer.tolist()
    if not isinstance(answer, list | tuple):
        return to_cell(answer)
    rows = [_row(row) for row in answer]
    width = max(map(len, rows), default=0)
    if not width:
        return [[""]]
    return [row + [""] * (width - len(row)) if len(row) < width else row for row in rows]


def _row(row: object) -> list[Value]:
    if isinstance(row, np.ndarray):
        row = row.tolist()
    cells: Sequence[Any] = row if isinstance(row, list | tuple) else [row]
    return [v if type(v) is float and -inf < v < inf else to_cell(v) for v in cells]


def to_cell(value: object) -> Value:
    """One value as a cell holds it; NaN and infinity are no value, None is an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float | np.integer | np.floating):
        return _number(value)
    if isinstance(value, dt.date):
        return serial_of(value) if value == value else NO_VALUE
    return _text(str(value))


def _text(value: str) -> str:
    """A text as long as a cell of an array takes; one that is cut says so."""
    if len(value) <= LONGEST_TEXT:
        return str(value)
    return f"{value[: LONGEST_TEXT - 1].rstrip()}\u2026"


def _number(value: Any) -> Value:
    try:
        number = float(value)
    except OverflowError:
        return NO_VALUE
    return number if -inf < number < inf else NO_VALUE


def refusal(error: Exception) -> str:
    """An error as one line for a cell; what was not foreseen is logged as an internal error."""
    message = str(error) if isinstance(error, MarginError) else internal_error(error)
    return (REFUSED + " ".join(message.split()))[:LONGEST_TEXT]
