"""Reports on every book of a folder, on all cores, with a summary of all."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

from xlmargin.cells.values import TableCell, TableRows, to_cells
from xlmargin.cli.batch_book import (
    ACCOUNT_VALUE,
    FIGURES,
    PORTFOLIO,
    BookRequest,
    BookResult,
    report_book,
)
from xlmargin.cli.outputs import refuse_output, write_rows
from xlmargin.cli.terminal import bar_of, print_rows
from xlmargin.errors import Interrupted, MarginError, printed
from xlmargin.history.executors import Workers, processes_here, workers_here
from xlmargin.importers.files import TEXT_SUFFIXES, WORKBOOK_SUFFIXES, XML_SUFFIX
from xlmargin.reports.table import ReportTable
from xlmargin.standard_output import write_json
from xlmargin.unfinished import unfinished_folder

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


SUMMARY: Final = "summary.csv"
HEADINGS: Final = ("book", *FIGURES, "warnings", "report", "left out", "refused")
SECONDS_TO_END: Final = 5
"""How long a process may take to end when the work is interrupted."""
_SHOWN: Final = (
    ACCOUNT_VALUE, "initial", "maintenance", PORTFOLIO, "gain %", "warnings",
)  # fmt: skip
"""Columns of the summary that a terminal has room for."""
_ENDED: Final = "its process died (often: out of memory), alone too; the other books are reported"
Work = Callable[[BookRequest], BookResult]

_LINK: Final = "is a link out of the folder; wanted the file itself"


@dataclass(frozen=True)
class BatchRequest:
    """What a batch was asked for; `companions` are the ranges given by name for all books."""

    folder: Path
    output: Path
    companions: Mapping[str, Path]
    today: dt.date
    as_json: bool
    force: bool = False
    groups: tuple[Path, ...] = ()
    """Reports of the clearing house."""
    processes: int | None = None
    """None is as many as there are cores; 1 is this process."""

    def run(self) -> bool:
        """Write and show every report; answers whether no book was refused."""
        table = self.done()
        self._show(table)
        refused = table.headings.index("refused")
        return not any(row[refused] for row in table.rows)

    def done(self) -> ReportTable:
        """Write every report and the summary, which is answered: a row a book."""
        found = read_folder(self.folder, self.companions)
        names = found.report_names()
        self._refuse_output(found, names)
        self.output.mkdir(parents=True, exist_ok=True)
        outcome = self._outcomes(found, names)
        table = summary_of([outcome[book.name] for book in found.books])
        write_rows([[_harmless(cell) for cell in row] for row in table.cells()], self._summary)
        return table

    @property
    def _summary(self) -> Path:
        return self.output / SUMMARY

    def _refuse_output(self, found: BookFolder, names: Mapping[Path, str]) -> None:
        """Refuse a place that is no folder, the books' own folder, or files that stay."""
        if self.output.is_file() or self.output.suffix.lower() == ".xlsx":
            raise MarginError(f"{self.output}: found a file, wanted a folder for the reports.")
        if self.output.is_dir() and self.output.samefile(self.folder):
            raise MarginError(f"{self.output}: holds the books; wanted another folder.")
        refuse_output(
            self._summary, [".csv"], found.inputs, force=self.force, first_line=",".join(HEADINGS)
        )
        for name in names.values():
            refuse_output(self.output / name, [".xlsx"], found.inputs, force=self.force)

    def _outcomes(self, found: BookFolder, names: Mapping[Path, str]) -> dict[str, BookResult]:
        """What came of each book by its name; each report is put in place when it is whole."""
        with unfinished_folder(self.output) as folder:
            requests = [
                BookRequest(book, found.companions, folder / names[book], self.today, self.groups)
                for book in found.books
            ]
            links = [one for one in requests if found.leads_out(one.book)]
            outcome = {one.book.name: one.refused(_LINK) for one in links}
            try:
                for one in self._answers([one for one in requests if one not in links]):
                    outcome[one.book] = one
                    outcome[one.book] = self._in_place(one, folder)
            except KeyboardInterrupt:
                _wait_for_the_ended()
                reports = [one.report for one in outcome.values() if one.report]
                written = sum(not (folder / report).exists() for report in reports)
                raise Interrupted(
                    f"Interrupted: {written} of {len(requests)} reports are in {self.output}."
                ) from None
        return outcome

    def _in_place(self, outcome: BookResult, unfinished: Path) -> BookResult:
        """The same once its report is in place; refused where that is open elsewhere, say."""
        if outcome.report:
            try:
                (unfinished / outcome.report).replace(self.output / outcome.report)
            except OSError as error:
                return BookResult(
                    outcome.book, refused=f"{outcome.report} cannot be written: {error}"
                )
        return outcome

    def _answers(self, jobs: Sequence[BookRequest]) -> Iterator[BookResult]:
        """What came of each book, as soon as it is done."""
        columns = TextColumn("reports"), BarColumn(), MofNCompleteColumn()
        processes = self.processes or max(min(os.cpu_count() or 1, len(jobs)), 1)
        with (
            workers_here(processes) as workers,
            bar_of(*columns, shown=not self.as_json) as bar,
        ):
            yield from bar.track(_results_of(workers, jobs), total=len(jobs))

    def _show(self, table: ReportTable) -> None:
        if self.as_json:
            answer = {"reports": str(self.output), "summary": to_cells(table.cells())}
            write_json(answer)
            return
        rows = [dict(zip(table.headings, row, strict=True)) for row in table.rows]
        _print([row for row in rows if not row["refused"]])
        written = sum(bool(row["report"]) for row in rows)
        typer.echo(f"Written: {self._summary}, and reports: {written}")
        for row in rows:
            if row["refused"]:
                typer.echo(printed(f"Refused: {_named(row)}"), err=True)


def _named(row: Mapping[TableCell, TableCell]) -> str:
    """Why a book was refused, behind its name where that is not the first word already."""
    book, why = str(row["book"]), str(row["refused"])
    return why if why.startswith(book) else f"{book}: {why}"


def _results_of(
    workers: Workers, jobs: Sequence[BookRequest], work: Work = report_book
) -> Iterator[BookResult]:
    """What came of each book, where a process dies that of the guilty one too."""
    if workers.executor is None:
        yield from map(work, jobs)
        return
    running: dict[Future[BookResult], BookRequest] = {}
    with suppress(BrokenProcessPool):
        running.update((workers.executor.submit(work, job), job) for job in jobs)
    outcome = set()
    for done in as_completed(running):
        with suppress(BrokenProcessPool):
            yield done.result()
            outcome.add(running[done].book)
    for job in jobs:
        if job.book not in outcome:
            yield _result_alone(work, job)


def _result_alone(work: Work, job: BookRequest) -> BookResult:
    """What came of a book in a process of its own, after one died with the books of several."""
    with processes_here(1) as alone:
        try:
            return alone.submit(work, job).result()
        except BrokenProcessPool:
            return job.refused(_ENDED)


def _wait_for_the_ended() -> None:
    """Let the processes end that were told to, so that nothing is written any more."""
    for process in multiprocessing.active_children():
        process.join(SECONDS_TO_END)


def summary_of(outcome: Sequence[BookResult]) -> ReportTable:
    """A row a book: its figures, blank where not known, or why it was refused."""
    rows: TableRows = [
        [
            one.book,
            *(one.figures.get(name) for name in FIGURES),
            None if one.refused else float(one.warnings),
            one.report,
            one.left_out,
            one.refused,
        ]
        for one in outcome
    ]
    return ReportTable(HEADINGS, rows)


def _harmless(cell: TableCell) -> TableCell:
    """A text that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {*"=+-@\t\r"} else cell


def _print(rows: Sequence[Mapping[TableCell, TableCell]]) -> None:
    """The figures of the reports as a reader takes them in."""
    cells = [[str(row["book"]), *(_figure(row[name], name) for name in _SHOWN)] for row in rows]
    title = "Margin by book, $; gain on the setting basis (left out: deposit)"
    print_rows(("book", *_SHOWN), cells, numbers=_SHOWN, title=title)


def _figure(value: TableCell, heading: str) -> str:
    if not isinstance(value, float):
        return ""
    return f"{value:.1%}" if heading.endswith("%") else f"{value:,.0f}"
