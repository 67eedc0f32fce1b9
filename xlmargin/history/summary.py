"""The history in a few figures: averages, worst days, calls, days that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.history.shadow_day import ShadowDay


@dataclass(frozen=True)
class DayFigures:
    """One day over all accounts, $; NaN where a regime was not asked, or an equity is unknown.

    Calls are the number of accounts that miss their requirement. A day that a regime alone refuses
    has a `problem`, and the other's figures.
    """

    day: float
    accounts: int
    long_market_value: float
    initial: float
    maintenance: float
    deposit: float
    portfolio_requirement: float
    released: float
    strategy_calls: float
    portfolio_calls: float
    problem: str
    warning: str

    @property
    def failed(self) -> bool:
        """Whether the day could not be margined at all."""
        return bool(self.problem) and not self.accounts

    def share(self, amount: float) -> float:
        """An amount as a share of the long market value; NaN where there is none."""
        return amount / self.long_market_value if self.long_market_value > 0 else np.nan


@dataclass(frozen=True)
class OnDay:
    """A figure, and the serial day on which it stood; both NaN where there is none."""

    figure: float
    day: float


@dataclass(frozen=True)
class Summary:
    """The history in a few figures.

    Averages are over the days that were margined; shares are of that day's long market value. A
    call is one account on one day: one that stands for three days counts three times. A day that
    one regime refuses counts in the other's figures, and is among the `failed`.
    """

    days: int
    account_days: int
    long_market_value: float
    initial_share: float
    maintenance_share: float
    deposit_share: float
    portfolio_share: float
    released: float
    released_share: float
    least_released: OnDay
    greatest_maintenance: OnDay
    greatest_portfolio: OnDay
    strategy_calls: float
    portfolio_calls: float
    failed: tuple[tuple[float, str], ...]
    warnings: tuple[tuple[float, str], ...]


def day_figures(day: ShadowDay, warning: str = "") -> DayFigures:
    """One day over all accounts; what is unknown of one account is unknown of all."""

    def total(amounts: FloatArray) -> float:
        return np.nan if day.failed else float(amounts.sum())

    return DayFigures(
        day=day.day,
        accounts=len(day.accounts),
        long_market_value=total(day.long_market_value),
        initial=total(day.initial),
        maintenance=total(day.maintenance),
        deposit=total(day.deposit),
        portfolio_requirement=total(day.portfolio_requirement),
        released=total(day.released),
        strategy_calls=_calls(day.strategy_call),
        portfolio_calls=_calls(day.portfolio_call),
        problem=day.problem,
        warning=warning,
    )


def _calls(calls: FloatArray) -> float:
    """Number of accounts with a call; NaN where it is not known of some account."""
    return float((calls > 0).sum()) if len(calls) and not np.isnan(calls).any() else np.nan


def summary(days: Iterable[DayFigures]) -> Summary:
    """The history of these days, in the order of time."""
    every = sorted(days, key=lambda each: each.day)
    done = [day for day in every if not day.failed]
    by_strategy = [d for d in done if not (d.problem and np.isnan(d.maintenance))]
    by_portfolio = [d for d in done if not (d.problem and np.isnan(d.portfolio_requirement))]

    def share(amount: Callable[[DayFigures], float]) -> float:
        return _mean([day.share(amount(day)) for day in done])

    return Summary(
        days=len(every),
        account_days=sum(day.accounts for day in done),
        long_market_value=_mean([day.long_market_value for day in done]),
        initial_share=share(lambda day: day.initial),
        maintenance_share=share(lambda day: day.maintenance),
        deposit_share=share(lambda day: day.deposit),
        portfolio_share=share(lambda day: day.portfolio_requirement),
        released=_mean([day.released for day in done]),
        released_share=share(lambda day: day.released),
        least_released=_greatest(done, lambda day: -day.released, -1.0),
        greatest_maintenance=_greatest(done, lambda day: day.maintenance),
        greatest_portfolio=_greatest(done, lambda day: day.portfolio_requirement),
        strategy_calls=_total([day.strategy_calls for day in by_strategy]),
        portfolio_calls=_total([day.portfolio_calls for day in by_portfolio]),
        failed=tuple((day.day, day.problem) for day in every if day.problem),
        warnings=tuple((day.day, day.warning) for day in every if day.warning),
    )


def _mean(figures: Sequence[float]) -> float:
    """Mean of the days that have the figure; NaN where none has."""
    known = [figure for figure in figures if not np.isnan(figure)]
    return float(np.mean(known)) if known else np.nan


def _total(figures: Sequence[float]) -> float:
    """Sum over the days; NaN where one is not known."""
    return sum(figures) if figures else np.nan


def _greatest(
    days: Sequence[DayFigures], figure: Callable[[DayFigures], float], sign: float = 1.0
) -> OnDay:
    """The greatest figure, times a sign, and the first day that has it."""
    known = [(figure(day), day.day) for day in days if not np.isnan(figure(day))]
    if not known:
        return OnDay(np.nan, np.nan)
    greatest, day = max(known, key=lambda each: each[0])
    return OnDay(sign * greatest, day)
