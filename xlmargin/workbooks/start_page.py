"""The first page: whose book, what is required and released, what to watch, what comes when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import xlmargin
from xlmargin.workbooks import requirement_page as requirement
from xlmargin.workbooks import shadow_page as shadow
from xlmargin.workbooks.account_page import figure_of
from xlmargin.workbooks.comparison_page import GAINS, of_total
from xlmargin.workbooks.draft import Draft, axis, labels, no_axis
from xlmargin.workbooks.formulas_sheet import NONE, Placed
from xlmargin.workbooks.list_pages import CHECK_KINDS
from xlmargin.workbooks.live_formulas import LEFT_OUT, REFUSED, Call, Value, literal
from xlmargin.workbooks.look import PM, ST
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.ranking import Ranking
from xlmargin.workbooks.sentences import (
    Figure,
    as_written,
    first_letter,
    sentence,
    written,
)
from xlmargin.workbooks.xlsx_writer import xl_rowcol_to_cell

SHEET: Final = "Start"
LIMITS: Final = "Limits"

_WIDTHS: Final = (*[80] * 6, 24, *[76] * 6)
_LEFT, _RIGHT, _HALF = 0, 7, 6
_LAST: Final = len(_WIDTHS) - 1
_BAND, _MESSAGE, _CARDS, _CHECKS = 0, 3, 5, 9
_MOST_CHECKS: Final = 7
_DATES: Final = 8
_LARGEST_ROW: Final = _CHECKS + _DATES + 3
_LARGEST: Final = 5
_BY_ACCOUNT: Final = (
    ("Strategy-based, maintenance", "strategy requirement", ST),
    ("Portfolio margin", "portfolio requirement", PM),
)
"""Series of the chart without a history."""
_LINKS: Final = _LARGEST_ROW + _LARGEST + 5
_ROW: Final = 15.5
_LINKED: Final = (0, 2, 4, 7, 9, 11)
"""Columns of the links to the pages."""
_KEY: Final = "Blue: yours to type. Black: calculated."
_ALERT: Final = {"account": 0, "figure": 1, "value": 2, "unit": 3, "warn": 4, "alert": 5,
                 "level": 7}  # fmt: skip
_STATES: Final = {0.0: "● OK", 1.0: "▲ Watch", 2.0: "■ Act", -1.0: NONE}


@dataclass(frozen=True)
class _Card:
    """A figure of the book: what it is, its formula and value, its kind, and a note."""

    label: str
    formula: str
    value: Value
    kind: str
    note: tuple[str, Value]
    color: str


def write_start_page(draft: Draft) -> None:
    """One page: band, message, cards, checks, dates, the largest underlyings, links."""
    page = draft.page(SHEET, "output")
    page.columns(_WIDTHS)
    band(draft, page, "Margin dashboard", _LAST)
    page.height(2, 6)
    page.height(_MESSAGE, 18)
    page.formula(_MESSAGE, 0, *_message(draft), "message", "plain")
    page.height(_MESSAGE + 1, 6)
    _cards(draft, page)
    page.height(_CARDS + 3, 8)
    _checks(draft, page)
    _dates(draft, page)
    page.height(_LARGEST_ROW - 1, 8)
    if draft.by_portfolio:
        _largest(draft, page)
    hidden = _chart(draft, page)
    _links(draft, page)
    page.prints(len(_WIDTHS) + hidden, draft.stamp, header=False, last_row=_links_end(draft))
    page.sheet.fit_to_pages(1, 1)
    page.protect()
    page.sheet.activate()


def band(draft: Draft, page: Page, what: str, last: int) -> None:
    """The client and the date on a band over the columns up to the last one."""
    page.height(0, 32)
    page.height(1, 19)
    page.blank(0, 0, last, "band")
    page.blank(1, 0, last, "band_below")
    if draft.tables.text_of_setting("client"):
        page.formula(0, 0, "client", draft.client, "band", "plain")
    else:
        page.text(0, 0, draft.client, "band")
    right = page.look("band_right", "as_of")
    page.sheet.merge_range(0, last - 2, 0, last, "", right)
    page.sheet.write_formula(0, last - 2, "=as_of", right, draft.book.market.as_of)
    accounts = " and ".join(name for name in draft.book.positions.accounts if name)
    of = f"accounts {accounts} · " if draft.several else ""
    page.text(1, 0, f"{what} · {of}house: {draft.houses}", "band_below")
    page.text(1, last, draft.note.partition(":")[0], "band_below_right")


def _total(draft: Draft) -> Placed:
    """The requirement of the whole by the first regime that margins the book."""
    function = "PM_REQUIREMENT" if draft.by_portfolio else "REGT_MAINTENANCE"
    return draft.formulas.placed(draft.call(function), ["money"])


def _message(draft: Draft) -> tuple[str, Value]:
    """What a report opens with; the first error where the book is refused."""
    said = draft.placed("XLM_MESSAGES", numbers=["text"])
    row = next(i for i, cells in enumerate(said.rows) if cells[0] == "start")
    return said.formula(row, 1), said.value(row, 1)


def _cards(draft: Draft, page: Page) -> None:
    for i, height in enumerate((16, 28, 16)):
        page.height(_CARDS + i, height)
    for i, card in enumerate(_every_card(draft)):
        first = 2 * i + (i >= _HALF // 2)
        apart = "right" if i not in (2, 5) else ""
        for j, (style, kind) in enumerate(
            ((f"card_{card.color}", "plain"), ("card_figure", card.kind), ("card_note", "plain"))
        ):
            row, shown = _CARDS + j, page.look(style, kind, apart)
            page.sheet.merge_range(row, first, row, first + 1, "", shown)
            if j == 0:
                page.sheet.write_string(row, first, card.label, shown)
            else:
                formula, value = (card.formula, card.value) if j == 1 else card.note
                page.sheet.write_formula(row, first, f"={formula}", shown, value)


def _every_card(draft: Draft) -> Iterator[_Card]:
    total, state = _total(draft), draft.state
    equity = figure_of(state, "portfolio equity" if draft.by_portfolio else "strategy equity")
    if draft.by_portfolio:
        own = Figure(total.formula(0, 0), total.value(0, 0))
        yield _card(
            "Required, portfolio margin", own, "card", _part(own, equity, "of equity"), "pm"
        )
    if draft.by_strategy:
        placed = draft.formulas.placed(draft.call("REGT_MAINTENANCE"), ["money"])
        initial = draft.formulas.placed(draft.call("REGT_INITIAL"), ["money"])
        own = Figure(placed.formula(0, 0), placed.value(0, 0))
        note = sentence(
            "maintenance; initial ", Figure(initial.formula(0, 0), initial.value(0, 0), "millions")
        )
        yield _card("Required, strategy-based", own, "card", note, "st")
    if draft.by_strategy and draft.by_portfolio:
        yield _released(draft)
    yield _card("Equity", equity, "card", ('"account value"', "account value"), "navy")
    regime = "portfolio" if draft.by_portfolio else "strategy"
    excess, cushion = (figure_of(state, f"{regime} {name}") for name in ("excess", "cushion"))
    yield _card("Excess", excess, "card", _quoted("equity less requirement"), "navy")
    yield _card("Cushion", cushion, "percent", _quoted("excess as share of equity"), "navy")


def _quoted(text: str) -> tuple[str, Value]:
    return f'"{text}"', text


def _card(label: str, figure: Figure, kind: str, note: tuple[str, Value], color: str) -> _Card:
    """A card that says none where its function refuses the book."""
    refused = f'LEFT({figure.formula},{len(REFUSED)})="{REFUSED}"'
    unknown = f'IF({refused},"{NONE}","")'
    formula = f'IF({refused},"{NONE}",{figure.formula})'
    said = f"IF({refused},{unknown.replace(NONE, 'input refused')},{note[0]})"
    return _Card(label, formula, figure.value, kind, (said, note[1]), color)


def _part(over: Figure, under: Figure, words: str) -> tuple[str, Value]:
    """What one figure is of another, in percent and words."""
    known = isinstance(over.value, float) and isinstance(under.value, float) and under.value > 0
    share = float(over.value) / float(under.value) if known else NONE
    formula = f'IFERROR(IF({under.formula}>0,{over.formula}/{under.formula},"{NONE}"),"{NONE}")'
    return sentence(Figure(formula, share, "percent"), f" {words}")


def _released(draft: Draft) -> _Card:
    """What portfolio margin releases on the basis of the settings."""
    basis = draft.book.settings.basis
    gains = draft.placed("MARGIN_GAINS", literal("underlying"), numbers=["text", "text", "money"])
    _, gain, share = GAINS[basis]
    note = sentence(of_total(gains, share, "percent"), f" less, on {basis.value}")
    return _card("Capital released", of_total(gains, gain), "card", note, "gain")


def _checks(draft: Draft, page: Page) -> None:
    """Figures beside their limits, worst first; then the input."""
    limits = draft.tables.more.get(LIMITS)
    page.section(_CHECKS, "Checks", _HALF, f"limits: page {LIMITS}" if limits else "as rules ask")
    for column, heading, style in (
        (0, "Check", "text_heading"), (1, "", "text_heading"), (2, "", "text_heading"),
        (3, "Now", "heading"), (4, "Limit", "heading"), (5, "State", "after_heading"),
    ):  # fmt: skip
        page.text(_CHECKS + 1, column, heading, style)
    positions, *others = draft.tables.arguments
    call = Call("MARGIN_ALERTS", (positions, limits.argument if limits else LEFT_OUT, *others))
    first = _CHECKS + 2
    if not draft.answers.refusal(call):
        alerts = draft.formulas.placed(call, ["text"], "plain")
        for i in range(1, _MOST_CHECKS + 1):
            _check(page, first + i - 1, alerts, i)
    row = first + _MOST_CHECKS
    check = draft.formulas.placed(draft.call("XLM_CHECK"), CHECK_KINDS, "plain")
    cells = check.cells(0)
    count = f'COUNTIF({cells},"error")+COUNTIF({cells},"warning")'
    found = sum(1 for cells in check.rows if cells[0] in ("error", "warning"))
    state = f'IF(COUNTIF({cells},"error")>0,"■ Act",IF({count}>0,"▲ Watch","● OK"))'
    shown = "▲ Watch" if found else "● OK"
    _line(page, row, "Problems in the input: page Check")
    page.formula(
        row, 3, f'IF({count}=0,"{NONE}",{count})', float(found) or NONE, "right", "quantity"
    )
    page.text(row, 4, NONE, "limit")
    page.formula(row, 5, state, shown, "state", "plain")
    page.states((first, 5, row, 5))


def _line(page: Page, row: int, label: str | tuple[str, Value]) -> None:
    """A row of the checks, with its label."""
    page.height(row, _ROW)
    page.blank(row, 0, 2, "body")
    if isinstance(label, str):
        page.text(row, 0, label, "body")
    else:
        page.formula(row, 0, *label, "body", "plain")


def _check(page: Page, row: int, alerts: Placed, i: int) -> None:
    """One figure, its limit and its state; blank where there is none.

    Where the input is refused the first one says so, and is to be acted on.
    """

    def guarded(formula: str, of_first: str = "") -> str:
        """Of a blank row nothing else is looked at: without the functions it stays blank."""
        if first:
            return alerts.unless_refused(formula, of_first)
        return f'IF({figure}="","",{alerts.unless_refused(formula, "")})'

    first = i == 1
    cell: Callable[[str], str] = lambda name: alerts.formula(i, _ALERT[name])  # noqa: E731
    value: Callable[[str], Value] = lambda name: alerts.value(i, _ALERT[name])  # noqa: E731
    account, figure = cell("account"), cell("figure")
    there = f'IF({figure}="","",'
    label = f'{there}{first_letter(figure)}&IF({account}="","",", "&{account}))'
    of = f", {value('account')}" if value("account") else ""
    label = guarded(label, "The input is refused")
    _line(page, row, (label, f"{as_written(str(value('figure')))}{of}" if value("figure") else ""))
    now = written(cell("value"), value("value"), cell("unit"), value("unit"))
    page.formula(row, 3, guarded(now[0]), now[1], "right", "text")
    nearer = f"IF(ISNUMBER({cell('warn')}),{cell('warn')},{cell('alert')})"
    limit = value("warn") if isinstance(value("warn"), float) else value("alert")
    shown = written(nearer, limit, cell("unit"), value("unit"))
    least = f'OR(RIGHT({figure},6)="excess",RIGHT({figure},7)="cushion")'
    sign = "≥" if str(value("figure")).endswith(("excess", "cushion")) else "≤"
    bound = f'{there}IF({least},"≥ ","≤ ")&{shown[0]})'
    limit_now = f"{sign} {shown[1]}" if value("figure") else ""
    page.formula(row, 4, guarded(bound), limit_now, "limit", "text")
    level = cell("level")
    state = f'{there}IF({level}=0,"● OK",IF({level}=1,"▲ Watch",IF({level}=2,"■ Act","{NONE}"))))'
    found = _STATES[float(value("level"))] if value("figure") else ""
    state = guarded(state, "■ Act")
    page.formula(row, 5, state, found, "state", "plain")


def _dates(draft: Draft, page: Page) -> None:
    """What comes next: calls due, expirations, dividends, holidays."""
    page.section(_CHECKS, "Next dates", _HALF, "", _RIGHT)
    page.blank(_CHECKS + 1, _RIGHT, _LAST, "text_heading")
    page.text(_CHECKS + 1, _RIGHT, "Date", "text_heading")
    page.text(_CHECKS + 1, _RIGHT + 1, "What", "text_heading")
    call = draft.call("MARGIN_CALENDAR")
    if draft.answers.refusal(call):
        return
    calendar = draft.formulas.placed(call, ["date", "plain"], "plain")
    for i in range(1, _DATES + 1):
        row = _CHECKS + 1 + i
        page.height(row, _ROW)
        page.blank(row, _RIGHT, _LAST, "body")
        there = calendar.formula(i, 0)
        day = f'IF({there}="","",{calendar.unless_refused(there, "")})'
        page.formula(row, _RIGHT, day, calendar.value(i, 0), "body", "day")
        what = str(calendar.value(i, 3))
        cell = calendar.formula(i, 3)
        for long, short in _SHORTER.items():
            cell, what = f'SUBSTITUTE({cell},"{long}","{short}")', what.replace(long, short)
        cell = f'IF({there}="","",{calendar.unless_refused(cell, "")})'
        page.formula(row, _RIGHT + 1, cell, what, "body", "plain")


_SHORTER: Final = {
    "written in the money none": "none in the money",
    "written in the money": "in the money",
    " contracts, ": " calls, ",
    " called away": "",
}
"""How the dates are said in the room of the page."""


def _largest(draft: Draft, page: Page) -> None:
    """The largest class groups, found by ordinary formulas among all groups, and their total."""
    total = _total(draft)
    page.section(_LARGEST_ROW, "Largest underlyings", _HALF, "of the requirement, $")
    page.headings(
        _LARGEST_ROW + 1,
        ("Underlying", "Worst\nmove", "Requirement\n$", "Share of\ntotal", "", ""),
        ("plain", "move", "money", "percent", "plain", "plain"),
    )
    groups = draft.formulas.placed(draft.call("PM_GROUPS"), requirement.KINDS, "plain")
    first, amount = _LARGEST_ROW + 2, float(total.value(0, 0))
    of_class = (requirement.LEVEL, "=", requirement.CLASS_GROUP)
    largest = Ranking(groups, [of_class], requirement.REQUIREMENT, first, 2)
    number = 'IFERROR(_xlfn.NUMBERVALUE({cell},".",","),{cell})'
    for i in range(_LARGEST):
        row = first + i
        page.height(row, _ROW)
        of, worst = requirement.GROUP, requirement.WORST_POINT
        page.formula(row, 0, largest.of(i, of), largest.value(i, of), "strong", "text")
        point = largest.of(i, worst, number)
        page.formula(row, 1, point, _move(largest.value(i, worst)), "right", "move")
        required = largest.value(i, requirement.REQUIREMENT)
        page.formula(row, 2, largest.amount(i), required, "right", "money")
        _share_of_total(page, row, total, required, amount)
    shown = [float(row[requirement.REQUIREMENT]) for row in largest.rows[:_LARGEST]]
    shares = [each / amount for each in shown] if amount else []
    page.bars((first, first + _LARGEST - 1), 4, 3, shares, max([*shares, 0.01]))
    row = first + _LARGEST
    rest = amount - sum(shown)
    cells = f"C{first + 1}:C{first + _LARGEST}"
    page.height(row, _ROW)
    page.text(row, 0, "All other, after offsets", "body")
    page.blank(row, 1, 1, "body")
    formula = f"IFERROR({total.formula(0, 0)}-SUM({cells}),{total.formula(0, 0)})"
    page.formula(row, 2, formula, rest, "right", "money")
    _share_of_total(page, row, total, rest, amount)
    page.blank(row + 1, 0, 5, "total")
    page.height(row + 1, _ROW)
    page.text(row + 1, 0, "Total", "total")
    page.shows(row + 1, 2, total, (0, 0), "total", "usd")
    page.formula(row + 1, 3, f'IF({total.formula(0, 0)}>0,1,"")', 1.0, "total", "percent")


def _move(point: Value) -> Value:
    """A worst point as a number, where it is one."""
    text = str(point)
    return float(text[:-1]) / 100 if text.endswith("%") else point


def _share_of_total(page: Page, row: int, total: Placed, of: Value, amount: float) -> None:
    cell = xl_rowcol_to_cell(row, 2)
    share = float(of) / amount if isinstance(of, float) and amount else ""
    formula = f'IFERROR(IF({cell}="","",{cell}/{total.formula(0, 0)}),"")'
    page.formula(row, 3, formula, share, "right", "percent")


def _chart(draft: Draft, page: Page) -> int:
    """Both regimes as shares of the long market value day by day; without a history by account.

    Answers how many columns it hides.
    """
    width = page.width(_RIGHT, _LAST)
    if set(shadow.NEEDS) <= draft.tables.more.keys() and shadow.SHEET in draft.directions:
        table, days = shadow.days_at(draft)
        chart = shadow.share_chart(draft, table, days, (width, 184))
        says = "Lines: requirements of both regimes as shares of the long market value"
        note = f"{days} trading days"
        title = "Requirement as share of long market value"
        page.chart(_LARGEST_ROW, _RIGHT, chart, title, says, columns=_HALF, note=note)
        return 0
    state = draft.state
    if state is None:
        return 0
    chart = draft.chart("bar", legend=True)
    columns = [2] if not draft.several else list(range(4, state.width))
    first = _LARGEST_ROW + 1
    for j in range(_LAST + 1, _LAST + 4):
        page.sheet.set_column(j, j, None, page.look("note"), {"hidden": True})
    for i, column in enumerate(columns):
        name = state.formula(0, column), state.value(0, column)
        if not draft.several:
            name = '"All positions"', "All positions"
        page.formula(first + i, _LAST + 1, *name, "note", "text")
    last = first + len(columns) - 1
    for j, (label, figure, color) in enumerate(_BY_ACCOUNT, start=_LAST + 2):
        for i, column in enumerate(columns):
            found = figure_of(state, figure, column)
            page.formula(first + i, j, found.formula, found.value, "note", "money")
        chart.add_series(
            {
                "name": label,
                "categories": [SHEET, first, _LAST + 1, last, _LAST + 1],
                "values": [SHEET, first, j, last, j],
                "fill": {"color": color},
                "gap": 60,
                "overlap": 0,
                "data_labels": labels("thousands"),
            }
        )
    chart.set_y_axis(axis(reverse=True))
    chart.set_x_axis(no_axis())
    chart.set_size({"width": width, "height": 184})
    says = "Bars: requirements of both regimes by account"
    title = "Requirement by account"
    page.chart(_LARGEST_ROW, _RIGHT, chart, title, says, columns=_HALF, note="$ thousands")
    return 1 + len(_BY_ACCOUNT)


def _links_end(draft: Draft) -> int:
    """The row below the links."""
    return _LINKS + -(-len(draft.directions) // len(_LINKED))


def _links(draft: Draft, page: Page) -> None:
    """Links to the pages; the key of the colours, or that workbook and add-in differ."""
    page.height(_LINKS - 1, 6)
    for i, name in enumerate(draft.directions):
        row, column = _LINKS + i // len(_LINKED), _LINKED[i % len(_LINKED)]
        link = page.look("link")
        page.sheet.write_url(row, column, f"internal:'{name}'!A1", link, name)
        page.reaches(row)
    version = draft.formulas.placed(Call("XLM_VERSION"), ["text"])
    built, cell = xlmargin.__version__, version.formula(0, 1)
    other = f'"■ Workbook of {built}, add-in "&{cell}'
    row = _links_end(draft)
    if draft.left_out:
        page.text(row, 0, f"Left out for want of input: {', '.join(draft.left_out)}", "note")
    formula = f'IF({cell}="{built}","{_KEY}",{other})'
    page.formula(row, _LAST, formula, _KEY, "note_right", "plain")
    page.states((row, _LAST, row, _LAST))
