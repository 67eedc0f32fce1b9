"""The worksheet functions as tools of the Model Context Protocol, for assistants that compute.

An assistant asks over standard input and output; each function is a tool, whose schema is the
function's own description. A range comes as rows of cells, headings first, or as records; an answer
goes as a cell shows it, and a refusal as an error with the same text.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from typing import Any, Final

import anyio
import anyio.to_thread
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)

import xlmargin
from xlmargin.cells.problems import refusal
from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import ArgumentKind, Returns, WorksheetFunction

INSTRUCTIONS: Final = (
    "Margin of positions in US stocks, funds and listed options under portfolio margin and under"
    " strategy-based rules. Ranges are rows of cells with headings in the first row, or records."
    " Give what is held and known, and nothing invented: what is missing refuses, with the range,"
    " the row, the column and what is wanted there. XLM_CHECK lists all problems and all that was"
    " assumed. Amounts are US dollars; dates are ISO texts, and serial days of a sheet in answers."
)
"""What an assistant reads before it calls."""

_CELL: Final = {"type": ["string", "number", "boolean", "null"]}
_ROWS: Final = {"type": "array", "items": {"type": "array", "items": _CELL}}
_RECORDS: Final = {"type": "array", "items": {"type": "object", "additionalProperties": _CELL}}
_OF_KIND: Final[Mapping[ArgumentKind, Mapping[str, Any]]] = {
    ArgumentKind.RANGE: {"anyOf": [_ROWS, _RECORDS]},
    ArgumentKind.VALUES: {"anyOf": [_CELL, _ROWS]},
    ArgumentKind.TEXT: {"type": "string"},
    ArgumentKind.NUMBER: {"type": "number"},
    ArgumentKind.SWITCH: {"type": "boolean"},
    ArgumentKind.DATE: {"type": ["string", "number"]},
}
"""What an argument may be, as JSON schema."""


def serve(functions: Sequence[WorksheetFunction]) -> None:
    """Answer on standard input and output until the assistant closes it."""
    anyio.run(_serve, server_of(functions))


async def _serve(server: Server[Any]) -> None:
    out = TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="\n")
    async with stdio_server(stdout=anyio.wrap_file(out)) as (requests, answers):
        await server.run(requests, answers, server.create_initialization_options())


def server_of(functions: Sequence[WorksheetFunction]) -> Server[Any]:
    """The server whose tools are these functions."""
    by_name = {function.name: function for function in functions}
    tools = [tool_of(function) for function in functions]

    async def list_tools(
        context: ServerRequestContext[Any], page: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=tools)

    async def call_tool(
        context: ServerRequestContext[Any], call: CallToolRequestParams
    ) -> CallToolResult:
        return await anyio.to_thread.run_sync(answer, by_name, call.name, call.arguments or {})

    return Server(
        "xlmargin",
        version=xlmargin.__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def tool_of(function: WorksheetFunction) -> Tool:
    """The function as a tool: its arguments are required unless they may be left out."""
    return Tool(
        name=function.name,
        description=function.doc,
        input_schema={
            "type": "object",
            "properties": {
                a.name: {**_OF_KIND[a.kind], "description": a.doc} for a in function.arguments
            },
            "required": [a.name for a in function.arguments if not a.optional],
            "additionalProperties": False,
        },
        output_schema={
            "type": "object",
            "properties": {"answer": _ROWS if function.returns is Returns.TABLE else _CELL},
            "required": ["answer"],
        },
        annotations=ToolAnnotations(read_only_hint=True, idempotent_hint=True),
    )


def answer(
    functions: Mapping[str, WorksheetFunction], name: str, arguments: Mapping[str, Any]
) -> CallToolResult:
    """The answer of a call, or its refusal as an error that says what to mend."""
    try:
        if (function := functions.get(name)) is None:
            raise MarginError(f"function: found '{name}', wanted one of {', '.join(functions)}.")
        found = {"answer": function.answer(arguments)}
    except Exception as error:
        return CallToolResult(content=[TextContent(text=refusal(error))], is_error=True)
    text = TextContent(text=json.dumps(found["answer"], allow_nan=False))
    return CallToolResult(content=[text], structured_content=found)
