"""Rows of positions placed beside what is known of their roots, and then beside their market.

What a row leaves out - underlying, style, settlement, multiplier, deliverable - its root says; then
the market says what it is written on and at which price. Whatever does not fit is a problem.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray, Names
from xlmargin.book import Positions
from xlmargin.cells.problems import ProblemLog, ReadOnce, shown_date
from xlmargin.cells.values import nearest
from xlmargin.cells.words import SETTLEMENTS, STYLES
from xlmargin.contracts import NO_UNDERLYING, STANDARD_CONTRACT, Contracts, Settlement, Style
from xlmargin.dates import LAST_SATURDAY, date_of
from xlmargin.excel.positions_reader import PositionRows
from xlmargin.excel.symbols import ticker
from xlmargin.known_instruments import KNOWN, KnownInstruments, KnownRoot, RootKind
from xlmargin.market import Market

NOT_STATED: Final = "not stated"
"""What `deliverable` holds for an adjusted contract that does not say what it delivers."""

_MORNING: Final = SETTLEMENTS.members.index(Settlement.AM)

_EVENING: Final = SETTLEMENTS.members.index(Settlement.PM)

_SETTLEMENT_OF: Final = {"am": _MORNING}

_STYLE_OF: Final = {style: i for i, style in enumerate(STYLES.members)}

_NOON: Final = 0.5
"""An option that ends earlier in the day settles at its open."""

_UNITS: Final = re.compile(r"(\d[\d,]*(?:\.\d+)?)(?: *(?:shares(?: of)?)? *([A-Z][A-Z0-9./]*))?")
"""What a contract delivers, where that is units of one underlying: "100", "100 XYZ"."""


@dataclass(frozen=True, eq=False)
class _Roots:
    """What is known of the root of each option, an entry a row; nothing of what is no option."""

    underlying: Names
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
    day = None if np.isnan(as_of) else date_of(as_of)
    own = tuple(root in listed for root in rows.root.words)
    key = rows, day, own, known
    return _RESOLVED.get(key, rows.table.name, log, lambda found: _resolved(*key, found))


def _resolved(
    rows: PositionRows,
    day: dt.date | None,
    own: tuple[bool, ...],
    known: KnownInstruments,
    log: ProblemLog,
) -> PositionRows:
    """The rows; `own` tells which of their roots are underlyings themselves."""
    roots = _roots(rows, day, own, known)
    rows = replace(
        rows,
        underlying=rows.underlying.otherwise(
            rows.underlying.where(bool), roots.underlying
        ).replaced(rows.is_cash, ""),
        multiplier=_multipliers(rows, roots.multiplier, log),
        style=np.where(rows.style < 0, roots.style, rows.style),
        settlement=_settlements(rows, roots.settlement),
    )
    return replace(
        rows, deliverable=_deliverables(rows, roots.adjusted, log), cost=_costs(rows, log)
    )


_RESOLVED: Final = ReadOnce[
    tuple[PositionRows, dt.date | None, tuple[bool, ...], KnownInstruments], PositionRows
](most=64, most_size=4_000_000, size=lambda rows: rows.size)
"""Bounded by entries, in all."""


def _roots(
    rows: PositionRows, day: dt.date | None, own: tuple[bool, ...], known: KnownInstruments
) -> _Roots:
    code, roots = rows.root.code, rows.root.words
    roots_known: list[KnownRoot | None] = []
    for root, is_own in zip(roots, own, strict=True):
        found = known.root(root, day)
        is_plain = found is not None and is_own and found.kind is RootKind.ADJUSTED
        roots_known.append(None if is_plain else found)
    underlying = [
        k.underlying if k and not o and k.underlying else ticker(root) or root
        for root, k, o in zip(roots, roots_known, own, strict=True)
    ]
    option = rows.is_option
    of_row = np.where(option, code, len(roots) + code)

    def of_root(values: list[int] | list[float], otherwise: float) -> FloatArray:
        return np.where(option, np.array(values, dtype=np.float64)[code], otherwise)

    settlement = [_SETTLEMENT_OF.get(k.settlement, _EVENING) if k else -1 for k in roots_known]
    style = [_STYLE_OF.get(k.style, -1) if k and k.style else -1 for k in roots_known]
    return _Roots(
        Names.coded(of_row, [*underlying, *roots]),
        of_root(style, -1).astype(np.int64),
        of_root(settlement, -1).astype(np.int64),
        of_root([k.multiplier if k else np.nan for k in roots_known], np.nan),
        of_root([int(k is not None and k.kind is RootKind.ADJUSTED) for k in roots_known], 0) > 0,
    )


def _settlements(rows: PositionRows, by_root: IntArray) -> IntArray:
    """Settlement as stated, else by the hour of the expiration, else the root's, else the close."""
    hour = rows.expiration - np.floor(rows.expiration)
    unstated = np.where(by_root < 0, _EVENING, by_root)
    unstated = np.where(hour > 0, np.where(hour < _NOON, _MORNING, _EVENING), unstated)
    return np.where(rows.settlement >= 0, rows.settlement, unstated)


def _multipliers(rows: PositionRows, by_root: FloatArray, log: ProblemLog) -> FloatArray:
    """Multipliers as stated, else the roots', else 100 of options and 1 of shares."""
    unstated = np.isnan(rows.multiplier)
    other = unstated & ~np.isnan(by_root) & (by_root != STANDARD_CONTRACT)
    for each in np.unique(by_root[other]).tolist():
        where = other & (by_root == each)
        log.notes_where(where, rows.table, "symbol", f"multiplier {each:g}, known of the root")
    differs = ~unstated & ~np.isnan(by_root) & (rows.multiplier != by_root)
    log.warnings_where(differs, rows.table, "multiplier", "the multiplier known of the root")
    little = rows.is_option & ~unstated & np.isnan(by_root) & (rows.multiplier < 10)
    log.warnings_where(little, rows.table, "multiplier", "100, or what the contract delivers")
    default = np.where(rows.is_option, STANDARD_CONTRACT, 1.0)
    stated = np.where(unstated, by_root, rows.multiplier)
    return np.where(np.isnan(stated), default, stated)


def _deliverables(rows: PositionRows, adjusted: BoolArray, log: ProblemLog) -> Names:
    """What each contract delivers, nothing for the standard: its multiplier of the underlying."""
    if not adjusted.any() and not any(rows.deliverable.words):
        return rows.deliverable
    columns = zip(rows.deliverable, rows.underlying, rows.multiplier.tolist(), strict=True)
    found = [_delivered(*each) for each in columns]
    contradicts = rows.is_option & np.array([each is None for each in found], dtype=bool)
    wanted = "as many units as the multiplier says, or the multiplier of the contract"
    log.errors_where(contradicts, rows.table, "deliverable", wanted)
    unsaid = adjusted & rows.deliverable.where(operator.not_)
    wanted = "what it delivers, in a column deliverable: adjusted, it stands beside nothing else"
    log.warnings_where(unsaid, rows.table, "symbol", wanted)
    apart = rows.is_option & np.array([bool(each) for each in found], dtype=bool)
    wanted = "units of the underlying: valued as if it delivered them"
    log.warnings_where(apart, rows.table, "deliverable", wanted)
    flags = zip(found, unsaid.tolist(), rows.is_option.tolist(), strict=True)
    return Names.of(
        [
            (NOT_STATED if missing else each or "") if option else ""
            for each, missing, option in flags
        ]
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


def name_apart(root: str, underlying: str) -> str:
    """The name that stands for the underlying of a contract that delivers something else."""
    return root if root != underlying else f"{root}*"


def placed(
    rows: PositionRows, market: Market, log: ProblemLog, *, marked_before: bool = False
) -> Positions:
    """The positions as the engine holds them; what the market lacks for them is a problem.

    Of options that were `marked_before` the market is not asked how near their mark_spot is.
    """
    listed = tuple((u.symbol, u.underlying_class.is_index) for u in market.underlyings)
    own = _HELD.get((rows, listed), rows.table.name, log, lambda found: _held(rows, listed, found))
    contracts, of_market = own.contracts, own.of_market
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
    scale = _from_market(market.index_scale, of_market)
    mark_spot = mark_spots(rows, spot, scale, ProblemLog() if marked_before else log)
    mark = np.where(rows.is_stock & np.isnan(rows.price), spot, rows.price)
    mark = np.where(rows.is_cash, 1.0, mark)
    return Positions(
        contracts,
        quantity=rows.quantity,
        mark=mark,
        cost=np.where(np.isnan(rows.cost), mark, rows.cost),
        volatility=rows.volatility,
        mark_spot=mark_spot,
        forward=np.where(rows.is_option, rows.forward, np.nan),
        half_spread=np.where(rows.is_option, rows.half_spread, np.nan),
        account=own.account.code,
        accounts=own.account.words,
        group=own.group.code,
        groups=own.group.words,
        row=rows.table.rows,
        origin=np.zeros(len(rows), dtype=np.int64),
        origins=(rows.table.name,),
    )


_Listed = tuple[tuple[str, bool], ...]
"""The underlyings of a market: their symbols, and which of them are indexes."""


@dataclass(frozen=True, eq=False)
class _Held:
    """What is held, whatever the prices are: contracts, and whose they are.

    `of_market` is the index of each underlying in the market, 0 where it has none.
    """

    contracts: Contracts
    of_market: IntArray
    account: Names
    group: Names


_HELD: Final = ReadOnce[tuple[PositionRows, _Listed], _Held](
    most=32, most_size=2_000_000, size=lambda held: len(held.contracts)
)
"""Bounded by positions, in all."""


def _held(rows: PositionRows, listed: _Listed, log: ProblemLog) -> _Held:
    underlying = _indexes(rows, {symbol: i for i, (symbol, _) in enumerate(listed)}, log)
    of_market = np.where(underlying == NO_UNDERLYING, 0, underlying)
    is_index = np.array([is_index for _, is_index in listed] or [False])[of_market]
    wanted = "a stock or fund: the market range gives it the class of an index"
    wrong = is_index & (underlying != NO_UNDERLYING) & rows.is_stock
    log.errors_where(wrong, rows.table, "symbol", wanted)
    group, groups = rows.group.code, rows.group.words
    if "" in groups:
        none = groups.index("")
        group = np.where(group == none, -1, group - (group > none))
        groups = (*groups[:none], *groups[none + 1 :])
    contracts = _contracts(rows, underlying, is_index)
    return _Held(contracts, of_market, rows.account, Names(group, groups))


def _contracts(rows: PositionRows, underlying: IntArray, is_index: BoolArray) -> Contracts:
    return Contracts(
        root=rows.root,
        kind=rows.kind,
        underlying=underlying,
        strike=np.where(rows.is_option, rows.strike, np.nan),
        expiration=np.where(rows.is_option, rows.expiration, np.nan),
        at_open=rows.is_option & (rows.settlement == _MORNING),
        american=_american(rows, is_index),
        multiplier=rows.multiplier,
        deliverable=rows.deliverable,
    )


def _from_market(column: FloatArray, underlying: IntArray) -> FloatArray:
    """Each position's value of a column of the market, NaN where the market is empty."""
    return column[underlying] if len(column) else np.full(len(underlying), np.nan)


def _indexes(rows: PositionRows, index_of: Mapping[str, int], log: ProblemLog) -> IntArray:
    """Index of each row's underlying in the market; one problem for each that is not there."""
    columns = zip(rows.root, rows.underlying, rows.deliverable, strict=True)
    names_ = (
        Names.of([name_apart(root, name) if apart else name for root, name, apart in columns])
        if any(rows.deliverable.words)
        else rows.underlying
    )
    typed = ~rows.table.empty("underlying")
    found = {"": NO_UNDERLYING, **index_of}
    missing = names_.where(lambda name: name not in found)
    wanted = (
        "its price in the market range, whose rows XLM_MARKET and `xlmargin market` write; or in"
        " the price column of a stock row"
    )
    after = ("symbol", "type", "right", "underlying")
    for of_near, meant in _near(names_, missing, index_of):
        perhaps = f"{wanted} (perhaps {meant}?)" if meant else wanted
        for column, own in (("underlying", typed), ("symbol", ~typed)):
            log.errors_where(of_near & own, rows.table, column, perhaps, after=after)
    indexes = [found.get(name, NO_UNDERLYING) for name in names_.words]
    return np.array(indexes, dtype=np.int64)[names_.code]


def _near(
    names: Names, missing: BoolArray, index_of: Mapping[str, int]
) -> Iterator[tuple[BoolArray, str]]:
    """Rows of what the market has not, by what it has and was probably meant, "" for no such."""
    lacking = sorted(set(names.words) - index_of.keys() - {""})
    known = [*index_of][:_MOST_KNOWN]
    near = {name: nearest(name, known, least=_NEARLY) for name in lacking[:_MOST_COMPARED]}
    for meant in sorted({*near.values(), ""}):
        own = missing & names.where(
            {n for n in names.words if near.get(n, "") == meant}.__contains__
        )
        if own.any():
            yield own, meant


_NEARLY: Final = 0.85
_MOST_COMPARED: Final = 5
_MOST_KNOWN: Final = 2_000
"""How alike a symbol is to one that is probably meant; how many are compared, and with how many."""


def _american(rows: PositionRows, is_index: BoolArray) -> BoolArray:
    """Which options are American: as stated or known, or else all but those on an index."""
    stated = rows.style == _STYLE_OF[Style.AMERICAN]
    return np.where(rows.style < 0, ~is_index, stated)


MOST_APART: Final = 0.01
"""Share of the spot by which a stock row's price may differ from it before that is worth a look."""

TOO_FAR_APART: Final = 2.0

_FAR_SPOT: Final = 0.10

_WRONG_SPOT: Final = 0.25
"""Shares of the spot by which the underlying's price at the mark is a warning, or an error."""


def check_expirations(rows: PositionRows, as_of: float, log: ProblemLog) -> None:
    """An option that expired before the day of the snapshot is a problem; the same day is not."""
    day, expiration = np.floor(as_of), np.floor(rows.expiration)
    stated = "the day of the prices (the setting as_of, if no date is beside it)"
    wanted = f"{shown_date(as_of)} or later: the option has expired by {stated}"
    typed = ~rows.table.empty("expiration")
    expired = rows.is_option & (expiration < day)
    log.errors_where(expired & typed, rows.table, "expiration", wanted, shown_date)
    log.errors_where(expired & ~typed, rows.table, "symbol", wanted)
    matured = rows.is_treasury & (expiration <= day)
    wanted = f"a day after {shown_date(as_of)}: what has matured is cash"
    log.errors_where(matured, rows.table, "expiration", wanted, shown_date)
    weekday = expiration - 7 * np.floor(expiration / 7)  # Saturdays are 0
    weekend = (weekday == 1) | (weekday == 0) & ~(expiration < LAST_SATURDAY)
    for last in np.unique((expiration - 1 - weekday)[rows.is_option & weekend]).tolist():
        of_week = rows.is_option & weekend & (expiration - 1 - weekday == last)
        wanted = f"an expiration on a weekday, such as Friday {date_of(last)}"
        for each, own in (("expiration", typed), ("symbol", ~typed)):
            log.warnings_where(of_week & own, rows.table, each, wanted)


def check_stock_prices(
    rows: PositionRows, spot: FloatArray, in_market: BoolArray, log: ProblemLog
) -> None:
    """A stock row's price far from the market's is a warning; from another stock row's, an error.

    Without a market range nothing says which of two prices the options are to be valued with. A
    price twice or half the market's is an error too: one of them is in cents, or before a split.
    """
    apart = rows.is_stock & (np.abs(rows.price - spot) > MOST_APART * spot)
    near = (spot <= TOO_FAR_APART * rows.price) & (rows.price <= TOO_FAR_APART * spot)
    for i in filter(rows.root.__getitem__, np.flatnonzero(apart).tolist()):
        says = "as the market says" if in_market[i] else "as another row says, or a market range"
        report = log.warning if in_market[i] and near[i] else log.error
        found, wanted = f"{rows.price[i]:.10g}", f"about {spot[i]:.10g}, {says}"
        report(rows.table.name, int(rows.table.rows[i]), "price", found, wanted)


def mark_spots(
    rows: PositionRows, spot: FloatArray, index_scale: FloatArray, log: ProblemLog
) -> FloatArray:
    """The prices of the underlyings when marks were taken, $; one far from today's is a problem.

    That of a full index beside options on a part of it is taken for that part of it.
    """
    given = np.where(rows.is_option, rows.mark_spot, np.nan)
    of_full = (np.abs(given / spot - 1) > _WRONG_SPOT) & (
        np.abs(given * index_scale / spot - 1) <= _WRONG_SPOT
    )
    text = "the price of the full index, taken times index_scale"
    log.notes_where(of_full, rows.table, "mark_spot", text)
    found = np.where(of_full, given * index_scale, given)
    apart = np.abs(found / spot - 1)
    wanted = "a price of the underlying nearer today's"
    log.errors_where(apart > _WRONG_SPOT, rows.table, "mark_spot", wanted)
    far = (apart > _FAR_SPOT) & (apart <= _WRONG_SPOT)
    log.warnings_where(far, rows.table, "mark_spot", wanted)
    return found
