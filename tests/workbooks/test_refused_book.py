"""What the first page says of a book that is refused, as a spreadsheet program recalculates it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

import xlmargin
from tests.hosts.calc_book import PATIENT, in_calc
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.calc import recalculate
from xlmargin.workbooks import Functions

COMMITTED = Path(__file__).parents[2] / "workbooks"
CARDS = [(6, column) for column in (0, 2, 4, 7, 9, 11)]
FIRST_CHECK, LAST_CHECK = 11, 18
Cells = dict[tuple[int, int], object]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory, functions: Functions) -> Cells:
    """Start of a workbook of another version, in which a quantity of the positions is no number."""
    source = COMMITTED / "house-profiles.xlsx"
    path = tmp_path_factory.mktemp("refused") / "refused.xlsx"
    with zipfile.ZipFile(source) as packed, zipfile.ZipFile(path, "w") as whole:
        names = re.findall(r'<sheet name="([^"]*)"', packed.read("xl/workbook.xml").decode())
        part = f"xl/worksheets/sheet{names.index('Positions') + 1}.xml"
        for item in packed.infolist():
            text = packed.read(item)
            if item.filename == part:
                said, found = re.subn(
                    r'<c r="C8"( s="\d+")><v>4510</v></c>',
                    r'<c r="C8"\1 t="inlineStr"><is><t>abc</t></is></c>',
                    text.decode(),
                )
                assert found == 1
                text = said.encode()
            if item.filename == "xl/worksheets/sheet1.xml":
                text = text.replace(xlmargin.__version__.encode(), b"0.0.9")
            whole.writestr(item, text)
    assert functions.keys() == REGISTRY.keys()
    answers = recalculate(path, tuple(REGISTRY.values()), seconds=PATIENT).answers["Start"]
    assert not {at: answer.value for at, answer in answers.items() if answer.is_error}
    return {at: answer.value for at, answer in answers.items()}


@in_calc
def test_the_first_cell_says_that_the_workbook_is_of_another_version(start: Cells) -> None:
    says = f"■ Workbook of xlmargin 0.0.9, add-in of {xlmargin.__version__}: build it anew"
    assert start[0, 0] == says


@in_calc
def test_the_message_is_the_first_error(start: Cells) -> None:
    assert str(start[3, 0]).startswith("The input is refused: positions, row 3, quantity: found")


@in_calc
def test_every_card_says_none(start: Cells) -> None:
    assert {start[at] for at in CARDS} == {"none"}


@in_calc
def test_the_first_check_is_to_be_acted_on_and_the_others_are_blank(start: Cells) -> None:
    assert (start[FIRST_CHECK, 0], start[FIRST_CHECK, 5]) == ("The input is refused", "■ Act")
    labels = openpyxl.load_workbook(COMMITTED / "house-profiles.xlsx")["Start"]["A"]
    of_input = next(c.row - 1 for c in labels if str(c.value).startswith("Problems in the input"))
    rows = {row for row in range(FIRST_CHECK + 1, LAST_CHECK + 1) if (row, 5) in start}
    assert len(rows) == 6, "five figures more, and the input"
    assert {start[row, 5] for row in rows - {of_input}} == {""}
    assert start[of_input, 5] == "■ Act"
