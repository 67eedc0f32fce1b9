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

from xlmargin.rulebook.files import Table, TomlPath, parsed_text
from xlmargin.rulebook.parameters import KEYS, Entry, Overridable, Parameter, RuleSet, Unit

HEADER: Final = ("rule", "title", "href", "source")
OF_ENTRY: Final = ("rule", "href", "source", "remark", "repealed")
VALUE: Final = "value"
"""The key, in the file, of a value that is not divided by anything."""


def regulation_from(file: str, text: str, names: Collection[str]) -> RuleSet:
    """The rule set of a regulation; its parameters must be exactly those named."""
    path, header, tables = _header_and_tables(file, text)
    path.keys(tables, needed=names)
    parameters = {n: _parameter(path.inside(n), n, tables[n], header) for n in names}
    return replace(header, parameters=parameters)


def house_from(file: str, text: str, regulation: Mapping[str, Parameter]) -> RuleSet:
    """The rule set of a house: values for overridable parameters of the regulation, no others."""
    path, header, tables = _header_and_tables(file, text)
    path.keys(tables, needed=(), optional=[p.name for p in regulation.values() if p.overridable])
    parameters = {
        n: _house_parameter(path.inside(n), regulation[n], t, header) for n, t in tables.items()
    }
    return replace(header, parameters=parameters)


def _header_and_tables(file: str, text: str) -> tuple[TomlPath, RuleSet, Mapping[str, Table]]:
    """The header as a rule set without parameters, and the parameters' tables by name."""
    path, found = TomlPath(file), parsed_text(file, text)
    tables = {n: t for n, t in found.items() if n not in (*HEADER, "remark")}
    path.keys({n: v for n, v in found.items() if n not in tables}, HEADER, ("remark",))
    header = RuleSet(
        rule=path.text(found, "rule"),
        title=path.text(found, "title"),
        href=path.text(found, "href"),
        source=path.source(found),
        remark=path.text(found, "remark", ""),
        parameters={},
    )
    return path, header, {n: path.inside(n).table(t) for n, t in tables.items()}


def _parameter(path: TomlPath, name: str, table: Table, header: RuleSet) -> Parameter:
    path.keys(table, ("states", "unit", "since"), ("by", "overridable"))
    by = path.text(table, "by", "")
    if by and by not in KEYS:
        raise path.refuse(f"by {by!r}", " | ".join(KEYS))
    meaning = Parameter(
        name=name,
        states=path.text(table, "states"),
        unit=path.word(table, "unit", Unit),
        by=by,
        overridable=path.word(table, "overridable", Overridable, ""),
        since=(),
    )
    parameter = replace(meaning, since=_entries(path, table, meaning, header))
    for key in parameter.keys:
        if parameter.first(key) is None:
            raise path.refuse(f"no value of {key or VALUE}", f"one for each {by or 'parameter'}")
    return parameter


def _house_parameter(path: TomlPath, of: Parameter, table: Table, header: RuleSet) -> Parameter:
    path.keys(table, ("since",))
    return replace(of, since=_entries(path, table, of, header))


def _entries(path: TomlPath, table: Table, of: Parameter, header: RuleSet) -> tuple[Entry, ...]:
    """The entries of a parameter: dates must not go back, nor state a key twice on one day."""
    entries: list[Entry] = []
    for found in path.tables(table["since"]):
        path.keys(found, ("effective", "checked"), (*OF_ENTRY, *(k or VALUE for k in of.keys)))
        entry = _entry(path.inside(f"since {found['effective']}"), found, of, header)
        if entries and entry.effective < entries[-1].effective:
            raise path.refuse(f"{entry.effective} after {entries[-1].effective}", "dates in order")
        for other in entries:
            if other.effective == entry.effective and (
                other.repealed or entry.repealed or other.values.keys() & entry.values.keys()
            ):
                raise path.refuse(f"{entry.effective} twice", "one value a day")
        entries.append(entry)
    if entries[0].repealed:
        raise path.refuse("a repeal before any value", "a value first")
    return tuple(entries)


def _entry(path: TomlPath, table: Table, of: Parameter, header: RuleSet) -> Entry:
    values = {
        key: path.value(key or VALUE, table[key or VALUE], of.unit)
        for key in of.keys
        if (key or VALUE) in table
    }
    repealed = path.yes(table, "repealed")
    if repealed == bool(values):
        raise path.refuse(
            "values of a repealed parameter" if values else "no value", "one or the other"
        )
    return Entry(
        effective=path.day(table, "effective"),
        checked=path.day(table, "checked"),
        rule=path.text({"rule": header.rule, **table}, "rule"),
        href=path.text({"href": header.href, **table}, "href"),
        source=path.source({"source": header.source, **table}),
        remark=path.text(table, "remark", ""),
        repealed=repealed,
        values=values,
    )
