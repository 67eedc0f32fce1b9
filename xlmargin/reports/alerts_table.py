"""Figures of the accounts beside their limits: lights, distances, and when a call is due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isnan, nan
from typing import Final

import numpy as np

from xlmargin.account import (
    AccountState,
    Light,
    Limits,
    PortfolioState,
    Reserve,
    StrategyState,
    largest_name,
    moves_to_reserve,
    stress_named,
    stressed,
)
from xlmargin.arrays import FloatArray, ratio
from xlmargin.cells.values import TableCell
from xlmargin.errors import REFUSED, MarginError
from xlmargin.regimes import BothRegimes
from xlmargin.reports.account_table import (
    DOLLARS,
    FRACTION,
    NONE,
    NOT_STATED,
    PORTFOLIO_DEFICIENCY,
    AccountFigure,
    account_figures,
)
from xlmargin.reports.table import ReportTable, refused
from xlmargin.reports.wording import count, day, large_money, percent

DAYS: Final = "days"
LARGEST_NAME: Final = "largest name share"
REQUIREMENT_CHANGE: Final = "requirement change"
MARK_AGE: Final = "mark age"
STRESS_CUSHION: Final = "stress cushion"
WORST: Final = "worst"
"""Marks the row of each figure that deserves a look first."""
_NOTHING_LEFT: Final = "nothing is left"
_LARGEST: Final = "of the account's requirement, a class group by itself, before offsets"
_CHANGE: Final = "as stated beside the limit"
_AGE: Final = "days from the dates of positions and market to as_of"

_LEAST: Final = ("excess", "cushion", "move down", "move up")
"""How the names of figures end that must not fall below their limits; others must not rise."""
_MOVE: Final = ("move down", "move up")
_DUST: Final = {DOLLARS: 0.005, FRACTION: 1e-9, DAYS: 0.0}
"""By its unit, what a figure may be past a limit by and be at it."""
_WORST_FIRST: Final = (Light.RED, Light.AMBER, Light.GREY, Light.GREEN)


@dataclass(frozen=True)
class Threshold:
    """The limits of one figure, by its name, in one account, or in each where none is named.

    NaN where one is not stated. `value` is what the figure is, where that is stated beside them.
    """

    figure: str
    account: str
    warn: float
    alert: float
    is_least: bool
    value: float = nan


@dataclass(frozen=True, eq=False)
class Watched:
    """The figures of the accounts that may have limits, by name.

    `largest` is the largest name of each account, "" where there is none.
    """

    regimes: BothRegimes
    state: AccountState
    figures: Mapping[str, AccountFigure]
    largest: Sequence[str]


def is_least(figure: str) -> bool:
    """Whether a figure must not fall below its limits; else it must not rise above them."""
    return figure.endswith(_LEAST)


def watched(regimes: BothRegimes, state: AccountState, mark_age: float) -> Watched:
    """The figures that may have limits: amounts and fractions of the account, and four more.

    `mark_age`, days, is that of the oldest prices; NaN where their dates are not stated. The
    cushion under stress is worked out where it has limits.
    """
    figures = [f for f in account_figures(state) if f.unit in (DOLLARS, FRACTION)]
    accounts, settings = state.values.accounts, state.book.settings
    age: TableCell = NOT_STATED if isnan(mark_age) else mark_age
    largest, names = _largest(regimes, state)
    figures += [
        largest,
        AccountFigure(
            REQUIREMENT_CHANGE, DOLLARS, NOT_STATED, _CHANGE, [NOT_STATED] * len(accounts)
        ),
        AccountFigure(STRESS_CUSHION, FRACTION, NOT_STATED, f"after {stress_named(settings)}", []),
        AccountFigure(MARK_AGE, DAYS, age, _AGE, [age] * len(accounts)),
    ]
    return Watched(regimes, state, {f.name: f for f in figures}, names)


def _largest(regimes: BothRegimes, state: AccountState) -> tuple[AccountFigure, Sequence[str]]:
    """The share of the largest name in the regime of the accounts, and the names."""
    margin = regimes.portfolio if state.book.is_portfolio else regimes.strategy
    if isinstance(margin, MarginError):
        accounts, reason = state.values.accounts, str(refused(margin))
        figure = AccountFigure(LARGEST_NAME, FRACTION, reason, _LARGEST, [reason] * len(accounts))
        return figure, [""] * len(accounts)
    found = largest_name(margin)
    shares: list[TableCell] = [
        "nothing is required" if isnan(s) else s for s in found.share.tolist()
    ]
    return AccountFigure(LARGEST_NAME, FRACTION, NONE, _LARGEST, shares), found.names


def usual_limits(state: AccountState) -> list[Threshold]:
    """What the rules say of the regime of the accounts, no call, nothing missing; and the stress.

    An account under portfolio margin is warned of where the stress of the settings would leave it a
    call.
    """
    regime = "portfolio" if state.book.is_portfolio else "strategy"
    names = [f"{regime} excess", f"{regime} margin call"]
    if isinstance(state.strategy, StrategyState) and state.strategy.margin is not None:
        names.append("minimum equity deficiency")
    if state.book.is_portfolio:
        names.append(PORTFOLIO_DEFICIENCY)
    limits = [Threshold(name, "", nan, 0.0, is_least(name)) for name in names]
    if state.book.is_portfolio:
        limits.append(Threshold(STRESS_CUSHION, "", 0.0, nan, is_least=True))
    return limits


def alerts_table(found: Watched, thresholds: Sequence[Threshold]) -> ReportTable:
    """A row for each limit and account, worst first: red, amber, grey (not known), green.

    `level` is 2, 1, -1, 0 for these; `worst` marks one row of each figure. `distance` is how far
    the figure may still go to its next limit, in its unit, below 0 past the last; `move to it` the
    first move of the whole market that takes an excess or a cushion to the alert. What there is
    none of says so.
    """
    headings = (
        "account", "figure", "value", "unit", "warn", "alert", "light", "level", "distance",
        "move to it", "says", "due", "rule", WORST,
    )  # fmt: skip
    names = dict.fromkeys(threshold.figure for threshold in thresholds)
    alerts = [alert for name in names for alert in _marked(_alerts(found, name, thresholds))]
    alerts.sort(key=lambda alert: _WORST_FIRST.index(alert.light))
    return ReportTable(headings, [alert.row for alert in alerts])


@dataclass(frozen=True)
class _Alert:
    light: Light
    distance: float
    row: list[TableCell]


def _marked(alerts: Iterable[_Alert]) -> list[_Alert]:
    """The rows of one figure, the worst marked: by its light, then by the least distance."""
    rows = list(alerts)
    worst = min(
        rows,
        key=lambda alert: (_WORST_FIRST.index(alert.light), np.nan_to_num(alert.distance)),
        default=None,
    )
    return [replace(each, row=[*each.row, WORST if each is worst else None]) for each in rows]


def _alerts(found: Watched, name: str, thresholds: Iterable[Threshold]) -> Iterator[_Alert]:
    figure, accounts = found.figures[name], found.state.values.accounts
    own = {t.account: t for t in thresholds if t.figure == name}
    chosen = [own.get(account, own.get("")) for account in accounts]
    every = [each or Threshold(name, "", nan, nan, is_least=True) for each in chosen]
    cells = figure.by_account
    if name == REQUIREMENT_CHANGE:
        cells = [NOT_STATED if isnan(each.value) else each.value for each in every]
    elif name == STRESS_CUSHION:
        cells = _stressed(found)
    value = np.array([_number(name, cell) for cell in cells])
    sized = every
    if name.endswith(_MOVE):  # a fall of 10% is the limit 0.10, or -0.10
        sized = [replace(each, warn=abs(each.warn), alert=abs(each.alert)) for each in every]
    warn, alert, least = (
        np.array([getattr(each, side) for each in sized]) for side in ("warn", "alert", "is_least")
    )
    limits = Limits(warn, alert, least, _DUST[figure.unit])
    lights, distance = limits.lights(value), limits.distance(value)
    moves, due = _moves(found, name, limits), _due(found.state, name)
    for i in (i for i, each in enumerate(chosen) if each):
        light, shown = Light(int(lights[i])), every[i]
        title = name[0].upper() + name[1:]
        if name == LARGEST_NAME and found.largest[i]:
            title += f", {found.largest[i]},"
        cell = cells[i]
        if name == PORTFOLIO_DEFICIENCY and cell == NOT_STATED:
            cell = f"the portfolio margin minimum is not stated, {figure.rule}"
        says = _says(title, figure.unit, cell, light, sized[i], due[i])
        yield _Alert(
            light,
            float(distance[i]),
            [
                accounts[i],
                name,
                cells[i] if isinstance(cells[i], float) else NONE,
                figure.unit,
                _or_none(shown.warn),
                _or_none(shown.alert),
                light.word,
                float(light),
                _or_none(distance[i]),
                _or_none(moves[i]),
                says,
                _or_none(due[i]),
                figure.rule,
            ],
        )


def _stressed(found: Watched) -> list[TableCell]:
    """The cushion of each account under the stress of the settings, under portfolio margin."""
    margin = found.regimes.portfolio
    try:
        if isinstance(margin, MarginError):
            raise margin
        after = stressed(margin)
    except MarginError as refusal:
        return [str(refused(refusal))] * len(found.state.values.accounts)
    cushion = ratio(after.excess, after.equity).tolist()
    return [_NOTHING_LEFT if isnan(share) else share for share in cushion]


def _number(name: str, cell: TableCell) -> float:
    """A figure as its limits take it: of a move its size, infinite where none is near enough."""
    if name.endswith(_MOVE):
        return inf if cell == NONE else abs(cell) if isinstance(cell, float) else nan
    if cell == _NOTHING_LEFT:
        return -inf
    return cell if isinstance(cell, float) else nan


def _moves(found: Watched, name: str, limits: Limits) -> FloatArray:
    """The first move of the market that takes an excess or a cushion to its alert."""
    regime, _, kind = name.partition(" ")
    nothing = np.full(len(limits.alert), nan)
    if kind not in ("excess", "cushion") or regime not in ("strategy", "portfolio"):
        return nothing
    if not (limits.is_least & ~np.isnan(limits.alert)).any():
        return nothing
    alert = np.where(limits.is_least, limits.alert, nan)
    zero = np.zeros_like(alert)
    reserve = Reserve(alert, zero) if kind == "excess" else Reserve(zero, alert)
    moves = moves_to_reserve(found.regimes, found.state, reserve, portfolio=regime == "portfolio")
    return nothing if isinstance(moves, MarginError) else moves.nearest


def _due(state: AccountState, name: str) -> FloatArray:
    """Serial day by which what a figure says is missing has to be there; NaN where none is."""
    strategy, portfolio = state.strategy, state.portfolio
    if name in ("strategy excess", "strategy margin call") and isinstance(strategy, StrategyState):
        return strategy.regime.call_due
    if isinstance(portfolio, PortfolioState):
        if name in ("portfolio excess", "portfolio margin call"):
            return portfolio.regime.call_due
        if name == PORTFOLIO_DEFICIENCY:
            return portfolio.minimum_equity_due
    return np.full(len(state.values.accounts), nan)


def _says(
    title: str, unit: str, cell: TableCell, light: Light, limit: Threshold, due: float
) -> str:
    """A figure of an account, which limit it keeps or is past, and by when a call is due."""
    if light is Light.GREY:
        return f"{title} is not known: {str(cell).removeprefix(REFUSED).rstrip('.')}."
    if cell == NONE:
        return f"{title}: no move searched takes the excess away."
    if cell == _NOTHING_LEFT:
        return f"{title}: {_NOTHING_LEFT} of the account's value."
    value = _shown(unit, cell)
    if light is Light.GREEN:
        wanted = _shown(unit, limit.alert if isnan(limit.warn) else limit.warn)
        return f"{title} is {value}; at {'least' if limit.is_least else 'most'} {wanted} is wanted."
    side = "below" if limit.is_least else "above"
    which, past = ("limit", limit.alert) if light is Light.RED else ("warning", limit.warn)
    until = "" if isnan(due) else f", due {day(due)}"
    return f"{title} is {value}, {side} the {which} of {_shown(unit, past)}{until}."


def _shown(unit: str, value: TableCell) -> str:
    if not isinstance(value, float):
        return str(value)
    if unit == DOLLARS:
        return large_money(value)
    return percent(value) if unit == FRACTION else count(int(value), "day")


def _or_none(number: float) -> TableCell:
    return float(number) + 0.0 if np.isfinite(number) else NONE
