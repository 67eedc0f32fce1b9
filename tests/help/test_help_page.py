"""The help page and its rows: nothing left out, nothing refused, the committed page up to date."""

from __future__ import annotations

import datetime as dt
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xlmargin import udfs
from xlmargin.cells.values import TableRows
from xlmargin.cli import app
from xlmargin.cli.help_pages import page_of
from xlmargin.errors import MarginError
from xlmargin.excel.settings_fields import SYNONYMS
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.help import EXAMPLE_BOOK, EXAMPLES, Example, help_rows, usage
from xlmargin.help.help_page import INPUT
from xlmargin.help.html import answer_table, element, shown_value
from xlmargin.help.settings_help import SETTINGS_HELP, parameters_help, settings_help
from xlmargin.help.texts import GROUPS
from xlmargin.hosts.differences import DIFFERENCES
from xlmargin.rulebook import overridable_names

COMMITTED = Path(__file__).parents[2] / "workbooks" / "help.html"
FUNCTIONS = [entry for entry in REGISTRY.values() if hasattr(udfs, entry.name)]
NAMES = [entry.name for entry in FUNCTIONS]
BY_NAME = {entry.name: entry for entry in FUNCTIONS}
VOID = {"meta"}


class Outline(HTMLParser):
    """Anchors, links, texts and the elements that are open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.anchors: list[str] = []
        self.links: list[str] = []
        self.outside: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in named:
            self.anchors.append(named["id"] or "")
        if tag == "a":
            self.links.append(named["href"] or "")
        if tag in ("script", "link", "img", "iframe") or "src" in named or "style" in named:
            self.outside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text.append(data)


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(FUNCTIONS)


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    read = Outline()
    read.feed(page)
    assert read.open == []
    return read


def test_the_committed_page_is_what_is_built(page: str) -> None:
    found = COMMITTED.read_bytes().replace(b"\r\n", b"\n")
    assert found == page.encode(), "rebuild it: xlmargin help-page -o workbooks/help.html"


def test_the_same_bytes_again(page: str) -> None:
    assert page_of(FUNCTIONS) == page


def test_every_function_has_an_example_and_none_is_left_over() -> None:
    assert sorted(EXAMPLES) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_no_example_is_refused(name: str) -> None:
    answer = EXAMPLES[name].answer(BY_NAME[name].function)
    assert len({len(row) for row in answer}) == 1
    assert not any(str(cell).startswith("#XLM!") for row in answer for cell in row)
    headings = [str(cell) for cell in answer[0]]
    assert set(EXAMPLES[name].dates) <= set(headings)


def test_a_refused_example_is_raised() -> None:
    example = Example(("no rule of this name",), columns=("value",))
    with pytest.raises(MarginError, match="no rule of this name"):
        example.answer(BY_NAME["XLM_RULE"].function)


def test_amounts_of_the_example_are_those_of_the_rules(outline: Outline) -> None:
    answers = {name: EXAMPLES[name].answer(BY_NAME[name].function)[1][0] for name in NAMES}
    # a collar: 10% of the put's strike and 5 out of the money, below 25% of the stock's value;
    # a put debit spread asks nothing more: 500 x (0.10 x 95 + 5) = 7,250
    assert answers["REGT_MAINTENANCE"] == pytest.approx(7_250)
    # half the stock, and the cost of both long puts: 25,000 + 12,000 + 5 x 210 = 38,050
    assert answers["REGT_INITIAL"] == pytest.approx(38_050)
    assert "7,250" in outline.text
    assert "38,050" in outline.text
    # Friday 20 November 2026 and three days of the exchange
    assert "2026-11-25" in outline.text


def test_every_function_and_argument_is_described(page: str, outline: Outline) -> None:
    text = "".join(outline.text)
    for entry in FUNCTIONS:
        assert usage(entry) in text
        assert entry.doc in text
        assert all(argument.doc in text for argument in entry.arguments)
    assert set(NAMES) <= set(outline.anchors)


def test_every_link_leads_to_a_place_on_the_page(outline: Outline) -> None:
    assert len(outline.anchors) == len(set(outline.anchors))
    assert {link.removeprefix("#") for link in outline.links} <= {*outline.anchors, INPUT}
    assert {f"#{name}" for name in NAMES} <= set(outline.links)
    assert all(name.startswith(tuple(GROUPS)) for name in NAMES)


def test_nothing_comes_from_elsewhere(page: str, outline: Outline) -> None:
    assert outline.outside == []
    assert not re.search(r"https?://|@import|url\(", page)


def test_differences_are_there(outline: Outline) -> None:
    text = set(outline.text)
    assert {difference.calc for difference in DIFFERENCES.values()} <= text


def test_every_setting_is_explained() -> None:
    assert list(SETTINGS_HELP) == list(SYNONYMS)
    assert [row[0] for row in settings_help().rows] == list(SYNONYMS)


def test_every_number_that_may_be_moved_is_listed() -> None:
    table = parameters_help(dt.date(2026, 11, 20))
    listed = [str(row[0]) for row in table.rows]
    for name in overridable_names():
        divided = (n.removesuffix("\u2026") for n in listed if n.endswith("\u2026"))
        assert name in listed or any(name.startswith(n) for n in divided), name
    by_name = {str(row[0]): row for row in table.rows}
    # FINRA 4210(g)(7): $37.50 a contract of 100
    assert by_name["contract_minimum"][2:5] == ["dollars per unit", "0.375", "raised"]


def test_a_number_without_value_on_the_date_says_why() -> None:
    rows = {str(r[0]): r for r in parameters_help(dt.date(2026, 6, 3)).rows}
    assert "no value on 2026-06-03" in str(rows["intraday_freeze_days"][3])


def test_rows_for_a_sheet() -> None:
    table = help_rows(FUNCTIONS)
    assert table.headings == ("function", "arguments", "answers", "example")
    assert [row[0] for row in table.rows] == NAMES
    row = next(row for row in table.rows if row[0] == "MARGIN_CALL_DUE")
    assert row[1] == "day, kind, [settings]"
    assert row[3] == '=MARGIN_CALL_DUE("2026-11-20", "portfolio")'
    assert all(isinstance(cell, str) and len(cell) <= 255 for row in table.rows for cell in row)


def test_examples_name_the_ranges_as_the_workbooks_do() -> None:
    for name, example in EXAMPLES.items():
        ranges = re.findall(r"(\w+)\[\[#All\]\]", example.formula(name))
        assert set(ranges) <= set(EXAMPLE_BOOK)
    assert EXAMPLES["XLM_VERSION"].formula("XLM_VERSION") == "=XLM_VERSION()"


def test_text_is_escaped() -> None:
    assert element("p", '<b>&"', title='"x"').written == (
        '<p title="&quot;x&quot;">&lt;b&gt;&amp;&quot;</p>'
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1234567.0, "1,234,567"), (0.375, "0.375"), (-0.00001, "0"), (1234.5, "1,234.50"),
        (True, "TRUE"), (None, ""), ("text", "text"),
    ],
)  # fmt: skip
def test_values_are_shown_as_read(value: float | str | bool | None, shown: str) -> None:
    assert shown_value(value) == shown


def test_columns_are_alike_and_long_answers_say_what_is_missing() -> None:
    rows: TableRows = [["name", "$"], *([f"row {i}", 1000.0 + i / 4] for i in range(20))]
    written = answer_table(rows).written
    assert ">1,000.00<" in written
    assert ">1,000.25<" in written
    assert "More rows below these: 4." in written


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    path = tmp_path / "help.html"
    result = CliRunner().invoke(app, ["help-page", "-o", str(path)])
    assert result.exit_code == 0, result.output
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [p.name for p in tmp_path.iterdir()] == ["help.html"]


@pytest.mark.parametrize("name", ["help.txt", "folder.html"])
def test_the_command_refuses_what_cannot_be(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.html").mkdir()
    result = CliRunner().invoke(app, ["help-page", "-o", str(tmp_path / name)])
    assert result.exit_code == 1
    assert result.stderr.startswith("Refused")


def test_the_example_holds_plain_cells() -> None:
    book = dict(EXAMPLE_BOOK)
    assert json.loads(json.dumps(book, allow_nan=False)) == book
