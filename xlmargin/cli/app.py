"""The command `xlmargin`: which commands there are, their exit codes, their refusals."""

from __future__ import annotations

import ast
import math
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from functools import wraps
from importlib import import_module
from importlib.resources import files
from inspect import Parameter, Signature, signature
from io import TextIOWrapper
from types import FrameType
from typing import Annotated, Any, Final, NoReturn, TypeVar, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup

import xlmargin
from xlmargin.computing import time_limit
from xlmargin.defects import full_disk, internal_error
from xlmargin.errors import Interrupted, MarginError
from xlmargin.standard_output import claim, has_no_reader

MODULES: Final = {
    "demo": "report",
    "report": "report",
    "check": "reasons",
    "explain": "reasons",
    "rule": "reasons",
    "whatif": "what_if",
    "call": "call",
    "watch": "watch",
    "shadow": "shadow",
    "calc": "calc",
    "build-workbooks": "build_workbooks",
    "build-oxt": "calc",
    "build-xlam": "install",
    "help-page": "help_pages",
    "install": "install",
    "serve-excel": "install",
    "uninstall": "install",
    "doctor": "install",
    "mcp": "mcp",
    "import": "import_file",
    "export-occ": "export_occ",
    "official": "official",
    "market": "market",
    "market-groups": "market",
    "validate": "validate",
    "serve": "serve",
    "events": "events",
}
"""The module of each command, in the order in which help lists them."""

UNREAD = 1
SOME_FAILED = 3
TRADES_REFUSED = 4
WARNED = 5
ALERTED = 6
NOT_KNOWN = 7
INTERRUPTED = 130
"""Exit codes: the reader of the answer has ended; of many days or books some failed; the check
refuses trades; a watched figure is past its warning, past its alert, not known; Ctrl-C, as in
shells.
"""

SECONDS_TO_END = 10.0
"""How long what was interrupted may take to put things in order."""

_made: dict[str, typer.Typer] = {}
"""The commands whose modules are imported."""


class _Commands(TyperGroup):
    """The commands, each imported when it is called: most need the engine, which takes long.

    The types of contexts and commands are those of click, which some versions of typer hide.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        return [*MODULES]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command that is imported; of another what help says of it in the list of all."""
        if cmd_name in _made:
            return typer.main.get_command(_made[cmd_name])
        return TyperCommand(cmd_name, help=_docstring(cmd_name)) if cmd_name in MODULES else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first word names, its module imported."""
        if args[0] in MODULES:
            import_module(f"{__package__}.{MODULES[args[0]]}")
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Commands,
    help="Margin under both regimes from files of positions, as workbooks of live formulas.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    if version:
        typer.echo(f"xlmargin {xlmargin.__version__}")
        raise typer.Exit


_Work = TypeVar("_Work", bound=Callable[..., int | None])


def command(name: str | None = None, refused: int = 1) -> Callable[[_Work], _Work]:
    """Register a command, whose function answers its exit code; None is 0.

    A parameter that is a dataclass stands for its fields: options that several commands share.
    What the command refuses is said, all of it, on standard error; then the code is `refused`.
    """

    def register(work: _Work) -> _Work:
        own = [*_parameters(work)]
        types = ((p.name, p.annotation) for p in own if isinstance(p.annotation, type))
        shared = {name: fields for name, fields in types if is_dataclass(fields)}
        lists = {name: [*_parameters(fields)] for name, fields in shared.items()}

        @wraps(work)
        def run(**given: Any) -> None:
            for name, options in lists.items():
                given[name] = shared[name](**{o.name: given.pop(o.name) for o in options})
            try:
                code = work(**given)
            except (MarginError, OSError) as error:
                refuse(error, refused)
            if code:
                raise typer.Exit(code)

        options = [option for p in own for option in lists.get(p.name, [p])]
        run.__signature__ = Signature(options)  # type: ignore[attr-defined]
        run.__annotations__ = {option.name: option.annotation for option in options}
        called = name or work.__name__.replace("_", "-")
        _made[called] = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        _made[called].command(called)(run)
        return work

    return register


def commands() -> Mapping[str, Callable[..., object]]:
    """Every command's function by its name, all modules imported."""
    for module in MODULES.values():
        import_module(f"{__package__}.{module}")
    made = ((name, _made[name].registered_commands[0].callback) for name in MODULES)
    return {name: callback for name, callback in made if callback is not None}


def _parameters(of: Callable[..., object]) -> Iterator[Parameter]:
    """The parameters of a function or a dataclass with their types, each by keyword."""
    types = get_type_hints(of, include_extras=True)
    for parameter in signature(of).parameters.values():
        yield parameter.replace(annotation=types[parameter.name], kind=Parameter.KEYWORD_ONLY)


def _docstring(name: str) -> str:
    """What a command says of itself, read without importing its module."""
    text = files(__package__).joinpath(f"{MODULES[name]}.py").read_text(encoding="utf-8")
    for function in ast.parse(text).body:
        if isinstance(function, ast.FunctionDef):
            for call in map(ast.unparse, function.decorator_list):
                stated = re.match(r"command\(['\"]?([\w-]*)", call)
                if stated and name in (stated[1], function.name.replace("_", "-")):
                    return ast.get_docstring(function) or ""
    raise LookupError(name)


def refuse(error: MarginError | OSError, code: int = 1) -> NoReturn:
    """Say what is wrong, all of it, on standard error; nothing where no one reads any more."""
    from xlmargin.cli.terminal import complaint

    if isinstance(error, BrokenPipeError) and has_no_reader():
        raise typer.Exit(UNREAD) from error

    for line in complaint(error):
        typer.echo(line, err=True)
    raise typer.Exit(INTERRUPTED if isinstance(error, Interrupted) else code) from error


def main() -> None:
    """The command `xlmargin`."""
    if isinstance(sys.stderr, TextIOWrapper):
        sys.stderr.reconfigure(errors="replace")
    claim()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    try:
        with time_limit(math.inf):
            app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        if (full := full_disk(error)) is not None:
            sys.exit(f"Refused: {full}.")
        sys.exit(f"xlmargin failed: {internal_error(error)}.")
    finally:
        if _interrupted:
            signal.signal(signal.SIGINT, signal.SIG_IGN)


_interrupted: list[float] = []


def _interrupt(number: int, frame: FrameType | None) -> None:
    """End the work, as Ctrl-C does, but not by a second one what puts it in order."""
    now = time.monotonic()
    if not _interrupted or now > _interrupted[-1] + SECONDS_TO_END:
        _interrupted.append(now)
        raise KeyboardInterrupt
