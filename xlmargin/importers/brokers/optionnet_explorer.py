"""OptionNet Explorer: its detail and summary reports, transactions of trades under two headings.

Positions are the sums of the transactions of open trades, by symbol. A Friday's expiration is
written there as the Saturday; the row's own day is right.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Final

from xlmargin.cells.columns import day_of
from xlmargin.cells.words import SIDES
from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.formats import stated_format
from xlmargin.importers.records import HeadingRow, Layout, Lines, Record, has_headings
from xlmargin.known_instruments import KNOWN, RootKind
from xlmargin.option_symbols import read_option_symbol

_TRADES: Final = Layout({"trade": ("TradeId",), "status": ("Status",)}, ("trade", "status"))
_TITLES: Final = ("one detail report", "one summary report")
_CLOSED: Final = "closed"


def _find(lines: Lines, layout: Layout) -> Iterator[Record]:
    """One record for each account and symbol: what the transactions of open trades add up to.

    A transaction that cannot be read is handed on as it is, to be refused by its row.
    """
    summed: dict[tuple[str, str], list[Record]] = {}
    for record in _transactions(lines, layout):
        summed.setdefault((record.text("account"), record.text("symbol")), []).append(record)
    for parts in summed.values():
        sides = [SIDES.read(part.text("side")) for part in parts]
        signed = [
            math.nan if side is None else side.sign * part.number("quantity")
            for part, side in zip(parts, sides, strict=True)
        ]
        if any(map(math.isnan, signed)):
            wrong = next(p for p, q in zip(parts, signed, strict=True) if math.isnan(q))
            yield wrong.saying("quantity", "")
            continue
        first = parts[0].saying("side", "").saying("quantity", repr(math.fsum(signed)))
        one_sided = len({side.sign for side in sides if side}) == 1
        paid = math.fsum(q * p.number("cost") for q, p in zip(signed, parts, strict=True))
        cost = paid / math.fsum(signed) if one_sided else math.nan
        yield first.saying("cost", "" if math.isnan(cost) else repr(cost))


def _transactions(lines: Lines, layout: Layout) -> Iterator[Record]:
    """The transactions of trades that are open."""
    trades: HeadingRow | None = None
    row: HeadingRow | None = None
    status = ""
    for line in lines:
        if has_headings(line, ("TradeId", "Status")):
            trades = _TRADES.row(line)
        elif found := layout.row(line):
            row = found
        elif trades is not None and row is not None and not line.is_blank and not line.is_title:
            transaction = row.record(line)
            if SIDES.read(transaction.texts["side"]) is None and not transaction.text("symbol"):
                status = trades.record(line).text("status").casefold()
            elif line.cells[:2] == ("", "") or SIDES.read(transaction.texts["side"]):
                if status != _CLOSED and not transaction.text("closed"):
                    yield transaction
            else:
                status = trades.record(line).text("status").casefold()


def _entry(record: Record) -> holdings.BrokerEntry:
    if record.number("quantity") == 0:
        return holdings.Skipped("nothing held")
    option = read_option_symbol(record.text("symbol"))
    if option is not None:
        return holdings.option_held(record, option)
    symbol = record.text("symbol").upper()
    root = KNOWN.root(symbol)
    if root and root.kind is RootKind.INDEX:
        return holdings.not_ours(record, "symbol")
    return holdings.shares_held(record)


def _as_of(lines: Lines) -> dt.date | None:
    stamp = next((c for line in lines[:6] for c in line.cells if c.startswith("Date/Time:")), "")
    return day_of(stamp.removeprefix("Date/Time:").strip())


OPTIONNET_EXPLORER: Final = stated_format(
    "optionnet_explorer",
    recognises=lambda lines: bool(lines) and lines[0].first.casefold() in _TITLES,
    find=_find,
    entry=_entry,
    as_of=_as_of,
)
