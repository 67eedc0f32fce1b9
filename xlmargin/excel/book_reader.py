"""Tables in, a book out: positions beside the market, with what is known of their instruments.

Everything wrong with the tables is found in one reading.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.book import Book, Positions, codes
from xlmargin.cells.columns import check_one_date
from xlmargin.cells.named_values import NamedCell
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.reading import read_table, unknown_headings
from xlmargin.cells.table import Table
from xlmargin.cells.values import Cells, shown_date, text_of
from xlmargin.cells.words import DIVIDENDS, MARKET, POSITIONS, SETTLEMENTS, STYLES
from xlmargin.contracts import NO_UNDERLYING, Contracts, Settlement, Style
from xlmargin.dates import DATE, date_of
from xlmargin.errors import InputError, Problem, RulebookError, Severity
from xlmargin.excel.checks import (
    check_expirations,
    check_names,
    check_stock_prices,
    mark_spots,
)
from xlmargin.excel.market_reader import (
    CONCENTRATION,
    Dividends,
    StatedUnderlying,
    check_dividends,
    check_market,
    completed,
    read_dividends,
    read_market,
    with_dividends,
    with_facts,
)
from xlmargin.excel.positions_reader import PRICE, PositionRows, read_positions, ticker
from xlmargin.excel.settings_reader import SETTINGS, SettingsRead, read_settings
from xlmargin.known_instruments import (
    KNOWN,
    Facts,
    Finding,
    KnownInstruments,
    KnownRoot,
    RootKind,
    withheld,
)
from xlmargin.market import Market, Underlying
from xlmargin.rulebook import UnderlyingClass, strategy_rules
from xlmargin.settings import AccountType, KnownUnderlyings

NOTHING: Final = "nothing"
NOT_STATED: Final = "not stated"
"""What `deliverable` holds for an adjusted contract that does not say what it delivers."""

_OPTION_MULTIPLIER: Final = 100.0
_MORNING: Final = SETTLEMENTS.members.index(Settlement.AM)
_EVENING: Final = SETTLEMENTS.members.index(Settlement.PM)
_SETTLEMENT_OF: Final = {"am": _MORNING}
_STYLE_OF: Final = {style: i for i, style in enumerate(STYLES.members)}
_NOON: Final = 0.5
"""An option that ends earlier in the day settles at its open."""
_UNITS: Final = re.compile(r"(\d[\d,]*(?:\.\d+)?)(?: *(?:shares(?: of)?)? *([A-Z][A-Z0-9./]*))?")
"""What a contract delivers, where that is units of one underlying: "100", "100 XYZ"."""


@dataclass(frozen=True)
class Tables:
    """The content of the four ranges of a book: all that it depends on.

    `default_as_of` is the moment where the settings give none; None where they do. `problems` are
    those of shapes and headings. `known` are the instruments that something is known of. Tables
    that are equal give the same book.
    """

    positions: Table
    market: Table
    settings: tuple[tuple[str, NamedCell], ...]
    dividends: Table
    default_as_of: float | None
    problems: tuple[Problem, ...] = ()
    known: KnownInstruments = KNOWN

    @property
    def size(self) -> int:
        """Number of cells held."""
        return self.positions.size + self.market.size + self.dividends.size

    def __hash__(self) -> int:
        return hash((self.positions, self.market, self.settings, self.default_as_of))


@dataclass(frozen=True, eq=False)
class MarketRead:
    """The underlyings of a book: as stated, or else known, with their dividends."""

    table: Table
    as_of: float
    settings: SettingsRead
    dividends: Dividends
    underlyings: Mapping[str, Underlying]
    known: KnownInstruments
    stated: Mapping[str, StatedUnderlying]

    @cached_property
    def market(self) -> Market:
        """The market as the engine holds it."""
        return Market(self.as_of, tuple(self.underlyings.values()), self.settings.curve)

    def if_stated(self) -> Iterator[tuple[Finding, Market]]:
        """What is known but not used, for no list confirms it: each with the market if it were."""
        if self.settings.settings.known_underlyings is not KnownUnderlyings.CONFIRMED:
            return
        for symbol, own in self.stated.items():
            for finding, facts in withheld(symbol, own.facts, date_of(self.as_of), self.known):
                changed = {symbol: with_facts(self.underlyings[symbol], facts)}
                listed = tuple({**self.underlyings, **changed}.values())
                yield finding, replace(self.market, underlyings=listed)

    def listed_with(self, rows: PositionRows) -> Container[str]:
        """The underlyings, and those that rows of stock give a price for."""
        priced = np.flatnonzero(rows.is_stock & (rows.price > 0)).tolist()
        return {*self.underlyings, *(rows.root[i] for i in priced)}

    def priced(self, rows: PositionRows, log: ProblemLog) -> MarketRead:
        """With the price at which all options were marked, where a row leaves it out.

        A row without a price is an error where the marks do not tell one, or stock states its own.
        """
        if not self.table.has("price"):
            return self
        left_out = self.table.rows[self.table.empty("price")].tolist()
        told = {name for name, own in self.underlyings.items() if own.row not in left_out}
        told |= {rows.root[i] for i in np.flatnonzero(rows.is_stock).tolist()}
        found = self._marked(rows, told, log)
        underlyings = {
            name: replace(own, spot=found[name]) if name in found else own
            for name, own in self.underlyings.items()
        }
        unpriced = [own.row for own in underlyings.values() if np.isnan(own.spot)]
        log.errors_where(
            np.isin(self.table.rows, unpriced) & self.table.empty("price"),
            self.table, "price", PRICE,
        )  # fmt: skip
        return replace(self, underlyings=underlyings)

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
        for i in np.flatnonzero(rows.is_stock & (rows.price > 0)).tolist():
            symbol = rows.root[i]
            if symbol and symbol not in self.underlyings and symbol not in added:
                class_ = UnderlyingClass.TREASURY if rows.is_treasury[i] else None
                priced = Underlying(symbol, float(rows.price[i]))
                added[symbol] = StatedUnderlying(priced, Facts(class_))
        known = {*self.underlyings, *added}
        for symbol, price in self._marked(rows, known, log).items():
            added[symbol] = StatedUnderlying(Underlying(symbol, price), Facts())
        policy = self.settings.settings.known_underlyings
        new = completed(added, self.table, self.as_of, policy, log, self.known)
        underlyings = {**self.underlyings, **with_dividends(new, self.dividends)}
        apart = zip(rows.root, rows.underlying, rows.deliverable, strict=True)
        for root, underlying, deliverable in apart if any(rows.deliverable) else ():
            name = _apart(root, underlying)
            on = underlyings.get(root) or underlyings.get(underlying)
            if deliverable and on is not None and name not in underlyings:
                underlyings[name] = replace(
                    on, symbol=name, class_group="", product_group="", portfolio_group=""
                )
        dated = _with_maturities(underlyings, rows, log)
        return replace(self, underlyings=dated, stated={**self.stated, **added})


def _with_maturities(
    underlyings: Mapping[str, Underlying], rows: PositionRows, log: ProblemLog
) -> Mapping[str, Underlying]:
    """The underlyings, Treasury securities with the day they mature, as their rows say."""
    maturity: dict[str, float] = {}
    for i in np.flatnonzero(rows.is_treasury & ~np.isnan(rows.expiration)).tolist():
        symbol, day = rows.root[i], float(rows.expiration[i])
        if maturity.setdefault(symbol, day) != day:
            wanted = f"one maturity of {symbol}, as in the rows above"
            log.error(
                rows.table.name, int(rows.table.rows[i]), "expiration", shown_date(day), wanted
            )
    is_treasury = [
        name in underlyings
        and underlyings[name].underlying_class is UnderlyingClass.TREASURY
        and not (cash or treasury)
        for name, cash, treasury in zip(
            rows.underlying, rows.is_cash.tolist(), rows.is_treasury.tolist(), strict=True
        )
    ]
    wanted = "treasury, with its maturity: the market range gives it that class"
    log.errors_where(np.array(is_treasury, dtype=bool), rows.table, "type", wanted)
    return {
        name: replace(
            u,
            underlying_class=UnderlyingClass.TREASURY,
            leverage=0.0,
            maturity=maturity[name],
        )
        if name in maturity
        else u
        for name, u in underlyings.items()
    }


@dataclass(frozen=True, eq=False)
class Reading:
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


def read_book(tables: Tables) -> Reading:
    """The book of the tables, and everything that is wrong with them."""
    log = ProblemLog()
    log.add(tables.problems)
    _check_headings(tables, log)
    stated = dict(tables.settings)
    settings = read_settings(stated, log)
    as_of = _as_of(tables, settings, log)
    table = without_left_out(tables.positions, settings, log)
    rows = read_positions(table, log)
    market = _market(tables, settings, as_of, log)
    rows = resolved(rows, as_of, market.listed_with(rows), log, tables.known)
    market = market.priced(rows, log).extended(rows, log)
    check_market(market.underlyings.values(), tables.market, as_of, log, tables.known)
    check_dividends(market.dividends, market.underlyings, tables.dividends, log)
    check_expirations(rows, as_of, log)
    check_names(rows, log)
    positions = placed(rows, market.market, log)
    _warn_of_no_rate(settings, market.market, positions, log)
    _check_concentration(settings, market, positions, log)
    problems = tuple(_ordered(log.problems, tables))
    refused = any(p.severity is Severity.ERROR for p in problems)
    book = None if refused else Book(positions, market.market, settings.settings)
    return Reading(rows, market, book, problems)


def _ordered(problems: Iterable[Problem], tables: Tables) -> list[Problem]:
    """Errors first, then warnings, then notes; each by range and row."""
    order = [tables.positions.name, tables.market.name, SETTINGS, tables.dividends.name]
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
        unknown_headings(table, headings, log)
    check_one_date(tables.positions, log)
    check_one_date(tables.market, log)


def _as_of(tables: Tables, settings: SettingsRead, log: ProblemLog) -> float:
    """The moment of the snapshot, a serial day: the settings', else the default, else a problem."""
    if not np.isnan(settings.as_of):
        return settings.as_of
    if tables.default_as_of is not None:
        return tables.default_as_of
    unread = any(p.range == SETTINGS and p.severity is Severity.ERROR for p in tables.problems)
    if "as_of" not in dict(tables.settings) and not unread:
        log.error(SETTINGS, 0, "as_of", NOTHING, DATE)
    return np.nan


def _market(tables: Tables, settings: SettingsRead, as_of: float, log: ProblemLog) -> MarketRead:
    stated = read_market(tables.market, log)
    policy = settings.settings.known_underlyings
    underlyings = completed(stated, tables.market, as_of, policy, log, tables.known)
    dividends = read_dividends(tables.dividends, log)
    listed = with_dividends(underlyings, dividends)
    return MarketRead(tables.market, as_of, settings, dividends, listed, tables.known, stated)


def without_left_out(table: Table, settings: SettingsRead, log: ProblemLog) -> Table:
    """The positions without those that the settings leave out by symbol, type or currency."""
    if not settings.leave_out:
        return table
    out = np.zeros(len(table), dtype=bool)
    for heading in ("symbol", "type", "currency"):
        named = table.texts(heading).where(lambda c: text_of(c).upper() in settings.leave_out)
        log.notes_where(named, table, heading, "left out, as the settings say")
        out |= named
    return table.take(~out) if out.any() else table


@dataclass(frozen=True, eq=False)
class _Roots:
    """What is known of the root of each option, an entry a row; nothing of what is no option."""

    underlying: tuple[str, ...]
    style: IntArray
    settlement: IntArray
    multiplier: FloatArray
    adjusted: BoolArray


def resolved(
    rows: PositionRows,
    as_of: float,
    listed: Container[str],
    log: ProblemLog,
    known: KnownInstruments = KNOWN,
) -> PositionRows:
    """The rows with what their roots say: underlying, style, settlement, multiplier, deliverable.

    `underlying` is a ticker then, "" for cash, and `deliverable` "" for a standard contract. A root
    that is `listed` as an underlying is its own.
    """
    roots = _roots(rows, None if np.isnan(as_of) else date_of(as_of), listed, known)
    columns = zip(rows.underlying, roots.underlying, rows.is_cash.tolist(), strict=True)
    rows = replace(
        rows,
        underlying=tuple("" if cash else typed or by_root for typed, by_root, cash in columns),
        multiplier=_multipliers(rows, roots.multiplier, log),
        style=np.where(rows.style < 0, roots.style, rows.style),
        settlement=_settlements(rows, roots.settlement),
    )
    return replace(
        rows, deliverable=_deliverables(rows, roots.adjusted, log), cost=_costs(rows, log)
    )


def _roots(
    rows: PositionRows, day: dt.date | None, listed: Container[str], known: KnownInstruments
) -> _Roots:
    code, roots = codes(rows.root)
    own = [root in listed for root in roots]
    told: list[KnownRoot | None] = []
    for root, is_own in zip(roots, own, strict=True):
        found = known.root(root, day)
        is_plain = found is not None and is_own and found.kind is RootKind.ADJUSTED
        told.append(None if is_plain else found)
    underlying = [
        k.underlying if k and not o and k.underlying else ticker(root) or root
        for root, k, o in zip(roots, told, own, strict=True)
    ]
    option = rows.is_option
    columns = zip(rows.root, code.tolist(), option.tolist(), strict=True)

    def of_root(values: list[int] | list[float], otherwise: float) -> FloatArray:
        return np.where(option, np.array(values, dtype=np.float64)[code], otherwise)

    settlement = [_SETTLEMENT_OF.get(k.settlement, _EVENING) if k else -1 for k in told]
    style = [_STYLE_OF.get(k.style, -1) if k and k.style else -1 for k in told]
    return _Roots(
        tuple(underlying[c] if is_option else root for root, c, is_option in columns),
        of_root(style, -1).astype(np.int64),
        of_root(settlement, -1).astype(np.int64),
        of_root([k.multiplier if k else np.nan for k in told], np.nan),
        of_root([int(k is not None and k.kind is RootKind.ADJUSTED) for k in told], 0) > 0,
    )


def _settlements(rows: PositionRows, by_root: IntArray) -> IntArray:
    """Settlement as stated, else by the hour of the expiration, else the root's, else the close."""
    hour = rows.expiration % 1.0
    unstated = np.where(by_root < 0, _EVENING, by_root)
    unstated = np.where(hour > 0, np.where(hour < _NOON, _MORNING, _EVENING), unstated)
    return np.where(rows.settlement >= 0, rows.settlement, unstated)


def _multipliers(rows: PositionRows, by_root: FloatArray, log: ProblemLog) -> FloatArray:
    """Multipliers as stated, else the roots', else 100 of options and 1 of shares."""
    unstated = np.isnan(rows.multiplier)
    other = unstated & ~np.isnan(by_root) & (by_root != _OPTION_MULTIPLIER)
    for each in np.unique(by_root[other]).tolist():
        where = other & (by_root == each)
        log.notes_where(where, rows.table, "symbol", f"multiplier {each:g}, known of the root")
    differs = ~unstated & ~np.isnan(by_root) & (rows.multiplier != by_root)
    log.warnings_where(differs, rows.table, "multiplier", "the multiplier known of the root")
    little = rows.is_option & ~unstated & np.isnan(by_root) & (rows.multiplier < 10)
    log.warnings_where(little, rows.table, "multiplier", "100, or what the contract delivers")
    default = np.where(rows.is_option, _OPTION_MULTIPLIER, 1.0)
    stated = np.where(unstated, by_root, rows.multiplier)
    return np.where(np.isnan(stated), default, stated)


def _deliverables(rows: PositionRows, adjusted: BoolArray, log: ProblemLog) -> tuple[str, ...]:
    """What each contract delivers, nothing for the standard: its multiplier of the underlying."""
    if not adjusted.any() and not any(rows.deliverable):
        return rows.deliverable
    columns = zip(rows.deliverable, rows.underlying, rows.multiplier.tolist(), strict=True)
    found = [_delivered(*each) for each in columns]
    contradicts = rows.is_option & np.array([each is None for each in found], dtype=bool)
    wanted = "as many units as the multiplier says, or the multiplier of the contract"
    log.errors_where(contradicts, rows.table, "deliverable", wanted)
    unsaid = adjusted & np.array([not said for said in rows.deliverable], dtype=bool)
    wanted = "what it delivers, in a column deliverable: adjusted, it stands beside nothing else"
    log.warnings_where(unsaid, rows.table, "symbol", wanted)
    apart = rows.is_option & np.array([bool(each) for each in found], dtype=bool)
    wanted = "units of the underlying: valued as if it delivered them"
    log.warnings_where(apart, rows.table, "deliverable", wanted)
    flags = zip(found, unsaid.tolist(), rows.is_option.tolist(), strict=True)
    return tuple(
        (NOT_STATED if missing else each or "") if option else "" for each, missing, option in flags
    )


def _delivered(said: str, underlying: str, multiplier: float) -> str | None:
    """What is said, nothing where that is the standard, None for another number of its units."""
    if said == NOT_STATED:
        return said
    text = " ".join(said.upper().split())
    units = _UNITS.fullmatch(text)
    if not text:
        return ""
    if units is None or (units[2] and ticker(units[2]) != underlying):
        return text
    return "" if float(units[1].replace(",", "")) == multiplier else None


def _costs(rows: PositionRows, log: ProblemLog) -> FloatArray:
    """Trade prices as stated, else by the whole of what was paid, a unit."""
    units = np.abs(rows.quantity * rows.multiplier)
    used = np.isnan(rows.cost) & ~np.isnan(rows.cost_basis) & (units > 0)
    log.notes_where(used, rows.table, "cost_basis", "read as the cost of all units together")
    per_unit = np.divide(np.abs(rows.cost_basis), units, where=units > 0, out=np.zeros_like(units))
    return np.where(used, per_unit, rows.cost)


def _priced_by_marks(rows: PositionRows, known: Container[str]) -> dict[str, tuple[int, float]]:
    """Underlyings not `known` whose options were all marked at one price: a row of it, and it."""
    marked: dict[str, tuple[int, float]] = {}
    contradicted = set()
    for i in np.flatnonzero(rows.is_option & (rows.mark_spot > 0)).tolist():
        symbol, price = rows.underlying[i], float(rows.mark_spot[i])
        if symbol in known or rows.deliverable[i]:
            continue
        if marked.setdefault(symbol, (i, price))[1] != price:
            contradicted.add(symbol)
    return {symbol: found for symbol, found in marked.items() if symbol not in contradicted}


def _apart(root: str, underlying: str) -> str:
    """The name that stands for the underlying of a contract that delivers something else."""
    return root if root != underlying else f"{root}*"


def underlyings_of(cells: Cells) -> dict[str, float | None]:
    """The underlyings of a range of positions, in the order of its rows, before there is a market.

    Without Treasury securities, which state all there is to know themselves. Each with the price,
    $, of its stock row, None where it has none. Refused where a row cannot be read.
    """
    log = ProblemLog()
    rows = read_positions(read_table(cells, "positions", POSITIONS, log), log)
    rows = resolved(rows, np.nan, (), log)
    if log.errors:
        raise InputError(log.errors)
    prices: dict[str, float | None] = {}
    rows = rows.only(np.flatnonzero(~rows.is_treasury))
    columns = zip(rows.underlying, rows.is_stock.tolist(), rows.price.tolist(), strict=True)
    for name, is_stock, price in columns:
        if name and prices.get(name) is None:
            prices[name] = price if is_stock and price > 0 else None
    return prices


def placed(rows: PositionRows, market: Market, log: ProblemLog) -> Positions:
    """The positions as the engine holds them; what the market lacks for them is a problem."""
    underlying = _indexes(rows, market, log)
    of_market = np.where(underlying == NO_UNDERLYING, 0, underlying)
    is_index = _is_index(market, of_market) & (underlying != NO_UNDERLYING)
    wanted = "a stock or fund: the market range gives it the class of an index"
    log.errors_where(is_index & rows.is_stock, rows.table, "symbol", wanted)
    contracts = _contracts(rows, market, underlying)
    unvalued = np.isnan(rows.price) & np.isnan(rows.volatility)
    unvalued &= ~contracts.settled(market.as_of)
    unvalued &= np.isnan(_from_market(market.volatility, of_market))
    wanted = "a price, or a volatility here or in the market range"
    log.errors_where(
        unvalued & rows.is_option, rows.table, "price", wanted,
        after=("price", "bid", "volatility", "symbol", "type", "right"),
    )  # fmt: skip
    spot = _from_market(market.spot, of_market)
    in_market = np.array([u.row > 0 for u in market.underlyings] or [False])[of_market]
    check_stock_prices(rows, spot, in_market, log)
    mark_spot = mark_spots(rows, spot, _from_market(market.index_scale, of_market), log)
    mark = np.where(rows.is_stock & np.isnan(rows.price), spot, rows.price)
    mark = np.where(rows.is_cash, 1.0, mark)
    account, accounts = codes(rows.account)
    group, groups = codes(rows.group)
    if "" in groups:
        none = groups.index("")
        group = np.where(group == none, -1, group - (group > none))
        groups = (*groups[:none], *groups[none + 1 :])
    return Positions(
        contracts,
        quantity=rows.quantity,
        mark=mark,
        cost=np.where(np.isnan(rows.cost), mark, rows.cost),
        volatility=rows.volatility,
        mark_spot=mark_spot,
        forward=np.where(rows.is_option, rows.forward, np.nan),
        half_spread=np.where(rows.is_option, rows.half_spread, np.nan),
        account=account,
        accounts=accounts,
        group=group,
        groups=groups,
        row=rows.table.rows,
        origin=np.zeros(len(rows), dtype=np.int64),
        origins=(rows.table.name,),
    )


def _contracts(rows: PositionRows, market: Market, underlying: IntArray) -> Contracts:
    return Contracts(
        root=rows.root,
        kind=rows.kind,
        underlying=underlying,
        strike=np.where(rows.is_option, rows.strike, np.nan),
        expiration=np.where(rows.is_option, rows.expiration, np.nan),
        at_open=rows.is_option & (rows.settlement == _MORNING),
        american=_american(rows, market, np.where(underlying == NO_UNDERLYING, 0, underlying)),
        multiplier=rows.multiplier,
        deliverable=rows.deliverable,
    )


def _from_market(column: FloatArray, underlying: IntArray) -> FloatArray:
    """Each position's value of a column of the market, NaN where the market is empty."""
    return column[underlying] if len(column) else np.full(len(underlying), np.nan)


def _indexes(rows: PositionRows, market: Market, log: ProblemLog) -> IntArray:
    """Index of each row's underlying in the market; one problem for each that is not there."""
    columns = zip(rows.root, rows.underlying, rows.deliverable, strict=True)
    names_ = (
        [_apart(root, name) if apart else name for root, name, apart in columns]
        if any(rows.deliverable)
        else rows.underlying
    )
    typed = ~rows.table.empty("underlying")
    found = {"": NO_UNDERLYING, **market.index_of}
    missing = np.array([name not in found for name in names_], dtype=bool)
    wanted = "its price in the market range, or in the price column of a stock row"
    after = ("symbol", "type", "right", "underlying")
    log.errors_where(missing & typed, rows.table, "underlying", wanted, after=after)
    log.errors_where(missing & ~typed, rows.table, "symbol", wanted, after=after)
    return np.array([found.get(name, NO_UNDERLYING) for name in names_], dtype=np.int64)


def _is_index(market: Market, underlying: IntArray) -> BoolArray:
    if not market.underlyings:
        return np.zeros(len(underlying), dtype=bool)
    is_index = np.array([u.underlying_class.is_index for u in market.underlyings], dtype=bool)
    return is_index[underlying]


def _american(rows: PositionRows, market: Market, underlying: IntArray) -> BoolArray:
    """Which options are American: as stated or known, or else all but those on an index."""
    stated = rows.style == _STYLE_OF[Style.AMERICAN]
    return np.where(rows.style < 0, ~_is_index(market, underlying), stated)


def _warn_of_no_rate(
    settings: SettingsRead, market: Market, positions: Positions, log: ProblemLog
) -> None:
    """A warning where an option is valued at a rate of 0 because none is given."""
    own = any(np.isnan(u.rate) for u in market.underlyings)
    if not settings.has_rate and own and positions.is_option.any():
        log.warning(SETTINGS, 0, "rate", NOTHING, "a rate such as 0.04; 0 is used")


def _check_concentration(
    settings: SettingsRead, market: MarketRead, positions: Positions, log: ProblemLog
) -> None:
    """What add-ons for concentration lack: a warning. What no add-on counts: a note."""
    stated, table = settings.settings, market.table
    if np.isnan(market.as_of) or log.errors:
        return
    try:
        rules = strategy_rules(date_of(market.as_of), stated.house, stated.overrides)
        asked = rules.asks_add_ons
    except RulebookError:  # the requirement itself says why
        return
    stock = ~positions.is_cash & ~positions.is_option & (positions.quantity != 0)
    held = np.unique(positions.underlying[stock]).tolist()
    for column, asks in zip(CONCENTRATION, asked, strict=True):
        if not asks or stated.account_type is AccountType.CASH:
            log.notes_where(~table.empty(column), table, column, "not used by any requirement")
            continue
        for own in (market.market.underlyings[i] for i in held):
            if np.isnan(getattr(own, column)) and not own.underlying_class.stands_still:
                wanted = f"a number for {own.symbol}: no add-on for its concentration is counted"
                log.warning(table.name, own.row, column, NOTHING, wanted)
