"""The formulas of a workbook in its file, rewritten one by one; nothing else in it changes."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterable
from html import unescape
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from xlmargin.errors import MarginError
from xlmargin.unfinished import unfinished_folder

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


def prefixed_formula(formula: str, names: Iterable[str], prefix: str) -> str:
    """The formula with a prefix before each call of a named function, but not in a text."""
    signs = re.compile(
        rf"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|(?<![\w.!\]])(?P<call>(?:{'|'.join(names)})\()"
    )
    return signs.sub(lambda sign: f"{prefix if sign['call'] else ''}{sign[0]}", formula)


def prefix_functions(workbook: Path, names: Iterable[str], prefix: str) -> None:
    """Put a prefix before the named functions, in place; nothing else in the workbook changes."""
    names = tuple(names)
    with unfinished_folder(workbook.parent) as folder:
        whole = folder / workbook.name
        rewrite_formulas(workbook, whole, lambda text, _: prefixed_formula(text, names, prefix))
        whole.replace(workbook)


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
