"""What someone waits for: computed once for the same content, and no longer than they wait.

A limit of time is kept by what may take long to compute, between its steps. What was computed is
remembered by the content it was computed from.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import accumulate, takewhile
from threading import Lock
from typing import Any, Final, Generic, TypeVar
from weakref import WeakSet

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.errors import MarginError

_clock: Final = getattr(time, "thread_time", time.process_time)
"""Work of one's own alone, s: a machine busy with other things refuses nothing that it did not."""

_limit: ContextVar[tuple[float, float] | None] = ContextVar("limit", default=None)
"""Seconds given, and the time when they are over; None where nobody has set a limit."""


class _TimeIsOver(BaseException):
    """Raised in the middle of a computation: nothing on the way takes it for a failed part."""


class TimeLimitReached(MarginError):
    """A computation takes longer than its caller waits; no part of it is answered."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"time: found no answer within {seconds:.10g} s, wanted fewer rows (one account or"
            " underlying after the other), or xlmargin report or whatif, or Python, which wait."
        )


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Refuse what takes longer than this, infinity: nothing. An outer limit goes before."""
    outer = _limit.get()
    token = _limit.set(outer or (seconds, _clock() + seconds))
    try:
        yield
    except _TimeIsOver:
        raise TimeLimitReached(seconds) from None
    finally:
        _limit.reset(token)


def is_unlimited() -> bool:
    """Whether the caller waits as long as it takes."""
    limit = _limit.get()
    return limit is not None and limit[0] == math.inf


def seconds_left() -> float:
    """Time until the limit, s; infinity where there is none, below 0 where it is over."""
    limit = _limit.get()
    return math.inf if limit is None else float(limit[1] - _clock())


def check_time_limit() -> None:
    """Refuse where the time is over: called between the steps of what may take long."""
    if seconds_left() < 0:
        raise _TimeIsOver


_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")

_caches: Final[WeakSet[ContentCache[Any, Any] | RowMemory]] = WeakSet()


def forget() -> None:
    """Forget all that any cache remembers, as a measurement of first calls needs."""
    for cache in _caches:
        cache.clear()


class _Awaited(Generic[_K, _V]):
    """Values that one thread computes together, and others wait for."""

    def __init__(self) -> None:
        self._computing = Lock()
        self._computing.acquire()
        self._outcome: Mapping[_K, _V] | BaseException = {}

    def end(self, outcome: Mapping[_K, _V] | BaseException) -> None:
        """Answer the values by their keys, or why there are none."""
        self._outcome = outcome
        self._computing.release()

    def of(self, key: _K) -> _V:
        """The value of a key, once it is there."""
        with self._computing:
            pass
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        return self._outcome[key]


class ContentCache(Generic[_K, _V]):
    """The latest values by their keys, bounded by their number and by their size together.

    `size` tells that of a key with its value. The least recently used is forgotten first. The
    latest is kept even where it alone is larger than the bound: twenty cells on one large range are
    one reading, but no second one is held. Threads may share a cache: one computes the value of a
    key, the others wait for it. A failure is not remembered.
    """

    def __init__(self, most: int, most_size: int, size: Callable[[_K, _V], int]) -> None:
        self._most, self._most_size, self._size_of = most, most_size, size
        self._lock = Lock()
        self._clear()
        _caches.add(self)

    def get(self, key: _K, compute: Callable[[_K], _V]) -> _V:
        """The value of the key: the remembered one, or else a new one."""
        return self.get_many((key,), lambda _: (compute(key),))[0]

    def get_many(
        self, keys: Sequence[_K], compute: Callable[[list[int]], Sequence[_V]]
    ) -> list[_V]:
        """The value of each key: those that are not remembered are computed together.

        `compute` takes the places of these among the keys, and answers a value for each.
        """
        awaited: _Awaited[_K, _V] | None = None
        found: list[_V | _Awaited[_K, _V]] = []
        missing: list[int] = []
        with self._lock:
            for i, key in enumerate(keys):
                if key in self._values:
                    self._values.move_to_end(key)
                else:
                    self._values[key] = awaited = awaited or _Awaited()
                    missing.append(i)
                found.append(self._values[key])
        if awaited:
            self._compute(keys, missing, awaited, compute)
        return [
            one.of(key) if isinstance(one, _Awaited) else one
            for key, one in zip(keys, found, strict=True)
        ]

    def _compute(
        self,
        keys: Sequence[_K],
        missing: list[int],
        awaited: _Awaited[_K, _V],
        compute: Callable[[list[int]], Sequence[_V]],
    ) -> None:
        """Fill in the values that are missing; where that fails, forget them."""
        try:
            values = zip(missing, compute(missing), strict=True)
            of_key = {keys[i]: value for i, value in values}
            sizes = [self._size_of(key, value) for key, value in of_key.items()]
        except BaseException as error:
            with self._lock:
                for i in missing:
                    if self._values.get(keys[i]) is awaited:
                        del self._values[keys[i]]
            awaited.end(error)
            raise
        with self._lock:
            for (key, value), size in zip(of_key.items(), sizes, strict=True):
                if self._values.get(key) is awaited:
                    self._keep(key, value, size)
        awaited.end(of_key)

    def _keep(self, key: _K, value: _V, size: int) -> None:
        """Remember a new value, and forget what is too much."""
        self._values[key] = value
        self._values.move_to_end(key)
        self._sizes[key] = size
        self._size += size
        while len(self._values) > 1 and (
            len(self._values) > self._most or self._size > self._most_size
        ):
            oldest, _ = self._values.popitem(last=False)
            self._size -= self._sizes.pop(oldest, 0)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._clear()

    def _clear(self) -> None:
        self._values: OrderedDict[_K, _V | _Awaited[_K, _V]] = OrderedDict()
        self._sizes: dict[_K, int] = {}
        self._size = 0

    @property
    def size(self) -> int:
        """Size of what is remembered, in the unit of the sizes told."""
        return self._size

    def __len__(self) -> int:
        return len(self._values)


class RowMemory:
    """The rows of the last calls with what was answered: only rows that differ are computed again.

    Numbers are compared by their bits, those of each row with the numbers in its place. So many
    calls are held, the latest first, and no more than so many bytes.
    """

    def __init__(self, most: int = 24, most_size: int = 32_000_000) -> None:
        self._most, self._most_size = most, most_size
        self._last: list[tuple[list[np.ndarray], FloatArray]] = []
        _caches.add(self)

    def of(
        self, columns: Sequence[np.ndarray], compute: Callable[[IntArray], FloatArray]
    ) -> FloatArray:
        """What `compute` answers for some rows of the columns, by index, for all of them.

        Columns have shape (rows,) or (rows, k), and may not be changed; the answer cannot be.
        """
        every = np.arange(len(columns[0]))
        found, nearest = None, every
        for known in self._last:
            differing = _differing(known[0], columns)
            if differing is not None and len(differing) < len(nearest):
                found, nearest = known, differing
        if found is None:
            answer = compute(every)
        elif not len(nearest):
            answer = found[1]
        else:
            answer = found[1].copy()
            answer[nearest] = compute(nearest)
        answer.setflags(write=False)
        others = [known for known in self._last if known is not found]
        self._last = self._bounded([(list(columns), answer), *others])
        return answer

    def _bounded(
        self, calls: list[tuple[list[np.ndarray], FloatArray]]
    ) -> list[tuple[list[np.ndarray], FloatArray]]:
        sizes = (answer.nbytes + sum(c.nbytes for c in columns) for columns, answer in calls)
        within = takewhile(lambda size: size <= self._most_size, accumulate(sizes))
        return calls[: min(len(list(within)), self._most)]

    def clear(self) -> None:
        """Forget everything."""
        self._last = []


def _differing(known: Sequence[np.ndarray], columns: Sequence[np.ndarray]) -> IntArray | None:
    """The rows in which columns differ; None where they have not the same shapes."""
    if [column.shape for column in known] != [column.shape for column in columns]:
        return None
    differs = np.zeros(len(columns[0]), dtype=bool)
    for one, other in zip(known, columns, strict=True):
        if one is not other:
            apart = _bits(one) != _bits(other)
            differs |= apart.any(axis=1) if apart.ndim > 1 else apart
    return np.flatnonzero(differs)


def _bits(column: np.ndarray) -> np.ndarray:
    return column.view(np.int64) if column.dtype == np.float64 else column
