"""What is installed: locked versions, true bounds, the licence; and by which words."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

pytestmark = pytest.mark.dependencies

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "constraints.txt").read_text(encoding="utf-8")
EXTRAS = chain.from_iterable(PROJECT["optional-dependencies"].values())
ASKED = [
    Requirement(line)
    for line in (*PROJECT["dependencies"], *EXTRAS)
    if not line.startswith("xlmargin[")
]
SYSTEMS = [
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
]
TEXTS = {".py", ".md", ".toml", ".txt", ".bas", ".xml", ".html", ".json", ""}


def locked(system: dict[str, str], python: str) -> dict[str, str]:
    """The version of each package by its name, as pip reads the lock there."""
    there = {**default_environment(), **system, "python_version": python}
    there["python_full_version"] = f"{python}.9"
    lines = [Requirement(line) for line in LOCK.splitlines() if not line.startswith("#")]
    met = [r for r in lines if r.marker is None or r.marker.evaluate(there)]
    versions = {r.name: str(r.specifier).removeprefix("==") for r in met}
    assert len(versions) == len(met), "a package is locked twice"
    return versions


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system["sys_platform"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_lock_holds_all_that_is_asked_for_in_a_version_that_is_admitted(
    system: dict[str, str], python: str
) -> None:
    versions = locked(system, python)
    for requirement in ASKED:
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        assert requirement.specifier.contains(versions[name]), requirement


def test_the_lock_names_no_place_to_fetch_from() -> None:
    assert "://" not in LOCK
    assert not re.search(r"^\s*-", LOCK, re.MULTILINE), "an option of pip, such as an index"


def test_every_requirement_has_a_lower_bound() -> None:
    assert [r.name for r in ASKED if not re.search(r"[>=]=", str(r.specifier))] == []


def test_all_commands_install_what_is_locked() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    installs = re.findall(r"pip install -q.*", readme)
    assert len(installs) == 5
    assert all("-c constraints.txt" in line for line in installs)


def test_nothing_says_to_install_a_name_that_is_not_registered() -> None:
    """Whoever registered it would be installed; a folder or a wheel is named instead."""
    bare = re.compile(r"""pip install [^\n&;|`]*?(?<![\w./\\@-])["']?xlmargin\b(?! @)|xlmargin==""")
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    paths = [ROOT / name for name in listed] or [*(ROOT / "xlmargin").rglob("*")]
    texts = [p for p in paths if p.suffix in TEXTS and p.is_file() and p != Path(__file__)]
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in texts
        for match in bare.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []
    assert bare.search('python -m pip install -q "xlmargin[build]"')


def test_the_command_for_versions_says_how_it_is_used() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "dependencies.py"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "newest" in done.stderr
