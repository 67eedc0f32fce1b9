"""Legs in few words: options and stock on an underlying of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from xlmargin.contracts import InstrumentKind
from xlmargin.dates import serial_of
from xlmargin.market import Underlying
from xlmargin.rulebook import StrategyRules, UnderlyingClass, strategy_rules
from xlmargin.strategy_margin.rules.options import OptionLeg
from xlmargin.strategy_margin.rules.stock import StockLeg

TODAY = date(2026, 1, 15)


def _underlying(
    spot: float, underlying_class: UnderlyingClass = UnderlyingClass.STOCK, **more: Any
) -> Underlying:
    return Underlying(more.pop("symbol", "XYZ"), spot, underlying_class, **more)


def _option(
    word: str,
    strike: float,
    value: float,
    on: Underlying,
    expires: date = date(2026, 4, 17),
    **more: Any,
) -> OptionLeg:
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
def underlying() -> Callable[..., Underlying]:
    return _underlying


@pytest.fixture(scope="session")
def option() -> Callable[..., OptionLeg]:
    return _option


@pytest.fixture(scope="session")
def shares() -> Callable[..., StockLeg]:
    return lambda on, value, count=100: StockLeg(0, on, count, value)


@pytest.fixture(scope="session")
def rules() -> StrategyRules:
    return strategy_rules(TODAY)
