"""The pages that the user fills in, a table each: positions, market, dividends and others."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

from xlmargin.cells.values import TableCell, text_of, to_value
from xlmargin.contracts import InstrumentKind, Style
from xlmargin.eligibility import AccountStatus, Monitoring, Registration
from xlmargin.rulebook import UnderlyingClass, house_names
from xlmargin.settings import AccountType, BaseValue, Basis, DayTradingRegime, Paper, Smile
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.input_tables import BY_ROW, InputTable
from xlmargin.workbooks.page import LAST_ROW, Page
from xlmargin.workbooks.styles import LANDSCAPE

UNIT_ROW: Final = 4
HEADING_ROW: Final = 5

_NUMBERS: Final[Mapping[str, str]] = {
    "quantity": "quantity", "strike": "price", "expiration": "date", "price": "price",
    "cost": "price", "volatility": "rate", "dividend_yield": "rate", "rate": "rate",
    "initial_rate": "rate", "maintenance_rate": "rate", "option_rate": "rate",
    "house_move_down": "rate", "house_move_up": "rate", "minimum": "price",
    "move_down": "rate", "move_up": "rate", "product_offset": "rate", "portfolio_offset": "rate",
    "ex_date": "date", "amount": "price", "date": "date", "adv": "number",
    "shares_outstanding": "number", "warn": "number", "alert": "number",
    "as_of": "date", "cash": "money", "sma": "money",
    "compared_with": "date", "prepared_on": "date", "stress_move": "move",
    "stress_volatility": "share",
    "tolerance_share": "percent", "tolerance_dollars": "money", "overdue_days": "quantity",
    "fee": "price", "to_expiration": "date", "to_strike": "price", "to_price": "price",
    "mark": "price", "equity": "money", "aggregate_equity": "money", "experience": "number",
}  # fmt: skip
_UNITS: Final[Mapping[str, str]] = {
    "symbol": "of underlying", "type": "list", "quantity": "short is negative",
    "strike": "$ per unit", "expiration": "date", "price": "$ per unit", "cost": "$ per unit",
    "style": "list", "class": "list", "leverage": "factor", "dividend_yield": "a year",
    "rate": "a year", "volatility": "a year", "class_group": "name", "product_group": "name",
    "portfolio_group": "name", "index_scale": "of full index", "account": "name", "group": "name",
    "multiplier": "units", "ex_date": "date", "amount": "$ per share", "underlying": "ticker",
    "marginable": "TRUE or FALSE", "date": "date", "time": "24 hours", "action": "list",
    "fee": "$", "to_expiration": "of a roll", "to_strike": "of a roll", "to_price": "of a roll",
    "mark": "$ per unit", "figure": "of Account", "warn": "▲ from here", "alert": "■ from here",
    "initial_rate": "of value", "maintenance_rate": "of value", "option_rate": "of underlying",
    "house_move_down": "of price", "house_move_up": "of price", "eligible": "list",
    "minimum": "$ a contract", "move_down": "of price", "move_up": "of price",
    "product_offset": "of gains", "portfolio_offset": "of gains",
    "products_report": "source", "product_groups_report": "source",
    "portfolio_groups_report": "source",
}  # fmt: skip
_YES_NO: Final = ["yes", "no"]
LISTS: Final[Mapping[str, list[str]]] = {
    "type": [*(kind.word for kind in InstrumentKind), UnderlyingClass.TREASURY.value],
    "class": [c.value for c in UnderlyingClass],
    "style": [s.value for s in Style],
    "house": list(house_names()),
    "smile": [s.value for s in Smile],
    "basis": [b.value for b in Basis],
    "base_value": [b.value for b in BaseValue],
    "account_type": [a.value for a in AccountType],
    "paper": [p.value for p in Paper],
    "day_trading_regime": [r.value for r in DayTradingRegime],
    "action": ["trade", "close", "roll"],
    "status": [s.value for s in AccountStatus if s.value],
    "registration": [r.value for r in Registration if r.value],
    "monitoring": [m.value for m in Monitoring if m.value],
    "unlisted_derivatives": _YES_NO,
    "eligible": _YES_NO,
    "option_level": ["uncovered", "spreads", "covered", "none"],
    "disclosure": ["signed", "not yet"],
    "agreement": ["signed", "not yet"],
    "review": ["passed", "pending"],
}
_NOTES: Final[Mapping[str, str]] = {
    "Positions": "One row a position. Prices are marks, costs trade prices. Add rows at the end "
    "of the table: every answer follows.",
    "Market": "One row an underlying. Class and groups decide the price moves and the offsets.",
    "Dividends": "Cash dividends still to come; all others are in the dividend yield.",
    "Trades": "Trades that are thought of: bought > 0, sold < 0; close what is held, or roll it.",
    "Candidates": "What might be traded to lower the requirement. The sign of a quantity is its "
    "direction, its size the most of it.",
    "Activity": "The day's trades, deposits and withdrawals, from the positions at the opening.",
    "Facts": "What is known of each account, its owner and the firm; blank is not stated.",
    "Limits": "What the checks on Start are measured by: ▲ at the warning, ■ at the alert.",
    "Broker": "What the broker says: a row a figure of an account or of a class group, in its "
    "words or ours.",
    "DatedPositions": "The positions of every day of the shadow analysis: a row a position and "
    "day.",
    "DatedMarket": "The market of every day of the shadow analysis: a row an underlying and day.",
}
_OCC: Final = ("Positions", "symbol")
_OF_BROKER: Final = ("Broker", "amount")
"""Requirements, equity and cash of whole accounts; those of dividends are of a share."""
_ACTIVITY: Final = ("Activity", "type")
_TYPES_OF_ACTIVITY: Final = ["stock", "call", "put", "deposit", "withdrawal"]
_SETTING: Final = 160
_LEAST, _WIDEST, _USUAL, _LETTER = 64, 176, 64, 6
"""Widths of columns: of settings; the least, the widest and the usual; of a letter; pixels."""
_DAY: Final = 92
"""Pixels that a day takes, such as 18 Dec 2026."""
_ROOM: Final = 500
"""Rows that offer a list to choose from, for a table that grows."""
_PRINTED_OF_DATED: Final = HEADING_ROW + 40
"""Last row printed of the many rows of a shadow analysis."""


def write_input_page(draft: WorkbookBuilder, table: InputTable) -> Page:
    """The sheet of one table."""
    page = draft.page(table.sheet, of="input")
    page.title(table.sheet, _NOTES[table.name], draft.note)
    _write(page, table)
    columns = _printed(table)
    last_row = _PRINTED_OF_DATED if table.name.startswith("Dated") else LAST_ROW
    page.finish(
        columns=columns,
        repeat=HEADING_ROW,
        last_row=last_row,
        freeze=(HEADING_ROW + 1, 1),
        locked=False,
    )
    return page


def add_table(page: Page, table: InputTable) -> None:
    """The cells of a table as one, which grows with the rows that are added."""
    last = (HEADING_ROW + len(table.rows) - 1, len(table.columns) - 1)
    headings = [str(text) for text in table.rows[0]]
    columns = [
        {"header": text, "header_format": page.look(f"{_side(kind)}heading")}
        for text, kind in zip(headings, table.columns, strict=True)
    ]
    page.sheet.add_table(
        HEADING_ROW, 0, *last, {"name": table.name, "columns": columns, "style": None}
    )


def _write(page: Page, table: InputTable) -> None:
    add_table(page, table)
    by_row = table.name in BY_ROW
    for j, kind in enumerate(table.columns):
        page.text(UNIT_ROW, j, _unit(table, j), f"{_side(kind)}unit")
        page.sheet.set_column_pixels(j, j, _width(table, j), page.look("open"))
        if kind in LISTS and not by_row:
            words = _TYPES_OF_ACTIVITY if (table.name, kind) == _ACTIVITY else LISTS[kind]
            offer(page, HEADING_ROW + 1, HEADING_ROW + _ROOM, j, kind, words)
    for i, cells in enumerate(table.rows[1:], start=1):
        for j, cell in enumerate(cells):
            kind = table.kind(i, j)
            page.typed(HEADING_ROW + i, j, cell, number_of(kind))
            if by_row and j and kind in LISTS:
                offer(page, HEADING_ROW + i, HEADING_ROW + i, j, kind, LISTS[kind])


def number_of(kind: str) -> str:
    """The kind of quantity of a column or a setting."""
    return _NUMBERS.get(kind.split(" ")[0], "plain")


def _side(kind: str) -> str:
    """Headings stand over their column: to the left over text, to the right over numbers."""
    return "" if kind in _NUMBERS or kind in ("leverage", "index_scale", "multiplier") else "text_"


def _unit(table: InputTable, column: int) -> str:
    """Unit of a column, for the row above the headings."""
    kind = table.columns[column]
    if (table.name, kind) == _OF_BROKER:
        return "$"
    return "ticker or OCC symbol" if (table.name, kind) == _OCC else _UNITS.get(kind, "")


def _width(table: InputTable, column: int) -> int:
    if table.name in BY_ROW:
        return _SETTING
    longest = max(_letters(table, row[column], column) for row in table.rows)
    least = _DAY if number_of(table.columns[column]) == "date" else _LEAST
    letters = max(_LETTER * (longest + 2), 5 * len(_unit(table, column)) + 8, least)
    return min(letters, _WIDEST)


def _letters(table: InputTable, cell: TableCell, column: int) -> int:
    """Letters of a cell as it is shown: a price or an amount with its separators and cents."""
    if number_of(table.columns[column]) == "price" and isinstance(cell, int | float):
        return len(f"{cell:,.2f}")
    return len(text_of(to_value(cell)))


def _printed(table: InputTable) -> int:
    """How many columns a sheet of paper has room for: those of the table, then empty ones."""
    widths = [_width(table, j) for j in range(len(table.columns))]
    widths += [_USUAL] * (LANDSCAPE // _USUAL)
    return max(bisect_right([*accumulate(widths)], LANDSCAPE), 1)


def offer(page: Page, row: int, to_row: int, column: int, kind: str, words: Sequence[str]) -> None:
    """A list to choose from; what is not on it only warns, for synonyms are read too."""
    page.sheet.data_validation(
        row, column, to_row, column,
        {
            "validate": "list", "source": words, "error_type": "warning",
            "error_title": kind, "error_message": f"Usual values: {', '.join(words)}"[:255],
        },
    )  # fmt: skip
