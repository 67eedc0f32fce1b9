"""The README says what is so: its commands, its functions, its table of rules."""

from __future__ import annotations

import re
from pathlib import Path

import udfs
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.rulebook.coverage import coverage_table

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_coverage_table_is_the_rulebook_s():
    assert coverage_table().strip() in README


def test_every_function_is_named():
    assert [n for n in REGISTRY if hasattr(udfs, n) and f"`{n}" not in README] == []


def test_example_answers_what_it_says():
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1)
    names: dict[str, object] = {}
    exec(code.replace("import udfs", ""), {"udfs": udfs}, names)
    ranges = (names["positions"], None, names["settings"])
    said = [float(n.replace(",", "")) for n in re.findall(r"# +([\d,]+\.\d\d)", code)]
    answers = [udfs.PM_REQUIREMENT(*ranges), udfs.REGT_MAINTENANCE(*ranges)]
    assert [round(answer, 2) for answer in answers] == said
