"""The clearing house's portfolio margin calculator: its position file, read and written.

Provisional: no such file was seen. Fields are those that the calculator shows; the text of the
headings, their order, the form of dates and the codes are assumed, and stand in one table here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from xlmargin.book import Positions
from xlmargin.cells.words import RIGHTS, SIDES, Side
from xlmargin.contracts import InstrumentKind
from xlmargin.dates import DATE, date_of
from xlmargin.importers.book_ranges import TextRows
from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.records import (
    Columns,
    Lines,
    Record,
    has_headings,
    heading_row,
    records,
)
from xlmargin.market import Market
from xlmargin.option_symbols import OptionSymbol, share_ticker

_COLUMNS: Final[Columns] = {
    "firm": ("Clrng Firm", "Clearing Firm"),
    "account": ("Account ID", "Acct ID", "Account"),
    "account_type": ("Acct Type", "Account Type"),
    "product_group": ("Prod Grp", "Product Group", "Product Grp"),
    "class_group": ("Class Grp", "Class Group"),
    "underlying": ("Underlying",),
    "type": ("Type", "Instrument Type"),
    "symbol": ("Symbol", "Trading Symbol"),
    "series_date": ("Ser/Ctr Date", "Series/Contract Date", "Series Date"),
    "expiration": ("Exp Date", "Expiration", "Expiration Date"),
    "right": ("C/P", "Call/Put", "Put/Call"),
    "strike": ("Strike", "Strike Price"),
    "side": ("L/S", "Long/Short", "Side", "Long Short", "LS", "Position"),
    "quantity": ("Quantity", "Qty"),
    "price": ("Price", "Closing Price"),
    "basket": ("Bskt ID", "Basket ID"),
}
"""Our field and its heading, the one that is written first; the order is that of the file."""

_NEEDED: Final = ("symbol", "right", "strike", "quantity", "account_type")
_ITS_OWN: Final = (("Ser/Ctr Date",), ("Series/Contract Date",), ("Bskt ID",), ("Basket ID",))

CUSTOMER: Final = "C"
"""The code of an account of customers."""
_SIDES: Final = frozenset(["l", "s", "long", "short"])
_STOCK: Final = "Stock"
_OPTION: Final = "Option"
_DATE: Final = "%m/%d/%Y"


def _recognises(lines: Lines) -> bool:
    """By the type of the account, beside a date of the series or a basket."""
    types = (("Acct Type",), ("Account Type",))
    return any(
        any(has_headings(line, own) for own in _ITS_OWN)
        and any(has_headings(line, named) for named in types)
        for line in lines
    )


def _find(lines: Lines, columns: Columns, needed: tuple[str, ...]) -> Iterator[Record]:
    _refuse_unknown_sides(lines)
    return records(lines, columns, needed)


def _refuse_unknown_sides(lines: Lines) -> None:
    """Refuse a column without a heading of ours whose cells are sides alone: a short is no long."""
    start = next(
        (i for i, at in enumerate(lines) if heading_row(at, _COLUMNS, _NEEDED)), len(lines)
    )
    below = [line.cells for line in lines[start + 1 :] if not line.is_title]
    found = heading_row(lines[start], _COLUMNS, _NEEDED) if below else None
    known = set(found.at.values()) if found else set()
    for i in range(max(map(len, below), default=0)):
        texts = {cells[i].casefold() for cells in below if i < len(cells) and cells[i]}
        if i not in known and texts and texts <= _SIDES:
            cells = lines[start].cells
            label = cells[i] if i < len(cells) else ""
            wanted = f"{_COLUMNS['side'][0]} as its heading, or no such column"
            raise lines[start].refused(label, "a column that looks like long and short", wanted)


def calculator_entry(record: Record) -> holdings.BrokerEntry:
    """Shares, or an option of which the symbol is the root alone; a side signs the quantity."""
    record = _signed(record)
    if not record.text("right") and not record.number("strike") > 0:
        entry = holdings.shares_held(record)
    else:
        entry = holdings.option_held(record, _option(record))
    if not isinstance(entry, holdings.BrokerHolding):
        return entry
    groups = (record.text("class_group"), record.text("product_group"))
    return replace(entry, class_group=groups[0], product_group=groups[1])


def _signed(record: Record) -> Record:
    """The record with the sign of its side, where it has a column of sides and no sign."""
    if "side" not in record.labels:
        return record
    side = SIDES.read(record.text("side"))
    if side not in (Side.LONG, Side.SHORT):
        raise record.refused("side", "L or S")
    if side is Side.SHORT and record.number("quantity") > 0:
        return record.saying("quantity", f"-{record.text('quantity')}")
    return record


def _option(record: Record) -> OptionSymbol:
    root, right = (
        share_ticker(record.text("symbol")).replace(".", ""),
        RIGHTS.read(record.text("right")),
    )
    expiration, strike = record.day("expiration"), record.number("strike")
    if not root:
        raise record.refused("symbol", "an option root")
    if right is None:
        raise record.refused("right", "C or P")
    if expiration is None:
        raise record.refused("expiration", DATE)
    if not strike > 0:
        raise record.refused("strike", "a strike above 0")
    return OptionSymbol(root, expiration, right, strike)


OCC_CALCULATOR: Final = holdings.Format(
    name="OCC Portfolio Margin Calculator positions",
    sure="provisional: no such file was seen, headings and codes assumed, sides second-hand",
    columns=_COLUMNS,
    needed=_NEEDED,
    recognises=_recognises,
    find=_find,
    entry=calculator_entry,
)


def calculator_rows(positions: Positions, market: Market) -> TextRows:
    """The positions but cash as the calculator's file, headings first."""
    rows = [[headings[0] for headings in _COLUMNS.values()]]
    for i in range(len(positions)):
        if positions.kind[i] != InstrumentKind.CASH:
            cells = _cells(positions, market, i)
            rows.append([cells.get(field, "") for field in _COLUMNS])
    return rows


def _cells(positions: Positions, market: Market, i: int) -> dict[str, str]:
    """The cells of a position by our fields; what it does not have is left out."""
    underlying = market.underlyings[positions.underlying[i]]
    cells = {
        "account": positions.accounts[positions.account[i]],
        "account_type": CUSTOMER,
        "product_group": underlying.product_group,
        "class_group": underlying.group,
        "underlying": underlying.symbol,
        "type": _STOCK,
        "symbol": positions.symbol[i],
        "side": "L" if positions.quantity[i] > 0 else "S",
        "quantity": f"{abs(positions.quantity[i]):.15g}",
    }
    price = float(positions.mark[i]) if positions.is_option[i] else underlying.spot
    if not math.isnan(price):
        cells["price"] = f"{price:.15g}"
    if not positions.is_option[i]:
        return cells
    expiration = date_of(positions.expiration[i]).strftime(_DATE)
    return cells | {
        "type": _OPTION,
        "symbol": positions.symbol[i].replace(".", ""),
        "series_date": expiration,
        "expiration": expiration,
        "right": InstrumentKind(positions.kind[i]).name[0],
        "strike": f"{positions.strike[i]:.3f}",
    }
