"""The answers of formulas beside the values that the workbook keeps of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xlmargin.cells.reading import column_letters
from xlmargin.cells.values import NO_VALUE
from xlmargin.dates import serial_of
from xlmargin.errors import MarginError
from xlmargin.hosts.calc.recalculation import CellAnswer, SheetAnswers

HALF_A_CENT: Final = 0.005
SHARE: Final = 1e-6
"""Numbers are alike to half a cent, and numbers below $5,000 to a millionth of themselves."""
LEAST: Final = 1e-9

Kept = Sequence[Sequence[object]]
"""The values that the file keeps of a sheet, from its first cell on."""


@dataclass(frozen=True)
class Mismatch:
    """A formula whose answer is an error, or is not the value that the file keeps of it."""

    sheet: str
    cell: str
    kept: float | str
    answer: CellAnswer

    def __str__(self) -> str:
        kept, answer = _shown(self.kept), _shown(self.answer.value)
        return f"{self.sheet}!{self.cell}: kept {kept}, recalculated {answer}"


@dataclass(frozen=True)
class RecalculationComparison:
    """All formulas of a workbook, by sheet; what is wrong with some of them."""

    formulas: dict[str, int]
    differences: tuple[Mismatch, ...]
    errors: tuple[Mismatch, ...]

    @property
    def is_equal(self) -> bool:
        """Whether every formula answers what the file keeps, and none an error."""
        return not self.differences and not self.errors


def compared(book: Path, answers: SheetAnswers) -> RecalculationComparison:
    """The answers of every formula of the workbook beside the values it keeps."""
    formulas = {sheet: len(cells) for sheet, cells in answers.items() if cells}
    kept = _kept_values(book, formulas)
    found = [m for sheet in formulas for m in _of_sheet(sheet, answers[sheet], kept[sheet])]
    return RecalculationComparison(
        formulas,
        tuple(m for m in found if not m.answer.is_error),
        tuple(m for m in found if m.answer.is_error),
    )


def _of_sheet(
    sheet: str, cells: Mapping[tuple[int, int], CellAnswer], rows: Kept
) -> Iterator[Mismatch]:
    for (row, column), answer in sorted(cells.items()):
        value = _kept(rows, row, column)
        if answer.is_error or not _alike(value, answer.value):
            yield Mismatch(sheet, cell_name(row, column), value, answer)


def _kept_values(book: Path, sheets: Iterable[str]) -> dict[str, Kept]:
    """The values of sheets; an error is kept as nothing."""
    from python_calamine import CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(book)
        read = workbook.get_sheet_by_name
        return {name: read(name).to_python(skip_empty_area=False) for name in sheets}
    except Exception as error:
        # The reader has an error of its own for each kind of file, without a common parent.
        raise MarginError(f"{book.name}: its values cannot be read ({error}).") from error


def _kept(rows: Kept, row: int, column: int) -> float | str:
    """A value as a number or a text; "" where there is none."""
    cell = rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
    if isinstance(cell, dt.date):
        return serial_of(cell)
    if isinstance(cell, dt.timedelta):
        return cell / dt.timedelta(days=1)
    if isinstance(cell, dt.time):
        return serial_of(dt.datetime.combine(dt.date(1899, 12, 30), cell))
    return float(cell) if isinstance(cell, int | float) else str(cell)


def _alike(kept: float | str, answer: float | str) -> bool:
    """Whether two values are one: money to the cent, all else to a millionth."""
    if isinstance(kept, str) or isinstance(answer, str):
        return kept == answer or (kept == "" and answer == NO_VALUE)
    greater = max(abs(kept), abs(answer))
    return abs(kept - answer) <= max(LEAST, min(HALF_A_CENT, SHARE * greater))


def cell_name(row: int, column: int) -> str:
    """The name of a cell whose row and column count from 0, such as B7."""
    return f"{column_letters(column)}{row + 1}"


def _shown(value: float | str) -> str:
    if isinstance(value, float):
        return f"{value:,.10g}"
    return repr(value) if value else "nothing"
