from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmargin.instruments import InstrumentKind
from xlmargin.option_symbols import OptionSymbol, read_option_symbol

CALL = OptionSymbol("XYZ", dt.date(2026, 12, 18), InstrumentKind.CALL, 500.0)
PUT = OptionSymbol("BRK.B", dt.date(2026, 3, 6), InstrumentKind.PUT, 47.5)

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
