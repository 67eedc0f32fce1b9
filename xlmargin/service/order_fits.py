"""How many of an order still fit in an account that is kept, beside what works in a market too."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import Any, Final

from xlmargin.cells.values import Cells
from xlmargin.errors import InputError, MarginError, Problem
from xlmargin.excel.order_effects import order_capacity
from xlmargin.excel.trades import read_sized_orders
from xlmargin.option_symbols import LONGEST_SYMBOL, read_option_symbol
from xlmargin.reports.what_if_tables import capacity_table
from xlmargin.service.account_states import named_rows
from xlmargin.service.snapshot import Snapshot
from xlmargin.service.what_if_answer import ORDERS, refuse_unlisted
from xlmargin.service.working_orders import WORKING, ranges_once_filled
from xlmargin.what_if import Trades

_OF_SYMBOL: Final = (
    "greatest", "greatest_portfolio", "greatest_strategy", "binds", "excess_after_greatest",
    "cash_needed", "proven",
)  # fmt: skip
"""What is told of one symbol, of the columns of MARGIN_CAPACITY."""


def fitting(
    current: Snapshot, account: str, orders: Cells, left: float | None, working: Trades | None
) -> list[dict[str, Any]]:
    """The rows of MARGIN_CAPACITY of orders, each by itself, leaving an excess or a cushion.

    With working orders a row is the lesser of that beside what is held and of that once these are
    filled; `working` says which it is.
    """
    ranges = replace(current.ranges(account), extra={ORDERS: orders})
    sized = read_sized_orders(orders, ranges.reading).accepted()
    refuse_unlisted(sized.one.one.book, ranges.book(), ORDERS)
    now = named_rows(capacity_table(order_capacity(ranges, left)))
    if working is None:
        return now
    filled = replace(ranges_once_filled(current, account, working), extra={ORDERS: orders})
    then = named_rows(capacity_table(order_capacity(filled, left, working)))
    return [
        {**one, WORKING: "open"}
        if one["greatest"] <= other["greatest"]
        else {**other, WORKING: "filled"}
        for one, other in zip(now, then, strict=True)
    ]


def symbol_fits(
    current: Snapshot, account: str, symbol: str, price: float | None, working: Trades | None
) -> dict[str, Any]:
    """How many of a symbol may be bought, and how many sold: shares, or contracts of an option.

    An underlying is meant as a share, and a symbol with expiration, right and strike as that
    option. Without a price a share trades at that of now, and an option at its mark; one that is
    not held needs one.
    """
    if len(symbol) > LONGEST_SYMBOL or not symbol.isprintable():
        raise MarginError("symbol: wanted an underlying, or an option such as XYZ 12/18/26 C500.")
    if price is not None and not (isfinite(price) and price > 0):
        raise MarginError("price: wanted a price above 0.")
    order: dict[str, Any] = {"symbol": symbol, "price": price}
    if read_option_symbol(symbol) is None:
        order["type"] = "stock"
    own = current.accounts[account] or None
    headings = [*order, "account", "side"]
    rows = [[*order.values(), own, side] for side in ("buy", "sell")]
    try:
        found = fitting(current, account, [headings, *rows], None, working)
    except InputError as error:
        raise InputError(_once(error.problems)) from None
    names = (*_OF_SYMBOL, WORKING) if working is not None else _OF_SYMBOL
    buy, sell = ({name: row[name] for name in names} for row in found)
    return {"symbol": symbol, "buy": buy, "sell": sell}


def _once(problems: list[Problem] | tuple[Problem, ...]) -> list[Problem]:
    """What is wrong with the symbol, which stands in two rows."""
    said = {(p.column, p.found, p.wanted): replace(p, range="symbol", row=0) for p in problems}
    return [*said.values()]
