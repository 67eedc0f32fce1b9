"""Stock and funds by themselves: long, sold short, and both at once.

Short stock initially includes its own value, which its proceeds pay; in maintenance its value is a
debit of the equity, so only what requires on top of it is here.
"""

from __future__ import annotations

from typing import Final

from xlmargin.instruments import UnderlyingClass
from xlmargin.market import Underlying
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.rules.legs import Paragraph, RequirementKind

LONG_STOCK: Final = Paragraph("12 CFR 220.12(a); FINRA 4210(b)", "FINRA 4210(c)(1)")
NOT_MARGIN_STOCK: Final = Paragraph("12 CFR 220.12(e)", "FINRA 4210(c)(6)")
SHORT_STOCK: Final = Paragraph("12 CFR 220.12(c)(1)", "FINRA 4210(c)(2), (3)")
AGAINST_THE_BOX: Final = Paragraph("12 CFR 220.4(b)(2)", "FINRA 4210(e)(1)")


def long_stock(
    underlying: Underlying, value: float, kind: RequirementKind, rules: StrategyRules
) -> float:
    """Requirement for stock held long, $ per share.

    A share of its cost initially and of its market value afterwards; a leveraged fund's
    maintenance is multiplied by its factor, up to its whole value. Initially never less than
    maintenance. Stock that is not margin stock is paid in full and stays so. A note is debt,
    which Reg T leaves to good faith: it requires its maintenance from the first.

    Rule: 12 CFR 220.12(a), (b), (e); FINRA 4210(b), (c)(1), (6) and interpretations (c)/12,
    (c)/13.
    """
    maintenance = long_maintenance_rate(underlying, rules)
    if kind is RequirementKind.MAINTENANCE or _is_note(underlying):
        return maintenance * value
    return max(_long_initial_rate(underlying, rules), maintenance) * value


def short_stock(
    underlying: Underlying, value: float, kind: RequirementKind, rules: StrategyRules
) -> float:
    """Requirement for stock sold short, $ per share.

    Initially the sale's value, and on top of it the greater of a share of that value and what
    maintenance asks at the sale's price; of a note that alone. Afterwards `short_stock_on_top`.

    Rule: 12 CFR 220.12(c)(1), (d); FINRA 4210(b), (c)(2), (3).
    """
    on_top = short_stock_on_top(underlying, value, rules)
    if _is_note(underlying):
        return on_top if kind is RequirementKind.MAINTENANCE else value + on_top
    if kind is not RequirementKind.MAINTENANCE:
        return value + max(rules.reg_t_stock.short_stock_initial_rate * value, on_top)
    return on_top


def short_stock_on_top(underlying: Underlying, value: float, rules: StrategyRules) -> float:
    """Maintenance of stock sold short on top of its market value, $ per share.

    The greater of an amount a share and a share of the market value, both other ones below a low
    price; of a note the share alone. A leveraged fund's or note's share is multiplied by its
    factor.

    Rule: FINRA 4210(c)(2), (3) and interpretations (c)/12, (c)/13, (e)(2)(C)(ii)/02.
    """
    stock, is_note = rules.stock, _is_note(underlying)
    rate = stock.note_short_rate if is_note else stock.short_stock_maintenance_rate
    rate *= fund_factor(underlying, rules)
    if stock.leveraged_short_cap:
        rate = min(1.0, rate)
    if is_note:
        return rate * value
    if value < stock.low_price:
        return max(stock.low_priced_short_minimum, max(rate, stock.low_priced_short_rate) * value)
    return max(stock.short_stock_minimum, rate * value)


def against_the_box(
    long_value: float, short_value: float, kind: RequirementKind, rules: StrategyRules
) -> float:
    """Requirement for a share held long and sold short at once, $ per share, both sides together.

    Initially the short sale counts as a sale of the long share: its proceeds alone, nothing on
    top. Afterwards a share of the long side's market value. Neither side may cover an option.

    Rule: 12 CFR 220.4(b)(2); FINRA 4210(e)(1) (unconfirmed: check against the rule text).
    """
    if kind is not RequirementKind.MAINTENANCE:
        return short_value
    return rules.stock.against_the_box_rate * long_value


def long_maintenance_rate(underlying: Underlying, rules: StrategyRules) -> float:
    """Share of the market value required for stock held long; 1 where it is not margin stock.

    Rule: FINRA 4210(c)(1), (6) and interpretations (c)/12, (c)/13.
    """
    stock = rules.stock
    if not underlying.marginable:
        return rules.reg_t_stock.nonmarginable_rate
    rate = stock.note_long_rate if _is_note(underlying) else stock.long_stock_maintenance_rate
    rate *= fund_factor(underlying, rules)
    return min(1.0, rate) if stock.leveraged_long_cap else rate


def fund_factor(underlying: Underlying, rules: StrategyRules) -> float:
    """Multiple of the rates for a leveraged or inverse fund: the size of its factor, at least 1.

    Rule: FINRA Regulatory Notice 09-53; FINRA 4210 interpretation (c)/13.
    """
    return max(1.0, abs(underlying.leverage)) if rules.stock.leveraged_fund_factor else 1.0


def _is_note(underlying: Underlying) -> bool:
    return underlying.underlying_class is UnderlyingClass.ETN


def _long_initial_rate(underlying: Underlying, rules: StrategyRules) -> float:
    stock = rules.reg_t_stock
    return stock.long_stock_initial_rate if underlying.marginable else stock.nonmarginable_rate
