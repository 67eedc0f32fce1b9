"""A workbook whose formulas call functions that are written in JavaScript, as Lite's are.

Excel keeps such a function in a file under a name of its own; without it the formula would have to
be entered again. So there is one file for each kind of host.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from xlmargin.unfinished import unfinished_folder

PREFIX: Final = "_xldudf_"
"""How Excel marks a function of an Office.js add-in without a namespace."""

_FORMULA: Final = re.compile(
    r"(?P<before><(?:f|formula\d?|definedName|calculatedColumnFormula)(?:\s[^>]*)?>)"
    r"(?P<formula>[^<]+)"
)
_WITH_FORMULAS: Final = re.compile(r"xl/(?:workbook|worksheets/[^/]+|tables/[^/]+)\.xml")


def prefixed_formula(formula: str, names: Iterable[str]) -> str:
    """The formula with the prefix before each call of a named function, but not in a text."""
    signs = re.compile(
        rf"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|(?<![\w.!\]])(?P<call>(?:{'|'.join(names)})\()"
    )
    return signs.sub(lambda sign: f"{PREFIX if sign['call'] else ''}{sign[0]}", formula)


def prefix_functions(workbook: Path, names: Iterable[str]) -> None:
    """Rewrite a workbook in its place for Lite; nothing else in it changes."""
    names = tuple(names)

    def prefixed(found: re.Match[str]) -> str:
        formula = unescape(found["formula"])
        made = prefixed_formula(formula, names)
        return found[0] if made == formula else found["before"] + escape(made)

    with unfinished_folder(workbook.parent) as folder:
        whole = folder / workbook.name
        with zipfile.ZipFile(workbook) as read, zipfile.ZipFile(whole, "w") as write:
            for part in read.infolist():
                content = read.read(part)
                if _WITH_FORMULAS.fullmatch(part.filename):
                    content = _FORMULA.sub(prefixed, content.decode("utf-8")).encode("utf-8")
                write.writestr(part, content, zipfile.ZIP_DEFLATED)
        whole.replace(workbook)
