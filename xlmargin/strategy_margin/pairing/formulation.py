"""The pairing of one class as a program: every short contract margined somewhere, once.

Contracts of one instrument may stand in spreads with their own style alone, in straddles with
their own size, and under shares of the instrument. Where a fund covers index calls, fund and index
are one program. Every "lesser of" in the rules is the program's own choice.
"""

from __future__ import annotations

from collections import defaultdict

from xlmargin.rulebook import StrategyRules
from xlmargin.rulebook.sections import StrategySpreads
from xlmargin.strategy_margin.pairing.boxes import box_variables
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions
from xlmargin.strategy_margin.pairing.model import PairingModel, Role, Variable
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
from xlmargin.strategy_margin.pairing.spread_sets import ExpirationClause, spread_variables
from xlmargin.strategy_margin.pairing.stock_lots import stock_variables
from xlmargin.strategy_margin.pairing.uncovered import straddle_variables, uncovered_variables
from xlmargin.strategy_margin.rules.hedged_stock import may_cover_index_call
from xlmargin.strategy_margin.rules.legs import OptionLeg, RequirementKind


def pairing_model(
    holdings: ClassPositions,
    kind: RequirementKind,
    requirements: RequirementRules,
    rules: StrategyRules,
    *,
    cash: bool,
) -> PairingModel:
    """All uses of all contracts and shares of a class, with their requirements."""
    model = PairingModel(holdings.option_legs(kind))
    _add_shorts(model, holdings, requirements)
    _add_loan_values(model, requirements)
    for stock, held in zip(holdings.stock_legs(kind), holdings.stocks, strict=True):
        if stock.shares:
            own = [
                i
                for i, option in enumerate(holdings.options)
                if option.leg.underlying.symbol == stock.underlying.symbol
                and not option.leg.settled
            ]
            number = holdings.stocks.index(held)
            stock_variables(model, stock, number, own, index_calls(holdings, number), requirements)
    _add_option_sets(model, holdings, requirements, rules, cash=cash)
    return model


def index_calls(holdings: ClassPositions, stock: int) -> list[int]:
    """The short index calls that a long holding of a fund may cover."""
    fund = holdings.stocks[stock].leg
    return [
        i
        for i, option in enumerate(holdings.options)
        if fund.shares > 0
        and option.leg.is_call
        and not option.leg.is_long
        and not option.leg.settled
        and may_cover_index_call(fund.underlying, option.leg.underlying)
    ]


def _add_shorts(
    model: PairingModel, holdings: ClassPositions, requirements: RequirementRules
) -> None:
    """Shorts by themselves and in straddles, by instrument and size."""
    by_size: dict[tuple[int, float], list[int]] = defaultdict(list)
    for i, (leg, option) in enumerate(zip(model.options, holdings.options, strict=True)):
        if not leg.is_long:
            by_size[option.instrument, leg.units_per_contract].append(i)
    uncovered = [0.0 if leg.is_long else requirements.uncovered(leg) for leg in model.options]
    lesser_side = [0.0 if leg.is_long else requirements.lesser_side(leg) for leg in model.options]
    for _, shorts in sorted(by_size.items()):
        uncovered_variables(model, shorts, uncovered, lesser_side)
    for instrument in sorted({instrument for instrument, _ in by_size}):
        own = [i for (of, _), shorts in by_size.items() if of == instrument for i in shorts]
        straddle_variables(model, own, requirements)


def _add_loan_values(model: PairingModel, requirements: RequirementRules) -> None:
    """Long options by themselves, where less requires of them there than in a hedge."""
    for j, leg in enumerate(model.options):
        if leg.is_long:
            relief = requirements.long_alone(leg) - requirements.paid(leg)
            if relief:
                model.add(Variable(Role.LONG, (j,)), relief, leg.contracts)


def _add_option_sets(
    model: PairingModel,
    holdings: ClassPositions,
    requirements: RequirementRules,
    rules: StrategyRules,
    *,
    cash: bool,
) -> None:
    """Spreads and boxes, by instrument and style."""
    by_style: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for i, (leg, option) in enumerate(zip(model.options, holdings.options, strict=True)):
        if not cash or _settles_in_cash(leg):
            by_style[option.instrument, leg.american].append(i)
    sets = 0
    for (_, american), members in sorted(by_style.items()):
        sets += spread_variables(model, members, clause(rules.spreads, american, cash=cash), sets)
        if not american and requirements.long_box(0.0, 1.0):
            box_variables(model, members, requirements)


def _settles_in_cash(leg: OptionLeg) -> bool:
    """Whether an option may stand in a spread of a cash account."""
    return leg.underlying.underlying_class.is_index and not leg.american


def clause(spreads: StrategySpreads, american: bool, *, cash: bool = False) -> ExpirationClause:
    """How the clause on expirations is read for options of a style."""
    may_differ = american or spreads.european_calendar_spreads
    one_day = cash or spreads.same_expiry_only or not may_differ
    if not spreads.general_spread_rule:
        return ExpirationClause.TWO_LEGS_OF_ONE_EXPIRATION if one_day else ExpirationClause.TWO_LEGS
    if one_day:
        return ExpirationClause.ONE_EXPIRATION
    if spreads.all_shorts_before_nearest_long:
        return ExpirationClause.SHORTS_BEFORE_LONGS
    return ExpirationClause.PAIR_BY_PAIR
