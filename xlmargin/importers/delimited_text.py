"""Comma-, semicolon- or tab-separated text, as brokers and spreadsheets export it.

A plain number becomes a number. Everything else stays the text it is - dates, "1,234.5", "007" and
numbers with more digits than a float holds - so that nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.importers.book_ranges import MOST_ROWS, FileCell, FileRows, TextRows, bounded

_PLAIN_NUMBER: Final = re.compile(r"[+-]?(?:0|[1-9]\d{0,14}|(?=\.\d))(?:\.\d{0,15})?", re.ASCII)
_DELIMITERS: Final = ",;\t"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


def read_delimited(path: Path) -> FileRows:
    """The rows of a text file, plain numbers as numbers."""
    return cells_of(read_texts(path), path)


def cells_of(texts: TextRows, path: Path) -> FileRows:
    """The rows of texts as cells, all of one length."""
    return bounded([[_cell(field) for field in row] for row in texts], path)


def read_texts(path: Path) -> TextRows:
    """The fields of a text file as they are; the delimiter is the one its first line has most of.

    Rows beyond the most that a file may have are not read.
    """
    text = _decoded(path)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: TextRows = []
    try:
        for line in lines:
            rows.append(line)
            if len(rows) > MOST_ROWS:
                break
    except csv.Error as error:
        found = f"{path.name}, line {lines.line_num}: {error}"
        raise MarginError(f"{found}; wanted fields with both their quotes.") from error
    return rows


def _decoded(path: Path) -> str:
    """The text of a file in UTF-8 or UTF-16, or else in the Windows alphabet of old exports."""
    content = path.read_bytes()
    try:
        if content.startswith(_UTF_16):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise MarginError(f"{path.name}: found no text, wanted comma-separated text.")
    return text


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    outside_quotes = re.sub(r'"[^"]*"', "", first)
    return max(_DELIMITERS, key=outside_quotes.count)


def _cell(field: str) -> FileCell:
    text = field.strip()
    if _PLAIN_NUMBER.fullmatch(text):
        return float(text)
    return text or None
