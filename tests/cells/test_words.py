"""The words of words.toml: a word that stands for two things would be read as the last of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from xlmargin.cells.values import normalized
from xlmargin.excel import settings_fields
from xlmargin.packaged import packaged_toml
from xlmargin.rulebook import overridable_names

CELLS = packaged_toml("xlmargin.cells", "words.toml")
EXCEL = packaged_toml("xlmargin.excel", "words.toml")

WORDS = {**CELLS["words"], **EXCEL["words"]}
HEADINGS = {**CELLS["headings"], "settings": EXCEL["settings"], "facts": EXCEL["facts"]}


def assert_each_once(words: Sequence[set[str]]) -> None:
    times = Counter(word for each in words for word in each)
    assert not [word for word, n in times.items() if n > 1]


@pytest.mark.parametrize("stated", WORDS.values(), ids=WORDS)
def test_a_word_in_a_cell_stands_for_one_thing(stated: Mapping[str, Sequence[str]]) -> None:
    assert_each_once([set(map(normalized, words)) for words in stated.values()])


@pytest.mark.parametrize("stated", HEADINGS.values(), ids=HEADINGS)
def test_a_heading_is_of_one_column(stated: Mapping[str, Sequence[str]]) -> None:
    assert_each_once([set(map(normalized, (name, *words))) for name, words in stated.items()])


@pytest.mark.parametrize("name", ["account", "currency"])
def test_a_column_of_several_ranges_is_called_the_same_in_each(name: str) -> None:
    ranges = [stated[name] for stated in CELLS["headings"].values() if name in stated]
    assert len(ranges) > 1
    assert all(words == ranges[0] for words in ranges)


@pytest.mark.parametrize("kind", CELLS["columns"])
def test_columns_of_a_kind_are_columns_or_settings(kind: str) -> None:
    """A mistyped one would be read as a column of another kind."""
    headings = {name for stated in CELLS["headings"].values() for name in stated}
    known = headings | {*EXCEL["settings"], *settings_fields.TEXTS, *overridable_names()}
    assert not set(CELLS["columns"][kind]) - known


def test_settings_with_words_are_the_settings_that_are_read() -> None:
    read = {*settings_fields.FIELDS, *settings_fields.UNDATED, "house", "rate", "leave_out"}
    assert set(EXCEL["settings"]) == read | {settings_fields.GROUPS}


@pytest.mark.parametrize("stated", CELLS["headings"].values(), ids=CELLS["headings"])
def test_every_column_is_read_by_its_name(stated: Mapping[str, Sequence[str]]) -> None:
    """A mistyped one would be left out without a word, with what stands below it."""
    package = Path(settings_fields.__file__).parents[1]
    source = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    assert [name for name in stated if f'"{name}"' not in source] == []
