"""A new user's month by the buttons of LibreOffice's menu alone, and the command line's figures."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import uuid
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from tests.hosts.calc_book import in_calc
from tests.hosts.schwab_files import ACCOUNT, write_december, write_november
from xlmargin import udfs
from xlmargin.cli import app
from xlmargin.cli.outputs import write_rows
from xlmargin.excel.settings_reader import setting_name
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.calc import installed_office
from xlmargin.hosts.calc.office import write_profile
from xlmargin.hosts.calc.recalculation import write_relinked
from xlmargin.importers.files import read_book_files

pytestmark = [
    in_calc,
    pytest.mark.filterwarnings("ignore:Print area", "ignore:.*extension is not supported"),
]
HERE = Path(__file__).parent
TEMPLATE = HERE.parents[1] / "workbooks" / "family-office.xlsx"
SECONDS = 900
"""A leash on a LibreOffice that hangs; on a busy machine a month takes minutes."""
TABLES = ("Positions", "Market", "Settings", "DatedPositions", "DatedMarket", "Broker")
DAYS = (46346.0, 46377.0)


Cells = Sequence[tuple[str, int, int]]
"""Sheet, row and column of cells, which count from 0."""


def in_office(
    folder: Path, book: Path, presses: list[tuple[str, Path | None]], cells: Cells = ()
) -> Any:
    """What came of the buttons, pressed one after another in one LibreOffice."""
    office, pipe = installed_office(), f"xlmargin{uuid.uuid4().hex}"
    write_profile(folder / "profile")
    done = CliRunner().invoke(app, ["build-oxt", "-o", str(folder / "xlmargin.oxt")])
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(folder / "xlmargin.oxt") as add_in:
        add_in.extractall(folder / "add_ins" / "xlmargin")
    job = {
        "command": office.command(folder, pipe),
        "pipe": pipe,
        "book": str(book),
        "presses": [[title, str(path or "")] for title, path in presses],
        "tables": TABLES if not cells else (),
        "cells": cells,
        "saved": str(folder / "saved.ods"),
    }
    (folder / "job.json").write_text(json.dumps(job))
    pressing = subprocess.Popen(
        [office.python, HERE / "calc_buttons.py", folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=office.environment(folder) | {"PYTHONDONTWRITEBYTECODE": "1"},
        start_new_session=True,
    )
    try:
        said, complained = pressing.communicate(timeout=SECONDS)
    finally:
        if pressing.poll() is None:
            os.killpg(pressing.pid, signal.SIGKILL)
    assert pressing.returncode == 0, complained
    return json.loads(said.splitlines()[-1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("month")
    (folder / "day").mkdir()
    (folder / "files").mkdir()
    shutil.copy(TEMPLATE, folder / "day" / "office.xlsx")
    for write in (write_november, write_december):
        write(folder / "files")
    (folder / "files" / "bad.csv").write_text("nonsense\n")
    (folder / "broker.csv").write_text('figure,amount,source\nequity,160000,"=1+1"\n')
    return folder


@pytest.fixture(scope="module")
def month(folder: Path) -> Any:
    files = folder / "files"
    return in_office(
        folder,
        folder / "day" / "office.xlsx",
        [
            ("Import...", files / "november.csv"),
            ("Snapshot", None),
            ("Snapshot", None),
            ("Import...", files / "bad.csv"),
            ("Import...", files / "december.csv"),
            ("Snapshot", None),
            ("Reconcile...", folder / "broker.csv"),
            ("Undo", None),
            ("Undo", None),
            ("Report", None),
            ("Run all...", files),
            ("Fit answers", None),
            ("Settings", None),
        ],
    )


def test_menu_and_toolbar_have_the_buttons(month: Any) -> None:
    assert [*month["menu"]] == [
        "Refresh", "Fit answers", "Check", "Import...", "Snapshot", "Reconcile...", "Report",
        "Run all...", "Undo", "Settings",
    ]  # fmt: skip
    assert month["toolbar"] == month["menu"]
    assert month["enabled"] == [*month["menu"]]


def test_each_button_does_what_it_says_or_says_why_not(month: Any) -> None:
    done = [done for done, _ in month["said"]]
    assert done == [True, True, False, False, *[True] * 9]
    first = [text.split("\n")[0] for _, text in month["said"]]
    assert first[0] == (
        f"november.csv: 4 rows of {ACCOUNT} now stand in Positions, in place of those before."
    )
    assert first[1].startswith("2026-11-20 added: 4 positions, 2 prices; 1 day")
    assert "a day is added once" in month["said"][2][1]
    assert "found 'nonsense'" in month["said"][3][1]
    assert first[5].startswith("2026-12-21 added")
    assert first[7] == first[8] == "Reconcile with broker.csv is undone; Undo again brings it back."
    assert first[10].startswith("2 of 3 books reported, in ")
    assert "Refused: bad.csv" in month["said"][10][1]
    assert month["shown"] == "Settings"
    assert month["sheets"]["xlmargin undo"] is False
    assert month["sheets"]["xlmargin notes"] is True


def rows_of(table: list[list[object]]) -> list[list[object]]:
    return [[cell if cell != "" else None for cell in row] for row in table]


def test_the_tables_hold_what_the_importers_read(month: Any, folder: Path) -> None:
    headings, *rows = rows_of(month["tables"]["DatedPositions"])
    found = [{h: c for h, c in zip(headings, r, strict=True) if c is not None} for r in rows]
    wanted = []
    for day, name in zip(DAYS, ("november", "december"), strict=True):
        names, *cells = read_book_files(folder / "files" / f"{name}.csv").positions
        for row in cells:
            facts = {n: c for n, c in zip(names, row, strict=True) if c is not None}
            if "expiration" in facts:
                ends = dt.date.fromisoformat(str(facts["expiration"]))
                facts["expiration"] = float((ends - dt.date(1899, 12, 30)).days)
            wanted.append({"date": day, **facts})
    assert found == wanted
    assert month["tables"]["Broker"][1][:5] == ["equity", "", 160000.0, "", "=1+1"]
    assert month["formulas"] == 0


@pytest.fixture(scope="module")
def by_command(month: Any, folder: Path) -> Path:
    """The report of the command line on the later file, under the settings of the book."""
    settings = folder / "settings.csv"
    write_rows(rows_of(month["tables"]["Settings"]), settings)  # type: ignore[arg-type]
    output = folder / "command.xlsx"
    file = folder / "files" / "december.csv"
    asked = ["report", str(file), "--settings", str(settings), "-o", str(output)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    return output


def numbers(path: Path, sheet: str) -> list[float]:
    rows = openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(values_only=True)
    return [cell for row in rows for cell in row if isinstance(cell, float | int)]


@pytest.mark.parametrize("sheet", ["Requirement", "Account", "Comparison", "Strategies"])
def test_the_figures_are_those_of_the_command_line(
    sheet: str, folder: Path, by_command: Path
) -> None:
    (written,) = (folder / "day").glob("office-margin-*.xlsx")
    found = numbers(written, sheet)
    assert found == pytest.approx(numbers(by_command, sheet), rel=1e-12, abs=1e-9)
    assert len(found) > 5


@pytest.mark.parametrize("sheet", ["Shadow", "Monthly report"])
def test_the_history_has_both_days(sheet: str, month: Any, folder: Path) -> None:
    """Each with the figures of its file alone, as the functions give them."""
    (written,) = (folder / "day").glob("office-margin-*.xlsx")
    shown = numbers(written, sheet)
    for day, name in zip(DAYS, ("november", "december"), strict=True):
        read = read_book_files(folder / "files" / f"{name}.csv")
        stated = rows_of(month["tables"]["Settings"])
        settings = [r for r in stated if setting_name(str(r[0])) != "as_of"]
        ranges = (read.positions, read.market, [*settings, ["as_of", day]])
        for function in (udfs.PM_REQUIREMENT, udfs.REGT_MAINTENANCE):
            amount = function(*ranges)
            assert any(cell == pytest.approx(amount, abs=0.005) for cell in shown), function


def test_the_report_is_printed(folder: Path) -> None:
    (pdf,) = (folder / "day").glob("office-margin-*.pdf")
    assert pdf.read_bytes()[:5] == b"%PDF-"


def test_the_book_is_saved_with_its_tables(month: Any, folder: Path) -> None:
    """As LibreOffice keeps it: a command reads it as any other book."""
    kept = read_book_files(folder / "saved.ods")
    assert len(kept.positions) == 5
    assert [row[1] for row in kept.market or [] if row[0] == "SPY"] == [671.0]


def test_the_formulas_of_the_book_follow(folder: Path, tmp_path: Path) -> None:
    """Live ones: what the first line of a page says after Import is what the command line says."""
    report, book = tmp_path / "report.xlsx", tmp_path / "live.xlsx"
    settings = tmp_path / "settings.csv"
    settings.write_text("name,value\nas_of,2026-11-20\nrate,0.04\n")
    for file in ("december", "november"):
        path = folder / "files" / f"{file}.csv"
        asked = ["report", str(path), "--settings", str(settings), "-o", str(report), "--force"]
        done = CliRunner().invoke(app, asked)
        assert done.exit_code == 0, done.output
        if file == "december":
            write_relinked(report, book, list(REGISTRY))
    (requires,) = [line for line in done.output.splitlines() if "margin requires" in line]
    november = folder / "files" / "november.csv"
    told = in_office(tmp_path, book, [("Import...", november)], [("Requirement", 1, 0)])
    assert told["cells"][0].split(":")[0] == requires.split(",")[0] + "," + requires.split(",")[1]
