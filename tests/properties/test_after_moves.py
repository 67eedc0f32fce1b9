"""Requirements after many moves together are those of a book margined after each by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from tests.properties.test_book_parts import CENTS, book
from xlmargin.both_regimes import under_portfolio_margin
from xlmargin.portfolio_margin.path import along

MOVES = (-0.6, -0.15, 0.0, 0.04, 0.9)


@settings(max_examples=60)
@given(whole=book())
def test_many_moves_together_are_each_by_itself(whole):
    frame = under_portfolio_margin(whole).frame
    [after] = along(frame, np.array(MOVES))
    held = ~whole.positions.is_cash
    for i in range(len(MOVES)):
        alone = after.portfolio_margin(i)
        value = whole.by_account(np.where(held, alone.market_value, 0.0))
        assert after.requirement[:, i] == pytest.approx(alone.by_account, abs=CENTS)
        assert after.value[:, i] == pytest.approx(value, abs=CENTS)
