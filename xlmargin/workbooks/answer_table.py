"""Answers of functions as pages and sheets look them up: row by row, in a tenth of the memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, overload

import numpy as np
from numpy.typing import NDArray

from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.cells.values import AnswerValue
from xlmargin.errors import MarginError

AnswerRows = Sequence[Sequence[AnswerValue]]

TOGETHER: Final = 512
"""Rows that become lists at a time where all are looked at."""


class AnswerWords:
    """The texts of answers, and TRUE and FALSE, each held once and known by its number."""

    def __init__(self) -> None:
        self._number: dict[str | bool, int] = {}
        self._words: list[str | bool] = []

    def __getitem__(self, number: float) -> str | bool:
        return self._words[int(number)]

    def number(self, word: str | bool) -> int:
        """The number of a text, of TRUE or of FALSE."""
        number = self._number.setdefault(word, len(self._words))
        if number == len(self._words):
            self._words.append(word)
        return number


@dataclass(frozen=True, eq=False)
class AnswerTable(Sequence[list[AnswerValue]]):
    """Rows of an answer, all as wide: each is made when it is looked at.

    `numbers` has shape (rows, columns): a number where there is one, else that of a word;
    `is_word` tells which, in the same shape.
    """

    words: AnswerWords
    numbers: FloatArray
    is_word: BoolArray

    @classmethod
    def of(cls, answer: object, words: AnswerWords) -> AnswerTable:
        """An answer of a function as rows, a lone value as one row of one.

        Refused where a value is neither text nor a finite number nor TRUE or FALSE.
        """
        rows: Sequence[object] = [answer]
        if isinstance(answer, Sequence) and not isinstance(answer, str):
            rows = answer
        cells = [cell for row in rows for cell in _cells(row)]
        is_word = np.fromiter((isinstance(cell, str | bool) for cell in cells), bool, len(cells))
        numbers = np.fromiter(
            (words.number(c) if isinstance(c, str | bool) else _number(c) for c in cells),
            np.float64, len(cells),
        )  # fmt: skip
        shape = len(rows), len(_cells(rows[0]))
        return cls(words, numbers.reshape(shape), is_word.reshape(shape))

    def value(self, row: int, column: int) -> AnswerValue:
        """One cell."""
        number = float(self.numbers[row, column])
        return self.words[number] if self.is_word[row, column] else number

    def row_of(self, value: AnswerValue, column: int = 0) -> int:
        """The first row that has a value in a column; there is one."""
        is_word = isinstance(value, str | bool)
        number = self.words.number(value) if isinstance(value, str | bool) else value
        found = (self.is_word[:, column] == is_word) & (self.numbers[:, column] == number)
        assert found.any(), f"no row has {value!r}"
        return int(found.argmax())

    def texts(self, column: int) -> list[str]:
        """The texts of a column, each once."""
        numbers = np.unique(self.numbers[self.is_word[:, column], column])
        return [word for word in map(self.words.__getitem__, numbers) if isinstance(word, str)]

    def words_used(self) -> dict[str | bool, int]:
        """The words of its cells in order of appearance, and how many cells hold each."""
        numbers = self.numbers[self.is_word]
        distinct, first, count = np.unique(numbers, return_index=True, return_counts=True)
        return {self.words[distinct[i]]: int(count[i]) for i in np.argsort(first).tolist()}

    def coded(
        self, of_word: Callable[[str | bool], tuple[int, float]]
    ) -> tuple[NDArray[np.int8], FloatArray]:
        """Every cell as a kind and a number: a number as 0 and itself, a word by its own."""
        kinds, numbers = self.is_word.astype(np.int8), self.numbers.copy()
        distinct, which = np.unique(numbers[self.is_word], return_inverse=True)
        codes = [of_word(self.words[number]) for number in distinct.tolist()]
        if codes:
            kind, number = np.array(codes).T
            kinds[self.is_word], numbers[self.is_word] = kind[which], number[which]
        return kinds, numbers

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, index: int) -> list[AnswerValue]: ...

    @overload
    def __getitem__(self, index: slice) -> AnswerTable: ...

    def __getitem__(self, index: int | slice) -> list[AnswerValue] | AnswerTable:
        if isinstance(index, slice):
            return AnswerTable(self.words, self.numbers[index], self.is_word[index])
        pairs = zip(self.numbers[index].tolist(), self.is_word[index].tolist(), strict=True)
        return [self.words[number] if is_word else number for number, is_word in pairs]

    def __iter__(self) -> Iterator[list[AnswerValue]]:
        words = self.words
        for first in range(0, len(self), TOGETHER):
            some = slice(first, first + TOGETHER)
            for numbers, are_words in zip(
                self.numbers[some].tolist(), self.is_word[some].tolist(), strict=True
            ):
                yield [words[n] if w else n for n, w in zip(numbers, are_words, strict=True)]


def _cells(row: object) -> Sequence[object]:
    return row if isinstance(row, Sequence) and not isinstance(row, str) else [row]


def _number(cell: object) -> float:
    if isinstance(cell, int | float) and math.isfinite(cell):
        return float(cell)
    raise MarginError(f"found {cell!r} in an answer, wanted text, a number, TRUE or FALSE.")
