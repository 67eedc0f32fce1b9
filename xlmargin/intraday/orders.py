"""Orders of several legs that are one strategy: done at one time, they may be one transaction.

Rule: FINRA 4210(d)(2), (f)(2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias

import numpy as np

from xlmargin.book import Book
from xlmargin.intraday.account_days import AccountDay, Transaction
from xlmargin.intraday.levels import Holding, book_of_holdings, with_changes
from xlmargin.strategy_margin import RequirementKind, strategy_margin

Order: TypeAlias = tuple[Transaction, ...]


def orders_of_one_strategy(contracts: Book, days: Iterable[AccountDay]) -> tuple[Order, ...]:
    """The orders whose legs share a time and are margined as one strategy where nothing else is.

    The book has an entry a contract. Legs on several underlyings are none, nor what closes itself.
    """
    legs = {order: net for day in days for order in _orders(day) if (net := _net(order))}
    if not legs:
        return ()
    margin = strategy_margin(book_of_holdings(contracts, list(legs.values())))
    strategies = [0] * len(legs)
    for of_class in margin.classes:
        pairing = of_class.pairing(RequirementKind.MAINTENANCE)
        strategies[of_class.account] += len(pairing.strategies)
    return tuple(order for order, count in zip(legs, strategies, strict=True) if count == 1)


def _orders(day: AccountDay) -> Iterable[Order]:
    """The trades of each order at each time, where there are several."""
    together: dict[tuple[str, float], list[Transaction]] = defaultdict(list)
    for t in day.transactions:
        if t.order and t.is_trade:
            together[t.order, float(np.nan_to_num(t.time))].append(t)
    return [tuple(legs) for legs in together.values() if len(legs) > 1]


def _net(order: Order) -> Holding:
    """What the legs of an order come to; nothing where that is not several contracts of a part."""
    legs = with_changes((), tuple(change for t in order for change in t.changes))
    contracts = {t.contract for t in order}
    is_one = 1 < len(contracts) == len(legs) and len({t.part for t in order}) == 1
    return legs if is_one else ()
