"""Builds the documentation: `python tools/documentation.py`, then open build/docs/index.html.

A page names in a comment what it wants of the project's own tables, `<!-- generated: rules -->`;
nothing generated is kept in the repository. The pages are filled here and handed to MkDocs, so that
another generator can take them as they are. Material for MkDocs is maintained until May 2027; its
successor, Zensical, is at 0.1, and reads the same mkdocs.yml.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from typer.testing import CliRunner

import xlmargin.udfs  # noqa: F401  (registers the functions)
from tools.floors import FLOORS
from tools.tables_of_pages import brokers, documents, eligibility, houses, markdown_table
from xlmargin.cli import app, commands
from xlmargin.cli.help_pages import programs
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.help import Chapters, help_chapters, input_chapters
from xlmargin.rulebook.parameters import ONE, Parameter, ParameterEntry, RuleSet
from xlmargin.rulebook.sections import regulations
from xlmargin.rulebook.values_in_force import profile, profiles
from xlmargin.validation import dossier, sections
from xlmargin.validation.coverage import coverage_table

WORKBOOKS: Final = ROOT / "workbooks"
BUILD: Final = ROOT / "build"
"""Where the pages are filled, below `pages`, and built, below `docs`: as mkdocs.yml names them."""
_MARK: Final = re.compile(r"<!-- generated: (\w+) -->.*")


def main(folder: Path = BUILD) -> int:
    """Fill the pages and build them in a folder; a warning is an error."""
    pages = folder.resolve() / "pages"
    write_pages(pages)
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1", "XLMARGIN_PAGES": str(pages)}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet",
               "--site-dir", str(pages.with_name("docs"))]  # fmt: skip
    return subprocess.run(command, cwd=ROOT, env=quiet, check=False).returncode


def write_pages(pages: Path) -> None:
    """The pages of docs/ with every comment replaced by what it names, and the pictures."""
    shutil.rmtree(pages, ignore_errors=True)
    shutil.copytree(ROOT / "docs", pages)
    shutil.copytree(WORKBOOKS / "pictures", pages / "pictures")
    for page in pages.glob("*.md"):
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")


def filled(page: str) -> str:
    """A page with what its comments name; a name that is not known ends the build."""
    return _MARK.sub(lambda found: CONTENTS[found[1]](), page)


def _chapters(chapters: Chapters, names: Iterable[str]) -> str:
    """Chapters of a page of help: a heading each, and the page's own HTML below it."""
    return "\n\n".join(
        f"## {chapters[name][0]} {{#{name}}}\n\n<div>\n{chapters[name][1].written}\n</div>"
        for name in names
    )


def _functions() -> str:
    listed = list(REGISTRY.values())
    links = " \u00b7 ".join(f'<a href="#{f.name}">{f.name}</a>' for f in listed)
    chapters = help_chapters(listed, programs())
    return f"{links}\n\n{_chapters(chapters, [n for n in chapters if n != 'errors'])}"


def _input_chapters() -> Chapters:
    return input_chapters(REGISTRY["XLM_CHECK"])


def _input() -> str:
    return _chapters(_input_chapters(), [n for n in _input_chapters() if n != "errors"])


def _errors() -> str:
    cells = help_chapters([], programs())
    return f"{_chapters(_input_chapters(), ['errors'])}\n\n{_chapters(cells, ['errors'])}".replace(
        "{#errors}", "", 1
    )


def _commands() -> str:
    """The help of every command, as the terminal shows it."""
    runner = CliRunner(env={"TERMINAL_WIDTH": "96", "NO_COLOR": "1", "TERM": "dumb"})
    shown = []
    for name in commands():
        done = runner.invoke(app, [name, "--help"])
        assert done.exit_code == 0, f"{name}: {done.output}"
        text = "\n".join(line.rstrip() for line in done.output.strip("\n").splitlines())
        shown.append(f"### {name}\n\n```text\n{text}\n```")
    return "\n\n".join(shown)


def _value(value: float, parameter: Parameter) -> str:
    return ("yes" if value else "no") if parameter.unit.is_switch else f"{value:,.10g}"


def _dated(parameter: Parameter, entry: ParameterEntry) -> Iterable[tuple[str, ...]]:
    """A row for each key that the day gives a value."""
    stated = [f"[{escape(entry.rule)}]({entry.href}), {_key(entry.source)}", escape(entry.remark)]
    if entry.repealed:
        yield ("", str(entry.effective), "repealed", *stated)
    for key, value in entry.values.items():
        yield ("" if key == ONE else key, str(entry.effective), _value(value, parameter), *stated)


def _key(source: str) -> str:
    """A key with a link to what document it is."""
    return f"[{escape(source)}](#documents)"


def _rule_set(rules: RuleSet, anchor: str = "") -> str:
    """A rule: where it stands, and each of its numbers by date."""
    at = f" {{#{anchor}}}" if anchor else ""
    stated = f"[{escape(rules.rule)}]({rules.href}), {_key(rules.source)}. {escape(rules.remark)}"
    parts = [f"### {escape(rules.title)}{at}\n\n{stated}"]
    for parameter in rules.parameters.values():
        may = f"; a house or a setting may: {parameter.overridable}"
        way = may if parameter.overridable else ""
        rows = [row for entry in parameter.since for row in _dated(parameter, entry)]
        about = f"**`{parameter.name}`** ({parameter.unit}{way}): {escape(parameter.states)}"
        parts.append(
            f"{about}\n\n{markdown_table(('of', 'from', 'value', 'stated in', 'remark'), rows)}"
        )
    return "\n\n".join(parts)


def rule_tables() -> str:
    """Each rule with its numbers by date, the houses, and the documents they are read from."""
    return "\n\n".join(
        (
            "## The regulation",
            *map(_rule_set, regulations()),
            "## Houses",
            houses(),
            *(_rule_set(profile(name), name) for name in profiles()),
            documents(),
        )
    )


def _floors() -> str:
    """The packages by floor, the highest first: each imports only from those below it."""
    rows = []
    for floor in range(len(FLOORS) - 1, -1, -1):
        rooms = sorted(FLOORS[floor])
        rows += [(str(floor), f"`{room}`", _idea(room)) for room in rooms]
    return markdown_table(("floor", "package or module", "is"), rows)


def _idea(room: str) -> str:
    """The first sentence of a package or module."""
    package = ROOT / "xlmargin" / room
    source = package / "__init__.py" if package.is_dir() else package.with_suffix(".py")
    found = re.match(r'\s*"""(.+?)(?:\n\n|""")', source.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"{source} says nothing"
    return " ".join(found[1].split())


def _workbooks() -> str:
    """What the folder of the workbooks says of them."""
    text = (WORKBOOKS / "README.md").read_text(encoding="utf-8")
    return text.partition("\n")[2].strip()


def _validation() -> str:
    """The dossier without its title."""
    return dossier(sections(), dt.date.today()).partition("\n")[2].strip()


CONTENTS: Final[dict[str, Callable[[], str]]] = {
    "functions": _functions,
    "input": _input,
    "errors": _errors,
    "commands": _commands,
    "coverage": coverage_table,
    "rules": rule_tables,
    "eligibility": eligibility,
    "brokers": brokers,
    "floors": _floors,
    "workbooks": _workbooks,
    "validation": _validation,
}


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
