"""The dates ahead as a table: a row a call, an expiration, a dividend, a holiday."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from typing import Final

import numpy as np

from xlmargin.account import Calendar, ExDividends, Expirations
from xlmargin.arrays import BoolArray
from xlmargin.cells.values import TableCell
from xlmargin.dates import serial_of
from xlmargin.margin_calls import CallKind
from xlmargin.reports.table import ReportTable


class DateKind(StrEnum):
    """What falls on a day; rows of one day stand in this order."""

    CALL = "call"
    EXPIRATION = "expiration"
    EX_DIVIDEND = "ex-dividend"
    HOLIDAY = "holiday"


_HEADINGS: Final = (
    "day", "days", "kind", "what", "account", "symbol", "lines", "calls written", "puts written",
    "calls bought", "puts bought", "contracts", "shares", "cash", "written in the money",
    "shares called away", "proceeds", "cash if puts are put", "dividend",
)  # fmt: skip
_AMOUNTS: Final = _HEADINGS[6:]
_CALLED: Final = {
    CallKind.REGT: "Payment in full",
    CallKind.MAINTENANCE: "Maintenance margin call",
    CallKind.PORTFOLIO: "Portfolio margin call",
    CallKind.MINIMUM_EQUITY: "Portfolio minimum equity",
    CallKind.INTRADAY: "Intraday margin deficit",
}


def calendar_table(calendar: Calendar) -> ReportTable:
    """A row a date and what falls on it, in the order of time.

    `days` are from the day of the book. An amount that a row does not have is empty. `contracts`
    are in the money and exercised at their expiration, or at risk of early exercise before a
    dividend; `shares` are received or delivered (< 0) by exercise, or held into a dividend; `cash`,
    $, comes in (> 0), that of a call to be paid in, or goes out. A call that nobody can tell has
    the day of the book, no cash, and says why.
    """
    today = serial_of(calendar.book.as_of)
    rows = [*_calls(calendar, today), *_expirations(calendar), *_ex_dividends(calendar)]
    rows += [
        _row(serial_of(day), DateKind.HOLIDAY, f"Market closed: {name}")
        for day, name in calendar.holidays
    ]
    for row in rows:
        row.insert(1, row[0] - today)  # type: ignore[operator]
    kinds: list[TableCell] = [*DateKind]
    return ReportTable(_HEADINGS, sorted(rows, key=lambda row: (row[0], kinds.index(row[2]))))


def _row(
    day: float,
    kind: DateKind,
    what: str,
    account: str = "",
    symbol: str = "",
    /,
    **amounts: TableCell,
) -> list[TableCell]:
    named = {name.replace("_", " "): amount for name, amount in amounts.items()}
    return [day, kind.value, what, account, symbol, *(named.get(name) for name in _AMOUNTS)]


def _calls(calendar: Calendar, today: float) -> Iterator[list[TableCell]]:
    for call in calendar.calls:
        name, kind = calendar.book.positions.accounts[call.account], _CALLED[call.kind]
        if call.unknown:
            yield _row(today, DateKind.CALL, f"{kind}: not known, {call.unknown}", name)
        else:
            what = f"{kind}: ${call.amount:,.2f} to be paid in"
            yield _row(call.day, DateKind.CALL, what, name, cash=call.amount)


def _accounts(calendar: Calendar, held: BoolArray) -> str:
    """The accounts that something concerns, one after another."""
    names = calendar.book.positions.accounts
    return ", ".join(names[i] for i in np.flatnonzero(held))


def _expirations(calendar: Calendar) -> Iterator[list[TableCell]]:
    found = calendar.expirations
    for k in range(len(found.day)):
        own = {
            name: float(getattr(found, name)[k]) + 0.0
            for name in (f.name for f in fields(Expirations))
            if name not in ("day", "held")
        }
        lines, inside, away = own["lines"], own["written_in_the_money"], own["called_away"]
        what = f"Expiration: {_count(lines, 'line')}, written in the money "
        what += _count(inside, "contract") if inside else "none"
        what += f", {_count(away, 'share')} called away" if away else ""
        if adjusted := own.pop("adjusted"):
            what += f"; deliverable of {_count(adjusted, 'adjusted contract')} not counted"
        yield _row(
            float(found.day[k]),
            DateKind.EXPIRATION,
            what,
            _accounts(calendar, found.held[k]),
            shares_called_away=own.pop("called_away"),
            cash_if_puts_are_put=own.pop("if_put"),
            **own,
        )


def _ex_dividends(calendar: Calendar) -> Iterator[list[TableCell]]:
    found: ExDividends = calendar.ex_dividends
    for k in range(len(found.day)):
        symbol = calendar.book.market.underlyings[int(found.underlying[k])].symbol
        shares, cash, risk = (float(a[k]) for a in (found.shares, found.cash, found.at_risk))
        what = f"Ex-dividend: {symbol}, {_dollars(cash)} on {_count(shares, 'share')}"
        if risk:
            what += f"; {_count(risk, 'written call')} at risk of early exercise"
        yield _row(
            float(found.day[k]),
            DateKind.EX_DIVIDEND,
            what,
            _accounts(calendar, found.held[k]),
            symbol,
            calls_written=float(found.calls_written[k]),
            contracts=risk,
            shares=shares,
            cash=cash,
            written_in_the_money=float(found.written_in_the_money[k]),
            shares_called_away=float(found.called_away[k]),
            proceeds=float(found.proceeds[k]),
            dividend=float(found.amount[k]),
        )


def _count(number: float, of: str) -> str:
    return f"{number:,.10g} {of}{'s' * (number != 1)}"


def _dollars(amount: float) -> str:
    return f"{'-' * (amount < 0)}${abs(amount):,.2f}"
