"""What is known and what is stated: which counts, and what is said of it."""

from datetime import date

import pytest

from xlmargin.errors import Severity
from xlmargin.known_instruments import KNOWN, InstrumentFacts, apply_known
from xlmargin.rulebook import UnderlyingClass as Class
from xlmargin.settings import KnownUnderlyings

TODAY = date(2026, 11, 20)
NOTHING = InstrumentFacts()
CONFIRMED, ALL, STATE = KnownUnderlyings


def applied(
    symbol: str,
    stated: InstrumentFacts = NOTHING,
    policy: KnownUnderlyings = CONFIRMED,
    day: date = TODAY,
) -> InstrumentFacts:
    facts, _ = apply_known(symbol, stated, day, policy, KNOWN)
    return facts


def found(
    symbol: str,
    stated: InstrumentFacts = NOTHING,
    policy: KnownUnderlyings = CONFIRMED,
    day: date = TODAY,
) -> list[tuple[Severity, str]]:
    _, findings = apply_known(symbol, stated, day, policy, KNOWN)
    return [(f.severity, f.field) for f in findings]


def test_what_raises_a_requirement_is_applied_and_noted() -> None:
    facts, (note,) = apply_known("SOXL", InstrumentFacts(), TODAY, CONFIRMED, KNOWN)
    assert (facts.underlying_class, facts.leverage) == (Class.ETF_NARROW, 3)
    assert note.severity is Severity.NOTE
    assert "leverage 3, known" in note.text
    assert applied("VXX").underlying_class is Class.ETN


def test_an_unknown_symbol_is_a_stock_and_nothing_is_said() -> None:
    facts, findings = apply_known("IBM", InstrumentFacts(), TODAY, CONFIRMED, KNOWN)
    assert facts == InstrumentFacts(Class.STOCK, 1.0, 1.0, "", "")
    assert findings == ()


def test_what_lowers_is_applied_only_where_it_is_confirmed() -> None:
    assert applied("SPY").class_group == "SPX"
    assert applied("VOO").class_group == ""
    assert applied("VOO", policy=ALL).class_group == "SPX"
    assert (Severity.NOTE, "class_group") in found("VOO")
    assert applied("MDY").underlying_class is Class.ETF_NARROW
    assert applied("MDY", policy=ALL).underlying_class is Class.ETF_BROAD
    assert applied("MID").underlying_class is Class.INDEX_NARROW  # never a stock
    assert applied("VIX").underlying_class is Class.VOL_INDEX  # on no list, but it raises


def test_a_statement_wins() -> None:
    stated = InstrumentFacts(Class.ETF_BROAD, 2.0, 1.0, "MINE", "OURS")
    assert applied("SOXL", stated) == stated
    assert applied("VOO", InstrumentFacts(class_group="SPX")).class_group == "SPX"
    assert found("VOO", InstrumentFacts(Class.ETF_BROAD, 1.0, 1.0, "SPX", "")) == []


@pytest.mark.parametrize(
    ("symbol", "stated", "expected"),
    [
        ("SOXL", InstrumentFacts(leverage=1.0), (Severity.WARNING, "leverage")),
        ("SQQQ", InstrumentFacts(leverage=3.0), (Severity.WARNING, "leverage")),
        ("SOXL", InstrumentFacts(leverage=4.0), (Severity.NOTE, "leverage")),
        ("NDX", InstrumentFacts(Class.INDEX_HIGH_CAP), (Severity.WARNING, "class")),
        ("VXX", InstrumentFacts(Class.STOCK), (Severity.WARNING, "class")),
        ("SPX", InstrumentFacts(Class.STOCK), (Severity.NOTE, "class")),
        ("XSP", InstrumentFacts(index_scale=1.0), (Severity.WARNING, "index_scale")),
    ],
)
def test_a_statement_that_lowers_what_is_known_is_a_warning(
    symbol: str, stated: InstrumentFacts, expected: tuple[Severity, str]
) -> None:
    assert expected in found(symbol, stated)


def test_where_everything_must_be_stated_what_is_known_and_not_stated_is_an_error() -> None:
    assert set(found("TQQQ", policy=STATE)) == {
        (Severity.ERROR, "class"),
        (Severity.ERROR, "leverage"),
    }
    assert found("TQQQ", InstrumentFacts(Class.ETF_BROAD, 3.0), STATE) == []
    assert found("IBM", policy=STATE) == []


def test_names_of_unknown_symbols() -> None:
    assert found("AAAA", InstrumentFacts(name="Direxion Daily X Bull 3X Shares")) == [
        (Severity.ERROR, "leverage")
    ]
    assert found("AAAA", InstrumentFacts(name="Inverse X ETF")) == [(Severity.WARNING, "leverage")]
    assert found("AAAA", InstrumentFacts(name="Vanguard Ultra-Short Bond ETF")) == []
    assert (
        found("AAAA", InstrumentFacts(leverage=3.0, name="Direxion Daily X Bull 3X Shares")) == []
    )


def test_a_name_that_contradicts_the_tables_is_a_warning() -> None:
    named = InstrumentFacts(name="Tradr 2X Long SPY Monthly ETF")
    assert (Severity.WARNING, "leverage") in found("SPYM", named)
    assert found("TQQQ", InstrumentFacts(Class.ETF_BROAD, 3.0, name="ProShares UltraPro QQQ")) == []


def test_a_former_instrument_is_a_warning_and_nothing_of_it_is_applied() -> None:
    assert applied("BGU") == InstrumentFacts(Class.STOCK, 1.0, 1.0, "", "")
    assert found("BGU") == [(Severity.WARNING, "class")]
    assert found("BGU", InstrumentFacts(Class.ETF_BROAD, 3.0)) == []


def test_a_factor_is_the_one_of_the_day() -> None:
    assert applied("NUGT", day=date(2020, 3, 31)).leverage == 3
    assert applied("NUGT", day=date(2020, 4, 1)).leverage == 2
