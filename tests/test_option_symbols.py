from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmargin.contracts import InstrumentKind
from xlmargin.option_symbols import (
    OptionSymbol,
    class_of_shares,
    is_cusip,
    is_money_fund,
    looks_like_an_option,
    read_option_symbol,
    share_ticker,
)

CALL = OptionSymbol("XYZ", dt.date(2026, 12, 18), InstrumentKind.CALL, 500.0)
PUT = OptionSymbol("BRKB", dt.date(2026, 3, 6), InstrumentKind.PUT, 47.5)

SPELLINGS = [
    ("XYZ   261218C00500000", CALL),
    ("XYZ261218C00500000", CALL),
    ("xyz261218c00500000", CALL),
    ("  XYZ 261218C00500000 ", CALL),
    ("XYZ_261218C00500000", CALL),
    (".XYZ261218C500", CALL),
    ("-XYZ261218C500", CALL),
    ("XYZ261218C500", CALL),
    ("XYZ 261218 C 500", CALL),
    ("XYZ 261218 CALL 500.00", CALL),
    ("XYZ 12/18/26 C500", CALL),
    ("XYZ 12/18/2026 C 500", CALL),
    ("XYZ 12/18/2026 500.00 C", CALL),
    ("XYZ 2026-12-18 C500", CALL),
    ("XYZ 2026-12-18 500 C", CALL),
    ("XYZ 18DEC26 500 C", CALL),
    ("XYZ 18 DEC 26 500 CALL", CALL),
    ("XYZ 18DEC2026 500 C", CALL),
    ("XYZ Dec 18 '26 $500 Call", CALL),
    ("XYZ DEC 18, 2026 500 C", CALL),
    ("BRK.B 260306P00047500", PUT),
    ("BRK.B 3/6/26 P47.5", PUT),
    ("BRK.B 06MAR26 47.5 P", PUT),
    ("BRK.B Mar 6 '26 $47.50 Put", PUT),
    ("BRK/B 260306P00047500", PUT),
    ("BRK B 06MAR26 47.5 P", PUT),
    ("BRKB  260306P00047500", PUT),
    ("XYZ Dec 18 \u201926 $500 Call", CALL),
    ("O:XYZ261218C00500000", CALL),
    ("XYZ#L1826C500000", CALL),
    ("XYZ#L1826D050000", replace(CALL, strike=5.0)),
    ("CALL XYZ   500.00 EXP 12-18-26", CALL),
    ("PUT BRKB 47.50 EXP 3-6-26", PUT),
    ("CALL (XYZ) SAMPLE & SONS DEC 18 26 $500 (100 SHS)", replace(CALL, multiplier=100.0)),
    ("XYZ    DEC2026 500 C [XYZ   261218C00500000 10]", replace(CALL, multiplier=10.0)),
    ("XYZ US 12/18/26 C500 Equity", CALL),
    ("NYSE:XYZ261218C500", CALL),
    ("4SPX  261218P05000000", replace(PUT, root="4SPX", expiration=CALL.expiration, strike=5e3)),
    ("XYZ1261218C00500000", replace(CALL, root="XYZ1")),
]


@pytest.mark.parametrize(("text", "option"), SPELLINGS)
def test_spellings(text: str, option: OptionSymbol) -> None:
    assert read_option_symbol(text) == option


@pytest.mark.parametrize(
    "text",
    [
        "",
        "XYZ",
        "SPXW",
        "XYZ1",
        "BRK.B",
        "912828YK0",
        "261218C00500000",
        "TOOLONG261218C00500000",
        "XYZ261318C00500000",
        "XYZ260230C00500000",
        "XYZ260000C00500000",
        "XYZ 02/30/26 C500",
        "XYZ 30FEB26 500 C",
        "XYZ 18DEZ26 500 C",
        "XYZ261218X00500000",
        "XYZ261218C",
        "XYZ261218C5,00",
        "XYZ261218C-500",
        "=XYZ261218C500",
        "XYZ261218C00500000" + " " * 30 + "X",
        "XYZ" * 50 + "261218C00500000",
        "ＸＹＺ261218C00500000",
        "XYZ261218C525000",  # six digits: dollars or thousandths, nobody knows
        "XYZ261218C0052500",
        "XYZ261218C000525000",
        "XYZ261218C0",
        "XYZ 20261218 500 C",
        "XYZ 500C 12/18/26",
        "C XYZ  20261218 52 M",
        "./ESZ6EW3Z6 261218P5800",
        "XYZ 12/18/2026 52.50",
        "XYZ#L1826E500000",
    ],
)
def test_what_is_no_option_symbol(text: str) -> None:
    assert read_option_symbol(text) is None


roots = st.from_regex(r"[A-Z][A-Z0-9]{0,4}[A-Z]|[A-Z]", fullmatch=True)
options = st.builds(
    OptionSymbol,
    root=roots,
    expiration=st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)),
    right=st.sampled_from([InstrumentKind.CALL, InstrumentKind.PUT]),
    strike=st.integers(1, 99_999_999).map(lambda thousandths: thousandths / 1000),
)


@given(options)
def test_occ_s_own_spelling_reads_back(option: OptionSymbol) -> None:
    assert len(str(option)) == 21
    assert read_option_symbol(str(option)) == option
    assert read_option_symbol(str(option).replace(" ", "").lower()) == option


@given(options)
def test_a_spelling_in_dollars_reads_back(option: OptionSymbol) -> None:
    day, right, strike = option.expiration, option.right.name, f"{option.strike:.3f}"
    for text in (
        f"{option.root} {day:%m/%d/%Y} {right[0]}{strike}",
        f"{option.root} {day:%Y-%m-%d} {strike} {right}",
        f"{option.root} {day:%d%b%y} {strike} {right[0]}",
        f"{option.root} {day:%b %d} '{day:%y} ${strike} {right}",
    ):
        assert read_option_symbol(text) == option


@given(st.text(max_size=60))
def test_any_text_is_read_or_not(text: str) -> None:
    option = read_option_symbol(text)
    assert option is None or (option.root and option.strike > 0)


@pytest.mark.parametrize(
    "text", ["SPY261218C500000", "SPY 20261218 500 C", "XYZ 52.5C 12/18/26", "XYZ#L1826E500000"]
)
def test_what_has_a_date_and_is_no_option_is_no_ticker_either(text: str) -> None:
    assert read_option_symbol(text) is None
    assert looks_like_an_option(text)


@pytest.mark.parametrize("text", ["XYZ", "BRK.B", "7203", "XYZ1", "SPX", "MS-PR-A", "C"])
def test_tickers_do_not_look_like_options(text: str) -> None:
    assert not looks_like_an_option(text)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [("XYZ", "XYZ"), ("BRK/B", "BRK.B"), ("BRK B", "BRK.B"), ("BRK-B", "BRK.B"), ("^SPX", "SPX"),
     ("brk b", "BRK.B"), ("XYZ Corp", ""), ("BAC PRL", "BAC.PRL"), ("=1+1", ""), ("-XYZ", ""),
     ("@SUM", ""), ("XYZ261218", ""), ("../../x", ""), ("", "")],
)  # fmt: skip
def test_tickers_of_shares(text: str, symbol: str) -> None:
    assert share_ticker(text) == symbol


def test_a_root_delivers_a_class_of_the_shares_that_are_held() -> None:
    assert class_of_shares("BRKB", ["BRK.B"]) == "BRK.B"
    assert class_of_shares("BRKB", ["BRK.A"]) == "BRKB"
    assert class_of_shares("XYZWS", ["XYZ.WS"]) == "XYZ.WS"
    assert class_of_shares("XYZ", ["XYZ"]) == "XYZ"


def test_symbols_that_say_more_than_a_name() -> None:
    assert is_money_fund("SWVXX")
    assert not is_money_fund("XYZ")
    assert is_cusip("912828XX1")
    assert not is_cusip("XYZ")
