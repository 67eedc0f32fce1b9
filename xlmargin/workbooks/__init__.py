"""Workbooks of live formulas with their answers beside them."""

from xlmargin.workbooks.input_tables import InputTables, input_tables
from xlmargin.workbooks.live_formulas import Functions
from xlmargin.workbooks.margin_workbook import PAGES, write_margin_workbook

__all__ = [
    "PAGES",
    "Functions",
    "InputTables",
    "input_tables",
    "write_margin_workbook",
]
