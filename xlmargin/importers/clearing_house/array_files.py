"""Theoretical profits and losses as the clearing house computes them, a row a contract.

The clearing house's headings were not seen, so any table is read whose headings are among those of
`array_headings`, in any order, and price movements in FIXML. Of a nightly file no more is kept than
the rows of the contracts held, all shares, and some pairs of a call and a put to know its basis by.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import isfinite, isnan, nan
from typing import Final, NamedTuple

from xlmargin.cells.columns import date_serial, read_numbers
from xlmargin.cells.numbers import NUMBER, NumberStyle
from xlmargin.cells.values import clean_text, is_error, is_nothing
from xlmargin.cells.words import RIGHTS, TYPES, TypeWord
from xlmargin.contracts import Contract, InstrumentKind
from xlmargin.dates import DATE, date_of
from xlmargin.errors import InputError, MarginError, Problem
from xlmargin.importers.clearing_house.array_headings import POINTS, ArrayHeadings
from xlmargin.importers.records import VALUE, shown
from xlmargin.known_instruments import KNOWN
from xlmargin.option_symbols import share_ticker

ArrayCell = str | float | None
"""A cell of a file or a range, cleaned; text of a file, or a value."""

_CUSTOMERS: Final = frozenset(["c", "1", "cust", "customer", "customers"])
"""Whose rows are taken where a file has several accounts' (FIX: 1 customer, 2 firm, 3 maker)."""
_ASIDE: Final = frozenset(["futr", "fut", "wrnt", "war", "curr", "cur", "fx", "cash", "warr"])
_SAMPLE: Final = 8
"""Strikes of a root of which both rights are looked for, beside those held."""
_CUT: Final = "; is the file cut short?"
_POINT_COLUMNS: Final = tuple(f"point {i}" for i in range(1, POINTS + 1))
_NO_NUMBERS: Final = (nan,) * POINTS


class ArrayRow(NamedTuple):
    """A row of the file: its groups, and its numbers as they stand there.

    `values` are the gains and losses of a long position at the ten points, in the file's order and
    unit, $. `minimum`, `price` ($ per unit), `multiplier`, `volatility` (a fraction a year) and the
    `moves` of the underlying at the points (fractions) are NaN where the file does not state them.
    """

    row: int
    contract: Contract
    class_group: str
    product_group: str
    values: tuple[float, ...]
    minimum: float = nan
    price: float = nan
    multiplier: float = nan
    volatility: float = nan
    moves: tuple[float, ...] = _NO_NUMBERS

    @property
    def is_option(self) -> bool:
        """Whether it is a call or a put."""
        return self.contract.kind != InstrumentKind.STOCK

    @property
    def label(self) -> str:
        """Its contract for a reader: "XYZ", "XYZ 2027-01-15 110 call"."""
        name = self.contract
        if not self.is_option:
            return name.root
        day = shown_day(name.expires_on)
        return f"{name.root} {day} {name.strike:.10g} {InstrumentKind(name.kind).word}"


class Pair(NamedTuple):
    """A call and a put of one strike, and the shares that they are on."""

    call: ArrayRow
    put: ArrayRow
    share: ArrayRow


@dataclass(frozen=True, eq=False)
class ArrayFile:
    """What is kept of a file: rows by their contract, roots without the point of a class of shares.

    `ordered` says that the file itself tells which point is which, lowest price first;
    `minimum_per_contract` that it heads the minimum so; `has_classes` that it states class groups.
    `day` is that of its prices, None where it does not say.
    """

    name: str
    rows: Mapping[Contract, ArrayRow]
    ordered: bool
    minimum_per_contract: bool = False
    has_classes: bool = True
    day: dt.date | None = None
    aside: Mapping[str, int] = field(default_factory=dict)
    """What was left aside, and how often: futures, rows of other accounts."""

    @cached_property
    def shares(self) -> dict[str, ArrayRow]:
        """The rows of shares and indexes by their symbol, without the point of a class."""
        return {c.root: row for c, row in self.rows.items() if not row.is_option}

    @cached_property
    def product_of(self) -> dict[str, str]:
        """Product group of each class group, where the file states one; two are refused."""
        found: dict[str, ArrayRow] = {}
        for row in self.rows.values():
            if row.product_group:
                first = found.setdefault(row.class_group, row)
                if first.product_group != row.product_group:
                    wanted = f"{first.product_group}, as in row {first.row}"
                    raise self.refused(row, "product group", repr(row.product_group), wanted)
        return {name: row.product_group for name, row in found.items()}

    @cached_property
    def pairs(self) -> list[Pair]:
        """The calls and puts of one strike whose shares have a row too."""
        found = []
        for contract, call in self.rows.items():
            put = self.rows.get(contract._replace(kind=InstrumentKind.PUT))
            share = self.share_of(call)
            if contract.kind == InstrumentKind.CALL and put and share:
                found.append(Pair(call, put, share))
        return found

    def share_of(self, option: ArrayRow) -> ArrayRow | None:
        """The row of what an option delivers, or of itself; None where the file has none."""
        root = option.contract.root
        return self.shares.get(root) or self.shares.get(plain(KNOWN.underlying_of(root)))

    def row(self, contract: Contract) -> ArrayRow | None:
        """The row of a contract, None where there is none."""
        return self.rows.get(contract._replace(root=plain(contract.root)))

    def has_root(self, root: str) -> bool:
        """Whether any kept row is of this root."""
        return plain(root) in self._roots

    @cached_property
    def _roots(self) -> frozenset[str]:
        return frozenset(contract.root for contract in self.rows)

    def refused(self, row: ArrayRow, column: str, found: str, wanted: str) -> InputError:
        """The error that a row is not what was wanted."""
        return InputError([self.problem(row, column, found, wanted)])

    def problem(self, row: ArrayRow, column: str, found: str, wanted: str) -> Problem:
        """What is wrong with a row."""
        return Problem(self.name, row.row, column, found, wanted)


def plain(root: str) -> str:
    """A root without the point of a class of shares: BRK.B and BRKB are one here."""
    return root.replace(".", "")


def shown_day(serial: float) -> str:
    """A serial day as a text, year first."""
    return date_of(serial).isoformat()


class WantedRows:
    """Which rows of a file are kept: of contracts held, of the other right, and some pairs more."""

    def __init__(self, held: Iterable[Contract]) -> None:
        self._series = {(plain(c.root), c.strike, c.expires_on) for c in held}
        self._roots = {root for root, _, _ in self._series}
        self._sample: set[tuple[str, float, float]] = set()
        self._count: Counter[str] = Counter()

    def root(self, root: str) -> bool:
        """Whether rows of options of this root are looked at."""
        return root in self._roots or self._count[""] < _SAMPLE or root in self._count

    def is_held(self, contract: Contract) -> bool:
        """Whether a row is of what is held itself, or of the other right."""
        return contract.root in self._roots and (
            not contract.expires_on
            or (contract.root, contract.strike, contract.expires_on) in self._series
        )

    def __contains__(self, contract: Contract) -> bool:
        root, _, strike, day = contract
        key = (root, strike, day)
        if key in self._series or key in self._sample:
            return True
        whose = root if root in self._roots else ""
        if self._count[whose] < _SAMPLE:
            self._count.update({whose, root})
            self._sample.add(key)
            return True
        return False


def array_file(
    lines: Iterable[tuple[int, Sequence[ArrayCell]]],
    name: str,
    held: Iterable[Contract],
    style: NumberStyle | None = NumberStyle.US,
) -> ArrayFile:
    """What is kept of a table: rows of what is held; two rows of one contract are refused.

    `lines` are the rows with their numbers. A file cut short, or of another kind, is refused.
    """
    return _TableReader(name, WantedRows(held), style).read(iter(lines))


class _TableReader:
    """Reads one table: its headings, then each row that is wanted."""

    def __init__(self, name: str, wanted: WantedRows, style: NumberStyle | None) -> None:
        self.name, self.wanted, self.style = name, wanted, style
        self.rows: dict[Contract, ArrayRow] = {}
        self.aside: Counter[str] = Counter()
        self.day: dt.date | None = None
        self._symbols: dict[ArrayCell, str] = {}

    def read(self, lines: Iterator[tuple[int, Sequence[ArrayCell]]]) -> ArrayFile:
        self.headings = self._find_headings(lines)
        at = self.headings.at
        symbol, right = at["symbol"], at.get("right", -1)
        expiration = at.get("expiration", -1)
        symbols, keep = self._symbols, self.wanted.root
        number, count = 0, 0
        cells: Sequence[ArrayCell] = ()
        for number, cells in lines:
            text = cells[symbol] if symbol < len(cells) else None
            if not text:
                self._aside(cells)
                continue
            count += 1
            root = symbols.get(text)
            if root is None:
                root = symbols[text] = plain(share_ticker(str(text)))
            is_option = 0 <= right < len(cells) and not _is_blank(cells[right])
            if is_option and not keep(root):
                continue
            if root and not self._is_other(cells):
                if is_option:
                    self._keep_option(number, cells, root)
                elif 0 <= expiration < len(cells) and not _is_blank(cells[expiration]):
                    self.aside["futures"] += 1
                else:
                    self._keep(number, cells, Contract(root))
        self._refuse_end(number, cells, count)
        return ArrayFile(
            self.name,
            self.rows,
            ordered=self.headings.ordered,
            minimum_per_contract=self.headings.minimum_per_contract,
            day=self.day,
            aside=self.aside,
        )

    def _find_headings(self, lines: Iterator[tuple[int, Sequence[ArrayCell]]]) -> ArrayHeadings:
        seen: list[Sequence[ArrayCell]] = []
        for _, cells in lines:
            if found := ArrayHeadings.of(cells):
                return found
            seen.append(cells)
            self._aside(cells)
            if len(seen) > ArrayHeadings.MOST_TITLES:
                break
        raise MarginError(f"{self.name}: {ArrayHeadings.missing(seen)}")

    def _aside(self, cells: Sequence[ArrayCell]) -> None:
        """A row without a symbol, such as a title, which may say the day."""
        said = [cell for cell in cells if isinstance(cell, str) and cell]
        if self.day is None and len(said) == 1:
            self.day = ArrayHeadings.day_in(said[0])

    def _is_other(self, cells: Sequence[ArrayCell]) -> bool:
        """Whether a row is of a product or an account that is left aside, or headings again."""
        if self.headings.repeats(cells):
            return True
        account = _text(self._cell(cells, "account_type")).casefold()
        if account and account not in _CUSTOMERS:
            self.aside["rows of other accounts than customers'"] += 1
            return True
        kind = _text(self._cell(cells, "type")).casefold()
        if kind and (kind in _ASIDE or TYPES.read(kind) is TypeWord.OTHER):
            self.aside["other products"] += 1
            return True
        return False

    def _keep_option(self, number: int, cells: Sequence[ArrayCell], root: str) -> None:
        right = _right(self._cell(cells, "right"))
        if right is None:
            raise self._refused(number, cells, "right", "C or P")
        day = _serial(self._cell(cells, "expiration"))
        if isnan(day):
            raise self._refused(number, cells, "expiration", DATE)
        contract = Contract(root, right, self._number(number, cells, "strike"), day // 1)
        if contract in self.wanted:
            self._keep(number, cells, contract)

    def _keep(self, number: int, cells: Sequence[ArrayCell], contract: Contract) -> None:
        if contract in self.rows:
            first = self.rows[contract].row
            wanted = f"one row for each contract, as row {first}: is the file doubled?"
            raise self._refused(number, cells, "symbol", wanted)
        if self.day is None and not isnan(day := _serial(self._cell(cells, "day"))):
            self.day = date_of(day)
        values = self._plain_values(cells) or tuple(
            [self._number(number, cells, point) for point in _POINT_COLUMNS]
        )
        if any(map(isnan, values)):
            if self.wanted.is_held(contract):
                raise self._gaps(number, cells, values)
            return
        self.rows[contract] = ArrayRow(
            row=number,
            contract=contract,
            class_group=_text(self._cell(cells, "class_group")),
            product_group=_text(self._cell(cells, "product_group")),
            values=values,
            minimum=self._number(number, cells, "minimum"),
            price=self._number(number, cells, "price"),
            multiplier=self._number(number, cells, "multiplier"),
            volatility=self._number(number, cells, "volatility") * self.headings.volatility_scale,
        )

    def _gaps(self, number: int, cells: Sequence[ArrayCell], values: Sequence[float]) -> InputError:
        """The error that points of a row have no value."""
        is_whole = len(cells) > self.headings.last_point
        wanted = "a number: all ten values are needed" + ("" if is_whole else _CUT)
        columns = zip(_POINT_COLUMNS, values, strict=True)
        gaps = [point for point, value in columns if isnan(value)]
        return InputError([self._problem(number, cells, point, wanted) for point in gaps])

    def _plain_values(self, cells: Sequence[ArrayCell]) -> tuple[float, ...]:
        """The ten values where they are plain numbers, as in every file of the clearing house."""
        if self.style is not NumberStyle.US:
            return ()
        try:
            texts = self.headings.points(cells)
            values = tuple(map(float, texts))  # type: ignore[arg-type]
        except (TypeError, ValueError, IndexError):
            return ()
        return values if isfinite(sum(values)) and "_" not in "".join(map(str, texts)) else ()

    def _refuse_end(self, number: int, cells: Sequence[ArrayCell], count: int) -> None:
        """Refuse a table without rows, and one whose last row breaks off."""
        if not count:
            raise MarginError(f"{self.name}: found headings alone, wanted rows below them.")
        said = [cell for cell in cells if cell not in (None, "")]
        if len(said) > 1 and len(cells) <= self.headings.last_point:
            found = f"{self.name}: found a last row, {number}, of {len(cells)} cells"
            wanted = f"wanted at least {self.headings.last_point + 1}: the file is cut short."
            raise MarginError(f"{found}, {wanted}")

    def _cell(self, cells: Sequence[ArrayCell], column: str) -> ArrayCell:
        """The cell of a field as it stands there, None where the row has none."""
        at = self.headings.at.get(column)
        return cells[at] if at is not None and at < len(cells) else None

    def _number(self, number: int, cells: Sequence[ArrayCell], column: str) -> float:
        """The number of a cell, NaN where it is empty; refused where it is none."""
        cell = self._cell(cells, column)
        if isinstance(cell, float):
            return cell
        if not cell:
            return nan
        if self.style is NumberStyle.US and not isnan(value := _plain_number(cell)):
            return value
        text = _text(cell)
        if is_error(text.upper()):
            raise self._refused(number, cells, column, VALUE)
        read = read_numbers((text or None,), self.style)
        if read.wanted or read.percent[0]:
            raise self._refused(number, cells, column, read.wanted.get(0, NUMBER))
        return float(read.values[0])

    def _refused(
        self, number: int, cells: Sequence[ArrayCell], column: str, wanted: str
    ) -> InputError:
        return InputError([self._problem(number, cells, column, wanted)])

    def _problem(
        self, number: int, cells: Sequence[ArrayCell], column: str, wanted: str
    ) -> Problem:
        found = shown(_text(self._cell(cells, column)))
        return Problem(self.name, number, self.headings.label(column), found, wanted)


def _is_blank(cell: ArrayCell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _plain_number(text: str) -> float:
    """A number in digits, a sign and a point; NaN where it is anything else."""
    try:
        return float(text) if text[-1].isdigit() and "_" not in text else nan
    except ValueError:
        return nan


@lru_cache(maxsize=65_536)
def _text(cell: ArrayCell) -> str:
    """A cell as a text, "" where it is empty or says that there is nothing."""
    if isinstance(cell, float):
        return f"{cell:.15g}"
    text = clean_text(cell or "")
    return "" if is_nothing(text) or text == "-" else text


@lru_cache(maxsize=65_536)
def _right(cell: ArrayCell) -> InstrumentKind | None:
    """The right of an option, None where the cell names none."""
    return RIGHTS.read(_text(cell))


@lru_cache(maxsize=65_536)
def _serial(cell: ArrayCell) -> float:
    """The serial day of a cell, NaN where it is none."""
    day = clean_text(cell) if isinstance(cell, str) else cell
    return date_serial(day or None, month_first=True)
