"""The functions as an assistant's tools, asked by a real client over standard input and output."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp.types import CallToolResult, Tool

from tests.hosts.calls import LEFT_OUT, Range
from tests.hosts.example_calls import CALLS, bits, in_python
from xlmargin import udfs  # noqa: F401  (registers the functions)
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.assistants import server_of

REGISTERED = tuple(e for e in REGISTRY.values() if e.function.__module__ == "xlmargin.udfs")
SERVER = StdioServerParameters(
    command=str(Path(sys.executable).with_name("xlmargin")), args=["mcp"]
)
HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price"]
POSITIONS = [
    [*HEADINGS],
    ["XYZ", "stock", 200, None, None, 100.0],
    ["XYZ", "call", -2, 105, "2026-12-18", 2.1],
]
MARKET = [["symbol", "price"], ["XYZ", 100.0]]
SETTINGS = [["as_of", "2026-11-20"], ["rate", 0.04], ["cash", 1000.0]]
BOOK = {"positions": POSITIONS, "market": MARKET, "settings": SETTINGS}


def asked(server: Any, ask: Callable[[Client], Awaitable[Any]]) -> Any:
    async def ask_it() -> Any:
        async with Client(server) as client:
            return await ask(client)

    return asyncio.run(ask_it())


def called(name: str, **arguments: Any) -> CallToolResult:
    return asked(server_of(REGISTERED), lambda c: c.call_tool(name, arguments))


def text_of(result: CallToolResult) -> str:
    return "".join(getattr(part, "text", "") for part in result.content)


@pytest.mark.dependencies
def test_a_client_starts_the_command_and_is_answered_as_a_cell_is() -> None:
    """200 shares at 100, 50%: 10,000; the two calls are covered."""

    async def ask(client: Client) -> tuple[list[Tool], CallToolResult, CallToolResult]:
        tools = (await client.list_tools()).tools
        right = await client.call_tool("REGT_INITIAL", BOOK)
        wrong = await client.call_tool("REGT_INITIAL", {**BOOK, "settings": [["rat", 0.04]]})
        return tools, right, wrong

    tools, right, wrong = asked(stdio_client(SERVER), ask)
    assert [tool.name for tool in tools] == [entry.name for entry in REGISTERED]
    assert right.structured_content == {"answer": 10_000.0}
    assert json.loads(text_of(right)) == 10_000.0
    assert not right.is_error
    assert wrong.is_error
    assert "rat" in text_of(wrong)


def test_every_tool_is_described_by_a_schema_that_its_example_meets() -> None:
    async def tools(client: Client) -> list[Tool]:
        return (await client.list_tools()).tools

    described = {tool.name: tool for tool in asked(server_of(REGISTERED), tools)}
    assert set(described) == {entry.name for entry in REGISTERED}
    for name, tool in described.items():
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        required = [a.name for a in REGISTRY[name].arguments if not a.optional]
        assert tool.input_schema["required"] == required
        assert tool.description
        assert len(tool.input_schema["properties"]) == len(REGISTRY[name].arguments)


def test_every_example_is_answered_to_the_bit_as_in_python() -> None:
    """Ranges, dates and switches through JSON and back."""

    async def ask(client: Client) -> list[CallToolResult]:
        return [await client.call_tool(name, by_name(name, given)) for name, given in CALLS]

    answers = asked(server_of(REGISTERED), ask)
    assert len(answers) == len(CALLS) > 30
    for (name, given), found in zip(CALLS, answers, strict=True):
        assert not found.is_error, (name, text_of(found))
        answer = (found.structured_content or {})["answer"]
        rows = answer if isinstance(answer, list) else [[answer]]
        assert bits(rows) == bits(in_python(name, given)), name


def by_name(name: str, given: list[object]) -> dict[str, object]:
    """The arguments of an example by name, dates as texts."""

    def cell(value: object) -> object:
        return value.isoformat() if isinstance(value, dt.date) else value

    def value(argument: object) -> object:
        if isinstance(argument, Range):
            return [[cell(c) for c in row] for row in argument.rows]
        return cell(argument)

    names = [argument.name for argument in REGISTRY[name].arguments]
    pairs = zip(names, given, strict=False)
    return {key: value(argument) for key, argument in pairs if argument != LEFT_OUT}


def test_records_are_rows_with_their_keys_as_headings() -> None:
    records = [
        {"symbol": "XYZ", "type": "stock", "quantity": 200},
        {"symbol": "XYZ", "type": "call", "quantity": -2, "strike": 105, "expiration": "2026-12-18",
         "price": 2.1},
    ]  # fmt: skip
    found = called("REGT_INITIAL", **{**BOOK, "positions": records})
    assert found.structured_content == {"answer": 10_000.0}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"positions": [*POSITIONS, ["XYZ", "cal", 1, 105, "2026-12-18", 2.1]]}, "row 4, type"),
        ({"positions": [*POSITIONS, {"symbol": "XYZ"}]}, "positions: found records and rows"),
        ({"positions": [[HEADINGS, [[[1]]]]]}, "positions"),
        ({"position": POSITIONS}, "position: not known here, wanted positions, market"),
        ({"market": "=cmd()"}, "market"),
    ],
)
def test_what_is_refused_is_an_error_that_says_what_to_mend(
    change: dict[str, Any], says: str
) -> None:
    found = called("REGT_INITIAL", **{**BOOK, **change})
    assert found.is_error
    assert text_of(found).startswith("#XLM! ")
    assert says in text_of(found)
    assert found.structured_content is None


def test_an_unknown_tool_is_refused_with_the_known_ones() -> None:
    found = called("MARGIN_INVENTED")
    assert found.is_error
    assert "MARGIN_INVENTED" in text_of(found)
    assert "REGT_INITIAL" in text_of(found)


def test_nothing_of_it_is_imported_where_no_assistant_asks() -> None:
    code = "import sys, xlmargin.udfs, xlmargin.cli; print('mcp' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
