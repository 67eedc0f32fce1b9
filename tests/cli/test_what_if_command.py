"""The command whatif: figures, the pre-trade check, refusals and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from xlmargin import udfs
from xlmargin.cli import app

POSITIONS = (
    "symbol,type,quantity,strike,expiration,price\nXYZ,stock,100,,,500\nUSD,cash,-36000,,,\n"
)
TRADES = "symbol,type,quantity,strike,expiration,price,fee\nXYZ,put,1,480,2027-01-15,6,1\n"
DEAR = "symbol,type,quantity,price\nXYZ,stock,1000,500\n"
SETTINGS = "name,value\nas_of,2026-11-20\nrate,0.04\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["whatif", *(str(a) for a in arguments)])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("p", POSITIONS), ("t", TRADES), ("dear", DEAR), ("s", SETTINGS)):
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def test_figures_and_the_check_are_shown(folder: Path) -> None:
    result = run("p.csv", "--trades", "t.csv", "--settings", "s.csv")
    assert result.exit_code == 0, result.output
    line = next(row for row in result.stdout.splitlines() if "maintenance requirement" in row)
    # 25% of 50,000 becomes 10% of the strike and 2,000 out of the money
    assert line.split()[2:] == ["12,500.00", "6,800.00", "-5,700.00"]
    assert "accepted" in result.stdout


def test_a_refusing_check_is_an_answer(folder: Path) -> None:
    result = run("p.csv", "--trades", "dear.csv", "--settings", "s.csv")
    assert result.exit_code == 0
    # 14,000 less 15% of 550,000
    assert "refused: short by $68,500.00" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("positions", "trades", "code"),
    [
        (POSITIONS, "t.csv", 0),
        (POSITIONS, "dear.csv", 4),
        (POSITIONS.partition("USD")[0], "dear.csv", 4),  # cash is stated nowhere
        (POSITIONS.replace("stock", "stok"), "t.csv", 1),
    ],
)
def test_a_program_can_be_stopped_by_the_check(
    folder: Path, positions: str, trades: str, code: int
) -> None:
    (folder / "p.csv").write_text(positions)
    asked = ("p.csv", "--trades", trades, "--settings", "s.csv", "--fail-on-refusal")
    assert run(*asked).exit_code == code
    assert run(*asked, "--json").exit_code == code


def test_json_is_what_the_function_answers(folder: Path) -> None:
    result = run("p.csv", "--trades", "t.csv", "--settings", "s.csv", "--json")
    rows = [line.split(",") for line in POSITIONS.splitlines()]
    trades = [line.split(",") for line in TRADES.splitlines()]
    settings = [line.split(",") for line in SETTINGS.splitlines()]
    assert json.loads(result.stdout)["what if"] == udfs.MARGIN_WHATIF(rows, trades, None, settings)


def test_refused_trades_are_listed_by_row(folder: Path) -> None:
    (folder / "bad.csv").write_text(TRADES.replace("put", "putt").replace(",1\n", ",-1\n"))
    result = run("p.csv", "--trades", "bad.csv", "--settings", "s.csv")
    assert result.exit_code == 1
    assert "bad.csv, row 2, fee (column G): found -1" in result.stderr


def test_refused_positions_are_too(folder: Path) -> None:
    (folder / "bad.csv").write_text(POSITIONS.replace("stock", "stork"))
    result = run("bad.csv", "--trades", "t.csv", "--settings", "s.csv")
    assert result.exit_code == 1
    assert "bad.csv, row 2, type (column B): found 'stork'" in result.stderr


@pytest.mark.parametrize("trades", ["none.csv", "."])
def test_a_file_that_cannot_be_read_is_refused(folder: Path, trades: str) -> None:
    result = run("p.csv", "--trades", trades, "--settings", "s.csv")
    assert result.exit_code == 1
    assert "Refused" in result.stderr


def test_accounts_have_a_table_each(folder: Path) -> None:
    two = "account,symbol,type,quantity,price\none,XYZ,stock,100,500\ntwo,XYZ,stock,50,500\n"
    (folder / "two.csv").write_text(two)
    (folder / "sold.csv").write_text("account,symbol,type,action\ntwo,XYZ,stock,close\n")
    result = run("two.csv", "--trades", "sold.csv", "--settings", "s.csv")
    assert result.exit_code == 0, result.output
    assert "accounts one and two under portfolio margin" in result.stdout.splitlines()[0]
    assert [f"What if, $: {name}" in result.stdout for name in ("total", "one", "two")] == [
        True
    ] * 3
