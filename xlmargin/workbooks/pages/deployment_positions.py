"""The positions after each use of the capital released, made of the sheet Positions by formulas.

Two ranges for the functions of a book share their columns: that with the hedge begins with a
quantity, that with more options written, too, ends with one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, fsum
from typing import Final

from xlmargin.cells.values import AnswerValue, text_of, to_value
from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.figures import AND, IF, ISNUMBER, MIN, OR, ROUND
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.live_formulas import FormulaArgument, range_on
from xlmargin.workbooks.page_setup import fitting
from xlmargin.workbooks.pages import deployment_inputs as inputs
from xlmargin.workbooks.pages import shadow
from xlmargin.workbooks.pages.deployment_inputs import DeploymentInputs, deployment_inputs, here
from xlmargin.workbooks.pages.input_sheet import number_of
from xlmargin.workbooks.pages.position_rows import OPTIONS, UNKNOWN, Cell, PositionFormulas
from xlmargin.workbooks.pages.position_rows import refused_for as rows_refused_for
from xlmargin.workbooks.sentences import Figure
from xlmargin.workbooks.template import BY_PORTFOLIO, BY_STRATEGY, PageSpec
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

Row = dict[int, Cell]


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
    wrong: Cell
    more: Cell
    premium: Cell
    uncovered: Cell
    uncovered_after: Cell


def refused_for(tables: InputTables) -> str:
    """Why the positions of a workbook cannot be scaled, "" where they can."""
    wrong = rows_refused_for(tables) or _Build(tables, None).wrong[1]
    return f"{inputs.SHEET}: {wrong}" if wrong else ""


def deployment_positions(draft: WorkbookBuilder) -> DeploymentPositions:
    """Every cell of the sheet, with its value as it is at first."""
    return _Build(draft.tables, deployment_inputs(draft)).built()


def write_deployment_positions_page(draft: WorkbookBuilder) -> None:
    """The sheet: the ranges, and to their right what is found of each position."""
    made = deployment_positions(draft)
    page = draft.page(SHEET, "reference")
    page.title(
        SHEET,
        "The positions after the uses of the capital released, for the page Deployment.",
        "The first quantity is with the hedge, the second with more options written, too. What is "
        "found of each position stands to the right, not printed.",
    )
    names = [name for name in draft.tables.positions.columns if name != "quantity"]
    kinds = ["quantity", *(number_of(name) for name in names), "quantity", "plain"]
    first = len(kinds)
    kinds += [kind for _, _, kind in _FOUND]
    widths = [_WIDTHS.get(kind, _TEXT) for kind in kinds]
    page.columns(widths, kinds)
    page.headings(
        _HEADING_ROW, [heading for _, heading, _ in _FOUND], [kind for *_, kind in _FOUND], first
    )
    for r, row in made.rows.items():
        for column, (formula, value) in row.items():
            style = "text_heading" if r == _HEADING_ROW else "body"
            style = {_WRONG_ROW: "refusal", _SUMS_ROW: "strong"}.get(r, style)
            kind = "plain" if r in (_HEADING_ROW, _WRONG_ROW) else kinds[column]
            page.formula(r, column, formula, value, style, kind)
    page.finish(
        min(first, fitting(widths)), draft.stamp, repeat=_HEADING_ROW, freeze=(_HEADING_ROW + 1, 0)
    )


PAGE: Final = PageSpec(
    write_deployment_positions_page,
    (SHEET,),
    calls=("MARGIN_ACCOUNT", BY_STRATEGY, BY_PORTFOLIO),
    needs=shadow.NEEDS,
    refused_for=refused_for,
)


def _cell(figure: Figure) -> Cell:
    return figure.formula, figure.value


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
        self.accounts = [
            name for name in dict.fromkeys(self.of.text(r, "account") for r in self.positions)
            if name
        ]  # fmt: skip
        self.slots = len(self.accounts) + _SPARE_ACCOUNTS if self.of.has("account") else 1
        self.first = _PREMIUMS + self.slots
        self.last = self.first + len(self.positions) + SPARE - 1
        self.factor = stated.factor if stated else 1.0
        count = self.last - self.first + 1
        self.rows = [self._position(k) for k in range(count)]
        for k, row in enumerate(self.rows):
            for name, calls in (("uncovered", "calls"), ("uncovered after", "calls after")):
                row[self.found[name]] = self._lacking(k, calls)
        self.wrong = self._wrong()

    def _value(self, k: int, name: str) -> AnswerValue:
        """What is found of a position."""
        return self.rows[k][self.found[name]][1]

    def _number(self, k: int, name: str) -> float:
        value = self._value(k, name)
        return value if isinstance(value, float) else 0.0

    def _column(self, name: str) -> int:
        """The column of the sheet that a column of the table stands in."""
        j = self.table.columns.index(name)
        return 0 if j == self.of_quantity else 1 + self.common.index(j)

    @staticmethod
    def _in(row: int, column: int) -> str:
        """A cell whose column stays the same in every row."""
        cell: str = xl_rowcol_to_cell(row, column, col_abs=True)
        return cell

    def _reach(self, column: int) -> str:
        cells: str = xl_range_abs(self.first, column, self.last, column)
        return cells

    def _sum(self, name: str) -> str:
        return f"SUM({self._reach(self.found[name])})"

    def _wrong(self) -> Cell:
        """Why the ranges are refused, in the order of the reasons."""
        kinds, keys, sides, mores, prices = (
            self._reach(self.found[name]) for name in ("kind", "stock", "sign", "more", "price")
        )
        most = len(self.positions) + SPARE
        slots = f"SUM({xl_range_abs(_PREMIUMS, self.after, self.first - 1, self.after)})"
        known = range(len(self.positions))

        def holds(name: str) -> bool:
            return any(self._value(k, name) == UNKNOWN for k in known)

        reasons = (
            (f"ROWS({_POSITIONS})-1>{most}", f"Positions has more than {most} rows", False),
            (f"COLUMNS({_POSITIONS})<>{len(self.table.columns)}", "Positions has other columns",
             False),
            (f"NOT(ISNUMBER({self._factor}))", "No factor keeps what is wanted", False),
            (f'SUMPRODUCT(--({kinds}="{UNKNOWN}"))>0', "A type of Positions is not understood",
             holds("kind")),
            (f'SUMPRODUCT(--({sides}="{UNKNOWN}"))>0', "A side of Positions is not understood",
             holds("sign")),
            (f'SUMPRODUCT(--({keys}="{UNKNOWN}"))>0', "An underlying has no class in Market",
             holds("stock")),
            (f"SUMPRODUCT(ISNUMBER({mores})*(1-ISNUMBER({prices})))>0",
             "An option written has no price",
             any(self._value(k, "more") != "" and self._value(k, "price") == "" for k in known)),
            (f"ABS({slots}-{self._sum('premium')})>{_MONEY}", "Too many accounts", False),
        )  # fmt: skip
        formula, value = '""', ""
        for test, reason, is_so in reversed(reasons):
            formula = f'IF({test},"{reason}",{formula})'
            value = reason if is_so else value
        return formula, value

    def built(self) -> DeploymentPositions:
        assert self.stated
        rows: dict[int, Row] = {_HEADING_ROW: self._headings()}
        hedge, n = self.stated.put, float(self.stated.puts.value)
        puts, price = here(inputs.PUTS), (here(inputs.PRICE), hedge.price)
        account = (here(inputs.ACCOUNT), hedge.account)
        is_bought = f"{puts}>0"
        rows[_HEDGE] = self._row(
            (puts, n), (puts, n), is_bought, n > 0,
            {
                "symbol": (here(inputs.PUT, inputs.SYMBOL), hedge.symbol), "type": ('"put"', "put"),
                "strike": (here(inputs.PUT), hedge.strike),
                "expiration": (here(inputs.EXPIRATION), hedge.expiration),
                "price": price, "bid": price, "ask": price, "cost": price, "account": account,
            },
        )  # fmt: skip
        cost = n * STANDARD_CONTRACT * (hedge.price if isinstance(hedge.price, float) else 0.0)
        paid = (f"-{puts}*{STANDARD_CONTRACT:.0f}*{here(inputs.PRICE)}", -cost)
        cash: dict[str, Cell] = {"symbol": ('"USD"', "USD"), "type": ('"cash"', "cash")}
        rows[_CASH] = self._row(paid, paid, is_bought, n > 0, {**cash, "account": account})
        for slot in range(self.slots):
            rows[_PREMIUMS + slot] = self._premium(slot, cash)
        rows |= {self.first + k: row for k, row in enumerate(self.rows)}
        rows[self.last + 1] = self._beyond()
        rows[_WRONG_ROW] = {0: self.wrong}
        known = range(len(self.positions))
        sums = {
            name: (self._sum(name), fsum(self._number(k, name) for k in known))
            for name in ("more", "premium", "uncovered", "uncovered after")
        }
        rows[_SUMS_ROW] = {self.found[name]: cell for name, cell in sums.items()}
        there = {
            name: (f"'{SHEET}'!{absolute(_SUMS_ROW, self.found[name])}", value)
            for name, (_, value) in sums.items()
        }
        return DeploymentPositions(
            rows,
            self._argument(rows, 0),
            self._argument(rows, 1),
            (f"'{SHEET}'!{absolute(_WRONG_ROW, 0)}", self.wrong[1]),
            *there.values(),
        )

    def _headings(self) -> Row:
        row = {0: self.of_quantity, self.after: self.of_quantity}
        row |= {1 + i: j for i, j in enumerate(self.common)}
        return {
            c: (f"INDEX({_POSITIONS},1,{j + 1})", text_of(to_value(self.table.rows[0][j])))
            for c, j in row.items()
        }

    def _row(
        self, first: Cell, last: Cell, where: str, is_there: bool, cells: Mapping[str, Cell]
    ) -> Row:
        """A row that is no position of the book, blank unless a formula holds."""
        row: Row = {}
        own = {0: first, self.after: last}
        for i, j in enumerate(self.common):
            own[1 + i] = cells.get(self.table.columns[j], ('""', ""))
        for column, (formula, value) in own.items():
            shown = "" if formula == '""' else f'IF({where},{formula},"")'
            row[column] = (shown or '""', value if is_there else "")
        return row

    def _premium(self, slot: int, cash: Mapping[str, Cell]) -> Row:
        """The premium received in an account, as cash."""
        premium, known = self._reach(self.found["premium"]), range(len(self.positions))
        if not self.of.has("account"):
            total = (f"SUM({premium})", fsum(self._number(k, "premium") for k in known))
            return self._row(("0", 0.0), total, "TRUE", True, cash)
        numbers, names = self._reach(self.found["account"]), self._reach(self._column("account"))
        found = f"MATCH({slot + 1},{numbers},0)"
        own = self.accounts[slot] if slot < len(self.accounts) else ""
        amount = fsum(
            self._number(k, "premium") for k in known
            if own and self.of.text(self.positions[k], "account") == own
        )  # fmt: skip
        name = f"INDEX({names},{found})"
        received = f"SUMPRODUCT(({names}={name})*{premium})"
        return self._row(
            ('0', 0.0), (received, amount), f"ISNUMBER({found})", bool(own),
            {**cash, "account": (name, own)},
        )  # fmt: skip

    def _position(self, k: int) -> Row:
        """A position of the book, with what is found of it, but for the calls without shares."""
        r = self.first + k
        source = self.positions[k] if k < len(self.positions) else None
        cells = source or [None] * len(self.table.columns)

        def at(name: str) -> str:
            return self._in(r, self.found[name])

        row: Row = {0: self._taken(k, self.of_quantity, source)}
        row |= {1 + i: self._taken(k, j, source) for i, j in enumerate(self.common)}

        def typed(name: str) -> Figure:
            column = self._column(name)
            return Figure(self._in(r, column), row[column][1])

        kind, sign, of_price = self.of.kind(typed), self.of.sign(typed), self.of.price(typed)
        of_kind, price = (
            Figure(at(name), figure.value) for name, figure in (("kind", kind), ("price", of_price))
        )
        stock = self.of.stock(cells, typed, of_kind)
        units, factor = self.of.units(typed), Figure(self._factor, self.factor)
        quantity = typed("quantity")
        signed = quantity * Figure(at("sign"), sign.value)
        there = (Figure(at("stock"), stock[1]).differs(""), ISNUMBER(signed))
        is_call, is_put, is_stock = (of_kind.equals(word) for word in (*OPTIONS, "stock"))
        scaled = IF(signed < 0, ROUND(-signed * (factor - 1), 0), "")
        found = {
            "kind": kind, "sign": sign, "price": of_price,
            "more": IF(AND(OR(is_call, is_put), *there), scaled, ""),
        }  # fmt: skip
        more = Figure(at("more"), found["more"].value)
        grown = quantity + IF(quantity > 0, 1.0, -1.0) * more
        is_sold = ISNUMBER(more)
        row[self.after] = _cell(IF(is_sold, grown, quantity))
        calls = IF(AND(is_call, *there), -MIN(signed, 0.0) * units, 0.0)
        sold = Figure(at("calls"), calls.value) + IF(is_sold, more, 0.0) * units
        found |= {
            "premium": IF(AND(is_sold, ISNUMBER(price)), more * units * price, 0.0),
            "shares": IF(AND(is_stock, *there), signed, 0.0),
            "calls": calls,
            "calls after": IF(AND(is_call, *there), sold, 0.0),
        }
        row[self.found["stock"]] = stock
        row[self.found["account"]] = self._number_of(k, source)
        return row | {self.found[name]: _cell(figure) for name, figure in found.items()}

    def _lacking(self, k: int, calls: str) -> Cell:
        """Calls without shares beside the first position of an account and stock, in contracts."""
        r, keys = self.first + k, self._reach(self.found["stock"])
        stock = self._in(r, self.found["stock"])
        above = f"{absolute(self.first, self.found['stock'])}:{stock}"
        is_first = f'IF({stock}="",FALSE,SUMPRODUCT(--({above}={stock}))=1)'
        less = f"{self._reach(self.found[calls])}-{self._reach(self.found['shares'])}"
        lacking = f"SUMPRODUCT(({keys}={stock})*({less}))"
        formula = f"ROUNDUP(MAX(0,{lacking})/{STANDARD_CONTRACT:.0f},0)"
        name, known = self._value(k, "stock"), range(len(self.positions))
        own = [j for j in known if self._value(j, "stock") == name]
        value: AnswerValue = ""
        if name and own[:1] == [k]:
            units = fsum(self._number(j, calls) - self._number(j, "shares") for j in own)
            value = float(ceil(max(0.0, units) / STANDARD_CONTRACT))
        return f'IF({is_first},{formula},"")', value

    @property
    def _factor(self) -> str:
        return here(inputs.FACTOR)

    def _taken(self, k: int, column: int, source: Sequence[object] | None) -> Cell:
        """A cell of the sheet Positions."""
        cell = f"INDEX({_POSITIONS},{k + 2},{column + 1})"
        formula = f'IF({k + 2}>ROWS({_POSITIONS}),"",IF({cell}="","",{cell}))'
        value = source[column] if source is not None else ""
        shown: AnswerValue = value if isinstance(value, float | bool) else text_of(to_value(value))
        return formula, shown

    def _number_of(self, k: int, source: Sequence[object] | None) -> Cell:
        """The number of an account, beside its first position."""
        if not self.of.has("account"):
            return '""', ""
        r, column, number = self.first + k, self._column("account"), self.found["account"]
        name = xl_rowcol_to_cell(r, column, col_abs=True)
        above = f"{absolute(self.first, column)}:{name}"
        last = xl_rowcol_to_cell(r - 1, number, col_abs=True)
        is_first = f'IF({name}="",FALSE,SUMPRODUCT(--({above}={name}))=1)'
        own = self.of.text(source, "account") if source is not None else ""
        seen = {self.of.text(row, "account") for row in self.positions[:k]}
        value: AnswerValue = float(self.accounts.index(own) + 1) if own and own not in seen else ""
        before = f"{absolute(self.first - 1, number)}:{last}"
        return f'IF({is_first},MAX({before},0)+1,"")', value

    def _beyond(self) -> Row:
        """A row that refuses the answers where something is wrong."""
        wrong = absolute(_WRONG_ROW, 0)
        own: dict[str, Cell] = {"symbol": (wrong, ""), "type": ('"stock"', "stock")}
        said = ('"refused"', "refused")
        return self._row(said, said, f'{wrong}<>""', False, own)

    def _argument(self, rows: dict[int, Row], column: int) -> FormulaArgument:
        """The range from a column on, as wide as the table."""
        last = column + len(self.table.columns) - 1
        cells = [
            [rows[r][c][1] for c in range(column, last + 1)]
            for r in range(_HEADING_ROW, self.last + 2)
        ]
        return range_on(f"'{SHEET}'", _HEADING_ROW, column, cells)
