"""What pages reckon of figures of the answers, in the functions of spreadsheets.

Each answers a figure: the formula, and beside it what this finds now.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from itertools import compress
from typing import Any, Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.formulas_sheet import NONE
from xlmargin.workbooks.sentences import (
    FAULT,
    Cells,
    Figure,
    Operand,
    figure_of_operand,
    is_number,
    rounded,
    sentence,
    text_of_parts,
)

Function = Callable[..., Figure]
"""A function of a spreadsheet, of figures, numbers and texts."""


def _called(name: str, found: Callable[..., AnswerValue], *, catches: bool = False) -> Function:
    """A function by its name, and what it finds of values; a fault passes what catches none."""

    def called(*operands: Operand | Cells) -> Figure:
        figures = [
            each if isinstance(each, Cells) else figure_of_operand(each) for each in operands
        ]
        values: list[Any] = [each.value for each in figures]
        value = FAULT if FAULT in values and not catches else found(*values)
        return Figure(f"{name}({','.join(each.formula for each in figures)})", value)

    return called


def IF(test: Figure, then: Operand, otherwise: Operand) -> Figure:  # noqa: N802
    """One of two figures by a test."""
    both = [figure_of_operand(each) for each in (then, otherwise)]
    formula = f"IF({test.formula},{both[0].formula},{both[1].formula})"
    chosen = both[0] if test.value else both[1]
    return Figure(formula, FAULT if test.value == FAULT else chosen.value, both[0].kind)


def _numbers(values: Iterable[AnswerValue | tuple[AnswerValue, ...]]) -> list[float]:
    """The numbers among values and those of cells."""
    every = (each if isinstance(each, tuple) else (each,) for each in values)
    return [value for cells in every for value in cells if is_number(value)]


def _meets(value: AnswerValue, criterion: AnswerValue) -> bool:
    """Whether a cell is counted: a number, a text with wild cards, or a sign before one of them."""
    if not isinstance(criterion, str):
        return value == criterion
    word = criterion.lstrip("<>")
    sign = criterion.removesuffix(word)
    if sign in ("<", ">"):
        return is_number(value) and (value < float(word) if sign == "<" else value > float(word))
    is_like = isinstance(value, str) and fnmatchcase(value.lower(), word.lower())
    return is_like != (sign == "<>")


def _chosen(pairs: Sequence[Any]) -> list[bool]:
    """Which rows meet the criteria, each behind the cells that it is of."""
    return [
        all(map(_meets, row, pairs[1::2])) for row in zip(*pairs[::2], strict=True)
    ]  # fmt: skip


COUNTIFS: Final = _called("COUNTIFS", lambda *pairs: float(sum(_chosen(pairs))))
COUNTIF: Final = _called("COUNTIF", lambda *pair: float(sum(_chosen(pair))))
SUMIFS: Final = _called(
    "SUMIFS", lambda cells, *pairs: sum(_numbers(compress(cells, _chosen(pairs))))
)


def at_extreme(names: Cells, cells: Cells, extreme: Function) -> Figure:
    """What stands beside the least or the greatest of some cells; a fault where there is none."""
    of = extreme(cells)
    place = f"MATCH({of.formula},{cells.formula},0)"
    value = names.value[cells.value.index(of.value)] if of.value in cells.value else FAULT
    return Figure(f"INDEX({names.formula},{place})", value, "text")


IFERROR: Final = _called("IFERROR", lambda of, other: other if of == FAULT else of, catches=True)
ISNUMBER: Final = _called("ISNUMBER", is_number, catches=True)
AND: Final = _called("AND", lambda *tests: all(tests))
OR: Final = _called("OR", lambda *tests: any(tests))
ROUND: Final = _called(
    "ROUND", lambda of, digits: rounded(of, int(digits)) if is_number(of) else FAULT
)
ABS: Final = _called("ABS", lambda of: abs(of) if is_number(of) else FAULT)
COUNT: Final = _called("COUNT", lambda *of: float(len(_numbers(of))))
INT: Final = _called("INT", lambda of: float(math.floor(of)) if is_number(of) else FAULT)
LEFT: Final = _called("LEFT", lambda of, letters: str(of)[: int(letters)])
LOWER: Final = _called("LOWER", lambda of: str(of).lower())
RIGHT: Final = _called("RIGHT", lambda of, letters: str(of)[-int(letters) :])
MIN: Final = _called("MIN", lambda *of: min(_numbers(of), default=0.0))
MAX: Final = _called("MAX", lambda *of: max(_numbers(of), default=0.0))


def at(cell: str, figure: Figure) -> Figure:
    """The figure that a cell of the page shows."""
    return Figure(cell, figure.value, figure.kind)


def grouped(figure: Figure) -> Figure:
    """A figure in brackets."""
    return Figure(f"({figure.formula})", figure.value, figure.kind)


def number_or_none(figure: Figure) -> Figure:
    """A figure that is none where it is no number."""
    return IF(ISNUMBER(figure), figure, NONE)


def in_cents(figure: Figure) -> Figure:
    """An amount to the cent: no format hides dust."""
    return IFERROR(ROUND(figure, 2.0), figure)


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


def total(cells: str, figures: list[Figure]) -> Figure:
    """The numbers of some cells added up."""
    return Figure(f"SUM({cells})", sum(filter(is_number, (each.value for each in figures))))


def part_in_words(part: Figure, whole: Figure, words: str) -> tuple[str, AnswerValue]:
    """What one figure is of another, in percent and words."""
    return sentence(share(part, whole), f" {words}")


def written(figure: Figure, unit: Figure) -> Figure:
    """An amount as texts write it, in the unit that another cell names."""
    dollars, of_whole = (text_of_parts(figure.of_kind(kind)) for kind in ("dollars", "percent"))
    return IF(unit.equals("$"), dollars, IF(unit.equals("fraction"), of_whole, figure))


def state_of(
    known: Figure, act: Figure | None = None, watch: Figure | None = None, *, called: str = "■ Act"
) -> Figure:
    """OK, to be watched, or to be acted on, by two tests; none where figures are not known."""
    found = figure_of_operand("● OK") if watch is None else IF(watch, "▲ Watch", "● OK")
    return IF(known, found if act is None else IF(act, called, found), NONE).of_kind("text")


def state_of_excess(excess: Figure, call: Figure | None = None) -> Figure:
    """OK, to act where the excess is below nothing, or a call where one is open."""
    state = IF(excess < 0, "■ Act", "● OK")
    if call is not None:
        state = IF(AND(ISNUMBER(call), call > 0), "■ Call", state)
    return IF(ISNUMBER(excess), state, NONE).of_kind("text")
