"""What-if as tables: trades before they are done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import inf, isnan
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import Positions
from xlmargin.cells.values import TableCell, TableRows
from xlmargin.reports.account_table import NOT_PERMITTED
from xlmargin.reports.table import TOTAL, ReportTable
from xlmargin.what_if import (
    Capacity,
    FigureChange,
    Greatest,
    Hedge,
    Impact,
    Keeps,
    OneMore,
    Writing,
)
from xlmargin.what_if.capacity import REG_T_EXCESS
from xlmargin.what_if.tried_quantities import NO_CASH

EFFECT: Final = "buying-power effect"

CHECK: Final = "pre-trade check"
"""How the rows begin that say in words whether the trades may be done."""

OF_NAME: Final = "requirement of class group"
"""How the rows begin that have what a class group requires by itself under portfolio margin."""

_FIGURES: Final = (
    ("account value", "account_value", True),
    ("strategy equity", "strategy_equity", True),
    ("initial requirement", "initial", False),
    ("deposit", "deposit", False),
    (REG_T_EXCESS, "reg_t_excess", True),
    ("maintenance requirement", "maintenance", False),
    ("strategy excess", "strategy_excess", True),
    ("portfolio requirement", "portfolio", False),
    ("portfolio excess", "portfolio_excess", True),
)
"""Each figure: how it is shown, its name among the `Figures`, whether cash is part of it."""


def what_if_table(impact: Impact) -> ReportTable:
    """A row a figure: before the trades, after them, change, account; $.

    The total comes first, then each account where there are several; in each, after the amounts,
    what each class group traded requires by itself under portfolio margin, before its gains offset
    anything, and last the pre-trade check by both regimes, in words. A cash account has no Reg T
    excess.
    """
    names = impact.held.positions.accounts
    whole = np.arange(len(names))
    parts = [(name, whole[i : i + 1]) for i, name in enumerate(names)] if len(names) > 1 else []
    changes = _changes(impact)
    rows = [
        row
        for account, own in [(TOTAL, whole), *parts]
        for row in (
            *_amounts(changes, account, own),
            *_of_names(impact, account, own),
            *_checks(impact, account, own),
        )
    ]
    return ReportTable(("figure", "before", "after", "change", "account"), rows)


def _changes(impact: Impact) -> dict[str, FigureChange | None]:
    """Each figure by the name it is shown by; None for what a cash account has not."""
    changes: dict[str, FigureChange | None] = {
        label: impact.of_equity(name) if has_cash else impact.of_requirement(name)
        for label, name, has_cash in _FIGURES
    }
    if impact.held.is_cash_account:
        changes[REG_T_EXCESS] = None
    return {**changes, EFFECT: impact.of_buying_power, "fees": impact.of_fees}


def _amounts(
    changes: dict[str, FigureChange | None], account: str, own: IntArray
) -> Iterator[list[TableCell]]:
    """The figures of some accounts added up; of the buying power the change alone is shown."""
    for label, of_figure in changes.items():
        if of_figure is None:
            yield [label, *[NOT_PERMITTED] * 3, account]
            continue
        amounts = (of_figure.before, of_figure.after, of_figure.change)
        before, after, change = (float(amount[own].sum()) + 0.0 for amount in amounts)
        states = (None, None) if label == EFFECT else (before, after)
        yield [label, *states, change, account]


def _of_names(impact: Impact, account: str, own: IntArray) -> Iterator[list[TableCell]]:
    """What the class groups require that some accounts trade in."""
    for name in dict.fromkeys(name for i in own.tolist() for name in impact.names[i]):
        change = impact.of_name(name)
        amounts = (change.before, change.after, change.change)
        yield [f"{OF_NAME}, {name}", *(float(a[own].sum()) + 0.0 for a in amounts), account]


def _checks(impact: Impact, account: str, own: IntArray) -> Iterator[list[TableCell]]:
    """The pre-trade check of some accounts by both regimes."""
    for label, short, is_own in (
        ("strategy-based", impact.short_by_strategy, not impact.held.is_portfolio),
        ("portfolio margin", impact.short_under_portfolio, impact.held.is_portfolio),
    ):
        regime = "the account's regime" if is_own else "for comparison"
        yield [f"{CHECK}, {label}", regime, _verdict(short[own]), None, account]


_NO_CASH: Final = f"unknown: {NO_CASH}"


def _verdict(short: FloatArray) -> str:
    """The pre-trade check in words; `short`, $, is what each account misses."""
    if np.isnan(short).any():
        return _NO_CASH
    total = float(short.sum())
    return f"refused: short by ${total:,.2f}" if total else "accepted"


def one_more_table(made: OneMore) -> ReportTable:
    """A row for each contract held: what one more of it, or of 100 shares, would change; $.

    `one more` is +1 for what is held long and -1 for what is sold short, `units` what that is in
    units of the underlying. Cash needed is what is paid for it; below 0, received.
    """
    one = made.one
    return ReportTable.of({
        **_named("position", one),
        "quantity": made.quantity,
        "one more": np.sign(made.quantity),
        "units": one.units,
        "initial": made.initial,
        "maintenance": made.maintenance,
        "deposit": made.deposit,
        "portfolio requirement": made.portfolio,
        "cash needed": made.cash_needed,
        "account": _accounts(one),
    })  # fmt: skip


def _named(heading: str, one: Positions) -> dict[str, list[TableCell]]:
    """The symbols of positions, and below a heading the names of their contracts."""
    return {"symbol": [*one.symbol], heading: [one.contracts.name(i) for i in range(len(one))]}


def _accounts(one: Positions) -> list[TableCell]:
    return [one.accounts[account] for account in one.account.tolist()]


def capacity_table(found: Capacity) -> ReportTable:
    """A row an order: whether what is ordered fits, how many do, and what binds first; $.

    Quantities are magnitudes; every one up to `greatest` is accepted. `binds` is of the accounts'
    regime, as is the excess after the order, and the excess after the greatest is of what binds;
    where nothing does, of the regime. `cash needed` is paid for the greatest quantity, below 0
    received. The greatest by name share leaves the order's class group no more than the share
    stated of the portfolio margin requirement, whatever the excess.
    """
    one, own, ordered = found.orders.one.positions, found.own, found.orders.ordered.tolist()
    other = "not asked for" if found.is_portfolio else NOT_PERMITTED
    sides, names = np.where(one.quantity > 0, "buy", "sell").tolist(), _named("order", one)
    after = zip(ordered, own.excess_after_order.tolist(), strict=True)
    return ReportTable.of({
        **names,
        "order": [f"{side} {name}" for side, name in zip(sides, names["order"], strict=True)],
        "ordered": ["none" if isnan(n) else n for n in ordered],
        "fits": list(map(_fits, ordered, own.missing.tolist())),
        "greatest": own.quantity,
        "greatest portfolio": _greatest(found.portfolio, found, other),
        "greatest strategy": _greatest(found.strategy, found, other),
        "binds": own.binds,
        "excess after order": ["none" if isnan(n) else left for n, left in after],
        "excess after greatest": own.excess_after,
        "cash needed": found.cash_needed,
        "proven": own.is_proven.tolist(),
        "account": _accounts(one),
        "greatest by name share": list(map(_by_name, found.by_name.tolist())),
    })  # fmt: skip


def _by_name(quantity: float) -> TableCell:
    if quantity != quantity:
        return "not asked for"
    return "not covered" if quantity == inf else quantity


def _fits(ordered: float, missing: float) -> str:
    if ordered != ordered:
        return "none"
    if missing != missing:
        return "unknown"
    return "refused" if missing else "accepted"


def _greatest(of: Greatest | None, found: Capacity, other: str) -> np.ndarray | list[TableCell]:
    return [other] * len(found.orders) if of is None else of.quantity


def writing_table(found: Writing) -> ReportTable:
    """A row for each thing that is to hold, and one for all: the factor up to which it does; $.

    The factor by which every option written on a stock is scaled, one step below the first at which
    it ceases to hold; `none` where it holds at no factor. Beside it what the book is there. Without
    cash that is stated no excess is known.
    """
    headings = (
        "until", "factor", "contracts more", "premium", "calls without shares", "requirement",
        "excess after the move",
    )  # fmt: skip
    every = {keeps.value: found.holds(keeps) for keeps in Keeps}
    together = np.logical_and.reduce(list(every.values()))
    unknown = np.isnan(found.excess_after).any()
    rows: TableRows = []
    for until, holds in (*every.items(), (_ALL, together)):
        if unknown and until in (Keeps.EXCESS.value, _ALL):
            rows.append([until, _NO_CASH, *[float("nan")] * 5])
            continue
        at = found.greatest(holds)
        columns = (
            found.factor, found.more, found.premium, found.uncovered, found.requirement,
            found.excess_after,
        )  # fmt: skip
        known = [float(column[at]) + 0.0 for column in columns]
        rows.append([until, *(known if at >= 0 else ["none"] * len(columns))])
    return ReportTable(headings, rows)


_ALL: Final = "all of them"


def hedge_table(hedge: Hedge) -> ReportTable:
    """A row for each candidate, best first: how many, and what they free and cost; $.

    Those that reach the target come first, those that free nothing last; what costs nothing or pays
    before what costs, which goes by the requirement freed for each dollar.
    """
    one = hedge.candidates.positions
    table = ReportTable.of({
        **_named("candidate", one),
        "quantity": one.quantity * hedge.quantity,
        "requirement after": hedge.before - hedge.freed,
        "freed": hedge.freed,
        "target": hedge.target,
        "cost": hedge.cost,
        "freed per dollar": hedge.freed_per_dollar,
        "excess change": hedge.excess_change,
        "result": [_result(hedge, i) for i in range(len(one))],
        "account": _accounts(one),
    })  # fmt: skip
    return replace(table, rows=[table.rows[i] for i in hedge.ranking.tolist()])


def _result(hedge: Hedge, index: int) -> str:
    """What a candidate does, in words; what is not proven is said."""
    proven = bool(hedge.is_proven[index])
    if not hedge.quantity[index]:
        return "frees nothing" if proven else "frees nothing at the quantities tried"
    if hedge.reaches[index]:
        return "reaches the target" if proven else "reaches the target, perhaps with less too"
    return "the most it frees" if proven else "the most it frees at the quantities tried"
