"""The import of a broker's file: what was read, shown and written as positions of our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from xlmargin.cells.values import TableCell, TableRows
from xlmargin.cli.app import command
from xlmargin.cli.options import AsJson, Force, written_to
from xlmargin.cli.outputs import refuse_output, write_rows
from xlmargin.cli.terminal import print_problems, print_rows
from xlmargin.errors import MarginError, Problem, printed
from xlmargin.importers.brokers import FORMATS, BrokerFile
from xlmargin.importers.files import read_broker
from xlmargin.standard_output import write_json

_COLUMNS: Final = ("symbol", "type", "quantity", "price", "cost", "underlying", "account")
_NUMBERS: Final = ("quantity", "price", "cost")
_WHOLE: Final = ("symbol", "type", "underlying")
"""Columns to show, which of them hold numbers, and which texts are not folded."""


@dataclass(frozen=True)
class Written:
    """The files to write, a range each, by the range's name; None for one that is not wanted.

    `force` replaces files that are there: they do not say who wrote them, or corrected them since.
    """

    positions: Path | None = None
    market: Path | None = None
    force: bool = False

    @property
    def paths(self) -> Mapping[str, Path]:
        """The files that are wanted."""
        both = {"positions": self.positions, "market": self.market}
        return {name: path for name, path in both.items() if path is not None}

    def refuse_over(self, source: Path) -> None:
        """Refuse to write over the file that is read, or to where no CSV can be."""
        for path in self.paths.values():
            refuse_output(path, [".csv"], [source], force=self.force)
        if self.positions is not None and self.positions == self.market:
            raise MarginError(f"{self.market}: is to be written twice, wanted another name.")


@command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A broker's export of positions.")],
    output: Annotated[Path | None, written_to("Positions to write (.csv).")] = None,
    market: Annotated[
        Path | None, typer.Option(help="Prices of underlyings to write (.csv), if it has any.")
    ] = None,
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Take the rest without bonds, futures and the like.")
    ] = False,
    force: Force = False,
    as_json: AsJson = False,
) -> int:
    """Show what a broker's file holds, and write it as positions to look at and correct."""
    written = Written(output, market, force)
    written.refuse_over(file)
    broker = read_broker(file)
    if broker is None:
        known = ", ".join(format_.name for format_ in FORMATS)
        wanted = f"{known}; or a file of one's own, which needs no import"
        raise MarginError(f"{file.name}: found no broker's file that is known, wanted {wanted}.")
    refused = [*broker.unreadable, *([] if leave_out else broker.not_ours)]
    if as_json:
        write_json(_answer(broker))
    else:
        _show(broker, leave_out)
    if not refused:
        _write(broker, written)
    return 1 if refused else 0


def _answer(broker: BrokerFile) -> dict[str, object]:
    return {
        "format": broker.format.name,
        "sure": broker.format.sure,
        "as_of": broker.as_of.isoformat() if broker.as_of else None,
        "positions": broker.positions,
        "market": broker.market,
        "notes": list(broker.notes),
        "warnings": list(broker.warnings),
        "unreadable": [str(problem) for problem in broker.unreadable],
        "not ours": [str(problem) for problem in broker.not_ours],
    }


def _show(broker: BrokerFile, leave_out: bool) -> None:
    _print(broker.positions)
    for note in broker.notes:
        typer.echo(printed(note))
    for warning in broker.warnings:
        typer.echo(printed(f"Warning: {warning}"))
    if broker.as_of:
        typer.echo(
            f"Prices of {broker.as_of}: state it as as_of in the settings of what is written."
        )
    _show_refused("Cannot be read:", broker.unreadable)
    how = "Left out, so not margined:" if leave_out else "No requirement is worked out for:"
    _show_refused(how, broker.not_ours)
    if broker.not_ours and not leave_out:
        typer.echo("With --leave-out the rest is taken without them.")


def _show_refused(title: str, problems: Sequence[Problem]) -> None:
    if problems:
        typer.echo(title)
        print_problems(problems)


def _print(rows: TableRows) -> None:
    """The positions as a table of the terminal; an option's symbol says its terms.

    The account stands there where there are several.
    """
    headings = [str(cell) for cell in rows[0]]
    accounts = {row[headings.index("account")] for row in rows[1:]}
    columns = [name for name in _COLUMNS if name != "account" or len(accounts) > 1]
    at = [headings.index(heading) for heading in columns]
    cells = [[_shown(row[i]) for i in at] for row in rows[1:]]
    print_rows(columns, cells, numbers=_NUMBERS, whole=_WHOLE)


def _shown(cell: TableCell) -> str:
    if cell is None:
        return ""
    return f"{cell:,.10g}" if isinstance(cell, float) else str(cell)


def _write(broker: BrokerFile, written: Written) -> None:
    ranges: dict[str, TableRows | None] = {"positions": broker.positions, "market": broker.market}
    for name, path in written.paths.items():
        rows = ranges[name]
        if rows is None:
            wanted = "; `xlmargin market` makes one of the positions" if name == "market" else ""
            typer.echo(f"Not written: {path}, for the file holds no {name}{wanted}.", err=True)
        else:
            write_rows(rows, path)
            typer.echo(f"Written: {path}", err=True)
