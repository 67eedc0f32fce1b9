"""What the page Deployment is told: shares of the uses, the put bought, how much is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum, isclose
from typing import Final

import numpy as np

from xlmargin.cells.values import AnswerValue
from xlmargin.contracts import STANDARD_CONTRACT, InstrumentKind
from xlmargin.rulebook import UnderlyingClass
from xlmargin.samples import ARTICLE_SCENARIO
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.formulas_sheet import NONE
from xlmargin.workbooks.pages.shadow import summary_of
from xlmargin.workbooks.sentences import Figure

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
_EXACT: Final = 1e-9


def here(row: int, column: str = AMOUNT) -> str:
    """A cell of the page, as other sheets name it."""
    return f"{SHEET}!${column}${row + 1}"


@dataclass(frozen=True)
class Put:
    """A put on an index, each field "" where the book holds none."""

    symbol: AnswerValue = ""
    strike: AnswerValue = ""
    expiration: AnswerValue = ""
    price: AnswerValue = ""
    account: AnswerValue = ""


@dataclass(frozen=True)
class DeploymentInputs:
    """The inputs of the page as they are at first, and what follows from them alone.

    `times` is how often a year the put is bought, `factor` what the options written are scaled
    by; `released` and `capital`, by use, are $, `none` where nothing is released. `budget` is
    for one purchase.
    """

    put: Put
    times: float
    factor: float
    shares: Mapping[str, float]
    released: Figure
    capital: Mapping[str, Figure]
    budget: Figure
    puts: Figure


def deployment_inputs(draft: WorkbookBuilder) -> DeploymentInputs:
    """The article's shares, and the first put held on an index."""
    shares = ARTICLE_SCENARIO.uses
    summary = summary_of(draft)
    at = summary.row_of(_RELEASED)
    average, put = summary.value(at, 1), _put_held(draft)
    known = isclose(fsum(shares.values()), 1.0, abs_tol=_EXACT)
    amount = float(average) if known and isinstance(average, float) and average >= 0 else None
    capital: list[AnswerValue] = [NONE if amount is None else s * amount for s in shares.values()]
    first = here(USES_ROW)
    budget: AnswerValue = capital[0] / _TIMES_A_YEAR if isinstance(capital[0], float) else NONE
    often = here(USES_ROW, TIMES)
    each = f'IF(AND(ISNUMBER({first}),{often}>=1),{first}/{often},"{NONE}")'
    bought = 0.0
    if isinstance(budget, float) and isinstance(put.price, float) and put.price > 0:
        bought = budget // (STANDARD_CONTRACT * put.price)
    return DeploymentInputs(
        put=put,
        times=_TIMES_A_YEAR,
        factor=_TIMES_WRITTEN,
        shares=shares,
        released=Figure(
            f"IF(ISNUMBER({here(TYPED)}),{here(TYPED)},{summary.formula(at, 1)})", average
        ),
        capital={
            use: Figure(_capital(USES_ROW + i, len(shares)), value)
            for i, (use, value) in enumerate(zip(shares, capital, strict=True))
        },
        budget=Figure(each, budget),
        puts=Figure(_puts(), bought, "count"),
    )


def is_whole(uses: int) -> str:
    """A formula that no share of so many uses is below 0, and that they add up to 1."""
    cells = f"{here(USES_ROW, SHARE)}:${SHARE}${USES_ROW + uses}"
    return f"AND(COUNT({cells})={uses},MIN({cells})>=0,ABS(SUM({cells})-1)<{_EXACT:.9f})"


def _capital(row: int, uses: int) -> str:
    """A formula for what a use receives of the capital released."""
    total = here(USES_ROW + uses)
    amount = f'IF({total}>=0,{here(row, SHARE)}*{total},"{NONE}")'
    return f'IF(AND({is_whole(uses)},ISNUMBER({total})),{amount},"{NONE}")'


def _puts() -> str:
    """A formula for the whole puts that the budget buys."""
    budget, price = here(BUDGET), here(PRICE)
    known = f"AND(ISNUMBER({budget}),ISNUMBER({price}))"
    return f"IF({known},IF({price}>0,INT({budget}/({STANDARD_CONTRACT:.0f}*{price})),0),0)"


def _put_held(draft: WorkbookBuilder) -> Put:
    """The first put bought on an index that is no volatility's; else the first account alone."""
    held, market = draft.book.positions, draft.book.market
    bought = (held.kind == InstrumentKind.PUT) & (held.quantity > 0) & ~np.isnan(held.mark)
    for i in np.flatnonzero(bought & (held.multiplier == STANDARD_CONTRACT)):
        own = market.underlyings[held.underlying[i]]
        kind = own.underlying_class
        if kind.is_index and kind is not UnderlyingClass.VOL_INDEX:
            return Put(
                own.symbol,
                float(held.strike[i]),
                float(np.floor(held.expiration[i])),
                float(held.mark[i]),
                held.accounts[held.account[i]],
            )
    return Put(account=held.accounts[0])
