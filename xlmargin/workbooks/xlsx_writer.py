"""XlsxWriter, which has type hints but does not say so: imported here and nowhere else."""

from __future__ import annotations

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.chart import Chart  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.utility import (  # type: ignore[import-untyped]
    xl_range,
    xl_range_abs,
    xl_rowcol_to_cell,
)
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

__all__ = [
    "Chart",
    "Format",
    "Workbook",
    "Worksheet",
    "xl_range",
    "xl_range_abs",
    "xl_rowcol_to_cell",
]
