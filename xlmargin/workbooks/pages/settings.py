"""When a broker's figure agrees with ours and when it is overdue, by the cells of the settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from xlmargin.cells.values import TableCell, TableRows, normalized, text_of, to_value
from xlmargin.excel.settings_fields import COMPARED_WITH, PREPARED_ON, TEXTS
from xlmargin.excel.settings_reader import setting_name
from xlmargin.rulebook import look_up
from xlmargin.rulebook.sections import names_of_values
from xlmargin.settings import Settings
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import WorkbookBuilder, page_of
from xlmargin.workbooks.figures import Figure, as_written, sentence
from xlmargin.workbooks.input_tables import InputTable
from xlmargin.workbooks.page import LAST_ROW, Page
from xlmargin.workbooks.page_setup import fitting
from xlmargin.workbooks.pages.input_sheet import (
    HEADING_ROW,
    LISTS,
    add_table,
    number_of,
    offer,
    write_input_page,
)
from xlmargin.workbooks.styles import LANDSCAPE
from xlmargin.workbooks.xlsx_writer import absolute, xl_rowcol_to_cell

SHARE, DOLLARS, DAYS = "tolerance_share", "tolerance_dollars", "overdue_days"
NAMED: Final = (SHARE, DOLLARS, DAYS)
"""Settings whose cells have their names."""


def tolerance_share(settings: Settings) -> Figure:
    """What a broker's figure may differ by and agree, as a share of it."""
    return _stated(SHARE, Settings.tolerance_share, settings.tolerance_share, "percent")


def agreement(settings: Settings) -> Figure:
    """A sentence that says when a figure agrees and when it is overdue, in the words of a page."""
    least = Figure(DOLLARS, settings.tolerance_dollars if settings.tolerance_dollars > 0 else "")
    dollars = xl.IF(xl.N(least) > 0, sentence(" or ", least), "")
    days = _stated(DAYS, Settings.overdue_days, settings.overdue_days, "count")
    unit = xl.IF(days.equals(1.0), " day", " days")
    return sentence(
        "The broker’s figures are those of the sheet Broker: they agree within ",
        tolerance_share(settings), " of them", dollars, ", and are overdue after ", days, unit,
        " (page Settings). A figure binds until the broker corrects it.",
    )  # fmt: skip


def _stated(name: str, default: float, value: float, kind: str) -> Figure:
    """The cell of a setting, or what counts where it is empty."""
    cell = Figure(name, value)
    return xl.IFERROR(xl.IF(cell.equals(""), default, cell), default).of_kind(kind)


_REPORT, _LIMITS, _RULES = "Report", "Limits of the checks", "Rules"
_RATE: Final = "rate"
_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    _REPORT: ("client", "logo", "as_of", COMPARED_WITH, "prepared_by", PREPARED_ON, "paper"),
    _LIMITS: ("stress_move", "stress_volatility", *NAMED),
    _RULES: ("house", "account_type", "basis", _RATE, "equity_to_keep"),
}
"""The groups, each with the settings that always have a row; all others stand in the last."""
_DISPLAY: Final = {
    "stress_move": "Stress", "stress_volatility": "Volatility under stress",
    "tolerance_share": "Tolerance as a share", "tolerance_dollars": "Tolerance in dollars",
    "overdue_days": "Overdue after", "basis": "Basis of released capital", "sma": "SMA",
}  # fmt: skip
_DISPLAY_OF_WORDS: Final = {"ibkr_like": "IBKR-like", "A4": "A4"}
_TIMES: Final = {"d": "days", "w": "weeks", "m": "months", "y": "years"}
_SOURCES: Final[Mapping[str, tuple[str, str]]] = {
    "client": ("name", "printed on every page"),
    "logo": ("picture", "Insert, Picture: on the band of Start and of the report, 2.0 × 0.6 inches "
             "at most; or --logo FILE"),
    "as_of": ("date", "the day of all prices; rules are those in force on it"),
    COMPARED_WITH: ("date", "the day of the report before, for the bridge"),
    "prepared_by": ("name", "printed on the monthly report"),
    PREPARED_ON: ("date", "printed on the monthly report, where it is signed"),
    "paper": ("list", "letter where empty; counts when the workbook is built"),
    "stress_move": ("move", f"of every underlying; −{-Settings.stress_move:.0%} where empty"),
    "stress_volatility": ("change", "of every volatility: 100% doubles it; "
                          f"{Settings.stress_volatility:.0%} where empty"),
    "tolerance_share": ("of the broker’s", "what a broker’s figure may differ by and agree; "
                        f"{Settings.tolerance_share:.0%} where empty"),
    "tolerance_dollars": ("$", "what it may differ by in any case, if that is more; none where "
                          "empty"),
    "overdue_days": ("days", "a broker’s figure older by more, or asked about before, is overdue; "
                     f"{Settings.overdue_days:g} where empty"),
    "house": ("list", "rule: the regulatory minimum; a house may only raise it"),
    "account_type": ("list", "the rules that the account is under"),
    "basis": ("list", "page Comparison says which question each basis answers"),
    _RATE: ("a year", "your own curve, continuously compounded; 0 where empty, with a warning"),
    "smile": ("list", "what volatilities do when prices move"),
    "base_value": ("list", "the value from which gains and losses are counted"),
    "day_trading_regime": ("list", "FINRA 4210(d)(2), or the rules before it"),
    "cash": ("$", "the account's own statement"),
    "sma": ("$", "the account's own statement"),
}  # fmt: skip
"""Unit of each setting, and what it is or where it comes from."""
_NAME, _VALUE, _UNIT = 200, 140, 90
"""Widths of the columns; the source has what is left of the page."""
_GROUP_HIGH: Final = 25.0
_NOTE: Final = (
    "Any overridable parameter of a rule may be added as a row, by its name. The rate is a curve "
    "by time, or one flat rate."
)
_MESSAGE: Final = (
    "Blue on yellow is yours to type; every other page is calculated from here, Positions and "
    "Market."
)


def display_name(name: str) -> str:
    """How people read the name of a setting; it is read as the setting again."""
    first, _, time = name.partition(" ")
    if time:
        number, unit = int(time[:-1]), _TIMES[time[-1]]
        return f"{as_written(first)} {number} {unit if number != 1 else unit[:-1]}"
    return _DISPLAY.get(name, as_written(name))


def display_words(kind: str) -> list[str]:
    """The words that a setting may have, as people read them."""
    return [_DISPLAY_OF_WORDS.get(word, as_written(word)) for word in LISTS[kind]]


def arranged(settings: InputTable) -> InputTable:
    """The settings in their groups, by the names and words that people read.

    Those that are arranged stay as they are.
    """
    width = len(settings.rows[0])
    empty: list[TableCell] = [None] * (width - 1)
    own: dict[str, TableRows] = {}
    for i, row in enumerate(settings.rows):
        is_heading = row[0] in _GROUPS and not any(cell is not None for cell in row[1:])
        if i and not is_heading and any(cell is not None for cell in row):
            own.setdefault(settings.kind(i, 1), []).append(list(row))
    rows: TableRows = [list(settings.rows[0])]
    for group, names in _GROUPS.items():
        rows.append([group, *empty])
        rest = [name for name in own if name not in names] if group == _RULES else []
        has_curve = any(name.startswith(f"{_RATE} ") for name in own)
        for name in (*(n for n in names if n != _RATE or not has_curve), *rest):
            rows.extend(_displayed(name, row) for row in own.pop(name, [[None, *empty]]))
    return replace(settings, rows=rows)


def _displayed(name: str, row: Sequence[TableCell]) -> list[TableCell]:
    """A row of a setting; one whose name is not known stays as it is."""
    if not name:
        return list(row)
    words = {normalized(word): word for word in display_words(name)} if name in LISTS else {}
    shown: list[TableCell] = [
        words.get(normalized(cell), cell) if isinstance(cell, str) else cell for cell in row[1:]
    ]
    return [display_name(name), *shown]


def write_settings_page(draft: WorkbookBuilder, table: InputTable) -> None:
    """The settings in groups, with unit and source beside each; names for those of a report."""
    page = draft.page(table.sheet, of="input")
    page.title(table.sheet, _MESSAGE, _NOTE)
    add_table(page, table)
    beside = len(table.columns)
    widths = [_NAME, *[_VALUE] * (beside - 1), _UNIT]
    widths.append(max(LANDSCAPE - sum(widths), _NAME))
    for column, width in enumerate(widths):
        style = "open" if column < beside else "column"
        page.sheet.set_column_pixels(column, column, width, page.look(style))
    for column in range(1, beside):
        page.text(HEADING_ROW, column, str(table.rows[0][column]), "heading")
    for column, heading in ((beside, "Unit"), (beside + 1, "Source")):
        page.text(HEADING_ROW, column, heading, "after_heading")
    for i in range(1, len(table.rows)):
        _row(draft, page, table, i)
    _name_cells(draft, table)
    page.states((HEADING_ROW, beside + 1, HEADING_ROW + len(table.rows), beside + 1))
    columns = beside + 2 if sum(widths) <= LANDSCAPE else fitting(widths)
    page.finish(
        columns=columns,
        repeat=HEADING_ROW,
        last_row=LAST_ROW,
        freeze=(HEADING_ROW + 1, 1),
        locked=False,
    )


def _row(draft: WorkbookBuilder, page: Page, table: InputTable, i: int) -> None:
    """A setting, or the title of a group."""
    row, cells, beside = HEADING_ROW + i, table.rows[i], len(table.columns)
    text = text_of(to_value(cells[0]))
    if text in _GROUPS and all(cell is None for cell in cells[1:]):
        has_limits = text == _LIMITS and "Limits" in draft.tables.more
        note = "limits by figure and account: page Limits" if has_limits else ""
        page.section(row, text, beside + 2, note)
        page.height(row, _GROUP_HIGH)
        return
    name = table.kind(i, 1)
    page.text(row, 0, text, "body")
    for j, cell in enumerate(cells[1:], start=1):
        page.typed(row, j, cell, number_of(name), "choice")
    if name in LISTS:
        offer(page, row, row, 1, name, display_words(name))
    unit, source = _source(draft, name)
    page.text(row, beside, unit, "aside")
    if name == "as_of":
        cell = xl_rowcol_to_cell(row, 1)
        today = draft.said("as of")
        formula = f'IF(ISNUMBER({cell}),"{source}","▲ Empty. "&{today.formula})'
        page.figure(row, beside + 1, Figure(formula, source), "aside")
    else:
        page.text(row, beside + 1, source, "aside")


def _source(draft: WorkbookBuilder, name: str) -> tuple[str, str]:
    """The unit of a setting, and what it is: of a rule's number its paragraph."""
    if name.partition(" ")[0] in _SOURCES:
        return _SOURCES[name.partition(" ")[0]]
    if name and name in names_of_values():
        found = look_up(name, draft.book.as_of)[0]
        return found.unit, f"{found.rule}: {found.states}"
    return "", ""


def _named(table: InputTable) -> Iterator[tuple[str, int]]:
    """The settings that have a named cell, and their rows."""
    for i in range(1, len(table.rows)):
        name = setting_name(text_of(to_value(table.rows[i][0])))
        if name == "as_of" or name in (*TEXTS, *NAMED):
            yield name, i


def _name_cells(draft: WorkbookBuilder, table: InputTable) -> None:
    """Names for the cells of the date, of a report's texts and of the broker's tolerances."""
    for name, i in _named(table):
        cell = absolute(HEADING_ROW + i, 1)
        draft.workbook.define_name(name, f"={table.name}!{cell}")


@page_of("Positions", "Market", "Settings", "Dividends")
def input_page(draft: WorkbookBuilder) -> None:
    """A sheet for each range, as a table of inputs; they are left unprotected so that they grow."""
    for table in (*draft.tables, *draft.tables.more.values()):
        if table is draft.tables.settings:
            write_settings_page(draft, table)
        else:
            write_input_page(draft, table)
