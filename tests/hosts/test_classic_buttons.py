"""The buttons as Excel presses them: VBA's own text, through the real xlwings, with COM stubbed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.hosts.button_books import write_book
from tests.hosts.schwab_files import write_december, write_november


def through_com(book: Path, *presses: tuple[str, Path | None], **more: object) -> Any:
    """What Excel is told when buttons are pressed."""
    asked = {"book": str(book), "presses": [[m, str(c or "")] for m, c in presses], **more}
    done = subprocess.run(
        [sys.executable, "-m", "tests.hosts.classic_run_python"],
        input=json.dumps(asked),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_month_by_buttons_alone(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    write_november(folder)
    broker = tmp_path / "broker.csv"
    broker.write_text('figure,amount,source\nequity,160000,"=HYPERLINK(""x"")"\n')
    told = through_com(
        write_book(tmp_path / "family.xlsx"),
        ("XlmImport", write_november(tmp_path)),
        ("XlmSnapshot", None),
        ("XlmSnapshot", None),
        ("XlmImport", write_december(tmp_path)),
        ("XlmSnapshot", None),
        ("XlmReconcile", broker),
        ("XlmReport", None),
        ("XlmUndo", None),
        ("XlmUndo", None),
        ("XlmRunAll", folder),
        ("XlmRunAll", None),
        tables=["Positions", "DatedPositions", "DatedMarket", "Broker"],
    )
    said = [text for _, text in told["said"]]
    assert {title for title, _ in told["said"]} == {"xlmargin"}
    assert [text.split("\n")[0].split(":")[0].split(" added")[0] for text in said] == [
        "november.csv", "2026-11-20", "Nothing is changed, for this reason", "december.csv",
        "2026-12-21", "broker.csv", "Written", "Reconcile with broker.csv is undone; Undo again"
        " brings it back.", "Reconcile with broker.csv is undone; Undo again brings it back.",
        "1 of 1 books reported, in " + str(next(folder.glob("reports-*"))) + ".",
    ]  # fmt: skip
    (opened,) = told["opened"]
    assert Path(opened).name.startswith("family-margin-")
    assert told["printed"] == [str(Path(opened).with_suffix(".pdf"))]
    days = [row[0] for row in told["tables"]["DatedPositions"][1:]]
    assert days == [46346.0] * 4 + [46377.0] * 4
    assert [row[2] for row in told["tables"]["DatedMarket"][1:]] == [51.2, 668.2, 53.4, 671.0]
    assert told["tables"]["Broker"][1][3] == '=HYPERLINK("x")'
    assert told["sheets"]["xlmargin undo"] is False
    assert told["sheets"]["xlmargin notes"] is True
    assert told["notes"][1] == said[-1].split("\n")[0]


def test_a_failure_of_excel_s_leaves_the_book_as_it_was(tmp_path: Path) -> None:
    told = through_com(
        write_book(tmp_path / "family.xlsx"),
        ("XlmImport", write_november(tmp_path)),
        fails_at=[2],
    )
    assert told["unchanged"]
    ((_, said),) = told["said"]
    assert said.startswith("Nothing is changed, for this reason:\ninternal error")
