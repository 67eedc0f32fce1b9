"""A broker's requirement beside ours as a statement: groups by account, what is left, totals.

Groups that the broker gives stand one by one, what differs first; all others are one line, so that
the lines of an account add up to its requirement, ours and the broker's, and those of the accounts
to the total. Below stand the values that a requirement rests on, and whatever else is given.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from xlmargin.account import ALL, BrokerFigure, FigureState, Reconciler, age_of
from xlmargin.cells.values import TableCell
from xlmargin.reports.account_table import AccountFigure
from xlmargin.reports.holdings_table import ACCOUNT, GRAND, SUBTOTAL
from xlmargin.reports.reconciliation_table import ACCOUNT_VALUE, Reconciled, named_account
from xlmargin.reports.table import ReportTable

GROUP, INSIDE, OTHER, FIGURE = "group", "inside", "other", "figure"
"""What a line is: a group of its account, one inside another that is given, all other groups, and
a figure that is no requirement of the account's regime."""
CASH: Final = "cash"
MARKET_VALUE: Final = "market value, net"
RESTS_ON: Final = "what the requirement rests on"
OTHER_FIGURES: Final = "other figures"
TOTAL: Final = "all accounts"
NO_REASON: Final = "no reason found"
_HEADINGS: Final = (
    "account", "row", "line", "ours", "broker's", "difference", "of ours", "as of", "open",
    "state", "likely", "explained",
)  # fmt: skip
_OPEN: Final = (FigureState.OVERDUE, FigureState.DIFFERS, FigureState.STALE)
_CENT: Final = 0.005


@dataclass(frozen=True)
class _Line:
    """A line; amounts are $ (or fractions of a figure that is one), NaN where there is none."""

    kind: str
    account: str
    label: str
    ours: float = np.nan
    theirs: float = np.nan
    as_of: float = np.nan
    open: float = np.nan
    state: FigureState | None = None
    likely: str = ""
    explained: float = np.nan

    @property
    def row(self) -> list[TableCell]:
        """The cells of a table."""
        difference = self.theirs - self.ours
        share = difference / self.ours if self.ours > 0 else np.nan
        amounts = (self.ours, self.theirs, difference, share, self.as_of, self.open)
        return [
            self.account,
            self.kind,
            self.label,
            *(None if np.isnan(amount) else amount + 0.0 for amount in amounts),
            None if self.state is None else self.state.value,
            self.likely or None,
            None if np.isnan(self.explained) else self.explained + 0.0,
        ]


def reconciled_lines(
    reconciler: Reconciler, found: Sequence[Reconciled], figures: Mapping[str, AccountFigure]
) -> ReportTable:
    """Lines of the requirement of the account's regime, with subtotals and totals, then values.

    `found` is the reconciliation of these `figures`. `row` says what a line is: account (the title
    of those below it), group, inside (in a group that is given, too: not counted), other (what is
    left of the account), subtotal, grand total, figure. `of ours` is the difference as a fraction
    of ours; `open` counts the days since the broker was asked, or since the day of its figure,
    where it does not agree; `explained` is what of a difference has a likely reason.
    """
    lines = _Lines(reconciler, found, figures)
    return ReportTable(_HEADINGS, [line.row for line in (*lines.requirement(), *lines.values())])


@dataclass(frozen=True, eq=False)
class _Lines:
    """The figures of a broker beside ours, by what they are."""

    reconciler: Reconciler
    found: Sequence[Reconciled]
    figures: Mapping[str, AccountFigure]

    @property
    def _accounts(self) -> Sequence[str]:
        return self.reconciler.book.positions.accounts

    @property
    def _name(self) -> str:
        """The requirement of the regime that the accounts are under."""
        return f"{self.reconciler.regime} requirement"

    @cached_property
    def _counted(self) -> list[Reconciled]:
        """What counts of the broker's figures."""
        gone = (FigureState.OLDER, FigureState.MISSING)
        return [each for each in self.found if each.state not in gone]

    def requirement(self) -> Iterator[_Line]:
        """Each account with its groups and its subtotal, and the total of all."""
        several = len(self._accounts) > 1
        subtotals: list[_Line] = []
        for i in range(len(self._accounts)):
            groups = self._groups(i)
            label = named_account(self._accounts, i)
            if several and groups:
                yield _Line(ACCOUNT, label, label)
            yield from groups
            subtotals.append(self._whole(i, groups))
            if several:
                yield subtotals[-1]
        of_all = self._groups(ALL) if several else []
        if of_all:
            yield _Line(ACCOUNT, "", TOTAL)
            yield from of_all
        stated = self._of(ALL, self._name) if several else None
        label = TOTAL if several else "total"
        total = self._summed(label, subtotals) if stated is None else self._whole(ALL, of_all)
        yield replace(total, kind=GRAND, account="", likely="")

    def values(self) -> Iterator[_Line]:
        """What the requirement rests on, and every other figure that the broker gives."""
        yield _Line(ACCOUNT, "", RESTS_ON)
        by_name = {name: self._by_account(name) for name in (ACCOUNT_VALUE, CASH)}
        value_and_cash = list(by_name.values())
        if len({len(lines) for lines in value_and_cash}) > 1:  # one is of all accounts together
            value_and_cash = [[self._together(lines)] for lines in value_and_cash]
        net = [self._less(value, cash) for value, cash in zip(*value_and_cash, strict=True)]
        for name, lines in ((ACCOUNT_VALUE, by_name[ACCOUNT_VALUE]), (MARKET_VALUE, net),
                            (CASH, by_name[CASH])):  # fmt: skip
            yield self._summed(name, lines)
        rest = [
            each for each in self._counted
            if each.name not in (self._name, *by_name) or (each.name in by_name and _group(each))
        ]  # fmt: skip
        if rest:
            yield _Line(ACCOUNT, "", OTHER_FIGURES)
        for each in rest:
            assert each.figure is not None
            parts = [each.name or each.figure.word, each.figure.group]
            parts += [each.account] if len(self._accounts) > 1 else []
            yield self._line(each, FIGURE, ", ".join(filter(None, parts)))

    def _groups(self, account: int) -> list[_Line]:
        """The groups of an account that are given, and what they leave of its requirement."""
        name = named_account(self._accounts, account)
        given = [e for e in self._counted if e.account == name and _group(e)
                 and e.name == self._name]  # fmt: skip
        inside = [self.reconciler.classes_in(account, _group(each)) for each in given]
        lines = [
            self._line(each, INSIDE if _is_inside(k, inside) else GROUP, _group(each))
            for k, each in enumerate(given)
        ]
        whole = self._of(account, self._name)
        if not given or whole is None:
            return lines
        rest = self._other(account, whole, [line for line in lines if line.kind == GROUP])
        left = len(self.reconciler.classes_of(account).difference(*inside))
        if left or max(abs(rest.ours), abs(rest.theirs)) >= _CENT:
            names = f", {left} name{'s' * (left != 1)}" if left else ""
            lines.append(replace(rest, label=f"other{names}"))
        return lines

    def _other(self, account: int, whole: Reconciled, groups: Sequence[_Line]) -> _Line:
        """What is left of an account's requirement, ours and the broker's, in whole cents."""
        of = self._line(whole, OTHER, "")
        ours = _left([of.ours, *(line.ours for line in groups if not np.isnan(line.ours))])
        theirs = _left([of.theirs, *(line.theirs for line in groups)])
        figure = BrokerFigure(account, "", self._name, "", theirs, of.as_of)
        line = self._stated(replace(of, ours=ours, theirs=theirs, explained=0.0), figure)
        return replace(line, likely=self._reason(line.state, figure, ours, ""))

    def _whole(self, account: int, groups: Sequence[_Line]) -> _Line:
        """The requirement of an account; what of its difference has a reason, or its groups'."""
        name = named_account(self._accounts, account)
        label, given = TOTAL if account == ALL else name, self._of(account, self._name)
        if given is None:
            ours = self._ours(self._name, account)
            return _Line(SUBTOTAL, name, label, ours, state=FigureState.MISSING)
        line = self._line(given, SUBTOTAL, label)
        if line.likely:
            return line
        known = [g.explained for g in groups if g.kind == GROUP]
        return replace(line, explained=math.fsum(e for e in known if not np.isnan(e)))

    def _by_account(self, name: str) -> list[_Line]:
        """A figure of each account, or of all of them where the broker gives that."""
        several = len(self._accounts) > 1
        if several and (stated := self._of(ALL, name)) is not None:
            return [self._line(stated, FIGURE, name)]
        lines = []
        for i, account in enumerate(self._accounts):
            given = self._of(i, name)
            missing = _Line(FIGURE, account, name, self._ours(name, i), state=FigureState.MISSING)
            lines.append(missing if given is None else self._line(given, FIGURE, name))
        return lines

    def _together(self, lines: Sequence[_Line]) -> _Line:
        """The sum of a figure of each account; none of the broker's where one lacks."""
        ours, theirs = (math.fsum(each) for each in zip(*((x.ours, x.theirs) for x in lines),
                                                        strict=True))  # fmt: skip
        return replace(self._summed("", lines), ours=ours, theirs=theirs)

    def _less(self, value: _Line, cash: _Line) -> _Line:
        """Account values less cash."""
        ours, theirs = value.ours - cash.ours, value.theirs - cash.theirs
        as_of = min(value.as_of, cash.as_of)
        line = replace(value, label=MARKET_VALUE, ours=ours, theirs=theirs, as_of=as_of)
        if np.isnan(theirs):
            return _Line(FIGURE, value.account, MARKET_VALUE, ours, state=FigureState.MISSING)
        return self._stated(line, BrokerFigure(ALL, "", MARKET_VALUE, "", theirs, as_of))

    def _stated(self, line: _Line, figure: BrokerFigure) -> _Line:
        state = self.reconciler.state(figure, line.ours)
        return replace(line, open=self._open(figure, state), state=state)

    def _summed(self, label: str, lines: Sequence[_Line]) -> _Line:
        """The sum of what is given of some accounts, of all of ours where nothing is.

        It says of how many; its state is the worst of theirs, its day the first.
        """
        given = [line for line in lines if not np.isnan(line.theirs)]
        summed = given or lines
        part = f", {len(given)} of {len(lines)} accounts" if 0 < len(given) < len(lines) else ""
        differ = [line.account for line in given if line.state in _OPEN and line.account]
        several = len(self._accounts) > 1
        return _Line(
            kind=FIGURE,
            account="",
            label=f"{label}{part}",
            ours=math.fsum(line.ours for line in summed),
            theirs=math.fsum(line.theirs for line in given) if given else np.nan,
            as_of=min((line.as_of for line in given), default=np.nan),
            open=max((line.open for line in given if not np.isnan(line.open)), default=np.nan),
            state=min((line.state for line in summed if line.state), key=list(FigureState).index),
            likely=", ".join(differ) if several else "".join({line.likely for line in given}),
            explained=math.fsum(line.explained for line in given if not np.isnan(line.explained)),
        )

    def _line(self, each: Reconciled, kind: str, label: str) -> _Line:
        figure = each.figure
        assert figure is not None
        ours = each.ours if isinstance(each.ours, float) else np.nan
        explained = figure.amount - ours if each.likely else 0.0
        likely = each.likely
        if kind in (GROUP, INSIDE):
            likely = self._reason(each.state, figure, ours, likely)
        return _Line(
            kind, each.account, label, ours, figure.amount, figure.as_of,
            self._open(figure, each.state), each.state, likely,
            np.nan if kind == FIGURE else explained,
        )  # fmt: skip

    def _reason(
        self, state: FigureState | None, figure: BrokerFigure, ours: float, likely: str
    ) -> str:
        """The likely reason of a difference that is none of two days, or that none was found."""
        differs = state in (FigureState.DIFFERS, FigureState.OVERDUE)
        agrees = self.reconciler.tolerance.agree(figure.amount, ours)
        return likely or (NO_REASON if differs and not agrees else "")

    def _open(self, figure: BrokerFigure, state: FigureState) -> float:
        """Days since the broker was asked, or since its figure; NaN where nothing is open."""
        if state not in _OPEN:
            return np.nan
        since = figure.as_of if np.isnan(figure.inquiry_day) else figure.inquiry_day
        return age_of(since, self.reconciler.book.market.as_of)

    def _of(self, account: int, name: str) -> Reconciled | None:
        """A broker's figure of a whole account."""
        whose = named_account(self._accounts, account)
        of = (e for e in self._counted if e.name == name and e.account == whose and not _group(e))
        return next(of, None)

    def _ours(self, name: str, account: int) -> float:
        figure = self.figures.get(name)
        ours = None if figure is None else figure.by_account[account]
        return ours if isinstance(ours, float) else np.nan


def _left(amounts: Sequence[float]) -> float:
    """The first of some amounts less all others, each as it is printed to the cent."""
    whole, *parts = (round(amount, 2) for amount in amounts)
    return round(whole - math.fsum(parts), 2)


def _group(each: Reconciled) -> str:
    return "" if each.figure is None else each.figure.group


def _is_inside(k: int, inside: Sequence[frozenset[str]]) -> bool:
    """Whether a group lies in another that is given; of two of the same classes the later does."""
    own = inside[k]
    return bool(own) and any(
        own < other or (own == other and j < k) for j, other in enumerate(inside) if j != k
    )
