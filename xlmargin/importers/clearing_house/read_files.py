"""The clearing house's files, opened; a copy in text or the first sheet of a workbook."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Final

from xlmargin.cells.numbers import NumberStyle
from xlmargin.contracts import Contract
from xlmargin.errors import MarginError
from xlmargin.importers.clearing_house.array_files import ArrayCell, ArrayFile, array_file
from xlmargin.importers.clearing_house.array_fixml import read_fixml
from xlmargin.importers.clearing_house.group_files import published_groups
from xlmargin.importers.delimited_text import delimiter_of, encoding_of, refuse_binary, style_of
from xlmargin.importers.files import TEXT_SUFFIXES, XML_SUFFIX, read_first_table, refuse_unreadable
from xlmargin.importers.records import lines_of
from xlmargin.known_instruments import PublishedGroups

MOST_BYTES: Final = 4_000_000_000
"""Of a file of arrays, which is read row by row; a nightly one has a few hundred million."""
NumberedRows = Iterator[tuple[int, Sequence[ArrayCell]]]
"""Rows with their numbers."""
_HEAD: Final = 100_000
_FIRST: Final = 200
"""Bytes and rows from which encoding, delimiter and style of numbers are known."""


def read_array_file(path: Path, held: Iterable[Contract]) -> ArrayFile:
    """The rows of a file of theoretical profits and losses that matter to contracts held."""
    suffix = path.suffix.lower()
    refuse_unreadable(path, MOST_BYTES)
    if suffix == XML_SUFFIX:
        return read_fixml(path, held)
    if suffix not in TEXT_SUFFIXES:
        return array_file(enumerate(read_first_table(path), 1), path.name, held)
    with _rows_of_text(path) as (rows, style):
        return array_file(rows, path.name, held, style)


@contextmanager
def _rows_of_text(path: Path) -> Iterator[tuple[NumberedRows, NumberStyle]]:
    """The rows of a text with their numbers, one after the other, and the style of numbers."""
    with path.open("rb") as file:
        encoding = encoding_of(file.read(_HEAD), whole=False)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        head = file.read(_HEAD)
        refuse_binary(head, path.name)
        delimiter = delimiter_of(head)
        file.seek(0)
        lines = csv.reader(file, delimiter=delimiter, strict=True)
        first = list(_whole(islice(lines, _FIRST), path.name))
        style = style_of(delimiter, first) or NumberStyle.US
        yield enumerate(chain(first, _whole(lines, path.name)), 1), style


def _whole(rows: Iterable[list[str]], name: str) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error as error:
        raise MarginError(f"{name}: found {error}: is the file cut short?") from error


def read_group_files(paths: Sequence[Path]) -> PublishedGroups:
    """What files of class, product and portfolio groups say together."""
    return published_groups([(p.name, lines_of(read_first_table(p), p.name)) for p in paths])
