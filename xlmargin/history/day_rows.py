"""A day as rows: one an account, and one for all where there are several; or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.history.shadow_day import ShadowDay
from xlmargin.history.splits import HeldShares, hidden_splits

Column = FloatArray | list[str]
"""Numbers, NaN where there is no value, or texts."""

TOTAL: Final = "total"
"""The account of a row for all of them; accounts do not offset one another."""

_ADDED: Final = (
    "long_market_value", "initial", "maintenance", "deposit", "portfolio_requirement",
    "released", "strategy_equity", "strategy_excess", "strategy_call",
    "portfolio_equity", "portfolio_excess", "portfolio_call",
)  # fmt: skip
"""Amounts of each account, $, whose sum is that of all."""

_SHARES: Final = {
    "initial_share": "initial",
    "maintenance_share": "maintenance",
    "deposit_share": "deposit",
    "portfolio_share": "portfolio_requirement",
}
"""Shares of the long market value, and the amounts that they are of."""

AMOUNTS: Final = (
    "long_market_value", "initial", "maintenance", "deposit", "portfolio_requirement",
    "initial_share", "maintenance_share", "deposit_share", "portfolio_share", "released",
    "strategy_equity", "strategy_excess", "strategy_call", "strategy_call_due",
    "portfolio_equity", "portfolio_excess", "portfolio_call", "portfolio_call_due",
)  # fmt: skip
"""The columns of numbers, between date and account before them and the texts behind."""

TEXTS: Final = ("problem", "warning")
"""Why the day failed; what deserves a look, in the last row of its day."""


def day_rows(day: ShadowDay, warning: str = "") -> dict[str, Column]:
    """The rows of a day by column: accounts in the order of the positions, then their total.

    Dates are serial days. A day that failed is one row, with its problem and no number; one that a
    regime refuses has its problem in every row, and the other's numbers.
    """
    accounts = list(day.accounts)
    if len(accounts) != 1:
        accounts.append("" if day.failed else TOTAL)
    columns: dict[str, Column] = {"date": np.full(len(accounts), day.day), "account": accounts}
    amounts = {name: _with_total(getattr(day, name), day) for name in _ADDED}
    held = amounts["long_market_value"]
    for name, amount in _SHARES.items():
        share = np.full(len(held), np.nan)
        amounts[name] = np.divide(amounts[amount], held, out=share, where=held > 0)
    for regime, due in (("strategy", day.strategy_due), ("portfolio", day.portfolio_due)):
        call = amounts[f"{regime}_call"]
        amounts[f"{regime}_call_due"] = np.where(call > 0, due, np.nan)
    columns |= {name: amounts[name] for name in AMOUNTS}
    columns["problem"] = [day.problem] * len(accounts)
    columns["warning"] = [*[""] * (len(accounts) - 1), warning]
    return columns


def warned(days: Iterable[ShadowDay]) -> Iterator[tuple[ShadowDay, str]]:
    """Each day, in the order of time, with what deserves a look beside the last one margined."""
    shares: tuple[HeldShares, ...] = ()
    for day in days:
        yield day, "; ".join(hidden_splits(shares, day.shares))
        shares = shares if day.failed else day.shares


def _with_total(amounts: FloatArray, day: ShadowDay) -> FloatArray:
    """Amounts with their sum where there are several; none at all on a day that failed."""
    if day.failed:
        return np.array([np.nan])
    return amounts if len(amounts) == 1 else np.append(amounts, amounts.sum())
