"""Second looks at what can be read: mostly warnings, for the positions are the user's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.book import Book, Positions, cash_of_accounts
from xlmargin.both_regimes import under_portfolio_margin
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.values import shown_date
from xlmargin.dates import date_of, is_saturday, is_standard_saturday
from xlmargin.errors import InputError, MarginError, Problem, Severity
from xlmargin.excel.positions_reader import PositionRows
from xlmargin.known_instruments import CLASS, NOT_USED, Finding
from xlmargin.margin_calls import business_day_before, is_business_day
from xlmargin.market import Market, Underlying
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.risk_array.contract_table import NO_CONTRACT
from xlmargin.strategy_margin import strategy_margin

MOST_APART: Final = 0.01
"""Share of the spot by which a stock row's price may differ from it before that is worth a look."""
TOO_FAR_APART: Final = 2.0
_FAR_SPOT: Final = 0.10
_WRONG_SPOT: Final = 0.25
"""Shares of the spot by which the underlying's price at the mark is a warning, or an error."""
MOST_NAMED: Final = 5
"""Accounts named in one warning; of the rest only their number is told."""

MOST_IF_STATED: Final = 2_000
"""Positions that a check margins again to tell what stating facts would give."""

_SAME_VALUE: Final = 0.10
"""Share of the price by which a model value may differ before it is told."""
_A_TICK: Final = 0.05
"""Dollars per unit by which it may differ in any case."""
_MOST_TIMES: Final = 10.0
"""How many times its underlying's price a strike may be, or the other way round."""
_TOTAL: Final = "total"


def check_expirations(rows: PositionRows, as_of: float, log: ProblemLog) -> None:
    """An option that expired before the day of the snapshot is a problem; the same day is not."""
    day, expiration = np.floor(as_of), np.floor(rows.expiration)
    wanted = f"{shown_date(as_of)} or later: the option has expired"
    typed = ~rows.table.empty("expiration")
    expired = rows.is_option & (expiration < day)
    log.errors_where(expired & typed, rows.table, "expiration", wanted, shown_date)
    log.errors_where(expired & ~typed, rows.table, "symbol", wanted)
    matured = rows.is_treasury & (expiration <= day)
    wanted = f"a day after {shown_date(as_of)}: what has matured is cash"
    log.errors_where(matured, rows.table, "expiration", wanted, shown_date)
    weekend = is_saturday(expiration) & ~is_standard_saturday(expiration) | (expiration % 7 == 1)
    column = np.where(typed, "expiration", "symbol")
    for each in ("expiration", "symbol"):
        where = rows.is_option & weekend & (column == each)
        log.warnings_where(where, rows.table, each, "an expiration on a weekday")


def check_stock_prices(
    rows: PositionRows, spot: FloatArray, in_market: BoolArray, log: ProblemLog
) -> None:
    """A stock row's price far from the market's is a warning; from another stock row's, an error.

    Without a market range nothing says which of two prices the options are to be valued with. A
    price twice or half the market's is an error too: one of them is in cents, or before a split.
    """
    apart = rows.is_stock & (np.abs(rows.price - spot) > MOST_APART * spot)
    near = (spot <= TOO_FAR_APART * rows.price) & (rows.price <= TOO_FAR_APART * spot)
    for i in np.flatnonzero(apart).tolist():
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


def check_names(rows: PositionRows, log: ProblemLog) -> None:
    """Warnings for accounts and groups that were probably meant to be one."""
    accounts, groups = rows.account, rows.group
    _check_spellings(rows, "account", accounts, log)
    _check_spellings(rows, "group", groups, log)
    _check_spread_groups(rows, accounts, groups, log)
    total = np.array([name.casefold() == _TOTAL for name in accounts], dtype=bool)
    if total.any() and not total.all():
        wanted = f"another name: tables call the sum of all accounts {_TOTAL}"
        log.warnings_where(total, rows.table, "account", wanted)
    without = np.array([not name for name in accounts], dtype=bool)
    if without.any() and not without.all():
        wanted = "an account, as other rows have; these rows are an account of their own"
        log.warnings_where(without, rows.table, "account", wanted)


def _check_spellings(
    rows: PositionRows, column: str, names: Sequence[str], log: ProblemLog
) -> None:
    """A warning for each name that another row spells in other capitals."""
    first: dict[str, str] = {}
    for name in dict.fromkeys(names):
        other = first.setdefault(name.casefold(), name)
        if other != name:
            where = np.array([each == name for each in names], dtype=bool)
            wanted = f"{other!r}, if the same {column} is meant"
            log.warnings_where(where, rows.table, column, wanted)


def _check_spread_groups(
    rows: PositionRows, accounts: Sequence[str], groups: Sequence[str], log: ProblemLog
) -> None:
    """A warning for each group with rows in several accounts, which nothing pairs."""
    first: dict[str, str] = {}
    spread = [
        bool(group) and first.setdefault(group, account) != account
        for group, account in zip(groups, accounts, strict=True)
    ]
    wanted = "rows of one account: accounts are margined apart"
    log.warnings_where(np.array(spread, dtype=bool), rows.table, "group", wanted)


def warn_of_contracts(margin: PortfolioMargin) -> list[Problem]:
    """Options whose strike, price and expiration hardly fit their underlying.

    A strike far from it is often in thousandths; an option that expires on the day of `as_of` has
    no time left unless that has a time.
    """
    positions, contracts = margin.book.positions, margin.frame.contracts
    of_position = contracts.of_position
    priced = np.flatnonzero((of_position != NO_CONTRACT) & ~np.isnan(positions.mark))
    warnings = []
    for i in priced.tolist():
        contract, mark = of_position[i], positions.mark[i]
        spot = contracts.spot[contract]
        model, strike = contracts.model[contract], positions.strike[i]
        if max(strike / spot, spot / strike) > _MOST_TIMES:
            wanted = f"a strike nearer the price of the underlying, {spot:.10g}"
            warnings.append(_warning(positions, i, "strike", positions.label(i), wanted))
        elif (
            not contracts.contracts.years[contract]
            and not contracts.settled[contract]
            and abs(model - mark) > max(_SAME_VALUE * mark, _A_TICK)
        ):
            wanted = f"about {model:,.2f}, its value at expiration; or an as_of with its time"
            warnings.append(_warning(positions, i, "price", f"{mark:.10g}", wanted))
    return warnings


def figures_if_stated(
    margin: PortfolioMargin, if_stated: Iterable[tuple[Finding, Market]]
) -> dict[str, str]:
    """Notes on what is known but not used, by their text: each with what stating it would give.

    Only the positions that it touches are margined again, and of a large book not all.
    """
    notes, left = {}, MOST_IF_STATED
    for finding, market in if_stated:
        book, other = margin.book, replace(margin.book, market=market)
        own = _grouped_with(finding.symbol, book, market)
        if len(own) > left:
            continue
        left -= len(own)
        try:
            before, after = (under_portfolio_margin(b.only(own)).amount for b in (book, other))
            by_strategy = finding.field == CLASS and [
                strategy_margin(b.only(own)).maintenance for b in (book, other)
            ]
        except MarginError:
            continue
        would_give = []
        if abs(after - before) >= 0.5:
            figures = (margin.amount + after - before, margin.amount)
            would_give.append("portfolio margin of {:,.0f} instead of {:,.0f}".format(*figures))
        if by_strategy and abs(by_strategy[1] - by_strategy[0]) >= 0.5:
            more = "strategy-based maintenance of {1:,.0f} instead of {0:,.0f} on it"
            would_give.append(more.format(*by_strategy))
        if would_give:
            fact = finding.text.partition(NOT_USED)[0].rstrip()
            gives = " and ".join(would_give)
            notes[finding.text] = f"{fact}, if stated, would give {gives}; no list seen confirms it"
    return notes


def _grouped_with(symbol: str, book: Book, market: Market) -> IntArray:
    """Positions on an underlying and on all that share a group with it in either market."""
    touched, before = {symbol}, 0
    while len(touched) > before:
        before = len(touched)
        listed = (*book.market.underlyings, *market.underlyings)
        groups = {group for u in listed if u.symbol in touched for group in _groups(u)}
        touched |= {u.symbol for u in listed if not groups.isdisjoint(_groups(u))}
    index = [i for i, u in enumerate(market.underlyings) if u.symbol in touched]
    return np.flatnonzero(np.isin(book.positions.underlying, index))


def _groups(underlying: Underlying) -> set[tuple[str, str]]:
    named = {"class": underlying.group, "product": underlying.product_group}
    named["portfolio"] = underlying.portfolio_group
    return {(level, name) for level, name in named.items() if name}


def warn_of_cash(book: Book) -> list[Problem]:
    """Accounts whose cash is stated nowhere, in one warning; or a setting that is nobody's."""
    try:
        cash = cash_of_accounts(book)
    except InputError as refused:
        return [replace(p, severity=Severity.WARNING) for p in refused.problems]
    missing = [book.positions.accounts[i] for i in np.flatnonzero(np.isnan(cash)).tolist()]
    if not missing:
        return []
    more = f" and {len(missing) - MOST_NAMED:,} more" if len(missing) > MOST_NAMED else ""
    named = ", ".join(missing[:MOST_NAMED]) + more
    whose = f"account{'s' * (len(missing) > 1)} {named}" if named else "the account"
    wanted = f"the cash of {whose} (0 if none): account values count none"
    return [Problem("settings", 0, "cash", "nothing", wanted, Severity.WARNING)]


def warn_of_closed_day(as_of: float, row: int = 0) -> list[Problem]:
    """A moment, a serial day, on a day without trading; `row` is that of the setting."""
    day = date_of(as_of)
    if is_business_day(day):
        return []
    wanted = f"{business_day_before(day)}, the trading day before: it has the prices"
    found = f"{day}, a {day:%A} without trading"
    return [Problem("settings", row, "as_of", found, wanted, Severity.WARNING)]


def as_warnings(problems: Sequence[Problem]) -> list[Problem]:
    """What refuses the strategy-based figures alone, for a check of both regimes."""
    return [
        replace(p, found=f"{p.found} (strategy-based)", severity=Severity.WARNING) for p in problems
    ]


def warn_of_closed(positions: Positions) -> list[Problem]:
    """Contracts held long and short in one account: strategies close them out, minimums do not."""
    first: dict[tuple[int, int], tuple[int, bool]] = {}
    warnings = []
    for i in np.flatnonzero(positions.is_option & (positions.quantity != 0)).tolist():
        key = int(positions.account[i]), int(positions.contracts.series[i])
        is_long = bool(positions.quantity[i] > 0)
        other, other_long = first.setdefault(key, (i, is_long))
        if other_long is not is_long:
            found = f"{positions.label(i)}, held the other way in {positions.rows([other])}"
            wanted = "the net position: each contract is charged the minimum of portfolio margin"
            warnings.append(_warning(positions, i, "quantity", found, wanted))
    return warnings


def warn_of_equal_rows(positions: Positions) -> list[Problem]:
    """Rows of one account alike in contract, quantity and prices: one may be there twice."""
    first: dict[tuple[float, ...], int] = {}
    columns = (positions.quantity, positions.mark, positions.cost, positions.volatility)
    codes = (positions.account, positions.group, positions.contracts.series)
    listed = [np.nan_to_num(column).tolist() for column in (*codes, *columns)]
    warnings = []
    for i, key in enumerate(zip(*listed, strict=True)):
        if (other := first.setdefault(key, i)) != i:
            found = f"{positions.label(i)}, the same as {positions.rows([other])}"
            warnings.append(_warning(positions, i, "quantity", found, "one row; both count"))
    return warnings


def _warning(positions: Positions, i: int, column: str, found: str, wanted: str) -> Problem:
    return positions.problem(i, column, found, wanted, Severity.WARNING)
