"""What is held and what it does: contracts, Greeks in dollars, and the payoff picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from xlmargin.book import Book
from xlmargin.reports import SPOT_MOVES
from xlmargin.workbooks.draft import Draft, axis
from xlmargin.workbooks.live_formulas import Argument
from xlmargin.workbooks.look import BAR, NAVY, ST
from xlmargin.workbooks.page import SPARE, Page
from xlmargin.workbooks.xlsx_writer import xl_range_abs

_FIRST: Final = 3
"""Row of the headings of a page that is one table, counted from 0."""
_CONTRACT_KINDS: Final = (
    "text", "words", "price", "date", "quantity", "price", "price", "rate", "words", "rate", "rate",
    "price", "greek",
)  # fmt: skip
_CONTRACT_WIDTHS: Final = (52, 36, 68, 78, 52, 58, 58, 56, 54, 50, 56, 68, 50, 56, 56, 62, 50)
_GREEK_KINDS: Final = ("text", "money", "money", "percent", "money", "money", "money")
_GREEK_WIDTHS: Final = (240, *[120] * 6)

PAYOFF: Final = "Payoff"
_MOVES_ROW: Final = 3
_DAY_ROW: Final = 4
_CHART_ROW: Final = 6
_CHART_ROWS: Final = 16
_TABLE_ROW: Final = _CHART_ROW + _CHART_ROWS + 1
_MOST_LINES: Final = 6
_WIDTHS: Final = (190, 90, *[68] * (len(SPOT_MOVES) - 1))


def write_exposure_pages(draft: Draft) -> None:
    """Contracts with what they are valued by, Greeks by underlying, and the payoff picture."""
    _write_table(
        draft,
        "Contracts",
        ("PM_CONTRACTS", _CONTRACT_WIDTHS, _CONTRACT_KINDS),
        "What each contract is valued by: its volatility, where that is from, and its carry.",
        "Greeks are per unit: vega for 1.00 of volatility, theta for a day.",
    )
    _write_table(
        draft,
        "Exposure",
        ("PM_GREEKS", _GREEK_WIDTHS, _GREEK_KINDS),
        "Dollars by underlying: exposure is units × delta × price of the underlying.",
        "Cash has no row, and counts in the equity.",
    )
    _write_payoff(draft)


def _write_table(
    draft: Draft, name: str, shown: tuple[str, Sequence[int], Sequence[str]], *says: str
) -> None:
    """A page of one answer: its function, the widths of columns, their kinds of quantities."""
    function, widths, kinds = shown
    page = draft.page(name, "output")
    page.title(name, *says)
    page.columns(widths, kinds)
    page.answer(_FIRST, 0, draft.call(function), kinds, spare=SPARE)
    page.sheet.freeze_panes(_FIRST + 1, 1)
    page.prints(len(widths), draft.stamp, repeat=_FIRST)
    page.protect()


def _write_payoff(draft: Draft) -> None:
    """Moves and a day as inputs, gains of the accounts as lines, and all of them as a table."""
    page = draft.page(PAYOFF, "output")
    page.title(
        PAYOFF,
        "Gain or loss in dollars over moves of the market on the day in blue.",
        "The day is the first expiration to come. Volatilities stay; what has expired by then is "
        "at its intrinsic value.",
    )
    page.columns(_WIDTHS, ["text", "money"])
    moves, day = _inputs(draft.book, page)
    page.section(_TABLE_ROW - 1, "By underlying and account", len(_WIDTHS))
    call = draft.call("PM_PROFILE", moves, day)
    rows = page.answer(_TABLE_ROW, 0, call, ["text", "money"], heading="move", spare=SPARE)
    page.heat(
        _TABLE_ROW + 1,
        1,
        _TABLE_ROW + len(rows) + SPARE - 1,
        len(_WIDTHS) - 1,
        [row[1:] for row in rows[1:]],
    )
    _chart(draft, page, len(rows))
    page.sheet.freeze_panes(2, 1)
    page.prints(len(_WIDTHS), draft.stamp)
    page.protect()


def _inputs(book: Book, page: Page) -> tuple[Argument, Argument]:
    """The moves and the day as cells to be overtyped."""
    page.text(_MOVES_ROW, 0, "Moves of the market", "label")
    for i, move in enumerate(SPOT_MOVES):
        page.sheet.write_number(_MOVES_ROW, 1 + i, move, page.look("input", "move"))
    moves = xl_range_abs(_MOVES_ROW, 1, _MOVES_ROW, len(SPOT_MOVES))
    expires = np.floor(book.positions.expiration)
    day = float(np.min(expires[expires >= book.market.as_of], initial=np.inf))
    day = day if np.isfinite(day) else float(np.floor(book.market.as_of))
    page.text(_DAY_ROW, 0, "Day", "label")
    page.sheet.write_number(_DAY_ROW, 1, day, page.look("input", "date"))
    page.reaches(_DAY_ROW)
    cell = xl_range_abs(_DAY_ROW, 1, _DAY_ROW, 1)
    return Argument(f"{PAYOFF}!{moves}", [list(SPOT_MOVES)]), Argument(f"{PAYOFF}!{cell}", day)


def _chart(draft: Draft, page: Page, rows: int) -> None:
    """A line an account, the last rows of the table."""
    chart = draft.chart("line", legend=True)
    accounts = min(len(draft.book.positions.accounts), _MOST_LINES)
    first, last = _TABLE_ROW + rows - len(draft.book.positions.accounts), len(_WIDTHS) - 1
    for i, row in enumerate(range(first, first + accounts)):
        chart.add_series(
            {
                "name": [PAYOFF, row, 0],
                "categories": [PAYOFF, _TABLE_ROW, 1, _TABLE_ROW, last],
                "values": [PAYOFF, row, 1, row, last],
                "line": {"color": (NAVY, BAR, ST)[i % 3], "width": 2.25},
            }
        )
    chart.set_y_axis(axis("thousands", grid=True))
    chart.set_x_axis(axis("move", label_position="low"))
    chart.set_size({"width": page.width(0, len(_WIDTHS) - 1), "height": 275})
    says = "Line: gain or loss of each account over moves of the market"
    title = "Gain or loss of the account on the day"
    page.chart(_CHART_ROW, 0, chart, title, says, columns=len(_WIDTHS), note="$ thousands")
