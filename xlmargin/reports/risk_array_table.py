"""The risk array as a table: by position, class group, product group or account."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, numbered_rows
from xlmargin.cells.values import TableCell, TableRows
from xlmargin.portfolio_margin import NO_PARENT, MarginGroups, PortfolioMargin, margin_at_moves
from xlmargin.reports.table import (
    ReportTable,
    account_labels,
    numbers,
    position_labels,
    with_account,
)


class ArrayLevel(StrEnum):
    """How far the rows of a risk array are added up."""

    POSITION = "position"
    CLASS = "class"
    PRODUCT = "product"
    ACCOUNT = "account"


NOT_ELIGIBLE: Final = "not eligible"
"""What stands for the range of a position that portfolio margin does not cover."""

_Rows = tuple[list[str], FloatArray, FloatArray]
"""Labels, own moves and gains of the rows of a risk array."""


def risk_array_table(
    margin: PortfolioMargin, level: ArrayLevel, moves: Sequence[float] = ()
) -> ReportTable:
    """Gain (+) or loss (-), $, at the ten valuation points, lowest move first, or at own moves.

    A house with ranges of its own has its ten points shown. Product groups count gains at their
    offset rate; a class group outside any product group stands for itself. An account is the plain
    sum of its positions, which nets what the rule does not. A position that is not eligible has no
    values.
    """
    if moves:
        margin = margin_at_moves(margin, np.array(moves))
    match level:
        case ArrayLevel.POSITION:
            labels, moved, array = _position_rows(margin)
        case ArrayLevel.CLASS:
            labels, moved, array = _group_rows(margin, margin.levels[:1])
        case ArrayLevel.PRODUCT:
            labels, moved, array = _group_rows(margin, margin.levels[:2])
        case ArrayLevel.ACCOUNT:
            labels, moved, array = _account_rows(margin)
    shown = margin.inputs.points.shown
    headings, order = _point_headings(moved[:, shown], margin.inputs.points.names[shown])
    if moves:
        headings, order = tuple(moves), slice(None)
    gains = array[:, shown][:, order]
    rows: TableRows = [
        [label, range_, *row]
        for label, range_, row in zip(
            labels, _ranges(moved[:, shown], gains), (gains + 0.0).tolist(), strict=True
        )
    ]
    return ReportTable((level.value, "range", *headings), rows)


def _position_rows(margin: PortfolioMargin) -> _Rows:
    positions = margin.book.positions
    moves = np.full(margin.risk_array.shape, np.nan)
    held, points = margin.inputs.eligible, margin.inputs.points
    rules = margin.rules.of_account[positions.account[held]]
    moves[held] = points.counted(points.moves[positions.underlying[held]], rules)
    array = margin.risk_array.copy()
    array[margin.not_eligible] = np.nan
    return position_labels(positions), moves, array


def _group_rows(margin: PortfolioMargin, levels: tuple[MarginGroups, ...]) -> _Rows:
    """Rows of the highest of these levels, and of lower groups that are in none of its groups."""
    labels: list[str] = []
    moves, arrays = [], []
    for groups in reversed(levels):
        shown = np.ones(len(groups), dtype=bool)
        if groups is not levels[-1]:
            shown = groups.parent == NO_PARENT
        for i in np.flatnonzero(shown).tolist():
            account = int(groups.account[i])
            labels.append(with_account(margin.book.positions, account, groups.names[i]))
        moves.append(margin.inputs.points.group_moves[groups.class_group[shown]])
        arrays.append(groups.risk_array[shown])
    return labels, np.vstack(moves), np.vstack(arrays)


def _account_rows(margin: PortfolioMargin) -> _Rows:
    positions = margin.book.positions
    array = np.zeros((len(positions.accounts), margin.risk_array.shape[1]))
    np.add.at(array, positions.account, margin.risk_array)
    group_moves = margin.inputs.points.group_moves
    common = len(np.unique(group_moves, axis=0)) == 1
    moves = group_moves[:1] if common else np.full((1, group_moves.shape[1]), np.nan)
    labels = account_labels(positions)
    return labels, np.repeat(moves, len(labels), axis=0), array


def _point_headings(
    moves: FloatArray, names: tuple[str, ...]
) -> tuple[tuple[TableCell, ...], slice]:
    """Moves as headings where all rows share them, else the names of the points; and their order.

    A book of nothing but inverse funds has the highest move first; it is turned round.
    """
    known = moves[~np.isnan(moves).any(axis=1)]
    if not len(known) or np.any(known != known[0]):
        return names, slice(None)
    order = slice(None, None, -1) if known[0, 0] > known[0, -1] else slice(None)
    return tuple(numbers(np.round(known[0, order], 10))), order


def _ranges(moves: FloatArray, gains: FloatArray) -> list[str]:
    """The range of each row's moves as text: "-8% +6%"."""
    low, high = moves.min(axis=1), moves.max(axis=1)
    first, number = numbered_rows([low, high])
    ends = zip(low[first].tolist(), high[first].tolist(), strict=True)
    texts = np.array(["" if np.isnan(a) else f"{100 * a:+.4g}% {100 * b:+.4g}%"
                      for a, b in ends], dtype=object)  # fmt: skip
    found: list[str] = np.where(np.isnan(gains).any(axis=1), NOT_ELIGIBLE, texts[number]).tolist()
    return found
