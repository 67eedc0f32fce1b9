"""Problems and reasons on the terminal: the check, a requirement as a tree, numbers of a rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated

import typer

from xlmargin import reports
from xlmargin.cells.problems import counted
from xlmargin.cells.values import to_cells
from xlmargin.cli.app import command
from xlmargin.cli.book_files import BookFiles, day_of, notes_of, with_date
from xlmargin.cli.market import say_warnings
from xlmargin.cli.options import AsJson
from xlmargin.errors import RulebookError, Severity, printed
from xlmargin.excel.arguments import read_word
from xlmargin.excel.range_checks import problems_of
from xlmargin.excel.ranges import Ranges
from xlmargin.reports import Regime, explanation_table, rule_table
from xlmargin.rulebook.look_up import RuleValue, look_up
from xlmargin.rulebook.parameters import Parameter
from xlmargin.rulebook.sections import parameters, regulations
from xlmargin.standard_output import write_json


@command()
def check(book: BookFiles, as_json: AsJson = False) -> int:
    """List every problem of a file by row; exit code 1 where one of them is an error."""
    ranges, known = book.read()
    found = problems_of(Ranges(*with_date(ranges, day_of(ranges)).cells, known=known))
    if as_json:
        rows = to_cells(reports.problem_table(found).cells())
        write_json({"check": rows, "notes": list(notes_of(ranges))})
    else:
        typer.echo(f"{counted(found).capitalize()}.")
        if found:
            from xlmargin.cli.terminal import print_problems

            print_problems(found)
    return 1 if any(each.severity is Severity.ERROR for each in found) else 0


@command()
def explain(
    book: BookFiles,
    regime: Annotated[str, typer.Option(help="portfolio, initial or maintenance.")] = "portfolio",
    as_json: AsJson = False,
) -> None:
    """Show what a requirement is made of: a tree of amounts, down to positions and paragraphs."""
    ranges, known = book.read()
    say_warnings(known.published, ranges.positions)
    wanted = read_word("regime", regime, Regime)
    held = with_date(ranges, day_of(ranges)).cells
    requirement = Ranges(*held, known=known).explained(wanted)
    table = explanation_table(requirement)
    if as_json:
        write_json({"explanation": to_cells(table.cells())})
        return
    width = max(len(str(row[0])) for row in table.rows)
    for what, amount, made_of, rule in table.rows:
        reason = "  ".join(printed(str(text)) for text in (made_of, rule) if text)
        typer.echo(f"{printed(str(what)):<{width}}  {amount:>16,.2f}  {reason}".rstrip())


@command()
def rule(
    name: Annotated[str, typer.Argument(help="Name of a number, or words: short uncovered index.")],
    as_of: Annotated[
        dt.datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Default: today.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a number of a rule: its values in force, since when, where stated, and how sure.

    Words that several numbers have list those, each with its meaning.
    """
    day = as_of.date() if as_of else dt.date.today()
    try:
        values = look_up(name, day)
    except RulebookError:
        named = _named_by(name.lower().split())
        if not named:
            raise
        if as_json:
            wanted = ", ".join(p.name for p in named)
            raise RulebookError(f"rule: found {name!r}, wanted one of {wanted}.") from None
        if len(named) > 1:
            for found in named:
                typer.echo(printed(_meaning(found)))
            return
        values = look_up(named[0].name, day)
    if as_json:
        write_json({"rule": to_cells(rule_table(values[0].name, day).cells())})
        return
    for line in _lines(values):
        typer.echo(printed(line))


def _named_by(words: list[str]) -> list[Parameter]:
    """The numbers that have every word in name, meaning or rule, or in what they have values of."""
    titles = {name: rules.title for rules in regulations() for name in rules.parameters}
    texts = {
        p.name: " ".join((p.name, p.states, titles[p.name], *_keys(p))).lower()
        for p in parameters().values()
    }
    return [p for p in parameters().values() if all(word in texts[p.name] for word in words)]


def _keys(parameter: Parameter) -> Iterator[str]:
    """What the number has values of, such as the classes of underlyings."""
    for entry in parameter.since:
        yield from entry.values


def _meaning(of: Parameter | RuleValue) -> str:
    return f"{of.name} ({of.unit}): {of.states}"


def _lines(values: tuple[RuleValue, ...]) -> Iterator[str]:
    """What the number means, then a line a value: of what, how much, since when, where stated."""
    yield _meaning(values[0])
    for v in values:
        of = ", ".join(text for text in (v.key, v.house and f"house {v.house}") if text)
        yield (
            f"  {of or 'all'}: {v.value:,.10g}, in force from {v.effective} at the latest,"
            f" {v.rule}; compared on {v.checked} with its source, {v.source}; {v.href}"
        )
        if v.remark:
            yield f"    {v.remark}"
