"""The dates ahead as a table: a row a call, an expiration, a dividend, a holiday."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from xlmargin.account import Calendar, DateAhead
from xlmargin.account.calendar import CallDue
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
    rows = [
        *(_call(call, calendar, today) for call in calendar.calls),
        *map(_expiration, calendar.expirations),
        *map(_ex_dividend, calendar.ex_dividends),
        *(_row(serial_of(day), DateKind.HOLIDAY, f"Market closed: {name}")
          for day, name in calendar.holidays),
    ]  # fmt: skip
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
    amounts: Mapping[str, float] = MappingProxyType({}),
) -> list[TableCell]:
    return [day, kind.value, what, account, symbol, *(amounts.get(name) for name in _AMOUNTS)]


def _call(call: CallDue, calendar: Calendar, today: float) -> list[TableCell]:
    name, kind = calendar.book.positions.accounts[call.account], _CALLED[call.kind]
    if call.unknown:
        return _row(today, DateKind.CALL, f"{kind}: not known, {call.unknown}", name)
    what = f"{kind}: ${call.amount:,.2f} to be paid in"
    return _row(call.day, DateKind.CALL, what, name, amounts={"cash": call.amount})


def _expiration(found: DateAhead) -> list[TableCell]:
    lines, inside, away, adjusted = (
        found.amounts[name]
        for name in ("lines", "written in the money", "shares called away", "adjusted")
    )
    what = f"Expiration: {_count(lines, 'line')}, written in the money "
    what += _count(inside, "contract") if inside else "none"
    what += f", {_count(away, 'share')} called away" if away else ""
    if adjusted:
        what += f"; deliverable of {_count(adjusted, 'adjusted contract')} not counted"
    return _row(found.day, DateKind.EXPIRATION, what, ", ".join(found.accounts), "", found.amounts)


def _ex_dividend(found: DateAhead) -> list[TableCell]:
    shares, cash, risk = (found.amounts[name] for name in ("shares", "cash", "contracts"))
    what = f"Ex-dividend: {found.symbol}, {_dollars(cash)} on {_count(shares, 'share')}"
    if risk:
        what += f"; {_count(risk, 'written call')} at risk of early exercise"
    whose = ", ".join(found.accounts)
    return _row(found.day, DateKind.EX_DIVIDEND, what, whose, found.symbol, found.amounts)


def _count(number: float, of: str) -> str:
    return f"{number:,.10g} {of}{'s' * (number != 1)}"


def _dollars(amount: float) -> str:
    return f"{'-' * (amount < 0)}${abs(amount):,.2f}"
