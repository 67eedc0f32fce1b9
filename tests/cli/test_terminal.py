"""What the terminal says of accounts beside their figures."""

from __future__ import annotations

import pytest

from xlmargin import udfs
from xlmargin.cli import terminal
from xlmargin.cli.terminal import print_answers

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price"]
SHARES = ["XYZ", "stock", 100, None, None, 50.0]
WRITTEN = ["XYZ", "put", -2, 45, "2026-12-18", 1.5]
CASH = ["USD", "cash", 10_000, None, None, None]
MARGIN = [["as_of", "2026-11-20"], ["cash", 10_000], ["account_type", "margin"], ["rate", 0.04]]


def printed(capsys: pytest.CaptureFixture[str], *rows: list[object]) -> str:
    print_answers({"account": udfs.MARGIN_ACCOUNT([HEADINGS, *rows], None, MARGIN)})
    return " ".join(capsys.readouterr().out.split())


def test_equity_above_the_accounts_value_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """10,000 and shares of 5,000, less options of 300: worth 14,700, while 15,000 is equity."""
    assert "equity of strategy-based rules is above" in printed(capsys, SHARES, WRITTEN)


def test_nothing_is_explained_where_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert "equity of strategy-based rules" not in printed(capsys, SHARES)


def test_of_many_accounts_the_first_are_shown_with_the_total_of_all(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two alike, of which one is shown; why the equity is above the value is still explained."""
    monkeypatch.setattr(terminal, "_MOST", 1)
    rows = [[f"A{i}", *row] for i in (1, 2) for row in (SHARES, WRITTEN, CASH)]
    settings = [row for row in MARGIN if row[0] != "cash"]
    print_answers({"account": udfs.MARGIN_ACCOUNT([["account", *HEADINGS], *rows], None, settings)})
    said = " ".join(capsys.readouterr().out.split())
    assert "A1 14,700" in said
    assert "A2" not in said
    assert "total 29,400" in said
    assert "equity of strategy-based rules is above" in said
    assert "1 more rows: see the workbook." in said


def test_a_cash_account_has_free_cash_and_no_portfolio_margin(
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = [["as_of", "2026-11-20"], ["rate", 0.04], ["account_type", "cash"]]
    print_answers({"account": udfs.MARGIN_ACCOUNT([HEADINGS, SHARES, CASH], None, settings)})
    said = " ".join(capsys.readouterr().out.split())
    assert "paid in full" in said and "free cash" in said
    assert "portfolio" not in said
