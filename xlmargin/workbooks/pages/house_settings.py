"""What every house asks where it differs from the rule, and the settings it is asked with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import AnswerValue, text_of, to_value
from xlmargin.excel.settings_reader import setting_name
from xlmargin.rulebook import house_names, parameter_names
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.figures import Figure, as_written, sentence
from xlmargin.workbooks.formulas import Call, FormulaArgument, FormulaBlock, range_on
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages.input_sheet import HEADING_ROW as SETTINGS_HEADING
from xlmargin.workbooks.pages.rules import OF_PORTFOLIO_MARGIN, RULE_KINDS
from xlmargin.workbooks.shown_texts import house_in
from xlmargin.workbooks.xlsx_writer import absolute, xl_range_abs, xl_rowcol_to_cell

SHEET: Final = "House settings"
RULE: Final = "rule"
HOUSES: Final = (RULE, *(name for name in house_names() if name != RULE))
"""The houses side by side at first, what the rule asks before them."""
PORTFOLIO, MAINTENANCE, INITIAL, DEPOSIT = 4, 2, 1, 3
"""Columns of MARGIN_COMPARE."""
_SETTINGS: Final = "Settings"
_ROOM: Final = 30
"""Rows of settings that every house takes over."""
_TOO_MANY: Final = f"more than {_ROOM} settings"
_BY_ACCOUNT: Final = "settings by account"
_WIDTHS: Final = (240, *[90] * len(HOUSES))
_NAMES_ROW: Final = 5
_MOST_ROWS: Final = 2_000
_VALUE, _UNIT, _FOR = 0, 1, 4
"""Columns of XLM_RULE."""


@dataclass(frozen=True)
class HouseColumn:
    """A house: the cell with its name, and the comparison that is made with its settings.

    `totals` are its figures of all accounts together by the column of the comparison, `rank` what
    houses are sorted by, each as a cell of this sheet.
    """

    name: Figure
    comparison: FormulaBlock
    totals: dict[int, Figure]
    rank: Figure


def write_house_settings_page(draft: WorkbookBuilder) -> list[HouseColumn]:
    """The matrix of settings by house, the figures of each, and the ranges they are asked with."""
    page = draft.page(SHEET, _WIDTHS, ["plain"], of="reference")
    page.title(
        SHEET,
        "What each house asks above the rule: blank is the rule’s own.",
        "Choose other houses in the blue cells.",
    )
    names = [Figure(absolute(_NAMES_ROW, 1 + i), name, "text") for i, name in enumerate(HOUSES)]
    page.section(_NAMES_ROW - 1, "Settings that differ", len(_WIDTHS))
    page.text(_NAMES_ROW, 0, "House, as the settings name it", "label")
    page.text(_NAMES_ROW + 1, 0, "Setting", "text_heading")
    for i, name in enumerate(HOUSES):
        page.sheet.write_string(_NAMES_ROW, 1 + i, name, page.look("choice" if i else "right"))
        page.text(_NAMES_ROW + 1, 1 + i, house_in(names[i]), "heading")
    page.height(_NAMES_ROW + 1, 28)
    page.sheet.data_validation(
        _NAMES_ROW, 2, _NAMES_ROW, len(HOUSES), {"validate": "list", "source": list(HOUSES[1:])}
    )
    last, portfolio, own = _matrix(draft, page, names)
    first = last + 2
    ranges = first + 8
    page.section(first, "What each comes to", len(_WIDTHS), "$, all accounts together")
    page.section(ranges, "The settings range of each house", len(_WIDTHS), "not printed")
    houses = [
        _column(draft, page, i, name, (first, ranges + 1), portfolio, i in own)
        for i, name in enumerate(names)
    ]
    page.finish(last_row=ranges - 2, freeze=(_NAMES_ROW + 2, 1))
    return houses


def _matrix(
    draft: WorkbookBuilder, page: Page, names: Sequence[Figure]
) -> tuple[int, tuple[int, int], set[int]]:
    """A row a setting of which some house has its own, those of portfolio margin first.

    Answers the last row, the first and last of portfolio margin, and the houses that have those.
    """
    have: set[int] = set()
    others = [name for name in parameter_names() if name not in OF_PORTFOLIO_MARGIN]
    row, portfolio = _NAMES_ROW + 1, _NAMES_ROW + 1
    for parameter in (*OF_PORTFOLIO_MARGIN, *others):
        placed = draft.formulas.placed(draft.rule(parameter), RULE_KINDS)
        for_whom, values = placed.cells(_FOR), placed.cells(_VALUE)
        stated = [str(each).partition(" ") for each in for_whom.value]
        kind = "percent" if placed.rows[0][_UNIT] == "fraction" else "money"
        for key in dict.fromkeys(key for house, _, key in stated if house in HOUSES):
            row += 1
            label = as_written(parameter) + (f", {key.replace('_', ' ')}" if key else "")
            page.text(row, 0, label, "label")
            for i, name in enumerate(names):
                whose = (sentence(name, f" {key}") if key else name) if i else key
                found = xl.look_up(whose, for_whom, values)
                if not whose:
                    found = Figure(f"INDEX({values.formula},1)", values.value[0])
                value = xl.IFERROR(found, "")
                page.figure(row, 1 + i, value, "right", kind)
                if i and value.value != "" and parameter in OF_PORTFOLIO_MARGIN:
                    have.add(i)
        portfolio = row if parameter in OF_PORTFOLIO_MARGIN else portfolio
    return row, (_NAMES_ROW + 2, portfolio), have


_TOTALS: Final = (
    (PORTFOLIO, "Portfolio margin"), (MAINTENANCE, "Strategy-based maintenance"),
    (INITIAL, "Strategy-based initial"), (DEPOSIT, "Deposit"),
)  # fmt: skip
_TIE: Final = 1e-4
"""Dollars, below a cent, that put houses that ask the same in their order."""


def _column(
    draft: WorkbookBuilder, page: Page, i: int, name: Figure, tops: tuple[int, int],
    portfolio: tuple[int, int], is_own: bool,
) -> HouseColumn:  # fmt: skip
    """A house's settings range, the comparison made with it, its totals and its rank."""
    top, column = tops[1] + i * (_ROOM + 4), 1 + i
    settings = _range(draft, page, top, name)
    positions, market, _, dividends = draft.tables.arguments
    call = Call("MARGIN_COMPARE", (positions, market, settings, dividends))
    placed = draft.formulas.placed(call, ["text", *["money"] * 5, "percent", "money"], "plain")
    totals = {}
    for row, (figure, label) in enumerate(_TOTALS, start=tops[0] + 1):
        page.text(row, 0, label, "label")
        total = placed.named("total", figure, _MOST_ROWS)
        page.figure(row, column, total, "right", "money")
        totals[figure] = Figure(f"'{SHEET}'!{absolute(row, column)}", total.value)
    row = tops[0] + 1 + len(_TOTALS)
    page.text(row, 0, "Own portfolio margin, to sort by", "label")
    first, last = (absolute(r, column) for r in portfolio)
    required = absolute(tops[0] + 1, column)
    formula = (
        f"IF(AND({i}>0,COUNT({first}:{last})>0,ISNUMBER({required})),{required},0)-{i * _TIE:.4f}"
    )
    rank = (float(totals[PORTFOLIO].value) if is_own else 0.0) - i * _TIE
    page.figure(row, column, Figure(formula, rank), "right", "money")
    there = f"'{SHEET}'!{absolute(_NAMES_ROW, column)}"
    return HouseColumn(
        Figure(there, name.value, "text"), placed, totals,
        Figure(f"'{SHEET}'!{absolute(row, column)}", rank),
    )  # fmt: skip


def _range(draft: WorkbookBuilder, page: Page, top: int, name: Figure) -> FormulaArgument:
    """Two columns: the house, then every other setting of the sheet Settings."""
    for j, heading in enumerate(("name", "value")):
        page.text(top, j, heading.capitalize(), "text_heading")
    page.text(top + 1, 0, "house", "body")
    page.figure(top + 1, 1, name, "body", "text")
    rows: list[list[AnswerValue]] = [["name", "value"], ["house", name.value]]
    rows += [_setting(draft, page, top + 2 + k, k) for k in range(_ROOM)]
    rows.append(_beyond(draft, page, top + 2 + _ROOM))
    return range_on(f"'{SHEET}'", top, 0, rows)


def _beyond(draft: WorkbookBuilder, page: Page, row: int) -> list[AnswerValue]:
    """A setting that no house has, which refuses the answers where Settings has more rows.

    Or where it has settings by account.
    """
    first = SETTINGS_HEADING + 1
    reach = xl_range_abs(first + _ROOM, 0, first + _MOST_ROWS, 0)
    is_more = len(draft.tables.settings.rows) - 1 > _ROOM
    answer: list[AnswerValue] = [_TOO_MANY, "refused"] if is_more else ["", ""]
    value, whose = (f"{_SETTINGS}!{xl_rowcol_to_cell(SETTINGS_HEADING, j)}" for j in (1, 2))
    by_account = f'OR(LOWER({value})<>"value",LOWER({whose})="account")'
    for j, (apart, word) in enumerate(((_BY_ACCOUNT, _TOO_MANY), ("refused", "refused"))):
        more = f'IF(COUNTA({_SETTINGS}!{reach})>0,"{word}","")'
        formula = f'IF({by_account},"{apart}",{more})'
        page.figure(row, j, Figure(formula, answer[j]), "refusal")
    return answer


def _setting(draft: WorkbookBuilder, page: Page, row: int, k: int) -> list[AnswerValue]:
    """One setting taken over from the sheet Settings, but for the house; answers what it is."""
    rows = draft.tables.settings.rows
    there = SETTINGS_HEADING + 1 + k
    name, value = (f"{_SETTINGS}!{xl_rowcol_to_cell(there, j)}" for j in (0, 1))
    own = xl_rowcol_to_cell(row, 0)
    cells = rows[1 + k] if 1 + k < len(rows) else [None, None]
    found = _shown(cells[0])
    if str(found).lower() == "house":
        found = ""
    answer: list[AnswerValue] = [found, _shown(cells[1]) if found else ""]
    no_house = f'OR({name}="",LOWER({name})="house")'
    page.figure(row, 0, Figure(f'IF({no_house},"",{name})', answer[0]), "body")
    taken = f'IF(OR({own}="",{value}=""),"",{value})'
    kind = "date" if setting_name(str(found)) == "as_of" else "plain"
    page.figure(row, 1, Figure(taken, answer[1]), "body", kind)
    return answer


def _shown(cell: object) -> AnswerValue:
    """A cell as a formula that refers to it shows it."""
    if isinstance(cell, float | bool):
        return cell
    return text_of(to_value(cell))
