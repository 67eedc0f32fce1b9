"""A book as people have it, from its file to both requirements, with every assumption noted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.cli.sloppy_book import MAINTENANCE, MISSING_PRICES, SETTINGS, SLOPPY, plain_book
from xlmargin import udfs
from xlmargin.cli import app


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    for name, text in (("book", SLOPPY), ("prices", MISSING_PRICES), ("set", SETTINGS)):
        (folder / f"{name}.csv").write_text(text)
    return folder


def run(folder: Path, command: str, *more: str) -> Any:
    files = ["--market", str(folder / "prices.csv"), "--settings", str(folder / "set.csv")]
    arguments = [command, str(folder / "book.csv"), *files, *more, "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_both_requirements_are_those_of_the_plain_book(folder: Path) -> None:
    answer = run(folder, "report", "-o", str(folder / "book.xlsx"))
    assert answer["strategy maintenance"] == pytest.approx(sum(MAINTENANCE.values()))
    assert answer["requirement"] == pytest.approx(udfs.PM_REQUIREMENT(*plain_book()))
    assert answer["strategy initial"] == pytest.approx(udfs.REGT_INITIAL(*plain_book()))


@pytest.mark.parametrize("account", MAINTENANCE)
def test_the_hand_computed_maintenance_of_each_account(account: str) -> None:
    held, *rest = plain_book()
    own = [held[0], *(row for row in held[1:] if row[0] == account)]
    assert udfs.REGT_MAINTENANCE(own, *rest) == pytest.approx(MAINTENANCE[account])


def test_every_assumption_is_noted_and_nothing_is_an_error(folder: Path) -> None:
    _, *found = run(folder, "check")["check"]
    text = "\n".join(" ".join(map(str, row)) for row in found)
    assert not [row for row in found if row[0] == "error"]
    for assumed in (
        "titles", "month/day/year", "totals", "footnote",  # how it was read and left out
        "TQQQ", "XSP", "SPY", "QQQ", "IWM",  # what is known of instruments
        "side",
    ):  # fmt: skip
        assert assumed in text, (assumed, text)
