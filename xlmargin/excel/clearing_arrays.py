"""Positions beside the clearing house's arrays: each finds its contract's row, by contract.

What the numbers are of is told by the file, see `array_basis`. What the file and the reports do not
have is not eligible and margined by strategy; a contract that is missing among others of its root
is refused, for the file may be cut short or the contract mistyped.

Rule: FINRA 4210(g)(6)(B), (7)(D).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isnan
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.values import Cells, rows_of, shown, text_of, to_value
from xlmargin.contracts import Contract
from xlmargin.dates import date_of
from xlmargin.errors import InputError, Problem
from xlmargin.excel.book_reader import Tables, read_book
from xlmargin.excel.market_filling import read_groups
from xlmargin.excel.orders import contracts_of
from xlmargin.excel.placing import resolved
from xlmargin.excel.positions_reader import PositionRows, read_positions
from xlmargin.excel.settings_reader import read_settings
from xlmargin.importers.clearing_house import (
    POINTS,
    ArrayBasis,
    ArrayFile,
    ArrayRow,
    array_file,
    basis_of,
    refuse_units,
)
from xlmargin.known_instruments import KNOWN, PublishedGroups
from xlmargin.portfolio_margin import GroupsOfClasses, OfficialMargin, official_margin
from xlmargin.regimes import strategy_based
from xlmargin.risk_array import option_marks
from xlmargin.risk_array.valuation_points import point_names
from xlmargin.rulebook import PortfolioRules, portfolio_rules

_MOST_APART: Final = 5.0
"""How many times the rule's own minimum a stated one may be, or the other way round."""

ReadArrays = Callable[[Iterable[Contract]], ArrayFile]
"""Reads what matters to contracts held of a file or a range of arrays."""


@dataclass(frozen=True)
class HeldRow:
    """A position by its index, and its contract's row."""

    index: int
    quantity: float
    multiplier: float
    row: ArrayRow
    class_group: str

    def scale(self, basis: ArrayBasis) -> float:
        """What the numbers of the row are multiplied by to be of the position."""
        return self.quantity * self.multiplier / basis.units(self.multiplier)


@dataclass(frozen=True, eq=False)
class ClearingArrays:
    """Positions beside arrays: their rows, what the numbers are of, and what is required.

    `gains`, $, shape (held, points), are those of the positions from the lowest price up, where the
    file tells that; `direction` is 1 where it has its points in that order, -1 in the other, 0 if
    that is not known. `by_strategy` are the positions that are outside. `warnings` are of what
    looks wrong, `notes` of how the file was read.
    """

    rows: PositionRows
    file: ArrayFile
    groups: PublishedGroups
    held: tuple[HeldRow, ...]
    basis: ArrayBasis
    gains: FloatArray
    direction: int
    by_strategy: tuple[int, ...]
    margin: OfficialMargin
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def read_arrays(
    tables: Tables,
    read_file: ReadArrays,
    groups: PublishedGroups,
    per: ArrayBasis | None = None,
    leave_out: Sequence[str] = (),
    positions_of: dt.date | None = None,
) -> ClearingArrays:
    """The positions margined with arrays; refused with every row that has none.

    `per` is the user's word for what the numbers are of, `leave_out` names symbols and underlyings
    that do not count. `positions_of` is the day of the positions where they state one.
    """
    reader = _Reader(tables, groups, per, leave_out)
    file = read_file(reader.contracts.values())
    return reader.beside(file, positions_of)


def read_arrays_in_cells(tables: Tables, arrays: Cells, groups: Cells) -> ClearingArrays:
    """The positions margined with arrays in a range, netted by the reports in another one."""
    rows = [[to_value(cell) for cell in row] for row in rows_of(arrays)]
    if not rows:
        raise InputError([Problem("arrays", 0, "", "nothing", "a row a contract below headings")])
    published = read_groups({"groups": groups})
    return read_arrays(
        tables, lambda held: array_file(enumerate(rows, 1), "arrays", held), published
    )


class _Reader:
    """Reads positions, and margins them with what a file has of them."""

    def __init__(
        self,
        tables: Tables,
        groups: PublishedGroups,
        per: ArrayBasis | None,
        leave_out: Sequence[str],
    ) -> None:
        self.tables, self.groups, self.per = tables, groups, per
        self.log = ProblemLog()
        self.log.add(tables.problems)
        in_force = tables.settings.in_force(tables.default_as_of)
        self.settings = read_settings(in_force, self.log)
        stated = self.settings.as_of
        self.as_of = stated if tables.default_as_of is None else tables.default_as_of
        self.rows = self._rows({name.strip().upper() for name in leave_out} - {""})
        self.log.refuse()

    def _rows(self, names: set[str]) -> PositionRows:
        """The positions without what is left out, whose names must be those of positions."""
        settings, log = self.settings, self.log
        settings = replace(settings, leave_out=settings.leave_out | names)
        whole = self.tables.positions
        table = settings.kept(whole, log)
        found = {text_of(whole.cell("symbol", i)).upper() for i in range(len(whole))}
        rows = resolved(read_positions(table, log), self.as_of, (), log, self.tables.known)
        found |= {*rows.root.words, *rows.underlying.words}
        for name in sorted(names - found):
            log.error("--leave-out", 0, "", name, "the symbol or underlying of a position")
        out = rows.root.where(names.__contains__) | rows.underlying.where(names.__contains__)
        return rows.only(np.flatnonzero(~out)) if out.any() else rows

    @cached_property
    def contracts(self) -> dict[int, Contract]:
        """The contracts that are held, by the index of their row."""
        each = enumerate(contracts_of(self.rows))
        return {i: contract for i, contract in each if not self.rows.is_cash[i]}

    @cached_property
    def rules(self) -> PortfolioRules:
        """The regulator's rules on the day."""
        return portfolio_rules(date_of(self.as_of))

    def beside(self, file: ArrayFile, positions_of: dt.date | None) -> ClearingArrays:
        """The positions margined with the file's arrays."""
        held, outside, own_class = self._found(file)
        self.log.refuse()
        self._check_multipliers(file, held)
        shares = _shares_of(file, held)
        refuse_units(file, shares)
        basis = basis_of(file, [each.row for each in held if each.row.is_option], self.per)
        minimum_basis = self._minimum_basis(file, held)
        self.log.refuse()
        direction = self._direction(file, shares)
        self.log.refuse()
        gains = np.array([np.multiply(each.row.values, each.scale(basis)) for each in held])
        gains = gains.reshape(-1, POINTS)[:, :: direction or 1]
        minimum = np.array([self._minimum(each, minimum_basis) for each in held])
        margin = self._margin(file, held, gains, minimum, direction, outside)
        notes = [*self._notes(file, outside, own_class), *_basis_notes(held, basis, minimum_basis)]
        warnings = tuple(_other_day(file, self.groups, positions_of))
        return ClearingArrays(
            rows=self.rows,
            file=file,
            groups=self.groups,
            held=tuple(held),
            basis=basis,
            gains=gains,
            direction=direction,
            by_strategy=tuple(outside),
            margin=margin,
            warnings=warnings,
            notes=tuple(notes),
        )

    def _found(self, file: ArrayFile) -> tuple[list[HeldRow], list[int], list[str]]:
        """The positions but cash, each with its row; those that are outside; assumed classes."""
        rows, log = self.rows, self.log
        held, outside, own_class = [], [], []
        for i, contract in self.contracts.items():
            row = file.row(contract)
            underlying = rows.underlying[i]
            names = (rows.root[i], underlying)
            if not self._is_eligible(underlying) or (
                row is None and not any(map(file.has_root, names))
            ):
                outside.append(i)
                continue
            class_group = row.class_group if row else ""
            if row and not file.has_classes:
                class_group = self._published_class(underlying) or underlying
                if not self._published_class(underlying):
                    own_class.append(underlying)
            if row and class_group:
                quantity, multiplier = float(rows.quantity[i]), float(rows.multiplier[i])
                held.append(HeldRow(i, quantity, multiplier, row, class_group))
            else:
                wanted = (
                    f"a contract that has a row and a class group in {file.name}, or"
                    f" --leave-out {names[0]}"
                )
                symbol = shown(rows.table.cell("symbol", i))
                log.error(rows.table.name, int(rows.table.rows[i]), "symbol", symbol, wanted)
        if outside and not held and all(self._is_eligible(rows.underlying[i]) for i in outside):
            wanted = "the rows of at least one position: is it another file?"
            log.error(file.name, 0, "", "none of the positions", wanted)
        return held, outside, own_class

    def _is_eligible(self, underlying: str) -> bool:
        product = self.groups.products.get(underlying)
        return product is None or product.eligible is not False

    def _published_class(self, underlying: str) -> str:
        product = self.groups.products.get(underlying)
        return product.class_group if product else ""

    def _check_multipliers(self, file: ArrayFile, held: Iterable[HeldRow]) -> None:
        for each in held:
            row = each.row
            if row.is_option and not isnan(row.multiplier) and row.multiplier != each.multiplier:
                found = f"a multiplier of {row.multiplier:g}"
                wanted = f"{each.multiplier:g}, as held"
                self.log.error(file.name, row.row, "multiplier", found, wanted)

    def _minimum_basis(self, file: ArrayFile, held: Iterable[HeldRow]) -> ArrayBasis | None:
        """What the file's minimums are of, None where it states none: by its heading or the rule's.

        Rows that contradict each other, or that neither reading fits, are refused.
        """
        rule = self.rules.contract_minimums.contract_minimum
        bases: dict[ArrayBasis, HeldRow] = {}
        for each in held:
            row = each.row
            if not row.is_option or isnan(row.minimum):
                continue
            fits = [b for b in ArrayBasis if _near(row.minimum, rule * b.units(each.multiplier))]
            if file.minimum_per_contract:
                fits = [b for b in fits if b is ArrayBasis.CONTRACT]
            if not fits:
                usual = f"{rule:g} a unit or {rule * each.multiplier:g} a contract"
                found = f"{row.minimum:g} where the rule has {usual}"
                self.log.error(file.name, row.row, "minimum", found, "a minimum near the rule's")
            elif len(fits) == 1:
                bases.setdefault(fits[0], each)
        if len(bases) > 1:
            for basis, each in bases.items():
                found = f"{each.row.minimum:g}, which is of a {basis}"
                wanted = "all minimums of a unit, or all of a contract"
                self.log.error(file.name, each.row.row, "minimum", found, wanted)
        return next(iter(bases), None)

    def _direction(self, file: ArrayFile, shares: Sequence[ArrayRow]) -> int:
        """1 where the file's points go from the lowest price up, -1 the other way, 0 if not known.

        Shares gain as the market rises, inverse funds lose; of all shares of the file most decide.
        Where the file itself orders its points it may not say otherwise.
        """
        for row in shares:
            steps = np.sign(np.diff(row.values))
            if steps.any() and abs(steps.sum()) < len(steps):
                wanted = "values of shares that rise or fall from each point to the next"
                self.log.error(file.name, row.row, "points", row.contract.root, wanted)
        every = list(file.shares.values())
        steps = np.sign(np.array([row.values[-1] - row.values[0] for row in every]))
        turns = steps * np.array([np.sign(self._factor(row.contract.root)) for row in every])
        if file.ordered and turns.sum() < 0:
            for row in [row for row, turn in zip(every, turns, strict=True) if turn < 0][:3]:
                found = f"{row.contract.root} gains as its price falls"
                wanted = "gains of long positions above 0, points below the price negative"
                self.log.error(file.name, row.row, "points", found, wanted)
        return 1 if file.ordered else int(np.sign(turns.sum()))

    def _factor(self, symbol: str) -> float:
        """The factor of a fund as published or known, 1 of anything else."""
        product = self.groups.products.get(symbol)
        if product is not None and not isnan(product.factor):
            return float(product.factor)
        known = KNOWN.find(symbol)
        return known.leverage if known else 1.0

    def _minimum(self, each: HeldRow, basis: ArrayBasis | None) -> float:
        """The position's minimum, $: the file's, the reports', or the rule's; a long one's value.

        A long position's is no more than what it is worth.
        """
        if not each.row.is_option:
            return 0.0
        units = abs(each.quantity * each.multiplier)
        least, stated = self.rules.contract_minimums, each.row.minimum
        product = self.groups.products.get(self.rows.underlying[each.index])
        if not isnan(stated):
            minimum = stated * abs(each.scale(basis or ArrayBasis.UNIT))
        elif product is not None and not isnan(product.minimum):
            minimum = float(product.minimum) * abs(each.quantity)
        else:
            minimum = least.contract_minimum * units
        if least.long_contract_minimum_cap and each.quantity > 0:
            return float(np.fmin(minimum, units * each.row.price))
        return float(minimum)

    def _margin(
        self,
        file: ArrayFile,
        held: Sequence[HeldRow],
        gains: FloatArray,
        minimum: FloatArray,
        direction: int,
        outside: Sequence[int],
    ) -> OfficialMargin:
        account, accounts = self.rows.account.code, self.rows.account.words
        groups = self.groups
        by_strategy = np.zeros(len(accounts))
        np.add.at(by_strategy, account[list(outside)], self._by_strategy(outside))
        return official_margin(
            point_names(POINTS // 2) if direction else tuple(f"point {i + 1}" for i in range(10)),
            gains,
            minimum,
            account[[each.index for each in held]],
            accounts,
            [each.class_group for each in held],
            GroupsOfClasses(
                {**file.product_of, **groups.product_of},
                groups.portfolio_groups_with_offset,
                groups.product_offset,
                groups.portfolio_offset,
            ),
            by_strategy,
        )

    def _by_strategy(self, outside: Sequence[int]) -> FloatArray:
        """What each position outside requires by strategy, beside an equity that has its value."""
        if not outside:
            return np.zeros(0)
        table = self.rows.table.take(np.array(outside))
        book = read_book(replace(self.tables, positions=table))
        if book.book is None:
            raise InputError(book.errors)
        positions, spot = book.book.positions, book.book.market.spot
        mark = np.where(positions.is_option, option_marks(book.book), spot[positions.underlying])
        return strategy_based(book.book, mark).by_position

    def _notes(
        self, file: ArrayFile, outside: Sequence[int], own_class: Sequence[str]
    ) -> Iterator[str]:
        if file.aside:
            counts = ", ".join(f"{what} ({count:,})" for what, count in file.aside.items())
            yield f"{file.name}: left aside: {counts}."
        for name in dict.fromkeys(own_class):
            yield f"{name}: no class group stated, so that it is its own; --groups states one."
        for i in outside:
            row, symbol = int(self.rows.table.rows[i]), self.rows.root[i]
            why = f"not in {file.name}"
            if not self._is_eligible(self.rows.underlying[i]):
                why = "not eligible, as published"
            yield f"Row {row}, {symbol}: {why}, margined by strategy."


def _shares_of(file: ArrayFile, held: Iterable[HeldRow]) -> list[ArrayRow]:
    """The rows of shares in the class groups that are held, and of what is held."""
    classes = {each.row.class_group for each in held}
    if file.has_classes:
        return [row for row in file.shares.values() if row.class_group in classes]
    found = (file.share_of(each.row) for each in held)
    return list({row.row: row for row in found if row is not None}.values())


def _near(minimum: float, usual: float) -> bool:
    return usual / _MOST_APART <= minimum <= usual * _MOST_APART


def _basis_notes(
    held: Iterable[HeldRow], basis: ArrayBasis, minimum_basis: ArrayBasis | None
) -> Iterator[str]:
    if any(each.row.is_option for each in held):
        stated = "the rule's own" if minimum_basis is None else f"of a {minimum_basis}"
        yield f"Gains and losses are read as of a {basis}, minimums as {stated}."


def _other_day(
    file: ArrayFile, groups: PublishedGroups, positions_of: dt.date | None
) -> Iterator[str]:
    if positions_of:
        yield from groups.of_another_day(positions_of)
    if file.day and positions_of and file.day != positions_of:
        yield f"{file.name} is of {file.day}, the positions are of {positions_of}."
