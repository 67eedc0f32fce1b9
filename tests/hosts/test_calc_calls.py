"""Calls as Calc makes them, without Calc: what arrives for a cell, and what goes back."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.hosts import sample_functions  # noqa: F401
from xlmargin.excel.worksheet_function import REGISTRY, ArgumentKind
from xlmargin.hosts.calc.calls import SAME_WHEN_LEFT_OUT, answer

POSITIONS = (("symbol", "type", "quantity"), ("XYZ", "stock", 100.0))
MARKET = (("symbol", "price"), ("XYZ", 50.0))
SETTINGS = (("as_of", 46_037.0),)


def test_a_value_is_one_row_of_one() -> None:
    assert answer("SAMPLE_VALUE", (POSITIONS, MARKET, SETTINGS, None)) == ((5000.0,),)


def test_a_lone_empty_cell_where_a_range_is_wanted_is_left_out() -> None:
    assert answer("SAMPLE_VALUE", (POSITIONS, MARKET, SETTINGS, 0.0)) == ((5000.0,),)


def test_truth_goes_back_as_one_and_nothing() -> None:
    assert answer("SAMPLE_SCALARS", ("a", 1.5, None, 0.0)) == (("a", 1.5, "", 0.0),)
    assert answer("SAMPLE_SCALARS", ("a", 1.5, None, 1.0)) == (("a", 1.5, "", 1.0),)


def test_a_lone_zero_is_refused_where_it_would_mean_something() -> None:
    ((text,),) = answer("SAMPLE_SCALARS", ("a", 0.0, None, None))
    assert str(text).startswith("#XLM! number: found 0 or an empty cell")
    assert answer("SAMPLE_SCALARS", ("a", ((0.0,),), None, None)) == (("a", 0.0, "", 1.0),)
    ((text,),) = answer("SAMPLE_VALUES", (0.0,))
    assert str(text).startswith("#XLM! values: found 0 or an empty cell")
    assert answer("SAMPLE_VALUES", (((0.0,),),)) == ((0.0,),)


def test_an_option_is_priced_without_rate_and_yield_but_not_without_volatility() -> None:
    import_module("xlmargin.udfs")
    option = ("call", 100.0, 90.0, 46_700.0, 46_346.0)
    (price,) = answer("OPT_PRICE", (*option, 0.2, 0.0, 0.0, 0.0, 0.0))
    assert answer("OPT_PRICE", (*option, 0.2, None, None, None, None)) == (price,)
    ((text,),) = answer("OPT_PRICE", (*option, 0.0, None, None, None, None))
    assert str(text).startswith("#XLM! volatility: found 0 or an empty cell")


@pytest.mark.parametrize("name", sorted(SAME_WHEN_LEFT_OUT))
def test_arguments_that_may_be_zero_can_be_left_out(name: str) -> None:
    import_module("xlmargin.udfs")
    arguments = [
        a for f in REGISTRY.values() for a in f.arguments
        if a.name == name and f.function.__module__ == "xlmargin.udfs"
    ]  # fmt: skip
    assert any(a.kind is ArgumentKind.VALUES for a in arguments)
    assert all(a.optional for a in arguments if a.kind is ArgumentKind.VALUES)
