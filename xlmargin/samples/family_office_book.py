"""A family office of about 15 million dollars, held in large technology stocks.

Calls are written on most of the stocks, some of them in the money; puts are written against cash;
a few stocks are collared or hedged with puts; spreads of index options stand against the whole.
The tickers are real, the holdings and every price are invented. Option prices come from one smooth
volatility surface for each underlying, rounded to a cent, so that none contradicts another.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xlmargin.importers import BookRanges, read_book_files

FAMILY_OFFICE_NOTE: Final = (
    "Sample book: the tickers are real; holdings, prices, rates and dividends are invented for "
    "illustration and are no quotations of any day."
)


def family_office_book() -> BookRanges:
    """The four ranges of the sample."""
    folder = Path(__file__).parent / "family_office"
    files = (folder / f"{name}.csv" for name in ("positions", "market", "settings", "dividends"))
    return read_book_files(*files)
