"""Where days are margined: in this process, on all cores of this machine, or on a cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing import resource_tracker
from typing import Any, Final, ParamSpec, TypeVar

import xlmargin
from xlmargin.defects import internal_error
from xlmargin.errors import MarginError
from xlmargin.rulebook.files import packaged_digest

_Day = TypeVar("_Day")
_Answer = TypeVar("_Answer")
_Given = ParamSpec("_Given")

AHEAD: Final = 2
"""Days sent to each worker beyond the one it works on, so that none waits."""

SECONDS_TO_ANSWER: Final = 5
"""How long a cluster may take to answer."""

SECONDS_TO_IMPORT: Final = 60
"""How long its workers may take to say their version."""

MOST_ON_WINDOWS: Final = 61
"""Processes that Windows can wait for."""

_ENVIRONMENT: Final = {
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    **dict.fromkeys(("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"), str(1 << 30)),
}
"""What processes start with: one thread each; and what an array leaves stays for the next one.

On Linux memory is otherwise given back at each step, and taken anew page by page.
"""


@dataclass(frozen=True)
class Workers:
    """Who margins the days: an executor and its number of workers; none is this process."""

    executor: Executor | None
    count: int

    def answers(self, work: Callable[[_Day], _Answer], days: Iterable[_Day]) -> Iterator[_Answer]:
        """The answer for each day, as soon as it is there; few days are held at once.

        The work answers whatever goes wrong on a day: what is raised here is a worker's failure.
        """
        if self.executor is None:
            yield from map(work, days)
            return
        coming = iter(days)
        running: set[Future[_Answer]] = set()
        while True:
            for day in islice(coming, self.count * (1 + AHEAD) - len(running)):
                with _failures():
                    running.add(self.executor.submit(work, day))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                with _failures():
                    answer = future.result()
                yield answer


@contextmanager
def _failures() -> Iterator[None]:
    """What is raised here is a worker's failure."""
    try:
        yield
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:160]
        if not isinstance(error, BrokenExecutor):
            internal_error(error)
        raise MarginError(
            f"A worker process died, often out of memory ({said}); the same command goes on from"
            " the days that are done."
        ) from error


@contextmanager
def workers_here(count: int) -> Iterator[Workers]:
    """Processes on this machine, ended when the work is interrupted; for one, this process."""
    if count == 1:
        yield Workers(None, 1)
        return
    if sys.platform == "win32":
        count = min(count, MOST_ON_WINDOWS)
    with processes_here(count) as executor:
        yield Workers(executor, count)


@contextmanager
def processes_here(count: int) -> Iterator[Executor]:
    """Processes on this machine, one too, ended when the work is interrupted."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)  # read by each process as it starts
    spawn = multiprocessing.get_context("spawn")
    before = set(multiprocessing.active_children())
    with _interrupts_held():  # half made, it would leave its semaphores to be complained of
        executor = _Processes(count, mp_context=spawn, initializer=_start_worker)
    try:
        yield executor
    except BaseException:
        with _interrupts_held():
            for process in set(multiprocessing.active_children()) - before:
                process.terminate()
            executor.shutdown(cancel_futures=True)
        raise
    executor.shutdown()


class _Processes(ProcessPoolExecutor):
    """Processes that no interrupt reaches, not even while they start: it is the parent's alone."""

    def submit(
        self, work: Callable[_Given, _Answer], /, *given: _Given.args, **named: _Given.kwargs
    ) -> Future[_Answer]:
        """The answer to come; this may start a process, which is born with interrupts held."""
        with _interrupts_held():
            return super().submit(work, *given, **named)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Interrupts wait until this is left, and never reach the processes that start in it.

    Blocked here, an interrupt comes to another thread, and Python handles it in this one all the
    same: so it is noted. Windows holds none.
    """
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # it would let interrupts through again when it starts
    noted: list[int] = []
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    is_main = threading.current_thread() is threading.main_thread()
    handler = signal.getsignal(signal.SIGINT)
    if is_main:
        signal.signal(signal.SIGINT, lambda number, _: noted.append(number))
    try:
        yield
    finally:
        if is_main:
            signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    if noted:
        signal.raise_signal(signal.SIGINT)


def _start_worker() -> None:
    """Leave interrupts to the parent, and end with it, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def workers_of_cluster(address: str) -> Iterator[Workers]:
    """The workers of a Dask cluster, by the address of its scheduler."""
    try:
        import distributed
    except ImportError as error:
        raise MarginError(
            "A cluster needs the package distributed: python -m pip install distributed."
        ) from error
    connect: Any = distributed.Client
    try:
        client = _in_time(partial(connect, address, timeout=SECONDS_TO_ANSWER), SECONDS_TO_ANSWER)
    except Exception as error:
        raise MarginError(
            f"The cluster {address!r} does not answer ({type(error).__name__}); wanted the address"
            " of its scheduler, such as tcp://10.0.0.1:8786."
        ) from error
    with client:
        count = sum(client.nthreads().values())
        if not count:
            raise MarginError(f"The cluster {address!r} has no workers.")
        _check_versions(client)
        yield Workers(client.get_executor(pure=False), count)


def _check_versions(client: Any) -> None:
    """Refuse a cluster whose workers would margin by another version, or not at all."""
    try:
        found = set(_in_time(partial(client.run, _version), SECONDS_TO_IMPORT).values())
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:160]
        raise MarginError(f"The workers of the cluster cannot run xlmargin ({said}).") from error
    if found != {_version()}:
        versions = ", ".join(sorted(found))
        raise MarginError(
            f"The workers of the cluster have xlmargin {versions}; wanted {_version()}, as here."
        )


def _in_time(ask: Callable[[], Any], seconds: float) -> Any:
    """What is answered within so many seconds; a TimeoutError after them.

    Asked in a thread that nobody waits for: whoever listens at an address may never say a word.
    """
    answer = Future[Any]()

    def wait_for_it() -> None:
        try:
            answer.set_result(ask())
        except Exception as error:
            answer.set_exception(error)

    threading.Thread(target=wait_for_it, daemon=True).start()
    return answer.result(seconds + 1)


def _version() -> str:
    return f"{xlmargin.__version__} with rules {packaged_digest()[:8]}"
