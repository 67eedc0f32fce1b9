"""Tables in, a book out: positions beside the market, with what is known of their instruments.

Everything wrong with the tables is found in one reading.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Final

import numpy as np

from xlmargin.arrays import numbered, numbered_rows
from xlmargin.book import Book, Positions, RulesOfAccounts, rules_of_accounts
from xlmargin.cells.columns import check_one_date
from xlmargin.cells.problems import ProblemLog, ReadOnce
from xlmargin.cells.table import RangeTable
from xlmargin.cells.unknown_columns import unknown_headings
from xlmargin.cells.words import DIVIDENDS, MARKET, POSITIONS
from xlmargin.dates import DATE, date_of
from xlmargin.errors import Problem, RulebookError, Severity
from xlmargin.excel import market_reader
from xlmargin.excel.checks import check_names
from xlmargin.excel.placing import check_expirations, name_apart, placed, resolved
from xlmargin.excel.positions_reader import PRICE, PositionRows, accounts_of, read_positions
from xlmargin.excel.published_reader import (
    StatedUnderlying,
    check_named_reports,
    check_published,
    with_reports,
)
from xlmargin.excel.settings_fields import GROUPS, SETTINGS
from xlmargin.excel.settings_reader import (
    SettingsRead,
    StatedSettings,
    check_accounts,
    read_settings,
)
from xlmargin.excel.treasury_rows import note_zero_coupons, with_maturities
from xlmargin.known_instruments import KNOWN, NOTHING_PUBLISHED, InstrumentFacts, KnownInstruments
from xlmargin.market import NOT_PUBLISHED, Market, Underlying
from xlmargin.rulebook import StrategyRules, UnderlyingClass, strategy_rules
from xlmargin.settings import AccountType, KnownUnderlyings

NOTHING: Final = "nothing"
_NOBODYS: Final = "left out: it has no price, and nobody holds it"


@dataclass(frozen=True)
class Tables:
    """The content of the four ranges of a book: all that it depends on.

    `default_as_of` is the moment where the settings give none; None where they do. `problems` are
    those of shapes and headings. `known` are the instruments that something is known of. Options
    that were `marked_before` have a mark_spot that may be far from the prices here. Tables that are
    equal give the same book.
    """

    positions: RangeTable
    market: RangeTable
    settings: StatedSettings
    dividends: RangeTable
    default_as_of: float | None
    problems: tuple[Problem, ...] = ()
    known: KnownInstruments = KNOWN
    marked_before: bool = False

    @property
    def size(self) -> int:
        """Number of cells held."""
        return self.positions.size + self.market.size + self.dividends.size

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.positions, self.market, self.settings, self.default_as_of))


@dataclass(frozen=True, eq=False)
class MarketRead:
    """The underlyings of a book: as stated, or else known, with their dividends."""

    table: RangeTable
    as_of: float
    settings: SettingsRead
    dividends: market_reader.DividendsRead
    underlyings: Mapping[str, Underlying]
    known: KnownInstruments
    stated: Mapping[str, StatedUnderlying]

    @cached_property
    def market(self) -> Market:
        """The market as the engine holds it."""
        return Market(self.as_of, tuple(self.underlyings.values()), self.settings.curve)

    @property
    def has_treasuries(self) -> bool:
        """Whether any underlying is a Treasury security."""
        classes = {own.underlying_class for own in self.underlyings.values()}
        return UnderlyingClass.TREASURY in classes

    def listed_with(self, rows: PositionRows) -> Container[str]:
        """The underlyings, and those that rows of stock give a price for."""
        return {*self.underlyings, *rows.root.among(rows.is_stock & (rows.price > 0))}

    def priced(self, rows: PositionRows, log: ProblemLog) -> MarketRead:
        """With the price at which all options were marked, where a row leaves it out.

        A row without a price is an error where the marks do not tell one, or stock states its own;
        where nobody holds it the row is left out.
        """
        if not self.table.has("price"):
            return self
        left_out = self.table.rows[self.table.empty("price")].tolist()
        with_price = {name for name, own in self.underlyings.items() if own.row not in left_out}
        with_price |= {*rows.root.among(rows.is_stock)}
        found = self._marked(rows, with_price, log)
        underlyings = {
            name: replace(own, spot=found[name]) if name in found else own
            for name, own in self.underlyings.items()
        }
        return replace(self, underlyings=underlyings)._without_nobodys(rows, log)

    def _without_nobodys(self, rows: PositionRows, log: ProblemLog) -> MarketRead:
        """Without the rows that have no price and that no position needs; else an error."""
        held = {*rows.underlying.words, *rows.root.words}
        deciding = {
            own.group
            for own in self.underlyings.values()
            if own.symbol in held and not own.published.has_moves
        }
        unpriced = {name: own for name, own in self.underlyings.items() if np.isnan(own.spot)}
        needed = {
            name
            for name, own in unpriced.items()
            if name in held or (own.underlying_class.is_index and own.group in deciding)
        }
        no_price = self.table.empty("price")
        for names, tell in (
            (needed, partial(log.errors_where, wanted=PRICE)),
            (unpriced.keys() - needed, partial(log.notes_where, text=_NOBODYS)),
        ):
            in_rows = np.isin(self.table.rows, [unpriced[name].row for name in names])
            tell(in_rows & no_price, self.table, "price")
        gone = unpriced.keys() - needed
        return replace(
            self,
            underlyings={n: own for n, own in self.underlyings.items() if n not in gone},
            stated={n: own for n, own in self.stated.items() if n not in gone},
        )

    @staticmethod
    def _marked(rows: PositionRows, known: Container[str], log: ProblemLog) -> dict[str, float]:
        """Prices of underlyings not `known` at which all their options were marked, each noted."""
        found = _priced_by_marks(rows, known)
        for symbol, (i, _) in found.items():
            text = f"the price of {symbol}, for nothing else states it"
            log.note(rows.table.name, int(rows.table.rows[i]), "mark_spot", text)
        return {symbol: price for symbol, (_, price) in found.items()}

    def extended(self, rows: PositionRows, log: ProblemLog) -> MarketRead:
        """With the underlyings that only the rows give a price for, and adjusted contracts.

        The price is that of a row of stock, else that at which all their options were marked.
        """
        added: dict[str, StatedUnderlying] = {}
        priced_by = np.flatnonzero(rows.is_stock & (rows.price > 0))
        for i in priced_by[numbered(rows.root.code[priced_by])[0]].tolist():
            symbol = rows.root[i]
            if symbol and symbol not in self.underlyings:
                class_ = UnderlyingClass.TREASURY if rows.is_treasury[i] else None
                priced = Underlying(symbol, float(rows.price[i]))
                added[symbol] = StatedUnderlying(priced, InstrumentFacts(class_))
        known = {*self.underlyings, *added}
        for symbol, price in self._marked(rows, known, log).items():
            added[symbol] = StatedUnderlying(Underlying(symbol, price), InstrumentFacts())
        policy = self.settings.settings.known_underlyings
        day = _day(self.as_of)
        stated = _with_reports(added, self.known, day, self.table, log)
        new = market_reader.completed(stated, self.table, day, policy, log, self.known)
        underlyings = {**self.underlyings, **market_reader.with_dividends(new, self.dividends)}
        apart = zip(rows.root, rows.underlying, rows.deliverable, strict=True)
        for root, underlying, deliverable in apart if any(rows.deliverable.words) else ():
            name = name_apart(root, underlying)
            on = underlyings.get(root) or underlyings.get(underlying)
            if deliverable and on is not None and name not in underlyings:
                underlyings[name] = replace(
                    on, symbol=name, class_group="", product_group="", portfolio_group=""
                )
        made = replace(self, underlyings=underlyings, stated={**self.stated, **stated})
        if not (made.has_treasuries or rows.is_treasury.any()):
            return made
        return replace(made, underlyings=with_maturities(underlyings, rows, log))


@dataclass(frozen=True, eq=False)
class BookReading:
    """What came of reading tables: the book, None where a problem is an error, and the problems.

    `rows` are the positions as they were read, `market` the underlyings.
    """

    rows: PositionRows
    market: MarketRead
    book: Book | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> list[Problem]:
        """The problems that refuse the book."""
        return [p for p in self.problems if p.severity is Severity.ERROR]


def read_book(tables: Tables) -> BookReading:
    """The book of the tables, and everything that is wrong with them."""
    log = ProblemLog()
    log.add(tables.problems)
    _check_headings(tables, log)
    accounts = accounts_of(tables.positions)
    in_force = tables.settings.in_force(tables.default_as_of)
    tables = replace(tables, settings=in_force.of_book(accounts))
    settings = read_settings(tables.settings, log)
    as_of = _as_of(tables, settings, log)
    table = settings.kept(tables.positions, log)
    rows = _ROWS.get(table, table.name, log, lambda own: _named_rows(table, own))
    market = _market(tables, settings, as_of, log)
    rows = resolved(rows, as_of, market.listed_with(rows), log, tables.known)
    market = market.priced(rows, log).extended(rows, log)
    underlyings = market.underlyings.values()
    market_reader.check_market(underlyings, tables.market, as_of, log, tables.known)
    if any(u.published is not NOT_PUBLISHED for u in underlyings):
        check_published(underlyings, as_of, _day(as_of), tables.market, log)
    named_reports = dict(tables.settings.of_all).get(GROUPS)
    if named_reports is not None:
        check_named_reports(named_reports, market.known, market.underlyings, log)
    market_reader.check_dividends(market.dividends, market.underlyings, tables.dividends, log)
    check_expirations(rows, as_of, log)
    check_accounts(tables.settings, accounts, log)
    positions = placed(rows, market.market, log, marked_before=tables.marked_before)
    _warn_of_no_rate(settings, market.market, positions, log)
    rules = _rules(settings, market.market, positions, log)
    if rules is not None:
        _check_concentration(rules, market, positions, log)
        if market.has_treasuries:
            note_zero_coupons(rules.distinct, market.market, positions, log)
    problems = tuple(_ordered(log.problems, tables))
    refused = any(p.severity is Severity.ERROR for p in problems)
    book = None if refused else Book(positions, market.market, settings.settings)
    return BookReading(rows, market, book, problems)


_ROWS: Final = ReadOnce[RangeTable, PositionRows](
    most=32, most_size=4_000_000, size=lambda rows: rows.size
)
"""Bounded by entries, in all: an edit of the market leaves the positions as they were read."""


def _named_rows(table: RangeTable, log: ProblemLog) -> PositionRows:
    rows = read_positions(table, log)
    if table.has("account") or table.has("group"):
        check_names(rows, log)
    return rows


def _ordered(problems: Iterable[Problem], tables: Tables) -> list[Problem]:
    """Errors first, then warnings, then notes; each by range and row."""
    order = [
        tables.positions.name,
        tables.market.name,
        tables.settings.range,
        tables.dividends.name,
    ]
    severity = list(Severity)
    return sorted(
        problems,
        key=lambda p: (
            severity.index(p.severity), order.index(p.range) if p.range in order else -1, p.row
        ),
    )  # fmt: skip


def _check_headings(tables: Tables, log: ProblemLog) -> None:
    """Problems where positions are left out, of several dates, or have unknown columns."""
    if not tables.positions.given:
        wanted = "a range with headings in its first row"
        log.error(tables.positions.name, 0, "", NOTHING, wanted)
    pairs = ((tables.positions, POSITIONS), (tables.market, MARKET), (tables.dividends, DIVIDENDS))
    for table, headings in pairs:
        if table.unknown:
            unknown_headings(table, headings, log)
    check_one_date(tables.positions, log)
    check_one_date(tables.market, log)


def _as_of(tables: Tables, settings: SettingsRead, log: ProblemLog) -> float:
    """The moment of the snapshot, a serial day: the settings', else the default, else a problem."""
    if not np.isnan(settings.as_of):
        return settings.as_of
    if tables.default_as_of is not None:
        return tables.default_as_of
    own = tables.settings.range
    unread = any(p.range == own and p.severity is Severity.ERROR for p in tables.problems)
    if "as_of" not in dict(tables.settings.of_all) and not unread:
        log.error(own, 0, "as_of", NOTHING, DATE)
    return np.nan


def _day(as_of: float) -> dt.date:
    """The day of the prices, the last there is where none can be read."""
    return dt.date.max if np.isnan(as_of) else date_of(as_of)


def _with_reports(
    stated: Mapping[str, StatedUnderlying],
    known: KnownInstruments,
    day: dt.date,
    table: RangeTable,
    log: ProblemLog,
) -> Mapping[str, StatedUnderlying]:
    """The underlyings with what reports of the clearing house say of them, where there are any."""
    if known.published is NOTHING_PUBLISHED:
        return stated
    return with_reports(stated, known, day, table, log)


def _market(tables: Tables, settings: SettingsRead, as_of: float, log: ProblemLog) -> MarketRead:
    table, policy = tables.market, settings.settings.known_underlyings
    key = table.without("price"), _day(as_of), policy, tables.known
    own = _UNPRICED.get(key, table.name, log, lambda found: _unpriced(*key, table, found))
    price = market_reader.read_prices(own.market, table, log)
    dividends = market_reader.read_dividends(tables.dividends, log)
    underlyings = own.priced(price, dividends)
    stated = own.market.stated
    return MarketRead(table, as_of, settings, dividends, underlyings, tables.known, stated)


@dataclass(frozen=True, eq=False)
class _Unpriced:
    """A market as it is read whatever the prices are: as stated, and with what is known.

    `last` are the underlyings at the prices of the last call: one that did not move is the same.
    """

    market: market_reader.StatedMarket
    underlyings: Mapping[str, Underlying]
    last: dict[str, Underlying] = field(default_factory=dict)

    def priced(
        self, price: Mapping[str, float], dividends: market_reader.DividendsRead
    ) -> dict[str, Underlying]:
        """The underlyings at prices, $, with their dividends."""
        found = {}
        for symbol, own in self.underlyings.items():
            spot, paid, last = price[symbol], dividends.get(symbol, ()), self.last.get(symbol)
            if last is None or last.spot != spot or last.dividends != paid:
                last = self.last[symbol] = replace(own, spot=spot, dividends=paid)
            found[symbol] = last
        return found


_UNPRICED: Final = ReadOnce[
    tuple[RangeTable, dt.date, KnownUnderlyings, KnownInstruments], _Unpriced
](most=32, most_size=200_000, size=lambda own: len(own.underlyings))
"""Bounded by underlyings, in all."""


def _unpriced(
    _: RangeTable,
    day: dt.date,
    policy: KnownUnderlyings,
    known: KnownInstruments,
    table: RangeTable,
    log: ProblemLog,
) -> _Unpriced:
    market = market_reader.read_market(table, log)
    stated = _with_reports(market.stated, known, day, table, log)
    underlyings = market_reader.completed(stated, table, day, policy, log, known)
    return _Unpriced(replace(market, stated=stated), underlyings)


def _priced_by_marks(rows: PositionRows, known: Container[str]) -> dict[str, tuple[int, float]]:
    """Underlyings not `known` whose options were all marked at one price: a row of it, and it."""
    marked: dict[str, tuple[int, float]] = {}
    contradicted = set()
    at = np.flatnonzero(rows.is_option & (rows.mark_spot > 0))
    columns = rows.underlying.code, rows.deliverable.code, rows.mark_spot
    for i in at[numbered_rows([column[at] for column in columns])[0]].tolist():
        symbol, price = rows.underlying[i], float(rows.mark_spot[i])
        if symbol in known or rows.deliverable[i]:
            continue
        if marked.setdefault(symbol, (i, price))[1] != price:
            contradicted.add(symbol)
    return {symbol: found for symbol, found in marked.items() if symbol not in contradicted}


def _warn_of_no_rate(
    settings: SettingsRead, market: Market, positions: Positions, log: ProblemLog
) -> None:
    """A warning where an option is valued at a rate of 0 because none is given."""
    own = any(np.isnan(u.rate) for u in market.underlyings)
    if not settings.has_rate and own and positions.is_option.any():
        log.warning(SETTINGS, 0, "rate", NOTHING, "a rate such as 0.04; 0 is used")


def _rules(
    settings: SettingsRead, market: Market, positions: Positions, log: ProblemLog
) -> RulesOfAccounts[StrategyRules] | None:
    """The rules of each account; None where the book is refused, or its requirement will be."""
    if np.isnan(market.as_of) or log.errors:
        return None
    try:
        return rules_of_accounts(Book(positions, market, settings.settings), strategy_rules)
    except RulebookError:  # the requirement itself says why
        return None


def _check_concentration(
    rules: RulesOfAccounts[StrategyRules], market: MarketRead, positions: Positions, log: ProblemLog
) -> None:
    """What add-ons for concentration lack: a warning. What no add-on counts: a note."""
    table, account_type = market.table, market.settings.settings.account_type
    add_ons = np.array([own.has_add_ons for own in rules.distinct])[rules.of_account]
    stock = ~positions.is_cash & ~positions.is_option & (positions.quantity != 0)
    for column, adds in zip(market_reader.CONCENTRATION, add_ons.T, strict=True):
        if not adds.any() or account_type is AccountType.CASH:
            log.notes_where(~table.empty(column), table, column, "not used by any requirement")
            continue
        held = np.unique(positions.underlying[stock & adds[positions.account]]).tolist()
        for own in (market.market.underlyings[i] for i in held):
            is_stated = getattr(own, column) if column == "industry" else getattr(own, column) > 0
            if not is_stated and not own.underlying_class.stands_still:
                wanted = f"one for {own.symbol}: no add-on for its concentration is counted by it"
                log.warning(table.name, own.row, column, NOTHING, wanted)
