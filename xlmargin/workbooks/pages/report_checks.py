"""The second page of a report: concentration, stress, calls and deadlines, the broker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.margin_calls import CallKind
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.figures import (
    COUNTIFS,
    IF,
    ISNUMBER,
    SUMIFS,
    at,
    less,
    share,
    state_of,
    total,
)
from xlmargin.workbooks.formulas_sheet import NONE, FormulaBlock
from xlmargin.workbooks.growth import MOST
from xlmargin.workbooks.live_formulas import Call, literal, range_on
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages import shadow
from xlmargin.workbooks.pages.account import by_regime, figure_of
from xlmargin.workbooks.pages.earlier_day import SINCE, EarlierDay
from xlmargin.workbooks.pages.key_figures import HIGH
from xlmargin.workbooks.pages.largest_names import LargestNames, largest_of
from xlmargin.workbooks.pages.rules import RULE_KINDS
from xlmargin.workbooks.ranking import Ranking
from xlmargin.workbooks.section import STATE, Column, Section
from xlmargin.workbooks.sentences import Figure, sentence
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
    rows = []
    for i in range(_LARGEST):
        required = largest.ranked(i)
        here = at(xl_rowcol_to_cell(section.row, 4), required)
        figures = [_held(held, names, largest, i, sources, here) for sources in _HELD]
        part = share(here, whole, "")
        rows.append(section.add(names.named(largest, i), [*figures, required, part],
                                label_style="strong"))  # fmt: skip
    shares = [cells[4].value for cells in rows]
    known = [float(each) for each in shares if isinstance(each, float)]
    page.bars((section.first, section.row - 1), 6, 5, shares, max([*known, 0.01]))
    sums = [
        None if j == 1 else total(section.cells(1 + j), [cells[j] for cells in rows])
        for j in range(5)
    ]
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
    of = (level, "underlying", named, name, whose, account)
    found = (SUMIFS(held.column_of(c, MOST), *of) for c in columns)
    return IF(required.equals(""), "", reduce(add, found))


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
        _quoted(f"portfolio margin; {_MOVED}{_WORST if several else ''}"),
        _quoted(f"were it portfolio margin; {_MOVED}"),
    )
    section = Section(page, row, "Stress", columns, note, high=HIGH)
    moves = range_on(f"'{page.sheet.get_name()}'", section.first, 0, [[move] for move in _MOVES])
    path = draft.placed("PM_PATH", moves, numbers=["move", "money"])
    equity = figure_of(state, "portfolio equity")
    for i, move in enumerate(_MOVES):
        after, required, left = (_of_path(path, 1 + i, column) for column in (1, 2, 3))
        figures = [
            less(after, equity, digits=2), after, required, left, share(left, after),
            path.or_refusal(by_regime(state, _state_after(path, 1 + i), _quoted(NONE))),
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
    short = COUNTIFS(moves, path.figure(row, _MOVE), excesses, "<0")
    return state_of(ISNUMBER(path.figure(row, _EXCESS)), short > 0)


def _quoted(text: str) -> Figure:
    return Figure(f'"{text}"', text, "text")


def _of_path(path: FormulaBlock, row: int, column: int) -> Figure:
    return path.or_refusal(path.figure(row, column))


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
    _Deadline(
        "Portfolio margin",
        CallKind.PORTFOLIO,
        "portfolio margin call",
        "portfolio call",
        "days_to_meet_portfolio",
    ),
    _Deadline(
        "Maintenance, strategy-based",
        CallKind.MAINTENANCE,
        "strategy margin call",
        "strategy call",
        "days_to_meet_maintenance",
    ),
    _Deadline(
        "Reg T initial", CallKind.REGT, "", "", "payment_days_after_settlement", " after settlement"
    ),
)
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
        rule = Call("XLM_RULE", (literal(each.parameter), draft.as_of))
        if draft.answers.refusal(rule):
            continue
        stated = draft.formulas.placed(rule, RULE_KINDS)
        arguments = (draft.as_of, literal(each.kind.value), draft.tables.settings.argument)
        due = draft.formulas.placed(Call("MARGIN_CALL_DUE", arguments), ["date"])
        days = stated.figure(0, _NUMBER, "count")
        label = Figure(*sentence(f"{each.label}: ", days, each.days))
        said, cited = str(stated.value(0, _RULE)), stated.formula(0, _RULE)
        first = Figure(f'LEFT({cited},FIND(";",{cited}&";")-1)', said.partition(";")[0])
        of_trades = Figure(f'"{_OF_TRADES}"', _OF_TRADES)
        is_open = figure_of(draft.state, each.figure) if each.figure else of_trades
        until = due.figure()
        section.add(label, [*calls.of(each.called), is_open, until, first])
    return section.row


class _Calls:
    """The calls of the days after the earlier report, as the history has them."""

    def __init__(self, draft: WorkbookBuilder, earlier: EarlierDay) -> None:
        self._history: FormulaBlock | None = None
        self.note: str | Figure = "business days of the exchange"
        if earlier.state is None:
            return
        history = shadow.history_of(draft)
        self._history, self._headings = history, [str(each) for each in history.rows[0]]
        self._since, self._until = earlier.since, draft.book.market.as_of
        totals = self._totals()
        days = Figure(f"COUNTIFS({self._where()})", float(len(totals)), "count")
        between = Figure(f"as_of-{SINCE}", self._until - self._since, "count")
        self.note = Figure(*sentence("days with figures since: ", days, " of ", between, " days"))

    def _cells(self, heading: str) -> str:
        assert self._history is not None
        column = self._headings.index(heading)
        return self._history.cells_below_heading(column, shadow.MOST_ROWS)

    def _where(self) -> str:
        """Conditions on rows: days after the earlier one, of all accounts together."""
        days = self._cells("date")
        return f'{days},">"&{SINCE},{days},"<="&as_of,{self._cells("account")},{self._total()}'

    def _total(self) -> str:
        """The name of a day's row of all accounts: of a lone account its own."""
        assert self._history is not None
        names = {row[1] for row in self._history.rows[1:]}
        return '"total"' if "total" in names else '"*"' if names - {""} else '""'

    def _totals(self) -> list[list[AnswerValue]]:
        assert self._history is not None
        rows = self._history.rows[1:]
        named = {row[1] for row in rows}
        return [
            row
            for row in rows
            if isinstance(row[0], float)
            and self._since < row[0] <= self._until
            and ("total" not in named or row[1] == "total")
        ]

    def of(self, heading: str) -> list[Figure]:
        """On how many days there was a call, and the greatest of them, $."""
        nothing = Figure(f'"{NONE}"', NONE)
        if not heading:
            return [Figure(f'"{_OF_TRADES}"', _OF_TRADES)] * 2
        if self._history is None:
            return [nothing, nothing]
        called, column = self._cells(heading), self._headings.index(heading)
        found = [row[column] for row in self._totals()]
        amounts = [float(c) for c in found if isinstance(c, float) and c > _NO_CALL]
        count = f'COUNTIFS({self._where()},{called},">"&{_NO_CALL})'
        days, accounts = self._cells("date"), self._cells("account")
        of_total = f"({accounts}={self._total()})" if self._total() != '"*"' else "1"
        rows = f"(({days}>{SINCE})*({days}<=as_of)*{of_total})"
        greatest = f"_xlfn.AGGREGATE(14,6,{called}/{rows},1)"
        shown = [f'IF({count}=0,"{NONE}",{each})' for each in (count, greatest)]
        values: list[AnswerValue] = [float(len(amounts)) or NONE, max(amounts, default=NONE)]
        return [
            Figure(self._history.unless_refused(formula), value)
            for formula, value in zip(shown, values, strict=True)
        ]
