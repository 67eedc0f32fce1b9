"""How pages show a text of an answer: in words, as the number that it is, or a part of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from xlmargin.rulebook import house_names
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.figures import NONE, Figure, constant, sentence

ALL_ACCOUNTS: Final = "All accounts"
_TOTAL, _NOT_GIVEN = "total", "missing"

_SIGNS: Final = {
    "●": ("met", "accepted", "reaches the target", "agrees", "not ours"),
    "▲": ("missing", "unknown", "frees nothing", "differs", "stale"),
    "■": ("not met", "refused", "overdue"),
}
"""Words of answers that say a state, by its sign."""


def _in_words(cell: Figure) -> Figure:
    return xl.in_words(cell) if isinstance(cell.value, str) else cell


def _signed(cell: Figure) -> Figure:
    """A word that says a state, behind the sign of that state."""
    sign = constant("")
    for shown, words in _SIGNS.items():
        sign = xl.IF(xl.OR(*map(cell.equals, words)), f"{shown} ", sign)
    return sentence(sign, xl.in_words(cell))


def compared(cell: Figure) -> Figure:
    """A state of a broker's figure; none where it gives none."""
    return xl.IF(cell.equals(_NOT_GIVEN), NONE, _signed(cell))


def _number_or_state(cell: Figure) -> Figure:
    return xl.IF(xl.ISNUMBER(cell), cell, _signed(cell))


def _number_or_words(cell: Figure) -> Figure:
    return xl.IF(xl.ISNUMBER(cell), cell, xl.in_words(cell))


def _whose(cell: Figure) -> Figure:
    """An account, or all of them together."""
    return xl.IF(cell.equals(_TOTAL), ALL_ACCOUNTS, cell)


def _number(cell: Figure) -> Figure:
    """The number that a text is, "-15.00%", whatever the program's language; else the text."""
    return xl.IF(cell.equals(""), "", xl.IFERROR(xl.read_number(cell), cell))


def _first(cell: Figure) -> Figure:
    """The number that a text begins with, "-8% +6%"; the whole text where it begins otherwise."""
    return xl.IF(cell.equals(""), "", xl.IFERROR(xl.read_number(_before(cell)), cell))


def _second(cell: Figure) -> Figure:
    """The number behind the first blank; nothing where there is none."""
    return xl.IFERROR(xl.read_number(_behind(cell)), "")


def _quantity(cell: Figure) -> Figure:
    """How many of what a label names, "-40 AAPL ..." or "one: -40 AAPL ..."; else nothing."""
    return xl.IFERROR(xl.read_number(_before(_behind_account(cell))), "")


def _name(cell: Figure) -> Figure:
    """What a label names, behind its account, without how many of it."""
    named = _behind_account(cell)
    whose = xl.IFERROR(xl.LEFT(cell, xl.SEARCH(_OF, cell) + 1), "")
    without = sentence(whose.of_kind("text"), _behind(named).of_kind("text"))
    return xl.IF(xl.ISNUMBER(xl.read_number(_before(named))), without, cell)


def _cited(cell: Figure) -> Figure:
    """The paragraph that a rule begins with, without what it says."""
    return xl.IFERROR(xl.LEFT(cell, xl.SEARCH(_OF, cell) - 1), cell)


_OF: Final = ": "
"""What stands between an account and what it holds, in labels of a book of several."""


def _behind_account(cell: Figure) -> Figure:
    return xl.IFERROR(xl.MID(cell, xl.SEARCH(_OF, cell) + 2, 255), cell)


def _before(cell: Figure) -> Figure:
    return xl.LEFT(cell, xl.SEARCH(" ", cell) - 1)


def _behind(cell: Figure) -> Figure:
    return xl.MID(cell, xl.SEARCH(" ", cell) + 1, 255)


OUT_OF_TEXTS: Final = frozenset({"point", "down", "up", "held"})
"""Kinds of quantity that are numbers out of a text."""
SIGNED: Final = frozenset({"signed", "behind", "broker_state"})
"""Kinds of texts that stand behind figures."""
SHOWN_AS: Final[Mapping[str, Callable[[Figure], Figure]]] = {
    "words": _in_words,
    "behind": _in_words,
    "fact": _number_or_words,
    "verdict": _number_or_state,
    "signed": _signed,
    "broker_state": compared,
    "whose": _whose,
    "point": _number,
    "down": _first,
    "up": _second,
    "held": _quantity,
    "name": _name,
    "cited": _cited,
}
"""How each kind of quantity whose answer is a text is shown."""

_HOUSES: Final = {
    "etrade": "E*TRADE", "ibkr_like": "IBKR, likeness", "tastytrade_calm": "Tastytrade, calm",
    "tastytrade_stressed": "Tastytrade, stressed",
}  # fmt: skip


def house_read(name: str) -> str:
    """A house as people read it."""
    return _HOUSES.get(name, xl.as_written(name))


def house_in(cell: Figure) -> Figure:
    """The house whose name is in a cell, as people read it."""
    names = house_names()
    known, read = (",".join(f'"{n}"' for n in some) for some in (names, map(house_read, names)))
    found = f"INDEX({{{read}}},1,MATCH({cell.formula},{{{known}}},0))"
    return Figure(f"IFERROR({found},{cell.formula})", house_read(str(cell.value)), "text")
