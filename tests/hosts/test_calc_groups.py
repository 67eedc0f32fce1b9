"""The clearing house's reports in LibreOffice Calc: their market range, and a report's workbook."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.hosts.calc_book import PATIENT, CallBook, in_calc
from tests.portfolio_margin.test_published_groups import (
    FILES,
    GROUPS,
    LEVERAGED,
    PORTFOLIOS,
    REPORTS,
    SETTINGS,
    given,
    report,
)
from xlmargin.cli import app

pytestmark = in_calc


def test_the_market_of_reports_is_the_market_of_a_requirement(tmp_path: Path) -> None:
    """16,000 and 15,000 by the factors, 12,000 by strategy, as in Python."""
    book = CallBook(tmp_path / "calls.xlsx")
    ranges = [report("inc_small"), GROUPS, PORTFOLIOS]
    positions = book.place(LEVERAGED)
    made_of = ",".join([positions, *map(book.place, ranges)])
    settings = book.place(SETTINGS)
    market = f"XLM_MARKET_GROUPS({made_of})"
    book.formula(market, 4, 15)
    book.formula(f"PM_REQUIREMENT({positions},{market},{settings})")
    rows, requirement = book.answers()
    assert requirement == pytest.approx(43_000)
    by_heading = {heading: [row[i] for row in rows[1:]] for i, heading in enumerate(rows[0])}
    assert by_heading["leverage"] == [2, 2, 1]
    assert by_heading["eligible"] == ["yes", "yes", "no"]
    assert by_heading["move_down"] == pytest.approx([0.08, 0.15, 0.15])


def test_a_report_by_files_recalculates_to_the_same(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("as_of,2026-11-02\ncash,0\n")
    files = given([str(REPORTS / name) for name in FILES])
    held, settings = str(REPORTS / "pos_lev.csv"), str(tmp_path / "s.csv")
    book = str(tmp_path / "r.xlsx")
    done = CliRunner().invoke(app, ["report", held, "--settings", settings, "-o", book, *files])
    assert done.exit_code == 0, done.output
    calc = CliRunner().invoke(app, ["calc", book, "--timeout", str(PATIENT)])
    assert calc.exit_code == 0, calc.output
