"""What each broker does in its own way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.brokers.books import CALLS, GOLDEN, PUTS, XYZ, read
from xlmargin.cells.values import TableRows
from xlmargin.errors import InputError
from xlmargin.importers import read_book_files
from xlmargin.importers.files import read_broker

HEAD = {
    "etrade": "Symbol,Last Price $,Quantity,Price Paid $,Value $",
    "fidelity": "Account Number,Symbol,Quantity,Last Price,Current Value,Average Cost Basis",
    "flex": "ClientAccountID,CurrencyPrimary,AssetClass,Symbol,Conid,UnderlyingSymbol,Multiplier,"
    "Strike,Expiry,Put/Call,Quantity,MarkPrice,PositionValue,CostBasisPrice,Side,LevelOfDetail",
    "schwab": '"Positions for account A ...017 as of 04:15 PM ET, 2026/11/02"\n\n'
    "Symbol,Qty (Quantity),Price,Mkt Val (Market Value),Cost Basis,Asset Type",
    "tastytrade": "Account,Symbol,Type,Quantity,Exp Date,DTE,Strike Price,Call/Put,"
    "Underlying Last Price,Bid,Ask,Mark,Trade Price,Cost",
    "thinkorswim": "Position Statement for 17 (x) on 11/2/26 16:15:00\n\nNone\n"
    "Instrument,Qty,Days,Trade Price,Mark,Mrk Chng,P/L Open,P/L Day,BP Effect",
    "statement": "Statement,Header,Field Name,Field Value\n"
    "Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Quantity,Mult,"
    "Cost Price,Cost Basis,Close Price,Value,Unrealized P/L,Code",
}


def file_of(folder: Path, kind: str, *rows: str) -> Path:
    path = folder / "export.csv"
    path.write_text("\n".join([HEAD[kind], *rows]) + "\n")
    return path


def cells(path: Path) -> TableRows:
    """Symbol, type, quantity, underlying, price, cost and multiplier of each position."""
    rows = read_book_files(path).positions[1:]
    return [[*row[:3], *row[5:9]] for row in rows]


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as refused:
        read_book_files(path)
    return [str(problem) for problem in refused.value.problems]


# Sides, values, multipliers


def test_the_side_is_the_quantitys_and_no_other_sign_counts(tmp_path: Path) -> None:
    path = file_of(tmp_path, "schwab", "QRS/B,-50,118.40,-$5920.00,($6050.00),Equity")
    assert cells(path) == [["QRS.B", "stock", -50.0, None, 118.4, 121.0, None]]
    path = file_of(tmp_path, "schwab", 'QRS/B,-50,118.40,"-$5,920.00","$6,050.00",Equity')
    assert cells(path) == [["QRS.B", "stock", -50.0, None, 118.4, 121.0, None]]


def test_a_fidelity_minus_before_a_symbol_is_no_side(tmp_path: Path) -> None:
    path = file_of(tmp_path, "fidelity", "X1, -XYZ270115P45,2,$1.10,$220.00,$1.45")
    assert read(path) == [PUTS]


def test_a_word_for_the_side_may_not_contradict_the_sign(tmp_path: Path) -> None:
    row = "U1,USD,STK,XYZ,,,1,,,,100,51.2,5120,44.1,Short,SUMMARY"
    assert "Side: found 'Short'" in problems(file_of(tmp_path, "flex", row))[0]


def test_a_value_that_is_not_quantity_times_price_is_refused(tmp_path: Path) -> None:
    """300 x 51.20 is 15,360."""
    path = file_of(tmp_path, "etrade", "XYZ,51.20,300,44.10,1536.00")
    assert problems(path) == [
        "export.csv, row 2, Value $: found '1536.00', wanted about 15,360.00:"
        " quantity x price x multiplier"
    ]


def test_a_value_may_differ_by_the_rounding_of_its_price(tmp_path: Path) -> None:
    path = file_of(tmp_path, "etrade", "XYZ,51.20,300,44.10,15362.90")
    assert cells(path)[0][4] == 51.2
    assert problems(file_of(tmp_path, "etrade", "XYZ,51.20,300,44.10,15363.10"))


def test_a_mini_is_told_by_its_value(tmp_path: Path) -> None:
    """3 x 2.05 x 10 is 61.50: ten units a contract. Its cost is 48 / (3 x 10)."""
    row = "XYZ 12/18/2026 52.50 C,-3,2.05,-$61.50,$48.00,Option"
    path = file_of(tmp_path, "schwab", row)
    assert cells(path) == [[CALLS[0], "call", -3.0, "XYZ", 2.05, 1.6, 10.0]]
    assert "10 units a contract" in read_book_files(path).notes[-1]


def test_the_multiplier_of_a_root_is_the_known_one(tmp_path: Path) -> None:
    """3 x 2.05 is 6.15: one unit a contract."""
    row = "NANOS 12/18/2026 610.00 C,-3,2.05,-$6.15,$5.25,Option"
    path = file_of(tmp_path, "schwab", row)
    assert cells(path) == [["NANOS 261218C00610000", "call", -3.0, "NANOS", 2.05, 1.75, 1.0]]


def test_a_class_of_shares_has_one_ticker_in_every_spelling(tmp_path: Path) -> None:
    for spelling in ("BRK/B", "BRKB", "BRK.B", "BRK B"):
        path = file_of(tmp_path, "etrade", f"{spelling},500.00,10,400.00,5000.00")
        assert cells(path)[0][0] == "BRK.B"


def test_any_other_multiplier_is_refused(tmp_path: Path) -> None:
    row = "XYZ 12/18/2026 52.50 C,-3,2.05,-$307.50,$480.00,Option"
    assert "wanted about 615.00" in problems(file_of(tmp_path, "schwab", row))[0]


def test_what_is_not_held_any_more_is_left_aside(tmp_path: Path) -> None:
    path = file_of(tmp_path, "etrade", "XYZ,51.20,300,44.10,15360", "ABC,10,0,9,0")
    assert read(path) == [XYZ]
    assert "nothing held (1)" in read_book_files(path).notes[1]


def test_a_row_of_a_symbol_alone_is_refused_and_names_no_account(tmp_path: Path) -> None:
    path = file_of(
        tmp_path, "schwab", "XYZ,300,51.20,$15360.00,$13230.00,Equity", "ABC,,,,,", "DEF,,,,,"
    )
    assert [line[:25] for line in problems(path)] == [
        "export.csv, row 5, Qty (Q",
        "export.csv, row 6, Qty (Q",
    ]


# Symbols


def test_shares_and_options_of_one_class_meet_under_one_underlying(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "flex",
        "U1,USD,STK,QRS B,,,1,,,,-50,118.4,-5920,121,Short,SUMMARY",
        "U1,USD,OPT,QRSB  261218C00120000,,QRS B,100,120,20261218,C,1,3,300,2,Long,SUMMARY",
    )
    assert [row[3] for row in cells(path)] == [None, "QRS.B"]
    path = file_of(
        tmp_path,
        "schwab",
        "QRS/B,-50,118.40,-$5920,$6050,Equity",
        "QRSB 12/18/2026 120.00 C,1,3.00,$300.00,$200.00,Option",
    )
    assert [row[3] for row in cells(path)] == [None, "QRS.B"]


def test_an_index_option_is_on_its_index(tmp_path: Path) -> None:
    row = "SPXW 12/31/2026 5800.00 P,1,41.30,$4130.00,$5500.00,Option"
    assert cells(file_of(tmp_path, "schwab", row))[0][3] == "SPX"


def test_an_adjusted_contract_is_never_paired_with_the_plain_series(tmp_path: Path) -> None:
    row = "U1,USD,OPT,XYZ1  261218C00052500,,XYZ,100,52.5,20261218,C,-3,2.05,-615,1.6,Short,SUMMARY"
    path = file_of(tmp_path, "flex", row)
    assert cells(path)[0][3] == "XYZ1"
    assert "adjusted contract" in read_book_files(path).notes[-1]


def test_a_symbol_that_a_spreadsheet_spoilt_is_told(tmp_path: Path) -> None:
    path = file_of(tmp_path, "fidelity", "X1,#NAME?,2,$1.10,$220.00,$1.45")
    assert "import the file unopened" in problems(path)[0]


@pytest.mark.parametrize(
    ("column", "row"),
    [
        ("Strike", "50,20261218,C"),
        ("Expiry", "52.5,20261219,C"),
        ("Put/Call", "52.5,20261218,P"),
    ],
)
def test_columns_that_contradict_the_symbol_are_refused(
    tmp_path: Path, column: str, row: str
) -> None:
    line = f"U1,USD,OPT,XYZ   261218C00052500,,XYZ,100,{row},-3,2.05,-615,1.6,Short,SUMMARY"
    found = problems(file_of(tmp_path, "flex", line))
    assert len(found) == 1
    assert found[0].startswith(f"export.csv, row 2, {column}: found")
    assert "as the symbol says" in found[0]


# Cash


def test_a_debit_is_negative_cash(tmp_path: Path) -> None:
    row = 'Cash & Cash Investments,--,--,"-$1,400.25",--,Cash and Money Market'
    assert cells(file_of(tmp_path, "schwab", row))[0][:3] == ["CASH", "cash", -1400.25]


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("schwab", 'SWVXX,"1,000",1.00,"$1,000.00",--,Cash and Money Market'),
        ("etrade", "SWVXX,1.00,1000.0000,1.00,1000.00"),
        ("fidelity", "X1,SWVXX,1000,$1.00,$1000.00,$1.00"),
    ],
)
def test_a_money_market_fund_is_cash_and_named(tmp_path: Path, kind: str, row: str) -> None:
    path = file_of(tmp_path, kind, row)
    assert cells(path)[0][:3] == ["SWVXX", "cash", 1000.0]
    assert "SWVXX: a money market fund, taken as cash" in read_book_files(path).notes[-1]


def test_an_older_core_fund_with_a_quantity_is_its_value(tmp_path: Path) -> None:
    path = file_of(tmp_path, "fidelity", 'X1,FDRXX**,500.25,$1.00,"$500.25",')
    assert cells(path)[0][:3] == ["FDRXX", "cash", 500.25]


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("schwab", "=1+1,--,--,$500.25,--,Cash and Money Market"),
        ("schwab", "Bank Sweep,--,--,$500.25,--,Cash and Money Market"),
        ("fidelity", "X1,=1+1**,500.25,$1.00,$500.25,"),
    ],
)
def test_cash_of_any_other_name_is_cash(tmp_path: Path, kind: str, row: str) -> None:
    assert cells(file_of(tmp_path, kind, row))[0][:3] == ["CASH", "cash", 500.25]


def test_cash_without_an_amount_is_refused(tmp_path: Path) -> None:
    path = file_of(tmp_path, "schwab", "Cash & Cash Investments,--,--,--,--,Cash and Money Market")
    assert "an amount in dollars" in problems(path)[0]


# What is not ours


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("schwab", "912828XX1,10000,99.50,$9950.00,$9900.00,Fixed Income"),
        ("etrade", "ABC BANK CD 4.5% 05/01/2030,99.50,10,99.00,9950.00"),
        ("fidelity", "X1,912828XX1,10000,$0.995,$9950.00,$0.99"),
        ("flex", "U1,USD,FUT,ESZ6,,ES,50,,20261218,,1,5900,295000,5800,Long,SUMMARY"),
        (
            "statement",
            "Open Positions,Data,Summary,Futures,USD,ESZ6,1,50,5800,290000,5900,295000,,",
        ),
        ("tastytrade", "5W,./ESZ6EW3Z6 261218P5800,FUTURES_OPTION,1,,,5800,Put,5900,,,40,-41,"),
        ("thinkorswim", '/MES,,,,,,,,\n"/MES, Micro",+1,,5800.00,5900.00,,,,'),
        ("thinkorswim", "XYZ,,,,,,,,\n100 (Flex) 18 DEC 26 52.5 CALL,-3,46,1.60,2.05,,,,"),
        ("thinkorswim", "XYZ,,,,,,,,\n10 (Mini) 18 DEC 26 52.5 CALL,-3,46,1.60,2.05,,,,"),
        ("schwab", "Futures Cash,--,--,$12.00,--,Futures"),
    ],
)
def test_what_no_requirement_is_worked_out_for_is_listed(
    tmp_path: Path, kind: str, row: str
) -> None:
    broker = read_broker(file_of(tmp_path, kind, row))
    assert broker is not None
    assert not broker.holdings
    assert not broker.unreadable
    assert len(broker.not_ours) == 1
    assert "wanted shares, a fund, an option" in str(broker.not_ours[0])


# Interactive Brokers


def test_lots_alone_are_added_up_at_their_average_cost(tmp_path: Path) -> None:
    """100 at 40 and 200 at 46.15 are 300 at 44.10."""
    path = file_of(
        tmp_path,
        "flex",
        "U1,USD,STK,XYZ,1,,1,,,,100,51.2,5120,40,Long,LOT",
        "U1,USD,STK,XYZ,1,,1,,,,200,51.2,10240,46.15,Long,LOT",
    )
    assert read(path) == [XYZ]


def test_lots_of_two_accounts_are_not_added(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "flex",
        "U1,USD,STK,XYZ,1,,1,,,,100,51.2,5120,40,Long,LOT",
        "U2,USD,STK,XYZ,1,,1,,,,200,51.2,10240,46.15,Long,LOT",
    )
    assert [row[2] for row in cells(path)] == [100.0, 200.0]


def test_an_unreadable_lot_is_refused_by_its_own_row(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "flex",
        "U1,USD,STK,XYZ,1,,1,,,,100,51.2,5120,40,Long,LOT",
        "U1,USD,STK,XYZ,1,,1,,,,2OO,51.2,10240,46.15,Long,LOT",
    )
    assert problems(path) == ["export.csv, row 3, Quantity: found '2OO', wanted a number"]


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("flex", "U1,EUR,STK,XYZ,,,1,,,,100,51.2,5120,40,Long,SUMMARY"),
        ("statement", "Open Positions,Data,Summary,Stocks,EUR,XYZ,100,1,40,4000,51.2,5120,,"),
    ],
)
def test_another_currency_is_refused(tmp_path: Path, kind: str, row: str) -> None:
    assert "found 'EUR' of" in problems(file_of(tmp_path, kind, row))[0]


def test_cash_in_another_currency_is_refused_and_none_is_not(tmp_path: Path) -> None:
    text = (GOLDEN / "ibkr_statement.csv").read_text()
    path = tmp_path / "statement.csv"
    path.write_text(text + "Cash Report,Data,Ending Cash,EUR,5,5,0,\n")
    assert "found 'EUR' of" in problems(path)[0]
    path.write_text(text + "Cash Report,Data,Ending Cash,EUR,0,0,0,\n")
    assert read(path) == read(GOLDEN / "ibkr_statement.csv")


def test_cash_in_the_base_currency_counts_where_it_stands_alone(tmp_path: Path) -> None:
    text = (GOLDEN / "ibkr_statement.csv").read_text()
    path = tmp_path / "statement.csv"
    base = "Account Information,Data,Base Currency,USD\n"
    alone = text.replace("Cash Report,Data,Ending Cash,USD,8250.4,8250.4,0,\n", "")
    path.write_text(alone.replace("Open Positions,Header", f"{base}Open Positions,Header", 1))
    assert read(path) == read(GOLDEN / "ibkr_statement.csv")
    path.write_text(alone)
    assert "wanted USD" in problems(path)[0]


def test_a_statement_may_keep_long_and_short_positions_apart(tmp_path: Path) -> None:
    text = (GOLDEN / "ibkr_statement.csv").read_text()
    start = text.rindex("Open Positions,Header")
    path = tmp_path / "statement.csv"
    path.write_text(
        text[:start].replace("Open Positions", "Long Open Positions")
        + text[start:].replace("Open Positions", "Short Open Positions")
    )
    assert read(path) == read(GOLDEN / "ibkr_statement.csv")


def test_a_statement_may_say_when_a_lot_was_opened(tmp_path: Path) -> None:
    text = (GOLDEN / "ibkr_statement.csv").read_text()
    text = text.replace("Currency,Symbol,Quantity", "Currency,Symbol,Open,Quantity")
    for symbol in ("XYZ,300", "XYZ 18DEC26 52.5 C,-3", "XYZ 15JAN27 45.0 P,2"):
        name, quantity = symbol.split(",")
        text = text.replace(
            f"Summary,Stocks,USD,{symbol}", f"Summary,Stocks,USD,{name},-,{quantity}"
        )
        text = text.replace(f"Options,USD,{symbol}", f"Options,USD,{name},-,{quantity}")
        text = text.replace(
            f"Lot,Stocks,USD,{symbol}", f'Lot,Stocks,USD,{name},"2026-03-12, 10:15:00",{quantity}'
        )
    path = tmp_path / "statement.csv"
    path.write_text(text)
    assert read(path) == read(GOLDEN / "ibkr_statement.csv")


def test_a_period_ends_on_its_last_day(tmp_path: Path) -> None:
    text = (GOLDEN / "ibkr_statement.csv").read_text()
    path = tmp_path / "statement.csv"
    path.write_text(text.replace("November 2, 2026", "October 1, 2026 - November 2, 2026"))
    assert str(read_book_files(path).as_of) == "2026-11-02"


def test_other_sections_of_a_flex_query_are_passed_over(tmp_path: Path) -> None:
    rows = (GOLDEN / "ibkr_flex_plain.csv").read_text()
    other = '"ClientAccountID","CurrencyPrimary","Symbol","Amount"\n"U1","USD","XYZ","5"\n'
    path = tmp_path / "flex.csv"
    path.write_text(other + rows + other + rows.splitlines()[0] + "\n")
    assert read(path) == read(GOLDEN / "ibkr_flex_plain.csv")


# thinkorswim


def test_weekly_options_keep_the_root_of_their_stock_and_of_an_index_its_own(
    tmp_path: Path,
) -> None:
    path = file_of(
        tmp_path,
        "thinkorswim",
        "XYZ,,,,,,$1.00,$1.00,$1.00",
        "XYZ CORP COM,0,,,51.20,,,,",
        "100 (Weeklys) 4 DEC 26 49 PUT,+2,32,.85,.50,-.05,($70.00),($10.00),",
        "SPX,,,,,,$1.00,$1.00,$1.00",
        "100 (Weeklys) 31 DEC 26 5800 PUT,+1,59,55.00,41.30,,,,",
        "10 18 DEC 26 5800 PUT,+1,59,55.00,41.30,,,,",
    )
    assert cells(path) == [
        ["XYZ   261204P00049000", "put", 2.0, "XYZ", 0.5, 0.85, 100.0],
        ["SPXW  261231P05800000", "put", 1.0, "SPX", 41.3, 55.0, 100.0],
        ["SPX   261218P05800000", "put", 1.0, "SPX", 41.3, 55.0, 10.0],
    ]


def test_shares_alone_may_stand_under_their_ticker(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "thinkorswim",
        "ABC,,,,,,$1.00,$1.00,$1.00",
        "ABC INC,+10,,20.00,21.00,,,,",
        "XYZ,+300,,44.10,51.20,,,,",
        "100 18 DEC 26 52.5 CALL,-3,46,1.60,2.05,,,,",
        "QRS/B,-50,,121.00,118.40,,,,",
    )
    assert [row[0] for row in cells(path)] == ["ABC", "XYZ", "XYZ   261218C00052500", "QRS.B"]


def test_an_option_without_a_quantity_is_refused(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "thinkorswim",
        "XYZ,+300,,44.10,51.20,,,,",
        "100 18 DEC 26 52.5 CALL,,46,1.60,2.05,,,,",
    )
    assert problems(path) == ["export.csv, row 6, Qty: found nothing, wanted a number"]


def test_each_group_has_its_own_headings(tmp_path: Path) -> None:
    table = HEAD["thinkorswim"].splitlines()[-1]
    path = file_of(
        tmp_path,
        "thinkorswim",
        "XYZ,+300,,44.10,51.20,,,,",
        "Subtotals:,,,,,,$1.00,$1.00,$1.00",
        "",
        "Equities",
        table,
        "ABC,+10,,20.00,21.00,,,,",
        "",
        "Overall Totals:,,,,,,$1.00,$1.00,$1.00",
    )
    assert [row[:3] for row in cells(path)] == [["XYZ", "stock", 300.0], ["ABC", "stock", 10.0]]


def test_an_account_statement_ends_its_sections_at_their_blank_line(tmp_path: Path) -> None:
    """The rows of profits and losses start with tickers too."""
    assert read(GOLDEN / "thinkorswim_account.csv") == [XYZ, CALLS, PUTS]


def test_an_expiration_without_its_day_is_the_option_codes(tmp_path: Path) -> None:
    path = tmp_path / "statement.csv"
    text = (GOLDEN / "thinkorswim_account.csv").read_text()
    path.write_text(text.replace("18 DEC 26", "DEC 26").replace("XYZ261218", ".XYZ261218"))
    assert read(path) == [XYZ, CALLS, PUTS]


# tastytrade


def test_without_a_mark_the_mid_or_the_last_price_counts(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "tastytrade",
        "5W,XYZ,STOCK,300,,--,,,51.20,51.19,51.21,--,-44.10,",
        "5W,XYZ   261218C00052500,OPTION,-3,Dec 18,46d,52.5,Call,51.20,2.00,2.10,,1.60,",
    )
    assert read(path) == [XYZ, CALLS]


def test_an_expiration_with_another_day_than_the_symbol_is_refused(tmp_path: Path) -> None:
    row = "5W,XYZ   261218C00052500,OPTION,-3,Dec 19,46d,52.5,Call,51.20,2.00,2.10,,1.60,"
    assert (
        "wanted 2026-12-18, as the symbol says" in problems(file_of(tmp_path, "tastytrade", row))[0]
    )


def test_prices_of_underlyings_that_are_not_held_become_a_market(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "tastytrade",
        "5W,XYZ,STOCK,300,,--,,,51.20,51.19,51.21,51.20,-44.10,",
        "5W,XYZ   261218C00052500,OPTION,-3,Dec 18,46d,52.5,Call,51.20,2.00,2.10,,1.60,",
        "5W,ABC   261218C00020000,OPTION,-3,Dec 18,46d,20,Call,19.50,2.00,2.10,,1.60,",
    )
    assert read_book_files(path).market == [["symbol", "price"], ["ABC", 19.5]]


# E*TRADE


def test_several_etrade_accounts_are_not_named_after_the_first(tmp_path: Path) -> None:
    text = (GOLDEN / "etrade.csv").read_text()
    line = text.splitlines()[3]
    path = tmp_path / "etrade.csv"
    path.write_text(text.replace(line, f"{line}\n{line.replace('0017', '0018')}"))
    assert {row[-1] for row in read_book_files(path).positions[1:]} == {None}


def test_a_short_name_for_the_quantity_is_known(tmp_path: Path) -> None:
    text = (GOLDEN / "etrade.csv").read_text().replace("Quantity", "Qty #")
    path = tmp_path / "etrade.csv"
    path.write_text(text)
    assert read(path) == read(GOLDEN / "etrade.csv")


# Fidelity


def test_headings_in_sentence_case_are_the_same(tmp_path: Path) -> None:
    first, rest = (GOLDEN / "fidelity.csv").read_text().split("\n", 1)
    path = tmp_path / "fidelity.csv"
    path.write_text(f"{first.capitalize()}\n{rest}")
    assert read(path) == read(GOLDEN / "fidelity.csv")


@pytest.mark.parametrize("currency", ["EUR", "USD"])
@pytest.mark.parametrize("kind", ["fidelity", "etrade", "schwab"])
def test_a_column_of_currencies_is_read_though_the_broker_prints_none(
    kind: str, currency: str, tmp_path: Path
) -> None:
    """A row in euros was taken for dollars where no such column of that broker was known."""
    row = {
        "fidelity": "X1,XYZ,100,50,5000,40",
        "etrade": "XYZ,50,100,40,5000",
        "schwab": "XYZ,100,50,5000,4000,Equity",
    }[kind]
    path = tmp_path / "export.csv"
    path.write_text(f"{HEAD[kind]},Currency\n{row},{currency}\n")
    found = read_broker(path)
    assert found is not None
    assert [("EUR" in str(problem)) for problem in found.not_ours] == [True] * (currency == "EUR")
    assert len(found.holdings) == (currency == "USD")
