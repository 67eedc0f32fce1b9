"""What ranges that are right are read as: defaults, spellings, types of cells."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import fields, replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from tests.excel.ranges import DIVIDENDS, MARKET, POSITIONS, SETTINGS, Range, spoilt
from tests.reading import check_book, ranges_of, read_book
from xlmargin.arrays import Names
from xlmargin.book import Book
from xlmargin.contracts import Contracts, InstrumentKind
from xlmargin.dates import serial_of
from xlmargin.errors import Severity
from xlmargin.excel.trades import read_trades
from xlmargin.market import Dividend, RateCurve
from xlmargin.rulebook import UnderlyingClass
from xlmargin.settings import AccountType, BaseValue, Basis, Settings, Smile

OPTION_HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price"]


def same_columns(one: object, other: object) -> bool:
    """Whether the columns of two tables hold the same."""
    pairs = [
        tuple(list(own) if isinstance(own, Names) else own for own in each)
        for f in fields(one)  # type: ignore[arg-type]
        for each in [(getattr(one, f.name), getattr(other, f.name))]
    ]
    return all(
        np.array_equal(a, b, equal_nan=a.dtype.kind == "f") if isinstance(a, np.ndarray) else a == b
        for a, b in pairs
        if not isinstance(a, Contracts)
    )


def same(one: Book, other: Book) -> bool:
    """Whether two books hold the same."""
    return (
        same_columns(one.positions, other.positions)
        and same_columns(one.positions.contracts, other.positions.contracts)
        and repr(one.market.underlyings) == repr(other.market.underlyings)
        and (one.market.as_of, one.market.curve) == (other.market.as_of, other.market.curve)
        and repr(one.settings) == repr(other.settings)
    )


def one(row: list[object], headings: list[str] = OPTION_HEADINGS, market: Range = MARKET) -> Book:
    """The book of one position."""
    return read_book([headings, row], market, SETTINGS)


def test_the_positions_are_read() -> None:
    positions = read_book(POSITIONS, MARKET, SETTINGS, DIVIDENDS).positions
    assert tuple(positions.symbol) == ("XYZ", "XYZ", "IDX", "CASH")
    assert positions.row.tolist() == [2, 3, 4, 5]
    assert positions.kind.tolist() == list(
        map(
            int,
            (InstrumentKind.STOCK, InstrumentKind.CALL, InstrumentKind.PUT, InstrumentKind.CASH),
        )
    )
    assert positions.quantity.tolist() == [100, -1, 2, 2500.5]
    assert positions.multiplier.tolist() == [1, 100, 100, 1]
    assert positions.underlying.tolist() == [0, 0, 1, -1]
    assert positions.strike.tolist()[1:3] == [110, 4900]
    assert positions.expiration.tolist()[1:3] == [46374, 46374]
    assert positions.american.tolist()[1:3] == [True, False]
    assert positions.mark.tolist()[:2] == [100, 2.5]
    assert positions.cost.tolist()[:2] == [100, 2.5]
    assert positions.volatility[2] == 0.2
    assert positions.accounts == ("A", "B")
    assert positions.account.tolist() == [0, 0, 1, 1]
    assert positions.group.tolist() == [-1, -1, -1, -1]
    assert np.isnan(positions.strike[[0, 3]]).all()
    assert np.isnan(positions.mark[2])
    assert positions.mark[3] == positions.cost[3] == 1


def test_the_market_is_read() -> None:
    market = read_book(POSITIONS, MARKET, SETTINGS, DIVIDENDS).market
    xyz, idx = market.underlyings
    assert (xyz.symbol, xyz.spot, xyz.underlying_class) == ("XYZ", 100.0, UnderlyingClass.STOCK)
    assert (xyz.leverage, xyz.dividend_yield, xyz.row) == (1.0, 0.01, 2)
    assert math.isnan(xyz.rate)
    assert math.isnan(xyz.volatility)
    assert xyz.dividends == (Dividend(46083.0, 0.5),)
    assert (idx.underlying_class, idx.group) == (UnderlyingClass.INDEX_BROAD, "IDX")
    assert (market.as_of, market.curve) == (46037.0, RateCurve((0.0,), (0.04,)))


def test_the_settings_are_read() -> None:
    stated = [
        ["Name", "Unit", "Value"],
        ["As of", "date", dt.datetime(2026, 1, 15, 12)],
        ["Rates", None, None],
        ["rate 1y", "", 0.045],
        ["Rate 30d", "", 0.04],
        ["rate-6 months", "", 0.042],
        ["House", "", "Schwab"],
        ["account-type", "", "MARGIN"],
        ["cash", "$", "250.5"],
        ["SMA", "$", 10],
        ["basis", "", "Initial"],
        ["smile", "", "sticky moneyness"],
        ["base value", "", "model"],
        ["valuation range up stock", "", 0.25],
    ]
    book = read_book(POSITIONS, MARKET, stated)
    assert book.market.as_of == 46037.5
    assert book.market.curve == RateCurve((30 / 365, 0.5, 1.0), (0.04, 0.042, 0.045))
    assert {"parity_tolerance", "stress_move"} <= book.settings.left_out
    assert not {"house", "account_type", "cash", "basis"} & book.settings.left_out
    assert replace(book.settings, left_out=frozenset()) == Settings(
        house="schwab",
        account_type=AccountType.MARGIN,
        cash=250.5,
        sma=10.0,
        basis=Basis.INITIAL,
        smile=Smile.STICKY_MONEYNESS,
        base_value=BaseValue.MODEL,
        overrides={"valuation_range_up_stock": 0.25},
    )


def test_settings_may_be_a_mapping_in_python() -> None:
    as_rows = read_book(POSITIONS, MARKET, SETTINGS)
    assert read_book(POSITIONS, MARKET, {"as_of": "2026-01-15", "rate": 0.04}) is as_rows


@pytest.mark.parametrize(
    "symbol", ["XYZ   261218C00110000", "XYZ261218C110", ".XYZ261218C110", "-XYZ261218C110"]
)
def test_an_option_symbol_says_all(symbol: str) -> None:
    spelled = one([symbol, None, -1, None, None, 2.5])
    assert same(spelled, one(["XYZ", "call", -1, 110, "2026-12-18", 2.5]))


def test_a_root_beside_its_index_finds_the_index() -> None:
    market = [["symbol", "price", "class"], ["SPX", 6000, "index_high_cap"]]
    for symbol in ("SPXW", "SPXW261218P06000"):
        positions = one([symbol, "put", 1, 6000, "2026-12-18", 50], market=market).positions
        assert positions.underlying.tolist() == [0]
        assert positions.american.tolist() == [False]
    market = [["symbol", "price", "class"], ["OEX", 3000, "index_high_cap"]]
    for symbol, american in (("OEX", True), ("XEO", False)):
        positions = one([symbol, "put", 1, 3000, "2026-12-18", 50], market=market).positions
        assert positions.american.tolist() == [american]


def test_the_underlying_typed_comes_before_the_root() -> None:
    headings = [*OPTION_HEADINGS, "underlying"]
    book = one(["ABC", "call", 1, 100, "2026-12-18", 5, "xyz"], headings)
    assert book.positions.underlying.tolist() == [0]
    assert tuple(book.positions.symbol) == ("ABC",)


@pytest.mark.parametrize(("style", "american"), [("American", True), ("E", False), (None, True)])
def test_style_is_as_stated(style: str | None, american: bool) -> None:
    row = ["XYZ", "put", 1, 100, "2026-12-18", 5, style]
    assert one(row, [*OPTION_HEADINGS, "style"]).positions.american.tolist() == [american]


def test_without_a_market_stock_rows_give_the_prices() -> None:
    book = read_book(POSITIONS[:3], None, SETTINGS)
    assert [(u.symbol, u.spot, u.row) for u in book.market.underlyings] == [("XYZ", 100.0, 0)]


def test_a_stock_row_gives_the_price_that_the_market_lacks() -> None:
    market = [MARKET[0], MARKET[2]]
    book = read_book(POSITIONS, market, SETTINGS)
    assert [u.symbol for u in book.market.underlyings] == ["IDX", "XYZ"]


def test_a_stock_row_without_price_takes_the_market_s() -> None:
    book = read_book(spoilt(POSITIONS, 2, "price", None), MARKET, SETTINGS)
    assert book.positions.mark[0] == book.positions.cost[0] == 100.0


def test_the_volatility_of_the_market_will_do() -> None:
    positions = spoilt(POSITIONS, 3, "price", None)
    book = read_book(positions, spoilt(MARKET, 2, "volatility", 0.3), SETTINGS)
    assert np.isnan(book.positions.mark[1])
    assert np.isnan(book.positions.volatility[1])


def test_cash_needs_no_symbol() -> None:
    assert same(
        read_book(spoilt(POSITIONS, 5, "symbol", None), MARKET, SETTINGS),
        read_book(POSITIONS, MARKET, SETTINGS),
    )


def test_pairing_groups() -> None:
    positions = [[*row, g] for row, g in zip(POSITIONS, ["group", 1, None, "b", 1], strict=True)]
    read = read_book(positions, MARKET, SETTINGS).positions
    assert read.groups == ("1", "b")
    assert read.group.tolist() == [0, -1, 1, 0]


def test_orders_stand_in_the_market_of_what_is_held_and_their_own() -> None:
    trades = [OPTION_HEADINGS, ["ABC", "stock", 5, None, None, 20.0]]
    held = ranges_of([POSITIONS[0], *POSITIONS[1:3]], MARKET, SETTINGS)
    done = read_trades(trades, held.reading).accepted().book
    assert done.positions.underlying.tolist() == [done.market.index_of["ABC"]]
    assert done.market.underlyings[:2] == held.book().market.underlyings


def test_today_is_asked_for_only_where_no_date_is_given() -> None:
    stated = [read_book(POSITIONS, MARKET, SETTINGS, today=lambda: None)]  # type: ignore[arg-type]
    assert stated[0].as_of == dt.date(2026, 1, 15)
    one_day, next_day = dt.date(2026, 2, 2), dt.date(2026, 2, 3)
    books = [
        read_book(POSITIONS, MARKET, [["rate", 0.04]], today=lambda day=day: day)
        for day in (one_day, next_day, one_day)
    ]
    assert [book.as_of for book in books] == [one_day, next_day, one_day]
    assert books[0] is books[2]


@pytest.mark.parametrize("left_out", [None, "", " ", [], [[]], [[None]], [[""]], 0, 0.0, [[0.0]]])
def test_what_counts_as_left_out(left_out: object) -> None:
    expected = read_book(POSITIONS[:3], None, SETTINGS)
    assert read_book(POSITIONS[:3], left_out, SETTINGS, left_out) is expected


def test_blank_rows_are_skipped_but_counted() -> None:
    blank = [None, "", " ", float("nan"), None, None, None, None]
    positions = [POSITIONS[0], blank, POSITIONS[1], blank, *POSITIONS[2:], blank, blank]
    read = read_book(positions, MARKET, SETTINGS).positions
    assert read.row.tolist() == [3, 5, 6, 7]
    assert read.quantity.tolist() == [100, -1, 2, 2500.5]


def test_blank_rows_above_the_headings() -> None:
    read = read_book([[None] * 8, *POSITIONS], MARKET, SETTINGS).positions
    assert read.row.tolist() == [3, 4, 5, 6]


def test_rows_of_uneven_length() -> None:
    positions = [row[:7] if len(row) > 7 and row[7] is None else row for row in POSITIONS]
    positions[4] = ["CASH", "cash", 2500.5, None, None, None, None, "B", "more"]
    assert read_book(positions, MARKET, SETTINGS).positions.accounts == ("A", "B")


CELLS_ALIKE = [
    ("quantity", [100, 100.0, "100", " 100.0 ", "+1e2", np.int64(100), np.float32(100)]),
    ("price", [100, "100.00", Decimal("100.0"), np.float64(100)]),
    ("account", ["A", " A "]),
    ("strike", [None, "", 0, float("nan"), "  "]),
]  # fmt: skip


@pytest.mark.parametrize(("column", "cells"), CELLS_ALIKE)
def test_cells_that_mean_the_same(column: str, cells: list[object]) -> None:
    books = [read_book(spoilt(POSITIONS, 2, column, cell), MARKET, SETTINGS) for cell in cells]
    assert all(same(books[0], book) for book in books)


@pytest.mark.parametrize(
    "day",
    [
        46374,
        46374.0,
        "2026-12-18",
        "2026-12-18T00:00",
        "2026-12-18 00:00:00",
        dt.date(2026, 12, 18),
        dt.datetime(2026, 12, 18),
        dt.datetime(2026, 12, 18, tzinfo=dt.UTC),
        np.datetime64("2026-12-18"),
        np.datetime64("2026-12-18T00:00:00.000000000"),
        pd.Timestamp("2026-12-18"),
    ],
)
def test_dates_that_mean_the_same(day: object) -> None:
    book = read_book(spoilt(POSITIONS, 3, "expiration", day), MARKET, SETTINGS)
    assert book.positions.expiration[1] == serial_of(dt.date(2026, 12, 18))


def test_frames_and_arrays_are_read_like_rows() -> None:
    frame = pd.DataFrame(POSITIONS[1:], columns=POSITIONS[0])
    frame["expiration"] = pd.to_datetime(["NaT", "2026-12-18", "2026-12-18", "NaT"])
    array = np.array(POSITIONS, dtype=object)
    expected = read_book(POSITIONS, MARKET, SETTINGS)
    for ranges in (frame, frame.convert_dtypes(), array, tuple(map(tuple, POSITIONS))):
        assert same(read_book(ranges, MARKET, SETTINGS), expected)


def test_reading_leaves_the_user_s_frame_alone() -> None:
    frame = pd.DataFrame(POSITIONS[1:], columns=POSITIONS[0])
    before = frame.copy(deep=True)
    read_book(frame, MARKET, SETTINGS)
    pd.testing.assert_frame_equal(frame, before)


SYNONYMS = {
    "symbol": ["Ticker", "SYMBOL", "option-symbol"],
    "type": ["Type", "Right", "Put/Call", "sec type"],
    "quantity": ["Qty", "qty.", "QUANTITY", "contracts"],
    "strike": ["Strike Price", "STRIKE"],
    "expiration": ["Expiry", "exp date", "Exp. Date", "expiration_date", "ExpirationDate"],
    "price": ["Mark", "last", "Market Price", "market_price"],
    "volatility": ["IV", "Implied Vol", "implied-volatility"],
    "account": ["Acct", "account name"],
}


@pytest.mark.parametrize(("heading", "words"), SYNONYMS.items())
def test_synonyms(heading: str, words: list[str]) -> None:
    expected = read_book(POSITIONS, MARKET, SETTINGS)
    for word in words:
        renamed = [[word if h == heading else h for h in POSITIONS[0]], *POSITIONS[1:]]
        assert same(read_book(renamed, MARKET, SETTINGS), expected)


def test_synonyms_of_the_market_and_of_dividends() -> None:
    market = [
        ["Underlying Symbol", "Spot", "Class", "x", "Div Yield", "y", "IV", "Class Group"],
        *MARKET[1:],
    ]
    dividends = [["ticker", "ExDate", "dividend"], *DIVIDENDS[1:]]
    expected = read_book(POSITIONS, MARKET, SETTINGS, DIVIDENDS)
    assert same(read_book(POSITIONS, market, SETTINGS, dividends), expected)


def test_a_column_in_percent_is_not_a_column_of_fractions() -> None:
    positions = [[("IV %" if h == "volatility" else h) for h in POSITIONS[0]], *POSITIONS[1:]]
    positions = spoilt(positions, 4, "price", 50)
    assert np.isnan(read_book(positions, MARKET, SETTINGS).positions.volatility).all()


XYZ = [["symbol", "price", "volatility"], ["XYZ", 100, 0.3]]
PLAIN = [["as_of", "2026-11-20"], ["rate", 0.04], ["cash", 0]]


@pytest.mark.parametrize(
    ("headings", "row", "quantity"),
    [
        (["ticker", "pos"], ["XYZ", -300], -300),
        (["ticker", "pos"], ["XYZ", "'1,300"], 1300),
        (["ticker", "position", "qty"], ["XYZ", "short", 5], -5),
        (["ticker", "pos", "qty"], ["XYZ", "long", 5], 5),
        (["underlying", "cp", "strike", "expiry", "qty"], ["XYZ", "C", 95, "2026-12-18", -2], -2),
        (["ticker", "qty"], ["XYZ US Equity", 7], 7),
        (["ticker", "qty"], ["NASDAQ:XYZ", 7], 7),
    ],
)
def test_a_column_is_what_its_cells_say(
    headings: list[str], row: list[object], quantity: float
) -> None:
    """Below pos and position stand sides or quantities; terminals and pages add the market."""
    assert read_book([headings, row], XYZ, PLAIN).positions.quantity.tolist() == [quantity]


@pytest.mark.parametrize(
    ("headings", "row", "column"),
    [
        (["ticker", "qty", "price"], ["XYZ LN Equity", 7, 5.0], "symbol"),
        (["ticker", "qty", "price"], ["XYZ.NS", 7, 5.0], "symbol"),
        (["ticker", "qty", "price"], ["LON:XYZ", 7, 5.0], "symbol"),
        (["ticker", "pos", "qty"], ["XYZ", 3, 7], "side"),
        (["underlying", "qty"], ["XYZ", 7], "symbol"),
    ],
)
def test_what_may_be_another_listing_or_column_is_refused(
    headings: list[str], row: list[object], column: str
) -> None:
    """One error each: an unread symbol's price is held against no other's."""
    errors = [p for p in check_book([headings, row], XYZ, PLAIN) if p.severity is Severity.ERROR]
    assert [p.column for p in errors] == [column]
