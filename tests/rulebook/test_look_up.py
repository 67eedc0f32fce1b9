"""Looking up a rule's number by name, and the tables of known underlyings and of coverage."""

import ast
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import xlmargin.rulebook
from xlmargin.cells.values import to_cell
from xlmargin.errors import RulebookError
from xlmargin.rulebook import UnderlyingClass as Class
from xlmargin.rulebook import look_up, parameter_names
from xlmargin.validation.coverage import CoverageStatus, coverage, coverage_from, coverage_table

TODAY = date(2026, 11, 20)
HOME = Path(xlmargin.rulebook.__file__).parent


@pytest.mark.parametrize("name", ["contract_minimum", "Contract Minimum", " contract-minimum "])
def test_one_number_with_its_reasons(name: str) -> None:
    (found,) = look_up(name, TODAY)
    assert (found.name, found.key, found.value) == ("contract_minimum", "", 0.375)
    assert found.unit == "dollars per unit"
    assert (found.effective, found.checked) == (date(2006, 12, 18), date(2026, 11, 29))
    assert found.rule == "FINRA 4210(g)(7)(B)"
    assert found.href.startswith("https://www.finra.org/")
    assert "per unit of its multiplier" in found.states
    assert found.title
    assert found.remark == ""
    assert found.house == ""


def test_a_row_a_class_then_the_houses() -> None:
    found = look_up("valuation range down", TODAY)
    assert [row.key for row in found if not row.house] == [c.value for c in Class]
    houses = {(row.house, row.key): row.value for row in found if row.house}
    assert houses["schwab", "index_high_cap"] == 0.15
    assert houses["tastytrade_stressed", "index_broad"] == 0.20
    assert houses["ibkr_like", "stock"] == 0.25
    assert ("schwab", "stock") not in houses


def test_one_class_alone() -> None:
    found = look_up("valuation range down index high cap", TODAY)
    assert {row.key for row in found} == {"index_high_cap"}
    assert found[0].value == 0.08


def test_a_house_row_says_when_it_was_entered() -> None:
    (_, *houses) = look_up("short option minimum", date(2020, 1, 2))
    assert {row.house for row in houses} == {"tastytrade_calm", "tastytrade_stressed"}
    assert all("assumed for earlier dates" in row.remark for row in houses)
    (_, *houses) = look_up("short option minimum", TODAY)
    assert not any("assumed" in row.remark for row in houses)


def test_every_name_can_be_looked_up() -> None:
    for name in parameter_names():
        for row in look_up(name, TODAY):
            assert row.states and row.rule and row.href
            assert to_cell(row.remark) == row.remark.strip(), f"{name}: cut in a cell"


def test_an_unknown_name_is_answered_with_close_ones() -> None:
    with pytest.raises(RulebookError, match="found 'contract minimun', wanted contract_minimum"):
        look_up("contract minimun", TODAY)
    with pytest.raises(RulebookError, match="wanted valuation_range_up or"):
        look_up("zzz", TODAY)


def test_coverage_reads_and_prints() -> None:
    assert {rule.status for rule in coverage()} == set(CoverageStatus)
    lines = coverage_table().splitlines()
    assert len(lines) == len(coverage()) + 2
    assert len({line.count("|") for line in lines}) == 1
    root = HOME.parent.parent
    assert [rule.where for rule in coverage() if not (root / rule.where).exists()] == []
    families = {rule.family for rule in coverage()}
    assert families == {"portfolio margin", "strategy-based margin", "account", "intraday margin"}


RULE = "[[rule]]\nfamily='a'\nrule='b'\ntitle='c'\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no rule"),
        (RULE, "status = None"),
        (RULE + "status='mostly'", "status 'mostly', wanted covered"),
        (RULE + "status='covered'", "no where"),
        (RULE + "status='covered'\nwhere='x'\nwhy='y'", "found why"),
        (RULE + "status='partly'\nwhere='x'", "no why"),
        (RULE + "status='not'", "no why"),
        (RULE + "status='not'\nwhy=' '", "wanted a text"),
        (RULE + "status='not'\nwhy='y'\nsince=1", "found since"),
    ],
)
def test_coverage_refuses(text: str, message: str) -> None:
    with pytest.raises(RulebookError, match=message):
        coverage_from("coverage.toml", text)


def test_no_number_of_law_stands_in_a_python_file() -> None:
    for file in HOME.glob("*.py"):
        numbers = {
            node.value
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.Constant)
            and isinstance(node.value, int | float)
            and not isinstance(node.value, bool)
        }
        assert numbers <= {0, 1, 4096}, file.name  # bounds of units; size of a cache


def test_importing_reads_no_file_and_no_parser() -> None:
    code = (
        "import sys, xlmargin.rulebook\n"
        "lazy = {'tomllib', 'importlib.resources', 'difflib', 'csv', 'numpy'}\n"
        "sys.exit(', '.join(lazy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
