"""Published strategy-based figures, to the cent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.strategy_margin.accounts import AS_OF, Row, book_of
from xlmargin.errors import RefusedPosition
from xlmargin.market import Underlying
from xlmargin.rulebook import UnderlyingClass
from xlmargin.settings import AccountType
from xlmargin.strategy_margin import (
    RequirementKind,
    StrategyMargin,
    strategy_lines,
    strategy_margin,
)
from xlmargin.validation import source

pytestmark = pytest.mark.dependencies

FILES = (
    "margin_estimator",
    "lean_option_margin",
    "broker_help_examples",
    "cboe_2007_regt_vs_pm",
    "seed_article",
)
CLASSES = {
    "equity": UnderlyingClass.STOCK,
    "index_broad": UnderlyingClass.INDEX_BROAD,
    "index_narrow": UnderlyingClass.INDEX_NARROW,
    "etf_broad": UnderlyingClass.ETF_BROAD,
}
DATES = {"cboe_2007_regt_vs_pm": dt.date(2007, 2, 23)}
STRATEGY_KEYS = {
    "initial_requirement",
    "initial_call",
    "applied_proceeds",
    "short_side_requirement",
    "maintenance_requirement",
    "maintenance_requirement_short_options",
}


def published(*keys: str) -> list[Any]:
    """The cases that expect any of these keys."""
    return [
        pytest.param(file, case, id=case["id"])
        for file in FILES
        for case in source(file).cases
        if case["expected"].keys() & set(keys)
    ]


def days(position: dict[str, Any], as_of: dt.date) -> float:
    """Days to expiration; without a date all options expire together, in a month."""
    if "expiry" in position:
        return (dt.date.fromisoformat(position["expiry"]) - as_of).days
    return position.get("dte", 30)


def margined(
    file: str,
    case: dict[str, Any],
    kind: str = "",
    account_type: AccountType = AccountType.MARGIN,
) -> StrategyMargin:
    """The case under strategy-based margin: trade prices are costs, shares are worth the quote."""
    found = case["underlying"]
    dates = [p["expiry"] for p in case["positions"] if "expiry" in p]
    first = dt.date.fromisoformat(min(dates)) - dt.timedelta(30) if dates else AS_OF
    as_of = DATES.get(file, first)
    symbol, underlying_class = found.get("symbol", "XYZ"), CLASSES[kind or found["kind"]]
    underlyings = [
        Underlying(symbol, found["price"], underlying_class, found["leverage"], class_group=symbol)
    ]
    rows = []
    for p in case["positions"]:
        stock, name = p["kind"] == "stock", symbol
        if stock and underlying_class.is_index:
            name = "SPY"
            fund = Underlying(name, p["price"], UnderlyingClass.ETF_BROAD, class_group=symbol)
            underlyings.append(fund)
        option = {} if stock else {"strike": p["strike"], "days": days(p, as_of)}
        american = not underlying_class.is_index  # listed options on shares are American
        rows.append(
            Row(
                p["kind"],
                p["qty"],
                p["price"],
                symbol=name,
                cost=p["price"],
                multiplier=p["multiplier"],
                american=american,
                **option,
            )
        )
    return strategy_margin(*book_of(rows, underlyings, account_type=account_type, as_of=as_of))


def figures(margin: StrategyMargin) -> dict[str, float]:
    """The figures of a case by their published names, the call as the exchange displays it."""
    positions = margin.book.positions
    legs = [leg for line in strategy_lines(margin, RequirementKind.INITIAL) for leg in line.legs]
    options = [leg for leg in legs if positions.is_option[leg.position]]
    maintained = [
        line
        for line in strategy_lines(margin, RequirementKind.MAINTENANCE)
        if any(g.quantity < 0 for g in line.legs)
    ]
    return {
        "initial_requirement": margin.initial,
        "initial_call": margin.initial - margin.proceeds,
        "applied_proceeds": sum(leg.proceeds for leg in options),
        "short_side_requirement": sum(leg.initial for leg in options if leg.quantity < 0),
        "maintenance_requirement": margin.maintenance,
        "maintenance_requirement_short_options": sum(
            leg.maintenance for line in maintained for leg in line.legs
        ),
    }


@pytest.mark.parametrize(("file", "case"), published(*STRATEGY_KEYS))
def test_published_figure(file: str, case: dict[str, Any]) -> None:
    found = figures(margined(file, case))
    for key in STRATEGY_KEYS & case["expected"].keys():
        assert found[key] == pytest.approx(case["expected"][key], abs=0.01), key


@pytest.mark.parametrize(("file", "case"), published("if_kind_is_etf_broad"))
def test_as_a_broad_fund(file: str, case: dict[str, Any]) -> None:
    expected = case["expected"]["if_kind_is_etf_broad"]
    found = figures(margined(file, case, kind="etf_broad"))
    for key in STRATEGY_KEYS & expected.keys():
        assert found[key] == pytest.approx(expected[key], abs=0.01), key


@pytest.mark.parametrize(("file", "case"), published("cash_account"))
def test_cash_account(file: str, case: dict[str, Any]) -> None:
    """A short call that only the underlying or an escrow agreement would cover is refused."""
    expected = case["expected"]["cash_account"]
    margin = margined(file, case, account_type=AccountType.CASH)
    if "initial_requirement" not in expected:
        with pytest.raises(RefusedPosition, match="uncovered"):
            _ = margin.initial
        return
    assert margin.initial == pytest.approx(expected["initial_requirement"], abs=0.01)
    if "initial_call" in expected:
        assert margin.deposit == pytest.approx(expected["initial_call"], abs=0.01)
