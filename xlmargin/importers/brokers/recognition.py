"""Which broker's file it is, told by its content; a file of the wrong kind is named and refused."""

from __future__ import annotations

from typing import Any, Final

from xlmargin.errors import MarginError
from xlmargin.importers.book_ranges import TextRows, refuse_too_many
from xlmargin.importers.brokers.broker_file import BrokerFile, read_lines, refuse_wrong_file
from xlmargin.importers.brokers.etrade import ETRADE
from xlmargin.importers.brokers.fidelity import FIDELITY, FIDELITY_STATEMENT
from xlmargin.importers.brokers.formats import Format
from xlmargin.importers.brokers.frames import ALPACA_FRAME, IB_FRAME, frame_rows
from xlmargin.importers.brokers.ibkr import ACTIVITY_STATEMENT, FLEX_QUERY, TWS_PORTFOLIO
from xlmargin.importers.brokers.merrill import MERRILL
from xlmargin.importers.brokers.occ import OCC_CALCULATOR, OCC_RECORD
from xlmargin.importers.brokers.optionnet_explorer import OPTIONNET_EXPLORER
from xlmargin.importers.brokers.schwab import SCHWAB
from xlmargin.importers.brokers.tastytrade import TASTYTRADE
from xlmargin.importers.brokers.thinkorswim import ACCOUNT_STATEMENT, POSITION_STATEMENT
from xlmargin.importers.brokers.vanguard import VANGUARD
from xlmargin.importers.records import lines_of

FORMATS: Final[tuple[Format, ...]] = (
    OPTIONNET_EXPLORER,
    TWS_PORTFOLIO,
    FIDELITY_STATEMENT,
    MERRILL,
    VANGUARD,
    IB_FRAME,
    ALPACA_FRAME,
    FLEX_QUERY,
    ACTIVITY_STATEMENT,
    SCHWAB,
    POSITION_STATEMENT,
    ACCOUNT_STATEMENT,
    FIDELITY,
    TASTYTRADE,
    ETRADE,
    OCC_CALCULATOR,
    OCC_RECORD,
)
"""The formats in the order in which they are looked for."""

_LOOKED_AT: Final = 40
"""Lines that tell a format: titles, and headings below them."""


def read_broker_file(texts: TextRows, file: str) -> BrokerFile | None:
    """What a broker's file holds; None where it is no broker's that is known.

    A broker's file that is known to hold no positions is refused.
    """
    first = lines_of(texts[:_LOOKED_AT], file)
    known = next((format_ for format_ in FORMATS if format_.recognises(first)), None)
    if known is None:
        refuse_wrong_file(first, file)
        return None
    refuse_too_many(len(texts), max(map(len, texts)), file)
    return read_lines(lines_of(texts, file), known, file)


def read_frame(frame: Any) -> BrokerFile:
    """The positions in a frame, or in records, of ib_async or Alpaca; anything else is refused."""
    rows = frame_rows(frame)
    read = read_broker_file(rows, rows.source) if len(rows) > 1 else None
    if read is None:
        found = ", ".join(rows[0])[:80] if rows else "nothing"
        wanted = "positions of ib_async (secType, position) or Alpaca (asset_class, qty)"
        raise MarginError(f"{rows.source}: found {found}, wanted {wanted}.")
    return read
