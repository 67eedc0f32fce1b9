"""What deserves a look once positions are read and valued: warnings, never refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from xlmargin.book import Book
from xlmargin.cash import cash_of_accounts
from xlmargin.errors import InputError, Problem, Severity
from xlmargin.excel.findings import MOST_LISTED
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.positions import Positions
from xlmargin.risk_array.contract_table import NO_CONTRACT

_SAME_VALUE = 0.10
"""Share of the price by which a model value may differ before it is told."""

_A_TICK = 0.05
"""Dollars per unit by which it may differ in any case."""

MOST_NAMED = 5
"""Accounts named in one warning; of the rest only their number is told."""

_MOST_TIMES = 10.0
"""How many times its underlying's price a strike may be, or the other way round."""


def warn_of_contracts(margin: PortfolioMargin) -> list[Problem]:
    """Options whose strike, price and expiration hardly fit their underlying.

    A strike far from it is often in thousandths; an option that expires on the day of `as_of` has
    no time left unless its expiration has a time.
    """
    positions, contracts = margin.book.positions, margin.frame.contracts
    of_position = contracts.of_position
    priced = np.flatnonzero((of_position != NO_CONTRACT) & ~np.isnan(positions.mark))
    warnings = []
    for i in priced.tolist():
        contract, mark = of_position[i], positions.mark[i]
        spot = contracts.spot[contract]
        model, strike = contracts.model[contract], positions.strike[i]
        if max(strike / spot, spot / strike) > _MOST_TIMES:
            wanted = f"a strike nearer the price of the underlying, {spot:.10g}"
            warnings.append(_warning(positions, i, "strike", positions.label(i), wanted))
        elif not contracts.contracts.years[contract] and abs(model - mark) > max(
            _SAME_VALUE * mark, _A_TICK
        ):
            wanted = f"about {model:,.2f}, its value at expiration; or an expiration with its time"
            warnings.append(_warning(positions, i, "price", f"{mark:.10g}", wanted))
    return warnings[:MOST_LISTED]


def warn_of_cash(book: Book) -> list[Problem]:
    """Accounts whose cash is stated nowhere, in one warning; or a setting that is nobody's."""
    try:
        cash = cash_of_accounts(book)
    except InputError as refused:
        return [replace(p, severity=Severity.WARNING) for p in refused.problems]
    missing = [book.positions.accounts[i] for i in np.flatnonzero(np.isnan(cash)).tolist()]
    if not missing:
        return []
    more = f" and {len(missing) - MOST_NAMED:,} more" if len(missing) > MOST_NAMED else ""
    named = ", ".join(missing[:MOST_NAMED]) + more
    whose = f"account{'s' * (len(missing) > 1)} {named}" if named else "the account"
    wanted = f"the cash of {whose} (0 if none): account values count none"
    return [Problem("settings", 0, "cash", "nothing", wanted, Severity.WARNING)]


def as_warnings(problems: Sequence[Problem]) -> list[Problem]:
    """What refuses the strategy-based figures alone, for a check of both regimes."""
    return [
        replace(p, found=f"{p.found} (strategy-based)", severity=Severity.WARNING) for p in problems
    ]


def warn_of_closed(positions: Positions) -> list[Problem]:
    """Contracts held long and short in one account: strategies close them out, minimums do not."""
    first: dict[tuple[int, int], tuple[int, bool]] = {}
    warnings = []
    for i in np.flatnonzero(positions.is_option & (positions.quantity != 0)).tolist():
        key = int(positions.account[i]), int(positions.contracts.series[i])
        is_long = bool(positions.quantity[i] > 0)
        other, other_long = first.setdefault(key, (i, is_long))
        if other_long is not is_long:
            found = f"{positions.label(i)}, held the other way in {positions.rows([other])}"
            wanted = "the net position: each contract is charged the minimum of portfolio margin"
            warnings.append(_warning(positions, i, "quantity", found, wanted))
    return warnings


def _warning(positions: Positions, i: int, column: str, found: str, wanted: str) -> Problem:
    return positions.problem(i, column, found, wanted, Severity.WARNING)
