"""Files beside the modules: tables of words, texts and examples, parts of other formats."""

from __future__ import annotations

from functools import cache
from typing import Any


def packaged_text(package: str, name: str) -> str:
    """The text of a file of a package, such as package/manifest.xml of xlmargin.hosts.calc."""
    from importlib.resources import files

    return files(package).joinpath(*name.split("/")).read_text(encoding="utf-8")


@cache
def packaged_toml(package: str, name: str) -> dict[str, Any]:
    """The content of a TOML file of a package, such as texts.toml of xlmargin.help; read once."""
    import tomllib

    return tomllib.loads(packaged_text(package, name))
