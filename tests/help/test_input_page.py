"""The page of the input: every word of the readers is on it, every cure is for an error."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from xlmargin import udfs  # noqa: F401 - enters the worksheet functions
from xlmargin.cells.words import MARKET, POSITIONS, SIDES, TYPES
from xlmargin.cli.help_pages import input_page_of
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.help.cures import DAMAGES, Damage
from xlmargin.help.input_page import found_by

COMMITTED = Path(__file__).parents[2] / "workbooks" / "input.html"


@pytest.fixture(scope="module")
def page() -> str:
    return input_page_of([*REGISTRY.values()])


def test_the_committed_page_is_what_is_built(page: str) -> None:
    found = COMMITTED.read_bytes().replace(b"\r\n", b"\n")
    assert found == page.encode(), "rebuild it: xlmargin help-page --input -o workbooks/input.html"


def test_every_heading_and_word_of_the_readers_is_there(page: str) -> None:
    text = unescape(page)
    for headings in (POSITIONS, MARKET):
        for name, others in headings.synonyms.items():
            assert f">{name}<" in text
            assert ", ".join(others) in text
    for words in (TYPES, SIDES):
        assert all(", ".join(others) in text for _, *others in words.of_member.values())


def test_what_is_read_of_files_of_others_is_there_with_how_sure_it_is(page: str) -> None:
    """Arrays, FIXML, the record and brokers' answers; fields of the record lie end to end."""
    text = unescape(page)
    chapter = text[text.index('id="files"') :]
    wanted = [
        "theo price", "-5, -4", "PxMvmntValu Pnt", "groups[].members[].shocks",
        "groups[].maintenance-requirement", "<td>57</td><td>10</td>",
    ]  # fmt: skip
    assert [each for each in wanted if each not in chapter.replace("\n", "")] == []
    for sure in ("provisional", "how the clearing house fills it is inferred", "second-hand"):
        assert sure in chapter


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.what)
def test_what_has_a_cure_is_an_error_that_names_its_cell(damage: Damage) -> None:
    found = found_by(REGISTRY["XLM_CHECK"], damage)
    assert found.startswith(damage.range.lower())
    assert re.search(rf"row {damage.row}\b", found) or damage.range == "Dividends"
    assert damage.column in ("value", "name") or damage.column in found
