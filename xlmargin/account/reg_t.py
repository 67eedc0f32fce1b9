"""The Reg T requirement of what is held, at present prices, and the excess over it.

Reg T asks when something is bought or sold. To say what is left over today, the book is margined as
if all of it were opened now: every cost is replaced by its mark, and the proceeds of short sales
are applied. That deposit stands beside net liquidation value. Beside strategy-based equity, which
gives most options no value, the same excess is left by a requirement of its own.

Rule: 12 CFR 220.4(b), 220.12.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xlmargin.account.excess import Excess, market_worth, values_by_strategy
from xlmargin.strategy_margin import StrategyMargin, strategy_margin

REG_T: Final = "12 CFR 220.4(b), 220.12"


def reg_t_excess(margin: StrategyMargin) -> Excess:
    """Strategy-based equity of each account beside its Reg T requirement at present prices.

    Equity is NaN for an account whose cash is stated nowhere.
    """
    values = values_by_strategy(margin)
    deposit = _opened_now(margin).deposit_by_account
    return Excess(
        values.strategy_equity, deposit - values.options_without_value + values.value_added
    )


def _opened_now(margin: StrategyMargin) -> StrategyMargin:
    """The book with every cost replaced by what the position is worth."""
    positions = replace(margin.book.positions, cost=market_worth(margin))
    book = replace(margin.book, positions=positions)
    return strategy_margin(book, margin.mark)
