"""Text separated by commas, semicolons, tabs or bars, as brokers and spreadsheets export it.

A plain number becomes a number. Everything else stays the text it is - dates, "1,234.5", "007" and
numbers with more digits than a float holds, a quantity such as "1.000" - for the reader of cells to
read by its column.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from xlmargin.cells.columns import read_numbers
from xlmargin.cells.numbers import EITHER_DOT, NumberStyle
from xlmargin.cells.table import SourceRows
from xlmargin.cells.values import TableCell, to_value
from xlmargin.cells.words import POSITIONS
from xlmargin.errors import MarginError
from xlmargin.importers.book_ranges import MOST_ROWS, bounded

_PLAIN_NUMBER: Final = re.compile(r"[+-]?(?:0|[1-9]\d{0,14}|(?=\.\d))(?:\.\d{0,15})?", re.ASCII)
_DELIMITERS: Final = ",;\t|"
_LINES_LOOKED_AT: Final = 40
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


def read_delimited(path: Path) -> SourceRows:
    """The rows of a text file, plain numbers as numbers."""
    texts = read_texts(path)
    is_us = texts.style is NumberStyle.US
    counted = _columns_of_quantities(texts) if is_us else ()
    rows = [[_cell(field, is_us) for field in row] for row in texts]
    for i in counted:
        for row, fields in zip(rows, texts, strict=True):
            if i < len(row) and EITHER_DOT.fullmatch(text := fields[i].strip()):
                row[i] = text
    return bounded(SourceRows(rows, path.name, style=texts.style), path.name)


def _columns_of_quantities(rows: Sequence[list[str]]) -> list[int]:
    """Where quantities stand: 1.000 stays a text there, for its reader to say how it is read."""
    for row in rows[:_LINES_LOOKED_AT]:
        if columns := [i for i, text in enumerate(row) if POSITIONS.name_of(text) == "quantity"]:
            return columns
    return []


def _cell(field: str, is_us: bool) -> TableCell:
    text = field.strip()
    if (is_us or "." not in text) and _PLAIN_NUMBER.fullmatch(text):
        return float(text)
    return text or None


def read_texts(path: Path) -> SourceRows:
    """The fields of a text file as they are, with the style of its numbers.

    The delimiter is the one that most of its first lines have. Rows beyond the most that a file may
    have are not read. A file with commas writes a point in its decimals; one with semicolons is
    European, unless a number in it says otherwise.
    """
    text = read_text(path)
    delimiter = delimiter_of(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        for line in lines:
            rows.append([_without_formula(field) for field in line])
            if len(rows) > MOST_ROWS:
                break
    except csv.Error as error:
        found = f"{path.name}, line {lines.line_num}: {error}"
        raise MarginError(f"{found}; wanted fields with both their quotes.") from error
    return SourceRows(rows, path.name, style=style_of(delimiter, rows))


def _without_formula(field: str) -> str:
    """The text in ="XYZ", which keeps spreadsheets from taking a text for a number."""
    return field[2:-1] if len(field) > 2 and field[:2] == '="' and field[-1] == '"' else field


def style_of(delimiter: str, rows: Iterable[list[str]]) -> NumberStyle | None:
    """The style of the numbers in rows; None where neither delimiter nor a number tells it."""
    if delimiter != ";":
        return NumberStyle.US if delimiter == "," else None
    dotted = dict.fromkeys(to_value(field) for row in rows for field in row if "." in field)
    is_us = any(read_numbers((cell, "1.000")).style is NumberStyle.US for cell in dotted)
    return None if is_us else NumberStyle.EUROPEAN


def read_text(path: Path) -> str:
    """The text of a file in UTF-8 or UTF-16, or else in the Windows alphabet of old exports."""
    content = path.read_bytes()
    text = content.decode(encoding_of(content), errors="replace")
    refuse_binary(text, path.name)
    return text


def encoding_of(content: bytes, *, whole: bool = True) -> str:
    """The encoding of a text, of which a beginning may be given that ends within a character."""
    if content.startswith(_UTF_16):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8-sig")().decode(content, final=whole)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def refuse_binary(text: str, file: str) -> None:
    """Refuse what is no text."""
    if "\x00" in text:
        raise MarginError(f"{file}: found no text, wanted comma-separated text.")


def delimiter_of(text: str) -> str:
    """The delimiter that most of the first lines have."""
    lines = [line for line in text[:100_000].splitlines() if line.strip()][:_LINES_LOOKED_AT]
    outside_quotes = [re.sub(r'"[^"]*"', "", line) for line in lines]

    def how_often(delimiter: str) -> tuple[int, int]:
        counts = [line.count(delimiter) for line in outside_quotes]
        return sum(map(bool, counts)), sum(counts)

    return max(_DELIMITERS, key=how_often)
