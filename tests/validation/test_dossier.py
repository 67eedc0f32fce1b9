"""The dossier: every published figure agrees or is explained, and what is said adds up."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xlmargin.cli import app
from xlmargin.packaged import packaged_text
from xlmargin.rulebook.files import packaged
from xlmargin.validation import (
    DossierSection,
    FigureComparison,
    comparison,
    counted_by_origin,
    dossier,
    sections,
    validation_table,
)
from xlmargin.validation.comparison import Origin
from xlmargin.validation.coverage import coverage

ROOT = Path(__file__).parents[2]
DAY = dt.date(2026, 11, 30)


@pytest.fixture(scope="module")
def compared() -> tuple[DossierSection, ...]:
    return sections()


def test_every_figure_agrees_or_is_explained(compared: tuple[DossierSection, ...]) -> None:
    differ = [c for section in compared for c in section.comparisons if c.state == "differs"]
    assert [(c.case, c.figure, c.published, c.ours, c.refusal) for c in differ] == []
    assert sum(len(section.comparisons) for section in compared) == 299


def test_no_explanation_is_of_a_figure_that_agrees(compared: tuple[DossierSection, ...]) -> None:
    explained = {(c.case, c.figure) for s in compared for c in s.comparisons if c.state != "agrees"}
    text = packaged_text("xlmargin.validation", "explained.toml")
    assert {(d["case"], d["figure"]) for d in tomllib.loads(text)["difference"]} == explained


def test_an_explanation_is_of_one_figure_alone() -> None:
    """Another difference of the same figure, or a refusal in its place, has no reason."""
    found = FigureComparison(
        "s", "me-covered-call-extra-shares", "initial_call", "$", 8538, 8657, 0.01
    )
    assert found.state == "differs, explained"
    assert replace(found, ours=8658.0).state == "differs"
    assert replace(found, ours=None).state == "differs"
    refused = replace(found, case="lean-bear-call-ladder", ours=None)
    assert refused.state == "differs, explained"
    assert replace(refused, ours=150.0).state == "differs"


def test_a_figure_beyond_its_bound_differs() -> None:
    assert FigureComparison("s", "c", "f", "$", 100.0, 100.02, 0.01).state == "differs"
    assert FigureComparison("s", "c", "f", "$", 100.0, 99.995, 0.01).state == "agrees"
    refused = FigureComparison("s", "c", "f", "$", 100.0, None, 0.01, "#XLM! no")
    assert (refused.state, refused.difference) == ("differs", None)


def test_the_dossier_counts_what_it_shows(compared: tuple[DossierSection, ...]) -> None:
    text = dossier(compared, DAY)
    for section in compared:
        row = f"| {section.title} | {len(section.comparisons)} | {section.number('agrees')} |"
        assert row in text
    assert "made on 2026-11-30" in text
    assert text.count("(unconfirmed") == sum(
        packaged_text.count("(unconfirmed") for packaged_text in rule_files()
    )
    assert all(rule.title in text for rule in coverage())


def rule_files() -> list[str]:
    from importlib.resources import files

    root = files("xlmargin.rulebook")
    folders = [root.joinpath(name) for name in ("reg_t", "finra_4210", "house")]
    paths = [path for folder in folders for path in folder.iterdir() if path.name.endswith(".toml")]
    return [path.read_text(encoding="utf-8") for path in paths]


def test_the_table_has_a_row_a_comparison(compared: tuple[DossierSection, ...]) -> None:
    table = validation_table(compared)
    assert len(table.rows) == 299
    assert {len(row) for row in table.rows} == {len(table.headings)}


def test_the_command_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "dossier.md"
    done = CliRunner().invoke(app, ["validate", "-o", str(path)])
    assert done.exit_code == 0, done.output
    assert path.read_text(encoding="utf-8").startswith("# Validation\n")
    assert "299 figures, of which " in done.output
    assert "by hand from the rule: 292 agree, 7 differ and it is said why" in done.output


def test_the_figures_are_counted_by_where_they_are_from(
    compared: tuple[DossierSection, ...],
) -> None:
    """The README's numbers are those of the files; positions of others are no figures of theirs."""
    files = {s.name: {c.origin for c in s.comparisons} for s in compared}
    assert files["cboe_2007_regt_vs_pm"] == {"published"}
    assert files["hard_prices"] == files["quantlib_generated_tims_arrays"] == {"QuantLib"}
    assert files["margin_estimator"] == files["lean_option_margin"] == {"by the rule"}
    counts = Counter(c.origin for s in compared for c in s.comparisons)
    said = counted_by_origin(c for s in compared for c in s.comparisons)
    assert [int(n) for n in re.findall(r"\d+", said)] == [299, *(counts[o] for o in Origin)]
    assert said in dossier(compared, DAY)
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    published, quantlib, rule = (counts[origin] for origin in Origin)
    assert (
        f"299 figures beside ours ({published} published, {quantlib} by QuantLib, {rule} by hand"
        " from the rule)"
    ) in readme


def test_the_command_answers_json() -> None:
    done = CliRunner().invoke(app, ["validate", "--json"])
    answer = json.loads(done.stdout)
    assert answer["schema"] == "xlmargin/1"
    assert len(answer["validation"]) == 300


def test_a_difference_that_is_not_explained_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "_explained", dict)
    done = CliRunner().invoke(app, ["validate"])
    assert done.exit_code == 1
    assert "7 differ" in done.output


def test_the_coverage_file_is_read_whole() -> None:
    assert len(coverage()) == packaged("coverage.toml").count("[[rule]]")
