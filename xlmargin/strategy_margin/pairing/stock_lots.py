"""Lots of stock: alone, covering a short option, protected by a long one, or both.

Shares stand under options in lots of the options' multipliers. Shares beyond the last lot stand
alone. A fund's shares may also cover short calls on its index.

Rule: 12 CFR 220.4(b), 220.12; FINRA 4210(f)(2)(H)(v), (I).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, isfinite

from xlmargin.strategy_margin.pairing.model import PairingModel, Role, Variable
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
from xlmargin.strategy_margin.rules.hedged_stock import fund_shares_needed, may_hedge
from xlmargin.strategy_margin.rules.legs import OptionLeg, StockLeg


def stock_variables(
    model: PairingModel,
    stock: StockLeg,
    number: int,
    own: Sequence[int],
    index_calls: Sequence[int],
    requirements: RequirementRules,
) -> None:
    """Columns for the uses of one underlying's net shares.

    `own` are the options on it, `index_calls` the short calls on an index that it may cover.
    """
    shares = abs(stock.shares)
    sizes = {model.options[i].multiplier for i in own}
    lot = min(sizes, default=1.0)
    lots = shares / lot
    shorts, longs = _sides(model.options, own, stock.shares > 0)
    partly = {i: requirements.partly_covered(stock, model.options[i]) for i in shorts}
    if len(sizes) == 1 and not index_calls and not any(map(isfinite, partly.values())):
        lots = float(floor(lots))
    row = model.builder.constraint(lots, lots)
    alone = requirements.stock(stock)
    model.add_amount(lot * alone, [(row, 1.0)], alone=lots)
    covered = {i: requirements.covered(stock, model.options[i]) for i in shorts}

    def add(role: Role, pair: tuple[int, ...], cost: float, shares_under: float) -> None:
        contracts = min(model.options[i].contracts for i in pair)
        entry = [(row, shares_under / lot)]
        model.add(Variable(role, pair, stock=number), cost, contracts, entry)

    for i in shorts:
        if isfinite(covered[i]):
            add(Role.COVERED, (i,), covered[i], model.options[i].multiplier)
    once = model.builder.constraint(upper=1.0)
    for i, cost in partly.items():
        left_over = shares % model.options[i].multiplier
        if isfinite(cost) and left_over:
            entries = [(row, left_over / lot), (once, 1.0)]
            model.add(Variable(Role.PARTLY_COVERED, (i,), stock=number), cost, 1.0, entries)
    for j in longs:
        long = model.options[j]
        paid, by_itself = requirements.paid(long), requirements.long_alone(long)
        cost = requirements.protected(stock, long)
        if cost < long.multiplier * alone + by_itself:
            add(Role.PROTECTED, (j,), cost - paid, long.multiplier)
        for i in shorts:
            short = model.options[i]
            if short.multiplier == long.multiplier:
                cost = requirements.joined(stock, long, short)
                if cost < covered[i] + by_itself:
                    role = Role.CONVERSION if short.strike == long.strike else Role.COLLAR
                    add(role, (i, j), cost - paid, short.multiplier)
    for i in index_calls:
        call = model.options[i]
        add(
            Role.FUND,
            (i,),
            requirements.fund(stock, call),
            fund_shares_needed(stock.underlying, call),
        )


def _sides(
    options: Sequence[OptionLeg], own: Sequence[int], is_long: bool
) -> tuple[list[int], list[int]]:
    """Short options that the stock may cover, and long ones that may protect it."""
    shorts = [i for i in own if not options[i].is_long and options[i].is_call == is_long]
    longs = [
        i
        for i in own
        if options[i].is_long and options[i].is_call != is_long and may_hedge(options[i])
    ]
    return shorts, longs
