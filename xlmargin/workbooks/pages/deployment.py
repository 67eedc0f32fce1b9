"""What becomes of the capital released: its uses, what they buy, and the account after each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.what_if import Keeps
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import ACCOUNT_OF_BOTH, WorkbookBuilder, headed, page_of
from xlmargin.workbooks.figures import NONE, Cells, Figure, as_written, at, look_up, sentence, share
from xlmargin.workbooks.formulas import Call, argument, literal
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages import deployment_account as account
from xlmargin.workbooks.pages import deployment_inputs as inputs
from xlmargin.workbooks.pages import shadow
from xlmargin.workbooks.pages.deployment_inputs import DeploymentInputs, deployment_inputs
from xlmargin.workbooks.pages.deployment_positions import (
    DeploymentPositions,
    deployment_positions,
    refused_for,
)  # fmt: skip
from xlmargin.workbooks.pages.position_rows import price_of
from xlmargin.workbooks.plain_page import BESIDE
from xlmargin.workbooks.styles import BAR, PM, PREV
from xlmargin.workbooks.xlsx_writer import absolute

SHEET: Final = inputs.SHEET
_WIDTHS: Final = (174, 62, 100, 44, 212, 92, 92, 92, 92)
_USES: Final = inputs.USES_ROW
_NAMES: Final = ("Index hedge", "Option writing", "Cash reserve")
"""The uses as the page names them, in the order of the article."""
_CHART_ROW: Final = inputs.PUT + 14
_ALL: Final = "All of them"
"""The choice of keeping everything that a factor may be solved to keep, as MARGIN_WRITING says."""
_NOTE: Final = (
    "It is margin no longer required, not cash: what is bought is paid from cash or borrowed. Blue "
    "cells are yours to change."
)
_AVERAGE: Final = "average of the shadow analysis"


@page_of(SHEET, calls=ACCOUNT_OF_BOTH, needs=shadow.NEEDS, prints=(SHEET,), refused_for=refused_for)
def deployment_page(draft: WorkbookBuilder) -> None:
    """The uses with their shares, the hedge, the account after each step, and a chart."""
    stated, made = deployment_inputs(draft), deployment_positions(draft)
    positions = (draft.tables.positions.argument, made.with_hedge, made.with_both)
    steps = [account.step_of(draft, each) for each in positions]
    page = draft.page(SHEET, _WIDTHS, ["text", "plain"])
    table = account.AccountAfter(page, steps, stated, made)
    whose = xl.IF(xl.ISNUMBER(stated.typed), "typed", _AVERAGE)
    note = sentence("Released: ", whose, ", ", stated.released, f". {_NOTE}")
    page.title("Deployment of the released capital", table.message(), note)
    for row in (_USES - 3, _CHART_ROW - 1):
        page.height(row, 8)
    _uses(page, stated, made, table)
    _hedge(draft, page, stated, steps[0])
    _factor(draft, page, stated, made, steps[0])
    table.write()
    _chart(draft, page)
    page.finish(freeze=(3, 0))


def _uses(
    page: Page, stated: DeploymentInputs, made: DeploymentPositions, table: account.AccountAfter
) -> None:
    """A row a use: its share, what it receives, what that buys, and its state."""
    page.section(_USES - 2, "Three uses", page.columns, "$")
    page.headings(
        _USES - 1,
        ("Use", "Share", "Capital", "Times", "What it buys", "", "Cash", "Requirement", "State"),
        ("text", "share", "money", "ratio", BESIDE, "text", "change", "change", BESIDE),
    )
    last = _USES + len(stated.shares) - 1
    for i, name in enumerate(_NAMES):
        row = _USES + i
        page.text(row, 0, f"{i + 1} {name}", "label")
        page.typed(row, 1, stated.shares[i].value, "share")
        page.figure(row, 2, stated.capital[i], "right", "money")
        page.blank(row, 3, 8, "body")
    for row, times in ((_USES, stated.times), (_USES + 1, stated.typed_factor)):
        page.typed(row, 3, times.value, "fact")
        page.accepts((row, 3), ">=", 1.0, title="Times", says="1 or more.")
    says = "A share from 0% to 100%."
    page.accepts((_USES, 1), "between", 0, 1, title="Share", says=says, to_row=last)
    page.text(_USES, 4, _said_of_puts(stated), "part")
    scaled = ("× ", stated.factor, " of stock options written: ", made.more.of_kind("count"))
    page.text(_USES + 1, 4, sentence(*scaled, " contracts more"), "part")
    page.text(_USES + 2, 4, "Kept in cash: not lent, not pledged", "part")
    uses = table.uses()
    for row, figures in enumerate(uses, start=_USES):
        page.row(row, 6, figures, ("right", "right", "state"), ("change", "change", "plain"))
    page.states((_USES, 8, last, 8))
    page.blank(last + 1, 0, 8, "total")
    page.text(last + 1, 0, "Released", "total")
    shares = _sum("B", stated.shares)
    page.figure(last + 1, 1, shares, "total", "share")
    page.figure(last + 1, 2, stated.released, "total", "money")
    sums = [_sum("GH"[j], [figures[j] for figures in uses]) for j in (0, 1)]
    page.row(last + 1, 6, sums, ["total"], ["change"])
    wrong = xl.IF(made.wrong.equals(""), table.refusal(), sentence(made.wrong.of_kind("text"), "."))
    add_up = Figure(f"ROUND(100*{shares.formula},4)", "", "text")
    refused = sentence(
        "Refused: the shares add up to ", add_up,
        "%, wanted shares of 0% or more that add up to 100%.",
    )  # fmt: skip
    page.text(last + 2, 0, xl.IF(stated.whole, wrong, refused), "refusal")


def _sum(column: str, figures: Sequence[Figure]) -> Figure:
    """The figures of a column of the uses added up."""
    cells = f"{column}{_USES + 1}:{column}{_USES + len(figures)}"
    return xl.SUM(Cells(cells, tuple(figure.value for figure in figures)))


def _said_of_puts(stated: DeploymentInputs) -> Figure:
    """How many of which put the budget buys."""
    put, puts = stated.put, at(inputs.here(inputs.PUTS), stated.puts)
    day = xl.written_day(put.expiration)
    said = (puts, " ", put.symbol, " ", day, " ", put.strike, " puts at ", put.price)
    return xl.IF(put.symbol.equals(""), "no put is named", sentence(*said))


def _hedge(
    draft: WorkbookBuilder, page: Page, stated: DeploymentInputs, today: account.DeploymentStep
) -> None:
    """The put and its price as inputs; what the budget buys, protects and costs."""
    page.section(inputs.PUT - 1, "Index hedge", 3)
    put = stated.put
    for row, label, value, kind in (
        (inputs.PUT, "Put", put.strike.value, "price"),
        (inputs.EXPIRATION, "Expiration", put.expiration.value, "date"),
        (inputs.PRICE, "Price", put.price.value, "price"),
        (inputs.ACCOUNT, "Account", None, "text"),
        (inputs.TYPED, "Released, if not the average", "", "money"),
    ):
        _label(page, row, label)
        page.typed(row, 2, value, kind)
        page.reaches(row)
    page.choice(inputs.PUT, 1, str(put.symbol.value))
    names = [name for name in draft.book.positions.accounts if name]
    page.choice(inputs.ACCOUNT, 2, str(put.account.value), names)
    for row, said, figure, kind in _said_of_hedge(draft, stated, today):
        _label(page, row, said)
        page.figure(row, 2, figure, "right", kind)


def _label(page: Page, row: int, label: str | Figure) -> None:
    page.text(row, 0, label, "label")
    page.blank(row, 1, 1, "body")


def _factor(
    draft: WorkbookBuilder, page: Page, stated: DeploymentInputs, made: DeploymentPositions,
    today: account.DeploymentStep,
) -> None:  # fmt: skip
    """Whether the factor of what is written is the one typed, or what it is solved to keep."""
    words = [inputs.AS_TYPED, *(as_written(keeps.value) for keeps in Keeps), _ALL]
    _label(page, inputs.KEEPS, "Written until")
    page.choice(inputs.KEEPS, 2, words[0], words)
    _, *others = draft.tables.arguments
    required = xl.rounded_to(today.account("portfolio requirement"), 2)
    allowed = argument(at(f"{SHEET}!{absolute(account.PORTFOLIO, account.TODAY)}", required))
    call = Call("MARGIN_WRITING", (made.with_hedge, *others, allowed, literal(account.FALL)))
    kinds = ["text", "ratio", "quantity", "money", "quantity", "money", "money"]
    solved = draft.formulas.placed(call, kinds, "plain")
    names, factors = (solved.column_of(column, len(solved.rows)) for column in (0, 1))
    choice = Figure(inputs.here(inputs.KEEPS), inputs.AS_TYPED)
    found = xl.IFERROR(solved.or_refusal(look_up(choice, names, factors)), NONE)
    factor = xl.IF(choice.equals(inputs.AS_TYPED), stated.typed_factor, found)
    _label(page, inputs.FACTOR, "Factor of what is written")
    page.figure(inputs.FACTOR, 2, factor, "right", "ratio")


def _said_of_hedge(
    draft: WorkbookBuilder, stated: DeploymentInputs, today: account.DeploymentStep
) -> list[tuple[int, str | Figure, Figure, str]]:
    """What the budget buys: a row, a label, a figure and its kind each."""
    here, puts = inputs.here, at(inputs.here(inputs.PUTS), stated.puts)
    cost, protected = (
        xl.IF(puts > 0, STANDARD_CONTRACT * puts * each, 0.0)
        for each in (stated.put.price, price_of(draft.tables, stated.put.symbol))
    )
    budget, spent = at(here(inputs.BUDGET), stated.budget), at(here(inputs.SPENT), cost)
    over = xl.IF(xl.ISNUMBER(budget), budget - spent, NONE).of_kind("dollars")
    part = share(at(here(inputs.PROTECTED), protected), today.account("long market value"))
    a_year = share(stated.times * spent, today.account("account value"))
    return [
        (inputs.BUDGET, "Budget each time", stated.budget, "money"),
        (inputs.PUTS, "Puts it buys", stated.puts, "quantity"),
        (inputs.SPENT, sentence("Spent; ", over, " left"), cost, "money"),
        (inputs.PROTECTED, "Stock protected", protected, "money"),
        (inputs.OF_VALUE, "Of long market value", part, "percent"),
        (inputs.COST, "Cost a year, of equity", a_year, "percent"),
    ]


def _chart(draft: WorkbookBuilder, page: Page) -> None:
    """Gain or loss by move of all underlyings, after each step."""
    series = headed(SHEET, inputs.PUT, {account.TODAY: PREV, account.HEDGED: BAR, account.BOTH: PM})
    chart = draft.chart_of_bars(
        "column", SHEET, (account.LOSS, account.GAIN), series, names=account.RIGHT, gap=70
    )
    page.chart(
        _CHART_ROW, 0, chart, "Gain or loss by move of all underlyings, today and after",
        "Columns: gain or loss at moves of −20%, −10% and +10% today, with the hedge, and with "
        "both", columns=len(_WIDTHS), high=140,
        note="$ thousands; volatilities unchanged",
    )  # fmt: skip
