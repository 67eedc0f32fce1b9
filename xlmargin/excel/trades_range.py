"""The trades range: what is bought, sold, closed or rolled, beside the positions that are held.

Each row becomes one signed trade, a roll two: what it closes and what it opens. All rows are traded
at once, whatever their order: what a row closes is counted against what the others leave, plain
trades first, then stated quantities, then all that is left; in each, rows that name a group first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from xlmargin.book import Book
from xlmargin.errors import InputError
from xlmargin.excel.cells import NOTHING, read, read_book
from xlmargin.excel.columns import DATE
from xlmargin.excel.contents import Contents, Today, read_contents
from xlmargin.excel.findings import Findings
from xlmargin.excel.headings import TRADES
from xlmargin.excel.held_contracts import (
    Contract,
    Row,
    complete_account,
    complete_contract,
    contract_of,
    row_of,
    table_of,
)
from xlmargin.excel.market_range import PRICE
from xlmargin.excel.plain_cells import Cells
from xlmargin.excel.ranges import RangeTable, read_range
from xlmargin.excel.typed_trades import ROLL, TRADE, TypedTrades, typed_trades
from xlmargin.instruments import InstrumentKind
from xlmargin.what_if import Trades

RANGE: Final = "trades"
_OF_A_ROLL: Final = ("to_expiration", "to_strike", "to_price")


def read_trades(
    positions: Cells,
    trades: Cells,
    market: Cells = None,
    settings: Cells = None,
    dividends: Cells = None,
    *,
    today: Today | None = None,
) -> tuple[Book, Trades]:
    """The book in the ranges, and the trades beside it; refused with every error found.

    Headings without rows below them are no trades.
    """
    held = read_book(positions, market, settings, dividends, today=today)
    contents = read_contents({"positions": positions}, market, settings, dividends, today)
    findings = Findings()
    table = read_range(trades, RANGE, TRADES, findings)
    if not table.given:
        findings.error(RANGE, 0, "", NOTHING, "a range with headings in its first row")
    rows, fee = _completed(table, contents, findings)
    if findings.errors:
        raise InputError(findings.errors)
    if not rows:
        nothing = np.array([], dtype=np.int64)
        return held, Trades(held.only(nothing), np.array([]))
    both = replace(contents, positions=(*contents.positions, table_of(table, rows)))
    return held, Trades(read(both).accepted()[1], np.array(fee))


def _completed(
    table: RangeTable, contents: Contents, findings: Findings
) -> tuple[list[tuple[int, Row]], list[float]]:
    """The trades as rows of positions, each with its row number, and the fee of each."""
    typed = typed_trades(table, contents, findings)
    done = {i: list(_legs(typed, i)) for i in typed.turns}
    rows, fees = [], []
    for i, number in enumerate(table.rows):
        for leg, row in enumerate(done[i]):
            rows.append((number, row))
            fees.append(0.0 if leg else float(np.nan_to_num(typed.fee[i])))
    return rows, fees


def _legs(typed: TypedTrades, i: int) -> Iterator[Row]:
    """What one row of trades does: a trade, or what a roll closes and what it opens."""
    row, rows, held = row_of(typed.table, i), typed.rows, typed.held
    place = (RANGE, typed.table.rows[i])
    account = complete_account(row, rows.account[i], place, held, typed.findings)
    stated = np.nan if row["multiplier"] is None else float(rows.multiplier[i])
    contract = contract_of(rows, i)
    own = held.rows_on(contract, stated)
    mine = typed.may_close(i, own, account)
    if typed.action[i] == TRADE:
        typed.take(mine, float(rows.quantity[i]))
    else:
        _close(typed, i, row, mine)
    if own:
        complete_contract(row, float(rows.price[i]), own, place, held, typed.findings)
    else:
        _refuse_two_marks(typed, i, contract, "price", float(rows.price[i]))
    if typed.action[i] == ROLL:
        yield from _rolled(typed, i, row, own)
    else:
        for column in _OF_A_ROLL:
            if typed.table.cell(column, i) is not None:
                typed.error(i, column, "nothing: only a roll has one")
        yield row


def _close(typed: TypedTrades, i: int, row: Row, mine: list[int]) -> None:
    """Fill in the quantity that closes what the account holds: all of it, or as much as stated.

    `mine` are the positions that the row may close.
    """
    whole, left = float(typed.held.rows.quantity[mine].sum()), float(typed.left[mine].sum())
    if not whole:
        typed.error(i, "symbol", "shares or contracts that the account holds")
        return
    asked = abs(typed.rows.quantity[i])
    if np.isnan(asked):
        if row["quantity"] is not None:
            return
        asked = abs(left)
    if asked > abs(left) or not left:
        typed.error(i, "quantity", f"at most {abs(left):,.10g}, left of the {whole:+,.10g} held")
        return
    quantity = float(-np.sign(left) * asked)
    row["quantity"], row["side"] = quantity, None
    typed.take(mine, quantity)


def _rolled(typed: TypedTrades, i: int, row: Row, own: list[int]) -> Iterator[Row]:
    """What a roll closes, and the same quantity of what it opens."""
    yield row
    rows, held = typed.rows, typed.held
    if not rows.contracts.is_option[i]:
        typed.error(i, "action", "trade or close: options alone are rolled")
        return
    if np.isnan(typed.to_expiration[i]):
        typed.error(i, "to_expiration", DATE)
        return
    price, to = float(typed.to_price[i]), _to(typed, i)
    opened = _opened(typed, i, row, to)
    opened["group"] = row["group"] or (held.rows.table.cell("group", own[0]) if own else None)
    if known := held.rows_on(to, np.nan):
        place = (RANGE, typed.table.rows[i])
        complete_contract(opened, price, known, place, held, typed.findings)
    elif np.isnan(price):
        typed.error(i, "to_price", f"{PRICE}: the positions do not hold what is opened")
    else:
        _refuse_two_marks(typed, i, to, "to_price", price)
    yield opened


def _to(typed: TypedTrades, i: int) -> Contract:
    """The contract that a roll opens; its strike is the old one unless another is stated."""
    old, strike = contract_of(typed.rows, i), float(typed.to_strike[i])
    expires_on = float(typed.to_expiration[i] // 1)
    return old._replace(strike=old.strike if np.isnan(strike) else strike, expires_on=expires_on)


def _opened(typed: TypedTrades, i: int, row: Row, to: Contract) -> Row:
    """What a roll opens as a row of positions: the quantity closed, of another contract."""
    closing, price = row["quantity"], float(typed.to_price[i])
    return {
        **row,
        "symbol": to.symbol,
        "type": InstrumentKind(to.kind).word,
        "quantity": -closing if isinstance(closing, float) else closing,
        "strike": to.strike,
        "expiration": float(typed.to_expiration[i]),
        "price": None if np.isnan(price) else price,
        "cost": None,
        "volatility": None,
    }


def _refuse_two_marks(
    typed: TypedTrades, i: int, contract: Contract, column: str, price: float
) -> None:
    """An option that positions do not hold has one mark, however often it is traded."""
    if np.isnan(price) or not typed.rows.contracts.is_option[i]:
        return
    row, first = typed.priced.setdefault(contract, (typed.table.rows[i], price))
    if price != first:
        wanted = f"{first:.10g}, the mark in row {row}; what it is traded at stands in cost"
        typed.error(i, column, wanted)
