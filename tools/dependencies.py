"""The versions of other packages: the ones known to work, and the tests with other ones.

    python tools/dependencies.py refresh              writes constraints.txt: the newest admitted
    python tools/dependencies.py newest [PYTEST ...]  tests with the newest there is
    python tools/dependencies.py oldest [PYTEST ...]  tests with the oldest admitted

What is admitted stands in pyproject.toml; `newest` goes beyond its upper bounds. Words after it and
`oldest` are pytest's: `-m dependencies` runs what reaches into other packages, in about a minute.
uv, which resolves for every system at once, is fetched for this alone: pip installs the project.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import venv
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "constraints.txt"
COMPILE = (
    "pip", "compile", "pyproject.toml", "--all-extras", "--quiet", "--no-annotate",
    "--no-emit-index-url",
)  # fmt: skip


def main(words: list[str]) -> int:
    """Do what the first word asks; answers pytest's exit code."""
    match words:
        case ["refresh"]:
            by = "python tools/dependencies.py refresh"
            python = environment("refresh")
            uv(python, *COMPILE, "--universal", "--upgrade", "--custom-compile-command", by,
               "-o", str(LOCK))  # fmt: skip
            return 0
        case ["newest", *more]:
            python = environment("newest")
            install(python, *(without_upper_bound(line) for line in required()))
            return tested(python, more)
        case ["oldest", *more]:
            python = environment("oldest")
            install(python, "-r", str(oldest(python)))
            return tested(python, more)
    print(__doc__, file=sys.stderr)
    return 2


def environment(purpose: str) -> str:
    """A fresh virtual environment with uv in it; answers its Python."""
    folder = ROOT / f".venv-{purpose}"
    venv.create(folder, clear=True, with_pip=True)
    python = str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    subprocess.run([python, "-m", "pip", "install", "-q", "uv"], check=True)
    return python


def uv(python: str, *words: str) -> None:
    """Have uv do something with this Python, or end with its own word."""
    subprocess.run([python, "-m", "uv", *words, "--python", python], cwd=ROOT, check=True)


def install(python: str, *packages: str) -> None:
    """Install packages, and this one beside them whatever it admits."""
    uv(python, "pip", "install", "-q", *packages)
    uv(python, "pip", "install", "-q", "--no-deps", "-e", ".")


def required() -> list[str]:
    """What pyproject.toml asks for, with every extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = chain.from_iterable(project["optional-dependencies"].values())
    lines = chain(project["dependencies"], extras)
    return [line for line in lines if not line.startswith("xlmargin[")]


def without_upper_bound(requirement: str) -> str:
    """A requirement that also admits what is too new."""
    return re.sub(r",?<[\d.]+", "", requirement)


def oldest(python: str) -> Path:
    """A file of the lowest version of each package asked for; for others the lock's if it fits."""
    asked = {re.match(r"[\w.-]+", line)[0].lower().replace("_", "-") for line in required()}
    locked = LOCK.read_text(encoding="utf-8").splitlines(keepends=True)
    preferred = ROOT / ".venv-oldest" / "oldest.txt"
    others = (line for line in locked if line.partition("==")[0] not in asked)
    preferred.write_text("".join(others), encoding="utf-8")
    uv(python, *COMPILE, "--resolution", "lowest-direct", "-o", str(preferred))
    return preferred


def tested(python: str, words: list[str]) -> int:
    """Show what is installed, and run the tests; answers pytest's exit code."""
    print(f"+ {python} -m pytest {' '.join(words)}", flush=True)
    uv(python, "pip", "freeze", "--exclude-editable")
    return subprocess.run([python, "-m", "pytest", *words], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
