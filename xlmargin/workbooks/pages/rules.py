"""The rules' numbers in force, with paragraph and remark, and the version of everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Final

from xlmargin.excel.published_reader import REPORTS
from xlmargin.rulebook import parameter_names
from xlmargin.rulebook.sections import Aggregation, ContractMinimums, ValuationPointRule
from xlmargin.workbooks.draft import BY_STRATEGY, WorkbookBuilder, page_of
from xlmargin.workbooks.formulas import Call, literal
from xlmargin.workbooks.page import Page

OF_PORTFOLIO_MARGIN: Final = tuple(
    field.name
    for section in (ValuationPointRule, ContractMinimums, Aggregation)
    for field in fields(section)
)
"""The parameters of portfolio margin, in the order in which a requirement is made with them."""

_WIDTHS: Final = (70, 86, 86, 172, 120, 220, 206)
RULE_KINDS: Final = ["number", "text", "date", "text"]
_RULE_HEADINGS: Final = ("Value", "Unit", "Effective", "Paragraph", "For", "States", "Remark")
VERSION_KINDS: Final = ["text", "date", "date", "text"]
_VERSION_HEADINGS: Final = ("Name", "Version or effective", "Checked", "Title")
_VERSION_COLUMN: Final = 3
_HEADINGS_ROW: Final = 4
_CHECKED, _SOURCE = 7, 8
"""Columns of XLM_RULE that the page has no room for; the section Version has the checks."""
_SPARE: Final = 1
"""Free rows below each rule, for one that a later version has more values of."""


@page_of("Rules")
def rules_page(draft: WorkbookBuilder) -> None:
    """The parameters of portfolio margin, and the versions."""
    page = _page(draft, "Rules")
    row = _parameters(draft, page, OF_PORTFOLIO_MARGIN, published=True)
    page.section(row, "Version", len(_WIDTHS))
    page.headings(row + 1, _VERSION_HEADINGS, ["text"], _VERSION_COLUMN, high=False)
    _answer(page, row + 2, _VERSION_COLUMN, Call("XLM_VERSION"), VERSION_KINDS, overflow=row)
    page.finish(printed_row=_HEADINGS_ROW - 2, freeze=(_HEADINGS_ROW + 1, 0))


@page_of("Rules by strategy", calls=(BY_STRATEGY,))
def strategy_rules_page(draft: WorkbookBuilder) -> None:
    """Every other parameter of the rulebook."""
    page = _page(draft, "Rules by strategy")
    others = [name for name in parameter_names() if name not in OF_PORTFOLIO_MARGIN]
    _parameters(draft, page, others)
    page.finish(printed_row=_HEADINGS_ROW - 2, freeze=(_HEADINGS_ROW + 1, 0))


def _page(draft: WorkbookBuilder, name: str) -> Page:
    page = draft.page(name, _WIDTHS, of="reference")
    page.title(
        name,
        "The numbers in force on the date of the book, each with its paragraph.",
        "They stand below, to look up, and are not printed: to print them, clear the print area.",
    )
    page.headings(_HEADINGS_ROW, _RULE_HEADINGS, ["text"], high=False)
    return page


def _parameters(
    draft: WorkbookBuilder, page: Page, names: Sequence[str], *, published: bool = False
) -> int:
    """A section for each of these parameters; answers the row below them.

    Where the market states figures that are `published`, they stand in the place of the rule's.
    """
    row = _HEADINGS_ROW + 1
    market = draft.tables.market
    has_reports = published and any(text in REPORTS for text in market.columns)
    for name in names:
        more = (market.argument,) if has_reports else ()
        call = Call("XLM_RULE", (literal(name), draft.as_of, *more))
        if draft.answers.refusal(call):
            continue
        page.section(row, name.replace("_", " ").capitalize(), len(_WIDTHS))
        row = _answer(page, row + 1, 0, call, RULE_KINDS, leaving_out=(_CHECKED, _SOURCE))
    return row


def _answer(
    page: Page, row: int, column: int, call: Call, kinds: Sequence[str],
    overflow: int | None = None, leaving_out: Sequence[int] = (),
) -> int:  # fmt: skip
    """An answer in rows as high as their text; answers the row below it and its spare rows."""
    shown = page.answer(
        row, column, call, kinds, heading=None, style="wrapped", spare=_SPARE, overflow=overflow,
        leaving_out=leaving_out,
    )  # fmt: skip
    return shown.last + 1
