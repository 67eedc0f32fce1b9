"""Answers of the calls through the real classic xlwings, printed as JSON; see `fake_windows`."""

from __future__ import annotations

import json
import sys

from tests.hosts import fake_windows
from tests.hosts.calls import CALLS, LEFT_OUT, Range

MODULE = "tests.hosts.sample_functions"


def com_argument(argument: object) -> object:
    """An argument as Excel hands it to the COM server."""
    if isinstance(argument, Range):
        return fake_windows.FakeRange(argument.rows)
    return fake_windows.MISSING if argument == LEFT_OUT else argument


def full(function: object, arguments: list[object]) -> list[object]:
    """All arguments: VBA hands over each that is left out, also those at the end."""
    names = function.__xlfunc__["args"]  # type: ignore[attr-defined]
    return [*arguments, *[LEFT_OUT] * (len(names) - len(arguments))]


def main() -> None:
    """Print the answers, and the help texts that the function wizard gets."""
    fake_windows.install()
    from tests.hosts import sample_functions

    answers = [
        fake_windows.call(
            MODULE,
            name,
            [com_argument(a) for a in full(getattr(sample_functions, name), arguments)],
        )
        for name, arguments in CALLS
    ]
    wizard = {
        name: {
            "category": function.__xlfunc__["category"],
            "doc": function.__xlfunc__["ret"]["doc"],
            "arguments": [[a["name"], a["doc"]] for a in function.__xlfunc__["args"]],
        }
        for name, function in vars(sample_functions).items()
        if hasattr(function, "__xlfunc__")
    }
    json.dump({"answers": answers, "wizard": wizard}, sys.stdout)


if __name__ == "__main__":
    main()
