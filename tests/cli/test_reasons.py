"""The reasons on the terminal, beside what the cells say."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from xlmargin.cli import app, reasons

ROOT = Path(__file__).parents[2]
BOOK = [
    str(ROOT / "examples" / "positions.csv"),
    "--market", str(ROOT / "examples" / "market.csv"),
    "--settings", str(ROOT / "examples" / "settings.csv"),
]  # fmt: skip


def run(*words: str) -> Result:
    return CliRunner().invoke(app, [*words])


def test_the_tree_adds_up_to_its_root() -> None:
    done = run("explain", *BOOK)
    assert done.exit_code == 0, done.output
    root, *parts = done.stdout.splitlines()
    groups = [line for line in parts if line.startswith("    Class group")]
    assert len(groups) == 2
    assert amount(root) == pytest.approx(sum(map(amount, groups)), abs=0.01)
    # ten contracts of a multiplier of 100, at 0.375 a unit
    assert any("Minimum of XYZ" in line and "375.00" in line for line in parts)


def amount(line: str) -> float:
    return float(re.findall(r"(-?[\d,]+\.\d\d)  ", line)[0].replace(",", ""))


@pytest.mark.parametrize("regime", ["portfolio", "initial", "maintenance"])
def test_the_root_is_the_requirement(regime: str) -> None:
    answer = json.loads(run("explain", *BOOK, "--regime", regime, "--json").stdout)["explanation"]
    assert answer[0] == ["requirement", "amount", "made of", "rule"]
    # 50% of 250,000 and of 48,000, puts of 4,250 paid; 10% of the strike of a conversion, 25%
    by_hand = {"initial": (153_250.0, 153_250.0), "maintenance": (37_000.0, 37_000.0)}
    # ten contracts at 37.50; 15% of 48,000 less at most all that the calls are worth
    by_hand["portfolio"] = (375.0 + 7_200.0 - 1_150.0, 375.0 + 7_200.0)
    least, most = by_hand[regime]
    assert least - 0.005 <= answer[1][1] <= most + 0.005


def test_a_regime_that_is_none_is_refused_as_in_a_cell() -> None:
    done = run("explain", *BOOK, "--regime", "regt")
    assert done.exit_code == 1
    assert "regime" in done.stderr
    assert "maintenance" in done.stderr


def test_a_number_by_its_name() -> None:
    done = run("rule", "underlying_rate", "--as-of", "2026-11-20")
    assert done.exit_code == 0
    assert "index_broad: 0.15, in force from 2006-12-18 at the latest" in done.stdout
    assert "FINRA 4210(f)(2)(E)(i)" in done.stdout


def test_a_number_by_words_of_its_meaning() -> None:
    done = run("rule", "share underlying's value out-of-the-money option's market value")
    assert done.exit_code == 0
    assert done.stdout.startswith("underlying_rate")


@pytest.mark.parametrize("place", ["help", "docs/commands.md"])
def test_words_of_several_numbers_list_them_with_their_meanings(place: str) -> None:
    """The examples of the help and of the page, both found where they stand."""
    if place == "help":
        words = re.findall(r"or words: ([a-z ]+)\.", inspect.getsource(reasons))
    else:
        words = re.findall(r"list those .*`xlmargin rule (\w+)`", (ROOT / place).read_text("utf-8"))
    done = run("rule", *words)
    assert done.exit_code == 0, done.output
    meaning = "(fraction): share of the underlying's value, less the out-of-the-money amount, added"
    assert f"underlying_rate {meaning}" in done.stdout
    assert "leveraged_index_option_factor (" in done.stdout


def test_a_program_names_the_number() -> None:
    """Words that may find another number with the next rule are no name for a program."""
    done = run("rule", "uncovered", "--json")
    assert done.exit_code == 1
    assert "underlying_rate" in done.stderr
    assert "uncovered_minimum" in done.stderr


def test_words_of_no_number_are_refused() -> None:
    done = run("rule", "flying saucers")
    assert done.exit_code == 1
    assert "flying saucers" in done.stderr
