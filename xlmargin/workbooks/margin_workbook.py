"""A margin workbook: the user's book as tables, and the pages of a template."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from xlmargin.dates import date_of
from xlmargin.errors import MarginError
from xlmargin.excel.ranges import Ranges
from xlmargin.workbooks.draft import BY_PORTFOLIO, BY_STRATEGY, Template, WorkbookBuilder
from xlmargin.workbooks.formulas import Call, FormulaAnswers, FormulasSheet, Functions
from xlmargin.workbooks.input_tables import InputTables, sheet_of
from xlmargin.workbooks.logo import Logo
from xlmargin.workbooks.pages.settings import arranged, input_page
from xlmargin.workbooks.pages.start import start_page
from xlmargin.workbooks.styles import USUAL, Look
from xlmargin.workbooks.templates import EVERYTHING
from xlmargin.workbooks.xlsx_writer import Workbook, hold_as_text, keep_values

_PLAIN: Final = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}  # fmt: skip


def write_margin_workbook(
    path: Path,
    tables: InputTables,
    functions: Functions,
    *,
    template: Template = EVERYTHING,
    title: str = "",
    note: str = "",
    logo: Logo | None = None,
    on_page: Callable[[str], None] = lambda name: None,
    finish: Callable[[WorkbookBuilder], None] = lambda draft: None,
) -> Mapping[str, str]:
    """Write the workbook of a book; the same book, to the byte, gives the same file.

    Refuses a book with an error in it. `functions` are the worksheet functions by name. Pages
    whose function refuses the book are left out; answers why, by the name of the page.
    A `logo` stands on the bands.
    `finish` may add to the workbook, once all pages are written, what a program needs: macros and
    buttons.
    """
    book = Ranges(*tables.ranges).book()
    tables = replace(tables, settings=arranged(tables.settings))
    workbook = Workbook(str(path), {**_PLAIN, "default_format_properties": dict(USUAL)})
    # A file that is refused halfway is never closed, and so never written.
    look = Look(workbook)
    answers = FormulaAnswers(functions)
    formulas = FormulasSheet(answers)
    there = [page for page in template.pages if set(page.needs) <= tables.more.keys()]

    def refusal(*required: str) -> str:
        refusals = (answers.refusal(Call(function, tables.arguments)) for function in required)
        return next(filter(None, refusals), "")

    left_out = {
        page.name: why
        for page in there
        if (why := page.refused_for(tables) or refusal(*page.calls))
    }
    pages = [page for page in there if page.name not in left_out]
    used = (name for page in pages for name in (*page.needs, *page.uses))
    inputs = {name: tables.more[name] for name in used if name in tables.more}
    title = title or template.title
    draft = WorkbookBuilder(
        workbook,
        look,
        answers,
        formulas,
        replace(tables, more=inputs),
        book,
        title,
        note,
        by_strategy=not refusal(BY_STRATEGY),
        by_portfolio=not refusal(BY_PORTFOLIO),
        directions=[
            *(
                name
                for page in pages[: pages.index(input_page)]
                if page is not start_page
                for name in page.sheets
            ),
            tables.settings.sheet,
        ],
        left_out=_said_of(template, tables, left_out),
        logo=logo,
    )
    workbook.set_size(2400, 1500)
    workbook.set_properties(
        {
            "title": title,
            "subject": f"As of {book.as_of}",
            "comments": f"{draft.stamp.client}, as of {draft.stamp.as_of}: {draft.stamp.basis}",
            "created": dt.datetime.combine(date_of(book.market.as_of), dt.time()),
        }
    )
    keep_values(workbook)
    for page in pages:
        hold_as_text(workbook)
        on_page(page.name)
        page.write(draft)
    finish(draft)
    workbook.close()
    return left_out


_LONGEST_REASON: Final = 110


def _said_of(
    template: Template, tables: InputTables, refused: Mapping[str, str]
) -> Mapping[str, str]:
    """Why the first page leads to no sheet of a page: what refuses it, or the tables it lacks."""
    said = {}
    for page in template.pages[: template.pages.index(input_page)]:
        missing = [sheet_of(name) for name in page.needs if name not in tables.more]
        if page.name in refused:
            why = " ".join(refused[page.name].split())
            said[page.sheets[0]] = textwrap.shorten(why, _LONGEST_REASON, placeholder=" …")
        elif missing:
            said[page.sheets[0]] = f"no sheet {' and '.join(missing)}"
    return said


def write_template(
    template: Template,
    path: Path,
    functions: Functions,
    *,
    note: str = "",
    logo: Logo | None = None,
    on_page: Callable[[str], None] = lambda name: None,
    finish: Callable[[WorkbookBuilder], None] = lambda draft: None,
) -> None:
    """Write a template with its sample; `finish` adds what the program it is for needs.

    Refused where a page of it is refused: a template has all its pages.
    """
    tables = template.sample()
    left_out = write_margin_workbook(
        path,
        tables,
        functions,
        template=template,
        note=note,
        logo=logo,
        on_page=on_page,
        finish=finish,
    )
    if left_out:
        path.unlink()
        raise MarginError(f"{template.name}: {'; '.join(left_out.values())}")
