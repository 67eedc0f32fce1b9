"""An account kept while prices tick: as if all of it were computed anew, at marks moved by hand."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reading import ranges_of, read_book
from tests.what_if.books import trades
from xlmargin import udfs
from xlmargin.book import Book
from xlmargin.errors import InputError
from xlmargin.excel.trades import read_trades
from xlmargin.live import LiveBook, impact_on_account, repriced
from xlmargin.regimes import under_portfolio_margin
from xlmargin.samples import family_office_book
from xlmargin.strategy_margin import strategy_margin
from xlmargin.what_if import impact
from xlmargin.what_if.impact import Figures, figures_of

CENTS = 1e-6
AS_OF = "2026-11-20"
SETTINGS = [["as_of", AS_OF], ["rate", 0.04]]
HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "volatility", "account"]
SPOTS = {"ABC": 50.0, "DEF": 120.0, "XYZ": 100.0}
DAYS = ["2026-12-18", "2027-03-19", "2027-11-19"]
VOLATILITY = {"call": 0.45, "put": 0.4}


def market(spots: dict[str, float] = SPOTS) -> list[list[Any]]:
    return [["symbol", "price"], *([name, spot] for name, spot in spots.items())]


def model(
    symbol: str, kind: str, strike: float, day: str, spots: dict[str, float] = SPOTS
) -> float:
    return udfs.OPT_PRICE(kind, spots[symbol], strike, day, AS_OF, VOLATILITY[kind], 0.04)


def differ(one: Figures, other: Figures) -> float:
    """The largest difference of any figure of any account, $."""
    names = [f.name for f in fields(Figures) if f.name != "by_name"]
    found = [np.abs(getattr(one, name) - getattr(other, name)).max() for name in names]
    for account in range(len(one.portfolio)):
        mine, others = one.by_name(account), other.by_name(account)
        found += [abs(mine.get(name, 0.0) - amount) for name, amount in others.items()]
    return float(max(found))


def sample(house: str = "rule") -> Book:
    book = family_office_book()
    stated = [row for row in book.settings if row[0] != "house"]
    stated.append(["house", house])
    return read_book(book.positions, book.market, stated, book.dividends)


@pytest.mark.parametrize("house", ["rule", "schwab", "ibkr_like", "tastytrade_stressed"])
def test_ticked_parts_are_the_whole_at_those_prices(house: str) -> None:
    """Class and product groups, several accounts, houses: each figure of each account."""
    book = sample(house)
    live, draw = LiveBook.of(book), np.random.default_rng(7)
    assert len(live.parts) > 5
    for _ in range(3):
        chosen = draw.choice(len(book.market.underlyings), 4, replace=False)
        names = [book.market.underlyings[i].symbol for i in chosen]
        spot = live.book.market.spot[chosen] * (1 + 0.02 * draw.standard_normal(4))
        live = live.ticked(dict(zip(names, spot.tolist(), strict=True)))
    anew = figures_of(repriced(book, live.book.market))
    assert differ(live.figures, anew) < CENTS
    assert live.version == 3


def test_what_is_outside_portfolio_margin_is_one_part_of_an_account() -> None:
    """What is not covered is never below nothing as a whole: its positions stay together."""
    book = sample()
    listed = tuple(
        replace(own, marginable=i % 3 != 0) for i, own in enumerate(book.market.underlyings)
    )
    book = replace(book, market=replace(book.market, underlyings=listed))
    live = LiveBook.of(book).ticked({listed[0].symbol: listed[0].spot * 1.01})
    assert differ(live.figures, figures_of(repriced(book, live.book.market))) < CENTS


shares_held = st.tuples(
    st.sampled_from(list(SPOTS)), st.sampled_from("AB"), st.sampled_from([-300, 200])
)
options = st.tuples(
    st.sampled_from(list(SPOTS)),
    st.sampled_from(["call", "put"]),
    st.sampled_from([-5, -1, 1, 3]),
    st.sampled_from([0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2]),
    st.sampled_from(DAYS),
    st.sampled_from(["A", "B"]),
)


def contract_of(own: tuple[str, str, int, float, str, str]) -> tuple[str, str, float, str, str]:
    symbol, kind, _, share, day, account = own
    return symbol, kind, share, day, account


def name_and_account(own: tuple[str, str, int]) -> tuple[str, str]:
    symbol, account, _ = own
    return symbol, account


def rows_of(
    held: list[tuple[str, str, int, float, str, str]],
    shares: list[tuple[str, str, int]],
    spots: dict[str, float],
    *,
    marked: bool,
) -> list[list[Any]]:
    """A book marked by the model at some spots, or with volatilities alone."""
    rows = [HEADINGS]
    for symbol, kind, quantity, share, day, account in held:
        strike = SPOTS[symbol] * share
        price = model(symbol, kind, strike, day, spots) if marked else None
        stated = None if marked else VOLATILITY[kind]
        rows.append([symbol, kind, quantity, strike, day, price, stated, account])
    for symbol, account, quantity in shares:
        rows.append([symbol, "stock", quantity, *[None] * 4, account])
    return [*rows, *([name, "cash", 50_000, *[None] * 4, name] for name in ("A", "B"))]


@settings(max_examples=12, deadline=None)
@given(
    held=st.lists(options, min_size=1, max_size=8, unique_by=contract_of),
    shares=st.lists(shares_held, max_size=3, unique_by=name_and_account),
    ticks=st.lists(
        st.tuples(st.sampled_from(list(SPOTS)), st.floats(-0.03, 0.03)), min_size=1, max_size=6
    ),
)
def test_a_tick_is_a_book_marked_by_the_model_at_the_new_price(
    held: list[tuple[str, str, int, float, str, str]],
    shares: list[tuple[str, str, int]],
    ticks: list[tuple[str, float]],
) -> None:
    """Any ticks in any order: the last price of each, its options at the same volatility there."""
    held = [own for own in held if model(*own[:2], SPOTS[own[0]] * own[3], own[4]) > 0.05]
    if not held:
        return
    book = read_book(rows_of(held, shares, SPOTS, marked=True), market(), SETTINGS)
    live, last = LiveBook.of(book), dict(SPOTS)
    for symbol, move in ticks:
        last[symbol] *= 1 + move
        live = live.ticked({symbol: last[symbol]})
    other = LiveBook.of(book)
    for symbol in reversed(last):
        other = other.ticked({symbol: last[symbol]})
    assert differ(live.figures, other.figures) < CENTS
    assert differ(live.figures, LiveBook.of(book).ticked(last).figures) < CENTS
    assert differ(live.figures, figures_of(repriced(book, live.book.market))) < CENTS
    stated = rows_of(held, shares, last, marked=False)
    anew = figures_of(read_book(stated, market(last), SETTINGS))
    for name in ("account_value", "strategy_equity", "portfolio", "maintenance", "reg_t"):
        assert getattr(live.figures, name) == pytest.approx(getattr(anew, name), abs=0.05)
    back = live.ticked(SPOTS)
    assert differ(back.figures, figures_of(book)) < CENTS


LIVE = [
    ["symbol", "type", "quantity", "strike", "expiration", "price", "mark_spot", "volatility"],
    ["XYZ", "call", -10, 90, "2026-12-18", 11.20, None, None],
    ["XYZ", "put", 10, 95, "2026-12-18", 1.30, None, None],
    ["XYZ", "stock", 1000, *[None] * 5],
    ["USD", "cash", 20_000, *[None] * 5],
]


@pytest.mark.parametrize("spot", [98.0, 100.5, 101.0, 102.0, 110.0])
def test_a_live_spot_beside_older_marks_refuses_nothing_and_counts_no_stale_mark(
    spot: float,
) -> None:
    """The calls of 11.20 at 100 move with their spot: portfolio margin as with mark_spot stated."""
    names = ("portfolio", "account_value")
    live = LiveBook.of(read_book(LIVE, market({"XYZ": 100.0}), SETTINGS)).ticked({"XYZ": spot})
    sheet = [list(row) for row in LIVE]
    for row in sheet[1:3]:
        row[6] = 100.0
    stated = figures_of(read_book(sheet, market({"XYZ": spot}), SETTINGS))
    for name in names:
        assert getattr(live.figures, name) == pytest.approx(getattr(stated, name), abs=1e-4)


def test_a_mark_tells_the_volatility_from_then_on() -> None:
    """Marked at 102 and ticked to 103: as a book put at 102 with that mark and ticked on."""
    live = LiveBook.of(read_book(LIVE, market({"XYZ": 100.0}), SETTINGS))
    live = live.ticked({"XYZ": 102.0}).marked({0: 13.4}).ticked({"XYZ": 103.0})
    sheet = [list(row) for row in LIVE]
    sheet[1][5:7], sheet[2][6] = [13.4, 102.0], 100.0
    twin = LiveBook.of(read_book(sheet, market({"XYZ": 102.0}), SETTINGS)).ticked({"XYZ": 103.0})
    for name in ("portfolio", "account_value", "strategy_equity", "maintenance"):
        assert getattr(live.figures, name) == pytest.approx(getattr(twin.figures, name), abs=CENTS)
    assert live.book.positions.mark[0] > 13.4


def test_a_book_put_anew_keeps_where_its_old_marks_were_taken() -> None:
    """One call bought back and one put marked anew at 103: the other marks are those at 100."""
    live = LiveBook.of(read_book(LIVE, market({"XYZ": 100.0}), SETTINGS)).ticked({"XYZ": 102.0})
    rows = [list(row) for row in LIVE]
    rows[1][2], rows[2][5] = -9, 0.9
    twin = [list(row) for row in rows]
    twin[1][6] = 100.0
    found = live.put(read_book(rows, market({"XYZ": 103.0}), SETTINGS))
    stated = LiveBook.of(read_book(twin, market({"XYZ": 103.0}), SETTINGS))
    assert differ(found.figures, stated.figures) == 0
    assert found.version == 2
    with pytest.raises(InputError, match="found 1030 for XYZ, wanted a price within 50% of 100"):
        live.put(read_book(rows, market({"XYZ": 1030.0}), SETTINGS))


def test_a_forward_keeps_its_carry() -> None:
    """Stated at 104 beside 100 it is 107.12 beside 103, and the volatility is that of the mark."""
    rows = [
        [*LIVE[0], "forward"],
        ["XYZ", "call", -10, 100, "2027-11-19", 18.0, None, None, 104.0],
        ["USD", "cash", 50_000, *[None] * 6],
    ]
    live = LiveBook.of(read_book(rows, market({"XYZ": 100.0}), SETTINGS)).ticked({"XYZ": 103.0})
    rows[1][6], rows[1][8] = 100.0, 107.12
    stated = figures_of(read_book(rows, market({"XYZ": 103.0}), SETTINGS))
    for name in ("portfolio", "account_value"):
        assert getattr(live.figures, name) == pytest.approx(getattr(stated, name), abs=1e-4)


def test_a_mark_at_parity_falls_to_what_the_call_is_worth_and_never_below_nothing() -> None:
    """Deep calls quoted a cent below parity tell no volatility: still each tick has an answer."""
    rows = [
        LIVE[0],
        ["XYZ", "call", -10, 60, "2026-11-27", 40.0, None, None],
        ["USD", "cash", 90_000, *[None] * 5],
    ]
    live = LiveBook.of(read_book(rows, market({"XYZ": 100.0}), SETTINGS))
    for spot, worth in ((103.0, 43.0), (70.0, 10.0), (59.9, 0.0), (55.0, 0.0), (100.0, 40.0)):
        live = live.ticked({"XYZ": spot})
        short = 50_000 + 40_000 - live.portfolio.equity
        assert short == pytest.approx(1_000 * worth, abs=60)


def test_an_adjusted_contract_moves_with_the_share_it_was_priced_by() -> None:
    headings = [*HEADINGS[:6], "underlying", "multiplier", "deliverable"]
    rows = [
        headings,
        ["XYZ", "stock", 100, *[None] * 6],
        ["XYZ1", "call", -1, 90, "2026-12-18", 11.2, "XYZ", 150, "150 XYZ"],
        ["USD", "cash", 20_000, *[None] * 6],
    ]
    live = LiveBook.of(read_book(rows, market({"XYZ": 100.0}), SETTINGS)).ticked({"XYZ": 104.0})
    assert (live.book.market.spot == 104.0).all()
    assert live.book.positions.mark[1] > 14


@pytest.mark.parametrize(
    ("prices", "says"),
    [
        ({"XYZ": 101.0, "NOPE": 3.0}, "found 'NOPE', wanted an underlying of the book"),
        ({"XYZ": 0.0}, "found 0 for XYZ, wanted a price above 0"),
        ({"XYZ": float("nan")}, "wanted a price above 0"),
        ({"XYZ": float("inf")}, "wanted a price above 0"),
        ({"XYZ": 1000.0}, "wanted a price within 50% of 100, where its options were marked"),
    ],
)
def test_a_wrong_price_is_refused_and_nothing_of_it_taken(
    prices: dict[str, float], says: str
) -> None:
    live = LiveBook.of(read_book(LIVE, market({"XYZ": 100.0}), SETTINGS))
    with pytest.raises(InputError, match=says):
        live.ticked(prices)
    assert live.version == 0


@pytest.mark.parametrize(
    ("marks", "says"),
    [({0: -1.0}, "a price of 0 or more"), ({0: float("nan")}, "0 or more"), ({2: 5.0}, "shares")],
)
def test_a_wrong_mark_is_refused(marks: dict[int, float], says: str) -> None:
    live = LiveBook.of(read_book(LIVE, market({"XYZ": 100.0}), SETTINGS))
    with pytest.raises(InputError, match=says):
        live.marked(marks)


ORDERS = {
    "sells what is held": ["XYZ", "stock", -100],
    "buys back": ["XYZ", "call", 5, 90, "2026-12-18", 11.0],
    "opens in a name held": ["XYZ", "put", -3, 80, "2027-03-19", 2.4],
    "opens in a name not held": ["ABC", "stock", 50],
    "pays in": ["USD", "cash", 5_000],
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
def test_orders_change_what_they_change_in_the_whole_book(order: list[Any]) -> None:
    """Two accounts' worth of names: the parts of the orders anew, the rest as it stands."""
    rows = [
        *LIVE,
        ["DEF", "stock", 30, *[None] * 5],
        ["DEF", "call", -1, 130, DAYS[0], 2, None, None],
    ]
    ranges = ranges_of(rows, market(), SETTINGS)
    book, read = ranges.book(), read_trades(trades(order), ranges.reading).accepted()
    found = impact_on_account(LiveBook.of(book), "", book, read)
    whole = impact(under_portfolio_margin(book), strategy_margin(book), read)
    assert differ(found.before, whole.before) < CENTS
    assert differ(found.after, whole.after) < CENTS
    for name in ("cash_flow", "fees", "short_under_portfolio", "short_by_strategy"):
        assert getattr(found, name) == pytest.approx(getattr(whole, name), abs=CENTS)
    assert found.names == whole.names


def test_only_the_parts_that_hold_what_moved_are_margined_anew() -> None:
    live = LiveBook.of(read_book(rows_of(FEW, [], SPOTS, marked=True), market(), SETTINGS))
    ticked = live.ticked({"XYZ": 101.0})
    kept = [part for part in ticked.parts if part in live.parts]
    assert len(live.parts) == 3
    assert len(kept) == 2
    assert live.ticked({"XYZ": 100.0}).parts == live.parts


FEW = [(name, "call", -1, 1.0, DAYS[0], account) for name in SPOTS for account in "AB"]


def test_a_book_of_cash_alone_has_no_part() -> None:
    live = LiveBook.of(read_book([HEADINGS, ["USD", "cash", 500]], market(), SETTINGS))
    assert live.parts == ()
    assert live.portfolio.excess.tolist() == [500.0]
