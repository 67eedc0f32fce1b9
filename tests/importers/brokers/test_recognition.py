"""Files told by their content; those without positions named, with what to export instead."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.importers.brokers.books import GOLDEN, GOLDEN_FILES
from xlmargin.errors import MarginError
from xlmargin.importers import read_book_files
from xlmargin.importers.brokers import formats
from xlmargin.importers.brokers.formats import FIELDS
from xlmargin.importers.brokers.recognition import FORMATS
from xlmargin.importers.brokers.vanguard import VANGUARD
from xlmargin.importers.files import read_broker


def written(folder: Path, text: str, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize("file", GOLDEN_FILES)
def test_each_file_is_told_by_its_content_not_by_its_name(tmp_path: Path, file: str) -> None:
    path = tmp_path / f"download{Path(file).suffix}"
    path.write_bytes((GOLDEN / file).read_bytes())
    broker = read_broker(path)
    assert broker is not None
    assert broker.format.name == GOLDEN_FILES[file].format


@pytest.mark.parametrize(
    "headings",
    [
        "symbol,type,quantity,strike,expiration,underlying,price,cost,multiplier,account",
        "Account,Symbol,Type,Quantity,Exp Date,Strike Price,Call/Put,Mark,Trade Price",
        "Symbol,Quantity,Last Price,Account Name",
        "ticker,qty,put/call,strike,expiry,price",
    ],
)
def test_a_file_of_ones_own_is_taken_for_no_brokers(tmp_path: Path, headings: str) -> None:
    assert read_broker(written(tmp_path, f"{headings}\nXYZ,1\n")) is None


@pytest.mark.parametrize(
    ("text", "found", "wanted"),
    [
        (
            '"Activity Date","Process Date","Settle Date","Instrument","Description","Trans Code",'
            '"Quantity","Price","Amount"\n"10/30/2026","10/30/2026","11/2/2026","XYZ","XYZ Corp\n'
            'CUSIP: 000000000","Buy","300","$44.10","($13,230.00)"\n',
            "Robinhood account activity",
            "Robinhood exports none",
        ),
        (
            '"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"\n'
            '"11/02/2026","Buy","XYZ","XYZ CORP","300","$44.10","","-$13,230.00"\n',
            "Charles Schwab transactions",
            "Schwab positions",
        ),
        (
            "\n\nRun Date,Action,Symbol,Description,Type,Quantity,Price ($),Amount ($)\n"
            "11/02/2026,YOU BOUGHT,XYZ,XYZ CORP,Margin,300,44.10,-13230\n",
            "a Fidelity account history",
            "Fidelity positions",
        ),
        (
            "Account number,Account name,Symbol,Description,CUSIP,Current value,"
            "Total gain/loss %,Today's gain/loss %,Security type,Security subtype\n"
            "X1,Joint,XYZ,XYZ CORP,000000000,15360,1,1,Equity,Common\n",
            "a Fidelity view without quantities",
            "Quantity and Last Price",
        ),
        (
            "Date,Type,Sub Type,Action,Symbol,Instrument Type,Description,Value,Quantity\n"
            "2026-11-02T10:00:00,Trade,Buy to Open,BUY_TO_OPEN,XYZ,Equity,Bought,-13230,300\n",
            "a tastytrade transaction history",
            "tastytrade positions",
        ),
        (
            "For Account:,0017\n\nTransactionDate,TransactionType,SecurityType,Symbol,Quantity\n"
            "11/02/26,Bought,EQ,XYZ,300\n",
            "E*TRADE transactions",
            "PortfolioDownload.csv",
        ),
        (
            '"ClientAccountID","CurrencyPrimary","AssetClass","Symbol","TradeDate","Quantity",'
            '"TradePrice"\n"U1","USD","STK","XYZ","20261102","300","44.1"\n',
            "Interactive Brokers trades",
            "Open Positions",
        ),
        (
            '"BOF","U1","trades","1","20261102","20261102"\n'
            '"HEADER","TRNT","ClientAccountID","AssetClass","Symbol","Quantity","TradePrice"\n'
            '"DATA","TRNT","U1","STK","XYZ","300","44.1"\n',
            "Interactive Brokers trades",
            "Open Positions",
        ),
    ],
)
def test_an_export_without_positions_is_named_and_refused(
    tmp_path: Path, text: str, found: str, wanted: str
) -> None:
    with pytest.raises(MarginError) as refused:
        read_book_files(written(tmp_path, text))
    message = str(refused.value)
    assert message.startswith("export.csv: found ")
    assert found in message
    assert wanted in message.split("wanted", 1)[1]


def test_a_statement_in_another_language_is_not_guessed(tmp_path: Path) -> None:
    text = (GOLDEN / "ibkr_statement.csv").read_text()
    text = text.replace("Open Positions", "Offene Positionen").replace("Cash Report", "Bargeld")
    with pytest.raises(MarginError, match=r"activity statement \(.*; in English alone\)"):
        read_book_files(written(tmp_path, text))


def test_changed_headings_are_refused_with_those_found(tmp_path: Path) -> None:
    text = (GOLDEN / "schwab.csv").read_text().replace("Qty (Quantity)", "Number held")
    with pytest.raises(MarginError) as refused:
        read_book_files(written(tmp_path, text))
    assert "; found Symbol, Description, Number held" in str(refused.value)
    assert "wanted headings Symbol, Qty (Quantity), Price" in str(refused.value)


@pytest.mark.parametrize("text", ["", "\n\n", ",,,\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(MarginError, match="found nothing"):
        read_book_files(written(tmp_path, text))


def test_a_brokers_file_of_too_many_rows_is_refused(tmp_path: Path) -> None:
    text = (GOLDEN / "fidelity.csv").read_text().splitlines()
    with pytest.raises(MarginError, match="100,001 rows"):
        read_book_files(written(tmp_path, "\n".join([text[0], *[text[2]] * 100_000, text[3]])))


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><FlexQueryResponse/>", "definitions of entities"),
        ("<FlexQueryResponse", "found no XML"),
        ("<FlexQueryResponse/>", "no open position"),
        (
            "<FlexStatementResponse><Status>Fail</Status><ErrorCode>1012</ErrorCode>"
            "<ErrorMessage>Token has expired.</ErrorMessage></FlexStatementResponse>",
            "found the answer 'Fail 1012 Token has expired.'",
        ),
        ("no xml at all", "found no XML"),
    ],
)
def test_xml_that_is_no_flex_query_is_refused(tmp_path: Path, xml: str, message: str) -> None:
    with pytest.raises(MarginError, match=message):
        read_book_files(written(tmp_path, xml, "flex.xml"))


@pytest.mark.parametrize("account", ["=cmd", "@SUM(A1)", "+1", "-1"])
def test_no_text_of_a_file_becomes_a_formula(tmp_path: Path, account: str) -> None:
    text = (GOLDEN / "fidelity.csv").read_text().replace("X00000017", account)
    with pytest.raises(MarginError, match=r"Account Number: found '.*wanted a name"):
        read_book_files(written(tmp_path, text))


def test_a_format_that_names_a_field_nothing_reads_is_refused() -> None:
    """A mistyped field would leave its column out without a word, and with it a cost or a side."""
    layout = VANGUARD.layout
    wrong = {**layout.columns, "totl_cost": ("Cost",)}
    with pytest.raises(ValueError, match=r"Vanguard positions.*'totl_cost'.*perhaps total_cost"):
        replace(VANGUARD, layout=replace(layout, columns=wrong))
    with pytest.raises(ValueError, match="'strike' is needed"):
        replace(VANGUARD, layout=replace(layout, needed=("symbol", "strike")))


def test_a_mistyped_key_of_a_stated_format_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """`house` for `houses` would leave out what the broker requires beyond the rule."""
    stated = {**formats._STATED["schwab"]}
    stated["house"] = stated.pop("houses")
    monkeypatch.setitem(formats._STATED, "schwab", stated)
    with pytest.raises(TypeError, match="'house'"):
        formats.stated_format("schwab", recognises=lambda lines: True, entry=VANGUARD.entry)


def test_a_mistyped_field_of_a_part_of_a_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A column of accounts that is not read would put all cash into one account."""
    stated = formats._STATED["cash_report"]
    columns = {**stated["columns"], "acount": ["Account"]}
    monkeypatch.setitem(formats._STATED, "cash_report", {**stated, "columns": columns})
    with pytest.raises(ValueError, match=r"'acount'.*perhaps account"):
        formats.stated_layout("cash_report")


def test_every_field_is_one_of_some_format() -> None:
    assert {name for known in FORMATS for name in known.layout.columns} == set(FIELDS)
