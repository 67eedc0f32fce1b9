"""Treasury securities of a book: their maturities and coupons, which their own rows state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Positions
from xlmargin.cells.problems import ProblemLog, shown_date
from xlmargin.cells.values import shown
from xlmargin.excel.positions_reader import PositionRows
from xlmargin.market import Market, Underlying
from xlmargin.rulebook import StrategyRules, UnderlyingClass
from xlmargin.strategy_margin.rules.stock import treasury_rate


def _one_each(
    rows: PositionRows, column: str, values: FloatArray, called: str, log: ProblemLog
) -> dict[str, float]:
    """What the rows state of each symbol, where they do; an error where two rows differ."""
    found: dict[str, float] = {}
    show = shown_date if column == "expiration" else shown
    for i in np.flatnonzero(~np.isnan(values)).tolist():
        symbol, value = rows.root[i], float(values[i])
        if found.setdefault(symbol, value) != value:
            wanted = f"one {called} of {symbol}, as in the rows above"
            log.error(rows.table.name, int(rows.table.rows[i]), column, show(value), wanted)
    return found


def with_maturities(
    underlyings: Mapping[str, Underlying], rows: PositionRows, log: ProblemLog
) -> Mapping[str, Underlying]:
    """The underlyings, Treasury securities with their maturity and coupon, as their rows say."""
    days = np.where(rows.is_treasury, rows.expiration, np.nan)
    maturity = _one_each(rows, "expiration", days, "maturity", log)
    coupon = _one_each(rows, "coupon", rows.coupon, "coupon", log)
    treasuries = [
        name in underlyings and underlyings[name].underlying_class is UnderlyingClass.TREASURY
        for name in rows.underlying.words
    ]
    is_treasury = np.array(treasuries, dtype=bool)[rows.underlying.code]
    is_treasury &= ~(rows.is_cash | rows.is_treasury)
    wanted = "treasury, with its maturity: the market range gives it that class"
    log.errors_where(is_treasury, rows.table, "type", wanted)
    return {
        name: replace(
            u,
            underlying_class=UnderlyingClass.TREASURY,
            leverage=0.0,
            maturity=maturity[name],
            coupon=coupon.get(name, u.coupon),
        )
        if name in maturity
        else u
        for name, u in underlyings.items()
    }


def note_zero_coupons(
    rules: Sequence[StrategyRules], market: Market, positions: Positions, log: ProblemLog
) -> None:
    """A note on each Treasury security that requires more because its coupon is not stated."""
    for i, own in enumerate(market.underlyings):
        if own.underlying_class is not UnderlyingClass.TREASURY or not np.isnan(own.coupon):
            continue
        held = np.flatnonzero(positions.underlying == i).tolist()
        paying = replace(own, coupon=np.inf)
        if held and any(treasury_rate(own, r) > treasury_rate(paying, r) for r in rules):
            for row in held:
                text = "taken for a zero coupon bond: a coupon above 0 would require less"
                log.note(positions.origins[0], int(positions.row[row]), "coupon", text)
