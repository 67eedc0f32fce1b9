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
from xlmargin.known_instruments import KNOWN

_HEADINGS: Final = (
    "symbol", "type", "quantity", "strike", "expiration", "underlying", "price", "cost",
    "multiplier", "account",
)  # fmt: skip
_MARKET_HEADINGS: Final = (
    "symbol", "price", "class", "leverage", "class_group", "product_group",
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
    """What is known of the underlyings: prices of those not held as shares, groups, and classes.

    A row for each underlying of which more is known than a market without it would assume; None
    where there is no such row. A price that is not stated is left for the user to fill in. Classes
    and factors of funds are those of the rulebook's table of known underlyings.
    """
    known = tuple(holdings)
    shares = {h.symbol: h.price for h in known if h.kind is InstrumentKind.STOCK}
    rows: dict[str, list[FileCell]] = {}
    for h in known:
        symbol = h.underlying or h.symbol
        own_group = h.class_group if h.class_group != symbol else ""
        price = shares.get(symbol, h.underlying_price)
        stated = (symbol not in shares and price > 0) or own_group or h.product_group
        class_ = _known_class(symbol)
        if (stated or (any(class_) and price > 0)) and h.kind is not InstrumentKind.CASH:
            groups = [own_group or None, h.product_group or None]
            rows.setdefault(symbol, [symbol, price if price > 0 else None, *class_, *groups])
    return _without_empty_columns([list(_MARKET_HEADINGS), *rows.values()]) if rows else None


def known_classes(market: FileRows | None) -> tuple[str, ...]:
    """Underlyings of a market range whose class comes from the table and not from the file."""
    if not market or "class" not in market[0]:
        return ()
    column = market[0].index("class")
    return tuple(str(row[0]) for row in market[1:] if row[column] is not None)


def _known_class(symbol: str) -> tuple[FileCell, FileCell]:
    """Class and factor, where the table knows the underlying as more than a plain stock."""
    known = KNOWN.find(symbol)
    if known is None or known.is_former:
        return None, None
    return known.underlying_class.value, known.leverage if known.leverage != 1 else None


def _without_empty_columns(rows: FileRows) -> FileRows:
    """The rows, headings first, without the columns that have nothing but the heading."""
    used = [i for i, name in enumerate(rows[0]) if name in ("symbol", "price") or _any(rows, i)]
    return [[row[i] for i in used] for row in rows]


def _any(rows: FileRows, column: int) -> bool:
    return any(row[column] is not None for row in rows[1:])
