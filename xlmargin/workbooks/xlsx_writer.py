"""XlsxWriter, which has type hints but does not say so: imported here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.chart import Chart  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.utility import (  # type: ignore[import-untyped]
    xl_col_to_name,
    xl_range,
    xl_range_abs,
    xl_rowcol_to_cell,
)
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

__all__ = [
    "NO_TEXT",
    "Chart",
    "Format",
    "Sheet",
    "Workbook",
    "Worksheet",
    "keep_values",
    "xl_col_to_name",
    "xl_range",
    "xl_range_abs",
    "xl_rowcol_to_cell",
]

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


@cache
def _is_renamed(called: str) -> bool:
    """Whether a function stands in a file under another name than in a cell."""
    return bool(Worksheet()._prepare_formula(called) != called)


class Sheet(Worksheet):  # type: ignore[misc]
    """A sheet that marks answers of formulas that begin with spaces: else Excel may drop them."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        """The formula as it stands in a file: looked through for a name only where one changes."""
        if expand_future_functions or any(map(_is_renamed, set(_CALLED.findall(formula)))):
            return str(super()._prepare_formula(formula, expand_future_functions))
        return formula.removeprefix("=")

    def _xml_formula_element(
        self, formula: str, result: object, attributes: Sequence[tuple[str, object]] = ()
    ) -> None:
        if not isinstance(result, str) or not result.startswith(" "):
            super()._xml_formula_element(formula, result, attributes)
            return
        named = "".join(f' {key}="{value}"' for key, value in attributes)
        formula, result = self._escape_data(formula), self._escape_data(result)
        self.fh.write(f'<c{named}><f>{formula}</f><v xml:space="preserve">{result}</v></c>')
