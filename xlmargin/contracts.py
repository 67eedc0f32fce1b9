"""Contracts: what a position is a position in, and the one answer to whether two are the same.

A listed contract is told by its root as well as by its terms: options of two roots (SPX and SPXW,
XYZ and the adjusted XYZ1) on one underlying, of one strike and day, are two series. They settle
apart or deliver something else, and neither closes out the other.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray, Names, numbered_rows
from xlmargin.dates import date_of


class InstrumentKind(IntEnum):
    """Kind of a position's instrument; integers, because positions are held as arrays."""

    STOCK = 0
    """Shares of a stock, fund or note."""
    CALL = 1
    PUT = 2
    CASH = 3

    @property
    def word(self) -> str:
        """The word used in ranges: stock, call, put, cash."""
        return self.name.lower()


_CALL, _PUT = int(InstrumentKind.CALL), int(InstrumentKind.PUT)


def calls_and_puts(kind: IntArray) -> BoolArray:
    """Which of these kinds are options."""
    return np.asarray((kind == _CALL) | (kind == _PUT))


STANDARD_CONTRACT: Final = 100.0
"""Units of an option contract where nothing else is stated."""

PRINCIPAL: Final = 0.01
"""Multiplier of Treasury securities: held by their principal, priced per 100 of it."""


class Style(StrEnum):
    """When an option may be exercised."""

    AMERICAN = "american"
    EUROPEAN = "european"


class Settlement(StrEnum):
    """When the series of an index settles on its day of expiration; shares settle at the close."""

    AM = "am"
    """At the opening, so that it never covers what settles at that day's close."""
    PM = "pm"


NO_UNDERLYING: Final = -1
"""What the `underlying` column holds for cash."""

OPEN_OF_DAY: Final = 9.5 / 24
"""When options settled at the open end, a fraction of their day."""

CLOSE_OF_DAY: Final = 16 / 24
"""When all others do."""

TRADING_HOURS: Final = (OPEN_OF_DAY, 16.25 / 24)
"""Between which options trade, index options to the last, fractions of a day in New York."""


def days_to_end(
    as_of: float | FloatArray, expiration: FloatArray, hour: float | FloatArray = CLOSE_OF_DAY
) -> FloatArray:
    """Days from moments to expirations, serial days, 0 or more; any shapes that broadcast.

    From a moment with an hour an expiration without one ends at `hour`, a fraction of its day. From
    a plain date days are whole, whatever hour an expiration has. NaN where either is.
    """
    day = np.floor(expiration)
    end = np.where(expiration > day, expiration, day + hour)
    end = np.where(np.mod(as_of, 1.0) > 0, end, day)
    return np.asarray(np.maximum(end - as_of, 0.0))


class Contract(NamedTuple):
    """What tells a contract in a list that says no more: root, kind, strike, $, and serial day.

    Shares have neither strike nor day. Settlement, style and multiplier may tell two apart yet.
    """

    root: str
    kind: int = InstrumentKind.STOCK
    strike: float = 0.0
    expires_on: float = 0.0


@dataclass(frozen=True, eq=False)
class Contracts:
    """One entry a position; all columns have shape (positions,).

    `root` is the option root, or the ticker of what is no option. `underlying` is an index into the
    market's underlyings. Strike and expiration (a serial day, with a fraction where an hour is
    stated) are NaN for what is not an option. `at_open` says that an option settles at the open of
    its day. `deliverable` is "" where a contract delivers `multiplier` units of the underlying and
    nothing else, as a standard one does.
    """

    root: Names
    kind: IntArray
    underlying: IntArray
    strike: FloatArray
    expiration: FloatArray
    at_open: BoolArray
    american: BoolArray
    multiplier: FloatArray
    deliverable: Names

    def __len__(self) -> int:
        return len(self.root)

    def only(self, chosen: IntArray) -> Contracts:
        """Some of the contracts, by index."""
        columns: dict[str, Any] = {
            field.name: own.take(chosen) if isinstance(own, Names) else own[chosen]
            for field in fields(self)
            for own in [getattr(self, field.name)]
        }
        return Contracts(**columns)

    def joined(self, other: Contracts) -> Contracts:
        """These contracts and then the others, all in one market."""
        columns: dict[str, Any] = {
            f.name: own.joined(others) if isinstance(own, Names) else np.concatenate([own, others])
            for f in fields(self)
            for own, others in [(getattr(self, f.name), getattr(other, f.name))]
        }
        return Contracts(**columns)

    @cached_property
    def series(self) -> IntArray:
        """Number of each position's contract: equal where contracts are, first appearance first.

        All cash is one.
        """
        columns = (
            self.root.code,
            self.kind,
            self.underlying,
            self.strike,
            self.settles,
            self.american,
            self.multiplier,
            self.deliverable.code,
        )
        if not self.is_cash.any():
            return numbered_rows(columns)[1]
        return numbered_rows([np.where(self.is_cash, np.nan, column) for column in columns])[1]

    @cached_property
    def roots_delivered(self) -> list[str]:
        """Root and deliverable of each contract, as they stand, in a text."""
        return [f"{root} {each}" for root, each in zip(self.root, self.deliverable, strict=True)]

    def name(self, index: int) -> str:
        """Name of one contract for a reader: "XYZ 18 Dec 2026 500 call"."""
        name = self._names.get(index)
        if name is None:
            name = self._names[index] = self._name(index)
        return name

    @cached_property
    def _names(self) -> dict[int, str]:
        return {}

    def _name(self, index: int) -> str:
        symbol = self.root[index].upper()
        if not self.is_option[index]:
            return symbol
        kind = InstrumentKind(int(self.kind[index])).word
        return f"{symbol} {self.day_and_strike(index)} {kind}"

    def day_and_strike(self, index: int) -> str:
        """Expiration and strike of one option: "18 Dec 2026 500"."""
        day = date_of(float(self.expiration[index]))
        return f"{day.day} {day:%b %Y} {self.strike[index]:.10g}"

    def terms(self, index: int) -> tuple[object, ...]:
        """What orders series of one underlying, whatever the order of their rows."""
        return (
            int(self.kind[index]),
            float(self.strike[index]),
            float(self.settles[index]),
            bool(self.american[index]),
            float(self.multiplier[index]),
            self.root[index],
            self.deliverable[index],
        )

    @cached_property
    def settles(self) -> FloatArray:
        """The moment each option ends, a serial day with its hour: the open of a day comes first.

        NaN for what is not an option.
        """
        hour = np.where(self.at_open, OPEN_OF_DAY, CLOSE_OF_DAY)
        return np.asarray(np.floor(self.expiration) + hour)

    def days_left(self, as_of: float) -> FloatArray:
        """Days from a moment, a serial day, to the end of each option; see `days_to_end`."""
        hour = np.where(self.at_open, OPEN_OF_DAY, CLOSE_OF_DAY)
        return days_to_end(as_of, self.expiration, hour)

    def settled(self, as_of: float) -> BoolArray:
        """Which options are cash by this moment, a serial day: settled at the open of its day.

        On a plain date that day's open is past.
        """
        is_today = self.at_open & (np.floor(self.expiration) == np.floor(as_of))
        return np.asarray(is_today & (self.days_left(as_of) == 0))

    @cached_property
    def is_option(self) -> BoolArray:
        """Which are calls or puts."""
        return calls_and_puts(self.kind)

    @cached_property
    def is_stock(self) -> BoolArray:
        """Which are shares of a stock, fund or note."""
        return np.equal(self.kind, InstrumentKind.STOCK)

    @cached_property
    def is_cash(self) -> BoolArray:
        """Which are cash."""
        return np.equal(self.kind, InstrumentKind.CASH)
