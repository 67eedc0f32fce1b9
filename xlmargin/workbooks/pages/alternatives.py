"""Up to four orders of one account side by side: each by itself, beside what is held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import ACCOUNT_OF_BOTH, WorkbookBuilder, page_of
from xlmargin.workbooks.figures import NONE, Cells, Figure, at, at_extreme, sentence
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages import orders
from xlmargin.workbooks.xlsx_writer import absolute, xl_range_abs

SHEET: Final = "Alternatives"
_MOST: Final = 4
_WIDTHS: Final = (168, 92, *(83, 92) * _MOST)
_NOW: Final = 1
_FIRST_ROW: Final = 5
_OF_ORDER: Final = _FIRST_ROW + 1 + len(orders.INPUTS)
_TABLE: Final = _OF_ORDER + 4
_ROWS: Final = (*orders.LINES, orders.ASSIGNED)
_RANGES: Final = _TABLE + len(_ROWS) + 3
_CHANGES: Final = _RANGES + 1 + 3 * _MOST
"""Row above what the message is made of."""
_NO_LIMIT: Final = Figure('""', "")


@page_of(SHEET, calls=ACCOUNT_OF_BOTH, needs=(orders.TRADES,), prints=(SHEET,))
def alternatives_page(draft: WorkbookBuilder) -> None:
    """The orders as inputs, and what each changes."""
    page = draft.page(SHEET, _WIDTHS, ["text", "plain"])
    page.section(_FIRST_ROW - 1, "Orders", len(_WIDTHS), "each by itself; blank: none")
    account = orders.choice_of_account(page, _FIRST_ROW, _NOW, draft.book.positions.accounts)
    page.section(_RANGES, "What the functions are asked", len(_WIDTHS), "not printed")
    first = [*orders.orders_of(draft.tables), *[orders.Order()] * _MOST][:_MOST]
    cells = [
        orders.OrderCells(SHEET, _FIRST_ROW + 1, _after(i), account, order, _NO_LIMIT)
        for i, order in enumerate(first)
    ]
    ranges = [own.range(page, _RANGES + 1 + 3 * i) for i, own in enumerate(cells)]
    impacts = [orders.impact_of(draft, each, account) for each in ranges]
    _inputs(page, cells)
    verdicts = _verdicts(page, cells, impacts)
    _table(draft, page, cells, impacts)
    names, changes = _changes(page, cells, impacts)
    page.title(
        "What-if: alternatives", _message(verdicts, names, changes),
        "Blue cells are the orders, all of one account. Each stands beside what is held, not "
        "beside the others; nothing is sent to a market.",
    )  # fmt: skip
    page.finish(last_row=_TABLE + len(_ROWS), freeze=(3, 1))


def _after(i: int) -> int:
    """The column with the inputs of an alternative, and with what is after it."""
    return 3 + 2 * i


def _inputs(page: Page, cells: Sequence[orders.OrderCells]) -> None:
    """Every order, and what it takes in."""
    for i, own in enumerate(cells):
        page.text(_FIRST_ROW, _after(i), f"Alternative {i + 1}", "heading")
        page.blank(_FIRST_ROW, _after(i) - 1, _after(i) - 1, "heading")
        own.write(page)
    for row, (_, label, _) in enumerate(orders.INPUTS, start=_FIRST_ROW + 1):
        page.text(row, 0, label, "label")
        page.blank(row, _NOW, _NOW, "body")
        for i in range(len(cells)):
            page.blank(row, _after(i) - 1, _after(i) - 1, "body")


_ACCEPTED: Final = "● Accepted"


def _verdicts(
    page: Page, cells: Sequence[orders.OrderCells], impacts: Sequence[orders.ImpactCells]
) -> Cells:
    """What each takes in, and whether the account's regime accepts it; answers the second."""
    page.text(_OF_ORDER, 0, "Premium less fee", "label")
    page.text(_OF_ORDER + 1, 0, "Pre-trade check", "label")
    for row in (_OF_ORDER, _OF_ORDER + 1):
        page.blank(row, _NOW, page.columns - 1, "body")
    verdicts = []
    for i, (own, impact) in enumerate(zip(cells, impacts, strict=True)):
        page.figure(_OF_ORDER, _after(i), xl.IF(own.is_there, own.premium, ""), "right", "change")
        said = impact.verdict()
        refused = xl.IF(xl.LEFT(said, 7).equals("refused"), "■ Refused", "▲ Not known")
        shown = xl.IF(own.is_there, xl.IF(said.equals("accepted"), _ACCEPTED, refused), "")
        page.figure(_OF_ORDER + 1, _after(i), shown, "figure")
        verdicts.append(shown.value)
    page.states((_OF_ORDER + 1, _NOW, _OF_ORDER + 1, page.columns - 1))
    first, last = (absolute(_OF_ORDER + 1, _after(i)) for i in (0, _MOST - 1))
    return Cells(f"{first}:{last}", tuple(verdicts))


def _table(
    draft: WorkbookBuilder,
    page: Page,
    cells: Sequence[orders.OrderCells],
    impacts: Sequence[orders.ImpactCells],
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
            before = line.found(impacts[0], orders.BEFORE)
            page.figure(row, _NOW, before, "right", line.kind)
        for i, (own, impact) in enumerate(zip(cells, impacts, strict=True)):
            if line is orders.ASSIGNED:
                was, after = orders.shares_of_equity(held, own, impact, draft.tables)
            else:
                was, after = (
                    line.found(impact, column) for column in (orders.BEFORE, orders.AFTER)
                )
            if not line.by_name:
                was = at(absolute(row, _NOW), was)
            change = line.change(was, at(absolute(row, _after(i)), after))
            for column, figure in ((_after(i) - 1, change), (_after(i), after)):
                page.figure(row, column, xl.IF(own.is_there, figure, ""), "right", figure.kind)


def _changes(
    page: Page, cells: Sequence[orders.OrderCells], impacts: Sequence[orders.ImpactCells]
) -> list[Cells]:
    """Each order, and its change of the portfolio margin requirement, for the message."""
    page.headings(_CHANGES, ("Order", "Portfolio"), ("text", "change"))
    rows = []
    for i, (own, impact) in enumerate(zip(cells, impacts, strict=True), start=1):
        line = orders.ImpactLine("", "portfolio requirement")
        change = line.shown(impact.figure(line.figure, orders.CHANGE))
        figures = (sentence(f"{i}: ", own.typed("symbol")), change)
        shown = [xl.IF(own.is_there, figure, "") for figure in figures]
        page.row(_CHANGES + i, 0, shown, ("body", "right"), ("plain", "change"))
        rows.append([figure.value for figure in shown])
    return [
        Cells(xl_range_abs(_CHANGES + 1, j, _CHANGES + _MOST, j), values)
        for j, values in enumerate(zip(*rows, strict=True))
    ]


def _message(verdicts: Cells, names: Cells, changes: Cells) -> Figure:
    """How many are accepted, and which raises the portfolio margin requirement least."""
    least = xl.IFERROR(at_extreme(names, changes, xl.MIN), NONE)
    return sentence(
        xl.COUNTIF(verdicts, "●*").of_kind("count"), " of ", xl.COUNT(changes).of_kind("count"),
        " orders are accepted; the portfolio margin requirement rises least with ",
        least.of_kind("text"), ".",
    )  # fmt: skip
