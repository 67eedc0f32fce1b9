"""Both regimes side by side: what portfolio margin releases, name by name, and on three bases."""

from __future__ import annotations

from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.settings import Basis
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.figures import IF, IFERROR, number_or_none
from xlmargin.workbooks.formulas_sheet import NONE, FormulaBlock
from xlmargin.workbooks.growth import MOST
from xlmargin.workbooks.live_formulas import literal
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.plain_page import BESIDE
from xlmargin.workbooks.ranking import Condition, Ranking
from xlmargin.workbooks.sentences import Figure, sentence
from xlmargin.workbooks.template import BY_PORTFOLIO, BY_STRATEGY, PageSpec
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


def write_comparison_page(draft: WorkbookBuilder) -> None:
    """By account and underlying with bars of dollars; then the three bases."""
    page = draft.page(SHEET, "output")
    page.columns(_WIDTHS)
    basis = draft.book.settings.basis
    gains = draft.placed("MARGIN_GAINS", literal("underlying"), numbers=["text", "text", "money"])
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
    page.finish(len(_WIDTHS), draft.stamp, repeat=_TOP, freeze=(_TOP + 1, 1))


PAGE: Final = PageSpec(
    write_comparison_page, (SHEET,), calls=(BY_STRATEGY, BY_PORTFOLIO), prints=(SHEET,)
)


def of_total(gains: FormulaBlock, column: int, kind: str = "dollars") -> Figure:
    """A figure of the total, which is found by its name."""
    return gains.named(TOTAL, column, MOST, NAME).of_kind(kind)


def _message(gains: FormulaBlock, basis: Basis) -> tuple[str, AnswerValue]:
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
    accounts = draft.placed("MARGIN_GAINS", literal("account"), numbers=["text", "text", "money"])
    several, row, bars = draft.several, _TOP + 1, []
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
        bars.append((row, last, [r[_RELEASED] for r in largest.rows]))
        row = last + 1
        if several:
            _total(page, row, accounts, 1 + k, gains, basis, account)
            row += 1
    _total(page, row, gains, len(gains.rows) - 1, gains, basis, "All accounts")
    every = [v for _, _, values in bars for v in values if isinstance(v, float)]
    most, least = max([*every, 1.0]), min([*every, 0.0])
    for first, last, values in bars:
        page.bars((first, last), 7, _GAIN, values, most, least)
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
    page.formula(row, 0, largest.of(i, NAME), largest.value(i, NAME), "part", "text")
    for column, of in _AMOUNTS:
        page.formula(row, column, largest.of(i, of), largest.value(i, of), style, "money")
    page.formula(row, _GAIN, largest.amount(i), largest.value(i, _RELEASED), style, "money")
    gain, portfolio, name, maintenance = (
        Figure(xl_rowcol_to_cell(row, column), largest.value(i, of))
        for column, of in ((_GAIN, _RELEASED), (4, _PORTFOLIO), (0, NAME), (3, MAINTENANCE))
    )
    figure = Figure(largest.of(i, GAINS[basis][0]), largest.value(i, GAINS[basis][0]))
    part = IF(portfolio < 0, _ALL, gain / figure)
    note = IF(portfolio < 0, _OFFSETS, IF(maintenance.equals(0.0), _NOTHING, ""))
    for column, shown, own, kind in (
        (1, IFERROR(gain / of_total(gains, _RELEASED), NONE), style, "percent"),
        (6, IF(figure.is_at_most(0.0), _NO_BASIS, part), style, "percent"),
        (8, note, "aside", "plain"),
    ):
        page.figure(row, column, IF(name.equals(""), "", shown), own, kind)


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
    part = IFERROR(cell / of_total(gains, _RELEASED), NONE)
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
