"""One order before it is sent: whether it is accepted, the account after it, and how many fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import text_of, to_value
from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.workbooks.draft import Draft, axis, labels, no_axis
from xlmargin.workbooks.formulas_sheet import FIRST_ROW, NONE, Placed
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.live_formulas import Argument, Call, Value, literal
from xlmargin.workbooks.look import PM, ST
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.sentences import Figure, rounded, sentence, written_day
from xlmargin.workbooks.xlsx_writer import xl_range_abs, xl_rowcol_to_cell

SHEET: Final = "What-if"
TRADES: Final = "Trades"
_WIDTHS: Final = (154, 120, 26, 190, 110, 110, 110, 140)
_RIGHT: Final = 3
_BEFORE, _CHANGE, _AFTER, _STATE = range(_RIGHT + 1, _RIGHT + 5)
_FIRST: Final = 5
ACCOUNT, ACTION, SYMBOL, TYPE, QUANTITY, STRIKE, EXPIRATION, PRICE, FEE = range(_FIRST, _FIRST + 9)
"""Rows of the order."""
_OF_ORDER: Final = FEE + 1
_FITS_ROW: Final = 21
_CHART_ROWS: Final = 12
_RANGES: Final = _FITS_ROW + _CHART_ROWS + 2
_VERDICT: Final = 4
_TABLE: Final = 7
_HEADINGS: Final = (
    "symbol", "type", "quantity", "strike", "expiration", "price", "fee", "account",
)  # fmt: skip
_ACTIONS: Final = ("Buy to open", "Sell to open", "Buy to close", "Sell to close")
_TIMES: Final = (0.5, 1.0, 2.0, 4.0)
"""Sizes of the order in the chart, in times of it."""
_CUSHION, _PART = 0.8, 0.25
"""The user's own limits at first: the least cushion, the most of equity in one underlying."""
_MOST_ROWS: Final = 500


def refused_for(tables: InputTables) -> str:
    """Why there is no order to begin with, "" where there is one."""
    return "" if _order_of(tables) else f"{SHEET}: no plain trade of an option"


@dataclass(frozen=True)
class _Order:
    """The order as it is at first; a quantity below 0 is sold."""

    symbol: str
    type: str
    quantity: float
    strike: float
    expiration: float
    price: float
    fee: float


def _order_of(tables: InputTables) -> _Order | None:
    """The first option on a stock sold by the trades, else the first option."""
    trades, found = tables.more[TRADES], []
    for row in trades.rows[1:]:
        cells = dict(zip(trades.columns, row, strict=True))
        kind, action = (text_of(to_value(cells.get(n))).lower() for n in ("type", "action"))
        numbers = [cells.get(n) for n in ("quantity", "strike", "expiration", "price", "fee")]
        quantity, strike, expiration, price, fee = (
            n if isinstance(n, float) else 0.0 for n in numbers
        )
        is_plain = kind in ("call", "put") and action in ("", "trade")
        if is_plain and quantity and strike and expiration and price:
            symbol = text_of(to_value(cells.get("symbol")))
            found.append(_Order(symbol, kind, quantity, strike, expiration, price, fee))
    return min(found, key=lambda o: (o.quantity > 0, _is_index(tables, o.symbol)), default=None)


def _is_index(tables: InputTables, symbol: str) -> bool:
    """Whether the market says that a symbol is an index, whose options settle in cash."""
    market = tables.market
    if not {"symbol", "class"} <= set(market.columns):
        return False
    by, of = (market.columns.index(name) for name in ("symbol", "class"))
    return any(
        text_of(to_value(row[by])) == symbol and "index" in text_of(to_value(row[of])).lower()
        for row in market.rows[1:]
    )


def _cell(row: int, column: int) -> str:
    cell: str = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
    return cell


def _told(row: int) -> str:
    """The cell of an input of the order."""
    return _cell(row, 1)


def write_ticket_page(draft: Draft) -> None:
    """The order, the verdict, the account before and after, and how many fit."""
    order = _order_of(draft.tables)
    assert order
    page = draft.page(SHEET, "output")
    page.columns(_WIDTHS, ["text", "plain"])
    ticket = _Ticket(draft, page, order)
    page.title(
        "What-if: one order", ticket.message(),
        "Blue cells are the order. Before and after are those of its account; nothing is sent to "
        "a market.",
    )  # fmt: skip
    ticket.order()
    ticket.table()
    ticket.verdict()
    ticket.fits()
    ticket.chart()
    page.sheet.freeze_panes(3, 0)
    page.prints(len(_WIDTHS), draft.stamp, last_row=_FITS_ROW + _CHART_ROWS)
    page.protect()


class _Ticket:
    """The order's cells, the answers about it, and the rows of the table."""

    def __init__(self, draft: Draft, page: Page, order: _Order) -> None:
        self._draft, self._page, self._order = draft, page, order
        self._account = draft.book.positions.accounts[0]
        self._sold = order.quantity < 0
        self._size = abs(order.quantity)
        page.section(_RANGES, "What the functions are asked", len(_WIDTHS), "not printed")
        ranges = [self._range(i, times) for i, times in enumerate(_TIMES)]
        self._one = ranges[_TIMES.index(1.0)]
        self._impacts = [self._impact(each) for each in ranges]
        self._of_one = self._impacts[_TIMES.index(1.0)]
        _, *others = draft.tables.arguments
        book = (draft.tables.arguments[0], self._one, *others)
        place = draft.formulas.placed
        kinds = ["text", "text", "quantity", "text", *["quantity"] * 3, "text", *["money"] * 3]
        limits = [literal(0.0), Argument(f"'{SHEET}'!{self._limit(2)}", _CUSHION)]
        self._capacity = [
            place(Call("MARGIN_CAPACITY", (*book, leave)), kinds, "plain") for leave in limits
        ]
        self._contract = place(
            Call("PM_CONTRACTS", (self._one, *others)),
            ["text", "text", "price", "date", "quantity"], "plain",
        )  # fmt: skip
        greeks = ["text", "money", "money", "percent"]
        self._own = place(Call("PM_GREEKS", (self._one, *others)), greeks, "plain")
        self._held = draft.placed("PM_GREEKS", numbers=greeks)
        self._rows: dict[int, tuple[Figure, Figure]] = {}

    @property
    def _sign(self) -> str:
        return f'IF(LEFT({_told(ACTION)},4)="Sell",-1,1)'

    def _range(self, i: int, times: float) -> Argument:
        """The order at so many times its quantity, as a range of trades."""
        page, order, row = self._page, self._order, _RANGES + 1 + 3 * i
        for column, heading in enumerate(_HEADINGS):
            page.text(row, column, heading.capitalize(), "text_heading")
        size = self._times(times)
        option = f'{_told(TYPE)}="Stock"'
        fee = order.fee * times
        cells: list[tuple[str, Value, str]] = [
            (_told(SYMBOL), order.symbol, "text"),
            (f"LOWER({_told(TYPE)})", order.type, "text"),
            (f"{self._sign}*{size.formula}", (-1 if self._sold else 1) * float(size.value),
             "quantity"),
            (f'IF({option},"",{_told(STRIKE)})', order.strike, "price"),
            (f'IF({option},"",{_told(EXPIRATION)})', order.expiration, "date"),
            (_told(PRICE), order.price, "price"),
            (f"{times:g}*{_told(FEE)}", fee, "price"),
            (f'IF({_told(ACCOUNT)}="","",{_told(ACCOUNT)})', self._account, "text"),
        ]  # fmt: skip
        for column, (formula, value, kind) in enumerate(cells):
            page.formula(row + 1, column, formula, value, "body", kind)
        reach = xl_range_abs(row, 0, row + 1, len(_HEADINGS) - 1)
        rows = [list(_HEADINGS), [value for _, value, _ in cells]]
        return Argument(f"'{SHEET}'!{reach}", rows)

    def _times(self, times: float) -> Figure:
        value = max(1.0, rounded(times * self._size, 0))
        return Figure(f"MAX(1,ROUND({times:g}*{_told(QUANTITY)},0))", value, "count")

    def _impact(self, orders: Argument) -> Placed:
        positions, *others = self._draft.tables.arguments
        kinds = ["words", "money", "money", "money", "text"]
        call = Call("MARGIN_WHATIF", (positions, orders, *others))
        return self._draft.formulas.placed(call, kinds, "plain")

    def _found(self, impact: Placed, figure: str, column: int) -> Figure:
        """A figure of the order's account: before (1), after (2) or the change (3)."""
        names, accounts, cells = (impact.cells_below_heading(c, _MOST_ROWS) for c in (0, 4, column))
        whose = f'IF(COUNTIF({accounts},{_told(ACCOUNT)})>0,{_told(ACCOUNT)},"total")'
        known = {row[4] for row in impact.rows}
        own = self._account if self._account in known else "total"
        rows = f'({names}="{figure}")*({accounts}={whose})*(ROW({names})-{FIRST_ROW + 1})'
        value = next(row[column] for row in impact.rows if row[0] == figure and row[4] == own)
        return Figure(impact.unless_refused(f"INDEX({cells},SUMPRODUCT({rows}))"), value)

    def order(self) -> None:
        """The inputs, and what follows from them."""
        page, order = self._page, self._order
        page.section(_VERDICT, "Order", 2)
        action = _ACTIONS[1] if self._sold else _ACTIONS[0]
        for row, label, value, kind in (
            (ACCOUNT, "Account", self._account, "text"), (ACTION, "Action", action, "text"),
            (SYMBOL, "Symbol", order.symbol, "text"),
            (TYPE, "Type", order.type.capitalize(), "text"),
            (QUANTITY, "Quantity", self._size, "quantity"),
            (STRIKE, "Strike", order.strike, "price"),
            (EXPIRATION, "Expiration", order.expiration, "date"),
            (PRICE, "Price", order.price, "price"), (FEE, "Fee", order.fee, "price"),
        ):  # fmt: skip
            page.text(row, 0, label, "label")
            shown = page.look("choice", kind)
            if isinstance(value, str):
                page.sheet.write_string(row, 1, value, shown)
            else:
                page.sheet.write_number(row, 1, value, shown)
        names = [name for name in self._draft.book.positions.accounts if name]
        for row, words in ((ACTION, _ACTIONS), (TYPE, ("Stock", "Call", "Put")), (ACCOUNT, names)):
            if words:
                page.sheet.data_validation(
                    row, 1, row, 1, {"validate": "list", "source": list(words)}
                )
        page.sheet.data_validation(
            QUANTITY, 1, QUANTITY, 1,
            {"validate": "decimal", "criteria": ">", "value": 0, "error_title": "Quantity",
             "error_message": "More than 0: the action says which way."},
        )  # fmt: skip
        page.blank(_OF_ORDER, 0, 1, "group")
        page.text(_OF_ORDER, 0, "Of the order", "group")
        for row, (said, figure, kind) in enumerate(self._of_order(), start=_OF_ORDER + 1):
            if isinstance(said, str):
                page.text(row, 0, said, "label")
            else:
                page.formula(row, 0, *said, "label", "plain")
            page.formula(row, 1, figure.formula, figure.value, "right", kind)

    @property
    def _units(self) -> str:
        return f'IF({_told(TYPE)}="Stock",1,{STANDARD_CONTRACT:.0f})'

    def _of_order(self) -> list[tuple[str | tuple[str, Value], Figure, str]]:
        """What the order takes in or costs, and how far from its strike the market is."""
        order, spot = self._order, self._spot()
        worth = -order.quantity * STANDARD_CONTRACT * order.price - order.fee
        paid = f"-{self._sign}*{_told(QUANTITY)}*{self._units}*{_told(PRICE)}-{_told(FEE)}"
        put = order.type == "put"
        out = (float(spot.value) - order.strike) * (1 if put else -1) / float(spot.value)
        away = f"({spot.formula}-{_told(STRIKE)})/{spot.formula}"
        delta = self._contract.formula(1, 13)
        held = self._contract.value(1, 13)
        units = f"{self._sign}*{_told(QUANTITY)}*{STANDARD_CONTRACT:.0f}"
        at = self._assigned()
        return [
            ("Premium less fee", Figure(paid, worth), "money"),
            ("Cash if all are assigned", at, "money"),
            (
                sentence("Price of ", Figure(_told(SYMBOL), order.symbol, "text")), spot, "price",
            ),
            (
                "Out of the money",
                Figure(
                    f'IFERROR(IF({_told(TYPE)}="Put",{away},IF({_told(TYPE)}="Call",-{away},'
                    f'"{NONE}")),"{NONE}")', out,
                ), "percent",
            ),
            (
                "Delta of the order, shares",
                Figure(
                    f'IF(ISNUMBER({delta}),{units}*{delta},"{NONE}")',
                    order.quantity * STANDARD_CONTRACT * float(held),
                ), "quantity",
            ),
        ]  # fmt: skip

    def _spot(self) -> Figure:
        """The price of the underlying, from the market."""
        market, symbol = self._draft.tables.market, self._order.symbol
        by, of = (market.columns.index(name) + 1 for name in ("symbol", "price"))
        cells = "Market[[#All]]"
        formula = f"INDEX({cells},MATCH({_told(SYMBOL)},INDEX({cells},0,{by}),0),{of})"
        found = (row[of - 1] for row in market.rows[1:] if row[by - 1] == symbol)
        value = next(found, None)
        return Figure(f'IFERROR({formula},"{NONE}")', value if isinstance(value, float) else NONE)

    def _assigned(self) -> Figure:
        """Cash at the strike of every contract where shares are delivered; none of an index."""
        order, market = self._order, self._draft.tables.market
        index = "FALSE"
        if "class" in market.columns:
            by, of = (market.columns.index(name) + 1 for name in ("symbol", "class"))
            cells = "Market[[#All]]"
            place = f"MATCH({_told(SYMBOL)},INDEX({cells},0,{by}),0)"
            index = f'ISNUMBER(SEARCH("index",INDEX({cells},{place},{of})))'
        flow = f"{self._sign}*{_told(QUANTITY)}*{STANDARD_CONTRACT:.0f}*{_told(STRIKE)}"
        paid = f'IF({_told(TYPE)}="Put",{flow},IF({_told(TYPE)}="Call",-{flow},"{NONE}"))'
        formula = f'IFERROR(IF({index},"{NONE}",{paid}),"{NONE}")'
        if _is_index(self._draft.tables, order.symbol):
            return Figure(formula, NONE)
        sign = 1 if order.type == "put" else -1
        return Figure(formula, sign * order.quantity * STANDARD_CONTRACT * order.strike)

    def message(self) -> tuple[str, Value]:
        """The order in words, and what it does."""
        order = self._order
        change = self._found(self._of_one, "portfolio requirement", 3)
        after = self._found(self._of_one, "portfolio excess", 2)
        rises = f'IF({change.formula}<0,"falls by ","rises by ")'
        plural = f'IF({_told(QUANTITY)}=1,"","s")'
        stock = f'{_told(TYPE)}="Stock"'
        day = written_day(_told(EXPIRATION), order.expiration)
        strike = sentence(Figure(_told(STRIKE), order.strike, "count"))
        terms = sentence(day, " ", Figure(strike[0], strike[1], "text"), " ")
        action = _ACTIONS[1] if self._sold else _ACTIONS[0]
        price = sentence(Figure(_told(PRICE), order.price, "price"))
        return sentence(
            Figure(_told(ACTION), action, "text"), " ",
            Figure(_told(QUANTITY), self._size, "count"), " ",
            Figure(_told(SYMBOL), order.symbol, "text"), " ",
            Figure(f'IF({stock},"",{terms[0]})', terms[1], "text"),
            Figure(f'IF({stock},"share",LOWER({_told(TYPE)}))', order.type, "text"),
            Figure(plural, "" if self._size == 1 else "s", "text"), " at ",
            Figure(price[0], price[1], "text"), ": the requirement ",
            Figure(rises, "falls by " if float(change.value) < 0 else "rises by ", "text"),
            Figure(f"ABS({change.formula})", abs(float(change.value))),
            ", excess is ", Figure(after.formula, after.value, "millions"), ".",
        )  # fmt: skip

    def _lines(self) -> list[_Line]:
        """Rows of the table: groups, and figures before and after."""
        equity, pm, excess, maintenance, by_strategy, reg_t = (
            (self._found(self._of_one, figure, 1), self._found(self._of_one, figure, 2))
            for figure in (
                "account value", "portfolio requirement", "portfolio excess",
                "maintenance requirement", "strategy excess", "Reg T excess",
            )
        )  # fmt: skip
        symbol = Figure(_told(SYMBOL), self._order.symbol, "text")
        exposure, value = self._of_underlying(2), self._of_underlying(1)
        exposed = self._own.formula(1, 2)
        own = Figure(f"IF(ISNUMBER({exposed}),{exposed},0)", float(self._own.value(1, 2)))
        assigned = self._assigned()
        taken = Figure(
            f"IF(ISNUMBER({assigned.formula}),-({assigned.formula}),0)",
            -assigned.value if isinstance(assigned.value, float) else 0.0,
        )
        after = (exposure, _sum(exposure, own)), (value, _sum(value, taken))
        return [
            _Line("Equity", "money", equity),
            _Line("Portfolio margin"),
            _Line("Requirement", "money", pm),
            _Line("Excess", "money", excess, _LESS, "0", "■ Act"),
            _Line("Cushion; change in points", "percent", _parts(excess, equity), _LESS,
                  self._limit(2), "▲ Watch", _CUSHION),
            _Line("Strategy-based, for comparison"),
            _Line("Maintenance", "money", maintenance),
            _Line("Excess", "money", by_strategy, _LESS, "0", "▲ Watch"),
            _Line("Reg T excess", "money", reg_t, _LESS, "0", "▲ Watch"),
            _Line("Concentration, of equity"),
            _Line(sentence(symbol, ", exposure"), "percent", _parts(after[0], equity)),
            _Line(sentence(symbol, ", if all are assigned"), "percent",
                  _parts(after[1], equity), ">", self._limit(3), "▲ Watch", _PART),
        ]  # fmt: skip

    def _limit(self, row: int) -> str:
        """The cell of a limit of one's own."""
        return _cell(_FITS_ROW + 2 + row, _RIGHT + 1)

    def _of_underlying(self, column: int) -> Figure:
        """Market value (1) or exposure (2) of what the account holds in the underlying, or 0."""
        names, cells = (self._held.cells_below_heading(c, _MOST_ROWS) for c in (0, column))
        symbol = _told(SYMBOL)
        alone = f"IFERROR(INDEX({cells},MATCH({symbol},{names},0)),0)"
        labelled = f'MATCH({_told(ACCOUNT)}&": "&{symbol},{names},0)'
        own = (self._order.symbol, f"{self._account}: {self._order.symbol}")
        value = next((row[column] for row in self._held.rows if row[0] in own), 0.0)
        formula = self._held.unless_refused(f"IFERROR(INDEX({cells},{labelled}),{alone})")
        return Figure(formula, value)

    def table(self) -> None:
        """The account before and after the order, and the change."""
        page = self._page
        for column, heading in enumerate(("$", "Before", "Change", "After", "State"), _RIGHT):
            style = "text_heading" if column == _RIGHT else "heading"
            page.text(_TABLE, column, heading, "after_heading" if column == _STATE else style)
        self._states: list[Figure] = []
        for row, line in enumerate(self._lines(), start=_TABLE + 1):
            if line.figures is None:
                page.blank(row, _RIGHT, _STATE, "group")
                page.text(row, _RIGHT, str(line.label), "group")
                continue
            if isinstance(line.label, str):
                page.text(row, _RIGHT, line.label, "part" if row > _TABLE + 1 else "label")
            else:
                page.formula(row, _RIGHT, *line.label, "part", "plain")
            before, after = (_cell(row, column) for column in (_BEFORE, _AFTER))
            digits = 6 if line.kind == "percent" else 2
            values = []
            for column, figure in zip((_BEFORE, _AFTER), line.figures, strict=True):
                known = isinstance(figure.value, float)
                values.append(rounded(float(figure.value), digits) if known else NONE)
                formula = (
                    f'IF(ISNUMBER({figure.formula}),ROUND({figure.formula},{digits}),"{NONE}")'
                )
                page.formula(row, column, f'IFERROR({formula},"{NONE}")', values[-1], "right",
                             line.kind)  # fmt: skip
            points = line.kind == "percent"
            change: Value = NONE
            if all(isinstance(value, float) for value in values):
                change = (float(values[1]) - float(values[0])) * (100 if points else 1)
            less = f"({after}-{before}){'*100' if points else ''}"
            page.formula(row, _CHANGE, f'IFERROR({less},"{NONE}")', change, "right",
                         "points" if points else "change")  # fmt: skip
            page.blank(row, _STATE, _STATE, "state")
            if line.test:
                state = line.state(after, values[1])
                self._states.append(Figure(_cell(row, _STATE), state.value))
                page.formula(row, _STATE, state.formula, state.value, "state", "plain")
        page.states((_TABLE + 1, _STATE, _TABLE + len(self._lines()), _STATE))

    def verdict(self) -> None:
        """Whether the account's regime accepts the order, and how many points are to be watched."""
        page = self._page
        watched = "+".join(f'(LEFT({each.formula},1)="▲")' for each in self._states)
        points = sum(str(each.value).startswith("▲") for each in self._states)
        checks = [
            [self._found(self._of_one, f"pre-trade check, {name}", column) for column in (1, 2)]
            for name in ("portfolio margin", "strategy-based")
        ]
        own, value = '"unknown"', "unknown"
        for regime, answer in reversed(checks):
            own = f'IF(LEFT({regime.formula},3)="the",{answer.formula},{own})'
            value = str(answer.value) if str(regime.value).startswith("the") else value
        page.formula(_CHECKED, _RIGHT, own, value, "note", "plain")
        check = _cell(_CHECKED, _RIGHT)
        many = f'", "&({watched})&" points to watch"'
        said = f'IF({watched}=0,"",IF({watched}=1,", one point to watch",{many}))'
        words = (
            ["", ", one point to watch"][points] if points < 2 else f", {points} points to watch"
        )
        formula = (
            f'IF({check}="accepted","● Accepted"&{said},IF({check}="refused","■ Refused",'
            f'"▲ Not known: see the page Check"))'
        )
        found = {"accepted": f"● Accepted{words}", "refused": "■ Refused"}.get(
            value, "▲ Not known: see the page Check"
        )
        for row in (_VERDICT, _VERDICT + 1):
            page.blank(row, _RIGHT, _STATE, "verdict" if row == _VERDICT else "verdict_below")
        page.height(_VERDICT, 26)
        page.formula(_VERDICT, _RIGHT, formula, found, "verdict", "plain")
        after, by_strategy = (
            Figure(each.formula, each.value, "millions")
            for each in (
                self._found(self._of_one, "portfolio excess", 2),
                self._found(self._of_one, "strategy excess", 2),
            )
        )
        page.formula(
            _VERDICT + 1, _RIGHT,
            *sentence("Excess after it: ", after, " under portfolio margin, ", by_strategy,
                      " by strategy."), "verdict_below", "plain",
        )  # fmt: skip
        for sign, mark in (("●", "ok"), ("▲", "watch"), ("■", "act")):
            criteria = f'=LEFT({_cell(_VERDICT, _RIGHT)},1)="{sign}"'
            page.marked((_VERDICT, _RIGHT, _VERDICT + 1, _STATE), criteria, mark)

    def fits(self) -> None:
        """How many of the order each limit leaves room for, and which one binds first."""
        page, row = self._page, _FITS_ROW
        note = "contracts of this order, all other things equal"
        page.section(row, "Greatest quantity that still fits", 5, note, _RIGHT)
        page.headings(
            row + 1, ("Limit", "Set to", "Greatest", "Left after it", "Binds"),
            ("text", "text", "quantity", "quantity", "text"), _RIGHT,
        )  # fmt: skip
        page.text(row + 1, _RIGHT + 1, "Set to", "heading")
        page.text(row + 1, _STATE, "Binds", "after_heading")
        excess, cushion = self._capacity
        symbol = Figure(_told(SYMBOL), self._order.symbol, "text")
        rows: list[tuple[str | tuple[str, Value], float | None, Figure]] = [
            ("Excess, portfolio margin", None, _of(excess, 5)),
            ("Excess, strategy-based", None, _of(excess, 6)),
            ("Your limit: cushion", _CUSHION, _of(cushion, 5)),
            (sentence("Your limit: ", symbol, ", if assigned"), _PART, self._most_assigned()),
        ]
        first, last = row + 2, row + 1 + len(rows)
        reach = f"{_cell(first, _CHANGE)}:{_cell(last, _CHANGE)}"
        known = [float(f.value) for _, _, f in rows if isinstance(f.value, float)]
        for i, (label, limit, figure) in enumerate(rows, start=first):
            if isinstance(label, str):
                page.text(i, _RIGHT, label, "label")
            else:
                page.formula(i, _RIGHT, *label, "label", "plain")
            if limit is None:
                page.text(i, _RIGHT + 1, "≥ 0", "limit")
            else:
                page.sheet.write_number(i, _RIGHT + 1, limit, page.look("input", "share"))
            amount = f'IF(ISNUMBER({figure.formula}),{figure.formula},"{NONE}")'
            value: Value = figure.value if isinstance(figure.value, float) else NONE
            page.formula(i, _CHANGE, amount, value, "right", "quantity")
            cell = _cell(i, _CHANGE)
            left: Value = value - self._size if isinstance(value, float) else NONE
            page.formula(
                i, _AFTER, f'IFERROR({cell}-{_told(QUANTITY)},"{NONE}")', left, "right", "quantity"
            )
            binds = isinstance(value, float) and value == min(known)
            page.formula(
                i, _STATE, f'IF(AND(ISNUMBER({cell}),{cell}=MIN({reach})),"◀ binds first","")',
                "◀ binds first" if binds else "", "part", "plain",
            )  # fmt: skip
        page.text(last + 1, _RIGHT, _SEARCHED, "note")

    def _most_assigned(self) -> Figure:
        """The most contracts whose assignment leaves the underlying within the user's limit."""
        equity = self._found(self._of_one, "account value", 1)
        value = self._of_underlying(1)
        unit = f"({STANDARD_CONTRACT:.0f}*{_told(STRIKE)})"
        room = f"{self._limit(3)}*{equity.formula}-{value.formula}"
        formula = (
            f'IF(AND({_told(TYPE)}="Put",{self._sign}<0),MAX(0,INT(({room})/{unit})),"{NONE}")'
        )
        if self._order.type != "put" or not self._sold:
            return Figure(formula, NONE)
        left = _PART * float(equity.value) - float(value.value)
        most = max(0.0, left // (STANDARD_CONTRACT * self._order.strike))
        return Figure(f'IFERROR({formula},"{NONE}")', most)

    def chart(self) -> None:
        """The change of both requirements at sizes of the order."""
        page, row = self._page, _RANGES + 2 + 3 * len(_TIMES)
        for column, heading in enumerate(("Quantity", "Portfolio", "Strategy")):
            page.text(row, column, heading, "heading")
        for i, (times, impact) in enumerate(zip(_TIMES, self._impacts, strict=True), start=1):
            size = self._times(times)
            page.formula(row + i, 0, size.formula, size.value, "right", "quantity")
            for column, name in ((1, "portfolio requirement"), (2, "maintenance requirement")):
                change = self._found(impact, name, 3)
                page.formula(row + i, column, change.formula, change.value, "right", "change")
        chart = self._draft.chart("column", legend=True)
        for column, color in ((1, PM), (2, ST)):
            chart.add_series(
                {
                    "name": [SHEET, row, column],
                    "categories": [SHEET, row + 1, 0, row + len(_TIMES), 0],
                    "values": [SHEET, row + 1, column, row + len(_TIMES), column],
                    "fill": {"color": color},
                    "gap": 50,
                    "overlap": 0,
                    "data_labels": labels("thousands"),
                }
            )
        chart.set_y_axis(no_axis())
        chart.set_x_axis(axis(label_position="low"))
        chart.set_size({"width": page.width(0, 1), "height": 20 * (_CHART_ROWS - 2)})
        says = "Pairs of columns: change of both requirements at several sizes of the order"
        page.chart(_FITS_ROW, 0, chart, "By quantity", says, columns=2, note="$ thousands")


_LESS: Final = "<"
_CHECKED: Final = _RANGES + 1 + 3 * len(_TIMES)
"""Row of what the account's own regime says."""
_SEARCHED: Final = "Under portfolio margin exactly; by strategy where the setting asks for both."


@dataclass(frozen=True)
class _Line:
    """A row of the table; without figures, the title of a group.

    `state` stands where the figure after is less than, or above, a `limit`.
    """

    label: str | tuple[str, Value]
    kind: str = ""
    figures: tuple[Figure, Figure] | None = None
    test: str = ""
    limit: str = ""
    where: str = ""
    least: float = 0.0

    def state(self, cell: str, value: Value) -> Figure:
        """What the figure in a cell is to be called."""
        formula = (
            f'IF(ISNUMBER({cell}),IF({cell}{self.test}{self.limit},"{self.where}","● OK"),"{NONE}")'
        )
        if not isinstance(value, float):
            return Figure(formula, NONE)
        beyond = value < self.least if self.test == _LESS else value > self.least
        return Figure(formula, self.where if beyond else "● OK")


def _of(capacity: Placed, column: int) -> Figure:
    """A figure of the order's greatest quantity."""
    return Figure(capacity.formula(1, column), capacity.value(1, column))


def _sum(first: Figure, second: Figure) -> Figure:
    value = float(first.value) + float(second.value)
    return Figure(f"({first.formula}+{second.formula})", value)


def _parts(over: Sequence[Figure], under: Sequence[Figure]) -> tuple[Figure, Figure]:
    """What figures before and after are of others."""
    before, after = (
        Figure(
            f'IFERROR({a.formula}/({b.formula}),"{NONE}")',
            float(a.value) / float(b.value) if float(b.value) else NONE,
        )
        for a, b in zip(over, under, strict=True)
    )
    return before, after
