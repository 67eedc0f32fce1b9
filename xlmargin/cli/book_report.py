"""The report on a book: a workbook beside the answers on the terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import typer

from xlmargin.cells.numbers import NumberStyle
from xlmargin.cells.table import SourceRows
from xlmargin.cells.values import TableRows
from xlmargin.cli.outputs import refuse_output, writing
from xlmargin.cli.tables import problems, tables_of
from xlmargin.cli.terminal import print_answers, progress
from xlmargin.errors import InputError, Problem, Severity, printed
from xlmargin.excel.range_checks import refusals_of
from xlmargin.excel.ranges import Ranges
from xlmargin.importers import BookRanges
from xlmargin.standard_output import write_json
from xlmargin.workbooks import EVERYTHING, Functions, InputTables, arranged, write_margin_workbook
from xlmargin.workbooks.draft import WorkbookBuilder, messages_call
from xlmargin.workbooks.formulas import Call, FormulaAnswers
from xlmargin.workbooks.logo import Logo
from xlmargin.workbooks.page_setup import print_set
from xlmargin.workbooks.pages.lists import check_page, strategies_page
from xlmargin.workbooks.pages.requirement import requirement_page

_IF_KNOWN: Final = (("account", "MARGIN_ACCOUNT"), ("calendar", "MARGIN_CALENDAR"))
"""Left out where it is refused: the account where cash is stated nowhere."""
_BY_PORTFOLIO: Final = (
    ("requirement", "PM_REQUIREMENT"), ("groups", "PM_GROUPS"),
)  # fmt: skip
_BY_STRATEGY: Final = (
    ("strategy initial", "REGT_INITIAL"), ("strategy maintenance", "REGT_MAINTENANCE"),
    ("comparison", "MARGIN_COMPARE"),
)  # fmt: skip
_BY_BOTH: Final = (("efficiency gain", "MARGIN_EFFICIENCY"),)
"""The answers of a report, each with the function that gives it."""

_MOST_WARNINGS: Final = 20
"""Kinds of warnings that a terminal shows."""


@dataclass(frozen=True)
class Reported:
    """A workbook that is written: its tables, what was warned of, and why it is without a page.

    The tables are as they stand in the workbook, those of pages left out among them; its pages
    have asked for the `answers`. Warnings, and the check of what was `given`, name its rows.
    `lends` is whether the accounts are no cash accounts, which have no portfolio margin.
    """

    given: InputTables
    tables: InputTables
    warnings: Sequence[Problem]
    left_out: Mapping[str, str]
    answers: FormulaAnswers
    lends: bool

    def call(self, function: str) -> Call:
        """The call of a function of the whole book."""
        return Call(function, self.tables.arguments)


@dataclass(frozen=True)
class ReportRequest:
    """What a report was asked for: where, how, on which day if none is given.

    `force` replaces a file that xlmargin did not write, too; `as_pdf` prints the report, too;
    `logo` stands on its bands.
    """

    output: Path
    as_json: bool
    title: str
    today: dt.date
    functions: Functions
    force: bool = False
    as_pdf: bool = False
    logo: Logo | None = None

    @property
    def pdf(self) -> Path:
        """Where the report is printed to."""
        return self.output.with_suffix(".pdf")

    def refuse_output(self, inputs: Sequence[Path]) -> None:
        """Refuse to write over an input, or to where no workbook can be."""
        refuse_output(self.output, [".xlsx"], inputs, force=self.force)
        if self.as_pdf:
            refuse_output(self.pdf, [".pdf"], inputs, force=self.force)

    def written(
        self, ranges: BookRanges, note: str = "", more: Mapping[str, TableRows] | None = None
    ) -> Reported:
        """Write the workbook whole or not at all.

        `more` are tables beside those of the book; pages that need one are left out without it.
        """
        self.refuse_output(())
        tables = tables_of(ranges, self.today, more)
        found = problems(tables, self.today)
        if refused := refusals_of(Ranges(*tables.ranges, today=self.today)):
            raise InputError(refused)
        shown = replace(tables, settings=arranged(tables.settings))
        return self._write(tables, shown, found, note)

    def report(
        self, ranges: BookRanges, note: str = "", more: Mapping[str, TableRows] | None = None
    ) -> None:
        """Write the workbook, and show the requirement."""
        done = self.written(ranges, note, more)
        found, left_out = done.warnings, done.left_out
        portfolio = done.lends and requirement_page.name not in left_out
        strategy = strategies_page.name not in left_out
        answering = [
            *(_BY_PORTFOLIO if portfolio else ()),
            *(_BY_STRATEGY if strategy else ()),
            *(_BY_BOTH if portfolio and strategy else ()),
        ]
        answering += [each for each in _IF_KNOWN if not done.answers.refusal(done.call(each[1]))]
        answers = {
            "check": self.functions["XLM_CHECK"](*done.given.ranges),
            "messages": done.answers.plain(messages_call(done.tables)),
            **{key: done.answers.plain(done.call(name)) for key, name in answering},
        }
        if self.as_json:
            write_json({"workbook": str(self.output), **answers})
        else:
            print_answers(answers)
            typer.echo(f"Written: {self.output}")
        for rows in ranges.cells:
            if isinstance(rows, SourceRows) and rows.style is NumberStyle.EUROPEAN:
                typer.echo(f"{rows.source}: numbers read as {rows.style.value}.", err=True)
        for why in dict.fromkeys(left_out.values()):
            pages = ", ".join(name for name in left_out if left_out[name] == why)
            typer.echo(f"Left out: {pages}: {printed(why)}", err=True)
        warnings = [each for each in found if each.severity is Severity.WARNING]
        for warning in warnings[:_MOST_WARNINGS]:
            typer.echo(printed(f"Warning: {warning}."), err=True)
        if len(warnings) > _MOST_WARNINGS:
            typer.echo(f"{len(warnings) - _MOST_WARNINGS} more warnings.", err=True)
        if found and not self.as_json:
            typer.echo(f"{_count(answers['check'])}: see the page Check.")
        if self.as_pdf:
            self._print(has_problems=bool(found))

    def _print(self, *, has_problems: bool) -> None:
        """Print the pages of the report, the check where it has rows.

        Refused where there is no LibreOffice.
        """
        from xlmargin.hosts.calc.office import print_pages

        with writing(self.pdf) as whole:
            printed = [*EVERYTHING.printed, *check_page.sheets[:has_problems]]
            print_pages(print_set(self.output, printed), whole)
        if not self.as_json:
            typer.echo(f"Printed: {self.pdf}")

    def _write(
        self, given: InputTables, tables: InputTables, found: Sequence[Problem], note: str
    ) -> Reported:
        """Write the workbook."""
        known: list[WorkbookBuilder] = []
        with (
            writing(self.output) as whole,
            progress(len(EVERYTHING.pages), shown=not self.as_json) as on_page,
        ):
            left_out = write_margin_workbook(
                whole,
                tables,
                self.functions,
                title=self.title,
                note=note,
                logo=self.logo,
                on_page=on_page,
                finish=lambda draft: known.append(draft),
            )
        [draft] = known
        lends = not draft.book.is_cash_account
        return Reported(given, tables, found, left_out, draft.answers, lends)


def _count(check: object) -> str:
    """How many problems a check lists, as its first row says."""
    assert isinstance(check, list)
    return str(check[1][0])
