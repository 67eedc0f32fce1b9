"""A user's files: one workbook with all ranges, or a file for each range."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xlmargin.cells.values import TableRows, text_of, to_value
from xlmargin.errors import MarginError
from xlmargin.importers.book_ranges import MOST_BYTES, BookRanges, TextRows, refuse_too_many
from xlmargin.importers.delimited_text import read_delimited, read_text, read_texts
from xlmargin.importers.workbook_files import read_first_sheet, read_named_ranges
from xlmargin.known_instruments import KNOWN, KnownInstruments

if TYPE_CHECKING:
    from xlmargin.importers.brokers import BrokerFile

TEXT_SUFFIXES: Final = (".csv", ".tsv", ".txt")
WORKBOOK_SUFFIXES: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
XML_SUFFIX: Final = ".xml"
"""Only Flex queries of Interactive Brokers are XML."""
RANGES: Final = ("positions", "market", "settings", "dividends")


def read_book_files(
    positions: Path,
    market: Path | None = None,
    settings: Path | None = None,
    dividends: Path | None = None,
) -> BookRanges:
    """The ranges of a book; a file given for one range goes before what the first file holds."""
    book = _book_in(positions)
    given = zip((market, settings, dividends), RANGES[1:], strict=True)
    of_market, of_settings, coming = (path and read_one_range(path, name) for path, name in given)
    return replace(
        book,
        market=of_market or book.market,
        settings=of_settings or book.settings,
        dividends=coming or book.dividends,
    )


def read_broker(path: Path) -> BrokerFile | None:
    """What a broker's file holds; None where the file is no broker's that is known.

    What is known of brokers is imported when it is asked for: cells need none of it.
    """
    from xlmargin.importers.brokers import read_broker_file
    from xlmargin.importers.brokers.ibkr import read_flex_xml
    from xlmargin.importers.brokers.occ import record_rows

    refuse_unreadable(path)
    suffix = path.suffix.lower()
    if suffix == XML_SUFFIX:
        return read_broker_file(read_flex_xml(path), path.name)
    if suffix in TEXT_SUFFIXES:
        record = record_rows(read_text(path), path.name)
        return read_broker_file(record or read_texts(path), path.name)
    return read_broker_file(read_first_sheet(path, unless=RANGES), path.name)


def _book_in(path: Path) -> BookRanges:
    """The ranges of the first file, which may be a broker's."""
    if broker := read_broker(path):
        return broker.accepted()
    ranges = read_ranges(path, RANGES)
    if "positions" not in ranges:
        raise MarginError(f"{path.name}: found {', '.join(ranges)}, wanted positions too.")
    market, settings, dividends = map(ranges.get, RANGES[1:])
    return BookRanges(ranges["positions"], market, settings, dividends)


def read_one_range(path: Path, name: str) -> TableRows:
    """The range of this name in a workbook, else its first sheet; the whole of a text."""
    return read_ranges(path, (name,))[name]


def own_instruments(path: Path | None) -> KnownInstruments:
    """The known instruments, extended by a user's own table; refused by row where unreadable."""
    if path is None:
        return KNOWN
    headings, *rows = read_one_range(path, "instruments")
    names = [text_of(to_value(cell)).strip().lower().replace(" ", "_") for cell in headings]
    texts = ([text_of(to_value(cell)) for cell in row] for row in rows)
    return KNOWN.extended_by((dict(zip(names, row, strict=True)) for row in texts), path.name)


def read_ranges(path: Path, names: tuple[str, ...]) -> dict[str, TableRows]:
    """The ranges of these names in a file; a text holds the first of them."""
    refuse_unreadable(path)
    if path.suffix.lower() in TEXT_SUFFIXES:
        return {names[0]: read_delimited(path)}
    return read_named_ranges(path, names)


def read_first_table(path: Path) -> TextRows:
    """The rows of a text, or of a workbook's first sheet, every cell as text."""
    refuse_unreadable(path)
    texts = read_texts(path) if path.suffix.lower() in TEXT_SUFFIXES else read_first_sheet(path)
    refuse_too_many(len(texts), max(map(len, texts), default=0), path.name)
    return texts


def refuse_unreadable(path: Path, most_bytes: int | None = None) -> None:
    """Refuse what is not there, is no file, is of no known kind, or is too large."""
    known = (*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES, XML_SUFFIX)
    if path.is_dir():
        raise MarginError(f"{path}: found a folder, wanted a file.")
    if not path.is_file():
        raise MarginError(f"{path}: no such file.")
    if path.suffix.lower() not in known:
        found = f"a file of type {path.suffix or 'unknown'}"
        raise MarginError(f"{path.name}: found {found}, wanted {', '.join(known)}.")
    most = MOST_BYTES if most_bytes is None else most_bytes
    if path.stat().st_size > most:
        found = f"{path.stat().st_size:,} bytes"
        raise MarginError(f"{path.name}: found {found}, wanted at most {most:,}.")
