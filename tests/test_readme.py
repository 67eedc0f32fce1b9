"""The README and the pages of docs say what is so: functions, examples, figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xlmargin import udfs
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.samples import ARTICLE_SCENARIO

ROOT = Path(__file__).parents[1]
FUNCTIONS = (ROOT / "docs" / "functions.md").read_text(encoding="utf-8")
STARTED = (ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8")


def test_every_function_is_named() -> None:
    assert [n for n in REGISTRY if hasattr(udfs, n) and f"`{n}" not in FUNCTIONS] == []


def test_example_answers_what_it_says() -> None:
    code = re.search(r"```python\n(.*?)```", STARTED, re.DOTALL).group(1)
    names: dict[str, object] = {}
    exec(code, {}, names)
    ranges = (names["positions"], None, names["settings"])
    said = [float(n.replace(",", "")) for n in re.findall(r"# +([\d,]+\.\d\d)", code)]
    answers = [udfs.PM_REQUIREMENT(*ranges), udfs.REGT_MAINTENANCE(*ranges)]
    assert [round(answer, 2) for answer in answers] == said


def test_scenario_releases_what_it_says() -> None:
    (code,) = re.findall(r"```python\n(from xlmargin.samples.*?)```", STARTED, re.DOTALL)
    names: dict[str, object] = {"udfs": udfs}
    exec(code, names)
    shares = [float(n) for n in re.findall(r"# (0\.\d+)\n", code)]
    assert [round(names["by_strategy"], 3), round(names["by_portfolio"], 3)] == shares
    said = [float(n.replace(",", "")) for n in re.findall(r"\b(\d[\d,]{5,})\b", code)]
    assert [names["released"], *names["uses"].values()] == pytest.approx(said, abs=1)
    article = ARTICLE_SCENARIO
    whole = (article.strategy_share - article.portfolio_share) * article.long_market_value
    assert whole == pytest.approx(3_450_000)
    assert f"{whole / 1e6:.2f} million released" in STARTED
    assert len(names["history"].positions) - 1 == 5_029
    assert len(names["history"].market) - 1 == 1_380
