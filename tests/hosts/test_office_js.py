from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hosts import sample_functions
from tests.hosts.calls import CALLS, LEFT_OUT, Range
from xlmargin.dates import serial_of
from xlmargin.excel.worksheet_function import REGISTRY

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    not os.environ.get("XLWINGS_LICENSE_KEY"),
    reason="the Office.js half of xlwings needs a licence: XLWINGS_LICENSE_KEY is not set",
)


@pytest.fixture(scope="module")
def through_office_js() -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.hosts.office_js"],
        cwd=ROOT,
        env=os.environ | {"XLWINGS_ON_SERVER": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def dates_as_numbers(rows: list[list[object]]) -> list[list[object]]:
    """Rows as Office.js sends them: the difference `DATE_AS_NUMBER`."""
    return [[serial_of(c) if isinstance(c, dt.date) else c for c in row] for row in rows]


def in_python(name: str, arguments: list[object]) -> Any:
    """The answer in plain Python, as rows."""
    given = {
        argument.name: dates_as_numbers(value.rows) if isinstance(value, Range) else value
        for argument, value in zip(REGISTRY[name].arguments, arguments, strict=False)
        if value != LEFT_OUT
    }
    answer = getattr(sample_functions, name)(**given)
    return answer if isinstance(answer, list) else [[answer]]


@pytest.mark.parametrize("number", range(len(CALLS)), ids=lambda n: f"{n}-{CALLS[n][0]}")
def test_office_js_answers_as_python_does(number: int, through_office_js: Any) -> None:
    assert through_office_js["answers"][number] == in_python(*CALLS[number])


def test_every_function_is_offered_to_excel(through_office_js: Any) -> None:
    samples = [name for name in REGISTRY if name.startswith("SAMPLE_")]
    assert through_office_js["functions"] == len(samples)
