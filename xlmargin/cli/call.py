"""Any worksheet function on files: its answer as a table, or as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from xlmargin.cli.app import command
from xlmargin.cli.book_files import day_of, known_beside, read_said, with_date
from xlmargin.cli.market import with_own
from xlmargin.cli.options import (
    AsJson,
    DividendsFile,
    GroupsFiles,
    InstrumentsFile,
    MarketFile,
    SettingsFile,
)
from xlmargin.cli.registered import registered
from xlmargin.cli.terminal import print_answer, shown_cell
from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import ArgumentKind, WorksheetFunction
from xlmargin.importers.files import RANGES, read_one_range
from xlmargin.standard_output import write_json


@command()
def call(
    function: Annotated[
        str, typer.Argument(help="Name of a worksheet function, as in docs/functions.md.")
    ],
    given: Annotated[
        list[str] | None,
        typer.Argument(
            help="Its first argument, most often the file of positions; others as NAME=VALUE: of a"
            " range its file, of several values a list such as -0.15,-0.1,0."
        ),
    ] = None,
    market: MarketFile = None,
    settings: SettingsFile = None,
    dividends: DividendsFile = None,
    instruments: InstrumentsFile = None,
    groups: GroupsFiles = None,
    as_json: AsJson = False,
) -> None:
    """Answer a worksheet function from files: xlmargin call MARGIN_CAPACITY FILE orders=FILE.

    Without arguments it lists those that the function takes.
    """
    entry = _named(function)
    files = {"market": market, "settings": settings, "dividends": dividends}
    texts = _texts(entry, given or [], {n: str(path) for n, path in files.items() if path})
    if not texts:
        for line in _described(entry):
            typer.echo(line)
        return
    cells = _cells(entry, texts, instruments, groups or [])
    if entry.takes_headers:
        cells.setdefault("headers", True)
    answer = entry.answer(cells)
    if as_json:
        write_json({"function": entry.name, "answer": answer})
    elif isinstance(answer, list) and entry.has_headings and cells.get("headers", True) is True:
        print_answer(answer)
    else:
        for row in answer if isinstance(answer, list) else [[answer]]:
            typer.echo("  ".join(shown_cell(cell, (entry.name,)) for cell in row))


def _named(name: str) -> WorksheetFunction:
    """The function of this name; refused with those whose names are like it, else with all."""
    known = {entry.name: entry for entry in registered()}
    wanted = name.strip().upper()
    if wanted in known:
        return known[wanted]
    like = [other for other in known if wanted and wanted in other] or [*known]
    raise MarginError(f"function: found {name!r}, wanted one of {', '.join(like)}.")


def _described(entry: WorksheetFunction) -> list[str]:
    """What the function answers, and a line an argument."""
    width = max((len(argument.name) for argument in entry.arguments), default=0)
    lines = [f"{entry.name}: {entry.doc}"]
    for argument in entry.arguments:
        needed = "may be left out" if argument.optional else "needed"
        file = ", a file" if argument.kind is ArgumentKind.RANGE else ""
        lines.append(f"  {argument.name:<{width}}  {needed}{file}: {argument.doc}")
    return lines


def _texts(
    entry: WorksheetFunction, words: Sequence[str], files: Mapping[str, str]
) -> dict[str, str]:
    """What is given for each argument by name; refused where one is given twice."""
    pairs = [*files.items()]
    for word in words:
        name, is_named, value = word.partition("=")
        if is_named and re.fullmatch(r"[A-Za-z]\w*", name):
            pairs.append((name.lower(), value.strip()))
        else:
            pairs.append((next((a.name for a in entry.arguments), word), word))
    texts = dict(pairs)
    if len(texts) < len(pairs):
        twice = next(name for name, _ in pairs if [n for n, _ in pairs].count(name) > 1)
        raise MarginError(f"{twice}: found twice, wanted once; others as NAME=VALUE.")
    return texts


def _cells(
    entry: WorksheetFunction,
    texts: Mapping[str, str],
    instruments: Path | None,
    groups: Sequence[Path],
) -> dict[str, Any]:
    """Cells for each argument: ranges from their files, several values as a row.

    What a table of one's own and reports say is filled into the market, but for a function that
    takes the reports themselves: of these one stands below the other.
    """
    kinds = {argument.name: argument.kind for argument in entry.arguments}
    of_book = RANGES if {"positions"} & kinds.keys() & texts.keys() else ()
    cells: dict[str, Any] = {}
    for name, text in texts.items():
        kind = kinds.get(name)
        if kind is ArgumentKind.RANGE and name not in of_book:
            cells[name] = read_one_range(Path(text), name)
        else:
            cells[name] = [text.split(",")] if kind is ArgumentKind.VALUES else text
    if of_book:
        file, *others = (Path(texts[name]) if name in texts else None for name in of_book)
        assert file is not None
        book = read_said(file, *others)
        folder = (others[1] or file).parent
        known = known_beside(
            instruments, [] if "groups" in kinds else groups, book.settings, folder
        )
        book = with_own(book, known, day_of(book))
        book = with_date(book, book.as_of) if book.as_of else book
        cells |= {n: rows for n, rows in zip(of_book, book.cells, strict=True) if n in kinds}
    elif instruments or (groups and "groups" not in kinds):
        raise MarginError(f"--instruments, --groups: wanted no such file for {entry.name}.")
    if groups and "groups" in kinds:
        cells["groups"] = [row for path in groups for row in read_one_range(path, "groups")]
    return cells
