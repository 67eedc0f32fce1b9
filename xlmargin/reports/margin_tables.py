"""Margin as tables: groups, stress, path and contributions by portfolio, and the pairing by leg."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from typing import Final

import numpy as np

from xlmargin.account import ExcessPath
from xlmargin.arrays import FloatArray, ratio
from xlmargin.book import Positions
from xlmargin.cells.values import TableCell, TableRows
from xlmargin.portfolio_margin import (
    NO_PARENT,
    MarginGroups,
    PortfolioMargin,
    contribution,
    loss_rule,
    minimum_rule,
    outside_rule,
    point_label,
    requirement_path,
)
from xlmargin.reports.table import TOTAL, ReportTable, numbers, position_labels
from xlmargin.risk_array import stress_grid
from xlmargin.strategy_margin import (
    RequirementKind,
    StrategyLine,
    StrategyMargin,
    class_lines,
    leg_quantity,
    optimality_gap_note,
)

SPOT_MOVES: Final = (-0.30, -0.25, -0.20, -0.15, -0.10, -0.05, 0.0, 0.05, 0.10, 0.15, 0.20)
"""Moves of spot that a stress or a path shows where the user names none."""

VOLATILITY_MOVES: Final = (-0.50, -0.25, 0.0, 0.25, 0.50, 1.00)
"""Relative moves of volatility that a stress shows where the user names none."""

ACCOUNT: Final = "account"
"""Heads the column of accounts; what a group is part of that is margined by itself."""


def groups_table(margin: PortfolioMargin) -> ReportTable:
    """A row for each class group, product group and portfolio group of each account.

    `counted` adds up to the requirement: a group that is part of another counts inside it.
    Positions that are not eligible have a row for each account.
    """
    headings = (
        "level", "group", "part of", "account", "worst point", "worst loss", "minimum",
        "requirement", "binds", "rule", "counted",
    )  # fmt: skip
    accounts = margin.book.positions.accounts
    rows = []
    for groups, i, row in group_rows(margin.levels, accounts, partial(point_label, margin)):
        by_loss = groups.worst_loss[i] > groups.minimum[i]
        worst = int(groups.worst_point[i])
        rule = loss_rule(margin, groups, i, worst) if by_loss else minimum_rule(margin, groups, i)
        rows.append([*row[:-1], rule, row[-1]])
    return ReportTable(headings, rows + _not_eligible_rows(margin))


def group_rows(
    levels: Sequence[MarginGroups],
    accounts: Sequence[str],
    point: Callable[[MarginGroups, int, int], str],
) -> Iterator[tuple[MarginGroups, int, list[TableCell]]]:
    """The cells of each group, by level and index, but for the rule; the last is what is counted.

    `point` says which valuation point is meant, of a group and by index.
    """
    for groups, above in zip(levels, (*levels[1:], None), strict=True):
        for i in range(len(groups)):
            loss, minimum = float(groups.worst_loss[i]), float(groups.minimum[i])
            parent, required = int(groups.parent[i]), max(loss, minimum)
            part_of = None if above is None or parent == NO_PARENT else above.names[parent]
            yield (
                groups,
                i,
                [
                    groups.level.value,
                    groups.names[i],
                    ACCOUNT if part_of is None else part_of,
                    accounts[groups.account[i]],
                    point(groups, i, int(groups.worst_point[i])) if loss > 0 else "no loss",
                    loss,
                    minimum,
                    required,
                    "worst loss" if loss > minimum else "minimum" if minimum else "nothing",
                    required if part_of is None else 0.0,
                ],
            )


def _not_eligible_rows(margin: PortfolioMargin) -> TableRows:
    """A row for each account that holds positions which portfolio margin does not cover."""
    positions, outside = margin.book.positions, margin.not_eligible
    required, account_of = margin.strategy_based.by_position, positions.account[outside]
    rule = margin.rules.citations["aggregation"]
    rows: TableRows = []
    for account in dict.fromkeys(account_of.tolist()):
        own = account_of == account
        amount = float(sum(required[own].tolist()))
        cited = outside_rule(margin.book.only(outside[own]), rule)
        rows.append([
            "not eligible", "strategy-based", ACCOUNT, positions.accounts[account], "", 0.0, 0.0,
            amount, "strategy", cited, amount,
        ])  # fmt: skip
    return rows


def stress_table(
    margin: PortfolioMargin, spot_moves: Sequence[float], volatility_moves: Sequence[float]
) -> ReportTable:
    """Gain or loss, $: moves of spot down, relative moves of volatility across.

    All accounts together; where there are several, each of them below.
    """
    spots, volatilities = np.array(spot_moves, dtype=float), np.array(volatility_moves, dtype=float)
    grid = stress_grid(margin.book, margin.inputs.contracts, spots, volatilities)
    blocks = [np.column_stack([spots, gains]) for gains in (grid.sum(axis=0), *grid)]
    return _total_and_accounts(
        ("spot move", *numbers(volatilities)), blocks, margin.book.positions.accounts
    )


def path_table(margin: PortfolioMargin, moves: Sequence[float]) -> ReportTable:
    """After each move of every underlying: account value, requirement, excess, and their ratio.

    All accounts together; where there are several, each of them below. The ratio has no value where
    the account value is not above zero; nothing but the requirement has one where cash is stated
    nowhere.
    """
    path = requirement_path(margin, np.array(moves, dtype=float))

    def columns(value: FloatArray, requirement: FloatArray) -> Sequence[FloatArray]:
        return value, requirement, value - requirement, ratio(requirement, value)

    blocks = _along(path.moves, columns, path.account_value, path.requirement)
    headings = ("move", "account value", "requirement", "excess", "requirement / account value")
    return _total_and_accounts(headings, blocks, margin.book.positions.accounts)


def excess_path_table(path: ExcessPath) -> ReportTable:
    """After each move: account value, equity as the rules count it, requirement, excess, cushion.

    All accounts together; where there are several, each of them below. The cushion has no value
    where the account value is not above zero. `excess is` exact, or at least what stands there:
    a search for the least requirement ended at its time limit.
    """
    of_path = (path.account_value, path.equity, path.requirement, path.excess)
    blocks = _along(path.moves, lambda *own: (*own, ratio(own[3], own[0])), *of_path)
    headings = ("move", "account value", "equity", "requirement", "excess", "cushion")
    table = _total_and_accounts(headings, blocks, path.accounts)
    proven = np.concatenate([path.is_proven.all(axis=0), *path.is_proven]).tolist()
    rows = [
        [*row, "exact" if own else "at least"] for row, own in zip(table.rows, proven, strict=False)
    ]
    return ReportTable((*table.headings, "excess is"), rows)


def _along(
    moves: FloatArray, columns: Callable[..., Sequence[FloatArray]], *of_path: FloatArray
) -> list[FloatArray]:
    """A row a move of all accounts together, then of each; `of_path` is by account and move."""
    whole = [[own.sum(axis=0), *own] for own in of_path]
    return [np.column_stack([moves, *columns(*own)]) for own in zip(*whole, strict=True)]


def _total_and_accounts(
    headings: tuple[TableCell, ...], blocks: Sequence[FloatArray], accounts: Sequence[str]
) -> ReportTable:
    """The rows of the first block, the total; then each account's, named in a last column.

    A lone account is the total, and needs no name.
    """
    if len(accounts) == 1:
        return ReportTable(headings, [numbers(row) for row in blocks[0]])
    rows = [
        [*numbers(row), name]
        for name, block in zip((TOTAL, *accounts), blocks, strict=True)
        for row in block
    ]
    return ReportTable((*headings, ACCOUNT), rows)


def contribution_table(margin: PortfolioMargin) -> ReportTable:
    """A row for each position: its requirement standalone, at the margin, and its share, $."""
    made = contribution(margin)
    labels = position_labels(margin.book.positions)
    return ReportTable.of({"position": labels, **vars(made)})


def strategies_table(margin: StrategyMargin, kind: RequirementKind) -> ReportTable:
    """The pairing that requires least of a kind: a row a leg, lines numbered from 1.

    Amounts are of the leg, $; those of all rows add up to the requirement.
    """
    headings = (
        "line", "strategy", "symbol", "quantity", "initial", "maintenance", "proceeds", "how",
        "rule", "account", "class",
    )  # fmt: skip
    rows: TableRows = []
    number = count(1)
    for of_class in margin.paired(kind):
        note = optimality_gap_note(of_class.pairing(kind))
        for line in class_lines(of_class, kind):
            rows += _line_rows(next(number), line, note, margin.book.positions)
    return ReportTable(headings, rows)


def _line_rows(number: int, line: StrategyLine, note: str, positions: Positions) -> TableRows:
    line_number, how = float(number), line.rationale + note
    of_account, name = positions.accounts[line.account], positions.contracts.name
    return [
        [
            line_number,
            line.strategy,
            name(leg.position),
            leg_quantity(leg, positions),
            leg.initial,
            leg.maintenance,
            leg.proceeds,
            how,
            line.rule,
            of_account,
            line.class_name,
        ]
        for leg in line.legs
    ]
