"""The formulas of a workbook in its file, rewritten one by one; nothing else in it changes."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from xlmargin.errors import MarginError

_IN_EXCEL_FILES: Final = re.compile(
    r"(?P<before><(?:\w+:)?(?:f|formula[12]?|definedName|calculatedColumnFormula)(?:\s[^>]*)?>)"
    r"(?P<formula>[^<]+)"
)
_IN_ODS: Final = re.compile(
    r"(?P<before><table:table-cell\s[^>]*table:formula=\"|table:expression=\")(?P<formula>[^\"]+)"
)


def rewrite_formulas(book: Path, copy: Path, rewritten: Callable[[str, str], str]) -> None:
    """Write a copy of a workbook; `rewritten` takes a formula, and the tag before it."""

    def replaced(found: re.Match[str]) -> str:
        formula = unescape(found["formula"])
        made = rewritten(formula, found["before"])
        quotes = {} if '"' in found["formula"] else {'"': "&quot;"}  # as the file writes them
        return found[0] if made == formula else found["before"] + escape(made, quotes)

    with zipfile.ZipFile(book) as read, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as write:
        for part in read.infolist():
            content = _content(read, part)
            if formulas := _formulas(part.filename):
                text = content.decode("utf-8", "surrogateescape")
                content = formulas.sub(replaced, text).encode("utf-8", "surrogateescape")
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
