"""What accounts did: trades, deposits and withdrawals, each with its day, price and fee."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.book import Book


@dataclass(frozen=True, eq=False)
class Activity:
    """Transactions in the order of the user's rows; arrays of shape (transactions,).

    `traded` has an entry a transaction, in the market of the holdings: bought > 0, sold < 0, and
    for a deposit (> 0) or withdrawal (< 0) cash. The mark of an option is its market price where
    `marked` says that the row gives one, else the trade price. `day` is a serial day, `time` the
    fraction of it that has passed, NaN throughout where the order is not known. `price`, $ per
    unit, is what was traded at, NaN for cash; `fee` is in $, 0 or more.
    """

    traded: Book
    marked: BoolArray
    day: FloatArray
    time: FloatArray
    price: FloatArray
    fee: FloatArray

    @property
    def is_order_known(self) -> bool:
        """Whether transactions say at which time of the day they were made."""
        return not np.isnan(self.time).any()

    @property
    def cash(self) -> FloatArray:
        """What each transaction adds to the cash of its account, $, signed."""
        traded = self.traded.positions
        of_trade = -traded.units * np.nan_to_num(self.price)
        return np.where(traded.is_cash, traded.quantity, of_trade) - self.fee
