"""Answers remembered by the content of what was asked, so that the same content is read once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class Remembered(Generic[_K, _V]):
    """The latest answers by their keys, bounded by their number and by their size together.

    The least recently used is forgotten first. The latest is kept even where it alone is larger
    than the bound: twenty cells on one large range are one reading, but no second one is held.
    """

    def __init__(self, most: int, most_size: int) -> None:
        self.most, self.most_size = most, most_size
        self._answers: OrderedDict[_K, tuple[_V, int]] = OrderedDict()

    def get(self, key: _K, size: int, answer: Callable[[_K], _V]) -> _V:
        """The answer for the key: the remembered one, or else a new one of this size."""
        known = self._answers.pop(key, None)
        if known is None:
            known = answer(key), size
        self._answers[key] = known
        while len(self) > 1 and (len(self) > self.most or self.size > self.most_size):
            self._answers.popitem(last=False)
        return known[0]

    def clear(self) -> None:
        """Forget everything."""
        self._answers.clear()

    @property
    def size(self) -> int:
        """Size of what is remembered, in the unit of the sizes given."""
        return sum(size for _, size in self._answers.values())

    def __len__(self) -> int:
        return len(self._answers)
