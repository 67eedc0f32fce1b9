"""One order before it is sent: whether it is accepted, the account after it, and how many fit."""

from __future__ import annotations

from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.workbooks.draft import WorkbookBuilder, headed
from xlmargin.workbooks.figures import (
    ABS,
    AND,
    IF,
    IFERROR,
    INT,
    LOWER,
    MAX,
    at,
    less,
    number_or_none,
)
from xlmargin.workbooks.formulas_sheet import NONE, FormulaBlock
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.live_formulas import Call, FormulaArgument, literal
from xlmargin.workbooks.look import PM, ST
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages.order_cells import (
    INPUTS,
    TRADES,
    OrderCells,
    choice_of_account,
    orders_of,
)
from xlmargin.workbooks.pages.order_impact import (
    AFTER,
    ASSIGNED,
    BEFORE,
    CHANGE,
    LEAST_CUSHION,
    LINES,
    MOST_OF_EQUITY,
    MOST_OF_REQUIREMENT,
    ImpactLine,
    held_of,
    impact_of,
    shares_of_equity,
)
from xlmargin.workbooks.plain_page import BESIDE
from xlmargin.workbooks.sentences import Figure, sentence, written_day
from xlmargin.workbooks.template import BY_PORTFOLIO, BY_STRATEGY, PageSpec
from xlmargin.workbooks.xlsx_writer import absolute

SHEET: Final = "What-if"
_WIDTHS: Final = (154, 120, 26, 220, 105, 105, 105, 115, 10)
"""The last column is there for the ranges below the page, which have one more."""
_RIGHT: Final = 3
_SET_TO, _GREATEST, _LEFT, _STATE = range(_RIGHT + 1, _RIGHT + 5)
_ACCOUNT: Final = 5
_OF_ORDER: Final = _ACCOUNT + len(INPUTS) + 1
_VERDICT: Final = 4
_TABLE: Final = 7
_FITS_ROW: Final = 21
_CHART_ROWS: Final = 12
_RANGES: Final = _FITS_ROW + _CHART_ROWS + 2
_TIMES: Final = (0.5, 1.0, 2.0, 4.0)
"""Sizes of the order in the chart, in times of it."""
_CHECKED: Final = _RANGES + 1 + 3 * len(_TIMES)
"""Row of what the account's own regime says."""
_LIMITS: Final = {LEAST_CUSHION: 0.8, MOST_OF_REQUIREMENT: 0.25, MOST_OF_EQUITY: 0.25}
"""The user's own limits at first, in the order of their rows."""
_SEARCHED: Final = "Under portfolio margin every quantity up to it; by strategy, as far as is tried"


def refused_for(tables: InputTables) -> str:
    """Why there is no order to begin with, "" where there is one."""
    return "" if orders_of(tables) else f"{SHEET}: no plain trade of an option or a stock"


def write_ticket_page(draft: WorkbookBuilder) -> None:
    """The order as inputs, the account before and after, how many fit, and a chart by quantity."""
    page = draft.page(SHEET, "output")
    page.columns(_WIDTHS, ["text", "plain"])
    ticket = _Ticket(draft, page)
    page.title(
        "What-if: one order", ticket.message(),
        "Blue cells are the order. Before and after are those of its account; nothing is sent to "
        "a market.",
    )  # fmt: skip
    ticket.write_order()
    ticket.write_table()
    ticket.write_verdict()
    ticket.write_what_fits()
    ticket.write_chart()
    page.finish(len(_WIDTHS), draft.stamp, last_row=_FITS_ROW + _CHART_ROWS, freeze=(3, 0))


PAGE: Final = PageSpec(
    write_ticket_page,
    (SHEET,),
    calls=("MARGIN_ACCOUNT", BY_STRATEGY, BY_PORTFOLIO),
    needs=(TRADES,),
    prints=(SHEET,),
    refused_for=refused_for,
)


class _Ticket:
    """The order's cells, and the answers about it."""

    def __init__(self, draft: WorkbookBuilder, page: Page) -> None:
        self._draft, self._page = draft, page
        page.section(_VERDICT, "Order", 2)
        account = choice_of_account(page, _ACCOUNT, 1, draft.book.positions.accounts)
        self._limits = {
            name: Figure(absolute(_FITS_ROW + 4 + i, _SET_TO), limit)
            for i, (name, limit) in enumerate(_LIMITS.items())
        }
        self._order = OrderCells(
            SHEET, _ACCOUNT + 1, 1, account, orders_of(draft.tables)[0],
            self._limits[MOST_OF_REQUIREMENT],
        )  # fmt: skip
        page.section(_RANGES, "What the functions are asked", len(_WIDTHS), "not printed")
        ranges = [
            self._order.range(page, _RANGES + 1 + 3 * i, times) for i, times in enumerate(_TIMES)
        ]
        one = ranges[_TIMES.index(1.0)]
        self._impacts = [impact_of(draft, each, account) for each in ranges]
        self._impact = self._impacts[_TIMES.index(1.0)]
        positions, *others = draft.tables.arguments
        cushion = FormulaArgument(
            f"'{SHEET}'!{self._limits[LEAST_CUSHION].formula}", _LIMITS[LEAST_CUSHION]
        )
        self._excess, self._cushion = (
            self._place("MARGIN_CAPACITY", positions, one, *others, leave)
            for leave in (literal(0.0), cushion)
        )
        self._contract = self._place("PM_CONTRACTS", one, *others)
        self._held = draft.placed("PM_GREEKS", numbers=["text", "money", "money", "percent"])

    def _place(self, function: str, *arguments: FormulaArgument) -> FormulaBlock:
        return self._draft.formulas.placed(Call(function, arguments), ["text"], "plain")

    @property
    def _symbol(self) -> Figure:
        return self._order.typed("symbol")

    def write_order(self) -> None:
        """The inputs, and what follows from them."""
        page, order, tables = self._page, self._order, self._draft.tables
        for row, (_, label, _) in enumerate(INPUTS, start=_ACCOUNT + 1):
            page.text(row, 0, label, "label")
        order.write(page)
        page.blank(_OF_ORDER, 0, 1, "group")
        page.text(_OF_ORDER, 0, "Of the order", "group")
        of_unit = IF(order.is_stock, 1.0, STANDARD_CONTRACT * self._contract.figure(1, 13))
        shares = IFERROR(order.sign * order.typed("quantity") * of_unit, NONE)
        for row, (said, figure, kind) in enumerate(
            (
                (sentence("Premium less fee"), order.premium, "money"),
                (sentence("Cash if all are assigned"), order.assigned(tables), "money"),
                (sentence("Price of ", self._symbol), order.spot(tables), "price"),
                (sentence("Out of the money"), order.out_of_the_money(tables), "percent"),
                (sentence("Delta of the order, shares"), shares, "quantity"),
            ),
            start=_OF_ORDER + 1,
        ):  # fmt: skip
            page.formula(row, 0, *said, "label", "plain")
            page.figure(row, 1, figure, "right", kind)

    def message(self) -> tuple[str, AnswerValue]:
        """The order in words, and what it does."""
        cells, order = self._order, self._order.order
        change = self._impact.figure("portfolio requirement", CHANGE)
        after = self._impact.figure("portfolio excess", AFTER)
        strike = sentence(cells.typed("strike", "count"))
        terms = sentence(
            written_day(cells.at("expiration"), order.expiration), " ", Figure(*strike, "text"), " "
        )
        price = sentence(cells.typed("price", "price"))
        return sentence(
            cells.typed("action"), " ", cells.typed("quantity", "count"), " ", self._symbol, " ",
            IF(cells.is_stock, "", Figure(*terms, "text")),
            IF(cells.is_stock, "share", LOWER(cells.typed("type"))),
            IF(cells.typed("quantity").equals(1.0), "", "s"),
            " at ", Figure(*price, "text"), ": the requirement ",
            IF(change < 0, "falls by ", "rises by "), IFERROR(ABS(change), NONE),
            ", excess is ", after.of_kind("millions"), ".",
        )  # fmt: skip

    def _figures(self, line: ImpactLine) -> tuple[Figure, Figure]:
        """A row's figures before and after."""
        if line is not ASSIGNED:
            return line.found(self._impact, BEFORE), line.found(self._impact, AFTER)
        return shares_of_equity(self._held, self._order, self._impact, self._draft.tables)

    def write_table(self) -> None:
        """The account before and after the order, and the change."""
        page, lines = self._page, (*LINES, ASSIGNED)
        page.headings(
            _TABLE, ("$", "Before", "Change", "After", "State"),
            ("text", "money", "money", "money", BESIDE), _RIGHT,
        )  # fmt: skip
        self._states: list[Figure] = []
        for row, line in enumerate(lines, start=_TABLE + 1):
            if not (line.figure or line.of):
                page.blank(row, _RIGHT, _STATE, "group")
                page.text(row, _RIGHT, line.label, "group")
                continue
            style = "part" if row > _TABLE + 1 else "label"
            page.formula(row, _RIGHT, *line.titled(self._symbol), style, "plain")
            before, after = self._figures(line)
            here = [
                Figure(absolute(row, column), figure.value)
                for column, figure in ((_RIGHT + 1, before), (_RIGHT + 3, after))
            ]
            change = line.change(*here)
            for column, figure in enumerate((before, change, after), start=_RIGHT + 1):
                page.figure(row, column, figure, "right", figure.kind)
            page.blank(row, _STATE, _STATE, "state")
            if line.beyond:
                state = line.state(here[1], self._limits)
                self._states.append(Figure(absolute(row, _STATE), state.value))
                page.figure(row, _STATE, state, "state", "plain")
        page.states((_TABLE + 1, _STATE, _TABLE + len(lines), _STATE))

    def write_verdict(self) -> None:
        """Whether the account's regime accepts the order, and how many points are to be watched."""
        page, own = self._page, self._impact.verdict()
        watched = "+".join(f'(LEFT({each.formula},1)="▲")' for each in self._states)
        points = sum(str(each.value).startswith("▲") for each in self._states)
        page.figure(_CHECKED, _RIGHT, own, "note", "plain")
        check = absolute(_CHECKED, _RIGHT)
        many = f'", "&({watched})&" points to watch"'
        said = f'IF({watched}=0,"",IF({watched}=1,", one point to watch",{many}))'
        words = (
            ["", ", one point to watch"][points] if points < 2 else f", {points} points to watch"
        )
        unknown = "▲ Not known: see the page Check"
        formula = (
            f'IF({check}="accepted","● Accepted"&{said},'
            f'IF(LEFT({check},7)="refused","■ Refused","{unknown}"))'
        )
        found = {"accepted": f"● Accepted{words}", "refused": "■ Refused"}.get(
            str(own.value).partition(":")[0], unknown
        )
        for row in (_VERDICT, _VERDICT + 1):
            page.blank(row, _RIGHT, _STATE, "verdict" if row == _VERDICT else "verdict_below")
        page.height(_VERDICT, 26)
        page.formula(_VERDICT, _RIGHT, formula, found, "verdict", "plain")
        excess = (
            self._impact.figure(name, AFTER) for name in ("portfolio excess", "strategy excess")
        )
        after, by_strategy = (each.of_kind("millions") for each in excess)
        page.formula(
            _VERDICT + 1, _RIGHT,
            *sentence("Excess after it: ", after, " under portfolio margin, ", by_strategy,
                      " by strategy."), "verdict_below", "plain",
        )  # fmt: skip
        for sign, mark in (("●", "ok"), ("▲", "watch"), ("■", "act")):
            criteria = f'=LEFT({absolute(_VERDICT, _RIGHT)},1)="{sign}"'
            page.marked((_VERDICT, _RIGHT, _VERDICT + 1, _STATE), criteria, mark)

    def write_what_fits(self) -> None:
        """How many of the order each limit leaves room for, and which one binds first."""
        page, first = self._page, _FITS_ROW + 2
        note = "contracts of this order, all other things equal"
        page.section(_FITS_ROW, "Greatest quantity that still fits", 5, note, _RIGHT)
        page.headings(
            first - 1, ("Limit", "Set to", "Greatest", "Left after it", "Binds"),
            ("text", "money", "quantity", "quantity", BESIDE), _RIGHT,
        )  # fmt: skip
        rows: list[tuple[tuple[str, AnswerValue], str, Figure]] = [
            (sentence("Excess, portfolio margin"), "", self._excess.figure(1, 5)),
            (sentence("Excess, strategy-based"), "", self._excess.figure(1, 6)),
            (sentence("Your limit: cushion"), LEAST_CUSHION, self._cushion.figure(1, 5)),
            (sentence("Your limit: ", self._symbol, ", of the requirement"), MOST_OF_REQUIREMENT,
             self._excess.figure(1, 13)),
            (sentence("Your limit: ", self._symbol, ", if assigned"), MOST_OF_EQUITY,
             self._most_assigned()),
        ]  # fmt: skip
        last = first + len(rows) - 1
        reach = f"{absolute(first, _GREATEST)}:{absolute(last, _GREATEST)}"
        known = [float(f.value) for _, _, f in rows if isinstance(f.value, float)]
        for row, (label, limit, figure) in enumerate(rows, start=first):
            page.formula(row, _RIGHT, *label, "label", "plain")
            if limit:
                page.typed(row, _SET_TO, _LIMITS[limit], "share")
            else:
                page.text(row, _SET_TO, "≥ 0", "limit")
            greatest = number_or_none(figure)
            page.figure(row, _GREATEST, greatest, "right", "quantity")
            value = greatest.value
            cell = absolute(row, _GREATEST)
            left = less(at(cell, greatest), self._order.typed("quantity"))
            page.figure(row, _LEFT, left, "right", "quantity")
            binds = isinstance(value, float) and value == min(known)
            page.formula(
                row, _STATE, f'IF(AND(ISNUMBER({cell}),{cell}=MIN({reach})),"◀ binds first","")',
                "◀ binds first" if binds else "", "part", "plain",
            )  # fmt: skip
        page.text(last + 1, _RIGHT, _SEARCHED, "note")

    def _most_assigned(self) -> Figure:
        """The most contracts whose assignment leaves the underlying within the user's limit."""
        cells, equity = self._order, self._impact.figure("account value", BEFORE)
        room = self._limits[MOST_OF_EQUITY] * equity - held_of(self._held, cells)
        is_put = AND(cells.typed("type").equals("Put"), cells.sign < 0)
        most = MAX(0.0, INT(room / (STANDARD_CONTRACT * cells.typed("strike"))))
        return IFERROR(IF(is_put, most, NONE), NONE)

    def write_chart(self) -> None:
        """The change of both requirements at sizes of the order."""
        page, row = self._page, _RANGES + 2 + 3 * len(_TIMES)
        page.headings(row, ("Quantity", "Portfolio", "Strategy"), ("quantity", "change", "change"))
        for i, (times, impact) in enumerate(zip(_TIMES, self._impacts, strict=True), start=1):
            page.figure(row + i, 0, self._order.times(times), "right", "quantity")
            for column, name in ((1, "portfolio requirement"), (2, "maintenance requirement")):
                change = impact.figure(name, CHANGE)
                page.figure(row + i, column, change, "right", "change")
        series = headed(SHEET, row, {1: PM, 2: ST})
        rows = (row + 1, row + len(_TIMES))
        chart = self._draft.chart_of_bars("column", SHEET, rows, series, gap=50)
        says = "Pairs of columns: change of both requirements at several sizes of the order"
        page.chart(
            _FITS_ROW, 0, chart, "By quantity", says, columns=2, high=20 * (_CHART_ROWS - 2),
            note="$ thousands",
        )  # fmt: skip
