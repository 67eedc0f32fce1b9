"""The command line: answers, refusals, exit codes, and no file where something is refused."""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from typer.testing import CliRunner, Result

import xlmargin
from tests.said import of_ours
from xlmargin.cli import app, commands, main
from xlmargin.cli.app import MODULES
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.samples import family_office_book

pytestmark = pytest.mark.dependencies

ROOT = Path(__file__).parents[1]
STOCK = "symbol,type,quantity,strike,expiration,price\nXYZ,stock,100,,,500\n"
GOOD = f"{STOCK}XYZ,call,-1,510,2027-01-15,12\n"
BAD = f"{STOCK}XYZ,putt,1,510,2027-01-15,x\n"
SETTINGS = "name,value\nas_of,2026-11-20\nrate,0.04\ncash,0\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.csv").write_text(GOOD)
    (tmp_path / "bad.csv").write_text(BAD)
    (tmp_path / "settings.csv").write_text(SETTINGS)
    return tmp_path


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@dataclass(frozen=True)
class Demo:
    """The demo run as a process: what it said, and the workbook that it wrote."""

    done: subprocess.CompletedProcess[str]
    workbook: Path

    @property
    def answers(self) -> dict[str, Any]:
        assert self.done.returncode == 0, self.done.stderr
        answers: dict[str, Any] = json.loads(self.done.stdout)
        return answers


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    main = "from xlmargin.cli import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", main, "demo", "--json"]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return Demo(done, folder / "xlmargin-demo.xlsx")


def test_the_command_runs_by_itself(demo: Demo) -> None:
    assert demo.answers["workbook"] == "xlmargin-demo.xlsx"
    assert of_ours(demo.done.stderr) == ""
    assert files(demo.workbook.parent) == {"xlmargin-demo.xlsx"}


def test_the_version_is_shown_at_once() -> None:
    main = "from xlmargin.cli import main; main()"
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-c", main, "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    after = os.times()
    assert done.stdout.strip() == f"xlmargin {xlmargin.__version__}"
    used = after.children_user + after.children_system
    assert used - before.children_user - before.children_system < 3


def test_json_is_what_the_functions_answer(demo: Demo) -> None:
    import_module("xlmargin.udfs")
    answers = demo.answers
    ranges = family_office_book()
    cells = (ranges.positions, ranges.market, ranges.settings, ranges.dividends)
    assert answers["requirement"] == REGISTRY["PM_REQUIREMENT"].function(*cells)
    assert answers["groups"] == REGISTRY["PM_GROUPS"].function(*cells)
    assert answers["check"] == REGISTRY["XLM_CHECK"].function(*cells)
    assert answers["comparison"] == REGISTRY["MARGIN_COMPARE"].function(*cells)
    assert answers["strategy initial"] == REGISTRY["REGT_INITIAL"].function(*cells)


def test_report_writes_beside_and_leaves_nothing_else(book: Path) -> None:
    before = files(book)
    result = run("report", "good.csv", "--settings", "settings.csv")
    assert result.exit_code == 0, result.output
    assert files(book) - before == {"good-margin.xlsx"}
    assert re.search(r"^ +XYZ +[+-]\d+\.00% +[\d,]+ ", result.stdout, re.MULTILINE)


def test_a_report_names_the_day_the_accounts_and_each_gain_s_basis(book: Path) -> None:
    rows = "account,symbol,type,quantity,price\nOne,XYZ,stock,1000,100\nTwo,XYZ,stock,400,100\n"
    cash = "One,,cash,-90000,\nTwo,,cash,1000,\n"
    (book / "two.csv").write_text(rows + cash)
    (book / "day.csv").write_text("name,value\nas_of,2026-11-20\nrate,0.04\n")
    said = run("report", "two.csv", "--settings", "day.csv")
    assert said.exit_code == 0, said.output
    lines = [" ".join(line.split()) for line in said.stdout.splitlines()]
    assert lines[0] == (
        "As of 20 Nov 2026: accounts One and Two under portfolio margin, house: rule alone."
    )
    # account, equity, both requirements, excess, call
    assert "One 10,000 15,000 25,000 -5,000 5,000" in lines
    assert "Two 41,000 6,000 10,000 35,000 0" in lines
    assert "total 51,000 21,000 35,000 30,000 5,000" in lines
    assert "One XYZ -15.00% 15,000 0 15,000" in lines
    assert "Two XYZ -15.00% 6,000 0 6,000" in lines
    assert (
        "A margin call of $5,000 is open in One, due 25 Nov 2026. Equity in One is $90,000 below"
        " the least under portfolio margin, due 25 Nov 2026. Equity in Two is $59,000 below the"
        " least under portfolio margin, due 25 Nov 2026."
    ) in lines
    assert "Capital released on maintenance: $14,000, 40.0% of $35,000." in lines
    assert any(line.startswith("Capital released on deposit (initial less") for line in lines)
    assert any(line.startswith("Capital released on initial") for line in lines)
    answers = json.loads(run("report", "two.csv", "--settings", "day.csv", "--json").stdout)
    assert [row[0] for row in answers["messages"][1:3]] == ["as of", "start"]
    assert answers["account"][0][-2:] == ["One", "Two"]


def test_without_cash_the_report_says_what_is_not_known(book: Path) -> None:
    (book / "day.csv").write_text("name,value\nas_of,2026-11-20\n")
    said = run("report", "good.csv", "--settings", "day.csv")
    assert said.exit_code == 0, said.output
    assert "Excess is not known: settings, cash: found nothing" in said.stdout
    answers = json.loads(run("report", "good.csv", "--settings", "day.csv", "--json").stdout)
    assert "account" not in answers


def test_a_written_workbook_can_be_reported_again(book: Path, demo: Demo) -> None:
    again = json.loads(run("report", demo.workbook, "-o", "again.xlsx", "--json").stdout)
    assert again["requirement"] == demo.answers["requirement"]
    assert again["groups"] == demo.answers["groups"]
    assert (book / "again.xlsx").is_file()


def test_the_date_is_today_where_none_is_given(book: Path) -> None:
    (book / "stock.csv").write_text("symbol,type,quantity,price\nXYZ,stock,100,500\n")
    result = run("report", "stock.csv", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["requirement"] == pytest.approx(7_500)


def test_a_refusal_names_every_row_and_writes_nothing(book: Path) -> None:
    before = files(book)
    result = run("report", "bad.csv", "--settings", "settings.csv", "-o", "out.xlsx")
    assert result.exit_code == 1
    assert "row 3, type" in result.stderr
    assert "row 3, price" in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output
    assert files(book) == before


def test_a_refusal_leaves_an_earlier_workbook_as_it_was(book: Path) -> None:
    (book / "out.xlsx").write_bytes(b"earlier")
    assert run("report", "bad.csv", "-o", "out.xlsx").exit_code == 1
    assert (book / "out.xlsx").read_bytes() == b"earlier"


def test_an_input_is_never_written_over(book: Path, demo: Demo) -> None:
    content = demo.workbook.read_bytes()
    (book / "demo.xlsx").write_bytes(content)
    (book / "link.xlsx").symlink_to(book / "demo.xlsx")
    for output in ("demo.xlsx", "link.xlsx", "./demo.xlsx"):
        result = run("report", "demo.xlsx", "-o", output)
        assert result.exit_code == 1
        assert "input" in result.stderr
    assert run("report", "good.csv", "--settings", "settings.csv", "-o", "good.csv").exit_code == 1
    assert (book / "demo.xlsx").read_bytes() == content
    assert (book / "good.csv").read_text() == GOOD


@pytest.mark.parametrize(
    "arguments",
    [
        ("report", "missing.csv"),
        ("check", "."),
        ("report", "good.csv", "-o", "good.csv/out.xlsx"),
        ("report", "good.csv", "-o", "out.csv"),
        ("report", "good.csv", "--market", "missing.csv"),
        ("demo", "-o", "out.txt"),
        ("check", "missing.csv"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(book: Path, arguments: tuple[str, ...]) -> None:
    before = files(book)
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("Refused")
    assert "Traceback" not in result.output
    assert files(book) == before


def test_a_report_prints_its_warnings_in_full_and_counts_its_notes(book: Path) -> None:
    done = run("report", "good.csv", "-o", "good.xlsx")
    assert done.exit_code == 0
    assert (
        "Warning: settings, rate: found nothing, wanted a rate such as 0.04; 0 is used."
        in done.stderr
    )
    assert "see the page Check." in done.stdout


def test_check_lists_problems_and_exits_by_them(book: Path) -> None:
    good = run("check", "good.csv", "--settings", "settings.csv")
    bad = run("check", "bad.csv", "--settings", "settings.csv")
    assert good.exit_code == 0
    assert "error" not in good.stdout
    assert "warning" not in good.stdout
    assert bad.exit_code == 1
    assert "putt" in bad.stdout


def test_check_answers_json(book: Path) -> None:
    result = run("check", "bad.csv", "--settings", "settings.csv", "--json")
    assert result.exit_code == 1
    rows = json.loads(result.stdout)["check"]
    assert rows[0] == ["severity", "range", "row", "column", "found", "wanted"]
    assert rows[1][0] == "2 errors"
    assert {row[2] for row in rows[2:]} == {3.0}


def test_check_lists_the_problems_of_each_date(book: Path) -> None:
    rows = ["date,symbol,type,quantity,price", "2026-11-18,XYZ,stock,100,500"]
    (book / "dated.csv").write_text("\n".join([*rows, "2026-11-19,XYZ,stock,200,250", ""]))
    good = run("check", "dated.csv", "--json")
    assert good.exit_code == 0, good.output
    _, count, left_out, split = json.loads(good.stdout)["check"]
    assert count[0] == "1 warning, 1 note"
    assert left_out[:2] == ["note", "settings"]  # once, not a day
    assert split[0] == "warning"
    assert "a split of 2 for 1?" in split[4]
    (book / "dated.csv").write_text("\n".join([*rows, "2026-11-19,XYZ,putt,200,250", ""]))
    bad = run("check", "dated.csv")
    assert bad.exit_code == 1
    assert "putt" in bad.stdout
    assert "different dates" not in bad.stdout


def test_hostile_text_is_not_obeyed_by_the_terminal(book: Path) -> None:
    (book / "hostile.csv").write_text("symbol,type,quantity\n\x1b[31mXYZ[bold],stock,1\n")
    for command in ("check", "report"):
        result = run(command, "hostile.csv", "--settings", "settings.csv")
        assert result.exit_code == 1
        assert "\x1b[31m" not in result.output


def test_a_fault_is_said_in_one_line(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*paths: Path | None) -> None:
        raise ZeroDivisionError("one\ntwo")

    monkeypatch.setattr("xlmargin.cli.book_files.read_book_files", fail)
    monkeypatch.setattr(sys, "argv", ["xlmargin", "check", "good.csv"])
    with pytest.raises(SystemExit) as left:
        main()
    assert re.match(r"xlmargin failed: internal error \w{4} \(ZeroDiv", str(left.value.code))
    assert "\n" not in str(left.value.code)


@pytest.mark.skipif(sys.platform == "win32", reason="no limit can be set to the length of files")
def test_a_full_disk_is_no_fault_of_our_own(book: Path) -> None:
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "sys.argv = ['xlmargin', 'report', 'good.csv', '--settings', 'settings.csv']\n"
        "from xlmargin.cli import main; main()"
    )
    before = files(book)
    done = subprocess.run(
        [sys.executable, "-B", "-c", limited],
        cwd=book,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert of_ours(done.stderr).startswith("Refused: the disk")
    assert files(book) == before


def test_it_answers_without_docstrings_and_asserts(book: Path) -> None:
    main = "from xlmargin.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-B", "-OO", "-c", main, "check", "good.csv", "--json"],
        cwd=book,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "check" in json.loads(done.stdout)


def test_help_lists_every_command_in_its_own_words() -> None:
    """Read from the files, without importing what the commands need."""
    declared = [
        line
        for path in (ROOT / "xlmargin" / "cli").glob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("@command(")
    ]
    assert len(declared) == len(commands())
    code = """import sys
from xlmargin.cli import app
app(["--help"], standalone_mode=False)
assert "xlmargin.excel.ranges" not in sys.modules
"""
    command = [sys.executable, "-c", code]
    environment = {**os.environ, "COLUMNS": "200"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    for name, work in commands().items():
        first = " ".join((inspect.getdoc(work) or "").split("\n\n")[0].split())
        assert re.search(rf"{name} +{re.escape(first)}", done.stdout), name


@pytest.mark.parametrize("name", MODULES)
def test_help_shows_all_that_a_command_says(name: str) -> None:
    """Whatever a terminal would take for markup, such as a name in brackets, among it."""
    done = CliRunner(env={"TERMINAL_WIDTH": "300"}).invoke(app, [name, "--help"])
    assert done.exit_code == 0, done.output
    shown = _letters(done.stdout)
    work = commands()[name]
    assert _letters(inspect.getdoc(work) or "") in shown
    hints = get_type_hints(work, include_extras=True).values()
    texts = [about.help for hint in hints for about in getattr(hint, "__metadata__", ())]
    assert [text for text in texts if text and _letters(text) not in shown] == []


def _letters(text: str) -> str:
    """A text without blanks and the lines of tables."""
    return re.sub(r"[\s\u2500-\u257f]+", "", text)


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe without a reader is another error")
@pytest.mark.parametrize(
    "arguments", [["check", "good.csv"], ["check", "good.csv", "--json"], ["rule", "low_price"]]
)
def test_it_ends_silently_where_the_reader_of_its_answer_has_ended(
    book: Path, arguments: list[str]
) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", "from xlmargin.cli import main; main()", *arguments],
        cwd=book,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert (done.returncode, of_ours(done.stderr)) == (1, "")
