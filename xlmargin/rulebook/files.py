"""The rulebook's own files, and TOML as tables; the parser is loaded only when a file is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from xlmargin.errors import RulebookError

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
