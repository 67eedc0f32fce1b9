"""Brokers compared: the same book under every house, and the same by underlying."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import BOTH_REGIMES, Series, WorkbookBuilder, no_axis, page_of
from xlmargin.workbooks.figures import NONE, Cells, Figure, at, sentence
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages import house_settings
from xlmargin.workbooks.pages.house_settings import SHEET as SETTINGS_SHEET
from xlmargin.workbooks.shown_texts import house_in, house_read
from xlmargin.workbooks.styles import LANDSCAPE, PM, WATCH

SHEET: Final = "Houses"
BY_UNDERLYING: Final = "Houses by underlying"
_WIDTHS: Final = (150, 164, 98, 78, 118, 118, 117, 117)
_TABLE_ROW: Final = 5
_PLACE, _RULE = len(_WIDTHS), len(_WIDTHS) + 1
"""Hidden columns: which house a row is of, and what the rule asks."""
_SPARE: Final = 4
_CHART_ROWS: Final = 15
_NOT_PUBLISHED: Final = "not published: rule applies"


@page_of(SHEET, BY_UNDERLYING, SETTINGS_SHEET, calls=BOTH_REGIMES, prints=(SHEET, BY_UNDERLYING))
def houses_page(draft: WorkbookBuilder) -> None:
    """The houses side by side, by underlying, and the settings that they are asked with."""
    page, width = draft.page(SHEET, _WIDTHS), LANDSCAPE // (len(house_settings.HOUSES) + 2)
    widths = (LANDSCAPE - width * len(house_settings.HOUSES), *[width] * len(house_settings.HOUSES))
    by_underlying = draft.page(BY_UNDERLYING, widths, ["words", "money"])
    houses = house_settings.write_house_settings_page(draft)
    _side_by_side(draft, page, houses)
    _by_underlying(by_underlying, houses)


def _ranked(houses: Sequence[house_settings.HouseColumn]) -> list[house_settings.HouseColumn]:
    """The houses, the one whose own portfolio margin is most first, without the rule."""
    return sorted(houses[1:], key=lambda house: -float(house.rank.value))


def _cells(cells: Sequence[Figure]) -> Cells:
    """The cells of all houses but the rule, of one row."""
    reach = f"{cells[1].formula}:{cells[-1].formula.partition('!')[2]}"
    return Cells(reach, tuple(cell.value for cell in cells[1:]))


def _side_by_side(
    draft: WorkbookBuilder, page: Page, houses: list[house_settings.HouseColumn]
) -> None:
    """The rule, then a row a house, what its own ranges ask first; and a chart of these."""
    page.section(_TABLE_ROW - 1, "Houses side by side", len(_WIDTHS), "all accounts together")
    headings = (
        "House", "Portfolio\nmargin $", "Above the\nrule $", "Above,\nshare",
        "Maintenance,\nby strategy $", "Initial,\nby strategy $", "Deposit\n$",
        "Gain on\nmaintenance",
    )  # fmt: skip
    kinds = ("text", "money", "money", "percent", "money", "money", "money", "percent")
    page.headings(_TABLE_ROW, headings, kinds)
    first = _TABLE_ROW + 1
    rows = [houses[0], *_ranked(houses)]
    ranks = _cells([house.rank for house in houses]).formula
    for k, house in enumerate(rows):
        place = f"MATCH(LARGE({ranks},{k}),{ranks},0)" if k else "0"
        page.figure(first + k, _PLACE, Figure(place, float(houses.index(house))), "note")
        _house(page, first + k, houses, house)
    own = [house for house in rows[1:] if float(house.rank.value) > 0]
    _chart(draft, page, first, len(own))
    page.title(
        SHEET, _message(houses, own, first),
        "A house may only raise what the rule requires. Charges for concentration, liquidity and "
        "volatility are not published, and so not here.",
    )  # fmt: skip
    page.finish(hidden=_RULE + 1 - _PLACE, last_row=first + len(rows) + _CHART_ROWS, freeze=(3, 1))


def _house(
    page: Page,
    row: int,
    houses: list[house_settings.HouseColumn],
    house: house_settings.HouseColumn,
) -> None:
    """A row of the table: the house whose place its hidden column has."""
    place, is_rule = f"${'ABCDEFGHIJ'[_PLACE]}{row + 1}", house is houses[0]

    def of(cells: Sequence[Figure]) -> str:
        return cells[0].formula if is_rule else f"INDEX({_cells(cells).formula},1,{place})"

    style = "strong" if is_rule else "label"
    name = Figure(of([each.name for each in houses]), house.name.value)
    page.text(row, 0, house_in(name), style)
    figures = {
        column: Figure(of([each.totals[column] for each in houses]), house.totals[column].value)
        for column in (
            house_settings.PORTFOLIO,
            house_settings.MAINTENANCE,
            house_settings.INITIAL,
            house_settings.DEPOSIT,
        )
    }
    is_own = is_rule or float(house.rank.value) > 0
    ranks = Figure(of([each.rank for each in houses]), house.rank.value)
    there = Figure("TRUE", True) if is_rule else ranks > 0
    own = xl.IF(there, figures[house_settings.PORTFOLIO], _NOT_PUBLISHED)
    page.figure(row, 1, own, *(("figure", "money") if is_own else ("aside", "plain")))
    here, top = (
        at(f"B{row + 1}", own),
        at(f"B${_TABLE_ROW + 2}", houses[0].totals[house_settings.PORTFOLIO]),
    )
    known = xl.AND(xl.ISNUMBER(here), xl.ISNUMBER(top))
    for column, more, kind in ((2, here - top, "money"), (3, here / top - 1, "percent")):
        page.figure(row, column, xl.IF(known, xl.IFERROR(more, ""), ""), "right", kind)
    for column, figure in (
        (4, house_settings.MAINTENANCE),
        (5, house_settings.INITIAL),
        (6, house_settings.DEPOSIT),
    ):
        page.figure(row, column, figures[figure], "right", "money")
    kept = at(f"E{row + 1}", figures[house_settings.MAINTENANCE])
    gain = 1.0 - figures[house_settings.PORTFOLIO] / kept
    page.figure(row, 7, xl.IFERROR(gain, NONE), "right", "percent")
    page.figure(row, _RULE, top, "note")


def _chart(draft: WorkbookBuilder, page: Page, first: int, own: int) -> None:
    """Portfolio margin of the houses that publish their own, the most first; the rule a line."""
    rows = first + 1, first + max(own, 1)
    series = [Series("Portfolio margin by house", 1, PM)]
    chart = draft.chart_of_bars("column", SHEET, rows, series, gap=90, legend=True)
    rule = Series("What the rule requires", _RULE, WATCH)
    chart.combine(draft.chart_of_lines(SHEET, rows, [rule]))
    chart.set_y_axis(no_axis(min=0))
    row = first + 9
    page.chart(
        row, 0, chart, "Portfolio margin by house that publishes a number",
        "Columns: portfolio margin of the houses that publish ranges of their own, the most "
        "first; a line at what the rule requires", columns=len(_WIDTHS),
        high=20 * (_CHART_ROWS - 2), note="$ thousands",
    )  # fmt: skip


def _message(
    houses: list[house_settings.HouseColumn], own: list[house_settings.HouseColumn], first: int
) -> Figure:
    """Which house requires most, and of how many nothing is published."""
    count, rule, strictest = len(houses) - 1, houses[0], (own or houses)[0]
    published = xl.COUNTIF(_cells([house.rank for house in houses]), ">0")
    most, base = (
        at(f"B{first + row}", house.totals[house_settings.PORTFOLIO])
        for row, house in ((2, strictest), (1, rule))
    )
    return sentence(
        Figure(f"A{first + 2}", house_read(str(strictest.name.value)), "text"),
        " requires most: ", most.of_kind("millions"), ", ",
        xl.IFERROR(most / base - 1, 0.0).of_kind("percent"), " above the rule; of ",
        (count - published).of_kind("count"), f" of {count} houses no range is published.",
    )  # fmt: skip


def _by_underlying(page: Page, houses: list[house_settings.HouseColumn]) -> None:
    """Both regimes of every underlying, a column a house."""
    page.title(
        BY_UNDERLYING, _span(houses),
        "Of each underlying its share of the whole. A house that publishes nothing of its own "
        "requires what the rule does.",
    )  # fmt: skip
    row = _table(page, houses, 4, "Portfolio margin requirement", house_settings.PORTFOLIO)
    page.breaks_before(row + 2)
    _table(page, houses, row + 2, "Strategy-based maintenance", house_settings.MAINTENANCE)
    page.finish(freeze=(3, 1))


def _span(houses: list[house_settings.HouseColumn]) -> Figure:
    """Both regimes' requirements from the rule's to the strictest house's."""
    parts: list[str | Figure] = ["From the rule to the strictest house: "]
    for column, what in (
        (house_settings.PORTFOLIO, "portfolio margin"),
        (house_settings.MAINTENANCE, ", maintenance"),
    ):
        cells = [house.totals[column] for house in houses]
        most = xl.MAX(cells[0], _cells(cells))
        parts += [f"{what} ", cells[0].of_kind("millions"), " to ", most.of_kind("millions")]
    return sentence(*parts, ".")


def _table(
    page: Page, houses: list[house_settings.HouseColumn], row: int, title: str, column: int
) -> int:
    """A figure of every underlying, a column a house; answers the last row."""
    page.section(row, title, page.columns, "$")
    page.shows(row + 1, 0, houses[0].comparison, (0, 0), "text_heading", "words")
    page.height(row + 1, 34)
    for j, house in enumerate(houses, start=1):
        page.text(row + 1, j, house_in(house.name), "heading")
    rows = len(houses[0].comparison.rows)
    for i in range(1, rows + _SPARE):
        style = "body" if i < rows else "column"
        page.shows(row + 1 + i, 0, houses[0].comparison, (i, 0), style, "words")
        for j, house in enumerate(houses, start=1):
            page.shows(row + 1 + i, j, house.comparison, (i, column), style, "money")
    last = row + rows + _SPARE
    page.totals(row + 2, last)
    return last
