"""Cells: what a host, a file or a frame hands over as values and words, and what is handed back.

Excel over COM sends floats, dates, `Decimal` for currency cells and negative integers for errors;
Office.js sends whole numbers as `int` and empty cells as ""; pandas and numpy send their own types.
As values they are alike, a number, a text or nothing: an empty cell is None, TRUE is the text
"TRUE", a date is its serial day, a time the fraction of it, and an error is its text, such as
"#N/A": never an empty cell. In texts the blanks, signs and letters that look alike are one.

In words and headings case, spaces, underscores, hyphens and other signs make no difference ("Exp.
Date", "exp_date", "ExpDate"); a percent sign does, because a column in percent is not a column of
fractions, and so do the sign of another currency, and a minus that turns the column round.

What goes back into a cell is never NaN, None, infinite, or of a type that some host does not know.
No value - NaN - is the text "#N/A", which Office.js turns into the real error; nothing is "".
"""

from __future__ import annotations

import datetime as dt
import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any, Final, Generic, TypeAlias, TypeGuard, TypeVar

import numpy as np

from xlmargin.dates import date_of, serial_of

Cell: TypeAlias = object
"""A cell as a host hands it over: anything at all."""

Cells: TypeAlias = object
"""A range as a host hands it over: rows, an array, a data frame, one cell, or nothing."""

CellValue: TypeAlias = float | str | None
CellRows: TypeAlias = list[Sequence[Cell]]

TableCell: TypeAlias = str | float | bool | None
"""A cell of a table that we make or read of a file: a date of a text stays text, one of a workbook
is its serial day.
"""

TableRows: TypeAlias = list[list[TableCell]]

ERROR_OF_CODE: Final = {
    -2146826288: "#NULL!",
    -2146826281: "#DIV/0!",
    -2146826273: "#VALUE!",
    -2146826265: "#REF!",
    -2146826259: "#NAME?",
    -2146826252: "#NUM!",
    -2146826246: "#N/A",
    -2146826245: "#GETTING_DATA",
    -2146826243: "#SPILL!",
    -2146826242: "#CONNECT!",
    -2146826241: "#BLOCKED!",
    -2146826240: "#UNKNOWN!",
    -2146826239: "#FIELD!",
    -2146826238: "#CALC!",
}
"""Error cells as COM sends them."""

_ERROR: Final = re.compile(
    "(?:" + "|".join(map(re.escape, ERROR_OF_CODE.values())) + r")(?: .*)?|Err:\d{3}", re.IGNORECASE
)
"""An error cell as text: #REF!, the "#N/A Invalid Security" of a data vendor, Calc's Err:502."""

NOTHING_WORDS: Final = frozenset(["--", "---", "n/a", "not applicable"])
"""What brokers print where there is nothing."""

_LONGEST_SHOWN: Final = 40

_DAY: Final = dt.date(2000, 1, 1)
"""Any day: the time of day is the fraction of it that has passed."""


def _alike() -> dict[int, str]:
    """What each sign stands for that only looks different: blanks, dashes, quotes, wide letters."""
    alike = {
        code: {"Zs": " ", "Cf": "", "Pd": "-"}[kind]
        for code in range(128, 0x10000)
        if (kind := unicodedata.category(chr(code))) in ("Zs", "Cf", "Pd")
    }
    alike |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    return alike | dict.fromkeys((0x2212, 0xFE63), "-") | dict.fromkeys(map(ord, "‘’‛′´`"), "'")


_ALIKE: dict[int, str] = {}


def clean_text(text: str) -> str:
    r"""A text without what means nothing: blanks around it, odd blanks, dashes, quotes, digits.

    >>> clean_text("SPY\u00a0 261218C00500000"), clean_text("\u22125"), clean_text("\uff11")
    ('SPY  261218C00500000', '-5', '1')
    """
    if text.isascii():
        return text.strip()
    if not _ALIKE:
        _ALIKE.update(_alike())
    return text.translate(_ALIKE).strip()


class Day(float):
    """The serial day of a cell that holds a date: a number only where a date is wanted.

    No number is equal to it: a column that holds both has two cells.
    """

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Day) and float.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = float.__hash__


def to_value(cell: Cell) -> CellValue:
    """One cell as a float, a text without blanks around it, or None where it is empty."""
    if cell is None or isinstance(cell, Day):
        return cell
    if isinstance(cell, str):
        text = clean_text(str(cell)) or None
        return text.upper() if text and is_error(text) else text
    if isinstance(cell, bool | np.bool_):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.date):
        return Day(serial_of(cell)) if cell == cell else None
    if isinstance(cell, dt.time):
        return serial_of(dt.datetime.combine(_DAY, cell)) % 1.0
    if isinstance(cell, dt.timedelta):
        return cell.total_seconds() / 86_400 if cell == cell else None
    if isinstance(cell, int | float | Decimal | np.integer | np.floating):
        return _number(cell)
    if isinstance(cell, np.datetime64):
        return to_value(cell.astype("datetime64[us]").item())
    return f"<{type(cell).__name__}>"


def _number(number: Any) -> CellValue:
    if isinstance(number, int) and number in ERROR_OF_CODE:
        return ERROR_OF_CODE[number]
    try:
        value = float(number)
    except (OverflowError, ValueError):
        return "<number too large>"
    return None if math.isnan(value) else value


def rows_of(cells: Cells) -> CellRows:
    """A range as a list of rows; a lone cell is one row of one, what is left out has no rows."""
    frame: Any = cells
    if cells is None:
        return []
    if hasattr(cells, "columns") and hasattr(cells, "astype"):
        values = frame.astype(object).where(frame.notna(), None).to_numpy(dtype=object)
        return [list(frame.columns), *values.tolist()]
    if isinstance(cells, Mapping):
        return [list(item) for item in cells.items()]
    listed = _listed(cells)
    if not isinstance(listed, list | tuple):
        return [[listed]]
    if set(map(type, listed)) <= {list}:
        return list(listed)
    rows = [row if type(row) is list else _listed(row) for row in listed]
    if any(isinstance(row, list | tuple) for row in rows):
        return [row if isinstance(row, list | tuple) else [row] for row in rows]
    return [rows] if rows else []


def _listed(cells: Cells) -> Cells:
    if isinstance(cells, np.ndarray):
        microseconds = cells.dtype.kind == "M"
        return (cells.astype("datetime64[us]") if microseconds else cells).tolist()
    if isinstance(cells, range) or _is_series(cells):
        return list(cells)
    return cells


def _is_series(cells: Cells) -> TypeGuard[Iterable[Cell]]:
    return hasattr(cells, "tolist") and not isinstance(cells, np.generic)


def even(rows: Sequence[Sequence[TableCell]], width: int | None = None) -> TableRows:
    """Rows of one length, with blank cells at the end of short ones."""
    width = max(map(len, rows), default=0) if width is None else width
    return [[*row, *[None] * (width - len(row))] for row in rows]


def is_error(cell: CellValue) -> bool:
    """Whether the cell holds an error of the spreadsheet, such as #REF!."""
    return isinstance(cell, str) and cell[:1] in "#eE" and bool(_ERROR.fullmatch(cell))


def is_nothing(cell: CellValue) -> bool:
    """Whether the cell is empty or says that there is nothing: "--", "n/a"."""
    return cell is None or (isinstance(cell, str) and cell.casefold() in NOTHING_WORDS)


def text_of(cell: CellValue) -> str:
    """The text of a cell that holds a name: a number without its decimals, "" where empty."""
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return cell or ""


_LAST_DAY: Final = serial_of(dt.date.max)
"""The last moment of it rounds to a serial day beyond."""


def shown(cell: CellValue) -> str:
    """A cell as a message shows it: 'putt', 12.5, nothing, the error #N/A."""
    if cell is None:
        return "nothing"
    if isinstance(cell, Day):
        return f"the date {date_of(min(cell, _LAST_DAY))}"
    if isinstance(cell, float):
        return f"{cell:.10g}"
    if is_error(cell):
        return f"the error {cell}"
    return _cut(repr(_cut(cell, _LONGEST_SHOWN)), 2 * _LONGEST_SHOWN)


def label(text: str) -> str:
    """A heading or name as a message shows it: on one line, and not too long."""
    printable = "".join(c if c.isprintable() else " " for c in text[: 2 * _LONGEST_SHOWN])
    return _cut(" ".join(printable.split()), _LONGEST_SHOWN)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."


AnswerValue: TypeAlias = str | float | bool
"""What a cell of an answer holds."""

FunctionAnswer: TypeAlias = AnswerValue | list[list[AnswerValue]]

LONGEST_TEXT: Final = 255
"""Characters that Excel takes in a text inside an array; a longer one loses the whole array."""

NO_VALUE: Final = "#N/A"


def to_cells(answer: object) -> FunctionAnswer:
    """An answer as a host shows it: one value, or rows of equal length, at least one by one."""
    if isinstance(answer, np.ndarray):
        answer = answer.tolist()
    if not isinstance(answer, list | tuple):
        return to_cell(answer)
    rows: Sequence[Sequence[Any]] = answer
    if not {list, tuple}.issuperset(map(type, answer)):
        rows = [_row(row) for row in answer]
    widths = set(map(len, rows))
    width = max(widths, default=0)
    if not width:
        return [[""]]
    if len(widths) > 1:
        rows = [[*row, *[""] * (width - len(row))] for row in rows]
    columns = map(_column, zip(*rows, strict=True))
    return list(map(list, zip(*columns, strict=True)))


def _row(row: object) -> Sequence[Any]:
    if isinstance(row, np.ndarray):
        row = row.tolist()
    return row if isinstance(row, list | tuple) else [row]


def _column(column: tuple[Any, ...]) -> Sequence[AnswerValue]:
    """A column as cells hold it: as it is, where it has texts alone, or numbers below a heading."""
    below = column[1:] if type(column[0]) is str and len(column[0]) <= LONGEST_TEXT else column
    kinds = set(map(type, below))
    if (kinds == {float} and math.isfinite(sum(below))) or (
        kinds == {str} and max(map(len, below)) <= LONGEST_TEXT
    ):
        return column
    return [
        v
        if (type(v) is float and -math.inf < v < math.inf)
        or (type(v) is str and len(v) <= LONGEST_TEXT)
        else to_cell(v)
        for v in column
    ]


def to_cell(value: object) -> AnswerValue:
    """One value as a cell holds it; NaN and infinity are no value, None is an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, str):
        return _cut_text(value)
    if isinstance(value, int | float | np.integer | np.floating):
        return _finite(value)
    if isinstance(value, dt.date):
        return serial_of(value) if value == value else NO_VALUE
    return _cut_text(str(value))


def _cut_text(value: str) -> str:
    """A text as long as a cell of an array takes; one that is cut says so."""
    if len(value) <= LONGEST_TEXT:
        return str(value)
    return f"{value[: LONGEST_TEXT - 1].rstrip()}\u2026"


def _finite(value: Any) -> AnswerValue:
    try:
        number = float(value)
    except OverflowError:
        return NO_VALUE
    return number if -math.inf < number < math.inf else NO_VALUE


_SIGNS: Final = re.compile(r"[^\w%€£¥]|_")
_TURNED: Final = re.compile(r"^\s*[-\u2212]|\([-\u2212]\)")

_DOLLARS: Final = re.compile(r"\b(?:US\$|USD|US dollars?)(?!\w)", re.IGNORECASE)
"""Words in a heading that say no more than $."""

_TENOR: Final = re.compile(r"(?P<n>\d{1,5})[\s_-]*(?P<unit>d|day|w|week|m|month|y|year)s?")
_E = TypeVar("_E", bound=Enum)


def normalized(text: str) -> str:
    """A word or heading without what makes no difference: "Exp. Date" is "expdate"."""
    return _SIGNS.sub("", text.casefold())


@dataclass(frozen=True)
class Words(Generic[_E]):
    """The words for the members of an enumeration; the first of each is its own."""

    of_member: Mapping[_E, tuple[str, ...]]

    @cached_property
    def members(self) -> tuple[_E, ...]:
        """The members, in order: a column of words is read into indexes of these."""
        return tuple(self.of_member)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {
            normalized(word): i for i, words in enumerate(self.of_member.values()) for word in words
        }

    def index(self, cell: CellValue) -> int:
        """The index of the member that a cell means, -2 where it means none."""
        return self._index.get(normalized(text_of(cell)), -2)

    def read(self, cell: CellValue) -> _E | None:
        """The member that a cell means, None where it means none."""
        index = self.index(cell)
        return None if index < 0 else self.members[index]

    @property
    def wanted(self) -> str:
        """The own words as a message shows them: "stock, call, put or cash"."""
        return wanted_words([words[0] for words in self.of_member.values()])


def one_of(enum: type[_E]) -> Words[_E]:
    """The words of an enumeration that has one for each member: its value, or its name."""
    return Words({m: (m.value if isinstance(m.value, str) else m.name.lower(),) for m in enum})


def wanted_words(words: Sequence[str], joint: str = "or") -> str:
    """The words of a list as a message shows them: "stock, call, put or cash"."""
    return f"{', '.join(words[:-1])} {joint} {words[-1]}" if len(words) > 1 else "".join(words)


def nearest(word: str, words: Iterable[str], least: float = 0.6) -> str:
    """The word that was probably meant, "" where none is near."""
    by_normalized = {normalized(w): w for w in words}
    near = difflib.get_close_matches(normalized(word)[:40], by_normalized, n=1, cutoff=least)
    return by_normalized[near[0]] if near else ""


def _without_dollars(text: str) -> str:
    return normalized(_DOLLARS.sub("", text))


@dataclass(frozen=True, eq=False)
class Headings:
    """The headings that a range may have, each with its aliases, and those it must have.

    Where two columns have one meaning, the name itself goes first and then its aliases in their
    order; the other column fills its gaps, and must not contradict it. Of `labels` the other one
    may differ: an account has a number and a name. A heading of `terms` may be followed by a time,
    such as "dividend_yield 90d". Of `held` rows none stands below a title of orders. Of `remarks`,
    which our own tables have for people, nothing is read, and where all stand, nothing said.
    """

    synonyms: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...] = ()
    labels: tuple[str, ...] = ("symbol", "account", "underlying")
    terms: tuple[str, ...] = ()
    held: bool = False
    remarks: tuple[str, ...] = ()

    def name_of(self, text: str) -> str:
        """The heading's own name, "" where the text is not a known heading."""
        if is_error(text) or _TURNED.search(text):
            return ""
        found = self._ranked.get(normalized(text)) or self._ranked.get(_without_dollars(text))
        return found[0] if found else self._term(text)

    def rank(self, text: str) -> int:
        """The place of a heading's text in the order of preference, the first 0."""
        return self._ranked.get(normalized(text), ("", len(self._ranked)))[1]

    def without(self, *names: str) -> Headings:
        """The headings but these."""
        kept = {name: others for name, others in self.synonyms.items() if name not in names}
        return replace(self, synonyms=kept)

    def _term(self, text: str) -> str:
        typed = text.strip().lower()
        for name in self.terms:
            for word in (name, *self.synonyms[name]):
                if start := re.match(re.sub(r"[\s_]", r"[\\s_-]*", word), typed):
                    tenor = _TENOR.fullmatch(typed[start.end() :].lstrip(" _-"))
                    if tenor:
                        return f"{name} {int(tenor['n'])}{tenor['unit'][0]}"
        return ""

    @cached_property
    def _ranked(self) -> dict[str, tuple[str, int]]:
        return {
            normalized(word): (name, rank)
            for name, others in self.synonyms.items()
            for rank, word in enumerate((name, *others))
        }
