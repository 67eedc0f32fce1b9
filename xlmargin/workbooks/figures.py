"""What pages reckon of figures of the answers: a formula, and beside it what it finds now."""

from __future__ import annotations

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.formulas_sheet import NONE
from xlmargin.workbooks.sentences import Figure, rounded, sentence


def at(cell: str, figure: Figure) -> Figure:
    """The figure that a cell of the page shows."""
    return Figure(cell, figure.value, figure.kind)


def number_or_none(figure: Figure) -> Figure:
    """A figure that is none where it is no number."""
    value = figure.value if isinstance(figure.value, float) else NONE
    return Figure(f'IF(ISNUMBER({figure.formula}),{figure.formula},"{NONE}")', value, figure.kind)


def in_cents(figure: Figure) -> Figure:
    """An amount to the cent: no format hides dust."""
    value = figure.value
    cents = rounded(value, 2) if isinstance(value, float) else value
    return Figure(f"IFERROR(ROUND({figure.formula},2),{figure.formula})", cents)


def less(whole: Figure, part: Figure, otherwise: str = NONE, digits: int | None = None) -> Figure:
    """One figure less another; what stands there otherwise where one is no number."""
    value: AnswerValue = otherwise
    if isinstance(whole.value, float) and isinstance(part.value, float):
        value = float(whole.value) - float(part.value)
    found = f"{whole.formula}-{part.formula}"
    if digits is not None:
        found = f"ROUND({found},{digits})"
        value = rounded(value, digits) if isinstance(value, float) else value
    return Figure(f'IFERROR({found},"{otherwise}")', value)


def share(part: Figure, whole: Figure, otherwise: str = NONE) -> Figure:
    """One figure as a fraction of another; of one that is not above nothing there is none."""
    value: AnswerValue = otherwise
    known = isinstance(part.value, float) and isinstance(whole.value, float)
    if known and float(whole.value) > 0:
        value = float(part.value) / float(whole.value)
    formula = f'IF({whole.formula}>0,{part.formula}/{whole.formula},"{otherwise}")'
    return Figure(f'IFERROR({formula},"{otherwise}")', value)


def change_share(now: Figure, then: Figure) -> Figure:
    """By which fraction a figure has changed; nothing where there is none."""
    value: AnswerValue = ""
    if isinstance(now.value, float) and isinstance(then.value, float) and then.value:
        value = float(now.value) / float(then.value) - 1
    return Figure(f'IFERROR({now.formula}/{then.formula}-1,"")', value)


def points(now: Figure, then: Figure) -> Figure:
    """The change of a fraction in points of percent."""
    value: AnswerValue = ""
    if isinstance(now.value, float) and isinstance(then.value, float):
        value = 100 * (float(now.value) - float(then.value))
    return Figure(f'IFERROR(100*({now.formula}-{then.formula}),"")', value)


def total(cells: str, figures: list[Figure]) -> Figure:
    """The numbers of some cells added up."""
    known = (figure.value for figure in figures if isinstance(figure.value, float))
    return Figure(f"SUM({cells})", sum(known))


def part_in_words(part: Figure, whole: Figure, words: str) -> tuple[str, AnswerValue]:
    """What one figure is of another, in percent and words."""
    found = share(part, whole)
    return sentence(Figure(found.formula, found.value, "percent"), f" {words}")


def state_of_excess(excess: Figure, call: Figure | None = None) -> Figure:
    """OK, to act where the excess is below nothing, or a call where one is open."""
    formula = f'IF({excess.formula}<0,"■ Act","● OK")'
    value = NONE
    if isinstance(excess.value, float):
        value = "■ Act" if excess.value < 0 else "● OK"
    if call is not None:
        is_open = f"AND(ISNUMBER({call.formula}),{call.formula}>0)"
        formula = f'IF({is_open},"■ Call",{formula})'
        if isinstance(excess.value, float) and isinstance(call.value, float) and call.value > 0:
            value = "■ Call"
    return Figure(f'IF(ISNUMBER({excess.formula}),{formula},"{NONE}")', value, "text")
