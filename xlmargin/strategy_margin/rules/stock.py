"""Stock and funds by themselves: long, sold short, and both at once.

Short stock initially includes its own value, which its proceeds pay; in maintenance its value is a
debit of the equity, so only what requires on top of it is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Final

from xlmargin.arrays import either, every, greater, lesser
from xlmargin.contracts import PRINCIPAL
from xlmargin.dates import date_of, years_ahead
from xlmargin.market import Underlying
from xlmargin.rulebook import StrategyRules, UnderlyingClass
from xlmargin.strategy_margin.rules.kinds import Paragraph, RequirementKind


@dataclass(frozen=True)
class StockLeg:
    """Shares of one stock position; `shares` is signed, `value` the cost or mark, $ per share."""

    position: int
    underlying: Underlying
    shares: float
    value: float

    @property
    def is_long(self) -> bool:
        """Whether the shares are held long; of several stocks in arrays all are, or none."""
        return every(self.shares > 0)


LONG_STOCK: Final = Paragraph("12 CFR 220.12(a); FINRA 4210(b)", "FINRA 4210(c)(1)")
NOT_MARGIN_STOCK: Final = Paragraph("12 CFR 220.12(e)", "FINRA 4210(c)(6)")
LONG_LEVERAGED: Final = Paragraph(
    "12 CFR 220.12(a); FINRA 4210(b) and interpretation (c)/13",
    "FINRA 4210(c)(1) and interpretation (c)/13",
)
LONG_NOTE: Final = Paragraph(
    "12 CFR 220.12(b); FINRA 4210(b)",
    "FINRA 4210 interpretation (c)/12; Regulatory Notice 19-21",
)
EXEMPT_FUND: Final = Paragraph("12 CFR 220.12(b)", "FINRA 4210 interpretation (c)/11")
MONEY_MARKET: Final = Paragraph("12 CFR 220.12(b)", "FINRA 4210 interpretation (c)/10")
TREASURY: Final = Paragraph("12 CFR 220.12(b)", "FINRA 4210(e)(2)(A)")
SHORT_STOCK: Final = Paragraph("12 CFR 220.12(c)(1)", "FINRA 4210(c)(2), (3)")
SHORT_LEVERAGED: Final = Paragraph(
    "12 CFR 220.12(c)(1); FINRA 4210(b) and interpretation (c)/13",
    "FINRA 4210(c)(2), (3) and interpretation (c)/13",
)
SHORT_NOTE: Final = Paragraph(
    "12 CFR 220.12(d); FINRA 4210(b)",
    "FINRA 4210 interpretation (e)(2)(C)(ii)/02; Regulatory Notice 19-21",
)
AGAINST_THE_BOX: Final = Paragraph("12 CFR 220.4(b)(2)", "FINRA 4210(e)(1)")


def long_stock(
    underlying: Underlying, value: float, kind: RequirementKind, rules: StrategyRules
) -> float:
    """Requirement for stock held long, $ per share.

    A share of its cost initially and of its market value afterwards; a leveraged fund's
    maintenance is multiplied by its factor, up to its whole value. Initially never less than
    maintenance. Stock that is not margin stock is paid in full and stays so. Notes, Treasury
    securities, funds of exempted securities and money market funds Reg T leaves to good faith:
    they require their maintenance from the first.

    Rule: 12 CFR 220.12(a), (b), (e); FINRA 4210(b), (c)(1), (6), (e)(2)(A) and interpretations
    (c)/10 to (c)/13.
    """
    maintenance = long_maintenance_rate(underlying, rules)
    if kind is RequirementKind.MAINTENANCE:
        return maintenance * value
    good_faith = underlying.underlying_class in _GOOD_FAITH
    by_law = 0.0 if good_faith else _long_initial_rate(underlying, rules)
    return greater(raised(by_law, underlying.house.initial_rate), maintenance) * value


def short_stock(
    underlying: Underlying, value: float, kind: RequirementKind, rules: StrategyRules
) -> float:
    """Requirement for stock sold short, $ per share.

    Initially the sale's value, and on top of it the greater of a share of that value and what
    maintenance asks at the sale's price; of a note or a Treasury security that alone. Afterwards
    `short_stock_on_top`.

    Rule: 12 CFR 220.12(c)(1), (d); FINRA 4210(b), (c)(2), (3), (e)(2)(A).
    """
    on_top = short_stock_on_top(underlying, value, rules)
    if kind is RequirementKind.MAINTENANCE:
        return on_top
    good_faith = underlying.underlying_class in _SHORT_BY_SHARE
    by_law = 0.0 if good_faith else rules.reg_t_stock.short_stock_initial_rate
    return value + greater(raised(by_law, underlying.house.initial_rate) * value, on_top)


def short_stock_on_top(underlying: Underlying, value: float, rules: StrategyRules) -> float:
    """Maintenance of stock sold short on top of its market value, $ per share.

    The greater of an amount a share and a share of the market value, both other ones below a low
    price; of a note or a Treasury security the share alone. A leveraged fund's or note's share is
    multiplied by its factor. A fund of exempted securities or of money market paper counts as
    stock. What the house adds for concentration comes on top of the greater one.

    Rule: FINRA 4210(c)(2), (3), (e)(2)(A) and interpretations (c)/12, (c)/13, (e)(2)(C)(ii)/02.
    """
    stock = rules.stock
    match underlying.underlying_class:
        case UnderlyingClass.TREASURY:
            rate = treasury_rate(underlying, rules)
        case UnderlyingClass.ETN:
            rate = stock.note_short_rate
        case _:
            rate = stock.short_stock_maintenance_rate
    rate *= fund_factor(underlying, rules)
    if stock.leveraged_short_cap:
        rate = lesser(1.0, rate)
    rate = raised(rate, underlying.house.maintenance_rate)
    add_on = underlying.house.add_on * value
    if underlying.underlying_class in _SHORT_BY_SHARE:
        return rate * value + add_on
    low_rate = greater(rate, stock.low_priced_short_rate)
    low_priced = greater(stock.low_priced_short_minimum, low_rate * value)
    usual = greater(stock.short_stock_minimum, rate * value)
    return either(value < stock.low_price, low_priced, usual) + add_on


def against_the_box(
    long_value: float, short_value: float, kind: RequirementKind, rules: StrategyRules
) -> float:
    """Requirement for a share held long and sold short at once, $ per share, both sides together.

    Initially the short sale counts as a sale of the long share: its proceeds alone, nothing on
    top. Afterwards a share of the long side's market value. Neither side may cover an option.

    Rule: 12 CFR 220.4(b)(2); FINRA 4210(e)(1).
    """
    if kind is not RequirementKind.MAINTENANCE:
        return short_value
    return rules.stock.against_the_box_rate * long_value


def long_maintenance_rate(underlying: Underlying, rules: StrategyRules) -> float:
    """Share of the market value required for stock held long; 1 where it is not margin stock.

    With what the house adds for concentration, which may lead beyond the whole value.

    Rule: FINRA 4210(c)(1), (6), (e)(2)(A) and interpretations (c)/10 to (c)/13.
    """
    rate = raised(_long_rate_by_rule(underlying, rules), underlying.house.maintenance_rate)
    return rate + underlying.house.add_on


def raised(by_rule: float, house: float) -> float:
    """The greater of the rule's rate and the house's for the symbol; NaN where it has none.

    Rule: FINRA 4210(d)(1): a house may ask more.
    """
    return by_rule if isnan(house) else greater(by_rule, house)


def rates_by_rule(underlying: Underlying, rules: StrategyRules) -> tuple[float, float]:
    """Initial and maintenance rate of stock held long by the rule, which no house may go below.

    Rule: 12 CFR 220.12(a), (b), (e); FINRA 4210(c), (d)(1).
    """
    maintenance = _long_rate_by_rule(underlying, rules)
    if underlying.underlying_class in _GOOD_FAITH:
        return maintenance, maintenance
    return greater(_long_initial_rate(underlying, rules), maintenance), maintenance


def _long_rate_by_rule(underlying: Underlying, rules: StrategyRules) -> float:
    stock, exempt = rules.stock, rules.exempt_securities
    if not underlying.marginable:
        return rules.reg_t_stock.nonmarginable_rate
    match underlying.underlying_class:
        case UnderlyingClass.ETN:
            rate = stock.note_long_rate
        case UnderlyingClass.ETF_EXEMPT:
            rate = exempt.exempt_fund_rate
        case UnderlyingClass.MONEY_MARKET:
            at_par = underlying.spot >= exempt.money_market_par
            rate = either(at_par, exempt.money_market_rate, exempt.money_market_rate_below_par)
        case UnderlyingClass.TREASURY:
            rate = treasury_rate(underlying, rules)
        case _:
            rate = stock.long_stock_maintenance_rate
    rate *= fund_factor(underlying, rules)
    return lesser(1.0, rate) if stock.leveraged_long_cap else rate


def treasury_rate(underlying: Underlying, rules: StrategyRules) -> float:
    """Share of the market value of a Treasury bill, note or bond, by its time to maturity.

    The step of the table that begins so many years ahead by the calendar, or before; of a long zero
    coupon bond at least a share of its principal.

    Rule: FINRA 4210(e)(2)(A) (unconfirmed: check against the rule text).
    """
    return greater(_rate_of_step(underlying, rules), zero_coupon_least(underlying, rules))


def zero_coupon_least(underlying: Underlying, rules: StrategyRules) -> float:
    """What a long zero coupon bond asks at least, as a share of its market value; 0 of others.

    A bond whose coupon is not stated is taken for one.

    Rule: FINRA 4210(e)(2)(A) (unconfirmed: check against the rule text).
    """
    exempt = rules.exempt_securities
    since = years_ahead(rules.as_of, round(exempt.zero_coupon_years))
    if underlying.coupon > 0 or date_of(underlying.maturity) < since:
        return 0.0
    return exempt.zero_coupon_rate / (PRINCIPAL * underlying.spot)


def _rate_of_step(underlying: Underlying, rules: StrategyRules) -> float:
    exempt, matures = rules.exempt_securities, date_of(underlying.maturity)
    begun = [
        step
        for step, years in exempt.treasury_years.items()
        if years_ahead(rules.as_of, round(years)) <= matures
    ]
    return exempt.treasury_rate[begun[-1]]


def fund_factor(underlying: Underlying, rules: StrategyRules) -> float:
    """Multiple of the rates for a leveraged or inverse fund: the size of its factor, at least 1.

    Rule: FINRA Regulatory Notice 09-53; FINRA 4210 interpretation (c)/13.
    """
    return max(1.0, abs(underlying.leverage)) if rules.stock.leveraged_fund_factor else 1.0


_SHORT_BY_SHARE: Final = frozenset({UnderlyingClass.ETN, UnderlyingClass.TREASURY})
"""What is required of, sold short, a share of its value with no least amount a share."""
_GOOD_FAITH: Final = _SHORT_BY_SHARE | {UnderlyingClass.ETF_EXEMPT, UnderlyingClass.MONEY_MARKET}
"""What Reg T leaves to good faith when it is bought: debt, and funds of exempted securities."""


def _long_initial_rate(underlying: Underlying, rules: StrategyRules) -> float:
    stock = rules.reg_t_stock
    return stock.long_stock_initial_rate if underlying.marginable else stock.nonmarginable_rate
