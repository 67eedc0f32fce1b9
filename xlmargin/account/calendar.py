"""The dates ahead of a book: expirations, ex-dividend days, calls due, days without trading.

Everything is told at the prices of today: what would change hands if they stayed. Options on
shares are exercised for shares at the strike, options on an index for cash; what an adjusted
contract delivers beside or in the place of its shares is not known, and is counted nowhere.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.account.account_state import last_days
from xlmargin.account.account_values import Excess, portfolio_excess, strategy_excess
from xlmargin.account.buying_power import portfolio_minimum_equity
from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.book import Book, Positions
from xlmargin.contracts import InstrumentKind
from xlmargin.dates import years_ahead
from xlmargin.errors import RefusedPosition
from xlmargin.margin_calls import CallKind, closings_after
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.regimes import BothRegimes
from xlmargin.risk_array import contract_table
from xlmargin.settings import AccountType
from xlmargin.strategy_margin import StrategyMargin

YEARS_OF_HOLIDAYS: Final = 1
"""How far ahead days without trading are listed."""

_EQUAL: Final = 1e-9
"""$ per share within which two prices are one."""


@dataclass(frozen=True, eq=False)
class DateAhead:
    """A day, serial, on which options expire or shares of a `symbol` go ex-dividend, and for whom.

    `amounts` go by their headings. Contracts are magnitudes: `contracts` are exercised, of those
    in the money at their expiration, or at risk of that before a dividend; `written in the money`
    those written. `shares` are received (> 0) or delivered, net, or held into a dividend; `cash`,
    $, is received (> 0) or paid for them, by options on an index, or as the dividend, which is
    `dividend`, $ a share. `shares called away`, >= 0, are those that written calls deliver, for
    `proceeds`, $. `cash if puts are put`, <= 0, is paid where every written put on shares is
    exercised, in the money or not. `adjusted` are contracts whose deliverable is not counted,
    `lines` positions.
    """

    day: float
    accounts: tuple[str, ...]
    amounts: Mapping[str, float]
    symbol: str = ""


@dataclass(frozen=True)
class CallDue:
    """A margin call of an account: its kind, $, and the last serial day to meet it.

    Both are NaN where `unknown` says why nobody can tell.
    """

    account: int
    kind: CallKind
    amount: float
    day: float
    unknown: str = ""


@dataclass(frozen=True, eq=False)
class Calendar:
    """The dates ahead of a book; `holidays` are days without trading with their names."""

    book: Book
    calls: tuple[CallDue, ...]
    expirations: tuple[DateAhead, ...]
    ex_dividends: tuple[DateAhead, ...]
    holidays: tuple[tuple[dt.date, str], ...]


def dates_ahead(regimes: BothRegimes) -> Calendar:
    """Everything that falls due after the day of a book, or on it, at the prices of today.

    Calls are those of the regime that the account is under. Refuses, by row, a written call in the
    money whose price before a dividend nobody knows.
    """
    book = regimes.book
    until = years_ahead(book.as_of, YEARS_OF_HOLIDAYS)
    return Calendar(
        book,
        tuple(_calls(regimes)),
        tuple(_expirations(book)),
        tuple(_ex_dividends(book)),
        tuple(closings_after(book.as_of, until)),
    )


def _expirations(book: Book) -> Iterator[DateAhead]:
    """What expires on each day, and what would change hands at the prices of today."""
    positions = book.positions
    rows = np.flatnonzero(positions.is_option & (positions.quantity != 0))
    days, at = np.unique(np.floor(positions.expiration[rows]), return_inverse=True)
    own = positions.only(rows)
    call, contracts = _is_call(own), np.abs(own.quantity)
    written = own.quantity < 0
    worth = _exercise_value(book.only(rows))
    inside = worth > 0
    adjusted = own.contracts.deliverable.where(bool)
    cash_settled = book.market.is_index[own.underlying]
    delivered = np.where(adjusted | cash_settled, 0.0, own.units)
    received = np.where(call, delivered, -delivered)
    exercised = np.where(cash_settled, own.units * worth, -received * own.strike)

    calls, puts = call & written, ~call & written

    def added(amounts: FloatArray, where: BoolArray | bool = True) -> FloatArray:
        return np.bincount(at, np.where(where, amounts, 0.0), len(days)).astype(np.float64)

    columns = {
        "lines": added(np.ones(len(rows))),
        "calls written": added(contracts, calls),
        "puts written": added(contracts, puts),
        "calls bought": added(contracts, call & ~written),
        "puts bought": added(contracts, ~call & ~written),
        "contracts": added(contracts, inside),
        "shares": added(received, inside),
        "cash": added(exercised, inside),
        "written in the money": added(contracts, inside & written),
        "shares called away": added(-received, calls & inside),
        "proceeds": added(-received * own.strike, calls & inside),
        "cash if puts are put": added(-received * own.strike, puts),
        "adjusted": added(contracts, adjusted & ~cash_settled),
    }
    for k, day in enumerate(days.tolist()):
        amounts = {name: float(column[k]) + 0.0 for name, column in columns.items()}
        yield DateAhead(day, _named(own, own.account[at == k]), amounts)


def _named(positions: Positions, account: IntArray) -> tuple[str, ...]:
    """The names of some accounts, each once."""
    return tuple(positions.accounts[i] for i in np.unique(account).tolist())


def _is_call(positions: Positions) -> BoolArray:
    return np.asarray(positions.kind == InstrumentKind.CALL)


def _exercise_value(book: Book) -> FloatArray:
    """What exercise pays, $ per unit, >= 0, of a book of options alone, shape (positions,).

    At today's price of the underlying; of what has settled by now, what it settled at.
    """
    positions = book.positions
    above = book.market.spot[positions.underlying] - positions.strike
    worth = np.maximum(np.where(_is_call(positions), above, -above), 0.0)
    settled = np.flatnonzero(positions.contracts.settled(book.market.as_of))
    if settled.size:
        table = contract_table(book.only(settled))
        worth[settled] = table.mark[table.of_position]
    return worth


def _ex_dividends(book: Book) -> Iterator[DateAhead]:
    """The dividends ahead on shares held, and the written calls that may be exercised for them."""
    positions, market = book.positions, book.market
    today = np.floor(market.as_of)
    written = np.flatnonzero(
        positions.is_option & _is_call(positions) & positions.american & (positions.quantity < 0)
    )
    shares = np.flatnonzero(positions.is_stock & (positions.quantity != 0))
    of_stock: dict[tuple[float, int], float] = defaultdict(float)
    for i, u in enumerate(market.underlyings):
        for each in u.dividends:
            if (day := float(np.floor(each.ex_date))) > today:
                of_stock[day, i] += each.amount
    time_value = _time_value(book, written, {i for _, i in of_stock})
    inside = _exercise_value(book.only(written)) > 0
    contracts, called = -positions.quantity[written], -positions.units[written]
    paid = called * positions.strike[written]
    for (day, i), amount in sorted(of_stock.items()):
        own = shares[positions.underlying[shares] == i]
        alive = np.floor(positions.expiration[written]) >= day
        may = alive & (positions.underlying[written] == i)
        if not own.size and not may.any():
            continue
        risk = may & inside & (time_value < amount - _EQUAL)
        units = float(positions.units[own].sum())
        amounts = {
            "shares": units,
            "cash": units * amount,
            "calls written": float(contracts[may].sum()),
            "written in the money": float(contracts[may & inside].sum()),
            "contracts": float(contracts[risk].sum()),
            "shares called away": float(called[risk].sum()),
            "proceeds": float(paid[risk].sum()),
            "dividend": amount,
        }
        whose = _named(positions, positions.account[np.concatenate([own, written[may]])])
        yield DateAhead(day, whose, amounts, market.underlyings[i].symbol)


def _time_value(book: Book, written: IntArray, paying: set[int]) -> FloatArray:
    """Mark less exercise value, $ per unit, of the written calls on what pays; NaN of others."""
    found = np.full(len(written), np.nan)
    worth = _exercise_value(book.only(written))
    early = np.isin(book.positions.underlying[written], sorted(paying)) & (worth > 0)
    if early.any():
        rows = book.only(written[early])
        table = contract_table(rows, ~(rows.positions.mark > 0))
        mark = table.mark[table.of_position]
        _refuse_unknown(rows.positions, mark)
        found[early] = mark - worth[early]
    return found


def _refuse_unknown(positions: Positions, mark: FloatArray) -> None:
    wanted = "a price, or a volatility: it may be exercised for a dividend"
    unknown = np.flatnonzero(np.isnan(mark)).tolist()
    if unknown:
        found = [positions.problem(i, "price", positions.label(i), wanted) for i in unknown]
        raise RefusedPosition(found)


def _calls(regimes: BothRegimes) -> list[CallDue]:
    """The calls of each account under its regime, and those that nobody can tell."""
    book = regimes.book
    portfolio, strategy = regimes.portfolio, regimes.strategy
    match book.settings.account_type:
        case AccountType.PORTFOLIO:
            if not isinstance(portfolio, PortfolioMargin):
                return _unknown(book, CallKind.PORTFOLIO, str(portfolio))
            now = portfolio_excess(portfolio)
            least = portfolio_minimum_equity(book, now.equity)
            return _missing(book, CallKind.PORTFOLIO, now) + _missing(
                book, CallKind.MINIMUM_EQUITY, Excess(now.equity, least), also=False
            )
        case AccountType.MARGIN:
            if not isinstance(strategy, StrategyMargin):
                return _unknown(book, CallKind.MAINTENANCE, str(strategy))
            return _missing(book, CallKind.MAINTENANCE, strategy_excess(strategy))
        case AccountType.CASH:
            if not isinstance(strategy, StrategyMargin):
                return _unknown(book, CallKind.REGT, str(strategy))
            return _missing(book, CallKind.REGT, strategy_excess(strategy))


def _unknown(book: Book, kind: CallKind, why: str) -> list[CallDue]:
    count = len(book.positions.accounts)
    return [CallDue(i, kind, np.nan, np.nan, why) for i in range(count)]


def _missing(book: Book, kind: CallKind, now: Excess, also: bool = True) -> list[CallDue]:
    """The accounts that miss something; `also` those of which nobody can tell."""
    call, found = now.margin_call, []
    for i, day in enumerate(last_days(book, call, kind).tolist()):
        if np.isnan(call[i]) and also:
            found.append(CallDue(i, kind, np.nan, np.nan, "its cash is stated nowhere"))
        elif call[i] > 0:
            found.append(CallDue(i, kind, float(call[i]), day))
    return found
