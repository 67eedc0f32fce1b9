"""The example of every function as calls that each host makes, and answers to the last bit."""

from __future__ import annotations

import datetime as dt
import struct
from typing import Any

from tests.hosts.calls import LEFT_OUT, Range
from xlmargin import udfs
from xlmargin.dates import serial_of
from xlmargin.help import EXAMPLES
from xlmargin.help.example_book import EXAMPLE_BOOK
from xlmargin.help.examples import Range as Named


def _argument(argument: object) -> object:
    if isinstance(argument, Named):
        rows = EXAMPLE_BOOK[argument.name]
        return Range([["" if cell is None else cell for cell in row] for row in rows])
    return LEFT_OUT if argument is None else argument


CALLS: list[tuple[str, list[object]]] = [
    (name, [_argument(argument) for argument in example.arguments])
    for name, example in EXAMPLES.items()
    if hasattr(udfs, name)
]


def in_python(name: str, arguments: list[object], dates_are_numbers: bool = False) -> Any:
    """The answer of plain Python, as rows."""

    def cell(value: object) -> object:
        return serial_of(value) if dates_are_numbers and isinstance(value, dt.date) else value

    given = [
        None if a == LEFT_OUT else [[cell(c) for c in row] for row in a.rows]
        if isinstance(a, Range)
        else a
        for a in arguments
    ]  # fmt: skip
    answer = getattr(udfs, name)(*given)
    return answer if isinstance(answer, list) else [[answer]]


def bits(value: object) -> object:
    """An answer with each number as the bits of its double."""
    if isinstance(value, list | tuple):
        return [bits(part) for part in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return struct.pack(">d", value).hex()
    return value
