"""What the page Deployment is told: shares of the uses, the put bought, how much is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.cells.values import AnswerValue
from xlmargin.contracts import STANDARD_CONTRACT, InstrumentKind
from xlmargin.rulebook import UnderlyingClass
from xlmargin.samples import ARTICLE_SCENARIO
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.figures import NONE, Cells, Figure, at
from xlmargin.workbooks.pages.shadow import summary_of

SHEET: Final = "Deployment"
USES_ROW: Final = 6
"""Row of the first use, counted from 0."""
(
    PUT, EXPIRATION, PRICE, ACCOUNT, BUDGET, PUTS, SPENT, PROTECTED, OF_VALUE, COST, TYPED, KEEPS,
    FACTOR,
) = range(12, 25)  # fmt: skip
"""Rows of the hedge: its inputs, what it comes to; the capital released if typed; what the options
written are scaled until, and the factor that they are."""
AS_TYPED: Final = "Typed"
"""How the factor is chosen that is typed, and not solved for."""
SYMBOL, SHARE, AMOUNT, TIMES = "B", "B", "C", "D"
"""Columns: the symbol of the put, and of each use its share, its capital, its factor."""

_RELEASED: Final = "average capital released"
_TIMES_A_YEAR: Final = 4.0
_TIMES_WRITTEN: Final = 1.5
_EXACT: Final = Figure("0.000000001", 1e-9)


def here(row: int, column: str = AMOUNT) -> str:
    """A cell of the page, as other sheets name it."""
    return f"{SHEET}!${column}${row + 1}"


_PUT_CELLS: Final = (
    (here(PUT, SYMBOL), "text"), (here(PUT), "count"), (here(EXPIRATION), "dollars"),
    (here(PRICE), "price"), (here(ACCOUNT), "dollars"),
)  # fmt: skip


@dataclass(frozen=True)
class Put:
    """A put on an index by its cells, each "" at first where the book holds none."""

    symbol: Figure
    strike: Figure
    expiration: Figure
    price: Figure
    account: Figure


@dataclass(frozen=True)
class DeploymentInputs:
    """The inputs of the page by their cells, and what follows from them alone.

    `times` is how often a year the put is bought; the options written are scaled by `factor`, which
    is `typed_factor` at first. `whole` is whether the shares add up. `released` and `capital`, by
    use, are $, `none` where nothing is released; it is `typed` if not the average; `budget` is
    for one purchase.
    """

    put: Put
    times: Figure
    typed_factor: Figure
    factor: Figure
    shares: Sequence[Figure]
    whole: Figure
    typed: Figure
    released: Figure
    capital: Sequence[Figure]
    budget: Figure
    puts: Figure


def deployment_inputs(draft: WorkbookBuilder) -> DeploymentInputs:
    """The article's shares, and the first put held on an index."""
    shares = [
        Figure(here(row, SHARE), share)
        for row, share in enumerate(ARTICLE_SCENARIO.uses.values(), start=USES_ROW)
    ]
    summary, typed = summary_of(draft), Figure(here(TYPED), "")
    average = summary.figure(summary.row_of(_RELEASED), 1)
    released = xl.IF(xl.ISNUMBER(typed), typed, average)
    whole, of_all = _is_whole(shares), at(here(USES_ROW + len(shares)), released)
    capital = [
        xl.IF(
            xl.AND(whole, xl.ISNUMBER(of_all)),
            xl.IF(of_all.is_at_least(0), share * of_all, NONE),
            NONE,
        )
        for share in shares
    ]
    times = Figure(here(USES_ROW, TIMES), _TIMES_A_YEAR)
    cells = zip(_PUT_CELLS, _put_held(draft), strict=True)
    put = Put(*(Figure(cell, value, kind) for (cell, kind), value in cells))
    first = at(here(USES_ROW), capital[0])
    budget = xl.IF(xl.AND(xl.ISNUMBER(first), times.is_at_least(1)), first / times, NONE)
    return DeploymentInputs(
        put=put,
        times=times,
        typed_factor=Figure(here(USES_ROW + 1, TIMES), _TIMES_WRITTEN),
        factor=Figure(here(FACTOR), _TIMES_WRITTEN, "times"),
        shares=shares,
        whole=whole,
        typed=typed,
        released=released,
        capital=capital,
        budget=budget,
        puts=_puts_bought(at(here(BUDGET), budget), put.price),
    )


def _is_whole(shares: Sequence[Figure]) -> Figure:
    """Whether no share is below 0, and they add up to 1."""
    reach = f"{shares[0].formula}:${SHARE}${USES_ROW + len(shares)}"
    cells = Cells(reach, tuple(share.value for share in shares))
    every, least = xl.COUNT(cells).equals(len(shares)), xl.MIN(cells).is_at_least(0)
    return xl.AND(every, least, xl.ABS(xl.SUM(cells) - 1) < _EXACT)


def _puts_bought(budget: Figure, price: Figure) -> Figure:
    """The whole puts that a budget buys."""
    bought = xl.IF(price > 0, xl.INT(budget / (STANDARD_CONTRACT * price)), 0)
    known = xl.AND(xl.ISNUMBER(budget), xl.ISNUMBER(price))
    return xl.IF(known, bought, 0).of_kind("count")


def _put_held(draft: WorkbookBuilder) -> tuple[AnswerValue, ...]:
    """The first put bought on an index that is no volatility's; else the first account alone."""
    held, market = draft.book.positions, draft.book.market
    bought = (held.kind == InstrumentKind.PUT) & (held.quantity > 0) & ~np.isnan(held.mark)
    for i in np.flatnonzero(bought & (held.multiplier == STANDARD_CONTRACT)):
        own = market.underlyings[held.underlying[i]]
        kind = own.underlying_class
        if kind.is_index and kind is not UnderlyingClass.VOL_INDEX:
            day, account = float(np.floor(held.expiration[i])), held.accounts[held.account[i]]
            return own.symbol, float(held.strike[i]), day, float(held.mark[i]), account
    return "", "", "", "", held.accounts[0]
