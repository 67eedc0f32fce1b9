"""Workbooks of live formulas with their answers beside them."""

from xlmargin.workbooks.draft import Template, WorkbookBuilder
from xlmargin.workbooks.formulas import Functions
from xlmargin.workbooks.input_tables import MORE, InputTables, input_tables
from xlmargin.workbooks.margin_workbook import write_margin_workbook, write_template
from xlmargin.workbooks.pages.settings import arranged
from xlmargin.workbooks.templates import EVERYTHING, TEMPLATES, sample_more

__all__ = [
    "EVERYTHING", "MORE", "TEMPLATES", "Functions", "InputTables", "Template",
    "WorkbookBuilder", "arranged", "input_tables", "sample_more", "write_margin_workbook",
    "write_template",
]  # fmt: skip
