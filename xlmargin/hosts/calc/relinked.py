"""A copy of a workbook whose formulas call the functions of the add-in."""

from __future__ import annotations

import re
import zipfile
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
    if book.stat().st_size > MOST_PACKED_BYTES or not zipfile.is_zipfile(book):
        raise MarginError(f"{book.name}: wanted a workbook of at most {MOST_PACKED_BYTES:,} bytes.")
    with zipfile.ZipFile(book) as packed:
        size = sum(part.file_size for part in packed.infolist())
    if size > MOST_UNPACKED_BYTES:
        limit = f"{MOST_UNPACKED_BYTES:,}"
        raise MarginError(f"{book.name}: found {size:,} bytes unpacked, wanted at most {limit}.")


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
            content = read.read(part)
            if formulas := _formulas(part.filename):
                content = formulas.sub(relinked, content.decode("utf-8")).encode("utf-8")
            write.writestr(part, content)


def _formulas(part: str) -> re.Pattern[str] | None:
    """How formulas stand in a part of a workbook; None where it has none."""
    if part == "content.xml":
        return _IN_ODS
    has_formulas = re.match(r"xl/(workbook\.xml|worksheets/|tables/)", part)
    return _IN_EXCEL_FILES if has_formulas and part.endswith(".xml") else None
