"""One order before it is sent: whether it is accepted, the account after it, and how many fit."""

from __future__ import annotations

from typing import Final

from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import ACCOUNT_OF_BOTH, WorkbookBuilder, headed, page_of
from xlmargin.workbooks.figures import NONE, Cells, Figure, sentence, written_day
from xlmargin.workbooks.formulas import Call, argument, literal
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages import orders
from xlmargin.workbooks.plain_page import BESIDE
from xlmargin.workbooks.styles import PM, SIGNS, ST
from xlmargin.workbooks.xlsx_writer import absolute

SHEET: Final = "What-if"
_WIDTHS: Final = (154, 120, 26, 220, 105, 105, 105, 115, 10)
"""The last column is there for the ranges below the page, which have one more."""
_RIGHT: Final = 3
_SET_TO, _GREATEST, _LEFT, _STATE = range(_RIGHT + 1, _RIGHT + 5)
_ACCOUNT: Final = 5
_OF_ORDER: Final = _ACCOUNT + len(orders.INPUTS) + 1
_VERDICT: Final = 4
_TABLE: Final = 7
_FITS_ROW: Final = 21
_CHART_ROWS: Final = 12
_RANGES: Final = _FITS_ROW + _CHART_ROWS + 2
_TIMES: Final = (0.5, 1.0, 2.0, 4.0)
"""Sizes of the order in the chart, in times of it."""
_CHECKED: Final = _RANGES + 1 + 3 * len(_TIMES)
"""Row of what the account's own regime says."""
_LIMITS: Final = {
    orders.LEAST_CUSHION: 0.8,
    orders.MOST_OF_REQUIREMENT: 0.25,
    orders.MOST_OF_EQUITY: 0.25,
}
"""The user's own limits at first, in the order of their rows."""
_NOT_KNOWN: Final = "▲ Not known: see the page Check"
_SEARCHED: Final = "Under portfolio margin every quantity up to it; by strategy, as far as is tried"


def refused_for(tables: InputTables) -> str:
    """Why there is no order to begin with, "" where there is one."""
    return "" if orders.orders_of(tables) else f"{SHEET}: no plain trade of an option or a stock"


@page_of(
    SHEET, calls=ACCOUNT_OF_BOTH, needs=(orders.TRADES,), prints=(SHEET,), refused_for=refused_for
)
def ticket_page(draft: WorkbookBuilder) -> None:
    """The order as inputs, the account before and after, how many fit, and a chart by quantity."""
    page = draft.page(SHEET, _WIDTHS, ["text", "plain"])
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
    page.finish(last_row=_FITS_ROW + _CHART_ROWS, freeze=(3, 0))


class _Ticket:
    """The order's cells, and the answers about it."""

    def __init__(self, draft: WorkbookBuilder, page: Page) -> None:
        self._draft, self._page = draft, page
        page.section(_VERDICT, "Order", 2)
        account = orders.choice_of_account(page, _ACCOUNT, 1, draft.book.positions.accounts)
        self._limits = {
            name: Figure(absolute(_FITS_ROW + 4 + i, _SET_TO), limit)
            for i, (name, limit) in enumerate(_LIMITS.items())
        }
        self._order = orders.OrderCells(
            SHEET, _ACCOUNT + 1, 1, account, orders.orders_of(draft.tables)[0],
            self._limits[orders.MOST_OF_REQUIREMENT],
        )  # fmt: skip
        page.section(_RANGES, "What the functions are asked", len(_WIDTHS), "not printed")
        ranges = [
            self._order.range(page, _RANGES + 1 + 3 * i, times) for i, times in enumerate(_TIMES)
        ]
        one = ranges[_TIMES.index(1.0)]
        self._impacts = [orders.impact_of(draft, each, account) for each in ranges]
        self._impact = self._impacts[_TIMES.index(1.0)]
        cushion = self._limits[orders.LEAST_CUSHION]
        there = xl.at(f"'{SHEET}'!{cushion.formula}", cushion)
        self._excess, self._cushion = (
            draft.placed("MARGIN_CAPACITY", leave, beside=[one], numbers=["text"])
            for leave in (literal(0.0), argument(there))
        )
        _, *others = draft.tables.arguments
        contract = Call("PM_CONTRACTS", (one, *others))
        self._contract = draft.formulas.placed(contract, ["text"], "plain")
        self._held = draft.placed("PM_GREEKS", numbers=["text", "money", "money", "percent"])

    @property
    def _symbol(self) -> Figure:
        return self._order.typed("symbol")

    def write_order(self) -> None:
        """The inputs, and what follows from them."""
        page, order, tables = self._page, self._order, self._draft.tables
        for row, (_, label, _) in enumerate(orders.INPUTS, start=_ACCOUNT + 1):
            page.text(row, 0, label, "label")
        order.write(page)
        page.blank(_OF_ORDER, 0, 1, "group")
        page.text(_OF_ORDER, 0, "Of the order", "group")
        of_unit = xl.IF(order.is_stock, 1.0, STANDARD_CONTRACT * self._contract.figure(1, 13))
        shares = xl.IFERROR(order.sign * order.typed("quantity") * of_unit, NONE)
        for row, (said, figure, kind) in enumerate(
            (
                (sentence("Premium less fee"), order.premium, "money"),
                (sentence("Cash if all are assigned"), order.assigned(tables), "money"),
                (sentence("Price of ", self._symbol), order.spot(tables), "price"),
                (sentence("Out of the money"), order.out_of_the_money(tables), "percent"),
                (sentence("Delta of the order, shares"), shares, "quantity"),
            ),
            start=_OF_ORDER + 1,
        ):
            page.row(row, 0, (said, figure), ("label", "right"), ("plain", kind))

    def message(self) -> Figure:
        """The order in words, and what it does."""
        cells = self._order
        change = self._impact.figure("portfolio requirement", orders.CHANGE)
        after = self._impact.figure("portfolio excess", orders.AFTER)
        strike = sentence(cells.typed("strike", "count"))
        terms = sentence(written_day(cells.typed("expiration")), " ", strike, " ")
        price = sentence(cells.typed("price", "price"))
        return sentence(
            cells.typed("action"), " ", cells.typed("quantity", "count"), " ", self._symbol, " ",
            xl.IF(cells.is_stock, "", terms),
            xl.IF(cells.is_stock, "share", xl.LOWER(cells.typed("type"))),
            xl.IF(cells.typed("quantity").equals(1.0), "", "s"),
            " at ", price, ": the requirement ",
            xl.IF(change < 0, "falls by ", "rises by "), xl.IFERROR(xl.ABS(change), NONE),
            ", excess is ", after.of_kind("millions"), ".",
        )  # fmt: skip

    def _figures(self, line: orders.ImpactLine) -> tuple[Figure, Figure]:
        """A row's figures before and after."""
        if line is not orders.ASSIGNED:
            return line.found(self._impact, orders.BEFORE), line.found(self._impact, orders.AFTER)
        return orders.shares_of_equity(self._held, self._order, self._impact, self._draft.tables)

    def write_table(self) -> None:
        """The account before and after the order, and the change."""
        page, lines = self._page, (*orders.LINES, orders.ASSIGNED)
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
            before, after = self._figures(line)
            was, now = (
                xl.at(absolute(row, column), figure)
                for column, figure in ((_RIGHT + 1, before), (_RIGHT + 3, after))
            )
            label = "part" if row > _TABLE + 1 else "label"
            figures = (before, line.change(was, now), after)
            page.text(row, _RIGHT, line.titled(self._symbol), label)
            page.row(row, _RIGHT + 1, figures, ["right"], [figure.kind for figure in figures])
            page.blank(row, _STATE, _STATE, "state")
            if line.beyond:
                state = line.state(now, self._limits)
                self._states.append(xl.at(absolute(row, _STATE), state))
                page.figure(row, _STATE, state, "state")
        page.states((_TABLE + 1, _STATE, _TABLE + len(lines), _STATE))

    def write_verdict(self) -> None:
        """Whether the account's regime accepts the order, and how many points are to be watched."""
        page, own = self._page, self._impact.verdict()
        page.figure(_CHECKED, _RIGHT, own, "note")
        check = xl.at(absolute(_CHECKED, _RIGHT), own)
        for row, style in ((_VERDICT, "verdict"), (_VERDICT + 1, "verdict_below")):
            page.blank(row, _RIGHT, _STATE, style)
        page.height(_VERDICT, 26)
        refused = xl.IF(xl.LEFT(check, 7).equals("refused"), "■ Refused", _NOT_KNOWN)
        accepted = sentence("● Accepted", self._to_watch())
        page.text(_VERDICT, _RIGHT, xl.IF(check.equals("accepted"), accepted, refused), "verdict")
        after, by_strategy = (
            self._impact.figure(name, orders.AFTER).of_kind("millions")
            for name in ("portfolio excess", "strategy excess")
        )
        left = ("Excess after it: ", after, " under portfolio margin, ", by_strategy)
        page.text(_VERDICT + 1, _RIGHT, sentence(*left, " by strategy."), "verdict_below")
        for sign, mark in SIGNS.items():
            criteria = f'=LEFT({absolute(_VERDICT, _RIGHT)},1)="{sign}"'
            page.marked((_VERDICT, _RIGHT, _VERDICT + 1, _STATE), criteria, mark)

    def _to_watch(self) -> Figure:
        """How many points are to be watched, in words."""
        watched = xl.how_many([xl.LEFT(each, 1).equals("▲") for each in self._states])
        many = sentence(", ", Figure(f"({watched.formula})", f"{watched.value:.0f}", "text"))
        said = xl.IF(
            watched.equals(1.0), ", one point to watch", sentence(many, " points to watch")
        )
        return xl.IF(watched.equals(0.0), "", said)

    def write_what_fits(self) -> None:
        """How many of the order each limit leaves room for, and which one binds first."""
        page, first = self._page, _FITS_ROW + 2
        note = "contracts of this order, all other things equal"
        page.section(_FITS_ROW, "Greatest quantity that still fits", 5, note, _RIGHT)
        kinds = ("text", "money", "quantity", "quantity", BESIDE)
        headings = ("Limit", "Set to", "Greatest", "Left after it", "Binds")
        page.headings(first - 1, headings, kinds, _RIGHT)
        excess, cushion = self._excess, self._cushion
        rows = (
            (sentence("Excess, portfolio margin"), "", excess.figure(1, 5)),
            (sentence("Excess, strategy-based"), "", excess.figure(1, 6)),
            (sentence("Your limit: cushion"), orders.LEAST_CUSHION, cushion.figure(1, 5)),
            (sentence("Your limit: ", self._symbol, ", of the requirement"),
             orders.MOST_OF_REQUIREMENT, excess.figure(1, 13)),
            (sentence("Your limit: ", self._symbol, ", if assigned"), orders.MOST_OF_EQUITY,
             self._most_assigned()),
        )  # fmt: skip
        fits = [xl.number_or_none(figure) for *_, figure in rows]
        last = first + len(rows) - 1
        every = Cells(
            f"{absolute(first, _GREATEST)}:{absolute(last, _GREATEST)}",
            tuple(figure.value for figure in fits),
        )
        for row, (label, limit, _), greatest in zip(
            range(first, last + 1), rows, fits, strict=True
        ):
            page.text(row, _RIGHT, label, "label")
            if limit:
                page.typed(row, _SET_TO, _LIMITS[limit], "share")
            else:
                page.text(row, _SET_TO, "≥ 0", "limit")
            here = xl.at(absolute(row, _GREATEST), greatest)
            left = xl.less(here, self._order.typed("quantity"))
            is_first = xl.AND(xl.ISNUMBER(here), here.equals(xl.MIN(every)))
            binds = xl.IF(is_first, "◀ binds first", "")
            styles, of = ("right", "right", "part"), ("quantity", "quantity", "plain")
            page.row(row, _GREATEST, (greatest, left, binds), styles, of)
        page.text(last + 1, _RIGHT, _SEARCHED, "note")

    def _most_assigned(self) -> Figure:
        """The most contracts whose assignment leaves the underlying within the user's limit."""
        cells, equity = self._order, self._impact.figure("account value", orders.BEFORE)
        room = self._limits[orders.MOST_OF_EQUITY] * equity - orders.held_of(self._held, cells)
        is_put = xl.AND(cells.typed("type").equals("Put"), cells.sign < 0)
        most = xl.MAX(0.0, xl.INT(room / (STANDARD_CONTRACT * cells.typed("strike"))))
        return xl.IFERROR(xl.IF(is_put, most, NONE), NONE)

    def write_chart(self) -> None:
        """The change of both requirements at sizes of the order."""
        page, row = self._page, _RANGES + 2 + 3 * len(_TIMES)
        page.headings(row, ("Quantity", "Portfolio", "Strategy"), ("quantity", "change", "change"))
        for i, (times, impact) in enumerate(zip(_TIMES, self._impacts, strict=True), start=1):
            page.figure(row + i, 0, self._order.times(times), "right", "quantity")
            for column, name in ((1, "portfolio requirement"), (2, "maintenance requirement")):
                change = impact.figure(name, orders.CHANGE)
                page.figure(row + i, column, change, "right", "change")
        series = headed(SHEET, row, {1: PM, 2: ST})
        rows = (row + 1, row + len(_TIMES))
        chart = self._draft.chart_of_bars("column", SHEET, rows, series, gap=50)
        says = "Pairs of columns: change of both requirements at several sizes of the order"
        page.chart(
            _FITS_ROW, 0, chart, "By quantity", says, columns=2, high=20 * (_CHART_ROWS - 2),
            note="$ thousands",
        )  # fmt: skip
