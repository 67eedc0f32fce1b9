"""Holdings as ranges: the positions, and what a file states of their underlyings."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from xlmargin.importers.book_ranges import FileCell, FileRows
from xlmargin.importers.brokers.contracts import underlying_of
from xlmargin.importers.brokers.holdings import Holding
from xlmargin.instruments import InstrumentKind

_HEADINGS: Final = (
    "symbol", "type", "quantity", "strike", "expiration", "underlying", "price", "cost",
    "multiplier", "account",
)  # fmt: skip


def with_underlyings(holdings: Iterable[Holding]) -> tuple[Holding, ...]:
    """The holdings, each option on the shares or the index that its root stands for."""
    known = tuple(holdings)
    shares = {h.symbol for h in known if h.kind is InstrumentKind.STOCK}
    return tuple(
        replace(h, underlying=h.underlying or underlying_of(h.option.root, shares))
        if h.option
        else h
        for h in known
    )


def position_rows(holdings: Iterable[Holding]) -> FileRows:
    """The holdings as a positions range, headings first."""
    rows: FileRows = [list(_HEADINGS)]
    for h in holdings:
        option = h.option
        rows.append(
            [
                h.symbol,
                h.kind.word,
                h.quantity,
                option.strike if option else None,
                option.expiration.isoformat() if option else None,
                h.underlying or None,
                None if math.isnan(h.price) else h.price,
                None if math.isnan(h.cost) else h.cost,
                None if math.isnan(h.multiplier) else h.multiplier,
                h.account or None,
            ]
        )
    return rows


def market_rows(holdings: Iterable[Holding]) -> FileRows | None:
    """What the file states of underlyings: prices of those not held as shares, and groups.

    A row for each underlying of which it states more than a market without it would assume; None
    where there is no such row. A price that is not stated is left for the user to fill in.
    """
    known = tuple(holdings)
    shares = {h.symbol: h.price for h in known if h.kind is InstrumentKind.STOCK}
    rows: dict[str, list[FileCell]] = {}
    for h in known:
        symbol = h.underlying or h.symbol
        own_group = h.class_group if h.class_group != symbol else ""
        price = shares.get(symbol, h.underlying_price)
        stated = (symbol not in shares and price > 0) or own_group or h.product_group
        if stated and h.kind is not InstrumentKind.CASH:
            groups = [own_group or None, h.product_group or None]
            rows.setdefault(symbol, [symbol, price if price > 0 else None, *groups])
    headings: list[FileCell] = ["symbol", "price", "class_group", "product_group"]
    width = 4 if any(row[2] or row[3] for row in rows.values()) else 2
    return [row[:width] for row in (headings, *rows.values())] if rows else None
