"""The VBA module through which Excel calls the functions, with their help for the wizard.

xlwings writes such a module on "Import Functions", for which Excel must be told to trust access to
its projects. A workbook that brings the module along needs neither. It has the same name, so that
whoever does import the functions replaces it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.packaged import packaged_text

MODULE: Final = "xlwings_udfs"
PYTHON_MODULE: Final = "xlmargin.udfs"
"""The Python module whose functions are called."""

_DESCRIBED: Final = "    ' and then each of them"
"""The line of functions.bas in whose place the functions are described."""


def wrappers(functions: Iterable[WorksheetFunction]) -> str:
    """The module's text; lines end as VBA wants them.

    Each function is described by a procedure of its own: VBA compiles none of more than 64 KB.
    """
    functions = tuple(functions)
    described = "\n".join(f"    {_description_name(function)}" for function in functions)
    begin = packaged_text("xlmargin.hosts.classic", "functions.bas")
    parts = [begin.replace(_DESCRIBED, described)]
    for function in functions:
        parts += ["\n".join(_wrapper(function)), "\n".join(_description(function))]
    return "\n".join(parts).replace("\n", "\r\n")


def _wrapper(function: WorksheetFunction) -> Iterator[str]:
    """The function of the same name and arguments that calls Python."""
    name = function.name
    declared = ", ".join(
        f"Optional {argument.name}" if argument.optional else argument.name
        for argument in function.arguments
    )
    handed = ", ".join(argument.name for argument in function.arguments)
    yield f"Function {name}({declared})"
    yield f"Attribute {name}.VB_Description = {quoted(function.doc)}"
    yield "    If TypeOf Application.Caller Is Range Then On Error GoTo failed"
    yield f'    {name} = XLPy.CallUDF("{PYTHON_MODULE}", "{name}", Array({handed}), _'
    yield "        ThisWorkbook, Application.Caller)"
    yield "    Exit Function"
    yield "failed:"
    yield f"    {name} = XlmFailed(Err.Description)"
    yield "End Function\n"


def _description(function: WorksheetFunction) -> Iterator[str]:
    """The procedure that tells the wizard of the function; a line an argument."""
    yield f"Private Sub {_description_name(function)}()"
    yield "    Application.MacroOptions _"
    yield f'        Macro:="\'" & ThisWorkbook.Name & "\'!{function.name}", _'
    yield f"        Description:={quoted(function.doc)}, _"
    docs = ", _\n            ".join(quoted(argument.doc) for argument in function.arguments)
    more = f", _\n        ArgumentDescriptions:=Array( _\n            {docs})" if docs else ""
    yield f"        Category:={quoted(function.category)}{more}"
    yield "End Sub\n"


def _description_name(function: WorksheetFunction) -> str:
    return f"Describe_{function.name}"


def quoted(text: str) -> str:
    """Text as VBA writes it down."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
