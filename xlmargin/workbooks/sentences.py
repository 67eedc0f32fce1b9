"""Sentences with their figures: a formula that says them, and what it says now.

Figures are written by FIXED, whose signs of thousands and of decimals are those of the program's
language, and not by TEXT, whose codes of formats differ by language.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.dates import date_of


def rounded(value: float, digits: int) -> float:
    """A number rounded as spreadsheets do, halves away from nothing."""
    scale = 10.0**digits
    found = math.floor(abs(value) * scale * (1 + 1e-15) + 0.5) / scale
    return math.copysign(found, value) + 0.0


@dataclass(frozen=True)
class Figure:
    """A figure of a sentence: its formula, its value, and its kind."""

    formula: str
    value: AnswerValue
    kind: str = "dollars"


_WRITTEN: Final[Mapping[str, tuple[str, float, int, str]]] = {
    "dollars": ("$", 1.0, 0, ""),
    "millions": ("$", 1e-6, 2, "M"),
    "percent": ("", 100.0, 1, "%"),
    "share": ("", 100.0, 0, "%"),
    "count": ("", 1.0, 0, ""),
    "move": ("+", 100.0, 0, "%"),
    "price": ("$", 1.0, 2, ""),
    "times": ("", 1.0, 1, ""),
}
"""Each kind: what stands before it (a plus is its sign), its factor, decimals, what is behind."""


_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


def written_day(cell: str, value: AnswerValue) -> Figure:
    """A day as a sentence writes it, 20 Nov 2026; nothing where the cell is no number."""
    months = ",".join(f'"{month}"' for month in _MONTHS)
    day = f'DAY({cell})&" "&CHOOSE(MONTH({cell}),{months})&" "&YEAR({cell})'
    said = ""
    if isinstance(value, float):
        found = date_of(value)
        said = f"{found.day} {_MONTHS[found.month - 1]} {found.year}"
    return Figure(f'IF(ISNUMBER({cell}),{day},"")', said, "text")


def sentence(*parts: str | Figure) -> tuple[str, AnswerValue]:
    """A formula that joins texts and figures, and what it says; a figure may be a text."""
    formulas, said = [], ""
    for part in parts:
        if isinstance(part, str):
            formulas.append('"' + part.replace('"', '""') + '"')
            said += part
        elif part.kind == "text":
            formulas.append(part.formula)
            said += str(part.value)
        else:
            formula, text = _figure(part)
            formulas.append(formula)
            said += text
    return "&".join(formulas), said


def _figure(figure: Figure) -> tuple[str, str]:
    before, factor, digits, behind = _WRITTEN[figure.kind]
    of = figure.formula
    times = "" if factor == 1.0 else f"*{factor:.15g}" if factor > 1 else f"/{1 / factor:.15g}"
    plus, before = ("+", "") if before == "+" else ("", before)
    amount = f'"{before}"&FIXED(ABS({of}){times},{digits})&"{behind}"'
    formula = f'IF(ISNUMBER({of}),IF({of}<0,"−","{plus}")&{amount},{of})'
    if not isinstance(figure.value, float):
        return formula, str(figure.value)
    sign = "−" if figure.value < 0 else plus
    return (
        formula,
        f"{sign}{before}{abs(rounded(figure.value * factor, digits)):,.{digits}f}{behind}",
    )


def written(
    cell: str, value: AnswerValue, unit: str, in_unit: AnswerValue
) -> tuple[str, AnswerValue]:
    """A formula that writes an amount in the unit that another cell names, and what it says."""
    dollars, share = sentence(Figure(cell, value)), sentence(Figure(cell, value, "percent"))
    formula = f'IF({unit}="$",{dollars[0]},IF({unit}="fraction",{share[0]},{cell}))'
    return formula, {"$": dollars[1], "fraction": share[1]}.get(str(in_unit), value)


def first_letter(cell: str) -> str:
    """A formula that shows the text of a cell as people write it: a capital, blanks in words."""
    return f'UPPER(LEFT({cell},1))&SUBSTITUTE(MID({cell},2,255),"_"," ")'


def as_written(text: str) -> str:
    """The same of a text: "high_cap index" is "High cap index"."""
    return text[:1].upper() + text[1:].replace("_", " ")
