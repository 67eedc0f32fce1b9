"""Each kind of problem: found at its range, row and column, with what was found and is wanted."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.excel.ranges import (
    DIVIDENDS,
    MARKET,
    POSITIONS,
    SETTINGS,
    Range,
    errors,
    spoilt,
    warnings,
)
from tests.reading import check_book, read_book
from tests.refusals import assert_refused
from xlmargin.errors import InputError, Severity

OF_POSITIONS = [
    (2, "symbol", "=1+1", "ticker"),
    (2, "symbol", "@X", "a ticker"),
    (2, "symbol", "A\x07B", "ticker"),
    (2, "symbol", None, "ticker"),
    (2, "symbol", "#REF!", "value"),
    (2, "type", "putt", "stock"),
    (3, "type", None, "stock"),
    (3, "type", "option", "in an option symbol"),
    (2, "type", True, "stock"),
    (2, "quantity", None, "number"),
    (2, "quantity", "12,5", "number"),
    (2, "quantity", "5%", "number"),
    (2, "quantity", "€5", "US dollars"),
    (2, "quantity", "nan", "number"),
    (2, "quantity", "inf", "number"),
    (2, "quantity", "1_000", "number"),
    (2, "quantity", float("inf"), "number"),
    (2, "quantity", True, "number"),
    (2, "quantity", "#N/A", "value"),
    (2, "quantity", -2146826246, "value"),
    (3, "quantity", -1.5, "whole number"),
    (3, "strike", None, "strike"),
    (3, "strike", 0, "strike"),
    (3, "strike", -5, "strike"),
    (2, "strike", 95, "shares and cash"),
    (2, "expiration", "2026-12-18", "shares and cash"),
    (3, "expiration", None, "date"),
    (3, "expiration", "5/6/2026", "2026-05-06 or 2026-06-05"),
    (3, "expiration", "2026-02-30", "date"),
    (3, "expiration", "2026-12-18T10h", "date"),
    (3, "expiration", 20261338, "date"),
    (3, "expiration", dt.date(2026, 1, 14), "2026-01-15 or later"),
    (3, "price", -2, "price"),
    (2, "price", 0, "price"),
    (3, "price", None, "price"),
    (5, "price", 2, "for cash"),
    (3, "volatility", -0.2, "fraction"),
    (3, "volatility", 0, "fraction"),
    (3, "volatility", 25, "such as 0.25 or 25%"),
    (3, "style", "bermudan", "european"),
    (3, "multiplier", 0, "number"),
    (3, "multiplier", -100, "number"),
    (5, "multiplier", 100, "for cash"),
    (3, "cost", -1, "trade price"),
    (3, "underlying", "=X", "ticker"),
    (3, "underlying", "QQQ", "price"),
    (2, "underlying", "ABC", "shares are their own underlying"),
    (2, "account", "=cmd", "name"),
    (2, "account", "-1", "name"),
    (2, "group", "A\nB", "name"),
    (2, "group", "x" * 65, "name"),
]


@pytest.mark.parametrize(("row", "column", "cell", "kind"), OF_POSITIONS)
def test_a_cell_of_the_positions(row: int, column: str, cell: object, kind: str) -> None:
    (problem,) = errors(positions=spoilt(POSITIONS, row, column, cell))
    assert_refused(problem, ("positions", row, column), kind)
    assert len(str(problem)) <= 255


@pytest.mark.parametrize(
    ("column", "cell", "found"),
    [
        ("type", "putt", "'putt'"),
        ("type", "A\x07B", r"'A\x07B'"),
        ("type", None, "nothing"),
        ("type", True, "'TRUE'"),
        ("quantity", "12,5", "the text '12,5'"),
        ("quantity", "#REF!", "the error #REF!"),
        ("quantity", -2146826246, "the error #N/A"),
        ("quantity", float("inf"), "inf"),
        ("quantity", True, "TRUE"),
        ("quantity", -1.5, "-1.5"),
        ("price", -2, "-2"),
        ("expiration", dt.date(2026, 1, 14), "2026-01-14"),
    ],
)
def test_a_problem_says_what_stands_in_the_cell(column: str, cell: object, found: str) -> None:
    (problem,) = errors(positions=spoilt(POSITIONS, 3, column, cell))
    assert problem.found == found


OF_MARKET = [
    (2, "symbol", "=X", "ticker"),
    (2, "price", None, "price"),
    (2, "price", 0, "price"),
    (2, "price", "100,5", "number"),
    (2, "class", "fund", "stock"),
    (2, "leverage", 0, "factor"),
    (2, "leverage", 300, "factor"),
    (2, "dividend_yield", 1.5, "fraction"),
    (2, "rate", 4, "such as 0.04 or 4%"),
    (2, "rate", -0.51, "fraction"),
    (2, "volatility", 30, "such as 0.25 or 25%"),
    (2, "volatility", -1, "fraction"),
    (2, "class_group", "+A", "name"),
    (2, "index_scale", 0, "number"),
    (2, "marginable", "perhaps", "TRUE"),
    (2, "adv", -1, "number"),
    (3, "symbol", "xyz", "one row"),
]


@pytest.mark.parametrize(("row", "column", "cell", "kind"), OF_MARKET)
def test_a_cell_of_the_market(row: int, column: str, cell: object, kind: str) -> None:
    market = spoilt(MARKET, row, column, cell)
    problem = next(p for p in errors(market=market) if p.range == "market")
    assert_refused(problem, ("market", row, column), kind)


OF_SETTINGS = [
    ("as_of", "January", "date"),
    ("as_of", 12, "date"),
    ("rate", 4, "such as 0.04 or 4%"),
    ("rate 30d", "x", "fraction"),
    ("house", "goldman", "rule"),
    ("account_type", "ira", "margin"),
    ("basis", "best", "deposit"),
    ("smile", "flat", "sticky_strike"),
    ("base_value", "bid", "mark"),
    ("cash", "1,5", "dollars"),
    ("sma", "#REF!", "value"),
    ("contract_minimum", "x", "number"),
]


@pytest.mark.parametrize(("name", "value", "kind"), OF_SETTINGS)
def test_a_setting(name: str, value: object, kind: str) -> None:
    others = [row for row in SETTINGS if row[0].split()[0] != name.split()[0]]
    (problem,) = [p for p in errors(settings=[*others, [name, value]]) if p.row]
    assert_refused(problem, ("settings", len(others) + 1, name), kind)


@pytest.mark.parametrize("name", ["hous", "margin_rate", "valuation_range_sideways"])
def test_an_unknown_setting_is_refused(name: str) -> None:
    (problem,) = errors(settings=[*SETTINGS, [name, 1]])
    assert (problem.range, problem.row, problem.column) == ("settings", 3, "name")
    assert "a known setting" in problem.wanted


def test_a_mistyped_setting_is_told_what_was_meant() -> None:
    (problem,) = errors(settings=[*SETTINGS, ["hous", "schwab"]])
    assert problem.wanted == "a known setting (perhaps house?)"


def test_a_setting_stated_twice_is_refused() -> None:
    (problem,) = errors(settings=[*SETTINGS, ["Rate", 0.05]])
    assert "already given in row 2" in str(problem)


def test_a_flat_rate_beside_a_curve_is_refused() -> None:
    (problem,) = errors(settings=[*SETTINGS, ["rate 30d", 0.05]])
    assert "either a flat rate or a curve" in str(problem)


def test_two_rates_for_one_time_are_refused() -> None:
    (problem,) = errors(settings=[SETTINGS[0], ["rate 1y", 0.04], ["rate 365d", 0.05]])
    assert (problem.row, problem.column) == (3, "rate 365d")


def test_a_setting_that_lowers_a_requirement_is_refused() -> None:
    (problem,) = errors(settings=[*SETTINGS, ["valuation_range_up_stock", 0.01]])
    assert (problem.row, problem.column) == (3, "valuation_range_up_stock")
    assert "what the rulebook allows" in problem.wanted


def test_no_date_is_refused() -> None:
    (problem,) = errors(settings=[["rate", 0.04]])
    assert (problem.range, problem.row, problem.column) == ("settings", 0, "as_of")


@pytest.mark.parametrize(
    ("column", "cell", "kind"),
    [
        ("ex_date", "soon", "date"),
        ("ex_date", None, "date"),
        ("amount", None, "number"),
        ("amount", -0.5, "dollars per share"),
        ("symbol", "=X", "ticker"),
    ],
)
def test_a_cell_of_the_dividends(column: str, cell: object, kind: str) -> None:
    (problem,) = errors(dividends=spoilt(DIVIDENDS, 2, column, cell))
    assert_refused(problem, ("dividends", 2, column), kind)


@pytest.mark.parametrize(
    ("column", "cell", "kind"),
    [
        ("type", "put", "call"),
        ("type", "stock", "call"),
        ("strike", 505, "strike"),
        ("expiration", "2026-12-17", "expiration"),
    ],
)
def test_what_contradicts_the_option_symbol(column: str, cell: object, kind: str) -> None:
    row = ["XYZ   261218C00500000", "call", 1, 500, "2026-12-18", 2.5, None, "A"]
    found = errors(positions=spoilt([POSITIONS[0], row], 2, column, cell))
    assert_refused(found[0], ("positions", 2, column), kind)


def test_shares_of_an_index_are_refused() -> None:
    (problem,) = errors(positions=[*POSITIONS, ["IDX", "stock", 1, None, None, 5000.0, None, "A"]])
    assert (problem.row, problem.column) == (6, "symbol")
    assert "class of an index" in str(problem)


def test_an_underlying_whose_price_is_nowhere_is_named_once() -> None:
    row = ["ABC", "call", 1, 50, "2026-12-18", 1.0, None, "A"]
    (problem,) = errors(positions=[*POSITIONS, row, row])
    assert (problem.row, problem.column, problem.found) == (6, "symbol", "'ABC'")


def test_expired_by_its_option_symbol() -> None:
    row = ["XYZ   251219C00500000", None, 1, None, None, 2.5, None, "A"]
    (problem,) = errors(positions=[POSITIONS[0], row])
    assert (problem.row, problem.column) == (2, "symbol")
    assert "expired" in str(problem)


def test_an_option_that_expires_today_is_accepted() -> None:
    assert errors(positions=spoilt(POSITIONS, 3, "expiration", "2026-01-15")) == []


@pytest.mark.parametrize(
    ("row", "side", "column"),
    [(3, "buy", "quantity"), (2, "whatever", "side"), (2, "buy to close", "side")],
)
def test_a_side_that_contradicts_or_is_none(row: int, side: str, column: str) -> None:
    (problem,) = errors(positions=spoilt(POSITIONS, row, "Long/Short", side))
    assert (problem.row, problem.column) == (row, column)


@pytest.mark.parametrize("side", ["Short", "S", "SLD", "Written", "Sell to Open"])
def test_a_side_gives_a_quantity_its_sign(side: str) -> None:
    ranges = spoilt(POSITIONS, 2, "Long/Short", side), MARKET, SETTINGS
    assert read_book(*ranges).positions.quantity[0] == -100
    (note,) = [p for p in check_book(*ranges) if p.column == "side"]
    assert (note.severity, note.row) == (Severity.NOTE, 2)


@pytest.mark.parametrize(("row", "side"), [(2, "long"), (3, "SELL"), (3, None)])
def test_a_side_that_agrees_changes_nothing(row: int, side: str | None) -> None:
    assert errors(positions=spoilt(POSITIONS, row, "side", side)) == []


def test_two_prices_of_one_stock_and_no_market_to_decide() -> None:
    positions = [POSITIONS[0], POSITIONS[1], spoilt(POSITIONS, 2, "price", 105)[1]]
    (problem,) = errors(positions=positions, market=None)
    assert (problem.row, problem.column, problem.found) == (3, "price", "105")
    assert errors(positions=positions) == []


def test_foreign_cash_is_refused() -> None:
    (problem,) = errors(positions=spoilt(POSITIONS, 5, "symbol", "EUR"))
    assert "US dollars" in str(problem)


@pytest.mark.parametrize("heading", ["symbol", "quantity", "type", "strike", "expiration", "price"])
def test_a_missing_heading(heading: str) -> None:
    positions = [list(row) for row in POSITIONS]
    positions[0][positions[0].index(heading)] = heading[:-1] + "xq"
    at_heading = [p for p in errors(positions=positions) if p.row == 1]
    if heading == "price":
        assert errors(positions=positions)[0].column == "price"
    else:
        assert (at_heading[0].column, at_heading[0].row) == (heading, 1)
        assert heading[:-1] + "xq" in at_heading[0].found


def test_two_columns_of_one_heading_must_not_contradict_each_other() -> None:
    twice = spoilt(POSITIONS, 1, "qty", "qty")
    assert errors(positions=twice) == []
    (problem,) = errors(positions=spoilt(twice, 3, "qty", -2))
    assert (problem.row, problem.column) == (3, "quantity")


def test_rows_of_several_dates_are_not_added_up() -> None:
    positions = [
        [*row, day] for row, day in zip(POSITIONS, ["date", *range(46037, 46041)], strict=True)
    ]
    (problem,) = errors(positions=positions)
    assert problem.column == "date"


@pytest.mark.parametrize(
    "positions",
    [None, "", [], [[]], [[None]], 0, 5, "positions", "#REF!", [POSITIONS[0]], [["symbol"]]],
)
def test_no_positions_are_refused(positions: object) -> None:
    (problem, *_) = errors(positions=positions)
    assert problem.range == "positions"


def test_a_range_that_is_too_large() -> None:
    (problem,) = errors(positions=[POSITIONS[0], *[POSITIONS[1]] * 200_001])
    assert "200002 rows" in problem.found
    (problem,) = errors(positions=[["symbol", *["x"] * 200], *POSITIONS])
    assert "201 columns" in problem.found


def test_all_problems_are_found_at_once() -> None:
    positions = spoilt(spoilt(POSITIONS, 2, "type", "sharez"), 3, "price", "abc")
    market = spoilt(MARKET, 2, "price", -1)
    found = errors(positions, market, [*SETTINGS, ["hous", 1]], spoilt(DIVIDENDS, 2, "amount", -1))
    assert [(p.range, p.row) for p in found] == [
        ("positions", 2),
        ("positions", 3),
        ("market", 2),
        ("settings", 3),
        ("dividends", 2),
    ]


def test_one_problem_in_very_many_rows_is_one() -> None:
    positions: Range = [POSITIONS[0], *[["XYZ", "putt", 1, 1, 46374, 1, None, "A"]] * 5000]
    (problem,) = errors(positions=positions)
    assert (problem.row, len(problem.rows)) == (2, 5000)
    assert "rows 2-5001" in str(problem)


WARNINGS = [
    ({"positions": spoilt(POSITIONS, 2, "quantity", 0)}, ("positions", 2, "quantity")),
    ({"positions": spoilt(POSITIONS, 2, "price", 102)}, ("positions", 2, "price")),
    ({"positions": spoilt(POSITIONS, 3, "expiration", 46375)}, ("positions", 3, "expiration")),
    ({"positions": spoilt(POSITIONS, 2, "delta", 0.5)}, ("positions", 1, "delta")),
    ({"market": spoilt(MARKET, 2, "symbol", "SPX"), "positions": [POSITIONS[0], POSITIONS[3]]},
     ("market", 2, "class")),
    ({"settings": SETTINGS[:1]}, ("settings", 0, "rate")),
    ({"dividends": [*DIVIDENDS, ["ABC", "2026-03-02", 1]]}, ("dividends", 3, "symbol")),
]  # fmt: skip


@pytest.mark.parametrize(("ranges", "place"), WARNINGS)
def test_a_warning_does_not_refuse(ranges: dict[str, Range], place: tuple[str, int, str]) -> None:
    dividends = ranges.pop("dividends", None) if "positions" in ranges else ranges.get("dividends")
    ranges = {**ranges, "dividends": dividends}  # type: ignore[dict-item]
    assert place in [(p.range, p.row, p.column) for p in warnings(**ranges)]


def test_what_an_unknown_column_probably_means() -> None:
    (problem,) = [p for p in warnings(spoilt(POSITIONS, 2, "costs", 1)) if p.row == 1]
    assert problem.wanted == "a known heading (perhaps cost?)"
    with pytest.raises(InputError, match=r"multiplyer: found an unknown column"):
        warnings(spoilt(POSITIONS, 2, "multiplyer", 1))


def test_index_scales_that_do_not_fit() -> None:
    market = [*MARKET, ["MINI", 500.0, "index_broad", None, None, None, None, "IDX"]]
    (problem,) = warnings(market=market)
    assert (problem.row, problem.column) == (4, "index_scale")
    assert warnings(market=spoilt(market, 4, "index_scale", 0.1)) == []


def test_what_is_right_has_no_problem() -> None:
    assert warnings() == []
