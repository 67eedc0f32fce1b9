from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hosts import sample_functions
from tests.hosts.calls import CALLS, LEFT_OUT, Range
from xlmargin.excel.worksheet_function import REGISTRY

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def through_com() -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.hosts.classic_excel"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def in_python(name: str, arguments: list[object]) -> Any:
    """The answer in plain Python, in the shape that VBA gets: one row is no table."""
    given = {
        argument.name: value.rows if isinstance(value, Range) else value
        for argument, value in zip(REGISTRY[name].arguments, arguments, strict=False)
        if value != LEFT_OUT
    }
    answer = getattr(sample_functions, name)(**given)
    if isinstance(answer, list) and len(answer) == 1:
        return answer[0] if len(answer[0]) > 1 else answer[0][0]
    return answer


@pytest.mark.parametrize("number", range(len(CALLS)), ids=lambda n: f"{n}-{CALLS[n][0]}")
def test_excel_answers_as_python_does(number: int, through_com: Any) -> None:
    assert through_com["answers"][number] == in_python(*CALLS[number])


def test_only_the_error_on_purpose_is_an_internal_one(through_com: Any) -> None:
    internal = [a for a in through_com["answers"] if "internal error" in str(a)]
    assert len(internal) == 1
    assert "(ZeroDivisionError)" in internal[0]


def test_the_function_wizard_gets_the_registry_s_words(through_com: Any) -> None:
    for name, shown in through_com["wizard"].items():
        entry = REGISTRY[name]
        assert shown["category"] == entry.category
        assert shown["doc"].startswith(entry.doc)
        assert shown["arguments"] == [[a.name, a.doc] for a in entry.arguments]
