"""An Excel with one workbook open, as far as the button Report asks of it.

The workbook is a file, which the real Excel would copy; what it writes is real. Opening the report
and printing it is only told.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace


@dataclass
class FakeExcel:
    """What was opened, printed and said."""

    fails_to_open: bool = False
    opened: list[Path] = field(default_factory=list)
    printed: dict[Path, list[str]] = field(default_factory=dict)
    said: list[tuple[str, str]] = field(default_factory=list)

    @property
    def books(self) -> FakeExcel:
        return self

    def open(self, fullname: str) -> FakeBook:
        if self.fails_to_open:
            raise RuntimeError("Excel is busy")
        self.opened.append(Path(fullname))
        return FakeBook(Path(fullname), self)

    def alert(self, prompt: str, title: str, *, mode: str) -> None:
        assert title == "xlmargin"
        self.said.append((mode, prompt))


@dataclass
class FakeBook:
    """A workbook that is open."""

    path: Path
    app: FakeExcel
    fullname: str = ""

    def __post_init__(self) -> None:
        self.fullname = self.fullname or str(self.path)

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def api(self) -> FakeBook:
        return self

    @property
    def sheets(self) -> Iterator[SimpleNamespace]:
        from python_calamine import CalamineWorkbook

        names = CalamineWorkbook.from_path(self.path).sheet_names
        return iter([SimpleNamespace(name=name) for name in names])

    def SaveCopyAs(self, path: str) -> None:  # noqa: N802
        shutil.copyfile(self.path, path)

    def to_pdf(self, path: str, *, include: list[str]) -> None:
        self.app.printed[Path(path)] = include
