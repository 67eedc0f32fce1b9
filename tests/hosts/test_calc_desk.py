"""What the buttons ask of LibreOffice's windows, without LibreOffice."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from xlmargin.macros.calc_book import CalcBook
from xlmargin.macros.in_calc import CalcDesk
from xlmargin.macros.open_book import CellArea


class Picker:
    """A window in which a file or a folder is chosen."""

    def __init__(self, *chosen: str) -> None:
        self.chosen, self.title = chosen, ""

    def setTitle(self, title: str) -> None:  # noqa: N802
        self.title = title

    def execute(self) -> int:
        return int(bool(self.chosen))

    def getSelectedFiles(self) -> tuple[str, ...]:  # noqa: N802
        return self.chosen

    def getDirectory(self) -> str:  # noqa: N802
        return self.chosen[0]


def desk(picker: Picker, given: str | None = None) -> CalcDesk:
    manager = SimpleNamespace(createInstanceWithContext=lambda name, context: picker)
    document = SimpleNamespace(URL="file:///home/a%20b/own.ods", Title="own")
    return CalcDesk(document, None, context=SimpleNamespace(ServiceManager=manager), given=given)


@pytest.mark.parametrize("choose", ["choose_file", "choose_folder"])
def test_a_choice_is_a_path(choose: str) -> None:
    picker = Picker("file:///home/a%20b/%C3%BC.csv")
    assert getattr(desk(picker), choose)("Which?") == Path("/home/a b/ü.csv")
    assert picker.title == "Which?"
    assert getattr(desk(Picker()), choose)("Which?") is None
    assert getattr(desk(Picker(), "/x/y z.csv"), choose)("Which?") == Path("/x/y z.csv")


def test_a_book_knows_its_file_and_one_never_saved_its_title() -> None:
    assert desk(Picker()).name == "own.ods"
    unsaved = CalcBook(SimpleNamespace(URL="", Title="Untitled 1/2"), None)
    assert (unsaved.name, unsaved.folder) == ("Untitled 1 2.ods", None)
    cloud = CalcBook(SimpleNamespace(URL="https://x.org/own.ods", Title="own"), None)
    assert cloud.folder is None


def test_true_is_written_as_the_word(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Any] = []
    cells = SimpleNamespace(setDataArray=written.append)
    monkeypatch.setattr(CalcBook, "_range", lambda *_: cells)
    CalcBook(None, None).write(CellArea("A", 0, 0, 1, 4), [[True, "=1+1", None, 2.0]])
    assert written == [(("TRUE", "=1+1", "", 2.0),)]
