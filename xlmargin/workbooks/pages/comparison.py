"""Both regimes side by side: what portfolio margin releases, name by name, and on three bases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xlmargin.settings import Basis
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import BOTH_REGIMES, WorkbookBuilder, page_of
from xlmargin.workbooks.figures import NONE, Figure, at, number_or_none, sentence
from xlmargin.workbooks.formulas import MOST, FormulaBlock, literal
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages import requirement
from xlmargin.workbooks.pages.lists import finish_table, write_table
from xlmargin.workbooks.plain_page import BESIDE
from xlmargin.workbooks.ranking import Condition, Ranking
from xlmargin.workbooks.xlsx_writer import xl_rowcol_to_cell

SHEET: Final = "Comparison"
TOTAL: Final = "total"

GAINS: Final = {Basis.DEPOSIT: (4, 6, 7), Basis.INITIAL: (2, 8, 9), Basis.MAINTENANCE: (3, 10, 11)}
"""Of each basis, the columns of MARGIN_GAINS with its figure, and the gain in $ and as a part."""
NAME, ACCOUNT, _INITIAL, MAINTENANCE, _PORTFOLIO, _RELEASED = 0, 1, 2, 3, 5, 12
_WIDTHS: Final = (132, 76, 88, 88, 88, 88, 100, 106, 194)
_HEADINGS: Final = (
    "Underlying", "Share of\nreleased", "Initial\n$", "Maintenance\n$", "Portfolio\nmargin $",
    "Released\n$", "Released,\nshare", "", "Note",
)  # fmt: skip
_KINDS: Final = ("words", "percent", *["money"] * 4, "percent", "text", BESIDE)
_AMOUNTS: Final = ((2, _INITIAL), (3, MAINTENANCE), (4, _PORTFOLIO))
_GAIN: Final = 5
_TOP: Final = 5
_SPARE: Final = 1
"""Rows of each account that stay blank until it holds more names."""
_HIGH: Final = 12.75
_OFFSETS: Final = "Negative: its gains offset others"
_NOTHING: Final = "By strategy nothing is required"
_ALL, _NO_BASIS = "all", "none required"
_ANSWERS: Final = {
    Basis.MAINTENANCE: "What must be kept to hold the book?",
    Basis.INITIAL: "What opening it required: at cost where one is stated.",
    Basis.DEPOSIT: "Initial less premiums: money put up on the day.",
}


@page_of(SHEET, calls=BOTH_REGIMES, prints=(SHEET,))
def comparison_page(draft: WorkbookBuilder) -> None:
    """By account and underlying with bars of dollars; then the three bases."""
    page = draft.page(SHEET, _WIDTHS)
    basis = draft.book.settings.basis
    gains = gains_of(draft, "underlying")
    page.title(
        "Comparison of the regimes",
        _message(gains, basis),
        f"The same positions under both rules. Released: {basis.value} less portfolio margin. An "
        "index group may be negative where its gains offset losses of another group.",
    )
    page.section(_TOP - 1, "By account and underlying", len(_WIDTHS), "$")
    page.headings(_TOP, _HEADINGS, _KINDS)
    row = _names(draft, page, gains, basis)
    _bases(page, gains, basis, row + 2)
    page.finish(repeat=_TOP, freeze=(_TOP + 1, 1))


def gains_of(draft: WorkbookBuilder, level: str) -> FormulaBlock:
    """What portfolio margin releases, a row an underlying or an account."""
    return draft.placed("MARGIN_GAINS", literal(level), numbers=["text", "text", "money"])


def of_total(gains: FormulaBlock, column: int, kind: str = "dollars") -> Figure:
    """A figure of the total, which is found by its name."""
    return gains.named(TOTAL, column, MOST, NAME).of_kind(kind)


def _message(gains: FormulaBlock, basis: Basis) -> Figure:
    """What is released in all."""
    _, gain, part = GAINS[basis]
    return sentence(
        "Portfolio margin requires ", of_total(gains, gain, "millions"), " less than ",
        f"strategy-based {basis.value}: ", of_total(gains, part, "percent"), ".",
    )  # fmt: skip


def _names(draft: WorkbookBuilder, page: Page, gains: FormulaBlock, basis: Basis) -> int:
    """The names of each account, the largest first, and its total; answers the total's row.

    Of several accounts with more names than a page shows, the totals alone.
    """
    accounts = gains_of(draft, "account")
    several, row, bars, released = draft.several, _TOP + 1, [], [0.0]
    if several and len(gains.rows) > MOST:
        return _totals(page, row, accounts, gains, basis)
    for k, account in enumerate(draft.book.positions.accounts):
        conditions: list[Condition] = [(NAME, "<>", TOTAL), (NAME, "<>", "")]
        if several:
            conditions.append((ACCOUNT, "=", account))
        largest = Ranking(gains, conditions, _RELEASED, row, _GAIN)
        for i in range(len(largest.rows) + _SPARE):
            _name(page, row + i, largest, i, gains, basis)
        last = row + len(largest.rows) + _SPARE - 1
        bars.append((row, last))
        released += [float(r[_RELEASED]) for r in largest.rows]
        row = last + 1
        if several:
            _total(page, row, accounts, 1 + k, gains, basis, account)
            row += 1
    _total(page, row, gains, len(gains.rows) - 1, gains, basis, "All accounts")
    for area in bars:
        page.bars(area, 7, _GAIN, max(*released, 1.0), min(released))
    return row


def _totals(page: Page, row: int, accounts: FormulaBlock, gains: FormulaBlock, basis: Basis) -> int:
    """The totals alone, with a word on where the names stand; answers the row of that of all."""
    page.grows(gains, (_TOP, 0, len(_WIDTHS) - 1), 1, _TOP - 1)
    shown = accounts.rows[1:-1][:MOST]
    for k, (name, *_) in enumerate(shown):
        _total(page, row + k, accounts, 1 + k, gains, basis, str(name))
    last = row + len(shown)
    _total(page, last, gains, len(gains.rows) - 1, gains, basis, "All accounts")
    return last


def _name(
    page: Page, row: int, largest: Ranking, i: int, gains: FormulaBlock, basis: Basis
) -> None:  # fmt: skip
    """One name: both regimes, what is released, and what is to be noted."""
    style = "body" if i < len(largest.rows) else "column"
    page.height(row, _HIGH)
    page.figure(row, 0, largest.figure(i, NAME), "part", "text")
    for column, of in _AMOUNTS:
        page.figure(row, column, largest.figure(i, of), style, "money")
    page.figure(row, _GAIN, largest.amount(i), style, "money")
    gain, portfolio, name, maintenance = (
        at(xl_rowcol_to_cell(row, column), largest.figure(i, of))
        for column, of in ((_GAIN, _RELEASED), (4, _PORTFOLIO), (0, NAME), (3, MAINTENANCE))
    )
    figure = largest.figure(i, GAINS[basis][0])
    part = xl.IF(portfolio < 0, _ALL, gain / figure)
    note = xl.IF(portfolio < 0, _OFFSETS, xl.IF(maintenance.equals(0.0), _NOTHING, ""))
    for column, shown, own, kind in (
        (1, xl.IFERROR(gain / of_total(gains, _RELEASED), NONE), style, "percent"),
        (6, xl.IF(figure.is_at_most(0.0), _NO_BASIS, part), style, "percent"),
        (8, note, "aside", "plain"),
    ):
        page.figure(row, column, xl.IF(name.equals(""), "", shown), own, kind)


def _total(
    page: Page,
    row: int,
    placed: FormulaBlock,
    at: int,
    gains: FormulaBlock,
    basis: Basis,
    name: str,
) -> None:
    """The total of an account, or of all."""
    grand = placed is gains
    style, kind = ("grand", "usd") if grand else ("sub", "money")
    page.height(row, _HIGH)
    page.blank(row, 0, len(_WIDTHS) - 1, style)
    page.text(row, 0, name, style)
    for column, of in (*_AMOUNTS, (_GAIN, _RELEASED)):
        found = of_total(gains, of) if grand else placed.figure(at, of)
        page.figure(row, column, found, style, kind)
    *_, part_of = GAINS[basis]
    share = of_total(gains, part_of) if grand else placed.figure(at, part_of)
    page.figure(row, 6, number_or_none(share), style, "percent")
    cell = Figure(xl_rowcol_to_cell(row, _GAIN), placed.value(at, _RELEASED))
    part = xl.IFERROR(cell / of_total(gains, _RELEASED), NONE)
    page.figure(row, 1, part, style, "percent")


def _bases(page: Page, gains: FormulaBlock, basis: Basis, row: int) -> None:
    """What is released on each basis, and the question that it answers."""
    page.section(
        row, "Released capital on the three bases", len(_WIDTHS), "which question each answers"
    )
    headings = ("Basis", "", "", "Strategy-\nbased $", "Portfolio\nmargin $", "Released\n$",
                "Released,\nshare", "Answers", "")  # fmt: skip
    page.headings(row + 1, headings, (*["text"] * 3, *["money"] * 3, "percent", BESIDE, "text"))
    for i, (each, answers) in enumerate(_ANSWERS.items(), start=2):
        style = "sub" if each is basis else "body"
        page.blank(row + i, 0, len(_WIDTHS) - 1, style)
        page.text(row + i, 0, each.value.capitalize(), style)
        figure, gain, part = GAINS[each]
        for column, of in ((3, figure), (4, _PORTFOLIO), (5, gain)):
            page.figure(row + i, column, of_total(gains, of), style, "money")
        page.figure(row + i, 6, number_or_none(of_total(gains, part)), style, "percent")
        page.text(row + i, 7, answers, "sub_after" if each is basis else "aside")


BY_STRATEGY: Final = "By strategy"

_STRATEGY_KINDS: Final = ["words", "whose", *["money"] * 4, *["money", "percent"] * 3, "money"]
_STRATEGY_HEADINGS: Final = (
    "Strategy", "Account", "Initial\n$", "Maintenance\n$", "Deposit\n$", "Portfolio\nmargin $",
    "Gain on\ndeposit $", "Share", "Gain on\ninitial $", "Share", "Gain on\nmaint. $", "Share",
    "Released\n$",
)  # fmt: skip
_STRATEGY_WIDTHS: Final = (140, 70, 76, 78, 76, 76, 74, 52, 74, 52, 74, 52, 66)


@page_of(BY_STRATEGY, calls=BOTH_REGIMES, prints=(BY_STRATEGY,))
def by_strategy_page(draft: WorkbookBuilder) -> None:
    """A row a strategy of the least pairing, and the total."""
    basis = draft.book.settings.basis
    page, shown = write_table(
        draft, BY_STRATEGY, (_STRATEGY_WIDTHS, _STRATEGY_KINDS),
        draft.call("MARGIN_GAINS", literal("strategy")),
        lambda _: sentence(
            f"On {basis.value}, portfolio margin releases ",
            of_total(gains_of(draft, "account"), GAINS[basis][1], "millions"),
            " in all; by strategy of the least pairing:",
        ),
        "Gain: strategy-based figure less portfolio margin requirement. Released: the gain on the "
        "basis of the settings.",
        headings=_STRATEGY_HEADINGS,
    )  # fmt: skip
    page.totals(shown.first, shown.last)
    finish_table(page)


@dataclass(frozen=True)
class LargestNames:
    """An answer with a row an underlying of an account, and the columns of it, from 0.

    `whole` is the requirement of the whole book, $, of which theirs are parts; `words` names the
    regime. `worst_move` is the column of the point that binds, None where the regime has none.
    """

    answer: FormulaBlock
    conditions: Sequence[Condition]
    name: int
    account: int
    required: int
    whole: Figure
    words: str
    worst_move: int | None = None

    def ranking(self, top: int, column: int) -> Ranking:
        """Its rows, the largest first, on a page from a row on; the amounts in a column."""
        return Ranking(self.answer, self.conditions, self.required, top, column)

    def named(self, largest: Ranking, rank: int) -> Figure:
        """The underlying of a rank, and its account where others are among the rows."""
        name, account = (largest.figure(rank, column) for column in (self.name, self.account))
        is_said = xl.IF(account.equals(""), 0, largest.others(self.account, account))
        whose = xl.IF(is_said > 0, sentence(", ", account.of_kind("text")), "")
        return sentence(name.of_kind("text"), whose.of_kind("text"))


def largest_of(draft: WorkbookBuilder) -> LargestNames:
    """The class groups of portfolio margin, or the underlyings of strategy-based maintenance.

    The regime is that of the settings as the workbook is written. The second kind only of a book
    that both regimes margin.
    """
    if draft.is_portfolio:
        return LargestNames(
            requirement.groups_of(draft), [(requirement.LEVEL, "=", requirement.CLASS_GROUP)],
            requirement.GROUP, requirement.ACCOUNT, requirement.REQUIREMENT,
            draft.one("PM_REQUIREMENT"), "portfolio margin", requirement.WORST_POINT,
        )  # fmt: skip
    return LargestNames(
        gains_of(draft, "underlying"), [(NAME, "<>", TOTAL), (NAME, "<>", "")], NAME, ACCOUNT,
        MAINTENANCE, draft.one("REGT_MAINTENANCE"), "strategy-based maintenance",
    )  # fmt: skip
