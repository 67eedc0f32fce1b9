"""Published requirements beside those that the worksheet functions answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from xlmargin import udfs
from xlmargin.validation.comparison import FigureComparison, source
from xlmargin.validation.ranges import Case, CaseRows, case_ranges

CENT: Final = 0.01
OF_MODEL: Final = 0.005
"""Of a requirement by portfolio margin: what was published of prices has two decimals."""


def _deposit(*ranges: CaseRows) -> object:
    """The money to put up, as the total of the comparison has it."""
    answer = udfs.MARGIN_COMPARE(*ranges)
    if not isinstance(answer, list):
        return answer
    return dict(zip(answer[0], answer[-1], strict=True))["deposit"]


_FIGURES: Final[Mapping[str, tuple[Callable[..., object], str]]] = {
    "pm_requirement": (udfs.PM_REQUIREMENT, "$"),
    "initial_requirement": (udfs.REGT_INITIAL, "$"),
    "maintenance_requirement": (udfs.REGT_MAINTENANCE, "$"),
    "initial_call": (_deposit, "$"),
    "efficiency_gain": (udfs.MARGIN_EFFICIENCY, "fraction"),
}
"""What answers a published figure, and in which unit."""


def figures(name: str) -> Iterator[FigureComparison]:
    """Every figure of every case of a file, that a worksheet function answers."""
    for case in source(name).cases:
        yield from _of_case(name, case)


def _of_case(name: str, case: Case) -> Iterable[FigureComparison]:
    ranges = case_ranges(case)
    for figure, (answer, unit) in _FIGURES.items():
        if figure not in case["expected"]:
            continue
        published = float(case["expected"][figure])
        found = answer(*ranges)
        ours = found if isinstance(found, float) else None
        refusal = "" if ours is not None else str(found)
        within = _within(figure, published)
        yield FigureComparison(name, case["id"], figure, unit, published, ours, within, refusal)


def _within(figure: str, published: float) -> float:
    if figure == "pm_requirement":
        return max(1.0, OF_MODEL * abs(published))
    return OF_MODEL if figure == "efficiency_gain" else CENT
