"""Trade prices far from the marks: they would make or take money that is not there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reading import ranges_of
from tests.what_if.books import (
    CASH,
    JANUARY,
    MARKET,
    SETTINGS,
    STOCK,
    action,
    figures,
    positions,
    trades,
    what_if,
)  # fmt: skip
from xlmargin.errors import Severity
from xlmargin.excel.range_checks import problems_of

CALL = ["XYZ", "call", -1, 520, JANUARY]
HELD = positions(STOCK, [*CALL, 2.5], CASH)


def told(*rows: list[Any], held: list[list[Any]] = HELD) -> list[tuple[Severity, int, str]]:
    ranges = ranges_of(held, MARKET, SETTINGS)
    found = problems_of(type(ranges)(held, MARKET, SETTINGS, None, {"trades": trades(*rows)}))
    return [(p.severity, p.row, p.column) for p in found if p.range == "trades"]


def test_a_call_marked_at_two_and_a_half_is_not_sold_at_250() -> None:
    """It brought 25,000 and made an account of 20,000 one of 45,000."""
    answer = what_if(HELD, trades(action(CALL, price=250.0)))
    assert isinstance(answer, str)
    assert answer.startswith("#XLM! trades, row 2, price: found 250, 247.5 away from the mark 2.5")
    assert "per contract" in answer
    assert "cents" in answer


def test_it_is_refused_where_it_is_held_nowhere_and_where_it_is_stated_as_cost() -> None:
    other = ["XYZ", "call", -1, 540, JANUARY, 2.5, 250.0]
    answer = what_if(HELD, trades(other))
    assert answer.startswith("#XLM! trades, row 2, cost: found 250, 247.5 away from the mark 2.5")
    rolled = action([*CALL[:2], None, *CALL[3:]], action="roll", to_expiration="2027-03-19",
                    to_price=8.0, cost=250.0)  # fmt: skip
    assert what_if(HELD, trades(rolled)).startswith("#XLM! trades, row 2, cost: found 250")


@pytest.mark.parametrize(
    ("price", "severity"),
    [
        (25.01, Severity.ERROR),
        (25.0, Severity.WARNING),  # ten times
        (5.01, Severity.WARNING),
        (5.0, None),  # twice
        (1.25, None),
        (1.24, Severity.WARNING),
        (0.24, Severity.ERROR),  # less than a tenth
        (0.0, Severity.ERROR),
    ],
)
def test_ten_times_is_an_error_and_twice_a_warning(price: float, severity: Severity | None) -> None:
    expected = [] if severity is None else [(severity, 2, "price")]
    assert told(action([*CALL[:2], 1, *CALL[3:]], price=price)) == expected


def test_cheap_options_may_move_by_half_a_dollar() -> None:
    held = positions(STOCK, [*CALL, 0.02], CASH)
    assert told(action([*CALL[:2], 1, *CALL[3:]], price=0.45), held=held) == []
    assert told(action([*CALL[:2], 1, *CALL[3:]], price=0.60), held=held) == [
        (Severity.ERROR, 2, "price")
    ]


def test_shares_are_compared_with_their_price() -> None:
    assert told(["XYZ", "stock", 10, None, None, 5_000.01]) == [(Severity.ERROR, 2, "price")]
    assert told(["XYZ", "stock", 10, None, None, 450.0]) == []


def test_a_contract_with_a_volatility_alone_is_compared_with_its_model_value() -> None:
    headings, *_ = trades()
    row = ["XYZ", "call", -1, 500, JANUARY, None, 900.0, *[None] * 6, 0.3]
    answer = what_if(HELD, [[*headings, "volatility"], row])
    assert answer.startswith("#XLM! trades, row 2, cost: found 900")


def test_candidates_too() -> None:
    from xlmargin import udfs

    candidates = [["symbol", "type", "strike", "expiration", "price", "cost"],
                  ["XYZ", "put", 480, JANUARY, 6.0, 600.0]]  # fmt: skip
    answer = udfs.MARGIN_HEDGE(HELD, candidates, MARKET, SETTINGS)
    assert answer.startswith("#XLM! candidates, row 2, cost: found 600")


def test_an_ordinary_trade_is_done() -> None:
    assert figures(what_if(HELD, trades(action([*CALL[:2], 1, *CALL[3:]], price=2.6))))
