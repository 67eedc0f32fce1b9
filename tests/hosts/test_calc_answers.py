"""Array formulas in LibreOffice have as many cells as their answers, which grow and shrink."""

from __future__ import annotations

import json
import subprocess
import uuid
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.calc_book import CallBook, in_calc
from tests.hosts.calls import Range
from xlmargin import udfs
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.calc import installed_office, write_add_in
from xlmargin.hosts.calc.add_in import write_unpacked
from xlmargin.hosts.calc.office import write_profile

pytestmark = in_calc

POSITIONS: list[list[object]] = [
    ["symbol", "type", "quantity", "price"],
    ["AAA", "stock", 100.0, 20.0],
    ["BBB", "stock", 100.0, 20.0],
]


@pytest.fixture(scope="module", params=["there from the start", "installed while it runs"])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What is seen with an add-in inside the program, and with one in a process of its own."""
    folder = tmp_path_factory.mktemp("growing")
    import_module("xlmargin.udfs")
    installed = folder / "xlmargin.oxt" if request.param.startswith("installed") else None
    if installed:
        write_add_in(installed, REGISTRY.values())
    else:
        write_unpacked(folder / "add_ins" / "xlmargin", REGISTRY.values())
    write_profile(folder / "profile")
    office = installed_office()
    pipe = f"growing{uuid.uuid4().hex}"
    command, add_in = office.command(folder, pipe), str(installed or "")
    job = {"command": command, "pipe": pipe, "add_in": add_in}
    (folder / "job.json").write_text(json.dumps(job))
    script = Path(__file__).with_name("growing_answers.py")
    done = subprocess.run(
        [office.python, script, folder], capture_output=True, text=True, check=False,
        env=office.environment(folder),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def in_python(*symbols: str) -> list[object]:
    """The first column of the same answer in plain Python."""
    rows = [POSITIONS[0], *([symbol, "stock", 100.0, 20.0] for symbol in symbols)]
    answer = udfs.PM_GROUPS(rows)
    assert isinstance(answer, list)
    return [row[0] for row in answer]


SEEN = {
    "entered": ("A20:K22", "AAA BBB"),
    "grown": ("A20:K23", "AAA BBB CCC"),
    "undone": ("A20:K22", "AAA BBB"),
    "freed": ("A20:K24", "AAA BBB CCC DDD"),
    "mended": ("A20:K24", "AAA BBB CCC DDD"),
    "shrunk": ("A20:K22", "CCC DDD"),
}


@pytest.mark.parametrize("what", SEEN)
def test_a_formula_has_the_cells_of_its_answer(what: str, seen: dict[str, Any]) -> None:
    cells, symbols = SEEN[what]
    assert seen[what] == {"cells": cells, "first": in_python(*symbols.split()), "note": ""}


def test_what_is_in_the_way_is_named_and_kept(seen: dict[str, Any]) -> None:
    assert seen["blocked"]["cells"] == "A20:K22"
    assert seen["blocked"]["note"] == (
        "#XLM! this answer has 5 rows and 11 columns, of which 3 and 11 are shown:"
        " empty Sheet1.A24, then choose Fit answers."
    )


def test_a_refusal_has_one_cell(seen: dict[str, Any]) -> None:
    (text,) = seen["refused"]["first"]
    assert text.startswith("#XLM! positions, row 3, quantity: found the error #N/A")


def test_an_error_that_calc_does_not_hand_on_is_named_by_its_cell(seen: dict[str, Any]) -> None:
    assert seen["error shown"] == "Err:504"
    assert seen["error in the market"]["note"] == (
        "#XLM! Market.B2: found the error #N/A; repair its formula. Calc hands no errors on to"
        " functions."
    )


def test_a_recalculated_answer_has_all_its_rows(tmp_path: Path) -> None:
    book = CallBook(tmp_path / "grown.xlsx")
    import_module("xlmargin.udfs")
    book.call("PM_GROUPS", [Range(POSITIONS)], 2, 4)
    book.answers()
    assert [book.answered[row, 0].value for row in range(3)] == in_python("AAA", "BBB")
    assert {column for _, column in book.answered} == set(range(11))
