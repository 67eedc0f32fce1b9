"""Legs in few words: options and stock on an underlying of the test's own."""

from datetime import date

import pytest

from xlmargin.contracts import InstrumentKind
from xlmargin.dates import serial_of
from xlmargin.market import Underlying
from xlmargin.rulebook import UnderlyingClass, strategy_rules
from xlmargin.strategy_margin.rules.options import OptionLeg
from xlmargin.strategy_margin.rules.stock import StockLeg

TODAY = date(2026, 1, 15)


def _underlying(spot, underlying_class=UnderlyingClass.STOCK, **more):
    return Underlying(more.pop("symbol", "XYZ"), spot, underlying_class, **more)


def _option(word, strike, value, on, expires=date(2026, 4, 17), **more):
    """`word` is "long call", "short put" and so on; `on` an underlying."""
    side, kind = word.split()
    return OptionLeg(
        position=more.get("position", 0),
        kind=InstrumentKind[kind.upper()],
        strike=strike,
        expiration=serial_of(expires),
        american=more.get("american", True),
        contracts=more.get("contracts", 1),
        is_long=side == "long",
        multiplier=more.get("multiplier", 100),
        value=value,
        underlying=on,
        scale=on.index_scale,
    )


@pytest.fixture(scope="session")
def underlying():
    return _underlying


@pytest.fixture(scope="session")
def option():
    return _option


@pytest.fixture(scope="session")
def shares():
    return lambda on, value, count=100: StockLeg(0, on, count, value)


@pytest.fixture(scope="session")
def rules():
    return strategy_rules(TODAY)
