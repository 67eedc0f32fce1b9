"""The positions after each use of the capital released, made of the sheet Positions by formulas.

Two ranges for the functions of a book share their columns: that with the hedge begins with a
quantity, that with more options written, too, ends with one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, fsum
from typing import Final

from xlmargin.cells.values import text_of, to_value
from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.workbooks import deployment_inputs as inputs
from xlmargin.workbooks.deployment_inputs import DeploymentInputs, deployment_inputs, here
from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.input_pages import number_of
from xlmargin.workbooks.input_tables import InputTable, InputTables
from xlmargin.workbooks.live_formulas import Argument, Value
from xlmargin.workbooks.look import LANDSCAPE
from xlmargin.workbooks.sentences import rounded
from xlmargin.workbooks.xlsx_writer import xl_range_abs, xl_rowcol_to_cell

SHEET: Final = "Deployment positions"
SPARE: Final = 60
"""Rows that the positions may grow by."""
_SPARE_ACCOUNTS: Final = 4
_WRONG_ROW, _SUMS_ROW, _HEADING_ROW = 3, 4, 5
_HEDGE, _CASH, _PREMIUMS = range(_HEADING_ROW + 1, _HEADING_ROW + 4)
_POSITIONS, _MARKET = "Positions[[#All]]", "Market[[#All]]"
_KINDS: Final = {
    "call": ("call", "calls", "c"),
    "put": ("put", "puts", "p"),
    "stock": ("stock", "stocks", "shares", "equity", "etf", "fund"),
    "cash": ("cash",),
}
"""Words of the column type, by what they mean here."""
_COLUMNS: Final = frozenset(
    {
        "symbol", "type", "quantity", "strike", "expiration", "price", "cost", "style", "account",
        "group", "multiplier", "underlying", "volatility", "",
    }
)  # fmt: skip
_NEEDED: Final = ("symbol", "type", "quantity", "price")
_UNKNOWN: Final = "?"
_MONEY: Final = 0.005

Cell = tuple[str, Value]
"""A formula and its value."""
Row = dict[int, Cell]
_At = Callable[[int], str]
"""The cell of a row in a column."""


@dataclass(frozen=True)
class DeploymentPositions:
    """The rows of the sheet, and the two ranges of positions as arguments.

    `wrong` says why the ranges are refused. `more` are contracts written in addition, `premium`
    what is received for them, $; `uncovered` and `uncovered_after` are calls written without
    shares in the same account, in contracts.
    """

    rows: dict[int, Row]
    with_hedge: Argument
    with_both: Argument
    wrong: Cell
    more: Cell
    premium: Cell
    uncovered: Cell
    uncovered_after: Cell


def refused_for(tables: InputTables) -> str:
    """Why the positions of a workbook cannot be scaled, "" where they can."""
    columns = set(tables.positions.columns)
    if lacking := [name for name in _NEEDED if name not in columns]:
        return f"Deployment: positions have no column {', '.join(lacking)}"
    if more := sorted(columns - _COLUMNS):
        return f"Deployment: positions with a column {', '.join(more)} are not scaled"
    if not {"symbol", "class"} <= set(tables.market.columns):
        return "Deployment: the market has no column class"
    if tables.text_of_setting("cash"):
        return "Deployment: cash is stated in the settings, wanted in the positions"
    wrong = _Build(tables, None).wrong[1]
    return f"{inputs.SHEET}: {wrong}" if wrong else ""


def deployment_positions(draft: Draft) -> DeploymentPositions:
    """Every cell of the sheet, with its value as it is at first."""
    return _Build(draft.tables, deployment_inputs(draft)).built()


def write_deployment_positions_page(draft: Draft) -> None:
    """The sheet: the ranges, and to their right what is found of each position."""
    made = deployment_positions(draft)
    table = draft.tables.positions
    page = draft.page(SHEET, "reference")
    page.title(
        SHEET,
        "The positions after the uses of the capital released, for the page Deployment.",
        "The first quantity is with the hedge, the second with more options written, too.",
    )
    names = [name for name in table.columns if name != "quantity"]
    kinds = ["quantity", *(number_of(name) for name in names), "quantity", "plain", *_FOUND]
    width = LANDSCAPE // len(kinds)
    page.columns([width] * len(kinds), kinds)
    for i, heading in enumerate(_HEADINGS, start=len(names) + 3):
        page.text(_HEADING_ROW, i, heading, "heading" if i > len(names) + 4 else "text_heading")
    for r, row in made.rows.items():
        for column, (formula, value) in row.items():
            style = "text_heading" if r == _HEADING_ROW else "body"
            style = {_WRONG_ROW: "refusal", _SUMS_ROW: "strong"}.get(r, style)
            kind = "plain" if r in (_HEADING_ROW, _WRONG_ROW) else kinds[column]
            page.formula(r, column, formula, value, style, kind)
    page.sheet.freeze_panes(_HEADING_ROW + 1, 0)
    page.prints(len(kinds), draft.stamp, repeat=_HEADING_ROW)
    page.protect()


_FOUND: Final = ["text", "text", "quantity", "money", *["quantity"] * 6]
_HEADINGS: Final = (
    "Kind", "Stock of", "More", "Premium", "Shares", "Calls", "Calls after", "Without", "After",
    "Account",
)  # fmt: skip
"""Kinds and headings of what is found of each position."""


@dataclass
class _Line:
    """What is found of one position: the cells of its row, and their values."""

    kind: str = ""
    key: str = ""
    more: Value = ""
    premium: float = 0.0
    shares: float = 0.0
    calls: float = 0.0
    calls_after: float = 0.0


class _Build:
    """Columns: a quantity, the others of the table, a quantity; then what is found of each row."""

    def __init__(self, tables: InputTables, told: DeploymentInputs | None) -> None:
        self.table: InputTable = tables.positions
        self.market: InputTable = tables.market
        self.told = told
        names = self.table.columns
        self.of_quantity = names.index("quantity")
        self.common = [j for j in range(len(names)) if j != self.of_quantity]
        self.after = 1 + len(self.common)
        (self.kind, self.key, self.more, self.premium, self.shares, self.calls, self.calls_after,
         self.uncovered, self.uncovered_after, self.account_number) = range(
            self.after + 2, self.after + 12)  # fmt: skip
        self.positions = self.table.rows[1:]
        self.accounts = self._accounts()
        self.slots = len(self.accounts) + _SPARE_ACCOUNTS if "account" in names else 1
        self.first = _PREMIUMS + self.slots
        self.last = self.first + len(self.positions) + SPARE - 1
        self.factor = told.factor if told else 1.0
        self.lines = [self._line(row) for row in self.positions]
        self.wrong = self._wrong()

    def _accounts(self) -> list[str]:
        found = dict.fromkeys(self._text(row, "account") for row in self.positions)
        return [name for name in found if name]

    def _cell(self, row: Sequence[object], name: str) -> object:
        names = self.table.columns
        return row[names.index(name)] if name in names else None

    def _text(self, row: Sequence[object], name: str) -> str:
        return text_of(to_value(self._cell(row, name)))

    def _line(self, row: Sequence[object]) -> _Line:
        """The same that the formulas of a row find."""
        quantity, price = self._cell(row, "quantity"), self._cell(row, "price")
        multiplier = self._cell(row, "multiplier")
        units = multiplier if isinstance(multiplier, float) else STANDARD_CONTRACT
        if not isinstance(quantity, float):
            return _Line()
        word = self._text(row, "type").lower()
        kind = next((kind for kind, words in _KINDS.items() if word in words), _UNKNOWN)
        line = _Line(kind, self._key(row, kind))
        is_option = kind in ("call", "put")
        if line.key and is_option and quantity < 0:
            line.more = rounded(-quantity * (self.factor - 1), 0)
            line.premium = line.more * units * price if isinstance(price, float) else 0.0
        if line.key and kind == "stock":
            line.shares = quantity
        if line.key and kind == "call" and quantity < 0:
            line.calls = -quantity * units
            line.calls_after = line.calls + (float(line.more) if line.more != "" else 0.0) * units
        return line

    def _key(self, row: Sequence[object], kind: str) -> str:
        """Account and stock; "" for cash and for indexes, whose weekly options add a letter."""
        if kind in ("cash", _UNKNOWN):
            return ""
        symbol = self._text(row, "underlying") or self._text(row, "symbol")
        own, root = self._class(symbol), self._class(symbol[:-1])
        if not own:
            return "" if "index" in root.lower() else _UNKNOWN
        return "" if "index" in own.lower() else f"{self._text(row, 'account')}|{symbol}"

    def _class(self, symbol: str) -> str:
        names = self.market.columns
        by, of = names.index("symbol"), names.index("class")
        rows = self.market.rows[1:]
        found = (r[of] for r in rows if text_of(to_value(r[by])).lower() == symbol.lower())
        return text_of(to_value(next(found, None)))

    def _wrong(self) -> Cell:
        """Why the ranges are refused, in the order of the reasons."""
        keys, kinds = self._reach(self.key), self._reach(self.kind)
        mores, prices = self._reach(self.more), self._reach(self._at("price"))
        most = len(self.positions) + SPARE
        slots = f"SUM({xl_range_abs(_PREMIUMS, self.after, self.first - 1, self.after)})"
        reasons = (
            (f"ROWS({_POSITIONS})-1>{most}", f"Positions has more than {most} rows"),
            (f"COLUMNS({_POSITIONS})<>{len(self.table.columns)}", "Positions has other columns"),
            (f'SUMPRODUCT(--({kinds}="{_UNKNOWN}"))>0', "A type of Positions is not understood"),
            (f'SUMPRODUCT(--({keys}="{_UNKNOWN}"))>0', "An underlying has no class in Market"),
            (f"SUMPRODUCT(ISNUMBER({mores})*(1-ISNUMBER({prices})))>0",
             "An option written has no price"),
            (f"ABS({slots}-{self._sum(self.premium)})>{_MONEY}", "Too many accounts"),
        )  # fmt: skip
        formula = '""'
        for test, reason in reversed(reasons):
            formula = f'IF({test},"{reason}",{formula})'
        unpriced = any(
            line.more != "" and not isinstance(self._cell(row, "price"), float)
            for line, row in zip(self.lines, self.positions, strict=True)
        )
        found = (
            reasons[2][1] if any(line.kind == _UNKNOWN for line in self.lines)
            else reasons[3][1] if any(line.key == _UNKNOWN for line in self.lines)
            else reasons[4][1] if unpriced else ""
        )  # fmt: skip
        return formula, found

    def _at(self, name: str) -> int:
        """The column of the sheet that a column of the table stands in."""
        return 1 + self.common.index(self.table.columns.index(name))

    def _reach(self, column: int) -> str:
        cells: str = xl_range_abs(self.first, column, self.last, column)
        return cells

    def _sum(self, column: int) -> str:
        return f"SUM({self._reach(column)})"

    def built(self) -> DeploymentPositions:
        assert self.told
        rows: dict[int, Row] = {_HEADING_ROW: self._headings()}
        hedge = self.told.put
        bought, is_bought = self.told.puts, f"{here(inputs.PUTS)}>0"
        n = float(bought.value)
        cost = f"{here(inputs.PUTS)}*{STANDARD_CONTRACT:.0f}*{here(inputs.PRICE)}"
        price = float(hedge.price) if isinstance(hedge.price, float) else 0.0
        account = (here(inputs.ACCOUNT), hedge.account)
        rows[_HEDGE] = self._row(
            (here(inputs.PUTS), n), (here(inputs.PUTS), n), is_bought, n > 0,
            {
                "symbol": (here(inputs.PUT, inputs.SYMBOL), hedge.symbol), "type": ('"put"', "put"),
                "strike": (here(inputs.PUT), hedge.strike),
                "expiration": (here(inputs.EXPIRATION), hedge.expiration),
                "price": (here(inputs.PRICE), hedge.price),
                "cost": (here(inputs.PRICE), hedge.price), "account": account,
            },
        )  # fmt: skip
        paid = (f"-{cost}", -n * STANDARD_CONTRACT * price)
        cash: dict[str, Cell] = {"symbol": ('"USD"', "USD"), "type": ('"cash"', "cash")}
        rows[_CASH] = self._row(paid, paid, is_bought, n > 0, {**cash, "account": account})
        for slot in range(self.slots):
            rows[_PREMIUMS + slot] = self._premium(slot, cash)
        for k in range(self.last - self.first + 1):
            rows[self.first + k] = self._position(k)
        rows[self.last + 1] = self._beyond()
        rows[_WRONG_ROW] = {0: self.wrong}
        sums = {
            self.more: fsum(float(x.more) for x in self.lines if x.more != ""),
            self.premium: fsum(x.premium for x in self.lines),
            self.uncovered: fsum(self._uncovered(k, after=False) or 0.0 for k in self._numbers()),
            self.uncovered_after: fsum(
                self._uncovered(k, after=True) or 0.0 for k in self._numbers()
            ),
        }
        rows[_SUMS_ROW] = {c: (self._sum(c), value) for c, value in sums.items()}
        there = {c: (f"'{SHEET}'!{_abs(_SUMS_ROW, c)}", value) for c, value in sums.items()}
        return DeploymentPositions(
            rows,
            self._argument(rows, 0),
            self._argument(rows, 1),
            (f"'{SHEET}'!{_abs(_WRONG_ROW, 0)}", self.wrong[1]),
            *(there[c] for c in (self.more, self.premium, self.uncovered, self.uncovered_after)),
        )

    def _numbers(self) -> range:
        return range(len(self.positions))

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
        premium = self._reach(self.premium)
        if "account" not in self.table.columns:
            total = (f"SUM({premium})", fsum(line.premium for line in self.lines))
            return self._row(("0", 0.0), total, "TRUE", True, cash)
        numbers, names = self._reach(self.account_number), self._reach(self._at("account"))
        found = f"MATCH({slot + 1},{numbers},0)"
        own = self.accounts[slot] if slot < len(self.accounts) else ""
        amount = fsum(
            line.premium for line, row in zip(self.lines, self.positions, strict=True)
            if own and self._text(row, "account") == own
        )  # fmt: skip
        name = f"INDEX({names},{found})"
        received = f"SUMPRODUCT(({names}={name})*{premium})"
        return self._row(
            ('0', 0.0), (received, amount), f"ISNUMBER({found})", bool(own),
            {**cash, "account": (name, own)},
        )  # fmt: skip

    def _position(self, k: int) -> Row:
        """A position of the book, with what is found of it."""
        r = self.first + k
        source = self.positions[k] if k < len(self.positions) else None
        line = self.lines[k] if source is not None else _Line()
        row: Row = {0: self._taken(k, self.of_quantity, source)}
        row |= {1 + i: self._taken(k, j, source) for i, j in enumerate(self.common)}

        def at(column: int) -> str:
            cell: str = xl_rowcol_to_cell(r, column, col_abs=True)
            return cell

        quantity, more, key, kind = at(0), at(self.more), at(self.key), at(self.kind)
        before = row[0][1]
        after = float(before) - float(line.more) if line.more != "" else before
        row[self.after] = (f"IF(ISNUMBER({more}),{quantity}-{more},{quantity})", after)
        row[self.kind] = (self._kind_of(at), line.kind)
        row[self.key] = (self._key_of(at), line.key)
        option = f'AND({key}<>"",OR({kind}="call",{kind}="put"),ISNUMBER({quantity}))'
        scaled = f'IF({quantity}<0,ROUND(-{quantity}*({self._factor}-1),0),"")'
        row[self.more] = (f'IF({option},{scaled},"")', line.more)
        price, units = at(self._at("price")), self._units(at)
        row[self.premium] = (
            f"IF(AND(ISNUMBER({more}),ISNUMBER({price})),{more}*{units}*{price},0)", line.premium,
        )  # fmt: skip
        row[self.shares] = (
            f'IF(AND({kind}="stock",{key}<>"",ISNUMBER({quantity})),{quantity},0)',
            line.shares,
        )
        for column, of, value in (
            (self.calls, quantity, line.calls),
            (self.calls_after, at(self.after), line.calls_after),
        ):
            written = f'AND({kind}="call",{key}<>"",ISNUMBER({of}))'
            row[column] = (f"IF({written},-MIN({of},0)*{units},0)", value)
        for column, calls, is_after in (
            (self.uncovered, self.calls, False), (self.uncovered_after, self.calls_after, True),
        ):  # fmt: skip
            keys = self._reach(self.key)
            above = f"{_abs(self.first, self.key)}:{key}"
            lacking = (
                f"SUMPRODUCT(({keys}={key})*({self._reach(calls)}-{self._reach(self.shares)}))"
            )
            formula = f"ROUNDUP(MAX(0,{lacking})/{STANDARD_CONTRACT:.0f},0)"
            is_first = f'IF({key}="",FALSE,SUMPRODUCT(--({above}={key}))=1)'
            found = self._uncovered(k, after=is_after) if source is not None else None
            row[column] = (f'IF({is_first},{formula},"")', "" if found is None else found)
        if "account" in self.table.columns:
            row[self.account_number] = self._number_of(k, source)
        return row

    @property
    def _factor(self) -> str:
        return here(inputs.USES_ROW + 1, inputs.TIMES)

    def _taken(self, k: int, column: int, source: Sequence[object] | None) -> Cell:
        """A cell of the sheet Positions."""
        cell = f"INDEX({_POSITIONS},{k + 2},{column + 1})"
        formula = f'IF({k + 2}>ROWS({_POSITIONS}),"",IF({cell}="","",{cell}))'
        value = source[column] if source is not None else ""
        shown: Value = value if isinstance(value, float | bool) else text_of(to_value(value))
        return formula, shown

    def _kind_of(self, at: _At) -> str:
        word, formula = at(self._at("type")), f'"{_UNKNOWN}"'
        for kind, words in _KINDS.items():
            listed = ",".join(f'LOWER({word})="{each}"' for each in words)
            formula = f'IF(OR({listed}),"{kind}",{formula})'
        return f'IF(ISNUMBER({at(0)}),{formula},"")'

    def _key_of(self, at: _At) -> str:
        kind, symbol = at(self.kind), at(self._at("symbol"))
        if "underlying" in self.table.columns:
            own = at(self._at("underlying"))
            symbol = f'IF({own}="",{symbol},{own})'
        of, by = (self.market.columns.index(name) + 1 for name in ("class", "symbol"))
        symbols = f"INDEX({_MARKET},0,{by})"
        found = f'IFERROR(INDEX({_MARKET},MATCH({symbol},{symbols},0),{of})&"","")'
        root = f"MATCH(LEFT({symbol},LEN({symbol})-1),{symbols},0)"
        of_root = f'IFERROR(INDEX({_MARKET},{root},{of})&"","")'
        account = f'{at(self._at("account"))}&"|"&' if "account" in self.table.columns else '"|"&'
        stock = f'IF(ISNUMBER(SEARCH("index",{found})),"",{account}{symbol})'
        weekly = f'IF(ISNUMBER(SEARCH("index",{of_root})),"","{_UNKNOWN}")'
        known = f'IF({found}="",{weekly},{stock})'
        return f'IF(OR({kind}="call",{kind}="put",{kind}="stock"),{known},"")'

    def _units(self, at: _At) -> str:
        if "multiplier" not in self.table.columns:
            return f"{STANDARD_CONTRACT:.0f}"
        own = at(self._at("multiplier"))
        return f"IF(ISNUMBER({own}),{own},{STANDARD_CONTRACT:.0f})"

    def _uncovered(self, k: int, *, after: bool) -> float | None:
        """Contracts of calls without shares, beside the first position of an account and stock."""
        key = self.lines[k].key
        if not key or any(line.key == key for line in self.lines[:k]):
            return None
        own = [line for line in self.lines if line.key == key]
        calls = fsum(line.calls_after if after else line.calls for line in own)
        return float(ceil(max(0.0, calls - fsum(line.shares for line in own)) / STANDARD_CONTRACT))

    def _number_of(self, k: int, source: Sequence[object] | None) -> Cell:
        """The number of an account, beside its first position."""
        r, column = self.first + k, self._at("account")
        name = xl_rowcol_to_cell(r, column, col_abs=True)
        above = f"{_abs(self.first, column)}:{name}"
        before = f"{_abs(self.first - 1, self.account_number)}:" + xl_rowcol_to_cell(
            r - 1, self.account_number, col_abs=True
        )
        is_first = f'IF({name}="",FALSE,SUMPRODUCT(--({above}={name}))=1)'
        own = self._text(source, "account") if source is not None else ""
        seen = {self._text(row, "account") for row in self.positions[:k]}
        number: Value = float(self.accounts.index(own) + 1) if own and own not in seen else ""
        return f'IF({is_first},MAX({before},0)+1,"")', number

    def _beyond(self) -> Row:
        """A row that refuses the answers where something is wrong."""
        wrong = _abs(_WRONG_ROW, 0)
        own: dict[str, Cell] = {"symbol": (wrong, ""), "type": ('"stock"', "stock")}
        said = ('"refused"', "refused")
        return self._row(said, said, f'{wrong}<>""', False, own)

    def _argument(self, rows: dict[int, Row], column: int) -> Argument:
        """The range from a column on, as wide as the table."""
        last = column + len(self.table.columns) - 1
        reach = xl_range_abs(_HEADING_ROW, column, self.last + 1, last)
        cells = [
            [rows[r][c][1] for c in range(column, last + 1)]
            for r in range(_HEADING_ROW, self.last + 2)
        ]
        return Argument(f"'{SHEET}'!{reach}", cells)


def _abs(row: int, column: int) -> str:
    cell: str = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
    return cell
