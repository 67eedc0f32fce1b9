"""Underlyings whose class is widely known: a table to warn with, never applied unasked.

A market range that leaves out the class of SPX counts it as a stock; this table lets the answer say
that it is known as something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from xlmargin.errors import RulebookError
from xlmargin.instruments import UnderlyingClass
from xlmargin.rulebook.files import packaged, sources


@dataclass(frozen=True)
class KnownUnderlying:
    """What is known of an underlying; groups are "" where none is known.

    `leverage` is the factor of a leveraged fund, negative for an inverse one, 1 for any other.
    """

    symbol: str
    underlying_class: UnderlyingClass
    class_group: str
    product_group: str
    leverage: float
    source: str
    remark: str


def known_underlying(symbol: str) -> KnownUnderlying | None:
    """What is known of the underlying with this ticker, or None."""
    return _table().get(symbol.strip().upper())


@cache
def _table() -> Mapping[str, KnownUnderlying]:
    from csv import DictReader

    rows = DictReader(packaged("occ_cpm/known_underlyings.csv").splitlines())
    return {row["symbol"]: _known(row) for row in rows}


def _known(row: Mapping[str, str]) -> KnownUnderlying:
    if row["source"] not in sources():
        raise RulebookError(
            f"known_underlyings.csv, {row['symbol']}: found source {row['source']!r}, "
            "wanted a source listed in sources.toml."
        )
    return KnownUnderlying(
        symbol=row["symbol"],
        underlying_class=UnderlyingClass(row["underlying_class"]),
        class_group=row["class_group"],
        product_group=row["product_group"],
        leverage=float(row["leverage"]),
        source=row["source"],
        remark=row["remark"],
    )
