"""Each number and switch of the rulebook, each effective date on both sides of it.

`numbers.csv` is what the sources say, a row a value, with the paragraph in which the figure was
found again: `stated` there, `unconfirmed` where the words are known second-hand, `house` on a
broker's page; `no figure` where the rule leaves it open and a switch or a neutral value stands for
that. A number that is changed in the rulebook, or stands there without a row, fails here. Every
number but one is read by the code that it is for.
"""

import re
import tomllib
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

import xlmargin
from tests.rulebook.numbers import TABLE
from xlmargin.errors import RulebookError
from xlmargin.rulebook import look_up

HOME = Path(xlmargin.__file__).parent
REPEALED = "repealed"
SHOWN_ALONE = {"extension_amount"}
"""What no requirement and no date depends on: `XLM_RULE` says it, and nothing else uses it."""


def number(text: str) -> bool | float | str:
    words = {"TRUE": True, "FALSE": False, REPEALED: REPEALED}
    return words[text] if text in words else float(text)


ROWS = [
    (row["file"], row["name"], row["key"], date.fromisoformat(row["effective"]),
     number(row["value"]))
    for row in TABLE
]  # fmt: skip
FILES = sorted(
    str(path.relative_to(HOME / "rulebook").with_suffix(""))
    for path in (HOME / "rulebook").glob("*/*.toml")
)
_ABOUT = ("effective", "checked", "rule", "href", "source", "remark", "title")


def stated(file: str) -> list[tuple[str, str, date, object]]:
    """Every value in a file of the rulebook: name, key, first day, value."""
    text = (HOME / "rulebook" / f"{file}.toml").read_text("utf-8")
    found = []
    for name, parameter in tomllib.loads(text).items():
        for entry in parameter["since"] if isinstance(parameter, dict) else ():
            for key, value in entry.items():
                if key in _ABOUT:
                    continue
                shown = REPEALED if key == REPEALED else value
                own = "" if key in ("value", REPEALED) else key
                found.append((name, own, entry["effective"], shown))
    return found


@pytest.mark.parametrize("file", FILES)
def test_each_number_and_switch_is_what_the_sources_say(file: str) -> None:
    expected = [row[1:] for row in ROWS if row[0] == file]
    found = stated(file)
    assert sorted(map(str, _plain(found))) == sorted(map(str, _plain(expected)))


def test_each_row_names_the_paragraph_and_how_sure_it_is() -> None:
    assert {row["standing"] for row in TABLE} == {"stated", "unconfirmed", "house", "no figure"}
    assert all(row["paragraph"] for row in TABLE)


@pytest.mark.parametrize("file", FILES)
def test_what_is_unconfirmed_in_the_table_is_marked_in_the_rulebook(file: str) -> None:
    parameters = tomllib.loads((HOME / "rulebook" / f"{file}.toml").read_text("utf-8"))
    for row in TABLE:
        if row["file"] == file and row["standing"] == "unconfirmed":
            marks = [
                entry.get("remark", "")
                for entry in parameters[row["name"]]["since"]
                if str(entry["effective"]) == row["effective"] and (row["key"] or "value") in entry
            ]
            assert len(marks) == 1, row
            assert "(unconfirmed: " in marks[0], row


def _plain(rows: list[tuple[str, str, date, float]]) -> list[tuple[str, str, date, float]]:
    return [(n, k, d, v if isinstance(v, bool | str) else float(v)) for n, k, d, v in rows]


def in_force(name: str, key: str, day: date) -> float | None:
    """What the table says on a day; None before the first day and after the last."""
    found = None
    for file, other, own, since, value in ROWS:
        if not file.startswith("house/") and other == name and since <= day:
            if value == REPEALED:
                found = None
            elif own == key:
                found = value
    return found


CHANGES = sorted(
    {
        (name, since)
        for file, name, _, since, _ in ROWS
        if not file.startswith("house/")
    }
)  # fmt: skip


@pytest.mark.parametrize(("name", "since"), CHANGES)
def test_each_effective_date_on_both_sides(name: str, since: date) -> None:
    keys = {key for _, other, key, _, value in ROWS if other == name and value != REPEALED}
    for day in (since - timedelta(days=1), since):
        expected = {k: v for k in keys if (v := in_force(name, k, day)) is not None}
        try:
            rows = look_up(name, day)
        except RulebookError:
            rows = ()
        assert {row.key: row.value for row in rows if not row.house} == expected, day


HOUSE_CHANGES = sorted({row[:2] + row[3:4] for row in ROWS if row[0].startswith("house/")})


@pytest.mark.parametrize(("file", "name", "since"), HOUSE_CHANGES)
def test_each_entry_of_a_house_is_assumed_before_it_and_says_so(
    file: str, name: str, since: date
) -> None:
    house = file.removeprefix("house/")
    expected = {k: v for f, n, k, d, v in ROWS if (f, n, d) == (file, name, since)}
    for day, is_assumed in ((since - timedelta(days=1), True), (since, False)):
        rows = {row.key: row for row in look_up(name, day) if row.house == house}
        assert {key: row.value for key, row in rows.items()} == expected
        assert {"assumed for earlier dates" in row.remark for row in rows.values()} == {is_assumed}


def test_each_number_is_used_where_its_rule_is() -> None:
    used = defaultdict(set)
    for path in HOME.rglob("*.py"):
        if path.name == "sections.py":
            continue
        for word in re.findall(r"\.([a-z_]+)\b", path.read_text("utf-8")):
            used[word].add(path)
    own = (HOME / "rulebook" / "sections.py").read_text("utf-8")
    names = {row[1] for row in ROWS}
    unused = {n for n in names if n not in used and f"self.{n}" not in own}
    assert unused == SHOWN_ALONE
