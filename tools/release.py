"""What a tag releases: `python tools/release.py check vX.Y.Z`, then `notes vX.Y.Z`.

`check` refuses a tag that is not the version of pyproject.toml, a version without a section in the
changelog, and fragments that no section has taken up. `notes` prints that section.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
FRAGMENTS: Final = ROOT / "changelog.d"
_SECTION: Final = re.compile(
    r"(?ms)^## (?P<version>\S+) \((?P<day>[^)]*)\)\n(?P<text>.*?)(?=^## |\Z)"
)


def main(words: list[str]) -> int:
    """Do what the first word asks of the tag; answers the exit code."""
    match words:
        case ["check", tag]:
            wrong = problems(tag, fragments(), changelog())
            print("\n".join(wrong) or f"{tag} may be released.")
            return 1 if wrong else 0
        case ["notes", tag]:
            print(notes(tag, changelog()))
            return 0
    print(__doc__, file=sys.stderr)
    return 2


def changelog() -> str:
    """The changelog as it stands."""
    return (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def fragments() -> list[Path]:
    """The fragments that no release has taken up."""
    return sorted(p for p in FRAGMENTS.iterdir() if p.name not in (".gitignore", "README.md"))


def version() -> str:
    """The version of pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def problems(tag: str, waiting: list[Path], text: str) -> list[str]:
    """Why the tag may not be released."""
    wrong = []
    if tag != f"v{version()}":
        wrong.append(f"found the tag {tag}, wanted v{version()}, the version of pyproject.toml")
    if waiting:
        names = ", ".join(path.name for path in waiting)
        wrong.append(f"found {names} in changelog.d, wanted none: run towncrier build")
    sections = {found["version"]: found["day"] for found in _SECTION.finditer(text)}
    day = sections.get(tag.removeprefix("v"), "no section")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        wrong.append(f"found {day} in CHANGELOG.md, wanted a section of {tag} with its day")
    return wrong


def notes(tag: str, text: str) -> str:
    """The changelog's section of the tag; refused where there is none."""
    for found in _SECTION.finditer(text):
        if f"v{found['version']}" == tag:
            return found["text"].strip()
    raise SystemExit(f"found no section of {tag} in CHANGELOG.md")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
