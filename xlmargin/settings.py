"""The user's settings: one value each, with what is assumed where a setting is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import nan


class AccountType(StrEnum):
    """Which rules an account is under."""

    MARGIN = "margin"
    CASH = "cash"
    PORTFOLIO = "portfolio"


class Basis(StrEnum):
    """Which strategy-based figure portfolio margin is compared with."""

    DEPOSIT = "deposit"
    INITIAL = "initial"
    MAINTENANCE = "maintenance"


class Smile(StrEnum):
    """What happens to an option's volatility when the underlying moves."""

    STICKY_STRIKE = "sticky_strike"
    """Each series keeps its volatility."""
    STICKY_MONEYNESS = "sticky_moneyness"
    """Each strike takes the volatility that the same moneyness has now."""


class BaseValue(StrEnum):
    """The option value from which gains and losses are counted."""

    MARK = "mark"
    """The price given; the model's value where none is given."""
    MODEL = "model"


class UnsolvedPrice(StrEnum):
    """What happens to an option whose price no volatility gives, a little below its bound."""

    LEAST_VALUE = "least_value"
    """It is valued at zero volatility, gains counted from its price."""
    REFUSE = "refuse"


class DayTradingRegime(StrEnum):
    """Which rules a broker applies to trading within the day."""

    BY_DATE = "by_date"
    """Intraday margin from its first day, pattern day trading before."""
    INTRADAY = "intraday"
    PATTERN_DAY_TRADER = "pattern_day_trader"


class KnownUnderlyings(StrEnum):
    """Which facts of the rulebook's tables count where the market range does not state them."""

    CONFIRMED = "confirmed"
    """All that lower no requirement, and those that lower one where a list confirms them."""
    ALL = "all"
    STATE = "state"
    """None: everything must be stated."""


class CapacityRegimes(StrEnum):
    """Under which regimes the greatest quantity of an order is looked for."""

    OWN = "own"
    """Under that of the accounts, and under portfolio margin, where it costs little."""
    BOTH = "both"
    BOTH_OF_ONE = "both_of_one"
    """Under both where there is one order alone, which costs little; else as `OWN`."""


class Paper(StrEnum):
    """What a report is printed on."""

    LETTER = "letter"
    A4 = "A4"


@dataclass(frozen=True)
class Settings:
    """Settings other than the date and the rates, which belong to the market.

    `cash` and `sma` are in dollars, NaN where not stated. `parity_tolerance` is a share of the
    underlying's price by which an option may be below its value without volatility, NaN for the
    usual one; `tolerance_share` is the share of a broker's figure that ours may differ by and agree
    with it, `tolerance_dollars` what it may differ by in any case, NaN for nothing; older than the
    book by more than `overdue_days`, a broker's figure is overdue. `stress_move` is the move of the
    whole market that reports tell of, a fraction, and `stress_volatility` that of every volatility,
    a fraction of itself: 1 doubles it. `overrides`
    holds rule parameters by their names. `of_accounts` are those of the accounts, by name, that
    state some of their own. `left_out` are the names of those that nobody stated.
    """

    house: str = "rule"
    account_type: AccountType = AccountType.PORTFOLIO
    cash: float = nan
    sma: float = nan
    basis: Basis = Basis.DEPOSIT
    smile: Smile = Smile.STICKY_STRIKE
    base_value: BaseValue = BaseValue.MARK
    unsolved_price: UnsolvedPrice = UnsolvedPrice.LEAST_VALUE
    parity_tolerance: float = nan
    day_trading_regime: DayTradingRegime = DayTradingRegime.BY_DATE
    known_underlyings: KnownUnderlyings = KnownUnderlyings.CONFIRMED
    capacity_regimes: CapacityRegimes = CapacityRegimes.BOTH_OF_ONE
    tolerance_share: float = 0.01
    tolerance_dollars: float = nan
    overdue_days: float = 3.0
    stress_move: float = -0.20
    stress_volatility: float = 1.0
    overrides: Mapping[str, float] = field(default_factory=dict)
    of_accounts: Mapping[str, Settings] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()

    def of(self, account: str) -> Settings:
        """The settings of one account: its own, or else those of all."""
        return self.of_accounts.get(account, self)

    def changed(self, change: Callable[[Settings], Settings]) -> Settings:
        """The settings changed alike for all accounts."""
        own = {name: change(settings) for name, settings in self.of_accounts.items()}
        return replace(change(self), of_accounts=own)
