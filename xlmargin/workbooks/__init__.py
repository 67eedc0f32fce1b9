"""Workbooks of live formulas with their answers beside them."""

from xlmargin.workbooks.input_tables import InputTables, input_tables
from xlmargin.workbooks.live_formulas import Functions
from xlmargin.workbooks.margin_workbook import write_margin_workbook
from xlmargin.workbooks.template import Template
from xlmargin.workbooks.templates import EVERYTHING

__all__ = [
    "EVERYTHING",
    "Functions",
    "InputTables",
    "Template",
    "input_tables",
    "write_margin_workbook",
]
