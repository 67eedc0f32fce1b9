"""Names and values of a file are read in its number style; figures by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from xlmargin.cells.numbers import NumberStyle
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.table import SourceRows, simple_cells
from xlmargin.excel.facts_reader import facts_of_accounts
from xlmargin.excel.settings_reader import read_settings, stated_settings

EUROPEAN, US = NumberStyle.EUROPEAN, NumberStyle.US


@pytest.mark.parametrize(
    ("style", "rate", "cash", "read"),
    [
        (EUROPEAN, "0,04", "150.000", (0.04, 150_000.0)),
        (EUROPEAN, "4,125%", "1.234,5", (0.04125, 1_234.5)),
        (EUROPEAN, 0.04, 150.25, (0.04, 150.25)),
        (US, "4.5%", "1.250", (0.045, 1.25)),
        (US, "0.04", "150,000", (0.04, 150_000.0)),
    ],
)
@pytest.mark.parametrize("known", [False, True])
def test_settings(
    style: NumberStyle, rate: object, cash: object, read: tuple[float, float], known: bool
) -> None:
    rows = SourceRows([["name", "value"], ["rate", rate], ["cash", cash]], style=style)
    log = ProblemLog()
    stated = stated_settings(simple_cells(rows) if known else rows, log)
    found = read_settings(stated, log)
    log.refuse()
    assert (found.curve.rates[0], found.settings.cash) == pytest.approx(read)


@pytest.mark.parametrize("style", [EUROPEAN, US])
def test_dollars_are_in_no_percent_in_either_style(style: NumberStyle) -> None:
    log = ProblemLog()
    read_settings(stated_settings(SourceRows([["cash", "20%"]], style=style), log), log)
    assert [(each.row, each.column) for each in log.errors] == [(1, "cash")]


def test_a_number_beside_the_values_is_seen_to_be_one() -> None:
    rows = [["name", "value", "B"], ["cash", "150.000", "1.234,5"]]
    log = ProblemLog()
    stated_settings(SourceRows(rows, style=EUROPEAN), log)
    assert [(each.row, each.column) for each in log.errors] == [(2, "B")]


def test_facts() -> None:
    log = ProblemLog()
    rows = SourceRows([["equity", "150.000"], ["experience", "2,5"]], style=EUROPEAN)
    (facts,) = facts_of_accounts(rows, dt.date(2026, 11, 20), log)
    log.refuse()
    assert (facts.equity, facts.experience_years) == (150_000.0, 2.5)
