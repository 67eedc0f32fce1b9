"""The arrays that pass between the floors: their types, names as codes, and what is alike in them.

First axis positions (or contracts), last axis valuation points. Money and prices are `float64`;
NaN in an input column means "not given" and is never turned into 0.

The strategies' formulas compare amounts with `lesser`, `greater`, `either` and `every` alone, so
that each is written once and holds for a leg whose strike, value and units are numbers, and for
many legs of one shape, whose are arrays of one shape. These are told as `float`, as all that a
formula does with a number it does with them; a plain `if` on one of them fails loudly. What is made
for many at once, one below the other in columns, is made where `some` of them want it, and counts
for nothing for the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Self, TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]

_T = TypeVar("_T", bound=np.generic)


class Columns:
    """A dataclass of columns of one length, a row a thing: arrays, or others of this kind."""

    def take(self, rows: IntArray | BoolArray | slice) -> Self:
        """Some of the rows, in this order; one may be taken more than once."""
        own: Any = self
        columns = (getattr(own, field.name) for field in fields(own))
        return type(self)(*(c.take(rows) if isinstance(c, Columns) else c[rows] for c in columns))


@dataclass(frozen=True, eq=False)
class Names:
    """A column of names: `code` tells by index which of the distinct `words` stands in each row.

    Rows are compared and looked at by their codes, and each word is read once, however many rows
    have it.
    """

    code: IntArray
    words: tuple[str, ...]

    @classmethod
    def of(cls, names: Sequence[str]) -> Names:
        """Names one by one; their words come in the order of appearance."""
        index = {name: i for i, name in enumerate(dict.fromkeys(names))}
        return cls(np.fromiter(map(index.__getitem__, names), np.int64, len(names)), tuple(index))

    @classmethod
    def coded(cls, code: NDArray[np.integer], words: Sequence[str]) -> Names:
        """Names by their codes: words may be alike, or stand in no row; a code of -1 is the last.

        The words that stand in a row come in the order of appearance.
        """
        own, distinct = np.asarray(code, dtype=np.int64), tuple(dict.fromkeys(words))
        if len(distinct) < len(words) or (own.size and own.min() < 0):
            index = {word: i for i, word in enumerate(distinct)}
            own = np.fromiter(map(index.__getitem__, words), np.int64, len(words))[own]
        first, number = numbered(own)
        return cls(number, tuple([distinct[i] for i in own[first].tolist()]))

    def __len__(self) -> int:
        return len(self.code)

    def __getitem__(self, row: int) -> str:
        return self.words[int(self.code[row])]

    def __iter__(self) -> Iterator[str]:
        return map(self.words.__getitem__, self.code.tolist())

    def where(self, test: Callable[[str], bool]) -> BoolArray:
        """Which rows have a word that passes a test."""
        return np.array([test(word) for word in self.words], dtype=bool)[self.code]

    def same_as(self, other: Names) -> BoolArray:
        """Which rows have the same word in another column."""
        index = {word: i for i, word in enumerate(other.words)}
        of_word = np.array([index.get(word, -1) for word in self.words], dtype=np.int64)
        return np.equal(of_word[self.code], other.code)

    def among(self, rows: BoolArray) -> tuple[str, ...]:
        """The distinct words of some rows, in the order of appearance."""
        return Names.coded(self.code[rows], self.words).words

    def take(self, index: IntArray) -> Names:
        """Some of the names; the words stay as they are."""
        return Names(self.code[index], self.words)

    def joined(self, other: Names) -> Names:
        """These names and then the others."""
        code = np.concatenate([self.code, other.code + len(self.words)])
        return Names.coded(code, self.words + other.words)

    def otherwise(self, own: BoolArray, other: Names) -> Names:
        """The names in the rows of their `own`, and another column's in all others."""
        if not own.any():
            return other
        code = np.where(own, self.code, other.code + len(self.words))
        return Names.coded(code, self.words + other.words)

    def replaced(self, rows: BoolArray, word: str) -> Names:
        """The names, in some rows one word."""
        if not rows.any():
            return self
        return Names.coded(np.where(rows, len(self.words), self.code), (*self.words, word))


def ranked(keys: IntArray) -> tuple[IntArray, IntArray]:
    """The distinct keys in their order, and the place of each key among them.

    >>> [found.tolist() for found in ranked(np.array([7, 3, 7]))]
    [[3, 7], [1, 0, 1]]
    """
    lowest = int(keys.min()) if keys.size else 0
    if not keys.size or int(keys.max()) - lowest > _SPARSE * len(keys):
        present, place = np.unique(keys, return_inverse=True)
        return present, place
    above = keys - lowest
    is_there = np.zeros(int(above.max()) + 1, dtype=bool)
    is_there[above] = True
    return np.flatnonzero(is_there) + lowest, (np.cumsum(is_there) - 1)[above]


_SPARSE: Final = 8
"""Keys among more numbers than so many for each of them are sorted, not counted off."""


def numbered(keys: IntArray) -> tuple[IntArray, IntArray]:
    """Index of the first of each distinct key, in order of appearance, and the number of each key.

    >>> [found.tolist() for found in numbered(np.array([7, 3, 7]))]
    [[0, 1], [0, 1, 0]]
    """
    present, rank = ranked(keys)
    first = np.empty(len(present), dtype=np.int64)
    first[rank[::-1]] = np.arange(len(keys))[::-1]
    order = np.argsort(first)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return first[order], place[rank]


def numbered_rows(columns: Sequence[np.ndarray]) -> tuple[IntArray, IntArray]:
    """The same of rows of numbers, told by columns: alike where all are, NaN like NaN.

    >>> [found.tolist() for found in numbered_rows([np.array([7, 3, 7]), np.array([1, 1, 1])])]
    [[0, 1], [0, 1, 0]]
    """
    whole = [column for column in columns if column.dtype.kind in "bi"]
    numbers = [_bits(column) for column in columns if column.dtype.kind not in "bi"]
    differing = [bits for bits in (*_packed(whole), *numbers) if (bits != bits[:1]).any()]
    first = _first_alike(differing, len(columns[0]))
    is_first = first == np.arange(len(first))
    return np.flatnonzero(is_first), (np.cumsum(is_first) - 1)[first]


def _bits(column: FloatArray) -> NDArray[np.uint64]:
    """Numbers as bits that are alike where they are: one NaN, and 0 without a sign."""
    plain = column + 0.0
    plain[np.isnan(plain)] = np.nan
    return plain.view(np.uint64)


def _packed(columns: Sequence[np.ndarray]) -> list[NDArray[np.uint64]]:
    """Columns of whole numbers as few: several of them are the digits of one where they fit."""
    packed: list[NDArray[np.uint64]] = []
    room = 0
    for column in columns:
        lowest, highest = (int(column.min()), int(column.max())) if column.size else (0, 0)
        if lowest == highest:
            continue
        digit, span = (column.astype(np.int64) - lowest).view(np.uint64), highest - lowest + 1
        if span <= room:
            packed[-1] = packed[-1] * np.uint64(span) + digit
            room //= span
        else:
            packed.append(digit)
            room = 2**63 // span
    return packed


def _first_alike(columns: Sequence[NDArray[np.uint64]], count: int) -> IntArray:
    """Of each of so many rows of bits the first that is alike, shape (rows,).

    Rows are put in slots by a hash: those like the first of their slot are found, and the others
    put anew among themselves.
    """
    rest, key = np.arange(count), np.zeros(count, dtype=np.uint64)
    for column in columns:
        key = (key + (column ^ (column >> _HALF))) * _SPREADING
    first, slots = np.empty_like(rest), np.empty(1 << (2 * count).bit_length(), dtype=np.int64)
    unused = np.uint64(65 - len(slots).bit_length())
    while rest.size:
        key = (key ^ (key >> _HALF)) * _SPREADING
        slot = key >> unused
        slots[slot[::-1]] = rest[::-1]
        eldest = slots[slot]
        found = np.ones(len(rest), dtype=bool)
        for column in columns:
            found &= column[eldest] == (column if len(rest) == count else column[rest])
        first[rest[found]] = eldest[found]
        rest, key = rest[~found], key[~found]
    return first


_SPREADING: Final = np.uint64(0x9E3779B97F4A7C15)
"""The golden ratio of 2 ** 64, odd: its multiples lie far apart."""

_HALF: Final = np.uint64(32)


_ADDED_AT_ONCE: Final = 100_000
"""Numbers that are added up together; of more, column by column, so that they stay near at hand."""


def sums_by_group(rows: FloatArray, group: IntArray, count: int) -> FloatArray:
    """Sum of the rows that belong to each of `count` groups, shape (groups, columns)."""
    columns = rows.shape[1]
    if rows.size > _ADDED_AT_ONCE:
        return np.column_stack([np.bincount(group, column, count) for column in rows.T])
    place = np.add.outer(group * columns, np.arange(columns)).ravel()
    added = np.bincount(place, rows.ravel(), count * columns).reshape(count, columns)
    return np.asarray(added, dtype=np.float64)


def summed(rows: FloatArray, group: IntArray, count: int) -> FloatArray:
    """The same of rows of more axes, or of none: shape (groups, ...)."""
    added = sums_by_group(rows.reshape(len(rows), math.prod(rows.shape[1:])), group, count)
    return added.reshape(count, *rows.shape[1:])


def ratio(over: FloatArray, under: FloatArray) -> FloatArray:
    """Amounts over others that are above 0, NaN where these are not; arrays of one shape."""
    found: FloatArray = np.divide(over, under, out=np.full_like(under, np.nan), where=under > 0)
    return found


def in_rows(column: NDArray[_T], table: np.ndarray) -> NDArray[_T]:
    """A column in the shape in which it goes with the rows of a table of more axes."""
    return column.reshape(len(column), *(1,) * (table.ndim - 1))


def combine(matrix: FloatArray, columns: FloatArray) -> FloatArray:
    """`matrix` @ `columns`, in which a column does not depend on how many others there are.

    Linear algebra libraries round the product of one column, or of an odd number, otherwise than
    that of many: the columns are filled up to a multiple of eight.
    """
    size, count = columns.shape
    if count % 8:
        filled = np.zeros((size, count + -count % 8))
        filled[:, :count] = columns
        columns = filled
    return (matrix @ columns)[:, :count]


def lesser(one: float, other: float) -> float:
    """The lesser of two amounts, each by each."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.minimum(one, other)
    return min(one, other)


def greater(one: float, other: float) -> float:
    """The greater of two amounts, each by each."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.maximum(one, other)
    return max(one, other)


def either(condition: bool, then: float, otherwise: float) -> float:
    """One amount where a condition holds, else the other, each by each."""
    if isinstance(condition, np.ndarray):
        return np.where(condition, then, otherwise)
    return then if condition else otherwise


def column(amounts: Iterable[float]) -> float:
    """Amounts of many, one below the other, as a formula takes them."""
    return cast("float", np.array(list(amounts), dtype=np.float64)[:, None])


def beside(amounts: Sequence[float]) -> FloatArray:
    """Amounts side by side, shape (amounts,); where some are columns, (many, amounts)."""
    if np.ndarray not in set(map(type, amounts)):
        return np.array(amounts, dtype=np.float64)
    rows = next(np.size(each) for each in amounts if isinstance(each, np.ndarray))
    whole = np.empty((rows, len(amounts)))
    for i, each in enumerate(amounts):
        whole[:, i : i + 1] = each
    return whole


def apart(amounts: float, like: FloatArray) -> list[float]:
    """Amounts that a formula made of some side by side, apart again."""
    whole = np.broadcast_to(amounts, like.shape)
    return cast(
        "list[float]",
        whole.tolist() if whole.ndim == 1 else np.split(whole, whole.shape[1], axis=1),
    )


def every(condition: bool) -> bool:
    """Whether a condition holds for each."""
    return bool(condition.all()) if isinstance(condition, np.ndarray) else condition


def some(condition: bool) -> bool:
    """Whether a condition holds for any."""
    return bool(condition.any()) if isinstance(condition, np.ndarray) else condition


def where(condition: bool, amount: float) -> float:
    """An amount where a condition holds and nothing elsewhere, each by each."""
    return amount if every(condition) else either(condition, amount, 0.0)


def total(amounts: Sequence[float]) -> float:
    """The sum of amounts, each by each; of numbers to the last digit."""
    added = sum(amounts)
    return added if isinstance(added, np.ndarray) else math.fsum(amounts)


def as_float(amounts: FloatArray) -> float:
    """Amounts of many legs, or at many prices, as a formula takes them."""
    return cast("float", amounts)
