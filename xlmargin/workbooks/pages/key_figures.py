"""Figures of a report now and on the earlier day, and where each account stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.figures import change_share, less, points, share, state_of_excess
from xlmargin.workbooks.formulas_sheet import FormulaBlock
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages.account import OWN, TOTAL, by_regime, figure_of
from xlmargin.workbooks.pages.earlier_day import NO_EARLIER, EarlierDay
from xlmargin.workbooks.section import STATE, Column, Section
from xlmargin.workbooks.sentences import Figure

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
    (
        "",
        (
            _Row("Equity", "own equity", style="body"),
            _Row("Long market value", "long market value"),
            _Row("Options, net", "option value"),
            _Row("Cash", "cash"),
        ),
    ),
    (
        "Requirement",
        (
            _Row("Portfolio margin", "portfolio requirement"),
            _Row("Strategy-based, maintenance", "strategy requirement"),
            _Row("Reg T on today’s prices", "Reg T requirement"),
        ),
    ),
    (
        "Room",
        (
            _Row("Excess, portfolio margin", "portfolio excess", style="body"),
            _Row("Excess, strategy-based", "strategy excess", style="body"),
            _Row("Cushion: excess / equity, points", "own cushion", "percent", "body"),
            _Row(
                "Requirement / equity, points",
                "own requirement",
                "percent",
                "body",
                "account value",
            ),
            _Row("Leverage: positions / equity, points", "leverage", "percent", "body"),
        ),
    ),
)
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
    return share(found, figure_of(state, row.over, column)) if row.over else found


def _then(earlier: EarlierDay, row: _Row) -> Figure:
    found = earlier.figure(row.figure)
    return share(found, earlier.figure(row.over), NO_EARLIER) if row.over else found


def _note(earlier: EarlierDay) -> str | Figure:
    """What the figures are; where the earlier day is refused, why."""
    said = "all accounts, $"
    if earlier.state is None:
        return f"{said}; {earlier.why[:80] or 'no earlier report'}"
    return Figure(earlier.state.unless_refused(f'"{said}"'), said)


def _state(draft: WorkbookBuilder) -> FormulaBlock:
    state = draft.state
    assert state is not None
    return state


def _add(section: Section, row: _Row, figures: Sequence[Figure], then: Figure) -> None:
    """One figure: now, then, how it changed, and in each account."""
    now, *own = figures
    if row.kind == "percent":
        changes = [points(now, then), None]
        kinds = [row.kind, row.kind, "points", "", *[row.kind] * len(own)]
    else:
        changes = [less(now, then, ""), change_share(now, then)]
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
        figures.append(less(strategy, portfolio))
    strategy, portfolio = (earlier.figure(name) for name in _RELEASED)
    then = less(strategy, portfolio, NO_EARLIER)
    row = _Row("Released, on maintenance", "", style="sub")
    _add(section, row, figures, then)


def regime_in_words(state: FormulaBlock) -> Figure:
    """The regime that figures of the account's own are of, with their unit."""
    words = (Figure(f'"{said}, $"', f"{said}, $", "text") for said in _REGIMES)
    return by_regime(state, *words)


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
        found = state_of_excess(figures[2], figures[4])
        account = state.figure(0, column)
        is_total = column == TOTAL
        label = "All accounts" if is_total else account
        section.add(label, [*figures, found], "total" if is_total else "", label_style="label")
    section.states()
    return section.row
