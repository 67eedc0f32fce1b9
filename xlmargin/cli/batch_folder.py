"""What a folder holds for a batch of reports: books, and the files that go with all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.importers.files import TEXT_SUFFIXES, WORKBOOK_SUFFIXES, XML_SUFFIX

MOST_BOOKS: Final = 1_000
COMPANIONS: Final = ("market", "settings", "dividends")
"""Files of these names, whatever their type, go with every book of the folder."""

_SUFFIXES: Final = (*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES, XML_SUFFIX)
_NO_BOOKS: Final = (".", "~$")
"""How the names of hidden files begin, and of those that Excel keeps beside an open workbook."""


@dataclass(frozen=True)
class BookFolder:
    """A folder's books in the order of their names, and the companions of all of them."""

    folder: Path
    books: tuple[Path, ...]
    companions: Mapping[str, Path]

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Every file that is read."""
        return (*self.books, *self.companions.values())

    def leads_out(self, path: Path) -> bool:
        """Whether a file is a link to somewhere else than this folder."""
        return path.is_symlink() and not path.resolve().is_relative_to(self.folder.resolve())

    def report_names(self) -> dict[Path, str]:
        """The report of each book; books that differ in type alone keep it in the name."""
        alike = Counter(book.stem.casefold() for book in self.books)
        names = {
            book: f"{book.stem if alike[book.stem.casefold()] == 1 else book.name}-margin.xlsx"
            for book in self.books
        }
        twice = [name for name, n in Counter(map(str.casefold, names.values())).items() if n > 1]
        if twice:
            raise MarginError(
                f"{self.folder}: two books would be written as {twice[0]}; rename one."
            )
        return names


def read_folder(folder: Path, given: Mapping[str, Path]) -> BookFolder:
    """The books of a folder, not of the folders inside it.

    A companion that is given goes before one in the folder, and is no book wherever it is.
    """
    files = [path for path in sorted(folder.iterdir()) if _may_be_read(path)]
    files = [path for path in files if not any(_same(path, other) for other in given.values())]
    books = tuple(path for path in files if path.stem.casefold() not in COMPANIONS)
    if not books:
        raise MarginError(f"{folder}: found no book, wanted files {', '.join(_SUFFIXES)}.")
    if len(books) > MOST_BOOKS:
        raise MarginError(
            f"{folder}: found {len(books):,} books, wanted at most {MOST_BOOKS:,}; divide it."
        )
    found = BookFolder(folder, books, {**_companions(folder, files), **given})
    for name, path in found.companions.items():
        if name not in given and found.leads_out(path):
            raise MarginError(f"{path}: is a link out of the folder; wanted the file itself.")
    return found


def _may_be_read(path: Path) -> bool:
    known = path.suffix.lower() in _SUFFIXES and not path.name.startswith(_NO_BOOKS)
    return known and (path.is_file() or path.is_symlink()) and not path.is_dir()


def _same(path: Path, other: Path) -> bool:
    return path.exists() and other.exists() and path.samefile(other)


def _companions(folder: Path, files: list[Path]) -> dict[str, Path]:
    """The companions in the folder by name; two of one name are refused."""
    companions: dict[str, Path] = {}
    for path in files:
        name = path.stem.casefold()
        if name in COMPANIONS and companions.setdefault(name, path) is not path:
            both = f"{companions[name].name} and {path.name}"
            raise MarginError(f"{folder}: found {both}, wanted one of them.")
    return companions
