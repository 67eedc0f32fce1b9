"""The moves that take the excess away: worked out by hand, and repriced from the ranges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.account.accounts import HEADINGS, MARGIN, answered, cash, option, stock, totals
from tests.reading import read_book
from xlmargin import computing, udfs
from xlmargin.account import known_pairings, portfolio_excess, strategy_excess
from xlmargin.account.shocked_prices import shocked_prices
from xlmargin.regimes import under_portfolio_margin
from xlmargin.strategy_margin import RequirementKind, strategy_lines, strategy_margin
from xlmargin.strategy_margin.pairing.least_pairing import requirement_of


def test_long_stock() -> None:
    # LMV = debit / 0.75: 10,000 for 7,500; portfolio margin at debit / 0.85
    found = totals(stock(100, 160), cash(-7_500))
    assert found["strategy move down"] == pytest.approx(10_000 / 16_000 - 1, abs=1e-9)
    assert found["portfolio move down"] == pytest.approx(7_500 / 0.85 / 16_000 - 1, abs=1e-9)
    assert found["strategy move up"] == found["portfolio move up"] == "none"


def test_short_stock() -> None:
    # SMV = credit / 1.30: 17,307.69 for 22,500
    found = totals(stock(-100, 150), cash(22_500))
    assert found["strategy move up"] == pytest.approx(22_500 / 1.30 / 15_000 - 1, abs=1e-9)
    assert found["portfolio move up"] == pytest.approx(22_500 / 1.15 / 15_000 - 1, abs=1e-9)
    assert found["strategy move down"] == "none"


def test_a_leveraged_fund_moves_by_its_factor() -> None:
    # three times 25% of the fund: debit 1,000 is met down to 4,000, the fund 60% lower
    market = [["symbol", "price", "class", "leverage"], ["TQQQ", 100, "etf_broad", 3]]
    found = totals(stock(100, 100, "TQQQ"), cash(-1_000), market=market)
    assert found["strategy move down"] == pytest.approx(-0.20, abs=1e-9)
    # portfolio margin asks 45%: V - 1,000 = 0.45 V
    assert found["portfolio move down"] == pytest.approx((1_000 / 0.55 / 1e4 - 1) / 3, abs=1e-9)


def test_a_fund_follows_an_index_that_nobody_holds_in_several_accounts_too() -> None:
    # the fund takes the index's 8%: V - 7,500 = 0.08 V; by itself it would be asked 15%
    market = [
        ["symbol", "price", "class", "class_group", "product_group"],
        ["FUND", 100, "etf_broad", "IDX", "high_cap"],
        ["IDX", 1_000, "index_high_cap", "IDX", "high_cap"],
        ["XYZ", 50, "stock", None, None],
    ]
    rows = [
        stock(100, 100, "FUND", "a"),
        cash(-7_500, "a"),
        stock(10, 50, "XYZ", "b"),
        cash(0, "b"),
    ]
    found = {row[0]: row[4] for row in answered(*rows, market=market)}
    assert found["figure"] == "a"
    assert found["portfolio requirement"] == pytest.approx(800)
    assert found["portfolio move down"] == pytest.approx(7_500 / 0.92 / 1e4 - 1, abs=1e-9)


def test_no_excess_now_is_a_move_of_none() -> None:
    found = totals(stock(100, 70), cash(-6_500))
    assert found["strategy excess"] < 0
    assert [found[f"{r} move {d}"] for r in ("strategy", "portfolio") for d in ("down", "up")] == [
        0.0
    ] * 4
    # excess of exactly nothing is nothing; a cent more is not
    assert totals(stock(100, 80), cash(-6_000))["strategy move down"] == 0
    assert totals(stock(100, 80), cash(-5_999.99))["strategy move down"] < 0


def test_cash_alone_is_never_moved() -> None:
    found = totals(cash(1))
    assert found["strategy move down"] == found["portfolio move up"] == "none"


SYMBOLS = {"XYZ": 100.0, "ABC": 50.0, "LEV": 40.0, "SPX": 6_000.0}
OPTIONS = [*HEADINGS[:-2], "volatility"]
BOOKS = {
    "stock only": [
        ["XYZ", "stock", 300, None, None, None],
        ["ABC", "stock", -200, None, None, None],
        ["LEV", "stock", 50, None, None, None],
        ["USD", "cash", -4_000, None, None, None],
    ],
    "short strangles": [
        ["XYZ", "call", -5, 110, "2026-12-18", 0.35],
        ["XYZ", "put", -5, 90, "2026-12-18", 0.38],
        ["SPX", "put", -1, 5_700, "2027-01-15", 0.22],
        ["USD", "cash", 120_000, None, None, None],
    ],
    "spreads and stock": [
        ["XYZ", "stock", 1_000, None, None, None],
        ["XYZ", "call", -10, 105, "2027-01-15", 0.30],
        ["XYZ", "put", 5, 95, "2027-01-15", 0.33],
        ["ABC", "put", -8, 50, "2026-12-18", 0.40],
        ["ABC", "put", 8, 45, "2026-12-18", 0.45],
        ["ABC", "call", 3, 50, "2027-12-17", 0.35],
        ["USD", "cash", -52_000, None, None, None],
    ],
}


def ranges(
    book: str, move: float = 0.0
) -> tuple[list[list[Any]], list[list[Any]], list[list[Any]]]:
    """The book with every price moved, never below nothing, options at their own volatility."""
    factor = {"LEV": 2}
    market = [
        ["symbol", "price", "class", "leverage", "dividend_yield"],
        *(
            [
                symbol,
                max(price * (1 + factor.get(symbol, 1) * move), 1e-9),
                "index_broad" if symbol == "SPX" else "stock",
                factor.get(symbol, 1),
                0.01,
            ]
            for symbol, price in SYMBOLS.items()
        ),
    ]
    return [OPTIONS, *BOOKS[book]], market, MARGIN


@pytest.mark.parametrize("book", BOOKS)
def test_no_excess_is_left_when_everything_is_repriced_there(book: str) -> None:
    rows = udfs.MARGIN_ACCOUNT(*ranges(book))
    found = {row[0]: row[2] for row in rows[1:]}
    moved = 0
    for regime, excess, margined in (
        ("strategy", strategy_excess, strategy_margin),
        ("portfolio", portfolio_excess, under_portfolio_margin),
    ):
        assert found[f"{regime} excess"] > 0
        for direction in ("down", "up"):
            move = found[f"{regime} move {direction}"]
            if move == "none":
                continue
            moved += 1
            there = [
                excess(margined(read_book(*ranges(book, move + step)))).excess[0]
                for step in (-1e-6, 0.0, 1e-6)
            ]
            assert there[1] == pytest.approx(0, abs=0.01)
            assert there[0] * there[2] < 0  # to a millionth of a move
            # nothing before it on a grid of tenths of a percent
            for nearer in np.arange(0.0, abs(move) - 1e-6, max(abs(move) / 40, 0.001)):
                at = read_book(*ranges(book, float(np.copysign(nearer, move))))
                assert excess(margined(at)).excess[0] > 0
    assert moved >= 2


def test_an_option_with_a_price_keeps_the_volatility_of_its_price() -> None:
    rows = [stock(100, 100), option("put", -2, 95, 2.5), cash(-3_000)]
    found = totals(*rows)
    for regime, excess, margined in (
        ("strategy", strategy_excess, strategy_margin),
        ("portfolio", portfolio_excess, under_portfolio_margin),
    ):
        move = found[f"{regime} move down"]
        at = ("put", 95, "2026-12-18", "2026-11-20")
        volatility = udfs.OPT_IV(at[0], 100, *at[1:], 2.5, 0.04)
        spot = 100 * (1 + move)
        mark = udfs.OPT_PRICE(at[0], spot, *at[1:], volatility, 0.04)
        there = [stock(100, spot), option("put", -2, 95, mark), cash(-3_000)]
        book = read_book([HEADINGS, *there], None, MARGIN)
        assert excess(margined(book)).excess[0] == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("on_their_own", [False, True])
def test_several_accounts_answer_as_each_alone(on_their_own: bool) -> None:
    books = {
        "a": [stock(100, 100), cash(-4_000)],
        "b": [stock(-100, 100), option("call", 1, 110, 2.0), cash(17_000)],
        "c": [option("put", -3, 90, 1.5), option("call", -3, 115, 1.0), cash(12_000)],
    }
    if on_their_own:
        for name, own in books.items():
            books[name] = [[name.upper() if c == "XYZ" else c for c in row] for row in own]
    market = [["symbol", "price"], *([symbol, 100] for symbol in ("XYZ", "C", "B", "A"))]
    rows = [[*row[:-1], name] for name, own in books.items() for row in own]
    together = answered(*rows, market=market)
    assert together[0] == ["figure", "unit", "total", "rule", *books]
    for i, (name, own) in enumerate(books.items()):
        alone = answered(*([*row[:-1], name] for row in own), market=market)
        for whole, one in zip(together[1:], alone[1:], strict=True):
            if isinstance(one[2], str):
                assert whole[4 + i] == one[2]
            else:
                assert whole[4 + i] == pytest.approx(one[2], rel=1e-9, abs=1e-8), whole[0]
    for row in together[1:]:
        known = [value for value in row[4:] if isinstance(value, float)]
        if row[1] == "$" and known:
            assert row[2] == pytest.approx(sum(known))
        if " move " in row[0] and known:
            assert abs(row[2]) == min(map(abs, known))


def test_the_order_of_accounts_and_rows_does_not_matter() -> None:
    rows = [
        stock(100, 100, account="a"),
        cash(-4_000, "a"),
        stock(-100, 100, account="b"),
        cash(17_000, "b"),
    ]
    forth, back = answered(*rows), answered(*reversed(rows))
    assert back[0][4:] == ["b", "a"]
    for one, other in zip(forth[1:], back[1:], strict=True):
        for here, there in zip((one[2], *one[4:]), (other[2], *other[:3:-1]), strict=True):
            assert here == (there if isinstance(there, str) else pytest.approx(there, abs=1e-9))


def test_positions_outside_portfolio_margin_keep_their_requirement_after_a_move() -> None:
    # 4210(c)(6) asks the whole 5,000 and (g) 15% of 10,000: 15,000 - 6,500 of value V, debit 2,000
    market = [["symbol", "price", "marginable"], ["XYZ", 100, True], ["OTC", 50, False]]
    rows = [stock(100, 100), stock(100, 50, "OTC"), cash(-2_000)]
    expected = 2_000 / 8_500 - 1
    assert totals(*rows, market=market)["portfolio move down"] == pytest.approx(expected, abs=1e-9)
    several = [[*row[:-1], name] for name in ("a", "b") for row in rows]
    several[2] = cash(-3_000, "a")
    found = {row[0]: row for row in answered(*several, market=market)}
    assert found["portfolio move down"][4:] == pytest.approx(
        [3_000 / 8_500 - 1, expected], abs=1e-9
    )


def test_a_flat_smile_moves_alike_by_strike_and_by_moneyness() -> None:
    positions, market, settings = ranges("short strangles")
    flat = [positions[0], *([*row[:-1], 0.3] for row in positions[1:-1]), positions[-1]]
    sticky = [*settings, ["smile", "sticky_moneyness"]]
    one = udfs.MARGIN_ACCOUNT(flat, market, settings)
    other = udfs.MARGIN_ACCOUNT(flat, market, sticky)
    for here, there in zip(one[1:], other[1:], strict=True):
        assert there[2] == (
            here[2] if isinstance(here[2], str) else pytest.approx(here[2], rel=1e-6)
        )


def test_rows_of_one_price_and_two_volatilities_lie_between() -> None:
    headings = [*HEADINGS, "volatility"]

    def move(first: tuple[int, float], second: tuple[int, float]) -> float:
        rows = [[*option("put", n, 90, 1.0), volatility] for n, volatility in (first, second)]
        market = [["symbol", "price"], ["XYZ", 100]]
        answer = udfs.MARGIN_ACCOUNT([headings, *rows, cash(9_000)], market, MARGIN)
        return {row[0]: row[2] for row in answer[1:]}["strategy move down"]

    moves = [
        move((-3, 0.2), (-3, 0.2)),
        move((-4, 0.2), (-2, 0.6)),
        move((-2, 0.2), (-4, 0.6)),
        move((-3, 0.6), (-3, 0.6)),
    ]
    assert moves == sorted(set(moves))
    assert moves[-1] < 0


def test_a_pairing_that_only_pays_after_a_move_is_found() -> None:
    # now the puts require less uncovered than the 35 of their spread; far down, more
    options = [option("put", 5, 60, 0.05), option("put", -5, 95, 1.4)]
    held = [stock(500, 100), cash(-8_000)]
    move = totals(*held, *options)["strategy move down"]
    # 500 S - 8,000 is equity, 125 S on the stock and 17,500 on the spread: S is 68
    assert move == pytest.approx(-0.32, abs=1e-9)
    spot, when = 100 * (1 + move), ("2026-12-18", "2026-11-20")
    there = [stock(500, spot), held[1]]
    for _, kind, contracts, strike, _, price, _ in options:
        volatility = udfs.OPT_IV(kind, 100, strike, *when, price, 0.04)
        mark = udfs.OPT_PRICE(kind, spot, strike, *when, volatility, 0.04)
        there.append(option(kind, contracts, strike, mark))
    now, then = (
        strategy_margin(read_book([HEADINGS, *rows], None, MARGIN))
        for rows in ([*held, *options], there)
    )
    assert strategy_excess(then).excess[0] == pytest.approx(0, abs=0.05)
    strategies = [
        {line.strategy for line in strategy_lines(m, RequirementKind.MAINTENANCE)}
        for m in (now, then)
    ]
    assert "Put credit spread" in strategies[1] - strategies[0]


def test_an_option_is_never_worth_less_than_nothing() -> None:
    # a price far below what its stated volatility gives: the model's loss is more than the price
    cheap = [*option("put", 10, 90, 0.05), 0.6]
    rows = [[*HEADINGS, "volatility"], [*stock(100, 100), None], cheap, [*cash(0), None]]
    margin = under_portfolio_margin(read_book(rows, None, MARGIN))
    prices = shocked_prices(margin.inputs).apart(np.array([True]))
    after = prices.each(np.array([[0.5]]))
    assert after.gained < -0.05
    there = prices.worth_each(np.array([[0.5]]), np.array([np.nan, 0.05, np.nan]))
    assert there.worth.tolist() == [[150.0], [0.0], [1.0]]
    assert there.spot.tolist() == [[150.0], [150.0], [1.0]]
    assert after.portfolio_margin(0).unit_value.tolist() == [150.0, 0.0, 1.0]


def test_runs_of_moves_answer_as_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = udfs.MARGIN_ACCOUNT(*ranges("spreads and stock"))
    monkeypatch.setattr("xlmargin.portfolio_margin.after_moves.MOST_VALUES", 200)
    computing.forget()
    parts = udfs.MARGIN_ACCOUNT(*ranges("spreads and stock"))
    for one, other in zip(whole[1:], parts[1:], strict=True):
        assert other[2] == (
            one[2] if isinstance(one[2], str) else pytest.approx(one[2], rel=1e-9, abs=1e-9)
        )


def test_accounts_alike_are_priced_together(monkeypatch: pytest.MonkeyPatch) -> None:
    priced = []

    def counted(*strategy: Any) -> float:
        priced.append(strategy)
        return requirement_of(*strategy)

    monkeypatch.setattr(known_pairings, "requirement_of", counted)

    def times(accounts: int) -> int:
        computing.forget()
        priced.clear()
        names = [f"a{i}" for i in range(accounts)]
        rows = [row for a in names for row in (stock(100, 160, account=a), cash(-7_500, a))]
        found = {row[0]: row for row in answered(*rows)}
        # LMV = debit / 0.75
        assert found["strategy move down"][-1] == pytest.approx(10_000 / 16_000 - 1, abs=1e-9)
        return len(priced)

    assert times(9) == times(2) > 0


def test_stock_against_the_box_is_asked_for_beside_stock_by_itself() -> None:
    # long and short 100 XYZ, 5% of 10,000; 50 ABC, 25% of 2,500; with v as the factor of prices:
    # 2,500 v - 1,000 = 500 v + 625 v
    rows = stock(100, 100), stock(-100, 100), stock(50, 50, "ABC"), cash(-1_000)
    assert totals(*rows)["strategy move down"] == pytest.approx(1_000 / 1_375 - 1, abs=1e-9)


def test_a_pairing_that_pays_only_between_two_moves_looked_at_is_found() -> None:
    # one lot of stock and three puts, any one of which protects it: for a share 10% of the strike
    # and what the stock is above it. At 100 that is 19 with the put of 90; at 60, which no longer
    # leaves any excess, least is 6 with the put of 60: 60 - 55 - 6. Where the put of 90 leaves
    # nothing, S - 55 - 9 at 64, that of 60 leaves 64 - 55 - 10, and that of 70 leaves 2: nothing
    # at 62
    puts = [option("put", 1, strike, price) for strike, price in ((60, 0.05), (70, 0.1), (90, 1.0))]
    held = [stock(100, 100), *puts, cash(-5_500)]
    assert totals(*held)["strategy move down"] == pytest.approx(-0.38, abs=1e-9)
    # beside an account whose move is the first one found, and one without any
    named = [*([*row[:-1], "puts"] for row in held), stock(100, 100, account="stock"),
             cash(-6_000, "stock"), cash(1, "cash")]  # fmt: skip
    market = [["symbol", "price"], ["XYZ", 100]]
    found = {row[0]: row[4:] for row in answered(*named, market=market)}
    moves = [pytest.approx(-0.38, abs=1e-9), pytest.approx(-0.20, abs=1e-9), "none"]
    assert found["strategy move down"] == moves
    # by whole percents, all pairings searched anew: the first move at which nothing is left
    when = ("2026-12-18", "2026-11-20")
    volatility = [udfs.OPT_IV("put", 100, put[3], *when, put[5], 0.04) for put in puts]
    for spot in range(100, 60, -1):
        marks = [
            udfs.OPT_PRICE("put", spot, put[3], *when, sigma, 0.04)
            for put, sigma in zip(puts, volatility, strict=True)
        ]
        there = [option("put", 1, put[3], mark) for put, mark in zip(puts, marks, strict=True)]
        book = read_book([HEADINGS, stock(100, spot), *there, held[-1]], None, MARGIN)
        if strategy_excess(strategy_margin(book)).excess[0] <= 0.005:
            break
    assert spot == 62
