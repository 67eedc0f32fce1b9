"""Files of brokers that hold no positions: known by their headings, and refused with advice."""

from __future__ import annotations

from typing import Final

from xlmargin.errors import MarginError
from xlmargin.importers.brokers.records import Lines, has_headings

_WRONG_FILES: Final = (
    ("a Robinhood account activity report", "activity date|trans code",
     "positions: Robinhood exports none, so enter them in a sheet with symbol, type, quantity"),
    ("Charles Schwab transactions", "date|action|symbol|fees & comm",
     "Schwab positions: on the page Positions, Export"),
    ("a Fidelity account history", "run date|action|symbol",
     "Fidelity positions: on the page Positions, Download"),
    ("a Fidelity view without quantities", "account number|security type|security subtype",
     "the Fidelity view that has the columns Quantity and Last Price"),
    ("a tastytrade transaction history", "date|type|sub type|action|symbol",
     "tastytrade positions: on the tab Positions, the CSV button"),
    ("E*TRADE transactions", "transactiondate|transactiontype|securitytype",
     "an E*TRADE PortfolioDownload.csv: on the page Portfolios, Download"),
    ("Interactive Brokers trades", "clientaccountid|tradeprice|symbol",
     "a Flex query with the section Open Positions"),
    ("Merrill transactions", "trade date|settlement date|pending settled",
     "Merrill holdings: on the page Holdings, Export"),
    ("a DEGIRO portfolio, which has no tickers and no dollars", "product|symbol isin|local value",
     "a sheet with symbol, type, quantity, price in US dollars"),
    ("an option chain of Yahoo, prices and no positions", "contractsymbol|bid|ask",
     "positions; a chain's prices go into their column price"),
    ("an option chain of Cboe, prices and no positions", "expiration date|calls|puts",
     "positions; a chain's prices go into their column price"),
    ("an option chain of a history, prices and no positions", "optionroot|quotedate",
     "positions; a chain's prices go into their column price"),
)  # fmt: skip
"""Kinds of file: its name, headings that come together in it alone, and what to export instead."""


def refuse_wrong_file(lines: Lines, file: str) -> None:
    """Refuse a file that is known to hold no positions, and say which one does."""
    for line in lines:
        for name, headings, wanted in _WRONG_FILES:
            if has_headings(line, headings.split("|")):
                raise MarginError(f"{file}: found {name}, wanted {wanted}.")
