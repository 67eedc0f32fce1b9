"""Published portfolio margin requirements and arrays, through the worksheet functions."""

from __future__ import annotations

from typing import Any

import pytest

from xlmargin import udfs
from xlmargin.validation import source
from xlmargin.validation.ranges import case_ranges

TABLE = source("cboe_2007_regt_vs_pm").cases
ARRAYS = source("quantlib_generated_tims_arrays").cases
ARTICLE = [c for c in source("seed_article").cases if "european" not in c["id"]]


def ids(case: dict[str, Any]) -> str:
    return case["id"]


@pytest.mark.parametrize("case", TABLE, ids=ids)
def test_exchange_table_of_2007(case: dict[str, Any]) -> None:
    assert udfs.PM_REQUIREMENT(*case_ranges(case)) == pytest.approx(
        case["expected"]["pm_requirement"], rel=3e-3
    )


@pytest.mark.parametrize("case", ARRAYS + source("seed_article").cases, ids=ids)
def test_requirement_of_arrays(case: dict[str, Any]) -> None:
    assert udfs.PM_REQUIREMENT(*case_ranges(case)) == pytest.approx(
        case["expected"]["pm_requirement"], rel=5e-3
    )


@pytest.mark.parametrize("case", ARRAYS + source("seed_article").cases, ids=ids)
def test_risk_array_of_account_and_legs(case: dict[str, Any]) -> None:
    expected = case["expected"]
    tolerance = max(1.0, 5e-3 * abs(expected["worst"]))
    ranges = case_ranges(case)
    account = udfs.PM_RISK_ARRAY(*ranges, None, "account")
    assert account[1][2:] == pytest.approx(expected["pnl"], abs=tolerance)
    legs = udfs.PM_RISK_ARRAY(*ranges, None, "position", None, False)
    for row, leg in zip(legs, expected.get("legs", []), strict=False):
        assert row[2:] == pytest.approx(leg["pnl"], abs=tolerance)


@pytest.mark.parametrize("case", ARRAYS, ids=ids)
def test_headings_are_the_moves_of_the_class(case: dict[str, Any]) -> None:
    headings = udfs.PM_RISK_ARRAY(*case_ranges(case), None, "class")[0]
    assert headings[:2] == ["class", "range"]
    assert headings[2:] == pytest.approx(case["expected"]["moves"])


@pytest.mark.parametrize("case", ARRAYS, ids=ids)
def test_implied_volatility_of_each_leg(case: dict[str, Any]) -> None:
    positions, market, _ = case_ranges(case)
    spot, rate, dividend_yield = market[1][1], market[1][5], market[1][6]
    for row, leg in zip(positions[1:], case["expected"]["legs"], strict=True):
        if leg["implied_vol"] is None:
            continue
        _, kind, _, strike, expiration, price, _, _, style = row
        volatility = udfs.OPT_IV(
            kind, spot, strike, expiration, "2007-02-23", price, rate, dividend_yield, style
        )
        assert volatility == pytest.approx(leg["implied_vol"], abs=5e-4)


def test_article_conversion_is_charged_the_minimum_of_ten_contracts() -> None:
    conversion = next(c for c in ARTICLE if c["id"] == "seed-array-conversion")
    groups = udfs.PM_GROUPS(*case_ranges(conversion))
    row = dict(zip(groups[0], groups[1], strict=True))
    assert row["requirement"] == 375
    assert row["binds"] == "minimum"


# What public tools get wrong, and what the rule's numbers must differ from.


def test_a_european_model_would_misprice_the_equity_rows() -> None:
    put = next(c for c in TABLE if c["id"] == "cboe07-ibm-protective-put")
    positions, market, settings = case_ranges(put)
    for row in positions[1:]:
        row[-1] = "european"
    european = udfs.PM_REQUIREMENT(positions, market, settings)
    assert european > 1.1 * put["expected"]["pm_requirement"]


def test_an_index_is_not_stressed_like_a_share() -> None:
    call = next(c for c in TABLE if c["id"] == "cboe07-spx-short-call")
    positions, market, settings = case_ranges(call)
    market[1][2] = "stock"
    assert udfs.PM_REQUIREMENT(positions, market, settings) > 2 * call["expected"]["pm_requirement"]
