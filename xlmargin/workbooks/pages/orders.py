"""An order in a column of cells: what is typed of it, and the range of trades made of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import AnswerValue, text_of, to_value
from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.blocks import write_range
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.figures import NONE, Figure, constant, grouped, look_up, sentence, state_of
from xlmargin.workbooks.formulas import FIRST_ROW, FormulaArgument, FormulaBlock
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages.position_rows import is_index, price_of
from xlmargin.workbooks.xlsx_writer import absolute

TRADES: Final = "Trades"
INPUTS: Final = (
    ("action", "Action", "text"), ("symbol", "Symbol", "text"), ("type", "Type", "text"),
    ("quantity", "Quantity", "quantity"), ("strike", "Strike", "price"),
    ("expiration", "Expiration", "date"), ("price", "Price", "price"), ("fee", "Fee", "price"),
)  # fmt: skip
"""What is typed of an order: its name here, its label, its kind; from above to below."""
HEADINGS: Final = (
    "symbol", "type", "quantity", "strike", "expiration", "price", "fee", "account", "name_share",
)  # fmt: skip
"""Headings of the range that is made of it."""
_ACTIONS: Final = ("Buy to open", "Sell to open", "Buy to close", "Sell to close")
_CHOICES: Final = {"action": _ACTIONS, "type": ("Stock", "Call", "Put")}


@dataclass(frozen=True)
class Order:
    """An order as it is at first; a quantity below 0 is sold, "" where nothing is typed."""

    symbol: AnswerValue = ""
    type: str = ""
    quantity: float = 0.0
    strike: AnswerValue = ""
    expiration: AnswerValue = ""
    price: AnswerValue = ""
    fee: AnswerValue = ""

    def typed(self, name: str) -> AnswerValue:
        """What stands in the cell of an input, "" where nothing does."""
        if not self.symbol:
            return ""
        cells: dict[str, AnswerValue] = {
            "action": _ACTIONS[1] if self.quantity < 0 else _ACTIONS[0],
            "symbol": self.symbol, "type": self.type.capitalize(), "quantity": abs(self.quantity),
            "strike": self.strike, "expiration": self.expiration, "price": self.price,
            "fee": self.fee,
        }  # fmt: skip
        return cells[name]


def orders_of(tables: InputTables) -> list[Order]:
    """The plain trades, as orders: what is sold on a stock first, then in their order."""
    trades, found = tables.more[TRADES], []
    for row in trades.rows[1:]:
        cells = dict(zip(trades.columns, row, strict=True))
        kind, action = (text_of(to_value(cells.get(n))).lower() for n in ("type", "action"))
        quantity, *others = (cells.get(n) for n in ("quantity", "strike", "expiration", "price"))
        known = others[-1:] if kind == "stock" else others
        numbers = all(isinstance(n, float) and n for n in (quantity, *known))
        if kind in ("stock", "call", "put") and action in ("", "trade") and numbers:
            strike, expiration, price = (n if isinstance(n, float) else "" for n in others)
            fee = cells.get("fee")
            symbol = text_of(to_value(cells.get("symbol")))
            assert isinstance(quantity, float)
            found.append(
                Order(symbol, kind, quantity, strike, expiration, price,
                      fee if isinstance(fee, float) else 0.0)
            )  # fmt: skip
    return sorted(
        found, key=lambda o: (o.quantity > 0, is_index(tables, Figure("", o.symbol)).value)
    )


@dataclass(frozen=True)
class OrderCells:
    """The cells of an order in a column of a sheet from a row on, and of its account.

    `share` is the cell of the most that its name may have of the requirement.
    """

    sheet: str
    first: int
    column: int
    account: Figure
    order: Order
    share: Figure

    def at(self, name: str) -> str:
        """The cell of an input."""
        return absolute(self.first + [n for n, _, _ in INPUTS].index(name), self.column)

    def typed(self, name: str, kind: str = "text") -> Figure:
        """An input as a figure."""
        return Figure(self.at(name), self.order.typed(name), kind)

    @property
    def sign(self) -> Figure:
        """1 where it is bought, and -1 where it is sold."""
        return xl.IF(xl.LEFT(self.typed("action"), 4).equals("Sell"), -1.0, 1.0)

    @property
    def is_stock(self) -> Figure:
        """Whether it is of stock."""
        return self.typed("type").equals("Stock")

    @property
    def is_there(self) -> Figure:
        """Whether there is an order at all."""
        return self.typed("symbol").differs("")

    def write(self, page: Page) -> None:
        """The inputs, each with what may be typed there."""
        for row, (name, _, kind) in enumerate(INPUTS, start=self.first):
            value = self.order.typed(name)
            if name in _CHOICES:
                page.choice(row, self.column, str(value), _CHOICES[name])
            else:
                page.typed(row, self.column, value, kind, "choice")
            if name == "quantity":
                says = "More than 0: the action says which way."
                page.accepts((row, self.column), ">", 0, title="Quantity", says=says)
            page.reaches(row)

    def times(self, times: float) -> Figure:
        """So many times the quantity, in whole contracts or shares, 1 or more."""
        return xl.MAX(1.0, xl.ROUND(times * self.typed("quantity"), 0)).of_kind("count")

    def range(self, page: Page, row: int, times: float = 1.0) -> FormulaArgument:
        """The order at so many times its quantity as a range of trades, at this row and the next.

        Blank where there is no order.
        """
        typed = self.typed
        cells = [
            (typed("symbol"), "text"),
            (xl.LOWER(typed("type")), "text"),
            (self.sign * self.times(times), "quantity"),
            (xl.IF(self.is_stock, "", typed("strike")), "price"),
            (xl.IF(self.is_stock, "", typed("expiration")), "date"),
            (typed("price"), "price"),
            (times * typed("fee"), "price"),
            (xl.IF(self.account.equals(""), "", self.account), "text"),
            (self.share, "share"),
        ]
        shown = [xl.IF(self.is_there, figure, "") for figure, _ in cells]
        return write_range(page, row, 0, HEADINGS, [shown], [kind for _, kind in cells])

    @property
    def premium(self) -> Figure:
        """What it takes in (> 0) or costs, the fee paid, $; none where there is no order."""
        units = xl.IF(self.is_stock, 1.0, STANDARD_CONTRACT)
        paid = -self.sign * self.typed("quantity") * units * self.typed("price") - self.typed("fee")
        return xl.IF(self.is_there, paid, NONE)

    def spot(self, tables: InputTables) -> Figure:
        """The price of the underlying, from the market."""
        return price_of(tables, self.typed("symbol"))

    def assigned(self, tables: InputTables) -> Figure:
        """Cash at the strike of every contract where shares are delivered; none of an index."""
        in_cash = is_index(tables, self.typed("symbol"))
        flow = self.sign * self.typed("quantity") * STANDARD_CONTRACT * self.typed("strike")
        return xl.IFERROR(xl.IF(in_cash, NONE, self._by_right(flow)), NONE).of_kind("dollars")

    def _by_right(self, of_put: Figure) -> Figure:
        """A figure of a put, of a call the opposite; of stock none."""
        kind = self.typed("type")
        return xl.IF(kind.equals("Put"), of_put, xl.IF(kind.equals("Call"), -of_put, NONE))

    def out_of_the_money(self, tables: InputTables) -> Figure:
        """How far the market is from the strike, of its price; below 0, in the money."""
        spot = self.spot(tables)
        return xl.IFERROR(self._by_right((spot - self.typed("strike")) / spot), NONE)


def choice_of_account(page: Page, row: int, column: int, accounts: Sequence[str]) -> Figure:
    """The account of orders as an input, chosen from those there are; the first at first."""
    name = accounts[0] if accounts else ""
    page.text(row, 0, "Account", "label")
    page.choice(row, column, name, [each for each in accounts if each])
    page.reaches(row)
    return Figure(absolute(row, column), name, "text")


BEFORE, AFTER, CHANGE = 1, 2, 3
"""Columns of MARGIN_WHATIF."""
_ACCOUNT: Final = 4
_MOST_ROWS: Final = 500
_OF_NAME: Final = "requirement of class group"
_CHECKS: Final = ("pre-trade check, portfolio margin", "pre-trade check, strategy-based")


@dataclass(frozen=True)
class ImpactCells:
    """MARGIN_WHATIF of an order, and the cell with its account."""

    placed: FormulaBlock
    account: Figure

    def figure(self, name: str, column: int) -> Figure:
        """A figure of the order's account, by how its name begins; none where there is none."""
        names, accounts, cells = (
            self.placed.cells_below_heading(c, _MOST_ROWS) for c in (0, _ACCOUNT, column)
        )
        own, rows = self.account.formula, self.placed.rows
        named_own = xl.exactly(self.account).formula
        whose = f'IF(AND({own}<>"",COUNTIF({accounts},{named_own})>0),{own},"total")'
        named = f'(LEFT({names},{len(name)})="{name}")*({accounts}={whose})'
        at = f"SUMPRODUCT({named}*(ROW({names})-{FIRST_ROW + 1}))"
        known = {row[_ACCOUNT] for row in rows}
        account = self.account.value if self.account.value in known else "total"
        values = (
            row[column] for row in rows
            if str(row[0]).startswith(name) and row[_ACCOUNT] == account
        )  # fmt: skip
        found = f"INDEX({cells},{at})"
        if name == _OF_NAME:
            found = f'IF({at}=0,"{NONE}",{found})'
        return self.placed.or_refusal(Figure(found, next(values, NONE)))

    def verdict(self) -> Figure:
        """What the account's own regime says: accepted, refused, or unknown."""
        own: Figure | str = "unknown"
        for check in reversed(_CHECKS):
            regime, answer = (self.figure(check, column) for column in (BEFORE, AFTER))
            own = xl.IF(xl.LEFT(regime, 3).equals("the"), answer, own)
        return xl.IFERROR(own, "unknown").of_kind("text")


def impact_of(draft: WorkbookBuilder, orders: FormulaArgument, account: Figure) -> ImpactCells:
    """What orders change in an account of the book."""
    kinds = ["words", "money", "money", "money", "text"]
    return ImpactCells(draft.placed("MARGIN_WHATIF", beside=[orders], numbers=kinds), account)


@dataclass(frozen=True)
class ImpactLine:
    """A row: its label, the figure that it shows, or the share of another that this is.

    Without a figure it is the title of a group; `by_name` has the symbol before its label. The
    figure after is in the state `beyond` where it is below a least amount, or above a `limit`.
    """

    label: str
    figure: str = ""
    of: str = ""
    beyond: str = ""
    limit: str = ""
    by_name: bool = False

    @property
    def kind(self) -> str:
        """Money, or the kind of a share."""
        return "percent" if self.of else "money"

    @property
    def digits(self) -> int:
        """Decimals to which it is rounded."""
        return 6 if self.of else 2

    def titled(self, symbol: Figure) -> Figure:
        """The label as a formula, and what it says."""
        return sentence(symbol, self.label) if self.by_name else sentence(self.label)

    def shown(self, figure: Figure) -> Figure:
        """A figure of the row as it is shown, rounded; none where there is none."""
        shown = xl.IF(xl.ISNUMBER(figure), xl.ROUND(figure, self.digits), NONE)
        return xl.IFERROR(shown, NONE).of_kind(self.kind)

    def found(self, impact: ImpactCells, column: int) -> Figure:
        """The figure of the row before or after an order."""
        over = impact.figure(self.figure, column)
        return self.shown(part_of(over, impact.figure(self.of, column)) if self.of else over)

    def change(self, before: Figure, after: Figure) -> Figure:
        """What changes, of a share in points."""
        change = grouped(after - before)
        shown = xl.IFERROR(change * 100 if self.of else change, NONE)
        return shown.of_kind("points" if self.of else "change")

    def state(self, after: Figure, limits: dict[str, Figure]) -> Figure:
        """What the figure after is to be called."""
        limit = limits.get(self.limit, constant(0.0))
        beyond = after > limit if self.limit.startswith("most") else after < limit
        return state_of(xl.ISNUMBER(after), beyond, called=self.beyond)


def part_of(over: Figure, under: Figure) -> Figure:
    """What one figure is of another; none of nothing."""
    return xl.IFERROR(over / grouped(under), NONE).of_kind("percent")


LEAST_CUSHION, MOST_OF_REQUIREMENT, MOST_OF_EQUITY = (
    "least cushion", "most of the requirement", "most of equity",
)  # fmt: skip
"""The user's own limits."""
LINES: Final = (
    ImpactLine("Equity", "account value"),
    ImpactLine("Portfolio margin"),
    ImpactLine("Requirement", "portfolio requirement"),
    ImpactLine("Excess", "portfolio excess", beyond="■ Act"),
    ImpactLine("Cushion; change in points", "portfolio excess", "account value", "▲ Watch",
         LEAST_CUSHION),
    ImpactLine("Strategy-based, for comparison"),
    ImpactLine("Maintenance", "maintenance requirement"),
    ImpactLine("Excess", "strategy excess", beyond="▲ Watch"),
    ImpactLine("Reg T excess", "Reg T excess", beyond="▲ Watch"),
    ImpactLine("Concentration"),
    ImpactLine(", share of the requirement", _OF_NAME, "portfolio requirement", "▲ Watch",
         MOST_OF_REQUIREMENT, by_name=True),
)  # fmt: skip
ASSIGNED: Final = ImpactLine(
    ", if all are assigned: of equity", of="account value", beyond="▲ Watch", limit=MOST_OF_EQUITY,
    by_name=True,
)  # fmt: skip
"""The row that an order alone has: what is held of its name once every contract is assigned."""


def held_of(held: FormulaBlock, order: OrderCells) -> Figure:
    """Market value of the account in the underlying of an order, $, by PM_GREEKS."""
    names, cells = (held.column_of(column, _MOST_ROWS) for column in (0, 1))
    symbol = order.typed("symbol")
    alone = xl.IFERROR(look_up(symbol, names, cells), 0.0)
    label = xl.exactly(sentence(order.account, ": ", symbol))
    labelled = look_up(label, names, cells)
    return held.or_refusal(xl.IFERROR(labelled, alone))


def shares_of_equity(
    held: FormulaBlock, order: OrderCells, impact: ImpactCells, tables: InputTables
) -> tuple[Figure, Figure]:
    """What is held of equity now, and after the order once all are assigned, as ASSIGNED shows."""
    now, cash = held_of(held, order), order.assigned(tables)
    then = grouped(now + xl.IF(xl.ISNUMBER(cash), -grouped(cash), 0.0))
    before, after = (
        ASSIGNED.shown(part_of(figure, impact.figure(ASSIGNED.of, column)))
        for figure, column in ((now, BEFORE), (then, AFTER))
    )
    return before, after
