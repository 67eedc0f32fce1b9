"""Style and types are checked with the tests: one command says whether all is well."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHECKS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy --strict": ["mypy"],
}
JUDGES = ("ruff", "mypy", "numpy", "scipy-stubs", "pandas-stubs", "pyarrow-stubs")
"""What the findings depend on: another version has other rules, and other types."""


def other_versions() -> list[str]:
    """Judges that are not those of the lock, each with its version."""
    lock = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([\w.-]+==[\w.]+)", lock, re.MULTILINE))
    return [found for name in JUDGES if (found := f"{name}=={version(name)}") not in locked]


@pytest.mark.parametrize("command", CHECKS.values(), ids=CHECKS.keys())
def test_check_finds_nothing(command: list[str]) -> None:
    if others := other_versions():
        pytest.skip(f"{', '.join(others)}: style and types are judged by constraints.txt alone")
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_comment_excuses_a_function_without_types() -> None:
    """But for worksheet functions, whose decorator refuses annotations."""
    excused = re.compile(r"((?:^.*\n){0,3})^ *def .*noqa:.*ANN", re.MULTILINE)
    found = [
        (str(path.relative_to(ROOT)), match[1])
        for folder in ("xlmargin", "tests", "tools", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for match in excused.finditer(path.read_text(encoding="utf-8"))
    ]
    assert [path for path, above in found if "@worksheet_function" not in above] == []
