"""A workbook whose formulas call functions that are written in JavaScript, as Lite's are.

Excel keeps such a function in a file under a name of its own; without it the formula would have to
be entered again. So there is one file for each kind of host.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from xlmargin.hosts.formulas import rewrite_formulas
from xlmargin.unfinished import unfinished_folder

PREFIX: Final = "_xldudf_"
"""How Excel marks a function of an Office.js add-in without a namespace."""


def prefixed_formula(formula: str, names: Iterable[str]) -> str:
    """The formula with the prefix before each call of a named function, but not in a text."""
    signs = re.compile(
        rf"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|(?<![\w.!\]])(?P<call>(?:{'|'.join(names)})\()"
    )
    return signs.sub(lambda sign: f"{PREFIX if sign['call'] else ''}{sign[0]}", formula)


def prefix_functions(workbook: Path, names: Iterable[str]) -> None:
    """Rewrite a workbook in its place for Lite; nothing else in it changes."""
    names = tuple(names)
    with unfinished_folder(workbook.parent) as folder:
        whole = folder / workbook.name
        rewrite_formulas(workbook, whole, lambda formula, _: prefixed_formula(formula, names))
        whole.replace(workbook)
