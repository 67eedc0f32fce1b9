"""What moved a requirement: each step beside the same book written out plainly, and by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.refusals import assert_refused
from xlmargin import udfs
from xlmargin.reports.history_tables import adding_up

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "volatility", "account"]
OLD, NEW = "2026-10-20", "2026-11-20"
RATE = ["rate", 0.04]
PARTS = [
    "opening", "positions", "prices and time", "volatility", "marks", "rules", "closing"
]  # fmt: skip
REGIMES = {
    "portfolio requirement": udfs.PM_REQUIREMENT,
    "strategy requirement": udfs.REGT_MAINTENANCE,
}


def dated(days: dict[str, Any], headings: Sequence[str]) -> list[list[Any]]:
    return [["date", *headings], *([day, *row] for day, rows in days.items() for row in rows)]


def positions_of(days: dict[str, Any]) -> list[list[Any]]:
    wide = {
        day: [[*row, *[None] * (len(HEADINGS) - len(row))] for row in rows]
        for day, rows in days.items()
    }
    return dated(wide, HEADINGS)


def change(
    days: dict[str, Any],
    market: dict[str, Any],
    named: Sequence[Any] = (),
    dividends: list[list[Any]] | None = None,
    headings: tuple[str, str, str] = ("symbol", "price", "class"),
    **asked: Any,
) -> dict[tuple[str, str], dict[str, Any]]:
    """The answer by account and part."""
    table = udfs.MARGIN_CHANGE(
        positions_of(days),
        dated(market, headings),
        [["name", "value", "date"], [*RATE, None], *named],
        dividends,
        **asked,
    )
    assert isinstance(table, list), table
    rows = [dict(zip(table[0], row, strict=True)) for row in table[1:]]
    return {(row["account"], row["part"]): row for row in rows}


def parts(
    found: dict[tuple[str, str], dict[str, Any]], regime: str, account: str = "total"
) -> list[float]:
    return [found[account, part][regime] for part in PARTS]


def plain(
    rows: list[list[Any]],
    market: list[list[Any]],
    day: str,
    dividends: list[list[Any]] | None = None,
    named: Sequence[list[Any]] = (),
    headings: Sequence[str] = ("symbol", "price", "class"),
) -> dict[str, float]:
    """Both requirements of one book, as its own functions answer them."""
    book = (
        [HEADINGS, *([*row, *[None] * (len(HEADINGS) - len(row))] for row in rows)],
        [list(headings), *market],
        [["as_of", day], RATE, *named],
        dividends,
    )
    found = {name: function(*book) for name, function in REGIMES.items()}
    assert all(isinstance(each, float) for each in found.values()), found
    return found


def volatilities(
    rows: list[list[Any]],
    market: list[list[Any]],
    day: str,
    dividends: list[list[Any]] | None = None,
) -> dict[tuple[str, str, float], float]:
    positions = [HEADINGS, *([*row, *[None] * (len(HEADINGS) - len(row))] for row in rows)]
    table = udfs.PM_CONTRACTS(
        positions, [["symbol", "price", "class"], *market], [["as_of", day], RATE], dividends
    )
    at = {heading: i for i, heading in enumerate(table[0])}
    return {
        (row[at["symbol"]], row[at["type"]], row[at["strike"]]): row[at["volatility"]]
        for row in table[1:]
        if row[at["source"]] != "least value"
    }


def at_volatility(
    rows: list[list[Any]], *known: dict[tuple[str, str, float], float]
) -> list[list[Any]]:
    """The rows with the first known volatility of each option in the place of its price."""
    found = []
    for row in rows:
        if row[1] not in ("call", "put"):
            found.append(row)
            continue
        key = (row[0], row[1], float(row[3]))
        volatility = next(each[key] for each in known if key in each)
        found.append([*row[:5], None, volatility, *row[7:]])
    return found


def twin(
    days: dict[str, Any], market: dict[str, Any], dividends: list[list[Any]] | None = None
) -> dict[str, list[float]]:
    """Every step, as a book of its own; rules and house are the same on both days."""
    (old, was), (new, now) = days.items()
    before = volatilities(was, market[old], old, dividends)
    after = volatilities(now, market[new], new, dividends)
    quoted = {(row[0], row[1], *row[3:4]): row for row in was}
    as_they_were = [
        quoted.get((row[0], row[1], *row[3:4]), again)[:7]
        for row, again in zip(now, at_volatility(now, before, after), strict=True)
    ]
    as_they_were = [
        [was_[0], was_[1], row[2], *was_[3:], *[None] * (7 - len(was_)), *row[7:]]
        for row, was_ in zip(now, as_they_were, strict=True)
    ]
    steps = [
        plain(was, market[old], old, dividends),
        plain(as_they_were, market[old], old, dividends),
        plain(at_volatility(now, before, after), market[new], new, dividends),
        plain(at_volatility(now, after), market[new], new, dividends),
        plain(now, market[new], new, dividends),
    ]
    return {
        name: [
            steps[0][name],
            *np.diff([step[name] for step in steps]).tolist(),
            0.0,
            steps[-1][name],
        ]
        for name in REGIMES
    }


DAYS = {
    OLD: [
        ["XYZ", "stock", 500],
        ["XYZ", "call", -5, 105, "2027-01-15", 3.0],
        ["XYZ", "put", 5, 95, "2027-01-15", 2.5],
        ["XYZ", "put", -2, 90, "2026-11-20", 0.9],
        ["IDX", "put", -1, 4800, "2027-03-19", 130],
        ["USD", "cash", 10_000],
    ],
    NEW: [
        ["XYZ", "stock", 700],
        ["XYZ", "call", -7, 105, "2027-01-15", 1.2],
        ["XYZ", "put", 5, 95, "2027-01-15", 4.0],
        ["XYZ", "call", -2, 110, "2027-01-15", 0.8],
        ["IDX", "put", -1, 4800, "2027-03-19", 165],
        ["IDX", "put", 1, 4500, "2027-03-19", 95],
        ["USD", "cash", -9_000],
    ],
}
MARKETS = {
    OLD: [["XYZ", 100, "stock"], ["IDX", 5000, "index_broad"]],
    NEW: [["XYZ", 96, "stock"], ["IDX", 4900, "index_broad"]],
}
DIVIDENDS = [
    ["symbol", "ex_date", "amount"],
    ["XYZ", "2026-12-11", 0.6],
    ["XYZ", "2026-11-02", 0.5],
]


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("dividends", [None, DIVIDENDS])
def test_each_step_is_that_of_a_book_written_out(
    regime: str, dividends: list[list[Any]] | None
) -> None:
    found = parts(change(DAYS, MARKETS, dividends=dividends), regime)
    assert found == pytest.approx(twin(DAYS, MARKETS, dividends)[regime], abs=0.02)


HOLDINGS = st.fixed_dictionaries(
    {
        "shares": st.tuples(st.integers(-3, 8), st.integers(-3, 8)),
        "calls": st.tuples(st.integers(-4, 4), st.integers(-4, 4)),
        "puts": st.tuples(st.integers(-4, 4), st.integers(-4, 4)),
        "spot": st.integers(92, 108),
        "volatility": st.tuples(st.floats(0.15, 0.6), st.floats(0.15, 0.6)),
    }
)


@settings(max_examples=15, deadline=None)
@given(HOLDINGS)
def test_each_step_of_any_small_book(held: dict[str, Any]) -> None:
    def rows(k: int, spot: int, day: str) -> list[list[Any]]:
        volatility = held["volatility"][k]
        expiry = "2027-02-19"
        found = [["XYZ", "stock", 100 * held["shares"][k]], ["USD", "cash", 50_000]]
        for kind, strike, name in (("call", 104, "calls"), ("put", 97, "puts")):
            price = udfs.OPT_PRICE(kind, spot, strike, expiry, day, volatility, 0.04)
            found.append(["XYZ", kind, held[name][k], strike, expiry, max(round(price, 2), 0.01)])
        return [row for row in found if row[2]]

    days = {OLD: rows(0, 100, OLD), NEW: rows(1, held["spot"], NEW)}
    market = {OLD: [["XYZ", 100, "stock"]], NEW: [["XYZ", held["spot"], "stock"]]}
    expected = twin(days, market)
    found = change(days, market)
    for regime in REGIMES:
        assert parts(found, regime) == pytest.approx(expected[regime], abs=0.02)


def test_shares_alone_by_hand() -> None:
    """500 at 100, then 700 at 96: 15% and 25%; positions at the old price, prices on the rest."""
    days = {OLD: [["XYZ", "stock", 500]], NEW: [["XYZ", "stock", 700]]}
    found = change(days, MARKETS)
    assert parts(found, "portfolio requirement") == [7_500, 3_000, -420, 0, 0, 0, 10_080]
    assert parts(found, "strategy requirement") == [12_500, 5_000, -700, 0, 0, 0, 16_800]
    assert found["total", "opening"]["day"] == 46315.0
    assert found["total", "closing"]["day"] == 46346.0
    assert list(found) == [("total", part) for part in PARTS]


def test_nothing_traded_is_nothing_of_positions() -> None:
    days = {OLD: DAYS[OLD], NEW: [row for row in DAYS[OLD] if row[4:5] != ["2026-11-20"]]}
    days[OLD] = days[NEW]
    found = change(days, MARKETS)
    for regime in REGIMES:
        assert found["total", "positions"][regime] == 0


def test_a_change_of_house_is_of_the_rules() -> None:
    """Twice the range of shares from the day on: 30% of 700 at 96."""
    days = {OLD: [["XYZ", "stock", 500]], NEW: [["XYZ", "stock", 700]]}
    named = [
        ["valuation_range_down_stock", 0.30, "2026-11-01"],
        ["stock_maintenance_long", 0.40, "2026-11-20"],
    ]
    found = change(days, MARKETS, named[:1])
    assert parts(found, "portfolio requirement") == [7_500, 3_000, -420, 0, 0, 10_080, 20_160]
    house = change(days, MARKETS, [["house", "ibkr_like", "2026-11-10"]])
    assert parts(house, "strategy requirement")[1:5] == [5_000, -700, 0, 0]
    with_house = plain(days[NEW], MARKETS[NEW], NEW, named=[["house", "ibkr_like"]])
    for regime, expected in with_house.items():
        assert parts(house, regime)[-1] == pytest.approx(expected, abs=0.01)
        assert sum(parts(house, regime)[:-1]) == pytest.approx(expected, abs=0.01)
    early = change(days, MARKETS, [["house", "ibkr_like", "2026-10-01"]])
    assert parts(early, "portfolio requirement")[5] == 0


def test_a_rule_that_comes_into_force_between_the_days() -> None:
    """Notes left portfolio margin on 16 August 2019: 1,000 at 40, from 15% to 25%."""
    note = [["NOTE", "stock", 1000]]
    days = {"2019-08-15": note, "2019-08-16": note}
    market = {day: [["NOTE", 40, "etn"]] for day in days}
    found = parts(change(days, market), "portfolio requirement")
    was, now = (plain(note, market[day], day)["portfolio requirement"] for day in days)
    assert was != now
    assert found == pytest.approx([was, 0, 0, 0, 0, now - was, now])


def test_how_an_underlying_is_classed_is_of_the_rules() -> None:
    days = {OLD: [["XYZ", "stock", 100]], NEW: [["XYZ", "stock", 100]]}
    market = {OLD: [["XYZ", 100, 1]], NEW: [["XYZ", 110, 2]]}
    asked = change(days, market, headings=("symbol", "price", "leverage"))
    found = parts(asked, "portfolio requirement")
    assert found == pytest.approx([1_500, 0, 150, 0, 0, 1_650, 3_300])


def test_a_mark_below_what_exercise_pays_is_of_the_marks() -> None:
    """9.9 where exercise pays 10: no volatility gives it, the model's value is 10 and more."""
    call = ["XYZ", "call", -1, 90, "2026-12-18"]
    days = {OLD: [[*call, 11.0]], NEW: [[*call, 9.9]]}
    market = {day: [["XYZ", 100, "stock"]] for day in days}
    found = parts(change(days, market), "strategy requirement")
    uncovered = [2_000 + 1_100, 0]  # 20% of 100 and the mark
    assert found[:2] == uncovered
    assert found[-1] == 2_990
    without = udfs.OPT_PRICE("call", 100, 90, "2026-12-18", NEW, 0.0001, 0.04)
    assert found[4] == pytest.approx(990 - 100 * without, abs=0.01)
    assert sum(found[:-1]) == pytest.approx(2_990)


def test_what_expires_on_the_later_day_is_worth_its_settlement() -> None:
    """A written put of 100 beside XYZ at 96 on its last day: 4 from the prices on."""
    put = ["XYZ", "put", -1, 100, NEW]
    days = {OLD: [[*put, 2.5]], NEW: [[*put, 4.0]]}
    found = parts(change(days, MARKETS), "strategy requirement")
    # 20% of 100, of 96: at the money, then in it
    assert found == [2_250, 0, (1_920 + 400) - 2_250, 0, 0, 0, 2_320]


def test_a_name_without_an_old_price_takes_its_later_one_and_says_so() -> None:
    days = {OLD: [["XYZ", "stock", 500]], NEW: [["ABC", "stock", 10]]}
    market = {OLD: MARKETS[OLD], NEW: [*MARKETS[NEW], ["ABC", 200, "stock"]]}
    found = change(days, market)
    assert parts(found, "portfolio requirement") == [7_500, -7_200, 0, 0, 0, 0, 300]
    assert found["total", "positions"]["note"] == (
        "without a price on 2026-10-20, at the later one: ABC"
    )


def test_a_contract_without_an_old_volatility_says_so() -> None:
    found = change(DAYS, MARKETS)
    assert found["total", "positions"]["note"] == (
        "without a volatility on 2026-10-20, at the later one:"
        " XYZ 15 Jan 2027 110 call, IDX 19 Mar 2027 4500 put"
    )
    assert all(not row["note"] for (_, part), row in found.items() if part != "positions")


def in_accounts(rows: list[list[Any]], *names: Any) -> list[list[Any]]:
    return [[*row, *[None] * (7 - len(row)), name] for name in names for row in rows]


def test_by_account_and_accounts_that_come_and_go() -> None:
    days = {
        OLD: in_accounts([["XYZ", "stock", 500], ["USD", "cash", 0]], "First", "Second"),
        NEW: in_accounts([["XYZ", "stock", 500], ["USD", "cash", 0]], "Second", "Third"),
    }
    found = change(days, MARKETS)
    regime = "portfolio requirement"
    assert parts(found, regime, "First") == [7_500, -7_500, 0, 0, 0, 0, 0]
    assert parts(found, regime, "Second") == [7_500, 0, -300, 0, 0, 0, 7_200]
    assert parts(found, regime, "Third") == [0, 7_500, -300, 0, 0, 0, 7_200]
    assert parts(found, regime) == [15_000, 0, -600, 0, 0, 0, 14_400]


@pytest.mark.parametrize("split", [3, 7])
def test_parts_and_accounts_add_up_to_the_cent_as_they_are_printed(split: int) -> None:
    days, market = {}, {OLD: [["XYZ", 33.337, "stock"]], NEW: [["XYZ", 31.113, "stock"]]}
    for day, shares in ((OLD, 7), (NEW, 13)):
        rows = [["XYZ", "stock", shares], ["USD", "cash", 0]]
        days[day] = in_accounts(rows, *(f"A{k}" for k in range(split)))
    found = change(days, market)
    accounts = dict.fromkeys(account for account, _ in found)
    for regime in REGIMES:
        for account in accounts:
            cents = [round(100 * each) for each in parts(found, regime, account)]
            printed = [each / 100 for each in cents]
            assert parts(found, regime, account) == pytest.approx(printed, abs=1e-8)
            assert sum(cents[:-1]) == cents[-1]
        for part in PARTS:
            own = [found[a, part][regime] for a in accounts if a != "total"]
            assert sum(round(100 * e) for e in own) == round(100 * found["total", part][regime])
        closing = plain(days[NEW], market[NEW], NEW)[regime]
        assert found["total", "closing"][regime] == pytest.approx(closing, abs=0.005001)


@given(st.lists(st.floats(-1e7, 1e7), min_size=1, max_size=8), st.floats(-0.02, 0.02))
def test_largest_remainders_add_up(amounts: list[float], off: float) -> None:
    whole = sum(amounts) + off
    found = adding_up(np.array(amounts), whole)
    assert round(100 * found.sum()) == round(100 * whole) or abs(100 * whole % 1 - 0.5) < 1e-4
    assert np.abs(found - amounts).max() < 0.04


def test_first_and_last_days_are_the_default() -> None:
    days = {"2026-11-18": DAYS[OLD][:1], "2026-11-19": DAYS[OLD][:1], NEW: DAYS[NEW][:1]}
    market = {day: MARKETS[OLD if day != NEW else NEW] for day in days}
    assert change(days, market) == change(days, market, since="2026-11-18", until_=NEW)
    assert change(days, market) != change(days, market, since="2026-11-18", until_="2026-11-19")


@pytest.mark.parametrize(
    ("asked", "argument", "kind"),
    [
        ({"since": "2026-10-19"}, "since", "a date of the positions"),
        ({"until_": "2026-11-21"}, "until", "a date of the positions"),
        ({"since": NEW}, "since", "a day before 2026-11-20"),
        ({"since": NEW, "until_": OLD}, "since", "a day before"),
        ({"since": "soon"}, "since", "a date"),
    ],
)
def test_days_that_are_none_are_refused(asked: dict[str, str], argument: str, kind: str) -> None:
    answer = udfs.MARGIN_CHANGE(positions_of(DAYS), dated(MARKETS, ["symbol", "price"]), **asked)
    assert_refused(answer, (argument, 0, ""), kind)


def test_a_day_that_is_refused_answers_its_text() -> None:
    bad = {OLD: DAYS[OLD], NEW: [*DAYS[NEW][:-1], ["XYZ", "putt", 1, 90, "2027-01-15", 2.0]]}
    answer = udfs.MARGIN_CHANGE(positions_of(bad), dated(MARKETS, ["symbol", "price", "class"]))
    assert_refused(answer, ("positions", 14, "type"), "call")


def test_a_regime_that_refuses_a_day_says_why_and_the_other_answers() -> None:
    below = ["XYZ", "put", -1, 120, "2026-12-18", 12.0]  # 8 below what exercise pays
    days = {OLD: [["XYZ", "stock", 100]], NEW: [["XYZ", "stock", 100], below]}
    market = {day: [["XYZ", 100, "stock"]] for day in days}
    found = change(days, market)
    assert parts(found, "strategy requirement")[0] == 2_500
    assert parts(found, "strategy requirement")[-1] == 2_500 + 3_200
    for part in PARTS:
        assert found["total", part]["portfolio requirement"].startswith("#XLM! positions, row 4")


def test_dates_of_settings_are_refused_by_row() -> None:
    def asked(*rows: Any) -> list[list[Any]] | str:
        settings_ = [["name", "value", "date"], *rows]
        return udfs.MARGIN_CHANGE(
            positions_of(DAYS), dated(MARKETS, ["symbol", "price", "class"]), settings_
        )

    answer = asked(RATE, ["house", "schwab", "in May"])
    assert answer.startswith("#XLM! settings, row 3, date: found 'in May'"), answer
    answer = asked(RATE, ["as_of", NEW, OLD])
    assert answer.startswith("#XLM! settings, row 3, date: found a date"), answer
    answer = asked(RATE, ["house", "schwap", OLD])
    assert answer.startswith("#XLM! settings, row 3, house: found the text 'schwap'"), answer
    answer = asked(RATE, ["house", "schwab", OLD], ["house", "fidelity", OLD])
    assert answer.startswith("#XLM! settings, row 4, name: found 'house'"), answer


def test_settings_with_dates_count_everywhere_from_their_day_on() -> None:
    positions = [HEADINGS, ["XYZ", "stock", 100, *[None] * 5]]
    market = [["symbol", "price"], ["XYZ", 100]]

    def required(day: str) -> float:
        rows = [
            ["name", "value", "date"],
            ["as_of", day, None],
            ["valuation_range_down_stock", 0.2, "2026-11-01"],
            ["valuation_range_down_stock", 0.3, dt.date(2026, 11, 20)],
        ]
        return udfs.PM_REQUIREMENT(positions, market, rows)

    days = ("2026-10-31", "2026-11-01", "2026-11-19", "2026-11-20")
    assert [required(day) for day in days] == pytest.approx([1_500, 2_000, 2_000, 3_000])
