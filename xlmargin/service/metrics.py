"""Figures of the service itself for Prometheus: how late it is, what it takes in, who listens.

Names of accounts and what is in them are confidential: labels only where that is asked for.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

import xlmargin
from xlmargin.service.account_states import State
from xlmargin.service.deliveries import Delivery
from xlmargin.service.kept_accounts import KeptAccounts
from xlmargin.service.stream import Stream
from xlmargin.service.writer import PORTFOLIO, STRATEGY

_SECONDS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_REGIMES: Final = (PORTFOLIO, STRATEGY)


class Metrics:
    """What is measured of one service."""

    def __init__(
        self,
        kept: KeptAccounts,
        stream: Stream,
        deliveries: Sequence[Delivery],
        *,
        of_accounts: bool,
    ) -> None:
        self._registry = CollectorRegistry()
        histogram = partial(Histogram, registry=self._registry, buckets=_SECONDS)
        says = "Time to answer a request, s."
        self._requests = histogram("xlmargin_request_seconds", says, ("route", "status"))
        says = "Time from taking a batch to its figures, by strategy proven ones, s."
        revaluations = histogram("xlmargin_revaluation_seconds", says, ("regime",))
        kept.writer.measured = lambda regime, seconds: revaluations.labels(regime).observe(seconds)
        self._registry.register(_Now(kept, stream, deliveries, of_accounts))

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(route, str(status)).observe(seconds)

    def answer(self, request: Request) -> Response:
        """All of them, as Prometheus reads them."""
        return Response(generate_latest(self._registry), media_type=_MEDIA_TYPE)


@dataclass(eq=False)
class _Now(Collector):
    """What the service knows of itself when it is asked."""

    kept: KeptAccounts
    stream: Stream
    deliveries: Sequence[Delivery]
    of_accounts: bool

    def collect(self) -> Iterator[Metric]:
        """Each of them."""
        kept, stream, now = self.kept, self.stream, time.time()
        current, copied_at = kept.published.snapshot, kept.journal.copied_at
        states = {} if current is None else current.states
        marked_at = None if current is None else current.stated.oldest_mark
        yield CounterMetricFamily("xlmargin_prices", "Prices taken in.", kept.acceptance.taken)
        slow = "Readers that were sent away: they were too slow."
        yield CounterMetricFamily("xlmargin_stream_closed_slow", slow, stream.closed_slow)
        for name, says, value in (
            ("figures_age_seconds", "Age of the oldest change that is not in the figures yet, s.",
             kept.age),
            ("stream_clients", "Readers of events.", stream.clients),
            ("journal_bytes", "Size on disk.", kept.journal.size),
            ("copy_age_seconds", "Age of the copy of the journal, s.",
             None if copied_at is None else now - copied_at),
            ("stale_accounts", "Accounts of old figures.",
             sum(bool(state["stale"]) for state in states.values())),
            ("unproven_classes",
             "Classes whose strategy-based requirement is not proven to be the least.",
             current.unproven if current else 0),
            ("mark_age_seconds", "Time since the oldest mark of an option that is held came, s.",
             None if marked_at is None else now - marked_at),
        ):  # fmt: skip
            if value is not None:
                yield GaugeMetricFamily(f"xlmargin_{name}", says, value)
        pending = "Events that a receiver has not been brought yet, or not looked at."
        waiting = GaugeMetricFamily("xlmargin_delivery_pending", pending, labels=("receiver",))
        for delivery in self.deliveries:
            waiting.add_metric((delivery.receiver.name,), delivery.pending)
        yield waiting
        yield InfoMetricFamily("xlmargin_build", "The version.", {"version": xlmargin.__version__})
        if self.of_accounts:
            yield from _of_accounts(states.values())


def _of_accounts(states: Iterable[State]) -> Iterator[Metric]:
    labels = ("account", "regime")
    excess = GaugeMetricFamily("xlmargin_excess_dollars", "Excess of an account, $.", labels=labels)
    cushion = GaugeMetricFamily("xlmargin_cushion_ratio", "Excess / value.", labels=labels)
    own = GaugeMetricFamily("xlmargin_own_regime", "1 for what it is margined by.", labels=labels)
    for state in states:
        own.add_metric((state["account"], state["regime"]), 1.0)
        for regime in _REGIMES:
            for metric, name in ((excess, "excess"), (cushion, "cushion")):
                value = None if state[regime] is None else state[regime][name]
                if value is not None:
                    metric.add_metric((state["account"], regime), value)
    yield excess
    yield cushion
    yield own
