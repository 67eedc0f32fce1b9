"""What the pairing's choices are called, and how they are said to come about."""

from __future__ import annotations

from dataclasses import replace
from math import fsum

import pytest

from tests.strategy_margin.accounts import Row, book_of
from xlmargin.market import Underlying
from xlmargin.strategy_margin import (
    RequirementKind,
    StrategyLine,
    explained,
    strategy_lines,
    strategy_margin,
)


def C(quantity: float, strike: float, price: float = 1.0, days: float = 30) -> Row:  # noqa: N802
    return Row("call", quantity, price, strike, days)


def P(quantity: float, strike: float, price: float = 1.0, days: float = 30) -> Row:  # noqa: N802
    return Row("put", quantity, price, strike, days)


def S(shares: float) -> Row:  # noqa: N802
    return Row("stock", shares, 100.0)


def lines(
    rows: list[Row], kind: RequirementKind = RequirementKind.MAINTENANCE
) -> tuple[StrategyLine, ...]:
    return strategy_lines(strategy_margin(*book_of(rows, [Underlying("XYZ", 100.0)])), kind)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("Call debit spread", [C(1, 100), C(-1, 105)]),
        ("Call credit spread", [C(-1, 100), C(1, 105)]),
        ("Put debit spread", [P(1, 100), P(-1, 95)]),
        ("Put credit spread", [P(-1, 100), P(1, 95)]),
        ("Call calendar", [C(-1, 100), C(1, 100, days=60)]),
        ("Put calendar", [P(-1, 100), P(1, 100, days=60)]),
        ("Call diagonal", [C(-1, 100), C(1, 105, days=60)]),
        ("Put diagonal", [P(-1, 100), P(1, 95, days=60)]),
        ("Double diagonal", [C(-1, 110), C(1, 115, days=60), P(-1, 90), P(1, 85, days=60)]),
        ("Double calendar", [C(-1, 110), C(1, 110, days=60), P(-1, 90), P(1, 90, days=60)]),
        ("Long call butterfly", [C(1, 95), C(-2, 100), C(1, 105)]),
        ("Broken-wing call butterfly", [C(1, 95), C(-2, 100), C(1, 115)]),
        ("Short call butterfly", [C(-1, 95), C(2, 100), C(-1, 105)]),
        ("Long put butterfly", [P(3, 95), P(-6, 100), P(3, 105)]),
        ("Short put butterfly", [P(-1, 95), P(2, 100), P(-1, 105)]),
        ("Long call condor", [C(1, 90), C(-1, 95), C(-1, 100), C(1, 105)]),
        ("Broken-wing call condor", [C(1, 90), C(-1, 95), C(-1, 100), C(1, 120)]),
        ("Short call condor", [C(-1, 90), C(1, 95), C(1, 100), C(-1, 105)]),
        ("Long put condor", [P(1, 90), P(-1, 95), P(-1, 100), P(1, 105)]),
        ("Broken-wing put condor", [P(1, 80), P(-1, 95), P(-1, 100), P(1, 105)]),
        ("Short put condor", [P(-1, 90), P(1, 95), P(1, 100), P(-1, 105)]),
        ("Iron condor", [P(1, 90), P(-1, 95), C(-1, 105), C(1, 110)]),
        ("Iron condor", [P(2, 90), P(-2, 95), C(-2, 105), C(2, 110)]),
        ("Broken-wing iron condor", [P(1, 80), P(-1, 95), C(-1, 105), C(1, 110)]),
        ("Iron butterfly", [P(1, 90), P(-1, 100), C(-1, 100), C(1, 110)]),
        ("Broken-wing iron butterfly", [P(1, 90), P(-1, 100), C(-1, 100), C(1, 105)]),
        ("Long iron condor", [P(-1, 90), P(1, 95), C(1, 105), C(-1, 110)]),
        ("Long iron butterfly", [P(-1, 90), P(1, 100), C(1, 100), C(-1, 110)]),
        ("Long box", [C(1, 95, 6.0), P(-1, 95), P(1, 105, 6.0), C(-1, 105)]),
        ("Short box", [C(-1, 95, 6.0), P(1, 95), P(-1, 105, 6.0), C(1, 105)]),
        ("Short straddle", [P(-1, 100, 4.0), C(-1, 100, 4.1)]),
        ("Short strangle", [P(-1, 95, 4.0), C(-1, 105, 4.1)]),
        ("Covered call", [S(100), C(-1, 105)]),
        ("Covered put", [S(-100), P(-1, 95)]),
        ("Protective put", [S(100), P(1, 95)]),
        ("Protective call", [S(-100), C(1, 105)]),
        ("Collar", [S(200), P(2, 95), C(-2, 110)]),
        ("Conversion", [S(100), P(1, 100), C(-1, 100)]),
        ("Reverse conversion", [S(-100), C(1, 100), P(-1, 100)]),
        ("Long stock", [S(100)]),
        ("Short stock", [S(-100)]),
        ("Uncovered call", [C(-1, 100)]),
        ("Uncovered put", [P(-1, 100)]),
        ("Long call", [C(1, 100)]),
        ("Long put", [P(1, 100)]),
    ],
)
def test_one_line_has_the_name(name: str, rows: list[Row]) -> None:
    assert [line.strategy for line in lines(rows)] == [name]


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (["Call debit spread", "Uncovered call"], [C(1, 100), C(-2, 110)]),
        (["Call credit spread", "Uncovered put"], [P(-1, 95), C(-1, 105, 2.0), C(1, 106, 1.8)]),
        (["Covered call", "Long stock"], [S(150), C(-1, 105)]),
        (["Covered call", "Uncovered put"], [S(100), C(-1, 105), P(-1, 95)]),
        (
            ["Call calendar", "Uncovered put", "Long put"],
            [C(-1, 100), P(1, 100), C(1, 100, days=60), P(-1, 100, 3.0, days=60)],
        ),
    ],
    ids=["ratio spread", "jade lizard", "odd lot", "covered strangle", "jelly roll"],
)
def test_strategies_that_the_rules_margin_in_parts(names: list[str], rows: list[Row]) -> None:
    assert [line.strategy for line in lines(rows)] == names


def test_several_spreads_are_shown_one_by_one() -> None:
    rows = [P(3, 90), P(-3, 95), C(-5, 105), C(5, 110), P(2, 100, days=60), P(-2, 99, days=60)]
    shown = {line.strategy: fsum(leg.maintenance for leg in line.legs) for line in lines(rows)}
    assert shown == {
        "Iron condor": pytest.approx(1500),
        "Call credit spread": pytest.approx(1000),
        "Put debit spread": pytest.approx(0),
    }


def test_what_cannot_be_divided_stays_one_spread() -> None:
    rows = [P(2, 95), P(-1, 80, 0.2), P(-1, 100, 3.0), C(1, 85), C(-1, 115, 3.0)]
    (line,) = lines(rows)
    assert line.strategy == "Spread of 5 options"
    assert line.rationale == "no loss at any strike"


@pytest.mark.parametrize(
    ("how", "rows"),
    [
        ("maximum loss 500 at 95 is less than the uncovered 2,100", [P(-1, 100), P(1, 95)]),
        ("value 100 and 20% of 10,000", [C(-1, 100)]),
        ("value 100 and 20% of 10,000 less 500 out of the money", [P(-1, 95)]),
        ("value 100 and the least, 10% of the underlying, 10,000", [C(-1, 130)]),
        ("value 100 and the least, 10% of the strike, 7,000", [P(-1, 70)]),
        (
            "uncovered call 2,410, the greater, and the put's value 400",
            [P(-1, 100, 4.0), C(-1, 100, 4.1)],
        ),
        ("paid in full, no value and nothing further", [C(1, 100)]),
        ("75% of its value 1,200: it lives long enough", [C(1, 100, 12.0, days=400)]),
        ("25% of 10,000", [S(100)]),
        ("as the stock alone, 25% of 10,000", [S(100), C(-1, 105)]),
        (
            "25% of 9,000, the stock at the strike, and 1,000 written down to the strike",
            [S(100), C(-1, 90, 11.0)],
        ),
        (
            "10% of the strike 9,500 and 500 out of the money, where the stock alone requires "
            "2,500",
            [S(100), P(1, 95)],
        ),
        (
            "10% of the strike 9,000, and 1,000 written down to the strike, where the stock alone "
            "requires 2,500",
            [S(100), P(1, 90), C(-1, 90, 11.0)],
        ),
        ("as the stock alone, 30% of 10,000, and 500 in the money", [S(-100), P(-1, 105, 6.0)]),
        (
            "no loss at any strike; longs at 1,200, which the equity counts",
            [C(1, 100, 12.0, days=400), C(-1, 105)],
        ),
        (
            "the strike, 20,000, which is the most: value 19,500 and 2,000 would be more",
            [P(-1, 200, 195.0)],
        ),
        ("5% of 10,000 held long, the short marked to the market", [S(100), S(-100)]),
    ],
)
def test_rationale_of_maintenance(how: str, rows: list[Row]) -> None:
    (line,) = lines(rows)
    assert line.rationale == how


@pytest.mark.parametrize(
    ("how", "rows"),
    [
        ("no loss at any strike; longs paid in full 300", [C(1, 100, 3.0), C(-1, 105)]),
        ("paid in full, 300", [C(1, 100, 3.0)]),
        ("value 10,000 and on top of it 50% of 10,000", [S(-100)]),
        ("as the stock alone, 50% of 10,000", [S(100), C(-1, 100)]),
    ],
)
def test_rationale_of_initial(how: str, rows: list[Row]) -> None:
    assert how in [line.rationale for line in lines(rows, RequirementKind.INITIAL)]


def test_every_line_cites_its_rule() -> None:
    (spread,) = lines([P(-1, 100), P(1, 95)])
    (covered,) = lines([S(100), C(-1, 105)])
    assert spread.rule == "FINRA 4210(f)(2)(H)(i), (A)(xxxii)"
    assert covered.rule.startswith("FINRA 4210(f)(2)(I)(i)")


def test_the_tree_names_what_a_setting_raises_and_nothing_where_the_rule_stands_alone() -> None:
    book, mark = book_of([S(100)], [Underlying("XYZ", 100.0)])
    settings = book.settings.changed(
        lambda own: replace(own, overrides={"long_stock_maintenance_rate": 0.40})
    )
    by_rule, raised = (
        explained(strategy_margin(each, mark), RequirementKind.MAINTENANCE)
        for each in (book, replace(book, settings=settings))
    )
    assert (by_rule.amount, raised.amount) == (2_500.0, 4_000.0)  # 25% and 40% of 100 at 100
    assert "raised" not in by_rule.rule
    assert raised.rule.endswith("raised by a setting: long_stock_maintenance_rate")
