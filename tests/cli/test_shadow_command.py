"""The command shadow: answers, refusals, exit codes; killed and resumed; through a cluster."""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner, Result

from tests.said import of_ours
from xlmargin import udfs
from xlmargin.cli import app
from xlmargin.computing import forget
from xlmargin.dates import serial_of
from xlmargin.excel.positions_reader import PositionRows
from xlmargin.history import ShadowDay, executors
from xlmargin.history.output_lock import only_run_for
from xlmargin.history.parts import Parts

ROOT = Path(__file__).parents[2]
FIRST = dt.date(2026, 1, 5)
HEADINGS = ["date", "account", "symbol", "type", "quantity", "strike", "expiration", "price"]
SETTINGS = "name,value\nrate,0.04\n"

Rows = list[list[object]]


def history(days: int, accounts: int = 2) -> tuple[Rows, Rows]:
    """Positions and market of so many weekdays: covered calls with a loan, an index put."""
    positions: Rows = []
    market: Rows = []
    for n in range(days):
        day = FIRST + dt.timedelta(days=n // 5 * 7 + n % 5)
        spot = 100.0 + 5 * np.sin(n)
        market += [[day, "XYZ", "stock", spot], [day, "IDX", "index_broad", 50 * spot]]
        for a in range(accounts):
            own: list[object] = [day, f"A{a}"]
            call = 10.0 + (spot - 100.0) / 2 + 0.01 * a
            positions += [
                [*own, "XYZ", "stock", 100.0 * (a + 1), None, None, spot],
                [*own, "XYZ", "call", -1.0 - a, 105.0, dt.date(2027, 6, 18), call],
                [*own, "IDX", "put", 1.0, 4_500.0, dt.date(2027, 6, 18), 200.0],
                [*own, "USD", "cash", -9_000.0 * (a + 1), None, None, None],
            ]
    return positions, market


def columns(headings: list[str], rows: Rows) -> pa.Table:
    return pa.table(dict(zip(headings, map(list, zip(*rows, strict=True)), strict=True)))


def write(folder: Path, positions: Rows, market: Rows, suffix: str = ".parquet") -> list[str]:
    """The files of a history; answers the arguments that name them."""
    paths = [folder / f"positions{suffix}", folder / f"market{suffix}"]
    named = ((HEADINGS, positions), (["date", "symbol", "class", "price"], market))
    for path, (headings, rows) in zip(paths, named, strict=True):
        table = columns(headings, rows)
        if suffix == ".parquet":
            pq.write_table(table, path, row_group_size=7)
        else:
            pacsv.write_csv(table, path)
    (folder / "settings.csv").write_text(SETTINGS)
    files = [str(paths[0]), "--market", str(paths[1])]
    return [*files, "--settings", str(folder / "settings.csv")]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["shadow", *map(str, arguments)])


STAYS = """
import sys, time
from xlmargin.history.parts import Parts
most, write = int(sys.argv.pop(1)), Parts.write
def stays(parts, day):
    write(parts, day)
    if len([*parts.folder.glob("*.day")]) >= most:
        time.sleep(600)
Parts.write = stays
from xlmargin.cli import main
main()
"""


def start(*arguments: str | Path, most: int = 10**9) -> subprocess.Popen[str]:
    """The command as a process of its own; it stands still once so many days are done."""
    command = [sys.executable, "-c", STAYS, str(most), "shadow"]
    return subprocess.Popen(
        [*command, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def days_done(folder: Path) -> int:
    return len([*folder.glob("*.work/*.day")])


def wait_until(reached: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for something; ends early where the process has ended."""
    deadline = time.monotonic() + 60
    while not reached() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)


@pytest.fixture
def few(tmp_path: Path) -> list[str]:
    return write(tmp_path, *history(6))


def test_the_history_is_what_the_worksheet_answers(few: list[str], tmp_path: Path) -> None:
    output = tmp_path / "out.parquet"
    done = run(*few, "-o", output, "--workers", 1)
    assert done.exit_code == 0, done.output
    positions, market = history(6)
    ranges = ([HEADINGS, *positions], [["date", "symbol", "class", "price"], *market])
    headings, *rows = udfs.MARGIN_HISTORY(*ranges, [["rate", 0.04]])
    table = pq.read_table(output)
    assert table.column_names == [heading.replace(" ", "_") for heading in headings]
    assert table.num_rows == len(rows) == 6 * 3
    for row, answer in zip(table.to_pylist(), rows, strict=True):
        for cell, expected in zip(row.values(), answer, strict=True):
            if isinstance(cell, dt.date):
                assert serial_of(cell) == expected
            elif cell is None:
                assert expected in ("#N/A", "")
            else:
                assert cell == expected or cell == pytest.approx(expected, rel=1e-12)
    assert {path.name for path in tmp_path.iterdir()} == {
        "out.parquet", "positions.parquet", "market.parquet", "settings.csv",
    }  # fmt: skip


def test_kinds_of_files_and_numbers_of_workers_make_no_difference(tmp_path: Path) -> None:
    contents = set()
    for name, suffix, workers in (("a", ".parquet", 1), ("b", ".parquet", 3), ("c", ".csv", 2)):
        folder = tmp_path / name
        folder.mkdir()
        files = write(folder, *history(6), suffix)
        done = run(*files, "-o", folder / "out.parquet", "--workers", workers)
        assert done.exit_code == 0, done.output
        contents.add((folder / "out.parquet").read_bytes())
    assert len(contents) == 1


def rows_alive(files: list[str], output: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many days' rows this process holds after each day of a run in it."""
    alive = []
    write_day = Parts.write

    def write_and_count(parts: Parts, day: ShadowDay) -> None:
        write_day(parts, day)
        gc.collect()
        alive.append(sum(isinstance(each, PositionRows) for each in gc.get_objects()))

    monkeypatch.setattr(Parts, "write", write_and_count)
    assert run(*files, "-o", output, "--workers", "1").exit_code == 0
    return alive


def test_a_day_is_forgotten_once_it_is_margined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is that of a day, not of a year: as many rows are held after the last as before."""
    forget()
    files = write(tmp_path, *history(12))
    alive = rows_alive(files, tmp_path / "forgotten.csv", monkeypatch)
    assert len(alive) == 12
    assert alive[1:] == [alive[1]] * 11
    monkeypatch.setattr(sys.modules[ShadowDay.__module__], "forget", lambda: None)
    kept = rows_alive(files, tmp_path / "kept.csv", monkeypatch)
    assert kept[-1] >= kept[1] + 10, "nothing to forget: the count above says nothing"


def test_rows_in_any_order_of_dates_make_the_same_history(few: list[str], tmp_path: Path) -> None:
    run(*few, "-o", tmp_path / "one.parquet", "--workers", 1)
    positions, market = history(6)
    positions.sort(key=lambda row: (HEADINGS.index("account"), str(row[2]), str(row[3])))
    mixed = sorted(positions, key=lambda row: str(row[1]))
    files = write(tmp_path, mixed, market[::-1])
    run(*files, "-o", tmp_path / "other.parquet", "--workers", 1)
    one, other = (pq.read_table(tmp_path / f"{n}.parquet") for n in ("one", "other"))
    assert one.column("portfolio_requirement").to_pylist() == pytest.approx(
        other.column("portfolio_requirement").to_pylist()
    )


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_the_history_as_text_or_sheet(suffix: str, few: list[str], tmp_path: Path) -> None:
    output = tmp_path / f"out{suffix}"
    assert run(*few, "-o", output, "--workers", 1).exit_code == 0
    run(*few, "-o", tmp_path / "out.parquet", "--workers", 1)
    table = pq.read_table(tmp_path / "out.parquet")
    if suffix == ".csv":
        read = pacsv.read_csv(output)
        assert read.column_names == table.column_names
        assert read.column("initial").to_pylist() == table.column("initial").to_pylist()
        assert read.column("date").to_pylist() == table.column("date").to_pylist()
        return
    headings, *rows = CalamineWorkbook.from_path(output).get_sheet_by_index(0).to_python()
    assert headings == table.column_names
    assert [row[0] for row in rows] == table.column("date").to_pylist()
    amounts = [row[headings.index("initial")] for row in rows]
    assert amounts == pytest.approx(table.column("initial").to_pylist())


@pytest.mark.parametrize(
    ("only", "unknown", "known"),
    [("portfolio", "initial", "portfolio_requirement"), ("strategy", "portfolio_call", "initial")],
)
def test_one_regime_alone(
    only: str, unknown: str, known: str, few: list[str], tmp_path: Path
) -> None:
    output = tmp_path / "out.parquet"
    assert run(*few, "-o", output, "--workers", 1, "--only", only).exit_code == 0
    table = pq.read_table(output)
    assert table.column(unknown).null_count == table.num_rows
    assert table.column(known).null_count == 0


def test_a_day_that_fails_is_listed_and_the_code_is_3(tmp_path: Path) -> None:
    positions, market = history(4)
    day = positions[0][0]
    files = write(tmp_path, positions, [row for row in market if row[:2] != [day, "IDX"]])
    output = tmp_path / "out.parquet"
    done = run(*files, "-o", output, "--workers", 1, "--json")
    assert done.exit_code == 3, done.output
    answer = json.loads(done.stdout)
    figures = {row[0]: row[1:] for row in answer["summary"]}
    assert answer["history"] == str(output)
    assert figures["days"][0] == 4.0
    assert figures["days that failed"][0] == 1.0
    assert figures["day that failed"][2].startswith("positions, rows 4, 8, symbol: found 'IDX'")
    table = pq.read_table(output)
    assert table.num_rows == 1 + 3 * 3
    problem = table.column("problem").to_pylist()
    assert problem[0].startswith("positions, rows 4, 8, symbol: found 'IDX'")
    assert problem[1:] == [""] * 9
    shown = run(*files, "-o", output, "--workers", 1)
    assert shown.exit_code == 3
    assert "day that failed" in shown.stdout
    assert "2026-01-05" in shown.stdout


def test_a_hidden_split_is_a_warning_in_the_last_row_of_its_day(tmp_path: Path) -> None:
    positions, market = history(3)
    for row in positions:
        if row[0] >= FIRST + dt.timedelta(days=2) and row[3] == "stock":
            row[4] *= 2
            row[7] /= 2
    last = [row for row in market if row[0] == FIRST + dt.timedelta(days=2)]
    for row in last:
        row[3] /= 2
    for row in positions:
        if row[0] == FIRST + dt.timedelta(days=2) and row[3] in ("call", "put"):
            row[5] /= 2
    output = tmp_path / "out.parquet"
    assert run(*write(tmp_path, positions, market), "-o", output, "--workers", 1).exit_code == 0
    warnings = pq.read_table(output).column("warning").to_pylist()
    assert "a split of 2 for 1?" in warnings[-1]
    assert warnings[:-1] == [""] * 8


def refused(*arguments: str | Path) -> str:
    done = run(*arguments)
    assert done.exit_code == 1, done.output
    return done.stderr


def test_what_is_refused_writes_nothing(few: list[str], tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert "wanted a name that ends in" in refused(*few, "-o", tmp_path / "out.pdf")
    assert "is an input too" in refused(*few, "-o", few[0])
    assert "no such file" in refused(tmp_path / "none.parquet", "-o", tmp_path / "out.parquet")
    (tmp_path / "bad.csv").write_text("name,value\nrat,0.04\n")
    bad = [*few[:-1], str(tmp_path / "bad.csv")]
    assert "found 'rat'" in refused(*bad, "-o", tmp_path / "out.parquet")
    (tmp_path / "bad.csv").unlink()
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_second_run_for_an_output_is_refused(few: list[str], tmp_path: Path) -> None:
    output = tmp_path / "out.parquet"
    with only_run_for(output):
        assert "another run is writing it" in refused(*few, "-o", output, "--restart")
    assert run(*few, "-o", output).exit_code == 0
    assert [path.name for path in tmp_path.glob("out*")] == ["out.parquet"]


def test_a_market_without_dates_is_refused(few: list[str], tmp_path: Path) -> None:
    table = pq.read_table(few[2]).drop_columns(["date"])
    pq.write_table(table, few[2])
    said = refused(*few, "-o", tmp_path / "out.parquet")
    assert "market, row 1, date: found no such column" in said


def test_killed_again_and_again_it_ends_with_the_same_bytes(tmp_path: Path) -> None:
    files = write(tmp_path, *history(40, accounts=3))
    clean, output = tmp_path / "clean.parquet", tmp_path / "out.parquet"
    assert run(*files, "-o", clean, "--workers", 1).exit_code == 0
    moments = random.Random(5)
    for _ in range(5):
        workers, wanted = moments.choice([1, 2]), days_done(tmp_path) + moments.randint(1, 6)
        process = start(*files, "-o", output, "--workers", workers, most=wanted + 1)
        wait_until(lambda wanted=wanted: days_done(tmp_path) >= wanted, process)
        still_at_work = process.poll() is None
        process.kill()
        _, said = process.communicate()
        assert still_at_work, said
        assert not output.exists()
    resumed = days_done(tmp_path)
    assert 5 <= resumed < 40
    assert run(*files, "-o", output, "--workers", 2).exit_code == 0
    assert output.read_bytes() == clean.read_bytes()
    assert [path.name for path in tmp_path.glob("*.work")] == []


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    files = write(tmp_path, *history(40, accounts=3))
    process = start(*files, "-o", tmp_path / "out.parquet", "--workers", 2, most=20)
    wait_until(lambda: days_done(tmp_path) >= 2, process)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        pytest.skip("there is no /proc to look the workers up in")
    workers = [Path(f"/proc/{pid}") for pid in children.read_text().split()]
    assert workers
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 60
    while any(map(_is_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(_is_alive, workers))


def _is_alive(process: Path) -> bool:
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts of a group are of POSIX")
@pytest.mark.parametrize("workers", [1, 2])
def test_interrupted_it_ends_at_once_and_says_how_to_go_on(workers: int, tmp_path: Path) -> None:
    files = write(tmp_path, *history(40, accounts=3))
    output = tmp_path / "out.parquet"
    process = start(*files, "-o", output, "--workers", workers, most=20)
    wait_until(lambda: days_done(tmp_path) >= 2, process)
    os.killpg(process.pid, signal.SIGINT)
    said = of_ours(process.communicate(timeout=60)[1])
    assert days_done(tmp_path) <= 20
    assert process.returncode == 130
    assert said.count("\n") == 1
    assert said.startswith("Interrupted: ")
    assert "the same command goes on" in said
    assert days_done(tmp_path) >= 2
    assert run(*files, "-o", output, "--workers", 1).exit_code == 0


def unfinished(tmp_path: Path, files: list[str]) -> None:
    process = start(*files, "-o", tmp_path / "out.parquet", "--workers", 1, most=5)
    wait_until(lambda: days_done(tmp_path) >= 1, process)
    process.kill()
    process.communicate()


def test_other_inputs_never_use_the_parts_of_these(tmp_path: Path) -> None:
    files = write(tmp_path, *history(10))
    unfinished(tmp_path, files)
    (tmp_path / "settings.csv").write_text("name,value\nrate,0.05\n")
    said = refused(*files, "-o", tmp_path / "out.parquet", "--workers", 1)
    assert "--restart" in said
    assert days_done(tmp_path) >= 1
    done = run(*files, "-o", tmp_path / "out.parquet", "--workers", 1, "--restart")
    assert done.exit_code == 0
    fresh = tmp_path / "fresh.parquet"
    run(*files, "-o", fresh, "--workers", 1)
    assert fresh.read_bytes() == (tmp_path / "out.parquet").read_bytes()


CLUSTER = """
from distributed import LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(n_workers={workers}, threads_per_worker=1, dashboard_address=None)
    print(cluster.scheduler_address, flush=True)
    input()
"""


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """A cluster in processes of its own; answers the address of its scheduler."""
    pytest.importorskip("distributed", reason="needs the extra cluster")
    process = subprocess.Popen(
        [sys.executable, "-c", CLUSTER.format(workers=workers)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate("\n")


def test_through_a_cluster_the_bytes_are_the_same(few: list[str], tmp_path: Path) -> None:
    assert run(*few, "-o", tmp_path / "here.parquet", "--workers", 1).exit_code == 0
    with cluster(workers=2) as address:
        process = start(*few, "-o", tmp_path / "there.parquet", "--cluster", address)
        _, said = process.communicate()
    assert process.returncode == 0, said
    assert (tmp_path / "there.parquet").read_bytes() == (tmp_path / "here.parquet").read_bytes()


def test_a_cluster_without_workers_is_refused(few: list[str], tmp_path: Path) -> None:
    with cluster(workers=0) as address:
        process = start(*few, "-o", tmp_path / "out.parquet", "--cluster", address)
        _, said = process.communicate()
    assert process.returncode == 1
    assert "has no workers" in said


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", ""])
def test_a_cluster_that_does_not_answer_is_refused_soon(
    address: str, few: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="needs the extra cluster")
    assert executors.SECONDS_TO_ANSWER <= 5
    monkeypatch.setattr(executors, "SECONDS_TO_ANSWER", 1)
    before = time.monotonic()
    said = refused(*few, "-o", tmp_path / "out.parquet", "--cluster", address)
    assert time.monotonic() - before < 20  # no answer would come at all
    assert "does not answer" in said
    assert said.count("\n") == 1
    assert not [*tmp_path.glob("out*")]  # no lock, and no work folder without a day


def test_a_cluster_needs_its_extra(
    few: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = refused(*few, "-o", tmp_path / "out.parquet", "--cluster", "tcp://127.0.0.1:8786")
    assert "pip install distributed" in said
