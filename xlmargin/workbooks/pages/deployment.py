"""What becomes of the capital released: its uses, what they buy, and the account after each."""

from __future__ import annotations

from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.what_if import Keeps
from xlmargin.workbooks.draft import WorkbookBuilder, headed
from xlmargin.workbooks.figures import IF, ISNUMBER, at, share
from xlmargin.workbooks.formulas_sheet import NONE
from xlmargin.workbooks.live_formulas import Call, FormulaArgument, literal
from xlmargin.workbooks.look import BAR, PM, PREV
from xlmargin.workbooks.market_lookup import price_of
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages import deployment_inputs as inputs
from xlmargin.workbooks.pages import shadow
from xlmargin.workbooks.pages.deployment_account import (
    BOTH,
    FALL,
    GAIN,
    HEDGED,
    LOSS,
    PORTFOLIO,
    RIGHT,
    TODAY,
    AccountAfter,
    DeploymentStep,
    step_of,
)
from xlmargin.workbooks.pages.deployment_inputs import DeploymentInputs, deployment_inputs, is_whole
from xlmargin.workbooks.pages.deployment_positions import (
    DeploymentPositions,
    deployment_positions,
    refused_for,
)
from xlmargin.workbooks.plain_page import BESIDE
from xlmargin.workbooks.sentences import Figure, as_written, rounded, sentence, written_day
from xlmargin.workbooks.template import BY_PORTFOLIO, BY_STRATEGY, PageSpec
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


def write_deployment_page(draft: WorkbookBuilder) -> None:
    """The uses with their shares, the hedge, the account after each step, and a chart."""
    stated, made = deployment_inputs(draft), deployment_positions(draft)
    arguments = draft.tables.arguments
    steps = [
        step_of(draft, positions) for positions in (arguments[0], made.with_hedge, made.with_both)
    ]
    page = draft.page(SHEET, "output")
    page.columns(_WIDTHS, ["text", "plain"])
    table = AccountAfter(page, steps, stated, made)
    page.title("Deployment of the released capital", table.message(), "")
    page.formula(2, 0, *_said_of_released(stated), "note", "plain")
    for row in (_USES - 3, _CHART_ROW - 1):
        page.height(row, 8)
    _uses(page, stated, made, table)
    _hedge(draft, page, stated, steps[0])
    _factor(draft, page, stated, made, steps[0])
    table.write()
    _chart(draft, page)
    page.finish(len(_WIDTHS), draft.stamp, freeze=(3, 0))


PAGE: Final = PageSpec(
    write_deployment_page,
    (SHEET,),
    calls=("MARGIN_ACCOUNT", BY_STRATEGY, BY_PORTFOLIO),
    needs=shadow.NEEDS,
    prints=(SHEET,),
    refused_for=refused_for,
)


def _said_of_released(stated: DeploymentInputs) -> tuple[str, AnswerValue]:
    """Where the capital released is from, and that it is no cash."""
    typed = f"ISNUMBER({inputs.here(inputs.TYPED)})"
    whose = Figure(f'IF({typed},"typed","average of the shadow analysis")',
                   "average of the shadow analysis", "text")  # fmt: skip
    return sentence("Released: ", whose, ", ", stated.released, f". {_NOTE}")


def _uses(
    page: Page, stated: DeploymentInputs, made: DeploymentPositions, table: AccountAfter
) -> None:
    """A row a use: its share, what it receives, what that buys, and its state."""
    page.section(_USES - 2, "Three uses", len(_WIDTHS), "$")
    page.headings(
        _USES - 1,
        ("Use", "Share", "Capital", "Times", "What it buys", "", "Cash", "Requirement", "State"),
        ("text", "share", "money", "ratio", BESIDE, "text", "change", "change", BESIDE),
    )
    last = _USES + len(stated.shares) - 1
    for i, (name, part) in enumerate(zip(_NAMES, stated.shares.values(), strict=True)):
        row = _USES + i
        page.text(row, 0, f"{i + 1} {name}", "label")
        page.typed(row, 1, part, "share")
        capital = stated.capital[list(stated.shares)[i]]
        page.figure(row, 2, capital, "right", "money")
        page.blank(row, 3, 8, "body")
    for row, times in ((_USES, stated.times), (_USES + 1, stated.factor)):
        page.typed(row, 3, times, "fact")
        page.accepts((row, 3), ">=", 1.0, title="Times", says="1 or more.")
    says = "A share from 0% to 100%."
    page.accepts((_USES, 1), "between", 0, 1, title="Share", says=says, to_row=last)
    page.formula(_USES, 4, *_said_of_puts(stated), "part", "plain")
    more = Figure(*made.more, "count")
    scaled = Figure(inputs.here(inputs.FACTOR), stated.factor, "times")
    said = sentence("× ", scaled, " of stock options written: ", more, " contracts more")
    page.formula(_USES + 1, 4, *said, "part", "plain")
    page.text(_USES + 2, 4, "Kept in cash: not lent, not pledged", "part")
    for row, (cash, requirement, state) in enumerate(table.uses(), start=_USES):
        for column, figure in ((6, cash), (7, requirement)):
            page.figure(row, column, figure, "right", "change")
        page.figure(row, 8, state, "state", "plain")
    page.states((_USES, 8, last, 8))
    page.blank(last + 1, 0, 8, "total")
    page.text(last + 1, 0, "Released", "total")
    shares = f"B{_USES + 1}:B{last + 1}"
    page.formula(last + 1, 1, f"SUM({shares})", sum(stated.shares.values()), "total", "share")
    page.figure(last + 1, 2, stated.released, "total", "money")
    for column in (6, 7):
        letter = "ABCDEFGHI"[column]
        total = sum(float(figures[column - 6].value) for figures in table.uses())
        page.formula(
            last + 1, column, f"SUM({letter}{_USES + 1}:{letter}{last + 1})", total, "total",
            "change",
        )  # fmt: skip
    whole = is_whole(len(stated.shares))
    wrong, found = made.wrong
    formula = (
        f'IF({whole},IF({wrong}="",{table.refusal()},{wrong}&"."),"Refused: the shares add up to "'
        f'&ROUND(100*SUM({shares}),4)&"%, wanted shares of 0% or more that add up to 100%.")'
    )
    page.formula(last + 2, 0, formula, found, "refusal", "plain")


def _said_of_puts(stated: DeploymentInputs) -> tuple[str, AnswerValue]:
    """How many of which put the budget buys."""
    puts, strike = Figure(inputs.here(inputs.PUTS), stated.puts.value, "count"), stated.put.strike
    symbol = inputs.here(inputs.PUT, inputs.SYMBOL)
    at = Figure(inputs.here(inputs.PUT), strike, "count")
    price = Figure(inputs.here(inputs.PRICE), stated.put.price, "price")
    day = written_day(inputs.here(inputs.EXPIRATION), stated.put.expiration)
    said = sentence(
        puts, " ", Figure(symbol, stated.put.symbol, "text"), " ", day, " ", at, " puts at ", price,
    )  # fmt: skip
    known = stated.put.symbol != ""
    return f'IF({symbol}="","no put is named",{said[0]})', said[1] if known else "no put is named"


def _hedge(
    draft: WorkbookBuilder, page: Page, stated: DeploymentInputs, today: DeploymentStep
) -> None:
    """The put and its price as inputs; what the budget buys, protects and costs."""
    page.section(inputs.PUT - 1, "Index hedge", 3)
    put, account = stated.put, inputs.ACCOUNT
    for row, label, value, kind in (
        (inputs.PUT, "Put", put.strike, "price"),
        (inputs.EXPIRATION, "Expiration", put.expiration, "date"),
        (inputs.PRICE, "Price", put.price, "price"),
        (account, "Account", None, "text"),
        (inputs.TYPED, "Released, if not the average", "", "money"),
    ):
        page.text(row, 0, label, "label")
        page.blank(row, 1, 1, "body")
        page.typed(row, 2, value, kind)
        page.reaches(row)
    page.choice(inputs.PUT, 1, str(put.symbol))
    names = [name for name in draft.book.positions.accounts if name]
    page.choice(account, 2, str(put.account), names)
    for row, said, figure, kind in _said_of_hedge(draft, stated, today):
        if isinstance(said, str):
            page.text(row, 0, said, "label")
        else:
            page.formula(row, 0, *said, "label", "plain")
        page.blank(row, 1, 1, "body")
        page.figure(row, 2, figure, "right", kind)


def _factor(
    draft: WorkbookBuilder,
    page: Page,
    stated: DeploymentInputs,
    made: DeploymentPositions,
    today: DeploymentStep,
) -> None:
    """Whether the factor of what is written is the one typed, or what it is solved to keep."""
    row, column = inputs.KEEPS, 2
    words = [inputs.AS_TYPED, *(as_written(keeps.value) for keeps in Keeps), _ALL]
    page.text(row, 0, "Written until", "label")
    page.blank(row, 1, 1, "body")
    page.choice(row, column, words[0], words)
    _, *others = draft.tables.arguments
    now = f"{SHEET}!{absolute(PORTFOLIO, TODAY)}"
    allowed = FormulaArgument(now, rounded(float(today.account("portfolio requirement").value), 2))
    kinds = ["text", "ratio", "quantity", "money", "quantity", "money", "money"]
    solved = draft.formulas.placed(
        Call("MARGIN_WRITING", (made.with_hedge, *others, allowed, literal(FALL))), kinds, "plain"
    )
    names, factors = (solved.cells_below_heading(c, len(solved.rows)) for c in (0, 1))
    choice = inputs.here(inputs.KEEPS)
    found = solved.unless_refused(f"INDEX({factors},MATCH({choice},{names},0))")
    typed = inputs.here(_USES + 1, inputs.TIMES)
    formula = f'IF({choice}="{inputs.AS_TYPED}",{typed},IFERROR({found},"{NONE}"))'
    page.text(inputs.FACTOR, 0, "Factor of what is written", "label")
    page.blank(inputs.FACTOR, 1, 1, "body")
    page.formula(inputs.FACTOR, column, formula, stated.factor, "right", "ratio")


def _said_of_hedge(
    draft: WorkbookBuilder, stated: DeploymentInputs, today: DeploymentStep
) -> list[tuple[int, str | tuple[str, AnswerValue], Figure, str]]:
    """What the budget buys: a row, a label, a figure and its kind each."""
    put, here = stated.put, inputs.here
    puts, price = at(here(inputs.PUTS), stated.puts), Figure(here(inputs.PRICE), put.price)
    level = price_of(draft.tables, here(inputs.PUT, inputs.SYMBOL), put.symbol)
    cost, protected = (
        IF(puts > 0, STANDARD_CONTRACT * puts * each, 0.0) for each in (price, level)
    )
    budget, spent = at(here(inputs.BUDGET), stated.budget), at(here(inputs.SPENT), cost)
    over = IF(ISNUMBER(budget), budget - spent, NONE)
    long, equity = today.account("long market value"), today.account("account value")
    often = Figure(here(inputs.USES_ROW, inputs.TIMES), stated.times)
    return [
        (inputs.BUDGET, "Budget each time", stated.budget, "money"),
        (inputs.PUTS, "Puts it buys", stated.puts, "quantity"),
        (
            inputs.SPENT, sentence("Spent; ", over, " left"),
            cost, "money",
        ),
        (
            inputs.PROTECTED, "Stock protected",
            protected, "money",
        ),
        (
            inputs.OF_VALUE, "Of long market value",
            share(at(here(inputs.PROTECTED), protected), long), "percent",
        ),
        (
            inputs.COST, "Cost a year, of equity",
            share(often * spent, equity), "percent",
        ),
    ]  # fmt: skip


def _chart(draft: WorkbookBuilder, page: Page) -> None:
    """Gain or loss by move of all underlyings, after each step."""
    series = headed(SHEET, inputs.PUT, {TODAY: PREV, HEDGED: BAR, BOTH: PM})
    chart = draft.chart_of_bars("column", SHEET, (LOSS, GAIN), series, names=RIGHT, gap=70)
    page.chart(
        _CHART_ROW, 0, chart, "Gain or loss by move of all underlyings, today and after",
        "Columns: gain or loss at moves of −20%, −10% and +10% today, with the hedge, and with "
        "both", columns=len(_WIDTHS), high=140,
        note="$ thousands; volatilities unchanged",
    )  # fmt: skip
