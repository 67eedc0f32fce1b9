"""The tables of words, texts and examples that lie beside the modules, as TOML."""

from __future__ import annotations

from typing import Any


def packaged_toml(package: str, name: str) -> dict[str, Any]:
    """The content of a file of a package, such as texts.toml of xlmargin.help."""
    import tomllib
    from importlib.resources import files

    return tomllib.loads(files(package).joinpath(name).read_text(encoding="utf-8"))
