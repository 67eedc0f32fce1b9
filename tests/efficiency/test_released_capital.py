"""Released capital, against the article's own figures."""

from __future__ import annotations

import pytest

from xlmargin.efficiency import released_capital
from xlmargin.samples import ARTICLE_SCENARIO


def test_the_article_s_scenario() -> None:
    a = ARTICLE_SCENARIO
    assert (a.strategy_share, a.portfolio_share, a.long_market_value) == (0.35, 0.12, 15e6)
    released = released_capital(a.long_market_value, a.strategy_share, a.portfolio_share)
    assert released == pytest.approx(3_450_000, abs=0.005)


def test_released_capital_is_signed() -> None:
    assert released_capital(1_000_000, 0.10, 0.15) == pytest.approx(-50_000)
