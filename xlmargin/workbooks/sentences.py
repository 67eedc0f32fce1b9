"""Sentences with their figures: a formula that says them, and what it says now.

Figures are written by FIXED, whose signs of thousands and of decimals are those of the program's
language, and not by TEXT, whose codes of formats differ by language.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from operator import add, eq, gt, le, lt, mul, ne, sub, truediv
from typing import Any, Final, TypeGuard

from xlmargin.cells.values import AnswerValue
from xlmargin.dates import date_of


def rounded(value: float, digits: int) -> float:
    """A number rounded as spreadsheets do, halves away from nothing."""
    scale = 10.0**digits
    found = math.floor(abs(value) * scale * (1 + 1e-15) + 0.5) / scale
    return math.copysign(found, value) + 0.0


FAULT: Final = "#VALUE!"
"""The value of a formula that cannot be reckoned, such as a text less a number."""
_ATOM: Final = 9


@dataclass(frozen=True)
class Figure:
    """A figure: its formula, the value that this finds now, and its kind.

    Figures are reckoned with as numbers are: the formula that is written and the value beside it
    follow from one expression. `rank` is how tightly the formula holds together.
    """

    formula: str
    value: AnswerValue
    kind: str = "dollars"
    rank: int = _ATOM

    def __add__(self, other: Operand) -> Figure:
        return _joined(self, "+", other)

    def __sub__(self, other: Operand) -> Figure:
        return _joined(self, "-", other)

    def __mul__(self, other: Operand) -> Figure:
        return _joined(self, "*", other)

    def __rmul__(self, other: Operand) -> Figure:
        return _joined(figure_of_operand(other), "*", self)

    def __truediv__(self, other: Operand) -> Figure:
        return _joined(self, "/", other)

    def __neg__(self) -> Figure:
        inner = f"({self.formula})" if self.rank < _RANKS["*"] else self.formula
        value = -self.value if is_number(self.value) else FAULT
        return Figure(f"-{inner}", value, self.kind, _RANKS["*"])

    def __lt__(self, other: Operand) -> Figure:
        return _joined(self, "<", other)

    def __gt__(self, other: Operand) -> Figure:
        return _joined(self, ">", other)

    def is_at_most(self, other: Operand) -> Figure:
        """Whether it is another one or less."""
        return _joined(self, "<=", other)

    def differs(self, other: Operand) -> Figure:
        """Whether it is not another one."""
        return _joined(self, "<>", other)

    def equals(self, other: Operand) -> Figure:
        """Whether it is another one: texts in whichever case."""
        return _joined(self, "=", other)

    def of_kind(self, kind: str) -> Figure:
        """The same, written and shown as another kind."""
        return replace(self, kind=kind)


@dataclass(frozen=True)
class Cells:
    """Cells of a column, or of a row: how formulas name them, and what stands there now."""

    formula: str
    value: tuple[AnswerValue, ...]


Operand = Figure | float | str

_RANKS: Final = {"=": 1, "<>": 1, "<=": 1, "<": 1, ">": 1, "+": 2, "-": 2, "*": 3, "/": 3}
_RECKONED: Final[Mapping[str, Callable[[Any, Any], AnswerValue]]] = {
    "+": add, "-": sub, "*": mul, "/": truediv, "<": lt, ">": gt, "=": eq, "<>": ne, "<=": le,
}  # fmt: skip


def is_number(value: AnswerValue) -> TypeGuard[float]:
    """Whether a value is a number; TRUE and FALSE are none."""
    return isinstance(value, float)


def figure_of_operand(operand: Operand) -> Figure:
    """A number or a text that is typed into a formula, as a figure."""
    if isinstance(operand, Figure):
        return operand
    if isinstance(operand, str):
        return Figure(f'"{operand}"', operand, "text")
    return Figure(f"{operand:.15g}", float(operand))


def _joined(left: Figure, sign: str, other: Operand) -> Figure:
    """Two figures with a sign between them; a text is greater than every number."""
    right, rank = figure_of_operand(other), _RANKS[sign]
    first = f"({left.formula})" if left.rank < rank else left.formula
    binds = right.rank > rank or (right.rank == rank and sign in "+*")
    second = right.formula if binds else f"({right.formula})"
    values = [left.value, right.value]
    value: AnswerValue = FAULT
    if rank == 1 and FAULT not in values:
        keys = [(not is_number(v), str(v).lower() if not is_number(v) else v) for v in values]
        value = _RECKONED[sign](*keys)
    elif all(is_number(v) for v in values) and not (sign == "/" and values[1] == 0.0):
        value = _RECKONED[sign](*values)
    return Figure(f"{first}{sign}{second}", value, left.kind, rank)


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


def in_words(figure: Figure) -> Figure:
    """A text as people write it: a capital, blanks in words."""
    return Figure(first_letter(figure.formula), as_written(str(figure.value)), "text")


def text_of_parts(*parts: str | Figure) -> Figure:
    """A sentence as a figure, which may be part of another."""
    return Figure(*sentence(*parts), "text")


def first_letter(cell: str) -> str:
    """A formula that shows the text of a cell as people write it: a capital, blanks in words."""
    return f'UPPER(LEFT({cell},1))&SUBSTITUTE(MID({cell},2,255),"_"," ")'


def as_written(text: str) -> str:
    """The same of a text: "high_cap index" is "High cap index"."""
    return text[:1].upper() + text[1:].replace("_", " ")
