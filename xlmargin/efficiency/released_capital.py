"""The capital that portfolio margin releases, and what it is used for.

Shares of the long market value tell what each regime asks on average; the difference is released.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum, isclose

from xlmargin.errors import InputError, Problem


def released_capital(
    long_market_value: float, strategy_share: float, portfolio_share: float
) -> float:
    """Capital released, $, signed: what requires by strategy less what portfolio margin asks.

    Each share is a requirement as a fraction of the long market value.

    >>> round(released_capital(15_000_000.0, 0.35, 0.12), 2)
    3450000.0
    """
    return (strategy_share - portfolio_share) * long_market_value


def allocation_of_released_capital(
    released: float, shares: Mapping[str, float]
) -> dict[str, float]:
    """What each use receives of the capital released, $.

    `shares` are fractions by the name of the use. Refuses shares that do not add up to 1, a share
    below 0, and capital below 0, of which nothing can be given to any use.
    """
    if not released >= 0:
        raise _refused("released", f"{released:,.2f}", "an amount of 0 or more")
    for use, share in shares.items():
        if not share >= 0:
            raise _refused(use, f"{share:g}", "a share of 0 or more")
    whole = fsum(shares.values())
    if not isclose(whole, 1.0, abs_tol=1e-9):
        raise _refused("shares", f"{whole:g} in all", "shares that add up to 1")
    return {use: share * released for use, share in shares.items()}


def _refused(column: str, found: str, wanted: str) -> InputError:
    return InputError([Problem("allocation", 0, column, found, wanted)])
