"""Names that users type: what may be overridden, and what was probably meant by an unknown name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from xlmargin.errors import RulebookError
from xlmargin.rulebook.parameters import full_name, spelled
from xlmargin.rulebook.rule_sets import parameters


def parameter_names() -> tuple[str, ...]:
    """Every parameter of the rulebook, as `look_up` knows it."""
    return tuple(parameters())


@cache
def names_of_values() -> dict[str, tuple[str, str]]:
    """Parameter and key by the full name of the value: `valuation_range_up_stock`."""
    return {full_name(p.name, key): (p.name, key) for p in parameters().values() for key in p.keys}


@cache
def overridable_names() -> tuple[str, ...]:
    """Every value that a user's settings may raise, by its full name."""
    return tuple(
        full for full, (name, _) in names_of_values().items() if parameters()[name].overridable
    )


def is_overridable(name: str) -> bool:
    """Whether a user's setting of this name is a parameter that may be raised."""
    return spelled(name) in overridable_names()


def unknown(what: str, name: str, known: Iterable[str]) -> RulebookError:
    """The refusal of a name, with the names that come near it, or else all of them."""
    from difflib import get_close_matches

    all_names = tuple(known)
    near = get_close_matches(spelled(name), all_names) or all_names
    return RulebookError(f"{what}: found {name!r}, wanted {' or '.join(near)}.")
