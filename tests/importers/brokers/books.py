"""The book that every golden file holds, as rows of a positions range."""

from __future__ import annotations

from pathlib import Path

from xlmargin.cells.values import TableRows
from xlmargin.importers import read_book_files

GOLDEN = Path(__file__).parent / "golden"

XYZ = ["XYZ", "stock", 300.0, None, None, None, 51.2, 44.1, None]
CALLS = ["XYZ   261218C00052500", "call", -3.0, 52.5, "2026-12-18", "XYZ", 2.05, 1.6, 100.0]
PUTS = ["XYZ   270115P00045000", "put", 2.0, 45.0, "2027-01-15", "XYZ", 1.1, 1.45, 100.0]
"""XYZ 300 shares at 51.20 cost 44.10, three short 52.5 calls at 2.05 cost 1.60, two 45 puts."""


def without_accounts(rows: TableRows) -> TableRows:
    """The rows below the headings, without the account, which each broker masks in its own way.

    Without the underlying's price, too, which few of them state.
    """
    return [row[:9] for row in rows[1:]]


def read(path: Path) -> TableRows:
    """The positions in a file, without headings and accounts."""
    return without_accounts(read_book_files(path).positions)
