"""Formulas that call worksheet functions, and the answers that stand in their cells.

An argument is what the formula says and what the function is given: the same cells, so that the
answer written beside the formula is the one that the spreadsheet program will find again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.errors import MarginError
from xlmargin.workbooks.answer_table import AnswerTable, AnswerWords
from xlmargin.workbooks.xlsx_writer import xl_range_abs

Functions = Mapping[str, Callable[..., object]]
"""The worksheet functions by name; called with plain values they answer plain values."""

REFUSED: Final = "#XLM!"
"""How the answer begins where a function refuses its input."""


@dataclass(frozen=True)
class FormulaArgument:
    """An argument of a formula: its text there, and its value as the function receives it."""

    text: str
    value: object


@dataclass(frozen=True)
class Call:
    """One call of a worksheet function."""

    function: str
    arguments: tuple[FormulaArgument, ...] = ()

    @property
    def formula(self) -> str:
        """The call as a formula, without the sign that begins it."""
        return f"{self.function}({','.join(a.text for a in self.arguments)})"


def literal(value: AnswerValue) -> FormulaArgument:
    """An argument that is typed into the formula."""
    if isinstance(value, bool):
        return FormulaArgument(str(value).upper(), value)
    if isinstance(value, str):
        doubled = value.replace('"', '""')
        return FormulaArgument(f'"{doubled}"', value)
    return FormulaArgument(f"{value:.15g}", value)


def range_on(
    sheet: str, row: int, column: int, rows: Sequence[Sequence[object]]
) -> FormulaArgument:
    """Rows from a cell on as an argument; the sheet as formulas name it."""
    reach = xl_range_abs(row, column, row + len(rows) - 1, column + len(rows[0]) - 1)
    return FormulaArgument(f"{sheet}!{reach}", rows)


LEFT_OUT: Final = FormulaArgument("", None)
"""An argument that is left out, with others behind it."""


class FormulaAnswers:
    """The answers to calls, each asked for once."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self._known: dict[str, AnswerTable] = {}
        self._words = AnswerWords()

    def rows(self, call: Call) -> AnswerTable:
        """The answer to a call as rows; a refusal is raised, so that none ends up in a workbook."""
        if call.formula not in self._known:
            answer = self._functions[call.function](*(a.value for a in call.arguments))
            rows = AnswerTable.of(answer, self._words)
            first = rows.value(0, 0)
            if isinstance(first, str) and first.startswith(REFUSED):
                raise MarginError(f"{call.function}: {first}")
            self._known[call.formula] = rows
        return self._known[call.formula]

    def refusal(self, call: Call) -> str:
        """Why a call is refused, "" where it is not, and where its answer is to be used."""
        try:
            self.rows(call)
        except MarginError as error:
            return str(error)
        return ""

    def plain(self, call: Call) -> object:
        """The answer to a call as the function gives it: rows, or the only value."""
        rows = self.rows(call)
        return self.value(call) if rows.numbers.size == 1 else [*rows]

    def value(self, call: Call) -> AnswerValue:
        """The answer to a call that answers one value."""
        return self.rows(call).value(0, 0)
