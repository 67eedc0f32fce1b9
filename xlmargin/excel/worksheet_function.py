"""The decorator that makes a Python function a worksheet function, and the registry of them all.

One description serves every host: classic Excel and Office.js through xlwings, which is imported
here and nowhere else; the VBA, LibreOffice and help writers through the registry. Called from
Python, a decorated function takes the same lists and answers the same values as in a cell: it
never raises.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import xlwings

from xlmargin.errors import MarginError
from xlmargin.excel.answers import Answer, refusal, to_cells
from xlmargin.excel.arguments import Argument
from xlmargin.excel.registration import refuse_unregistrable, summary

CATEGORY: Final = "xlmargin"
"""Where the function wizard lists the functions."""


class Returns(StrEnum):
    """Shape of an answer."""

    VALUE = "value"
    TABLE = "table"


@dataclass(frozen=True)
class WorksheetFunction:
    """What every host needs to know of a function."""

    name: str
    function: Callable[..., Answer]
    doc: str
    arguments: tuple[Argument, ...]
    returns: Returns
    category: str = CATEGORY


REGISTRY: Final[dict[str, WorksheetFunction]] = {}
"""Every worksheet function by its name, in the order of their definition."""


def worksheet_function(
    returns: Returns | None = None, /, **arguments: Argument
) -> Callable[[Callable[..., object]], Callable[..., Answer]]:
    """Make a function a worksheet function; each of its parameters is described by name.

    A function with a `headers` argument returns a table, any other one value, unless stated.
    Refused at once is whatever a host could not register.
    """

    def decorate(function: Callable[..., object]) -> Callable[..., Answer]:
        refuse_unregistrable(function, arguments)
        entry = WorksheetFunction(
            name=function.__name__,
            function=_safe(function, _described(function, arguments)),
            doc=summary(function),
            arguments=_described(function, arguments),
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


def _safe(
    function: Callable[..., object], arguments: tuple[Argument, ...]
) -> Callable[..., Answer]:
    """The function on arguments as hosts send them, answering what every host can show."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*positional: Any, **named: Any) -> Answer:
        try:
            bound = _bound(signature, positional, named)
            values = {a.name: a.value(bound[a.name]) for a in arguments if a.name in bound}
            return to_cells(function(**values))
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


def _registered(entry: WorksheetFunction) -> Callable[..., Answer]:
    """The function as xlwings knows it, where it runs in a spreadsheet program; else unchanged.

    Every argument comes as rows of cells, a single cell too, with errors as texts. The category is
    given last: describing an argument sets it back.
    """
    function = entry.function
    for argument in entry.arguments:
        described = xlwings.arg(argument.name, doc=argument.doc, ndim=2, err_to_str=True)
        function = described(function)
    return xlwings.func(category=entry.category)(function)
