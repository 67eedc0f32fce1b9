"""What the tables know, against what exchanges and issuers say of their own instruments."""

import csv
from datetime import date
from importlib.resources import files
from math import isnan, nan

import pytest

from xlmargin.contracts import Style
from xlmargin.errors import InputError
from xlmargin.known_instruments import KNOWN, KnownAs, RootKind
from xlmargin.rulebook import UnderlyingClass as Class

TODAY = date(2026, 11, 20)
TABLES = sorted(
    (f for f in files("xlmargin.rulebook").joinpath("instruments").iterdir()),
    key=lambda f: f.name,
)


def rows(name: str) -> list[dict[str, str]]:
    text = files("xlmargin.rulebook").joinpath("instruments", name).read_text("ascii")
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize(
    ("symbol", "class_", "leverage"),
    [
        ("SOXL", Class.ETF_NARROW, 3),
        ("TSLL", Class.ETF_NARROW, 2),
        ("TQQQ", Class.ETF_BROAD, 3),
        ("SQQQ", Class.ETF_BROAD, -3),
        ("SPX", Class.INDEX_HIGH_CAP, 1),
        ("NDX", Class.INDEX_BROAD, 1),  # not +6/-8
        ("RUT", Class.INDEX_BROAD, 1),
        ("VIX", Class.VOL_INDEX, 1),
        ("VXX", Class.ETN, 1),
        ("FNGU", Class.ETN, 3),  # in the table of funds too: notes decide
        ("SPY", Class.ETF_BROAD, 1),
        ("XLK", Class.ETF_NARROW, 1),
        ("TLT", Class.ETF_EXEMPT, 1),
    ],
)
def test_classes_and_factors(symbol: str, class_: Class, leverage: int) -> None:
    found = KNOWN.find(f" {symbol.lower()}", TODAY)
    assert (found.underlying_class, found.leverage) == (class_, leverage)
    assert found.source
    assert found.as_of


@pytest.mark.parametrize(
    ("symbol", "last_day_before", "before", "after"),
    [
        ("UVXY", date(2018, 2, 27), 2, 1.5),
        ("SVXY", date(2018, 2, 27), -1, -0.5),
        ("NUGT", date(2020, 3, 31), 3, 2),
        ("DRIP", date(2020, 3, 31), -3, -2),
    ],
)
def test_a_factor_is_the_one_of_the_day(
    symbol: str, last_day_before: date, before: int, after: float
) -> None:
    assert KNOWN.find(symbol, last_day_before).leverage == before
    assert KNOWN.find(symbol, date.fromordinal(last_day_before.toordinal() + 1)).leverage == after
    assert KNOWN.find(symbol).leverage == after


def test_indexes_at_their_scale_and_funds_on_them_are_one_index() -> None:
    found = {s: KNOWN.find(s, TODAY) for s in ("SPX", "XSP", "SPY", "UPRO", "DJX", "DIA", "RSP")}
    assert {found[s].index for s in ("SPX", "XSP", "SPY", "UPRO")} == {"SPX"}
    assert found["DJX"].index == found["DIA"].index
    assert found["RSP"].index != "SPX"  # equally weighted: another index
    assert (found["XSP"].index_scale, found["XSP"].class_group) == (0.1, "SPX")


def test_what_no_list_confirms_is_told() -> None:
    assert KNOWN.find("SPY", TODAY).unconfirmed == {"product_group"}  # Cboe's own text
    assert "class_group" in KNOWN.find("VOO", TODAY).unconfirmed
    assert "class_group" in KNOWN.find("MRUT", TODAY).unconfirmed
    assert "class" in KNOWN.find("MDY", TODAY).unconfirmed
    assert KNOWN.find("NDX", TODAY).unconfirmed == set()


def test_money_market_funds_are_known_by_their_letters_too() -> None:
    assert KNOWN.find("VMFXX", TODAY).name
    assert KNOWN.find("QQQXX", TODAY).known_as is KnownAs.MONEY_MARKET_FUND
    assert KNOWN.find("FXX", TODAY) is None
    assert KNOWN.find("IBM", TODAY) is None


@pytest.mark.parametrize(
    ("root", "underlying", "settlement", "multiplier"),
    [
        ("SPX", "SPX", "am", 100),
        ("SPXW", "SPX", "pm", 100),
        ("XSP", "XSP", "pm", 100),
        ("MRUT", "MRUT", "pm", 100),
        ("XND", "XND", "pm", 100),
        ("NANOS", "NANOS", "pm", 1),
        ("VIXW", "VIX", "am", 100),  # in spite of its W
        ("NDXP", "NDX", "pm", 100),
        ("RUTW", "RUT", "pm", 100),
        ("2SPX", "SPX", "am", 100),
        ("4SPX", "SPX", "pm", 100),
        ("2AAPL", "AAPL", "physical", 100),
    ],
)
def test_european_roots(root: str, underlying: str, settlement: str, multiplier: int) -> None:
    found = KNOWN.root(root, TODAY)
    assert (found.underlying, found.settlement) == (underlying, settlement)
    assert (found.style, found.multiplier) == (Style.EUROPEAN, multiplier)


def test_the_one_american_index() -> None:
    assert KNOWN.root("OEX", TODAY).style is Style.AMERICAN
    xeo = KNOWN.root("XEO", TODAY)
    assert (xeo.underlying, xeo.style) == ("OEX", Style.EUROPEAN)


def test_roots_that_are_no_plain_tickers() -> None:
    assert KNOWN.root("AAPL", TODAY) is None
    assert KNOWN.root("BRKB", TODAY).underlying == "BRK.B"
    adjusted = KNOWN.root("XYZ1", TODAY)
    assert (adjusted.kind, adjusted.underlying) == (RootKind.ADJUSTED, "XYZ")
    assert isnan(adjusted.multiplier)
    assert KNOWN.root("SET", TODAY).kind is RootKind.SETTLEMENT
    assert KNOWN.root("1AAPL", TODAY).kind is RootKind.FLEX_EQUITY


def test_a_seven_was_a_mini_and_is_an_adjustment() -> None:
    mini = KNOWN.root("SPY7", date(2013, 3, 18))
    assert (mini.kind, mini.multiplier) == (RootKind.MINI, 10)
    assert KNOWN.root("SPY7", date(2013, 3, 17)).kind is RootKind.ADJUSTED
    assert KNOWN.root("SPY7", date(2014, 12, 18)).kind is RootKind.ADJUSTED
    assert KNOWN.root("IBM7", date(2013, 3, 18)).kind is RootKind.ADJUSTED


@pytest.mark.parametrize("spelling", ["BRK/B", "BRK B", "brk-b", "BRKB", "BRK.B"])
def test_class_shares_however_spelled(spelling: str) -> None:
    assert KNOWN.ticker(spelling).upper() == "BRK.B"


def test_a_users_own_rows_extend_the_tables() -> None:
    own = [
        {"symbol": "myx", "class": "etf_broad", "factor": "-2", "class_group": "spx"},
        {"symbol": "SOXL", "class": "etf_narrow", "leverage": "4"},
        {"root": "MYXW", "underlying": "MYX", "style": "european", "settlement": "pm"},
    ]
    known = KNOWN.extended_by(own, "mine.csv")
    found = known.find("MYX", TODAY)
    assert (found.leverage, found.class_group, found.source) == (-2, "SPX", "mine.csv")
    assert known.find("SOXL", TODAY).leverage == 4
    assert KNOWN.find("SOXL", TODAY).leverage == 3
    assert (known.root("MYXW", TODAY).underlying, known.root("MYXW", TODAY).style) == (
        "MYX",
        Style.EUROPEAN,
    )


def test_what_a_row_of_ones_own_leaves_out_stays_as_known() -> None:
    known = KNOWN.extended_by([{"symbol": "TQQQ", "leverage": "2"}], "mine.csv")
    found = known.find("TQQQ", TODAY)
    assert (found.leverage, found.underlying_class.value) == (2, "etf_broad")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"symbol": ""}, "symbol"),
        ({"symbol": "A", "class": "bond"}, "class"),
        ({"symbol": "A", "leverage": "two"}, "leverage"),
        ({"symbol": "A", "factor": "0"}, "factor"),
        ({"symbol": "A", "leverage": "nan"}, "leverage"),
        ({"symbol": "A", "leverage": "inf"}, "leverage"),
        ({"symbol": "A", "levrage": "2"}, "levrage"),
        ({"root": "A", "style": "bermudan"}, "style"),
        ({"root": "A", "settlement": "noon"}, "settlement"),
    ],
)
def test_an_unreadable_row_of_ones_own_is_refused_by_place(
    row: dict[str, str], column: str
) -> None:
    with pytest.raises(InputError) as refused:
        KNOWN.extended_by([{"symbol": "OK"}, row], "mine.csv")
    problem = refused.value.problems[0]
    assert (problem.range, problem.row, problem.column) == ("mine.csv", 3, column)


@pytest.mark.parametrize("table", [t.name for t in TABLES])
def test_every_row_has_its_source_and_every_symbol_is_there_once(table: str) -> None:
    keys = {row["key"] for row in rows("sources.csv")}
    found = rows(table)
    if "source" in found[0]:
        assert {key for row in found for key in row["source"].split("+")} <= keys
    key = next(iter(found[0]))
    if table != "other_roots.csv":
        assert len({row[key] for row in found}) == len(found)


def test_every_row_of_the_tables_can_be_read() -> None:
    names = ("index_options", "leveraged_funds", "index_funds", "notes", "exempted_security_funds")
    for row in (row for name in names for row in rows(f"{name}.csv")):
        symbol = row.get("symbol") or row["index_symbol"]
        assert KNOWN.find(symbol, TODAY).symbol == symbol
    for row in rows("index_options.csv"):
        assert KNOWN.root(row["root"], TODAY).multiplier == float(row["multiplier"] or nan)
