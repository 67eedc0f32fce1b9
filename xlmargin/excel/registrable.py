"""What some host could not register, refused when a worksheet function is defined.

xlwings finds some of it when a workbook is opened, some in the middle of a call, and VBA some only
when it compiles.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from xlmargin.excel.worksheet_function import Argument

LONGEST_DOC: Final = 255
"""Characters that Excel's function wizard shows of a description."""

MOST_NAMED: Final = 254
"""Arguments and characters of their names together, beyond which the wizard does not open."""

_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_CELL_ADDRESS: Final = re.compile(r"[A-Z]{1,3}\d+|R\d*|C\d*|R\d*C\d*")
_ARGUMENT_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")

_VBA: Final = """
    abs addressof and any array as boolean byref byte byval call case cbool cbyte ccur cdate cdbl
    cdec cint circle clng close cls const csng cstr currency cvar cverr date debug decimal declare
    dim do doevents double each else elseif empty end endif enum eqv erase event exit false fix for
    friend function get global gosub goto if imp implements in input inputb int integer is lbound
    len lenb let like lock long longlong longptr loop lset me mod new next not nothing null object
    on open option optional or paramarray preserve print private pset public put raiseevent redim
    rem resume return rset scale seek select set sgn shared single spc static step stop string sub
    tab then to true type typeof ubound unlock until variant wend while with withevents write xor
"""
VBA_WORDS: Final = frozenset(_VBA.split())
"""Words that VBA keeps for itself: as the name of an argument its wrapper does not compile."""


def summary(function: Callable[..., object]) -> str:
    """The first paragraph of a function's documentation, on one line; under `-OO` its name."""
    without = function.__name__ if sys.flags.optimize > 1 else ""
    return " ".join((inspect.getdoc(function) or without).split("\n\n")[0].split())


def refuse_unregistrable(
    function: Callable[..., object], arguments: Mapping[str, Argument]
) -> None:
    """Raise ValueError, with all reasons, if some host could not register the function."""
    if reasons := list(_reasons(function, arguments)):
        raise ValueError(f"{function.__name__} cannot be registered: {'; '.join(reasons)}")


def _reasons(function: Callable[..., object], arguments: Mapping[str, Argument]) -> Iterator[str]:
    parameters = inspect.signature(function).parameters
    yield from _of_name(function.__name__)
    if function.__annotations__:
        yield "it has type hints, which xlwings reads as converters"
    if not 0 < len(summary(function)) <= LONGEST_DOC:
        yield f"its documentation must begin with a paragraph of at most {LONGEST_DOC} characters"
    if set(parameters) != set(arguments):
        odd = ", ".join(sorted(set(parameters) ^ set(arguments)))
        yield f"parameters and descriptions differ in {odd}"
    if sum(len(name) + 1 for name in parameters) > MOST_NAMED:
        yield f"its arguments and their names have more than {MOST_NAMED} characters"
    for parameter in parameters.values():
        yield from _of_parameter(parameter)
    for name, argument in arguments.items():
        yield from _of_argument(name, argument, parameters)


def _of_name(name: str) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        yield "its name must be in capitals, digits and underscores"
    if _CELL_ADDRESS.fullmatch(name):
        yield "its name is the address of a cell"


def _of_parameter(parameter: inspect.Parameter) -> Iterator[str]:
    if parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD:
        yield f"{parameter.name} must be an ordinary parameter"
    if not _ARGUMENT_NAME.fullmatch(parameter.name):
        yield f"{parameter.name} must be named in small letters"
    if parameter.name in VBA_WORDS:
        yield f"{parameter.name} is a word of VBA"
    if parameter.name == "caller":
        yield "caller is a name that xlwings fills in itself"


def _of_argument(
    name: str, argument: Argument, parameters: Mapping[str, inspect.Parameter]
) -> Iterator[str]:
    if not 0 < len(argument.doc) <= LONGEST_DOC:
        yield f"{name} must be described in at most {LONGEST_DOC} characters"
    default = parameters[name].default if name in parameters else None
    if argument.kind.value == "range" and default not in (None, inspect.Parameter.empty):
        yield f"{name} is a range and can have no default but None"
