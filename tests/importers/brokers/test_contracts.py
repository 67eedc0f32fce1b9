"""One contract in every spelling met; what is not plainly a contract is none."""

from __future__ import annotations

import datetime as dt

import pytest

from xlmargin.importers.brokers.contracts import (
    contract,
    is_adjusted,
    is_bond,
    is_money_fund,
    ticker,
    underlying_of,
)
from xlmargin.instruments import InstrumentKind
from xlmargin.option_symbols import OptionSymbol

XYZ = OptionSymbol("XYZ", dt.date(2026, 12, 18), InstrumentKind.CALL, 52.5)


@pytest.mark.parametrize(
    "text",
    [
        "XYZ   261218C00052500",
        "XYZ261218C00052500",
        "-XYZ261218C52.5",
        ".XYZ261218C52.5",
        "XYZ261218C52.5",
        "xyz261218c52.5",
        "XYZ 12/18/2026 52.50 C",
        "XYZ DEC 18 2026 $52.5 CALL",
        "XYZ 18DEC26 52.5 C",
        "XYZ Dec 18 '26 $52.50 Call",
        "XYZ Dec 18 \u201926 $52.50 Call",
        "XYZ 12/18/2026 Call $52.50",
        "XYZ 12/18/26 C52.5",
        "XYZ 18 DEC 26 52.5 CALL",
    ],
)
def test_every_spelling_is_the_same_contract(text: str) -> None:
    assert contract(text) == XYZ


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("XYZ1261218C00050000", "XYZ1"),
        ("BRK/B  261218C00250000", "BRKB"),
        ("BRK B 18DEC26 250 C", "BRKB"),
        ("SPXW  261231P05800000", "SPXW"),
    ],
)
def test_roots(text: str, root: str) -> None:
    option = contract(text)
    assert option is not None
    assert option.root == root


@pytest.mark.parametrize(
    "text",
    [
        "XYZ",
        "XYZ261218C525000",  # six digits: dollars or thousandths, nobody knows
        "XYZ261218C0052500",
        "XYZ261218C000525000",
        "XYZ261218C00052500M",
        "XYZ261318C52.5",
        "XYZ260230C52.5",
        "XYZ261218X52.5",
        "XYZ261218C0",
        "C XYZ  20261218 52 M",
        "./ESZ6EW3Z6 261218P5800",
        "XYZ 12/18/2026 52.50",
        "",
    ],
)
def test_anything_else_is_no_contract(text: str) -> None:
    assert contract(text) is None


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("XYZ", "XYZ"),
        ("BRK/B", "BRK.B"),
        ("BRK B", "BRK.B"),
        ("BRK-B", "BRK.B"),
        ("BRK.B", "BRK.B"),
        ("brk b", "BRK.B"),
        ("XYZ Corp", ""),
        ("BAC PRL", "BAC.PRL"),
        ("=1+1", ""),
        ("-XYZ", ""),
        ("@SUM", ""),
        ("XYZ261218", ""),
        ("../../x", ""),
        ("", ""),
    ],
)
def test_tickers(text: str, symbol: str) -> None:
    assert ticker(text) == symbol


def test_an_underlying_is_an_index_or_a_class_of_shares_that_is_held() -> None:
    assert underlying_of("SPXW", []) == "SPX"
    assert underlying_of("BRKB", ["BRK.B"]) == "BRK.B"
    assert underlying_of("BRKB", ["BRK.A"]) == "BRKB"
    assert underlying_of("XYZWS", ["XYZ.WS"]) == "XYZ.WS"
    assert underlying_of("XYZ", ["XYZ"]) == "XYZ"


def test_symbols_that_say_more_than_a_name() -> None:
    assert is_money_fund("SWVXX")
    assert not is_money_fund("XYZ")
    assert is_adjusted("XYZ1")
    assert not is_adjusted("XYZ")
    assert is_bond("912828XX1")
    assert not is_bond("XYZ")
