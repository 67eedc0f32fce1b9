"""A call as Calc makes it, answered as in every other program.

Calc hands over a range as rows of numbers, texts and None; an argument that is left out is None.
One cell alone comes as its value, and an empty one as 0: `_LONE_ZERO` says what that counts as.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from xlmargin.cells.values import Answer, refusal
from xlmargin.errors import InputError, Problem
from xlmargin.excel.worksheet_function import REGISTRY, Argument, Kind

Cells = tuple[tuple[float | str, ...], ...]


class Zero(Enum):
    """What a lone 0 counts as, which may be an empty cell."""

    LEFT_OUT = auto()
    KEPT = auto()
    REFUSED = auto()


_LONE_ZERO: Final = {
    Kind.RANGE: Zero.LEFT_OUT,
    Kind.DATE: Zero.LEFT_OUT,
    Kind.TEXT: Zero.LEFT_OUT,
    Kind.SWITCH: Zero.KEPT,
    Kind.NUMBER: Zero.REFUSED,
    Kind.VALUES: Zero.REFUSED,
}

SAME_WHEN_LEFT_OUT: Final = frozenset({"as_of", "style", "rate", "dividend_yield"})
"""Arguments that take one cell or many, of which 0 is no value or the default itself."""


def answer(name: str, given: tuple[object, ...]) -> Cells:
    """The answer of a worksheet function as rows, a lone value as one row of one.

    `given` has numbers, texts, None, and tuples of rows of these.
    """
    function = REGISTRY[name]
    try:
        arguments = [_argument(a, g) for a, g in zip(function.arguments, given, strict=True)]
        return _cells(function.function(*arguments))
    except Exception as error:
        return ((refusal(error),),)


def _cells(answer: Answer) -> Cells:
    """An answer as Calc takes it: TRUE and FALSE as 1 and 0, for in a table Calc confuses them."""
    rows = answer if isinstance(answer, list) else [[answer]]
    return tuple(tuple(float(v) if isinstance(v, bool) else v for v in row) for row in rows)


def _argument(argument: Argument, given: object) -> object:
    """An argument as other programs hand it over."""
    if given != 0.0 or isinstance(given, bool):
        return given
    means = _LONE_ZERO[argument.kind]
    if argument.name in SAME_WHEN_LEFT_OUT:
        means = Zero.LEFT_OUT
    if means is Zero.REFUSED:
        wanted = "{0} for the number, a range such as B2:B2 for a cell, or no argument"
        found = "0 or an empty cell, which LibreOffice Calc does not tell apart"
        raise InputError([Problem(argument.name, 0, "", found, wanted)])
    return None if means is Zero.LEFT_OUT else given
