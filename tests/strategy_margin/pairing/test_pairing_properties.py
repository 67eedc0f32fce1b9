"""What must hold of the least requirement, whatever the account."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.strategy_margin.accounts import Row, book_of
from tests.strategy_margin.spread_definition import is_spread
from xlmargin.market import Underlying
from xlmargin.strategy_margin import (
    RequirementKind,
    StrategyMargin,
    class_lines,
    explained,
    strategy_lines,
    strategy_margin,
)
from xlmargin.strategy_margin.pairing.requirement_rules import MarginRequirementRules

SPOT = 50.0
CENT = 0.01


@st.composite
def options(draw: st.DrawFn) -> Row:
    """An option of no more than nine months, worth at least what exercise would bring."""
    kind = draw(st.sampled_from(["call", "put"]))
    strike = draw(st.integers(30, 70))
    exercise = max(SPOT - strike if kind == "call" else strike - SPOT, 0.0)
    price = round(exercise + draw(st.integers(0, 500)) / 100, 2)
    contracts = draw(st.integers(-5, 5).filter(bool))
    return Row(kind, contracts, price, strike, draw(st.sampled_from([10, 40, 130])))


shares = st.sampled_from([0, 0, 100, 250, 500, -100, -350])
accounts = st.tuples(st.lists(options(), min_size=1, max_size=7), shares).map(
    lambda found: [*found[0], *([Row("stock", found[1], SPOT)] if found[1] else [])]
)
requirement_kinds = st.sampled_from(list(RequirementKind))
seeds = st.randoms(use_true_random=False)


def margined(rows: list[Row], **overrides: float) -> StrategyMargin:
    return strategy_margin(*book_of(rows, [Underlying("XYZ", SPOT)], overrides=overrides))


def required(rows: list[Row], kind: RequirementKind, **overrides: float) -> float:
    return margined(rows, **overrides).requirement(kind)


@given(rows=accounts, kind=requirement_kinds)
def test_never_above_everything_by_itself(rows: list[Row], kind: RequirementKind) -> None:
    margin = margined(rows)
    requirements = MarginRequirementRules(kind, margin.rules.of(0))
    apart = 0.0
    for c in margin.classes:
        for leg in c.holdings.option_legs(kind):
            requirement_of = requirements.long_alone if leg.is_long else requirements.uncovered
            apart += leg.contracts * requirement_of(leg)
        for stock in c.holdings.stock_legs(kind):
            apart += abs(stock.shares) * requirements.stock(stock)
    assert margin.requirement(kind) <= apart + CENT


def series(row: Row) -> tuple[object, ...]:
    """What closes out when it is held long and short; stock as one series."""
    return (row.kind,) if row.kind == "stock" else (row.kind, row.strike, row.days)


@given(rows=accounts, more=accounts, kind=requirement_kinds)
def test_one_account_is_asked_no_more_than_two(
    rows: list[Row], more: list[Row], kind: RequirementKind
) -> None:
    """Unless what one is long and the other short closes out in one: nothing can pair with it."""
    sides = {(series(row), row.quantity > 0) for row in rows}
    assume(not any((series(row), row.quantity < 0) in sides for row in more))
    apart = required([*rows, *(row._replace(account="B") for row in more)], kind)
    assert required([*rows, *more], kind) <= apart + CENT


@given(rows=accounts, kind=requirement_kinds)
def test_twice_the_account_is_asked_at_most_twice(rows: list[Row], kind: RequirementKind) -> None:
    twice = [row._replace(quantity=2 * row.quantity) for row in rows]
    assert required(twice, kind) <= 2 * required(rows, kind) + CENT


@given(rows=accounts, kind=requirement_kinds, rng=seeds)
def test_order_and_split_of_rows_do_not_matter(
    rows: list[Row], kind: RequirementKind, rng: object
) -> None:
    split = []
    for row in rows:
        if abs(row.quantity) > 1:
            one = 1.0 if row.quantity > 0 else -1.0
            split += [row._replace(quantity=one), row._replace(quantity=row.quantity - one)]
        else:
            split.append(row)
    rng.shuffle(split)  # type: ignore[attr-defined]
    assert table(margined(split), kind) == pytest.approx(table(margined(rows), kind))


def table(margin: StrategyMargin, kind: RequirementKind) -> dict[tuple[object, ...], float]:
    """The strategies of a pairing, whatever rows they come from: contracts used and amounts."""
    positions = margin.book.positions
    found: dict[tuple[object, ...], float] = {}
    for number, line in enumerate(strategy_lines(margin, kind)):
        for leg in line.legs:
            i = leg.position
            contract = tuple(
                float(np.nan_to_num(column[i], nan=-1.0))
                for column in (
                    positions.kind,
                    positions.strike,
                    positions.expiration,
                    positions.mark,
                )
            )
            key = (number, line.strategy, line.rationale, *contract, leg.quantity > 0)
            found[*key, "quantity"] = found.get((*key, "quantity"), 0.0) + leg.quantity
            amount = leg.initial + leg.maintenance + leg.proceeds
            found[*key, "amount"] = found.get((*key, "amount"), 0.0) + amount
    return found


@given(rows=accounts, more=options())
def test_a_long_option_more_never_raises_maintenance(rows: list[Row], more: Row) -> None:
    bought = more._replace(quantity=abs(more.quantity))
    assert (
        required([*rows, bought], RequirementKind.MAINTENANCE)
        <= required(rows, RequirementKind.MAINTENANCE) + CENT
    )


@given(rows=accounts, kind=requirement_kinds)
def test_stricter_readings_ask_no_less(rows: list[Row], kind: RequirementKind) -> None:
    by_pair = required(rows, kind)
    for reading in ("same_expiry_only", "all_shorts_before_nearest_long"):
        assert required(rows, kind, **{reading: 1.0}) >= by_pair - CENT


@given(rows=accounts, kind=requirement_kinds)
@settings(max_examples=200)
def test_lines_are_permitted_use_every_position_once_and_add_up(
    rows: list[Row], kind: RequirementKind
) -> None:
    margin = margined(rows)
    positions = margin.book.positions
    used = np.zeros(len(positions))
    amount = 0.0
    for line in strategy_lines(margin, kind):
        for leg in line.legs:
            used[leg.position] += leg.quantity
            amount += getattr(leg, kind.value)
        assert line.rationale
    assert used == pytest.approx(positions.quantity)
    assert amount == pytest.approx(margin.requirement(kind), abs=1e-6)
    tree = explained(margin, kind)
    assert tree.amount == pytest.approx(margin.requirement(kind), abs=1e-6)
    assert tree.recomputed() == pytest.approx(tree.amount, abs=1e-6)
    assert margin.lower_bound(kind) == pytest.approx(margin.requirement(kind), abs=CENT)


@given(rows=accounts)
def test_spreads_that_are_shown_are_spreads(rows: list[Row]) -> None:
    margin = margined(rows)
    (held,) = margin.classes
    legs = {p.position: o.leg for o in held.holdings.options for p in o.lots}
    for line in class_lines(held, RequirementKind.MAINTENANCE):
        if "(H)(i)" in line.rule:
            own = [legs[g.position] for g in line.legs]
            units = [g.quantity * leg.multiplier for g, leg in zip(line.legs, own, strict=True)]
            assert is_spread(own, units, margin.rules.of(0)), line
