"""What becomes of the capital released: its uses, what they buy, and the account after each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.workbooks import deployment_inputs as inputs
from xlmargin.workbooks.account_page import TOTAL, row_of
from xlmargin.workbooks.deployment_inputs import DeploymentInputs, deployment_inputs, is_whole
from xlmargin.workbooks.deployment_positions import DeploymentPositions, deployment_positions
from xlmargin.workbooks.draft import Draft, axis, labels, no_axis
from xlmargin.workbooks.formulas_sheet import NONE, Placed
from xlmargin.workbooks.live_formulas import Argument, Call, Value, literal
from xlmargin.workbooks.look import BAR, PM, PREV
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.sentences import Figure, rounded, sentence
from xlmargin.workbooks.xlsx_writer import xl_rowcol_to_cell

SHEET: Final = inputs.SHEET
_WIDTHS: Final = (174, 62, 100, 44, 212, 92, 92, 92, 92)
_USES: Final = inputs.USES_ROW
_NAMES: Final = ("Index hedge", "Option writing", "Cash reserve")
"""The uses as the page names them, in the order of the article."""
_RIGHT: Final = 4
"""First column of the account after each step."""
_TODAY, _HEDGED, _BOTH, _CHANGE = range(_RIGHT + 1, _RIGHT + 5)
_CHART_ROW: Final = inputs.PUT + 14
_FALL: Final = -0.2
_MOVES: Final = (_FALL, -0.1, 0.1)
_MOVED: Final = ("Gain or loss at −20%", "Gain or loss at −10%", "Gain or loss at +10%")
_DOUBLED: Final = 1.0
"""A fall of all underlyings, the moves of the chart, and a rise of volatility to twice itself."""
(
    _CASH, _PORTFOLIO, _EXCESS, _STRATEGY, _STRATEGY_EXCESS, _LOSS, _, _GAIN, _LOSS_DOUBLED,
    _AT_FALL, _BEYOND, _CALLS,
) = range(inputs.PUT + 1, inputs.PUT + 13)  # fmt: skip
"""Rows of the account after each step."""
_NOTE: Final = (
    "It is margin no longer asked, not cash: what is bought is paid from cash or borrowed. Blue "
    "cells are yours to change."
)


@dataclass(frozen=True)
class _Step:
    """The answers about the positions after a step."""

    state: Placed
    stress: Placed
    path: Placed

    def account(self, figure: str) -> Figure:
        """A figure of all accounts together."""
        at = row_of(self.state, figure), TOTAL
        return Figure(self.state.formula(*at), self.state.value(*at))

    def moved(self, move: int, column: int) -> Figure:
        """Gain or loss at a move of the chart, with volatilities unchanged (1) or doubled (2)."""
        return Figure(self.stress.formula(1 + move, column), self.stress.value(1 + move, column))

    def fallen(self, column: int) -> Figure:
        """A figure of the account after the fall."""
        return Figure(self.path.formula(1, column), self.path.value(1, column))


def write_deployment_page(draft: Draft) -> None:
    """The uses with their shares, the hedge, the account after each step, and a chart."""
    told, made = deployment_inputs(draft), deployment_positions(draft)
    arguments = draft.tables.arguments
    steps = [
        _step(draft, positions) for positions in (arguments[0], made.with_hedge, made.with_both)
    ]
    page = draft.page(SHEET, "output")
    page.columns(_WIDTHS, ["text", "plain"])
    table = _Table(page, steps, told, made)
    page.title("Deployment of the released capital", table.message(), "")
    page.formula(2, 0, *_said_of_released(told), "note", "plain")
    for row in (_USES - 3, _CHART_ROW - 1):
        page.height(row, 8)
    _uses(page, told, made, table)
    _hedge(draft, page, told, steps[0])
    table.write()
    _chart(draft, page)
    page.sheet.freeze_panes(3, 0)
    page.prints(len(_WIDTHS), draft.stamp)
    page.protect()


def _step(draft: Draft, positions: Argument) -> _Step:
    """The account, gains and losses, and the account after a fall, of some positions."""
    _, *others = draft.tables.arguments
    own = (positions, *others)
    moves = Argument("{" + ",".join(f"{m:g}" for m in _MOVES) + "}", [list(_MOVES)])
    volatilities = Argument(f"{{0,{_DOUBLED:g}}}", [[0.0, _DOUBLED]])
    place = draft.formulas.placed
    kinds = ["move", "money", "money", "text"]
    return _Step(
        place(Call("MARGIN_ACCOUNT", own), ["text", "text", "plain", "text", "plain"], "plain"),
        place(Call("PM_STRESS", (*own, moves, volatilities)), kinds, "move"),
        place(
            Call("PM_PATH", (*own, literal(_FALL))),
            ["move", *["money"] * 3, "percent", "text"], "plain",
        ),
    )  # fmt: skip


def _said_of_released(told: DeploymentInputs) -> tuple[str, Value]:
    """Where the capital released is from, and that it is no cash."""
    typed = f"ISNUMBER({inputs.here(inputs.TYPED)})"
    whose = Figure(f'IF({typed},"typed","average of the shadow analysis")',
                   "average of the shadow analysis", "text")  # fmt: skip
    return sentence("Released: ", whose, ", ", told.released, f". {_NOTE}")


def _uses(page: Page, told: DeploymentInputs, made: DeploymentPositions, table: _Table) -> None:
    """A row a use: its share, what it receives, what that buys, and its state."""
    page.section(_USES - 2, "Three uses", len(_WIDTHS), "$")
    page.headings(
        _USES - 1,
        ("Use", "Share", "Capital", "Times", "What it buys", "", "Cash", "Requirement", "State"),
        ("text", "share", "money", "ratio", "text", "text", "change", "change", "text"),
    )
    for column, heading in ((4, "What it buys"), (8, "State")):
        page.text(_USES - 1, column, heading, "after_heading")
    last = _USES + len(told.shares) - 1
    for i, (name, share) in enumerate(zip(_NAMES, told.shares.values(), strict=True)):
        row = _USES + i
        page.text(row, 0, f"{i + 1} {name}", "label")
        page.sheet.write_number(row, 1, share, page.look("input", "share"))
        capital = told.capital[list(told.shares)[i]]
        page.formula(row, 2, capital.formula, capital.value, "right", "money")
        page.blank(row, 3, 8, "body")
    for row, times in ((_USES, told.times), (_USES + 1, told.factor)):
        page.sheet.write_number(row, 3, times, page.look("input", "fact"))
        _at_least(page, row, 3, 1.0)
    page.sheet.data_validation(
        _USES, 1, last, 1,
        {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1,
         "error_title": "Share", "error_message": "A share from 0% to 100%."},
    )  # fmt: skip
    page.formula(_USES, 4, *_said_of_puts(told), "part", "plain")
    more = Figure(*made.more, "count")
    said = sentence(more, " contracts more of the stock options written")
    page.formula(_USES + 1, 4, *said, "part", "plain")
    page.text(_USES + 2, 4, "Kept in cash: not lent, not pledged", "part")
    for row, (cash, requirement, state) in enumerate(table.uses(), start=_USES):
        for column, figure in ((6, cash), (7, requirement)):
            page.formula(row, column, figure.formula, figure.value, "right", "change")
        page.formula(row, 8, state.formula, state.value, "state", "plain")
    page.states((_USES, 8, last, 8))
    page.blank(last + 1, 0, 8, "total")
    page.text(last + 1, 0, "Released", "total")
    shares = f"B{_USES + 1}:B{last + 1}"
    page.formula(last + 1, 1, f"SUM({shares})", sum(told.shares.values()), "total", "share")
    page.formula(last + 1, 2, told.released.formula, told.released.value, "total", "money")
    for column in (6, 7):
        letter = "ABCDEFGHI"[column]
        total = sum(float(figures[column - 6].value) for figures in table.uses())
        page.formula(
            last + 1, column, f"SUM({letter}{_USES + 1}:{letter}{last + 1})", total, "total",
            "change",
        )  # fmt: skip
    whole = is_whole(len(told.shares))
    wrong, found = made.wrong
    formula = (
        f'IF({whole},IF({wrong}="",{table.refusal()},{wrong}&"."),"Refused: the shares add up to "'
        f'&ROUND(100*SUM({shares}),4)&"%, wanted shares of 0% or more that add up to 100%.")'
    )
    page.formula(last + 2, 0, formula, found, "refusal", "plain")


def _at_least(page: Page, row: int, column: int, least: float) -> None:
    """An input that is not below a number."""
    page.sheet.data_validation(
        row, column, row, column,
        {"validate": "decimal", "criteria": ">=", "value": least,
         "error_title": "Times", "error_message": f"{least:g} or more."},
    )  # fmt: skip


def _said_of_puts(told: DeploymentInputs) -> tuple[str, Value]:
    """How many of which put the budget buys."""
    puts, strike = Figure(inputs.here(inputs.PUTS), told.puts.value, "count"), told.put.strike
    symbol = inputs.here(inputs.PUT, inputs.SYMBOL)
    at = Figure(inputs.here(inputs.PUT), strike, "count")
    price = Figure(inputs.here(inputs.PRICE), told.put.price, "price")
    said = sentence(
        puts, " ", Figure(symbol, told.put.symbol, "text"), " ", at, " puts at ", price,
        " each time",
    )  # fmt: skip
    known = told.put.symbol != ""
    return f'IF({symbol}="","no put is named",{said[0]})', said[1] if known else "no put is named"


def _hedge(draft: Draft, page: Page, told: DeploymentInputs, today: _Step) -> None:
    """The put and its price as inputs; what the budget buys, protects and costs."""
    page.section(inputs.PUT - 1, "Index hedge", 3)
    put, account = told.put, inputs.ACCOUNT
    for row, label, value, kind in (
        (inputs.PUT, "Put", put.strike, "price"),
        (inputs.EXPIRATION, "Expiration", put.expiration, "date"),
        (inputs.PRICE, "Price", put.price, "price"),
        (account, "Account", put.account, "text"),
        (inputs.TYPED, "Released, if not the average", "", "money"),
    ):
        page.text(row, 0, label, "label")
        page.blank(row, 1, 1, "body")
        shown = page.look("input", kind)
        if isinstance(value, float):
            page.sheet.write_number(row, 2, value, shown)
        elif value:
            page.sheet.write_string(row, 2, str(value), page.look("choice", "text"))
        else:
            page.sheet.write_blank(row, 2, None, shown)
        page.reaches(row)
    page.sheet.write_string(inputs.PUT, 1, str(put.symbol), page.look("choice", "text"))
    names = [name for name in draft.book.positions.accounts if name]
    if names:
        page.sheet.data_validation(account, 2, account, 2, {"validate": "list", "source": names})
    for row, said, figure, kind in _said_of_hedge(draft, told, today):
        if isinstance(said, str):
            page.text(row, 0, said, "label")
        else:
            page.formula(row, 0, *said, "label", "plain")
        page.blank(row, 1, 1, "body")
        page.formula(row, 2, figure.formula, figure.value, "right", kind)


def _said_of_hedge(
    draft: Draft, told: DeploymentInputs, today: _Step
) -> list[tuple[int, str | tuple[str, Value], Figure, str]]:
    """What the budget buys: a row, a label, a figure and its kind each."""
    put, n = told.put, float(told.puts.value)
    price = float(put.price) if isinstance(put.price, float) else 0.0
    budget, puts, spent = (inputs.here(row) for row in (inputs.BUDGET, inputs.PUTS, inputs.SPENT))
    cost = n * STANDARD_CONTRACT * price
    units = f"{STANDARD_CONTRACT:.0f}"
    left = float(told.budget.value) - cost if isinstance(told.budget.value, float) else NONE
    over = Figure(f'IF(ISNUMBER({budget}),{budget}-{spent},"{NONE}")', left)
    market = draft.tables.market
    by, of = (market.columns.index(name) + 1 for name in ("symbol", "price"))
    symbol = inputs.here(inputs.PUT, inputs.SYMBOL)
    cells = "Market[[#All]]"
    level = f"INDEX({cells},MATCH({symbol},INDEX({cells},0,{by}),0),{of})"
    spot = next((row[of - 1] for row in market.rows[1:] if row[by - 1] == put.symbol), 0.0)
    protected = n * STANDARD_CONTRACT * float(spot or 0.0)
    long, equity = today.account("long market value"), today.account("account value")
    there = inputs.here(inputs.PROTECTED)
    often = inputs.here(inputs.USES_ROW, inputs.TIMES)
    return [
        (inputs.BUDGET, "Budget each time", told.budget, "money"),
        (inputs.PUTS, "Puts it buys", told.puts, "quantity"),
        (
            inputs.SPENT, sentence("Spent; ", over, " left"),
            Figure(f"IF({puts}>0,{units}*{puts}*{inputs.here(inputs.PRICE)},0)", cost), "money",
        ),
        (
            inputs.PROTECTED, "Stock protected",
            Figure(f"IF({puts}>0,{units}*{puts}*{level},0)", protected), "money",
        ),
        (
            inputs.OF_VALUE, "Of long market value",
            _part(Figure(there, protected), long), "percent",
        ),
        (
            inputs.COST, "Cost a year, of equity",
            _part(Figure(f"{often}*{spent}", told.times * cost), equity), "percent",
        ),
    ]  # fmt: skip


def _part(over: Figure, under: Figure) -> Figure:
    """What one figure is of another."""
    known = isinstance(over.value, float) and isinstance(under.value, float) and under.value > 0
    share: Value = float(over.value) / float(under.value) if known else NONE
    formula = f'IFERROR(IF({under.formula}>0,{over.formula}/{under.formula},"{NONE}"),"{NONE}")'
    return Figure(formula, share, "percent")


class _Table:
    """The account today, with the hedge, and with more options written, too."""

    def __init__(
        self, page: Page, steps: list[_Step], told: DeploymentInputs, made: DeploymentPositions
    ) -> None:
        self._page, self._steps, self._made = page, steps, made
        reserve = list(told.capital.values())[-1]
        there = inputs.here(_USES + len(_NAMES) - 1)
        self._reserve = Figure(there, reserve.value)
        self._rows = [self._row(_CASH + i, of) for i, of in enumerate(self._figures())]

    def _figures(self) -> tuple[tuple[str, list[Figure]], ...]:
        """Label and figures of each row."""
        account: Callable[[str], list[Figure]] = lambda name: [  # noqa: E731
            step.account(name) for step in self._steps
        ]
        cash = account("cash")
        kept = self._reserve
        beyond = [
            Figure(
                f"{figure.formula}-{kept.formula}",
                float(figure.value) - float(kept.value)
                if isinstance(kept.value, float) else NONE,
            )
            for figure in cash
        ]  # fmt: skip
        calls = [Figure(*self._made.uncovered)] * 2 + [Figure(*self._made.uncovered_after)]
        return (
            ("Cash", cash),
            ("Requirement, portfolio margin", account("portfolio requirement")),
            ("Excess, portfolio margin", account("portfolio excess")),
            ("Maintenance, strategy-based", account("strategy requirement")),
            ("Excess, strategy-based", account("strategy excess")),
            *(
                (label, [step.moved(i, 1) for step in self._steps])
                for i, label in enumerate(_MOVED)
            ),
            ("Gain or loss at −20%, volatility × 2", [step.moved(0, 2) for step in self._steps]),
            ("Excess at −20%", [step.fallen(3) for step in self._steps]),
            ("Cash beyond the reserve", beyond),
            ("Calls without shares, contracts", calls),
        )

    def _row(self, row: int, of: tuple[str, list[Figure]]) -> tuple[str, list[Figure]]:
        """The figures as the page shows them, and the change."""
        label, figures = of
        shown = [_shown(figure) for figure in figures]
        first, last = self._at(row, _TODAY), self._at(row, _BOTH)
        values = [figure.value for figure in (shown[0], shown[-1])]
        known = all(isinstance(value, float) for value in values)
        change: Value = rounded(float(values[1]) - float(values[0]), 2) if known else NONE
        formula = f'IF(AND(ISNUMBER({first}),ISNUMBER({last})),ROUND({last}-{first},2),"{NONE}")'
        return label, [*shown, Figure(formula, change)]

    @staticmethod
    def _at(row: int, column: int) -> str:
        cell: str = xl_rowcol_to_cell(row, column)
        return cell

    def _cell(self, row: int, column: int) -> Figure:
        """A figure of the table, by its cell."""
        value = self._rows[row - _CASH][1][column - _TODAY].value
        return Figure(self._at(row, column), value)

    def write(self) -> None:
        page = self._page
        page.section(inputs.PUT - 1, "The account after each step", 5, "$", _RIGHT)
        page.text(inputs.PUT, _RIGHT, "", "text_heading")
        for column, heading in enumerate(("Today", "With 1", "With 1 and 2", "Change"), _TODAY):
            page.text(inputs.PUT, column, heading, "heading")
        for row, (label, figures) in enumerate(self._rows, start=_CASH):
            page.text(row, _RIGHT, label, "label")
            for column, figure in enumerate(figures, start=_TODAY):
                kind = "change" if column == _CHANGE else "money"
                page.formula(row, column, figure.formula, figure.value, "right", kind)

    def uses(self) -> list[tuple[Figure, Figure, Figure]]:
        """Of each use the change of cash and of the requirement, and its state."""
        return [
            (self._less(_CASH, _HEDGED, _TODAY), self._less(_PORTFOLIO, _HEDGED, _TODAY),
             self._state_of_hedge()),
            (self._less(_CASH, _BOTH, _HEDGED), self._less(_PORTFOLIO, _BOTH, _HEDGED),
             self._state_of_writing()),
            (Figure("0", 0.0), Figure("0", 0.0), self._state_of_reserve()),
        ]  # fmt: skip

    def _less(self, row: int, column: int, than: int) -> Figure:
        whole, part = self._cell(row, column), self._cell(row, than)
        formula = f'IFERROR({whole.formula}-{part.formula},"{NONE}")'
        return Figure(formula, rounded(float(whole.value) - float(part.value), 2))

    def _state_of_hedge(self) -> Figure:
        """Act without an excess; watch where no put is bought, or cash is borrowed for it."""
        puts = inputs.here(inputs.PUTS)
        cash = self._cell(_CASH, _HEDGED)
        lacking = [self._cell(row, _HEDGED) for row in (_EXCESS, _STRATEGY_EXCESS)]
        act = f"MIN({','.join(figure.formula for figure in lacking)})<0"
        return _state(
            lacking,
            (act, min(float(figure.value) for figure in lacking) < 0),
            (f"OR({puts}=0,{cash.formula}<0)", float(cash.value) < 0),
        )

    def _state_of_writing(self) -> Figure:
        """Act where a fall leaves no excess; watch where calls are without shares that were not."""
        fallen, calls, before = (
            self._cell(_AT_FALL, _BOTH), self._cell(_CALLS, _BOTH), self._cell(_CALLS, _TODAY)
        )  # fmt: skip
        return _state(
            [fallen],
            (f"{fallen.formula}<0", float(fallen.value) < 0),
            (f"{calls.formula}>{before.formula}", float(calls.value) > float(before.value)),
        )

    def _state_of_reserve(self) -> Figure:
        """Act where a fall at twice the volatility needs the reserve; watch where it is no cash."""
        fallen, loss, doubled, beyond = (
            self._cell(row, _BOTH) for row in (_AT_FALL, _LOSS, _LOSS_DOUBLED, _BEYOND)
        )
        kept = self._reserve
        left = f"{fallen.formula}-{loss.formula}+{doubled.formula}-{kept.formula}<0"
        known = all(isinstance(f.value, float) for f in (fallen, loss, doubled, kept))
        short = known and (
            float(fallen.value) - float(loss.value) + float(doubled.value) - float(kept.value) < 0
        )
        borrowed = isinstance(beyond.value, float) and beyond.value < 0
        return _state([fallen, kept], (left, short), (f"{beyond.formula}<0", borrowed))

    def message(self) -> tuple[str, Value]:
        """The account after all uses, beside today."""
        calls, before = self._cell(_CALLS, _BOTH), self._cell(_CALLS, _TODAY)
        more = sentence(
            " To watch: ", Figure(calls.formula, calls.value, "count"), " calls without shares, ",
            Figure(before.formula, before.value, "count"), " today.",
        )  # fmt: skip
        is_more = float(calls.value) > float(before.value)
        watch = Figure(
            f'IF({calls.formula}>{before.formula},{more[0]},"")', more[1] if is_more else "", "text"
        )
        figures = [
            Figure(figure.formula, figure.value, "millions")
            for figure in (
                self._cell(_EXCESS, _BOTH), self._cell(_LOSS, _BOTH), self._cell(_LOSS, _TODAY),
            )
        ]  # fmt: skip
        return sentence(
            "Excess after all three is ", figures[0],
            "; a fall of 20% moves the account by ", figures[1], ", not ", figures[2], ".",
            watch,
        )  # fmt: skip

    def refusal(self) -> str:
        """A formula for the first refusal of an answer, "" where there is none."""
        formula = '""'
        for step in reversed(self._steps):
            formula = step.state.unless_refused(formula)
        return f'IFERROR({formula},"")'


def _shown(figure: Figure) -> Figure:
    """An amount to the cent, none where there is none."""
    known = isinstance(figure.value, float)
    value: Value = rounded(float(figure.value), 2) if known else NONE
    formula = f'IFERROR(IF(ISNUMBER({figure.formula}),ROUND({figure.formula},2),"{NONE}"),"{NONE}")'
    return Figure(formula, value)


def _state(of: list[Figure], act: tuple[str, bool], watch: tuple[str, bool]) -> Figure:
    """Act, watch or OK by two tests; none where a figure is."""
    known = "AND(" + ",".join(f"ISNUMBER({figure.formula})" for figure in of) + ")"
    formula = f'IF({known},IF({act[0]},"■ Act",IF({watch[0]},"▲ Watch","● OK")),"{NONE}")'
    if not all(isinstance(figure.value, float) for figure in of):
        return Figure(formula, NONE, "text")
    return Figure(formula, "■ Act" if act[1] else "▲ Watch" if watch[1] else "● OK", "text")


def _chart(draft: Draft, page: Page) -> None:
    """Gain or loss by move of all underlyings, after each step."""
    chart = draft.chart("column", legend=True)
    for column, color in ((_TODAY, PREV), (_HEDGED, BAR), (_BOTH, PM)):
        chart.add_series(
            {
                "name": [SHEET, inputs.PUT, column],
                "categories": [SHEET, _LOSS, _RIGHT, _GAIN, _RIGHT],
                "values": [SHEET, _LOSS, column, _GAIN, column],
                "fill": {"color": color},
                "gap": 70,
                "overlap": 0,
                "data_labels": labels("thousands"),
            }
        )
    chart.set_y_axis(no_axis())
    chart.set_x_axis(axis(label_position="low"))
    chart.set_size({"width": page.width(0, len(_WIDTHS) - 1), "height": 140})
    page.chart(
        _CHART_ROW, 0, chart, "Gain or loss by move of all underlyings, today and after",
        "Columns: gain or loss at moves of −20%, −10% and +10% today, with the hedge, and with "
        "both", columns=len(_WIDTHS), note="$ thousands; volatilities unchanged",
    )  # fmt: skip
