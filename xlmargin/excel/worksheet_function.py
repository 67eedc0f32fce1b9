"""The decorator that makes a Python function a worksheet function, and the registry of them all.

One description serves every host: classic Excel and Office.js through xlwings, which is imported
here and nowhere else; the VBA, LibreOffice and help writers through the registry. Called from
Python, a decorated function takes the same lists and answers the same values as in a cell: it
never raises. The same function, content and day is the same answer, computed once.
Nothing at all, an empty cell and a blank text mean that an argument is left out, in every host.
What some host could not register is refused when the function is defined.
"""

from __future__ import annotations

import datetime as dt
import functools
import inspect
import marshal
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import ModuleType
from typing import Any, Final, cast

import numpy as np

from xlmargin.cells.columns import date_serial, number_of
from xlmargin.cells.json_ranges import refuse_unknown, rows_of_records
from xlmargin.cells.numbers import NUMBER
from xlmargin.cells.problems import refusal, shown_text
from xlmargin.cells.table import digest_of, simple_cells
from xlmargin.cells.values import (
    AnswerValue,
    Cells,
    CellValue,
    FunctionAnswer,
    is_error,
    rows_of,
    shown,
    text_of,
    to_cells,
    to_value,
)
from xlmargin.cells.words import YES_NO, YesNo
from xlmargin.computing import ContentCache, is_unlimited, time_limit
from xlmargin.dates import DATE
from xlmargin.errors import InputError, MarginError, Problem
from xlmargin.excel.registrable import refuse_unregistrable, summary


class ArgumentKind(StrEnum):
    """What an argument takes."""

    RANGE = "range"
    """A range with headings, or of names and values."""
    VALUES = "values"
    """A cell or a range of cells; the answer has an element for each."""
    TEXT = "text"
    NUMBER = "number"
    SWITCH = "switch"
    """TRUE or FALSE."""
    DATE = "date"

    @property
    def is_range(self) -> bool:
        """Whether the argument may have many cells."""
        return self in (ArgumentKind.RANGE, ArgumentKind.VALUES)


@dataclass(frozen=True)
class Argument:
    """One argument as the function wizard describes it; its name and default are the function's."""

    doc: str
    kind: ArgumentKind
    name: str = ""
    optional: bool = False
    default: object = None

    def value(self, cells: Cells) -> object:
        """What the function is called with; refused where it is not of the argument's kind."""
        if self.optional and _is_left_out(cells):
            return self.default
        if self.kind.is_range:
            return cells
        cell = self._one_cell(cells)
        if cell is None or is_error(cell):
            raise self._refuse(shown(cell), _WANTED[self.kind])
        if self.kind is ArgumentKind.TEXT:
            return text_of(cell)
        value = _READ[self.kind](cell)
        if np.isnan(value):
            raise self._refuse(shown_text(cell), _WANTED[self.kind])
        return bool(value) if self.kind is ArgumentKind.SWITCH else value

    def _one_cell(self, cells: Cells) -> CellValue:
        rows = rows_of(cells)
        if len(rows) > 1 or (rows and len(rows[0]) > 1):
            raise self._refuse(f"{len(rows)} x {len(rows[0])} cells", "one cell")
        return to_value(rows[0][0]) if rows and rows[0] else None

    def _refuse(self, found: str, wanted: str) -> InputError:
        return InputError([Problem(self.name, 0, "", found, wanted)])


_WANTED: Final = {
    ArgumentKind.TEXT: "a text",
    ArgumentKind.NUMBER: NUMBER,
    ArgumentKind.SWITCH: "TRUE or FALSE",
    ArgumentKind.DATE: DATE,
}


def _number(cell: CellValue) -> float:
    return np.nan if isinstance(cell, str) and "%" in cell else number_of(cell)


def _switch(cell: CellValue) -> float:
    said = YES_NO.read(cell)
    return np.nan if said is None else float(said is YesNo.YES)


_READ: Final[Mapping[ArgumentKind, Callable[[CellValue], float]]] = {
    ArgumentKind.NUMBER: _number,
    ArgumentKind.SWITCH: _switch,
    ArgumentKind.DATE: date_serial,
}
"""A number for what stands in the cell, NaN where it is none."""


def _is_left_out(cells: Cells) -> bool:
    """Whether there is nothing: no argument, or one cell that is empty."""
    if isinstance(cells, list | tuple) and len(cells) > 1:
        return False
    rows = rows_of(cells)
    return len(rows) <= 1 and all(to_value(cell) is None for row in rows for cell in row)


CATEGORY: Final = "xlmargin"
"""Where the function wizard lists the functions."""

TODAY: Final = dt.date.today
"""The day of a call: what `as_of` is where nothing states it, and part of what an answer is of."""

SECONDS: Final = 10.0
"""How long a call may hold a sheet; what takes longer is refused."""

DATE_HEADINGS: Final = (
    "date",
    "day",
    "as of",
    "until",
    "expiration",
    "strategy call due",
    "portfolio call due",
    "effective",
    "checked",
    "MARGIN_CALL_DUE",
)
"""Headings of an answer's columns of serial days, and the function that answers one."""

_HEADED: Final = ("XLM_CHECK", "XLM_EXPLAIN")
"""Tables that have headings without an argument for them; others without one have none."""


class Returns(StrEnum):
    """Shape of an answer."""

    VALUE = "value"
    TABLE = "table"


@dataclass(frozen=True)
class WorksheetFunction:
    """What every host needs to know of a function."""

    name: str
    function: Callable[..., FunctionAnswer]
    """The function as hosts call it: it answers a refusal as a text, and never raises."""
    refusing: Callable[..., FunctionAnswer]
    """The same, raising `MarginError` where it refuses."""
    doc: str
    arguments: tuple[Argument, ...]
    returns: Returns
    category: str = CATEGORY

    @property
    def takes_headers(self) -> bool:
        """Whether the caller says if its table has a row of headings."""
        return any(argument.name == "headers" for argument in self.arguments)

    @property
    def has_headings(self) -> bool:
        """Whether its table has a row of headings, where they are wanted."""
        return self.takes_headers or self.name in _HEADED

    def answer(self, given: Mapping[str, Any]) -> FunctionAnswer:
        """The answer to arguments by name, as programs send them: ranges as rows or as records.

        Refused are a name that is none of its arguments, and one that is missing.
        """
        kinds = {argument.name: argument.kind for argument in self.arguments}
        refuse_unknown(given, [*kinds])
        for argument in self.arguments:
            if not argument.optional and argument.name not in given:
                raise MarginError(f"{argument.name}: found nothing, wanted it for {self.name}.")
        return self.refusing(
            **{
                name: rows_of_records(name, value) if kinds[name] is ArgumentKind.RANGE else value
                for name, value in given.items()
            }
        )


REGISTRY: Final[dict[str, WorksheetFunction]] = {}
"""Every worksheet function by its name, in the order of their definition."""


def worksheet_function(
    returns: Returns | None = None, patience: float = 1.0, /, **arguments: Argument
) -> Callable[[Callable[..., object]], Callable[..., FunctionAnswer]]:
    """Make a function a worksheet function; each of its parameters is described by name.

    A function with a `headers` argument returns a table, any other one value, unless stated.
    It may hold a sheet for `patience` times the usual seconds. Refused at once is whatever a host
    could not register.
    """

    def decorate(function: Callable[..., object]) -> Callable[..., FunctionAnswer]:
        refuse_unregistrable(function, arguments)
        described = _described(function, arguments)
        refusing = _remembering(function, described, patience)
        entry = WorksheetFunction(
            name=function.__name__,
            function=_safe(refusing),
            refusing=refusing,
            doc=summary(function),
            arguments=described,
            returns=returns or (Returns.TABLE if "headers" in arguments else Returns.VALUE),
        )
        REGISTRY[entry.name] = entry
        return _registered(entry)

    return decorate


def _described(
    function: Callable[..., object], arguments: dict[str, Argument]
) -> tuple[Argument, ...]:
    """The arguments in the function's order, with its names and defaults."""
    described = []
    for name, parameter in inspect.signature(function).parameters.items():
        optional = parameter.default is not inspect.Parameter.empty
        default = parameter.default if optional else None
        described.append(replace(arguments[name], name=name, optional=optional, default=default))
    return tuple(described)


_Key = tuple[Callable[..., object], dt.date, bool, tuple[tuple[str, bytes], ...]]
"""A call: its function, the day, whether it waits however long, digests of what is given."""

_Outcome = bytes | MarginError
"""An answer, written down so that each caller gets its own; or the refusal that stands for it."""

_outcomes: Final = ContentCache[_Key, _Outcome](
    most=100_000,
    most_size=100_000_000,
    size=lambda _, outcome: 1_000 + len(outcome if isinstance(outcome, bytes) else str(outcome)),
)
"""Bounded by bytes, in all; 1,000 for what holds an answer."""


def _remembering(
    function: Callable[..., object], arguments: tuple[Argument, ...], patience: float
) -> Callable[..., FunctionAnswer]:
    """The function on arguments as hosts send them, answering what every host can show.

    It is called once for the same content on the same day. What it refuses is remembered too, but
    not an error of its own.
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*positional: Any, **named: Any) -> FunctionAnswer:
        bound = _bound(signature, positional, named)
        given = {a.name: simple_cells(bound[a.name]) for a in arguments if a.name in bound}
        computed: list[FunctionAnswer] = []

        def outcome(_: _Key) -> _Outcome:
            try:
                with time_limit(patience * SECONDS):
                    values = {a.name: a.value(given[a.name]) for a in arguments if a.name in given}
                    computed.append(to_cells(function(**values)))
                    return marshal.dumps(computed[0])
            except MarginError as error:
                # Not with the frames that it went through, which hold all that was computed.
                return error.with_traceback(None)

        content = tuple((name, digest_of(cells)) for name, cells in given.items())
        found = _outcomes.get((function, TODAY(), is_unlimited(), content), outcome)
        if isinstance(found, MarginError):
            raise found
        return computed[0] if computed else cast(FunctionAnswer, marshal.loads(found))

    return call


def _safe(refusing: Callable[..., FunctionAnswer]) -> Callable[..., FunctionAnswer]:
    """The function with a text for each refusal and error."""

    @functools.wraps(refusing)
    def call(*positional: Any, **named: Any) -> FunctionAnswer:
        try:
            return refusing(*positional, **named)
        except Exception as error:
            return refusal(error)

    return call


def _bound(
    signature: inspect.Signature, positional: tuple[Any, ...], named: dict[str, Any]
) -> dict[str, Any]:
    """The arguments by name; refused where one is missing, or one too many is given."""
    try:
        return signature.bind(*positional, **named).arguments
    except TypeError as error:
        raise MarginError(
            f"arguments: {error}; wanted {', '.join(signature.parameters)}."
        ) from None


def _registered(entry: WorksheetFunction) -> Callable[..., FunctionAnswer]:
    """The function as xlwings knows it, where it runs in a spreadsheet program; else unchanged.

    Every argument comes as rows of cells, a single cell too, with errors as texts. The category is
    given last: describing an argument sets it back. Through COM an answer goes as it is: it has
    nothing that xlwings would have to look for in every cell.
    """
    function, xlwings = entry.function, _xlwings()
    if xlwings is None:
        return function
    if not getattr(xlwings, "on_server", True):
        function = xlwings.ret(_as_rows())(function)
    for argument in entry.arguments:
        described = xlwings.arg(argument.name, doc=argument.doc, ndim=2, err_to_str=True)
        function = described(function)
    return cast(Callable[..., FunctionAnswer], xlwings.func(category=entry.category)(function))


_CALLED_BY_XLWINGS: Final = {"win32", "emscripten"}
"""The platforms on which a program calls the functions through xlwings, or else a server does."""


def _xlwings() -> ModuleType | None:
    """The library xlwings, where it registers functions.

    Elsewhere its decorators do nothing; with pandas, which it imports, it takes more time and
    memory than all else that a command imports.
    """
    on_server = os.environ.get("XLWINGS_ON_SERVER") == "true"
    if on_server or sys.platform in _CALLED_BY_XLWINGS or "xlwings" in sys.modules:
        import xlwings

        return xlwings
    return None


@functools.cache
def _as_rows() -> type:
    """How xlwings hands an answer to COM: as rows of the cells that it has."""
    from xlwings.conversion import Converter, RawValueAccessor

    class AsRows(Converter):
        base = RawValueAccessor  # type: ignore[assignment]

        @staticmethod
        def write_value(value: FunctionAnswer, options: object) -> list[list[AnswerValue]]:
            return value if isinstance(value, list) else [[value]]

    return AsRows
