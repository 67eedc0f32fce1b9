"""Tables of the documentation that no page of help has: houses, brokers' files, eligibility."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from xlmargin import udfs
from xlmargin.cells.values import Words
from xlmargin.eligibility import Met
from xlmargin.excel.facts_reader import (
    ANSWERS,
    FACTS,
    MONITORINGS,
    OPTION_LEVELS,
    REGISTRATIONS,
    STATUSES,
)
from xlmargin.importers.brokers.formats import FIELDS
from xlmargin.importers.brokers.recognition import FORMATS
from xlmargin.importers.files import read_broker
from xlmargin.rulebook import house_names
from xlmargin.rulebook.files import sources
from xlmargin.rulebook.parameters import ONE, RuleSet
from xlmargin.rulebook.values_in_force import profile, profiles
from xlmargin.settings import Settings

_SIGNED: Final = "or the day it was signed or passed: from that day on it counts"
_DOLLARS: Final = "dollars"
GOLDEN: Final = Path(__file__).parents[1] / "tests" / "importers" / "brokers" / "golden"
"""A file of each kind, made up after public examples."""
_SAMPLE_LINES: Final = 24
FACTS_TOLD: Final[Mapping[str, tuple[str, Words[Any] | None, str]]] = {
    "status": ("where the account stands: to open it asks for one amount, to keep it for another",
               STATUSES, ""),
    "equity": ("equity of the account", None, _DOLLARS),
    "aggregate_equity": ("equity of all accounts of the very same owner at the firm, which counts"
                         " for unlisted derivatives", None, _DOLLARS),
    "monitoring": ("how the firm watches the risk of its portfolio margin accounts; executes_away:"
                   " trades are made at other firms", MONITORINGS, ""),
    "unlisted_derivatives": ("whether the customer holds, or wants to hold, any", ANSWERS, ""),
    "registration": ("whose account it is; retirement alone does not say which of the two"
                     " before it, and is missing", REGISTRATIONS, ""),
    "experience": ("with options: years, or whether there is any", ANSWERS, "years from 0 to 100"),
    "option_level": ("yes: approved to write uncovered options; a firm's level 3 may be either,"
                     " and is refused", OPTION_LEVELS, ""),
    "disclosure": ("the risk disclosure is signed", ANSWERS, _SIGNED),
    "agreement": ("the portfolio margin agreement is signed", ANSWERS, _SIGNED),
    "review": ("the firm's last review is passed", ANSWERS, _SIGNED),
}  # fmt: skip
"""Each fact: what it says, its words, and what else may stand there."""
_MET: Final = {
    Met.MET: "the facts say that the requirement is met, or nothing is asked of this account",
    Met.NOT_MET: "the facts say that it is not; `lacks` says what is to be done",
    Met.MISSING: "the facts do not tell; `lacks` names the fact to state. It is never taken for"
    " met",
}


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of a page; a cell's own bars are turned."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in lines)


def eligibility() -> str:
    """The facts with their words, what the answers mean, and what each house asks."""
    return "\n\n".join(
        (
            "## The facts",
            markdown_table(("fact", "says", "written", "also named"), _facts()),
            "## The words of the answer",
            markdown_table(
                ("`met`", "means"), [(f"`{m.value}`", text) for m, text in _MET.items()]
            ),
            "## What is asked",
            "Of an account that is to be opened, and of one that is open, where nothing else is"
            " stated; on the day these pages were built.",
            *_asked("applying"),
            *_asked("open"),
        )
    )


def _facts() -> Iterator[tuple[str, ...]]:
    for name, others in FACTS.synonyms.items():
        says, words, more = FACTS_TOLD[name]
        listed = words.of_member.values() if words else ()
        written = "; ".join(f"`{own}`{_also(also)}" for own, *also in listed)
        yield f"`{name}`", says, "; ".join(filter(None, (written, more))), ", ".join(others)


def _also(words: Sequence[str]) -> str:
    return f" ({', '.join(words)})" if words else ""


def _asked(status: str) -> Iterator[str]:
    """A table: a row a requirement, what the rule asks and which houses ask something else."""
    by_house = {house: _checks(status, house) for house in house_names()}
    rule = by_house.pop(Settings.house)
    yield f"### `status` {status}"
    rows = []
    for i, row in enumerate(rule):
        needed = _needed(row[3])
        others: dict[str, list[str]] = {}
        for house, checks in by_house.items():
            if (own := _needed(checks[i][3])) != needed:
                others.setdefault(own, []).append(house)
        listed = "; ".join(f"{own}: {', '.join(names)}" for own, names in others.items())
        rows.append((str(row[1]), needed, listed, escape(str(row[6]))))
    yield markdown_table(("requirement", "needed", "other houses", "source"), rows)


def _checks(status: str, house: str) -> list[list[Any]]:
    """The rows of the checklist but for its verdict."""
    facts = [["name", "value"], ["status", status], ["unlisted_derivatives", "yes"]]
    answer = udfs.PM_ELIGIBILITY(facts, [["house", house]], False)
    assert isinstance(answer, list), answer
    return answer[:-1]


def _needed(cell: object) -> str:
    return f"{cell:,.10g}" if isinstance(cell, float) else escape(str(cell))


def houses() -> str:
    """A row a house: whose words these are, since when and how its numbers were compared."""
    rows = [(f"`{Settings.house}`", "the rules alone", "", "", "")]
    rows += [_house(name, profile(name)) for name in profiles()]
    numbers = [(f"`{n}`", *(_own(profile(h), n) for h in profiles())) for n in _numbers()]
    heads = ("setting `house`", "is", "numbers", "compared on", "source")
    return "\n\n".join(
        (
            markdown_table(heads, rows),
            "What each asks above the rule, the latest of each number; of the rest it asks what the"
            " rule does:",
            markdown_table(("", *profiles()), numbers),
        )
    )


def _house(name: str, rules: RuleSet) -> tuple[str, ...]:
    entries = [entry for p in rules.parameters.values() for entry in p.since]
    named = "; ".join(dict.fromkeys(sources()[entry.source] for entry in entries))
    checked = str(min((entry.checked for entry in entries), default=""))
    return (f"[`{name}`](#{name})", escape(rules.title), str(len(entries)), checked, escape(named))


def _numbers() -> list[str]:
    """The parameters that some house states, in the order of the houses."""
    return list(dict.fromkeys(name for house in profiles() for name in profile(house).parameters))


def _own(rules: RuleSet, name: str) -> str:
    """The values of a parameter that a house states last, by key."""
    if name not in rules.parameters:
        return ""
    values = rules.parameters[name].since[-1].values
    by_value: dict[float, list[str]] = {}
    for key, value in values.items():
        by_value.setdefault(value, []).append(key)
    return "; ".join(
        f"{value:,.10g} {', '.join(k for k in keys if k != ONE)}".strip()
        for value, keys in by_value.items()
    )


def documents() -> str:
    """The documents behind the keys of numbers, and of what is known of instruments."""
    listed = files("xlmargin.rulebook") / "instruments" / "sources.csv"
    with listed.open(encoding="utf-8") as text:
        instruments = [(r["key"], r["what"], r["kind"], r["as_of"]) for r in csv.DictReader(text)]
    of_numbers = [(f"`{key}`", escape(document)) for key, document in sources().items()]
    of_instruments = [(f"`{key}`", *map(escape, said)) for key, *said in instruments]
    return "\n\n".join(
        (
            "## The documents behind the keys {#documents}",
            "Of numbers of the rules:",
            markdown_table(("key", "document"), of_numbers),
            "Of what is known of instruments, which `XLM_MARKET` and `xlmargin market` name:",
            markdown_table(("key", "document", "read", "as of"), of_instruments),
        )
    )


def brokers() -> str:
    """The files that are read, with how sure their headings are, and what is read of each."""
    rows = [(f"[{f.name}](#{_anchor(f.name)})", f.sure) for f in FORMATS]
    parts = ["## Files that are read", markdown_table(("File", "How sure"), rows)]
    samples = _samples()
    for each in FORMATS:
        columns = [
            (FIELDS[name] + (", needed" if name in each.layout.needed else ""), _headings(headings))
            for name, headings in each.layout.columns.items()
        ]
        parts += [
            f"### {each.name} {{#{_anchor(each.name)}}}",
            markdown_table(("is read", "from a column headed"), columns),
        ]
        if each.name in samples:
            parts += ["Such a file, as the tests have it:", f"```text\n{samples[each.name]}\n```"]
    return "\n\n".join(parts)


def _samples() -> dict[str, str]:
    """The first lines of a text of each kind, and its rows of cash, by the kind's name."""
    found: dict[str, str] = {}
    for path in sorted(GOLDEN.iterdir()):
        if path.suffix not in (".csv", ".txt") or (read := read_broker(path)) is None:
            continue
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        shown = lines[:_SAMPLE_LINES]
        shown += [line for line in lines[_SAMPLE_LINES:] if "cash" in line.lower()]
        found.setdefault(read.format.name, "\n".join(shown))
    return found


def _headings(headings: Sequence[str]) -> str:
    return " or ".join(f"`{heading}`" for heading in headings)


def _anchor(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())
