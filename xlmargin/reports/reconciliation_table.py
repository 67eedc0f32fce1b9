"""A broker's figures beside ours as a table: by account, what deserves a look first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.account import ALL, BrokerFigure, FigureState, Reconciler, age_of
from xlmargin.cells.values import TableCell
from xlmargin.reports.account_table import AccountFigure
from xlmargin.reports.table import TOTAL, ReportTable

_HEADINGS: Final = (
    "account", "figure", "broker's word", "ours", "broker's", "difference", "difference %", "age",
    "state", "likely", "source", "group", "as of",
)  # fmt: skip
ACCOUNT_VALUE: Final = "account value"

Likely = Callable[[BrokerFigure, float, float], str]
"""The likely reason of a figure, by ours and by how much the account value differs, $; or ""."""


@dataclass(frozen=True)
class Reconciled:
    """A broker's figure beside ours; `figure` is None where the broker's is missing.

    `ours` is NaN where we have none, or a text that says why; `age` in days, NaN where not known.
    """

    account: str
    name: str
    ours: TableCell
    figure: BrokerFigure | None
    state: FigureState
    age: float = np.nan
    likely: str = ""

    @property
    def difference(self) -> float:
        """The broker's less ours; NaN where one of them is no number."""
        known = self.figure is not None and isinstance(self.ours, float)
        return self.figure.amount - self.ours if known else np.nan  # type: ignore[union-attr, operator]


def reconciliation(
    reconciler: Reconciler,
    given: Sequence[BrokerFigure],
    figures: Mapping[str, AccountFigure],
    likely: Likely | None = None,
) -> list[Reconciled]:
    """Each figure of a broker beside ours, and ours that it does not give.

    Reasons are those that the reconciler finds, or that `likely` tells.

    Of several moments of one figure the newest counts. What is missing is told of the account value
    and of the requirement and excess of the account's own regime alone. Accounts come in the order
    of the positions, figures of all of them first, groups behind; within these what differs first.
    """
    accounts = reconciler.book.positions.accounts
    newest = _newest(given, reconciler.book.market.as_of)
    found = [
        _compared(reconciler, each, figures, newest, likely or reconciler.likely) for each in given
    ]
    found += _missing(reconciler, figures, newest)
    order = [named_account(accounts, i) for i in (ALL, *range(len(accounts)))]
    states = list(FigureState)
    return sorted(
        found,
        key=lambda row: (
            order.index(row.account),
            bool(row.figure and row.figure.group),
            states.index(row.state),
            -np.nan_to_num(abs(row.difference)),
        ),
    )


def reconciliation_table(found: Sequence[Reconciled]) -> ReportTable:
    """A row a figure; differences are the broker's less ours, and as a fraction of the broker's."""
    return ReportTable(_HEADINGS, [_row(each) for each in found])


def _row(each: Reconciled) -> list[TableCell]:
    ours: TableCell = None if each.ours != each.ours else each.ours
    figure, age = each.figure, None if np.isnan(each.age) else each.age
    if figure is None:
        return [each.account, each.name, None, ours, *[None] * 4, each.state.value, *[None] * 4]
    difference: TableCell = None if np.isnan(each.difference) else each.difference + 0.0
    share = each.difference / abs(figure.amount) if figure.amount else np.nan
    return [
        each.account,
        each.name,
        figure.word,
        ours,
        figure.amount,
        difference,
        None if np.isnan(share) else share + 0.0,
        age,
        each.state.value,
        each.likely or None,
        figure.source or None,
        figure.group or None,
        None if np.isnan(figure.as_of) else figure.as_of,
    ]


_Key = tuple[int, str, str]


def _key(figure: BrokerFigure) -> _Key:
    """What tells a figure from another: one that is not ours by the broker's own word."""
    return figure.account, figure.group.casefold(), figure.figure or f"\0{figure.word.casefold()}"


def _newest(given: Sequence[BrokerFigure], book_day: float) -> dict[_Key, BrokerFigure]:
    """The newest of each figure; one without a day is of the day of the book."""

    def moment(figure: BrokerFigure) -> float:
        return book_day if np.isnan(figure.as_of) else figure.as_of

    newest: dict[_Key, BrokerFigure] = {}
    for each in given:
        known = newest.setdefault(_key(each), each)
        if moment(each) > moment(known):
            newest[_key(each)] = each
    return newest


def named_account(accounts: Sequence[str], account: int) -> str:
    """The account of an index as tables name it; of ALL of several the word for a total."""
    if len(accounts) == 1:
        return accounts[0]
    return TOTAL if account == ALL else accounts[account]


def _ours(figures: Mapping[str, AccountFigure], name: str, account: int) -> TableCell:
    if name not in figures:
        return np.nan
    figure = figures[name]
    return figure.total if account == ALL else figure.by_account[account]


def _compared(
    reconciler: Reconciler,
    each: BrokerFigure,
    figures: Mapping[str, AccountFigure],
    newest: Mapping[_Key, BrokerFigure],
    likely_reason: Likely,
) -> Reconciled:
    account = named_account(reconciler.book.positions.accounts, each.account)
    age = age_of(each.as_of, reconciler.book.market.as_of)
    if newest[_key(each)] is not each:
        return Reconciled(account, each.figure, np.nan, each, FigureState.OLDER, age)
    if each.group:
        is_requirement = each.figure == f"{reconciler.regime} requirement"
        ours: TableCell = reconciler.ours(each) if is_requirement else np.nan
    else:
        ours = _ours(figures, each.figure, each.account)
    number = ours if isinstance(ours, float) else np.nan
    state = reconciler.state(each, number)
    value = newest.get((each.account, "", ACCOUNT_VALUE))
    own_value = _ours(figures, ACCOUNT_VALUE, each.account)
    known = value is not None and isinstance(own_value, float)
    of_value = value.amount - own_value if known else np.nan  # type: ignore[union-attr, operator]
    likely = ""
    if state is FigureState.NOT_OURS:
        likely = "" if each.figure else each.states
    elif state is not FigureState.AGREES:
        likely = likely_reason(each, number, of_value)
    return Reconciled(account, each.figure, ours, each, state, age, likely)


def _missing(
    reconciler: Reconciler,
    figures: Mapping[str, AccountFigure],
    newest: Mapping[_Key, BrokerFigure],
) -> Iterator[Reconciled]:
    accounts, regime = reconciler.book.positions.accounts, reconciler.regime
    for i, account in enumerate(accounts):
        for name in (ACCOUNT_VALUE, f"{regime} requirement", f"{regime} excess"):
            if not any((whose, "", name) in newest for whose in (i, ALL)):
                yield Reconciled(account, name, _ours(figures, name, i), None, FigureState.MISSING)
