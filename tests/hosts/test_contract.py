"""The example of every function answers in every host what it does in plain Python, to the bit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.calc_book import CallBook, in_calc
from tests.hosts.example_calls import CALLS, bits, in_python
from tests.hosts.office_excel import Excel, in_node, running
from xlmargin import udfs
from xlmargin.excel.worksheet_function import REGISTRY

ROOT = Path(__file__).parents[2]
NAMES = [name for name, _ in CALLS]
each = pytest.mark.parametrize("number", range(len(CALLS)), ids=NAMES)


def output_of(command: list[str], given: str = "") -> Any:
    done = subprocess.run(
        command, cwd=ROOT, input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_every_function_is_called() -> None:
    assert set(NAMES) == {name for name in REGISTRY if hasattr(udfs, name)}
    refused = [name for name, given in CALLS if str(in_python(name, given)).startswith("[['#XLM!")]
    assert refused == []


def test_bits_tell_apart_what_rounding_hides() -> None:
    assert bits([[0.1 + 0.2, "a", True]]) != bits([[0.3, "a", True]])
    assert bits(1.0) == "3ff0000000000000"


@pytest.fixture(scope="module")
def through_com() -> Any:
    return output_of([sys.executable, "-m", "tests.hosts.example_through_com"])


@each
def test_classic_excel(number: int, through_com: Any) -> None:
    answer = in_python(*CALLS[number])
    if len(answer) == 1:  # VBA gets one row as no table, and one cell as a value
        answer = answer[0] if len(answer[0]) > 1 else answer[0][0]
    assert through_com[number] == bits(answer)


@pytest.fixture(scope="module")
def through_node(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with running() as (address, token):
        excel = Excel(tmp_path_factory.mktemp("excel"), address, token)
        yield [excel.call(name, *given) for name, given in CALLS]
        excel.close()


@in_node
@each
def test_office_js(number: int, through_node: Any) -> None:
    assert through_node[number] == bits(in_python(*CALLS[number], dates_are_numbers=True))


@pytest.fixture(scope="module")
def through_calc(tmp_path_factory: pytest.TempPathFactory) -> Any:
    book = CallBook(tmp_path_factory.mktemp("contract") / "examples.xlsx")
    for name, given in CALLS:
        rows = in_python(name, given, dates_are_numbers=True)
        book.call(name, given, len(rows), len(rows[0]))
    return book.answers()


@in_calc
@each
def test_calc(number: int, through_calc: Any) -> None:
    rows = in_python(*CALLS[number], dates_are_numbers=True)
    as_numbers = [[float(c) if isinstance(c, bool) else c for c in row] for row in rows]
    is_table = len(rows) > 1 or len(rows[0]) > 1
    assert bits(through_calc[number]) == bits(as_numbers if is_table else as_numbers[0][0])
