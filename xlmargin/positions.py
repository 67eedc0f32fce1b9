"""Positions: signed quantities of instruments, held as columns so that any number is one array."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.dates import date_of
from xlmargin.instruments import InstrumentKind

NO_UNDERLYING = -1
"""What the `underlying` column holds for cash."""


@dataclass(frozen=True, eq=False)
class Positions:
    """One entry a position, in the order of the user's rows; all columns have shape (positions,).

    `quantity` is in contracts, shares, or dollars of cash: long > 0, short < 0. `underlying` is an
    index into the market's underlyings. Strike and expiration (a serial day) are NaN for what is
    not an option; mark, cost ($ per unit) and volatility are NaN where not given. `account` and
    `group` are indexes into `accounts` and `groups`; a group of -1 is none.
    """

    symbol: tuple[str, ...]
    row: IntArray
    kind: IntArray
    quantity: FloatArray
    multiplier: FloatArray
    underlying: IntArray
    strike: FloatArray
    expiration: FloatArray
    american: BoolArray
    mark: FloatArray
    cost: FloatArray
    volatility: FloatArray
    account: IntArray
    accounts: tuple[str, ...]
    group: IntArray
    groups: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.symbol)

    def only(self, chosen: IntArray) -> Positions:
        """Some of the positions, by index; accounts and groups keep their numbers."""
        columns = {
            field.name: getattr(self, field.name)[chosen]
            for field in fields(self)
            if isinstance(getattr(self, field.name), np.ndarray)
        }
        symbols = tuple(self.symbol[i] for i in chosen)
        return replace(self, symbol=symbols, **columns)

    @cached_property
    def units(self) -> FloatArray:
        """Units of the underlying, signed: quantity times multiplier."""
        return self.quantity * self.multiplier

    @cached_property
    def is_option(self) -> BoolArray:
        """Which positions are calls or puts."""
        return np.isin(self.kind, (InstrumentKind.CALL, InstrumentKind.PUT))

    @cached_property
    def is_stock(self) -> BoolArray:
        """Which positions are shares of a stock, fund or note."""
        return np.equal(self.kind, InstrumentKind.STOCK)

    @cached_property
    def is_cash(self) -> BoolArray:
        """Which positions are cash."""
        return np.equal(self.kind, InstrumentKind.CASH)

    def label(self, index: int) -> str:
        """Name of one position for a reader: "-5 XYZ 18 Dec 2026 500 call"."""
        quantity, symbol = f"{self.quantity[index]:+,.10g}", self.symbol[index].upper()
        if not self.is_option[index]:
            return f"{quantity} {symbol}"
        kind = InstrumentKind(int(self.kind[index])).word
        return f"{quantity} {symbol} {self.contract(index)} {kind}"

    def contract(self, index: int) -> str:
        """Expiration and strike of one option: "18 Dec 2026 500"."""
        day = date_of(float(self.expiration[index]))
        return f"{day.day} {day:%b %Y} {self.strike[index]:.10g}"


def codes(names: list[str]) -> tuple[IntArray, tuple[str, ...]]:
    """Each name as an index into the distinct names, which come in order of appearance."""
    distinct = tuple(dict.fromkeys(names))
    index = {name: i for i, name in enumerate(distinct)}
    return np.array([index[name] for name in names], dtype=np.int64), distinct
