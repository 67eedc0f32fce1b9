"""The search for the first zero, against a slow one-account twin of SciPy's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from xlmargin.account.zero_excess_move import (
    ALL_MOVES,
    MOVES_DOWN,
    MOVES_UP,
    RINGS,
    WAYS,
    Bracket,
    bracket_of_ways,
    column_of_ways,
    first_of_ways,
    root,
)
from xlmargin.arrays import FloatArray
from xlmargin.errors import MarginError


def search(
    functions: list[Callable[..., Any]],
    moves: tuple[float, ...],
    has_excess: list[bool] | None = None,
) -> tuple[Bracket, FloatArray]:
    def at(own: FloatArray) -> FloatArray:
        return np.array([f(move) for f, move in zip(functions, own, strict=True)])

    alive = np.ones(len(functions), dtype=bool) if has_excess is None else np.array(has_excess)
    along = np.column_stack([at(np.full(len(functions), move)) for move in ALL_MOVES])
    both, way = bracket_of_ways(first_of_ways(along, alive)), WAYS.index(moves)
    bracket = Bracket(both.inner[:, way], both.outer[:, way])
    return bracket, root(at, bracket)


@given(
    zero=st.floats(-0.98, -0.005),
    steepness=st.floats(0.01, 30),
    dollars=st.sampled_from([1.0, 1e4, 1e9]),
)
def test_agrees_with_a_one_account_twin(zero: float, steepness: float, dollars: float) -> None:
    def line(move: float) -> float:
        return dollars * (move - zero)

    def curve(move: float) -> float:
        return dollars * (np.exp(steepness * move) - np.exp(steepness * zero))

    def kinked(move: float) -> float:
        return dollars * max(move - zero, 5 * (move - zero))

    bracket, found = search([line, curve, kinked], MOVES_DOWN)
    for i, function in enumerate((line, curve, kinked)):
        twin = brentq(function, bracket.inner[i], bracket.outer[i], xtol=1e-12)
        assert found[i] == pytest.approx(twin, abs=1e-8)
        assert found[i] == pytest.approx(zero, abs=1e-8)


def test_the_first_of_several_zeros_is_found() -> None:
    def wave(move: float) -> float:
        return np.cos(20 * move)  # zeros at 0.0785, 0.2356, ...

    assert search([wave], MOVES_UP)[1] == pytest.approx(np.pi / 40)
    assert search([wave], MOVES_DOWN)[1] == pytest.approx(-np.pi / 40)


@pytest.mark.parametrize(("width", "seen"), [(0.006, True), (0.004, False)])
def test_a_dip_is_seen_where_a_move_of_the_grid_is_in_it(width: float, seen: bool) -> None:
    def dip(move: float) -> float:  # around 5.5%, between the moves of 5% and 6%
        return abs(move - 0.055) - width

    assert np.isnan(search([dip], MOVES_UP)[1][0]) != seen


def test_a_jump_is_found_where_it_is() -> None:
    def jump(move: float) -> float:
        return 3.0 if move > -0.4321 else -5.0

    assert search([jump], MOVES_DOWN)[1] == pytest.approx(-0.4321, abs=1e-9)


def test_accounts_without_excess_or_without_a_zero_have_no_bracket() -> None:
    bracket, found = search([lambda m: m + 0.1, lambda m: 1.0], MOVES_DOWN, [False, True])
    assert not bracket.exists.any()
    assert np.isnan(found).all()


def test_a_zero_on_the_grid_is_itself() -> None:
    assert search([lambda m: m + 0.5], MOVES_DOWN)[1] == pytest.approx(-0.5, abs=1e-12)


def test_the_grid_is_what_it_says() -> None:
    up = np.diff([0.0, *MOVES_UP])
    assert up[:10] == pytest.approx(0.01)
    assert up[10:20] == pytest.approx(0.02)
    assert up[20:] == pytest.approx(0.05)
    assert (MOVES_UP[9], MOVES_UP[19], MOVES_UP[-1]) == (0.10, 0.30, 1.0)
    assert (*(-move for move in MOVES_UP[:-1]), -0.99) == MOVES_DOWN


def test_no_bracket_asks_for_nothing() -> None:
    none = np.full(2, np.nan)
    assert np.isnan(root(lambda own: own, Bracket(none, none))).all()


def test_an_unknown_excess_is_refused_and_not_taken_for_none() -> None:
    with pytest.raises(MarginError, match=r"no value after a move of \+5%"):
        search([lambda m: np.nan if m > 0.045 else 1.0], MOVES_UP)
    # nobody asks about an account that has no excess
    assert np.isnan(search([lambda m: np.nan], MOVES_UP, [False])[1]).all()


def test_both_ways_at_once_are_each_by_itself() -> None:
    functions = [lambda m: 0.05 - m, lambda m: m + 0.6, lambda m: 1.0, lambda m: 0.2 - abs(m - 0.1)]
    alive = np.ones(len(functions), dtype=bool)

    def at(moves: FloatArray) -> FloatArray:
        return np.array([[f(m) for m in own] for f, own in zip(functions, moves, strict=True)])

    along = at(np.tile(ALL_MOVES, (len(functions), 1)))
    outer = first_of_ways(along, alive)
    both = root(at, bracket_of_ways(outer))
    for way, moves in enumerate(WAYS):
        alone = search(functions, moves)[1]
        assert both[:, way] == pytest.approx(alone, abs=1e-12, nan_ok=True)
        column = column_of_ways(outer)[:, way]
        assert [ALL_MOVES[i] for i in column] == [moves[min(i, 33)] for i in outer[:, way]]
    # what is known of the nearer moves alone is enough for those whose zero is there
    assert (first_of_ways(along[:, :20], alive)[0] == outer[0]).all()


def test_the_rings_are_all_moves_outward() -> None:
    assert [*RINGS[0][1:], *RINGS[1], *RINGS[2]] == [*ALL_MOVES]
    assert [max(map(abs, ring)) for ring in RINGS] == pytest.approx([0.1, 0.3, 1.0])
    assert sorted(ALL_MOVES) == sorted((*MOVES_DOWN, *MOVES_UP))
