"""The positions after each use of the capital released, made of the sheet Positions by formulas.

Two ranges for the functions of a book share their columns: that with the hedge begins with a
quantity, that with more options written, too, ends with one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, fsum
from typing import Final

from xlmargin.cells.values import text_of, to_value
from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import ACCOUNT_OF_BOTH, WorkbookBuilder, page_of
from xlmargin.workbooks.figures import FALSE, Cells, Figure, at, constant, is_number, look_up, match
from xlmargin.workbooks.formulas import FormulaArgument, range_on
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.page_setup import fitting
from xlmargin.workbooks.pages import deployment_inputs as inputs
from xlmargin.workbooks.pages import shadow
from xlmargin.workbooks.pages.deployment_inputs import DeploymentInputs, deployment_inputs, here
from xlmargin.workbooks.pages.input_sheet import number_of
from xlmargin.workbooks.pages.position_rows import OPTIONS, UNKNOWN, PositionFormulas
from xlmargin.workbooks.pages.position_rows import refused_for as rows_refused_for
from xlmargin.workbooks.xlsx_writer import absolute, xl_range_abs, xl_rowcol_to_cell

SHEET: Final = "Deployment positions"
SPARE: Final = 60
"""Rows that the positions may grow by."""
_SPARE_ACCOUNTS: Final = 4
_WRONG_ROW, _SUMS_ROW, _HEADING_ROW = 3, 4, 5
_HEDGE, _CASH, _PREMIUMS = range(_HEADING_ROW + 1, _HEADING_ROW + 4)
_POSITIONS: Final = "Positions[[#All]]"
_FOUND: Final = (
    ("kind", "Kind", "text"), ("stock", "Stock of", "text"), ("sign", "Side", "quantity"),
    ("price", "Price", "price"), ("more", "More", "quantity"), ("premium", "Premium", "money"),
    ("shares", "Shares", "quantity"), ("calls", "Calls", "quantity"),
    ("calls after", "Calls after", "quantity"), ("uncovered", "Without", "quantity"),
    ("uncovered after", "After", "quantity"), ("account", "Account", "quantity"),
)  # fmt: skip
"""What is found of each position, right of its columns: its name here, its heading, its kind."""
_MONEY: Final = 0.005
_WIDTHS: Final = {"quantity": 86, "date": 86, "price": 74, "money": 86}
"""Widths of columns by their kinds."""
_TEXT: Final = 66

Row = dict[int, Figure]


@dataclass(frozen=True)
class DeploymentPositions:
    """The rows of the sheet, and the two ranges of positions as arguments.

    `wrong` says why the ranges are refused. `more` are contracts written in addition, `premium`
    what is received for them, $; `uncovered` and `uncovered_after` are calls written without
    shares in the same account, in contracts.
    """

    rows: dict[int, Row]
    with_hedge: FormulaArgument
    with_both: FormulaArgument
    wrong: Figure
    more: Figure
    premium: Figure
    uncovered: Figure
    uncovered_after: Figure


def refused_for(tables: InputTables) -> str:
    """Why the positions of a workbook cannot be scaled, "" where they can."""
    wrong = rows_refused_for(tables) or _Build(tables, None).wrong.value
    return f"{inputs.SHEET}: {wrong}" if wrong else ""


def deployment_positions(draft: WorkbookBuilder) -> DeploymentPositions:
    """Every cell of the sheet, with its value as it is at first."""
    return _Build(draft.tables, deployment_inputs(draft)).built()


@page_of(SHEET, calls=ACCOUNT_OF_BOTH, needs=shadow.NEEDS, refused_for=refused_for)
def deployment_positions_page(draft: WorkbookBuilder) -> None:
    """The sheet: the ranges, and to their right what is found of each position."""
    made = deployment_positions(draft)
    names = [name for name in draft.tables.positions.columns if name != "quantity"]
    kinds = ["quantity", *(number_of(name) for name in names), "quantity", "plain"]
    first = len(kinds)
    kinds += [kind for _, _, kind in _FOUND]
    widths = [_WIDTHS.get(kind, _TEXT) for kind in kinds]
    page = draft.page(SHEET, widths, kinds, of="reference")
    page.title(
        SHEET,
        "The positions after the uses of the capital released, for the page Deployment.",
        "The first quantity is with the hedge, the second with more options written, too. What is "
        "found of each position stands to the right, not printed.",
    )
    page.headings(
        _HEADING_ROW, [heading for _, heading, _ in _FOUND], [kind for *_, kind in _FOUND], first
    )
    for r, row in made.rows.items():
        for column, figure in row.items():
            style = "text_heading" if r == _HEADING_ROW else "body"
            style = {_WRONG_ROW: "refusal", _SUMS_ROW: "strong"}.get(r, style)
            kind = "plain" if r in (_HEADING_ROW, _WRONG_ROW) else kinds[column]
            page.figure(r, column, figure, style, kind)
    page.finish(
        columns=min(first, fitting(widths)), repeat=_HEADING_ROW, freeze=(_HEADING_ROW + 1, 0)
    )


class _Build:
    """Columns: a quantity, the others of the table, a quantity; then what is found of each row."""

    def __init__(self, tables: InputTables, stated: DeploymentInputs | None) -> None:
        self.table, self.stated = tables.positions, stated
        self.of = PositionFormulas(tables.positions, tables.market)
        names = self.table.columns
        self.of_quantity = names.index("quantity")
        self.common = [j for j in range(len(names)) if j != self.of_quantity]
        self.after = 1 + len(self.common)
        self.found = {name: self.after + 2 + i for i, (name, *_) in enumerate(_FOUND)}
        self.positions = self.table.rows[1:]
        accounts = {self.of.text(row, "account") for row in self.positions} - {""}
        self.slots = len(accounts) + _SPARE_ACCOUNTS if self.of.has("account") else 1
        self.first = _PREMIUMS + self.slots
        self.last = self.first + len(self.positions) + SPARE - 1
        self.factor = stated.factor if stated else Figure(here(inputs.FACTOR), 1.0)
        self.rows: list[Row] = []
        for k in range(self.last - self.first + 1):
            self.rows.append(self._position(k))
        for k, row in enumerate(self.rows):
            for name, calls in (("uncovered", "calls"), ("uncovered after", "calls after")):
                row[self.found[name]] = self._lacking(k, calls)
        self.wrong = self._wrong()

    def _column(self, name: str) -> int:
        """The column of the sheet that a column of the table stands in."""
        j = self.table.columns.index(name)
        return 0 if j == self.of_quantity else 1 + self.common.index(j)

    @staticmethod
    def _in(row: int, column: int) -> str:
        """A cell whose column stays the same in every row."""
        cell: str = xl_rowcol_to_cell(row, column, col_abs=True)
        return cell

    def _cells(self, column: int) -> Cells:
        """A column of all rows of positions."""
        reach = xl_range_abs(self.first, column, self.last, column)
        return Cells(reach, tuple(row[column].value for row in self.rows))

    def _of(self, name: str) -> Cells:
        """What is found of all positions."""
        return self._cells(self.found[name])

    def _wrong(self) -> Figure:
        """Why the ranges are refused, in the order of the reasons."""
        kinds, keys, sides, mores, prices = map(
            self._of, ("kind", "stock", "sign", "more", "price")
        )
        most = len(self.positions) + SPARE
        slots = f"SUM({xl_range_abs(_PREMIUMS, self.after, self.first - 1, self.after)})"
        unpriced = any(
            is_number(more) and price == ""
            for more, price in zip(mores.value, prices.value, strict=True)
        )
        reasons = (
            (Figure(f"ROWS({_POSITIONS})-1>{most}", False), f"Positions has more than {most} rows"),
            (Figure(f"COLUMNS({_POSITIONS})<>{len(self.table.columns)}", False),
             "Positions has other columns"),
            (xl.NOT(xl.ISNUMBER(self.factor)), "No factor keeps what is wanted"),
            (_holds_unknown(kinds), "A type of Positions is not understood"),
            (_holds_unknown(sides), "A side of Positions is not understood"),
            (_holds_unknown(keys), "An underlying has no class in Market"),
            (Figure(f"SUMPRODUCT(ISNUMBER({mores.formula})*(1-ISNUMBER({prices.formula})))>0",
                    unpriced), "An option written has no price"),
            (Figure(f"ABS({slots}-{xl.SUM(self._of('premium')).formula})>{_MONEY}", False),
             "Too many accounts"),
        )  # fmt: skip
        wrong = constant("")
        for test, reason in reversed(reasons):
            wrong = xl.IF(test, reason, wrong)
        return wrong

    def built(self) -> DeploymentPositions:
        assert self.stated
        rows: dict[int, Row] = {_HEADING_ROW: self._headings()}
        put, puts = self.stated.put, at(here(inputs.PUTS), self.stated.puts)
        is_bought = puts > 0
        hedge = {
            "symbol": put.symbol, "type": constant("put"), "strike": put.strike,
            "expiration": put.expiration, "account": put.account,
            **dict.fromkeys(("price", "bid", "ask", "cost"), put.price),
        }  # fmt: skip
        rows[_HEDGE] = self._row(puts, puts, is_bought, hedge)
        cash = {"symbol": constant("USD"), "type": constant("cash")}
        paid = -puts * STANDARD_CONTRACT * put.price
        rows[_CASH] = self._row(paid, paid, is_bought, {**cash, "account": put.account})
        for slot in range(self.slots):
            rows[_PREMIUMS + slot] = self._premium(slot, cash)
        rows |= {self.first + k: row for k, row in enumerate(self.rows)}
        rows[self.last + 1] = self._beyond()
        rows[_WRONG_ROW] = {0: self.wrong}
        names = ("more", "premium", "uncovered", "uncovered after")
        rows[_SUMS_ROW] = {self.found[name]: xl.SUM(self._of(name)) for name in names}
        sums = (self._there(_SUMS_ROW, *each) for each in rows[_SUMS_ROW].items())
        hedged, both = self._argument(rows, 0), self._argument(rows, 1)
        wrong = self._there(_WRONG_ROW, 0, self.wrong)
        return DeploymentPositions(rows, hedged, both, wrong, *sums)

    @staticmethod
    def _there(row: int, column: int, figure: Figure) -> Figure:
        """A cell of the sheet as another one names it."""
        return at(f"'{SHEET}'!{absolute(row, column)}", figure)

    def _headings(self) -> Row:
        row = {0: self.of_quantity, self.after: self.of_quantity}
        row |= {1 + i: j for i, j in enumerate(self.common)}
        return {
            c: Figure(f"INDEX({_POSITIONS},1,{j + 1})", text_of(to_value(self.table.rows[0][j])))
            for c, j in row.items()
        }

    def _row(
        self, first: Figure, last: Figure, where: Figure, cells: Mapping[str, Figure]
    ) -> Row:  # fmt: skip
        """A row that is no position of the book, blank unless a formula holds."""
        row = {0: first, self.after: last}
        for i, j in enumerate(self.common, start=1):
            row[i] = cells.get(self.table.columns[j], _BLANK)
        return {
            column: figure if figure is _BLANK else xl.IF(where, figure, "")
            for column, figure in row.items()
        }

    def _premium(self, slot: int, cash: Mapping[str, Figure]) -> Row:
        """The premium received in an account, as cash."""
        premium, nothing = self._of("premium"), constant(0.0)
        if not self.of.has("account"):
            return self._row(nothing, xl.SUM(premium), Figure("TRUE", True), cash)
        numbers, names = self._of("account"), self._cells(self._column("account"))
        name = look_up(slot + 1.0, numbers, names)
        pairs = zip(names.value, premium.value, strict=True)
        received = fsum(float(each) for own, each in pairs if own == name.value and is_number(each))
        formula = f"SUMPRODUCT(({names.formula}={name.formula})*{premium.formula})"
        where = xl.ISNUMBER(match(slot + 1.0, numbers))
        return self._row(nothing, Figure(formula, received), where, {**cash, "account": name})

    def _position(self, k: int) -> Row:
        """A position of the book, with what is found of it, but for the calls without shares."""
        r = self.first + k
        row: Row = {0: self._taken(k, self.of_quantity)}
        row |= {1 + i: self._taken(k, j) for i, j in enumerate(self.common)}

        def typed(name: str) -> Figure:
            column = self._column(name)
            return at(self._in(r, column), row[column])

        def found(name: str, figure: Figure) -> Figure:
            row[self.found[name]] = figure
            return at(self._in(r, self.found[name]), figure)

        kind, sign = found("kind", self.of.kind(typed)), found("sign", self.of.sign(typed))
        price, stock = found("price", self.of.price(typed)), self.of.stock(typed, kind)
        units, quantity = self.of.units(typed), typed("quantity")
        signed = quantity * sign
        there = (found("stock", stock).differs(""), xl.ISNUMBER(signed))
        is_call, is_put, is_stock = (kind.equals(word) for word in (*OPTIONS, "stock"))
        scaled = xl.IF(signed < 0, xl.ROUND(-signed * (self.factor - 1), 0), "")
        more = found("more", xl.IF(xl.AND(xl.OR(is_call, is_put), *there), scaled, ""))
        grown = quantity + xl.IF(quantity > 0, 1.0, -1.0) * more
        is_sold = xl.ISNUMBER(more)
        row[self.after] = xl.IF(is_sold, grown, quantity)
        written = -xl.MIN(signed, 0.0) * units
        calls = found("calls", xl.IF(xl.AND(is_call, *there), written, 0.0))
        sold = calls + xl.IF(is_sold, more, 0.0) * units
        is_paid = xl.AND(is_sold, xl.ISNUMBER(price))
        found("premium", xl.IF(is_paid, more * units * price, 0.0))
        found("shares", xl.IF(xl.AND(is_stock, *there), signed, 0.0))
        found("calls after", xl.IF(xl.AND(is_call, *there), sold, 0.0))
        row[self.found["account"]] = self._number_of(k, row)
        return row

    def _lacking(self, k: int, calls: str) -> Figure:
        """Calls without shares beside the first position of an account and stock, in contracts."""
        column, keys = self.found["stock"], self._of("stock")
        sold, shares = self._of(calls), self._of("shares")
        stock, own = self._in(self.first + k, column), self.rows[k][column].value
        units = fsum(
            float(each) - float(held)
            for key, each, held in zip(keys.value, sold.value, shares.value, strict=True)
            if key == own and key and is_number(each) and is_number(held)
        )
        lacking = f"SUMPRODUCT(({keys.formula}={stock})*({sold.formula}-{shares.formula}))"
        contracts = Figure(
            f"ROUNDUP(MAX(0,{lacking})/{STANDARD_CONTRACT:.0f},0)",
            float(ceil(max(0.0, units) / STANDARD_CONTRACT)),
        )
        return xl.IF(self._is_first(k, column, self.rows[k]), contracts, "")

    def _is_first(self, k: int, column: int, row: Row) -> Figure:
        """Whether a row is the first that has what it has in a column."""
        cell = at(self._in(self.first + k, column), row[column])
        above = f"{absolute(self.first, column)}:{cell.formula}"
        seen = any(each[column].value == cell.value for each in self.rows[:k])
        is_first = Figure(f"SUMPRODUCT(--({above}={cell.formula}))=1", not seen)
        return xl.IF(cell.equals(""), FALSE, is_first)

    def _taken(self, k: int, column: int) -> Figure:
        """A cell of the sheet Positions."""
        cell = f"INDEX({_POSITIONS},{k + 2},{column + 1})"
        formula = f'IF({k + 2}>ROWS({_POSITIONS}),"",IF({cell}="","",{cell}))'
        value = self.positions[k][column] if k < len(self.positions) else ""
        return Figure(
            formula, value if isinstance(value, float | bool) else text_of(to_value(value))
        )

    def _number_of(self, k: int, row: Row) -> Figure:
        """The number of an account, beside its first position."""
        if not self.of.has("account"):
            return _BLANK
        number = self.found["account"]
        before = f"{absolute(self.first - 1, number)}:{self._in(self.first + k - 1, number)}"
        known = sum(1 for each in self.rows if each[number].value != "")
        next_ = Figure(f"MAX({before},0)+1", known + 1.0)
        return xl.IF(self._is_first(k, self._column("account"), row), next_, "")

    def _beyond(self) -> Row:
        """A row that refuses the answers where something is wrong."""
        wrong, said = at(absolute(_WRONG_ROW, 0), self.wrong), constant("refused")
        return self._row(
            said, said, wrong.differs(""), {"symbol": wrong, "type": constant("stock")}
        )

    def _argument(self, rows: dict[int, Row], column: int) -> FormulaArgument:
        """The range from a column on, as wide as the table."""
        columns = range(column, column + len(self.table.columns))
        cells = [[rows[r][c].value for c in columns] for r in range(_HEADING_ROW, self.last + 2)]
        return range_on(f"'{SHEET}'", _HEADING_ROW, column, cells)


_BLANK: Final = constant("")


def _holds_unknown(cells: Cells) -> Figure:
    """Whether something of some rows is not understood."""
    formula = f'SUMPRODUCT(--({cells.formula}="{UNKNOWN}"))>0'
    return Figure(formula, UNKNOWN in cells.value)
