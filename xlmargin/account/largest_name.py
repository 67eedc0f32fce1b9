"""The name that most of an account's requirement is for: a class group, and its share.

A class group counts as margined by itself, before its gains offset anything in a group above, and
with what its positions outside portfolio margin require by strategy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.strategy_margin import RequirementKind, StrategyMargin


@dataclass(frozen=True, eq=False)
class LargestName:
    """The largest name of each account, "" where there is none, and its share, (accounts,).

    The share is of the account's requirement, a fraction; NaN where that is not above 0.
    """

    names: tuple[str, ...]
    share: FloatArray


def largest_name(
    margin: PortfolioMargin | StrategyMargin, *, together: bool = False
) -> LargestName:
    """The largest name of each account under a regime; by strategy of its maintenance.

    `together` are all accounts one, the first and only.
    """
    if isinstance(margin, PortfolioMargin):
        whole = margin.by_account
    else:
        whole = margin.by_account(RequirementKind.MAINTENANCE)
    if together:
        whole = whole.sum(keepdims=True)
    by_name: list[dict[str, float]] = [defaultdict(float) for _ in whole]
    for account, own in enumerate(required_by_name(margin)):
        for name, amount in own.items():
            by_name[0 if together else account][name] += amount
    largest = [max(names, key=names.__getitem__, default="") for names in by_name]
    amounts = np.array([own.get(name, 0.0) for own, name in zip(by_name, largest, strict=True)])
    share = np.full(len(whole), np.nan)
    np.divide(amounts, whole, out=share, where=whole > 0)
    return LargestName(tuple(largest), share)


def required_by_name(margin: PortfolioMargin | StrategyMargin) -> list[Mapping[str, float]]:
    """What each name of each account requires, $, by the account's index and the name."""
    nothing: Mapping[str, float] = {}
    if isinstance(margin, PortfolioMargin):
        required = _under_portfolio(margin)
    else:
        kind = RequirementKind.MAINTENANCE
        required = ((c.account, c.name, c.requirement(kind)) for c in margin.classes)
    by_name: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for account, name, amount in required:
        by_name[account][name] += amount
    return [by_name.get(account, nothing) for account in range(len(margin.book.positions.accounts))]


def _under_portfolio(margin: PortfolioMargin) -> Iterator[tuple[int, str, float]]:
    """Account, name and requirement, $, of each class group, and of what is not eligible."""
    classes, positions = margin.levels[0], margin.book.positions
    yield from zip(
        classes.account.tolist(), classes.names, classes.requirement.tolist(), strict=True
    )
    underlyings = margin.book.market.underlyings
    outside = margin.strategy_based.by_position
    for i, amount in zip(margin.not_eligible.tolist(), outside.tolist(), strict=True):
        yield int(positions.account[i]), underlyings[positions.underlying[i]].group, amount
