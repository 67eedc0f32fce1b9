"""Files of brokers that hold no positions: known by their headings, and refused with advice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.importers.brokers.records import Lines, has_headings


@dataclass(frozen=True)
class WrongFile:
    """A kind of file by headings that come together in it alone, and what to export instead."""

    name: str
    headings: frozenset[str]
    wanted: str


def _wrong(name: str, headings: str, wanted: str) -> WrongFile:
    return WrongFile(name, frozenset(headings.split("|")), wanted)


_WRONG_FILES: Final = (
    _wrong(
        "a Robinhood account activity report",
        "activity date|trans code",
        "positions: Robinhood exports none, so enter them in a sheet with symbol, type, quantity",
    ),
    _wrong(
        "Charles Schwab transactions",
        "date|action|symbol|fees & comm",
        "Schwab positions: on the page Positions, Export",
    ),
    _wrong(
        "a Fidelity account history",
        "run date|action|symbol",
        "Fidelity positions: on the page Positions, Download",
    ),
    _wrong(
        "a Fidelity view without quantities",
        "account number|security type|security subtype",
        "the Fidelity view that has the columns Quantity and Last Price",
    ),
    _wrong(
        "a tastytrade transaction history",
        "date|type|sub type|action|symbol",
        "tastytrade positions: on the tab Positions, the CSV button",
    ),
    _wrong(
        "E*TRADE transactions",
        "transactiondate|transactiontype|securitytype",
        "an E*TRADE PortfolioDownload.csv: on the page Portfolios, Download",
    ),
    _wrong(
        "Interactive Brokers trades",
        "clientaccountid|tradeprice|symbol",
        "a Flex query with the section Open Positions",
    ),
    _wrong(
        "Merrill transactions",
        "trade date|settlement date|pending settled",
        "Merrill holdings: on the page Holdings, Export",
    ),
    _wrong(
        "a DEGIRO portfolio, which has no tickers and no dollars",
        "product|symbol isin|local value",
        "a sheet with symbol, type, quantity, price in US dollars",
    ),
    _wrong(
        "an option chain of Yahoo, prices and no positions",
        "contractsymbol|bid|ask",
        "positions; a chain's prices go into their column price",
    ),
    _wrong(
        "an option chain of Cboe, prices and no positions",
        "expiration date|calls|puts",
        "positions; a chain's prices go into their column price",
    ),
    _wrong(
        "an option chain of a history, prices and no positions",
        "optionroot|quotedate",
        "positions; a chain's prices go into their column price",
    ),
)  # fmt: skip


def refuse_wrong_file(lines: Lines, file: str) -> None:
    """Refuse a file that is known to hold no positions, and say which one does."""
    for line in lines:
        for wrong in _WRONG_FILES:
            if has_headings(line, wrong.headings):
                raise MarginError(f"{file}: found {wrong.name}, wanted {wrong.wanted}.")
