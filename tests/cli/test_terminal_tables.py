"""Tables of large books on the terminal."""

from __future__ import annotations

import pytest

from xlmargin.cli.terminal import print_answers


def test_a_terminal_shows_as_many_groups_as_a_page_and_the_total_of_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    headings = ["account", "group", "worst point", "worst loss", "minimum", "requirement"]
    rows = [["A", f"G{i}", "-15%", 1.0, 0.0, 1.0, "account"] for i in range(2_003)]
    print_answers({"groups": [[*headings, "part of"], *rows], "requirement": 2_003.0})
    shown = " ".join(capsys.readouterr().out.split())
    assert "G1999 -15%" in shown
    assert "G2000" not in shown
    assert "total 2,003" in shown
    assert shown.endswith("3 more rows: see the workbook.")
