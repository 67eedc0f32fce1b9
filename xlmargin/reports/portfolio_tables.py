"""Portfolio margin as tables: risk arrays, groups, stress, path and contributions."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.portfolio_margin import (
    PortfolioMargin,
    Units,
    contribution,
    loss_rule,
    point_label,
    requirement_path,
)
from xlmargin.portfolio_margin.units import NO_PARENT
from xlmargin.reports.table import Table, Value, numbers
from xlmargin.risk_array import stress_grid

SPOT_MOVES: Final = (-0.30, -0.25, -0.20, -0.15, -0.10, -0.05, 0.0, 0.05, 0.10, 0.15, 0.20)
"""Moves of spot that a stress or a path shows where the user names none."""

VOLATILITY_MOVES: Final = (-0.50, -0.25, 0.0, 0.25, 0.50, 1.00)
"""Relative moves of volatility that a stress shows where the user names none."""


class ArrayLevel(StrEnum):
    """How far the rows of a risk array are added up."""

    POSITION = "position"
    CLASS = "class"
    PRODUCT = "product"
    ACCOUNT = "account"


def risk_array_table(margin: PortfolioMargin, level: ArrayLevel) -> Table:
    """Gain (+) or loss (-), $, at the ten valuation points, lowest move first.

    Product groups count gains at their offset rate; a class group outside any product group stands
    for itself. An account is the sum of its positions.
    """
    match level:
        case ArrayLevel.POSITION:
            labels, moves, array = _position_rows(margin)
        case ArrayLevel.CLASS:
            labels, moves, array = _unit_rows(margin, margin.levels[:1])
        case ArrayLevel.PRODUCT:
            labels, moves, array = _unit_rows(margin, margin.levels[:2])
        case ArrayLevel.ACCOUNT:
            labels, moves, array = _account_rows(margin)
    shown = margin.points.shown
    headings, order = _point_headings(moves[:, shown], margin.points.names[shown])
    rows: list[list[Value]] = [
        [label, _range(own), *numbers(gains)]
        for label, own, gains in zip(
            labels, moves[:, shown], array[:, shown][:, order], strict=True
        )
    ]
    return Table((level.value, "range", *headings), rows)


def groups_table(margin: PortfolioMargin) -> Table:
    """A row for each class group, product group and portfolio group of each account.

    A unit's own requirement counts in the account only where it is part of no other unit.
    """
    headings = (
        "level", "group", "part of", "account", "worst point", "worst loss", "minimum",
        "requirement", "binds", "rule",
    )  # fmt: skip
    rows = [
        _group_row(margin, depth, i)
        for depth, units in enumerate(margin.levels)
        for i in range(len(units.names))
    ]
    return Table(headings, rows)


def _group_row(margin: PortfolioMargin, depth: int, unit: int) -> list[Value]:
    units = margin.levels[depth]
    loss, minimum = float(units.worst_loss[unit]), float(units.minimum[unit])
    loss_binds = loss > minimum
    worst = int(units.worst_point[unit])
    parent = int(units.parent[unit])
    return [
        units.level.value,
        units.names[unit],
        "account" if parent == NO_PARENT else margin.levels[depth + 1].names[parent],
        margin.book.positions.accounts[units.account[unit]],
        point_label(margin, units, unit, worst) if loss > 0 else "no loss",
        loss,
        minimum,
        max(loss, minimum),
        "worst loss" if loss_binds else "minimum",
        loss_rule(margin, depth, unit, worst)
        if loss_binds
        else margin.rules.citations["contract_minimum"],
    ]


def stress_table(
    margin: PortfolioMargin, spot_moves: Sequence[float], volatility_moves: Sequence[float]
) -> Table:
    """Gain or loss of all accounts, $: moves of spot down, relative moves of volatility across."""
    spots, volatilities = np.array(spot_moves, dtype=float), np.array(volatility_moves, dtype=float)
    grid = stress_grid(margin.book, margin.contracts, spots, volatilities)
    rows = [[float(spot), *numbers(gains)] for spot, gains in zip(spots, grid, strict=True)]
    return Table(("spot move", *numbers(volatilities)), rows)


def path_table(margin: PortfolioMargin, moves: Sequence[float]) -> Table:
    """After each move of every underlying: account value, requirement, excess, and their ratio.

    The ratio has no value where the account value is not above zero.
    """
    path = requirement_path(margin, np.array(moves, dtype=float))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(path.account_value > 0, path.requirement / path.account_value, np.nan)
    columns = (path.moves, path.account_value, path.requirement, path.excess, ratio)
    rows = [numbers(row) for row in np.column_stack(columns)]
    headings = ("move", "account value", "requirement", "excess", "requirement / account value")
    return Table(headings, rows)


def contribution_table(margin: PortfolioMargin) -> Table:
    """A row for each position: its requirement standalone, at the margin, and its share, $."""
    made = contribution(margin)
    rows: list[list[Value]] = [
        [label, *numbers(row)]
        for label, row in zip(
            _position_labels(margin),
            np.column_stack([made.standalone, made.marginal, made.share]),
            strict=True,
        )
    ]
    return Table(("position", "standalone", "marginal", "share"), rows)


_Rows = tuple[list[str], FloatArray, FloatArray]
"""Labels, own moves and gains of the rows of a risk array."""


def _position_rows(margin: PortfolioMargin) -> _Rows:
    positions = margin.book.positions
    moves = np.full(margin.risk_array.shape, np.nan)
    held = ~positions.is_cash
    moves[held] = margin.points.moves[positions.underlying[held]]
    return _position_labels(margin), moves, margin.risk_array


def _unit_rows(margin: PortfolioMargin, levels: tuple[Units, ...]) -> _Rows:
    """Rows of the highest of these levels, and of lower units that are in none of its units."""
    labels: list[str] = []
    moves, arrays = [], []
    for units in reversed(levels):
        shown = np.ones(len(units.names), dtype=bool)
        if units is not levels[-1]:
            shown = units.parent == NO_PARENT
        at = np.flatnonzero(shown)
        labels += [_with_account(margin, int(units.account[i]), units.names[i]) for i in at]
        moves.append(margin.points.group_moves[units.group[at]])
        arrays.append(units.risk_array[at])
    return labels, np.vstack(moves), np.vstack(arrays)


def _account_rows(margin: PortfolioMargin) -> _Rows:
    positions = margin.book.positions
    array = np.zeros((len(positions.accounts), margin.risk_array.shape[1]))
    np.add.at(array, positions.account, margin.risk_array)
    group_moves = margin.points.group_moves
    common = len(np.unique(group_moves, axis=0)) == 1
    moves = group_moves[:1] if common else np.full((1, group_moves.shape[1]), np.nan)
    labels = [name or "account" for name in positions.accounts]
    return labels, np.repeat(moves, len(labels), axis=0), array


def _position_labels(margin: PortfolioMargin) -> list[str]:
    positions = margin.book.positions
    return [
        _with_account(margin, int(account), positions.label(i))
        for i, account in enumerate(positions.account)
    ]


def _with_account(margin: PortfolioMargin, account: int, label: str) -> str:
    accounts = margin.book.positions.accounts
    return f"{accounts[account]}: {label}" if len(accounts) > 1 else label


def _point_headings(moves: FloatArray, names: tuple[str, ...]) -> tuple[tuple[Value, ...], slice]:
    """Moves as headings where all rows share them, else the names of the points; and their order.

    A book of nothing but inverse funds has the highest move first; it is turned round.
    """
    known = moves[~np.isnan(moves).any(axis=1)]
    if not len(known) or np.any(known != known[0]):
        return names, slice(None)
    order = slice(None, None, -1) if known[0, 0] > known[0, -1] else slice(None)
    return tuple(numbers(np.round(known[0, order], 10))), order


def _range(moves: FloatArray) -> str:
    """The range of the moves as text: "-8% +6%"."""
    if np.isnan(moves).any():
        return ""
    return f"{100 * moves.min():+.4g}% {100 * moves.max():+.4g}%"
