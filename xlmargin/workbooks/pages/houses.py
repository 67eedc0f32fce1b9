"""Brokers compared: the same book under every house, and the same by underlying."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.display_names import house_in, house_read
from xlmargin.workbooks.draft import Series, WorkbookBuilder, no_axis
from xlmargin.workbooks.figures import AND, IF, IFERROR, ISNUMBER, at
from xlmargin.workbooks.formulas_sheet import NONE
from xlmargin.workbooks.look import PM, WATCH
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages.house_settings import (
    DEPOSIT,
    INITIAL,
    MAINTENANCE,
    PORTFOLIO,
    HouseColumn,
    write_house_settings_page,
)
from xlmargin.workbooks.pages.house_settings import SHEET as SETTINGS_SHEET
from xlmargin.workbooks.sentences import Figure, figure_of_operand, sentence
from xlmargin.workbooks.template import BY_PORTFOLIO, BY_STRATEGY, PageSpec

SHEET: Final = "Houses"
BY_UNDERLYING: Final = "Houses by underlying"
_WIDTHS: Final = (150, 164, 98, 78, 118, 118, 117, 117)
_TABLE_ROW: Final = 5
_PLACE, _RULE = len(_WIDTHS), len(_WIDTHS) + 1
"""Hidden columns: which house a row is of, and what the rule asks."""
_SPARE: Final = 4
_CHART_ROWS: Final = 15
_NOT_PUBLISHED: Final = "not published: rule applies"


def write_houses_pages(draft: WorkbookBuilder) -> None:
    """The houses side by side, by underlying, and the settings that they are asked with."""
    page, by_underlying = (draft.page(name, "output") for name in (SHEET, BY_UNDERLYING))
    houses = write_house_settings_page(draft)
    page.columns((*_WIDTHS, 40, 40))
    _side_by_side(draft, page, houses)
    _by_underlying(draft, by_underlying, houses)


PAGE: Final = PageSpec(
    write_houses_pages,
    (SHEET, BY_UNDERLYING, SETTINGS_SHEET),
    calls=(BY_STRATEGY, BY_PORTFOLIO),
    prints=(SHEET, BY_UNDERLYING),
)


def _ranked(houses: Sequence[HouseColumn]) -> list[HouseColumn]:
    """The houses, the one whose own portfolio margin is most first, without the rule."""
    return sorted(houses[1:], key=lambda house: -float(house.rank.value))


def _reach(houses: Sequence[HouseColumn], cells: Sequence[Figure]) -> str:
    """The cells of all houses but the rule, of one row."""
    return f"{cells[1].formula}:{cells[len(houses) - 1].formula.partition('!')[2]}"


def _side_by_side(draft: WorkbookBuilder, page: Page, houses: list[HouseColumn]) -> None:
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
    ranks = _reach(houses, [house.rank for house in houses])
    for k, house in enumerate(rows):
        place = f"MATCH(LARGE({ranks},{k}),{ranks},0)" if k else "0"
        page.formula(first + k, _PLACE, place, float(houses.index(house)), "note", "plain")
        _house(page, first + k, houses, house)
    own = [house for house in rows[1:] if float(house.rank.value) > 0]
    _chart(draft, page, first, len(own))
    page.title(
        SHEET, _message(houses, own, first),
        "A house may only raise what the rule requires. Charges for concentration, liquidity and "
        "volatility are not published, and so not here.",
    )  # fmt: skip
    page.finish(
        _RULE + 1,
        draft.stamp,
        hidden=_RULE + 1 - _PLACE,
        last_row=first + len(rows) + _CHART_ROWS,
        freeze=(3, 1),
    )


def _house(page: Page, row: int, houses: list[HouseColumn], house: HouseColumn) -> None:
    """A row of the table: the house whose place its hidden column has."""
    place, is_rule = f"${'ABCDEFGHIJ'[_PLACE]}{row + 1}", house is houses[0]

    def of(cells: Sequence[Figure]) -> str:
        return cells[0].formula if is_rule else f"INDEX({_reach(houses, cells)},1,{place})"

    style = "strong" if is_rule else "label"
    name = house_in(of([each.name for each in houses]))
    page.formula(row, 0, name, house_read(str(house.name.value)), style, "plain")
    figures = {
        column: Figure(of([each.totals[column] for each in houses]), house.totals[column].value)
        for column in (PORTFOLIO, MAINTENANCE, INITIAL, DEPOSIT)
    }
    is_own = is_rule or float(house.rank.value) > 0
    ranks = Figure(of([each.rank for each in houses]), house.rank.value)
    there = Figure("TRUE", True) if is_rule else ranks > 0
    own = IF(there, figures[PORTFOLIO], _NOT_PUBLISHED)
    page.figure(row, 1, own, *(("figure", "money") if is_own else ("aside", "plain")))
    here, top = at(f"B{row + 1}", own), at(f"B${_TABLE_ROW + 2}", houses[0].totals[PORTFOLIO])
    known = AND(ISNUMBER(here), ISNUMBER(top))
    for column, more, kind in ((2, here - top, "money"), (3, here / top - 1, "percent")):
        page.figure(row, column, IF(known, IFERROR(more, ""), ""), "right", kind)
    for column, figure in ((4, MAINTENANCE), (5, INITIAL), (6, DEPOSIT)):
        page.figure(row, column, figures[figure], "right", "money")
    kept = at(f"E{row + 1}", figures[MAINTENANCE])
    gain = figure_of_operand(1.0) - figures[PORTFOLIO] / kept
    page.figure(row, 7, IFERROR(gain, NONE), "right", "percent")
    page.figure(row, _RULE, top, "note", "plain")


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
    houses: list[HouseColumn], own: list[HouseColumn], first: int
) -> tuple[str, AnswerValue]:
    """Which house requires most, and of how many nothing is published."""
    count = len(houses) - 1
    ranks = _reach(houses, [house.rank for house in houses])
    most = f"B{first + 2}"
    value, base = (
        float(h.totals[PORTFOLIO].value) for h in (own[0] if own else houses[0], houses[0])
    )
    return sentence(
        Figure(f"A{first + 2}", house_read(str((own or houses)[0].name.value)), "text"),
        " requires most: ", Figure(most, value, "millions"), ", ",
        Figure(f"IFERROR({most}/B{first + 1}-1,0)", value / base - 1 if base else 0.0, "percent"),
        " above the rule; of ",
        Figure(f'{count}-COUNTIF({ranks},">0")', float(count - len(own)), "count"),
        f" of {count} houses no range is published.",
    )  # fmt: skip


def _by_underlying(draft: WorkbookBuilder, page: Page, houses: list[HouseColumn]) -> None:
    """Both regimes of every underlying, a column a house."""
    width = 960 // (len(houses) + 2)
    page.columns([960 - width * len(houses), *[width] * len(houses)], ["words", "money"])
    page.title(
        BY_UNDERLYING, _span(houses),
        "Of each underlying its share of the whole. A house that publishes nothing of its own "
        "requires what the rule does.",
    )  # fmt: skip
    row = _table(page, houses, 4, "Portfolio margin requirement", PORTFOLIO)
    page.breaks_before(row + 2)
    _table(page, houses, row + 2, "Strategy-based maintenance", MAINTENANCE)
    page.finish(len(houses) + 1, draft.stamp, freeze=(3, 1))


def _span(houses: list[HouseColumn]) -> tuple[str, AnswerValue]:
    """Both regimes' requirements from the rule's to the strictest house's."""
    parts: list[str | Figure] = ["From the rule to the strictest house: "]
    for column, what in ((PORTFOLIO, "portfolio margin"), (MAINTENANCE, ", maintenance")):
        cells = [house.totals[column] for house in houses]
        most = max(float(cell.value) for cell in cells)
        rule, reach = cells[0], _reach(houses, cells)
        parts += [
            f"{what} ", Figure(rule.formula, rule.value, "millions"), " to ",
            Figure(f"MAX({rule.formula},{reach})", most, "millions"),
        ]  # fmt: skip
    return sentence(*parts, ".")


def _table(page: Page, houses: list[HouseColumn], row: int, title: str, column: int) -> int:
    """A figure of every underlying, a column a house; answers the last row."""
    page.section(row, title, len(houses) + 1, "$")
    page.shows(row + 1, 0, houses[0].comparison, (0, 0), "text_heading", "words")
    page.height(row + 1, 34)
    for j, house in enumerate(houses, start=1):
        name = house_read(str(house.name.value))
        page.formula(row + 1, j, house_in(house.name.formula), name, "heading", "plain")
    rows = len(houses[0].comparison.rows)
    for i in range(1, rows + _SPARE):
        style = "body" if i < rows else "column"
        page.shows(row + 1 + i, 0, houses[0].comparison, (i, 0), style, "words")
        for j, house in enumerate(houses, start=1):
            page.shows(row + 1 + i, j, house.comparison, (i, column), style, "money")
    last = row + rows + _SPARE
    page.totals(row + 2, last, len(houses) + 1)
    return last
