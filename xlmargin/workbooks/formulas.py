"""Formulas that call worksheet functions, and the answers that stand in their cells.

An argument is what the formula says and what the function is given: the same cells, so that the
answer written beside the formula is the one that the spreadsheet program will find again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.errors import MarginError
from xlmargin.workbooks.answer_table import AnswerTable, AnswerWords
from xlmargin.workbooks.figures import NONE, Cells, Figure, look_up, sentence
from xlmargin.workbooks.xlsx_writer import xl_col_to_name, xl_range_abs, xl_rowcol_to_cell

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


def argument(figure: Figure) -> FormulaArgument:
    """A figure as an argument: what stands in a cell, or is reckoned."""
    return FormulaArgument(figure.formula, figure.value)


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


SHEET: Final = "Formulas"
FIRST_ROW: Final = 8
"""Row of the formulas, counted from 0; each has the rows below it to itself."""

NO_VALUE: Final = "#N/A"
"""How an answer says that there is no value for an element, in some programs as an error."""
_LAST_ROW: Final = 1_048_575
_GAP: Final = 1
_NO_NAME: Final = 5
"""How ERROR.TYPE counts #NAME?."""


@dataclass(frozen=True)
class FormulaBlock:
    """A call at its column of the sheet, with its answer.

    `numbers` are the kinds of quantity of its columns, the last one repeats; `heading` is that of
    its headings, None where the answer has none.
    """

    call: Call
    column: int
    rows: AnswerTable
    numbers: Sequence[str]
    heading: str | None

    @property
    def width(self) -> int:
        """Columns of the answer."""
        return len(self.rows[0])

    def number(self, column: int) -> str:
        """The kind of quantity in a column of the answer."""
        return self.numbers[min(column, len(self.numbers) - 1)]

    def value(self, row: int, column: int) -> AnswerValue:
        """What stands in a cell of the answer, or of the rows that it may grow into."""
        return self.rows.value(row, column) if row < len(self.rows) else ""

    def figure(self, row: int = 0, column: int = 0, kind: str = "dollars") -> Figure:
        """A cell of the answer, the first one at first, as pages refer to it.

        There is always a first cell. Any other may be empty one day, and is shown as empty then.
        One that is empty now stays so where the function has no name: LibreOffice takes an empty
        answer for none, and asks again.
        """
        cell = f"{SHEET}!{xl_rowcol_to_cell(FIRST_ROW + row, self.column + column)}"
        value = self.value(row, column)
        if row == column == 0:
            return Figure(cell, value, kind)
        shown = f'IF({cell}="","",{cell})'
        if value == "" and row < len(self.rows):
            shown = f'IF(IFERROR(ERROR.TYPE({cell}),0)={_NO_NAME},"",{shown})'
        return Figure(shown, value, kind)

    def kept_blank(self, figure: Figure) -> Figure:
        """A figure; one that is blank now stays so where the function has no name."""
        if figure.value != "":
            return figure
        unnamed = f"IFERROR(ERROR.TYPE({self._first}),0)={_NO_NAME}"
        return replace(figure, formula=f'IF({unnamed},"",{figure.formula})')

    def or_refusal(self, figure: Figure, said: str | None = None) -> Figure:
        """A figure, or the refusal where the whole answer is one; or what is said instead.

        A refusal fills the first cell alone in Excel, so that other cells are found empty, and
        what is counted or looked up among them would be nothing.
        """
        shown = self._first if said is None else f'"{said}"'
        test = f'LEFT({self._first},{len(REFUSED)})="{REFUSED}"'
        return Figure(f"IF({test},{shown},{figure.formula})", figure.value, figure.kind)

    @property
    def _first(self) -> str:
        return f"{SHEET}!{xl_rowcol_to_cell(FIRST_ROW, self.column)}"

    def said(self, *parts: str | Figure) -> Figure:
        """A sentence on the answer, or the refusal where it is one."""
        return self.or_refusal(sentence(*parts))

    def row_of(self, name: AnswerValue) -> int:
        """The first row of the answer that a name begins."""
        return self.rows.row_of(name)

    def cells(self, column: int) -> Cells:
        """The cells of a column of the answer, and all that it may grow into."""
        at = column + self.column
        reach = f"{SHEET}!{xl_range_abs(FIRST_ROW, at, _LAST_ROW, at)}"
        return Cells(reach, tuple(self.value(i, column) for i in range(len(self.rows))))

    def cells_below_heading(self, column: int, rows: int) -> str:
        """So many cells of a column of the answer, from the one below its heading on.

        More where it has more rows now.
        """
        column, last = column + self.column, FIRST_ROW + self.reach(rows)
        return f"{SHEET}!{xl_range_abs(FIRST_ROW + 1, column, last, column)}"

    def column_of(self, column: int, rows: int) -> Cells:
        """The cells of a column below its heading, and what stands there now."""
        values = (self.value(i, column) for i in range(1, len(self.rows)))
        return Cells(self.cells_below_heading(column, rows), tuple(values))

    def named(self, name: str, column: int, rows: int, of: int = 0) -> Figure:
        """A column of the row that has a name in another column, or the refusal."""
        names, cells = (self.column_of(each, rows) for each in (of, column))
        return self.or_refusal(look_up(name, names, cells))

    def reach(self, rows: int) -> int:
        """So many rows, or as many as the answer has now."""
        return max(rows, len(self.rows))

    def below(self, rows: int) -> str:
        """In words, where the rows after so many of the answer stand."""
        name = xl_col_to_name(self.column)
        return f"sheet {SHEET}, column {name}, from row {FIRST_ROW + rows + 1}"


def or_none(figure: Figure) -> Figure:
    """A figure, none where there is no value; any other error stays one."""
    found = figure.formula
    shown = f'IF(ISNA({found}),"{NONE}",IF({found}="{NO_VALUE}","{NONE}",{found}))'
    return replace(figure, formula=shown, value=NONE if figure.value == NO_VALUE else figure.value)


class FormulasSheet:
    """The calls of a workbook side by side, each placed when a page first asks for it."""

    def __init__(self, answers: FormulaAnswers) -> None:
        self._answers = answers
        self._placed: dict[str, FormulaBlock] = {}
        self._next = 0

    def placed(
        self, call: Call, numbers: Sequence[str] = ("plain",), heading: str | None = None
    ) -> FormulaBlock:
        """The place of a call; the kinds of quantity are those that were named first."""
        if call.formula not in self._placed:
            rows = self._answers.rows(call)
            self._placed[call.formula] = FormulaBlock(call, self._next, rows, numbers, heading)
            self._next += len(rows[0]) + _GAP
        return self._placed[call.formula]

    def __iter__(self) -> Iterator[FormulaBlock]:
        return iter(self._placed.values())


MOST: Final = 2_000
"""Rows of an answer that a page shows, and looks among; all stand on the formulas' sheet."""


@dataclass(frozen=True)
class AnswerArea:
    """An answer on a page: its first cell, its last column, how many rows it may fill there."""

    placed: FormulaBlock
    row: int
    column: int
    last_column: int
    rows: int
    overflow: int
    """The row that says so once the answer has grown out of them."""


def said_of_growth(shown: AnswerArea, last_row: int, otherwise: str = "") -> Figure:
    """How many rows of an answer are not shown, or not printed.

    Where all of them are, it says what else it is told to. `last_row` is the last row that the page
    prints.
    """
    rows, printed = f"COUNTA({shown.placed.cells(0).formula})", last_row - shown.row + 1
    now = len(shown.placed.rows)
    words = f" more rows: {shown.placed.below(shown.rows)}"
    quoted = otherwise.replace('"', '""')
    beyond = f'IF({rows}>{shown.rows},{rows}-{shown.rows}&"{words}","{quoted}")'
    said = f"{now - shown.rows}{words}" if now > shown.rows else otherwise
    if printed >= shown.rows:
        return Figure(beyond, said, "text")
    words = " rows are not printed: below the print area. "
    unprinted = f"MIN({rows},{shown.rows})-{printed}"
    if now > printed:
        said = f"{min(now, shown.rows) - printed}{words}{said}"
    return Figure(f'IF({rows}>{printed},{unprinted}&"{words}","")&{beyond}', said, "text")
