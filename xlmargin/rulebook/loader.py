"""One rule's TOML file, read into dated parameters; whatever is missing or unknown is refused.

A file has a header - `rule`, `title`, `href`, `source`, perhaps a `remark` - and a table for each
parameter: what it `states`, its `unit`, `by` what it is divided, and whether it is `overridable`.
Its values stand under `since`, each with the day it is `effective`, the day it was last `checked`,
and a `rule`, `href` or `source` of its own where these are not the header's. A house's file states
values alone: meaning and unit are the rule's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from xlmargin.rulebook.files import Table, parsed_text
from xlmargin.rulebook.parameters import KEYS, Entry, Overridable, Parameter, RuleSet, Unit
from xlmargin.rulebook.place import Place

HEADER: Final = ("rule", "title", "href", "source")
OF_ENTRY: Final = ("rule", "href", "source", "remark", "repealed")
VALUE: Final = "value"
"""The key, in the file, of a value that is not divided by anything."""


def regulation_from(file: str, text: str, names: Collection[str]) -> RuleSet:
    """The rule set of a regulation; its parameters must be exactly those named."""
    place, header, tables = _header_and_tables(file, text)
    place.keys(tables, needed=names)
    parameters = {n: _parameter(place.inside(n), n, tables[n], header) for n in names}
    return replace(header, parameters=parameters)


def house_from(file: str, text: str, regulation: Mapping[str, Parameter]) -> RuleSet:
    """The rule set of a house: values for overridable parameters of the regulation, no others."""
    place, header, tables = _header_and_tables(file, text)
    place.keys(tables, needed=(), optional=[p.name for p in regulation.values() if p.overridable])
    parameters = {
        n: _house_parameter(place.inside(n), regulation[n], t, header) for n, t in tables.items()
    }
    return replace(header, parameters=parameters)


def _header_and_tables(file: str, text: str) -> tuple[Place, RuleSet, Mapping[str, Table]]:
    """The header as a rule set without parameters, and the parameters' tables by name."""
    place, found = Place(file), parsed_text(file, text)
    tables = {n: t for n, t in found.items() if n not in (*HEADER, "remark")}
    place.keys({n: v for n, v in found.items() if n not in tables}, HEADER, ("remark",))
    header = RuleSet(
        rule=place.text(found, "rule"),
        title=place.text(found, "title"),
        href=place.text(found, "href"),
        source=place.source(found),
        remark=place.text(found, "remark", ""),
        parameters={},
    )
    return place, header, {n: place.inside(n).table(t) for n, t in tables.items()}


def _parameter(place: Place, name: str, table: Table, header: RuleSet) -> Parameter:
    place.keys(table, ("states", "unit", "since"), ("by", "overridable"))
    by = place.text(table, "by", "")
    if by and by not in KEYS:
        raise place.refuse(f"by {by!r}", " | ".join(KEYS))
    meaning = Parameter(
        name=name,
        states=place.text(table, "states"),
        unit=place.word(table, "unit", Unit),
        by=by,
        overridable=place.word(table, "overridable", Overridable, ""),
        since=(),
    )
    parameter = replace(meaning, since=_entries(place, table, meaning, header))
    for key in parameter.keys:
        if parameter.first(key) is None:
            raise place.refuse(f"no value of {key or VALUE}", f"one for each {by or 'parameter'}")
    return parameter


def _house_parameter(place: Place, of: Parameter, table: Table, header: RuleSet) -> Parameter:
    place.keys(table, ("since",))
    return replace(of, since=_entries(place, table, of, header))


def _entries(place: Place, table: Table, of: Parameter, header: RuleSet) -> tuple[Entry, ...]:
    """The entries of a parameter: dates must not go back, nor state a key twice on one day."""
    entries: list[Entry] = []
    for found in place.tables(table["since"]):
        place.keys(found, ("effective", "checked"), (*OF_ENTRY, *(k or VALUE for k in of.keys)))
        entry = _entry(place.inside(f"since {found['effective']}"), found, of, header)
        if entries and entry.effective < entries[-1].effective:
            raise place.refuse(f"{entry.effective} after {entries[-1].effective}", "dates in order")
        for other in entries:
            if other.effective == entry.effective and (
                other.repealed or entry.repealed or other.values.keys() & entry.values.keys()
            ):
                raise place.refuse(f"{entry.effective} twice", "one value a day")
        entries.append(entry)
    if entries[0].repealed:
        raise place.refuse("a repeal before any value", "a value first")
    return tuple(entries)


def _entry(place: Place, table: Table, of: Parameter, header: RuleSet) -> Entry:
    values = {
        key: place.value(key or VALUE, table[key or VALUE], of.unit)
        for key in of.keys
        if (key or VALUE) in table
    }
    repealed = place.yes(table, "repealed")
    if repealed == bool(values):
        raise place.refuse(
            "values of a repealed parameter" if values else "no value", "one or the other"
        )
    return Entry(
        effective=place.day(table, "effective"),
        checked=place.day(table, "checked"),
        rule=place.text({"rule": header.rule, **table}, "rule"),
        href=place.text({"href": header.href, **table}, "href"),
        source=place.source({"source": header.source, **table}),
        remark=place.text(table, "remark", ""),
        repealed=repealed,
        values=values,
    )
