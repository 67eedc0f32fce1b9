"""XlsxWriter, which has type hints but does not say so: imported here and nowhere else."""

from __future__ import annotations

import gzip
import io
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import add
from types import MappingProxyType
from typing import Any, Final, TextIO

import numpy as np
from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.chart import Chart  # type: ignore[import-untyped]
from xlsxwriter.exceptions import XlsxWriterException  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.image import Image  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_col_to_name, xl_range, xl_range_abs, xl_rowcol_to_cell  # type: ignore[import-untyped]
from xlsxwriter.worksheet import CellFormulaTuple, Worksheet  # type: ignore[import-untyped]

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.answer_table import TOGETHER, AnswerTable

__all__ = [
    "NO_TEXT", "Chart", "Format", "Image", "Sheet", "Workbook", "Worksheet",
    "XlsxWriterException", "absolute", "hold_as_text", "keep_values", "xl_col_to_name",
    "xl_range", "xl_range_abs", "xl_rowcol_to_cell",
]  # fmt: skip


def absolute(row: int, column: int) -> str:
    """A cell as a formula names it wherever it stands: $B$7."""
    return str(xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True))


_NO_OLDER_PROGRAM: Final = 191029
"""The calculation engine that Excel has had since 2019: for a file of an older one it would
calculate everything on opening, and without the add-in lose the answers."""


def keep_values(workbook: Workbook) -> None:
    """Have Excel show the values in the file when it is opened, and not calculate them anew."""
    workbook.set_calc_mode("auto", _NO_OLDER_PROGRAM)
    workbook.calc_on_load = False


class _NoText(str):
    """The empty text as the answer of a formula: XlsxWriter takes "" for no answer at all."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


NO_TEXT: Final = _NoText()

_CALLED: Final = re.compile(r"[\w.]+\(")
"""A function in a formula."""
_NO_DIGITS: Final = str.maketrans("", "", "0123456789")


@cache
def _is_renamed(called: str) -> bool:
    """Whether a function stands in a file under another name than in a cell."""
    return bool(Worksheet()._prepare_formula(called) != called)


_AS_NUMBER, _AS_TEXT, _AS_TRUTH, _EMPTY = range(4)
_CONTENT: Final = ("><v>%.16G</v></c>", ' t="s"><v>%d</v></c>', ' t="b"><v>%d</v></c>', "/>%.0s")
"""What follows the format of a cell of each of these kinds, for its number."""


@dataclass(frozen=True)
class _Block:
    """Rows of plain values from a column on, in the format of each column.

    `text_number` is the number of each text that the file has.
    """

    column: int
    rows: AnswerTable
    formats: Sequence[Format]
    text_number: Mapping[str, int]

    def cells(self, row: int) -> Iterator[str]:
        """The cells of each row as the file has them, from a row of the sheet on."""
        begins = [
            f'<c r="{xl_col_to_name(column)}%d" s="{shown._get_xf_index()}"'
            for column, shown in enumerate(self.formats, start=self.column)
        ]
        forms: dict[bytes, str] = {}
        for first in range(0, len(self.rows), TOGETHER):
            some = self.rows[first : first + TOGETHER]
            kinds, numbers = some.coded(self._coded)
            of_row = np.arange(row + first + 1, row + first + len(some) + 1, dtype=np.float64)
            filled = np.stack([np.broadcast_to(of_row, numbers.T.shape).T, numbers], axis=2)
            for kind, own in zip(kinds, filled.reshape(len(some), -1).tolist(), strict=True):
                key = kind.tobytes()
                if key not in forms:
                    contents = (_CONTENT[each] for each in kind.tolist())
                    forms[key] = "".join(map(add, begins, contents))
                yield forms[key] % tuple(own)

    def _coded(self, word: str | bool) -> tuple[int, float]:
        """The kind of a cell that holds a word, and its number."""
        if isinstance(word, bool):
            return _AS_TRUTH, word
        return (_AS_TEXT, self.text_number[word]) if word else (_EMPTY, 0.0)


_SPANNED: Final = 16
"""Rows that XlsxWriter tells the used columns of together."""
_QUICKLY: Final = 1
"""How hard gzip packs a text."""


class Sheet(Worksheet):  # type: ignore[misc]
    """A sheet that marks answers of formulas that begin with spaces: else Excel may drop them.

    Many rows of plain values are kept as they are, and become text when the sheet does.
    """

    dim_rowmax: int
    table: Mapping[int, Any]

    def __init__(self) -> None:
        super().__init__()
        self._blocks: list[_Block] = []
        self._below = 0
        self._text: bytes | None = None
        self._renamed: dict[str, bool] = {}

    @property
    def is_open(self) -> bool:
        """Whether cells can be written."""
        return self._text is None

    def write_spilling(
        self,
        row: int,
        column: int,
        formula: str,
        shown: Format,
        rows: Sequence[Sequence[AnswerValue]],
    ) -> None:
        """A formula whose answer fills these rows from its cell on; other cells are not written.

        XlsxWriter would fill them with zeros first.
        """
        self.write_dynamic_array_formula(row, column, row, column, formula, shown, rows[0][0])
        last = row + len(rows) - 1, column + len(rows[0]) - 1
        cells = self.table[row]
        cells[column] = cells[column]._replace(range=xl_range(row, column, *last))

    def write_below(
        self, row: int, column: int, rows: AnswerTable, formats: Sequence[Format]
    ) -> None:
        """Plain values from a row on, below all other cells; "" is an empty cell.

        Blocks begin in the same row, the later one further to the right.
        """
        if not rows:
            return
        strings, texts = self.str_table, dict[str, int]()
        for text, count in rows.words_used().items():
            if isinstance(text, str) and text:
                texts[text] = strings._get_shared_string_index(text)
                strings.count += count - 1
        self._below = row
        self._blocks.append(_Block(column, rows, formats, texts))
        self._check_dimensions(row + len(rows) - 1, column + len(formats) - 1)

    def hold_as_text(self) -> None:
        """Hold the rows as the text that the file has of them: nothing more can be written."""
        self.fh: TextIO = io.StringIO()
        self._write_cols()  # Formats are counted as they are written, those of columns first.
        packed = io.BytesIO()
        with gzip.open(packed, "wt", _QUICKLY, encoding="utf-8", newline="") as self.fh:
            self._write_rows()
        self._text = packed.getvalue()
        # What a link shows is looked up once more.
        linked = {row: MappingProxyType(self.table[row]) for row in self.hyperlinks}
        self.table, self._blocks = MappingProxyType(linked), []

    def _get_range_data(self, *corners: int) -> list[object]:
        """What a chart shows of these cells."""
        assert self.is_open, f"a chart that follows the sheet {self.name} shows cells of it"
        return list(super()._get_range_data(*corners))

    def _write_rows(self) -> None:
        if self._text is not None:
            with gzip.open(io.BytesIO(self._text), "rt", encoding="utf-8", newline="") as held:
                shutil.copyfileobj(held, self.fh)
            return
        last = self.dim_rowmax
        if self._blocks:
            self.dim_rowmax = self._below - 1
        super()._write_rows()
        # What XlsxWriter keeps of rows is called otherwise since 3.3.
        kept = self.row_info if hasattr(self, "row_info") else self.set_rows
        cells = [block.cells(self._below) for block in self._blocks]
        for row in range(self._below, last + 1) if self._blocks else ():
            self._write_row(row, self._span(row), kept.get(row))
            self.fh.write("".join(next(own, "") for own in cells) + "</row>")
        self.dim_rowmax = last

    def _span(self, row: int) -> str:
        """The used columns of the rows that are told together with this one."""
        group = row // _SPANNED
        if group not in self.row_spans:
            first = max(group * _SPANNED - self._below, 0)
            there = [block for block in self._blocks if first < len(block.rows)]
            last = max(block.column + len(block.formats) for block in there)
            self.row_spans[group] = f"{min(block.column for block in there) + 1}:{last}"
        return str(self.row_spans[group])

    def write_formula(
        self, row: int, column: int, formula: str, shown: Format, value: AnswerValue = 0
    ) -> None:
        """A formula and what it finds: where no name changes, it stands in the file as it is."""
        if self._renames(formula):
            super().write_formula(row, column, formula, shown, value)
        else:
            self._check_dimensions(row, column)
            cell = CellFormulaTuple(formula.removeprefix("="), shown, value)
            self.table[row][column] = cell

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        """The formula as it stands in a file: looked through for a name only where one changes."""
        if expand_future_functions or self._renames(formula):
            return str(super()._prepare_formula(formula, expand_future_functions))
        return formula.removeprefix("=")

    def _renames(self, formula: str) -> bool:
        """Whether a function of a formula is renamed: found once for all that differ in digits.

        No two functions differ in digits alone, of which one is renamed.
        """
        form = formula.translate(_NO_DIGITS)
        if form not in self._renamed:
            self._renamed[form] = any(map(_is_renamed, set(_CALLED.findall(formula))))
        return self._renamed[form]

    def _xml_formula_element(
        self, formula: str, result: object, attributes: Sequence[tuple[str, object]] = ()
    ) -> None:
        if not isinstance(result, str) or not result.startswith(" "):
            super()._xml_formula_element(formula, result, attributes)
            return
        named = "".join(f' {key}="{value}"' for key, value in attributes)
        formula, result = self._escape_data(formula), self._escape_data(result)
        self.fh.write(f'<c{named}><f>{formula}</f><v xml:space="preserve">{result}</v></c>')


def hold_as_text(workbook: Workbook) -> None:
    """Hold the sheets so far, which are written whole, as the text that the file has of them.

    What charts show of them is looked up before. Whatever is written on them later raises.
    """
    sheets = {sheet.name: sheet for sheet in workbook.worksheets() if sheet.is_open}
    texts = workbook.str_table
    texts.string_array = list(texts.string_table)
    for chart in filter(None, (c for one in workbook.charts for c in (one, one.combined))):
        for cells, at in chart.formula_ids.items():
            name, corners = workbook._get_chart_range(cells)
            if name in sheets and chart.formula_data[at] is None:
                chart.formula_data[at] = sheets[name]._get_range_data(*corners)
    for sheet in sheets.values():
        sheet.hold_as_text()
