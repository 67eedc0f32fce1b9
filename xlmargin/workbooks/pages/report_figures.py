"""The day that a report is compared with: the account as it was on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Final

from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.blocks import STATE, Column, Section
from xlmargin.workbooks.draft import ACCOUNT_KINDS, Series, WorkbookBuilder, axis
from xlmargin.workbooks.figures import Figure, constant
from xlmargin.workbooks.formulas import Call, FormulaArgument, FormulaBlock
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages import shadow
from xlmargin.workbooks.pages.account import OWN, TOTAL, by_regime, figure_of
from xlmargin.workbooks.styles import PM, ST

SINCE: Final = "compared_with"
NO_EARLIER: Final = "none"
"""What stands for a figure of the earlier day where there is no such day."""


@dataclass(frozen=True)
class EarlierDay:
    """The day, and where the account of that day stands; `state` is None where there is none.

    `why` says why not, where a day is stated.
    """

    day: Figure
    state: FormulaBlock | None = None
    why: str = ""

    def figure(self, name: str) -> Figure:
        """A figure of all accounts together on the day."""
        if self.state is None:
            return constant(NO_EARLIER)
        return self.state.or_refusal(figure_of(self.state, name), NO_EARLIER)

    @property
    def since(self) -> float:
        """The serial day; only where it has a state."""
        return float(self.day.value)


def since(draft: WorkbookBuilder) -> FormulaArgument | None:
    """The cell of the setting compared_with as an argument; None where no day is stated."""
    day = draft.tables.value_of_setting(SINCE)
    has_days = set(shadow.NEEDS) <= draft.tables.more.keys()
    return FormulaArgument(SINCE, day) if has_days and isinstance(day, float) else None


def earlier_day(draft: WorkbookBuilder) -> EarlierDay:
    """The account on the day of the setting compared_with, of the dated ranges."""
    stated = since(draft)
    if stated is None:
        return EarlierDay(constant("Then"))
    day = Figure(SINCE, float(stated.value))  # type: ignore[arg-type]
    call = Call("MARGIN_ACCOUNT_ON", (*shadow.dated_arguments(draft), stated))
    if why := draft.answers.refusal(call):
        return EarlierDay(day, why=why)
    return EarlierDay(day, draft.formulas.placed(call, ACCOUNT_KINDS, "plain"))


HIGH: Final = 13.5
"""Height of a row of the report."""
_MOST_ACCOUNTS: Final = 2
"""Accounts that the page has room for beside their total."""
_FIRST_ACCOUNT: Final = 4


@dataclass(frozen=True)
class _Row:
    """A row: its label and the figure of the account, over another where `over` names one.

    A share changes by points.
    """

    label: str
    figure: str
    kind: str = "money"
    style: str = "part"
    over: str = ""


_GROUPS: Final = (
    ("", (
        _Row("Equity", "own equity", style="body"), _Row("Long market value", "long market value"),
        _Row("Options, net", "option value"), _Row("Cash", "cash"),
    )),
    ("Requirement", (
        _Row("Portfolio margin", "portfolio requirement"),
        _Row("Strategy-based, maintenance", "strategy requirement"),
        _Row("Reg T on today’s prices", "Reg T requirement"),
    )),
    ("Room", (
        _Row("Excess, portfolio margin", "portfolio excess", style="body"),
        _Row("Excess, strategy-based", "strategy excess", style="body"),
        _Row("Cushion: excess / equity, points", "own cushion", "percent", "body"),
        _Row("Requirement / equity, points", "own requirement", "percent", "body", "account value"),
        _Row("Leverage: positions / equity, points", "leverage", "percent", "body"),
    )),
)  # fmt: skip
_REQUIREMENT: Final = "Requirement"
_RELEASED: Final = ("strategy requirement", "portfolio requirement")


def write_key_figures(draft: WorkbookBuilder, page: Page, row: int, earlier: EarlierDay) -> int:
    """Now, then, the change, and each account; answers the row below."""
    state = _state(draft)
    own = range(_FIRST_ACCOUNT, state.width)
    accounts = list(own) if len(own) <= _MOST_ACCOUNTS else []
    now = Figure("as_of", draft.book.market.as_of)
    named = [Column(str(state.value(0, j))) for j in accounts]
    named += [Column("")] * (_MOST_ACCOUNTS - len(named))
    then = Column(earlier.day if earlier.day.value != "Then" else "Then", style="limit")
    columns = [
        Column("", "text"), Column(now), then, Column("Change", "change"),
        Column("Change, %", "change_share"), *named,
    ]  # fmt: skip
    section = Section(page, row, "Key figures", columns, _note(earlier), high=HIGH)
    for title, rows in _GROUPS:
        if title:
            section.group(title)
        for each in rows:
            figures = [_figure(state, each, j) for j in (TOTAL, *accounts)]
            _add(section, each, figures, _then(earlier, each))
        if title == _REQUIREMENT:
            _released(section, state, accounts, earlier)
    return section.row


def _figure(state: FormulaBlock, row: _Row, column: int) -> Figure:
    found = figure_of(state, row.figure, column)
    return xl.share(found, figure_of(state, row.over, column)) if row.over else found


def _then(earlier: EarlierDay, row: _Row) -> Figure:
    found = earlier.figure(row.figure)
    return xl.share(found, earlier.figure(row.over), NO_EARLIER) if row.over else found


def _note(earlier: EarlierDay) -> str | Figure:
    """What the figures are; where the earlier day is refused, why."""
    said = "all accounts, $"
    if earlier.state is None:
        return f"{said}; {earlier.why[:80] or 'no earlier report'}"
    return earlier.state.or_refusal(constant(said))


def _state(draft: WorkbookBuilder) -> FormulaBlock:
    state = draft.state
    assert state is not None
    return state


def _add(section: Section, row: _Row, figures: Sequence[Figure], then: Figure) -> None:
    """One figure: now, then, how it changed, and in each account."""
    now, *own = figures
    if row.kind == "percent":
        changes = [xl.points(now, then), None]
        kinds = [row.kind, row.kind, "points", "", *[row.kind] * len(own)]
    else:
        changes = [xl.less(now, then, ""), xl.change_share(now, then)]
        kinds = []
    style = row.style if row.style == "sub" else ""
    section.add(row.label, [now, then, *changes, *own], style, kinds=kinds, label_style=row.style)


def _released(
    section: Section, state: FormulaBlock, accounts: Sequence[int], earlier: EarlierDay
) -> None:
    """What portfolio margin releases on maintenance: one requirement less the other."""
    figures = []
    for j in (TOTAL, *accounts):
        strategy, portfolio = (figure_of(state, name, j) for name in _RELEASED)
        figures.append(xl.less(strategy, portfolio))
    strategy, portfolio = (earlier.figure(name) for name in _RELEASED)
    then = xl.less(strategy, portfolio, NO_EARLIER)
    row = _Row("Released, on maintenance", "", style="sub")
    _add(section, row, figures, then)


def regime_in_words(state: FormulaBlock) -> Figure:
    """The regime that figures of the account's own are of, with their unit."""
    return by_regime(state, *(constant(f"{said}, $") for said in _REGIMES))


_REGIMES: Final = ("portfolio margin", "strategy-based, maintenance")


def write_by_account(draft: WorkbookBuilder, page: Page, row: int, _: EarlierDay) -> int:
    """A row an account with its state; answers the row below."""
    state = _state(draft)
    columns = [
        Column("Account", "text"), Column("Equity"), Column("Requirement"), Column("Excess"),
        Column("Cushion", "percent"), Column("Call"), STATE,
    ]  # fmt: skip
    section = Section(page, row, "By account", columns, regime_in_words(state), high=HIGH)
    for column in (*range(_FIRST_ACCOUNT, state.width), TOTAL):
        names = ("equity", "requirement", "excess", "cushion", "margin call")
        figures = [figure_of(state, OWN + name, column) for name in names]
        found = xl.state_of_excess(figures[2], figures[4])
        account = state.figure(0, column)
        is_total = column == TOTAL
        label = "All accounts" if is_total else account
        section.add(label, [*figures, found], "total" if is_total else "", label_style="label")
    section.states()
    return section.row


_PARTS: Final = (
    ("Positions: trades, expirations", "Positions"),
    ("Prices, time and dividends", "Prices"),
    ("Volatility", "Volatility"),
    ("Rounding of marks", "Marks"),
    ("Rules and house", "Rules"),
)
"""How the parts of MARGIN_CHANGE are printed, in their order, and in short beside their bars."""
_DAY, _PORTFOLIO, _STRATEGY = 2, 3, 4
"""Columns of MARGIN_CHANGE."""
_BARS, _LINES = 156, 132
"""Heights of the charts, in pixels."""
_ROWS_OF_LINES: Final = 7


def write_change(
    draft: WorkbookBuilder, page: Page, row: int, earlier: EarlierDay, helper: int
) -> int:
    """What moved both requirements, with bars; answers the row below.

    The short names of the parts stand in the column `helper`.
    """
    columns = [
        Column("", "text"), Column("Portfolio\nmargin $"), Column("Strategy-\nbased $"),
    ]  # fmt: skip
    section = Section(page, row, "What moved the requirement", columns, high=HIGH)
    stated = since(draft)
    if earlier.state is None or stated is None:
        page.text(section.row, 0, "No earlier report: nothing to compare with.", "body")
        return section.row + 1
    call = Call("MARGIN_CHANGE", (*shadow.dated_arguments(draft), stated, draft.as_of))
    change = draft.formulas.placed(call, ["text", "text", "date", "money"], "plain")
    closing = len(_PARTS) + 1
    for k in range(closing + 1):
        is_part = 0 < k < closing
        figures = [_printed(change, k, of, is_part=is_part) for of in (_PORTFOLIO, _STRATEGY)]
        kind, style = "change" if is_part else "money", "total" if k == closing else ""
        if is_part:
            label, short = _PARTS[k - 1]
            page.text(section.row, helper, short, "note")
            section.add(label, figures, style, kind=kind, label_style="part")
        else:
            day = change.figure(1 + k, _DAY, "day")
            section.add(day, figures, style, kind=kind, label_style="label")
    _causes(draft, page, row, section.first + 1, helper)
    return section.row


def _printed(change: FormulaBlock, k: int, column: int, *, is_part: bool) -> Figure:
    """A part in whole dollars, so that parts add up as printed: what they come to, less before."""
    if not is_part:
        return change.or_refusal(change.figure(1 + k, column))
    *cells, last = (change.figure(1 + i, column) for i in range(k + 1))
    before = reduce(add, cells)
    return xl.IFERROR(xl.ROUND(before + last, 0) - xl.ROUND(before, 0), last)


def _causes(draft: WorkbookBuilder, page: Page, row: int, first: int, helper: int) -> None:
    """Bars of the changes under both regimes, a pair a cause."""
    series = [Series("Strategy-based", 2, ST), Series("Portfolio margin", 1, PM)]
    rows = (first, first + len(_PARTS) - 1)
    chart = draft.chart_of_bars(
        "bar", page.sheet.get_name(), rows, series, names=helper, gap=50, number="change"
    )
    chart.set_y_axis(axis(reverse=True, label_position="low"))
    says = "Bars: change of the requirement by cause under both regimes"
    page.chart(row, 3, chart, "Change by cause", says, columns=4, high=_BARS, note="$ thousands")


def write_period(draft: WorkbookBuilder, page: Page, row: int, earlier: EarlierDay) -> int:
    """Both requirements day by day since the earlier report; answers the row below."""
    if earlier.state is None:
        return row - 1
    table, days = shadow.days_at(draft)
    chart = shadow.requirement_chart(draft, table, days, earlier.since)
    says = "Lines: both requirements day by day"
    title = "Both regimes over the period"
    page.chart(row, 0, chart, title, says, columns=7, high=_LINES, note="requirement, $ millions")
    return row + 1 + _ROWS_OF_LINES
