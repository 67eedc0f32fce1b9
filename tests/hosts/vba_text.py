"""VBA taken apart, as far as it is written here."""

from __future__ import annotations

import re

CONTINUED = " _\n"


def lines_of(module: str) -> list[str]:
    """The lines of a module with those that are continued as one."""
    return module.replace("\r\n", "\n").replace(CONTINUED, " ").split("\n")


def procedures(module: str) -> dict[str, list[str]]:
    """The lines of each procedure by its name, first and last included."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in lines_of(module):
        if begun := re.match(r"(?:Public |Private )?(?:Sub|Function) (\w+)\(", line.strip()):
            lines = found[begun[1]] = []
        lines.append(line)
        if line.strip() in ("End Sub", "End Function"):
            lines = []
    return found


def texts(line: str) -> list[str]:
    """The texts in quotes of a line, as VBA reads them."""
    return [found.replace('""', '"') for found in re.findall(r'"((?:[^"]|"")*)"', line)]


def code_only(line: str) -> str:
    """A line without its texts, and without a comment."""
    return re.sub(r'"(?:[^"]|"")*"', '""', line).partition("'")[0]
