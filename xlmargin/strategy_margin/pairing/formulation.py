"""The pairing of one class as a program: every short contract charged somewhere, once.

Contracts of one instrument may stand in spreads with their own style alone, in straddles with
their own size, and under shares of the instrument. Where a fund covers index calls, fund and index
are one program. Every "lesser of" in the rules is the program's own choice.
"""

from __future__ import annotations

from collections import defaultdict

from xlmargin.rulebook import StrategyRules
from xlmargin.rulebook.sections import StrategySpreads
from xlmargin.strategy_margin.pairing.boxes import add_boxes
from xlmargin.strategy_margin.pairing.class_positions import Holdings
from xlmargin.strategy_margin.pairing.model import Column, Sheet, Use
from xlmargin.strategy_margin.pairing.requirement_rules import Charges
from xlmargin.strategy_margin.pairing.spread_sets import Reading, add_spreads
from xlmargin.strategy_margin.pairing.stock_lots import add_stock
from xlmargin.strategy_margin.pairing.uncovered import add_uncovered
from xlmargin.strategy_margin.rules.hedged_stock import may_cover_index_call
from xlmargin.strategy_margin.rules.legs import OptionLeg, Phase


def pairing_sheet(
    holdings: Holdings, phase: Phase, charges: Charges, rules: StrategyRules, *, cash: bool
) -> Sheet:
    """All uses of all contracts and shares of a class, with their charges in a phase."""
    sheet = Sheet(holdings.option_legs(phase))
    _add_shorts(sheet, holdings, charges)
    _add_loan_values(sheet, charges)
    for stock, held in zip(holdings.stock_legs(phase), holdings.stocks, strict=True):
        if stock.shares:
            own = [
                i
                for i, option in enumerate(holdings.options)
                if option.leg.underlying.symbol == stock.underlying.symbol
            ]
            number = holdings.stocks.index(held)
            add_stock(sheet, stock, number, own, index_calls(holdings, number), charges)
    _add_option_sets(sheet, holdings, charges, rules, cash=cash)
    return sheet


def index_calls(holdings: Holdings, stock: int) -> list[int]:
    """The short index calls that a long holding of a fund may cover."""
    fund = holdings.stocks[stock].leg
    return [
        i
        for i, option in enumerate(holdings.options)
        if fund.shares > 0
        and option.leg.is_call
        and not option.leg.is_long
        and may_cover_index_call(fund.underlying, option.leg.underlying)
    ]


def _add_shorts(sheet: Sheet, holdings: Holdings, charges: Charges) -> None:
    """Shorts by themselves and in straddles, by instrument and size."""
    by_size: dict[tuple[int, float], list[int]] = defaultdict(list)
    for i, (leg, option) in enumerate(zip(sheet.options, holdings.options, strict=True)):
        if not leg.is_long:
            by_size[option.instrument, leg.units_per_contract].append(i)
    uncovered = [0.0 if leg.is_long else charges.uncovered(leg) for leg in sheet.options]
    other_side = [0.0 if leg.is_long else charges.other_side(leg) for leg in sheet.options]
    for _, shorts in sorted(by_size.items()):
        add_uncovered(sheet, shorts, uncovered, other_side)


def _add_loan_values(sheet: Sheet, charges: Charges) -> None:
    """Long options by themselves, where less is asked of them there than in a hedge."""
    for j, leg in enumerate(sheet.options):
        if leg.is_long:
            relief = charges.long_alone(leg) - charges.paid(leg)
            if relief:
                sheet.add(Column(Use.LONG, (j,)), relief, leg.contracts)


def _add_option_sets(
    sheet: Sheet, holdings: Holdings, charges: Charges, rules: StrategyRules, *, cash: bool
) -> None:
    """Spreads and boxes, by instrument and style."""
    by_style: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for i, (leg, option) in enumerate(zip(sheet.options, holdings.options, strict=True)):
        if not cash or _settles_in_cash(leg):
            by_style[option.instrument, leg.american].append(i)
    sets = 0
    for (_, american), members in sorted(by_style.items()):
        sets += add_spreads(sheet, members, reading(rules.spreads, american, cash=cash), sets)
        if not american and charges.long_box(0.0, 1.0):
            add_boxes(sheet, members, charges)


def _settles_in_cash(leg: OptionLeg) -> bool:
    """Whether an option may stand in a spread of a cash account."""
    return leg.underlying.underlying_class.is_index and not leg.american


def reading(spreads: StrategySpreads, american: bool, *, cash: bool = False) -> Reading:
    """How the clause on expirations is read for options of a style."""
    may_differ = american or spreads.european_calendar_spreads
    one_day = cash or spreads.same_expiry_only or not may_differ
    if not spreads.general_spread_rule:
        return Reading.TWO_LEGS_OF_ONE_EXPIRATION if one_day else Reading.TWO_LEGS
    if one_day:
        return Reading.ONE_EXPIRATION
    if spreads.all_shorts_before_nearest_long:
        return Reading.SHORTS_BEFORE_LONGS
    return Reading.PAIR_BY_PAIR
