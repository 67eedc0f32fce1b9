"""Class groups: what may stand in one."""

from __future__ import annotations

from datetime import date
from typing import Any

from xlmargin.errors import Severity
from xlmargin.known_instruments import KNOWN, GroupMember, check_groups
from xlmargin.rulebook import UnderlyingClass as Class

TODAY = date(2026, 11, 20)
SPX = ("SPX", "SPX", Class.INDEX_HIGH_CAP)
SPY = ("SPY", "SPX", Class.ETF_BROAD)
ERROR, WARNING = Severity.ERROR, Severity.WARNING


def found(*members: Any) -> set[tuple[str, Severity]]:
    findings = check_groups([GroupMember(*m) for m in members], TODAY, KNOWN)
    assert {f.field for f in findings} <= {"class_group"}
    return {(f.symbol, f.severity) for f in findings}


def test_an_index_its_scaled_index_and_funds_on_it() -> None:
    xsp, upro = ("XSP", "SPX", Class.INDEX_HIGH_CAP), ("UPRO", "SPX", Class.ETF_BROAD)
    assert found(SPX, SPY, xsp, upro) == set()
    assert found(SPY) == set()
    assert found(("SPY", "FUNDS", Class.ETF_BROAD), ("VOO", "FUNDS", Class.ETF_BROAD)) == set()


def test_two_stocks_are_strangers() -> None:
    pair = ("AAA", "G", Class.STOCK), ("BBB", "G", Class.STOCK)
    assert found(*pair) == {("AAA", ERROR), ("BBB", ERROR)}
    assert ("BRK.B", ERROR) in found(("BRK.A", "BRK", Class.STOCK), ("BRK.B", "BRK", Class.STOCK))
    assert found(("IBM", "IBM", Class.STOCK), ("AAPL", "AAPL", Class.STOCK)) == set()


def test_a_stock_is_no_fund_on_an_index() -> None:
    assert found(("IBM", "SPX", Class.STOCK)) == {("IBM", ERROR)}


def test_a_fund_on_another_index() -> None:
    assert found(SPX, ("QQQ", "SPX", Class.ETF_BROAD)) == {("QQQ", ERROR)}
    assert found(SPX, ("TQQQ", "SPX", Class.ETF_BROAD)) == {("TQQQ", ERROR)}
    assert found(SPX, ("NDX", "SPX", Class.INDEX_BROAD)) == {("NDX", ERROR)}
    assert found(SPY, ("IWM", "SPX", Class.ETF_BROAD)) == {("IWM", ERROR)}


def test_a_fund_of_ones_own_is_worth_a_look() -> None:
    assert found(SPX, ("MYF", "SPX", Class.ETF_BROAD)) == {("MYF", WARNING)}
