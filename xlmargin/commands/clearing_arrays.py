"""Positions beside the clearing house's arrays: each finds its contract's row, by contract.

What the file's numbers are of, a unit or a contract, is the user's word; where the file itself says
otherwise it is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from xlmargin.book import codes
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.reading import read_table
from xlmargin.cells.values import Cells, shown
from xlmargin.cells.words import POSITIONS
from xlmargin.contracts import Contract, InstrumentKind
from xlmargin.errors import InputError
from xlmargin.excel.orders import contract_of
from xlmargin.excel.placing import resolved
from xlmargin.excel.positions_reader import PositionRows, read_positions
from xlmargin.importers.clearing_house import (
    POINTS,
    ArrayFile,
    ArrayRow,
)
from xlmargin.known_instruments import PublishedGroups
from xlmargin.portfolio_margin import GroupsOfClasses, OfficialMargin, official_margin
from xlmargin.risk_array.valuation_points import point_names
from xlmargin.rulebook import PortfolioRules


class Per(StrEnum):
    """What the file's gains, losses and minimums are of."""

    UNIT = "unit"
    CONTRACT = "contract"


_A_CENT: Final = 0.01
_MOST_APART: Final = 5.0
"""How many times the rule's own minimum a stated one may be, or the other way round."""


@dataclass(frozen=True)
class _Held:
    """A position that is no cash, and its contract's row."""

    index: int
    quantity: float
    multiplier: float
    row: ArrayRow

    def basis(self, per: Per) -> float:
        """Units that the numbers of the row are of."""
        return self.multiplier if per is Per.CONTRACT else 1.0

    def scale(self, per: Per) -> float:
        """What the numbers of the row are multiplied by to be of the position."""
        return self.quantity * self.multiplier / self.basis(per)


def read_official(
    positions: Cells, arrays: ArrayFile, per: Per, groups: PublishedGroups, rules: PortfolioRules
) -> OfficialMargin:
    """The positions margined with the file's arrays; refused with every row that has none."""
    log = ProblemLog()
    table = read_table(positions, "positions", POSITIONS, log)
    rows = resolved(read_positions(table, log), np.nan, (), log)
    held = [] if log.errors else _held(rows, arrays, log)
    for each in held:
        _check_basis(each, per, arrays.name, rules, log)
    classes = [each.row.class_group for each in held]
    direction = _direction(arrays, classes, log)
    if log.errors:
        raise InputError(log.errors)
    gains = np.array([np.multiply(each.row.values, each.scale(per)) for each in held])
    account, accounts = codes([rows.account[each.index] for each in held])
    return official_margin(
        point_names(POINTS // 2) if direction else tuple(f"point {i + 1}" for i in range(POINTS)),
        gains.reshape(-1, POINTS)[:, :: direction or 1],
        np.array([_minimum(each, per, rules) for each in held]),
        account,
        accounts,
        classes,
        GroupsOfClasses(
            {**arrays.product_of, **groups.product_of},
            groups.portfolio_groups_with_offset,
            groups.product_offset,
            groups.portfolio_offset,
        ),
    )


def _held(rows: PositionRows, arrays: ArrayFile, log: ProblemLog) -> list[_Held]:
    """The positions but cash, each with its row; one without a row is a problem."""
    held = []
    for i in np.flatnonzero(~rows.is_cash).tolist():
        contract = _contract(rows, i)
        try:
            row = arrays.row(contract)
        except InputError as error:
            log.add(error.problems)
            continue
        found = shown(rows.table.cell("symbol", i))
        if row is not None and row.class_group:
            held.append(_Held(i, float(rows.quantity[i]), float(rows.multiplier[i]), row))
        else:
            wanted = f"a contract that has a row and a class group in {arrays.name}"
            log.error(rows.table.name, int(rows.table.rows[i]), "symbol", found, wanted)
    return held


def _contract(rows: PositionRows, i: int) -> Contract:
    contract = contract_of(rows, i)
    if contract.kind == InstrumentKind.STOCK:
        return contract
    return contract._replace(root=contract.root.replace(".", ""))


def _check_basis(each: _Held, per: Per, file: str, rules: PortfolioRules, log: ProblemLog) -> None:
    """Refuse numbers that cannot be of what the user says that they are of."""
    row, basis = each.row, each.basis(per)
    wanted = f"numbers of one {per}; look at a row and say which with --per"
    if min(row.values) < -(row.price + _A_CENT) * basis:
        found = f"a loss of {-min(row.values):,.2f} at a price of {row.price:,.2f}"
        log.error(file, row.row, "points", found, wanted)
    usual = rules.contract_minimums.contract_minimum * basis
    is_option = row.contract.kind is not InstrumentKind.STOCK
    if is_option and not np.isnan(row.minimum) and not _near(row.minimum, usual):
        found = f"{row.minimum:g} where the rule has {usual:g}"
        log.error(file, row.row, "minimum", found, wanted)
    if is_option and not np.isnan(row.multiplier) and row.multiplier != each.multiplier:
        found = f"a multiplier of {row.multiplier:g}"
        log.error(file, row.row, "multiplier", found, f"{each.multiplier:g}, as held")


def _near(minimum: float, usual: float) -> bool:
    return usual / _MOST_APART <= minimum <= usual * _MOST_APART


def _direction(arrays: ArrayFile, classes: list[str], log: ProblemLog) -> int:
    """1 where the file's points go from the lowest price up, -1 the other way, 0 if not known.

    Shares gain as their price rises; inverse funds do not, so that most of the shares decide.
    """
    turns = 0
    for row in arrays.shares_of(set(classes)):
        steps = np.sign(np.diff(row.values))
        if steps.any() and abs(steps.sum()) < len(steps):
            wanted = "values of shares that rise or fall from each point to the next"
            log.error(arrays.name, row.row, "points", row.contract.root, wanted)
        turns += int(np.sign(steps.sum()))
    return int(np.sign(turns))


def _minimum(each: _Held, per: Per, rules: PortfolioRules) -> float:
    """The position's minimum, $: the file's, or else the rule's; a long one within its value."""
    units = abs(each.quantity * each.multiplier)
    stated = each.row.minimum * abs(each.scale(per))
    is_option = each.row.contract.kind is not InstrumentKind.STOCK
    least = rules.contract_minimums
    minimum = least.contract_minimum * units * is_option if np.isnan(stated) else stated
    if least.long_contract_minimum_cap and each.quantity > 0:
        return float(np.fmin(minimum, units * each.row.price))
    return float(minimum)
