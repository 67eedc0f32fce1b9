"""The button Import: what stands in the book is what the importers read, or nothing is changed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.hosts.button_books import TABLES, TOP, facts, open_book, press, write_book
from tests.hosts.fake_excel import Formula
from tests.hosts.schwab_files import ACCOUNT, write_december, write_november
from tests.hosts.stub_book import StubBook
from xlmargin import udfs
from xlmargin.cells.words import POSITIONS
from xlmargin.excel.settings_reader import setting_name
from xlmargin.importers.files import read_book_files
from xlmargin.macros.excel_book import ExcelBook
from xlmargin.macros.filled_tables import facts_of
from xlmargin.macros.open_book import OF_SAMPLE, SAMPLE, book_ranges, fingerprint
from xlmargin.workbooks.templates import sample_tables, tables_of_two_accounts

TEMPLATES = Path(__file__).parents[2] / "workbooks"
SERIAL = {"november": 46346.0, "december": 46377.0}


@pytest.fixture
def book(tmp_path: Path) -> StubBook:
    return open_book(write_book(tmp_path / "own.xlsx"))


def test_the_table_holds_what_the_importers_read(book: StubBook, tmp_path: Path) -> None:
    path = write_november(tmp_path)
    said = press(book, "import_file", path)
    assert facts(book, "Positions") == facts_of(read_book_files(path).positions, POSITIONS)
    assert f"november.csv: 4 rows of {ACCOUNT}" in said
    assert "Read as Charles Schwab positions" in said
    assert "Prices of 2026-11-20, as the file says." in said


def test_the_figures_are_those_of_the_command_line(book: StubBook, tmp_path: Path) -> None:
    path = write_november(tmp_path)
    press(book, "import_file", path)
    read = read_book_files(path)
    market = [*(read.market or []), ["XYZ", 51.2, None]]
    market[0] = [*market[0], "dividend_yield"]
    market[1:] = [[*row, 0.01 if row[0] == "XYZ" else None] for row in market[1:]]
    settings = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.04]]
    for function in (udfs.PM_REQUIREMENT, udfs.REGT_MAINTENANCE, udfs.MARGIN_ACCOUNT):
        wanted = function(read.positions, market, settings)
        assert function(*book_ranges(ExcelBook(book)).cells) == wanted
        assert not isinstance(wanted, str)


def test_the_market_keeps_what_the_user_states_and_no_price_of_another_day(
    book: StubBook, tmp_path: Path
) -> None:
    said = press(book, "import_file", write_november(tmp_path))
    assert facts(book, "Market") == [
        {"symbol": "XYZ", "price": 51.2, "dividend_yield": 0.01, "my notes": "kept"},
        {"symbol": "OLD", "class": "etf_broad", "my notes": "kept too"},
        {"symbol": "SPY", "price": 668.2, "class": "etf_broad"},
    ]
    assert "Prices of another day emptied on the sheet Market: OLD." in said


def test_columns_that_the_file_does_not_fill_are_told(book: StubBook, tmp_path: Path) -> None:
    page = book.excel.Worksheets("Positions")
    page.cells[TOP + 2, 7] = "american"
    page.cells[TOP + 1, 5] = "my weight"
    page.cells[TOP + 3, 5] = Formula("=C7*F7")
    said = press(book, "import_file", write_november(tmp_path))
    assert (
        "Columns of Positions that the file does not fill are blank now: my weight, style." in said
    )
    assert "style" not in facts(book, "Positions")[0]


def test_a_price_that_is_a_formula_stays(book: StubBook, tmp_path: Path) -> None:
    (page,) = [page for page in book.excel.pages if page.Name == "Market"]
    page.cells[TOP + 2, 2] = Formula("=WEBSERVICE(1)")
    said = press(book, "import_file", write_november(tmp_path))
    assert facts(book, "Market")[0]["symbol"] == "XYZ"
    assert page.cells[TOP + 2, 2] == Formula("=WEBSERVICE(1)")
    assert isinstance(page.cells[TOP + 2, 2], Formula)
    assert "Prices that are formulas stay, so look at their day: XYZ." in said


def test_an_option_without_a_price_of_its_underlying_gets_a_row_to_fill_in(
    book: StubBook, tmp_path: Path
) -> None:
    path = tmp_path / "own.csv"
    path.write_text("symbol,quantity,price\nABC 12/18/26 C100,1,2.5\nXYZ,100,50\n")
    said = press(book, "import_file", path)
    assert facts(book, "Market")[2] == {"symbol": "ABC"}
    assert "Prices to be filled in on the sheet Market: ABC." in said
    assert "1 error" in said


def settings(book: StubBook) -> dict[str, object]:
    rows = facts(book, "Settings")
    return {setting_name(str(row.get("name", ""))): row.get("value") for row in rows}


def test_cash_of_the_file_goes_before_the_setting(book: StubBook, tmp_path: Path) -> None:
    said = press(book, "import_file", write_november(tmp_path))
    assert settings(book) == {"as_of": SERIAL["november"], "rate": 0.04, "cash": None}
    assert "the setting cash is emptied, it was 1000" in said


def test_without_cash_in_the_file_the_setting_stays(book: StubBook, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("symbol,quantity,price\nXYZ,100,50\n")
    said = press(book, "import_file", path)
    assert settings(book)["cash"] == 1000.0
    assert "the setting cash stays 1000" in said
    assert f"Assumed: prices of {dt.date.today()}, today" in said


def test_a_template_s_sample_is_not_inherited(tmp_path: Path) -> None:
    book = open_book(TEMPLATES / "family-office.xlsx")
    said = press(book, "import_file", write_november(tmp_path))
    assert "Still the sample's, so emptied: Positions, Market, Dividends, DatedPositions" in said
    assert len(facts(book, "Positions")) == 4
    assert facts(book, "Market") == [{"symbol": "SPY", "price": 668.2, "class": "etf_broad"}]
    for table in ("Dividends", "DatedPositions", "DatedMarket", "Broker", "Activity", "Facts"):
        assert facts(book, table) == [{}]
    assert settings(book)["client"] is None


def test_every_table_of_the_sample_is_known_as_such() -> None:
    """Else, as where the sample has changed, a user would inherit it: take these fingerprints."""
    found = {
        fingerprint(table.rows)
        for tables in (sample_tables(), tables_of_two_accounts())
        for table in (*tables, *tables.more.values())
        if table.name in OF_SAMPLE
    }
    assert sorted(SAMPLE) == sorted(found)


def test_undo_puts_back_all_and_again_brings_it_back(book: StubBook, tmp_path: Path) -> None:
    before = book.excel.content()
    press(book, "import_file", write_november(tmp_path))
    after = book.excel.content()
    assert press(book, "undo").startswith("Import of november.csv is undone")
    own = {name: cells for name, cells in book.excel.content().items() if name in before}
    assert own == before
    press(book, "undo")
    assert {name: book.excel.content()[name] for name in before} == {n: after[n] for n in before}
    (kept,) = [page for page in book.excel.pages if page.Name == "xlmargin undo"]
    assert kept.Visible is False


def test_there_may_be_nothing_to_undo(book: StubBook) -> None:
    assert "there is nothing to undo" in press(book, "undo")


@pytest.mark.parametrize("write", range(4))
def test_a_failure_on_the_way_leaves_the_book_as_it_was(
    write: int, book: StubBook, tmp_path: Path
) -> None:
    """The kept copy, then three tables."""
    before = book.excel.content()
    sizes = {name: len(book.excel.table(name)) for name in TABLES}
    path = write_november(tmp_path)
    book.excel.fails_at = frozenset([write])
    said = press(book, "import_file", path)
    assert said.startswith("Nothing is changed, for this reason:\ninternal error")
    assert book.excel.content() == before
    assert {name: len(book.excel.table(name)) for name in TABLES} == sizes
    assert book.app.calculation == "automatic"


def test_where_putting_back_fails_too_undo_still_can(book: StubBook, tmp_path: Path) -> None:
    before = book.excel.content()
    path = write_november(tmp_path)
    book.excel.fails_at = frozenset([2, 3])
    said = press(book, "import_file", path)
    assert "Excel is busy. Nor could the tables be put back at once: press Undo" in said
    assert book.excel.content() != before
    press(book, "undo")
    assert {name: book.excel.content()[name] for name in before} == before


def test_a_kept_copy_that_was_changed_is_refused(book: StubBook, tmp_path: Path) -> None:
    press(book, "import_file", write_november(tmp_path))
    after = {name: book.excel.content()[name] for name in ("Positions", "Market", "Settings")}
    (page,) = [page for page in book.excel.pages if page.Name == "xlmargin undo"]
    kept = dict(page.cells)
    for cell, value in (((2, 3), 1e300), ((2, 2), "x"), ((2, 1), "Nowhere"), ((1, 1), "mine")):
        page.cells = {**kept, cell: value}
        assert press(book, "undo").startswith("Nothing is changed, for this reason:\n")
        assert {name: book.excel.content()[name] for name in after} == after


def test_a_sheet_that_is_locked_or_totalled_is_left_alone(book: StubBook, tmp_path: Path) -> None:
    page, before = book.excel.Worksheets("Market"), book.excel.content()
    page.ProtectContents = True
    path = write_november(tmp_path)
    assert "sheet Market: is protected; wanted it unprotected" in press(book, "import_file", path)
    page.ProtectContents = False
    page.tables[0].ShowTotals = True
    assert "the table Market has a row of totals" in press(book, "import_file", path)
    assert book.excel.content() == before


def test_a_file_that_is_refused_changes_nothing(book: StubBook, tmp_path: Path) -> None:
    before = book.excel.content()
    for text, why in (
        ("nonsense", "found 'nonsense'"),
        ("symbol,type,quantity\nXYZ,sofa,1\n", "sofa"),
        ("symbol,quantity\n", "wanted at least one"),
        ("Positions for account X as of 11/20/2026\n\nSymbol,Quantity,Price\n", "without rows"),
    ):
        path = tmp_path / "bad.csv"
        path.write_text(text)
        said = press(book, "import_file", path)
        assert said.startswith("Nothing is changed, for this reason:\n")
        assert why in said
        assert book.excel.content() == before


def test_a_choice_given_up_says_nothing(book: StubBook) -> None:
    assert press(book, "import_file") == ""


def test_what_stands_below_a_table_is_not_written_over(book: StubBook, tmp_path: Path) -> None:
    (page,) = [page for page in book.excel.pages if page.Name == "Positions"]
    page.cells[TOP + 4, 3] = "a note"
    before = book.excel.content()
    said = press(book, "import_file", write_november(tmp_path))
    assert "sheet Positions, row 9: found 'a note' beside the table Positions" in said
    assert book.excel.content() == before


def test_a_book_without_the_tables_is_refused(tmp_path: Path) -> None:
    book = open_book(write_book(tmp_path / "own.xlsx", Market=None))
    assert "found no table Market" in press(book, "import_file", write_november(tmp_path))


def test_texts_of_a_file_are_texts(book: StubBook, tmp_path: Path) -> None:
    """Whatever Excel would make of them if they were typed."""
    path = tmp_path / "own.csv"
    accounts = ["'quoted", "1/2", "TRUE", "007", "MAR 5", "1e5", "$5"]
    rows = [f'XYZ{i},1,50,"{account}"' for i, account in enumerate(accounts)]
    path.write_text("\n".join(["symbol,quantity,price,account", *rows]) + "\n")
    press(book, "import_file", path)
    assert [row["account"] for row in facts(book, "Positions")] == accounts


def test_texts_are_cut_and_of_one_line(book: StubBook, tmp_path: Path) -> None:
    path = tmp_path / "broker.csv"
    long = "x" * 40_000
    path.write_text(f'figure,amount,source\nequity,1,"a\x07b\nc"\nsma,2,{long}\n')
    press(book, "reconcile", path)
    assert [row["source"] for row in facts(book, "Broker")] == ["a b c", "x" * 255]


def test_a_european_file_is_read_as_one(book: StubBook, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("symbol;quantity;price;cost\nXYZ;1.300;51,20;1.234,5\n")
    press(book, "import_file", path)
    (row,) = facts(book, "Positions")
    assert (row["quantity"], row["price"], row["cost"]) == (1300.0, 51.2, 1234.5)


def test_a_sheet_of_notes_that_is_not_ours_is_left_alone(book: StubBook, tmp_path: Path) -> None:
    page = book.excel.Worksheets.Add(Before=book.excel.pages[0])
    page.Name = "xlmargin notes"
    page.cells[1, 1] = "mine"
    said = press(book, "import_file", write_december(tmp_path))
    assert "No notes: found a sheet xlmargin notes that is not of xlmargin" in said
    assert page.cells == {(1, 1): "mine"}
