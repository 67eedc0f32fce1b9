"""The worksheet functions for Python: data frames or lists in, data frames, numbers or texts out.

Made from the registry, so that a function has the same arguments, in the same order, with the same
meaning, as in a cell; only `headers` is left out, for a data frame has them. pandas is imported
when an answer is a table.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from importlib import import_module
from typing import Any

from xlmargin.cells.values import NO_VALUE, AnswerValue
from xlmargin.computing import time_limit
from xlmargin.dates import date_of
from xlmargin.excel.worksheet_function import DATE_HEADINGS, REGISTRY, WorksheetFunction


def python_function(name: str) -> Callable[..., Any]:
    """The function of a worksheet function's name in lower case.

    It takes a data frame, a list of rows, or of names and values a dictionary; answers a data
    frame with a plain index, a series where the arguments are series, a number or a text; waits
    however long it takes; and raises `MarginError`, with its `problems` where ranges have some.
    Missing values are blank cells; blank cells of an answer are missing values.
    """
    import_module("xlmargin.udfs")
    entry = REGISTRY[name.upper()]

    def function(*positional: Any, **named: Any) -> Any:
        given = signature.bind(*positional, **named).arguments
        index = next((_index(value) for value in given.values() if _is_series(value)), None)
        cells = {key: _column(value) for key, value in given.items()}
        with time_limit(math.inf):
            answer = entry.refusing(**cells, **({"headers": True} if entry.takes_headers else {}))
        if not isinstance(answer, list):
            return _missing(answer)
        return _frame(answer, index, headed=entry.has_headings)

    signature = inspect.Signature([_parameter(a) for a in _named(entry)])
    function.__name__ = function.__qualname__ = name
    function.__doc__, function.__module__ = _doc(entry), "xlmargin"
    function.__signature__ = signature  # type: ignore[attr-defined]
    return function


def _named(entry: WorksheetFunction) -> list[Any]:
    return [argument for argument in entry.arguments if argument.name != "headers"]


def _parameter(argument: Any) -> inspect.Parameter:
    default = argument.default if argument.optional else inspect.Parameter.empty
    return inspect.Parameter(
        argument.name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default
    )


def _doc(entry: WorksheetFunction) -> str:
    described = "\n".join(f"{a.name}: {a.doc}" for a in _named(entry))
    return f"{entry.doc}\n\n{described}"


def _is_series(value: Any) -> bool:
    return hasattr(value, "index") and hasattr(value, "tolist") and not hasattr(value, "columns")


def _index(series: Any) -> Any:
    return series.index


def _column(value: Any) -> Any:
    """A series as a column of cells; all else as it is."""
    return [[cell] for cell in value.tolist()] if _is_series(value) else value


def _missing(cell: AnswerValue) -> AnswerValue | None:
    """A cell as Python has it: what has no value is NaN, and what is blank is nothing."""
    return math.nan if cell == NO_VALUE else None if cell == "" else cell


def _frame(rows: list[list[AnswerValue]], index: Any, *, headed: bool) -> Any:
    """An answer of rows as a frame; as a series where the arguments were series."""
    import pandas as pd

    headings, body = (rows[0], rows[1:]) if headed else (None, rows)
    cells = [[_missing(cell) for cell in row] for row in body]
    if index is not None and len(cells) == len(index):
        if not headed:
            return pd.Series([row[0] for row in cells], index=index)
        return pd.DataFrame(cells, columns=headings, index=index)
    frame = pd.DataFrame(cells, columns=headings)
    for heading in set(DATE_HEADINGS) & set(frame.columns):
        days = frame[heading]
        if all(day is None or isinstance(day, float) for day in days):
            known = [None if d is None or math.isnan(d) else date_of(d) for d in days]
            frame[heading] = pd.to_datetime(pd.Series(known, dtype=object))
    return frame
