"""Sentences on a book beside something else: an earlier day's book, and a broker's figures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from xlmargin.account import FigureState
from xlmargin.errors import MarginError
from xlmargin.history import Cause, RequirementChange
from xlmargin.reports.history_tables import change_table
from xlmargin.reports.reconciliation_table import Reconciled
from xlmargin.reports.wording import day, listed, money, percent

NONE: Final = "none"
_SAID: Final = {
    Cause.POSITIONS: "trades and expirations",
    Cause.PRICES: "prices and time",
    Cause.VOLATILITY: "volatility",
    Cause.MARKS: "rounding of marks",
    Cause.RULES: "rules and house",
}
_NO_COUNT: Final = (FigureState.MISSING, FigureState.NOT_OURS, FigureState.OLDER)


def change_message(change: RequirementChange | MarginError | None, regime: str) -> str:
    """Why the requirement of a regime is another than on an earlier day, in whole dollars.

    Parts are rounded as a column of them is that adds up as printed: each is what all up to it
    come to, less what those before it do.
    """
    if change is None:
        return NONE
    if isinstance(change, MarginError):
        return f"Why it changed is not known: {reason(change)}."
    rows = change_table(change).rows[: len(Cause) + 2]
    amounts = [row[3 if regime == "portfolio" else 4] for row in rows]
    known = [amount for amount in amounts if isinstance(amount, float)]
    if len(known) < len(amounts):
        return f"Why it changed is not known: the {regime} requirement is refused."
    until = [_whole(math.fsum(known[: i + 1])) for i in range(len(known) - 1)]
    parts = dict(zip(Cause, (b - a for a, b in pairwise(until)), strict=True))
    change_ = until[-1] - until[0]
    since = day(change.since)
    if not any(parts.values()):
        return f"The requirement is that of {since}."
    moved = f"fell by {money(-change_)}" if change_ < 0 else f"rose by {money(change_)}"
    first = f"The requirement {moved} since {since}" if change_ else f"It is that of {since} again"
    down = _named("lower after", ((c, -p) for c, p in parts.items() if p < 0))
    up = _named("higher after", ((c, p) for c, p in parts.items() if p > 0))
    both = [up, down] if change_ > 0 else [down, up]
    rules = "" if parts[Cause.RULES] else " Rules moved nothing."
    return f"{first}: {', '.join(filter(None, both))}.{rules}"


def _whole(amount: float) -> float:
    """Whole dollars as spreadsheets round them, halves away from nothing."""
    return math.copysign(math.floor(abs(amount) + 0.5), amount) + 0.0


def _named(side: str, parts: Iterable[tuple[Cause, float]]) -> str:
    """The parts on one side, the largest first; "" where there are none."""
    ranked = sorted(parts, key=lambda part: -part[1])
    said = [f"{_SAID[cause]} ({money(amount)})" for cause, amount in ranked]
    return f"{side} {listed(said)}" if said else ""


def broker_message(found: Sequence[Reconciled] | MarginError | None, regime: str) -> str:
    """By how much the broker requires more or less than we do, and what is likely the reason."""
    if found is None:
        return NONE
    if isinstance(found, MarginError):
        return f"The broker's figures are refused: {reason(found)}."
    counted = [each for each in found if each.state not in _NO_COUNT]
    if not counted:
        return "The broker gives no figure that is ours."
    return f"{_difference(counted, regime)}{_likely(counted)}{_stale(counted)}"


def broker_difference(found: Sequence[Reconciled] | MarginError | None, regime: str) -> str:
    """A short sentence where a requirement of the broker's differs, else ""."""
    if found is None or isinstance(found, MarginError):
        return ""
    own = _requirements(found, regime)
    if not any(each.state is FigureState.DIFFERS for each in own):
        return ""
    theirs, ours = _sums(own)
    return f" Broker: {theirs / ours - 1:+.1%}." if ours > 0 else " Broker: differs."


def _requirements(found: Sequence[Reconciled], regime: str) -> list[Reconciled]:
    """The requirements of whole accounts that the broker gives."""
    return [
        each
        for each in found
        if each.name == f"{regime} requirement"
        and each.figure is not None
        and not each.figure.group
        and each.state not in _NO_COUNT
    ]


def _sums(own: Sequence[Reconciled]) -> tuple[float, float]:
    """The broker's figures and ours, $, added up."""
    theirs = math.fsum(each.figure.amount for each in own if each.figure is not None)
    return theirs, math.fsum(float(each.ours) for each in own if isinstance(each.ours, float))


def _more(theirs: float, ours: float) -> str:
    difference = theirs - ours
    share = f" ({percent(abs(difference) / ours)})" if ours > 0 else ""
    return f"{money(abs(difference))}{share} {'less' if difference < 0 else 'more'}"


def _difference(counted: Sequence[Reconciled], regime: str) -> str:
    own = _requirements(counted, regime)
    if not own:
        differs = sum(each.state is FigureState.DIFFERS for each in counted)
        agrees = sum(each.state is FigureState.AGREES for each in counted)
        return f"Of the broker's figures {agrees} agree{'s' * (agrees == 1)} and {differs} differ."
    theirs, ours = _sums(own)
    if not round(theirs - ours):
        return "The broker requires what we do."
    if all(each.state is FigureState.AGREES for each in own):
        return f"The broker's requirement, {money(theirs)}, agrees with ours."
    return f"The broker requires {_more(theirs, ours)} than we do."


def _likely(counted: Sequence[Reconciled]) -> str:
    """The likely reason of the largest difference that has one."""
    with_reason = [each for each in counted if each.likely and each.figure is not None]
    if not with_reason:
        differs = any(each.state is FigureState.DIFFERS for each in counted)
        return " No reason was found." if differs else ""
    most = max(with_reason, key=lambda each: abs(each.difference))
    assert most.figure is not None
    of = most.figure.group or most.account or most.name
    return f" Likely {money(abs(most.difference))} of it: {most.likely} on {of}."


def _stale(counted: Sequence[Reconciled]) -> str:
    """How many figures are overdue; where none is, how many are older than the book."""
    overdue = sum(each.state is FigureState.OVERDUE for each in counted)
    count, word = (overdue, "overdue") if overdue else (sum(e.age > 0 for e in counted), "older")
    return f" {count} of its figures {'is' if count == 1 else 'are'} {word}." if count else ""


def reason(error: MarginError) -> str:
    """A refusal inside a sentence."""
    return " ".join(str(error).split()).rstrip(".")
