"""The range and the offset of every class of underlying, by the rule and by each house."""

from __future__ import annotations

import pytest

from tests.books import Range
from xlmargin import udfs

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price"]
MARKET_HEADINGS = ["symbol", "price", "class", "leverage", "product_group"]
SHARES = ("stock", "etf_broad", "etf_narrow", "etn")

BY_RULE = {  # up, down: SEC-431; TMI for narrow indexes; FINRA-FAQ for funds and notes
    "stock": (0.15, 0.15),
    "etf_broad": (0.15, 0.15),
    "etf_narrow": (0.15, 0.15),
    "etn": (0.15, 0.15),
    "index_high_cap": (0.06, 0.08),
    "index_broad": (0.10, 0.10),
    "index_narrow": (0.15, 0.15),
    "vol_index": (0.20, 0.20),  # weak
}
EQUITY_20 = dict.fromkeys(("stock", "etf_narrow", "etn", "index_narrow"), (0.20, 0.20))
BROAD = ("index_high_cap", "index_broad")
BY_HOUSE = {
    "rule": {},
    "schwab": dict.fromkeys(BROAD, (0.15, 0.15)),  # SCHWAB
    "tastytrade_calm": EQUITY_20 | dict.fromkeys(BROAD, (0.10, 0.15)),  # TASTY
    "tastytrade_stressed": EQUITY_20 | dict.fromkeys((*BROAD, "etf_broad"), (0.15, 0.20)),
    "ibkr_like": {"stock": (0.30, 0.25)},  # a user's +30/-25
}
DAY = {"etn": "2019-08-15"}  # RN 19-21: not eligible from the next day on
OFFSETS = {  # 15c3-1a(b)(1)(iv)(B), unconfirmed; single stocks: OCC-DISC
    "stock": 0.0,
    "etf_broad": 0.75,
    "etf_narrow": 0.90,
    "etn": 0.0,
    "index_high_cap": 0.90,
    "index_broad": 0.75,
    "index_narrow": 0.90,
    "vol_index": 0.0,
}


def held(symbol: str, underlying_class: str, contracts: int, spot: float = 100) -> Range:
    """100 shares a contract; of an index the calls and puts that gain and lose like them."""
    if underlying_class in SHARES:
        return [[symbol, "stock", 100 * contracts, None, None, spot]]
    return [
        [symbol, kind, n, spot, "2026-12-18", 0.04 * spot]
        for kind, n in (("call", contracts), ("put", -contracts))
    ]


def required(rows: Range, market: Range, as_of: str = "2026-11-20", house: str = "rule") -> float:
    settings = [["name", "value"], ["as_of", as_of], ["rate", 0], ["house", house]]
    headings = [*MARKET_HEADINGS, "spot_is_forward"]  # at a rate of 0 every spot is
    listed = [headings, *([*row, True] for row in market)]
    return udfs.PM_REQUIREMENT([HEADINGS, *rows], listed, settings)


@pytest.mark.parametrize("house", BY_HOUSE)
@pytest.mark.parametrize("underlying_class", BY_RULE)
def test_ten_thousand_dollars_long_and_short(house: str, underlying_class: str) -> None:
    up, down = BY_HOUSE[house].get(underlying_class, BY_RULE[underlying_class])
    market: Range = [["XYZ", 100, underlying_class, 1, None]]
    for contracts, move in ((1, down), (-1, up)):
        rows = held("XYZ", underlying_class, contracts)
        found = required(rows, market, DAY.get(underlying_class, "2026-11-20"), house)
        assert found == pytest.approx(move * 10_000, abs=0.01)


@pytest.mark.parametrize("underlying_class", OFFSETS)
def test_a_million_long_and_a_million_short_in_one_product_group(underlying_class: str) -> None:
    market: Range = [[name, 1_000, underlying_class, 1, "P"] for name in ("ABC", "XYZ")]
    rows = [
        row
        for name, contracts in (("ABC", 10), ("XYZ", -10))
        for row in held(name, underlying_class, contracts, 1_000)
    ]
    loss = max(BY_RULE[underlying_class]) * 1_000_000  # more than 37.50 for 40 contracts
    rate = OFFSETS[underlying_class]
    expected = (1 - rate) * loss if rate else 2 * loss  # nothing offsets: each stands alone
    found = required(rows, market, DAY.get(underlying_class, "2026-11-20"))
    assert found == pytest.approx(expected, abs=1)


@pytest.mark.parametrize(("as_of", "range_"), [("2009-11-30", 0.15), ("2009-12-01", 0.45)])
def test_the_factor_of_a_leveraged_fund_counts_from_the_notice_on(
    as_of: str, range_: float
) -> None:
    market: Range = [["FND", 100, "etf_narrow", 3, None]]  # RN 09-53
    assert required(held("FND", "etf_narrow", 1), market, as_of) == pytest.approx(range_ * 10_000)


@pytest.mark.parametrize("house", ["tastytrade_calm", "tastytrade_stressed"])
def test_half_a_percent_of_what_an_uncovered_option_delivers(house: str) -> None:
    short: Range = [["XYZ", "put", -1, 60, "2026-12-18", 0.01]]
    market: Range = [["XYZ", 100, "etf_broad", 1, None]]
    settings = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0], ["house", house]]
    table = udfs.PM_GROUPS([HEADINGS, *short], [MARKET_HEADINGS, *market], settings)
    assert dict(zip(table[0], table[1], strict=True))["minimum"] == pytest.approx(50)


def test_a_book_that_gains_at_every_point_loses_nothing() -> None:
    straddle: Range = [["XYZ", kind, 1, 100, "2026-11-21", 0.50] for kind in ("call", "put")]
    market: Range = [["XYZ", 100, "stock", 1, None]]
    settings = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0]]
    table = udfs.PM_GROUPS([HEADINGS, *straddle], [MARKET_HEADINGS, *market], settings)
    row = dict(zip(table[0], table[1], strict=True))
    assert row["worst loss"] == 0
    assert row["requirement"] == pytest.approx(75)  # the minimum of two contracts
