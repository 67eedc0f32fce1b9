"""What deserves a look once positions are read and valued: warnings, never refusals."""

from __future__ import annotations

import numpy as np

from xlmargin.errors import Problem, Severity
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.positions import Positions
from xlmargin.risk_array.contract_table import NO_CONTRACT

_SAME_VALUE = 0.10
"""Share of the price by which a model value may differ before it is told."""

_A_TICK = 0.05
"""Dollars per unit by which it may differ in any case."""


def warn_of_values(margin: PortfolioMargin) -> list[Problem]:
    """Options whose price and volatility, both given, say different things.

    The difference is counted as a gain or loss at every point unless the base value is the model's.
    """
    positions, contracts = margin.book.positions, margin.frame.contracts
    both = ~np.isnan(positions.mark) & ~np.isnan(positions.volatility)
    priced = np.flatnonzero(both & (contracts.of_position != NO_CONTRACT))
    mark, model = positions.mark[priced], contracts.model[contracts.of_position[priced]]
    apart = np.abs(model - mark) > np.maximum(_SAME_VALUE * mark, _A_TICK)
    return [
        _warning(
            positions,
            int(i),
            "volatility",
            f"{positions.volatility[i]:.4g}, which values it at {value:,.2f}, not {price:,.2f}",
            "a volatility that gives the price, or one of the two left out",
        )
        for i, value, price in zip(priced[apart], model[apart], mark[apart], strict=True)
    ]


def warn_of_closed(positions: Positions) -> list[Problem]:
    """Contracts held long and short in one account: strategies close them out, minimums do not."""
    first: dict[tuple[float, ...], tuple[int, bool]] = {}
    warnings = []
    for i in np.flatnonzero(positions.is_option & (positions.quantity != 0)).tolist():
        key = (
            float(positions.account[i]),
            float(positions.underlying[i]),
            float(positions.kind[i]),
            float(positions.strike[i]),
            float(positions.expiration[i]),
            float(positions.multiplier[i]),
        )
        is_long = bool(positions.quantity[i] > 0)
        other, other_long = first.setdefault(key, (i, is_long))
        if other_long is not is_long:
            found = f"{positions.label(i)}, held the other way in row {positions.row[other]}"
            wanted = "the net position: each contract is charged the minimum of portfolio margin"
            warnings.append(_warning(positions, i, "quantity", found, wanted))
    return warnings


def _warning(positions: Positions, i: int, column: str, found: str, wanted: str) -> Problem:
    row = int(positions.row[i])
    return Problem("positions", row, column, found, wanted, Severity.WARNING)
