"""Theoretical profits and losses as the clearing house computes them, a row a contract.

Provisional: the text of the headings was not seen, so any table is read whose headings are among
those here. Columns may be in any order; the ten values are those of ten prices of the underlying.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Final

from xlmargin.cells.words import RIGHTS
from xlmargin.contracts import Contract, InstrumentKind
from xlmargin.dates import serial_of
from xlmargin.errors import InputError, MarginError
from xlmargin.importers.brokers.records import Columns, Lines, Record, records
from xlmargin.option_symbols import share_ticker

POINTS: Final = 10
"""Valuation points of a row."""

_POINT_HEADINGS: Final = ("pl {}", "pl{}", "P/L {}", "P&L {}", "profit/loss {}", "point {}")
_COLUMNS: Final[Columns] = {
    "class_group": ("class", "class group", "class grp", "class group id"),
    "product_group": ("group", "product group", "prod grp", "product group id"),
    "symbol": ("symbol", "trading symbol", "root"),
    "expiration": ("expiry", "expiration", "exp date", "expiration date"),
    "right": ("cp", "c/p", "call/put", "put/call"),
    "strike": ("strike", "strike price"),
    "multiplier": ("multiplier", "contract size"),
    "minimum": ("min charge", "minimum charge", "minimum"),
    "price": ("theo price", "theoretical price", "theoretical closing price", "closing price"),
    **{
        f"point {i}": tuple(spelling.format(i) for spelling in _POINT_HEADINGS)
        for i in range(1, POINTS + 1)
    },
}
_NEEDED: Final = ("class_group", "symbol", *(f"point {i}" for i in range(1, POINTS + 1)))


@dataclass(frozen=True)
class ArrayRow:
    """A row of the file: its groups, and its numbers as they stand there.

    `values` are the gains and losses of a long position at the ten points, in the file's order and
    unit, $; `minimum`, `price` and `multiplier` are NaN where the file does not state them.
    """

    row: int
    contract: Contract
    class_group: str
    product_group: str
    values: tuple[float, ...]
    minimum: float
    price: float
    multiplier: float


@dataclass(frozen=True)
class ArrayFile:
    """The records of a file by their contract; futures and rows without a symbol are left aside."""

    name: str
    records: Mapping[Contract, Record]
    product_of: Mapping[str, str]
    """Product group of each class group, where the file states one."""

    def row(self, contract: Contract) -> ArrayRow | None:
        """The row of a contract, None where there is none; refused where it cannot be read."""
        record = self.records.get(contract)
        return _row(record, contract) if record else None

    def shares_of(self, class_groups: Container[str]) -> list[ArrayRow]:
        """The rows of shares and indexes in these class groups."""
        return [
            _row(record, contract)
            for contract, record in self.records.items()
            if contract.kind is InstrumentKind.STOCK and record.text("class_group") in class_groups
        ]


def array_file(lines: Lines, name: str) -> ArrayFile:
    """The records of a file; two rows of one contract are refused."""
    by_contract: dict[Contract, Record] = {}
    product_of: dict[str, str] = {}
    seen = False
    for record in records(lines, _COLUMNS, _NEEDED):
        seen = True
        contract = _contract(record)
        if contract is None:
            continue
        if contract in by_contract:
            first = by_contract[contract].line.row
            raise record.refused("symbol", f"one row for each contract, as row {first}")
        by_contract[contract] = record
        class_group, product = record.text("class_group"), record.text("product_group")
        if product and product_of.setdefault(class_group, product) != product:
            raise record.refused("product_group", f"{product_of[class_group]}, as above")
    if not seen:
        wanted = "headings class, symbol, expiry, cp, strike, pl_1 ... pl_10 and rows below them"
        raise MarginError(f"{name}: found no such headings, wanted {wanted}.")
    return ArrayFile(name, by_contract, product_of)


def _contract(record: Record) -> Contract | None:
    """The contract of a record; None for a future, which has an expiration and no right."""
    symbol, right = share_ticker(record.text("symbol")), record.text("right")
    if not symbol:
        return None
    if not right:
        return None if record.text("expiration") else Contract(symbol)
    kind, expiration = RIGHTS.read(right), record.day("expiration")
    if kind is None:
        raise record.refused("right", "C or P")
    day = serial_of(expiration) if expiration else 0.0
    return Contract(symbol.replace(".", ""), kind, record.number("strike"), day)


def _row(record: Record, contract: Contract) -> ArrayRow:
    values = tuple(record.number(f"point {i}") for i in range(1, POINTS + 1))
    problems = [
        record.problem(f"point {i + 1}", "a number: all ten values are needed")
        for i, value in enumerate(values)
        if value != value
    ]
    if problems:
        raise InputError(problems)
    return ArrayRow(
        record.line.row,
        contract,
        record.text("class_group"),
        record.text("product_group"),
        values,
        record.number("minimum"),
        record.number("price"),
        record.number("multiplier"),
    )
