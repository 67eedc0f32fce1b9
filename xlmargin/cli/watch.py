"""A book in files, margined anew whenever one of them changes: figures, alerts, a hook for each.

Marks of options follow their underlyings: a mark that a change leaves as it was counts as taken at
the price that stood beside it when it was first read, or at its `mark_spot`. What cannot be read,
or is refused, is said once; the figures before it stand, and are called stale until all is well
again.
"""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from xlmargin.account import Light, settled_light
from xlmargin.cli.app import ALERTED, NOT_KNOWN, WARNED, command
from xlmargin.cli.book_files import BookFiles, day_of, with_date
from xlmargin.cli.options import AsJson, HookProgram
from xlmargin.cli.watched_files import WatchedFiles
from xlmargin.errors import MarginError, printed
from xlmargin.excel.answers import alerts_of
from xlmargin.excel.ranges import Ranges
from xlmargin.importers import read_book_files
from xlmargin.importers.files import read_one_range
from xlmargin.live import Hook, LiveBook
from xlmargin.reports.account_table import AccountFigure, account_figures
from xlmargin.reports.alerts_table import alerts_table
from xlmargin.standard_output import JsonLines

_STATE: Final = {
    "account value": "account_value",
    "portfolio requirement": "portfolio_requirement",
    "portfolio excess": "portfolio_excess",
    "portfolio cushion": "portfolio_cushion",
    "portfolio buying power": "portfolio_buying_power",
    "strategy requirement": "strategy_requirement",
    "strategy excess": "strategy_excess",
    "strategy cushion": "strategy_cushion",
    "Reg T excess": "reg_t_excess",
    "stock buying power": "stock_buying_power",
}  # fmt: skip
"""Figures of MARGIN_ACCOUNT that a state tells, and their keys."""
_SHOWN: Final = (
    ("value", "account_value"),
    ("portfolio", "portfolio_requirement"),
    ("excess", "portfolio_excess"),
    ("strategy", "strategy_requirement"),
    ("excess", "strategy_excess"),
)
"""Headings for a reader: each regime's requirement and what it leaves."""
_CODES: Final = {
    Light.GREEN: 0, Light.AMBER: WARNED, Light.RED: ALERTED, Light.GREY: NOT_KNOWN,
}  # fmt: skip
"""Exit codes by the worst light."""
_WORST_FIRST: Final = (Light.RED, Light.AMBER, Light.GREY, Light.GREEN)

WatchEvent = Mapping[str, Any]


@dataclass(frozen=True)
class WatchedBook(BookFiles):
    """The files of a book, and that of the limits of its figures."""

    thresholds: Annotated[
        Path | None, typer.Option(help="Limits of figures, as MARGIN_ALERTS takes them.")
    ] = None

    @property
    def paths(self) -> list[Path]:
        """The files that there are."""
        return [*super().paths, *([] if self.thresholds is None else [self.thresholds])]

    def ranges(self) -> tuple[Ranges, tuple[str, ...]]:
        """The ranges in the files, at their date or today's, and notes on how they were read."""
        found = read_book_files(self.positions, self.market, self.settings, self.dividends)
        held = with_date(found, day_of(found)).cells
        limits = self.thresholds and read_one_range(self.thresholds, "thresholds")
        return Ranges(*held, extra={"thresholds": limits}, known=self.known(found)), found.notes


@command()
def watch(
    book: WatchedBook,
    every: Annotated[
        float, typer.Option(min=0.01, max=3600, help="Seconds between two looks at the files.")
    ] = 0.5,
    once: Annotated[bool, typer.Option("--once", help="Look once, and end.")] = False,
    until_alert: Annotated[
        bool, typer.Option("--until-alert", help="End at the first figure past its alert.")
    ] = False,
    seconds: Annotated[
        float, typer.Option("--for", min=0, help="End after so many seconds.")
    ] = math.inf,
    hook: HookProgram = "",
    as_json: AsJson = False,
) -> int:
    """Show figures and alerts of your positions now, and whenever one of the files changes.

    Exit code by the worst light at the end: 0 all is green, 5 a warning, 6 an alert, 7 a figure
    that is not known. Ctrl-C ends it.
    """
    reported, until = _Reported(), time.monotonic() + (0.0 if once else seconds)
    files, program = WatchedFiles(book.paths, every), Hook.of(hook) if hook else None
    say = JsonLines() if as_json else _Lines()
    while True:
        try:
            ranges, notes = files.read(book.ranges)
            reported.note(notes)
            events = list(reported.taken(ranges))
        except (MarginError, OSError) as refusal:
            if reported.live is None:
                raise
            events = reported.refused(refusal)
        for event in events:
            say(event)
            if program and event["type"] != "state" and (failed := program.run(event)):
                typer.echo(printed(f"The hook {failed}."), err=True)
        if (until_alert and reported.worst is Light.RED) or not files.wait(until):
            return _CODES[reported.worst]


@dataclass
class _Reported:
    """What has been told so far: the book, its lights, and what it is refused for."""

    live: LiveBook | None = None
    lights: dict[tuple[str, str], Light] = field(default_factory=dict)
    problem: str = ""
    states: dict[str, WatchEvent] = field(default_factory=dict)
    sequence: int = 0
    notes: set[str] = field(default_factory=set)

    def note(self, notes: Sequence[str]) -> None:
        """Say once, where errors go, how the files were read."""
        for note in notes:
            if note not in self.notes:
                self.notes.add(note)
                typer.echo(printed(note), err=True)

    @property
    def worst(self) -> Light:
        """The worst light; what is stale is not known."""
        shown = {*self.lights.values(), *([Light.GREY] if self.problem else [])}
        return next((light for light in _WORST_FIRST if light in shown), Light.GREEN)

    def taken(self, ranges: Ranges) -> Iterator[WatchEvent]:
        """What there is to tell of the book in the ranges; refused as it is, and nothing taken."""
        book = ranges.book()
        live = LiveBook.of(book, 1) if self.live is None else self.live.put(book)
        found, limits = alerts_of(ranges, live.book)
        table = alerts_table(found, limits)
        self.live = live
        if self.problem:
            self.problem = ""
            yield self._event("fresh")
        figures = {figure.name: figure for figure in account_figures(found.state)}
        for i, account in enumerate(live.accounts):
            state = {"account": account, **_state(figures, i)}
            if self.states.get(account) != state:
                self.states[account] = state
                yield self._event("state", **state)
        rows: list[dict[str, Any]] = [
            dict(zip(map(str, table.headings), row, strict=True)) for row in table.rows
        ]
        now = {(str(row["account"]), str(row["figure"])): row for row in rows}
        for gone in self.lights.keys() - now.keys():
            del self.lights[gone]
        for key, row in now.items():
            was = self.lights.get(key, Light.GREEN)
            beside = (row[name] if isinstance(row[name], float) else nan for name in _LIMITS)
            light = settled_light(Light(int(row["level"])), was, *beside)
            self.lights[key] = light
            if light is not was:
                yield self._event("alert", **_alert(row, light, was))

    def refused(self, refusal: Exception) -> list[WatchEvent]:
        """What there is to tell of a refusal: once, while it is the same."""
        problem = str(refusal)
        if problem == self.problem:
            return []
        self.problem = problem
        return [self._event("stale", problem=problem)]

    def _event(self, type_: str, **data: Any) -> WatchEvent:
        self.sequence += 1
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        version = 0 if self.live is None else self.live.version
        stated = {"sequence": self.sequence, "time": now, "type": type_, "version": version}
        return {**stated, **data}


def _state(figures: Mapping[str, AccountFigure], i: int) -> dict[str, float | str]:
    """The figures of one account by their keys; why there is none, in its place."""
    return {key: _cell(figures[name].by_account[i]) for name, key in _STATE.items()}


def _cell(cell: object) -> float | str:
    return cell if isinstance(cell, float) else str(cell)


_LIMITS: Final = ("value", "warn", "alert")
_OF_ALERT: Final = ("account", "figure", "value", "unit", "warn", "alert", "says", "due", "rule")


def _alert(row: Mapping[str, Any], light: Light, was: Light) -> dict[str, Any]:
    reported = {name: row[name] for name in _OF_ALERT}
    return {**reported, "light": light.word, "was": was.word}


class _Lines:
    """Events as lines for a reader: figures below headings, alerts in their sentence."""

    def __init__(self) -> None:
        self._headings = False

    def __call__(self, event: WatchEvent) -> None:
        """Print one event."""
        match event["type"]:
            case "state":
                if not self._headings:
                    self._headings = True
                    columns = "".join(f"{heading:>16}" for heading, _ in _SHOWN)
                    self._print(f"{'time (UTC)':<10}{'account':<12}{columns}")
                cells = "".join(f"{_dollars(event[key]):>16}" for _, key in _SHOWN)
                self._print(f"{_clock(event)}  {event['account'] or '-':<12}{cells}")
            case "alert":
                who = f"{event['account']}: " if event["account"] else ""
                was = f"(was {event['was']})"
                self._print(f"{_clock(event)}  {event['light'].upper()} {was} {who}{event['says']}")
            case "stale":
                self._print(f"{_clock(event)}  STALE, the figures before stand: {event['problem']}")
            case _:
                self._print(f"{_clock(event)}  FRESH, the files can be read again")

    @staticmethod
    def _print(line: str) -> None:
        print(printed(line), flush=True)


def _clock(event: WatchEvent) -> str:
    return str(event["time"])[11:19]


def _dollars(cell: object) -> str:
    return f"{cell:,.2f}" if isinstance(cell, float) else "none"
