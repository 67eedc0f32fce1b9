"""Stock hedged with options on as many units; amounts are $ per share and for all legs together.

Where a rule values stock at no more than a strike, the equity still counts it at its full market
value, and the write-down - the stock's value above the strike - is part of the maintenance
requirement. Long options are paid in full inside each strategy; in maintenance they add their value
only where the equity counts it (`options.paid_in_full`). Premiums of short options are not inside.
"""

from __future__ import annotations

from typing import Final

from xlmargin.arrays import either, greater, lesser
from xlmargin.market import Underlying
from xlmargin.rulebook import StrategyRules, UnderlyingClass
from xlmargin.strategy_margin.rules.kinds import Paragraph, RequirementKind
from xlmargin.strategy_margin.rules.options import OptionLeg, paid_in_full
from xlmargin.strategy_margin.rules.stock import (
    StockLeg,
    long_maintenance_rate,
    long_stock,
    short_stock,
    short_stock_on_top,
)

COVERED_CALL: Final = Paragraph(
    "12 CFR 220.4(b)(4)(ii), 220.12(a); FINRA 4210(f)(2)(I)(i)",
    "FINRA 4210(f)(2)(I)(i), (iii); FINRA 4210(c)(1)",
)
COVERED_PUT: Final = Paragraph(
    "12 CFR 220.4(b)(4)(i), 220.12(c); FINRA 4210(f)(2)(I)(i)",
    "FINRA 4210(f)(2)(I)(i), (iii); FINRA 4210(c)(2), (3)",
)
PARTLY_COVERED: Final = Paragraph(
    "FINRA 4210 interpretation (f)(2)(F)(ii)/04", "FINRA 4210 interpretation (f)(2)(F)(ii)/04"
)
PROTECTIVE_PUT: Final = Paragraph("12 CFR 220.12(a)", "FINRA 4210(f)(2)(H)(v)a")
PROTECTIVE_CALL: Final = Paragraph("12 CFR 220.12(c)", "FINRA 4210(f)(2)(H)(v)a")
CONVERSION: Final = Paragraph("12 CFR 220.4(b)(4)(ii), 220.12(a)", "FINRA 4210(f)(2)(H)(v)b")
REVERSE_CONVERSION: Final = Paragraph("12 CFR 220.4(b)(4)(i), 220.12(c)", "FINRA 4210(f)(2)(H)(v)c")
COLLAR: Final = Paragraph("12 CFR 220.4(b)(4)(ii), 220.12(a)", "FINRA 4210(f)(2)(H)(v)d")
INDEX_CALL_COVERED_BY_FUND: Final = Paragraph("Cboe 10.3; SR-CBOE-2022-058", "Cboe 10.3")

_FUNDS: Final = frozenset({UnderlyingClass.ETF_BROAD, UnderlyingClass.ETF_NARROW})


def covered_call(
    stock: StockLeg, call: OptionLeg, kind: RequirementKind, rules: StrategyRules
) -> float:
    """Requirement for long stock and a short call that it covers, $ per share.

    Initially, as the exchange displays it, the stock's alone. To be put up and afterwards the
    stock's, at no more than the strike, and the write-down to it. Nothing on the call.

    Rule: 12 CFR 220.4(b)(4)(ii); FINRA 4210(f)(2)(I)(i), (iii).
    """
    if kind is RequirementKind.INITIAL:
        return long_stock(stock.underlying, stock.value, kind, rules)
    counted = lesser(stock.value, call.strike)
    return long_stock(stock.underlying, counted, kind, rules) + stock.value - counted


def covered_put(
    stock: StockLeg, put: OptionLeg, kind: RequirementKind, rules: StrategyRules
) -> float:
    """Requirement for stock sold short and a short put that it covers, $ per share.

    The short stock's, and the amount by which the put is in the money, initially and afterwards.
    Nothing else on the put.

    Rule: 12 CFR 220.4(b)(4)(i); FINRA 4210(f)(2)(I)(i), (iii).
    """
    return short_stock(stock.underlying, stock.value, kind, rules) + put.itm_amount


def protective_put(
    stock: StockLeg, put: OptionLeg, kind: RequirementKind, rules: StrategyRules
) -> float:
    """Requirement for long stock and a long American put, $ per share.

    Initially the stock's and the put's cost. Afterwards a share of the strike and the amount by
    which the put is out of the money, or the stock's own requirement if that is less.

    Rule: FINRA 4210(f)(2)(H)(v)a.
    """
    paid = paid_in_full(put, kind, rules.as_of, rules)
    alone = long_stock(stock.underlying, stock.value, kind, rules)
    if kind is not RequirementKind.MAINTENANCE:
        return alone + paid
    return lesser(_hedged(put, rules) + put.otm_amount, alone) + paid


def protective_call(
    stock: StockLeg, call: OptionLeg, kind: RequirementKind, rules: StrategyRules
) -> float:
    """Requirement for stock sold short and a long American call, $ per share.

    Initially the short stock's and the call's cost. Afterwards, on top of the stock's value, a
    share of the strike and the amount by which the call is out of the money, or the short
    stock's own requirement if that is less.

    Rule: 12 CFR 220.12(c)(1), (2); FINRA 4210(f)(2)(H)(v)a.
    """
    alone = short_stock_on_top(stock.underlying, stock.value, rules)
    hedged = lesser(_hedged(call, rules) + call.otm_amount, alone)
    return _with_long_call(stock, call, hedged, 0.0, kind, rules)


def conversion(
    stock: StockLeg, put: OptionLeg, call: OptionLeg, kind: RequirementKind, rules: StrategyRules
) -> float:
    """Requirement for long stock, long American put, short call of one strike, $ per share.

    Initially the stock's and the put's cost; to be put up the covered call's and the put's.
    Afterwards a share of the strike, and the write-down of the stock to it.

    Rule: 12 CFR 220.4(b)(4)(ii); FINRA 4210(b), (f)(2)(H)(v)b.
    """
    return _with_cover(stock, put, call, _hedged(put, rules), kind, rules)


def reverse_conversion(
    stock: StockLeg, call: OptionLeg, put: OptionLeg, kind: RequirementKind, rules: StrategyRules
) -> float:
    """Requirement for short stock, long American call, short put of one strike, $ per share.

    Initially the short stock's, the amount by which the put is in the money, and the call's cost.
    Afterwards, on top of the stock's value, a share of the strike and the same amount.

    Rule: 12 CFR 220.4(b)(4)(i), 220.12(c)(1), (2); FINRA 4210(f)(2)(H)(v)c.
    """
    return _with_long_call(stock, call, _hedged(call, rules), put.itm_amount, kind, rules)


def collar(
    stock: StockLeg, put: OptionLeg, call: OptionLeg, kind: RequirementKind, rules: StrategyRules
) -> float:
    """Requirement for long stock, long American put, short call of a higher strike, $ per share.

    Initially the stock's and the put's cost; to be put up the covered call's and the put's.
    Afterwards a share of the put's strike and the amount by which the put is out of the money, or
    the stock's rate times the call's strike if that is less; and the write-down of the stock to
    the call's strike.

    Rule: 12 CFR 220.4(b)(4)(ii); FINRA 4210(b), (f)(2)(H)(v)d.
    """
    at_call_strike = long_maintenance_rate(stock.underlying, rules) * call.strike
    hedged = lesser(_hedged(put, rules) + put.otm_amount, at_call_strike)
    return _with_cover(stock, put, call, hedged, kind, rules)


def index_call_covered_by_fund(
    fund: StockLeg, call: OptionLeg, kind: RequirementKind, rules: StrategyRules
) -> float:
    """Requirement for a fund and a short call on the index that it tracks, $ per fund share.

    As a covered call whose strike is the index's, brought to one share of the fund by their
    prices. The fund's market value must be at least the index's times the units of the calls.

    Rule: Cboe 10.3; SR-CBOE-2022-058.
    """
    if kind is RequirementKind.INITIAL:
        return long_stock(fund.underlying, fund.value, kind, rules)
    counted = lesser(fund.value, call.strike * fund.value / call.underlying.spot)
    return long_stock(fund.underlying, counted, kind, rules) + fund.value - counted


def may_cover_index_call(fund: Underlying, index: Underlying) -> bool:
    """Whether a fund may cover calls on an index: it tracks it, unleveraged, and is no note.

    Rule: Cboe 10.3; SR-CBOE-2022-058.
    """
    return (
        fund.underlying_class in _FUNDS
        and fund.leverage == 1.0
        and index.underlying_class.is_index
        and fund.group == index.group
    )


def fund_shares_needed(fund: Underlying, call: OptionLeg) -> float:
    """Fund shares whose market value is that of the index under one contract of the call."""
    return call.multiplier * call.underlying.spot / fund.spot


def may_hedge(long_option: OptionLeg) -> bool:
    """Whether a long option may lower the requirement of stock: only an American one.

    Rule: FINRA 4210(f)(2)(H)(v).
    """
    return long_option.american


def may_join(long_option: OptionLeg, short_option: OptionLeg, rules: StrategyRules) -> bool:
    """Whether a long and a short option may hedge stock together: one expiration, or long later.

    Rule: FINRA 4210(f)(2)(H)(v)b-d; interpretation (f)(2)(H)(v)/01.
    """
    if not may_hedge(long_option):
        return False
    if rules.hedged_stock.long_hedge_may_expire_later:
        return long_option.expiration >= short_option.expiration
    return long_option.expiration == short_option.expiration


def _hedged(option: OptionLeg, rules: StrategyRules) -> float:
    """The share of the strike that hedged stock requires, $ per share."""
    return rules.hedged_stock.hedge_rate * option.strike


def _with_cover(
    stock: StockLeg,
    put: OptionLeg,
    call: OptionLeg,
    hedged: float,
    kind: RequirementKind,
    rules: StrategyRules,
) -> float:
    """Long stock that covers a short call beside a long put, $ per share.

    `hedged` is its maintenance by the text, without the write-down to the call's strike.
    """
    paid = paid_in_full(put, kind, rules.as_of, rules)
    maintenance = hedged + greater(0.0, stock.value - call.strike)
    if kind is RequirementKind.MAINTENANCE:
        return maintenance + paid
    covered = covered_call(stock, call, kind, rules)
    return (covered if kind is RequirementKind.INITIAL else greater(covered, maintenance)) + paid


def _with_long_call(
    stock: StockLeg,
    call: OptionLeg,
    hedged: float,
    loss: float,
    kind: RequirementKind,
    rules: StrategyRules,
) -> float:
    """Short stock that a long call hedges, $ per share.

    `hedged` is its maintenance by the text on top of the stock's value, `loss` what a short put
    beside it is in the money. Initially as short stock alone, or by the relief for convertible
    positions, where that is chosen and the strike is not above the sale price: the value and the
    hedge's maintenance. Afterwards, in the manner of the manual's samples, the stock counts at the
    strike where that is higher.
    """
    paid = paid_in_full(call, kind, rules.as_of, rules)
    above = (
        greater(0.0, call.strike - stock.value)
        if rules.hedged_stock.hedged_short_at_strike
        else 0.0
    )
    if kind is RequirementKind.MAINTENANCE:
        return hedged + loss + above + paid
    initial = short_stock(stock.underlying, stock.value, kind, rules)
    if rules.reg_t_stock.convertible_relief:
        relieved = lesser(initial, stock.value + hedged)
        initial = either(call.strike <= stock.value, relieved, initial)
    if kind is RequirementKind.DEPOSIT:
        initial = greater(initial, stock.value + hedged + above)
    return initial + loss + paid
