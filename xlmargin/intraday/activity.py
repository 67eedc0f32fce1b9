"""What accounts did: trades, what was paid or moved in and out, and options that ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.book import Book


class Act(IntEnum):
    """What a transaction is."""

    TRADE = 0
    """Something bought or sold."""
    MOVED = 1
    """Cash or securities deposited or withdrawn: nothing is paid for them."""
    EXPIRED = 2
    """Options that end: exercised or not, they are held no more."""


@dataclass(frozen=True, eq=False)
class Activity:
    """Transactions in the order of the user's rows; arrays of shape (transactions,).

    `traded` has an entry a transaction, in the market of the holdings: bought or moved in > 0, sold
    or moved out < 0; of what has expired the number, > 0, whichever side is held. The mark of an
    option is its market price where `marked` says that the row gives one, else the trade price.
    `act` is an `Act`. `day` is a serial day, `time` the fraction of it that has passed, NaN
    throughout where no row says it. `price`, $ per unit, is what was traded at, or what expired
    options settle at; NaN where nothing is. `fee` is in $, 0 or more. `order` is the name of the
    order that a transaction is part of, "" where none is given.
    """

    traded: Book
    act: IntArray
    marked: BoolArray
    day: FloatArray
    time: FloatArray
    price: FloatArray
    fee: FloatArray
    order: tuple[str, ...]

    @property
    def cash(self) -> FloatArray:
        """What each transaction adds to the cash of its account, $; expirations but their fee."""
        traded = self.traded.positions
        paid = np.where(self.act == Act.TRADE, -traded.units * np.nan_to_num(self.price), 0.0)
        return np.where(traded.is_cash, traded.quantity, paid) - self.fee
