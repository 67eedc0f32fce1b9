"""Contracts with what they are valued by, Greeks in dollars, payoffs, arrays at own moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import erf, exp, log, pi, sqrt
from typing import Any

import pytest

from xlmargin import udfs

HEADINGS = [
    "symbol", "type", "quantity", "strike", "expiration", "price", "volatility", "mark_spot",
    "forward", "account",
]  # fmt: skip
SETTINGS = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.04]]
MARKET = [
    ["symbol", "price", "class", "dividend_yield", "leverage", "volatility"],
    ["XYZ", 100, "stock", None, None, None],
    ["IDX", 5000, "index_broad", 0.02, None, None],
    ["VIX", 18, "vol_index", None, None, None],
    ["UP3", 50, "etf_broad", None, 3, 0.6],
]
YEAR = "2027-11-20"
STOCK = ["XYZ", "stock", 500, None, None, 100]
CASH = ["", "cash", 10_000]


def row(
    symbol: str,
    kind: str,
    quantity: float,
    strike: float,
    expiration: str,
    price: float | None = None,
    **more: Any,
) -> list[Any]:
    cells = {"symbol": symbol, "type": kind, "quantity": quantity, "strike": strike}
    cells |= {"expiration": expiration, "price": price, **more}
    return [cells.get(heading) for heading in HEADINGS]


def to_value(
    function: Callable[..., Any],
    *rows: list[Any],
    more: tuple[Any, ...] = (),
    dividends: list[list[Any]] | None = None,
    settings: Sequence[list[Any]] = (),
) -> list[list[Any]] | str:
    positions = [HEADINGS, *([*r, *[None] * (len(HEADINGS) - len(r))] for r in rows)]
    return function(positions, MARKET, [*SETTINGS, *settings], dividends, *more)


def by_heading(table: list[list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(table[0], each, strict=True)) for each in table[1:]]


def normal(x: float) -> float:
    return (1 + erf(x / sqrt(2))) / 2


def test_a_contract_s_terms_value_and_greeks_by_the_formula() -> None:
    # Black and Scholes, written out: F = 5000 e^0.02, one year, volatility 0.2, put of 4900
    [found] = by_heading(
        to_value(udfs.PM_CONTRACTS, row("IDX", "put", 2, 4900, YEAR, volatility=0.2))
    )
    d1 = (log(5000 / 4900) + 0.04 - 0.02 + 0.02) / 0.2
    d2, density = d1 - 0.2, exp(-(d1**2) / 2) / sqrt(2 * pi)
    value = 4900 * exp(-0.04) * normal(-d2) - 5000 * exp(-0.02) * normal(-d1)
    delta, gamma = -exp(-0.02) * normal(-d1), exp(-0.02) * density / (5000 * 0.2)
    theta = 0.04 * value - 0.02 * 5000 * delta - 0.5 * 0.04 * 5000**2 * gamma
    assert [found[h] for h in ("symbol", "type", "strike", "quantity", "source")] == [
        "IDX", "put", 4900.0, 2.0, "stated",
    ]  # fmt: skip
    expected = {
        "model value": value, "mark": value, "volatility": 0.2, "rate": 0.04,
        "dividend yield": 0.02, "forward": 5000 * exp(0.02), "years": 1.0, "delta": delta,
        "gamma": gamma, "vega": 5000 * exp(-0.02) * density, "theta": theta / 365,
    }  # fmt: skip
    assert {h: found[h] for h in expected} == pytest.approx(
        expected, rel=3e-4
    )  # Greeks are differences


def test_where_each_volatility_is_from() -> None:
    found = by_heading(
        to_value(
            udfs.PM_CONTRACTS,
            row("XYZ", "call", 1, 100, YEAR, 12.0),
            row("XYZ", "call", 1, 100, YEAR, 12.0, volatility=0.3),
            row("XYZ", "call", 1, 105, YEAR, 10.0, mark_spot=101),
            row("XYZ", "call", -1, 60, "2026-12-18", 40.0),
            row("UP3", "put", -1, 45, YEAR),
        )
    )
    words = ["solved", "stated", "moved", "least value", "market"]
    assert [each["source"] for each in found] == words
    assert found[3]["volatility"] == 0.0
    assert found[4]["volatility"] == 0.6
    assert found[2]["mark"] < 10.0


def test_rows_of_one_contract_are_one_and_prices_keep_them_apart() -> None:
    rows = [
        row("XYZ", "call", 3, 100, YEAR, 12.0, account="A"),
        row("XYZ", "call", -1, 100, YEAR, 12.0, account="B"),
        row("XYZ", "call", 5, 100, YEAR, 12.5, account="B"),
    ]
    found = by_heading(to_value(udfs.PM_CONTRACTS, *rows))
    assert [(each["mark"], each["quantity"]) for each in found] == [(12.0, 2.0), (12.5, 5.0)]


def test_a_stated_forward_and_dividends_are_in_the_forward_shown() -> None:
    future = row("VIX", "put", -1, 20, YEAR, 3.0, forward=20)
    [found] = by_heading(to_value(udfs.PM_CONTRACTS, future))
    assert found["forward"] == pytest.approx(20)
    assert found["dividend yield"] == pytest.approx(0.04 - log(20 / 18))
    paid = [["symbol", "ex_date", "amount"], ["XYZ", "2027-05-21", 2.0]]
    [found] = by_heading(
        to_value(udfs.PM_CONTRACTS, row("XYZ", "put", 1, 100, YEAR, 8.0), dividends=paid)
    )
    left = (365 - 182) / 365  # paid after 182 days, carried to the end
    assert found["forward"] == pytest.approx(100 * exp(0.04) - 2 * exp(0.04 * left))


def test_greeks_in_dollars_by_level() -> None:
    rows = [STOCK, row("IDX", "put", -2, 4900, YEAR, volatility=0.2), CASH]
    [contract] = by_heading(to_value(udfs.PM_CONTRACTS, rows[1]))
    by_position = by_heading(to_value(udfs.PM_GREEKS, *rows, more=("position",)))
    assert len(by_position) == 2  # cash has no row
    stock, put = by_position
    assert stock["exposure"] == stock["market value"] == 50_000
    assert [stock[h] for h in ("gamma per 1%", "vega per point", "theta per day")] == [0, 0, 0]
    units = -200
    assert put["exposure"] == pytest.approx(contract["delta"] * units * 5000)
    assert put["gamma per 1%"] == pytest.approx(contract["gamma"] * units * 5000**2 / 100)
    assert put["vega per point"] == pytest.approx(contract["vega"] * units / 100)
    assert put["theta per day"] == pytest.approx(contract["theta"] * units)
    equity = 60_000 + put["market value"]
    assert put["share of equity"] == pytest.approx(put["exposure"] / equity)
    [account] = by_heading(to_value(udfs.PM_GREEKS, *rows, more=("account",)))
    for heading in ("market value", "exposure", "share of equity", "theta per day"):
        assert account[heading] == pytest.approx(stock[heading] + put[heading])
    assert to_value(udfs.PM_GREEKS, *rows)[0][0] == "underlying"
    unknown = by_heading(to_value(udfs.PM_GREEKS, STOCK))
    assert unknown[0]["share of equity"] == "#N/A"  # cash is stated nowhere


def test_an_option_without_volatility_moves_as_its_value_does() -> None:
    deep = row("XYZ", "call", -1, 60, "2026-12-18", 40.0)
    [found] = by_heading(to_value(udfs.PM_GREEKS, deep, more=("position",)))
    assert found["exposure"] == pytest.approx(-100 * 100)
    assert (found["gamma per 1%"], found["vega per point"]) == (0, 0)
    # 40 more of strike discounted: the value grows by the interest on it
    assert found["theta per day"] == pytest.approx(100 * 60 * 0.04 * exp(-0.04 * 28 / 365) / 365)
    at_kink = row("XYZ", "call", -1, 100, "2026-11-20", 0.0)
    assert by_heading(to_value(udfs.PM_GREEKS, at_kink))[0]["exposure"] == "#N/A"


def test_the_payoff_at_expiration_by_hand() -> None:
    rows = [
        [*STOCK],
        row("XYZ", "call", -5, 105, "2026-12-18", 2.6),
        row("XYZ", "put", 5, 95, "2026-12-18", 2.1),
    ]
    moves = [-0.3, 0.0, 0.04, 0.3]
    table = to_value(udfs.PM_PROFILE, *rows, more=(moves, "2026-12-18"))
    # premium of 500 x (2.6 - 2.1) is kept, the stock moves between 95 and 105
    payoff = [250 - 2_500, 250, 250 + 2_000, 250 + 2_500]
    assert table[0] == ["underlying", *moves]
    assert [each[0] for each in table[1:]] == ["XYZ", "account, sum of all positions"]
    assert table[1][1:] == pytest.approx(payoff)
    assert table[2][1:] == pytest.approx(payoff)
    later = to_value(udfs.PM_PROFILE, *rows, more=(moves, "2027-06-18"))
    assert later[1][1:] == pytest.approx(payoff)


def test_the_payoff_of_today_is_the_stress_without_a_move_of_volatility() -> None:
    rows = [
        [*STOCK],
        row("IDX", "put", -2, 4900, YEAR, 300.0),
        row("UP3", "call", -1, 55, YEAR, 12.0),
    ]
    moves = [-0.2, 0.0, 0.1]
    stress = to_value(udfs.PM_STRESS, *rows, more=(moves, [0.0], False))
    table = to_value(udfs.PM_PROFILE, *rows, more=(moves,))
    assert table[-1][1:] == pytest.approx([each[1] for each in stress])
    assert [sum(column) for column in zip(*(r[1:] for r in table[1:-1]), strict=True)] == (
        pytest.approx(table[-1][1:])
    )
    # three times the market's move, and the option by its value
    fund = to_value(udfs.PM_PROFILE, ["UP3", "stock", 10, None, None, 50], more=(moves,))
    assert fund[1][1:] == pytest.approx([10 * 50 * -0.6, 0, 10 * 50 * 0.3])


def test_where_nothing_moves_nothing_is_gained() -> None:
    """To the last bit, whatever the search for a volatility leaves of the price."""
    paid = [["symbol", "ex_date", "amount"], ["XYZ", "2027-01-15", 2.0]]
    for call in (row("XYZ", "call", -3, 105, YEAR, 4.37), row("XYZ", "put", 7, 120, YEAR, 23.11)):
        table = to_value(udfs.PM_PROFILE, call, more=([0.1, 0.0],), dividends=paid)
        assert table[1][2] == 0.0 != table[1][1]


def test_time_passes_by_the_formula_and_so_do_dividends() -> None:
    put = row("IDX", "put", -2, 4900, YEAR, volatility=0.2)
    half = row("IDX", "put", -2, 4900, "2027-05-22", volatility=0.2)  # 183 days
    later = to_value(udfs.PM_PROFILE, put, more=([0.1], "2027-05-21"))[1][1]
    value = {
        name: by_heading(to_value(udfs.PM_CONTRACTS, each))[0]["model value"]
        for name, each in (("now", put), ("half", half))
    }
    moved = udfs.OPT_PRICE("put", 5500, 4900, YEAR, "2027-05-21", 0.2, 0.04, 0.02, "european")
    assert later == pytest.approx(-200 * (moved - value["now"]))
    paid = [["symbol", "ex_date", "amount"], ["XYZ", "2027-01-15", 2.0]]
    call = row("XYZ", "call", 1, 100, YEAR, volatility=0.3)
    gone = to_value(udfs.PM_PROFILE, call, more=([0.0], "2027-05-21"), dividends=paid)[1][1]
    base = by_heading(to_value(udfs.PM_CONTRACTS, call, dividends=paid))[0]["model value"]
    after = udfs.OPT_PRICE("call", 100, 100, YEAR, "2027-05-21", 0.3, 0.04)
    assert gone == pytest.approx(100 * (after - base))


def test_a_day_before_the_prices_is_refused() -> None:
    refused = to_value(udfs.PM_PROFILE, STOCK, more=([0.1], "2026-11-19"))
    assert refused.startswith("#XLM! day: found 2026-11-19, wanted 2026-11-20")
    assert to_value(udfs.PM_PROFILE, STOCK, more=([0.1], "2026-11-20"))[1][1] == pytest.approx(
        5_000
    )


def test_the_risk_array_at_own_moves() -> None:
    rows = [[*STOCK], row("IDX", "put", -2, 4900, YEAR, 300.0), ["UP3", "stock", 10, None, None]]
    table = to_value(udfs.PM_RISK_ARRAY, *rows, more=("account", [0.1, -0.2, 0.0]))
    assert table[0] == ["account", "range", 0.1, -0.2, 0.0]
    stress = to_value(udfs.PM_STRESS, *rows, more=([0.1, -0.2, 0.0], [0.0], False))
    assert table[1][2:] == pytest.approx([each[1] for each in stress])
    [stock, _, fund] = to_value(
        udfs.PM_RISK_ARRAY, *rows, more=("position", [0.1, -0.2, 0.0], False)
    )
    assert stock[1:] == ["-20% +10%", *map(pytest.approx, (5_000, -10_000, 0))]
    assert fund[1:] == ["-60% +30%", *map(pytest.approx, (150, -300, 0))]


@pytest.mark.parametrize("level", ["position", "class", "product", "account"])
def test_the_valuation_points_as_own_moves_answer_the_same_array(level: str) -> None:
    rows = [[*STOCK], row("XYZ", "call", -5, 105, "2026-12-18", 2.6)]
    usual = to_value(udfs.PM_RISK_ARRAY, *rows, more=(level,))
    points = [-0.15, -0.12, -0.09, -0.06, -0.03, 0.03, 0.06, 0.09, 0.12, 0.15]
    own = to_value(udfs.PM_RISK_ARRAY, *rows, more=(level, [points]))
    assert own[0] == pytest.approx(usual[0])
    assert own[1][:2] == usual[1][:2]
    assert own[1][2:] == pytest.approx(usual[1][2:])


def test_moves_that_are_none_are_refused() -> None:
    for moves in ([-1.5], ["much"], [[None, 12]]):
        assert to_value(udfs.PM_RISK_ARRAY, STOCK, more=("class", moves)).startswith("#XLM! moves")
        assert to_value(udfs.PM_PROFILE, STOCK, more=(moves,)).startswith("#XLM! moves")
