"""The account: both regimes side by side, and every figure with its unit and rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xlmargin.margin_calls import CallKind
from xlmargin.settings import AccountType
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import ACCOUNT_KINDS, WorkbookBuilder, headed, page_of
from xlmargin.workbooks.figures import NONE, Figure, at, constant, less
from xlmargin.workbooks.formulas import Call, FormulaBlock, argument, literal, or_none
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages.rules import RULE_KINDS
from xlmargin.workbooks.styles import LANDSCAPE, PM, ST
from xlmargin.workbooks.xlsx_writer import xl_rowcol_to_cell

SHEET: Final = "Account"
KINDS: Final[Mapping[object, str]] = {
    "$": "money", "fraction": "percent", "date": "date", "text": "text",
}  # fmt: skip
"""How an amount of each unit is shown."""
OWN: Final = "own "
"""How the name of a figure begins that is of the regime which the account is under."""
TOTAL: Final = 2
"""Column of the answer with the figures of all accounts together."""

_UNIT, _RULE, _FIRST_ACCOUNT = 1, 3, 4
_REGIMES_ROW: Final = 5
_REGIMES: Final = (
    ("Equity", "strategy equity", "portfolio equity"),
    ("Requirement", "strategy requirement", "portfolio requirement"),
    ("Excess", "strategy excess", "portfolio excess"),
    ("Requirement of the rule alone", "strategy requirement, rule alone",
     "portfolio requirement, rule alone"),
    ("Cushion: excess / account value", "strategy cushion", "portfolio cushion"),
    ("Fall of the market that takes the excess", "strategy move down", "portfolio move down"),
    ("Rise of the market that takes the excess", "strategy move up", "portfolio move up"),
    ("Least equity", "minimum equity", "portfolio minimum equity"),
    ("Missing to least equity", "minimum equity deficiency", "portfolio minimum equity deficiency"),
    ("Margin call", "strategy margin call", "portfolio margin call"),
    ("Margin call due", "strategy call due", "portfolio call due"),
)  # fmt: skip
_ADDED: Final = "Added by the house"
_GROUPS: Final = (
    ("Value", "account value"),
    ("Requirements", "strategy equity"),
    ("SMA and buying power", "SMA"),
    ("Distance to a margin call", "strategy cushion"),
    ("Least equity", "minimum equity"),
    ("Margin calls", "strategy margin call"),
)
"""Titles of groups of figures, each with the figure that begins it."""
_PRINTED: Final = (
    "account value", "cash", "long market value", "short market value", "option value",
    "portfolio requirement", "strategy requirement", "Reg T requirement", "Reg T excess", "SMA",
    "stock buying power", "option buying power", "portfolio buying power",
)  # fmt: skip
"""Figures that are printed account by account; the others follow below them."""
_ACCOUNTS_ROW: Final = _REGIMES_ROW + len(_REGIMES) + 3
_FIGURES_ROW: Final = _ACCOUNTS_ROW + len(_PRINTED) + 3
_LABEL, _AMOUNT, _WORD = 240, 96, 62
_HEIGHT: Final = 232


@page_of(SHEET, calls=("MARGIN_ACCOUNT",), prints=(SHEET,))
def account_page(draft: WorkbookBuilder) -> None:
    """Both regimes beside each other with a chart, and below all figures in groups."""
    state = draft.placed("MARGIN_ACCOUNT", numbers=ACCOUNT_KINDS)
    amounts = [TOTAL, *range(_FIRST_ACCOUNT, state.width)]
    unit = _WORD if len(amounts) > 1 else _AMOUNT
    taken = _LABEL + _AMOUNT * len(amounts) + unit
    widths = (_LABEL, *[_AMOUNT] * len(amounts), unit, max(LANDSCAPE - taken, _LABEL))
    page = draft.page(SHEET, widths, ["text", "plain"])
    page.title(SHEET, _message(state), "The account under both regimes, as of the settings' date.")
    _regimes(page, state)
    _chart(draft, page)
    _headings(page, _ACCOUNTS_ROW, "By account", state, amounts)
    for row, figure in enumerate(_PRINTED, start=_ACCOUNTS_ROW + 1):
        _figure(page, row, state, state.row_of(figure), amounts)
    _figures(page, state, amounts)
    _mark_calls(page, _call_row(), 1, 2)
    page.finish(last_row=_FIGURES_ROW - 2, freeze=(2, 1))


def figure_of(state: FormulaBlock | None, figure: str, column: int = TOTAL) -> Figure:
    """A figure as a sentence or a card says it; none where the account is not known.

    One whose name begins with "own" is that of the regime that the account is under, whichever its
    settings say: the figure changes with the account type.
    """
    if state is None:
        return constant(NONE)
    if figure.startswith(OWN):
        return _of_own_regime(state, figure.removeprefix(OWN), column)
    at = state.row_of(figure)
    kind = "percent" if state.value(at, _UNIT) == "fraction" else "dollars"
    return or_none(state.figure(at, column, kind))


def by_regime(state: FormulaBlock, portfolio: Figure, otherwise: Figure) -> Figure:
    """One figure of accounts under portfolio margin, another of all others."""
    kind = state.figure(state.row_of("account type"), TOTAL)
    return xl.IF(kind.equals(AccountType.PORTFOLIO.value), portfolio, otherwise)


def _of_own_regime(state: FormulaBlock, name: str, column: int) -> Figure:
    rows = [state.row_of(f"{regime} {name}") for regime in ("portfolio", "strategy")]
    found = by_regime(state, *(state.figure(row, column) for row in rows))
    kind = "percent" if state.value(rows[0], _UNIT) == "fraction" else "dollars"
    return or_none(found).of_kind(kind)


def shows_figure(
    page: Page, row: int, column: int, state: FormulaBlock, figure: str, style: str
) -> None:
    """A figure over all accounts, in its unit."""
    of = state.row_of(figure), TOTAL
    kind = _kind(state, of[0])
    page.shows(row, column, state, of, style, "plain" if kind == "text" else kind)


def _kind(state: FormulaBlock, row: int) -> str:
    """The kind of a figure, by its unit; moves of the market have their sign."""
    if str(state.value(row, 0)).endswith((" move down", " move up")):
        return "distance"
    return KINDS[state.value(row, _UNIT)]


def _call_row() -> int:
    return _REGIMES_ROW + 1 + [label for label, _, _ in _REGIMES].index("Margin call") + 1


def _regimes(page: Page, state: FormulaBlock) -> None:
    """A row a figure that both regimes have; the house's addition stands after the rule's."""
    page.section(_REGIMES_ROW - 1, "Under both regimes", 3)
    headings = ("", "Strategy-based", "Portfolio margin")
    page.headings(_REGIMES_ROW, headings, ("text", "money"), high=False)
    row = _REGIMES_ROW + 1
    for label, *figures in _REGIMES:
        page.text(row, 0, label, "label")
        for column, figure in enumerate(figures, start=1):
            shows_figure(page, row, column, state, figure, "figure")
        row += 1
        if label == "Requirement of the rule alone":
            _added(page, row, state)
            row += 1


def _added(page: Page, row: int, state: FormulaBlock) -> None:
    """What the house asks above the rule."""
    page.text(row, 0, _ADDED, "label")
    for column, name in enumerate(("strategy requirement", "portfolio requirement"), start=1):
        whole, alone = (
            state.figure(state.row_of(figure), TOTAL) for figure in (name, f"{name}, rule alone")
        )
        page.figure(row, column, less(whole, alone, ""), "figure", "money")


def _chart(draft: WorkbookBuilder, page: Page) -> None:
    """Equity, requirement and excess, a pair of columns each."""
    rows = (_REGIMES_ROW + 1, _REGIMES_ROW + 3)
    series = headed(SHEET, _REGIMES_ROW, {1: ST, 2: PM})
    chart = draft.chart_of_bars("column", SHEET, rows, series)
    says = "Pairs of columns: equity, requirement and excess under both regimes"
    page.chart(
        _REGIMES_ROW - 1, 3, chart, "Both regimes", says, columns=page.columns - 3, high=_HEIGHT,
        note="$ thousands",
    )  # fmt: skip


def _message(state: FormulaBlock) -> Figure:
    """What the account has beyond what is required of it, under both regimes."""
    excess = [
        state.figure(state.row_of(name), TOTAL) for name in ("portfolio excess", "strategy excess")
    ]
    return state.said(
        "Excess is ", excess[0], " under portfolio margin, ", excess[1], " by strategy."
    )


def _headings(page: Page, row: int, title: str, state: FormulaBlock, amounts: list[int]) -> None:
    """Headings of figures by account."""
    page.text(row, 0, title, "text_heading")
    for column, of in enumerate(amounts, start=1):
        page.shows(row, column, state, (0, of), "heading", "words" if of == TOTAL else "text")
    page.text(row, page.columns - 2, "Unit", "after_heading")
    page.text(row, page.columns - 1, "Rule", "text_heading")


def _figure(page: Page, row: int, state: FormulaBlock, i: int, amounts: list[int]) -> None:
    """One figure of the answer by account, with its unit and rule."""
    kind = _kind(state, i)
    page.shows(row, 0, state, (i, 0), "part", "words")
    for column, of in enumerate(amounts, start=1):
        page.shows(row, column, state, (i, of), "right", "plain" if kind == "text" else kind)
    page.shows(row, page.columns - 2, state, (i, _UNIT), "aside", "text")
    page.shows(row, page.columns - 1, state, (i, _RULE), "rule", "words")


def _figures(page: Page, state: FormulaBlock, amounts: list[int]) -> None:
    """All figures in groups."""
    row = _FIGURES_ROW
    page.text(row - 1, 0, "Every figure; not printed", "note")
    _headings(page, row, "Every figure", state, amounts)
    titles = {first: title for title, first in _GROUPS}
    for i in range(1, len(state.rows)):
        row += 1
        if title := titles.get(str(state.value(i, 0))):
            page.section(row, title, page.columns)
            row += 1
        _figure(page, row, state, i, amounts)


def _mark_calls(page: Page, row: int, column: int, last: int, rows: int = 1) -> None:
    """Amounts above nothing are to be acted on, in rows from one on."""
    cell = xl_rowcol_to_cell(row, column)
    area = (row, column, row + rows - 1, last)
    page.marked(area, f"=AND(ISNUMBER({cell}),{cell}>0)", "act")


CALLS: Final = "Calls"

_CALLS_WIDTHS: Final = (300, 110, 110, 90, 350)
_OWN_ROW: Final = 5
_OWN: Final = (
    ("Maintenance, strategy-based", "strategy margin call", "strategy call due"),
    ("Portfolio margin", "portfolio margin call", "portfolio call due"),
    ("Least equity under portfolio margin", "portfolio minimum equity deficiency",
     "portfolio minimum equity due"),
)  # fmt: skip
_DUE_ROW: Final = _OWN_ROW + len(_OWN) + 4
_PARAGRAPH: Final = 3
"""Column of XLM_RULE with the paragraph."""
_KINDS: Final[Mapping[CallKind, tuple[str, str]]] = {
    CallKind.REGT: ("Initial margin (Reg T)", "payment_days_after_settlement"),
    CallKind.MAINTENANCE: ("Maintenance, strategy-based", "days_to_meet_maintenance"),
    CallKind.PORTFOLIO: ("Portfolio margin", "days_to_meet_portfolio"),
    CallKind.MINIMUM_EQUITY: ("Least equity, portfolio margin", "days_to_meet_minimum_equity"),
    CallKind.INTRADAY: ("Intraday deficit", "days_to_meet_intraday"),
}


@page_of(CALLS, calls=("MARGIN_ACCOUNT",))
def calls_page(draft: WorkbookBuilder) -> None:
    """What is called now, and until when each kind of call is to be met."""
    page = draft.page(CALLS, _CALLS_WIDTHS, ["text", "plain"])
    page.title(CALLS, "Calls on the account as of the settings' date, and days to meet any call.")
    _own(draft, page)
    _due(draft, page)
    page.finish(freeze=(2, 0))


def _own(draft: WorkbookBuilder, page: Page) -> None:
    """The account's calls and when they are due; "none" where there is no call."""
    state = draft.placed("MARGIN_ACCOUNT")
    page.section(_OWN_ROW - 1, "The account's calls", page.columns, "all accounts together")
    kinds = ("text", "money", "date", "text")
    page.headings(_OWN_ROW, ("Kind", "Call, $", "Due", "", "Rule"), kinds, high=False)
    for i, (label, call, due) in enumerate(_OWN, start=1):
        row = _OWN_ROW + i
        page.text(row, 0, label, "label")
        shows_figure(page, row, 1, state, call, "figure")
        shows_figure(page, row, 2, state, due, "right")
        page.text(row, 3, "")
        page.shows(row, 4, state, (state.row_of(call), _RULE), "body", "cited")
    _mark_calls(page, _OWN_ROW + 1, 1, 1, len(_OWN))


def _due(draft: WorkbookBuilder, page: Page) -> None:
    """The last day to meet each kind of call from the day in the blue cell.

    A kind that no rule makes on the date of the book is left out.
    """
    day = draft.book.market.as_of
    note = "business days of the exchange; a house may ask sooner"
    page.section(_DUE_ROW - 1, "Last day to meet a call", page.columns, note)
    page.text(_DUE_ROW, 0, "Day of the trade, or on which the deficiency arose", "label")
    page.typed(_DUE_ROW, 1, day, "date")
    page.accepts_date(_DUE_ROW, 1)
    headings, kinds = ("Kind", "Last day", "Weekday", "Days on", "Rule"), ("date",) * 3
    page.headings(_DUE_ROW + 2, headings, ("text", *kinds, "text"), high=False)
    of_trade = Figure(f"{CALLS}!$B${_DUE_ROW + 1}", day)
    row = _DUE_ROW + 2
    for kind, (label, parameter) in _KINDS.items():
        rule = draft.rule(parameter)
        if draft.answers.refusal(rule):
            continue
        row += 1
        due = call_due(draft, kind, of_trade)
        page.text(row, 0, label, "label")
        page.shows(row, 1, due, (0, 0), "figure", "date")
        here = at(f"B{row + 1}", due.figure())
        page.figure(row, 2, here, "right", "weekday")
        page.figure(row, 3, less(here, of_trade, ""), "right", "quantity")
        stated = draft.formulas.placed(rule, RULE_KINDS)
        page.shows(row, 4, stated, (0, _PARAGRAPH), "body", "text")


def call_due(draft: WorkbookBuilder, kind: CallKind, day: Figure) -> FormulaBlock:
    """The last day to meet a call of a kind that arises on a day."""
    arguments = (argument(day), literal(kind.value), draft.tables.settings.argument)
    return draft.formulas.placed(Call("MARGIN_CALL_DUE", arguments), ["date"])
