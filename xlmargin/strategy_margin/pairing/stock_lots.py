"""Lots of stock: alone, covering a short option, protected by a long one, or both.

Shares stand under options in lots of the options' multipliers. Shares beyond the last lot stand
alone. A fund's shares may also cover short calls on its index.

Rule: 12 CFR 220.4(b), 220.12; FINRA 4210(f)(2)(H)(v), (I).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, isfinite

from xlmargin.strategy_margin.pairing.model import Column, Sheet, Use
from xlmargin.strategy_margin.pairing.requirement_rules import Charges
from xlmargin.strategy_margin.rules.hedged_stock import fund_shares_needed, may_hedge
from xlmargin.strategy_margin.rules.legs import OptionLeg, StockLeg


def add_stock(
    sheet: Sheet,
    stock: StockLeg,
    number: int,
    own: Sequence[int],
    index_calls: Sequence[int],
    charges: Charges,
) -> None:
    """Columns for the uses of one underlying's net shares.

    `own` are the options on it, `index_calls` the short calls on an index that it may cover.
    """
    shares = abs(stock.shares)
    sizes = {sheet.options[i].multiplier for i in own}
    lot = min(sizes, default=1.0)
    lots = shares / lot
    if len(sizes) == 1 and not index_calls:
        lots = float(floor(lots))
    row = sheet.builder.constraint(lots, lots)
    alone = charges.stock(stock)
    sheet.add_amount(lot * alone, [(row, 1.0)], alone=lots)
    shorts, longs = _sides(sheet.options, own, stock.shares > 0)
    covered = {i: charges.covered(stock, sheet.options[i]) for i in shorts}

    def add(use: Use, pair: tuple[int, ...], cost: float, shares_under: float) -> None:
        contracts = min(sheet.options[i].contracts for i in pair)
        entry = [(row, shares_under / lot)]
        sheet.add(Column(use, pair, stock=number), cost, contracts, entry)

    for i in shorts:
        if isfinite(covered[i]):
            add(Use.COVERED, (i,), covered[i], sheet.options[i].multiplier)
    for j in longs:
        long = sheet.options[j]
        paid, by_itself = charges.paid(long), charges.long_alone(long)
        cost = charges.protected(stock, long)
        if cost < long.multiplier * alone + by_itself:
            add(Use.PROTECTED, (j,), cost - paid, long.multiplier)
        for i in shorts:
            short = sheet.options[i]
            if short.multiplier == long.multiplier:
                cost = charges.joined(stock, long, short)
                if cost < covered[i] + by_itself:
                    use = Use.CONVERSION if short.strike == long.strike else Use.COLLAR
                    add(use, (i, j), cost - paid, short.multiplier)
    for i in index_calls:
        call = sheet.options[i]
        add(Use.FUND, (i,), charges.fund(stock, call), fund_shares_needed(stock.underlying, call))


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
