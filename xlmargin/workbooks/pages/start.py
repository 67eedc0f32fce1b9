"""The first page: whose book, what is required and released, what to watch, what comes when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xlmargin.workbooks import blocks
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import Series, WorkbookBuilder, page_of
from xlmargin.workbooks.figures import Figure, constant, sentence
from xlmargin.workbooks.formulas import FormulaBlock
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages import shadow
from xlmargin.workbooks.pages.account import OWN, by_regime, figure_of
from xlmargin.workbooks.pages.checks import LIMITS, ROWS, write_checks
from xlmargin.workbooks.pages.comparison import GAINS, gains_of, largest_of, of_total
from xlmargin.workbooks.pages.reconciliation import BROKER, overdue_answers, reconciliation
from xlmargin.workbooks.ranking import Ranking
from xlmargin.workbooks.styles import MESSAGE_SIZE, PM, SMALL_SIZE, ST, wrapped
from xlmargin.workbooks.xlsx_writer import xl_rowcol_to_cell

SHEET: Final = "Start"

_WIDTHS: Final = (*[80] * 6, 24, *[76] * 6)
_RIGHT, _HALF = 7, 6
_LAST: Final = len(_WIDTHS) - 1
_HELPER: Final = _LAST + 1
"""A hidden column: which checks are shown; behind it what a chart is of."""
_LOGO: Final = (_RIGHT, 4)
"""Where a logo stands on the band: column, and pixels from its left."""
_MESSAGE, _CARDS, _CHECKS = 3, 5, 9
_PLACES: Final = ((0, 1), (2, 3), (4, 5), (7, 8), (9, 10), (11, 12))
"""Columns of the cards."""
_LARGEST_ROW: Final = _CHECKS + ROWS + 3
_LARGEST: Final = 5
_BY_ACCOUNT: Final = (
    ("Strategy-based, maintenance", "strategy requirement", ST),
    ("Portfolio margin", "portfolio requirement", PM),
)
"""Series of the chart without a history."""
_LINKS: Final = _LARGEST_ROW + _LARGEST + 5
_ROW: Final = 15.5
_CHART_HIGH: Final = 184
_LINKED: Final = (0, 2, 4, 7, 9, 11)
"""Columns of the links to the pages."""
_KEY: Final = "Blue: yours to type. Black: calculated."
_MESSAGE_LINE: Final = 14.0
"""Height of a line of the message."""


@page_of(SHEET, uses=(LIMITS,), prints=(SHEET,))
def start_page(draft: WorkbookBuilder) -> None:
    """One page: band, message, cards, checks, dates, the largest underlyings, links."""
    page = draft.page(SHEET, _WIDTHS)
    page.height(2, 6)
    _message(draft, page)
    page.height(_MESSAGE + 1, 6)
    cards = (card.or_none() for card in _every_card(draft))
    blocks.write_cards(page, _CARDS, _PLACES, cards, {5, _LAST})
    page.height(_CARDS + 3, 8)
    write_checks(draft, page, _CHECKS, _ROW, _HELPER)
    _dates(draft, page)
    page.height(_LARGEST_ROW - 1, 8)
    if draft.by_portfolio and (draft.is_portfolio or draft.by_strategy):
        _largest(draft, page)
    hidden = _chart(draft, page)
    last = _links(draft, page)
    blocks.write_band(draft, page, "Margin dashboard", _LOGO)
    page.finish(hidden=1 + hidden, header=False, last_row=last)
    page.sheet.fit_to_pages(1, 1)
    page.sheet.activate()


def _message(draft: WorkbookBuilder, page: Page) -> None:
    """What the figures come to, in as many lines as it takes between the edges of the page."""
    said = draft.said("start")
    page.across(_MESSAGE, 0, _LAST, said, "opening")
    lines = len(wrapped(str(said.value), page.width(0, _LAST), MESSAGE_SIZE, bold=True))
    page.height(_MESSAGE, 4 + _MESSAGE_LINE * lines)


def _every_card(draft: WorkbookBuilder) -> Iterator[blocks.Card]:
    """What both regimes require, that of the accounts first; what they have by their own.

    In a cash account there is no other regime, and nothing to release.
    """
    by_portfolio = draft.by_portfolio and not draft.book.is_cash_account
    required = [_by_portfolio(draft)] if by_portfolio else []
    state = draft.state
    if draft.by_strategy:
        required.insert(len(required) if draft.is_portfolio else 0, _by_strategy(draft))
    yield from required
    if draft.by_strategy and by_portfolio:
        yield _released(draft)
    counted = _by_own(state, "account value", "as strategies count it", "account value")
    less = _by_own(state, "by portfolio margin", "by strategy", "equity less requirement")
    for label, name, note, kind in (
        ("Equity", "equity", counted, "card"),
        ("Excess", "excess", less, "card"),
        ("Cushion", "cushion", constant("excess / account value"), "percent"),
    ):
        yield blocks.Card(label, "navy", figure_of(state, OWN + name), note, kind)


def _by_own(state: FormulaBlock | None, portfolio: str, otherwise: str, unknown: str) -> Figure:
    """Words by the regime that the accounts are under, or where nobody knows where they stand."""
    if state is None:
        return constant(unknown)
    return by_regime(state, constant(portfolio), constant(otherwise))


def _by_portfolio(draft: WorkbookBuilder) -> blocks.Card:
    total, equity = draft.one("PM_REQUIREMENT"), figure_of(draft.state, "portfolio equity")
    return blocks.Card(
        "Required, portfolio margin", "pm", total, xl.part_in_words(total, equity, "of equity")
    )


def _by_strategy(draft: WorkbookBuilder) -> blocks.Card:
    """Maintenance, with what is required at first."""
    total, initial = draft.one("REGT_MAINTENANCE"), draft.one("REGT_INITIAL")
    note = sentence("maint.; initial at cost ", initial.of_kind("millions"))
    return blocks.Card("Required, strategy-based", "st", total, note)


def _released(draft: WorkbookBuilder) -> blocks.Card:
    """What portfolio margin releases on the basis of the settings, which its label names."""
    basis = draft.book.settings.basis
    gains = gains_of(draft, "underlying")
    _, gain, share = GAINS[basis]
    note = sentence(of_total(gains, share, "percent"), f" less, on {basis.value}")
    return blocks.Card(f"Released, on {basis.value}", "gain", of_total(gains, gain), note)


def _dates(draft: WorkbookBuilder, page: Page) -> None:
    """What comes next: calls due, expirations, dividends, holidays.

    The last row is that of the broker's overdue answers, where there are any.
    """
    page.section(_CHECKS, "Next dates", _HALF, "", _RIGHT)
    page.blank(_CHECKS + 1, _RIGHT, _LAST, "text_heading")
    page.text(_CHECKS + 1, _RIGHT, "Date", "text_heading")
    page.text(_CHECKS + 1, _RIGHT + 1, "What", "after_heading")
    calendar = draft.calendar
    if calendar is None:
        return
    has_broker = BROKER in draft.tables.more
    overdue = overdue_answers(reconciliation(draft)) if has_broker else None
    for i in range(1, ROWS + 1):
        row = _CHECKS + 1 + i
        page.height(row, _ROW)
        page.blank(row, _RIGHT, _LAST, "body")
        there, what = calendar.figure(i, 0), calendar.figure(i, 3)
        for long, short in _SHORTER.items():
            what = xl.SUBSTITUTE(what, long, short)
        day, what = (
            xl.IF(there.equals(""), "", calendar.or_refusal(each, "")) for each in (there, what)
        )
        if i == ROWS and overdue is not None:
            is_overdue, said = overdue
            day, what = xl.IF(is_overdue, "overdue", day), xl.IF(is_overdue, said, what)
        page.row(row, _RIGHT, (day, what), ("body", "part"), ("day", "plain"))


_SHORTER: Final = {
    "written in the money none": "none in the money",
    "written in the money": "in the money",
    " contracts, ": " calls, ",
    " called away": "",
}
"""How the dates are said in the room of the page."""


def _largest(draft: WorkbookBuilder, page: Page) -> None:
    """The largest class groups, found by ordinary formulas among all groups, and their total.

    A name with its account has two columns.
    """
    names, room = largest_of(draft), [None] * draft.several
    has_move = names.worst_move is not None
    columns = [
        blocks.Column("Underlying", "text"), *[blocks.Column("", "text") for _ in room],
        blocks.Column("Worst\nmove" if has_move else "", "move"),
        blocks.Column("Requirement\n$"),
        blocks.Column("Share of\ntotal", "percent"), *[blocks.Column("", "text")] * (2 - len(room)),
    ]  # fmt: skip
    of = "of an account, " if draft.several else ""
    title, note = "Largest underlyings", f"{of}{names.words}, $"
    section = blocks.Section(page, _LARGEST_ROW, title, columns, note, high=_ROW)
    whole, first = names.whole, section.first
    amount = 2 + len(room)
    largest = names.ranking(first, amount)
    for i in range(_LARGEST):
        required = largest.amount(i)
        part = xl.share(xl.at(xl_rowcol_to_cell(section.row, amount), required), whole, "")
        move = _worst_move(largest, i, names.worst_move) if names.worst_move is not None else None
        figures = [*room, move, required, part]
        section.add(names.named(largest, i), figures, label_style="strong")
    page.bars((first, section.row - 1), amount + 2, amount + 1, 0.01)
    rest = xl.IFERROR(whole - section.total(amount), whole)
    section.add("All other, after offsets", [*room, None, rest, xl.share(rest, whole, "")])
    section.add("Total", [*room, None, whole, xl.share(whole, whole, "")], "total",
                kinds=(*[""] * len(room), "", "usd", "percent"))  # fmt: skip


def _worst_move(largest: Ranking, i: int, column: int) -> Figure:
    """The point at which a group loses most, as a number, where it is one."""
    return largest.figure(i, column, lambda cell: xl.IFERROR(xl.read_number(cell), cell))


def _chart(draft: WorkbookBuilder, page: Page) -> int:
    """Both regimes as shares of the long market value day by day; without a history by account.

    Answers how many columns it hides.
    """
    if set(shadow.NEEDS) <= draft.tables.more.keys() and shadow.SHEET in draft.directions:
        table, days = shadow.days_at(draft)
        chart = shadow.share_chart(draft, table, days)
        says = "Lines: requirements of both regimes as shares of the long market value"
        note = f"{days} trading days"
        title = "Requirement as share of long market value"
        page.chart(
            _LARGEST_ROW, _RIGHT, chart, title, says, columns=_HALF, high=_CHART_HIGH, note=note
        )
        return 0
    state = draft.state
    if state is None:
        return 0
    columns = [2] if not draft.several else list(range(4, state.width))
    first = _LARGEST_ROW + 1
    for i, column in enumerate(columns):
        name = state.figure(0, column) if draft.several else constant("All positions")
        page.figure(first + i, _HELPER + 1, name, "note", "text")
    last = first + len(columns) - 1
    for j, (_, figure, _) in enumerate(_BY_ACCOUNT, start=_HELPER + 2):
        for i, column in enumerate(columns):
            page.figure(first + i, j, figure_of(state, figure, column), "note", "money")
    series = [
        Series(label, j, color) for j, (label, _, color) in enumerate(_BY_ACCOUNT, _HELPER + 2)
    ]
    chart = draft.chart_of_bars("bar", SHEET, (first, last), series, names=_HELPER + 1)
    says = "Bars: requirements of both regimes by account"
    page.chart(
        _LARGEST_ROW, _RIGHT, chart, "Requirement by account", says, columns=_HALF,
        high=_CHART_HIGH, note="$ thousands",
    )  # fmt: skip
    return 1 + len(_BY_ACCOUNT)


def _links(draft: WorkbookBuilder, page: Page) -> int:
    """Links to the pages, what is left out and why; the key, or that versions differ.

    Answers the last row.
    """
    page.height(_LINKS - 1, 6)
    for i, name in enumerate(draft.directions):
        row, column = _LINKS + i // len(_LINKED), _LINKED[i % len(_LINKED)]
        link = page.look("link")
        page.sheet.write_url(row, column, f"internal:'{name}'!A1", link, name)
        page.reaches(row)
    row = _LINKS + -(-len(draft.directions) // len(_LINKED))
    for line in _left_out(draft):
        page.text(row, 0, line, "note")
        row += 1
    page.text(row, _LAST, blocks.if_of_this_version(draft, _KEY), "note_right")
    page.states((row, _LAST, row, _LAST))
    return row


def _left_out(draft: WorkbookBuilder) -> list[str]:
    """The pages that there are not, by their reasons, in lines as wide as the page."""
    reasons = dict.fromkeys(draft.left_out.values())
    phrases = [
        f"{', '.join(name for name, why in draft.left_out.items() if why == reason)} ({reason})"
        for reason in reasons
    ]
    said = f"Left out: {'; '.join(phrases)}"
    return wrapped(said, sum(_WIDTHS), SMALL_SIZE) if phrases else []
