"""What follows from a deficit: both sides of every amount and date, days counted by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.intraday.answers import (
    MARKET,
    PORTFOLIO,
    STOCK,
    cash,
    deficit,
    levels,
    of_kind,
    rows,
    until,
)
from xlmargin import udfs
from xlmargin.errors import RulebookError
from xlmargin.rulebook import UnderlyingClass, intraday_rules, pattern_rules

DATED = ["date", "time", *STOCK]


def settings(as_of: str, *more: Any, account_type: str = "margin") -> list[list[str]]:
    return [["as_of", as_of], ["account_type", account_type], *more]


def round_trip(day: str, shares: int) -> list[list[Any]]:
    """Bought and sold at 50: for as long as it lasts, 12.50 a share is asked."""
    return [
        [day, 0.4, "XYZ", "stock", shares, 50],
        [day, 0.5, "XYZ", "stock", -shares, 50],
    ]


def deposit(day: str, amount: float) -> list[Any]:
    return [day, 0.6, "", "deposit", amount, None]


@pytest.mark.parametrize(
    ("day", "fifth", "fifteenth", "freeze_ends"),
    [
        # 23, 24, 25, (26 Thanksgiving), 27, 30 November; then 1-4, 7-11, 14 December;
        # 90 days from 30 November: 31 of December, 31 of January, 28 of February
        ("2026-11-20", dt.date(2026, 11, 30), dt.date(2026, 12, 14), dt.date(2027, 2, 28)),
        # 24, (25 Christmas), 28-31 December; (1 January), 4-8 and 11-15 January; 90 days from
        # 31 December: 31, 28 and 31 of the next three months
        ("2026-12-23", dt.date(2026, 12, 31), dt.date(2027, 1, 15), dt.date(2027, 3, 31)),
        # (19 June), 22-26 June; 29 June - 2 July, (3 July for the 4th), 6-10 and 13 July; 90 days
        # from 26 June: 4 to the end of June, 31, 31, 24 of September
        ("2026-06-18", dt.date(2026, 6, 26), dt.date(2026, 7, 13), dt.date(2026, 9, 24)),
    ],
)
def test_fifth_and_fifteenth_business_day_and_the_end_of_a_freeze(
    day: str, fifth: dt.date, fifteenth: dt.date, freeze_ends: dt.date
) -> None:
    found = rows([DATED, *round_trip(day, 200)], cash(2_000), settings(day))
    assert deficit(found) == 500
    assert until(found, "satisfied by") == fifth
    assert until(found, "outstanding") == fifteenth
    assert until(found, "freeze") == freeze_ends


@pytest.mark.parametrize(
    ("equity", "shares", "amount", "counts"),
    [
        # 5% of 10,000 is 500
        (10_000, 840, 500, False),
        (10_000, 841, 512.5, True),
        # 5% of 20,000 is 1,000
        (20_000, 1_680, 1_000, False),
        (20_000, 1_681, 1_012.5, True),
        # 5% of 40,000 is 2,000, but 1,000 is less
        (40_000, 3_280, 1_000, False),
        (40_000, 3_281, 1_012.5, True),
    ],
)
def test_small_deficits_are_no_practice(
    equity: int, shares: int, amount: float, counts: bool
) -> None:
    day = "2026-11-20"
    found = rows([DATED, *round_trip(day, shares)], cash(equity), settings(day))
    assert deficit(found) == amount
    (practice,) = of_kind(found, "practice")
    least = f"{min(0.05 * equity, 1_000):,.2f}"
    beginning = f"counts if not paid promptly: more than {least}" if counts else "not: no more than"
    assert practice["transaction"].startswith(beginning)
    assert len(of_kind(found, "freeze")) == counts


def test_a_deficit_of_less_than_a_dollar_is_one() -> None:
    day = "2026-11-20"
    found = rows([DATED, [day, 0.4, "", "withdrawal", 2_000.5, None]], cash(2_000), settings(day))
    assert deficit(found) == pytest.approx(0.5)
    assert len(of_kind(found, "practice")) == 1


def test_equity_for_the_practice_is_that_of_the_close() -> None:
    # 10,000 less 4,000 withdrawn: 5% of 6,000
    day = "2026-11-20"
    found = rows(
        [DATED, *round_trip(day, 840), [day, 0.6, "", "withdrawal", 4_000, None]],
        cash(10_000),
        settings(day),
    )
    (practice,) = of_kind(found, "practice")
    assert "more than 300.00" in practice["transaction"]


@pytest.mark.parametrize(
    ("day", "amount", "satisfied", "frozen"),
    [
        ("2026-11-19", 499.99, False, True),
        ("2026-11-19", 500, True, False),
        ("2026-11-25", 500, True, False),  # 19, 20, 23, 24, 25: the fifth business day
        ("2026-11-27", 500, True, True),  # the sixth
    ],
)
def test_a_rise_from_the_close_of_the_day_to_a_later_one_satisfies(
    day: str, amount: float, satisfied: bool, frozen: bool
) -> None:
    activity = [DATED, *round_trip("2026-11-18", 200), deposit(day, amount)]
    found = rows(activity, cash(2_000), settings("2026-11-30"))
    (by,) = of_kind(found, "satisfied by")
    assert (by["change"], by["intraday margin level"]) == (500, 2_500)
    if satisfied:
        assert until(found, "satisfied") == dt.date.fromisoformat(day)
    assert len(of_kind(found, "satisfied")) == satisfied
    assert len(of_kind(found, "outstanding")) == (not satisfied)
    assert len(of_kind(found, "freeze")) == frozen


def test_a_deposit_on_the_day_itself_satisfies_nothing() -> None:
    activity = [DATED, *round_trip("2026-11-18", 200), deposit("2026-11-18", 500)]
    found = rows(activity, cash(2_000), settings("2026-11-30"))
    assert levels(found)[-1] == 2_500
    assert len(of_kind(found, "outstanding")) == 1


def test_other_rises_count_and_other_falls_count_against_a_deposit() -> None:
    sold = ["2026-11-19", 0.5, "ABC", "stock", -100, 20]  # frees 25% of 2,000
    held = [["symbol", "type", "quantity"], ["ABC", "stock", 100], ["USD", "cash", 500]]
    bought = ["2026-11-19", 0.5, "XYZ", "stock", 8, 50]  # asks 100
    # 500 + 2,000 - 500: excess 2,000, as before
    trip = [DATED, *round_trip("2026-11-18", 200)]
    as_of = settings("2026-11-20")
    assert of_kind(rows([*trip, sold], held, as_of), "satisfied")
    fallen = rows([*trip, bought, deposit("2026-11-19", 500)], held, as_of)
    assert not of_kind(fallen, "satisfied")
    assert of_kind(rows([*trip, bought, deposit("2026-11-19", 600)], held, as_of), "satisfied")


@pytest.mark.parametrize(
    ("money", "account_type", "outside"),
    [
        (5_000_000, "portfolio", True),
        (4_999_999.99, "portfolio", False),
        (5_000_000, "margin", False),
        (2_000, "cash", True),
    ],
)
@pytest.mark.parametrize("day", ["2026-06-03", "2026-06-04"])
def test_accounts_that_are_outside(
    money: float, account_type: str, outside: bool, day: str
) -> None:
    as_of = settings(day, account_type=account_type)
    found = rows([DATED, *round_trip(day, 100)], cash(money), as_of)
    if outside:
        (row,) = found
        assert row["kind"] == "not applicable"
        assert account_type in row["transaction"]
    assert bool(of_kind(found, "opening")) is not outside


@pytest.mark.parametrize(
    ("day", "chosen", "kind"),
    [
        ("2026-06-03", None, "pattern day trader"),
        ("2026-06-03", "by_date", "pattern day trader"),
        ("2026-06-03", "pattern_day_trader", "pattern day trader"),
        ("2026-06-03", "intraday", None),
        ("2026-06-04", None, "largest deficit"),
        ("2026-06-04", "intraday", "largest deficit"),
        ("2026-06-04", "pattern day trader", "pattern day trader"),
        ("2027-10-20", "pattern_day_trader", "pattern day trader"),
        ("2027-10-20", None, "largest deficit"),
        ("2027-10-21", "pattern_day_trader", None),
        ("2027-10-21", None, "largest deficit"),
    ],
)
def test_which_rules_apply_when(day: str, chosen: str | None, kind: str | None) -> None:
    stated = settings(day, *([["day_trading_regime", chosen]] if chosen else []))
    activity = [DATED, *round_trip(day, 10)]
    if kind:
        assert of_kind(rows(activity, cash(2_000), stated), kind)
        return
    message = udfs.MARGIN_INTRADAY(activity, cash(2_000), MARKET, stated)
    assert message.startswith(f"#XLM! settings, day_trading_regime: found {chosen} for {day}")
    assert message.endswith(").")  # one full stop after the paragraph


def test_the_rules_change_within_the_activity() -> None:
    activity = [DATED, *round_trip("2026-06-03", 10), *round_trip("2026-06-04", 10)]
    found = rows(activity, cash(2_000), settings("2026-06-04"))
    serial = {row["kind"]: row["date"] for row in found}
    assert serial["largest deficit"] == serial["pattern day trader"] + 1


def test_the_numbers_of_law_on_both_sides_of_their_dates() -> None:
    with pytest.raises(RulebookError, match="first is in force from 2026-06-04"):
        intraday_rules(dt.date(2026, 6, 3))
    found = intraday_rules(dt.date(2026, 6, 4)).margin
    practice = found.intraday_practice_equity_rate, found.intraday_practice_amount
    assert practice == (0.05, 1_000)
    assert (found.intraday_freeze_days, found.intraday_portfolio_equity) == (90, 5_000_000)
    assert found.order_is_one_transaction is False
    with pytest.raises(RulebookError, match="repealed from 2027-10-21"):
        pattern_rules(dt.date(2027, 10, 21))
    pattern = pattern_rules(dt.date(2027, 10, 20)).pattern
    assert (pattern.pattern_day_trades, pattern.pattern_business_days) == (4, 5)
    assert pattern.pattern_trade_share == 0.06
    assert (pattern.pattern_least_equity, pattern.pattern_buying_power_multiple) == (25_000, 4)
    assert (pattern.pattern_days_to_meet, pattern.pattern_freeze_days) == (5, 90)
    assert pattern.pattern_portfolio_equity == 5_000_000
    assert (pattern.pattern_rate, pattern.pattern_rate_not_eligible) == (0.25, 1.0)
    assert pattern.pattern_multiple_after_excess == 2
    assert pattern.pattern_portfolio_rate == 0.15
    assert pattern.pattern_portfolio_option_minimum == 0.375
    rates = pattern.pattern_portfolio_option_rate
    broad = {UnderlyingClass.INDEX_HIGH_CAP: 0.08, UnderlyingClass.INDEX_BROAD: 0.10}
    assert dict(rates) == dict.fromkeys(UnderlyingClass, 0.15) | broad


def test_a_setting_may_make_the_rules_stricter_and_not_laxer() -> None:
    day = "2026-11-20"
    stricter = settings(day, ["intraday_practice_amount", 100], ["days_to_meet_intraday", 2])
    found = rows([DATED, *round_trip(day, 200)], cash(2_000), stricter)
    assert until(found, "satisfied by") == dt.date(2026, 11, 24)
    stricter = settings(day, ["days_to_meet_intraday_outstanding", 6])
    found = rows([DATED, *round_trip(day, 200)], cash(2_000), stricter)
    # 23, 24, 25, 27, 30 November, 1 December
    assert until(found, "outstanding") == dt.date(2026, 12, 1)
    laxer = settings(day, ["intraday_practice_amount", 1_500])
    message = udfs.MARGIN_INTRADAY([DATED, *round_trip(day, 1)], cash(2_000), MARKET, laxer)
    assert "1000 or less" in message


@pytest.mark.parametrize("name", ["intraday_practice_equity_rate", "order_is_one_transaction"])
def test_what_is_not_confirmed_says_so(name: str) -> None:
    (row,) = udfs.XLM_RULE(name, "2026-11-20")
    assert "unconfirmed: check against the rule text" in row[6]


def test_equity_for_the_practice_counts_no_long_options() -> None:
    held = [
        ["symbol", "type", "quantity", "strike", "expiration", "price"],
        ["XYZ", "call", 10, 50, "2026-12-18", 8.0],
        ["USD", "cash", 2_000, None, None, None],
    ]
    day = "2026-11-20"
    activity = [DATED, *round_trip(day, 20_000)]
    (practice,) = of_kind(rows(activity, held, settings(day)), "practice")
    assert "more than 100.00" in practice["transaction"]
    assert practice["transaction"].endswith("but for extraordinary circumstances")


def test_a_freeze_ends_when_the_deficit_is_satisfied() -> None:
    # the fifth business day is the 25th; 90 days after it is 23 February
    activity = [DATED, *round_trip("2026-11-18", 200)]
    found = rows(activity, cash(2_000), settings("2026-11-30"))
    assert until(found, "freeze") == dt.date(2027, 2, 23)
    assert of_kind(found, "freeze")[0]["transaction"].endswith("or until satisfied")
    found = rows([*activity, deposit("2026-11-27", 500)], cash(2_000), settings("2026-11-30"))
    assert until(found, "freeze") == dt.date(2026, 11, 27)


def test_portfolio_margin_accounts_have_a_peak_and_neither_days_nor_freeze() -> None:
    # 15% of 10,000 on 1,400
    day = "2026-11-20"
    found = rows([DATED, *round_trip(day, 200)], cash(1_400), PORTFOLIO)
    kinds = [row["kind"] for row in found]
    assert kinds == ["opening", "transaction", "transaction", "largest deficit"]
    assert deficit(found) == pytest.approx(100)
    assert found[-1]["rule"].startswith("FINRA 4210(g)(1)(K)")


@pytest.mark.parametrize(("money", "short"), [(1_500, 0), (1_499, 1)])
def test_a_portfolio_margin_account_short_at_the_close_has_three_business_days(
    money: int, short: int
) -> None:
    bought = ["2026-11-20", 0.4, "XYZ", "stock", 200, 50]
    found = rows([DATED, bought], cash(money), PORTFOLIO)
    assert len(of_kind(found, "deficiency")) == short
    if short:
        (row,) = of_kind(found, "deficiency")
        assert row["deficit"] == pytest.approx(1)
        assert until(found, "deficiency") == dt.date(2026, 11, 25)
        assert row["rule"].startswith("FINRA 4210(g)(10)")
    # by strategy 25% of 10,000: a deficit of (d)(2), and no deficiency of (g)(10)
    found = rows([DATED, bought], cash(money), settings("2026-11-20"))
    assert not of_kind(found, "deficiency")
    assert of_kind(found, "practice")
