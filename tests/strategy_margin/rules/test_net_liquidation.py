"""The two books: what net liquidation value counts and strategy-based equity does not."""

import pytest

from tests.strategy_margin.accounts import Row, book_of
from xlmargin.book import rules_of_accounts
from xlmargin.market import Underlying
from xlmargin.rulebook import UnderlyingClass, strategy_rules
from xlmargin.strategy_margin.requirement import option_value_adjustment

UNDERLYINGS = [Underlying("XYZ", 75.0), Underlying("NTE", 75.0, UnderlyingClass.ETN)]
NINE_MONTHS = 273  # from 15 January to 15 October 2026


def added(*rows: Row) -> list[float]:
    book, mark = book_of(rows, UNDERLYINGS)
    return option_value_adjustment(book, mark, rules_of_accounts(book, strategy_rules)).tolist()


def test_put_spread_of_both_books() -> None:
    # 500 beside the regulatory equity, 360 beside net liquidation value
    found = added(Row("put", -1, 7.80, 80, 30), Row("put", 1, 6.40, 75, 30))
    assert found == pytest.approx([-780, 640])
    assert 500 + sum(found) == pytest.approx(360)


def test_short_call_of_both_books() -> None:
    assert 2_300 + sum(added(Row("call", -1, 8.0, 70, 30))) == pytest.approx(1_500)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Row("call", 2, 12.0, 80, NINE_MONTHS), 2_400),
        (Row("call", 2, 12.0, 80, NINE_MONTHS + 1), 0),  # counted in both: it has loan value
        (Row("put", 1, 12.0, 80, NINE_MONTHS + 1), 0),
        (Row("call", 1, 12.0, 80, NINE_MONTHS + 1, "NTE"), 1_200),  # notes have none
        (Row("call", -2, 12.0, 80, NINE_MONTHS + 1), -2_400),  # short ones are never in the equity
        (Row("call", 3, 12.0, 80, 30, multiplier=10), 360),
        (Row("stock", 100, 75.0), 0),
        (Row("stock", -100, 75.0), 0),
    ],
)
def test_what_only_net_liquidation_value_counts(row: Row, expected: int) -> None:
    assert added(row) == pytest.approx([expected])


def test_each_position_by_itself() -> None:
    rows = (
        Row("stock", 100, 75.0),
        Row("call", 1, 12.0, 80, NINE_MONTHS + 1),
        Row("put", 1, 3.0, 70, 30),
        Row("call", 1, 12.0, 80, NINE_MONTHS + 1, "NTE"),
    )
    assert added(*rows) == pytest.approx([0, 0, 300, 1_200])
