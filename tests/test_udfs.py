"""The worksheet functions as a user meets them: defaults, shapes, refusals."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import subprocess
import sys
from importlib import import_module
from inspect import signature
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.books import Range
from tests.reading import read_book
from xlmargin import udfs
from xlmargin.excel import worksheet_function
from xlmargin.excel.ranges import strategy_margined
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.strategy_margin import RequirementKind, optimality_gap_note

SETTINGS: Range = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.04]]
POSITIONS: Range = [
    ["symbol", "type", "quantity", "strike", "expiration", "price"],
    ["XYZ", "stock", 500, None, None, 500],
    ["XYZ", "call", -5, 500, "2026-12-18", 10],
    ["XYZ", "put", 5, 500, "2026-12-18", 10.2],
    ["USD", "cash", 20_000, None, None, None],
]
MARKET: Range = [["symbol", "price", "class"], ["XYZ", 500, "stock"]]
OF_DATES = {"MARGIN_HISTORY", "MARGIN_HISTORY_SUMMARY", "MARGIN_CHANGE"}
OF_PROBLEMS = {"XLM_CHECK", "XLM_MESSAGES"}
"""Functions of a book that want dates in it, and those that answer problems, not refusals."""
PARAMETERS = {
    name: [*signature(entry.function).parameters]
    for name, entry in REGISTRY.items()
    if entry.function.__module__ == "xlmargin.udfs"
}
BOOK_FUNCTIONS = [
    name
    for name, parameters in PARAMETERS.items()
    if parameters[:4] == ["positions", "market", "settings", "dividends"]
    and name not in OF_DATES | OF_PROBLEMS
]
"""Every function of a book alone: a new one is among them without an entry."""


def call(name: str, *ranges: object, **named: object) -> object:
    return getattr(udfs, name)(*ranges, **named)


def changed(row: int, column: str, value: object) -> Range:
    """The positions with one cell changed; row 1 is the headings, as on a sheet."""
    rows = [list(r) for r in POSITIONS]
    rows[row - 1][POSITIONS[0].index(column)] = value
    return rows


def test_a_clone_has_the_functions_by_their_short_name() -> None:
    clone = import_module("udfs")
    ours = [n for n, e in REGISTRY.items() if e.function.__module__ == "xlmargin.udfs"]
    assert len(ours) >= 29
    assert {n: getattr(clone, n) for n in ours} == {n: getattr(udfs, n) for n in ours}


@pytest.mark.parametrize("name", BOOK_FUNCTIONS)
def test_answers_are_plain_rectangles_without_gaps(name: str) -> None:
    answer = call(name, POSITIONS, MARKET, SETTINGS)
    rows = answer if isinstance(answer, list) else [[answer]]
    assert len({len(row) for row in rows}) == 1
    for value in (cell for row in rows for cell in row):
        assert type(value) in (str, float, bool)
        assert not isinstance(value, float) or math.isfinite(value)
        assert not str(value).startswith("#XLM!")


@pytest.mark.parametrize("name", BOOK_FUNCTIONS)
@pytest.mark.parametrize("left_out", [None, "", [[None]], [["", ""]], []])
def test_an_empty_optional_range_is_left_out(
    name: str, left_out: list[list[Any]] | str | None
) -> None:
    whole = call(name, POSITIONS, None, SETTINGS)
    assert call(name, POSITIONS, left_out, SETTINGS, left_out) == whole


@pytest.mark.parametrize("name", BOOK_FUNCTIONS)
def test_arrays_and_frames_are_ranges_too(name: str) -> None:
    whole = call(name, POSITIONS, MARKET, SETTINGS)
    frame = pd.DataFrame(POSITIONS[1:], columns=POSITIONS[0])
    array = np.array(POSITIONS, dtype=object)
    assert call(name, frame, MARKET, SETTINGS) == whole
    assert call(name, array, MARKET, SETTINGS) == whole
    assert call(name, tuple(map(tuple, POSITIONS)), MARKET, SETTINGS) == whole


@pytest.mark.parametrize("name", [n for n in BOOK_FUNCTIONS if "headers" in PARAMETERS[n]])
def test_headers_can_be_left_out(name: str) -> None:
    whole = call(name, POSITIONS, MARKET, SETTINGS)
    assert call(name, POSITIONS, MARKET, SETTINGS, headers=False) == whole[1:]


REFUSED = [
    (changed(3, "type", "putt"), "positions, row 3, type: found 'putt'"),
    (changed(3, "quantity", "1,5"), "positions, row 3, quantity: found the text '1,5'"),
    (changed(3, "quantity", -2.5), "positions, row 3, quantity: found -2.5"),
    (changed(3, "strike", 0), "positions, row 3, strike: found 0"),
    (changed(3, "expiration", "5.12.2026"), "positions, row 3, expiration: found the text"),
    (changed(3, "expiration", "2026-11-19"), "positions, row 3, expiration: found '2026-11-19'"),
    (changed(3, "price", 0), "positions, row 3, price: found 0"),
    (changed(3, "price", -1), "positions, row 3, price: found -1"),
    (changed(3, "price", None), "positions, row 3, price: found nothing"),
    (changed(3, "price", "#REF!"), "positions, row 3, price: found the error #REF!"),
    (changed(3, "symbol", "=1+1"), "positions, row 3, symbol: found '=1+1'"),
    (changed(3, "symbol", "ABC"), "positions, row 3"),
    (changed(1, "quantity", "how many"), "quantity"),
]


@pytest.mark.parametrize("name", BOOK_FUNCTIONS)
@pytest.mark.parametrize(("positions", "message"), REFUSED, ids=[m for _, m in REFUSED])
def test_refused_by_range_row_and_column(
    name: str, positions: list[list[Any]], message: str
) -> None:
    answer = call(name, positions, MARKET, SETTINGS)
    assert isinstance(answer, str)
    assert answer.startswith("#XLM! ")
    assert message in answer
    assert "wanted" in answer


@pytest.mark.parametrize("name", ["PM_REQUIREMENT", "MARGIN_EFFICIENCY", "XLM_EXPLAIN"])
def test_a_price_above_every_value_is_refused_where_value_is_taken(name: str) -> None:
    answer = call(name, changed(3, "price", 600), MARKET, SETTINGS)
    assert answer.startswith("#XLM! positions, row 3, price: found 600")


def test_a_price_without_volatility_is_refused_by_row_and_in_the_check() -> None:
    deep = changed(3, "strike", 400)  # a call 100 in the money at 10 has no implied volatility
    answer = call("PM_REQUIREMENT", deep, MARKET, SETTINGS)
    assert answer.startswith("#XLM! positions, row 3, price: found 10 for -5 XYZ")
    row = call("XLM_CHECK", deep, MARKET, SETTINGS)[2]
    assert row[:4] == ["error", "positions", 3.0, "price"]
    given = [[*deep[0], "volatility"], *([*row, 0.3] for row in deep[1:])]
    assert isinstance(call("PM_REQUIREMENT", given, MARKET, SETTINGS), float)


def test_positions_outside_portfolio_margin_keep_their_strategy_based_requirement() -> None:
    market = [["symbol", "price", "marginable"], ["XYZ", 500, True], ["OTC", 50, False]]
    spread = [["OTC", "put", -2, 45, "2027-01-15", 2.0], ["OTC", "put", 2, 40, "2027-01-15", 1.0]]
    stock = [["OTC", "stock", 100, None, None, 50]]
    alone = call("PM_REQUIREMENT", POSITIONS, market, SETTINGS)
    # 4210(c)(6): the whole value of stock that is not marginable
    whole = call("PM_REQUIREMENT", [*POSITIONS, *stock], market, SETTINGS)
    assert whole - alone == pytest.approx(5_000)
    tree = call("XLM_EXPLAIN", [*POSITIONS, *stock], market, SETTINGS)
    assert any(row[1] == 5_000 and row[3] == "FINRA 4210(c)(6)" for row in tree)
    # maximum loss 1,000 in a book that gives options no value; equity here counts 400 - 200
    whole = call("PM_REQUIREMENT", [*POSITIONS, *spread], market, SETTINGS)
    assert whole - alone == pytest.approx(1_000 - 400 + 200)
    shares = call("PM_CONTRIBUTION", [*POSITIONS, *spread], market, SETTINGS, None, False)
    assert sum(row[3] for row in shares) == pytest.approx(whole)
    assert [row[2] for row in shares[-2:]] == pytest.approx([800 - 200, 800 - (spread_short())])
    tree = call("XLM_EXPLAIN", [*POSITIONS, *spread], market, SETTINGS)
    assert any("Not eligible" in row[0] for row in tree)
    path = call("PM_PATH", [*POSITIONS, *stock], market, SETTINGS, None, -0.5, False)[0]
    assert path[2] == pytest.approx(2_500 + 375)


def spread_short() -> float:
    """Requirement of the short puts by themselves beside their value: 20% less 5 out, or 10%."""
    return 2 * 100 * max(0.20 * 50 - 5, 0.10 * 45)


def test_volatility_index_before_its_filing_takes_the_same_range() -> None:
    market = [["symbol", "price", "class", "spot_is_forward"], ["VIX", 15, "vol_index", True]]
    option = [POSITIONS[0], ["VIX", "call", 1, 15, "2015-12-16", 1.5]]
    before, after = ([["name", "value"], ["as_of", f"2014-0{day}"]] for day in ("6-30", "7-01"))
    found = call("PM_REQUIREMENT", option, market, before)
    assert found == pytest.approx(call("PM_REQUIREMENT", option, market, after), rel=0.01)


def test_several_problems_are_listed_at_once() -> None:
    positions = changed(3, "type", "putt")
    positions[3][2] = "x"
    listed = call("XLM_CHECK", positions, MARKET, SETTINGS)
    assert listed[1] == ["2 errors", "", "", "", "", ""]
    assert [row[2:4] for row in listed[2:]] == [[3.0, "type"], [4.0, "quantity"]]


def test_check_says_so_when_nothing_is_wrong() -> None:
    headings, shares, cash = POSITIONS[0], POSITIONS[1], POSITIONS[4]
    held = [[*headings, "cost"], [*shares, 100.0], [*cash, None]]
    named = ("account_type", "portfolio"), ("house", "rule"), ("basis", "deposit"), ("sma", 0)
    named += (("smile", "sticky_strike"),)
    # each of these changes a figure that does not say so where it is left out
    settings = [*SETTINGS, *map(list, named)]
    assert call("XLM_CHECK", held, MARKET, settings)[1][0] == "no problems"


def test_a_mixed_range_names_points_and_a_common_one_shows_moves() -> None:
    market = [*MARKET, ["SPX", 5000, "index_high_cap"]]
    mixed = [*POSITIONS, ["SPX", "put", 1, 4800, "2026-12-18", 30]]
    settings = SETTINGS
    headings = call("PM_RISK_ARRAY", mixed, market, settings)[0]
    assert headings[2:] == ["D5", "D4", "D3", "D2", "D1", "U1", "U2", "U3", "U4", "U5"]
    moves = call("PM_RISK_ARRAY", POSITIONS, MARKET, settings)[0][2:]
    assert moves == pytest.approx([-0.15, -0.12, -0.09, -0.06, -0.03, 0.03, 0.06, 0.09, 0.12, 0.15])


def test_inverse_fund_by_itself_is_shown_from_its_lowest_move() -> None:
    market = [["symbol", "price", "class", "leverage"], ["SDS", 20, "etf_broad", -2]]
    array = call("PM_RISK_ARRAY", [POSITIONS[0], ["SDS", "stock", 100, None, None, 20]], market)
    assert array[0][2] == pytest.approx(-0.30)  # RN 09-53: 15% times the factor
    assert array[1][2] == pytest.approx(-600)
    assert array[1][-1] == pytest.approx(600)


def test_stress_and_path_take_rows_columns_and_refuse_percents() -> None:
    by_row = call("PM_STRESS", POSITIONS, MARKET, SETTINGS, None, [[-0.1, 0, 0.1]], 0)
    by_column = call("PM_STRESS", POSITIONS, MARKET, SETTINGS, None, [[-0.1], [0], [0.1]], 0)
    assert by_row == by_column
    assert [row[0] for row in by_row] == ["spot move", -0.1, 0.0, 0.1]
    refused = call("PM_PATH", POSITIONS, MARKET, SETTINGS, None, [[-15]])
    assert refused.startswith("#XLM! moves, row 1: found -15")


def test_stress_at_no_move_is_no_gain() -> None:
    grid = call("PM_STRESS", POSITIONS, MARKET, SETTINGS, None, 0, 0, False)
    assert grid[0][1] == pytest.approx(0, abs=0.01)


def test_path_counts_cash_of_rows_and_settings() -> None:
    settings = [*SETTINGS, ["cash", 1_000]]
    row = call("PM_PATH", POSITIONS, MARKET, settings, None, 0, False)[0]
    assert row[1] == pytest.approx(500 * 500 - 5_000 + 5_100 + 20_000 + 1_000)
    assert row[2] == pytest.approx(call("PM_REQUIREMENT", POSITIONS, MARKET, SETTINGS))
    assert row[3] == pytest.approx(row[1] - row[2])


def test_beside_a_volatility_the_price_is_the_value_and_the_model_the_base() -> None:
    positions = [[*POSITIONS[0], "volatility"], ["XYZ", "call", 1, 500, "2026-12-18", 30, 0.2]]
    array = call("PM_RISK_ARRAY", positions, MARKET, SETTINGS, None, "account", None, False)[0]
    at_model = [*SETTINGS, ["base_value", "model"]]
    assert (
        call("PM_RISK_ARRAY", positions, MARKET, at_model, None, "account", None, False)[0] == array
    )
    value = udfs.OPT_PRICE("call", 500, 500, "2026-12-18", "2026-11-20", 0.2, 0.04)
    worth = [
        call("PM_PATH", positions, MARKET, [*settings, ["cash", 0]], None, [[0.0]], False)[0][1]
        for settings in (SETTINGS, at_model)
    ]
    assert worth == pytest.approx([3_000, 100 * value])


def test_sticky_moneyness_moves_along_the_smile_and_flat_smiles_do_not() -> None:
    strikes = [(450, 0.30), (500, 0.25), (550, 0.20)]
    headings = [*POSITIONS[0], "volatility"]
    skewed = [["XYZ", "put", 1, k, "2027-05-21", None, v] for k, v in strikes]
    flat = [[*row[:6], 0.25] for row in skewed]
    sticky = [*SETTINGS, ["smile", "sticky_moneyness"]]
    for rows, same in ((flat, True), (skewed, False)):
        one = call(
            "PM_RISK_ARRAY", [headings, *rows], MARKET, SETTINGS, None, "account", None, False
        )
        two = call("PM_RISK_ARRAY", [headings, *rows], MARKET, sticky, None, "account", None, False)
        assert (one[0][2:] == pytest.approx(two[0][2:], abs=1e-6)) is same


def test_same_moneyness_takes_the_volatility_that_strike_has_now() -> None:
    positions = [
        [*POSITIONS[0], "volatility"],
        ["XYZ", "put", 1, 425, "2027-05-21", None, 0.35],
        ["XYZ", "put", 1, 500, "2027-05-21", None, 0.25],
    ]
    sticky = [*SETTINGS, ["smile", "sticky_moneyness"], ["base_value", "model"]]
    row = call("PM_RISK_ARRAY", positions, MARKET, sticky, None, "position", None, False)[0]
    at = ["put", 425, 425, "2027-05-21", "2026-11-20"]  # after -15%, at the money as 500 is now
    now = udfs.OPT_PRICE("put", 500, 425, "2027-05-21", "2026-11-20", 0.35, 0.04)
    assert row[2] == pytest.approx(100 * (udfs.OPT_PRICE(*at, 0.25, 0.04) - now), abs=0.01)


def test_as_of_falls_back_to_today_only_at_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (udfs, worksheet_function):
        monkeypatch.setattr(module, "TODAY", lambda: dt.date(2026, 11, 20))
    stated = call("PM_REQUIREMENT", POSITIONS, MARKET, SETTINGS)
    assert call("PM_REQUIREMENT", POSITIONS, MARKET, [SETTINGS[0], SETTINGS[2]]) == stated


def test_option_functions_take_ranges_of_any_matching_shape() -> None:
    row, column = [[90, 100, 110]], [["2027-01-15"], ["2027-06-18"]]
    table = udfs.OPT_PRICE("call", 100, row, column, "2026-11-20", 0.3, 0.04)
    assert [len(table), len(table[0])] == [2, 3]
    alone = udfs.OPT_PRICE("call", 100, 110, "2027-06-18", "2026-11-20", 0.3, 0.04)
    assert table[1][2] == pytest.approx(alone, abs=1e-9)
    bad = udfs.OPT_PRICE("call", 100, row, [["2027-01-15", "2027-06-18"]], "2026-11-20", 0.3)
    assert bad.startswith("#XLM! arguments: found ranges of 1 x 2 and 1 x 3")


def test_option_without_a_volatility_for_its_price_has_no_value() -> None:
    row = udfs.OPT_IV("put", 100, [[90, 120]], "2027-01-15", "2026-11-20", [[1.5, 12.0]], 0.04)
    assert isinstance(row[0][0], float)
    assert row[0][1] == "#N/A"


def test_an_empty_element_of_a_range_has_no_value() -> None:
    assert udfs.OPT_PRICE("put", 100, [[90, None]], "2027-01-15", "2026-11-20", 0.3)[0][1] == "#N/A"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("cal", 100, 90, "2027-01-15", "2026-11-20", 0.3), "type: row 1"),
        (("call", -1, 90, "2027-01-15", "2026-11-20", 0.3), "spot, row 1, column 1: found -1"),
        (("call", 100, "x", "2027-01-15", "2026-11-20", 0.3), "strike, row 1"),
        (("call", 100, 90, "2026-01-15", "2026-11-20", 0.3), "expiration: found 2026-01-15"),
        (("call", 100, 90, "2027-01-15", "2026-11-20", None), "volatility: found nothing"),
        (("call", 100, 90, "2027-01-15", "2026-11-20", -0.3), "volatility, row 1"),
    ],
)
def test_option_arguments_are_refused_by_name(
    arguments: tuple[str, int, int | str, str, str, float | None], message: str
) -> None:
    answer = udfs.OPT_PRICE(*arguments)
    assert answer.startswith("#XLM! ")
    assert message.replace(": row", ", row") in answer


def test_cash_dividends_lower_a_call() -> None:
    at = ("call", 100, 100, "2027-01-15", "2026-11-20", 0.3, 0.04, 0, "american")
    paid = [["ex_date", "amount"], ["2026-12-15", 2.0]]
    past = [["ex_date", "amount"], ["2026-11-20", 2.0], ["2027-01-16", 2.0]]
    assert udfs.OPT_PRICE(*at, paid) < udfs.OPT_PRICE(*at) - 0.3
    assert udfs.OPT_PRICE(*at, past) == pytest.approx(udfs.OPT_PRICE(*at))


def test_rules_are_shown_with_date_paragraph_and_remark() -> None:
    value, unit, effective, paragraph, _, _, remark, *_ = udfs.XLM_RULE("contract minimum")[0]
    assert (value, unit, paragraph) == (0.375, "dollars per unit", "FINRA 4210(g)(7)(B)")
    assert effective == 39_069  # 18 December 2006, 71 FR 75781
    assert remark in (None, "")
    assert "unconfirmed" in udfs.XLM_RULE("product_group_offset")[1][6]
    assert "contract_minimum" in udfs.XLM_RULE("contract minimun")


def test_rules_are_shown_with_headings_and_where_they_were_compared_where_wanted() -> None:
    """Without the argument no headings: formulas in workbooks take the first row for a number."""
    day = "2026-11-20"
    bare = udfs.XLM_RULE("margin_minimum_equity", day)
    headings, *rows = udfs.XLM_RULE("margin_minimum_equity", day, None, True)
    assert rows == bare
    found = dict(zip(headings, rows[0], strict=True))
    assert found["value"] == 2_000
    assert found["checked"] == 46_355  # 29 November 2026, as the file of the rule has it
    assert found["source"].startswith("FINRA, Interpretations of Rule 4210")
    assert [*headings[:7]] == [
        "value", "unit", "effective", "paragraph", "for", "states", "remark",
    ]  # fmt: skip


def test_symbol_of_a_weekly_index_option() -> None:
    assert udfs.XLM_SYMBOL("SPXW  261218P04500000") == [["SPX", 46_374.0, "put", 4_500.0]]
    assert udfs.XLM_SYMBOL("hello").startswith("#XLM! symbol: found 'hello'")


def test_every_function_is_described_for_every_host() -> None:
    assert set(BOOK_FUNCTIONS) <= REGISTRY.keys()
    for function in REGISTRY.values():
        assert function.doc
        assert all(0 < len(argument.doc) <= 255 for argument in function.arguments)


def test_cash_account_spread_is_explained_though_its_short_may_not_stand_alone() -> None:
    positions = [
        POSITIONS[0],
        ["SPX", "call", -1, 7_000, "2026-12-18", 100],
        ["SPX", "call", 1, 7_100, "2026-12-18", 90],
    ]
    market = [["symbol", "price", "class"], ["SPX", 6_500, "index_high_cap"]]
    settings = [*SETTINGS, ["account_type", "cash"], ["basis", "initial"]]
    table = call("REGT_STRATEGIES", positions, market, settings, None, False)
    # 4210(f)(2)(N): the maximum loss, and the long in full
    assert sum(row[4] for row in table) == pytest.approx(10_000 + 9_000)
    assert "not permitted" in table[0][7]


def test_price_of_an_option_without_volatility_or_time_has_no_greeks() -> None:
    today = udfs.OPT_GREEKS("call", 110, 100, "2026-11-20", "2026-11-20", 0.2, 0.04)
    assert today[1] == [10.0, "#N/A", "#N/A", "#N/A", "#N/A", "#N/A"]
    still = udfs.OPT_GREEKS("call", 110, 100, "2027-11-20", "2026-11-20", 0, 0.04, 0, "european")
    assert still[1][0] == pytest.approx(110 - 100 * math.exp(-0.04))


def test_a_pairing_that_is_not_proven_least_says_so() -> None:
    book = read_book(POSITIONS, MARKET, SETTINGS)
    margin = strategy_margined(book)
    pairing = margin.classes[0].pairing(RequirementKind.MAINTENANCE)
    assert optimality_gap_note(pairing) == ""
    told = optimality_gap_note(dataclasses.replace(pairing, lower_bound=pairing.amount - 1_000))
    assert told.endswith(f"lower bound {pairing.amount - 1_000:,.2f}")


def test_only_ascii_digits_make_an_option_symbol() -> None:
    assert udfs.XLM_SYMBOL("XYZ261218C٠٠٥٠٠٠٠٠").startswith("#XLM! symbol")


def test_what_is_imported_is_out_of_the_collector_s_way() -> None:
    code = "import gc, xlmargin.udfs; print(gc.get_freeze_count() > len(gc.get_objects()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
