"""Files that commands write: whole or not at all, in folders that are made, never over others'."""

from __future__ import annotations

import csv
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.unfinished import unfinished_folder

_READ: Final = 100_000
"""Bytes of a file, or of a part of it, that are looked at to know who wrote it."""

_DATES: Final = re.compile(r"<dcterms:(?:created|modified)[^>]*>([^<]*)<")
_DESCRIPTION: Final = re.compile(r"<dc:description>[^<]*\bxlmargin \d")


def refuse_output(
    path: Path,
    suffixes: Sequence[str],
    inputs: Iterable[Path] = (),
    *,
    force: bool = False,
    first_line: str = "",
) -> None:
    """Refuse to write over a folder, an input or, without `force`, a file of somebody else's.

    A text is known as xlmargin's by its first line, where what is written has one of its own.
    """
    if path.suffix.lower() not in suffixes:
        raise MarginError(f"{path}: wanted a name that ends in {' or '.join(suffixes)}.")
    if path.is_dir():
        raise MarginError(f"{path}: found a folder, wanted a file.")
    if not path.exists():
        return
    if any(source.exists() and path.samefile(source) for source in inputs):
        raise MarginError(f"{path}: is an input too; wanted another name.")
    if not force and path.stat().st_size and not _is_ours(path, first_line):
        raise MarginError(
            f"{path}: found a file that xlmargin did not write, that was saved since, or that does"
            " not say who wrote it; wanted another name, or --force to replace it."
        )


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Where to write a file until it is whole; then it is put in place. Folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with unfinished_folder(path.parent) as folder:
        whole = folder / path.name
        yield whole
        whole.replace(path)


def write_folder(path: Path, files: Mapping[str, bytes], *, force: bool = False) -> None:
    """Write a folder of files whole, in place of what xlmargin wrote there before.

    Refused without `force` where something of others is in it: a file of a kind that is not among
    its own, or none of its own by the first line of the first.
    """
    if path.exists() and not force and not _is_our_folder(path, files):
        raise MarginError(
            f"{path}: found what xlmargin did not write; wanted another folder, or --force to"
            " replace it."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with unfinished_folder(path.parent) as folder:
        whole = folder / "whole"
        for name, content in files.items():
            (whole / name).parent.mkdir(parents=True, exist_ok=True)
            (whole / name).write_bytes(content)
        if path.exists():
            path.rename(folder / "before")
        whole.rename(path)


def _is_our_folder(path: Path, files: Mapping[str, bytes]) -> bool:
    first, content = next(iter(files.items()))
    kinds = {Path(name).suffix for name in files} | {".pyc"}
    try:
        with (path / first).open("rb") as file:
            is_ours = file.readline(_READ) == content.splitlines(keepends=True)[0]
    except OSError:
        return False
    return is_ours and all(p.suffix in kinds for p in path.rglob("*") if not p.is_dir())


def write_rows(rows: Sequence[Sequence[object]], path: Path) -> None:
    """Write rows as comma-separated text."""
    with writing(path) as whole, whole.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def write_lines(lines: Sequence[str], path: Path) -> None:
    """Write lines of text, each ended."""
    with writing(path) as whole:
        whole.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")


def _is_ours(path: Path, first_line: str) -> bool:
    """Whether the file says that xlmargin wrote it, and that nobody has saved it since."""
    known = _KNOWN.get(path.suffix.lower())
    try:
        if known is not None:
            return known(path)
        with path.open(encoding="utf-8", errors="replace") as file:
            return bool(first_line) and _unquoted(file.readline(_READ)) == _unquoted(first_line)
    except (KeyError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error):
        return False


def _unquoted(line: str) -> str:
    return line.replace('"', "").strip()


def _is_our_workbook(path: Path) -> bool:
    """By its properties: a program that saves it again changes one of its two dates."""
    said = _part(path, "docProps/core.xml")
    dates = _DATES.findall(said)
    return bool(_DESCRIPTION.search(said)) and len(dates) == 2 and dates[0] == dates[1]


def _is_our_add_in(path: Path) -> bool:
    from xlmargin.hosts.calc.add_in import IDENTIFIER

    return f'<identifier value="{IDENTIFIER}"/>' in _part(path, "description.xml")


def _part(path: Path, name: str) -> str:
    """The beginning of a part of a packed file."""
    with zipfile.ZipFile(path) as packed, packed.open(name) as part:
        return part.read(_READ).decode("utf-8")


def _is_our_page(path: Path) -> bool:
    from xlmargin.help.html import GENERATOR

    with path.open("rb") as file:
        return GENERATOR.encode() in file.read(_READ)


def _is_our_history(path: Path) -> bool:
    import pyarrow.parquet as pq

    from xlmargin.history.written import WRITTEN_BY

    return WRITTEN_BY.items() <= (pq.read_metadata(path).metadata or {}).items()


_KNOWN: Final[Mapping[str, Callable[[Path], bool]]] = {
    ".xlsx": _is_our_workbook, ".xlsm": _is_our_workbook, ".xlam": _is_our_workbook,
    ".oxt": _is_our_add_in, ".html": _is_our_page, ".htm": _is_our_page,
    ".parquet": _is_our_history, ".pdf": lambda path: False,
}  # fmt: skip
