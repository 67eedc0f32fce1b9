"""Where days are margined: few are held at once, and a worker's failure is told."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import xlmargin
from xlmargin.errors import MarginError
from xlmargin.history import executors
from xlmargin.history.executors import AHEAD, Workers, workers_here, workers_of_cluster
from xlmargin.rulebook.files import packaged_digest

pytestmark = pytest.mark.dependencies


def double(number: int) -> int:
    return 2 * number


def end(number: int) -> int:
    os._exit(number)


def test_every_day_is_answered_and_few_are_held() -> None:
    held = most = 0

    def days() -> Iterator[int]:
        nonlocal held, most
        for day in range(100):
            held += 1
            most = max(most, held)
            yield day

    answers = []
    with ThreadPoolExecutor(2) as executor:
        for answer in Workers(executor, 2).answers(double, days()):
            held -= 1
            answers.append(answer)
    assert sorted(answers) == [2 * day for day in range(100)]
    assert 2 <= most <= 2 * (1 + AHEAD)


def test_one_worker_is_this_process() -> None:
    with workers_here(1) as workers:
        assert [*workers.answers(lambda _: os.getpid(), [1])] == [os.getpid()]


def test_a_worker_that_ends_is_told(recwarn: pytest.WarningsRecorder) -> None:
    failed = pytest.raises(MarginError, match="A worker process died")
    with failed, workers_here(2) as workers:
        list(workers.answers(end, range(1, 9)))


class Cluster:
    """A cluster whose workers answer so."""

    def __init__(self, answers: Any) -> None:
        self.answers = answers

    def run(self, _: object) -> dict[str, str]:
        if isinstance(self.answers, Exception):
            raise self.answers
        return dict(enumerate(self.answers))


def test_workers_of_another_version_are_refused() -> None:
    here = f"{xlmargin.__version__} with rules {packaged_digest()[:8]}"
    executors._check_versions(Cluster([here, here]))
    with pytest.raises(MarginError, match=re.escape(f"0.0.9, {here}; wanted {here}")):
        executors._check_versions(Cluster([here, "0.0.9"]))
    with pytest.raises(MarginError, match="cannot run xlmargin"):
        executors._check_versions(Cluster(ModuleNotFoundError("no xlmargin")))


def test_whoever_listens_and_never_says_a_word_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="needs the extra cluster")
    monkeypatch.setattr(executors, "SECONDS_TO_ANSWER", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        before = time.monotonic()
        with pytest.raises(MarginError, match="does not answer"), workers_of_cluster(address):
            pass
    assert time.monotonic() - before < 10
