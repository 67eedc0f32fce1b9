"""What the prices of a book are warned of: place, kind and the figure that is named."""

from __future__ import annotations

from math import exp, nan
from typing import Any

import pytest

from tests.risk_array.test_prices_as_they_are import CALL, PUT, book
from xlmargin.errors import Problem, Severity
from xlmargin.market import Dividend
from xlmargin.portfolio_margin import carry_warnings, portfolio_margin, price_warnings
from xlmargin.pricing import carry_yield, parity_forward
from xlmargin.rulebook import UnderlyingClass


def warnings(*rows: tuple[Any, ...], **more: Any) -> list[tuple[int, str, str]]:
    margin = portfolio_margin(book(*rows, **more))
    found = carry_warnings(margin.book, margin.inputs.contracts) + price_warnings(margin)
    assert all(problem.severity is Severity.WARNING for problem in found)
    return [(problem.row, problem.column, str(problem)) for problem in found]


def test_an_ordinary_book_is_not_warned_of() -> None:
    assert warnings((CALL, -1, 100, 3.5), (PUT, 1, 90, 0.6)) == []


def test_a_mark_below_parity_is_told_by_how_much() -> None:
    [(row, column, text)] = warnings((CALL, -1, 80, 19.90))
    assert (row, column) == (2, "price")
    assert "0.29" in text  # 100 - 80 exp(-0.03 * 30 / 365) is 20.197


def test_in_a_spread_both_figures_are_told() -> None:
    rows = (CALL, -1, 100, 3.5), (CALL, 1, 85, 15.0), (PUT, 1, 85, 0.5)
    texts = [text for row, _, text in warnings(*rows) if row == 3]
    assert any("neighbours" in text for text in texts)


def test_a_volatility_beside_a_price_that_says_something_else() -> None:
    found = warnings((CALL, -1, 100, 4.0, {"volatility": 0.20}))
    assert [(row, column) for row, column, _ in found] == [(2, "volatility")]
    assert warnings((CALL, -1, 100, 2.42, {"volatility": 0.20})) == []


def test_unusual_volatilities() -> None:
    found = warnings((CALL, -1, 100, 25.0), (PUT, -1, 98, 2.5), (PUT, 1, 102, 4.4))
    assert (2, "price") in [(row, column) for row, column, _ in found]


def test_calls_and_puts_apart_name_the_yield_of_parity() -> None:
    # at the money for 0.4 years, forward 98 of parity: a yield of 3% + 2.5 ln(100/98) = 8.05%
    gap = (100 - 98) * exp(-0.012)
    rows = (CALL, -1, 100, 6.0), (PUT, -1, 100, 6.0 + gap)
    found = warnings(*rows, days=146, american=False)
    assert any(row == 2 and "8.05%" in text for row, _, text in found)


def test_a_long_index_option_without_yield() -> None:
    rows = (CALL, -1, 100, 8.0), (PUT, -1, 100, 7.0)
    more = {"days": 365, "american": False, "underlying_class": UnderlyingClass.INDEX_HIGH_CAP}
    texts = [text for _, column, text in warnings(*rows, **more) if column == "expiration"]
    forward = 100 + 1.0 * exp(0.03)
    implied = carry_yield(forward, 100.0, 1.0, 0.03)
    assert len(texts) == 1
    assert f"{float(implied):.2%}" in texts[0]
    assert not [c for _, c, _ in warnings(*rows, dividend_yield=0.02, **more) if c == "expiration"]


def test_parity() -> None:
    assert parity_forward(8.0, 7.0, 100.0, 1.0, 0.03) == pytest.approx(100 + exp(0.03))


def test_one_warning_an_expiration_names_the_pair_nearest_the_money() -> None:
    # forward 98 by both pairs, that of 100 nearer the money of 99
    pair = [(CALL, -1, 100, 6.0), (PUT, -1, 100, 6.0 + 2 * exp(-0.015))]
    deeper = [(CALL, -1, 90, 12.0), (PUT, -1, 90, 12.0 - 8 * exp(-0.015))]
    found = warnings(*deeper, *pair, days=182, american=False)
    apart = [text for row, _, text in found if "points apart" in text]
    assert len(apart) == 1
    assert "row 4" in apart[0]
    assert "and of 1 more pairs" in apart[0]
    # 3% + 365 / 182 ln(100 / 98)
    assert "a dividend_yield 182d of 7.05% or a forward of 98.00" in apart[0]


def test_the_carry_named_once_stated_leaves_the_quotes_that_contradict_it() -> None:
    # forward 98 by the pair of 100, 96 by that of 110: nothing agrees with both
    shrunk = exp(-0.015)
    pair = [(CALL, -1, 100, 6.0), (PUT, -1, 100, 6.0 + 2 * shrunk)]
    deeper = [(CALL, -1, 110, 2.5), (PUT, -1, 110, 2.5 + 14 * shrunk)]
    more = {"days": 182, "american": False}
    [text] = [text for _, _, text in warnings(*pair, *deeper, **more) if "points apart" in text]
    assert "a forward of 98.00" in text
    stated = [(*row, {"forward": 98.0}) for row in (*pair, *deeper)]
    [text] = [text for _, _, text in warnings(*stated, **more) if "points apart" in text]
    assert "row 4" in text
    assert "quotes of one moment" in text
    assert "a forward of" not in text


def test_beside_cash_dividends_and_of_volatility_indexes_the_forward_alone_is_named() -> None:
    pair = (CALL, -1, 100, 6.0), (PUT, -1, 100, 8.0)
    paid = {"dividends": (Dividend(46_400.0, 0.1),)}
    [text] = [t for _, _, t in warnings(*pair, days=182, **paid) if "points apart" in t]
    assert "dividend_yield" not in text
    assert "a forward of 97.97" in text  # 100 - 2 e^(0.03 182 / 365)
    index = {"underlying_class": UnderlyingClass.VOL_INDEX, "spot_is_forward": True}
    [text] = [t for _, _, t in warnings(*pair, days=182, american=False, **index)]
    assert "dividend_yield" not in text


def test_a_stated_volatility_off_the_index_of_volatility_is_told() -> None:
    option = (PUT, -1, 20, nan, {"volatility": 0.8})
    index = {"underlying_class": UnderlyingClass.VOL_INDEX, "spot": 18.0, "american": False}
    assert [(row, column) for row, column, _ in warnings(option, **index)] == [(2, "forward")]
    assert not warnings(option, **index, days=7)
    assert not warnings((*option[:4], {"volatility": 0.8, "forward": 20.0}), **index)


def test_a_mark_that_moved_is_noted_for_the_other_regime() -> None:
    def notes(spot: float) -> list[Problem]:
        margin = portfolio_margin(book((CALL, -1, 100, 4.0, {"mark_spot": 100.0}), spot=spot))
        return [p for p in price_warnings(margin) if p.severity is Severity.NOTE]

    [note] = notes(102.0)
    assert (note.row, note.column) == (2, "mark_spot")
    assert note.found.startswith("4 taken at 100 is 5.1")
    assert not notes(100.0)
    assert not notes(100.1)  # 0.05 of 4.00 is less than 2%
