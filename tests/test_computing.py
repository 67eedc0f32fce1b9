"""What would hold a sheet too long is refused, with advice; who waits is answered."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.books import Range
from xlmargin import cli, computing, udfs
from xlmargin.arrays import FloatArray
from xlmargin.computing import (
    RowMemory,
    TimeLimitReached,
    check_time_limit,
    seconds_left,
    time_limit,
)
from xlmargin.excel import worksheet_function

HELD: Range = [
    ["date", "symbol", "type", "quantity", "strike", "expiration", "price"],
    ["2026-11-20", "XYZ", "call", -1, 500, "2027-01-15", 12.0],
    ["2026-11-20", "XYZ", "call", 1, 510, "2027-01-15", 8.0],
    ["2026-11-20", "USD", "cash", 50_000, None, None, None],
]
MARKET: Range = [["date", "symbol", "price"], ["2026-11-20", "XYZ", 500.0]]
SETTINGS: Range = [["as_of", "2026-11-20"], ["rate", 0.04]]
MORE: Range = [
    ["symbol", "type", "quantity", "strike", "expiration", "price"],
    ["XYZ", "call", 1, 505, "2027-01-15", 10.0],
]
CALLS = {
    "REGT_STRATEGIES": (HELD, MARKET, SETTINGS),
    "MARGIN_ONE_MORE": (HELD, MARKET, SETTINGS),
    "MARGIN_HISTORY": (HELD, MARKET, SETTINGS),
    "MARGIN_ALERTS": (HELD, None, MARKET, SETTINGS),
    "MARGIN_WHATIF": (HELD, MORE, MARKET, SETTINGS),
    "MARGIN_CAPACITY": (HELD, MORE, MARKET, SETTINGS),
    "MARGIN_WRITING": (HELD, MARKET, SETTINGS),
    "MARGIN_HEDGE": (HELD, MORE, MARKET, SETTINGS),
    "MARGIN_INTRADAY": (MORE, HELD, MARKET, SETTINGS),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_refused_whole_when_its_time_is_over(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    function = getattr(udfs, name)
    whole = function(*CALLS[name])
    assert isinstance(whole, list), whole
    computing.forget()
    monkeypatch.setattr(worksheet_function, "SECONDS", -1.0)
    refused = function(*CALLS[name])
    assert refused.startswith("#XLM! time: ")
    assert "xlmargin report" in refused
    with time_limit(math.inf):
        assert function(*CALLS[name]) == whole


def test_the_command_line_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(worksheet_function, "SECONDS", -1.0)
    book = tmp_path / "book.csv"
    rows = [["symbol", "type", "quantity", "price"], ["XYZ", "stock", 100, 50.0]]
    book.write_text("\n".join(",".join(map(str, row)) for row in rows))
    output = str(tmp_path / "report.xlsx")
    monkeypatch.setattr(sys, "argv", ["xlmargin", "report", str(book), "-o", output, "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    assert json.loads(capsys.readouterr().out)["strategy maintenance"] == 1250.0


def test_the_limit_of_the_first_who_waits_holds() -> None:
    with time_limit(math.inf), time_limit(-1.0):
        check_time_limit()
        assert seconds_left() == math.inf
    with pytest.raises(TimeLimitReached), time_limit(-1.0), time_limit(math.inf):
        check_time_limit()
    check_time_limit()


def test_nobody_on_the_way_takes_the_end_for_a_failed_part() -> None:
    with pytest.raises(TimeLimitReached), time_limit(-1.0):
        try:
            check_time_limit()
        except Exception:
            pytest.fail("a partial answer")


def test_rows_whose_numbers_are_those_of_a_call_before_are_not_computed_again() -> None:
    memory, asked = RowMemory(), []

    def doubled(rows: np.ndarray) -> FloatArray:
        asked.append(rows.tolist())
        return 2.0 * numbers[rows] + flags[rows]

    flags = np.array([True, False, False])
    for numbers, changed in (
        (np.array([1.0, 2.0, np.nan]), [0, 1, 2]),
        (np.array([1.0, 2.5, np.nan]), [1]),
        (np.array([1.0, 2.5, np.nan]), []),
        (np.array([-0.0, 2.5, np.nan]), [0]),
        (np.array([0.0, 2.5, np.nan]), [0]),
    ):
        asked.clear()
        answer = memory.of([numbers, flags], doubled)
        assert asked == ([changed] if changed else [])
        np.testing.assert_array_equal(answer, 2.0 * numbers + flags)
    flags, numbers = flags[:2], numbers[:2]
    assert memory.of([numbers, flags], doubled).tolist() == [1.0, 5.0]
    assert asked[-1] == [0, 1]


def test_what_a_row_memory_answers_cannot_be_written_over() -> None:
    memory, numbers = RowMemory(), np.array([1.0, 2.0])
    for changed in (numbers, numbers, np.array([1.0, 3.0]), numbers):
        answer = memory.of([changed], lambda rows, c=changed: 2.0 * c[rows])
        with pytest.raises(ValueError, match="read-only"):
            answer[0] = 7.0
        assert answer.tolist() == (2.0 * changed).tolist()
