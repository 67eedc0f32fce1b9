"""The VBA of the functions says what xlwings itself would write on "Import Functions"."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.vba_text import code_only, procedures, texts
from xlmargin import udfs  # noqa: F401  (registers the functions)
from xlmargin.excel.registrable import VBA_WORDS
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.classic.wrappers import MODULE, wrappers

ROOT = Path(__file__).parents[2]
FUNCTIONS = {
    name: entry for name, entry in REGISTRY.items() if entry.function.__module__ == "xlmargin.udfs"
}
OURS = wrappers(FUNCTIONS.values())
PARTS = procedures(OURS)

LONGEST_LINE = 1_023
MOST_CONTINUED = 24
LARGEST_PROCEDURE = 64_000
"""What VBA's editor and compiler take."""


@pytest.fixture(scope="module")
def of_xlwings() -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.hosts.classic_import"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_same_functions_are_there(of_xlwings: Any) -> None:
    theirs = re.findall(r"^Function (\w+)\(", of_xlwings["vba"], re.MULTILINE)
    ours = re.findall(r"^Function (\w+)\(", OURS.replace("\r\n", "\n"), re.MULTILINE)
    assert ours == list(FUNCTIONS)
    assert sorted(ours) == sorted(theirs)
    assert f'Attribute VB_Name = "{MODULE}"' in of_xlwings["vba"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_declared_as_xlwings_declares_it(name: str, of_xlwings: Any) -> None:
    assert PARTS[name][0].strip() == procedures(of_xlwings["vba"])[name][0].strip()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_calls_python_as_xlwings_does(name: str, of_xlwings: Any) -> None:
    calls = [
        " ".join(next(line for line in lines if "CallUDF" in line).split())
        for lines in (PARTS[name], procedures(of_xlwings["vba"])[name])
    ]
    assert calls[0] == calls[1]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_wizard_is_told_what_xlwings_tells_it(name: str, of_xlwings: Any) -> None:
    theirs = of_xlwings["wizard"][name]
    _, macro, doc, category, *arguments = texts(" ".join(PARTS[f"Describe_{name}"]))
    assert macro == f"'!{name}"
    # xlwings cuts after 255 characters with the margin of the lines among them.
    said = " ".join(theirs["Description"].split())
    assert len(said) > 20
    assert said.startswith(doc) or doc.startswith(said)
    assert doc == FUNCTIONS[name].doc
    assert category == theirs["Category"]
    assert arguments == (theirs["ArgumentDescriptions"] or [])
    assert texts(PARTS[name][1]) == [doc]


def test_all_are_described_when_the_workbook_opens() -> None:
    told = {line.strip() for line in PARTS["XlmDescribeFunctions"]}
    assert {f"Describe_{name}" for name in FUNCTIONS} <= told


def test_excel_s_wizard_and_vba_take_the_module() -> None:
    assert OURS.isascii()
    assert "\n" not in OURS.replace("\r\n", "")
    lines = OURS.split("\r\n")
    assert max(map(len, lines)) <= LONGEST_LINE
    for name, part in PARTS.items():
        assert sum(map(len, part)) < LARGEST_PROCEDURE, name
    for text in re.split(r"(?<! _)\r\n", OURS):
        assert text.count(" _\r\n") <= MOST_CONTINUED
        assert all(len(quoted) <= 255 for quoted in texts(text))


def test_every_block_is_closed_and_every_argument_no_word_of_vba() -> None:
    code = [code_only(line) for part in PARTS.values() for line in part]
    why_it_failed = 1
    functions = sum(line.startswith("End Function") for line in code)
    assert functions == len(FUNCTIONS) + why_it_failed
    assert all(line.count("(") == line.count(")") for line in code)
    for name in FUNCTIONS:
        arguments = re.sub(r"Optional |.*\(|\)", "", PARTS[name][0]).split(", ")
        assert not {*arguments} & VBA_WORDS
