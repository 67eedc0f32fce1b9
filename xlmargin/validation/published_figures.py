"""Published figures beside ours: requirements as worksheet functions answer them, option values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import numpy as np

from xlmargin import udfs
from xlmargin.pricing import OptionTerms, theoretical_value
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


_EUROPEAN: Final = 1e-4
"""Of values printed with four decimals."""
_AMERICAN: Final = 0.002
"""Of converged values whose own accuracy is not stated."""
_DIVIDENDS: Final = 0.003
"""Of finite differences whose own accuracy is not stated."""


def values(name: str) -> Iterator[FigureComparison]:
    """The value of every option of a file that has one published."""
    for case in source(name).cases:
        expected = case["expected"]
        found = [key for key in ("price", "price_true", "price_spot_model") if key in expected]
        if found:
            figure = found[0]
            ours = value_of(case["option"])
            within = _price_within(figure, case)
            published = float(expected[figure])
            yield FigureComparison(name, case["id"], figure, "$ a unit", published, ours, within)


def value_of(option: Mapping[str, Any]) -> float:
    """The theoretical value of an option as published: $ a unit."""
    schedule = np.array(option.get("dividends", []), dtype=float).reshape(1, -1, 2)
    terms = OptionTerms(
        call=np.array([option["kind"] == "call"]),
        american=np.array([option["exercise"] == "american"]),
        strike=np.array([float(option["strike"])]),
        years=np.array([float(option["t"])]),
        rate=np.array([float(option["r"])]),
        dividend_yield=np.array([float(option["q"])]),
        dividend_years=schedule[:, :, 0],
        dividend_amounts=schedule[:, :, 1],
    )
    spot, volatility = np.array([float(option["spot"])]), np.array([float(option["vol"])])
    return float(theoretical_value(terms, spot, volatility)[0, 0])


def _price_within(figure: str, case: Mapping[str, Any]) -> float:
    """As the source states its own accuracy, else by how it was made."""
    if "tolerance" in case:
        return float(case["tolerance"])
    if figure == "price_true":
        return max(_AMERICAN, float(case["expected"].get("tolerance", 0.0)))
    return _DIVIDENDS if figure == "price_spot_model" else _EUROPEAN
