"""The contracts that positions hold, as rows of another range are told about them.

A contract has one mark, the positions': a row elsewhere that leaves its price out takes it, and a
price that such a row gives is what the contract is traded at.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from xlmargin.excel.findings import Findings
from xlmargin.excel.headings import POSITIONS
from xlmargin.excel.plain_cells import PlainCell, shown
from xlmargin.excel.positions_range import PositionRows
from xlmargin.excel.ranges import RangeTable

Row = dict[str, PlainCell]
"""The cells of one row by heading."""

HEADINGS: Final = tuple(POSITIONS.synonyms)
_TERMS: Final = ("underlying", "multiplier", "style", "settlement", "deliverable")
_MOST_NAMED: Final = 5


class Contract(NamedTuple):
    """What two rows have in common that are on the same contract."""

    symbol: str
    kind: int
    strike: float
    expires_on: float


def contract_of(rows: PositionRows, index: int) -> Contract:
    """The contract of one row; 0 for a strike or an expiration that it has not."""
    contracts = rows.contracts
    strike, expiration = np.nan_to_num([contracts.strike[index], contracts.expiration[index]])
    return Contract(
        contracts.symbol[index], int(contracts.kind[index]), float(strike), float(expiration // 1)
    )


@dataclass(frozen=True, eq=False)
class HeldContracts:
    """The rows of the positions by contract, and their accounts."""

    rows: PositionRows
    of: dict[Contract, list[int]]
    accounts: tuple[str, ...]

    def rows_on(self, contract: Contract, multiplier: float) -> list[int]:
        """The rows on a contract; with this multiplier, unless it is NaN."""
        own = self.of.get(contract, [])
        return [i for i in own if np.isnan(multiplier) or self.rows.multiplier[i] == multiplier]


def held_contracts(rows: PositionRows) -> HeldContracts:
    """The contracts of a positions range."""
    of: dict[Contract, list[int]] = defaultdict(list)
    for i in range(len(rows)):
        of[contract_of(rows, i)].append(i)
    return HeldContracts(rows, dict(of), tuple(dict.fromkeys(rows.account)))


def row_of(table: RangeTable, index: int) -> Row:
    """The cells of one row under the headings of positions."""
    return {heading: table.cell(heading, index) for heading in HEADINGS}


def table_of(table: RangeTable, rows: list[tuple[int, Row]]) -> RangeTable:
    """A positions range made of rows, each with the number that it is known by."""
    columns = tuple(tuple(row[heading] for _, row in rows) for heading in HEADINGS)
    numbers = tuple(number for number, _ in rows)
    return RangeTable(table.name, numbers, HEADINGS, columns, table.unknown, table.heading_row)


def complete_account(
    row: Row, account: str, place: tuple[str, int], held: HeldContracts, findings: Findings
) -> str:
    """The account of a row: as stated, or else the only one; answers it, and fills it in."""
    if not account and len(held.accounts) == 1:
        account = held.accounts[0]
    elif account not in held.accounts or not account:
        listed = ", ".join(name or "(none)" for name in held.accounts[:_MOST_NAMED])
        more = ", ..." if len(held.accounts) > _MOST_NAMED else ""
        wanted = f"an account of the positions: {listed}{more}"
        findings.error(*place, "account", shown(row["account"]), wanted)
    row["account"] = account or None
    return account


def complete_contract(
    row: Row,
    price: float,
    own: list[int],
    place: tuple[str, int],
    held: HeldContracts,
    findings: Findings,
) -> None:
    """Fill in what the positions say of a contract: its terms, its mark and its volatility.

    `price` is the row's own, NaN where it has none; it becomes the trade price unless the row
    states one. An option with another mark beside its trade price, or with another volatility,
    contradicts the positions; shares are valued at the market's price.
    """
    first, table = own[0], held.rows.table
    for heading in _TERMS:
        row[heading] = table.cell(heading, first) if row[heading] is None else row[heading]
    is_option = bool(held.rows.contracts.is_option[first])
    if is_option:
        row["expiration"] = float(held.rows.contracts.expiration[first])
    says = f"as the positions say in row {table.rows[first]}"
    mark, volatility = table.cell("price", first), table.cell("volatility", first)
    if price >= 0 and row["cost"] is not None:
        if is_option and price != held.rows.price[first]:
            findings.error(*place, "price", shown(price), f"{shown(mark)}, {says}; cost may differ")
    elif price >= 0 or row["price"] is None:
        row["cost"] = price if price >= 0 else row["cost"]
        row["price"] = mark
    if row["volatility"] not in (None, volatility):
        findings.error(
            *place, "volatility", shown(row["volatility"]), f"{shown(volatility)}, {says}"
        )
    row["volatility"] = volatility
