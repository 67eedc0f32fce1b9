"""What accounts did, and everything that is held or traded: each contract once, at one price."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.book import NO_GROUP, Book, Positions
from xlmargin.errors import InputError
from xlmargin.intraday.levels import parts_of


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


@dataclass(frozen=True, eq=False)
class ActivityContracts:
    """The distinct contracts of holdings and activity.

    `book` has an entry a contract; quantities and accounts in it mean nothing. `part`, shape
    (contracts,), numbers the parts of an account that are margined apart. `held` and `traded` give
    the contract of each position and of each transaction, by index.
    """

    book: Book
    part: IntArray
    held: IntArray
    traded: IntArray


def contracts_of(held: Book, activity: Activity) -> ActivityContracts:
    """The distinct contracts, and where holdings and transactions find their own.

    An option has the price that the holdings give it, else its latest market price in the
    activity, else its latest trade price. Refused where the holdings give it two prices, where
    stock is held long and short at once, and where pairings are forced: what a trade then closes
    is not said.
    """
    count = len(held.positions)
    both = held.positions.joined(activity.traded.positions)
    rows = _of_nobody(both)
    contract = rows.contracts.series
    _refuse_forced_pairings(held.positions)
    _refuse_boxes(held.positions, contract[:count])
    _refuse_two_prices(held.positions, contract[:count])
    distinct = rows.only(_deciding_rows(contract, count, activity))
    part = parts_of(replace(held, positions=both), distinct)
    book = replace(held, positions=distinct)
    return ActivityContracts(book, part, contract[:count], contract[count:])


def _of_nobody(both: Positions) -> Positions:
    """The rows of holdings and activity as those of one account, pairings free."""
    nobody = np.zeros_like(both.account)
    return replace(both, account=nobody, accounts=("",), group=nobody + NO_GROUP, groups=())


def _deciding_rows(contract: IntArray, held_rows: int, activity: Activity) -> IntArray:
    """A row that gives each contract its price: one that is held, else the latest traded."""
    deciding = np.zeros(len(np.unique(contract)), dtype=np.int64)
    says = activity.marked | (activity.act == Act.TRADE)
    latest_last = np.lexsort((np.nan_to_num(activity.time), activity.day, activity.marked, says))
    for row in [*(held_rows + latest_last).tolist(), *range(held_rows)]:
        deciding[contract[row]] = row
    return deciding


def _refuse_forced_pairings(held: Positions) -> None:
    for i in np.flatnonzero(held.group >= 0)[:1].tolist():
        wanted = "no group: pairings are free while positions change"
        raise _refused(held, i, "group", repr(held.groups[held.group[i]]), wanted)


def _refuse_boxes(held: Positions, contract: IntArray) -> None:
    """Refuse stock of an account that is long in one row and short in another."""
    first: dict[tuple[int, int], int] = {}
    for i in np.flatnonzero(held.is_stock).tolist():
        other = first.setdefault((int(held.account[i]), int(contract[i])), i)
        if held.quantity[i] * held.quantity[other] < 0:
            found = f"{held.label(i)}, held the other way in {held.rows([other])}"
            raise _refused(held, i, "quantity", found, "the net position")


def _refuse_two_prices(held: Positions, contract: IntArray) -> None:
    """Refuse an option that two rows price differently."""
    first: dict[int, int] = {}
    for i in np.flatnonzero(held.is_option).tolist():
        other = first.setdefault(int(contract[i]), i)
        for column, values in (("price", held.mark), ("volatility", held.volatility)):
            if not np.array_equal(values[i], values[other], equal_nan=True):
                found = f"{values[i]:.10g} for {held.label(i)}".replace("nan", "nothing")
                wanted = f"one {column} for a contract, as in {held.rows([other])}"
                raise _refused(held, i, column, found, wanted)


def _refused(held: Positions, i: int, column: str, found: str, wanted: str) -> InputError:
    return InputError([held.problem(i, column, found, wanted)])
