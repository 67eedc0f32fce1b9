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
    account = ["", "ACCT0017", "C"]
    assert rows[0] == [
        "Clrng Firm", "Account ID", "Acct Type", "Prod Grp", "Class Grp", "Underlying", "Type",
        "Symbol", "Ser/Ctr Date", "Exp Date", "C/P", "Strike", "L/S", "Quantity", "Price",
        "Bskt ID",
    ]  # fmt: skip
    assert rows[1:] == [
        [*account, "", "XYZ", "XYZ", "Stock", "XYZ", "", "", "", "", "L", "300", "51.2", ""],
        [*account, "", "XYZ", "XYZ", "Option", "XYZ", "12/18/2026", "12/18/2026", "C", "52.500",
         "S", "3", "2.05", ""],
        [*account, "", "XYZ", "XYZ", "Option", "XYZ", "01/15/2027", "01/15/2027", "P", "45.000",
         "L", "2", "1.1", ""],
        [*account, "US-BROAD", "SPX", "SPX", "Option", "SPXW", "12/31/2026", "12/31/2026", "P",
         "5800.000", "L", "1", "41.3", ""],
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


OFFICIAL = Path(__file__).parents[2] / "cases" / "official"


def held(path: Path) -> list[list[object]]:
    """Symbol, type, quantity and price of what a file holds."""
    return [[row[0], row[1], row[2], row[6]] for row in read_book_files(path).positions[1:]]


SHORT_AND_LONG = [["XYZ   261218C00052500", "call", -3.0, 1.7], ["XYZ", "stock", 300.0, 52.7]]


@pytest.mark.parametrize("heading", ["L/S", "Long/Short", "Side", "l / s"])
def test_a_short_in_a_column_of_its_own_comes_back_short(tmp_path: Path, heading: str) -> None:
    path = tmp_path / "occ.csv"
    path.write_text((OFFICIAL / "pmc_ls.csv").read_text().replace("L/S", heading))
    assert held(path) == SHORT_AND_LONG


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("L/S", "Position Kind", "a column that looks like long and short"),
        ("L/S", "", "a column that looks like long and short"),
        (",S,3,", ",,3,", "wanted L or S"),
        (",L,300,", ",L,-300,", "the side that the sign of the quantity says"),
    ],
)
def test_a_side_that_is_not_clear_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "occ.csv"
    text = (OFFICIAL / "pmc_ls.csv").read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(InputError, match=message):
        read_book_files(path)


def test_the_record_of_fixed_width_is_read() -> None:
    """Three short calls of 52.5 at 1.70, 20 long puts of 45 at 2.95, 300 shares at 52.70."""
    book = read_book_files(OFFICIAL / "rbh_positions.txt")
    assert book.as_of is not None
    assert book.as_of.isoformat() == "2026-11-02"
    assert [[row[0], row[1], row[2], row[6]] for row in book.positions[1:]] == [
        ["XYZ   261218C00052500", "call", -3.0, 1.7],
        ["XYZ   270115P00045000", "put", 20.0, 2.95],
        ["XYZ", "stock", 300.0, 52.7],
    ]
    assert "second-hand" in book.notes[0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("0000000020F", "00000", "is the file cut short"),
        ("LO000002", "XO000002", "wanted a record of the clearing firm"),
        ("TRPXYZ", "TR XYZ", "C or P of an option"),
        ("LS0000527", "LF0000527", "`xlmargin import --leave-out` takes the rest"),
        ("20261218", "20261318", "found '20261318'"),
    ],
)
def test_a_record_that_is_not_whole_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "rbh.txt"
    text = (OFFICIAL / "rbh_positions.txt").read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(InputError, match=message):
        read_book_files(path)


@pytest.mark.parametrize("name", ["occ.csv", "occ.txt"])
def test_what_is_written_comes_back_with_its_sides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A class of shares keeps its point, the root of its options has none."""
    monkeypatch.chdir(tmp_path)
    Path("positions.csv").write_text(
        "symbol,type,quantity,strike,expiration,price,account\n"
        "BRK.B,stock,-200,,,500,MAIN\nBRK.B,call,-3,510,2027-01-15,12.5,MAIN\n"
        "BRK.B,put,7,480.5,2027-01-15,9,MAIN\n"
    )
    Path("settings.csv").write_text("name,value\nas_of,2026-11-02\n")
    asked = ["export-occ", "positions.csv", "--settings", "settings.csv", "-o", name]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    assert ("second-hand" if name == "occ.txt" else "Provisional") in result.stdout
    assert held(Path(name)) == [
        ["BRK.B", "stock", -200.0, 500.0],
        ["BRKB  270115C00510000", "call", -3.0, 12.5],
        ["BRKB  270115P00480500", "put", 7.0, 9.0],
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("MAIN", "AN ACCOUNT OF MINE", "at most 10 plain signs"),
        ("-200", "0.5", "a whole number: the record has no other"),
    ],
)
def test_what_does_not_fit_the_record_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "symbol,type,quantity,price,account\nXYZ,stock,-200,50,MAIN\n"
    Path("positions.csv").write_text(text.replace(old, new))
    result = CliRunner().invoke(app, ["export-occ", "positions.csv", "-o", "occ.txt"])
    assert result.exit_code == 1
    assert message in result.stderr
    assert not Path("occ.txt").exists()
