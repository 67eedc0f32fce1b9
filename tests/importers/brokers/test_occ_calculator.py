"""The clearing house's calculator: read without prices, and written from any book."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.importers.brokers.books import CALLS, GOLDEN, PUTS, XYZ, read
from xlmargin.cli import app
from xlmargin.errors import InputError
from xlmargin.importers import read_book_files

POSITIONS = """symbol,type,quantity,strike,expiration,price,multiplier,account
XYZ,stock,300,,,51.20,,ACCT0017
XYZ,call,-3,52.5,2026-12-18,2.05,,ACCT0017
XYZ,put,2,45,2027-01-15,1.10,,ACCT0017
SPXW 12/31/26 P5800,put,1,,,41.30,,ACCT0017
USD,cash,1000,,,,,ACCT0017
"""
MARKET = """symbol,price,class,class_group,product_group
XYZ,51.20,stock,,
SPX,5900,index_high_cap,SPX,US-BROAD
"""


def without_prices(row: list[object]) -> list[object]:
    return [*row[:6], None, None, row[8]]


def test_it_reads_to_the_same_book_without_prices() -> None:
    assert read(GOLDEN / "occ_calculator.csv") == [without_prices(r) for r in (XYZ, CALLS, PUTS)]
    assert read_book_files(GOLDEN / "occ_calculator.csv").market is None


def test_it_says_that_it_is_provisional() -> None:
    assert "provisional" in read_book_files(GOLDEN / "occ_calculator.csv").notes[0]


def test_groups_become_a_market_whose_prices_are_to_be_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "occ.csv"
    text = (GOLDEN / "occ_calculator.csv").read_text()
    path.write_text(
        text + "1,A,C,BROAD,SPX,SPY,Stock,SPY,,,,,10,\n"
        "1,A,C,BROAD,SPX,SPX,Option,SPXW,12/31/2026,12/31/2026,P,5800.000,1,\n"
    )
    assert read_book_files(path).market == [
        ["symbol", "price", "class", "class_group", "product_group"],
        ["SPY", None, "etf_broad", "SPX", "BROAD"],
        ["SPX", None, "index_high_cap", None, "BROAD"],
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Acct Type", "Account Type"),
        ("Clrng Firm", "CLEARING FIRM"),
        ("Ser/Ctr Date", "Series/Contract Date"),
        ("Exp Date", "exp. date"),
        ("C/P", "Put/Call"),
        ("12/18/2026", "2026-12-18"),
        ("52.500", "52.5"),
    ],
)
def test_other_spellings_are_tolerated(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "occ.csv"
    path.write_text((GOLDEN / "occ_calculator.csv").read_text().replace(old, new))
    assert read(path) == read(GOLDEN / "occ_calculator.csv")


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("C,52.500", "X,52.500", "C/P"),
        ("C,52.500", "C,", "Strike"),
        ("12/18/2026,C", ",C", "Exp Date"),
        ("12/18/2026,C", "soon,C", "Exp Date"),
        ("Option,XYZ,12", "Option,=1+1,12", "Symbol"),
    ],
)
def test_an_option_that_is_not_whole_is_refused(
    tmp_path: Path, old: str, new: str, column: str
) -> None:
    path = tmp_path / "occ.csv"
    text = (GOLDEN / "occ_calculator.csv").read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(InputError) as refused:
        read_book_files(path)
    assert [(p.row, p.column) for p in refused.value.problems] == [(3, column)]


def test_what_is_written_has_the_calculators_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are those of the sample, but for the firm, which a book does not know."""
    monkeypatch.chdir(tmp_path)
    Path("positions.csv").write_text(POSITIONS)
    Path("market.csv").write_text(MARKET)
    Path("settings.csv").write_text("name,value\nas_of,2026-11-02\n")
    asked = ["export-occ", "positions.csv", "--market", "market.csv", "--settings", "settings.csv"]
    result = CliRunner().invoke(app, [*asked, "-o", "occ.csv"])
    assert result.exit_code == 0, result.output
    assert "Provisional" in result.stdout
    with Path("occ.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    sample = [line.split(",") for line in (GOLDEN / "occ_calculator.csv").read_text().split("\n")]
    assert rows[:4] == [sample[0], *(["", *row[1:]] for row in sample[1:4])]
    assert rows[4:] == [
        ["", "ACCT0017", "C", "US-BROAD", "SPX", "SPX", "Option", "SPXW", "12/31/2026",
         "12/31/2026", "P", "5800.000", "1", ""],
    ]  # fmt: skip
    assert [row[:3] for row in read_book_files(Path("occ.csv")).positions[1:]] == [
        ["XYZ", "stock", 300.0],
        ["XYZ   261218C00052500", "call", -3.0],
        ["XYZ   270115P00045000", "put", 2.0],
        ["SPXW  261231P05800000", "put", 1.0],
    ]
    again = CliRunner().invoke(app, [*asked, "-o", "positions.csv"])
    assert again.exit_code == 1
    assert "input" in again.stderr
