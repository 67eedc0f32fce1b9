"""The market range for positions, with what is known of their underlyings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from xlmargin.cells.values import TableCell
from xlmargin.known_instruments import KNOWN, InstrumentFacts, KnownInstruments, apply_known
from xlmargin.reports.table import ReportTable
from xlmargin.settings import KnownUnderlyings

_HEADINGS: Final = (
    "symbol", "price", "class", "leverage", "class_group", "index_scale", "style", "known as",
    "how sure",
)  # fmt: skip


def market_table(
    prices: Mapping[str, float | None], day: dt.date, known: KnownInstruments = KNOWN
) -> ReportTable:
    """A row an underlying, in the order given; prices are $, None where still to be filled in.

    What would lower a requirement is filled in only where a list confirms it; what is not, and
    where all of it is from, stands under `how sure`.
    """
    return ReportTable(_HEADINGS, [_row(s, price, day, known) for s, price in prices.items()])


def _row(
    symbol: str, price: float | None, day: dt.date, known: KnownInstruments
) -> list[TableCell]:
    facts, findings = apply_known(symbol, InstrumentFacts(), day, KnownUnderlyings.CONFIRMED, known)
    found, root = known.find(symbol, day), known.root(symbol, day)
    assert facts.underlying_class is not None
    withheld = [f.text.removeprefix(f"{symbol}: ") for f in findings if f.field]
    where = found.where if found and not found.is_former else "not known: a stock by itself"
    return [
        symbol,
        price,
        facts.underlying_class.value,
        facts.leverage if facts.leverage != 1 else None,
        facts.class_group or None,
        facts.index_scale if facts.index_scale != 1 else None,
        root.style.value if root and root.style else None,
        found.known_as.value if found and not found.is_former else None,
        "; ".join([where, *withheld]),
    ]
