"""The greatest quantity of each order that leaves its name no more than a share of the requirement.

A name is a class group. What it requires by itself, before its gains offset anything in a group
above, is its share of the account's portfolio margin requirement, as that of the largest name is.
Every quantity up to the one answered was tried: a share need not rise with the quantity.

Rule: none; a limit of the user's own over the requirement of FINRA 4210(g)(7)-(8).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from xlmargin.account import required_by_name
from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.both_regimes import under_portfolio_margin
from xlmargin.computing import check_time_limit
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.portfolio_margin.portfolio_requirement import NO_CLASS
from xlmargin.what_if.candidates import SizedOrders
from xlmargin.what_if.hedge_portfolio import PortfolioHedge, portfolio_hedge
from xlmargin.what_if.impact import HALF_A_CENT

_AT_ONCE: Final = 4_096
"""Quantities that are tried in one pass."""


def greatest_by_name(margin: PortfolioMargin, orders: SizedOrders) -> FloatArray:
    """The greatest quantity of each order by the share of its name, shape (orders,).

    NaN where no share is stated, infinite where portfolio margin does not cover the order. An
    account whose name has more already may do what does not raise its share.
    """
    greatest = np.full(len(orders), np.nan)
    chosen = np.flatnonzero(~np.isnan(orders.name_share))
    if not chosen.size:
        return greatest
    joint, held = orders.one.beside(margin.book)
    both = under_portfolio_margin(joint)
    accounts, names = orders.one.accounts_in(margin.book), required_by_name(margin)
    for i in chosen.tolist():
        if both.class_of[held + i] == NO_CLASS:
            greatest[i] = np.inf
            continue
        hedge = portfolio_hedge(both, held, np.array([i]))
        whole = float(margin.by_account[accounts[i]])
        underlying = joint.market.underlyings[joint.positions.underlying[held + i]]
        own = names[accounts[i]].get(underlying.group, 0.0)
        limit = max(float(orders.name_share[i]), own / whole if whole > 0 else 0.0)
        greatest[i] = _greatest(hedge, own, whole, limit, int(orders.one.most[i]))
    return greatest


def _greatest(hedge: PortfolioHedge, own: float, whole: float, limit: float, most: int) -> int:
    """The last quantity before the first whose name has more than the limit.

    `own` and `whole`, $, are what the name and the account require now.
    """
    at_first = hedge.class_requirement(np.zeros(1))[0]
    for first in range(1, most + 1, _AT_ONCE):
        check_time_limit()
        quantity = np.arange(first, min(first + _AT_ONCE, most + 1), dtype=np.float64)
        of_name = own - at_first + hedge.class_requirement(quantity)
        beyond: BoolArray = of_name - limit * (whole + hedge.change(quantity)) > HALF_A_CENT
        refused: IntArray = np.flatnonzero(beyond)
        if refused.size:
            return first - 1 + int(refused[0])
    return most
