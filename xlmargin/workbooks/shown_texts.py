"""How pages show a text of an answer: in words, as the number that it is, or a part of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.formulas_sheet import NONE
from xlmargin.workbooks.sentences import as_written, first_letter

ALL_ACCOUNTS: Final = "All accounts"
_TOTAL, _NOT_GIVEN = "total", "missing"

_SIGNED: Final = {
    "●": ("met", "accepted", "reaches the target", "agrees", "not ours"),
    "▲": ("missing", "unknown", "frees nothing", "differs", "stale"),
    "■": ("not met", "refused", "overdue"),
}
"""Words of answers that say a state, by its sign."""

Shown = tuple[str, AnswerValue]
"""A formula and what it finds."""


def _in_words(cell: str, value: AnswerValue) -> Shown:
    return (first_letter(cell), as_written(value)) if isinstance(value, str) else (cell, value)


def _signed(cell: str, value: AnswerValue) -> Shown:
    """A word that says a state, behind the sign of that state."""
    formula, shown = '""', ""
    for sign, words in _SIGNED.items():
        listed = ",".join(f'{cell}="{word}"' for word in words)
        formula = f'IF(OR({listed}),"{sign} ",{formula})'
        shown = f"{sign} " if value in words else shown
    words_, said = _in_words(cell, str(value))
    return f"{formula}&{words_}", f"{shown}{said}"


def compared(cell: str, value: AnswerValue) -> Shown:
    """A state of a broker's figure; none where it gives none."""
    formula, said = _signed(cell, value)
    return f'IF({cell}="{_NOT_GIVEN}","{NONE}",{formula})', NONE if value == _NOT_GIVEN else said


def _number_or_state(cell: str, value: AnswerValue) -> Shown:
    formula, said = _signed(cell, value)
    return f"IF(ISNUMBER({cell}),{cell},{formula})", value if isinstance(value, float) else said


def _number_or_words(cell: str, value: AnswerValue) -> Shown:
    return f"IF(ISNUMBER({cell}),{cell},{first_letter(cell)})", _in_words(cell, value)[1]


def _whose(cell: str, value: AnswerValue) -> Shown:
    """An account, or all of them together."""
    shown = ALL_ACCOUNTS if value == _TOTAL else value
    return f'IF({cell}="{_TOTAL}","{ALL_ACCOUNTS}",{cell})', shown


def _number(cell: str, value: AnswerValue) -> Shown:
    """The number that a text is, "-15.00%", whatever the program's language; else the text."""
    found = _read(str(value))
    return f'IF({cell}="","",IFERROR({value_of(cell)},{cell}))', value if found is None else found


def _first(cell: str, value: AnswerValue) -> Shown:
    """The number that a text begins with, "-8% +6%"; the whole text where it begins otherwise."""
    found = _read(str(value).partition(" ")[0])
    return (
        f'IF({cell}="","",IFERROR({value_of(_before(cell))},{cell}))',
        value if found is None else found,
    )


def _second(cell: str, value: AnswerValue) -> Shown:
    """The number behind the first blank; nothing where there is none."""
    found = _read(str(value).partition(" ")[2])
    return f'IFERROR({value_of(_behind(cell))},"")', "" if found is None else found


def _quantity(cell: str, value: AnswerValue) -> Shown:
    """How many of what a label names, "-40 AAPL ..." or "one: -40 AAPL ..."; else nothing."""
    found = _read(_parts(str(value))[1].partition(" ")[0])
    held = _behind_account(cell)
    return f'IFERROR({value_of(_before(held))},"")', "" if found is None else found


def _name(cell: str, value: AnswerValue) -> Shown:
    """What a label names, behind its account, without how many of it."""
    account, held = _parts(str(value))
    first, _, rest = held.partition(" ")
    named = _behind_account(cell)
    of = f"ISNUMBER({value_of(_before(named))})"
    whose = f'IFERROR(LEFT({cell},SEARCH("{_OF}",{cell})+1),"")'
    formula = f"IF({of},{whose}&{_behind(named)},{cell})"
    return formula, value if _read(first) is None else f"{account}{rest}"


def _cited(cell: str, value: AnswerValue) -> Shown:
    """The paragraph that a rule begins with, without what it says."""
    return f'IFERROR(LEFT({cell},SEARCH(": ",{cell})-1),{cell})', str(value).partition(": ")[0]


_OF: Final = ": "
"""What stands between an account and what it holds, in labels of a book of several."""


def _parts(label: str) -> tuple[str, str]:
    """The account of a label with the sign behind it, "" where it names none; and the rest."""
    account, sign, held = label.partition(_OF)
    return (account + sign, held) if sign else ("", label)


def _behind_account(cell: str) -> str:
    return f'IFERROR(MID({cell},SEARCH("{_OF}",{cell})+2,255),{cell})'


def _before(cell: str) -> str:
    return f'LEFT({cell},SEARCH(" ",{cell})-1)'


def _behind(cell: str) -> str:
    return f'MID({cell},SEARCH(" ",{cell})+1,255)'


def value_of(text: str) -> str:
    """A text as a number, written as answers write it: VALUE would read it in the own language."""
    return f'_xlfn.NUMBERVALUE({text},".",",")'


def _read(text: str) -> float | None:
    digits = text.replace(",", "").removesuffix("%")
    try:
        number = float(digits)
    except ValueError:
        return None
    return number / 100 if text.endswith("%") else number


SHOWN_AS: Final[Mapping[str, Callable[[str, AnswerValue], Shown]]] = {
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
