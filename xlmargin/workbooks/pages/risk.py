"""What moves of prices and volatility do to the book, and to three underlyings of your choice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import BY_PORTFOLIO, WorkbookBuilder, axis, line, page_of
from xlmargin.workbooks.figures import NONE, Figure, is_number, look_up, sentence
from xlmargin.workbooks.formulas import FormulaArgument, FormulaBlock, argument, range_on
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages.account import figure_of
from xlmargin.workbooks.styles import BAR, LOSS, NAVY, ST
from xlmargin.workbooks.xlsx_writer import Chart, absolute, xl_rowcol_to_cell

SHEET: Final = "Risk"

_WIDTHS: Final = (*[80] * 6, *[80] * 6)
_LAST: Final = len(_WIDTHS) - 1
_GRID_ROW, _GRID_COLUMN = 5, 6
_SPOTS: Final = (0.20, 0.15, 0.10, 0.05, 0.02, 0.0, -0.02, -0.05, -0.10, -0.15, -0.20)
_VOLATILITIES: Final = (-0.25, 0.0, 0.25, 0.50, 1.0)
_UNMOVED: Final = _VOLATILITIES.index(0.0)
_MOST_LINES: Final = 2
_NAMES_ROW: Final = _GRID_ROW + len(_SPOTS) + 3
_CHART_ROWS: Final = 11
_DATA_ROW: Final = _NAMES_ROW + _CHART_ROWS + 4
_NAMES: Final = 3
_MOVES: Final = (-0.20, -0.15, -0.10, -0.05, 0.0, 0.05, 0.10, 0.15, 0.20)
_FIRST_MOVE: Final = 3
_MOST: Final = 5_000


@page_of(SHEET, calls=(BY_PORTFOLIO,), prints=(SHEET,))
def risk_page(draft: WorkbookBuilder) -> None:
    """A profile by account, a heat map, and three underlyings today and at an expiration."""
    page = draft.page(SHEET, _WIDTHS)
    spots, volatilities = _moves(page)
    grid = draft.placed("PM_STRESS", spots, volatilities, numbers=["move", "thousands"])
    page.title(
        SHEET,
        _message(draft, grid),
        "Gain or loss of the whole book; volatilities stay at their strikes unless a column moves "
        "them. Blue moves are yours to change.",
    )
    own = _profile(draft, page, grid)
    _heat(page, grid)
    _underlyings(draft, page)
    page.finish(hidden=own, last_row=_DATA_ROW - 2, freeze=(3, 0))


def _moves(page: Page) -> tuple[FormulaArgument, FormulaArgument]:
    """Moves of price down and of volatility across, as inputs."""
    for i, move in enumerate(_SPOTS):
        page.typed(_GRID_ROW + 1 + i, _GRID_COLUMN, move, "move")
    for j, move in enumerate(_VOLATILITIES):
        page.typed(_GRID_ROW, _GRID_COLUMN + 1 + j, move, "move")
    return (
        range_on(SHEET, _GRID_ROW + 1, _GRID_COLUMN, [[move] for move in _SPOTS]),
        range_on(SHEET, _GRID_ROW, _GRID_COLUMN + 1, [_VOLATILITIES]),
    )


def _message(draft: WorkbookBuilder, grid: FormulaBlock) -> Figure:
    """What a fall and a rise of a tenth do, by the moves of the page."""
    equity = figure_of(draft.state, "portfolio equity")
    parts: list[str | Figure] = []
    for words, move in (("A move of all prices by ", -0.10), ("; by ", 0.10)):
        i = _SPOTS.index(move)
        there = absolute(_GRID_ROW + 1 + i, _GRID_COLUMN)
        gain = grid.figure(1 + i, 1 + _UNMOVED, "millions")
        part = xl.IFERROR(gain / equity, "none").of_kind("percent")
        parts += [words, Figure(there, move, "move"), " brings ", gain, ", ", part, " of equity"]
    return sentence(*parts, ".")


def _profile(draft: WorkbookBuilder, page: Page, grid: FormulaBlock) -> int:
    """Gain or loss over moves of all prices by account; answers how many columns it hides."""
    chart = draft.chart("scatter", "straight", legend=True)
    accounts = list(draft.book.positions.accounts)
    own = accounts[:_MOST_LINES] if len(accounts) > 1 else []
    first, last = _GRID_ROW + 1, _GRID_ROW + len(_SPOTS)
    columns = [_GRID_COLUMN + 1 + _UNMOVED]
    for k in range(len(own)):
        column = _LAST + 1 + k
        for i in range(len(_SPOTS)):
            of = (1 + (k + 1) * len(_SPOTS) + i, 1 + _UNMOVED)
            page.shows(first + i, column, grid, of, "right", "thousands")
        columns.append(column)
    dashes = ("solid", "solid", "dash")
    for k, (name, column) in enumerate(zip(["All accounts", *own], columns, strict=True)):
        x, y = ([SHEET, first, j, last, j] for j in (_GRID_COLUMN, column))
        chart.add_series(line(name, x, y, (NAVY, BAR, ST)[k], dashes[k]))
    chart.set_y_axis(axis("thousands", grid=True, label_position="low"))
    chart.set_x_axis(axis("move", label_position="low", min=min(_SPOTS), max=max(_SPOTS)))
    says = "Lines: gain or loss of the accounts over moves of all prices"
    title = "Gain or loss by move of all underlyings, $ thousands"
    page.chart(_GRID_ROW - 1, 0, chart, title, says, columns=6, high=236, narrower=16)
    return len(own)


def _heat(page: Page, grid: FormulaBlock) -> None:
    """Price and volatility together, today framed."""
    title, note = "Price and volatility together", "prices down, volatility across; $ thousands"
    page.section(_GRID_ROW - 1, title, 6, note, _GRID_COLUMN)
    page.text(_GRID_ROW, _GRID_COLUMN, "Prices ↓", "heading")
    values = [[float(v) for v in row[1:6]] for row in grid.rows[1 : 1 + len(_SPOTS)]]
    for i in range(len(_SPOTS)):
        for j in range(len(_VOLATILITIES)):
            row, column = _GRID_ROW + 1 + i, _GRID_COLUMN + 1 + j
            page.shows(row, column, grid, (1 + i, 1 + j), "right", "thousands")
    first, last = _GRID_ROW + 1, _GRID_ROW + len(_SPOTS)
    page.heat(first, _GRID_COLUMN + 1, last, _LAST, [list(row) for row in values])
    price = xl_rowcol_to_cell(first, _GRID_COLUMN, col_abs=True)
    volatility = xl_rowcol_to_cell(_GRID_ROW, _GRID_COLUMN + 1, row_abs=True)
    today = f"=AND({price}=0,{volatility}=0)"
    page.marked((first, _GRID_COLUMN + 1, last, _LAST), today, "framed")
    words = (
        "Framed: today. Orange: loss. Teal: gain. Volatility moves are relative: +100% doubles it."
    )
    page.text(last + 1, _GRID_COLUMN, words, "note")


def _underlyings(draft: WorkbookBuilder, page: Page) -> None:
    """Three underlyings, today and at the next expiration, on one scale; their figures below."""
    as_of, day = draft.book.market.as_of, _next_expiration(draft)
    note = "$ thousands; not printed"
    page.section(_DATA_ROW - 1, "The three underlyings in figures", page.columns, note)
    page.text(_DATA_ROW, 0, "Underlying", "text_heading")
    page.text(_DATA_ROW, 1, "", "text_heading")
    page.text(_DATA_ROW, 2, "On", "heading")
    for j, move in enumerate(_MOVES, start=_FIRST_MOVE):
        page.typed(_DATA_ROW, j, move, "move")
    moves = range_on(SHEET, _DATA_ROW, _FIRST_MOVE, [_MOVES])
    then = Figure(f"{SHEET}!{absolute(_DATA_ROW + 2, 2)}", day)
    page.typed(_DATA_ROW + 2, 2, day, "date")
    today = draft.placed("PM_PROFILE", moves, numbers=_KINDS)
    later = draft.placed("PM_PROFILE", moves, argument(then), numbers=_KINDS)
    names = _largest(today)
    gains = [_rows_of(page, k, name, (today, later), as_of, day) for k, name in enumerate(names)]
    values = [value for rows in gains for row in rows for value in row]
    low, high = (_rounded(bound) for bound in (min([*values, 0.0]), max([*values, 0.0])))
    for k, name in enumerate(names):
        chart = _chart_of(draft, k)
        chart.set_y_axis(
            axis("thousands", grid=True, label_position="low", min=low, max=max(high, low + 1))
        )
        here = Figure(xl_rowcol_to_cell(_DATA_ROW + 1 + 2 * k, 0), name, "text")
        says = f"Lines: gain or loss of an underlying, {name}, today and at an expiration"
        page.chart(
            _NAMES_ROW, 4 * k, chart, here, says, columns=4, high=20 * _CHART_ROWS,
            narrower=12,
        )  # fmt: skip
    page.text(_DATA_ROW - 2, 0, _BELOW, "note")


_KINDS: Final = ("text", "thousands")
_BELOW: Final = (
    "One scale for the three. On the day in blue the options that expire are worth their intrinsic "
    "value; later ones are revalued at today’s volatilities."
)


def _next_expiration(draft: WorkbookBuilder) -> float:
    """The first expiration to come, the day of the book where there is none; a serial day."""
    expires = np.floor(draft.book.positions.expiration)
    day = float(np.min(expires[expires >= draft.book.market.as_of], initial=np.inf))
    return day if np.isfinite(day) else float(np.floor(draft.book.market.as_of))


def _largest(profile: FormulaBlock) -> list[str]:
    """The underlyings that lose or gain most at the first move, but for sums of accounts."""
    rows = [row for row in profile.rows[1:] if not str(row[0]).endswith("positions")]
    rows.sort(key=lambda row: -max(abs(v) for v in row[1:] if isinstance(v, float)))
    return [str(row[0]) for row in rows[:_NAMES]]


def _rows_of(
    page: Page, k: int, name: str, profiles: Sequence[FormulaBlock], as_of: float, day: float
) -> list[list[float]]:
    """The figures of one underlying today and later, found by its name, which is an input."""
    top = _DATA_ROW + 1 + 2 * k
    page.typed(top, 0, name)
    page.blank(top, 1, 1, "input")
    found = []
    for s, placed in enumerate(profiles):
        row = top + s
        if s:
            page.figure(row, 0, Figure(xl_rowcol_to_cell(top, 0), name), "body", "text")
            page.blank(row, 1, 1, "body")
        else:
            page.figure(row, 2, Figure("as_of", as_of), "right", "date")
        if s and k:
            page.figure(row, 2, Figure(xl_rowcol_to_cell(_DATA_ROW + 2, 2), day), "right", "date")
        labels, here = placed.column_of(0, _MOST), Figure(absolute(top, 0), name)
        gains = [look_up(here, labels, placed.column_of(1 + j, _MOST)) for j in range(len(_MOVES))]
        shown = [placed.or_refusal(xl.IFERROR(gain, NONE)) for gain in gains]
        page.row(row, _FIRST_MOVE, shown, ["right"], ["thousands"])
        found.append([gain.value for gain in gains if is_number(gain.value)])
    return found


def _chart_of(draft: WorkbookBuilder, k: int) -> Chart:
    """Today and later, over the moves."""
    chart = draft.chart("scatter", "straight", legend=True)
    for s, (name, color, dash) in enumerate(
        (("Today", NAVY, "solid"), ("At the expiration", LOSS, "dash"))
    ):
        row = _DATA_ROW + 1 + 2 * k + s
        x, y = ([SHEET, at, _FIRST_MOVE, at, _LAST] for at in (_DATA_ROW, row))
        chart.add_series(line(name, x, y, color, dash))
    chart.set_x_axis(
        axis("move", label_position="low", min=min(_MOVES), max=max(_MOVES), major_unit=0.1)
    )
    return chart


def _rounded(bound: float) -> float:
    """A bound of a scale a little beyond a value: two digits, away from nothing."""
    if not bound:
        return 0.0
    step = 10 ** (math.floor(math.log10(abs(bound))) - 1) * 5
    return math.copysign(math.ceil(abs(bound) / step) * step, bound)
