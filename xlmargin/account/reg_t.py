"""The Reg T requirement of what is held, at present prices, and the excess over it.

Reg T asks when something is bought or sold. To say what is left over today, the book is margined as
if all of it were opened now: every cost is replaced by its mark, and the proceeds of short sales
are applied. That deposit stands beside net liquidation value. Beside strategy-based equity, which
gives most options no value, the same excess is left by a requirement of its own.

Stock that covers a short call counts at no more than the call's strike, and short stock that
covers a short put requires its unrealized loss: the deposit of a trade does not say so, the excess
does.

Rule: 12 CFR 220.4(b), 220.12.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xlmargin.account.excess import Excess, market_worth, values_by_strategy
from xlmargin.strategy_margin import RequirementKind, StrategyMargin, strategy_margin
from xlmargin.strategy_margin.pairing.least_pairing import least_pairing
from xlmargin.strategy_margin.pairing.requirement_rules import MarginRequirementRules
from xlmargin.strategy_margin.rules.hedged_stock import fund_shares_needed
from xlmargin.strategy_margin.rules.legs import OptionLeg, StockLeg
from xlmargin.strategy_margin.rules.stock import long_stock

REG_T: Final = "12 CFR 220.4(b), 220.12"


def reg_t_excess(margin: StrategyMargin) -> Excess:
    """Strategy-based equity of each account beside its Reg T requirement at present prices.

    Equity is NaN for an account whose cash is stated nowhere.
    """
    values = values_by_strategy(margin)
    deposit = np.zeros(len(values.accounts))
    requirements = ExcessCharges(RequirementKind.INITIAL, margin.rules)
    for c in _opened_now(margin).classes:
        least = least_pairing(c.holdings, requirements, margin.rules, seconds=c.seconds)
        deposit[c.account] += least.amount - c.proceeds
    return Excess(values.strategy_equity, deposit - values.options_without_value)


def _opened_now(margin: StrategyMargin) -> StrategyMargin:
    """The book with every cost replaced by what the position is worth."""
    positions = replace(margin.book.positions, cost=market_worth(margin))
    book = replace(margin.book, positions=positions)
    return strategy_margin(book, margin.mark)


@dataclass(frozen=True)
class ExcessCharges(MarginRequirementRules):
    """The initial charges of a margin account with the unrealized loss of stock used as cover.

    Rule: 12 CFR 220.4(b)(4).
    """

    def covered(self, stock: StockLeg, short: OptionLeg) -> float:
        """Rule: 12 CFR 220.4(b)(4)."""
        loss = self._write_down(stock, short.strike) if short.is_call else 0.0
        return super().covered(stock, short) + short.multiplier * loss

    def joined(self, stock: StockLeg, long: OptionLeg, short: OptionLeg) -> float:
        """Rule: 12 CFR 220.4(b)(4)."""
        loss = self._write_down(stock, short.strike) if short.is_call else short.itm_amount
        return super().joined(stock, long, short) + short.multiplier * loss

    def fund(self, fund: StockLeg, call: OptionLeg) -> float:
        """Rule: 12 CFR 220.4(b)(4); Cboe 10.3."""
        strike = call.strike * fund.value / call.underlying.spot
        shares = fund_shares_needed(fund.underlying, call)
        return super().fund(fund, call) + shares * self._write_down(fund, strike)

    def _write_down(self, stock: StockLeg, strike: float) -> float:
        """What long stock requires more at no more than the strike than at its value, $ a share."""
        counted = min(stock.value, strike)
        at_strike, whole = (
            long_stock(stock.underlying, value, self.kind, self.rules)
            for value in (counted, stock.value)
        )
        return at_strike + stock.value - counted - whole
