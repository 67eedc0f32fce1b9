"""The command report of a folder: every book that can be, why not the rest, inputs untouched."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.said import of_ours
from xlmargin.cli import app, batch, batch_book
from xlmargin.cli.batch import BatchRequest
from xlmargin.cli.batch_book import BookRequest, BookResult
from xlmargin.errors import Interrupted
from xlmargin.history.executors import workers_here
from xlmargin.importers import BookRanges

ROOT = Path(__file__).parents[2]
STOCK = "symbol,type,quantity,price\nXYZ,stock,300,500\nUSD,cash,-20000,\n"
BAD = "symbol,type,quantity,price\nXYZ,stork,300,500\n"
SETTINGS = "name,value\nas_of,2026-11-20\nrate,0.04\n"
HEADINGS = [
    "book", "account value", "initial", "maintenance", "deposit", "portfolio requirement",
    "gain $", "gain %", "warnings", "report", "left out", "refused",
]  # fmt: skip


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two books and settings, in the present folder."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "bad.csv").write_text(BAD)
    (folder / "good.csv").write_text(STOCK)
    (folder / "settings.csv").write_text(SETTINGS)
    return folder


@pytest.fixture
def one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch.os, "cpu_count", lambda: 1)


def started(folder: Path, before: str, *arguments: str) -> subprocess.Popen[str]:
    """The command in a process, and a group, of its own, after a line of Python."""
    main = f"{before}\nfrom xlmargin.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-B", "-c", main, *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def summary(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "summary.csv").open(newline="", encoding="utf-8") as file:
        return {row["book"]: row for row in csv.DictReader(file)}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_what_can_be_is_written_and_the_rest_is_listed(books: Path, tmp_path: Path) -> None:
    before = contents(books)
    result = run(books, "-o", "out")
    assert result.exit_code == 3, result.output
    assert names(tmp_path / "out") == ["good-margin.xlsx", "summary.csv"]
    rows = summary(tmp_path / "out")
    assert list(rows) == ["bad.csv", "good.csv"]
    # 300 x 500 = 150,000: half, 25% and 15% of it; the loan of 20,000 less its value
    # no warning: what is left out is noted
    good = [float(rows["good.csv"][name]) for name in HEADINGS[1:9]]
    assert good == pytest.approx([130_000, 75_000, 37_500, 75_000, 22_500, 52_500, 0.7, 0])
    assert "row 2, type (column B): found 'stork'" in rows["bad.csv"]["refused"]
    assert {rows["bad.csv"][name] for name in HEADINGS[1:11]} == {""}
    assert "Refused: bad.csv, row 2, type" in result.stderr
    assert "22,500" in result.stdout
    assert contents(books) == before


@pytest.mark.usefixtures("one_process")
def test_all_done_is_code_0_in_one_process_too(books: Path, tmp_path: Path) -> None:
    (books / "bad.csv").unlink()
    result = run(books)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert names(tmp_path / "books-margin") == ["good-margin.xlsx", "summary.csv"]


def test_the_report_is_the_one_of_the_book_alone(books: Path, tmp_path: Path) -> None:
    assert run(books / "good.csv", "--settings", books / "settings.csv").exit_code == 0
    run(books, "-o", "out")
    alone = (tmp_path / "good-margin.xlsx").read_bytes()
    assert (tmp_path / "out" / "good-margin.xlsx").read_bytes() == alone


def test_json_is_the_summary(books: Path, tmp_path: Path) -> None:
    result = run(books, "-o", "out", "--json")
    assert result.exit_code == 3
    answer = json.loads(result.stdout)
    assert answer["reports"] == "out"
    assert answer["summary"][0] == HEADINGS
    written = [[str(cell) for cell in row] for row in answer["summary"][1:]]
    assert written == [list(row.values()) for row in summary(tmp_path / "out").values()]
    assert result.stderr == ""


@pytest.mark.usefixtures("one_process")
def test_companions_in_the_folder_go_with_every_book(books: Path, tmp_path: Path) -> None:
    (books / "good.csv").write_text(STOCK.replace(",500\n", ",\n", 1))
    (books / "Market.CSV").write_text("symbol,price\nXYZ,400\n")
    run(books, "-o", "out")
    assert float(summary(tmp_path / "out")["good.csv"]["portfolio requirement"]) == pytest.approx(
        0.15 * 300 * 400
    )
    # one that is given goes first, and is no book where it is in the folder
    (books / "prices.csv").write_text("symbol,price\nXYZ,600\n")
    run(books, "-o", "out", "--market", books / "prices.csv")
    rows = summary(tmp_path / "out")
    assert list(rows) == ["bad.csv", "good.csv"]
    assert float(rows["good.csv"]["portfolio requirement"]) == pytest.approx(0.15 * 300 * 600)


@pytest.mark.usefixtures("one_process")
def test_without_cash_there_is_no_account_value(books: Path, tmp_path: Path) -> None:
    (books / "good.csv").write_text(STOCK.rpartition("USD")[0])
    run(books, "-o", "out")
    row = summary(tmp_path / "out")["good.csv"]
    assert row["account value"] == ""
    assert float(row["maintenance"]) == pytest.approx(37_500)
    assert "cash" in row["left out"]


@pytest.mark.usefixtures("one_process")
def test_what_cannot_be_compared_has_its_portfolio_requirement(books: Path, tmp_path: Path) -> None:
    (books / "settings.csv").write_text(f"{SETTINGS}account_type,cash\n")
    (books / "good.csv").write_text(
        "symbol,type,quantity,price\nXYZ,stock,-300,500\nUSD,cash,200000,\n"
    )
    run(books, "-o", "out")
    row = summary(tmp_path / "out")["good.csv"]
    assert [row[name] for name in ("initial", "maintenance", "gain %")] == ["", "", ""]
    assert float(row["portfolio requirement"]) == pytest.approx(22_500)
    assert row["left out"]


@pytest.mark.usefixtures("one_process")
def test_hidden_files_lock_files_and_folders_are_no_books(books: Path, tmp_path: Path) -> None:
    for name in (".hidden.csv", "~$good.xlsx", "notes.pdf"):
        (books / name).write_text("x")
    (books / "folder.csv").mkdir()
    (books / "deeper").mkdir()
    (books / "deeper" / "book.csv").write_text(STOCK)
    run(books, "-o", "out")
    assert list(summary(tmp_path / "out")) == ["bad.csv", "good.csv"]


@pytest.mark.usefixtures("one_process")
def test_links_out_of_the_folder_are_not_followed(books: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.csv").write_text(STOCK)
    (books / "out.csv").symlink_to(tmp_path / "outside.csv")
    (books / "up.csv").symlink_to("../outside.csv")
    (books / "inside.csv").symlink_to("good.csv")
    (books / "broken.csv").symlink_to(books / "nothing.csv")
    assert run(books, "-o", "out").exit_code == 3
    rows = summary(tmp_path / "out")
    assert "link out of the folder" in rows["out.csv"]["refused"]
    assert "link out of the folder" in rows["up.csv"]["refused"]
    assert "no such file" in rows["broken.csv"]["refused"]
    assert rows["inside.csv"]["report"] == "inside-margin.xlsx"
    assert "out-margin.xlsx" not in names(tmp_path / "out")


def test_a_companion_that_is_a_link_out_is_refused(books: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.csv").write_text("symbol,price\nXYZ,1\n")
    (books / "market.csv").symlink_to(tmp_path / "outside.csv")
    result = run(books, "-o", "out")
    assert result.exit_code == 1
    assert "market.csv: is a link out of the folder" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("one_process")
def test_books_that_differ_in_type_alone_have_a_report_each(books: Path, tmp_path: Path) -> None:
    (books / "GOOD.txt").write_text(STOCK)
    run(books, "-o", "out")
    reports = {row["report"] for row in summary(tmp_path / "out").values()} - {""}
    assert reports == {"GOOD.txt-margin.xlsx", "good.csv-margin.xlsx"}


def test_reports_of_one_name_are_refused(books: Path, tmp_path: Path) -> None:
    for name in ("good.txt", "good.csv.csv"):
        (books / name).write_text(STOCK)
    result = run(books, "-o", "out")
    assert result.exit_code == 1
    assert "good.csv-margin.xlsx; rename one" in result.stderr


def refused_at_once(result: Result, said: str, books: Path, before: dict[str, bytes]) -> None:
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith("Refused")
    assert said in " ".join(result.stderr.split())
    assert contents(books) == before


def test_places_where_no_reports_can_be_are_refused(books: Path, tmp_path: Path) -> None:
    before = contents(books)
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(books)
    for output, said in (
        (books, "holds the books"), ("link", "holds the books"), ("file", "found a file"),
        ("new.xlsx", "wanted a folder"),
    ):  # fmt: skip
        refused_at_once(run(books, "-o", output), said, books, before)


@pytest.mark.parametrize("name", ["good-margin.xlsx", "summary.csv"])
def test_an_input_is_never_written_over(books: Path, tmp_path: Path, name: str) -> None:
    before = contents(books)
    (tmp_path / "out").mkdir()
    os.link(books / "settings.csv", tmp_path / "out" / name)
    refused_at_once(run(books, "-o", "out"), "is an input too", books, before)


def test_a_folder_in_the_place_of_a_report_is_refused(books: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "good-margin.xlsx").mkdir(parents=True)
    refused_at_once(run(books, "-o", "out"), "found a folder", books, contents(books))


def test_two_companions_of_one_name_are_refused(books: Path) -> None:
    (books / "settings.txt").write_text(SETTINGS)
    refused_at_once(run(books), "settings.csv and settings.txt", books, contents(books))


def test_a_folder_without_books_is_refused(books: Path, tmp_path: Path) -> None:
    for name in ("bad.csv", "good.csv"):
        (books / name).unlink()
    refused_at_once(run(books), "found no book", books, contents(books))
    assert names(tmp_path) == ["books"]


def test_too_many_books_are_refused(books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "MOST_BOOKS", 1)
    refused_at_once(
        run(books), "found 2 books, wanted at most 1; divide it", books, contents(books)
    )


@pytest.mark.usefixtures("one_process")
def test_a_fault_with_one_book_is_listed(
    books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = batch_book.read_book_files

    def fail(book: Path, **companions: Path) -> BookRanges:
        if book.name == "bad.csv":
            raise ZeroDivisionError("one\ntwo")
        return read(book, **companions)

    monkeypatch.setattr(batch_book, "read_book_files", fail)
    assert run(books, "-o", "out").exit_code == 3
    rows = summary(tmp_path / "out")
    assert "(ZeroDivisionError)" in rows["bad.csv"]["refused"]
    assert rows["good.csv"]["report"]


@pytest.mark.usefixtures("one_process")
def test_a_name_is_not_taken_for_a_formula(books: Path, tmp_path: Path) -> None:
    (books / "bad.csv").rename(books / "=1+1.csv")
    run(books, "-o", "out")
    assert list(summary(tmp_path / "out")) == ["'=1+1.csv", "good.csv"]


def guilty_dies(asked: BookRequest) -> BookResult:
    """What comes of a book, where one of them ends the process that reads it."""
    if asked.book.stem == "guilty":
        os._exit(1)
    return BookResult(asked.book.name, "written")


def test_a_book_that_ends_its_process_takes_no_other_with_it(tmp_path: Path) -> None:
    day = dt.date(2026, 11, 20)
    books = [tmp_path / f"{name}.csv" for name in ("a", "guilty", "b", "c", "d")]
    asked = [BookRequest(book, {}, book.with_suffix(".xlsx"), day) for book in books]
    with workers_here(2) as workers:
        told = {one.book: one for one in batch._results_of(workers, asked, guilty_dies)}
    assert {name for name, one in told.items() if one.report} == {f"{n}.csv" for n in "abcd"}
    assert "process died" in told["guilty.csv"].refused


@pytest.mark.usefixtures("one_process")
@pytest.mark.parametrize("is_in_place", [True, False])
def test_an_interrupt_beside_the_report_that_is_put_in_place_counts_it_as_it_is(
    books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_in_place: bool
) -> None:
    replace, out = Path.replace, tmp_path / "out"

    def interrupted(path: Path, target: Path) -> Path:
        is_last = target == out / "good-margin.xlsx"
        found = replace(path, target) if is_in_place or not is_last else target
        if is_last:
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(Interrupted, match=f"Interrupted: {is_in_place:d} of 2 reports"):
        BatchRequest(books, out, {}, dt.date(2026, 11, 20), as_json=True).done()
    assert [name for name in names(out) if name.endswith(".xlsx")] == ["good-margin.xlsx"][
        : int(is_in_place)
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="sends an interrupt to a group of processes")
def test_an_interrupt_leaves_only_whole_reports(books: Path, tmp_path: Path) -> None:
    for i in range(40):
        (books / f"book {i}.csv").write_text(STOCK)
    out = tmp_path / "out"
    running = started(tmp_path, "", "report", str(books), "-o", str(out))
    until = time.monotonic() + 240
    while not list(out.glob("*.xlsx")) and time.monotonic() < until:
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGINT)
    said = of_ours(running.communicate(timeout=120)[1])
    assert running.returncode == 130, said
    assert said.startswith("Interrupted: ")
    assert "Traceback" not in said
    written = names(out)
    assert written
    assert all(name.endswith("-margin.xlsx") for name in written)
    assert f"Interrupted: {len(written)} of 42 reports are in" in said
    until = time.monotonic() + 60
    while _is_there(running.pid):
        assert time.monotonic() < until, "a process went on"
        time.sleep(0.02)
    assert names(out) == written


def _is_there(group: int) -> bool:
    """Whether a group has a process."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


STAYS = """
import time
from xlmargin.cli import batch
every = batch._results_of
def stays(*given):
    yield from every(*given)
    time.sleep(600)
batch._results_of = stays
"""
"""However late the interrupts come, the work is not over."""


@pytest.mark.usefixtures("one_process")
def test_a_report_that_cannot_be_put_in_place_is_listed(
    books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (books / "other.csv").write_text(STOCK)
    replace = Path.replace

    def locked(path: Path, target: Path) -> Path:
        if target == Path("out/good-margin.xlsx"):
            raise PermissionError("open in another program")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", locked)
    assert run(books, "-o", "out").exit_code == 3
    rows = summary(tmp_path / "out")
    assert "open in another program" in rows["good.csv"]["refused"]
    assert names(tmp_path / "out") == ["other-margin.xlsx", "summary.csv"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends an interrupt to a group of processes")
@pytest.mark.parametrize("after", [0.0, 0.03, 0.2, 0.5])
def test_interrupted_again_and_again_it_says_so_once(
    after: float, books: Path, tmp_path: Path
) -> None:
    """Early too: while processes start, and while what was interrupted is put in order."""
    out = tmp_path / "out"
    running = started(tmp_path, STAYS, "report", str(books), "-o", str(out))
    until = time.monotonic() + 60
    while not list(out.glob(".xlmargin-*/.being-written")) and time.monotonic() < until:
        time.sleep(0.005)
    time.sleep(after * random.uniform(0.5, 1.5))
    with suppress(ProcessLookupError):
        for _ in range(4):
            os.killpg(running.pid, signal.SIGINT)
            time.sleep(random.uniform(0, 0.05))
    said = of_ours(running.communicate(timeout=120)[1])
    assert re.fullmatch(r"Interrupted: \d of 2 reports are in \S+\n", said), said
    assert running.returncode == 130


@pytest.mark.skipif(sys.platform == "win32", reason="no limit can be set to the length of files")
def test_a_full_disk_is_called_so_of_every_book(books: Path, tmp_path: Path) -> None:
    (books / "bad.csv").write_text(STOCK)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))"
    running = started(tmp_path, limit, "report", str(books), "-o", "out")
    _, said = running.communicate(timeout=120)
    assert running.returncode == 3, said
    rows = summary(tmp_path / "out")
    assert all("the disk takes no more" in row["refused"] for row in rows.values())
    assert "internal error" not in said
