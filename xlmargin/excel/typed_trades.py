"""Trades as they are typed, and what they leave of the positions, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.excel.columns import dates, numbers, wanted_words, words
from xlmargin.excel.contents import Contents
from xlmargin.excel.findings import Findings
from xlmargin.excel.held_contracts import Contract, HeldContracts, held_contracts
from xlmargin.excel.market_range import PRICE
from xlmargin.excel.plain_cells import shown
from xlmargin.excel.positions_range import PositionRows, read_positions
from xlmargin.excel.ranges import RangeTable

TRADE, CLOSE, ROLL = range(3)
_ACTION_CODES: Final = {"trade": TRADE, "close": CLOSE, "roll": ROLL}


@dataclass(frozen=True, eq=False)
class TypedTrades:
    """The trades as they are typed, an entry a row; numbers are NaN where not given.

    `left` is what no row has closed yet of each position held, `priced` the first row and price of
    each contract that positions do not hold.
    """

    table: RangeTable
    rows: PositionRows
    action: IntArray
    fee: FloatArray
    to_expiration: FloatArray
    to_strike: FloatArray
    to_price: FloatArray
    held: HeldContracts
    findings: Findings
    left: FloatArray
    priced: dict[Contract, tuple[int, float]] = field(default_factory=dict)

    @property
    def turns(self) -> list[int]:
        """The rows in the order in which they take from what is held."""
        closes, unstated = self.action != TRADE, np.isnan(self.rows.quantity)
        ungrouped = np.array([not name for name in self.rows.group], dtype=bool)
        turns: list[int] = np.lexsort((ungrouped, unstated, closes)).tolist()
        return turns

    def may_close(self, index: int, contract: list[int], account: str) -> list[int]:
        """Those of the positions on a contract that one row may close.

        They are the account's own, and in the group that the row names.
        """
        group, held = self.rows.group[index], self.held.rows
        return [
            h
            for h in contract
            if held.account[h] == account
            and group in ("", held.group[h])
            and not held.contracts.is_cash[h]
        ]

    def take(self, rows: list[int], quantity: float) -> None:
        """Take from what is left of these positions what a signed quantity traded closes."""
        for h in rows:
            if self.left[h] * quantity < 0:
                closed = np.sign(quantity) * min(abs(quantity), abs(self.left[h]))
                self.left[h] += closed
                quantity -= closed

    def error(self, index: int, column: str, wanted: str) -> None:
        """Something in one cell that refuses the trades."""
        found = shown(self.table.cell(column, index))
        self.findings.error(self.table.name, self.table.rows[index], column, found, wanted)


def typed_trades(table: RangeTable, contents: Contents, findings: Findings) -> TypedTrades:
    """The columns of the trades; what is wrong with those of positions is found later."""
    fee = numbers(table, "fee", findings)
    findings.errors_where(fee < 0, table, "fee", "a fee of 0 or more")
    to_strike = numbers(table, "to_strike", findings)
    to_price = numbers(table, "to_price", findings)
    findings.errors_where(to_strike <= 0, table, "to_strike", "a strike above 0")
    findings.errors_where(to_price <= 0, table, "to_price", PRICE)
    action = words(table, "action", _ACTION_CODES, wanted_words([*_ACTION_CODES]), findings)
    held = held_contracts(read_positions(contents.positions[0], Findings()))
    return TypedTrades(
        table,
        read_positions(table, Findings()),
        np.where(action < 0, TRADE, action),
        fee,
        dates(table, "to_expiration", findings),
        to_strike,
        to_price,
        held,
        findings,
        held.rows.quantity.copy(),
    )
