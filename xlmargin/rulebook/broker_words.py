"""What brokers call the figures of an account: a table of words with their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from xlmargin.rulebook.files import TomlPath, TomlTable, packaged, parsed_text

_FILE: Final = "broker_words.toml"
_SOURCES: Final = "sources"


@dataclass(frozen=True)
class BrokerTerm:
    """What a figure is called: `name` in short, `states` what it is, `words` by broker.

    `portfolio` and `strategy` are the figures of that meaning under each regime, "" where none is.
    """

    name: str
    states: str
    portfolio: str
    strategy: str
    words: Mapping[str, tuple[str, ...]]


@cache
def broker_terms() -> tuple[BrokerTerm, ...]:
    """Every term, in the order of the table; a table that cannot be right is refused."""
    path, table = TomlPath(_FILE), parsed_text(_FILE, packaged(_FILE))
    known = broker_word_sources()
    terms = []
    for name, found in table.items():
        if name == _SOURCES:
            continue
        at, own = path.inside(name), path.table(found)
        at.keys(own, ("states", "words"), ("portfolio", "strategy"))
        words = at.table(own["words"])
        at.keys(words, (), known)
        terms.append(
            BrokerTerm(
                name.replace("_", " "),
                at.text(own, "states"),
                at.text(own, "portfolio", ""),
                at.text(own, "strategy", ""),
                {broker: _texts(at, words, broker) for broker in words},
            )
        )
    return tuple(terms)


@cache
def broker_word_sources() -> Mapping[str, str]:
    """The document that each broker's words are from."""
    path = TomlPath(_FILE)
    table = path.table(parsed_text(_FILE, packaged(_FILE)).get(_SOURCES))
    return {broker: path.text(table, broker) for broker in table}


def _texts(path: TomlPath, table: TomlTable, key: str) -> tuple[str, ...]:
    """A list of texts."""
    found = table[key]
    if not isinstance(found, list) or not found or not all(isinstance(t, str) for t in found):
        raise path.refuse(f"{key} = {found!r}", "a list of texts")
    return tuple(found)
