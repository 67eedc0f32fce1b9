"""Candidates that lower a requirement, by hand and against every quantity tried one by one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.refusals import assert_refused
from tests.what_if.books import JANUARY, MARCH, MARKET, SETTINGS
from xlmargin import udfs

POSITIONS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account"]
CANDIDATES = [*POSITIONS, "cost", "fee"]
MARGIN = [*SETTINGS, ["account_type", "margin"]]
STOCK = ["XYZ", "stock", 500, None, None, 500.0]


def table(headings: list[str], rows: list[list[Any]]) -> list[list[Any]]:
    return [headings, *([*row, *[None] * (len(headings) - len(row))] for row in rows)]


def hedge(
    held: list[list[Any]],
    candidates: list[list[Any]],
    setting: list[list[Any]] = SETTINGS,
    target: int | None = None,
    market: list[list[Any]] = MARKET,
) -> list[dict[str, Any]]:
    answer = udfs.MARGIN_HEDGE(
        table(POSITIONS, held), table(CANDIDATES, candidates), market, setting, None, target
    )
    assert isinstance(answer, list), answer
    return [dict(zip(answer[0], row, strict=True)) for row in answer[1:]]


def requirement(
    held: list[list[Any]], setting: list[list[Any]], market: list[list[Any]] = MARKET
) -> float:
    if not held:
        return 0.0
    portfolio = setting is not MARGIN
    function = udfs.PM_REQUIREMENT if portfolio else udfs.REGT_MAINTENANCE
    return function(table(POSITIONS, held), market, setting)


def netted(held: list[list[Any]], candidate: list[Any], quantity: int) -> list[list[Any]]:
    """The rows held with so many of a candidate, which closes rows of its contract first."""
    rows, left = [list(row) for row in held], quantity
    for row in rows:
        if row[:2] == candidate[:2] and row[3:5] == candidate[3:5] and row[2] * left < 0:
            closed = min(abs(row[2]), abs(left)) * (1 if left > 0 else -1)
            row[2], left = row[2] + closed, left - closed
    rows = [row for row in rows if row[2]]
    return [*rows, [*candidate[:2], left, *candidate[3:6]]] if left else rows


def every_quantity(
    held: list[list[Any]],
    candidate: list[Any],
    most: int,
    sign: int,
    setting: list[list[Any]],
    market: list[list[Any]] = MARKET,
) -> list[float]:
    """What each quantity up to the most frees."""
    before = requirement(held, setting, market)
    return [0.0] + [
        before - requirement(netted(held, candidate, sign * q), setting, market)
        for q in range(1, most + 1)
    ]


def test_protective_puts_by_the_contract_under_strategy_margin() -> None:
    put = ["XYZ", "put", 10, 480, JANUARY, 6.0, None, None, 5.0]
    # 25% of 50,000 becomes 10% of the strike and 2,000 out of the money: 5,700 less a contract
    (found,) = hedge([STOCK], [put], MARGIN, target=11_000)
    assert (found["quantity"], found["freed"], found["result"]) == (2, 11_400, "reaches the target")
    assert found["requirement after"] == 5 * 12_500 - 11_400
    assert found["cost"] == 2 * 600 + 5
    assert found["freed per dollar"] == pytest.approx(11_400 / 1_205)
    # five lots of stock are all that can be protected
    (most,) = hedge([STOCK], [put], MARGIN, target=50_000)
    assert (most["quantity"], most["freed"]) == (5, 28_500)
    assert most["result"] == "the most it frees"


def test_the_target_is_the_margin_call_where_none_is_given() -> None:
    put = ["XYZ", "put", None, 480, JANUARY, 6.0]
    # equity 62,000 is 500 short of 62,500: one put frees 5,700
    cash = ["USD", "cash", -250_000 + 62_000]
    (found,) = hedge([STOCK, cash], [put], MARGIN)
    assert (found["target"], found["quantity"]) == (500, 1)
    # no call: as much as can be
    (found,) = hedge([STOCK, ["USD", "cash", 0]], [put], MARGIN)
    assert (found["target"], found["quantity"]) == ("#N/A", 5)
    # cash stated nowhere: nobody knows of a call
    (found,) = hedge([STOCK], [put], MARGIN)
    assert (found["target"], found["quantity"]) == ("#N/A", 5)


def test_selling_what_is_held_under_portfolio_margin() -> None:
    # 15% of 500 is 75 a share: 100 shares free 7,500
    (found,) = hedge([STOCK], [["XYZ", "stock", -500, None, None, 500.0]], target=7_500)
    assert (found["quantity"], found["freed"]) == (-100, pytest.approx(7_500))
    assert found["cost"] == -50_000
    assert found["freed per dollar"] == "#N/A"
    # beyond nothing it asks again
    (found,) = hedge([STOCK], [["XYZ", "stock", -2_000, None, None, 500.0]])
    assert (found["quantity"], found["freed"]) == (-500, pytest.approx(37_500))


def test_candidates_that_close_more_rows_and_fewer_are_each_as_if_alone() -> None:
    def put(strike: int, quantity: int, price: float) -> list[Any]:
        return ["XYZ", "put", quantity, strike, JANUARY, price]

    held = [put(480, -1, 6.0), put(480, -1, 6.0), put(460, -3, 3.0)]
    candidates = [put(480, 5, 6.0), put(460, 5, 3.0)]
    by_name = {row["candidate"]: row for row in hedge(held, candidates)}
    for candidate in candidates:
        found = by_name[f"XYZ 15 Jan 2027 {candidate[3]} put"]
        freed = every_quantity(held, candidate, 5, 1, SETTINGS)
        assert found["freed"] == pytest.approx(max(freed))
        assert freed[int(found["quantity"])] == pytest.approx(max(freed))


def test_what_closes_one_row_beside_what_closes_two_asks_the_minimum_for_what_it_opens() -> None:
    # 37.50 a contract is more than puts so far below lose: one closed frees it, and one opened asks
    def put(symbol: str, strike: int, quantity: int, price: float) -> list[Any]:
        return [symbol, "put", quantity, strike, JANUARY, price]

    two = [put("XYZ", 480, -1, 6.0), put("XYZ", 480, -1, 6.0)]
    held = [*two, put("ABC", 30, -1, 0.01), put("ABC", 29, -4, 0.01)]
    found = hedge(held, [put("XYZ", 480, 5, 6.0), put("ABC", 30, 5, 0.01)])
    by_symbol = {row["symbol"]: (row["quantity"], row["freed"]) for row in found}
    assert by_symbol["ABC"] == (1, pytest.approx(37.5))
    assert by_symbol["XYZ"] == (2, pytest.approx(requirement(two, SETTINGS)))


def test_a_candidate_is_bought_no_more_than_its_most_beside_one_that_is() -> None:
    few = ["XYZ", "put", 1, 480, JANUARY, 6.0]
    many = ["XYZ", "put", 40, 470, JANUARY, 4.0]
    found = {row["candidate"]: row["quantity"] for row in hedge([STOCK], [few, many])}
    assert found["XYZ 15 Jan 2027 480 put"] == 1
    assert found["XYZ 15 Jan 2027 470 put"] > 1


def test_a_candidate_beside_which_nothing_is_held_frees_nothing() -> None:
    put = ["ABC", "put", 5, 45, JANUARY, 1.0]
    (found,) = hedge([STOCK], [put], MARGIN)
    assert (found["quantity"], found["freed"], found["result"]) == (0, 0, "frees nothing")
    assert found["requirement after"] == 5 * 12_500


def test_a_row_that_asks_nothing_is_closed_for_the_one_behind_it() -> None:
    # no move of 15% takes puts of such a volatility to their strike: they ask 37.50 each, less than
    # what the tenth loses, so that closing nine frees nothing
    headings = ["symbol", "type", "quantity", "strike", "expiration", "volatility"]
    quiet, last = (["XYZ", "put", n, 400, JANUARY, sigma] for n, sigma in ((-9, 0.02), (-1, 0.5)))
    required = [
        udfs.PM_REQUIREMENT([headings, *rows], MARKET, SETTINGS)
        for rows in ([quiet, last], [[*quiet[:2], -1, *quiet[3:]], last], [last])
    ]
    assert required == pytest.approx([required[0]] * 3)
    assert required[0] > 10 * 37.5
    bought = [*quiet[:2], 12, *quiet[3:]]
    _, found = udfs.MARGIN_HEDGE([headings, quiet, last], [headings, bought], MARKET, SETTINGS)
    assert found[2] == 10
    assert found[3:5] == pytest.approx([0, required[0]])


def test_what_a_cash_account_may_not_hold_frees_nothing() -> None:
    # the put is secured with 48,000 and the stock paid for in full; one call is covered by it and
    # asks nothing, and more may not be sold, nor more stock than is held
    secured = ["XYZ", "put", -1, 480, JANUARY, 6.0]
    held = [secured, ["XYZ", "stock", 100, None, None, 500.0]]
    cash = [*SETTINGS, ["account_type", "cash"]]
    back = ["XYZ", "put", 1, 480, JANUARY, 6.0]
    call = ["XYZ", "call", -3, 520, JANUARY, 8.0]
    stock = ["XYZ", "stock", -200, None, None, 500.0]
    paid, closed, sold = hedge(held, [call, back, stock], cash)
    assert (paid["quantity"], paid["freed"]) == (-100, 50_000)
    assert (closed["quantity"], closed["freed"]) == (1, 48_000)
    assert (sold["quantity"], sold["freed"], sold["result"]) == (0, 0, "frees nothing")


def test_no_more_is_sold_than_lowers_the_requirement() -> None:
    # 75 a share beside a minimum of 150 for the calls: two shares more or less ask no more
    calls = ["XYZ", "call", -4, 800, JANUARY, 0.01]
    held = [["XYZ", "stock", 100, None, None, 500.0], calls]
    (found,) = hedge(held, [["XYZ", "stock", -200, None, None, 500.0]])
    assert found["quantity"] == -98
    assert found["requirement after"] == pytest.approx(150)


def test_the_leg_that_makes_a_long_european_box_frees_what_it_is_worth_beyond_its_half() -> None:
    market = [["symbol", "price", "class"], ["SPX", 1_000, "index_high_cap"]]
    held = [
        ["SPX", "call", 1, 1_000, JANUARY, 18.0],
        ["SPX", "put", -1, 1_000, JANUARY, 10.0],
        ["SPX", "put", 1, 1_010, JANUARY, 16.0],
    ]
    (found,) = hedge(held, [["SPX", "call", -1, 1_010, JANUARY, 14.5]], MARGIN, market=market)
    # 500 required beside an equity that counts 1,000, and 1,450 received
    assert (found["quantity"], found["freed"]) == (-1, pytest.approx(500))
    assert found["excess change"] == pytest.approx(500 + 1_450)


def test_a_fee_is_paid_once_and_the_trade_price_is_the_cost() -> None:
    put = ["XYZ", "put", 10, 480, JANUARY, 6.0, None, 6.1, 7.0]
    (found,) = hedge([STOCK], [put], target=100)
    assert found["cost"] == pytest.approx(abs(found["quantity"]) * 610 + 7)


def excess(held: list[list[Any]], traded: list[Any], setting: list[list[Any]]) -> float:
    """What the trades change the excess of the regime by, as the what-if says."""
    name = "strategy excess" if setting is MARGIN else "portfolio excess"
    answer = udfs.MARGIN_WHATIF(
        table(POSITIONS, held), table(CANDIDATES, [traded]), MARKET, setting
    )
    return next(row[3] for row in answer if row[0] == name)


@pytest.mark.parametrize("setting", [SETTINGS, MARGIN])
@pytest.mark.parametrize(
    "candidate",
    [
        ["XYZ", "put", 9, 480, JANUARY, 6.0, None, 6.1, 5.0],
        ["XYZ", "put", 3, 450, "2027-12-17", 30.0, None, 31.0, 5.0],  # counts over nine months
        ["XYZ", "call", 7, 520, JANUARY, None, None, 8.2, 5.0],  # buys back what was sold
        ["XYZ", "stock", -200, None, None, 500.0, None, 499.0, 1.0],
    ],
)
def test_the_excess_gains_what_the_what_if_says(
    candidate: list[Any], setting: list[list[Any]]
) -> None:
    held = [STOCK, ["XYZ", "call", -8, 520, JANUARY, 8.0], ["USD", "cash", 1_000]]
    (found,) = hedge(held, [candidate], setting)
    traded = [*candidate[:2], found["quantity"], *candidate[3:]]
    expected = excess(held, traded, setting) if found["quantity"] else 0.0
    assert found["excess change"] == pytest.approx(expected)


def test_what_frees_nothing_costs_nothing_and_comes_last() -> None:
    idle = ["ABC", "put", None, 45, JANUARY, 1.0, None, None, 5.0]
    good = ["XYZ", "put", None, 480, JANUARY, 6.0]
    for setting in (SETTINGS, MARGIN):
        first, last = hedge([STOCK, ["ABC", "put", 1, 50, JANUARY, 2.0]], [idle, good], setting)
        assert (first["symbol"], last["symbol"]) == ("XYZ", "ABC")
        assert (last["quantity"], last["cost"], last["result"]) == (0, 0, "frees nothing")


def test_ranked_by_target_then_pay_then_freed_per_dollar() -> None:
    sell = ["XYZ", "stock", -500, None, None, 500.0]
    near = ["XYZ", "put", 10, 480, JANUARY, 6.0]
    far = ["XYZ", "put", 10, 450, JANUARY, 2.0]
    little = ["XYZ", "put", 1, 490, JANUARY, 9.0]
    found = hedge([STOCK], [little, near, far, sell], target=12_000)
    assert found[0]["symbol"] == "XYZ" and found[0]["cost"] < 0
    assert [row["result"] for row in found] == ["reaches the target"] * 3 + ["the most it frees"]
    assert found[1]["freed per dollar"] >= found[2]["freed per dollar"]
    assert found[3]["candidate"].endswith("490 put")


def test_of_those_that_free_as_much_the_one_that_pays_more_comes_first() -> None:
    sold = [["XYZ", "stock", -500, None, None, 500.0, None, at] for at in (499.0, 501.0, 500.0)]
    found = hedge([STOCK], sold)
    assert [row["cost"] for row in found] == [-250_500, -250_000, -249_500]
    assert {row["freed"] for row in found} == {37_500}


def test_accounts_have_their_own_targets_and_candidates_name_theirs() -> None:
    held = [[*STOCK, "one"], ["USD", "cash", -188_000, None, None, None, "one"],
            [*STOCK, "two"], ["USD", "cash", -190_000, None, None, None, "two"]]  # fmt: skip
    put = ["XYZ", "put", None, 480, JANUARY, 6.0]
    found = hedge(held, [[*put, "one"], [*put, "two"]], MARGIN)
    assert {row["account"]: (row["target"], row["quantity"]) for row in found} == {
        "one": (500, 1),
        "two": (2_500, 1),
    }
    answer = udfs.MARGIN_HEDGE(table(POSITIONS, held), table(CANDIDATES, [put]), MARKET, MARGIN)
    assert_refused(answer, ("candidates", 2, "account"), "an account")


OPTIONS = [(t, k, e) for t in ("put", "call") for k in (480, 500, 520) for e in (JANUARY, MARCH)]
VOLATILITY = 0.3


def priced(option: tuple[str, float, str]) -> list[Any]:
    kind, strike, expiration = option
    price = udfs.OPT_PRICE(kind, 500.0, strike, expiration, "2026-11-20", VOLATILITY, 0.04)
    return ["XYZ", kind, None, strike, expiration, round(price, 2)]


books = st.lists(
    st.tuples(st.sampled_from(OPTIONS), st.integers(-4, 4).filter(bool)),
    min_size=1,
    max_size=4,
    unique_by=lambda row: row[0],
)
shares = st.sampled_from([0, 100, 250, -300, 400])
candidates = st.one_of(st.sampled_from(OPTIONS), st.none())


def built(option: list[tuple[tuple[str, float, str], int]], stock: float) -> list[list[Any]]:
    held = [[*priced(o)[:2], q, *priced(o)[3:]] for o, q in option]
    return [*held, ["XYZ", "stock", stock, None, None, 500.0]] if stock else held


@settings(max_examples=25, deadline=None)
@given(option=books, stock=shares, candidate=st.sampled_from(OPTIONS),
       sign=st.sampled_from([1, -1]), share=st.sampled_from([0.2, 0.5, 0.9, 1.0, 1.3]),
       house=st.sampled_from(["rule", "tastytrade_stressed"]))  # fmt: skip
def test_portfolio_quantities_are_the_least_of_all(
    option: list[tuple[tuple[str, int, str], int]],
    stock: int,
    candidate: tuple[str, int, str],
    sign: int,
    share: float,
    house: str,
) -> None:
    held, setting, most = built(option, stock), [*SETTINGS, ["house", house]], 12
    row = priced(candidate)
    freed = every_quantity(held, row, most, sign, setting)
    target = max(share * max(freed), 1.0)
    row[2] = sign * most
    (found,) = hedge(held, [row], setting, target)
    judge(found, freed, target)


@settings(max_examples=25, deadline=None)
@given(option=books, stock=st.sampled_from([250, -300]), sign=st.sampled_from([1, -1]),
       share=st.sampled_from([0.3, 0.9, 1.0, 1.3]),
       house=st.sampled_from(["rule", "tastytrade_stressed"]))  # fmt: skip
def test_portfolio_quantities_of_shares_are_the_least_of_all(
    option: list[tuple[tuple[str, int, str], int]], stock: int, sign: int, share: float, house: str
) -> None:
    lot = 50  # every fiftieth quantity is tried
    market, setting = [["symbol", "price"], ["XYZ", 500.0]], [*SETTINGS, ["house", house]]
    held = built(option, stock)
    before = requirement(held, setting, market)
    row, most = ["XYZ", "stock", None, None, None, 500.0], 600
    tried = range(0, most + 1, lot)
    freed = {q: before - requirement(netted(held, row, sign * q), setting, market) for q in tried}
    target = max(share * max(freed.values()), 1.0)
    row[2] = sign * most
    (found,) = hedge(held, [row], setting, target)
    quantity = abs(found["quantity"])
    assert found["freed"] >= max(freed.values()) - 0.01 or found["freed"] >= target - 0.01
    for q, amount in freed.items():
        if q < quantity:
            assert amount < min(target, found["freed"]) + 0.01


@settings(max_examples=25, deadline=None)
@given(option=books, stock=shares, candidate=st.sampled_from(OPTIONS),
       sign=st.sampled_from([1, -1]), share=st.sampled_from([0.2, 0.5, 0.9, 1.0, 1.3]))  # fmt: skip
def test_strategy_quantities_are_the_least_of_all(
    option: list[tuple[tuple[str, int, str], int]],
    stock: int,
    candidate: tuple[str, int, str],
    sign: int,
    share: float,
) -> None:
    held, most = built(option, stock), 12
    row = priced(candidate)
    freed = every_quantity(held, row, most, sign, MARGIN)
    target = max(share * max(freed), 1.0)
    row[2] = sign * most
    (found,) = hedge(held, [row], MARGIN, target)
    assert "tried" not in found["result"] and "perhaps" not in found["result"]
    judge(found, freed, target)


def judge(found: dict[str, Any], freed: list[float], target: float) -> None:
    """The least quantity that frees enough, or else the least that frees the most."""
    enough = [q for q, amount in enumerate(freed) if amount >= target - 1e-3]
    best = max(freed)
    least = enough[0] if enough else next(q for q, a in enumerate(freed) if a >= best - 1e-3)
    assert abs(found["quantity"]) == least
    assert found["freed"] == pytest.approx(freed[least], abs=0.01)
    assert (found["result"] == "reaches the target") is bool(enough)


@settings(max_examples=15, deadline=None)
@given(option=books, stock=st.sampled_from([250, -300]), sign=st.sampled_from([1, -1]))
def test_shares_by_strategy_never_claim_too_much(
    option: list[tuple[tuple[str, int, str], int]], stock: int, sign: int
) -> None:
    held, row = built(option, stock), ["XYZ", "stock", None, None, None, 500.0]
    freed = every_quantity(held, row, 40, sign, MARGIN)
    row[2] = sign * 40
    (found,) = hedge(held, [row], MARGIN, max(0.8 * max(freed), 1.0))
    amount = freed[int(abs(found["quantity"]))]
    assert found["freed"] == pytest.approx(amount, abs=0.01)
    if "tried" not in found["result"] and "perhaps" not in found["result"]:
        judge(found, freed, max(0.8 * max(freed), 1.0))
    elif "reaches" in found["result"]:
        assert amount >= 0.8 * max(freed) - 0.01


@pytest.mark.parametrize("setting", [SETTINGS, MARGIN])
def test_rows_of_one_contract_are_closed_as_one(setting: list[list[Any]]) -> None:
    price = priced(("call", 520, JANUARY))[5]
    row = ["XYZ", "call", None, 520, JANUARY, price]
    stock = ["XYZ", "stock", 200, None, None, 500.0]
    parts = [[*row[:2], q, *row[3:]] for q in (-1, -2, -4)]
    whole = [[*row[:2], -7, *row[3:]]]
    buy = [*row[:2], 12, *row[3:]]
    for target in (None, 3_000.0, 25_000.0, 1_000_000.0):
        one, other = (hedge([stock, *held], [buy], setting, target)[0] for held in (parts, whole))
        numbers = [k for k, v in one.items() if isinstance(v, float)]
        assert [one[k] for k in numbers] == pytest.approx([other[k] for k in numbers])
        assert one["result"] == other["result"]


def test_more_than_is_tried_one_by_one_is_found_and_not_said_to_be_least() -> None:
    # 200 uncovered calls; a call bought back frees one uncovered call after the other
    call = ["XYZ", "call", -200, 520, JANUARY, 8.0]
    back = ["XYZ", "call", None, 520, JANUARY, 8.0]
    (found,) = hedge([call], [back], MARGIN, target=100 * 8_800)
    assert (found["quantity"], found["freed"]) == (100, 880_000)
    assert found["result"] == "reaches the target, perhaps with less too"
    (found,) = hedge([call], [back], SETTINGS)
    assert (found["quantity"], found["result"]) == (200, "the most it frees")


def test_a_house_s_minimum_turns_where_shares_go_from_short_to_long() -> None:
    # an uncovered call requires 30% of the 500,000 that it delivers, more than any loss here; the
    # first 600 shares of one fund bought against 600 of another sold cover nothing, the next ones
    # 150 each
    market = [["symbol", "price", "class", "class_group"], ["SPX", 5_000, "index_high_cap", "SPX"],
              ["SPY", 500, "etf_broad", "SPX"], ["VOO", 500, "etf_broad", "SPX"]]  # fmt: skip
    held = [["SPX", "call", -1, 6_000, JANUARY, 5.0], ["SPY", "stock", -600, None, None, 500.0]]
    setting = [*SETTINGS, ["short_option_minimum", 0.3]]
    bought = ["VOO", "stock", 1_000, None, None, 500.0]
    assert requirement(held, setting, market) == pytest.approx(150_000)
    (found,) = hedge(held, [bought], setting, 15_000, market)
    assert (found["quantity"], found["freed"]) == (700, pytest.approx(15_000))
    bought[2] = 500
    (found,) = hedge(held, [bought], setting, 15_000, market)
    assert (found["quantity"], found["result"]) == (0, "frees nothing")


def test_shares_bought_to_cover_calls_come_by_the_lot() -> None:
    call = ["XYZ", "call", -2, 520, JANUARY, 8.0]
    odd = ["XYZ", "stock", 30, None, None, 500.0]
    bought = ["XYZ", "stock", None, None, None, 500.0]
    # 70 more cover one call, which asked 8,800; 100 shares ask 12,500, of which 30 asked 3,750
    (found,) = hedge([call, odd], [bought], MARGIN)
    assert (found["quantity"], found["freed"]) == (70, 50)
    assert found["result"] == "the most it frees at the quantities tried"
    (found,) = hedge([["XYZ", "call", -2, 520, JANUARY, 90.0], odd], [bought], MARGIN)
    # at 90 a call: 17,000 each, and its value stays inside until it is covered
    assert found["quantity"] == 170
    assert found["freed"] == 2 * 17_000 - (25_000 - 3_750)


def test_positions_outside_portfolio_margin_are_freed_by_strategy() -> None:
    market = [["symbol", "price", "marginable"], ["XYZ", 500.0, None], ["OTC", 50.0, False]]
    short = ["OTC", "put", -2, 45, JANUARY, 2.0]
    long = ["OTC", "put", 5, 40, JANUARY, 1.0]
    before = requirement([STOCK, short], SETTINGS, market)
    # uncovered 700 less the option's 200; in a spread 500 less 200 and the 100 of the long one
    for target, quantity in ((90.0, 1), (None, 2)):
        (found,) = hedge([STOCK, short], [long], SETTINGS, target, market)
        after = requirement([STOCK, short, [*long[:2], quantity, *long[3:]]], SETTINGS, market)
        assert found["quantity"] == quantity
        assert found["freed"] == pytest.approx(before - after) == pytest.approx(100 * quantity)


@pytest.mark.parametrize(
    ("candidates", "message"),
    [
        ([["XYZ", "put", 1, 450, JANUARY]], "row 2, price: found nothing"),
        ([["XYZ", "put", 0, 450, JANUARY, 2.0]], "row 2, quantity: found 0"),
        ([["XYZ", "put", 1.5, 450, JANUARY, 2.0]], "row 2, quantity: found 1.5"),
        ([["XYZ", "put", "x", 450, JANUARY, 2.0]], "row 2, quantity: found the text 'x'"),
        ([["USD", "cash", 100]], "row 2, type: found 'cash'"),
        ([["QQQ", "put", 1, 450, JANUARY, 2.0]], "row 2, symbol: found 'QQQ'"),
        ([["XYZ", "put", 1, 450, JANUARY, 900.0]], "row 2, price: found 900"),
        ([["XYZ", "put", 1, 450, JANUARY, 2.0, None, None, -1]], "row 2, fee: found -1"),
        ([], "candidates: found no candidates"),
    ],
)
def test_refused_by_row_and_column(candidates: list[list[Any]], message: str) -> None:
    answer = udfs.MARGIN_HEDGE(
        table(POSITIONS, [STOCK]), table(CANDIDATES, candidates), MARKET, SETTINGS
    )
    assert answer.startswith("#XLM! candidates")
    assert message in answer


@pytest.mark.parametrize("side", ["sell", "Sell to open", "short"])
def test_a_side_is_the_direction_where_no_quantity_is_stated(side: str) -> None:
    head = [["symbol", "type", "quantity", "strike", "expiration", "price", "side"]]
    call = ["XYZ", "call", None, 520, JANUARY, 6.0]
    positions = table(POSITIONS, [STOCK])
    by_side = udfs.MARGIN_HEDGE(positions, [*head, [*call, side]], MARKET, SETTINGS)
    call[2] = -10_000  # as many as are tried where no quantity says so
    by_sign = udfs.MARGIN_HEDGE(positions, [*head, [*call, None]], MARKET, SETTINGS)
    assert by_side == by_sign
    bought = udfs.MARGIN_HEDGE(
        positions, [*head, [*call[:2], None, *call[3:], None]], MARKET, SETTINGS
    )
    assert bought != by_sign


@pytest.mark.parametrize("target", [0, -5, "much"])
def test_a_target_that_is_none_is_refused(target: int | str) -> None:
    answer = udfs.MARGIN_HEDGE(
        table(POSITIONS, [STOCK]),
        table(CANDIDATES, [["XYZ", "put", 1, 450, JANUARY, 2.0]]),
        MARKET, SETTINGS, None, target,
    )  # fmt: skip
    assert answer.startswith("#XLM! target: found")


def test_a_volatility_stands_for_a_price() -> None:
    headings = [*CANDIDATES, "volatility"]
    row = ["XYZ", "put", None, 480, JANUARY, None, None, None, 5.0, 0.3]
    price = udfs.OPT_PRICE("put", 500, 480, JANUARY, "2026-11-20", 0.3, 0.04)
    for setting in (SETTINGS, MARGIN):
        answer = udfs.MARGIN_HEDGE(table(POSITIONS, [STOCK]), [headings, row], MARKET, setting)
        quantity, cost = answer[1][2], answer[1][6]
        assert cost == pytest.approx(100 * quantity * price + 5)


def test_notes_are_sold_at_their_strategy_based_requirement_under_portfolio_margin() -> None:
    # 1,000 of a note at 40: 25%; a Treasury bill: 1%; neither is in the array
    held = [
        ["symbol", "type", "quantity", "price", "expiration"],
        ["NTE", "stock", 1_000, 40, None],
        ["912797AB1", "treasury", 100_000, 99, "2027-02-05"],
        ["XYZ", "stock", 100, 50, None],
        ["USD", "cash", 0, None, None],
    ]
    market = [["symbol", "price", "class"], ["NTE", 40, "etn"], ["XYZ", 50, None]]
    sold = [held[0][:4], ["NTE", "stock", -500, 40], ["XYZ", "stock", -100, 50]]
    settings = [["name", "value"], ["as_of", "2026-11-20"]]
    headings, *rows = udfs.MARGIN_HEDGE(held, sold, market, settings)
    freed, quantity = headings.index("freed"), headings.index("quantity")
    found = {row[0]: (row[quantity], row[freed]) for row in rows}
    assert found == {"NTE": (-500, pytest.approx(5_000)), "XYZ": (-100, pytest.approx(750))}


# Without candidates


def of_held(
    held: list[list[Any]], setting: list[list[Any]] = SETTINGS, target: int | None = None
) -> list[dict[str, Any]]:
    answer = udfs.MARGIN_HEDGE(table(POSITIONS, held), None, MARKET, setting, None, target)
    assert isinstance(answer, list), answer
    return [dict(zip(answer[0], row, strict=True)) for row in answer[1:]]


def test_without_candidates_what_is_held_can_be_closed() -> None:
    (found,) = of_held([STOCK], target=7_500)
    # 15% of 500 a share under portfolio margin, 25% by strategy
    assert (found["quantity"], found["freed"], found["cost"]) == (-100, 7_500, -50_000)
    (found,) = of_held([STOCK], MARGIN, target=12_500)
    assert (found["quantity"], found["freed"], found["cost"]) == (-100, 12_500, -50_000)


@pytest.mark.parametrize("setting", [SETTINGS, MARGIN], ids=["portfolio", "strategy"])
def test_they_are_what_is_held_the_other_way_and_more_of_long_puts(
    setting: list[list[Any]],
) -> None:
    """As if they were typed, whatever the rows that one contract is held in, and its cost."""
    put = ["XYZ", "put", 3, 480, JANUARY, 9.0]
    call = ["XYZ", "call", -2, 520, JANUARY, 8.0]
    lots = [["XYZ", "stock", 200, None, None, 500.0], ["XYZ", "stock", 300, None, None, 500.0]]
    typed = hedge(
        [STOCK, put, call],
        [
            ["XYZ", "stock", -500, None, None, 500.0],
            ["XYZ", "put", -3, 480, JANUARY, 9.0],
            ["XYZ", "call", 2, 520, JANUARY, 8.0],
            ["XYZ", "put", 10_000, 480, JANUARY, 9.0],
        ],
        setting,
    )
    assert of_held([*lots, put, call], setting) == typed


def test_a_part_of_a_share_closes_nothing() -> None:
    answer = udfs.MARGIN_HEDGE(
        table(POSITIONS, [["XYZ", "stock", 0.5, None, None, 500.0]]), None, MARKET, SETTINGS
    )
    assert "candidates" in answer
    assert "nothing held can be closed" in answer
