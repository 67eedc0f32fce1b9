"""A copy of a workbook whose formulas call the functions of the add-in."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from xlmargin.errors import MarginError
from xlmargin.hosts.calc.linked_formula import call_pattern, linked_formula

KINDS: Final = (".xlsx", ".xlsm", ".ods")
MOST_PACKED_BYTES: Final = 50_000_000
MOST_UNPACKED_BYTES: Final = 500_000_000

_IN_EXCEL_FILES: Final = re.compile(
    r"(?P<before><(?:\w+:)?(?:f|formula[12]?|definedName|calculatedColumnFormula)(?:\s[^>]*)?>)"
    r"(?P<formula>[^<]+)"
)
_IN_ODS: Final = re.compile(
    r"(?P<before><table:table-cell\s[^>]*table:formula=\"|table:expression=\")(?P<formula>[^\"]+)"
)
_FILLS_CELLS: Final = (' t="array"', " table:number-matrix-")
"""How an array formula is marked."""


def refuse_unfit(book: Path) -> None:
    """Raise MarginError unless the file is a workbook of a size that can be recalculated."""
    if book.suffix.lower() not in KINDS:
        raise MarginError(f"{book.name}: wanted a workbook, {', '.join(KINDS)}.")
    if not book.exists():
        raise MarginError(f"{book}: no such file.")
    _refuse_size(book, book.stat().st_size, "bytes", MOST_PACKED_BYTES)
    if not zipfile.is_zipfile(book):
        raise MarginError(f"{book.name}: wanted a workbook that is whole and has no password.")
    with zipfile.ZipFile(book) as packed:
        size = sum(part.file_size for part in packed.infolist())
    _refuse_size(book, size, "bytes unpacked", MOST_UNPACKED_BYTES)


def _refuse_size(book: Path, size: int, unit: str, most: int) -> None:
    if size > most:
        raise MarginError(f"{book.name}: found {size:,} {unit}, wanted at most {most:,}.")


def write_relinked(book: Path, copy: Path, names: Iterable[str]) -> None:
    """Write the copy; only formulas that call one of the named functions are changed."""
    pattern = call_pattern(names)

    def relinked(found: re.Match[str]) -> str:
        formula = unescape(found["formula"])
        fills_cells = any(sign in found["before"] for sign in _FILLS_CELLS)
        linked = linked_formula(formula, pattern, fills_cells)
        return found[0] if linked == formula else found["before"] + escape(linked, {'"': "&quot;"})

    with zipfile.ZipFile(book) as read, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as write:
        for part in read.infolist():
            content = _content(read, part)
            if formulas := _formulas(part.filename):
                text = content.decode("utf-8", "surrogateescape")
                content = formulas.sub(relinked, text).encode("utf-8", "surrogateescape")
            write.writestr(part, content)


def _content(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """A part of a workbook, unpacked; refused where it is damaged or locked."""
    try:
        return package.read(part)
    except (zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        raise MarginError(f"{part.filename} in the workbook cannot be read ({error}).") from error


def _formulas(part: str) -> re.Pattern[str] | None:
    """How formulas stand in a part of a workbook; None where it has none."""
    if part == "content.xml":
        return _IN_ODS
    has_formulas = re.match(r"xl/(workbook\.xml|worksheets/|tables/)", part)
    return _IN_EXCEL_FILES if has_formulas and part.endswith(".xml") else None
