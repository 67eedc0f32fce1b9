"""An order in a column of cells: what is typed of it, and the range of trades made of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import AnswerValue, text_of, to_value
from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.workbooks.figures import IF, IFERROR, LEFT, LOWER, MAX, ROUND
from xlmargin.workbooks.formulas_sheet import NONE
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.live_formulas import FormulaArgument, range_on
from xlmargin.workbooks.market_lookup import is_index, price_of
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.sentences import Figure
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
    return sorted(found, key=lambda o: (o.quantity > 0, is_index(tables, "", o.symbol)[1]))


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
        return IF(LEFT(self.typed("action"), 4).equals("Sell"), -1.0, 1.0)

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
        return MAX(1.0, ROUND(times * self.typed("quantity"), 0)).of_kind("count")

    def range(self, page: Page, row: int, times: float = 1.0) -> FormulaArgument:
        """The order at so many times its quantity as a range of trades, at this row and the next.

        Blank where there is no order.
        """
        typed, values = self.typed, []
        cells = [
            (typed("symbol"), "text"),
            (LOWER(typed("type")), "text"),
            (self.sign * self.times(times), "quantity"),
            (IF(self.is_stock, "", typed("strike")), "price"),
            (IF(self.is_stock, "", typed("expiration")), "date"),
            (typed("price"), "price"),
            (times * typed("fee"), "price"),
            (IF(self.account.equals(""), "", self.account), "text"),
            (self.share, "share"),
        ]
        for column, (heading, (figure, kind)) in enumerate(zip(HEADINGS, cells, strict=True)):
            page.text(row, column, heading.replace("_", " ").capitalize(), "text_heading")
            shown = IF(self.is_there, figure, "")
            page.figure(row + 1, column, shown, "body", kind)
            values.append(shown.value)
        return range_on(f"'{self.sheet}'", row, 0, [HEADINGS, values])

    @property
    def premium(self) -> Figure:
        """What it takes in (> 0) or costs, the fee paid, $; none where there is no order."""
        units = IF(self.is_stock, 1.0, STANDARD_CONTRACT)
        paid = -self.sign * self.typed("quantity") * units * self.typed("price") - self.typed("fee")
        return IF(self.is_there, paid, NONE)

    def spot(self, tables: InputTables) -> Figure:
        """The price of the underlying, from the market."""
        return price_of(tables, self.at("symbol"), self.order.symbol)

    def assigned(self, tables: InputTables) -> Figure:
        """Cash at the strike of every contract where shares are delivered; none of an index."""
        in_cash = Figure(*is_index(tables, self.at("symbol"), self.order.symbol))
        flow = self.sign * self.typed("quantity") * STANDARD_CONTRACT * self.typed("strike")
        return IFERROR(IF(in_cash, NONE, self._by_right(flow)), NONE).of_kind("dollars")

    def _by_right(self, of_put: Figure) -> Figure:
        """A figure of a put, of a call the opposite; of stock none."""
        kind = self.typed("type")
        return IF(kind.equals("Put"), of_put, IF(kind.equals("Call"), -of_put, NONE))

    def out_of_the_money(self, tables: InputTables) -> Figure:
        """How far the market is from the strike, of its price; below 0, in the money."""
        spot = self.spot(tables)
        return IFERROR(self._by_right((spot - self.typed("strike")) / spot), NONE)


def choice_of_account(page: Page, row: int, column: int, accounts: Sequence[str]) -> Figure:
    """The account of orders as an input, chosen from those there are; the first at first."""
    name = accounts[0] if accounts else ""
    page.text(row, 0, "Account", "label")
    page.choice(row, column, name, [each for each in accounts if each])
    page.reaches(row)
    return Figure(absolute(row, column), name, "text")
