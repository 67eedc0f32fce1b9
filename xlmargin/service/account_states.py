"""The state of each account of a kept book, as a program is told it: both regimes side by side."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, Final

import numpy as np

from xlmargin.account.buying_power import portfolio_buying_power
from xlmargin.book import rules_of_accounts
from xlmargin.cells.problems import refusal
from xlmargin.live import KeptBook
from xlmargin.reports.table import ReportTable
from xlmargin.rulebook import portfolio_rules
from xlmargin.settings import AccountType

PROVEN: Final = "proven"
"""A strategy-based requirement that is the least there is."""
UNKNOWN: Final = "unknown"
"""Of an account that cannot be margined."""
AT_MOST: Final = "at_most"
"""One that is permitted, while the least is looked for: the requirement is no more than that."""
_SAME: Final = {"cushion": 5e-7}
"""By its name, what a figure may differ by and be told as the same; of dollars half a cent."""
_HALF_A_CENT: Final = 0.005

State = dict[str, Any]


def public_name(account: str) -> str:
    """How an account is called to programs: one without a name is the account."""
    return account or "account"


def named_rows(table: ReportTable) -> list[dict[str, Any]]:
    """The rows of a table with a column of accounts, as records."""
    names = [str(heading).replace(" ", "_") for heading in table.headings]
    rows: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in table.rows]
    return [{**row, "account": public_name(row["account"])} for row in rows]


def account_states(
    kept: KeptBook, accounts: Set[str], refused: Mapping[str, Exception]
) -> dict[str, State]:
    """The state of each of these accounts by its public name.

    None is what is not known, or not permitted; of accounts that are refused nothing is known.
    """
    live = kept.live
    stale = kept.stale
    portfolio, strategy = live.portfolio, live.strategy
    rules = rules_of_accounts(live.book, portfolio_rules)
    power = portfolio_buying_power(portfolio.excess, rules)
    reg_t = live.now.reg_t_excess + live.cash
    found = {}
    for i, account in enumerate(live.accounts):
        if account not in accounts:
            continue
        kind = live.book.settings_of_accounts[i].account_type
        value = float(portfolio.equity[i])
        of_portfolio = {
            "requirement": number(portfolio.requirement[i]),
            "excess": number(portfolio.excess[i]),
            "cushion": _share(portfolio.excess[i], value),
            "buying_power": number(power[i]),
        }
        of_strategy = {
            "requirement": number(strategy.requirement[i]),
            "excess": number(strategy.excess[i]),
            "cushion": _share(strategy.excess[i], value),
            "reg_t_excess": None if kind is AccountType.CASH else number(reg_t[i]),
            "bound": AT_MOST if account in kept.unproven else PROVEN,
        }
        state: State = {
            "account": public_name(account),
            "as_of": live.book.as_of.isoformat(),
            "regime": "portfolio" if kind is AccountType.PORTFOLIO else "strategy",
            "account_value": number(value),
            "portfolio": None if kind is AccountType.CASH else of_portfolio,
            "strategy": of_strategy,
            "stale": account in stale,
        }
        if account in stale:
            state["problem"] = refusal(stale[account])
        if account in refused:
            unknown = {**dict.fromkeys(of_strategy), "bound": UNKNOWN}
            state |= {"account_value": None, "strategy": unknown, "stale": True}
            state["portfolio"] = state["portfolio"] and dict.fromkeys(of_portfolio)
            state["problem"] = refusal(refused[account])
        found[state["account"]] = state
    return found


def of_version(state: State, version: int) -> State:
    """A state, or an alert, as it is told: with the version of the figures."""
    return {**state, "version": version}


def is_same(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Whether two states tell the same figures."""
    if one is None or other is None or one.keys() != other.keys():
        return one is other
    return all(_alike(name, one[name], other[name]) for name in one)


def _alike(name: str, one: Any, other: Any) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return is_same(one, other)
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) < _SAME.get(name, _HALF_A_CENT)
    return bool(one == other)


def number(amount: Any) -> float | None:
    """An amount; None where it is not known."""
    return None if np.isnan(amount) else float(amount) + 0.0


def _share(amount: Any, whole: float) -> float | None:
    """A fraction of what is above zero; there is none of anything else."""
    return number(amount / whole) if whole > 0 else None
