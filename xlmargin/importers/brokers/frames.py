"""Positions as trading libraries hand them over, in a frame, in records, or saved as a file.

ib_async (and ib_insync) has one cost that contains the multiplier; Alpaca has numbers as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from xlmargin.cells.table import SourceRows
from xlmargin.cells.values import TableRows, rows_of, text_of, to_value
from xlmargin.cells.words import RIGHTS, SIDES
from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.errors import MarginError
from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.formats import stated_format
from xlmargin.importers.records import Record, headed_by
from xlmargin.option_symbols import OptionSymbol, read_option_symbol


def _ib_entry(record: Record) -> holdings.BrokerEntry:
    kind, contract = record.text("type").upper(), record.number("multiplier")
    multiplier = contract if contract == contract else STANDARD_CONTRACT
    per_unit = record.number("cost_of_contract") / (multiplier if kind == "OPT" else 1.0)
    if per_unit == per_unit:
        record = record.saying("cost", repr(per_unit))
    if kind == "STK":
        # There the strike of shares is 0 and their right a question mark.
        return holdings.shares_held(record.saying("symbol", record.text("underlying")))
    if kind != "OPT":
        return holdings.not_ours(record)
    option = read_option_symbol(record.text("symbol"))
    return holdings.option_held(record, option or _of_columns(record))


def _of_columns(record: Record) -> OptionSymbol | None:
    """The contract by its own columns, where the symbol does not name it."""
    root = (record.text("root") or record.text("underlying")).upper().replace(" ", "")
    right, day = RIGHTS.read(record.text("right")), record.day("expiration")
    if right is None or day is None:
        raise record.refused("right" if right is None else "expiration", "those of an option")
    return read_option_symbol(str(OptionSymbol(root, day, right, record.number("strike"))))


def _alpaca_entry(record: Record) -> holdings.BrokerEntry:
    """A position; a short quantity may or may not have a sign, but must not contradict its side."""
    kind, side = record.text("type").casefold(), SIDES.read(record.text("side"))
    if side is not None and side.sign < 0 and record.number("quantity") > 0:
        record = record.saying("quantity", f"-{record.text('quantity')}")
    if kind.endswith("us_option"):
        return holdings.option_held(record)
    return holdings.shares_held(record) if kind.endswith("us_equity") else holdings.not_ours(record)


IB_FRAME: Final = stated_format(
    "ib_frame", recognises=headed_by("secType", "position"), entry=_ib_entry
)
ALPACA_FRAME: Final = stated_format(
    "alpaca_frame", recognises=headed_by("asset_class", "qty", "symbol"), entry=_alpaca_entry
)


def frame_rows(frame: Any) -> SourceRows:
    """A data frame, a list of records or of a library's own objects as rows of texts.

    Headings first. A record's `contract` is spread into its fields, as ib_async's positions have
    one; what a library calls a field is the heading.
    """
    if hasattr(frame, "columns"):
        rows = rows_of(frame)
    else:
        flat = [_fields(item) for item in frame]
        headings = list(dict.fromkeys(name for item in flat for name in item))
        rows = [headings, *([item.get(name) for name in headings] for item in flat)]
    texts = [[_text(cell) for cell in row] for row in rows]
    return SourceRows(texts, "the frame", first_column=None)


def _text(cell: object) -> str:
    value = getattr(cell, "value", cell)  # an enumeration of a library
    return text_of(to_value(value))


def _fields(item: Any) -> dict[str, Any]:
    if isinstance(item, Mapping):
        fields = dict(item)
    elif hasattr(item, "_asdict"):
        fields = dict(item._asdict())
    else:
        fields = {name: value for name, value in vars(item).items() if not name.startswith("_")}
    inner = fields.pop("contract", None)
    return {**(_fields(inner) if inner is not None else {}), **fields}


def with_chain_prices(positions: TableRows, chain: Any) -> TableRows:
    """Positions with the prices of an option chain, such as yfinance's, in a column `price`.

    `positions` are rows with headings `symbol` and, perhaps, `price`, which is filled only where it
    is empty: with the mid of bid and ask where both are above 0, else with the last price where
    that is. A chain holds prices; it is no positions.
    """
    headings, *rows = ([text_of(to_value(cell)) for cell in row] for row in frame_rows(chain))
    if "contractSymbol" not in headings:
        found = ", ".join(headings)[:80]
        raise MarginError(f"the chain: found headings {found}, wanted contractSymbol, bid, ask.")
    quotes: dict[str, float] = {}
    for row in rows:
        quote = dict(zip(headings, row, strict=True))
        option = read_option_symbol(quote["contractSymbol"])
        bid, ask, last = (_above_zero(quote.get(n, "")) for n in ("bid", "ask", "lastPrice"))
        price = (bid + ask) / 2 if bid and ask else last
        if option is not None and price:
            quotes[str(option)] = price
    symbol, names = positions[0].index("symbol"), list(positions[0])
    if "price" not in names:
        names, positions = [*names, "price"], [[*row, None] for row in positions]
    at = names.index("price")
    return [names, *(_priced(row, symbol, at, quotes) for row in positions[1:])]


def _priced(row: list[Any], symbol: int, at: int, quotes: Mapping[str, float]) -> list[Any]:
    option = read_option_symbol(str(row[symbol] or ""))
    if option is None or row[at] is not None:
        return row
    return [*row[:at], quotes.get(str(option)), *row[at + 1 :]]


def _above_zero(text: str) -> float:
    """A quoted price, 0 where there is none: a quote of 0 is no price."""
    try:
        return max(float(text), 0.0) if text else 0.0
    except ValueError:
        return 0.0
