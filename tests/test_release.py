"""What becomes a release: fragments of the changelog, the tag, what the workflow runs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tools.release import ROOT, fragments, notes, problems, version
from xlmargin.cli import commands

KINDS = [
    kind["directory"]
    for kind in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["towncrier"][
        "type"
    ]
]
NAME = re.compile(rf"\+[a-z0-9]+(-[a-z0-9]+)*\.({'|'.join(KINDS)})\.md")
LONGEST = 1_200


def wrong_with(name: str, text: str) -> str:
    """What is wrong with a fragment, "" where it is well-formed."""
    found = NAME.fullmatch(name)
    if not found:
        return "its name"
    if not text.strip() or text.lstrip().startswith(("-", "*", "#")):
        return "a bullet's text without its dash"
    if len(text) > LONGEST:
        return "its length"
    if found[2] == "requirement" and len(re.findall(r"\d[\d,.]*", text)) < 2:
        return "the figure before and after"
    return ""


def test_every_fragment_is_well_formed() -> None:
    wrong = {p.name: wrong_with(p.name, p.read_text(encoding="utf-8")) for p in fragments()}
    assert {name: what for name, what in wrong.items() if what} == {}


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("+short-calls.requirement.md", "Short calls on 100 XYZ require 4,000 (3,000).", ""),
        ("+short-calls.requirement.md", "Short calls require more.", "the figure before and after"),
        ("short-calls.requirement.md", "Words.", "its name"),
        ("+short-calls.feature.md", "Words.", "its name"),
        ("+x.project.md", "- Words.", "a bullet's text without its dash"),
        ("+x.project.md", "  \n", "a bullet's text without its dash"),
    ],
)
def test_what_is_no_fragment(name: str, text: str, wrong: str) -> None:
    assert wrong_with(name, text) == wrong


def test_the_fragments_become_a_section() -> None:
    """As the release is made, without writing it."""
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "9.9.9"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.search(r"(?m)^## 9\.9\.9 \(\d{4}-\d{2}-\d{2}\)$", done.stdout)
    shown = " ".join(done.stdout.split())
    for path in fragments():
        first = " ".join(path.read_text(encoding="utf-8").split())[:60]
        assert first in shown, path.name


def test_a_tag_is_released_with_its_own_section_alone() -> None:
    tag = f"v{version()}"
    text = (
        f"# Changelog\n\n## {version()} (2026-12-01)\n\n- New.\n\n## 0.0.1 (2026-01-01)\n\n- Old.\n"
    )
    assert problems(tag, [], text) == []
    assert notes(tag, text) == "- New."
    with pytest.raises(SystemExit, match=r"no section of v7\.0"):
        notes("v7.0", text)


def test_a_tag_that_may_not_be_released() -> None:
    tag, waiting = f"v{version()}", [Path("+x.project.md")]
    dated = f"## {version()} (2026-12-01)\n\n- New.\n"
    assert "wanted v" in problems("v99.0.0", [], dated)[0]
    assert "run towncrier build" in problems(tag, waiting, dated)[0]
    assert "with its day" in problems(tag, [], f"## {version()} (unreleased)\n\n- New.\n")[0]


@pytest.mark.parametrize("name", ["release.yml", "tests.yml"])
def test_what_a_workflow_runs_is_there(name: str) -> None:
    """Its commands are the project's, and every file that it names stands in the repository."""
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8"))
    runs = [s.get("run", "") for job in workflow["jobs"].values() for s in job["steps"]]
    text = "\n".join(runs)
    assert set(re.findall(r"(?m)\bxlmargin ([a-z][\w-]*)", text)) <= set(commands())
    paths = set(
        re.findall(r"(?<![\w/$-])((?:tools|tests|workbooks|xlmargin|\.ci)/[\w./*-]+)", text)
    )
    assert [path for path in sorted(paths) if not [*ROOT.glob(path)]] == []
    if name == "release.yml":
        assert {"tools/release.py", "workbooks/*.xlsx", "workbooks/*.xlsm"} <= paths
