"""The documentation builds without a warning; its links hold, its code runs, its words are kept."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tools.documentation import rule_tables
from tools.tables_of_pages import brokers
from xlmargin.cli import commands
from xlmargin.rulebook import broker_terms

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
TEXTS = [*sorted(DOCS.glob("*.md")), *sorted(ROOT.glob("*.md")), ROOT / "workbooks" / "README.md"]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
PROGRAM = [sys.executable, "-c", "from xlmargin.cli import main; main()"]
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class Anchors(HTMLParser):
    """What a page links to, and what it can be linked at."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: set[str] = set()
        self.fetched: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        stated = {name: value or "" for name, value in attrs}
        self.names |= {stated[name] for name in ("id", "name") if name in stated}
        if tag == "a" and "href" in stated:
            self.links.append(stated["href"])
        source = stated.get("src", stated.get("href", "") if tag == "link" else "")
        if tag != "a" and source and stated.get("rel") != "canonical":
            self.fetched.append(source)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Anchors]:
    """In a folder of its own: another worker may build them too."""
    folder = tmp_path_factory.mktemp("build")
    command = [sys.executable, "tools/documentation.py", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {path: Anchors(path) for path in (folder / "docs").glob("*.html")}


@pytest.mark.dependencies
def test_every_link_inside_holds(built: dict[Path, Anchors]) -> None:
    broken = []
    for page, anchors in built.items():
        if page.name == "404.html":
            continue
        for link in anchors.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = page.parent / unquote(parts.path) if parts.path else page
            target = target / "index.html" if target.is_dir() else target
            names = built[target].names if target in built else set()
            if not target.exists() or (parts.fragment and unquote(parts.fragment) not in names):
                broken.append(f"{page.name}: {link}")
    assert broken == []


@pytest.mark.dependencies
def test_nothing_is_fetched_from_elsewhere(built: dict[Path, Anchors]) -> None:
    far = [s for anchors in built.values() for s in anchors.fetched if urlsplit(s).netloc]
    assert far == []


@pytest.mark.dependencies
def test_every_mark_was_filled(built: dict[Path, Anchors]) -> None:
    assert [p.name for p in built if "generated:" in p.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_the_sources_hold(path: Path) -> None:
    """As they are followed where the repository is read; the pages' own are tested above."""
    links = [link.partition("#")[0] for link in LINK.findall(path.read_text(encoding="utf-8"))]
    inside = [link for link in links if link and "://" not in link]
    assert [link for link in inside if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("page", ["getting-started.md", "python.md", "live.md"])
def test_code_of_a_page_runs(page: str) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)


def test_every_key_of_a_source_is_explained_on_its_page() -> None:
    page = rule_tables()
    numbers, _, documents = page.partition("{#documents}")
    used = set(re.findall(r"\[([^\]]+)\]\(#documents\)", numbers))
    assert used and used <= set(re.findall(r"(?m)^\| `([^`]+)` \|", documents))


def test_every_command_line_names_a_command() -> None:
    known = set(commands())
    named = set()
    for path in TEXTS:
        for block in re.findall(r"```(?:sh|bat)\n(.*?)```", path.read_text("utf-8"), re.DOTALL):
            named |= set(re.findall(r"(?m)\bxlmargin\"? ([a-z][\w-]*)", block))
    assert named - known == set()
    assert len(named) >= 6


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 130


def test_the_readme_s_own_book_is_answered(tmp_path: Path) -> None:
    """Its commands as they stand there, but for where the program is and the workbook goes."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = [line for line in readme.splitlines() if line.startswith(".venv/bin/xlmargin ")]
    assert [line.split()[1] for line in lines] == ["check", "report", "whatif", "explain", "call"]
    for line in lines:
        words = line.replace("mine.xlsx", str(tmp_path / "mine.xlsx")).split()[1:]
        done = subprocess.run(
            [*PROGRAM, *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "mine.xlsx").exists()


def retired() -> set[str]:
    """The words in the first column of the page's last table."""
    table = (DOCS / "nomenclature.md").read_text(encoding="utf-8").partition("## Retired")[2]
    rows = re.findall(r"(?m)^\| ([a-z, ]+) \|", table)
    return {word.strip() for row in rows for word in row.split(",")} - {"not"}


def test_retired_words_are_no_names() -> None:
    words = retired()
    assert {"charge", "qty", "bucket"} <= words
    found = []
    for path in sorted((ROOT / "xlmargin").rglob("*.py")):
        names = {path.stem}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                    names.add(name)
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    names.add(name)
        found += [
            f"{path.relative_to(ROOT)}: {name}"
            for name in names
            if words & {part.lower() for part in WORD.findall(name)}
        ]
    assert found == []


def test_figures_by_other_names_are_those_that_the_reconciliation_knows() -> None:
    """The words of a page of two tables: what one takes for ours the other must."""
    text = (DOCS / "service.md").read_text(encoding="utf-8")
    table = text.partition("## Figures by other names")[2].partition("\n## ")[0]
    rows = re.findall(r"(?m)^\| (.+?) \| (.*?) \| .*? ?\| (.*?) ?\|$", table)
    figures = {
        "account_value": {"account value"},
        "portfolio": {"portfolio requirement"},
        "maintenance": {"strategy requirement"},
        "initial": {"Reg T requirement"},
        "portfolio_excess": {"portfolio excess"},
        "strategy_excess": {"strategy excess"},
    }
    of_word = {w: t for t in broker_terms() for words in t.words.values() for w in words}
    known = 0
    for ours, *theirs in rows:
        named = set().union(*(figures.get(name, set()) for name in re.findall(r"`(\w+)`", ours)))
        for word in re.findall(r"[\w-]{4,}", " ".join(theirs)):
            if (term := of_word.get(word)) is not None:
                known += 1
                assert {term.portfolio, term.strategy} - {""} == named, word
    assert known >= 8


def test_the_page_of_brokers_shows_a_file_of_each_kind_of_text() -> None:
    page = brokers()
    for text in (
        '"Positions for ',
        '"Cash & Cash Investments"',
        "Account Number,Account Name,Symbol",
    ):
        assert text in page, text


def test_extras_go_into_the_environment_of_the_readme() -> None:
    """A bare python is another one, and without -e a copy would take the place of the clone."""
    extra = re.compile(r'(\S+) -m pip install [^\n]*?(-e )?"\.\[\w+\]"')
    found = [
        (path.name, *match.groups())
        for path in DOCS.glob("*.md")
        for match in extra.finditer(path.read_text(encoding="utf-8"))
    ]
    assert len(found) >= 4
    assert [f for f in found if f[1].strip("(`") != ".venv/bin/python" or not f[2]] == []
