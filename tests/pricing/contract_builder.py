"""Contracts from plain numbers: every argument is one value or one for each contract."""

import numpy as np

from xlmargin.pricing import OptionTerms


def contracts(
    call, strike, years, rate, dividend_yield=0.0, american=True, dividends=()
) -> OptionTerms:
    """Contracts that share their cash dividends, given as (years, amount)."""
    terms = np.broadcast_arrays(
        *(np.atleast_1d(term) for term in (call, american, strike, years, rate, dividend_yield))
    )
    schedule = np.array(dividends, dtype=float).reshape(-1, 2)
    rows = (len(terms[0]), len(schedule))
    return OptionTerms(
        terms[0].astype(bool),
        terms[1].astype(bool),
        *(term.astype(float) for term in terms[2:]),
        np.broadcast_to(schedule[:, 0], rows),
        np.broadcast_to(schedule[:, 1], rows),
    )


def numbers(*values) -> tuple[np.ndarray, ...]:
    """Each value as an array of one."""
    return tuple(np.atleast_1d(np.asarray(value, dtype=float)) for value in values)
