"""The book that every golden file holds, as rows of a positions range."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from xlmargin.cells.values import TableRows
from xlmargin.importers import read_book_files

GOLDEN = Path(__file__).parent / "golden"


class GoldenFile(NamedTuple):
    """What a golden file says beside the book: by which format, of which account, when, and cash.

    `in_sections`: its columns may not be put in another order; `total`: it states the sum of the
    market values above it; `priced` is False where it has no prices, and so no figures of its own.
    """

    format: str
    account: str | None
    as_of: str | None
    cash: tuple[tuple[str, float], ...] = ()
    in_sections: bool = False
    total: bool = False
    priced: bool = True


_DAY: Final = "2026-11-02"
_FLEX: Final = "Interactive Brokers Flex query, open positions"
_SCHWAB: Final = "Charles Schwab positions"
_CASH: Final = (("CASH", 21_400.25),)
_MONEY: Final = (("SPAXX", 21_400.25), ("PENDING", 118.40))
_OF_IBKR: Final = (("CASH", 8_250.40),)

GOLDEN_FILES: Final = {
    "etrade.csv": GoldenFile("E*TRADE positions", "Individual Brokerage -0017", _DAY, _CASH,
                             total=True),
    "fidelity.csv": GoldenFile("Fidelity positions", "X00000017", _DAY, _MONEY),
    "ibkr_flex.csv": GoldenFile(_FLEX, "U0000017", _DAY, in_sections=True),
    "ibkr_flex.xml": GoldenFile(_FLEX, "U0000017", _DAY),
    "ibkr_flex_named.csv": GoldenFile(_FLEX, "U0000017", None, in_sections=True),
    "ibkr_flex_plain.csv": GoldenFile(_FLEX, None, _DAY),
    "ibkr_statement.csv": GoldenFile("Interactive Brokers activity statement", "U0000017", _DAY,
                                     _OF_IBKR, in_sections=True, total=True),
    "occ_calculator.csv": GoldenFile("OCC Portfolio Margin Calculator positions", "ACCT0017", None,
                                     priced=False),
    "schwab.csv": GoldenFile(_SCHWAB, "Individual ...017", _DAY, _CASH, total=True),
    "schwab_older.csv": GoldenFile(_SCHWAB, "Individual XXXX-0017", _DAY, _CASH, total=True),
    "tastytrade.csv": GoldenFile("tastytrade positions", "5WZ00017", None),
    "thinkorswim.csv": GoldenFile("thinkorswim position statement", "000000017SCHW", _DAY, _CASH),
    "thinkorswim_account.csv": GoldenFile("thinkorswim account statement", "000000017SCHW", _DAY,
                                          in_sections=True),
}  # fmt: skip
"""Each file of the folder, by hand: every test of golden files is made of these."""

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
