"""The rulebook's own files: TOML read value by value into dated parameters, or refused.

A rule's file has a header - `rule`, `title`, `href`, `source`, perhaps a `remark` - and a table for
each parameter: what it `states`, its `unit`, `by` what it is divided, and whether it is
`overridable`. Its values stand under `since`, each with the day it is `effective`, the day it was
last `checked`, and a `rule`, `href` or `source` of its own where these are not the header's. A
house's file states values alone: meaning and unit are the rule's.

The parser is loaded only when a file is read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Final, TypeAlias, TypeVar

from xlmargin.errors import RulebookError
from xlmargin.packaged import packaged_text
from xlmargin.rulebook.parameters import KEYS, Overridable, Parameter, ParameterEntry, RuleSet, Unit

_Word = TypeVar("_Word", bound=StrEnum)
TomlTable: TypeAlias = Mapping[str, object]
"""A table of a TOML file as it was read, before its values are checked."""


def packaged(file: str) -> str:
    """Text of one of the rulebook's own files."""
    return packaged_text("xlmargin.rulebook", file)


def packaged_names(directory: str, ending: str) -> tuple[str, ...]:
    """Names, without their ending, of the rulebook's own files in a directory."""
    from importlib.resources import files

    found = files("xlmargin.rulebook").joinpath(directory).iterdir()
    return tuple(sorted(f.name.removesuffix(ending) for f in found if f.name.endswith(ending)))


def packaged_digest() -> str:
    """A digest of the rulebook's own files by name and content: other rules have another."""
    from hashlib import sha256
    from importlib.resources import files

    root, digest = files("xlmargin.rulebook"), sha256()
    for directory in sorted((d for d in root.iterdir() if d.is_dir()), key=lambda d: d.name):
        for ending in (".csv", ".toml"):
            for name in packaged_names(directory.name, ending):
                file = f"{directory.name}/{name}{ending}"
                content = root.joinpath(directory.name, name + ending).read_bytes()
                digest.update(f"{file}:{sha256(content).hexdigest()};".encode())
    return digest.hexdigest()


def parsed_text(file: str, text: str) -> TomlTable:
    """The tables of a TOML text; `file` is what a refusal calls it."""
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"{file}: found text that is not TOML ({error}).") from error


@dataclass(frozen=True)
class TomlPath:
    """A file, and within it a table; each method reads one kind of thing or refuses it."""

    name: str

    def refuse(self, found: object, wanted: str) -> RulebookError:
        """The refusal of what was found here."""
        return RulebookError(f"{self.name}: found {found}, wanted {wanted}.")

    def inside(self, name: str) -> TomlPath:
        """A path within this one."""
        return TomlPath(f"{self.name}, {name}")

    def keys(
        self, table: TomlTable, needed: Collection[str], optional: Collection[str] = ()
    ) -> None:
        """Refuse a table in which a key is missing or that has one too many."""
        for key in needed:
            if key not in table:
                raise self.refuse(f"no {key}", "it stated")
        allowed = (*needed, *optional)
        for key in table:
            if key not in allowed:
                raise self.refuse(key, ", ".join(allowed) or "nothing")

    def text(self, table: TomlTable, key: str, default: str | None = None) -> str:
        """A text; empty only where that is the default."""
        found = table.get(key, default)
        if not isinstance(found, str) or (default is None and not found.strip()):
            raise self.refuse(f"{key} = {found!r}", "a text")
        return found

    def source(self, table: TomlTable, default: str | None = None) -> str:
        """A key of sources.toml."""
        found = self.text(table, "source", default)
        if found not in sources():
            raise self.refuse(f"source {found!r}", "a source listed in sources.toml")
        return found

    def word(
        self, table: TomlTable, key: str, words: type[_Word], default: str | None = None
    ) -> _Word:
        """One of a few words."""
        found = self.text(table, key, default)
        if found not in {word.value for word in words}:
            raise self.refuse(f"{key} {found!r}", " | ".join(w.value for w in words if w.value))
        return words(found)

    def day(self, table: TomlTable, key: str) -> date:
        """A date without a time."""
        found = table[key]
        if not isinstance(found, date) or isinstance(found, datetime):
            raise self.refuse(f"{key} = {found!r}", "a date, such as 2010-12-02")
        return found

    def yes(self, table: TomlTable, key: str) -> bool:
        """True or false; false where it is left out."""
        found = table.get(key, False)
        if not isinstance(found, bool):
            raise self.refuse(f"{key} = {found!r}", "true or false")
        return found

    def table(self, found: object) -> TomlTable:
        """A table."""
        if not isinstance(found, Mapping):
            raise self.refuse(repr(found), "a table")
        return found

    def tables(self, found: object) -> tuple[TomlTable, ...]:
        """One table or more."""
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


@cache
def sources() -> Mapping[str, str]:
    """The documents behind the `source` keys."""
    file = "sources.toml"
    path, table = TomlPath(file), parsed_text(file, packaged(file))
    return {key: path.text(table, key) for key in table}


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


def _header_and_tables(file: str, text: str) -> tuple[TomlPath, RuleSet, Mapping[str, TomlTable]]:
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


def _parameter(path: TomlPath, name: str, table: TomlTable, header: RuleSet) -> Parameter:
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


def _house_parameter(path: TomlPath, of: Parameter, table: TomlTable, header: RuleSet) -> Parameter:
    path.keys(table, ("since",))
    return replace(of, since=_entries(path, table, of, header))


def _entries(
    path: TomlPath, table: TomlTable, of: Parameter, header: RuleSet
) -> tuple[ParameterEntry, ...]:
    """The entries of a parameter: dates must not go back, nor state a key twice on one day."""
    entries: list[ParameterEntry] = []
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


def _entry(path: TomlPath, table: TomlTable, of: Parameter, header: RuleSet) -> ParameterEntry:
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
    return ParameterEntry(
        effective=path.day(table, "effective"),
        checked=path.day(table, "checked"),
        rule=path.text({"rule": header.rule, **table}, "rule"),
        href=path.text({"href": header.href, **table}, "href"),
        source=path.source({"source": header.source, **table}),
        remark=path.text(table, "remark", ""),
        repealed=repealed,
        values=values,
    )
