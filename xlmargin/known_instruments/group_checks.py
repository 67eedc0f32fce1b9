"""Class groups as they are stated, against what is known of their members.

A class group holds one deliverable, or an index, its scaled indexes and the funds on it; funds of
one index may stand together without it. What stands in one group offsets in full, so that two
strangers in it would be margined at nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from xlmargin.errors import Severity
from xlmargin.known_instruments.instruments import CLASS_GROUP, InstrumentFinding, KnownAs
from xlmargin.known_instruments.policy import KnownInstruments
from xlmargin.rulebook import UnderlyingClass


@dataclass(frozen=True)
class GroupMember:
    """An underlying in a class group, with the class that counts for it."""

    symbol: str
    class_group: str
    underlying_class: UnderlyingClass


def check_groups(
    members: Iterable[GroupMember], day: date, known: KnownInstruments
) -> tuple[InstrumentFinding, ...]:
    """What is wrong with the class groups that the market states.

    An error for a stock beside anything else, share classes of one company included, and for a fund
    or index known to be on another index; a warning for a fund that the tables do not know in the
    group of an index.
    """
    groups: dict[str, list[GroupMember]] = {}
    for member in members:
        groups.setdefault(member.class_group, []).append(member)
    return tuple(
        finding
        for name, group in groups.items()
        if len(group) > 1 or group[0].symbol != name
        for finding in _of_group(name, group, day, known)
    )


def _of_group(
    name: str, group: list[GroupMember], day: date, known: KnownInstruments
) -> Iterator[InstrumentFinding]:
    index = _index_of(name, group, day, known)
    for member in group:
        others = [m.symbol for m in group if m is not member]
        if member.underlying_class is UnderlyingClass.STOCK and (others or index):
            wanted = "a class group of its own: shares of one company and class alone"
            text = f"{member.symbol}, a stock, with {others[0] if others else index}"
            yield _finding(Severity.ERROR, member, text, wanted)
            continue
        found = known.find(member.symbol, day)
        own = (found.index or found.underlying) if found and not found.is_former else ""
        if own and index and own != index:
            text = f"{member.symbol}, known to be on {own}, in the group of {index}"
            yield _finding(Severity.ERROR, member, text, "a class group of its own index")
        elif not own and index and not member.underlying_class.is_index:
            text = f"{member.symbol}, a fund that is not known, in the group of {index}"
            yield _finding(Severity.WARNING, member, text, f"to be sure that it tracks {index}")


def _index_of(name: str, group: list[GroupMember], day: date, known: KnownInstruments) -> str:
    """The index that a group follows: the one it is named for, else its first known member's."""
    for symbol in (name, *(m.symbol for m in group)):
        found = known.find(symbol, day)
        if found is None or found.is_former or found.known_as is KnownAs.LEVERAGED_FUND:
            continue
        if found.index:
            return found.index
    return next((m.symbol for m in group if m.underlying_class.is_index), "")


def _finding(severity: Severity, member: GroupMember, text: str, wanted: str) -> InstrumentFinding:
    stated = member.class_group
    return InstrumentFinding(severity, member.symbol, CLASS_GROUP, text, wanted, stated=stated)
