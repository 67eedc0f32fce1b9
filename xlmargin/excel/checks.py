"""Second looks at a book that can be read: warnings, for the positions are the user's."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np

from xlmargin.arrays import IntArray, Names, numbered, numbered_rows
from xlmargin.book import Book, Positions, cash_of_accounts, rules_of_accounts
from xlmargin.cells.problems import ProblemLog, some_of
from xlmargin.dates import date_of
from xlmargin.errors import InputError, MarginError, Problem, Severity
from xlmargin.excel.positions_reader import PositionRows
from xlmargin.known_instruments import CLASS, NOT_USED, InstrumentFinding
from xlmargin.margin_calls import business_day_before, is_business_day
from xlmargin.market import Market, Underlying
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.regimes import under_portfolio_margin
from xlmargin.risk_array.contract_table import NO_CONTRACT
from xlmargin.rulebook import strategy_rules
from xlmargin.strategy_margin import strategy_margin

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


def warn_of_contracts(margin: PortfolioMargin) -> list[Problem]:
    """Options whose strike, price and expiration hardly fit their underlying.

    A strike far from it is often in thousandths; an option that expires on the day of `as_of` has
    no time left unless that has a time.
    """
    positions, contracts = margin.book.positions, margin.inputs.contracts
    of_position = contracts.of_position
    priced = np.flatnonzero((of_position != NO_CONTRACT) & ~np.isnan(positions.mark))
    contract, mark = of_position[priced], positions.mark[priced]
    spot, model = contracts.spot[contract], contracts.model[contract]
    times = positions.strike[priced] / spot
    far = np.maximum(times, 1.0 / times) > _MOST_TIMES
    ends = (contracts.contracts.years[contract] == 0) & ~contracts.settled[contract]
    apart = ends & (np.abs(model - mark) > np.maximum(_SAME_VALUE * mark, _A_TICK))
    warnings = []
    for k in np.flatnonzero(far | apart).tolist():
        i = int(priced[k])
        if far[k]:
            wanted = f"a strike nearer the price of the underlying, {spot[k]:.10g}"
            warnings.append(_warning(positions, i, "strike", positions.label(i), wanted))
        else:
            wanted = f"about {model[k]:,.2f}, its value at expiration; or an as_of with its time"
            warnings.append(_warning(positions, i, "price", f"{mark[k]:.10g}", wanted))
    return warnings


def figures_if_stated(
    margin: PortfolioMargin, if_stated: Iterable[tuple[InstrumentFinding, Market]]
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
            rules = rules_of_accounts(book, strategy_rules).distinct
            across = any(own.adds_by_gross for own in rules)
            by_strategy = (finding.field == CLASS and not across) and [
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
    named = some_of(missing, MOST_NAMED)
    whose = f"account{'s' * (len(missing) > 1)} {named}" if named else "the account"
    wanted = f"the cash of {whose} (0 if none): without it no account value or excess is known"
    return [Problem("settings", 0, "cash", "nothing", wanted, Severity.WARNING)]


def warn_of_closed_day(as_of: float, row: int = 0) -> list[Problem]:
    """A moment, a serial day, on a day without trading; `row` is that of the setting."""
    day = date_of(as_of)
    if is_business_day(day):
        return []
    wanted = f"{business_day_before(day)}, the trading day before: it has the prices"
    found = f"{day}, a {day:%A} without trading"
    return [Problem("settings", row, "as_of", found, wanted, Severity.WARNING)]


def warn_of_closed(positions: Positions) -> list[Problem]:
    """Contracts held long and short in one account: strategies close them out, minimums do not."""
    held = np.flatnonzero(positions.is_option & (positions.quantity != 0))
    series, is_long = positions.contracts.series[held], positions.quantity[held] > 0
    first, number = numbered_rows([positions.account[held], series])
    wanted = "the net position: each contract is charged the minimum of portfolio margin"
    warnings = []
    for k in np.flatnonzero(is_long != is_long[first][number]).tolist():
        i, other = int(held[k]), int(held[first[number[k]]])
        found = f"{positions.label(i)}, held the other way in {positions.rows([other])}"
        warnings.append(_warning(positions, i, "quantity", found, wanted))
    return warnings


def warn_of_equal_rows(positions: Positions) -> list[Problem]:
    """Rows of one account alike in contract, quantity and prices: one may be there twice."""
    columns = (positions.quantity, positions.mark, positions.cost, positions.volatility)
    codes = (positions.account, positions.group, positions.contracts.series)
    first, number = numbered_rows([*codes, *np.nan_to_num(columns)])
    warnings = []
    for i in np.flatnonzero(first[number] != np.arange(len(positions))).tolist():
        found = f"{positions.label(i)}, the same as {positions.rows([first[number[i]]])}"
        warnings.append(_warning(positions, i, "quantity", found, "one row; both count"))
    return warnings


def warn_of_sums(positions: Positions) -> list[Problem]:
    """Shares as many as all other rows of their underlying and account add up to: perhaps a sum.

    A platform that groups positions shows so the row above them.
    """
    held = np.flatnonzero(~positions.is_cash)
    first, number = numbered_rows([positions.account[held], positions.underlying[held]])
    quantity = positions.quantity[held]
    others = np.bincount(number, quantity, len(first))[number] == 2 * quantity
    some = np.bincount(number, minlength=len(first)) > 2
    wanted = "shares, if that is a sum; it counts"
    return [
        _warning(
            positions, i, "quantity", f"{positions.label(i)}, the sum of its other rows", wanted
        )
        for i in held[positions.is_stock[held] & (quantity != 0) & others & some[number]].tolist()
    ]


def _warning(positions: Positions, i: int, column: str, found: str, wanted: str) -> Problem:
    return positions.problem(i, column, found, wanted, Severity.WARNING)


_TOTAL: Final = "total"


def check_names(rows: PositionRows, log: ProblemLog) -> None:
    """Warnings for accounts and groups that were probably meant to be one."""
    accounts, groups = rows.account, rows.group
    _check_spellings(rows, "account", accounts, log)
    _check_spellings(rows, "group", groups, log)
    _check_spread_groups(rows, log)
    if _TOTAL in (folded := _casefolded(accounts.words)):
        total = np.array([name == _TOTAL for name in folded], dtype=bool)[accounts.code]
        if not total.all():
            wanted = f"another name: tables call the sum of all accounts {_TOTAL}"
            log.warnings_where(total, rows.table, "account", wanted)
    if "" in accounts.words and len(accounts.words) > 1:
        wanted = "an account, as other rows have; these rows are an account of their own"
        log.warnings_where(accounts.where(operator.not_), rows.table, "account", wanted)


@lru_cache(maxsize=8)
def _casefolded(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words in small letters; remembered, for each day of a history has the same."""
    return tuple(map(str.casefold, words))


def _check_spellings(rows: PositionRows, column: str, names: Names, log: ProblemLog) -> None:
    """A warning for each name that another row spells in other capitals."""
    folded = _casefolded(names.words)
    if len(set(folded)) == len(folded):
        return
    first: dict[str, str] = {}
    for code, (name, alike) in enumerate(zip(names.words, folded, strict=True)):
        other = first.setdefault(alike, name)
        if other != name:
            wanted = f"{other!r}, if the same {column} is meant"
            log.warnings_where(names.code == code, rows.table, column, wanted)


def _check_spread_groups(rows: PositionRows, log: ProblemLog) -> None:
    """A warning for each group with rows in several accounts, which nothing pairs."""
    accounts, groups = rows.account.code, rows.group
    first, _ = numbered(groups.code)
    spread = groups.where(bool) & (accounts != accounts[first][groups.code])
    wanted = "rows of one account: accounts are margined apart"
    log.warnings_where(spread, rows.table, "group", wanted)
