"""The Reg T requirement of what is held, at present prices, and the excess over it.

Reg T asks when something is bought or sold. To say what is left over today, the book is margined as
if all of it were opened now: every cost is replaced by its mark, and the proceeds of short sales
are applied. That deposit stands beside net liquidation value. Beside strategy-based equity, which
gives most options no value, the same excess is left by a requirement of its own.

Stock that covers a short call counts at no more than the call's strike, and short stock that
covers a short put is asked its unrealized loss: the deposit of a trade does not say so, the excess
does.

Rule: 12 CFR 220.4(b), 220.12.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import fsum
from typing import Final

import numpy as np

from xlmargin.account.excess import Excess, market_worth, values_by_strategy
from xlmargin.errors import MarginError
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin import Phase, StrategyMargin, strategy_margin
from xlmargin.strategy_margin.hedged_stock import fund_shares_needed
from xlmargin.strategy_margin.legs import OptionLeg, StockLeg
from xlmargin.strategy_margin.pairing import charge
from xlmargin.strategy_margin.pairing_charges import MarginCharges
from xlmargin.strategy_margin.pairing_holdings import Holdings
from xlmargin.strategy_margin.pairing_program import pairing_sheet
from xlmargin.strategy_margin.pairing_strategies import strategies_of
from xlmargin.strategy_margin.solver import SECONDS, solved
from xlmargin.strategy_margin.stock import long_stock

REG_T: Final = "12 CFR 220.4(b), 220.12"


def reg_t_excess(margin: StrategyMargin) -> Excess:
    """Strategy-based equity of each account beside its Reg T requirement at present prices.

    Equity is NaN for an account whose cash is stated nowhere.
    """
    values = values_by_strategy(margin)
    deposit = np.zeros(len(values.accounts))
    for c in _opened_now(margin).classes:
        deposit[c.account] += _least_asked(c.holdings, margin.rules) - c.proceeds
    return Excess(values.strategy_equity, deposit - values.options_without_value)


def _opened_now(margin: StrategyMargin) -> StrategyMargin:
    """The book with every cost replaced by what the position is worth."""
    positions = replace(margin.book.positions, cost=market_worth(margin))
    book = replace(margin.book, positions=positions)
    return strategy_margin(book, margin.mark)


def _least_asked(holdings: Holdings, rules: StrategyRules) -> float:
    """Least initial requirement of a class as the excess counts it, $, proceeds not applied."""
    charges = ExcessCharges(Phase.INITIAL, rules)
    sheet = pairing_sheet(holdings, Phase.INITIAL, charges, rules, cash=False)
    solution = solved(sheet.built(), SECONDS, np.array(sheet.alone))
    if solution is None:
        raise MarginError(f"no pairing of {holdings.name} was found in {SECONDS:g} seconds.")
    used = {
        column: round(quantity)
        for column, quantity in enumerate(solution.quantity.tolist())
        if sheet.columns[column] is not None and quantity > 0.5
    }
    strategies = strategies_of(holdings, sheet, used, charges)
    return fsum(charge(strategy, holdings, charges) for strategy in strategies)


@dataclass(frozen=True)
class ExcessCharges(MarginCharges):
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
        """What long stock is asked more at no more than the strike than at its value, $ a share."""
        counted = min(stock.value, strike)
        at_strike, whole = (
            long_stock(stock.underlying, value, self.phase, self.rules)
            for value in (counted, stock.value)
        )
        return at_strike + stock.value - counted - whole
