"""The VBA module through which Excel calls the functions, with their help for the wizard.

xlwings writes such a module on "Import Functions", for which Excel must be told to trust access to
its projects. A workbook that brings the module along needs neither. It has the same name, so that
whoever does import the functions replaces it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from xlmargin.excel.worksheet_function import WorksheetFunction

MODULE: Final = "xlwings_udfs"
PYTHON_MODULE: Final = "xlmargin.udfs"
"""The Python module whose functions are called."""

_HEADER: Final = f"""\
Attribute VB_Name = "{MODULE}"
' Worksheet functions of xlmargin. Made from their Python definitions: changes are lost.
Option Explicit

Public Sub XlmDescribeFunctions()
    ' Tells the function wizard of each function. A hidden add-in must not be one meanwhile.
    Dim isAddIn As Boolean
    On Error Resume Next
    isAddIn = ThisWorkbook.IsAddin
    If isAddIn Then ThisWorkbook.IsAddin = False
"""
_AFTER_DESCRIPTIONS: Final = """\
    If isAddIn Then ThisWorkbook.IsAddin = True
End Sub
"""
_FAILED: Final = """\
Private Function XlmFailed(reason As String) As String
    ' Why Python could not be called, in one sentence with the command that mends it.
    Dim python As String
    On Error Resume Next
    python = GetConfig("INTERPRETER_WIN", "")
    If Dir(python) = "" Then
        XlmFailed = "#XLM! found no Python " & python & _
            ": install xlmargin there, or run xlmargin install --python PATH"
    ElseIf InStr(reason, "Could not load") > 0 Then
        XlmFailed = "#XLM! the library by which Excel starts Python does not load" & _
            ": run xlmargin doctor"
    ElseIf InStr(reason, "process") > 0 Or InStr(reason, "COM server") > 0 Then
        XlmFailed = "#XLM! Excel could not start Python: run xlmargin doctor; where no program" & _
            " may be started, xlmargin install --served and xlmargin serve-excel"
    Else
        XlmFailed = "#XLM! Excel could not call Python: run xlmargin doctor. " & reason
    End If
    XlmFailed = Left$(XlmFailed, 255)
End Function

"""


def wrappers(functions: Iterable[WorksheetFunction]) -> str:
    """The module's text; lines end as VBA wants them.

    Each function is described by a procedure of its own: VBA compiles none of more than 64 KB.
    """
    functions = tuple(functions)
    described = [f"    {_description_name(function)}" for function in functions]
    parts = [_HEADER + "\n".join(described) + "\n" + _AFTER_DESCRIPTIONS, _FAILED]
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
