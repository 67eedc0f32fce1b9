"""What is read of a broker's file, and how it was read."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from xlmargin.cells.table import SourceRows
from xlmargin.cells.values import TableCell, TableRows
from xlmargin.contracts import InstrumentKind
from xlmargin.errors import InputError, MarginError, Problem
from xlmargin.importers.book_ranges import BookRanges
from xlmargin.importers.brokers.formats import NO_POSITIONS, Format
from xlmargin.importers.brokers.holdings import (
    DOLLARS,
    BrokerEntry,
    BrokerHolding,
    NotOurs,
    Skipped,
    market_value,
)
from xlmargin.importers.records import Lines, Record, has_headings, shown
from xlmargin.known_instruments import KNOWN
from xlmargin.option_symbols import OptionSymbol, class_of_shares
from xlmargin.rulebook import UnderlyingClass

_HEADINGS: Final = (
    "symbol", "type", "quantity", "strike", "expiration", "underlying", "price", "cost",
    "multiplier",
)  # fmt: skip
_MARKET_HEADINGS: Final = (
    "symbol", "price", "class", "leverage", "class_group", "product_group",
)  # fmt: skip


@dataclass(frozen=True)
class BrokerFile:
    """What was read of a broker's file.

    `unreadable` are the records that could not be read, `not_ours` those of things that no
    requirement is worked out for; `notes` tell how the rest was read, `warnings` where a total that
    the file states is not what its rows add up to.
    """

    format: Format
    holdings: tuple[BrokerHolding, ...]
    unreadable: tuple[Problem, ...]
    not_ours: tuple[Problem, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    as_of: dt.date | None
    file: str

    @property
    def positions(self) -> TableRows:
        """The holdings as a positions range."""
        return position_rows(self.holdings, self.file)

    @property
    def market(self) -> TableRows | None:
        """What the file states of underlyings beside its positions; None where it is nothing."""
        return market_rows(self.holdings)

    def accepted(self) -> BookRanges:
        """The ranges; refused where anything in the file could not be taken."""
        if refused := (*self.unreadable, *self.not_ours):
            raise InputError(refused)
        return BookRanges(
            self.positions,
            self.market,
            as_of=self.as_of,
            notes=self.notes,
            warnings=self.warnings,
            broker=self.format.name,
            houses=self.format.houses,
        )


def read_lines(lines: Lines, known: Format, file: str) -> BrokerFile:
    """What a file of a known format holds; every record that cannot be read is listed."""
    found = list(known.find(lines, known.layout))
    if not found:
        refuse_wrong_file(lines, file)
        raise _no_records(known, lines, file)
    holdings: list[BrokerHolding] = []
    unreadable: list[Problem] = []
    not_ours: list[Problem] = []
    skipped: Counter[str] = Counter()
    sums = _Sums()
    for record in found:
        foreign = record.text("currency").upper() not in ("", "USD")
        try:
            entry = known.entry(record)
            if foreign and not isinstance(entry, Skipped):
                entry = _foreign(record)
        except InputError as error:
            if not foreign:
                unreadable.extend(error.problems)
                sums.add(record)
                continue
            entry = _foreign(record)
        sums.add(record, entry)
        match entry:
            case BrokerHolding():
                holdings.append(entry)
            case NotOurs():
                not_ours.append(entry.problem)
            case Skipped():
                skipped[entry.what] += 1
    held = with_underlyings(holdings)
    if not (held or unreadable or not_ours):
        raise MarginError(f"{file}: found {known.name} without a position, wanted at least one.")
    return BrokerFile(
        format=known,
        holdings=held,
        unreadable=tuple(unreadable),
        not_ours=tuple(not_ours),
        notes=tuple(_notes(known, held, skipped)),
        warnings=tuple(sums.warnings),
        as_of=known.as_of(lines),
        file=file,
    )


@dataclass
class _Sums:
    """Market values since the total before, $, which a total that the file states must equal."""

    warnings: list[str] = field(default_factory=list)
    _rows: list[Record] = field(default_factory=list)

    def add(self, record: Record, entry: BrokerEntry | None = None) -> None:
        """Take a record, None for one that cannot be read; a total is compared with those above.

        Only where all of them are valued, in its own currency, and below one title.
        """
        if self._rows and _place(record) != _place(self._rows[0]):
            self._rows.clear()
        if not isinstance(entry, Skipped):
            self._rows.append(record)
        elif entry.what == "totals":
            if self._rows and not math.isnan(entry.total):
                self._compare(record, entry.total)
            self._rows.clear()

    def _compare(self, record: Record, stated: float) -> None:
        made = math.fsum(map(market_value, self._rows))
        more = made - stated
        currencies = {each.text("currency") for each in (record, *self._rows)}
        if not abs(more) > _CENT * (len(self._rows) + 1) or len(currencies) > 1:
            return
        below: dict[tuple[str, ...], Record] = {}
        twice = [
            f"rows {first.line.row} and {each.line.row}, {each.text('symbol')}, are equal"
            for each in self._rows
            if (first := below.setdefault(each.line.cells, each)) is not each
        ]
        why = f" ({'; '.join(twice)})" if twice else ""
        account = record.text("account")
        self.warnings.append(
            f"Row {record.line.row}{', account ' + account if account else ''}: the file states a"
            f" total of ${stated:,.2f}, its rows add up to ${made:,.2f}:"
            f" ${abs(more):,.2f} {'more' if more > 0 else 'less'}{why}. A row may be missing or"
            " stand twice."
        )


_CENT: Final = 0.01


def _place(record: Record) -> tuple[str, str]:
    """The account and the title that a record stands below."""
    return record.text("account"), record.title


def _foreign(record: Record) -> NotOurs:
    """A record in another currency, which is named and can be left out."""
    named = record.text("symbol") or record.text("detail")
    found = f"{shown(record.text('currency'))} of {shown(named)}"
    return NotOurs(record.line.problem(record.label("currency"), found, DOLLARS))


def _no_records(known: Format, lines: Lines, file: str) -> MarginError:
    """Why nothing was found: no headings that are known, or nothing below them."""
    name = f"{known.name} ({known.sure})"
    if any(map(known.layout.row, lines)):
        return MarginError(f"{file}: found {name} without rows, wanted rows of positions.")
    widest = max(lines, key=lambda line: len(line.cells))
    wanted = ", ".join(known.layout.columns[field][0] for field in known.layout.needed)
    found = ", ".join(cell for cell in widest.cells if cell)[:200]
    return MarginError(f"{file}: taken for {name}; found {found}, wanted headings {wanted}.")


def _notes(
    known: Format, holdings: tuple[BrokerHolding, ...], skipped: Counter[str]
) -> Iterator[str]:
    yield f"Read as {known.name} ({known.sure})."
    if skipped:
        counts = ", ".join(f"{what} ({count})" for what, count in skipped.items())
        yield f"Left aside: {counts}."
    if known_as := known_classes(market_rows(holdings)):
        yield f"Class or factor as known, not from the file: {', '.join(known_as)}."
    for held in holdings:
        if held.note:
            yield f"Row {held.row}, {held.symbol}: {held.note}."


def with_underlyings(holdings: Iterable[BrokerHolding]) -> tuple[BrokerHolding, ...]:
    """The holdings, each option on the shares or the index that its root stands for."""
    known = tuple(holdings)
    shares = {h.symbol for h in known if h.kind is InstrumentKind.STOCK}
    return tuple(
        replace(h, underlying=h.underlying or _underlying(h.option, shares)) if h.option else h
        for h in known
    )


def _underlying(option: OptionSymbol, shares: Container[str]) -> str:
    underlying = KNOWN.underlying_of(option.root, option.expiration)
    return underlying if underlying != option.root else class_of_shares(option.root, shares)


def position_rows(holdings: Iterable[BrokerHolding], file: str = "") -> TableRows:
    """The holdings as a positions range, headings first; each row knows its line of the file."""
    known = tuple(holdings)
    at_mark = any(h.option and h.underlying_price > 0 for h in known)
    extra = ["mark_spot"] if at_mark else []
    rows: TableRows = [[*_HEADINGS, *extra, "account"]]
    for h in known:
        option = h.option
        ends = option.expiration if option else h.maturity
        rows.append(
            [
                h.symbol,
                UnderlyingClass.TREASURY.value if h.maturity else h.kind.word,
                h.quantity,
                option.strike if option else None,
                ends.isoformat() if ends else None,
                h.underlying or None,
                *(_stated(number) for number in (h.price, h.cost, h.multiplier)),
                *([_stated(h.underlying_price) if option else None] if at_mark else []),
                h.account or None,
            ]
        )
    return SourceRows(rows, file, [1, *(h.row for h in known)], first_column=None)


def _stated(number: float) -> TableCell:
    return None if math.isnan(number) else number


def market_rows(holdings: Iterable[BrokerHolding]) -> TableRows | None:
    """What is known of the underlyings: prices of those not held as shares, groups, and classes.

    A row for each underlying of which more is known than a market without it would assume; None
    where there is no such row. A price that is not stated is left for the user to fill in. Classes
    and factors of funds are those of the rulebook's table of known underlyings.
    """
    known = tuple(holdings)
    shares = {h.symbol: h.price for h in known if h.kind is InstrumentKind.STOCK}
    rows: dict[str, list[TableCell]] = {}
    for h in known:
        symbol = h.underlying or h.symbol
        own_group = h.class_group if h.class_group != symbol else ""
        price = shares.get(symbol, h.underlying_price)
        stated = (symbol not in shares and price > 0) or own_group or h.product_group
        class_ = _known_class(symbol)
        if (stated or (any(class_) and price > 0)) and h.kind is not InstrumentKind.CASH:
            groups = [own_group or None, h.product_group or None]
            rows.setdefault(symbol, [symbol, price if price > 0 else None, *class_, *groups])
    return _without_empty_columns([list(_MARKET_HEADINGS), *rows.values()]) if rows else None


def known_classes(market: TableRows | None) -> tuple[str, ...]:
    """Underlyings of a market range whose class comes from the table and not from the file."""
    if not market or "class" not in market[0]:
        return ()
    column = market[0].index("class")
    return tuple(str(row[0]) for row in market[1:] if row[column] is not None)


def _known_class(symbol: str) -> tuple[TableCell, TableCell]:
    """Class and factor, where the table knows the underlying as more than a plain stock."""
    known = KNOWN.find(symbol)
    if known is None or known.is_former or known.underlying_class in _LEFT_OPEN:
        return None, None
    return known.underlying_class.value, known.leverage if known.leverage != 1 else None


_LEFT_OPEN: Final = (UnderlyingClass.ETF_EXEMPT, UnderlyingClass.MONEY_MARKET)
"""Classes that lower a requirement, so that a file must not state them for its user."""


def _without_empty_columns(rows: TableRows) -> TableRows:
    """The rows, headings first, without the columns that have nothing but the heading."""
    headings, *below = rows
    used = [
        i
        for i, name in enumerate(headings)
        if name in ("symbol", "price") or any(row[i] is not None for row in below)
    ]
    return [[row[i] for i in used] for row in rows]


def refuse_wrong_file(lines: Lines, file: str) -> None:
    """Refuse a file that is known to hold no positions, and say which one does."""
    for line in lines:
        for kind in NO_POSITIONS:
            if has_headings(line, kind["headings"]):
                raise MarginError(f"{file}: found {kind['name']}, wanted {kind['wanted']}.")
