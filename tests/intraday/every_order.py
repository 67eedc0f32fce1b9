"""The slow twin: every order of a day's transactions, each level from the whole account anew.

What is held after some transactions is typed as a range of positions, an account for each set of
transactions, and margined as any other range.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations, pairwise, permutations

from tests.intraday.answers import Range
from tests.reading import read_book
from xlmargin.account import portfolio_excess, strategy_excess
from xlmargin.regimes import under_portfolio_margin
from xlmargin.settings import AccountType
from xlmargin.strategy_margin import strategy_margin

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account"]
Contract = tuple[str, str, float | None, str | None]
Made = tuple[Contract | None, float, float, float]
"""Contract (None for cash), quantity (dollars of cash), trade price and fee."""

Levels = dict[frozenset[int], float]


def levels_of_sets(
    opening: Counter[Contract],
    cash: float,
    made: Sequence[Made],
    mark: dict[Contract, float],
    ranges: tuple[Range, Range],
) -> Levels:
    """The level after each set of transactions, made in whatever order."""
    sets = [frozenset(c) for n in range(len(made) + 1) for c in combinations(range(len(made)), n)]
    typed: Range = [HEADINGS]
    for number, chosen in enumerate(sets):
        held, money = Counter(opening), cash
        for i in chosen:
            contract, quantity, price, fee = made[i]
            if contract is None:
                money += quantity - fee
            else:
                units = quantity * (1 if contract[1] == "stock" else 100)
                held[contract] += quantity
                money -= units * price + fee
        account = f"set {number}"
        typed.append(["USD", "cash", money, None, None, None, account])
        typed += [
            [c[0], c[1], quantity, c[2], c[3], mark[c], account]
            for c, quantity in held.items()
            if quantity
        ]
    market, settings = ranges
    book = read_book(typed, market, settings)
    if book.settings.account_type is AccountType.PORTFOLIO:
        found = portfolio_excess(under_portfolio_margin(book))
    else:
        found = strategy_excess(strategy_margin(book))
    return dict(zip(sets, found.excess.tolist(), strict=True))


def deficit_in_order(order: Sequence[int], levels: Levels) -> float:
    """The largest deficit right after a transaction that lowered the level."""
    after = [levels[frozenset(order[:n])] for n in range(len(order) + 1)]
    return max(
        [0.0, *(-level for before, level in pairwise(after) if level < before - 1e-6)],
    )


def worst_deficit(levels: Levels) -> float:
    """The largest deficit over all orders."""
    count = max(map(len, levels))
    return max(deficit_in_order(order, levels) for order in permutations(range(count)))
