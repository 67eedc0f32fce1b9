"""Values remembered by the content they were computed from, so that it is computed once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Any, Final, Generic, TypeVar
from weakref import WeakSet

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")

_caches: Final[WeakSet[ContentCache[Any, Any]]] = WeakSet()


def forget() -> None:
    """Forget all that any cache remembers, as a measurement of first calls needs."""
    for cache in _caches:
        cache.clear()


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
        new: Future[_V] = Future()
        with self._lock:
            known = self._values.setdefault(key, new)
            self._values.move_to_end(key)
        if known is not new:
            return known.result()
        try:
            value = compute(key)
        except BaseException as error:
            with self._lock:
                if self._values.get(key) is new:
                    del self._values[key]
            new.set_exception(error)
            raise
        new.set_result(value)
        self._count(key, new, self._size_of(key, value))
        return value

    def _count(self, key: _K, new: Future[_V], size: int) -> None:
        """Take the size of a new value into account, and forget what is too much."""
        with self._lock:
            if self._values.get(key) is not new:
                return
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
        self._values: OrderedDict[_K, Future[_V]] = OrderedDict()
        self._sizes: dict[_K, int] = {}
        self._size = 0

    @property
    def size(self) -> int:
        """Size of what is remembered, in the unit of the sizes told."""
        return self._size

    def __len__(self) -> int:
        return len(self._values)
