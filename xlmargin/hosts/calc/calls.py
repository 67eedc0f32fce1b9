"""A call as Calc makes it, answered as in every other program.

Calc hands over a table that must be given as the range that it stands in, from which its cells are
read with their errors; any other range as rows of numbers, texts and None, if it has no error; an
argument that is left out as None. One cell alone comes as its value then, and an empty one as 0:
`_LONE_ZERO` says what that counts as.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import Final, Protocol, TypeGuard

from xlmargin.cells.problems import refusal
from xlmargin.cells.values import FunctionAnswer
from xlmargin.errors import InputError, Problem
from xlmargin.excel.worksheet_function import REGISTRY, Argument, ArgumentKind

CallCells = tuple[tuple[float | str, ...], ...]


CallRows = Sequence[Sequence[object]]

_ERRORS: Final = 4
"""Formulas whose result is an error, as Calc counts results."""

_ERROR_OF_CODE: Final = {
    503: "#NUM!",
    519: "#VALUE!",
    521: "#NULL!",
    524: "#REF!",
    525: "#NAME?",
    532: "#DIV/0!",
    32767: "#N/A",
}
"""Errors of Calc by the names that all programs know; every other one is shown by its number."""


class Address(Protocol):
    """Where a range of cells stands; rows and columns count from 0."""

    StartColumn: int
    StartRow: int
    EndColumn: int
    EndRow: int


class Addresses(Protocol):
    """Several ranges of cells."""

    def getRangeAddresses(self) -> Sequence[Address]: ...  # noqa: D102, N802


class CallCell(Protocol):
    """One cell of Calc."""

    def getError(self) -> int: ...  # noqa: D102, N802


class CellRange(Protocol):
    """A range of cells of Calc."""

    def getDataArray(self) -> CallRows: ...  # noqa: D102, N802
    def getRangeAddress(self) -> Address: ...  # noqa: D102, N802
    def queryFormulaCells(self, results: int) -> Addresses: ...  # noqa: D102, N802
    def getCellByPosition(self, column: int, row: int) -> CallCell: ...  # noqa: D102, N802


class Zero(Enum):
    """What a lone 0 counts as, which may be an empty cell."""

    LEFT_OUT = auto()
    KEPT = auto()
    REFUSED = auto()


_LONE_ZERO: Final = {
    ArgumentKind.RANGE: Zero.LEFT_OUT,
    ArgumentKind.DATE: Zero.LEFT_OUT,
    ArgumentKind.TEXT: Zero.LEFT_OUT,
    ArgumentKind.SWITCH: Zero.KEPT,
    ArgumentKind.NUMBER: Zero.REFUSED,
    ArgumentKind.VALUES: Zero.REFUSED,
}

SAME_WHEN_LEFT_OUT: Final = frozenset({"as_of", "style", "rate", "dividend_yield"})
"""Arguments that take one cell or many, of which 0 is no value or the default itself."""


def answer(name: str, given: tuple[object, ...]) -> CallCells:
    """The answer of a worksheet function as rows, a lone value as one row of one.

    `given` has numbers, texts, None, tuples of rows of these, and ranges.
    """
    function = REGISTRY[name]
    try:
        arguments = [_argument(a, g) for a, g in zip(function.arguments, given, strict=True)]
        return _cells(function.function(*arguments))
    except Exception as error:
        return ((refusal(error),),)


def _cells(answer: FunctionAnswer) -> CallCells:
    """An answer as Calc takes it: TRUE and FALSE as 1 and 0, for in a table Calc confuses them."""
    rows = answer if isinstance(answer, list) else [[answer]]
    return tuple(tuple(float(v) if isinstance(v, bool) else v for v in row) for row in rows)


def _argument(argument: Argument, given: object) -> object:
    """An argument as other programs hand it over."""
    if _is_range(given):
        return _read(given)
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


def _is_range(given: object) -> TypeGuard[CellRange]:
    """Whether an argument is a range; what it is can be told by what it can do alone."""
    return hasattr(given, "getDataArray")


def _read(cells: CellRange) -> CallRows:
    """The values of a range; an error by its name."""
    rows = cells.getDataArray()
    wrong = cells.queryFormulaCells(_ERRORS).getRangeAddresses()
    if not wrong:
        return rows
    named = [list(row) for row in rows]
    first = cells.getRangeAddress()
    for at in wrong:
        for row in range(at.StartRow, at.EndRow + 1):
            for column in range(at.StartColumn, at.EndColumn + 1):
                i, j = row - first.StartRow, column - first.StartColumn
                code = cells.getCellByPosition(j, i).getError()
                named[i][j] = _ERROR_OF_CODE.get(code, f"Err:{code}")
    return named
