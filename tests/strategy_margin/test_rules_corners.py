"""Corners of the rules worked out by hand from their texts, to the cent."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.strategy_margin.accounts import Row, book_of
from xlmargin.account import StrategyState, account_state
from xlmargin.account.account_values import reg_t_excess, values_by_strategy
from xlmargin.market import Underlying
from xlmargin.regimes import both_regimes, under_portfolio_margin
from xlmargin.rulebook import UnderlyingClass
from xlmargin.strategy_margin import strategy_margin

FILE = Path(__file__).parents[1] / "cases" / "rules_corners.json"
CASES = json.loads(FILE.read_text())["cases"]
AS_OF = dt.date(2023, 3, 1)
CLASSES = {"equity": "stock", "etn_broad": "etn"}


def underlyings_of(found: dict[str, Any]) -> list[Underlying]:
    """The underlying of a case, and a second one in its class group where there is one."""
    kind = UnderlyingClass(CLASSES.get(found["kind"], found["kind"]))
    group = "IX" if "mini" in found or "fund" in found else "XYZ"
    marginable = found.get("marginable", True)
    first = Underlying(
        "XYZ", found["price"], kind, found["leverage"], class_group=group, marginable=marginable
    )
    if "mini" not in found:
        return [first]
    mini = found["mini"]
    scale = mini["index_scale"]
    return [
        first,
        Underlying(mini["symbol"], mini["price"], kind, class_group="IX", index_scale=scale),
    ]


def rows_of(case: dict[str, Any]) -> list[Row]:
    european = case["underlying"].get("exercise") == "european"
    return [
        Row(
            p["kind"],
            p["qty"],
            p["price"],
            p.get("strike", np.nan),
            p.get("dte", np.nan),
            symbol=p.get("underlying", "XYZ"),
            cost=p["price"],
            multiplier=p["multiplier"],
            american=not european,
        )
        for p in case["positions"]
    ]


def figures(case: dict[str, Any]) -> dict[str, float]:
    """What the package makes of a case, by the names that the cases give."""
    cash = case["underlying"].get("cash", 0.0)
    book, _ = book_of(rows_of(case), underlyings_of(case["underlying"]), as_of=AS_OF, cash=cash)
    if case["account"] == "portfolio":
        return {"pm_requirement": under_portfolio_margin(book).amount}
    margin = strategy_margin(book)
    found = {
        "initial_requirement": margin.initial,
        "maintenance_requirement": margin.maintenance,
        "initial_call": margin.deposit,
    }
    if "reg_t_requirement_nlv" in case["expected"]:
        without_value = values_by_strategy(margin).options_without_value
        found["reg_t_requirement_nlv"] = (reg_t_excess(margin).requirement + without_value).item()
    if "minimum_equity" in case["expected"] or "minimum_equity_deficiency" in case["expected"]:
        regimes = both_regimes(book, under_portfolio_margin, strategy_margin)
        strategy = account_state(regimes).strategy
        assert isinstance(strategy, StrategyState)
        state = strategy.margin
        assert state is not None
        found["minimum_equity"] = float(state.minimum_equity[0])
        found["minimum_equity_deficiency"] = float(state.minimum_equity_deficiency[0])
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_corner(case: dict[str, Any]) -> None:
    found = figures(case)
    for key, expected in case["expected"].items():
        assert found[key] == pytest.approx(expected, abs=0.01), (key, case["arithmetic"])
