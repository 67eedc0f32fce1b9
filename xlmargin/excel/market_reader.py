"""The market as it is stated: a row an underlying, and the cash dividends.

What a row leaves out may be known of its symbol: `completed` fills it in, and says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import fsum, isnan
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.cells.columns import (
    ABOVE_ZERO,
    GREATEST_PRICE,
    Bounds,
    dates,
    names,
    numbers,
    refuse_beyond,
    refuse_foreign,
    words,
)
from xlmargin.cells.numbers import NUMBER
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.table import RangeTable
from xlmargin.cells.values import CellValue, one_of, text_of
from xlmargin.cells.words import YES_NO, YesNo
from xlmargin.dates import DATE, DAYS_PER_YEAR, date_of
from xlmargin.errors import Severity
from xlmargin.excel.positions_reader import PRICE, VOLATILITY
from xlmargin.excel.published_reader import PUBLISHED, StatedUnderlying, read_published
from xlmargin.excel.symbols import TICKER, ticker
from xlmargin.known_instruments import (
    GroupMember,
    InstrumentFacts,
    InstrumentFinding,
    KnownInstruments,
    apply_known,
    check_groups,
)
from xlmargin.market import NO_HOUSE, NOT_PUBLISHED, Dividend, HouseRates, RateCurve, Underlying
from xlmargin.rulebook import UnderlyingClass, strategy_rules
from xlmargin.settings import KnownUnderlyings
from xlmargin.strategy_margin.rules.options import UNCOVERED, option_factor
from xlmargin.strategy_margin.rules.stock import LONG_STOCK, rates_by_rule

RATE: Final = Bounds(
    "a fraction a year between -0.5 and 0.5, such as 0.04 or 4%", -0.5, 0.5, percent=True
)
"""One beyond 50% a year is taken for a percentage typed as a number."""
_LEVERAGE: Final = Bounds("a factor such as 2 or -3, not 0, at most 10", -10.0, 10.0)
MOST_DIVIDENDS: Final = 200
"""Dividends of one symbol: four a year for half a century; each makes its options slower."""
_SAME_RATE: Final = 1e-12
SAME_INDEX: Final = 0.05
"""Share by which full indexes of one class group may differ before that is worth a look."""

_YIELD: Final = "dividend_yield"
_YEAR: Final = 365
_MOST_OF_PRICE: Final = 0.6
"""Dividends of a year, of the price: puts beside more are not valued within 1e-4 of strike."""
_YEARS_OF: Final = {"d": 1 / DAYS_PER_YEAR, "w": 7 / DAYS_PER_YEAR, "m": 1 / 12, "y": 1.0}
_HOUSE_RATE: Final = "a fraction above 0 and at most 3, such as 0.4 or 40%"
_HOUSE_MOVE: Final = "a fraction above 0, down at most 1 and up at most 3, such as 0.25 or 25%"
_OF_HOUSES: Final = {
    column: Bounds(wanted, 0.0, most, above=True, percent=True)
    for column, most, wanted in (
        ("initial_rate", 3.0, _HOUSE_RATE),
        ("maintenance_rate", 3.0, _HOUSE_RATE),
        ("option_rate", 3.0, _HOUSE_RATE),
        ("house_move_down", 1.0, _HOUSE_MOVE),
        ("house_move_up", 3.0, _HOUSE_MOVE),
    )
}
"""What a house asks, in the order of `HouseRates`; more is taken for a percentage as a number."""
_EXEMPT_FUND: Final = (
    "a fund of exempted securities at its low rate by strategy; portfolio margin takes it as an"
    " equity fund until the clearing house's list of bond funds is seen"
)
CONCENTRATION: Final = ("adv", "shares_outstanding", "industry")
"""What a house's add-ons for concentration count a position beside."""
_CLASSES: Final = one_of(UnderlyingClass)

DividendsRead = Mapping[str, tuple[Dividend, ...]]


@dataclass(frozen=True, eq=False)
class StatedMarket:
    """What a market range states of each symbol but its price.

    `again` are rows of a symbol read before, by index: its row, and whether both say the same.
    """

    stated: Mapping[str, StatedUnderlying]
    again: Mapping[int, tuple[int, bool]]


def read_market(table: RangeTable, log: ProblemLog) -> StatedMarket:
    """The underlyings of a market range by symbol; prices are not looked at."""
    symbols = _tickers(table, log)
    refuse_foreign(table, log)
    adv, outstanding = (ABOVE_ZERO.read(table, name, log) for name in CONCENTRATION[:2])
    industry = names(table, "industry", log)
    class_ = words(table, "class", _CLASSES, "", log)
    leverage, index_scale = _leverage(table, log), ABOVE_ZERO.read(table, "index_scale", log)
    class_group, product_group, portfolio_group = (
        names(table, f"{level}_group", log) for level in ("class", "product", "portfolio")
    )
    name = [text_of(cell) for cell in table.cells("name")]
    yields, rate = RATE.read(table, _YIELD, log), RATE.read(table, "rate", log)
    by_time = _yields_by_time(table, log)
    volatility = VOLATILITY.read(table, "volatility", log)
    marginable = words(table, "marginable", YES_NO, "TRUE or FALSE", log)
    not_marginable = YES_NO.members.index(YesNo.NO)
    house, published = _house_rates(table, log), [NOT_PUBLISHED] * len(table)
    if any(map(table.has, PUBLISHED)):
        published = read_published(table, log)
    spot_is_forward = words(table, "spot_is_forward", YES_NO, "TRUE or FALSE", log)
    is_forward = YES_NO.members.index(YesNo.YES)
    stated: dict[str, StatedUnderlying] = {}
    again: dict[int, tuple[int, bool]] = {}
    for i, symbol in enumerate(symbols):
        facts = InstrumentFacts(
            _CLASSES.members[class_[i]] if class_[i] >= 0 else None,
            _given(leverage[i]),
            _given(index_scale[i]),
            class_group[i] or None,
            product_group[i] or None,
            name[i],
        )
        underlying = Underlying(
            symbol,
            np.nan,
            dividend_yield=float(np.nan_to_num(yields[i])),
            rate=float(rate[i]),
            volatility=float(volatility[i]),
            portfolio_group=portfolio_group[i],
            marginable=bool(marginable[i] != not_marginable),
            adv=float(adv[i]),
            shares_outstanding=float(outstanding[i]),
            industry=industry[i].casefold(),
            yields=by_time[i],
            spot_is_forward=bool(spot_is_forward[i] == is_forward),
            house=house[i],
            published=published[i],
            row=int(table.rows[i]),
        )
        own = StatedUnderlying(underlying, facts)
        if not symbol or stated.setdefault(symbol, own) is own:
            continue
        first = stated[symbol]
        here = replace(own, underlying=replace(underlying, row=first.underlying.row))
        again[i] = symbols.index(symbol), repr(here) == repr(first)
    return StatedMarket(stated, again)


def read_prices(market: StatedMarket, table: RangeTable, log: ProblemLog) -> dict[str, float]:
    """The price of each symbol of a market range, $; one left out, or not to be read, is NaN."""
    typed = numbers(table, "price", log)
    log.errors_where(~(typed > 0) & ~table.empty("price"), table, "price", PRICE)
    refuse_beyond(GREATEST_PRICE, typed, table, "price", log)
    spot = np.where(typed > 0, typed, np.nan)
    for i, (first, same) in market.again.items():
        row, other = int(table.rows[i]), int(table.rows[first])
        symbol = next(s for s, own in market.stated.items() if own.underlying.row == other)
        if same and np.array_equal(spot[i], spot[first], equal_nan=True):
            log.note(table.name, row, "symbol", f"{symbol} again, as in row {other}")
        else:
            wanted = f"one row for {symbol}; another is row {other}"
            log.error(table.name, row, "symbol", repr(symbol), wanted)
    at = dict(zip(table.rows.tolist(), spot.tolist(), strict=True))
    return {symbol: at[own.underlying.row] for symbol, own in market.stated.items()}


def years_of_term(name: str) -> float:
    """Time of a term, years: that of "rate 30d" is 30 / 365, of "rate" itself 0."""
    _, _, term = name.partition(" ")
    return int(term[:-1]) * _YEARS_OF[term[-1]] if term else 0.0


def _yields_by_time(table: RangeTable, log: ProblemLog) -> list[RateCurve | None]:
    """The dividend yields of each row by time, None where it states none.

    A row has one yield or yields by time, and one for each time.
    """
    headings = [heading for heading in table.columns if heading.startswith(f"{_YIELD} ")]
    headings.sort(key=years_of_term)
    years = np.array([years_of_term(heading) for heading in headings])
    yields = np.array([RATE.read(table, heading, log) for heading in headings])
    stated = ~np.isnan(yields).reshape(len(headings), len(table))
    wanted = f"either one {_YIELD} or yields by time"
    for i in range(len(headings)):
        log.errors_where(stated[i] & ~table.empty(_YIELD), table, headings[i], wanted)
        again = stated[i] & (stated[:i] & (years[:i] == years[i])[:, None]).any(axis=0)
        log.errors_where(again, table, headings[i], "one yield for each time")
    return [
        RateCurve(tuple(years[own].tolist()), tuple(yields[own, row].tolist()))
        if own.any()
        else None
        for row, own in enumerate(stated.T)
    ]


def _house_rates(table: RangeTable, log: ProblemLog) -> list[HouseRates]:
    """What the house asks of each symbol; fractions, NaN where nothing is stated."""
    columns = [own.within(table, name, log).tolist() for name, own in _OF_HOUSES.items()]
    rows = zip(*columns, strict=True)
    return [NO_HOUSE if all(map(isnan, rates)) else HouseRates(*rates) for rates in rows]


def _given(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _tickers(table: RangeTable, log: ProblemLog) -> list[str]:
    """The tickers of a symbol column, in capitals; "" where reported as a problem."""
    cells = table.texts("symbol")
    read = [*(ticker(str(cell)) for cell in cells.distinct), ""]
    if table.has("symbol"):
        missing = np.array([not read[code] for code in cells.codes.tolist()], dtype=bool)
        log.errors_where(missing, table, "symbol", TICKER)
    return [read[code] for code in cells.codes.tolist()]


def _leverage(table: RangeTable, log: ProblemLog) -> FloatArray:
    values = _LEVERAGE.read(table, "leverage", log)
    log.errors_where(values == 0, table, "leverage", _LEVERAGE.wanted)
    return values


def completed(
    stated: Mapping[str, StatedUnderlying],
    table: RangeTable,
    day: dt.date,
    policy: KnownUnderlyings,
    log: ProblemLog,
    known: KnownInstruments,
) -> dict[str, Underlying]:
    """The underlyings with what is known of them where nothing is stated, which is told."""
    underlyings: dict[str, Underlying] = {}
    for symbol, own in stated.items():
        facts, findings = apply_known(symbol, own.facts, day, policy, known)
        for finding in findings:
            place(finding, table, own.underlying.row, log)
        underlyings[symbol] = with_facts(own.underlying, facts)
        _check_house_rates(underlyings[symbol], day, table, log)
        if facts.underlying_class is UnderlyingClass.ETF_EXEMPT:
            log.note(table.name, own.underlying.row, "class", f"{symbol}: {_EXEMPT_FUND}")
    return underlyings


def with_facts(underlying: Underlying, facts: InstrumentFacts) -> Underlying:
    """An underlying with its facts, of which none is left open."""
    assert facts.underlying_class is not None
    return replace(
        underlying,
        underlying_class=facts.underlying_class,
        leverage=0.0 if facts.underlying_class.stands_still else facts.leverage or 1.0,
        index_scale=facts.index_scale or 1.0,
        class_group=facts.class_group or "",
        product_group=facts.product_group or "",
    )


def _check_house_rates(
    underlying: Underlying, day: dt.date, table: RangeTable, log: ProblemLog
) -> None:
    """A problem where a house's rate is below the rule's of the day, which it names."""
    if underlying.house == NO_HOUSE or underlying.underlying_class is UnderlyingClass.TREASURY:
        return
    rules = strategy_rules(day)
    initial, maintenance = rates_by_rule(underlying, rules)
    options = rules.short_options.underlying_rate[underlying.underlying_class]
    options *= option_factor(underlying, rules)
    house, cited = underlying.house, rules.citations
    for column, found, least, rule in (
        ("initial_rate", house.initial_rate, initial, cited["long_stock_initial_rate"]),
        ("maintenance_rate", house.maintenance_rate, maintenance, LONG_STOCK.maintenance),
        ("option_rate", house.option_rate, options, UNCOVERED.maintenance),
    ):
        if found < least - _SAME_RATE:
            wanted = f"{least:g} or more for {underlying.symbol}: {rule} asks that"
            log.error(table.name, underlying.row, column, f"{found:g}", wanted)


def check_market(
    underlyings: Iterable[Underlying],
    table: RangeTable,
    as_of: float,
    log: ProblemLog,
    known: KnownInstruments,
) -> None:
    """What is wrong, or looks so, with the groups that underlyings share."""
    listed = list(underlyings)
    if not any(u.class_group for u in listed):
        return
    row = {u.symbol: u.row for u in listed}
    members = [GroupMember(u.symbol, u.group, u.underlying_class) for u in listed]
    day = dt.date.max if np.isnan(as_of) else date_of(as_of)
    for finding in check_groups(members, day, known):
        place(finding, table, row[finding.symbol], log)
    first: dict[str, Underlying] = {}
    for underlying in listed:
        if not underlying.class_group or not underlying.underlying_class.is_index:
            continue
        other = first.setdefault(underlying.group, underlying)
        full, whole = underlying.spot / underlying.index_scale, other.spot / other.index_scale
        if abs(full - whole) > SAME_INDEX * whole:
            found = f"{underlying.symbol} {underlying.spot:g} at scale {underlying.index_scale:g}"
            wanted = f"a full index near the {whole:.6g} of {other.symbol}, {underlying.group}"
            log.warning(table.name, underlying.row, "index_scale", found, wanted)


def place(finding: InstrumentFinding, table: RangeTable, row: int, log: ProblemLog) -> None:
    """What is known of an underlying, in the market's row of it, or in none."""
    match finding.severity:
        case Severity.ERROR:
            log.error(table.name, row, finding.field, finding.text, finding.wanted)
        case Severity.WARNING:
            log.warning(table.name, row, finding.field, finding.text, finding.wanted)
        case Severity.NOTE:
            log.note(table.name, row, finding.field, finding.text)


def read_dividends(table: RangeTable, log: ProblemLog) -> DividendsRead:
    """The dividends of each symbol, by ex-dividend date."""
    ex_date, amount = dates(table, "ex_date", log), numbers(table, "amount", log)
    for column, values, wanted in (("ex_date", ex_date, DATE), ("amount", amount, NUMBER)):
        if table.has(column):
            log.errors_where(np.isnan(values), table, column, wanted)
    log.errors_where(amount < 0, table, "amount", "dollars per share, 0 or more")
    refuse_beyond(GREATEST_PRICE, amount, table, "amount", log)
    refuse_foreign(table, log)
    log.warnings_where(amount == 0, table, "amount", "dollars per share, above 0")
    by_symbol: dict[str, list[Dividend]] = {}
    entries = list(zip(_tickers(table, log), ex_date.tolist(), amount.tolist(), strict=True))
    first = {entry: i for i, entry in reversed([*enumerate(entries)])}
    again = [first[entry] != i for i, entry in enumerate(entries)]
    repeated = np.array(again, dtype=bool) & (amount > 0)
    log.warnings_where(repeated, table, "amount", "one row for it; both count")
    for symbol, day, dollars in entries:
        by_symbol.setdefault(symbol, []).append(Dividend(day, dollars))
    for symbol, paid in by_symbol.items():
        if len(paid) > MOST_DIVIDENDS:
            found = f"{len(paid)} dividends of {symbol}"
            log.error(table.name, 0, "", found, f"at most {MOST_DIVIDENDS} of one symbol")
    return {s: tuple(sorted(d, key=lambda each: each.ex_date)) for s, d in by_symbol.items()}


def with_dividends(
    underlyings: Mapping[str, Underlying], dividends: DividendsRead
) -> dict[str, Underlying]:
    """The underlyings, each with its dividends."""
    return {
        symbol: replace(underlying, dividends=dividends[symbol])
        if symbol in dividends
        else underlying
        for symbol, underlying in underlyings.items()
    }


def check_dividends(
    dividends: DividendsRead,
    underlyings: Mapping[str, Underlying],
    table: RangeTable,
    log: ProblemLog,
) -> None:
    """A problem for dividends of a year beside which no put is valued; a warning for nobody's."""
    for symbol, paid in dividends.items():
        spot = underlyings[symbol].spot if symbol in underlyings else 0.0
        of_years = (
            fsum(other.amount for other in paid if 0 <= other.ex_date - each.ex_date < _YEAR)
            for each in paid
        )
        if (most := max(of_years)) > _MOST_OF_PRICE * spot > 0:
            wanted = f"at most {_MOST_OF_PRICE:.0%} of the price of {symbol}, {spot:.10g}"
            log.error(table.name, 0, "amount", f"{most:.10g} per share in a year", wanted)

    def is_unknown(cell: CellValue) -> bool:
        return (symbol := ticker(text_of(cell))) != "" and symbol not in underlyings

    wanted = "a symbol of the market; these dividends are ignored"
    log.warnings_where(table.texts("symbol").where(is_unknown), table, "symbol", wanted)
