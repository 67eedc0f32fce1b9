"""The shadow analysis of files: both regimes by day and account, resumed where it was ended."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

from xlmargin import history
from xlmargin.cells.values import TableCell, TableRows, to_cells
from xlmargin.cli import options
from xlmargin.cli.app import SOME_FAILED, command
from xlmargin.cli.outputs import refuse_output
from xlmargin.cli.terminal import bar_of, print_rows
from xlmargin.dates import date_of
from xlmargin.errors import Interrupted, MarginError
from xlmargin.excel.history import DatedFiles, HistoryPaths, open_history
from xlmargin.history.executors import Workers, workers_here, workers_of_cluster
from xlmargin.history.output_lock import only_run_for
from xlmargin.history.parts import Parts, content_key, open_parts
from xlmargin.history.written import COLUMNS, SUFFIXES, write_history
from xlmargin.reports import summary_table
from xlmargin.standard_output import write_json

Finished = Callable[[int], None]
"""Tells that one more day is done, with so many accounts."""


@command()
def shadow(
    positions: Annotated[
        Path, typer.Argument(help="Positions with a column date: .parquet, .csv, .xlsx, .ods.")
    ],
    output: Annotated[Path, options.written_to("History to write: .parquet, .csv or .xlsx.")],
    market: Annotated[
        Path | None, typer.Option(help="Prices of the underlyings, with a column date.")
    ] = None,
    settings: options.SettingsFile = None,
    dividends: options.DividendsFile = None,
    instruments: options.InstrumentsFile = None,
    groups: options.GroupsFiles = None,
    workers: Annotated[
        int, typer.Option(min=0, help="Processes on this machine; 0: one for each core.")
    ] = 0,
    cluster: Annotated[
        str | None, typer.Option(help="Scheduler of a Dask cluster, such as tcp://10.0.0.1:8786.")
    ] = None,
    only: Annotated[
        history.Regimes, typer.Option(help="Which regimes to ask.")
    ] = history.Regimes.BOTH,
    restart: Annotated[
        bool, typer.Option("--restart", help="Discard unfinished work for this output.")
    ] = False,
    force: options.Force = False,
    as_json: options.AsJson = False,
) -> int:
    """Write what both regimes would have asked, by day and account.

    An interrupted run goes on where it was. Exit code 3 where some days failed: these are listed,
    and all others are written.
    """
    given = HistoryPaths(positions, market, settings, dividends, instruments, tuple(groups or ()))
    paths = given.with_named_groups()
    run = ShadowRun(paths, output, only, workers, cluster, restart, as_json, force)
    return 0 if run.run() else SOME_FAILED


@dataclass(frozen=True)
class ShadowRun:
    """A shadow analysis of files; `workers` of 0 is one for each core."""

    paths: HistoryPaths
    output: Path
    regimes: history.Regimes
    workers: int
    cluster: str | None
    restart: bool
    as_json: bool
    force: bool = False

    def run(self) -> bool:
        """Margin every day and write the history; answers whether no day failed."""
        inputs, heading = self.paths.inputs.values(), ",".join(COLUMNS)
        refuse_output(self.output, SUFFIXES, inputs, force=self.force, first_line=heading)
        files = open_history(self.paths)
        self.output.parent.mkdir(parents=True, exist_ok=True)
        with only_run_for(self.output):
            key = content_key({**self.paths.inputs, "only": self.regimes.value})
            parts = open_parts(self.output, key, self.restart)
            try:
                self._margin(files, parts)
                made = self._assemble(parts, files.days)
            except KeyboardInterrupt:
                number = len(parts.done())
                raise Interrupted(
                    f"Interrupted: {number} of {len(files.days)} days are done and kept; the same"
                    " command goes on from there."
                ) from None
            except (MarginError, OSError):
                if parts.is_empty:
                    parts.discard()
                raise
            parts.discard()
        self._tell(made)
        return not made.failed

    def _margin(self, files: DatedFiles, parts: Parts) -> None:
        """Margin the days that are not done, and keep each as a part."""
        done = parts.done()
        to_do = [day for day in files.days if day not in done]
        if not to_do:
            return
        with self._workers(len(to_do)) as workers, self._progress(files.days, done) as tell:
            work = partial(history.day_by_itself, regimes=self.regimes)
            for day in workers.answers(work, files.contents(to_do)):
                parts.write(day)
                tell(len(day.accounts))

    def _workers(self, days: int) -> AbstractContextManager[Workers]:
        if self.cluster is not None:
            return workers_of_cluster(self.cluster)
        return workers_here(min(self.workers or os.cpu_count() or 1, days))

    @contextmanager
    def _progress(self, days: list[float], done: set[float]) -> Iterator[Finished]:
        """A bar over the days on standard error, with its rate and the time that remains."""
        columns = (
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("days"),
            TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
        )  # fmt: skip
        with bar_of(*columns, shown=not self.as_json) as bar:
            task = bar.add_task("shadow", total=len(days), completed=len(done & {*days}), rate="")
            accounts = 0

            def tell(more: int) -> None:
                nonlocal accounts
                accounts += more
                elapsed = bar.tasks[0].elapsed or 0.0
                rate = f"{accounts / elapsed:,.0f} account-days/s" if elapsed else ""
                bar.update(task, advance=1, rate=rate)

            yield tell

    def _assemble(self, parts: Parts, days: list[float]) -> history.Summary:
        """Write the whole history, whole or not at all, in the order of time."""
        figures = []

        def rows() -> Iterator[dict[str, history.Column]]:
            for day, warning in history.warned(map(parts.read, days)):
                figures.append(history.day_figures(day, warning))
                yield history.day_rows(day, warning)

        whole = parts.unfinished
        write_history(whole, self.output.suffix.lower(), rows())
        whole.replace(self.output)
        return history.summary(figures)

    def _tell(self, made: history.Summary) -> None:
        table = summary_table(made)
        if self.as_json:
            answer = {"history": str(self.output), "summary": to_cells(table.cells())}
            write_json(answer)
            return
        _print(table.rows)
        typer.echo(f"Written: {self.output}")


def _print(rows: TableRows) -> None:
    """The figures of a summary as a reader takes them in."""
    print_rows(
        ("figure", "value", "date", "note"),
        [
            [str(what), _amount(str(what), value), _date(day), str(note)]
            for what, value, day, note in rows
        ],
        numbers=("value",),
        whole=("date",),
        title="Both regimes by day; capital released on the setting basis (left out: deposit)",
        styles={"day that failed": "red"},
    )


def _amount(label: str, value: TableCell) -> str:
    if not isinstance(value, float):
        return ""
    if value != value:
        return "not known"
    return f"{value:.1%}" if label.endswith("share") else f"{value:,.0f}"


def _date(value: TableCell) -> str:
    return date_of(value).isoformat() if isinstance(value, float) and value == value else ""
