"""A table as an answer: headings and rows of plain values, ready for a sheet, a page or JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.book import Positions
from xlmargin.cells.values import TableCell, TableRows
from xlmargin.errors import REFUSED, MarginError

TOTAL: Final = "total"
"""What names a row that adds up others."""


@dataclass(frozen=True)
class ReportTable:
    """Headings and rows of the same width."""

    headings: tuple[TableCell, ...]
    rows: TableRows

    @classmethod
    def of(cls, columns: Mapping[str, np.ndarray | Sequence[TableCell]]) -> ReportTable:
        """A table by its columns below their headings: arrays as plain numbers."""
        cells = (numbers(c) if isinstance(c, np.ndarray) else c for c in columns.values())
        return cls(tuple(columns), [list(row) for row in zip(*cells, strict=True)])

    def cells(self, headers: bool = True) -> TableRows:
        """The rows, below the headings if these are wanted."""
        return [list(self.headings), *self.rows] if headers else self.rows


def refused(error: MarginError) -> TableCell:
    """What stands where a regime refuses its figure: why."""
    return REFUSED + " ".join(str(error).split())


def numbers(amounts: np.ndarray) -> list[TableCell]:
    """A row or a column of an array as plain numbers."""
    plain: list[TableCell] = (amounts + 0.0).tolist()  # no -0.0
    return plain


def position_labels(positions: Positions) -> list[str]:
    """A name for each position, in the order of the user's rows."""
    if len(positions.accounts) == 1:
        return list(positions.labels)
    of_accounts = zip(positions.account.tolist(), positions.labels, strict=True)
    return [with_account(positions, account, label) for account, label in of_accounts]


def account_labels(positions: Positions) -> list[str]:
    """A name for the sum of each account's positions."""
    return [f"{name or 'account'}, sum of all positions" for name in positions.accounts]


def with_account(positions: Positions, account: int, label: str) -> str:
    """A name with its account's before it, where there are several accounts."""
    return f"{positions.accounts[account]}: {label}" if len(positions.accounts) > 1 else label
