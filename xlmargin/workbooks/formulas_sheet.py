"""Where each call stands on the sheet Formulas, and how the pages refer to its answer.

A function of the add-in is called on that sheet alone, once for all pages. They refer to the
cells of its answer by ordinary formulas, whose values every program keeps, with the add-in or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.answer_table import AnswerTable
from xlmargin.workbooks.live_formulas import REFUSED, Call, FormulaAnswers
from xlmargin.workbooks.sentences import Cells, Figure, sentence
from xlmargin.workbooks.xlsx_writer import xl_col_to_name, xl_range_abs, xl_rowcol_to_cell

SHEET: Final = "Formulas"
FIRST_ROW: Final = 8
"""Row of the formulas, counted from 0; each has the rows below it to itself."""

NO_VALUE: Final = "#N/A"
"""How an answer says that there is no value for an element, in some programs as an error."""
NONE: Final = "none"
"""How a page says so."""
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

    def formula(self, row: int, column: int) -> str:
        """The formula of a page for a cell of the answer.

        There is always a first cell. Any other may be empty one day, and is shown as empty then.
        One that is empty now stays so where the function has no name: LibreOffice takes an empty
        answer for none, and asks again.
        """
        cell = f"{SHEET}!{xl_rowcol_to_cell(FIRST_ROW + row, self.column + column)}"
        if row == column == 0:
            return cell
        shown = f'IF({cell}="","",{cell})'
        if row < len(self.rows) and self.value(row, column) == "":
            return f'IF(IFERROR(ERROR.TYPE({cell}),0)={_NO_NAME},"",{shown})'
        return shown

    def figure(self, row: int = 0, column: int = 0, kind: str = "dollars") -> Figure:
        """A cell of the answer, the first one at first, as a figure."""
        return Figure(self.formula(row, column), self.value(row, column), kind)

    def kept_blank(self, formula: str) -> str:
        """A formula that is blank now, and stays so where the function has no name."""
        return f'IF(IFERROR(ERROR.TYPE({self.formula(0, 0)}),0)={_NO_NAME},"",{formula})'

    def unless_refused(self, formula: str, said: str | None = None) -> str:
        """The formula, or the refusal where the whole answer is one; or what is said instead.

        A refusal fills the first cell alone in Excel, so that other cells are found empty, and
        what is counted or looked up among them would be nothing.
        """
        first = self.formula(0, 0)
        shown = first if said is None else f'"{said}"'
        return f'IF(LEFT({first},{len(REFUSED)})="{REFUSED}",{shown},{formula})'

    def said(self, *parts: str | Figure) -> tuple[str, AnswerValue]:
        """A sentence on the answer, or the refusal where it is one: a formula, and what it says."""
        formula, said = sentence(*parts)
        return self.unless_refused(formula), said

    def row_of(self, name: AnswerValue) -> int:
        """The first row of the answer that a name begins."""
        return self.rows.row_of(name)

    def cells(self, column: int) -> str:
        """The cells of a column of the answer, and all that it may grow into."""
        column += self.column
        return f"{SHEET}!{xl_range_abs(FIRST_ROW, column, _LAST_ROW, column)}"

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

    def or_refusal(self, figure: Figure) -> Figure:
        """A figure, or the refusal where the whole answer is one."""
        return replace(figure, formula=self.unless_refused(figure.formula))

    def named(self, name: str, column: int, rows: int, of: int = 0) -> Figure:
        """A column of the row that has a name in another column, or the refusal."""
        names, cells = (self.column_of(each, rows) for each in (of, column))
        at = names.value.index(name)
        found = f'INDEX({cells.formula},MATCH("{name}",{names.formula},0))'
        return Figure(self.unless_refused(found), cells.value[at])

    def reach(self, rows: int) -> int:
        """So many rows, or as many as the answer has now."""
        return max(rows, len(self.rows))

    def below(self, rows: int) -> str:
        """In words, where the rows after so many of the answer stand."""
        name = xl_col_to_name(self.column)
        return f"sheet {SHEET}, column {name}, from row {FIRST_ROW + rows + 1}"


def or_none(formula: str) -> str:
    """A formula whose result may be that there is no value; any other error stays one."""
    return f'IF(ISNA({formula}),"{NONE}",IF({formula}="{NO_VALUE}","{NONE}",{formula}))'


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
