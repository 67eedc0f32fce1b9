"""Up to four orders of one account side by side: each by itself, beside what is held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.figures import COUNT, IF, IFERROR, LEFT, MIN, at, at_extreme
from xlmargin.workbooks.formulas_sheet import NONE
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages.order_cells import (
    INPUTS,
    TRADES,
    Order,
    OrderCells,
    choice_of_account,
    orders_of,
)
from xlmargin.workbooks.pages.order_impact import (
    AFTER,
    ASSIGNED,
    BEFORE,
    CHANGE,
    LINES,
    ImpactCells,
    ImpactLine,
    impact_of,
    shares_of_equity,
)
from xlmargin.workbooks.sentences import Cells, Figure, sentence
from xlmargin.workbooks.template import BY_PORTFOLIO, BY_STRATEGY, PageSpec
from xlmargin.workbooks.xlsx_writer import absolute, xl_range_abs

SHEET: Final = "Alternatives"
_MOST: Final = 4
_WIDTHS: Final = (168, 92, *(83, 92) * _MOST)
_NOW: Final = 1
_FIRST_ROW: Final = 5
_OF_ORDER: Final = _FIRST_ROW + 1 + len(INPUTS)
_TABLE: Final = _OF_ORDER + 4
_ROWS: Final = (*LINES, ASSIGNED)
_RANGES: Final = _TABLE + len(_ROWS) + 3
_CHANGES: Final = _RANGES + 1 + 3 * _MOST
"""Row above what the message is made of."""
_NO_LIMIT: Final = Figure('""', "")


def write_alternatives_page(draft: WorkbookBuilder) -> None:
    """The orders as inputs, and what each changes."""
    page = draft.page(SHEET, "output")
    page.columns(_WIDTHS, ["text", "plain"])
    page.section(_FIRST_ROW - 1, "Orders", len(_WIDTHS), "each by itself; blank: none")
    account = choice_of_account(page, _FIRST_ROW, _NOW, draft.book.positions.accounts)
    page.section(_RANGES, "What the functions are asked", len(_WIDTHS), "not printed")
    orders = [*orders_of(draft.tables), *[Order()] * _MOST][:_MOST]
    cells = [
        OrderCells(SHEET, _FIRST_ROW + 1, _after(i), account, order, _NO_LIMIT)
        for i, order in enumerate(orders)
    ]
    ranges = [own.range(page, _RANGES + 1 + 3 * i) for i, own in enumerate(cells)]
    impacts = [impact_of(draft, each, account) for each in ranges]
    _inputs(page, cells)
    accepted = _verdicts(page, cells, impacts)
    _table(draft, page, cells, impacts)
    changes = _changes(page, cells, impacts)
    page.title(
        "What-if: alternatives", _message(cells, accepted, changes),
        "Blue cells are the orders, all of one account. Each stands beside what is held, not "
        "beside the others; nothing is sent to a market.",
    )  # fmt: skip
    page.finish(len(_WIDTHS), draft.stamp, last_row=_TABLE + len(_ROWS), freeze=(3, 1))


PAGE: Final = PageSpec(
    write_alternatives_page,
    (SHEET,),
    calls=("MARGIN_ACCOUNT", BY_STRATEGY, BY_PORTFOLIO),
    needs=(TRADES,),
    prints=(SHEET,),
)


def _after(i: int) -> int:
    """The column with the inputs of an alternative, and with what is after it."""
    return 3 + 2 * i


def _inputs(page: Page, cells: Sequence[OrderCells]) -> None:
    """Every order, and what it takes in."""
    for i, own in enumerate(cells):
        page.text(_FIRST_ROW, _after(i), f"Alternative {i + 1}", "heading")
        page.blank(_FIRST_ROW, _after(i) - 1, _after(i) - 1, "heading")
        own.write(page)
    for row, (_, label, _) in enumerate(INPUTS, start=_FIRST_ROW + 1):
        page.text(row, 0, label, "label")
        page.blank(row, _NOW, _NOW, "body")
        for i in range(len(cells)):
            page.blank(row, _after(i) - 1, _after(i) - 1, "body")


_ACCEPTED: Final = "● Accepted"


def _verdicts(page: Page, cells: Sequence[OrderCells], impacts: Sequence[ImpactCells]) -> int:
    """What each takes in, and whether the account's regime accepts it; answers how many it does."""
    accepted = 0
    page.text(_OF_ORDER, 0, "Premium less fee", "label")
    page.text(_OF_ORDER + 1, 0, "Pre-trade check", "label")
    for row in (_OF_ORDER, _OF_ORDER + 1):
        page.blank(row, _NOW, len(_WIDTHS) - 1, "body")
    for i, (own, impact) in enumerate(zip(cells, impacts, strict=True)):
        page.figure(_OF_ORDER, _after(i), IF(own.is_there, own.premium, ""), "right", "change")
        said, unknown = impact.verdict(), "▲ Not known"
        refused = IF(LEFT(said, 7).equals("refused"), "■ Refused", unknown)
        shown = IF(own.is_there, IF(said.equals("accepted"), _ACCEPTED, refused), "")
        page.figure(_OF_ORDER + 1, _after(i), shown, "figure", "plain")
        accepted += shown.value == _ACCEPTED
    page.states((_OF_ORDER + 1, _NOW, _OF_ORDER + 1, len(_WIDTHS) - 1))
    return accepted


def _table(
    draft: WorkbookBuilder, page: Page, cells: Sequence[OrderCells], impacts: Sequence[ImpactCells]
) -> None:
    """The account now, and what each alternative changes it by and to."""
    last = len(_WIDTHS) - 1
    page.section(_TABLE - 1, "The account after each", len(_WIDTHS), "$")
    headings = ("", "Before", *("Change", "After") * len(cells))
    page.headings(_TABLE, headings, ("text", *["money"] * (len(headings) - 1)))
    held = draft.placed("PM_GREEKS", numbers=["text", "money", "money", "percent"])
    for row, line in enumerate(_ROWS, start=_TABLE + 1):
        if not (line.figure or line.of):
            page.blank(row, 0, last, "group")
            page.text(row, 0, line.label, "group")
            continue
        label = line.label.removeprefix(", ").capitalize() if line.by_name else line.label
        page.text(row, 0, label, "part" if row > _TABLE + 1 else "label")
        if line.by_name:
            page.blank(row, _NOW, _NOW, "body")
        else:
            before = line.found(impacts[0], BEFORE)
            page.figure(row, _NOW, before, "right", line.kind)
        for i, (own, impact) in enumerate(zip(cells, impacts, strict=True)):
            if line is ASSIGNED:
                was, after = shares_of_equity(held, own, impact, draft.tables)
            else:
                was, after = (line.found(impact, column) for column in (BEFORE, AFTER))
            if not line.by_name:
                was = at(absolute(row, _NOW), was)
            change = line.change(was, at(absolute(row, _after(i)), after))
            for column, figure in ((_after(i) - 1, change), (_after(i), after)):
                page.figure(row, column, IF(own.is_there, figure, ""), "right", figure.kind)


def _changes(
    page: Page, cells: Sequence[OrderCells], impacts: Sequence[ImpactCells]
) -> list[AnswerValue]:
    """The change of the portfolio margin requirement by alternative, for the message."""
    page.headings(_CHANGES, ("Order", "Portfolio"), ("text", "change"))
    changes: list[AnswerValue] = []
    for row, (own, impact) in enumerate(zip(cells, impacts, strict=True), start=_CHANGES + 1):
        named = sentence(f"{row - _CHANGES}: ", own.typed("symbol"))
        page.figure(row, 0, IF(own.is_there, Figure(*named, "text"), ""), "body", "plain")
        line = ImpactLine("", "portfolio requirement")
        shown = IF(own.is_there, line.shown(impact.figure(line.figure, CHANGE)), "")
        page.figure(row, 1, shown, "right", "change")
        changes.append(shown.value)
    return changes


def _message(
    cells: Sequence[OrderCells], accepted: int, changes: Sequence[AnswerValue]
) -> tuple[str, AnswerValue]:
    """How many are accepted, and which raises the portfolio margin requirement least."""
    first, last = (absolute(_OF_ORDER + 1, _after(i)) for i in (0, _MOST - 1))
    names, of_each = (
        Cells(xl_range_abs(_CHANGES + 1, column, _CHANGES + _MOST, column), values)
        for column, values in (
            (0, tuple(f"{i}: {own.order.symbol}" for i, own in enumerate(cells, start=1))),
            (1, tuple(changes)),
        )
    )
    return sentence(
        Figure(f'COUNTIF({first}:{last},"●*")', float(accepted), "count"), " of ",
        COUNT(of_each).of_kind("count"),
        " orders are accepted; the portfolio margin requirement rises least with ",
        IFERROR(at_extreme(names, of_each, MIN), NONE).of_kind("text"), ".",
    )  # fmt: skip
