"""What the commands say on the terminal: tables, complaints, progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn
from rich.table import Table

from xlmargin.cells.values import AnswerValue
from xlmargin.dates import EARLIEST_SERIAL, date_of
from xlmargin.errors import (
    InputError,
    Interrupted,
    MarginError,
    Problem,
    RefusedPosition,
    Severity,
    printed,
    refusal_lines,
)
from xlmargin.excel.worksheet_function import DATE_HEADINGS
from xlmargin.reports import ReportTable, messages
from xlmargin.settings import AccountType
from xlmargin.what_if.impact import HALF_A_CENT

Advance = Callable[[str], None]
"""Tells that the step of this name, of long work, begins."""


def bar_of(*columns: ProgressColumn, shown: bool) -> Progress:
    """A bar on standard error, gone when the work is done; none where nobody would see it."""
    disabled = not shown or not sys.stderr.isatty()
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=disabled)


@contextmanager
def progress(steps: int, shown: bool) -> Iterator[Advance]:
    """A bar over so many steps on standard error, gone when they are done."""
    with bar_of(TextColumn("{task.description:<14}"), BarColumn(), shown=shown) as bar:
        task = bar.add_task("reading", total=steps + 1)
        yield lambda name: bar.update(task, description=name, advance=1)


def complaint(error: MarginError | OSError) -> list[str]:
    """What is wrong, a line a problem."""
    lines = refusal_lines(error)
    if isinstance(error, InputError | RefusedPosition):
        many = f"{len(lines)} problem{'s' if len(lines) > 1 else ''}"
        return [f"Refused, no file is written: {many}.", *lines]
    return lines if isinstance(error, Interrupted) else [f"Refused: {line}" for line in lines]


def print_rows(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Container[str] = (),
    whole: Container[str] = (),
    title: str = "",
    caption: str = "",
    styles: Mapping[str, str] = MappingProxyType({}),
    total: Sequence[str] = (),
) -> None:
    """Texts as a table; columns of `numbers`, at the right, and those kept `whole` are not folded.

    `styles` are those of rows by their first text; `total` is a last row, set apart.
    """
    table = Table(title=escape(printed(title)), caption=caption, box=SIMPLE_HEAD)
    every = [*rows, *([total] if total else [])]
    for i, heading in enumerate(headings):
        is_whole = heading in numbers or heading in whole
        width = _longest(heading, [row[i] for row in every]) if is_whole else None
        justify: JustifyMethod = "right" if heading in numbers else "left"
        table.add_column(escape(heading), justify=justify, min_width=width, overflow="fold")
    for row in rows:
        table.add_row(*(escape(printed(text)) for text in row), style=styles.get(row[0]))
    if total:
        table.add_section()
        table.add_row(*map(escape, total), style="bold")
    Console().print(table)


def _longest(heading: str, cells: Iterable[str]) -> int:
    """The width in which no text of a column is folded, its heading between words alone."""
    return max(map(len, (*heading.split(), *cells)), default=0)


def print_problems(problems: Sequence[Problem]) -> None:
    """A table of problems by range and row; errors in red."""
    rows = [[p.severity.value, p.range, p.numbers, p.column, p.found, p.wanted] for p in problems]
    headings = ("", "range", "row", "column", "found", "wanted")
    print_rows(headings, rows, styles={Severity.ERROR.value: "red"})


def print_answers(answers: Mapping[str, object]) -> None:
    """The day, the accounts, the requirement by group, and what there is to say; what there is."""
    (_, as_of), *said = _messages(answers) or [("", "")]
    if as_of:
        typer.echo(printed(as_of))
    if "account" in answers:
        _print_accounts(answers["account"])
    if "groups" in answers:
        _print_groups(answers)
    for label, basis in (
        ("strategy initial", ", at cost where stated"),
        ("strategy maintenance", ""),
    ):
        if label in answers:
            typer.echo(f"  {label + basis:<40}{_shown(answers[label]):>15}")
    for name, text in said:
        if name not in _SAID_ELSEWHERE and not text.startswith("none"):
            typer.echo(printed(text))


_MOST: Final = 2_000
"""Rows of a table that a terminal shows, as many as a page of the workbook."""


def _beyond(rows: int) -> str:
    """How many rows are not shown, "" where all are."""
    return f"{rows - _MOST:,} more rows: see the workbook." if rows > _MOST else ""


_SAID_ELSEWHERE: Final = (messages.START, messages.INPUT)
"""Messages that a terminal shows in other words: the level, and the count of problems."""

_OF_ACCOUNTS: Final = (
    "account value", "portfolio requirement", "strategy requirement", "portfolio excess",
    "strategy excess", "portfolio margin call", "strategy margin call",
)  # fmt: skip
"""Figures of MARGIN_ACCOUNT that a terminal has room for, those of one regime by its name."""


def _messages(answers: Mapping[str, object]) -> list[tuple[str, str]]:
    """The messages by name, without those on each account: these have a table."""
    table = answers.get("messages")
    rows = table[1:] if isinstance(table, list) else []
    return [(n, text) for n, text in rows if not n.startswith(f"{messages.ACCOUNT} ")]


def _print_accounts(answer: object) -> None:
    """A row an account, and the total: equity, what its regimes require, excess and call."""
    assert isinstance(answer, list)
    headings, *rows = answer
    figures = {row[0]: row for row in rows}
    kind = figures["account type"][2]
    own = "strategy" if kind != AccountType.PORTFOLIO.value else "portfolio"
    other = {"portfolio": "strategy", "strategy": "portfolio"}[own]
    is_cash = kind == AccountType.CASH.value
    shown = [
        name
        for name in _OF_ACCOUNTS
        if not name.startswith(other) or ("requ" in name and not is_cash)
    ]
    under = "paid in full" if is_cash else f"excess and call under {own} margin"
    accounts, above = headings[4:], ""
    if is_cash:
        above = "The excess is free cash: nothing is lent on stock or options."
    elif own == "strategy" and _exceeds(figures, "strategy equity", "account value"):
        above = (
            "The equity of strategy-based rules is above the account's value where options are"
            " written: these count within their requirement, at the market, and not in equity."
        )
    numbers = [name if "requ" in name else name.removeprefix(f"{own} ") for name in shown]
    print_rows(
        ("account", *numbers),
        [
            [account, *(_shown_or_none(figures[name][i]) for name in shown)]
            for i, account in enumerate(accounts[:_MOST], start=4)
        ],
        numbers=numbers,
        title=f"Accounts, $; {under}",
        caption=f"{above} {_beyond(len(accounts))}".strip(),
        total=["total", *(_shown_or_none(figures[name][2]) for name in shown)],
    )


def _exceeds(figures: Mapping[str, Sequence[object]], one: str, other: str) -> bool:
    """Whether the total of a figure is above that of another by more than a cent."""
    a, b = (figures[name][2] if name in figures else None for name in (one, other))
    return isinstance(a, float) and isinstance(b, float) and a - b > HALF_A_CENT


def _shown_or_none(cell: object) -> str:
    return _shown(cell) if isinstance(cell, float) else "none"


def print_table(title: str, table: ReportTable, columns: Sequence[str]) -> None:
    """Some columns of a table, numbers to the cent; nothing where it has no row."""
    if not table.rows:
        return
    at = [table.headings.index(column) for column in columns]
    numbers = [
        column
        for i, column in zip(at, columns, strict=True)
        if all(isinstance(row[i], float | None) for row in table.rows)
    ]
    rows = [[_cents(row[i]) for i in at] for row in table.rows]
    print_rows(columns, rows, numbers=numbers, title=title)


def print_answer(answer: Sequence[Sequence[AnswerValue]]) -> None:
    """An answer with headings as a table, without the columns in which nothing stands.

    Where the terminal is too narrow for it, a line a cell that is filled, its heading before it.
    """
    all_headings, *rows = answer
    filled = [i for i in range(len(all_headings)) if any(row[i] != "" for row in rows)]
    headings = [str(all_headings[i]) for i in filled]
    texts = [[shown_cell(row[i], {all_headings[i], row[0]}) for i in filled] for row in rows]
    numbers = {
        heading
        for i, heading in zip(filled, headings, strict=True)
        if any(isinstance(row[i], float) for row in rows)
    }
    columns = zip(*texts, strict=True)
    widths = [_longest(h, cells) for h, cells in zip(headings, columns, strict=True)]
    least = [w if h in numbers else min(w, _OF_TEXT) for h, w in zip(headings, widths, strict=True)]
    if sum(least) + 2 * len(least) <= Console().width:
        print_rows(headings, texts, numbers=numbers)
        return
    width = max(map(len, headings))
    for row in texts:
        for heading, text in zip(headings, row, strict=True):
            if text:
                typer.echo(f"{heading:<{width}}  {text}".rstrip())
        typer.echo()


_OF_TEXT: Final = 14
"""Characters to which a column of texts may be narrowed."""

_LEAST_IN_CENTS: Final = 10.0
"""Smaller numbers that are not whole may be fractions: they are shown to four digits."""


def shown_cell(cell: AnswerValue, named: Iterable[object]) -> str:
    """A cell of an answer; a serial day as a date, where its heading or row is `named` as one."""
    if not isinstance(cell, float):
        return str(cell).upper() if isinstance(cell, bool) else printed(cell)
    if cell > EARLIEST_SERIAL and any(name in DATE_HEADINGS for name in named):
        return str(date_of(cell))
    if cell == round(cell):
        return f"{cell:,.0f}"
    return f"{cell:,.2f}" if abs(cell) >= _LEAST_IN_CENTS else f"{cell:,.4f}"


def _cents(cell: object) -> str:
    if not isinstance(cell, float):
        return "" if cell is None else str(cell)
    return "" if cell != cell else f"{cell:,.2f}"


_OF_GROUPS: Final = ("worst loss", "minimum", "requirement")


def _print_groups(answers: Mapping[str, object]) -> None:
    """The requirement of each group, and the total of those that are part of no other."""
    groups = answers["groups"]
    assert isinstance(groups, list)
    headings, *rows = groups
    at = {heading: i for i, heading in enumerate(headings)}
    several = len({row[at["account"]] for row in rows}) > 1
    texts = (*(("account",) if several else ()), "group", "worst point")
    shown = (*texts, *_OF_GROUPS)
    cells = []
    for row in rows[:_MOST]:
        *others, amount = (_shown(row[at[heading]]) for heading in shown)
        counts = row[at["part of"]] == "account"
        cells.append([*others, amount if counts else f"({amount})"])
    inside = "In brackets: the group counts inside its product or portfolio group."
    print_rows(
        shown,
        cells,
        numbers=_OF_GROUPS,
        title="Portfolio margin requirement, $",
        caption=f"{inside} {_beyond(len(rows))}".rstrip(),
        total=["total", *[""] * (len(shown) - 2), _shown(answers["requirement"])],
    )


def _shown(cell: object) -> str:
    return f"{cell:,.0f}" if isinstance(cell, float) else str(cell)
