"""Assistants on standard input and output."""

from __future__ import annotations

from xlmargin.cli.app import command
from xlmargin.cli.registered import registered
from xlmargin.errors import MarginError


@command()
def mcp() -> None:
    """Answer an assistant on standard input and output: each worksheet function is a tool.

    It speaks the Model Context Protocol, for which it needs the extra `mcp`.
    """
    try:
        from xlmargin.hosts.assistants import serve
    except ImportError as error:
        raise MarginError(
            "Assistants need the package mcp: python -m pip install 'mcp>=2,<3'."
        ) from error

    serve(registered())
