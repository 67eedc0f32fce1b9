"""Files in the shapes that people really have: every row is read, left out or refused by name."""

from __future__ import annotations

from dataclasses import dataclass, make_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from tests.importers.brokers.books import CALLS, PUTS, XYZ, without_accounts
from xlmargin.cells.columns import numbers
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.reading import read_table
from xlmargin.cells.table import SourceRows
from xlmargin.cells.words import MARKET, POSITIONS
from xlmargin.errors import MarginError
from xlmargin.importers import workbook_files
from xlmargin.importers.brokers import read_frame, with_chain_prices
from xlmargin.importers.brokers.broker_file import BrokerFile
from xlmargin.importers.delimited_text import read_delimited
from xlmargin.importers.files import read_book_files, read_broker
from xlmargin.workbooks.input_tables import input_tables

FIELD = Path(__file__).parent / "field"
GOLDEN = Path(__file__).parent / "brokers" / "golden"


def broker(file: str) -> BrokerFile:
    read = read_broker(FIELD / file)
    assert read is not None
    return read


def held(file: str) -> list[list[object]]:
    """Symbol, type and quantity of each position."""
    return [list(row[:3]) for row in broker(file).positions[1:]]


@pytest.mark.parametrize(
    ("file", "format_", "as_of", "positions", "not_ours"),
    [
        ("tws_portfolio.csv", "Trader Workstation", None,
         [["SPY", "stock", -30], ["SPX   261217P05900000", "put", 2],
          ["SPXW  261231P05500000", "put", -4], ["SPX   261217P02350000", "put", 2],
          ["CASH", "cash", 168_707]], []),
        ("merrill_holdings.csv", "Merrill", "2026-11-20",
         [["IIAXX", "cash", 2486.98], ["XYZ   261218C00425000", "call", -3],
          ["ABC   261218P00013000", "put", -1], ["XYZ", "stock", 500], ["ABC", "stock", 100]], []),
        ("fidelity_statement.csv", "Fidelity statement", None,
         [XYZ[:3], CALLS[:3], PUTS[:3], ["QPIFQ", "cash", 5000.61]], []),
        ("vanguard.csv", "Vanguard", None,
         [["VT", "stock", 10], ["VOO", "stock", 100.1], ["UST_20270814", "treasury", 5000],
          ["VMFXX", "cash", 543.21]], []),
        ("one_detail.csv", "OptionNet Explorer", "2026-11-20",
         [["SPX   261218P05900000", "put", 2], ["SPX   261218P05500000", "put", -4]], []),
        ("flex_etax.xml", "Flex query", "2026-11-20",
         [["WY", "stock", 100], ["WY    270716C00020000", "call", -1]],
         [(4, "CHUF6"), (5, "CHF")]),
        ("ibkr_stmt.csv", "activity statement", "2026-11-20",
         [["BRK.B", "stock", 1100], ["BRKB  261218C00510000", "call", -11],
          ["XYZ1  261218C00050000", "call", -2], ["XYZ   261218P00030000", "put", 2],
          ["CASH", "cash", 21000.25]],
         [(14, "912797AB1"), (15, "ABCW"), (16, "AAPLn"), (22, "EUR")]),
        ("schwab_2019.csv", "Schwab", "2026-11-20",
         [["BND", "stock", 36.8179], ["XYZ", "stock", 300], CALLS[:3],
          ["XYZ   261218P00030000", "put", 4], ["912797AB1", "treasury", 10_000],
          ["CASH", "cash", 500.21]], []),
        ("fidelity.csv", "Fidelity positions", "2026-11-20",
         [["SPAXX", "cash", 5000], ["XYZ", "stock", 300], CALLS[:3],
          ["XYZ   261218P00030000", "put", 4], ["PENDING", "cash", -1234.56]],
         [(7, "315994103")]),
    ],
)  # fmt: skip
def test_every_row_is_read_or_refused_by_name(
    file: str,
    format_: str,
    as_of: str | None,
    positions: list[list[object]],
    not_ours: list[tuple[int, str]],
) -> None:
    read = broker(file)
    assert format_ in read.format.name
    assert (read.as_of.isoformat() if read.as_of else None) == as_of
    assert held(file) == positions
    assert not read.unreadable
    assert [p.row for p in read.not_ours] == [row for row, _ in not_ours]
    for problem, (_, word) in zip(read.not_ours, not_ours, strict=True):
        assert word in problem.found


def test_prices_and_costs_of_the_new_formats() -> None:
    assert without_accounts(broker("fidelity_statement.csv").positions)[:3] == [XYZ, CALLS, PUTS]
    spy, put, *_ = broker("tws_portfolio.csv").positions[1:]
    assert spy[6:9] == [600.5, 598.1, None]
    assert put[4:9] == ["2026-12-17", "SPX", 60.2, 71.1, 100.0]
    option = broker("one_detail.csv").positions[1]
    assert option[4:9] == ["2026-12-18", "SPX", None, 60.2, 100.0]


def test_an_option_without_a_quote_has_no_price_and_one_at_zero_has() -> None:
    assert [row[6] for row in broker("fidelity.csv").positions[4:5]] == [None]
    assert [row[6] for row in broker("schwab_2019.csv").positions[4:5]] == [0.0]


def test_a_saturday_is_the_friday_before_with_a_note() -> None:
    assert sum("Saturday" in note for note in broker("one_detail.csv").notes) == 2


def test_the_file_without_tickers_and_dollars_is_named() -> None:
    with pytest.raises(MarginError, match="DEGIRO"):
        read_broker(FIELD / "degiro.csv")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("contractSymbol,strike,lastPrice,bid,ask\nXYZ261218C00052500,52.5,2,1.9,2.1\n", "Yahoo"),
        ('"Trade Date","Settlement Date","Pending/Settled"\n"1","2","3"\n', "Merrill"),
        ("Expiration Date,Calls,Last Sale,Strike,Puts,Last Sale\nWed Oct 01 2025,X,1,2,Y,1\n",
         "Cboe"),
        ("underlying,underlying_last,optionroot,quotedate,strike\nX,1,X,1/1/20,1\n", "history"),
    ],
)  # fmt: skip
def test_files_that_hold_no_positions_are_named(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(text)
    with pytest.raises(MarginError, match=word):
        read_broker(path)


# Error cells


def test_error_cells_of_a_brokers_workbook_refuse_their_rows() -> None:
    assert [p.row for p in broker("schwab_err.xlsx").unreadable] == [5, 6]


@pytest.mark.parametrize("file", ["p_err.xlsx", "p_err.ods"])
def test_a_row_of_error_cells_is_refused_where_it_stands(file: str) -> None:
    log = ProblemLog()
    read_table(read_book_files(FIELD / file).positions, "positions", POSITIONS, log)
    assert {(p.row, p.letter) for p in log.errors} == {(3, letter) for letter in "ABCDEF"}
    assert all(p.range == f"{file}, sheet positions" for p in log.errors)


def test_an_error_cell_in_the_market_is_no_default() -> None:
    log = ProblemLog()
    read_table(read_book_files(FIELD / "p_leverr.xlsx").market, "market", MARKET, log)
    assert [(p.row, p.column) for p in log.errors] == [(2, "leverage")]


def test_an_old_workbook_with_error_cells_is_refused() -> None:
    with pytest.raises(MarginError, match="errors such as #N/A"):
        read_book_files(FIELD / "p_err.xls")


def test_a_binary_workbook_tells_its_error_cells() -> None:
    """Records: a row (0), a number (5) and, in the second, an error (3), each with its size."""
    number = bytes([5, 16]) + bytes(16)
    assert not workbook_files._has_xlsb_error(bytes([0, 4]) + bytes(4) + number)
    assert workbook_files._has_xlsb_error(
        number + bytes([0xA6, 0x01, 0]) + bytes([3, 9, *range(9)])
    )


# Text files as spreadsheets save them


@pytest.mark.parametrize("file", ["us_thousand.csv", "euro2.csv"])
def test_thousands_are_read_as_the_file_writes_them(file: str) -> None:
    log = ProblemLog()
    table = read_table(read_book_files(FIELD / file).positions, "positions", POSITIONS, log)
    assert numbers(table, "quantity", log).tolist() == [1000.0]
    assert numbers(table, "price", log).tolist() == [500.0]
    assert not log.errors


def notes_of_quantities(rows: list[list[object]] | SourceRows) -> list[tuple[int, str]]:
    log = ProblemLog()
    read = numbers(read_table(rows, "positions", POSITIONS, log), "quantity", log)
    assert read.tolist() == [1, 12]
    return [(p.row, p.found) for p in log.problems if p.column == "quantity"]


_OF_A_POINT = "a decimal point before three digits, as in other numbers: 1.000 is read as 1"


def test_a_quantity_that_might_be_a_thousand_is_noted_in_a_file(tmp_path: Path) -> None:
    """1.000 is 1 where a comma parts the fields, since they write a point in their decimals."""
    path = tmp_path / "p.csv"
    path.write_text("symbol,type,quantity,price\nXYZ,stock,1.000,500.250\nABC,stock,12,33.265\n")
    assert notes_of_quantities(read_delimited(path)) == [(2, _OF_A_POINT)]
    sheet = input_tables(read_delimited(path), None, None, None).ranges[0]
    assert [row[2] for row in sheet[1:]] == [1, 12]  # where no file says how it is written
    path.write_text("symbol,type,quantity,price\nXYZ,stock,1.00,500.250\nABC,stock,12,33.265\n")
    assert notes_of_quantities(read_delimited(path)) == []


def test_a_quantity_that_might_be_a_thousand_is_noted_in_a_range() -> None:
    """A text of the same column with two decimals says how it is written."""
    rows: list[list[object]] = [["symbol", "quantity"], ["XYZ", "1.000"], ["ABC", "12.00"]]
    assert _OF_A_POINT in dict(notes_of_quantities(rows)).values()


def test_the_tables_of_a_command_keep_their_place_in_the_file() -> None:
    rows = input_tables(read_book_files(FIELD / "euro2.csv").positions, None, None, None).ranges[0]
    log = ProblemLog()
    table = read_table(rows, "positions", POSITIONS, log)
    assert (table.name, table.letter("price")) == ("euro2.csv", "F")
    assert numbers(table, "quantity", log).tolist() == [1000.0]


def test_a_file_with_semicolons_and_points_in_its_decimals_decides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    path.write_text("symbol;type;quantity;price\nXYZ;stock;1.000;500.25\n")
    log = ProblemLog()
    table = read_table(read_book_files(path).positions, "positions", POSITIONS, log)
    assert numbers(table, "price", log).tolist() == [500.25]
    numbers(table, "quantity", log)
    assert [(p.row, p.column, p.letter) for p in log.errors] == [(2, "quantity", "C")]


def test_a_brokers_file_saved_again_with_semicolons_is_read_as_it_is_written(
    tmp_path: Path,
) -> None:
    path = tmp_path / "again.csv"
    path.write_text(
        "Positions for account A ...017 as of 04:15 PM ET, 2026/11/02;;;;\n\n"
        "Symbol;Quantity;Price;Market Value;Security Type\nXYZ;1.300;51,20;66.560,00;Equity\n"
    )
    read = read_broker(path)
    assert read is not None
    assert [row[:3] for row in read.positions[1:]] == [["XYZ", "stock", 1300.0]]


# Frames of trading libraries


class AssetClass(Enum):
    US_OPTION = "us_option"
    US_EQUITY = "us_equity"


@dataclass
class Contract:
    secType: str  # noqa: N815
    symbol: str
    lastTradeDateOrContractMonth: str = ""  # noqa: N815
    strike: float = 0.0
    right: str = ""
    multiplier: str = ""
    currency: str = "USD"
    localSymbol: str = ""  # noqa: N815
    tradingClass: str = ""  # noqa: N815


Position = make_dataclass("Position", ["account", "contract", "position", "avgCost"])


def test_positions_of_ib_async() -> None:
    """An option's average cost holds its multiplier: 160 is 1.60."""
    option = Contract("OPT", "XYZ", "20261218", 52.5, "C", "100", tradingClass="XYZ")
    index = Contract("OPT", "SPX", "20261231", 5800.0, "P", "100", "USD", "SPXW  261231P05800000")
    read = read_frame(
        [
            Position("U1", Contract("STK", "XYZ", localSymbol="XYZ"), 300, 44.1),
            Position("U1", option, -3, 160.0),
            Position("U1", index, 1, 5500.0),
            Position("U1", Contract("FUT", "ES", "202612", multiplier="50"), 1, 295_000.0),
            Position("U1", Contract("STK", "SAP", currency="EUR"), 1, 100.0),
        ]
    )
    rows = [[*row[:3], row[7], row[-1]] for row in read.positions[1:]]
    assert rows == [
        ["XYZ", "stock", 300.0, 44.1, "U1"],
        ["XYZ   261218C00052500", "call", -3.0, 1.6, "U1"],
        ["SPXW  261231P05800000", "put", 1.0, 55.0, "U1"],
    ]
    assert [word in p.found for p, word in zip(read.not_ours, ("FUT", "EUR"), strict=True)]


def test_positions_of_alpaca() -> None:
    rows: list[dict[str, Any]] = [
        {"symbol": "XYZ", "qty": "300", "side": "long", "asset_class": AssetClass.US_EQUITY,
         "current_price": "51.2", "avg_entry_price": "44.1", "market_value": "15360"},
        {"symbol": "XYZ261218C00052500", "qty": "3", "side": "short",
         "asset_class": AssetClass.US_OPTION, "current_price": "2.05", "avg_entry_price": "1.6",
         "market_value": "-615"},
        {"symbol": "BTC", "qty": "1", "side": "long", "asset_class": "crypto",
         "current_price": "1", "avg_entry_price": "1", "market_value": "1"},
    ]  # fmt: skip
    read = read_frame(rows)
    assert without_accounts(read.positions) == [XYZ, CALLS]
    assert len(read.not_ours) == 1


def test_a_side_that_the_sign_contradicts_is_refused() -> None:
    row = {"symbol": "XYZ", "qty": "-3", "side": "long", "asset_class": "us_equity"}
    assert [p.column for p in read_frame([row]).unreadable] == ["side"]


def test_another_frame_is_refused_with_its_headings() -> None:
    with pytest.raises(MarginError, match="ticker"):
        read_frame([{"ticker": "XYZ"}])


def test_a_chain_fills_the_prices_of_positions() -> None:
    chain = [
        {"contractSymbol": "XYZ261218C00052500", "bid": 2.0, "ask": 2.1, "lastPrice": 5.0},
        {"contractSymbol": "XYZ270115P00045000", "bid": 0.0, "ask": 1.2, "lastPrice": 1.1},
    ]
    positions: list[list[Any]] = [
        ["symbol", "quantity"], ["XYZ 12/18/26 C52.5", -3], ["XYZ   270115P00045000", 2], ["XYZ", 1]
    ]  # fmt: skip
    rows = with_chain_prices(positions, chain)
    assert [row[-1] for row in rows] == ["price", 2.05, 1.1, None]


# What the new formats do in their own way

TWS = (FIELD / "tws_portfolio.csv").read_text()
MERRILL = (FIELD / "merrill_holdings.csv").read_text()
STATEMENT = (FIELD / "fidelity_statement.csv").read_text()
ONE = (FIELD / "one_detail.csv").read_text()


def changed(folder: Path, text: str, old: str = "", new: str = "") -> BrokerFile:
    assert old in text
    path = folder / "export.csv"
    path.write_text(text.replace(old, new) if old else text)
    read = read_broker(path)
    assert read is not None
    return read


def test_a_future_and_other_currencies_of_trader_workstation_are_named(tmp_path: Path) -> None:
    row = "SPY,-30,USD"
    more = "SAP,10,EUR,100,1000,90,0,0,No,STK,1\nMES      MAR2027,1,USD,6000,30000,1,0,0,No,FUT,1\n"
    read = changed(tmp_path, TWS.replace("USD,168707,USD", "EUR,400,EUR"), row, more + row)
    assert [(p.column, p.found.split("'")[1]) for p in read.not_ours] == [
        ("Currency", "EUR"), ("Security Type", "FUT"), ("Cash Balances", "EUR")
    ]  # fmt: skip


def test_a_merrill_symbol_may_not_contradict_its_description(tmp_path: Path) -> None:
    read = changed(tmp_path, MERRILL, "XYZ#L1826C425000", "XYZ#L1826C042500")
    assert [(p.row, p.column) for p in read.unreadable] == [(3, "Symbol")]


def test_an_older_fidelity_statement_has_its_cash_one_cell_to_the_left(tmp_path: Path) -> None:
    start = STATEMENT.index("QPIFQ")
    end = STATEMENT.index("\n", start)
    read = changed(tmp_path, STATEMENT, STATEMENT[start:end], "CASH,15678.89,1,15678.89,,,,,,,")
    assert list(read.positions[-1][:3]) == ["CASH", "cash", 15678.89]


def test_a_fidelity_description_may_hold_signs_of_a_web_page(tmp_path: Path) -> None:
    read = changed(tmp_path, STATEMENT, "CALL (XYZ) SAMPLE CORP", "CALL (XYZ) S&amp;P SAMPLE")
    assert read.positions[2][0] == CALLS[0]


def test_only_open_trades_of_optionnet_explorer_are_held(tmp_path: Path) -> None:
    more = (
        ',"A1",12/18/2026,29,"old",SPX,Closed,Custom,10/1/2026,10/2/2026,53,40,7,5,1,2\n'
        ',,"A1",29,10/1/2026,Buy,9,SPX   261219P05900000,12/18/2026,Put,x,SPX,60,4\n'
        ',"A1",12/18/2026,30,"hedge",SPX,Open,Custom,10/1/2026,,53,40,7,5,1,2\n'
        ',,"A1",30,10/1/2026,Sell,1,SPX   261219P05900000,12/18/2026,Put,x,SPX,62,4\n'
        ',,"A1",30,10/1/2026,Buy,1,SPX,,Stock,x,SPX,5900,4\n'
    )
    read = changed(tmp_path, ONE.rstrip("\n") + "\n" + more)
    assert [row[:3] for row in read.positions[1:]] == [
        ["SPX   261218P05900000", "put", 1.0], ["SPX   261218P05500000", "put", -4.0]
    ]  # fmt: skip
    assert [row[7] for row in read.positions[1:]] == [None, 30.4]
    assert ["'SPX'" in p.found for p in read.not_ours] == [True]


def test_a_transaction_that_is_neither_bought_nor_sold_is_refused(tmp_path: Path) -> None:
    read = changed(tmp_path, ONE, "Sell,4,", "Assigned,4,")
    assert [p.row for p in read.unreadable] == [12]


def test_a_summary_report_holds_what_has_no_day_of_closing(tmp_path: Path) -> None:
    text = (
        "ONE Summary Report\n\nDate/Time: 11/20/2026 11:28:34\n\n"
        ",Account,Expiration,TradeId,TradeName,Underlying,Status,TradeType,OpenDate,CloseDate\n"
        ",,Account,TradeId,OpenDate,Transaction,Qty,Symbol,Expiry,Type,Description,Underlying,"
        "AvgOpenPrice,CloseDate,AvgClosePrice\n"
        ',"A1",12/18/2026,28,"test",SPX,Open,Custom,10/11/2026,\n'
        ',,"A1",28,10/11/2026,Buy,2,SPX   261219P05900000,12/18/2026,Put,x,SPX,60.2,,\n'
        ',,"A1",28,10/11/2026,Sell,4,SPX   261219P05500000,12/18/2026,Put,x,SPX,30.4,11/1/2026,9\n'
    )
    read = changed(tmp_path, text)
    assert [row[:3] for row in read.positions[1:]] == [["SPX   261218P05900000", "put", 2.0]]


# Totals that a file states


@pytest.mark.parametrize(
    ("file", "found", "changed", "says"),
    [
        (FIELD / "fidelity_statement.csv", "2,1.10,200.00,220.00", "2,1.10,200.00,222.00",
         "Row 19, account X00000017: the file states a total of $-395.00, its rows add up to"
         " $-393.00: $2.00 more."),
        (FIELD / "tws_portfolio.csv", "USD,168707,USD\n", "USD,168700,USD\n",
         "Row 10: the file states a total of $168,707.00, its rows add up to $168,700.00: $7.00"
         " less."),
        (GOLDEN / "thinkorswim_account.csv", "1.45,1.10,$220.00", "1.45,1.10,$230.00",
         "Row 18, account 000000017SCHW: the file states a total of $-395.00, its rows add up to"
         " $-385.00: $10.00 more."),
        (GOLDEN / "thinkorswim_account.csv", ',OVERALL TOTALS,,,,"$15,360.00"\n', "", ""),
    ],
)  # fmt: skip
def test_a_total_of_a_part_of_the_file_is_compared_with_its_rows(
    file: Path, found: str, changed: str, says: str, tmp_path: Path
) -> None:
    """Of one account and kind; where a kind states none, the next one's is of its own rows."""
    as_it_is = read_broker(file)
    assert as_it_is is not None
    assert as_it_is.warnings == ()
    text = file.read_text(encoding="utf-8-sig")
    assert found in text
    path = tmp_path / file.name
    path.write_text(text.replace(found, changed))
    read = read_broker(path)
    assert read is not None
    assert [w.removesuffix(" A row may be missing or stand twice.") for w in read.warnings] == (
        [says] if says else []
    )
