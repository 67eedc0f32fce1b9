"""Commands on files whose settings are stated by account: each account under its own house."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from xlmargin.cli import app

# 100 shares at 50 in each account: 15% by the rule, 20% by tastytrade's calm market
BOOK = """symbol,type,quantity,price,account
XYZ,stock,100,50,A
XYZ,stock,100,50,B
USD,cash,-1000,,A
USD,cash,-1000,,B
"""
SETTINGS = "name,value,account\nas_of,2026-11-20,\nhouse,tastytrade_calm,B\n"
TRADES = "symbol,type,quantity,price,account\nXYZ,stock,100,50,A\nXYZ,stock,100,50,B\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("book", BOOK), ("settings", SETTINGS), ("trades", TRADES)):
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def test_a_report_has_each_account_under_its_house(folder: Path) -> None:
    result = run("report", "book.csv", "--settings", "settings.csv", "-o", "out.xlsx", "--json")
    assert result.exit_code == 0, result.output
    book = load_workbook("out.xlsx", data_only=True)
    explained = [cell for row in book["Explain"].values for cell in row]
    assert any("Account B, house tastytrade calm" in str(cell) for cell in explained)
    assert (book.properties.description or "").startswith("Margin: book, as of 20 Nov")
    assert "house: Rule for A; Tastytrade, calm for B" in (book.properties.description or "")


def test_trades_are_judged_by_each_house(folder: Path) -> None:
    result = run(
        "whatif", "book.csv", "--trades", "trades.csv", "--settings", "settings.csv", "--json"
    )
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["what if"]
    found = {row[4]: row[1:4] for row in rows if row[0] == "portfolio requirement"}
    assert found["A"] == pytest.approx([750, 1_500, 750])
    assert found["B"] == pytest.approx([1_000, 2_000, 1_000])


@pytest.mark.parametrize("account", ["C", "b"])
def test_an_unknown_account_refuses_the_report(folder: Path, account: str) -> None:
    Path("settings.csv").write_text(SETTINGS.replace(",B\n", f",{account}\n"))
    result = run("report", "book.csv", "--settings", "settings.csv", "-o", "out.xlsx")
    assert result.exit_code != 0
    assert f"account: found '{account}', wanted an account of the positions: A, B" in " ".join(
        result.output.split()
    )
    assert not Path("out.xlsx").exists()


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_shadow_analysis_takes_each_day_the_accounts_that_are_there(
    folder: Path, suffix: str
) -> None:
    table = pa.table(
        {
            "date": ["2026-11-19", "2026-11-20", "2026-11-20"],
            "symbol": ["XYZ"] * 3,
            "type": ["stock"] * 3,
            "quantity": [100.0] * 3,
            "price": [50.0] * 3,
            "account": ["A", "A", "B"],
        }
    )
    history = folder / f"history{suffix}"
    if suffix == ".csv":
        pacsv.write_csv(table, history)
    else:
        pq.write_table(table, history)
    result = run("shadow", history, "--settings", "settings.csv", "-o", "out.parquet")
    assert result.exit_code == 0, result.output
    found = pq.read_table("out.parquet").to_pydict()
    assert found["account"] == ["A", "A", "B", "total"]
    assert found["portfolio_requirement"] == pytest.approx([750, 750, 1_000, 1_750])
    Path("settings.csv").write_text(SETTINGS.replace(",B\n", ",C\n"))
    result = run("shadow", history, "--settings", "settings.csv", "-o", "other.parquet")
    assert result.exit_code != 0
    assert "account: found 'C'" in " ".join(result.output.split())
