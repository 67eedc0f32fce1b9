"""Figures of pages: a formula, and beside it the value that it finds, both from one expression.

The functions in capitals are those of spreadsheets. Sentences write figures by FIXED, whose signs
of thousands and of decimals are those of the program's language, and not by TEXT, whose codes of
formats differ by language.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import compress
from operator import add, eq, ge, gt, le, lt, mul, ne, sub, truediv
from typing import Any, Final, TypeGuard

from xlmargin.cells.values import AnswerValue
from xlmargin.dates import date_of


def rounded(value: float, digits: int) -> float:
    """A number rounded as spreadsheets do, halves away from nothing."""
    scale = 10.0**digits
    found = math.floor(abs(value) * scale * (1 + 1e-15) + 0.5) / scale
    return math.copysign(found, value) + 0.0


NONE: Final = "none"
"""How a page says that there is no value."""
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

    def __rsub__(self, other: Operand) -> Figure:
        return _joined(constant(other), "-", self)

    def __mul__(self, other: Operand) -> Figure:
        return _joined(self, "*", other)

    def __rmul__(self, other: Operand) -> Figure:
        return _joined(constant(other), "*", self)

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

    def is_at_least(self, other: Operand) -> Figure:
        """Whether it is another one or more."""
        return _joined(self, ">=", other)

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

_RANKS: Final = {"=": 1, "<>": 1, "<=": 1, ">=": 1, "<": 1, ">": 1, "+": 2, "-": 2, "*": 3, "/": 3}
_RECKONED: Final[Mapping[str, Callable[[Any, Any], AnswerValue]]] = {
    "+": add, "-": sub, "*": mul, "/": truediv, "<": lt, ">": gt, "=": eq, "<>": ne, "<=": le,
    ">=": ge,
}  # fmt: skip


def is_number(value: AnswerValue) -> TypeGuard[float]:
    """Whether a value is a number; TRUE and FALSE are none."""
    return isinstance(value, float)


def constant(operand: Operand) -> Figure:
    """A number or a text that is typed into a formula, as a figure."""
    return operand if isinstance(operand, Figure) else _typed(operand)


@cache
def _typed(operand: float | str) -> Figure:
    if isinstance(operand, str):
        return sentence(operand)
    return Figure(f"{operand:.15g}", float(operand))


def _joined(left: Figure, sign: str, other: Operand) -> Figure:
    """Two figures with a sign between them; a text is greater than every number."""
    right, rank = constant(other), _RANKS[sign]
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


def written_day(day: Figure) -> Figure:
    """A day as a sentence writes it, 20 Nov 2026; nothing where it is no number."""
    cell = day.formula
    months = ",".join(f'"{month}"' for month in _MONTHS)
    shown = f'DAY({cell})&" "&CHOOSE(MONTH({cell}),{months})&" "&YEAR({cell})'
    said = ""
    if is_number(day.value):
        found = date_of(day.value)
        said = f"{found.day} {_MONTHS[found.month - 1]} {found.year}"
    return Figure(f'IF(ISNUMBER({cell}),{shown},"")', said, "text")


def sentence(*parts: str | Figure) -> Figure:
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
    return Figure("&".join(formulas), said, "text")


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


def first_letter(cell: str) -> str:
    """A formula that shows the text of a cell as people write it: a capital, blanks in words."""
    return f'UPPER(LEFT({cell},1))&SUBSTITUTE(MID({cell},2,255),"_"," ")'


def as_written(text: str) -> str:
    """The same of a text: "high_cap index" is "High cap index"."""
    return text[:1].upper() + text[1:].replace("_", " ")


Function = Callable[..., Figure]
"""A function of a spreadsheet, of figures, numbers and texts."""


def _called(name: str, found: Callable[..., AnswerValue], *, catches: bool = False) -> Function:
    """A function by its name, and what it finds of values; a fault passes what catches none."""

    def called(*operands: Operand | Cells) -> Figure:
        figures = [each if isinstance(each, Figure | Cells) else _typed(each) for each in operands]
        values: list[Any] = [each.value for each in figures]
        value = FAULT if FAULT in values and not catches else found(*values)
        return Figure(f"{name}({','.join(each.formula for each in figures)})", value)

    return called


def IF(test: Figure, then: Operand, otherwise: Operand) -> Figure:  # noqa: N802
    """One of two figures by a test."""
    both = [constant(each) for each in (then, otherwise)]
    formula = f"IF({test.formula},{both[0].formula},{both[1].formula})"
    chosen = both[0] if test.value else both[1]
    return Figure(formula, FAULT if test.value == FAULT else chosen.value, both[0].kind)


def _numbers(values: Iterable[AnswerValue | tuple[AnswerValue, ...]]) -> list[float]:
    """The numbers among values and those of cells."""
    every = (each if isinstance(each, tuple) else (each,) for each in values)
    return [value for cells in every for value in cells if is_number(value)]


@cache
def _like(word: str) -> re.Pattern[str]:
    """What a text with wild cards matches, in whichever case; behind a tilde they are none."""
    of = {"*": ".*", "?": "."}
    each = (of.get(sign) or re.escape(sign[-1]) for sign in re.findall("~[*?~]|.", word, re.DOTALL))
    return re.compile("".join(each), re.DOTALL | re.IGNORECASE)


def _meets(value: AnswerValue, criterion: AnswerValue) -> bool:
    """Whether a cell is counted: a number, a text with wild cards, or a sign before one of them."""
    if not isinstance(criterion, str):
        return value == criterion
    word = criterion.lstrip("<>=")
    sign = criterion.removesuffix(word)
    if sign in _RECKONED and sign != "<>":
        return is_number(value) and bool(_RECKONED[sign](value, float(word)))
    return (isinstance(value, str) and bool(_like(word).fullmatch(value))) != (sign == "<>")


_IN_CRITERIA: Final = {"~": "~~", "*": "~*", "?": "~?", "<": "?", ">": "?", "=": "?"}


def exactly(text: Figure) -> Figure:
    """The criterion that a cell is this text, such as the name of an account, whatever is in it.

    A sign that compares where a text begins with it stands for any one sign.
    """
    found, of = str(text.value), text.formula
    for sign, safe in _IN_CRITERIA.items():
        found, of = found.replace(sign, safe), f'SUBSTITUTE({of},"{sign}","{safe}")'
    return Figure(of, found, "text")


def rows_meeting(*pairs: Any) -> list[bool]:
    """Which rows meet the criteria, each behind the cells that it is of."""
    return [all(map(_meets, row, pairs[1::2])) for row in zip(*pairs[::2], strict=True)]


COUNTIFS: Final = _called("COUNTIFS", lambda *pairs: float(sum(rows_meeting(*pairs))))
COUNTIF: Final = _called("COUNTIF", lambda *pair: float(sum(rows_meeting(*pair))))
SUMIFS: Final = _called(
    "SUMIFS", lambda cells, *pairs: sum(_numbers(compress(cells, rows_meeting(*pairs))), 0.0)
)


def _place(word: str, text: str) -> AnswerValue:
    """Where a word begins in a text, counted from 1; a fault where it does not stand there."""
    return float(text.index(word) + 1) if word in text else FAULT


def _number(text: str) -> AnswerValue:
    """The number that a text is, with thousands or as a percentage; nothing is none."""
    try:
        number = float(text.replace(",", "").removesuffix("%"))
    except ValueError:
        return 0.0 if not text else FAULT
    return number / 100 if text.endswith("%") else number


def at_extreme(names: Cells, cells: Cells, extreme: Function) -> Figure:
    """What stands beside the least or the greatest of some cells; a fault where there is none."""
    return look_up(extreme(cells), cells, names).of_kind("text")


FALSE: Final = Figure("FALSE", False)


def look_up(of: Operand, names: Cells, cells: Cells) -> Figure:
    """What stands in cells beside the first of names that is a value; a fault where none is."""
    place = match(of, names)
    value = cells.value[int(place.value) - 1] if is_number(place.value) else FAULT
    return Figure(f"INDEX({cells.formula},{place.formula})", value)


def match(of: Operand, names: Cells) -> Figure:
    """Which of names is the first that is a value, from 1; a text has wild cards. Else a fault."""
    name = constant(of)
    found = (float(i) for i, each in enumerate(names.value, 1) if _meets(each, name.value))
    return Figure(f"MATCH({name.formula},{names.formula},0)", next(found, FAULT))


NOT: Final = _called("NOT", lambda test: not test)
IFERROR: Final = _called("IFERROR", lambda of, other: other if of == FAULT else of, catches=True)
N: Final = _called("N", lambda of: of if is_number(of) else 0.0)
ISNUMBER: Final = _called("ISNUMBER", is_number, catches=True)
AND: Final = _called("AND", lambda *tests: all(tests))
OR: Final = _called("OR", lambda *tests: any(tests))
ROUND: Final = _called(
    "ROUND", lambda of, digits: rounded(of, int(digits)) if is_number(of) else FAULT
)
ABS: Final = _called("ABS", lambda of: abs(of) if is_number(of) else FAULT)
COUNT: Final = _called("COUNT", lambda *of: float(len(_numbers(of))))
INT: Final = _called("INT", lambda of: float(math.floor(of)) if is_number(of) else FAULT)
SUBSTITUTE: Final = _called("SUBSTITUTE", lambda of, old, new: str(of).replace(str(old), str(new)))
LEN: Final = _called("LEN", lambda of: float(len(str(of))))
LEFT: Final = _called("LEFT", lambda of, letters: str(of)[: int(letters)])
LOWER: Final = _called("LOWER", lambda of: str(of).lower())
MID: Final = _called(
    "MID", lambda of, first, letters: str(of)[int(first) - 1 : int(first) - 1 + int(letters)]
)
FIND: Final = _called("FIND", lambda word, of: _place(str(word), str(of)))
SEARCH: Final = _called("SEARCH", lambda word, of: _place(str(word).lower(), str(of).lower()))
_NUMBERVALUE: Final = _called("_xlfn.NUMBERVALUE", lambda of, *_: _number(str(of)))
RIGHT: Final = _called("RIGHT", lambda of, letters: str(of)[-int(letters) :])
MIN: Final = _called("MIN", lambda *of: min(_numbers(of), default=0.0))
SUM: Final = _called("SUM", lambda *of: sum(_numbers(of), 0.0))
MAX: Final = _called("MAX", lambda *of: max(_numbers(of), default=0.0))


def at(cell: str, figure: Figure) -> Figure:
    """The figure that a cell of the page shows."""
    return Figure(cell, figure.value, figure.kind)


def how_many(tests: Sequence[Figure]) -> Figure:
    """How many of some tests hold."""
    formula = "+".join(f"({test.formula})" for test in tests)
    return Figure(formula, float(sum(test.value is True for test in tests)), "count", _RANKS["+"])


def grouped(figure: Figure) -> Figure:
    """A figure in brackets."""
    return Figure(f"({figure.formula})", figure.value, figure.kind)


def number_or_none(figure: Figure) -> Figure:
    """A figure that is none where it is no number."""
    return IF(ISNUMBER(figure), figure, NONE)


def read_number(text: Operand) -> Figure:
    """A text as a number, written as answers write it: VALUE would read it in the own language."""
    return _NUMBERVALUE(text, ".", ",")


def rounded_to(figure: Figure, digits: int) -> Figure:
    """An amount to so many decimals, a text as it is: no format hides dust."""
    of, value = figure.formula, figure.value
    value = rounded(value, digits) if is_number(value) else value
    return Figure(f"IFERROR(ROUND({of},{digits}),{of})", value, figure.kind)


def less(whole: Figure, part: Figure, otherwise: str = NONE, digits: int | None = None) -> Figure:
    """One figure less another; what stands there otherwise where one is no number."""
    found = whole - part
    return IFERROR(found if digits is None else ROUND(found, float(digits)), otherwise)


def share(part: Figure, whole: Figure, otherwise: str = NONE) -> Figure:
    """One figure as a fraction of another; of one that is not above nothing there is none."""
    return IFERROR(IF(whole > 0, part / whole, otherwise), otherwise).of_kind("percent")


def change_share(now: Figure, then: Figure) -> Figure:
    """By which fraction a figure has changed; nothing where there is none."""
    return IFERROR(now / then - 1, "")


def points(now: Figure, then: Figure) -> Figure:
    """The change of a fraction in points of percent."""
    return IFERROR(100 * (now - then), "")


def part_in_words(part: Figure, whole: Figure, words: str) -> Figure:
    """What one figure is of another, in percent and words."""
    return sentence(share(part, whole), f" {words}")


def written(figure: Figure, unit: Figure) -> Figure:
    """An amount as texts write it, in the unit that another cell names."""
    dollars, of_whole = (sentence(figure.of_kind(kind)) for kind in ("dollars", "percent"))
    return IF(unit.equals("$"), dollars, IF(unit.equals("fraction"), of_whole, figure))


def state_of(
    known: Figure, act: Figure | None = None, watch: Figure | None = None, *, called: str = "■ Act"
) -> Figure:
    """OK, to be watched, or to be acted on, by two tests; none where figures are not known."""
    found = constant("● OK") if watch is None else IF(watch, "▲ Watch", "● OK")
    return IF(known, found if act is None else IF(act, called, found), NONE).of_kind("text")


def state_of_excess(excess: Figure, call: Figure | None = None) -> Figure:
    """OK, to act where the excess is below nothing, or a call where one is open."""
    found = IF(excess < 0, "■ Act", "● OK")
    if call is not None:
        found = IF(AND(ISNUMBER(call), call > 0), "■ Call", found)
    return IF(ISNUMBER(excess), found, NONE).of_kind("text")
