"""Lights, distances and moves beside limits, worked out by hand or by a plain twin."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest

from tests.account.two_accounts import BOOK, MARKET, SETTINGS, alerts
from tests.books import Range
from tests.refusals import assert_refused
from xlmargin import udfs
from xlmargin.account import Light, Limits


def refused(*rows: list[object], head: tuple[str, ...] = ("figure", "warn", "alert")) -> str:
    answer = udfs.MARGIN_ALERTS(BOOK, [list(head), *rows], MARKET, SETTINGS)
    assert isinstance(answer, str), answer
    return answer


def test_lights_on_both_sides_of_each_limit() -> None:
    value = np.array([10.0, 9.9, 5.0, 4.9, nan, inf, 10.0, 10.1, 15.0, 15.1])
    least = np.array([True] * 6 + [False] * 4)
    warn = np.where(least, 10.0, 10.0)
    alert = np.where(least, 5.0, 15.0)
    limits = Limits(warn, alert, least, 0.005)
    names = [Light(light).word for light in limits.lights(value).tolist()]
    up = ["green", "amber", "amber", "red"]
    assert names == [*up, "grey", "green", *up]
    left = limits.distance(value)
    assert left.tolist() == pytest.approx(
        [0.0, 4.9, 0.0, -0.1, nan, inf, 0.0, 4.9, 0.0, -0.1], nan_ok=True
    )


def test_a_cent_s_dust_is_past_no_limit() -> None:
    one = np.ones(1)
    limits = Limits(nan * one, 0.0 * one, np.array([True]), 0.005)
    assert limits.lights(-0.004 * one) == [Light.GREEN]
    assert limits.lights(-0.006 * one) == [Light.RED]


def test_excess_and_cushion_of_shares_by_hand() -> None:
    thresholds = [
        ["figure", "warn", "alert", "account"],
        ["portfolio excess", 40_000, 10_000, "A"],  # 85,000 u - 50,000 = 10,000
        ["portfolio cushion", 0.8, 0.3, "A"],  # 85 u - 50 = 0.3 (100 u - 50)
        ["strategy excess", None, 10_000, "A"],  # 75,000 u - 50,000 = 10,000
        ["strategy cushion", None, 0.2, "A"],  # 75 u - 50 = 0.2 (100 u - 50)
    ]
    found = {str(row["figure"]): row for row in alerts(thresholds)}
    moves = {
        "portfolio excess": 60 / 85 - 1,
        "portfolio cushion": 35 / 55 - 1,
        "strategy excess": 60 / 75 - 1,
        "strategy cushion": 40 / 55 - 1,
    }
    for figure, move in moves.items():
        assert found[figure]["move to it"] == pytest.approx(move, abs=1e-8), figure
        assert found[figure]["account"] == "A"
    amber = found["portfolio excess"]
    assert (amber["value"], amber["light"], amber["level"]) == (35_000.0, "amber", 1.0)
    assert amber["distance"] == pytest.approx(25_000.0)
    assert amber["says"] == "Portfolio excess is $35,000, below the warning of $40,000."
    assert found["portfolio cushion"]["light"] == "amber"  # 0.7
    assert found["strategy cushion"]["light"] == "green"  # 25,000 of 50,000
    assert found["strategy cushion"]["warn"] == "none"


def test_an_account_s_own_limit_goes_before_that_of_all() -> None:
    thresholds = [
        ["figure", "alert", "account"],
        ["portfolio excess", 10_000, None],
        ["portfolio excess", 300_000, "B"],
    ]
    red, green = alerts(thresholds)
    assert (red["account"], red["alert"], red["light"]) == ("B", 300_000.0, "red")
    assert red["distance"] == pytest.approx(177_500.0 - 300_000.0)
    assert red["move to it"] == 0.0
    assert (green["account"], green["alert"], green["light"]) == ("A", 10_000.0, "green")


def test_the_largest_name_by_hand_under_both_regimes() -> None:
    thresholds = [["figure", "alert"], ["largest name share", 0.7]]
    a, b = alerts(thresholds)
    assert (a["account"], a["value"], a["light"]) == ("A", 1.0, "red")
    assert (b["account"], b["value"], b["light"]) == ("B", pytest.approx(2 / 3), "green")
    assert b["says"] == "Largest name share, XYZ, is 66.7%; at most 70.0% is wanted."
    positions = [*BOOK, ["ABC", "stock", 3_000, "B"]]  # 15,000 of XYZ, 30,000 of ABC
    _, b = alerts(thresholds, positions)
    assert b["says"] == "Largest name share, ABC, is 66.7%; at most 70.0% is wanted."
    margin = [["account_type", "margin"]]
    _, b = alerts(thresholds, more=margin)  # 25,000 and 12,500
    assert b["value"] == pytest.approx(2 / 3)


def test_what_is_not_eligible_counts_in_its_name() -> None:
    market = [["symbol", "price", "marginable"], ["XYZ", 100.0, True], ["NEW", 10.0, False]]
    positions = [
        ["symbol", "type", "quantity"], ["XYZ", "stock", 100], ["NEW", "stock", 300],
        ["", "cash", 0],
    ]  # fmt: skip
    [row] = alerts([["figure", "alert"], ["largest name share", 0.5]], positions, market)
    assert row["value"] == pytest.approx(3_000 / 4_500)  # all of NEW, 15% of XYZ
    assert "NEW" in str(row["says"])


@pytest.mark.parametrize(
    ("kind", "figures"),
    [
        (
            "portfolio",
            [
                "portfolio excess",
                "portfolio margin call",
                "minimum equity deficiency",
                "portfolio minimum equity deficiency",
                "stress cushion",
            ],
        ),
        ("margin", ["strategy excess", "strategy margin call", "minimum equity deficiency"]),
        ("cash", ["strategy excess", "strategy margin call"]),
    ],
)
def test_without_limits_the_usual_ones(kind: str, figures: list[str]) -> None:
    positions = [BOOK[0], *BOOK[3:]]
    found = alerts(None, positions, more=[["account_type", kind], ["equity_to_keep", 100_000]])
    assert [row["figure"] for row in found] == figures
    assert {row["light"] for row in found} == {"green"}


def test_a_margin_call_is_red_with_its_day() -> None:
    positions = [BOOK[0], BOOK[1], ["", "cash", -90_000, "A"], *BOOK[3:]]
    found = alerts(None, positions)
    assert [(row["account"], row["light"]) for row in found[:4]] == [
        ("A", "red"), ("A", "red"), ("A", "red"), ("A", "amber"),
    ]  # fmt: skip
    excess, call = found[0], found[1]
    assert (excess["value"], call["value"]) == (-5_000.0, 5_000.0)
    due = udfs.MARGIN_CALL_DUE("2026-11-20", "portfolio", SETTINGS)
    assert (excess["due"], call["due"]) == (due, due)
    assert excess["move to it"] == 0.0
    assert str(call["says"]).startswith("Portfolio margin call is $5,000, above the limit of $0, ")
    least = found[2]  # of 10,000 no firm may set less than 100,000
    assert (least["value"], least["due"]) == (90_000.0, due)
    assert found[3]["due"] == found[4]["due"] == "none"


def test_the_house_s_least_equity_counts_where_it_states_one() -> None:
    found = alerts(None, more=[["house", "ibkr_like"]])
    [own] = [r for r in found if r["figure"] == "portfolio minimum equity deficiency"][:1]
    state = udfs.MARGIN_ACCOUNT(BOOK, MARKET, [*SETTINGS, ["house", "ibkr_like"]])
    missing = next(row for row in state if row[0] == "portfolio minimum equity deficiency")
    assert own["value"] == missing[4 + ["A", "B"].index(str(own["account"]))]


def test_what_is_not_known_is_grey_and_says_why() -> None:
    thresholds = [
        ["figure", "alert", "value"],
        ["requirement change", 1_000, None],
        ["mark age", 1, None],
        ["strategy excess", 0, None],
        ["portfolio excess", 0, None],
    ]
    positions = [BOOK[0], *BOOK[3:]]
    grey = alerts(thresholds, positions)[:2]
    assert [(r["light"], r["level"], r["value"], r["distance"]) for r in grey] == [
        ("grey", -1.0, "none", "none")
    ] * 2
    assert grey[0]["says"] == "Requirement change is not known: not stated."
    cash = alerts(thresholds, positions, more=[["account_type", "cash"]])
    other = next(row for row in cash if row["figure"] == "portfolio excess")
    assert other["says"] == "Portfolio excess is not known: not permitted."


def test_a_regime_that_refuses_the_book_is_grey_with_its_reason() -> None:
    positions = [
        ["symbol", "type", "quantity", "group"], ["XYZ", "stock", 100, "g"],
        ["ABC", "stock", 100, "g"], ["", "cash", 0, None],
    ]  # fmt: skip
    thresholds = [["figure", "alert"], ["strategy excess", 0], ["portfolio excess", 0]]
    grey, green = alerts(thresholds, positions)
    assert (grey["figure"], grey["light"]) == ("strategy excess", "grey")
    assert str(grey["says"]).startswith(
        "Strategy excess is not known: positions, row 2, group: found +100 XYZ, group 'g'"
    )
    assert (green["figure"], green["light"]) == ("portfolio excess", "green")


def test_worst_first_and_grey_before_green() -> None:
    thresholds = [
        ["figure", "warn", "alert", "account"],
        ["portfolio requirement", 20_000, 30_000, "A"],
        ["mark age", None, 5, "A"],
        ["portfolio requirement / account value", 0.2, 0.4, "A"],
        ["leverage", None, 1.5, "A"],
    ]
    found = alerts(thresholds)
    assert [row["light"] for row in found] == ["red", "amber", "grey", "green"]
    assert [row["level"] for row in found] == [2.0, 1.0, -1.0, 0.0]
    assert found[0]["figure"] == "leverage"  # 100,000 on 50,000


def test_a_stated_change_and_the_age_of_the_prices() -> None:
    thresholds = [
        ["figure", "warn", "alert", "value"],
        ["requirement change", 500, 1_000, 750],
        ["mark age", None, 2, None],
    ]
    positions = [[*BOOK[0], "date"], *([*row, "2026-11-17"] for row in BOOK[3:])]
    market = [["symbol", "price", "date"], *([*row, "2026-11-18"] for row in MARKET[1:])]
    age, change = alerts(thresholds, positions, market)
    assert (age["value"], age["light"]) == (3.0, "red")
    assert age["says"] == "Mark age is 3 days, above the limit of 2 days."
    assert (change["value"], change["light"], change["distance"]) == (750.0, "amber", 250.0)


@pytest.mark.parametrize("sign", [1, -1])
def test_moves_are_limited_by_their_size(sign: int) -> None:
    thresholds = [
        ["figure", "warn", "alert", "account"],
        ["portfolio move down", sign * 0.5, sign * 0.4, "A"],
        ["portfolio move down", sign * 0.5, sign * 0.4, "B"],
    ]
    a, b = alerts(thresholds)
    assert a["value"] == pytest.approx(50 / 85 - 1, abs=1e-8)  # 41.2%
    assert a["light"] == "amber"
    assert a["distance"] == pytest.approx(1 - 50 / 85 - 0.4, abs=1e-8)
    assert (b["account"], b["light"], b["value"], b["distance"]) == ("B", "green", "none", "none")
    assert b["says"] == "Portfolio move down: no move searched takes the excess away."


def test_the_moves_of_options_leave_the_reserve_by_path_and_by_rebuilding() -> None:
    head = ["symbol", "type", "quantity", "strike", "expiration", "volatility"]
    positions = [
        head,
        ["XYZ", "stock", 500, None, None, None],
        ["XYZ", "call", -5, 110, "2027-03-19", 0.3],
        ["XYZ", "put", -3, 90, "2027-03-19", 0.35],
        ["", "cash", -20_000, None, None, None],
    ]
    thresholds = [
        ["figure", "alert"],
        ["portfolio excess", 4_000],
        ["portfolio cushion", 0.4],
        ["strategy excess", 2_000],
        ["strategy cushion", 0.25],
    ]
    moves = {str(r["figure"]): float(str(r["move to it"])) for r in alerts(thresholds, positions)}
    limits = {str(row[0]): float(row[1]) for row in thresholds[1:]}
    for figure, move in moves.items():
        assert -0.5 < move < 0
        spot = [["symbol", "price"], ["XYZ", 100.0 * (1 + move)]]
        moved = udfs.MARGIN_ACCOUNT(positions, spot, SETTINGS)
        found = next(row[2] for row in moved if row[0] == figure)
        assert found == pytest.approx(limits[figure], rel=1e-5), figure


TYPOS = [
    (["portfolio exess", None, 1], "figure: found 'portfolio exess'", "perhaps portfolio excess?"),
    (["account type", None, 1], "figure: found 'account type'", "wanted a figure"),
    (["portfolio call due", None, 1], "figure: found 'portfolio call due'", "in dollars"),
    ([None, None, 1], "figure: found nothing", "wanted a figure"),
    (["portfolio excess", "1,5", None], "warn: found the text '1,5'", "wanted"),
    (["portfolio excess", None, "abc"], "alert: found the text 'abc'", "wanted a number"),
    (["portfolio excess", None, "10%"], "alert: found '10%'", "dollars, not percent"),
    (["portfolio cushion", 0.1, 0.2], "warn: found 0.1", "a warning at or above the alert"),
    (["portfolio requirement", 5, 2], "warn: found 5", "a warning at or below the alert"),
    (["leverage", None, "#REF!"], "alert: found the error #REF!", "wanted a value"),
]


@pytest.mark.parametrize(("row", "found", "wanted"), TYPOS, ids=[found for _, found, _ in TYPOS])
def test_a_typo_in_row_seven_is_named(row: list[object], found: str, wanted: str) -> None:
    names = ("long market value", "short market value", "cash", "option value", "SMA")
    good = [[name, None, 1e9] for name in names]
    answer = refused(*good, row)
    assert answer.startswith(f"#XLM! thresholds, row 7, {found}"), answer
    assert wanted in answer


def test_a_misspelt_figure_is_one_problem() -> None:
    """Its limits are in the order of what it is meant for."""
    answer = refused(["portfolio exess", 20_000, 10_000])
    assert "perhaps portfolio excess?" in answer
    assert "more: see XLM_CHECK" not in answer


def test_other_refusals_name_the_cell() -> None:
    head = ("figure", "alert", "account", "direction")
    unknown = refused(["cash", 1, "C", None], head=head)
    assert_refused(unknown, ("thresholds", 2, "account"), "account")
    sideways = refused(["cash", 1, "A", "sideways"], head=head)
    assert_refused(sideways, ("thresholds", 2, "direction"), "above")
    twice = refused(["cash", 1, "A", None], ["cash", 2, "A", None], head=head)
    assert_refused(twice, ("thresholds", 3, "figure"), "row 2")
    assert "no limit" in refused(["cash", None, "A", None], head=head)
    mistyped = refused(["cash", 1, 5], head=("figure", "warn", "alrt"))
    assert_refused(mistyped, ("thresholds", 1, "alrt"), "alert")
    stated = refused(["cash", 1, 5], head=("figure", "alert", "value"))
    assert "row 2, value: found 5" in stated


def test_the_check_lists_what_is_wrong_with_limits() -> None:
    thresholds = [["figure", "alert"], ["cash", 1], ["casch", "abc"]]
    listed = udfs.XLM_CHECK(BOOK, MARKET, SETTINGS, thresholds=thresholds)
    found = [row[:4] for row in listed if row[1] == "thresholds"]
    assert found == [["error", "thresholds", 3.0, "figure"], ["error", "thresholds", 3.0, "alert"]]


def test_a_direction_turns_the_limits() -> None:
    thresholds = [["figure", "warn", "alert", "direction"], ["cash", 60_000, 0, "at least"]]
    a, b = alerts(thresholds)
    assert [(r["account"], r["light"]) for r in (a, b)] == [("A", "red"), ("B", "amber")]


def test_a_figure_without_limits_is_not_watched() -> None:
    thresholds = [["figure", "warn", "alert", "account"], ["cash", None, None, "A"],
                  ["leverage", None, 9, "A"]]  # fmt: skip
    assert [row["figure"] for row in alerts(thresholds)] == ["leverage"]


def test_a_refused_book_refuses() -> None:
    positions = [*BOOK, ["XYZ", "putt", 1, "A"]]
    answer = udfs.MARGIN_ALERTS(positions, None, MARKET, SETTINGS)
    assert_refused(answer, ("positions", 7, "type"), "stock, call, put")


def test_headers_can_be_left_out() -> None:
    whole = udfs.MARGIN_ALERTS(BOOK, None, MARKET, SETTINGS)
    assert udfs.MARGIN_ALERTS(BOOK, None, MARKET, SETTINGS, headers=False) == whole[1:]


@pytest.mark.parametrize("account_type", ["margin", "portfolio"])
@pytest.mark.parametrize("word", ["excess", "ExcessLiquidity", "house surplus"])
def test_a_figure_without_a_regime_is_that_of_the_account_s_own(
    word: str, account_type: str
) -> None:
    regime = {"margin": "strategy", "portfolio": "portfolio"}[account_type]
    more: Range = [["account_type", account_type]]
    head: Range = [["figure", "warn", "alert"]]
    short = alerts([*head, [word, 100_000, 0]], more=more)
    assert [row["figure"] for row in short] == [f"{regime} excess"] * 2
    assert short == alerts([*head, [f"{regime} excess", 100_000, 0]], more=more)


def test_a_broker_s_word_for_a_figure_we_do_not_have_is_no_figure() -> None:
    assert "AvailableFunds" in refused(["AvailableFunds", 10, 0])
    assert "row 2" in refused(["AvailableFunds", 10, 0])
