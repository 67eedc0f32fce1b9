"""Alerts of the accounts kept: figures beside their limits, the broker's figures beside ours, age.

A light is told when it changes: a worse one at once, a better one once its limit is well left. What
was told last is in the journal, so that a restart repeats nothing and forgets nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan, nan
from typing import Any, Final

import numpy as np

from xlmargin.account import ALL, BrokerFigure, Light, Limits, Tolerance, own_regime, settled_light
from xlmargin.book import Book
from xlmargin.excel.broker_figures_reader import read_broker_figures
from xlmargin.excel.thresholds_reader import read_thresholds
from xlmargin.reports.account_table import DOLLARS, FRACTION, AccountFigure
from xlmargin.reports.alerts_table import Threshold
from xlmargin.service.account_states import State, public_name
from xlmargin.service.stated import Stated

ALERT: Final = "org.xlmargin.account.alert.v1"
THRESHOLDS: Final = "thresholds"
BROKER_FIGURES: Final = "broker_figures"
AGE: Final = "age"
"""What tells that an account's figures are stale."""
PATHS: Final = {
    "account value": "account_value",
    "portfolio requirement": "portfolio.requirement",
    "portfolio excess": "portfolio.excess",
    "portfolio cushion": "portfolio.cushion",
    "portfolio buying power": "portfolio.buying_power",
    "strategy requirement": "strategy.requirement",
    "strategy excess": "strategy.excess",
    "strategy cushion": "strategy.cushion",
    "Reg T excess": "strategy.reg_t_excess",
}
"""Figures of MARGIN_ACCOUNT that a state has, and where."""
_CUSHION: Final = "cushion"
_DUST: Final = {DOLLARS: 0.005, FRACTION: 1e-9}

EVERY: Final = "*"
"""The account of what concerns all of them together: a broker's total."""

Key = tuple[str, str]
"""An account, and what is watched of it."""
LastAlerts = dict[Key, State]
"""What was told last, by its key."""


@dataclass(frozen=True, eq=False)
class Watching:
    """What is watched of the accounts of a book: limits of figures, and a broker's own figures.

    A broker's figure may differ from ours as the settings of the book say.
    """

    thresholds: Sequence[Threshold]
    broker: Sequence[BrokerFigure]
    tolerance: Tolerance
    accounts: tuple[str, ...]

    def alerts(
        self, states: Mapping[str, State], last: LastAlerts, every: Mapping[str, State]
    ) -> Iterable[tuple[Key, State]]:
        """What is to be told of states that changed, by account and figure, after the last told.

        `every` are the states of all accounts, for what a broker says of them together.
        """
        for key in sorted(last.keys() - self._keys):
            if (was := _light(last[key])) is not Light.GREEN:
                gone = {**_UNLIMITED, "reason": "not watched any more"}
                yield key, _alert(key, Light.GREEN, was, gone)
        for key, (light, says) in self._now(states, every):
            was = _light(last[key]) if key in last else Light.GREEN
            if light is not Light.GREY and was is not Light.GREY:
                light = settled_light(light, was, says["value"], says["warn"], says["alert"])
            if light is not was:
                yield key, _alert(key, light, was, says)

    def _now(
        self, states: Mapping[str, State], every: Mapping[str, State]
    ) -> Iterable[tuple[Key, tuple[Light, State]]]:
        for account, state in states.items():
            for figure, threshold in self._limits[account].items():
                yield (account, figure), _beside_limits(state, threshold)
            for figure, theirs in self._broker_figures[account].items():
                ours = value_of(state, PATHS[theirs.figure])
                yield (account, figure), self._beside_broker(ours, theirs)
            light = Light.RED if state["stale"] else Light.GREEN
            says = {"reason": "stale", "problem": state["problem"]} if state["stale"] else _FRESH
            yield (account, AGE), (light, {**_UNLIMITED, **says})
        for figure, theirs in self._broker_figures[EVERY].items() if states else ():
            ours = of_all(every, PATHS[theirs.figure])
            yield (EVERY, figure), self._beside_broker(ours, theirs)

    @cached_property
    def _keys(self) -> frozenset[Key]:
        """All that is watched."""
        found = ((own, name) for own, limits in self._limits.items() for name in (*limits, AGE))
        broker = ((own, name) for own, theirs in self._broker_figures.items() for name in theirs)
        return frozenset((*found, *broker))

    @cached_property
    def _limits(self) -> Mapping[str, Mapping[str, Threshold]]:
        """The limits of each account, by the paths of its figures; its own go before all's."""
        found: dict[str, dict[str, Threshold]] = {
            public_name(account): {PATHS[t.figure]: t for t in self.thresholds if t.account == ""}
            for account in self.accounts
        }
        for threshold in (t for t in self.thresholds if t.account in self.accounts):
            found[public_name(threshold.account)][PATHS[threshold.figure]] = threshold
        return found

    @cached_property
    def _broker_figures(self) -> Mapping[str, Mapping[str, BrokerFigure]]:
        """The broker's figures of each account as a whole, and of all; the latest of each path."""
        found: dict[str, dict[str, BrokerFigure]] = {public_name(own): {} for own in self.accounts}
        found[EVERY] = {}
        for theirs in self.broker:
            if not theirs.group and theirs.figure in PATHS:
                of_all = theirs.account == ALL
                name = EVERY if of_all else public_name(self.accounts[theirs.account])
                found[name][f"broker.{PATHS[theirs.figure]}"] = theirs
        return found

    def _beside_broker(self, ours: float, figure: BrokerFigure) -> tuple[Light, State]:
        difference = figure.amount - ours
        says = {
            **_UNLIMITED,
            "value": ours,
            "broker": figure.amount,
            "difference": difference,
            "reason": "differs",
        }
        if isnan(ours):
            return Light.GREY, says
        agrees = self.tolerance.agree(figure.amount, ours, in_dollars=figure.in_dollars)
        return (Light.GREEN if agrees else Light.AMBER), says


_UNLIMITED: Final = {"value": nan, "warn": nan, "alert": nan}
_FRESH: Final = {"reason": "fresh"}


def watching(stated: Stated, book: Book) -> Watching:
    """What is watched of a book; refused where it names what is not there."""
    accounts, regime = book.positions.accounts, own_regime(book)
    units = {name: FRACTION if name.endswith("cushion") else DOLLARS for name in PATHS}
    figures = {
        name: AccountFigure(name, unit, nan, "", [nan] * len(accounts))
        for name, unit in units.items()
    }
    thresholds = read_thresholds(stated.rows(THRESHOLDS), figures, accounts, regime)
    if thresholds is None:
        thresholds = [Threshold(f"{regime} excess", "", nan, 0.0, is_least=True)]
    broker: Sequence[BrokerFigure] = ()
    if stated.ranges.get(BROKER_FIGURES) is not None:
        rows = stated.rows(BROKER_FIGURES)
        broker = read_broker_figures(rows, figures, accounts, regime, book.market.as_of)
        broker = sorted(broker, key=lambda each: np.nan_to_num(each.as_of))
    settings = book.settings
    dollars = float(np.nan_to_num(settings.tolerance_dollars))
    return Watching(thresholds, broker, Tolerance(settings.tolerance_share, dollars), accounts)


def last_alerts(bodies: Iterable[str]) -> LastAlerts:
    """What was told last, of the bodies of its events."""
    found = (json.loads(body) for body in bodies)
    return {(each["account"], each["figure"]): each for each in found}


def _light(alert: State) -> Light:
    return Light[str(alert["light"]).upper()]


def _beside_limits(state: State, threshold: Threshold) -> tuple[Light, State]:
    path = PATHS[threshold.figure]
    value = value_of(state, path)
    dust = _DUST[FRACTION if path.endswith("cushion") else DOLLARS]
    sides = np.array([threshold.warn]), np.array([threshold.alert])
    limits = Limits(*sides, np.array([threshold.is_least]), dust)
    light = Light(int(limits.lights(np.array([value]))[0]))
    says = {"value": value, "warn": threshold.warn, "alert": threshold.alert}
    return light, {**says, "reason": "unknown" if light is Light.GREY else "crossed"}


def value_of(state: State, path: str) -> float:
    """A figure of a state by its path; NaN where it has none."""
    found: Any = state
    for name in path.split("."):
        found = None if found is None else found[name]
    return nan if found is None else float(found)


def of_all(states: Mapping[str, State], path: str) -> float:
    """A figure of all accounts together, $, or a fraction; NaN where one has none."""
    if path.endswith(_CUSHION):
        whole = of_all(states, "account_value")
        return of_all(states, path.replace(_CUSHION, "excess")) / whole if whole > 0 else nan
    return sum(value_of(state, path) for state in states.values())


def _alert(key: Key, light: Light, was: Light, says: Mapping[str, Any]) -> State:
    account, figure = key
    numbers = {name: None if isinstance(v, float) and isnan(v) else v for name, v in says.items()}
    limit = numbers.get("alert") if Light.RED in (light, was) else numbers.get("warn")
    last = {"light": light.word, "was": was.word, "threshold": limit}
    return {"account": account, "figure": figure, **last, **numbers}
