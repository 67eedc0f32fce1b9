"""An order in a column of cells: what is typed of it, and the range of trades made of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import AnswerValue, text_of, to_value
from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.workbooks.formulas_sheet import NONE
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.live_formulas import FormulaArgument, range_on
from xlmargin.workbooks.market_lookup import is_index, price_of
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.sentences import Figure, rounded
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

    @property
    def sign(self) -> int:
        """1 where it is bought, -1 where it is sold."""
        return -1 if self.quantity < 0 else 1

    @property
    def units(self) -> float:
        """Units of a contract, or 1 of stock."""
        return 1.0 if self.type == "stock" else STANDARD_CONTRACT

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
    def sign(self) -> str:
        """A formula for 1 where it is bought, and -1 where it is sold."""
        return f'IF(LEFT({self.at("action")},4)="Sell",-1,1)'

    @property
    def is_stock(self) -> str:
        """A formula for whether it is of stock."""
        return f'{self.at("type")}="Stock"'

    @property
    def is_there(self) -> str:
        """A formula for whether there is an order at all."""
        return f'{self.at("symbol")}<>""'

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
        value = max(1.0, rounded(times * abs(self.order.quantity), 0))
        return Figure(f"MAX(1,ROUND({times:g}*{self.at('quantity')},0))", value, "count")

    def range(self, page: Page, row: int, times: float = 1.0) -> FormulaArgument:
        """The order at so many times its quantity as a range of trades, at this row and the next.

        Blank where there is no order.
        """
        order, size = self.order, self.times(times)
        fee = order.fee * times if isinstance(order.fee, float) else ""
        of_option = f'IF({self.is_stock},"",{{}})'
        cells: list[tuple[str, AnswerValue, str]] = [
            (self.at("symbol"), order.symbol, "text"),
            (f"LOWER({self.at('type')})", order.type, "text"),
            (f"{self.sign}*{size.formula}", order.sign * float(size.value), "quantity"),
            (of_option.format(self.at("strike")), order.strike, "price"),
            (of_option.format(self.at("expiration")), order.expiration, "date"),
            (self.at("price"), order.price, "price"),
            (f"{times:g}*{self.at('fee')}", fee, "price"),
            (f'IF({self.account.formula}="","",{self.account.formula})', self.account.value,
             "text"),
            (self.share.formula, self.share.value, "share"),
        ]  # fmt: skip
        known = bool(order.symbol)
        for column, (heading, (formula, value, kind)) in enumerate(
            zip(HEADINGS, cells, strict=True)
        ):
            page.text(row, column, heading.replace("_", " ").capitalize(), "text_heading")
            shown = f'IF({self.is_there},{formula},"")'
            page.formula(row + 1, column, shown, value if known else "", "body", kind)
        values = [value if known else "" for _, value, _ in cells]
        return range_on(f"'{self.sheet}'", row, 0, [HEADINGS, values])

    @property
    def premium(self) -> Figure:
        """What it takes in (> 0) or costs, the fee paid, $; none where there is no order."""
        order, at = self.order, self.at
        units = f"IF({self.is_stock},1,{STANDARD_CONTRACT:.0f})"
        paid = f"-{self.sign}*{at('quantity')}*{units}*{at('price')}-{at('fee')}"
        value: AnswerValue = NONE
        if isinstance(order.price, float):
            value = -order.quantity * order.units * order.price - float(order.fee or 0.0)
        return Figure(f'IF({self.is_there},{paid},"{NONE}")', value)

    def spot(self, tables: InputTables) -> Figure:
        """The price of the underlying, from the market."""
        return price_of(tables, self.at("symbol"), self.order.symbol)

    def assigned(self, tables: InputTables) -> Figure:
        """Cash at the strike of every contract where shares are delivered; none of an index."""
        order, at = self.order, self.at
        formula, is_one = is_index(tables, at("symbol"), order.symbol)
        flow = f"{self.sign}*{at('quantity')}*{STANDARD_CONTRACT:.0f}*{at('strike')}"
        by_right = f'IF({at("type")}="Put",{flow},IF({at("type")}="Call",-{flow},"{NONE}"))'
        value: AnswerValue = NONE
        if not is_one and order.type in ("call", "put") and isinstance(order.strike, float):
            sign = 1 if order.type == "put" else -1
            value = sign * order.quantity * STANDARD_CONTRACT * order.strike
        return Figure(f'IFERROR(IF({formula},"{NONE}",{by_right}),"{NONE}")', value)

    def out_of_the_money(self, tables: InputTables) -> Figure:
        """How far the market is from the strike, of its price; below 0, in the money."""
        order, spot = self.order, self.spot(tables)
        away = f"({spot.formula}-{self.at('strike')})/{spot.formula}"
        kind = self.at("type")
        formula = f'IF({kind}="Put",{away},IF({kind}="Call",-{away},"{NONE}"))'
        value: AnswerValue = NONE
        if isinstance(spot.value, float) and isinstance(order.strike, float):
            value = (spot.value - order.strike) * (1 if order.type == "put" else -1) / spot.value
        return Figure(f'IFERROR({formula},"{NONE}")', value)


def choice_of_account(page: Page, row: int, column: int, accounts: Sequence[str]) -> Figure:
    """The account of orders as an input, chosen from those there are; the first at first."""
    name = accounts[0] if accounts else ""
    page.text(row, 0, "Account", "label")
    page.choice(row, column, name, [each for each in accounts if each])
    page.reaches(row)
    return Figure(absolute(row, column), name, "text")
