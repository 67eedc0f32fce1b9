"""The portfolio margin workbook: the user's book as tables, and a page for every answer.

To add a page: write it as a function of the draft and put it into `PAGES`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from xlmargin.dates import date_of
from xlmargin.excel.cells import read_book
from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.input_pages import write_input_pages
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.list_pages import (
    write_check_page,
    write_contribution_page,
    write_explain_page,
)
from xlmargin.workbooks.live_formulas import Answers, Functions
from xlmargin.workbooks.look import Look
from xlmargin.workbooks.options_page import write_options_page
from xlmargin.workbooks.page import Host
from xlmargin.workbooks.requirement_page import write_requirement_page
from xlmargin.workbooks.risk_array_pages import write_risk_array_pages
from xlmargin.workbooks.rules_page import write_rules_page
from xlmargin.workbooks.start_page import write_start_page
from xlmargin.workbooks.stress_page import write_stress_page
from xlmargin.workbooks.xlsx_writer import Workbook

PageWriter = Callable[[Draft], None]

PAGES: Final[tuple[tuple[str, PageWriter], ...]] = (
    ("start", write_start_page),
    ("inputs", write_input_pages),
    ("requirement", write_requirement_page),
    ("risk arrays", write_risk_array_pages),
    ("stress", write_stress_page),
    ("contribution", write_contribution_page),
    ("explanation", write_explain_page),
    ("check", write_check_page),
    ("rules", write_rules_page),
    ("options", write_options_page),
)
"""The pages in their order, each with its name for a progress report."""

_PLAIN: Final = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}  # fmt: skip
_NO_OLDER_PROGRAM: Final = 191029
"""The calculation engine that Excel has had since 2019: for a file of an older one it would
calculate everything on opening, and without the add-in lose the answers."""


def write_margin_workbook(
    path: Path,
    tables: InputTables,
    functions: Functions,
    *,
    title: str = "Portfolio margin",
    note: str = "",
    host: Host = Host.EXCEL,
    pages: Sequence[tuple[str, PageWriter]] = PAGES,
    on_page: Callable[[str], None] = lambda name: None,
) -> None:
    """Write the workbook of a book; the same book, to the byte, gives the same file.

    Refuses a book with an error in it. `functions` are the worksheet functions by name.
    """
    book = read_book(*tables.ranges)
    workbook = Workbook(str(path), _PLAIN)
    # A file that is refused halfway is never closed, and so never written.
    look = Look(workbook)
    draft = Draft(workbook, look, Answers(functions), tables, book, title, note, host)
    workbook.set_size(2400, 1500)
    workbook.set_properties(
        {
            "title": title,
            "subject": f"As of {book.as_of}",
            "comments": draft.stamp,
            "created": dt.datetime.combine(date_of(book.market.as_of), dt.time()),
        }
    )
    workbook.set_calc_mode("auto", _NO_OLDER_PROGRAM)
    workbook.calc_on_load = False
    for name, write in pages:
        on_page(name)
        write(draft)
    workbook.close()
