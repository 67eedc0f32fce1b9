"""An account in a call of its own regime that the other would not make: no page says OK of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import openpyxl
import pytest

from xlmargin.cells.values import TableCell
from xlmargin.workbooks import Functions, input_tables, write_margin_workbook

SETTINGS: Final = [["name", "value"], ["as_of", "2026-11-30"], ["rate", 0.04]]
MARGIN: Final = [*SETTINGS, ["account_type", "margin"]]
IN_CALL: Final = [
    ["symbol", "type", "quantity", "price", "account"],
    ["NVDA", "stock", 2_000, 190.0, "one"],
    ["USD", "cash", -300_000, None, "one"],
]
"""Worth 80,000: a quarter of 380,000 is 95,000, 15% of it 57,000."""
AND_ANOTHER: Final = [
    *IN_CALL,
    ["NVDA", "stock", 100, 190.0, "two"],
    ["USD", "cash", 100_000, None, "two"],
]
"""Worth 119,000; 4,750 by strategy, 2,850 under portfolio margin."""


Rows = list[tuple[object, ...]]


def pages(
    path: Path,
    functions: Functions,
    positions: Sequence[Sequence[TableCell]],
    settings: Sequence[Sequence[TableCell]],
) -> Path:
    write_margin_workbook(path, input_tables(positions, None, settings, None), functions)
    return path


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory, functions: Functions) -> Path:
    return pages(tmp_path_factory.mktemp("one") / "one.xlsx", functions, IN_CALL, MARGIN)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, functions: Functions) -> Path:
    return pages(tmp_path_factory.mktemp("two") / "two.xlsx", functions, AND_ANOTHER, MARGIN)


def rows(path: Path, name: str) -> Rows:
    return list(openpyxl.load_workbook(path, data_only=True)[name].iter_rows(values_only=True))


def section(found: Rows, title: str, number: int = 1) -> Rows:
    """Rows below the title of a section and its headings, to the next empty one."""
    first = next(i for i, row in enumerate(found) if row[0] == title and i)
    below = found[first + 1 + number :]
    return below[: next((i for i, row in enumerate(below) if row[0] in (None, "")), len(below))]


def cards(path: Path) -> dict[object, tuple[object, object]]:
    """Figure and note of each card of the first page, by its label."""
    labels, figures, notes = rows(path, "Start")[5:8]
    return {a: (b, c) for a, b, c in zip(labels, figures, notes, strict=True) if a}


def test_the_first_page_has_the_excess_of_the_account_s_own_regime(one: Path) -> None:
    found = cards(one)
    assert next(iter(found)) == "Required, strategy-based"
    assert found["Excess"] == (pytest.approx(-15_000), "by strategy")
    # No premium: 190,000 put up at first, less 57,000. Of 95,000, maintenance, it is not a part.
    assert found["Released, on deposit"] == (pytest.approx(133_000), "70.0% less, on deposit")
    assert found["Required, strategy-based"][1] == "maint.; initial at cost $0.19M"
    assert found["Cushion"][0] == pytest.approx(-15_000 / 80_000)
    assert "Portfolio margin: " not in str(rows(one, "Start")[0][0])


def test_the_largest_names_are_parts_of_the_own_requirement(one: Path) -> None:
    start = rows(one, "Start")
    largest = section(start, "Largest underlyings")
    assert largest[0][0] == "NVDA"
    assert largest[0][2] == pytest.approx(95_000)
    assert "strategy-based maintenance, $" in next(
        row for row in start if row[0] == "Largest underlyings"
    )
    report = rows(one, "Monthly report")
    assert section(report, "Concentration")[0][4] == pytest.approx(95_000)
    assert section(report, "Concentration")[0][5] == pytest.approx(1.0)


def test_the_report_says_that_the_account_is_in_a_call(one: Path) -> None:
    report = rows(one, "Monthly report")
    for row in section(report, "By account"):
        assert row[1:7] == pytest.approx(
            (80_000, 95_000, -15_000, -15_000 / 80_000, 15_000, "■ Call")
        )
    key = {row[0]: row[1] for row in report if row[0]}
    assert key["Cushion: excess / equity, points"] == pytest.approx(-15_000 / 80_000)
    assert key["Requirement / equity, points"] == pytest.approx(95_000 / 80_000)


def test_a_stress_under_the_other_regime_has_no_light(one: Path) -> None:
    report = rows(one, "Monthly report")
    assert {row[6] for row in section(report, "Stress")} == {"none"}
    (title,) = (row for row in report if row[0] == "Stress")
    assert "were it portfolio margin" in " ".join(str(cell) for cell in title)


def test_a_stress_is_no_better_than_the_account_that_it_hurts_most(
    tmp_path: Path, functions: Functions
) -> None:
    portfolio = [*SETTINGS, ["account_type", "portfolio"]]
    report = rows(pages(tmp_path / "two.xlsx", functions, AND_ANOTHER, portfolio), "Monthly report")
    found = section(report, "Stress")
    # After -10% one is worth 42,000 and requires 15% of 342,000, 51,300; two has 114,535 to spare.
    assert all(row[4] > 0 for row in found)
    assert found[1][4] == pytest.approx(-9_300 + 114_535)
    assert [row[6] for row in found] == ["■ Act", "■ Act", "● OK", "● OK"]
    (title,) = (row for row in report if row[0] == "Stress")
    assert "state of the worst account" in " ".join(str(cell) for cell in title)


def test_the_total_of_two_accounts_is_in_a_call_where_one_is(two: Path) -> None:
    states = {row[0]: row[3:7] for row in section(rows(two, "Monthly report"), "By account")}
    assert states["one"][3] == states["All accounts"][3] == "■ Call"
    assert states["two"][3] == "● OK"
    assert states["two"][0] == pytest.approx(119_000 - 4_750)
    names = section(rows(two, "Monthly report"), "Concentration")
    assert [(row[0], row[4]) for row in names[:2]] == [
        ("NVDA, one", pytest.approx(95_000)), ("NVDA, two", pytest.approx(4_750)),
    ]  # fmt: skip


def test_no_figure_of_an_account_is_of_a_regime_that_its_settings_do_not_name(
    tmp_path: Path, functions: Functions
) -> None:
    path = pages(tmp_path / "pm.xlsx", functions, IN_CALL, SETTINGS)
    assert cards(path)["Excess"] == (pytest.approx(23_000), "by portfolio margin")
    (row,) = section(rows(path, "Monthly report"), "By account")
    assert row[3] == pytest.approx(23_000)
    # The lights are of formulas that read the account type, so that they follow the settings.
    report = openpyxl.load_workbook(path)["Monthly report"]
    first = next(row for row in report.iter_rows() if row[0].value == "By account")[0].row + 2
    assert '="portfolio"' in str(report.cell(first, 4).value)


def test_how_a_file_was_read_stands_in_the_basis_and_not_on_the_band(
    tmp_path: Path, functions: Functions
) -> None:
    note = (
        "Positions: E*TRADE (headings seen in six public files; sign of a short's cost not "
        "confirmed). This is a file of E*TRADE; the setting house = etrade adds what that house "
        "requires above the rule."
    )
    tables = input_tables(IN_CALL, None, MARGIN, None)
    write_margin_workbook(tmp_path / "read.xlsx", tables, functions, note=note)
    for name in ("Start", "Monthly report"):
        band = [str(cell) for row in rows(tmp_path / "read.xlsx", name)[:3] for cell in row]
        assert "E*TRADE" not in " ".join(band)
    report = rows(tmp_path / "read.xlsx", "Monthly report")
    assert note in " ".join(str(row[0]) for row in section(report, "Basis and assumptions", 0))
