"""What-if on books in ranges: the book as it is margined already, the trades beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from xlmargin.errors import RefusedPosition
from xlmargin.excel.contents import Today
from xlmargin.excel.margined import portfolio_margined, strategy_margined
from xlmargin.excel.plain_cells import Cells
from xlmargin.excel.trades_range import RANGE, read_trades
from xlmargin.what_if import Impact, impact


def impact_of_trades(
    positions: Cells,
    trades: Cells,
    market: Cells = None,
    settings: Cells = None,
    dividends: Cells = None,
    *,
    today: Today | None = None,
) -> Impact:
    """What the trades in a range do to the book in the others, under both regimes."""
    held, done = read_trades(positions, trades, market, settings, dividends, today=today)
    portfolio, strategy = portfolio_margined(held), strategy_margined(held)
    with rows_below_zero_in(RANGE):
        return impact(portfolio, strategy, done)


@contextmanager
def rows_below_zero_in(name: str) -> Iterator[None]:
    """Name the range that positions added to a book come from, whose rows are below zero there."""
    try:
        yield
    except RefusedPosition as refused:
        problems = [
            replace(p, range=name, row=-p.row) if p.row < 0 else p for p in refused.problems
        ]
        raise RefusedPosition(problems) from None
