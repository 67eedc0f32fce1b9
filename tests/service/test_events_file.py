"""What a journal has told as a table: the events of the stream, while the service goes on."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from typer.testing import CliRunner, Result

from tests.service.running import BOOK, running
from xlmargin.cli import app


def written(*words: Any) -> Result:
    return CliRunner().invoke(app, ["events", *map(str, words)])


def test_the_table_has_the_events_of_the_stream(tmp_path: Path) -> None:
    journal, table = tmp_path / "j.db", tmp_path / "e.parquet"
    with running(journal) as asking:
        asking.put("/v1/book", json=BOOK).raise_for_status()
        limit = {"figure": "portfolio excess", "account": "B", "alert": 1e9}
        asking.put("/v1/thresholds", json={"thresholds": [limit]}).raise_for_status()
        done = written(journal, "-o", table)
        assert done.exit_code == 0, done.output
        *told, _ = asking.events(after=0)
        assert written(journal, "-o", tmp_path / "e.csv", "--kind", "alert").exit_code == 0
        assert written(journal, "-o", table, "--after", 1).exit_code == 0, "ours is replaced"
    rows = pq.read_table(table).to_pylist()
    assert [row["sequence"] for row in rows] == [int(each["sequence"]) for each in told[1:]]
    assert written(journal, "-o", table).exit_code == 0, "without the service too"
    rows = pq.read_table(table).to_pylist()
    assert len(rows) == len(told) == 3
    for row, event in zip(rows, told, strict=True):
        data = event["data"]
        assert (row["account"], row["version"]) == (event["subject"], data["version"])
        assert row["time"].isoformat(timespec="milliseconds")[:23] == event["time"][:23]
        if row["kind"] == "state":
            assert row["portfolio.excess"] == data["portfolio"]["excess"]
            assert (row["strategy.bound"], row["stale"]) == ("proven", False)
            assert row["light"] is None
    with (tmp_path / "e.csv").open(newline="") as file:
        (alert,) = csv.DictReader(file)
    assert (alert["kind"], alert["light"], alert["account"]) == ("alert", "red", "B")
    assert float(alert["threshold"]) == 1e9 and alert["account_value"] == ""


def test_what_is_no_journal_and_a_file_of_others_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("mine\n1\n")
    for words in (
        (tmp_path / "none.db", "-o", tmp_path / "e.csv"), (other, "-o", tmp_path / "e.csv"),
        (other, "-o", other), (other, "-o", tmp_path / "e.txt"),
        (other, "-o", tmp_path / "e.csv", "--kind", "all"),
    ):  # fmt: skip
        assert written(*words).exit_code == 1, words
    assert other.read_text() == "mine\n1\n"
    assert not (tmp_path / "e.csv").exists()
