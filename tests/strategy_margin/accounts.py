"""Books for tests of strategy-based margin, made directly of columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from xlmargin.arrays import FloatArray, Names
from xlmargin.book import Book, Positions
from xlmargin.contracts import Contracts, InstrumentKind
from xlmargin.dates import serial_of
from xlmargin.market import Market, Underlying
from xlmargin.settings import AccountType, Settings

AS_OF = dt.date(2026, 1, 15)


class Row(NamedTuple):
    """One position: stock where there is no strike; `days` until the option expires."""

    kind: str
    quantity: float
    price: float
    strike: float = np.nan
    days: float = np.nan
    symbol: str = "XYZ"
    cost: float = np.nan
    multiplier: float = 100.0
    american: bool = True
    account: str = "A"
    group: str = ""


def book_of(
    rows: Sequence[Row],
    underlyings: Sequence[Underlying],
    *,
    overrides: Mapping[str, float] | None = None,
    account_type: AccountType = AccountType.MARGIN,
    house: str = "rule",
    as_of: dt.date = AS_OF,
    cash: float | None = None,
) -> tuple[Book, FloatArray]:
    """A book and the marks of its positions."""
    market = Market(serial_of(as_of), tuple(underlyings))
    kinds = [InstrumentKind[row.kind.upper()] for row in rows]
    stock = [kind is InstrumentKind.STOCK for kind in kinds]
    account = Names.of([row.account for row in rows])
    names = list(dict.fromkeys(row.group for row in rows if row.group))
    mark = np.array([row.price for row in rows], dtype=float)
    contracts = Contracts(
        root=Names.of([row.symbol for row in rows]),
        kind=np.array(kinds, dtype=np.int64),
        underlying=np.array([market.index_of[row.symbol] for row in rows], dtype=np.int64),
        strike=np.array([row.strike for row in rows], dtype=float),
        expiration=np.array([serial_of(as_of) + row.days for row in rows], dtype=float),
        at_open=np.zeros(len(rows), dtype=bool),
        american=np.array([row.american for row in rows], dtype=bool),
        multiplier=np.array(
            [1.0 if s else row.multiplier for s, row in zip(stock, rows, strict=True)]
        ),
        deliverable=Names.of([""] * len(rows)),
    )
    positions = Positions(
        contracts,
        quantity=np.array([row.quantity for row in rows], dtype=float),
        mark=mark,
        cost=np.array([row.cost for row in rows], dtype=float),
        volatility=np.full(len(rows), np.nan),
        account=account.code,
        accounts=account.words,
        group=np.array([names.index(r.group) if r.group else -1 for r in rows], dtype=np.int64),
        groups=tuple(names),
        row=np.arange(2, len(rows) + 2, dtype=np.int64),
        origin=np.zeros(len(rows), dtype=np.int64),
        origins=("positions",),
    )
    settings = Settings(
        account_type=account_type,
        house=house,
        cash=np.nan if cash is None else cash,
        overrides=dict(overrides or {}),
    )
    return Book(positions, market, settings), mark
