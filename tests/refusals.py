"""Where a refusal is, and of what kind: what tests hold of one, whatever the words around it."""

from __future__ import annotations

import re

from xlmargin.errors import REFUSED, MarginError, Problem, Severity

Place = tuple[str, int, str]
"""Range, row and column: row 0 is the whole range, column "" all of the row."""

_SAID = re.compile(
    r"(?P<range>[^,:]+)(, row (?P<row>\d+))?(, (?P<column>[^:]+))?: (?P<found>.*?)"
    r"(, wanted (?P<wanted>.*))?",
    re.DOTALL,
)


def assert_refused(said: object, place: Place, kind: str) -> None:
    """A problem, an error, or a refusal in a cell, is at a place; of what is wanted it says `kind`.

    One that wants nothing says it of what was found.
    """
    assert isinstance(said, str | Problem | MarginError), said
    assert not isinstance(said, str) or said.startswith(REFUSED), said
    assert not isinstance(said, Problem) or said.severity is Severity.ERROR, said
    told = _SAID.fullmatch(str(said).removeprefix(REFUSED))
    assert told, said
    assert (told["range"], int(told["row"] or 0), told["column"] or "") == place, said
    assert kind
    assert kind in (told["wanted"] or told["found"]), said
