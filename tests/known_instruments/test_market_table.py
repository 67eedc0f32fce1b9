"""The market range for positions, from a cell and from the command line."""

import csv
import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from xlmargin import udfs
from xlmargin.cli import app
from xlmargin.known_instruments import KNOWN
from xlmargin.rulebook.files import packaged

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


def by_symbol(rows: list[list[Any]]) -> dict[str, dict[str, Any]]:
    return {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}


def test_what_is_known_of_each_underlying_and_the_prices_that_there_are() -> None:
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


def test_how_sure_it_is_stands_in_words() -> None:
    found = by_symbol(udfs.XLM_MARKET(POSITIONS))
    assert found["TQQQ"]["how sure"].startswith("its factor is in its stated objective, its name")
    assert "a published list of moves (second-hand), source LEAN" in found["SPX"]["how sure"]
    shorthand = set()
    for table in ("index_funds", "index_options", "leveraged_funds", "notes"):
        lines = packaged(f"instruments/{table}.csv").splitlines()
        for row in csv.DictReader(lines):
            known = KNOWN.find(row.get("symbol") or row["root"], dt.date(2026, 11, 20))
            words = known.where.partition("source ")[0] if known else ""
            shorthand |= set(re.findall(r"\btmi\b|\w*[_+]\w*", words))
    assert shorthand == set()


def test_the_answer_is_a_market_range_once_its_prices_are_filled_in() -> None:
    rows = udfs.XLM_MARKET(POSITIONS)
    prices = {"SPX": 5_000, "XSP": 500}
    market = [rows[0], *([r[0], prices.get(r[0], r[1]), *r[2:]] for r in rows[1:])]
    settings = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.04]]
    assert udfs.PM_REQUIREMENT(POSITIONS, market, settings) > 0


def test_positions_that_cannot_be_read_are_refused() -> None:
    assert udfs.XLM_MARKET([POSITIONS[0], ["A", "putt", 1, 1, 1, 1]]).startswith("#XLM! positions")


def test_the_command_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("book.csv").write_text("symbol,type,quantity,price\nTQQQ,stock,1,80\n")
    Path("own.csv").write_text("symbol,class\nABCD,bond\n")
    result = CliRunner().invoke(app, ["market", "book.csv", "--instruments", "own.csv"])
    assert result.exit_code == 1
    assert "own.csv, row 2, class" in result.output


OWN = "symbol,class,factor\nABCD,etf_narrow,-2\n"
OWN_ROOT = "root,underlying,style,settlement,multiplier\nABCW,ABCD,european,am,10\n"


@pytest.fixture
def own_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """100 shares of a fund that only the user knows, and a dated file of the same."""
    monkeypatch.chdir(tmp_path)
    Path("book.csv").write_text("Ticker,Qty,Mark\nABCD,100,9\n")
    Path("dated.csv").write_text("date,symbol,quantity,price\n2026-11-20,ABCD,100,9\n")
    Path("trades.csv").write_text("symbol,quantity,price\nABCD,100,9\n")
    Path("set.csv").write_text("as_of,2026-11-20\nrate,0.04\ncash,0\n")
    Path("own.csv").write_text(OWN)


def answered(*command: str) -> dict[str, Any]:
    more = ("--settings", "set.csv", "--instruments", "own.csv", "--json")
    result = CliRunner().invoke(app, [*command, *more])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.usefixtures("own_book")
def test_every_command_that_reads_a_market_takes_a_table_of_ones_own() -> None:
    report = answered("report", "book.csv", "-o", "book.xlsx")
    # twice 15% and twice 25% of 900
    assert (report["requirement"], report["strategy maintenance"]) == pytest.approx((270, 450))
    (_, _, note, *_) = answered("check", "book.csv")["check"]
    assert note[0] == "note"
    assert "ABCD: class etf_narrow, leverage -2, known" in note[4]
    what_if = answered("whatif", "book.csv", "--trades", "trades.csv")["what if"]
    required = next(row for row in what_if if row[0] == "portfolio requirement")
    assert required[1:3] == pytest.approx([270, 540])
    answered("shadow", "dated.csv", "-o", "history.csv")
    (day,) = csv.DictReader(Path("history.csv").read_text("utf-8").splitlines())
    assert "270" in {value.removesuffix(".0") for value in day.values()}


@pytest.mark.usefixtures("own_book")
def test_a_folder_of_books_too(tmp_path: Path) -> None:
    (tmp_path / "books").mkdir()
    for name in ("book.csv", "own.csv"):
        Path(name).rename(tmp_path / "books" / name)
    command = ["report", "books", "--settings", "set.csv", "--instruments", "books/own.csv"]
    result = CliRunner().invoke(app, [*command, "-o", "out", "--json"])
    assert result.exit_code == 0, result.output
    headings, row = json.loads(result.stdout)["summary"]
    assert row[headings.index("portfolio requirement")] == pytest.approx(270)


@pytest.mark.usefixtures("own_book")
def test_a_report_states_what_a_root_of_ones_own_delivers() -> None:
    option = "Ticker,Qty,Mark,Strike,Expiry,Type\nABCD,100,9,,,stock\nABCW,-5,1,9,2026-12-18,call\n"
    Path("book.csv").write_text(option)
    Path("own.csv").write_text(OWN_ROOT)
    report = answered("report", "book.csv", "-o", "book.xlsx")
    # 50 of the shares are delivered: 25% of 900, for the call is at the money
    assert report["strategy maintenance"] == pytest.approx(225)
    book = openpyxl.load_workbook("book.xlsx")
    text = [str(cell.value) for row in book["Positions"].iter_rows() for cell in row if cell.value]
    assert {"underlying", "settlement", "am", "european"} <= set(text)


def test_the_check_says_what_stating_a_fact_that_no_list_confirms_would_give() -> None:
    held = [["symbol", "quantity", "price"], ["SPY", 100, 500], ["VOO", -100, 500]]
    settings = [["as_of", "2026-11-20"], ["rate", 0.04], ["cash", 0]]
    # SPY follows the S&P 500: 8% of 50,000; VOO by itself 15%; in one group they offset in full
    assert udfs.PM_REQUIREMENT(held, None, settings) == pytest.approx(11_500)
    notes = [row[4] for row in udfs.XLM_CHECK(held, None, settings) if row[0] == "note"]
    said = "VOO: class_group SPX, if stated, would give portfolio margin of 0 instead of 11,500"
    assert any(note.startswith(said) for note in notes), notes


def test_what_people_are_told_in_the_market_table_is_no_unknown_column() -> None:
    table = udfs.XLM_MARKET(POSITIONS)
    prices = {"TQQQ": 80.0, "SPX": 5_000.0, "VOO": 500.0}
    at = table[0].index("price")
    for row in table[1:]:
        row[at] = prices.get(row[0], 500.0)
    told = udfs.XLM_CHECK(POSITIONS, table, [["as_of", "2026-11-20"], ["rate", 0.04]])
    assert [row[3] for row in told if row[1] == "market" and "unknown" in str(row[4])] == []


def test_the_market_of_the_command_is_read_without_a_warning(tmp_path: Path) -> None:
    held, market = tmp_path / "held.csv", tmp_path / "market.csv"
    with held.open("w", newline="") as file:
        csv.writer(file).writerows(POSITIONS)
    done = CliRunner().invoke(app, ["market", str(held), "-o", str(market)])
    assert done.exit_code == 0, done.output
    rows = list(csv.reader(market.open(newline="")))
    assert "style" in rows[0]
    assert _ignored(rows) == []
    # a column of one's own is another matter: nothing of it counts
    own = [["symbol", "price", "style"], ["IBM", 280, "american"]]
    assert [row[3] for row in _ignored(own)] == ["style"]


@pytest.mark.parametrize(
    ("headings", "symbol"), [(("symbol", "price"), "XSP"), (("Ticker", "Last price"), "xsp")]
)
def test_a_price_that_the_file_states_is_kept_however_it_is_headed(
    headings: tuple[str, str], symbol: str, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for name, rows in (("Positions", POSITIONS), ("Market", [headings, (symbol, 512.5)])):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "book.xlsx")
    done = CliRunner().invoke(app, ["market", str(tmp_path / "book.xlsx"), "--json"])
    assert done.exit_code == 0, done.output
    table = json.loads(done.stdout)["market"]
    assert [row[1] for row in table if row[0] == "XSP"] == [512.5]


def _ignored(market: list[list[Any]]) -> list[list[Any]]:
    """The warnings of columns that are ignored."""
    found = udfs.XLM_CHECK(POSITIONS, market, [["as_of", "2026-11-20"], ["rate", 0.04]])
    return [row for row in found if "ignored" in str(row[4])]
