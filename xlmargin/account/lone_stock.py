"""Stock that nothing is paired with, after moves: a share requires the same in a house's accounts.

Where a class holds no options and nothing against the box there is one pairing, at any prices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from xlmargin.account.moved_holdings import moved_underlying
from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
from xlmargin.strategy_margin.rules.stock import StockLeg


def is_lone_stock(holdings: ClassPositions) -> bool:
    """Whether nothing in the holdings can be paired."""
    return not holdings.options and not any(
        stock.against_the_box_shares for stock in holdings.stocks
    )


@dataclass(frozen=True)
class LoneStock:
    """Stock that nothing is paired with, each with its account, and what each account requires by.

    Accounts of one house have the identical requirements.
    """

    held: tuple[tuple[int, StockLeg], ...]
    requirements: Sequence[RequirementRules]

    def asked(self, moves: FloatArray, looking: BoolArray) -> FloatArray:
        """What each account requires for it after a move of its own, $, shape (accounts,).

        That of accounts that are not looked at is 0.
        """
        asked = np.zeros(len(moves))
        a_share: dict[tuple[int, str, float, bool, float], float] = {}
        own, wanted = moves.tolist(), looking.tolist()
        for account, leg in self.held:
            if wanted[account]:
                underlying, add_on = leg.underlying, leg.underlying.house.add_on
                requirements = self.requirements[account]
                side, move = leg.shares > 0, own[account]
                key = (id(requirements), underlying.symbol, add_on, side, move)
                if key not in a_share:
                    underlying = moved_underlying(underlying, move)
                    moved = replace(leg, value=underlying.spot, underlying=underlying)
                    a_share[key] = requirements.stock(moved)
                asked[account] += abs(leg.shares) * a_share[key]
        return asked
