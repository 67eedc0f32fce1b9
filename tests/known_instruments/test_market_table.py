"""The market range for positions, from a cell and from the command line."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xlmargin import udfs
from xlmargin.cli import app

POSITIONS = [
    ["symbol", "type", "quantity", "price", "strike", "expiration"],
    ["TQQQ", "stock", 100, 80, None, None],
    ["SPXW  261218C05000000", None, -1, 60, None, None],
    ["XSP", "put", 2, 5, 500, "2026-12-18"],
    ["VOO", "stock", 10, 500, None, None],
    ["IBM", "call", 1, 3, 300, "2026-12-18"],
    ["IBM", "stock", 5, 280, None, None],
    [None, "cash", 1_000, None, None, None],
]


def by_symbol(rows):
    return {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}


def test_what_is_known_of_each_underlying_and_the_prices_that_there_are():
    found = by_symbol(udfs.XLM_MARKET(POSITIONS))
    assert list(found) == ["TQQQ", "SPX", "XSP", "VOO", "IBM"]
    assert (found["TQQQ"]["class"], found["TQQQ"]["leverage"]) == ("etf_broad", 3)
    assert (found["TQQQ"]["price"], found["IBM"]["price"]) == (80, 280)
    assert found["SPX"]["price"] in (None, "")
    assert (found["SPX"]["class"], found["SPX"]["style"]) == ("index_high_cap", "european")
    assert (found["XSP"]["class_group"], found["XSP"]["index_scale"]) == ("SPX", 0.1)
    assert "class_group SPX not used" in found["VOO"]["how sure"]
    assert "not known" in found["IBM"]["how sure"]
    assert len(udfs.XLM_MARKET(POSITIONS, False)) == 5


def test_the_answer_is_a_market_range_once_its_prices_are_filled_in():
    rows = udfs.XLM_MARKET(POSITIONS)
    prices = {"SPX": 5_000, "XSP": 500}
    market = [rows[0], *([r[0], prices.get(r[0], r[1]), *r[2:]] for r in rows[1:])]
    settings = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.04]]
    assert udfs.PM_REQUIREMENT(POSITIONS, market, settings) > 0


def test_positions_that_cannot_be_read_are_refused():
    assert udfs.XLM_MARKET([POSITIONS[0], ["A", "putt", 1, 1, 1, 1]]).startswith("#XLM! positions")


def test_the_command_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("book.csv").write_text("symbol,type,quantity,price\nTQQQ,stock,1,80\nABCD,stock,1,9\n")
    Path("own.csv").write_text("symbol,class,factor\nABCD,etf_narrow,-2\n")
    command = ["market", "book.csv", "-o", "market.csv", "--instruments", "own.csv"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    found = by_symbol(list(csv.reader(Path("market.csv").read_text("utf-8").splitlines())))
    assert (found["TQQQ"]["leverage"], found["ABCD"]["leverage"]) == ("3.0", "-2.0")


def test_an_unreadable_table_of_ones_own_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    Path("book.csv").write_text("symbol,type,quantity,price\nTQQQ,stock,1,80\n")
    Path("own.csv").write_text("symbol,class\nABCD,bond\n")
    result = CliRunner().invoke(app, ["market", "book.csv", "--instruments", "own.csv"])
    assert result.exit_code == 1
    assert "own.csv, row 2, class" in result.output
