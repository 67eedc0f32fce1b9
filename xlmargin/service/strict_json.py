"""JSON as it is taken: an object of UTF-8, of bounded depth, each key once, numbers finite."""

from __future__ import annotations

import json
import math
from typing import Any, Final, NoReturn

from xlmargin.service.problems import Refusal

MOST_DEPTH: Final = 16
"""Nested brackets; a range of records has three."""


class Malformed(Refusal):
    """What was sent is no JSON that is taken."""

    def __init__(self, says: str) -> None:
        super().__init__(400, f"JSON: {says}.")


def parsed(body: bytes) -> dict[str, Any]:
    """The object in a body; refused where it is none, or could be read in two ways."""
    try:
        text = body.decode("utf-8")
        found = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_finite,
            parse_int=_integer,
        )  # fmt: skip
        if _depth(found) > MOST_DEPTH:
            raise Malformed(f"found more than {MOST_DEPTH} nested brackets")
        if "\\u" in text:  # half of a surrogate pair is no text
            json.dumps(found, ensure_ascii=False).encode("utf-8")
    except Malformed:
        raise
    except (ValueError, RecursionError) as error:
        raise Malformed(f"{error}") from error
    if not isinstance(found, dict):
        raise Malformed("found no object, wanted an object of ranges")
    return found


def _depth(found: Any) -> int:
    """How many lists and objects are in one another."""
    if not isinstance(found, dict | list):
        return 0
    inside = found.values() if isinstance(found, dict) else found
    return 1 + max(map(_depth, inside), default=0)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise Malformed(f"found the key {twice!r} twice in one object")
    return found


def _constant(word: str) -> NoReturn:
    raise Malformed(f"found {word}, wanted a number")


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise Malformed(f"found {text[:20]}, wanted a number that can be held")
    return number


_LONGEST: Final = 19
"""Digits of the integers that stay so, such as the ids of other programs: others are floats."""


def _integer(text: str) -> int | float:
    return int(text) if len(text.lstrip("-")) <= _LONGEST else _finite(text)
