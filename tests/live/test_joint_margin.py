"""Parts margined together are the parts; what bounds them while prices move is never below them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Never

import numpy as np
import pytest
from numpy.random import Generator

from tests.live.test_live_book import CENTS, differ, sample
from tests.service.running import book_of_many
from xlmargin.book import Book
from xlmargin.errors import MarginError
from xlmargin.live import KeptBook, LiveBook, parts, repriced
from xlmargin.service.records import ranges_of
from xlmargin.strategy_margin import StrategyMargin
from xlmargin.what_if.impact import figures_of

EXACT = ("account_value", "strategy_equity", "portfolio")
BOUNDED = ("reg_t", "maintenance")


def moved(live: LiveBook, draw: Generator, share: float) -> dict[str, float]:
    """Prices of all that is held, after moves of this standard deviation."""
    held = sorted(set().union(*(part.underlyings for part in live.parts)))
    listed = live.book.market.underlyings
    move = 1 + share * draw.standard_normal(len(held)).clip(-2, 2)
    return {listed[i].symbol: listed[i].spot * m for i, m in zip(held, move.tolist(), strict=True)}


def many(accounts: int = 25) -> Book:
    return ranges_of(book_of_many(accounts)).book()


BOOKS = [
    *(pytest.param(lambda h=house: sample(h), id=house)
      for house in ("rule", "schwab", "ibkr_like", "tastytrade_stressed")),
    pytest.param(many, id="many accounts"),
]  # fmt: skip


@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize("share", [0.002, 0.03])
def test_what_bounds_a_book_is_its_figures_or_requires_more(
    book: Callable[..., Any], share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "FEW", 0)
    live, draw = LiveBook.of(book()).proven(), np.random.default_rng(3)
    assert any(part.known for part in live.parts)
    for _ in range(2):  # pairings stay those of the first prices
        live = live.ticked(moved(live, draw, share)).bounded()
        assert any(not part.is_proven for part in live.parts)
        anew = figures_of(live.book)
        for name in EXACT:
            assert getattr(live.now, name) == pytest.approx(getattr(anew, name), abs=CENTS)
        for name in BOUNDED:
            more = getattr(live.now, name) - getattr(anew, name)
            assert (more >= -CENTS).all()
            assert more.sum() <= 0.02 * np.abs(getattr(anew, name)).sum()
        assert np.isnan(live.now.initial).any()
    assert differ(live.proven().figures, anew) < CENTS


@pytest.mark.parametrize("book", BOOKS)
def test_parts_margined_together_are_the_parts_margined_alone(book: Callable[..., Any]) -> None:
    live = LiveBook.of(book())
    together = live.proven()
    for part, joint in zip(live.parts, together.parts, strict=True):
        assert differ(joint.figures, figures_of(part.book)) < CENTS
    assert differ(together.figures, figures_of(live.book)) < CENTS


def test_a_part_that_moves_is_proven_beside_one_that_is_put(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Parts of different pairings, and one of none, in one batch."""
    monkeypatch.setattr(parts, "FEW", 0)
    live, draw = LiveBook.of(many()), np.random.default_rng(5)
    half = range(len(live.parts) // 2)
    live = live.proven(list(half)).proven([*list(half)[-1:], len(half)])
    now = live.ticked(moved(live, draw, 0.01)).bounded()
    anew = figures_of(now.book)
    assert now.now.portfolio == pytest.approx(anew.portfolio, abs=CENTS)
    assert (now.now.maintenance - anew.maintenance >= -CENTS).all()


def test_the_account_with_the_least_cushion_is_proven_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parts, "FEW", 0)
    live, draw = LiveBook.of(many()), np.random.default_rng(8)
    kept = KeptBook.of(live, {}, 60.0).ticked(moved(live, draw, 0.01))
    excess = kept.live.strategy
    worst = kept.live.accounts[int(np.argmin(excess.excess / np.maximum(excess.equity, 1.0)))]
    assert worst in kept.unproven
    for _ in range(len(kept.live.parts)):
        if worst not in kept.unproven:
            break
        before, kept = kept, kept.proven()
        assert worst in kept.accounts_changed(before)
    assert kept.unproven and worst not in kept.unproven
    while kept.to_prove:
        kept = kept.proven()
    assert not kept.unproven
    assert differ(kept.live.now, figures_of(kept.live.book)) < CENTS


@pytest.mark.parametrize("error", [MarginError("no pairing was found"), RuntimeError("a defect")])
def test_a_part_that_cannot_be_proven_keeps_its_bound_and_is_tried_again(
    error: Exception, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = tmp_path / "xlmargin.log"
    monkeypatch.setenv("XLMARGIN_LOG", str(log))
    monkeypatch.setattr(parts, "FEW", 0)
    live, draw = LiveBook.of(many()), np.random.default_rng(8)
    kept = KeptBook.of(live, {}, 60.0).ticked(moved(live, draw, 0.01))

    def refuses(*_: Any) -> Never:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(StrategyMargin, "paired", refuses)
        while kept.to_prove:
            kept = kept.proven()
    assert kept.unproven and len(kept.given_up) == len(kept.live.unproven)
    assert log.exists() is not isinstance(error, MarginError)
    again = kept.ticked(moved(live, draw, 0.01))
    assert again.to_prove == set(again.live.unproven)


def test_a_thousand_ticks_end_where_the_whole_book_is() -> None:
    """500 positions; prices of several names at once, marks by the model, proven now and then."""
    live, draw = LiveBook.of(many()), np.random.default_rng(13)
    book, kept = live.anchor, KeptBook.of(live, {}, 60.0)
    at = moved(live, draw, 0.0)
    for n in range(1_000):
        for symbol in draw.choice([*at], 3, replace=False).tolist():
            at[symbol] *= 1 + 0.002 * float(draw.standard_normal())
        if n % 50 == 0:
            kept = kept.ticked(at)
        if n % 100 == 50:
            kept = kept.proven()
    live = kept.ticked(at).live
    assert any(not part.is_proven for part in live.parts)
    assert differ(live.proven().now, figures_of(repriced(book, live.book.market))) < CENTS


def test_a_position_that_is_put_leaves_the_figures_of_all_other_parts() -> None:
    given = book_of_many(25)
    live = LiveBook.of(ranges_of(given).book()).proven()
    given["positions"][0] |= {"quantity": 7.0}
    given["positions"].append({**given["positions"][1], "quantity": 3.0})
    book = ranges_of(given).book()
    after = live.replaced(book)
    assert 1 <= sum(not part.is_proven for part in after.parts) <= 2
    assert differ(after.figures, figures_of(book)) < CENTS
