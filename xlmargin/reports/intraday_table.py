"""Trading within the day as a table: the level step by step, the deficit, and what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from math import inf
from typing import Final

from xlmargin.cells.values import TableCell
from xlmargin.dates import serial_of
from xlmargin.intraday import (
    ClosingDeficiency,
    DayReport,
    Deficit,
    DeficitStep,
    Exempt,
    IntradayDay,
    PatternDay,
)
from xlmargin.reports.table import TOTAL, ReportTable
from xlmargin.rulebook import IntradayRules

LARGEST: Final = "largest deficit"
_SECONDS_A_DAY: Final = 86_400

_Row = list[TableCell]


def intraday_table(reports: Sequence[DayReport]) -> ReportTable:
    """A row for each opening, transaction and consequence, by account and day.

    Beside a transaction stands the account's level right after it, $, and the largest deficit so
    far that a reducing transaction left. A consequence has its amount, and its last day if there is
    one. Where there are several accounts, their deficits of a day are added up at the end.
    """
    headings = (
        "account", "date", "kind", "transaction", "change", "intraday margin level", "reducing",
        "deficit", "until", "rule",
    )  # fmt: skip
    rows: list[_Row] = []
    for report in reports:
        place: _Row = [report.day.account, serial_of(report.day.day)]
        rows += [place + row for row in _rows(report)]
    return ReportTable(headings, rows + _totals(reports))


def _rows(report: DayReport) -> list[_Row]:
    outcome = report.outcome
    if isinstance(outcome, Exempt):
        return [_row("not applicable", f"{outcome.why} is outside these rules", rule=outcome.rule)]
    if isinstance(outcome, PatternDay):
        return _pattern_rows(outcome, report.day.is_order_known)
    order = "known order" if report.day.is_order_known else "worst order of all"
    rows = _path_rows(outcome, order)
    for deficit in outcome.deficits:
        rows += _deficit_rows(deficit, outcome)
    return rows + [_deficiency_row(each) for each in outcome.deficiencies]


def _row(
    kind: str,
    text: str = "",
    change: float | None = None,
    level: float | None = None,
    reducing: str = "",
    deficit: float | None = None,
    until: dt.date | None = None,
    rule: str = "",
) -> _Row:
    day = None if until is None else serial_of(until)
    return [kind, text, change, level, reducing, deficit, day, rule]


def _path_rows(outcome: IntradayDay, order: str) -> list[_Row]:
    path = outcome.path
    rows = [_row("opening", level=path.opening.excess)]
    for step, so_far in zip(path.steps, path.deficits, strict=True):
        reducing = "yes" if step.is_reducing else "no"
        text, level = _transaction(step), step.level.excess
        rows.append(_row("transaction", text, step.change, level, reducing, so_far))
    rows.append(_row(LARGEST, order, deficit=path.deficit, rule=outcome.rule))
    is_one = outcome.rules.margin.order_is_one_transaction
    counted = "leg by leg" if is_one else "one transaction each, order_is_one_transaction"
    for other in outcome.otherwise:
        text = f"with orders counted {counted}: {other.deficit:,.2f}"
        rows.append(
            _row("otherwise", text, rule=outcome.rules.citations["order_is_one_transaction"])
        )
    return rows


def _transaction(step: DeficitStep) -> str:
    """Rows, time where it is known, and what was done: "row 5, 10:31: +100 XYZ at 50"."""
    made = step.event.transactions
    numbers, labels = " and ".join(str(t.row) for t in made), " and ".join(t.label for t in made)
    time = ""
    if (at := made[0].time) == at:
        clock = (dt.datetime.min + dt.timedelta(seconds=round(at * _SECONDS_A_DAY))).time()
        time = f", {clock:%H:%M}" if not clock.second else f", {clock:%H:%M:%S}"
    return f"row{'s' * (len(made) > 1)} {numbers}{time}: {labels}"


def _deficiency_row(found: ClosingDeficiency) -> _Row:
    """A portfolio margin account short at the close: what it misses, and until when."""
    why = "below the requirement at the close: deposit or hedge by then"
    return _row("deficiency", why, deficit=found.amount, until=found.due, rule=found.rule)


def _deficit_rows(deficit: Deficit, outcome: IntradayDay) -> list[_Row]:
    """What satisfies a deficit, until when, and what follows where nothing does."""
    rules, to_reach = outcome.rules, outcome.path.closing.excess + deficit.amount
    how = "net deposits or another rise of the level, from this day's close to a later one's"
    rows = [
        _row("satisfied by", how, deficit.amount, to_reach, until=deficit.prompt_until),
        *(_row("satisfied", "by the close of", until=day) for day in deficit.satisfied_on),
    ]
    if not deficit.satisfied_on:
        rows.append(_row("outstanding", "unless satisfied", until=deficit.outstanding_until))
    rows.append(_row("practice", _practice(deficit, rules), rule=rules.rule))
    is_prompt = any(day <= deficit.prompt_until for day in deficit.satisfied_on)
    if deficit.counts_as_practice and not is_prompt:
        why = (
            f"after a practice of not paying by {deficit.prompt_until}: no new shorts or debits "
            f"until then{'' if deficit.satisfied_on else ', or until satisfied'}"
        )
        rows.append(_row("freeze", why, until=deficit.frozen_until, rule=rules.rule))
    return rows


def _practice(deficit: Deficit, rules: IntradayRules) -> str:
    counts = "counts if not paid promptly: more" if deficit.counts_as_practice else "not: no more"
    lesser = f"{rules.margin.intraday_practice_equity_rate:.10%}".rstrip("0%").rstrip(".")
    return (
        f"{counts} than {deficit.unnoticed:,.2f}, the lesser of {lesser}% of equity at the close "
        f"and {rules.margin.intraday_practice_amount:,.0f}"
        f"{', but for extraordinary circumstances' * deficit.counts_as_practice}"
    )


def _pattern_rows(found: PatternDay, is_order_known: bool) -> list[_Row]:
    rules, opening, own = found.rules, found.opening, found.of_day
    counted = (
        f"{own.day_trades} on the day; {found.day_trades} of {found.trades} trades in "
        f"{rules.pattern.pattern_business_days} business days, in the order of the "
        f"{'times' if is_order_known else 'rows'}"
    )
    rows = [
        _row("opening", level=opening.excess),
        _row("day trades", counted, rule=rules.rule),
        _row("pattern day trader", "yes" if found.is_pattern_day_trader else "no"),
    ]
    return rows + _calls(found) if found.is_pattern_day_trader else rows


def _calls(found: PatternDay) -> list[_Row]:
    """What is required of a pattern day trader."""
    rules, least = found.rules, found.rules.pattern.pattern_least_equity
    equity = f"{found.opening.equity:,.2f} at the opening; {least:,.0f} required"
    rows = [
        _call("least equity", equity, found.equity_call, found),
        _call("day-trading buying power", _power(found), found.day_trading_call, found),
    ]
    if found.day_trading_call:
        rows.append(_row("special maintenance", _special_maintenance(found), rule=rules.rule))
        rows += [_row("met", "by deposits until", until=day) for day in found.met_on]
    is_late = found.day_trading_call and not any(day <= found.due for day in found.met_on)
    if found.equity_call or is_late:
        why = (
            f"where a call is not met by {found.due}: cash available alone until then"
            f"{'' if found.met_on else ', or until it is met'}"
        )
        rule = rules.citations["pattern_freeze_days"]
        rows.append(_row("freeze", why, until=found.frozen_until, rule=rule))
    for day in found.frozen_since:
        why = f"cash available alone: the call of {day} is not met"
        rows.append(_row("frozen", why, rule=rules.citations["pattern_freeze_days"]))
    return rows


def _power(found: PatternDay) -> str:
    """Buying power, of what it is made, and what of it was used."""
    rates = found.rules.pattern
    if found.is_limited:
        of = f"{found.multiple:g} times the excess at the previous close, for a call is not met"
    elif found.multiple == inf:
        of = f"the excess at the previous close over {rates.pattern_portfolio_rate:.10%}"
        of = of.rstrip("0%").rstrip(".") + "%; no part of a hedge strategy counts"
    else:
        of = f"{found.multiple:g} times the excess at the previous close"
    used = "open at one time" if found.used is found.of_day.most_open else "of all day trades"
    return f"{found.buying_power:,.2f}, {of}; {found.used.cost:,.2f} used, {used}"


def _special_maintenance(found: PatternDay) -> str:
    """What the call is made of, and the milder reading of the rule."""
    own = found.of_day.all
    text = (
        f"{own.requirement(found.multiple):,.2f} for {own.cost:,.2f} of all day trades, less the "
        f"excess of {found.excess:,.2f}"
    )
    if found.used is own:
        return text
    return f"{text}; by the milder reading of (iv)c., {found.milder_call:,.2f}"


def _call(kind: str, text: str, call: float, found: PatternDay) -> _Row:
    due = found.due if call else None
    return _row(kind, text, deficit=call, until=due, rule=found.rules.rule)


def _totals(reports: Sequence[DayReport]) -> list[_Row]:
    """The deficits of several accounts, a row a day."""
    if len({report.day.account for report in reports}) < 2:
        return []
    by_day: dict[dt.date, float] = {}
    for report in reports:
        if isinstance(report.outcome, IntradayDay):
            day, deficit = report.day.day, report.outcome.path.deficit
            by_day[day] = by_day.get(day, 0.0) + deficit
    return [
        [TOTAL, serial_of(day), *_row(LARGEST, "all accounts", deficit=by_day[day])]
        for day in sorted(by_day)
    ]
