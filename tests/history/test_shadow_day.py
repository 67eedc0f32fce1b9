"""A day of the shadow analysis against sums made by hand and against the other functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from tests.books import Range
from tests.reading import read_book
from xlmargin import udfs
from xlmargin.account import portfolio_excess, strategy_excess
from xlmargin.book import Book
from xlmargin.computing import forget
from xlmargin.dates import date_of
from xlmargin.errors import InputError, Problem, RulebookError
from xlmargin.history import (
    Regimes,
    ShadowDay,
    day_rows,
    failed_day,
    margined_day,
    margined_days,
    shadow_day,
)
from xlmargin.regimes import under_portfolio_margin
from xlmargin.settings import Basis
from xlmargin.strategy_margin import strategy_margin
from xlmargin.strategy_margin.pairing.many_pairings import FEW

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account"]
DAY = "2026-01-15"


def book(*rows: list[object], **settings: object) -> Book:
    named = {"as_of": DAY, "rate": 0.04, **settings}
    return read_book([HEADINGS, *rows], None, [["name", "value"], *map(list, named.items())])


def stock(shares: float, price: float, account: str = "A") -> list[object]:
    return ["XYZ", "stock", shares, None, None, price, account]


def cash(dollars: float, account: str = "A") -> list[object]:
    return ["", "cash", dollars, None, None, None, account]


def test_stock_bought_with_a_loan_is_called_under_both_regimes() -> None:
    day = shadow_day(book(stock(100, 100.0), cash(-9_000)))
    assert day.long_market_value.tolist() == [10_000]
    assert day.initial.tolist() == [5_000]  # 50%, 12 CFR 220.12(a)
    assert day.maintenance.tolist() == [2_500]  # 25%, FINRA 4210(c)(1)
    assert day.portfolio_requirement == pytest.approx([1_500])  # 15%
    assert day.strategy_equity.tolist() == day.portfolio_equity.tolist() == [1_000]
    assert day.strategy_call.tolist() == [1_500]
    assert day.portfolio_call == pytest.approx([500])


def test_calls_are_due_on_the_days_that_the_rules_count() -> None:
    # From Thursday 15 January 2026: Friday 16, Tuesday 20 (Monday is a holiday), Wednesday 21 are
    # three business days; the fifteenth is Friday 6 February.
    day = shadow_day(book(stock(100, 100.0), cash(-9_000)))
    assert date_of(day.portfolio_due).isoformat() == "2026-01-21"
    assert date_of(day.strategy_due).isoformat() == "2026-02-06"


@pytest.mark.parametrize(
    ("loan", "strategy_call", "portfolio_call"),
    [(7_500, 0, 0), (7_500.01, 0.01, 0), (8_500, 1_000, 0), (8_500.01, 1_000.01, 0.01)],
)
def test_a_call_begins_where_equity_is_below_the_requirement(
    loan: float, strategy_call: float, portfolio_call: float
) -> None:
    day = shadow_day(book(stock(100, 100.0), cash(-loan)))
    assert day.strategy_call == pytest.approx([strategy_call], abs=1e-6)
    assert day.portfolio_call == pytest.approx([portfolio_call], abs=1e-6)
    assert np.isnan(day.strategy_due) == (strategy_call == 0)
    assert np.isnan(day.portfolio_due) == (portfolio_call == 0)


def test_equity_is_unknown_where_cash_is_stated_nowhere() -> None:
    day = shadow_day(book(stock(100, 100.0), stock(1, 100.0, "B"), cash(5, "B")))
    assert np.isnan(day.strategy_equity).tolist() == [True, False]
    assert np.isnan(day.portfolio_call).tolist() == [True, False]
    rows = day_rows(day)
    assert np.isnan(rows["portfolio_equity"][-1])  # the total is not that of one account


def test_the_setting_cash_is_the_lone_account_s() -> None:
    assert shadow_day(book(stock(100, 100.0), cash=-9_000)).strategy_call.tolist() == [1_500]


@pytest.mark.parametrize(
    ("basis", "figure"),
    [(Basis.DEPOSIT, 3_000), (Basis.INITIAL, 3_500), (Basis.MAINTENANCE, 3_500)],
)
def test_released_is_the_figure_of_the_basis_less_the_portfolio_requirement(
    basis: Basis, figure: float
) -> None:
    # Two puts of 250 $, 5 out of the money: 2 * (20% of 10,000 - 500 + 250); the deposit is less by
    # the 500 $ received.
    put = ["XYZ", "put", -2, 95, "2026-12-18", 2.5, "A"]
    day = shadow_day(book(stock(0, 100.0), put, basis=basis.value))
    assert day.figure.tolist() == [figure]
    assert day.released == pytest.approx(figure - day.portfolio_requirement)


SEVERAL: Range = [
    HEADINGS,
    stock(500, 100.0),
    ["XYZ", "call", -5, 105, "2026-12-18", 9.0, "A"],
    stock(500, 100.0, "B"),
    ["XYZ", "put", 5, 95, "2026-12-18", 5.0, "B"],
    ["XYZ", "put", -3, 90, "2026-12-18", 3.5, "C"],
    ["XYZ", "put", 3, 80, "2026-12-18", 1.5, "C"],
    cash(1_000, "C"),
]


@pytest.mark.parametrize("account", ["A", "B", "C"])
def test_each_account_is_what_the_other_functions_answer_for_it_alone(account: str) -> None:
    settings = [["as_of", DAY], ["rate", 0.04]]
    market = [["symbol", "price"], ["XYZ", 100.0]]
    day = shadow_day(read_book(SEVERAL, market, settings))
    i = day.accounts.index(account)
    alone = [SEVERAL[0], *(row for row in SEVERAL[1:] if row[-1] == account)]
    ranges = (alone, market, settings)
    assert day.portfolio_requirement[i] == pytest.approx(udfs.PM_REQUIREMENT(*ranges))
    assert day.initial[i] == pytest.approx(udfs.REGT_INITIAL(*ranges))
    assert day.maintenance[i] == pytest.approx(udfs.REGT_MAINTENANCE(*ranges))
    total = udfs.MARGIN_COMPARE(*ranges)[-1]
    assert day.deposit[i] == pytest.approx(total[udfs.MARGIN_COMPARE(*ranges)[0].index("deposit")])


def test_the_total_is_the_sum_of_the_accounts() -> None:
    market = [["symbol", "price"], ["XYZ", 100.0]]
    day = shadow_day(read_book(SEVERAL, market, [["as_of", DAY], ["rate", 0.04]]))
    rows = day_rows(day)
    assert rows["account"] == ["A", "B", "C", "total"]
    for name in ("long_market_value", "initial", "deposit", "portfolio_requirement", "released"):
        assert rows[name][-1] == pytest.approx(sum(rows[name][:-1]))
    assert rows["initial_share"][-1] == pytest.approx(rows["initial"][-1] / 100_000)
    assert np.isnan(rows["portfolio_share"][2])  # no stock is held long


@pytest.mark.parametrize(
    ("regimes", "unknown"),
    [
        (Regimes.PORTFOLIO, ("initial", "maintenance", "deposit", "strategy_equity")),
        (Regimes.STRATEGY, ("portfolio_requirement", "portfolio_equity")),
    ],
)
def test_a_regime_that_is_not_asked_is_unknown(regimes: Regimes, unknown: tuple[str, ...]) -> None:
    held = book(stock(100, 100.0), cash(0))
    one, both = shadow_day(held, regimes), shadow_day(held)
    assert one.long_market_value.tolist() == [10_000]
    for name in ("initial", "maintenance", "deposit", "portfolio_requirement", "strategy_equity"):
        value = getattr(one, name)
        assert np.isnan(value).all() if name in unknown else value == getattr(both, name)
    assert np.isnan(one.released).all()


@pytest.mark.parametrize(("day", "maintenance"), [("2009-11-30", 2_500), ("2009-12-01", 5_000)])
def test_rules_are_those_of_the_day(day: str, maintenance: float) -> None:
    # Regulatory Notice 09-53: from 1 December 2009 a fund of factor 2 requires 2 * 25%.
    market = [["symbol", "price", "class", "leverage"], ["XYZ", 100.0, "etf_broad", 2]]
    ranges = ([HEADINGS, stock(100, 100.0)], market, [["as_of", day]])
    assert shadow_day(read_book(*ranges)).maintenance.tolist() == [maintenance]


class Content:
    """A day with a book, or whose content fails."""

    day = 46_037.0

    def __init__(self, content: Book | Exception) -> None:
        self.content = content

    def book(self) -> Book:
        if isinstance(self.content, Exception):
            raise self.content
        return self.content


def test_a_day_that_is_refused_says_why() -> None:
    problem = Problem("positions", 3, "price", "nothing", "a price")
    day = margined_day(Content(InputError([problem])))
    assert (day.day, day.accounts) == (46_037.0, ())
    assert day.problem == "positions, row 3, price: found nothing, wanted a price."


def test_a_fault_of_our_own_stops_no_other_day() -> None:
    assert "(ZeroDivisionError)" in margined_day(Content(ZeroDivisionError("x"))).problem


def option_day(day: int, spot: float, price: float = 6.0) -> Content:
    """A day of two accounts with options, on some days beside a cash dividend."""
    rows: list[list[object]] = [
        HEADINGS,
        stock(100, spot),
        ["XYZ", "call", -1, 100.0, "2026-06-19", price, "A"],
        ["ABC", "put", 2, 50.0, "2026-09-18", 4.0, "B"],
        stock(10, spot, "B"),
    ]
    market = [["symbol", "price"], ["ABC", 49.0], ["XYZ", spot]]
    settings = [["name", "value"], ["as_of", f"2026-01-{15 + day}"], ["rate", 0.04]]
    paid = [["symbol", "ex_date", "amount"], ["XYZ", "2026-03-02", 1.0]]
    return Content(read_book(rows, market, settings, paid if spot > 95 else None))


def test_days_priced_together_are_to_the_bit_what_each_is_by_itself() -> None:
    prices = (6.0, 8.0, 150.0)  # no volatility gives the last
    days = [option_day(d, spot, price) for d in (0, 1) for spot in (90.0, 99.0) for price in prices]
    forget()
    together = list(margined_days(days))
    for content, day in zip(days, together, strict=True):
        forget()
        alone = margined_day(content)
        assert day.problem == alone.problem
        for name in ("portfolio_requirement", "portfolio_equity", "initial", "maintenance"):
            assert getattr(day, name).tobytes() == getattr(alone, name).tobytes()
    assert [bool(day.problem) for day in together] == [False, False, True] * 4


def spread_day(day: int, spot: float, account_type: str = "margin") -> Content:
    """A day with stock, a call written on it, a spread of calls and puts of two strikes."""
    rows: list[list[object]] = [
        HEADINGS,
        stock(300, spot),
        ["XYZ", "call", -5, 100.0, "2026-06-19", max(spot - 100.0, 0.0) + 4.0, "A"],
        ["XYZ", "call", 3, 110.0, "2026-06-19", max(spot - 110.0, 0.0) + 3.0, "A"],
        ["XYZ", "put", -2, 95.0, "2026-06-19", max(95.0 - spot, 0.0) + 4.0, "A"],
        ["XYZ", "put", 3, 85.0, "2026-09-18", max(85.0 - spot, 0.0) + 3.0, "A"],
    ]
    settings = [["name", "value"], ["as_of", f"2026-{1 + day // 28:02}-{1 + day % 28:02}"],
                ["rate", 0.04], ["account_type", account_type]]  # fmt: skip
    return Content(read_book(rows, [["symbol", "price"], ["XYZ", spot]], settings))


def test_days_paired_together_require_what_each_does_by_itself() -> None:
    days = [spread_day(d, 85.0 + 0.37 * d) for d in range(80)]
    days[40] = spread_day(40, 99.0, "cash")  # which may not write options on what it has not
    forget()
    together = list(margined_days(days))
    for content, day in zip(days, together, strict=True):
        forget()
        alone = margined_day(content)
        assert day.problem == alone.problem
        for name in ("initial", "maintenance", "deposit", "strategy_equity"):
            assert getattr(day, name) == pytest.approx(getattr(alone, name), abs=1e-7, nan_ok=True)
    assert [i for i, day in enumerate(together) if day.problem] == [40]


@pytest.mark.parametrize("error", [KeyError("x"), RulebookError("x")])
@pytest.mark.parametrize("step", ["price_together", "pair_together"])
def test_where_days_together_fail_each_day_answers_and_a_defect_alone_is_logged(
    step: str, error: Exception, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*_: object) -> None:
        raise error

    log = tmp_path / "log"
    monkeypatch.setenv("XLMARGIN_LOG", str(log))
    monkeypatch.setattr("xlmargin.defects._LOGGED", set())
    module = import_module("xlmargin.history.shadow_day")  # where a function has its name
    monkeypatch.setattr(module, step, fails)
    forget()
    alone = margined_day(option_day(0, 99.0))
    forget()
    refused = Content(InputError([Problem("positions", 2, "price", "nothing", "a price")]))
    days = margined_days([option_day(0, 99.0), refused])
    assert [day.failed for day in days] == [False, True]
    assert days[0].portfolio_requirement == pytest.approx(alone.portfolio_requirement)
    assert days[0].maintenance == pytest.approx(alone.maintenance)
    if isinstance(error, KeyError):
        assert "KeyError" in log.read_text()
        assert "_margined_together" in log.read_text()
    else:
        assert not log.exists()


def test_a_failed_day_is_one_row_without_numbers() -> None:
    rows = day_rows(failed_day(46_037.0, "no prices"))
    assert rows["problem"] == ["no prices"]
    assert rows["account"] == [""]
    numbers = [c for name, c in rows.items() if isinstance(c, np.ndarray) and name != "date"]
    assert all(np.isnan(column).tolist() == [True] for column in numbers)


def test_equity_and_calls_are_those_of_the_account() -> None:
    market = [["symbol", "price"], ["XYZ", 100.0]]
    held = read_book([*SEVERAL, cash(-40_000), cash(9)], market, [["as_of", DAY], ["rate", 0.04]])
    day = shadow_day(held)
    strategy = strategy_excess(strategy_margin(held))
    portfolio = portfolio_excess(under_portfolio_margin(held))
    for name in ("equity", "excess"):
        for regime, expected in (("strategy", strategy), ("portfolio", portfolio)):
            found = getattr(day, f"{regime}_{name}")
            np.testing.assert_array_equal(found, getattr(expected, name))
    np.testing.assert_array_equal(day.strategy_call, strategy.margin_call)
    np.testing.assert_array_equal(day.portfolio_call, portfolio.margin_call)


def test_each_close_of_the_three_days_has_its_own_price_and_its_own_call() -> None:
    # 1,000 shares and a loan of 86,000; Thursday 26 November 2026 is a holiday. At each close 15%
    # of the value beside the value less the loan, due three business days later, 4210(g)(10)
    closes = [
        ("2026-11-20", 100.0, 1_000.0, "2026-11-25"),
        ("2026-11-23", 98.0, 2_700.0, "2026-11-27"),
        ("2026-11-24", 101.5, 0.0, ""),
        ("2026-11-25", 99.0, 1_850.0, "2026-12-01"),
    ]
    rows: list[list[object]] = [["date", "symbol", "type", "quantity", "price"]]
    for day, price, _, _ in closes:
        rows += [[day, "XYZ", "stock", 1_000, price], [day, "USD", "cash", -86_000, None]]
    headings, *found = udfs.MARGIN_HISTORY(rows, None, [["name", "value"], ["rate", 0.0]])
    call, due = (headings.index(f"portfolio call{word}") for word in ("", " due"))
    assert [row[call] for row in found] == pytest.approx([missing for _, _, missing, _ in closes])
    assert [row[due] and date_of(row[due]).isoformat() for row in found] == [d for *_, d in closes]


def test_the_first_of_several_accounts_calls_is_due_by_its_own_days() -> None:
    settings = [["name", "value", "account"], ["as_of", DAY], ["days_to_meet_portfolio", 1, "B"]]
    both = [stock(100, 100.0), cash(-9_000), stock(100, 100.0, "B"), cash(-9_000, "B")]
    day = shadow_day(read_book([HEADINGS, *both], None, settings))
    assert date_of(day.portfolio_due).isoformat() == "2026-01-16"
    # B has no call
    both[3] = cash(0, "B")
    day = shadow_day(read_book([HEADINGS, *both], None, settings))
    assert date_of(day.portfolio_due).isoformat() == "2026-01-21"


TIED = (
    "c440-2@55 c470-2@40 p500+2@20 p530+2@35 c460+2@45 c500-2@35 "
    "p490-2@17 c530-2@20 c490+2@30 p460-2@2",
    "c460+1@45 c450-2@52 p460-1@2 c510-2@32 c500-1@37 c470+2@40 "
    "p500+1@20 p470-2@7 c440-1@57 p510+2@25",
    "c510-5@32 c490+3@30 p530+3@35 c470+2@40 p510+5@25 c450-1@52 "
    "p470-5@7 c530-3@22 p400-2@45 p490-3@17",
    "c460+5@45 p500+5@20 p470-2@7 p460-5@2 c470+2@40 c520+1@50 "
    "c510-2@30 c500-5@35 c440-2@55 c450-2@50 p510+2@25",
)
"""European index options of an account, of which pairings with a box and without leave as much."""
LEG = re.compile(r"([cp])(\d+)([+-]\d+)@(\d+)")


def tied_account(number: int) -> list[list[object]]:
    """Options of which pairings tie, at prices of the account's own, shares and cash."""
    account, kinds = f"a{number:02}", {"c": "call", "p": "put"}
    dearer = number // len(TIED)
    return [
        [account, "ABC", "stock", 100 + number, None, None, None],
        [account, "USD", "cash", 50_000, None, None, None],
        *(
            [account, "IDX", kinds[kind], int(held), int(strike), "2026-12-18", int(price) + dearer]
            for kind, strike, held, price in LEG.findall(TIED[number % len(TIED)])
        ),
    ]


def tied_day(numbers: Iterable[int]) -> Content:
    """A day of so many of these accounts, in this order."""
    headings = ["account", "symbol", "type", "quantity", "strike", "expiration", "price"]
    market = [["symbol", "price", "class"], ["IDX", 500, "index_broad"], ["ABC", 40, "stock"]]
    settings = [["as_of", "2026-11-20"], ["rate", 0.04], ["account_type", "margin"]]
    rows = [row for number in numbers for row in tied_account(number)]
    return Content(read_book([headings, *rows], market, settings))


@pytest.mark.parametrize(
    "margined",
    [partial(margined_day, regimes=Regimes.STRATEGY), lambda day: margined_days([day])[0]],
    ids=["by_itself", "with_days"],
)
def test_an_account_has_the_figures_that_it_has_alone(
    margined: Callable[[Content], ShadowDay],
) -> None:
    def day(numbers: Sequence[int]) -> ShadowDay:
        forget()
        return margined(tied_day(numbers))

    accounts = range(FEW + 6)
    whole, turned = day(accounts), day(accounts[::-1])
    alone = [day([number]) for number in accounts]
    for name in ("initial", "maintenance", "deposit", "strategy_equity", "strategy_excess"):
        own = np.concatenate([getattr(each, name) for each in alone])
        assert getattr(whole, name) == pytest.approx(own, abs=1e-6, rel=0), name
        assert getattr(turned, name)[::-1] == pytest.approx(own, abs=1e-6, rel=0), name
