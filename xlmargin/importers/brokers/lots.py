"""Lots below a position: the same holding a second time, which must not count twice."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final

from xlmargin.errors import InputError
from xlmargin.importers.brokers.records import Record

_LOT: Final = "lot"
_ADDED: Final = "added"


def is_lot(record: Record) -> bool:
    """Whether a record is a lot: it says so, or has no level of detail but a time of opening."""
    detail = record.text("detail").casefold()
    return detail == _LOT or (not detail and bool(record.text("opened")))


def with_added_lots(records: Iterable[Record]) -> Iterator[Record]:
    """The records; where lots of a holding stand without the holding itself, they are added up.

    Lots beside their holding stay lots, for the caller to leave aside.
    """
    by_holding: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        named = record.text("contract_id") or record.text("symbol")
        by_holding.setdefault((record.text("account"), named), []).append(record)
    for held in by_holding.values():
        if all(is_lot(record) for record in held):
            yield from _added(held)
        else:
            yield from held


def _added(lots: list[Record]) -> Iterator[Record]:
    """One record of all lots of a holding; its cost is what a unit cost on average.

    Lots whose numbers cannot be read are handed on as holdings, to be refused by row.
    """
    try:
        quantity = math.fsum(lot.number("quantity") for lot in lots)
        paid = math.fsum(lot.number("quantity") * lot.number("cost") for lot in lots)
        value = math.fsum(lot.number("value") for lot in lots)
    except InputError:
        yield from (lot.saying("detail", _ADDED) for lot in lots)
        return
    cost = paid / quantity if quantity else math.nan
    record = lots[0].saying("detail", _ADDED).saying("quantity", _text(quantity))
    yield record.saying("cost", _text(cost)).saying("value", _text(value))


def _text(number: float) -> str:
    return "" if math.isnan(number) else f"{number:.10f}"
