"""What the terminal says of accounts beside their figures."""

from __future__ import annotations

import pytest

from xlmargin import udfs
from xlmargin.cli.terminal import print_answers

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price"]
SHARES = ["XYZ", "stock", 100, None, None, 50.0]
WRITTEN = ["XYZ", "put", -2, 45, "2026-12-18", 1.5]
MARGIN = [["as_of", "2026-11-20"], ["cash", 10_000], ["account_type", "margin"], ["rate", 0.04]]


def printed(capsys: pytest.CaptureFixture[str], *rows: list[object]) -> str:
    print_answers({"account": udfs.MARGIN_ACCOUNT([HEADINGS, *rows], None, MARGIN)})
    return " ".join(capsys.readouterr().out.split())


def test_equity_above_the_accounts_value_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """10,000 and shares of 5,000, less options of 300: worth 14,700, while 15,000 is equity."""
    assert "equity of strategy-based rules is above" in printed(capsys, SHARES, WRITTEN)


def test_nothing_is_explained_where_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert "equity of strategy-based rules" not in printed(capsys, SHARES)
