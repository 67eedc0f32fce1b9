"""One rule's TOML file, read into dated parameters; whatever is missing or unknown is refused.

A file has a header - `rule`, `title`, `href`, `source`, perhaps a `remark` - and a table for each
parameter: what it `states`, its `unit`, `by` what it is divided, and whether it is `overridable`.
Its values stand under `since`, each with the day it is `effective`, the day it was last `checked`,
and a `rule`, `href` or `source` of its own where these are not the header's. A house's file states
values alone: meaning and unit are the rule's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Final, TypeAlias, TypeVar

from xlmargin.errors import RulebookError
from xlmargin.rulebook.parameters import (
    KEYS,
    Entry,
    Overridable,
    Parameter,
    RuleSet,
    Unit,
)

Table: TypeAlias = Mapping[str, object]
"""A table of a TOML file as it was read, before its values are checked."""

HEADER: Final = ("rule", "title", "href", "source")
OF_ENTRY: Final = ("rule", "href", "source", "remark", "repealed")
VALUE: Final = "value"
"""The key, in the file, of a value that is not divided by anything."""

_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True)
class _Place:
    """Where in which file something was found; refuses what does not belong there."""

    name: str

    def refuse(self, found: object, wanted: str) -> RulebookError:
        return RulebookError(f"{self.name}: found {found}, wanted {wanted}.")

    def inside(self, name: str) -> _Place:
        return _Place(f"{self.name}, {name}")

    def keys(self, table: Table, needed: Collection[str], optional: Collection[str] = ()) -> None:
        """Refuse a table in which a key is missing or that has one too many."""
        for key in needed:
            if key not in table:
                raise self.refuse(f"no {key}", "it stated")
        allowed = (*needed, *optional)
        for key in table:
            if key not in allowed:
                raise self.refuse(key, ", ".join(allowed) or "nothing")

    def text(self, table: Table, key: str, default: str | None = None) -> str:
        found = table.get(key, default)
        if not isinstance(found, str) or (default is None and not found.strip()):
            raise self.refuse(f"{key} = {found!r}", "a text")
        return found

    def source(self, table: Table, default: str | None = None) -> str:
        found = self.text(table, "source", default)
        if found not in sources():
            raise self.refuse(f"source {found!r}", "a source listed in sources.toml")
        return found

    def word(self, table: Table, key: str, words: type[_Word], default: str | None = None) -> _Word:
        found = self.text(table, key, default)
        if found not in {word.value for word in words}:
            raise self.refuse(f"{key} {found!r}", " | ".join(w.value for w in words if w.value))
        return words(found)

    def day(self, table: Table, key: str) -> date:
        found = table[key]
        if not isinstance(found, date) or isinstance(found, datetime):
            raise self.refuse(f"{key} = {found!r}", "a date, such as 2010-12-02")
        return found

    def yes(self, table: Table, key: str) -> bool:
        found = table.get(key, False)
        if not isinstance(found, bool):
            raise self.refuse(f"{key} = {found!r}", "true or false")
        return found

    def table(self, found: object) -> Table:
        if not isinstance(found, Mapping):
            raise self.refuse(repr(found), "a table")
        return found

    def tables(self, found: object) -> tuple[Table, ...]:
        if not isinstance(found, list) or not found:
            raise self.refuse(repr(found), "at least one table, in double brackets")
        return tuple(self.table(each) for each in found)

    def value(self, key: str, found: object, unit: Unit) -> float:
        """A value as a float, in the unit's range; true and false are 1 and 0."""
        if isinstance(found, int | float) and isinstance(found, bool) == unit.is_switch:
            value = float(found)
            if unit.allows(value):
                return value
        raise self.refuse(f"{key} = {found!r}", unit.wanted)


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


@cache
def sources() -> Mapping[str, str]:
    """The documents behind the `source` keys."""
    place, table = _Place("sources.toml"), parsed("sources.toml")
    return {key: place.text(table, key) for key in table}


def packaged(file: str) -> str:
    """Text of one of the rulebook's own files."""
    from importlib.resources import files

    return files("xlmargin.rulebook").joinpath(*file.split("/")).read_text("utf-8")


def packaged_names(directory: str, ending: str) -> tuple[str, ...]:
    """Names, without their ending, of the rulebook's own files in a directory."""
    from importlib.resources import files

    found = files("xlmargin.rulebook").joinpath(directory).iterdir()
    return tuple(sorted(f.name.removesuffix(ending) for f in found if f.name.endswith(ending)))


def parsed(file: str) -> Table:
    """One of the rulebook's own TOML files."""
    return _parse(file, packaged(file))


def _parse(file: str, text: str) -> Table:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"{file}: found text that is not TOML ({error}).") from error


def _header_and_tables(file: str, text: str) -> tuple[_Place, RuleSet, Mapping[str, Table]]:
    """The header as a rule set without parameters, and the parameters' tables by name."""
    place, found = _Place(file), _parse(file, text)
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


def _parameter(place: _Place, name: str, table: Table, header: RuleSet) -> Parameter:
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


def _house_parameter(place: _Place, of: Parameter, table: Table, header: RuleSet) -> Parameter:
    place.keys(table, ("since",))
    return replace(of, since=_entries(place, table, of, header))


def _entries(place: _Place, table: Table, of: Parameter, header: RuleSet) -> tuple[Entry, ...]:
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


def _entry(place: _Place, table: Table, of: Parameter, header: RuleSet) -> Entry:
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
