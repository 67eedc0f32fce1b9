"""The table of early exercise against the method that makes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.pricing.contract_builder import contracts
from xlmargin.pricing import premium_table
from xlmargin.pricing.american import AmericanOptions
from xlmargin.pricing.contracts import NormalizedPuts
from xlmargin.pricing.exercise_boundary import (
    REFERENCE,
    exercise_boundary,
    premium_above,
)


def random_puts(n: int, seed: int = 1) -> NormalizedPuts:
    """Puts all over the table, a fifth of them without dividends."""
    rng = np.random.default_rng(seed)
    v = np.exp(rng.uniform(np.log(0.0106), np.log(1.9), n))
    interest = v * np.exp(rng.uniform(np.log(5.3e-4), np.log(0.95), n))
    below = interest * rng.random(n) * (rng.random(n) > 0.2)
    above = np.minimum(interest * np.exp(rng.random(n) * 5.7 * v / (1 + v)), 0.38 * v)
    puts = NormalizedPuts(interest, np.where(rng.random(n) < 0.6, below, above), v)
    return puts.take(np.flatnonzero(premium_table.weight(puts) == 1))


def test_the_file_is_what_the_method_makes() -> None:
    file = np.load(premium_table.FILE)
    np.testing.assert_allclose(file, premium_table.made(), rtol=1e-5, atol=1e-6)


def test_premiums_are_those_of_the_reference() -> None:
    puts = random_puts(2_000)
    depth, curve = exercise_boundary(puts, REFERENCE), premium_table.curves(puts)
    height = np.linspace(0.02, 4.9, 8)[:, None] * (depth[0] + puts.total_volatility)
    log_spot = puts.log_at_expiry - depth[0] + height
    expected = premium_above(puts, depth, log_spot, REFERENCE)
    error = premium_table.premium(curve, puts, log_spot) - expected
    assert np.sqrt((error**2).mean()) < 5e-7
    assert np.abs(error).max() < 2e-5


@pytest.mark.parametrize("damage", [lambda data: data[:-8], lambda data: data[:-1] + b"?"])
def test_a_damaged_file_is_noticed_and_not_used(
    damage: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    puts = random_puts(50)
    right = premium_table.curves(puts)
    broken = tmp_path / "premium_table.npy"
    broken.write_bytes(damage(premium_table.FILE.read_bytes()))
    monkeypatch.setattr(premium_table, "FILE", broken)
    premium_table._table.cache_clear()
    try:
        np.testing.assert_allclose(premium_table.curves(puts), right, atol=1e-5)
    finally:
        premium_table._table.cache_clear()
    assert "damaged" in caplog.text


@pytest.mark.parametrize(
    "edge", ["least v", "greatest v", "least slope", "greatest slope", "yield"]
)
def test_no_value_jumps_at_an_end_of_the_table(edge: str) -> None:
    """From well outside to well inside, values change as little as the volatility does."""
    n = 4_000
    sides = {
        "least v": (0.25, 0.04, 0.02, np.linspace(0.018, 0.023, n)),
        "greatest v": (4.0, 0.05, 0.02, np.linspace(0.94, 1.02, n)),
        "least slope": (1.0, 4e-4, 0.0, np.linspace(0.7, 0.85, n)),
        "greatest slope": (4.0, 0.10, 0.02, np.linspace(0.18, 0.22, n)),
        "yield": (1.0, 0.04, 0.10, np.linspace(0.23, 0.28, n)),
    }
    years, rate, dividend_yield, volatility = sides[edge]
    terms = contracts(np.full(n, False), 100.0, years, rate, dividend_yield)
    values = AmericanOptions(terms, volatility).value(np.full((n, 1), 101.0))[:, 0]
    slope = np.diff(values)
    assert np.abs(np.diff(slope)).max() < 2e-6
