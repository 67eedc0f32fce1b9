"""The command report on old dates: what no rule of the day makes is left out, and no more."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from xlmargin.cli import app

KINDS = [
    "Initial margin (Reg T)",
    "Maintenance, strategy-based",
    "Portfolio margin",
    "Least equity, portfolio margin",
]


@pytest.mark.parametrize(
    ("day", "calls"),
    [
        ("2006-12-18", KINDS),
        ("2026-06-03", KINDS),
        ("2026-06-04", [*KINDS, "Intraday deficit"]),
        ("2027-10-21", [*KINDS, "Intraday deficit"]),
    ],
)
def test_a_report_of_any_date_with_cash_stated(day: str, calls: list[str], tmp_path: Path) -> None:
    book, stated, out = (tmp_path / name for name in ("book.csv", "settings.csv", "out.xlsx"))
    book.write_text("symbol,type,quantity,price\nXYZ,stock,100,50\nUSD,cash,-1000,\n")
    stated.write_text(f"name,value\nas_of,{day}\n")
    done = CliRunner().invoke(app, ["report", str(book), "--settings", str(stated), "-o", str(out)])
    assert done.exit_code == 0, done.output
    rows = load_workbook(out, data_only=True)["Calls"].iter_rows(values_only=True)
    column = [row[:2] for row in rows]
    firsts = [first for first, _ in column]
    due = column[firsts.index("Kind", firsts.index("Last day to meet a call")) + 1 :]
    named = [name for name, _ in due if name]
    assert named == calls
    assert all(last for name, last in due if name)
