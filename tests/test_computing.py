"""What would hold a sheet too long is refused, with advice; who waits is answered."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import pytest

from tests.books import Range
from xlmargin import cli, computing, udfs
from xlmargin.computing import TimeLimitReached, check_time_limit, seconds_left, time_limit
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
