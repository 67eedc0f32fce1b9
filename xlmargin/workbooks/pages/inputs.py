"""Every sheet of inputs of a workbook, in their order."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.pages.input_sheet import write_input_page
from xlmargin.workbooks.pages.settings import write_settings_page
from xlmargin.workbooks.template import PageSpec


def write_input_pages(draft: WorkbookBuilder) -> None:
    """A sheet for each range, as a table of inputs; they are left unprotected so that they grow."""
    for table in (*draft.tables, *draft.tables.more.values()):
        if table is draft.tables.settings:
            write_settings_page(draft, table)
        else:
            write_input_page(draft, table)


PAGE: Final = PageSpec(write_input_pages, ("Positions", "Market", "Settings", "Dividends"))
