"""The rulebook's own files, and TOML as tables whose values are read one by one or refused.

The parser is loaded only when a file is read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import TypeAlias, TypeVar

from xlmargin.errors import RulebookError
from xlmargin.rulebook.parameters import Unit

_Word = TypeVar("_Word", bound=StrEnum)
Table: TypeAlias = Mapping[str, object]
"""A table of a TOML file as it was read, before its values are checked."""


def packaged(file: str) -> str:
    """Text of one of the rulebook's own files."""
    from importlib.resources import files

    return files("xlmargin.rulebook").joinpath(*file.split("/")).read_text("utf-8")


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


def parsed_text(file: str, text: str) -> Table:
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
        """A text; empty only where that is the default."""
        found = table.get(key, default)
        if not isinstance(found, str) or (default is None and not found.strip()):
            raise self.refuse(f"{key} = {found!r}", "a text")
        return found

    def source(self, table: Table, default: str | None = None) -> str:
        """A key of sources.toml."""
        found = self.text(table, "source", default)
        if found not in sources():
            raise self.refuse(f"source {found!r}", "a source listed in sources.toml")
        return found

    def word(self, table: Table, key: str, words: type[_Word], default: str | None = None) -> _Word:
        """One of a few words."""
        found = self.text(table, key, default)
        if found not in {word.value for word in words}:
            raise self.refuse(f"{key} {found!r}", " | ".join(w.value for w in words if w.value))
        return words(found)

    def day(self, table: Table, key: str) -> date:
        """A date without a time."""
        found = table[key]
        if not isinstance(found, date) or isinstance(found, datetime):
            raise self.refuse(f"{key} = {found!r}", "a date, such as 2010-12-02")
        return found

    def yes(self, table: Table, key: str) -> bool:
        """True or false; false where it is left out."""
        found = table.get(key, False)
        if not isinstance(found, bool):
            raise self.refuse(f"{key} = {found!r}", "true or false")
        return found

    def table(self, found: object) -> Table:
        """A table."""
        if not isinstance(found, Mapping):
            raise self.refuse(repr(found), "a table")
        return found

    def tables(self, found: object) -> tuple[Table, ...]:
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
