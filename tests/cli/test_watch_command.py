"""A book in files, watched by a real process: what changes is told, what is half written is not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from xlmargin import udfs
from xlmargin.cli import app, watched_files

COMMAND = str(Path(sys.executable).with_name("xlmargin"))
POSITIONS = """symbol,type,quantity,strike,expiration,price,account
XYZ,call,-10,90,2026-12-18,11.20,A
XYZ,put,10,95,2026-12-18,1.30,A
XYZ,stock,1000,,,,A
ABC,stock,100,,,,B
USD,cash,20000,,,,A
USD,cash,5000,,,,B
"""
SETTINGS = "name,value\nas_of,2026-11-20\nrate,0.04\naccount_type,portfolio\n"
SECONDS = 60


def market(xyz: float, abc: float = 50.0) -> str:
    return f"symbol,price\nXYZ,{xyz}\nABC,{abc}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "positions.csv").write_text(POSITIONS)
    (tmp_path / "market.csv").write_text(market(100.0))
    (tmp_path / "settings.csv").write_text(SETTINGS)
    return tmp_path


def command(folder: Path, *more: Any, market_file: str = "market.csv") -> list[str]:
    files = ["positions.csv", "--market", market_file, "--settings", "settings.csv"]
    return [COMMAND, "watch", *files, "--every", "0.05", *more]


def once(folder: Path, *more: Any) -> Result:
    """One look, in this process."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        return CliRunner().invoke(app, command(folder, "--once", *more)[1:])
    finally:
        os.chdir(here)


class Watch:
    """A running watch, whose events come a line each."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process, self.events = process, []

    def next(self, *types: Any) -> dict[str, Any]:
        """The next event of one of these types."""
        for line in self.process.stdout:
            self.events.append(json.loads(line))
            if self.events[-1]["type"] in types:
                return self.events[-1]
        raise AssertionError(f"ended: {self.events}, {self.process.stderr.read()}")


@contextmanager
def watching(folder: Path, *more: Any, **named: Any) -> Iterator[Watch]:
    process = subprocess.Popen(
        command(folder, "--json", *more, **named),
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield Watch(process)
    finally:
        process.kill()
        process.communicate()


def replaced(path: Path, text: str) -> None:
    """Write beside and rename, as careful programs do."""
    beside = path.with_suffix(".new")
    beside.write_text(text)
    beside.replace(path)


def rows(text: str) -> list[list[Any]]:
    return [[cell or None for cell in line.split(",")] for line in text.splitlines()]


def figures(market_text: str, mark_spot: float | None) -> dict[str, dict[str, Any]]:
    """MARGIN_ACCOUNT of the same book at other prices, where each mark was taken stated by hand."""
    positions = rows(POSITIONS)
    for row in positions:
        row.append("mark_spot" if row is positions[0] else mark_spot)
    answer = udfs.MARGIN_ACCOUNT(positions, rows(market_text), rows(SETTINGS))
    return {row[0]: dict(zip(answer[0][4:], row[4:], strict=True)) for row in answer[1:]}


def test_once_shows_what_margin_account_says(folder: Path) -> None:
    done = once(folder, "--json")
    assert done.exit_code == 6, done.stderr  # less than the 100,000 that any firm asks
    events = [json.loads(line) for line in done.stdout.splitlines()]
    account = figures(market(100.0), None)
    assert [event["type"] for event in events] == ["state", "state", "alert", "alert"]
    for event in events[:2]:
        own = {name: row[event["account"]] for name, row in account.items()}
        assert event["schema"] == "xlmargin/1"
        assert event["portfolio_requirement"] == pytest.approx(own["portfolio requirement"])
        assert event["strategy_excess"] == pytest.approx(own["strategy excess"])
        assert event["portfolio_cushion"] == pytest.approx(own["portfolio cushion"])


def test_a_line_for_a_reader_has_both_regimes(folder: Path) -> None:
    done = once(folder)
    assert done.exit_code == 6
    assert "750.00" in done.stdout
    assert "109,350.00" in done.stdout


@pytest.mark.parametrize(
    ("warn", "alert", "code"), [(120_000, 90_000, 5), (130_000, 120_000, 6), (100_000, 90_000, 0)]
)
def test_the_exit_code_is_the_worst_light(folder: Path, warn: int, alert: int, code: int) -> None:
    text = f"figure,warn,alert,account\nportfolio excess,{warn},{alert},A\n"
    (folder / "thresholds.csv").write_text(text)
    done = once(folder, "--thresholds", "thresholds.csv")
    assert done.exit_code == code, done.stderr
    assert ("below" in done.stdout) is (code > 0)


def test_what_is_not_known_has_a_code_of_its_own(folder: Path) -> None:
    (folder / "thresholds.csv").write_text("figure,warn,alert\nmark age,1,2\n")
    assert once(folder, "--thresholds", "thresholds.csv").exit_code == 7


def test_a_refused_book_ends_the_first_look(folder: Path) -> None:
    (folder / "positions.csv").write_text(POSITIONS.replace("put", "putt"))
    done = once(folder)
    assert done.exit_code == 1
    assert "row 3" in done.stderr
    assert done.stdout == ""


def test_a_price_that_ticks_moves_the_options_with_it(folder: Path) -> None:
    """At 102 a mark of 11.20 taken at 100 is no price of the call: it moves by the model."""
    with watching(folder) as watch:
        assert [watch.next("state")["account"] for _ in "AB"] == ["A", "B"]
        for spot in (101.0, 102.5, 99.0):
            replaced(folder / "market.csv", market(spot))
            event = watch.next("state")
            own = figures(market(spot), 100.0)
            assert event["account"] == "A"
            for key, name in (
                ("portfolio_requirement", "portfolio requirement"),
                ("account_value", "portfolio equity"),
            ):
                assert event[key] == pytest.approx(own[name]["A"], abs=1e-3)
        assert event["version"] == 4
        assert [each["sequence"] for each in watch.events] == list(range(1, 8))


def test_a_fill_keeps_the_marks_where_they_were_taken(folder: Path) -> None:
    """Half of the calls bought back while the share stands at 102: the rest moves from 100."""
    with watching(folder) as watch:
        watch.next("state"), watch.next("state")
        replaced(folder / "market.csv", market(102.0))
        watch.next("state")
        replaced(folder / "positions.csv", POSITIONS.replace("-10,90", "-5,90"))
        event = watch.next("state")
    positions = rows(POSITIONS.replace("-10,90", "-5,90"))
    for row in positions:
        row.append("mark_spot" if row is positions[0] else 100)
    answer = udfs.MARGIN_ACCOUNT(positions, rows(market(102.0)), rows(SETTINGS))
    own = next(row for row in answer if row[0] == "portfolio requirement")
    assert event["portfolio_requirement"] == pytest.approx(own[4], abs=1e-3)


def test_what_is_half_written_is_waited_for(folder: Path) -> None:
    """Written in place in pieces, each standing longer than two looks: only whole files count."""
    with watching(folder) as watch:
        watch.next("state"), watch.next("state")
        whole = market(103.0, 55.0)
        with (folder / "market.csv").open("w") as file:
            for piece in (whole[:9], whole[9:18], whole[18:23], whole[23:]):
                file.write(piece)
                file.flush()
                os.fsync(file.fileno())
                time.sleep(0.6)
        found = [watch.next("state", "stale") for _ in "AB"]
    assert [event["account"] for event in found] == ["A", "B"]
    own = figures(whole, 100.0)
    for event in found:
        equity = own["portfolio equity"][event["account"]]
        assert event["account_value"] == pytest.approx(equity, abs=1e-3)


def test_a_line_cut_off_is_refused_however_long_it_stands(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ABC at 5 instead of 50: the last line had an end before, so this one is not whole."""
    path = folder / "market.csv"
    files = watched_files.WatchedFiles([path], 0.01)
    monkeypatch.setattr(watched_files, "PATIENCE", 0.1)
    assert files.read(path.read_text) == market(100.0)
    path.write_text(market(100.0)[:-4])
    assert files.wait(time.monotonic())
    with pytest.raises(watched_files.MarginError, match="half written"):
        files.read(path.read_text)
    assert not files.wait(time.monotonic())
    path.write_text(market(100.0))
    assert files.read(path.read_text) == market(100.0)


def test_a_line_cut_off_as_soon_as_it_was_read_is_refused_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file that was read had an end; how the next one begins says nothing of that."""
    path, has_end, looks = folder / "market.csv", watched_files._has_end, iter("1234")
    files = watched_files.WatchedFiles([path], 0.01)
    monkeypatch.setattr(watched_files, "PATIENCE", 0.1)

    def cut_off_meanwhile(path: Path) -> bool:
        if next(looks, "") == "3":  # after the second reading
            path.write_text(market(101.0)[:-4])
        return has_end(path)

    monkeypatch.setattr(watched_files, "_has_end", cut_off_meanwhile)
    assert files.read(path.read_text) == market(100.0)
    path.write_text(market(101.0) + "DEF,20\n")
    with pytest.raises(watched_files.MarginError, match="half written"):
        for _ in "12":
            files.read(path.read_text)


def test_a_file_that_lost_much_must_rest_longer(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "positions.csv"
    files = watched_files.WatchedFiles([path], 0.01)
    monkeypatch.setattr(watched_files, "PATIENCE", 0.4)
    files.read(path.read_text)
    path.write_text(POSITIONS[: POSITIONS.index("XYZ,stock")])
    began = time.monotonic()
    files.read(path.read_text)
    assert time.monotonic() - began >= 0.4


def test_what_cannot_be_read_is_said_once_and_the_figures_stand(folder: Path) -> None:
    with watching(folder) as watch:
        watch.next("state"), watch.next("state")
        replaced(folder / "market.csv", market(101.0).replace("101.0", "high"))
        stale = watch.next("stale")
        assert "market.csv, row 2, price" in stale["problem"]
        replaced(folder / "market.csv", market(101.0))
        assert watch.next("fresh", "stale", "state")["type"] == "fresh"
        assert watch.next("state")["account"] == "A"


def test_a_price_ten_times_as_high_is_no_tick(folder: Path) -> None:
    with watching(folder) as watch:
        watch.next("state"), watch.next("state")
        replaced(folder / "market.csv", market(1000.0))
        assert "found 1000 for XYZ" in watch.next("stale", "state")["problem"]


HOOK = """import json, pathlib, sys
with pathlib.Path("told.jsonl").open("a") as file:
    file.write(json.dumps([sys.argv[1:], json.load(sys.stdin)]) + chr(10))
"""


def test_a_hook_gets_the_alert_and_text_of_files_is_no_command(folder: Path) -> None:
    (folder / "hook.py").write_text(HOOK)
    evil = "$(touch owned); touch owned"
    (folder / "positions.csv").write_text(POSITIONS.replace(",A\n", f",{evil}\n"))
    (folder / "thresholds.csv").write_text("figure,alert\nportfolio excess,120000\n")
    hook = f"'{sys.executable}' hook.py 'two words'"
    done = once(folder, "--thresholds", "thresholds.csv", "--hook", hook)
    assert done.exit_code == 6, done.stderr
    told = [json.loads(line) for line in (folder / "told.jsonl").read_text().splitlines()]
    assert [words for words, _ in told] == [["two words"]] * 2
    assert {event["account"] for _, event in told} == {evil, "B"}
    assert all(event["light"] == "red" for _, event in told)
    assert not (folder / "owned").exists()


@pytest.mark.parametrize(
    ("hook", "says"),
    [("nothing-of-this-name", "could not be started"), ("false", "ended with code 1")],
)
def test_a_hook_that_fails_is_said_and_the_watch_goes_on(
    folder: Path, hook: str, says: str
) -> None:
    (folder / "thresholds.csv").write_text("figure,alert\nportfolio excess,120000\n")
    done = once(folder, "--thresholds", "thresholds.csv", "--hook", hook)
    assert done.exit_code == 6
    assert says in done.stderr


def test_until_alert_ends_at_the_first_red(folder: Path) -> None:
    text = "figure,alert,account,direction\naccount value,109000,A,below\n"
    (folder / "thresholds.csv").write_text(text)
    with watching(folder, "--thresholds", "thresholds.csv", "--until-alert") as watch:
        watch.next("state"), watch.next("state")
        positions = POSITIONS.replace("USD,cash,20000", "USD,cash,10000")
        replaced(folder / "positions.csv", positions)
        event = watch.next("alert")
        assert (event["light"], event["was"], event["account"]) == ("red", "green", "A")
        assert watch.process.wait(SECONDS) == 6


def test_a_better_light_is_told_once_the_limit_is_well_left(folder: Path) -> None:
    """Alert at 100,000: back above it is red still, until 110,000 are passed."""
    text = "figure,alert,account\nportfolio excess,100000,A\n"
    (folder / "thresholds.csv").write_text(text)
    lights = []
    with watching(folder, "--thresholds", "thresholds.csv") as watch:
        watch.next("state"), watch.next("state")
        for cash in (5_000, 15_000, 25_000):
            replaced(folder / "positions.csv", POSITIONS.replace("cash,20000", f"cash,{cash}"))
            watch.next("state")
        lights = [watch.next("alert")["light"]]
    assert lights == ["green"]
    told = [(e["light"], e["version"]) for e in watch.events if e["type"] == "alert"]
    assert told == [("red", 2), ("green", 4)]


def test_for_so_many_seconds(folder: Path) -> None:
    done = subprocess.run(
        command(folder, "--for", "0.3"),
        cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 6
    assert done.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_interrupted_it_ends_without_a_trace(folder: Path) -> None:
    with watching(folder) as watch:
        watch.next("state")
        watch.process.send_signal(signal.SIGINT)
        assert watch.process.wait(SECONDS) == 130
        assert watch.process.stderr.read() == ""
