"""A workbook of calls for Calc, written without any answers, and what Calc answers.

Each range stands on the sheet `Cells`, each call on the sheet `Calls` as an array formula over as
many cells as its answer has.
"""

from __future__ import annotations

import datetime as dt
import re
import subprocess
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range, xl_range_abs, xl_rowcol_to_cell

from tests.hosts.calls import LEFT_OUT, Range
from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.calc import installed_office, recalculate
from xlmargin.hosts.calc.recalculation import CellAnswer

CELLS, CALLS = "Cells", "Calls"
PATIENT = 600.0
"""Time for LibreOffice on a machine that is busy with other things, s."""


@cache
def why_not() -> str:
    """Why nothing can be tested in Calc; "" where it can."""
    try:
        installed_office()
    except MarginError as error:
        return f"not tested in LibreOffice: {error}"
    return ""


def version() -> int:
    """The first number of LibreOffice's version; 0 where there is none."""
    if why_not():
        return 0
    command = [installed_office().program, "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"LibreOffice (\d+)", said)
    return int(found[1]) if found else 0


in_calc = pytest.mark.skipif(bool(why_not()), reason=why_not() or "LibreOffice is here")
only_in_calc_7 = pytest.mark.skipif(
    version() != 7, reason="not tested: how LibreOffice 7 differs from later ones"
)


class Formula(str):
    """An argument that is typed into the formula as it stands."""


class CallBook:
    """A workbook of calls, to be answered all at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._book = Workbook(path)
        self._cells, self._calls = (self._book.add_worksheet(name) for name in (CELLS, CALLS))
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._next_cell = self._next_call = 0
        self._areas: list[tuple[int, int, int]] = []

    def place(self, rows: list[list[object]]) -> str:
        """The address of a range with these cells; one cell is a lone cell."""
        first = self._next_cell
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                self._write(first + i, j, cell)
        self._next_cell += len(rows) + 1
        if len(rows) == len(rows[0]) == 1:
            return f"{CELLS}!{xl_rowcol_to_cell(first, 0)}"
        return f"{CELLS}!{xl_range_abs(first, 0, first + len(rows) - 1, len(rows[0]) - 1)}"

    def call(self, name: str, arguments: list[object], height: int = 1, width: int = 1) -> None:
        """A call whose answer has so many cells."""
        self.formula(f"{name}({','.join(map(self._argument, arguments))})", height, width)

    def formula(self, formula: str, height: int = 1, width: int = 1) -> None:
        """A formula whose answer has so many cells."""
        first = self._next_call
        if height == width == 1:
            self._calls.write_formula(first, 0, f"={formula}")
        else:
            area = xl_range(first, 0, first + height - 1, width - 1)
            self._calls.write_array_formula(area, f"{{={formula}}}")
        self._areas.append((first, height, width))
        self._next_call += height + 1

    def answers(self) -> list[Any]:
        """The answers of Calc in the order of the calls; a lone value is no table."""
        self._book.close()
        self.answered = recalculate(self.path, REGISTRY.values(), seconds=PATIENT).answers[CALLS]
        return [_answer(self.answered, *area) for area in self._areas]

    def _argument(self, argument: object) -> str:
        if isinstance(argument, Range):
            return self.place(argument.rows)
        if argument == LEFT_OUT:
            return ""
        if isinstance(argument, str) and not isinstance(argument, Formula):
            return f'"{argument}"'
        return str(argument).upper() if isinstance(argument, bool) else str(argument)

    def _write(self, row: int, column: int, cell: object) -> None:
        if isinstance(cell, dt.date):
            self._cells.write_datetime(row, column, cell, self._date)
        elif isinstance(cell, Decimal):
            self._cells.write_number(row, column, float(cell))
        elif isinstance(cell, Formula):
            self._cells.write_formula(row, column, f"={cell}")
        elif isinstance(cell, str) and cell:
            self._cells.write_string(row, column, cell)
        elif cell != "":
            self._cells.write(row, column, cell)


def _answer(cells: Any, first: int, height: int, width: int) -> Any:
    rows = [[_value(cells[first + i, j]) for j in range(width)] for i in range(height)]
    return rows[0][0] if height == width == 1 else rows


def _value(answer: CellAnswer) -> Any:
    return f"<error {answer.value}>" if answer.is_error else answer.value
