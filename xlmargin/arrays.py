"""The arrays that pass between the floors: their types, names as codes, and what is alike in them.

First axis positions (or contracts), last axis valuation points. Money and prices are `float64`;
NaN in an input column means "not given" and is never turned into 0.

The strategies' formulas compare amounts with `lesser`, `greater`, `either` and `every` alone, so
that each is written once and holds for a leg whose strike, value and units are numbers, and for
many legs of one shape, whose are arrays of one shape. These are told as `float`, as all that a
formula does with a number it does with them; a plain `if` on one of them fails loudly. What is made
for many at once, one below the other in columns, asks `alike` of each condition that it hangs on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]

_T = TypeVar("_T", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Names:
    """A column of names: `code` tells by index which of the distinct `words` stands in each row."""

    code: IntArray
    words: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.code)

    def __getitem__(self, row: int) -> str:
        return self.words[int(self.code[row])]

    def __iter__(self) -> Iterator[str]:
        return map(self.words.__getitem__, self.code.tolist())


def codes(names: Sequence[str]) -> tuple[IntArray, tuple[str, ...]]:
    """Each name as an index into the distinct names, which come in order of appearance."""
    index = {name: i for i, name in enumerate(dict.fromkeys(names))}
    return np.fromiter(map(index.__getitem__, names), np.int64, len(names)), tuple(index)


def numbered(keys: IntArray) -> tuple[IntArray, IntArray]:
    """Index of the first of each distinct key, in order of appearance, and the number of each key.

    >>> [found.tolist() for found in numbered(np.array([7, 3, 7]))]
    [[0, 1], [0, 1, 0]]
    """
    _, first, number = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return first[order], place[number]


def numbered_rows(rows: FloatArray) -> tuple[IntArray, IntArray]:
    """The same of rows of numbers, shape (rows, columns): alike where all are, NaN like NaN."""
    plain = np.ascontiguousarray(np.where(np.isnan(rows), np.nan, rows) + 0.0)  # -0 is 0
    keys = plain.view(np.dtype((np.void, plain.itemsize * plain.shape[1]))).ravel().tolist()
    number = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    of_row = np.fromiter(map(number.__getitem__, keys), np.int64, len(keys))
    first = np.empty(len(number), dtype=np.int64)
    first[of_row[::-1]] = np.arange(len(keys))[::-1]
    return first, of_row


def sums_by_group(rows: FloatArray, group: IntArray, count: int) -> FloatArray:
    """Sum of the rows that belong to each of `count` groups, shape (groups, columns)."""
    columns = [np.bincount(group, column, count) for column in rows.T]
    return np.column_stack(columns) if columns else np.zeros((count, 0))


def summed(rows: FloatArray, group: IntArray, count: int) -> FloatArray:
    """The same of rows of more axes, or of none: shape (groups, ...)."""
    added = sums_by_group(rows.reshape(len(rows), math.prod(rows.shape[1:])), group, count)
    return added.reshape(count, *rows.shape[1:])


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


class NotAlike(Exception):
    """What is made of many amounts at once hangs on a condition that holds for some of them."""

    def __init__(self, holds: BoolArray) -> None:
        super().__init__()
        self.holds = holds
        """Whether it holds, for each."""


def alike(condition: bool) -> bool:
    """Whether a condition holds, for all of many or for none; else it raises `NotAlike`."""
    if not isinstance(condition, np.ndarray):
        return condition
    if condition.any() and not condition.all():
        raise NotAlike(condition.ravel())
    return bool(condition.all())


def column(amounts: Iterable[float]) -> float:
    """Amounts of many, one below the other, as a formula takes them."""
    return cast("float", np.array(list(amounts), dtype=np.float64)[:, None])


def beside(amounts: Sequence[float]) -> FloatArray:
    """Amounts side by side, shape (amounts,); where some are columns, (many, amounts)."""
    rows = [np.size(each) for each in amounts if isinstance(each, np.ndarray)]
    if not rows:
        return np.array(amounts, dtype=np.float64)
    whole = np.empty((rows[0], len(amounts)))
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


def total(amounts: Sequence[float]) -> float:
    """The sum of amounts, each by each; of numbers to the last digit."""
    added = sum(amounts)
    return added if isinstance(added, np.ndarray) else math.fsum(amounts)


def as_float(amounts: FloatArray) -> float:
    """Amounts of many legs, or at many prices, as a formula takes them."""
    return cast("float", amounts)
