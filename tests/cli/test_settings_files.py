"""A file of settings: its numbers in its style, its problems by its name and rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from xlmargin.cli import app

BOOK = "symbol;type;quantity;price\nXYZ;stock;100;50,5\n"


def refusal(folder: Path, settings: str, command: str) -> str:
    (folder / "book.csv").write_text(BOOK)
    (folder / "mine.csv").write_text(settings)
    book, own, out = (str(folder / file) for file in ("book.csv", "mine.csv", "out.xlsx"))
    asked = {
        "report": ["report", book, "--settings", own, "-o", out],
        "check": ["check", book, "--settings", own, "--json"],
        "call": ["call", "MARGIN_ACCOUNT", book, "--settings", own],
    }[command]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code, done.output
    return " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize("command", ["report", "check", "call"])
@pytest.mark.parametrize("head", ["name;value\n", ""], ids=["headings", "no headings"])
@pytest.mark.parametrize("typed", ["20%", "20,5%"])
def test_money_in_percent_is_refused_in_its_file(
    tmp_path: Path, command: str, head: str, typed: str
) -> None:
    said = refusal(tmp_path, f"{head}as_of;2026-11-20\nrate;0,04\ncash;{typed}\n", command)
    row = 4 if head else 3
    if command == "check":
        assert f'"mine.csv", {row}.0, "cash"' in said
    else:
        assert f"mine.csv, row {row}, cash: found the text '{typed.replace(',', '.')}'" in said
    assert "dollars" in said


@pytest.mark.parametrize("command", ["report", "call"])
def test_a_price_in_percent_is_refused_too(tmp_path: Path, command: str) -> None:
    (tmp_path / "own.csv").write_text("symbol;type;quantity;price\nXYZ;stock;100;50,5%\n")
    (tmp_path / "s.csv").write_text("as_of;2026-11-20\ncash;1,5\n")
    book, own = str(tmp_path / "own.csv"), str(tmp_path / "s.csv")
    more = ["-o", str(tmp_path / "o.xlsx")] if command == "report" else []
    name = ["MARGIN_ACCOUNT"] if command == "call" else []
    done = CliRunner().invoke(app, [command, *name, book, "--settings", own, *more])
    assert done.exit_code, done.output
    assert "own.csv, row 2, price" in " ".join(done.stderr.split())
