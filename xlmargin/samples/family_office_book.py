"""A family office of about 15 million dollars, held in large technology stocks.

Calls are written on most of the stocks, some of them in the money; puts are written against cash;
a few stocks are collared or hedged with puts; spreads of index options stand against the whole.
The tickers are real, the holdings and every price are invented. Option prices come from one smooth
volatility surface for each underlying, rounded to a cent, so that none contradicts another.

Beside the book stand trades that are thought of, candidates for a hedge, a day's activity, facts
about the accounts, limits to watch, and an invented broker's figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from xlmargin.cells.values import TableRows
from xlmargin.importers import BookRanges, read_book_files
from xlmargin.importers.files import read_one_range

FAMILY_OFFICE_NOTE: Final = (
    "Sample book: the tickers are real; holdings, prices, rates and dividends are invented for "
    "illustration and are no quotations of any day."
)
_FOLDER: Final = Path(__file__).parent / "family_office"
_MORE: Final = ("Trades", "Candidates", "Activity", "Facts", "Limits", "Broker")


def family_office_book() -> BookRanges:
    """The four ranges of the sample."""
    files = (_FOLDER / f"{name}.csv" for name in ("positions", "market", "settings", "dividends"))
    return read_book_files(*files)


def family_office_tables() -> Mapping[str, TableRows]:
    """What some functions ask for beside the book, by name, for the two accounts of the history."""
    return {name: read_one_range(_FOLDER / f"{name.lower()}.csv", name.lower()) for name in _MORE}


def in_one_account(tables: Mapping[str, TableRows]) -> Mapping[str, TableRows]:
    """The same for the book as it is, in one account: without accounts and a broker's figures."""
    return {
        name: [row[:2] if name == "Facts" else row[:-1] for row in rows]
        for name, rows in tables.items()
        if name != "Broker"
    }
