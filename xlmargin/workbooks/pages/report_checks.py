"""The second page of a report: concentration, stress, calls and deadlines, the broker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import compress
from operator import add
from typing import Final

from xlmargin.margin_calls import CallKind
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.blocks import STATE, Column, Section
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.figures import NONE, Cells, Figure, constant, is_number, sentence
from xlmargin.workbooks.formulas import MOST, FormulaBlock, literal, range_on
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages import shadow
from xlmargin.workbooks.pages.account import by_regime, call_due, figure_of
from xlmargin.workbooks.pages.comparison import LargestNames, largest_of
from xlmargin.workbooks.pages.report_figures import HIGH, SINCE, EarlierDay
from xlmargin.workbooks.pages.rules import RULE_KINDS
from xlmargin.workbooks.ranking import Ranking
from xlmargin.workbooks.xlsx_writer import xl_rowcol_to_cell

_LARGEST: Final = 5
_MOVES: Final = (-0.20, -0.10, 0.0, 0.10)
_ACCOUNT, _LEVEL, _NAME = 0, 1, 2
_HELD: Final = ((4, 5), (6,), (8,))
"""Columns of PM_HOLDINGS: market value of stock and options, share of equity, exposure."""
_NO_CALL: Final = 0.005
"""Dollars below which nothing is called."""
_NUMBER, _RULE = 0, 3
"""Columns of XLM_RULE."""


def write_concentration(draft: WorkbookBuilder, page: Page, row: int, _: EarlierDay) -> int:
    """The five lines that require most; answers the row below."""
    columns = [
        Column("Underlying", "text"), Column("Market value"),
        Column("Share of\nequity", "percent"), Column("Delta-adjusted\nexposure"),
        Column("Requirement"), Column("Share of\nrequirement", "percent"), Column("", "text"),
    ]  # fmt: skip
    held, names = draft.placed("PM_HOLDINGS", literal("underlying")), largest_of(draft)
    note = f"five largest underlyings of an account, {names.words}, $"
    section = Section(page, row, "Concentration", columns, note, high=HIGH)
    whole = names.whole
    largest = names.ranking(section.first, 4)
    for i in range(_LARGEST):
        required = largest.amount(i)
        here = xl.at(xl_rowcol_to_cell(section.row, 4), required)
        figures = [_held(held, names, largest, i, sources, here) for sources in _HELD]
        part = xl.share(here, whole, "")
        section.add(names.named(largest, i), [*figures, required, part], label_style="strong")
    page.bars((section.first, section.row - 1), 6, 5, 0.01)
    sums = [None if j == 2 else section.total(j) for j in range(1, 6)]
    section.add("Five largest", sums, "total")
    return section.row


def _held(
    held: FormulaBlock,
    names: LargestNames,
    largest: Ranking,
    i: int,
    columns: Sequence[int],
    required: Figure,
) -> Figure:
    """A figure of an underlying of an account among the holdings, from some columns added up."""
    name, account = (largest.figure(i, column) for column in (names.name, names.account))
    level, named, whose = (held.column_of(c, MOST) for c in (_LEVEL, _NAME, _ACCOUNT))
    of = (level, "underlying", named, xl.exactly(name), whose, xl.exactly(account))
    found = (xl.SUMIFS(held.column_of(c, MOST), *of) for c in columns)
    return xl.IF(required.equals(""), "", reduce(add, found))


def write_stress(draft: WorkbookBuilder, page: Page, row: int, _: EarlierDay) -> int:
    """The book after moves of every underlying, which are the reader's; answers the row below."""
    columns = [
        Column("Move of all prices", "move"), Column("Gain or loss"), Column("Equity after"),
        Column("Required after"), Column("Excess after"), Column("Cushion", "percent"), STATE,
    ]  # fmt: skip
    state = draft.state
    assert state is not None
    several = len(draft.book.positions.accounts) > 1
    note = by_regime(
        state,
        constant(f"portfolio margin; {_MOVED}{_WORST if several else ''}"),
        constant(f"were it portfolio margin; {_MOVED}"),
    )
    section = Section(page, row, "Stress", columns, note, high=HIGH)
    moves = range_on(f"'{page.sheet.get_name()}'", section.first, 0, [[move] for move in _MOVES])
    path = draft.placed("PM_PATH", moves, numbers=["move", "money"])
    equity = figure_of(state, "portfolio equity")
    for i, move in enumerate(_MOVES):
        after, required, left = (
            path.or_refusal(path.figure(1 + i, column)) for column in (1, 2, 3)
        )
        figures = [
            xl.less(after, equity, digits=2), after, required, left, xl.share(left, after),
            path.or_refusal(by_regime(state, _state_after(path, 1 + i), constant(NONE))),
        ]  # fmt: skip
        section.add("", figures)
        page.typed(section.row - 1, 0, move, "move")
    section.states()
    return section.row


_MOVED: Final = "every underlying moves, volatilities unchanged, $"
_WORST: Final = "; state of the worst account"
_MOVE, _EXCESS = 0, 3
"""Columns of PM_PATH."""


def _state_after(path: FormulaBlock, row: int) -> Figure:
    """OK, or to act where any account's excess is below nothing after the move of a row.

    Accounts do not offset: their rows stand below those of their sum.
    """
    moves, excesses = (path.column_of(column, MOST) for column in (_MOVE, _EXCESS))
    short = xl.COUNTIFS(moves, path.figure(row, _MOVE), excesses, "<0")
    return xl.state_of(xl.ISNUMBER(path.figure(row, _EXCESS)), short > 0)


@dataclass(frozen=True)
class _Deadline:
    """A kind of call: its figure of the account and its column of the history, "" for none."""

    label: str
    kind: CallKind
    figure: str
    called: str
    parameter: str
    days: str = ""


_DEADLINES: Final = (
    _Deadline("Portfolio margin", CallKind.PORTFOLIO, "portfolio margin call", "portfolio call",
              "days_to_meet_portfolio"),
    _Deadline("Maintenance, strategy-based", CallKind.MAINTENANCE, "strategy margin call",
              "strategy call", "days_to_meet_maintenance"),
    _Deadline("Reg T initial", CallKind.REGT, "", "", "payment_days_after_settlement",
              " after settlement"),
)  # fmt: skip
_OF_TRADES: Final = "of trades only"


def write_deadlines(draft: WorkbookBuilder, page: Page, row: int, earlier: EarlierDay) -> int:
    """What was called and is, and until when a call of today would be to meet."""
    columns = [
        Column("Business days to meet", "text"), Column("Days with\na call", "quantity"),
        Column("Greatest, $"), Column("Open, $"), Column("If called\ntoday, due", "date"),
        Column("Rule", "text", "aside"), Column("", "text"),
    ]  # fmt: skip
    calls = _Calls(draft, earlier)
    section = Section(page, row, "Calls and deadlines", columns, calls.note, high=HIGH)
    for each in _DEADLINES:
        rule = draft.rule(each.parameter)
        if draft.answers.refusal(rule):
            continue
        stated = draft.formulas.placed(rule, RULE_KINDS)
        today = Figure("as_of", draft.book.market.as_of)
        until = call_due(draft, each.kind, today).figure()
        label = sentence(f"{each.label}: ", stated.figure(0, _NUMBER, "count"), each.days)
        cited = stated.figure(0, _RULE, "text")
        first = xl.LEFT(cited, xl.FIND(";", sentence(cited, ";")) - 1)
        is_open = figure_of(draft.state, each.figure) if each.figure else constant(_OF_TRADES)
        section.add(label, [*calls.of(each.called), is_open, until, first])
    return section.row


class _Calls:
    """The calls of the days after the earlier report, as the history has them."""

    def __init__(self, draft: WorkbookBuilder, earlier: EarlierDay) -> None:
        self._history: FormulaBlock | None = None
        self.note: str | Figure = "business days of the exchange"
        if earlier.state is None:
            return
        self._history = shadow.history_of(draft)
        until = Figure("as_of", draft.book.market.as_of)
        days, accounts = self._cells("date"), self._cells("account")
        names = set(accounts.value)
        self._whose = "total" if "total" in names else "*" if names - {""} else ""
        self._where = (
            days, _criterion(">", earlier.day), days, _criterion("<=", until), accounts,
            self._whose,
        )  # fmt: skip
        known, between = xl.COUNTIFS(*self._where), until - earlier.day
        self.note = sentence(
            "days with figures since: ", known.of_kind("count"), " of ", between.of_kind("count"),
            " days",
        )  # fmt: skip

    def _cells(self, heading: str) -> Cells:
        assert self._history is not None
        column = [*self._history.rows[0]].index(heading)
        return self._history.column_of(column, shadow.MOST_ROWS)

    def of(self, heading: str) -> list[Figure]:
        """On how many days there was a call, and the greatest of them, $."""
        if not heading:
            return [constant(_OF_TRADES)] * 2
        if self._history is None:
            return [constant(NONE)] * 2
        called = self._cells(heading)
        where = (*self._where, called, _criterion(">", constant(_NO_CALL)))
        count = xl.COUNTIFS(*where)
        figures = (count, self._greatest(called))
        shown = (xl.IF(count.equals(0.0), NONE, figure) for figure in figures)
        return [self._history.or_refusal(figure) for figure in shown]

    def _greatest(self, called: Cells) -> Figure:
        """The greatest amount of these days, which may be none."""
        days, accounts = self._cells("date"), self._cells("account")
        whose = "1" if self._whose == "*" else f'({accounts.formula}="{self._whose}")'
        rows = f"(({days.formula}>{SINCE})*({days.formula}<=as_of)*{whose})"
        criteria = [
            each.value if isinstance(each, Figure | Cells) else each for each in self._where
        ]
        found = filter(is_number, compress(called.value, xl.rows_meeting(*criteria)))
        formula = f"_xlfn.AGGREGATE(14,6,{called.formula}/{rows},1)"
        return Figure(formula, max(found, default=0.0))


def _criterion(sign: str, of: Figure) -> Figure:
    """A sign before a number, as functions that count want it."""
    return Figure(f'"{sign}"&{of.formula}', f"{sign}{of.value}")
