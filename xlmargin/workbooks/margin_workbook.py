"""The portfolio margin workbook: the user's book as tables, and a page for every answer.

To add a page: write it as a function of the draft and put it into `PAGES`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xlmargin.dates import date_of
from xlmargin.excel.cells import read_book
from xlmargin.workbooks.comparison_page import write_comparison_page
from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.formulas_page import write_formulas_page
from xlmargin.workbooks.formulas_sheet import FormulasSheet
from xlmargin.workbooks.input_pages import write_input_pages
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.list_pages import (
    write_check_page,
    write_contribution_page,
    write_explain_page,
    write_explain_strategies_page,
    write_strategies_page,
)
from xlmargin.workbooks.live_formulas import Answers, Call, Functions
from xlmargin.workbooks.look import TYPEFACE, Look
from xlmargin.workbooks.options_page import write_options_page
from xlmargin.workbooks.requirement_page import write_requirement_page
from xlmargin.workbooks.risk_array_pages import write_risk_array_pages
from xlmargin.workbooks.rules_page import write_rules_page, write_strategy_rules_page
from xlmargin.workbooks.start_page import write_start_page
from xlmargin.workbooks.stress_page import write_stress_page
from xlmargin.workbooks.xlsx_writer import Workbook


@dataclass(frozen=True)
class PageOf:
    """A page: its name for a progress report, what writes it, and whose requirement it shows."""

    name: str
    write: Callable[[Draft], None]
    by_strategy: bool = False


PAGES: Final = (
    PageOf("start", write_start_page),
    PageOf("inputs", write_input_pages),
    PageOf("requirement", write_requirement_page),
    PageOf("risk arrays", write_risk_array_pages),
    PageOf("stress", write_stress_page),
    PageOf("contribution", write_contribution_page),
    PageOf("comparison", write_comparison_page, by_strategy=True),
    PageOf("strategies", write_strategies_page, by_strategy=True),
    PageOf("explanation", write_explain_page),
    PageOf("by strategy", write_explain_strategies_page, by_strategy=True),
    PageOf("check", write_check_page),
    PageOf("rules", write_rules_page),
    PageOf("strategy rules", write_strategy_rules_page, by_strategy=True),
    PageOf("options", write_options_page),
    PageOf("formulas", write_formulas_page),
)
"""The pages in their order; the formulas last, when all pages have asked for theirs."""

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
    on_page: Callable[[str], None] = lambda name: None,
) -> str:
    """Write the workbook of a book; the same book, to the byte, gives the same file.

    Refuses a book with an error in it. `functions` are the worksheet functions by name. Where the
    book cannot be margined by strategy, the pages that do so are left out; answers why, or "".
    """
    book = read_book(*tables.ranges)
    usual = {"font_name": TYPEFACE, "font_size": 10}
    workbook = Workbook(str(path), {**_PLAIN, "default_format_properties": usual})
    # A file that is refused halfway is never closed, and so never written.
    look = Look(workbook)
    answers = Answers(functions)
    refusal = answers.refusal(Call("MARGIN_COMPARE", tables.arguments))
    formulas = FormulasSheet(answers)
    draft = Draft(
        workbook, look, answers, formulas, tables, book, title, note, by_strategy=not refusal
    )
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
    for page in PAGES:
        if draft.by_strategy or not page.by_strategy:
            on_page(page.name)
            page.write(draft)
    workbook.close()
    return refusal
