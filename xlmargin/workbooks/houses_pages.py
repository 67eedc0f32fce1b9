"""Brokers compared: the same book under every house profile, each with settings of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import text_of, to_value
from xlmargin.excel.settings_reader import setting_name
from xlmargin.rulebook import house_names
from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.formulas_sheet import Placed
from xlmargin.workbooks.input_pages import HEADING_ROW as SETTINGS_HEADING
from xlmargin.workbooks.live_formulas import Argument, Call, Value
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.sentences import as_written, first_letter
from xlmargin.workbooks.xlsx_writer import xl_range_abs, xl_rowcol_to_cell

SHEET: Final = "Houses"
SETTINGS_SHEET: Final = "House settings"

_SETTINGS: Final = "Settings"
_HEADING_ROW: Final = 4
_ACROSS: Final = 4
"""Houses beside each other on the sheet of their settings."""
_ROOM: Final = 24
"""Rows of settings that every house takes over."""
_TOO_MANY: Final = f"more than {_ROOM} settings"
_BY_ACCOUNT: Final = "settings by account"
_WIDTHS: Final = (176, *[112] * 7)
_KINDS: Final = ["words", *["money"] * 5, "percent", "percent"]
_TABLE_ROW: Final = 5
_INITIAL, _MAINTENANCE, _DEPOSIT, _PORTFOLIO = 1, 2, 3, 4
"""Columns of MARGIN_COMPARE."""
_MOST_ROWS: Final = 2_000
_SPARE: Final = 10
_CHART_ROWS: Final = 16


@dataclass(frozen=True)
class _House:
    """A house: the cell with its name, its comparison, and the settings that it is asked with."""

    name: str
    cell: str
    comparison: Placed


def write_houses_pages(draft: Draft) -> None:
    """Settings for each house, made of the book's own by formulas, and the houses side by side."""
    page = draft.page(SHEET, "output")
    houses = _settings(draft)
    page.title(
        SHEET,
        "Requirements of the same book under every house profile.",
        "A house may only raise what the rule requires. Charges for concentration, liquidity and "
        "volatility are not published, and so not here.",
    )
    page.columns(_WIDTHS, _KINDS)
    _side_by_side(draft, page, houses)
    row = _TABLE_ROW + len(houses) + _CHART_ROWS + 4
    page.breaks_before(row)
    row = _by_underlying(page, houses, row, "Portfolio margin requirement", _PORTFOLIO)
    _by_underlying(page, houses, row + 2, "Strategy-based maintenance", _MAINTENANCE)
    page.sheet.freeze_panes(3, 1)
    page.prints(len(_WIDTHS), draft.stamp)
    page.protect()


def _settings(draft: Draft) -> list[_House]:
    """Two columns a house: its name, then every other setting of the sheet Settings."""
    page = draft.page(SETTINGS_SHEET, "reference")
    page.title(
        SETTINGS_SHEET,
        "The settings range of each house: the sheet Settings with another house.",
        "Choose other houses in the blue cells.",
    )
    page.columns([116, 110, 14] * _ACROSS, ["plain"])
    band = _ROOM + 5
    houses = [
        _house(draft, page, house, _HEADING_ROW + i // _ACROSS * band, 3 * (i % _ACROSS))
        for i, house in enumerate(house_names())
    ]
    page.breaks_before(_HEADING_ROW + band)
    page.sheet.freeze_panes(3, 0)
    page.prints(3 * _ACROSS - 1, draft.stamp)
    page.protect()
    return houses


def _house(draft: Draft, page: Page, house: str, top: int, column: int) -> _House:
    """The settings of one house from a row on, and the comparison that is made with them."""
    for j, heading in enumerate(("name", "value")):
        page.text(top, column + j, heading.capitalize(), "text_heading")
    page.text(top + 1, column, "house", "body")
    page.sheet.write_string(top + 1, column + 1, house, page.look("input", "text"))
    page.sheet.data_validation(
        top + 1, column + 1, top + 1, column + 1,
        {"validate": "list", "source": list(house_names())},
    )  # fmt: skip
    rows: list[list[Value]] = [["name", "value"], ["house", house]]
    rows += [_setting(draft, page, column, top + 2 + k, k) for k in range(_ROOM)]
    rows.append(_beyond(draft, page, column, top + 2 + _ROOM))
    reach = xl_range_abs(top, column, top + 2 + _ROOM, column + 1)
    settings = Argument(f"'{SETTINGS_SHEET}'!{reach}", rows)
    positions, market, _, dividends = draft.tables.arguments
    call = Call("MARGIN_COMPARE", (positions, market, settings, dividends))
    placed = draft.formulas.placed(call, ["text", *["money"] * 5, "percent", "money"], "plain")
    name = f"'{SETTINGS_SHEET}'!{xl_rowcol_to_cell(top + 1, column + 1, True, True)}"
    return _House(house, name, placed)


def _beyond(draft: Draft, page: Page, column: int, row: int) -> list[Value]:
    """A setting that no house has, which refuses the answers where Settings has more rows.

    Or where it has settings by account.
    """
    first = SETTINGS_HEADING + 1
    reach = xl_range_abs(first + _ROOM, 0, first + _MOST_ROWS, 0)
    is_more = len(draft.tables.settings.rows) - 1 > _ROOM
    answer: list[Value] = [_TOO_MANY, "refused"] if is_more else ["", ""]
    value, whose = (f"{_SETTINGS}!{xl_rowcol_to_cell(SETTINGS_HEADING, j)}" for j in (1, 2))
    by_account = f'OR(LOWER({value})<>"value",LOWER({whose})="account")'
    for j, (apart, word) in enumerate(((_BY_ACCOUNT, _TOO_MANY), ("refused", "refused"))):
        more = f'IF(COUNTA({_SETTINGS}!{reach})>0,"{word}","")'
        formula = f'IF({by_account},"{apart}",{more})'
        page.formula(row, column + j, formula, answer[j], "refusal", "plain")
    return answer


def _setting(draft: Draft, page: Page, column: int, row: int, k: int) -> list[Value]:
    """One setting taken over from the sheet Settings, but for the house; answers what it is."""
    rows = draft.tables.settings.rows
    there = SETTINGS_HEADING + 1 + k
    name, value = (f"{_SETTINGS}!{xl_rowcol_to_cell(there, j)}" for j in (0, 1))
    own = xl_rowcol_to_cell(row, column)
    cells = rows[1 + k] if 1 + k < len(rows) else [None, None]
    found = _shown(cells[0])
    if str(found).lower() == "house":
        found = ""
    answer: list[Value] = [found, _shown(cells[1]) if found else ""]
    no_house = f'OR({name}="",LOWER({name})="house")'
    page.formula(row, column, f'IF({no_house},"",{name})', answer[0], "body", "plain")
    taken = f'IF(OR({own}="",{value}=""),"",{value})'
    kind = "date" if setting_name(str(found)) == "as_of" else "plain"
    page.formula(row, column + 1, taken, answer[1], "body", kind)
    return answer


def _shown(cell: object) -> Value:
    """A cell as a formula that refers to it shows it."""
    if isinstance(cell, float | bool):
        return cell
    return text_of(to_value(cell))


def _of_total(placed: Placed, column: int) -> tuple[str, Value]:
    """A formula for a figure of the total, which is the last row, and what it finds."""
    names, figures = (placed.cells_below_heading(j, _MOST_ROWS) for j in (0, column))
    formula = placed.unless_refused(f'INDEX({figures},MATCH("total",{names},0))')
    return formula, placed.value(len(placed.rows) - 1, column)


def _side_by_side(draft: Draft, page: Page, houses: list[_House]) -> None:
    """A row a house: both regimes, and what is added to the first house, which is the rule's."""
    page.section(_TABLE_ROW - 1, "Houses side by side", len(_WIDTHS), "all accounts together")
    headings = (
        "House", "Initial\n$", "Maintenance\n$", "Deposit\n$", "Portfolio\nmargin $",
        "Above the\nfirst row $", "Above,\nshare", "Gain on\nmaintenance",
    )  # fmt: skip
    for column, heading in enumerate(headings):
        page.text(_TABLE_ROW, column, heading, "heading" if column else "text_heading")
    page.height(_TABLE_ROW, 34)
    first = _TABLE_ROW + 1
    base = _amount(houses[0], _PORTFOLIO)
    for i, house in enumerate(houses):
        row = first + i
        page.formula(row, 0, first_letter(house.cell), as_written(house.name), "label", "plain")
        for column in (_INITIAL, _MAINTENANCE, _DEPOSIT, _PORTFOLIO):
            formula, found = _of_total(house.comparison, column)
            style = "figure" if column == _PORTFOLIO else "right"
            page.formula(row, column, formula, found, style, "money")
        own, strategy = _amount(house, _PORTFOLIO), _amount(house, _MAINTENANCE)
        here, top = f"E{row + 1}", f"E${first + 1}"
        for column, formula, amount, kind in (
            (5, f"{here}-{top}", own - base, "money"),
            (6, f'IF({top}>0,{here}/{top}-1,"")', own / base - 1 if base > 0 else "", "percent"),
            (
                7,
                f'IF(C{row + 1}>0,1-{here}/C{row + 1},"")',
                1 - own / strategy if strategy > 0 else "",
                "percent",
            ),
        ):
            either = f"IF(ISTEXT({here}),{here},IF(ISTEXT({top}),{top},{formula}))"
            page.formula(row, column, either, amount, "right", kind)
    _chart(draft, page, first, first + len(houses) - 1)


def _amount(house: _House, column: int) -> float:
    return float(_of_total(house.comparison, column)[1])


def _chart(draft: Draft, page: Page, first: int, last: int) -> None:
    """Maintenance and portfolio margin requirement of every house."""
    columns = (_MAINTENANCE, _PORTFOLIO)
    chart = draft.chart_of_pairs(SHEET, _TABLE_ROW, (first, last), columns)
    chart.set_size({"width": page.width(0, len(_WIDTHS) - 1), "height": 20 * (_CHART_ROWS - 2)})
    says = "Pairs of columns: requirements of both regimes under every house"
    page.chart(
        last + 2, 0, chart, "Requirements by house", says, columns=len(_WIDTHS), note="$ thousands"
    )


def _by_underlying(page: Page, houses: list[_House], row: int, title: str, column: int) -> int:
    """A figure of every underlying, a column a house; answers the last row."""
    shown = houses[: len(_WIDTHS) - 1]
    page.section(row, f"{title} by underlying", len(_WIDTHS), "each its share of the whole, $")
    page.shows(row + 1, 0, shown[0].comparison, (0, 0), "text_heading", "words")
    page.height(row + 1, 34)
    for j, house in enumerate(shown, start=1):
        name = as_written(house.name)
        page.formula(row + 1, j, first_letter(house.cell), name, "heading", "plain")
    rows = len(shown[0].comparison.rows)
    for i in range(1, rows + _SPARE):
        style = "body" if i < rows else "column"
        page.shows(row + 1 + i, 0, shown[0].comparison, (i, 0), style, "words")
        for j, house in enumerate(shown, start=1):
            page.shows(row + 1 + i, j, house.comparison, (i, column), style, "money")
    last = row + rows + _SPARE
    page.totals(row + 2, last, len(_WIDTHS))
    return last
