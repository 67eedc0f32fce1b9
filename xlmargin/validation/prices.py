"""Published values of options beside ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from xlmargin.pricing import OptionTerms, theoretical_value
from xlmargin.validation.comparison import FigureComparison, source

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
            within = _within(figure, case)
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


def _within(figure: str, case: Mapping[str, Any]) -> float:
    """As the source states its own accuracy, else by how it was made."""
    if "tolerance" in case:
        return float(case["tolerance"])
    if figure == "price_true":
        return max(_AMERICAN, float(case["expected"].get("tolerance", 0.0)))
    return _DIVIDENDS if figure == "price_spot_model" else _EUROPEAN
