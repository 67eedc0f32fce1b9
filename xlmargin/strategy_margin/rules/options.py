"""Options in no hedge or spread: long ones, and those carried short, alone or a put beside a call.

A long option is paid in full, unless it lives long enough to have loan value. In maintenance one
without loan value has neither value nor requirement. One with loan value counts in the equity at
its market value wherever it stands: alone it requires a share of that value, in a hedge or spread
all of it, so that it adds nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from xlmargin.arrays import either, greater, lesser
from xlmargin.contracts import InstrumentKind
from xlmargin.dates import months_ahead, serial_of
from xlmargin.market import Underlying
from xlmargin.rulebook import StrategyRules, UnderlyingClass
from xlmargin.strategy_margin.rules.kinds import Paragraph, RequirementKind
from xlmargin.strategy_margin.rules.stock import raised


@dataclass(frozen=True)
class OptionLeg:
    """Contracts of one option position.

    `contracts` is a magnitude. `value` is the option's cost or mark, $ per unit. `scale` is how
    many units of the class group's full index one unit stands for: 0.1 for a one-tenth index.
    """

    position: int
    """Index into the positions."""
    kind: InstrumentKind
    strike: float
    expiration: float
    """Serial day."""
    american: bool
    contracts: int
    is_long: bool
    multiplier: float
    value: float
    underlying: Underlying
    scale: float = 1.0
    settled: bool = False
    """Whether it settled at the open of the day and is cash by now."""

    @property
    def is_call(self) -> bool:
        """Whether the option is a call; else it is a put."""
        return self.kind is InstrumentKind.CALL

    @property
    def units_per_contract(self) -> float:
        """Units of the group's full index that one contract stands for."""
        return self.multiplier * self.scale

    @property
    def index_strike(self) -> float:
        """Strike in $ per unit of the group's full index: 4,800 for 480 on a one-tenth index."""
        return self.strike / self.scale

    @property
    def itm_amount(self) -> float:
        """In-the-money amount at the underlying's spot, $ per unit, >= 0."""
        return self.intrinsic_value(self.underlying.spot)

    @property
    def otm_amount(self) -> float:
        """Out-of-the-money amount at the underlying's spot, $ per unit, >= 0."""
        above = self.strike - self.underlying.spot
        return greater(0.0, above if self.is_call else -above)

    def intrinsic_value(self, spot: float) -> float:
        """Value if exercised with the underlying at this price, $ per unit, >= 0."""
        above = spot - self.strike
        return greater(0.0, above if self.is_call else -above)


UNCOVERED: Final = Paragraph("FINRA 4210(f)(2)(E)(i)", "FINRA 4210(f)(2)(E)(i)")
_BROAD_INDEXES: Final = frozenset({UnderlyingClass.INDEX_HIGH_CAP, UnderlyingClass.INDEX_BROAD})

STRADDLE: Final = Paragraph("FINRA 4210(f)(2)(G)(i)", "FINRA 4210(f)(2)(G)(i)")


def uncovered(leg: OptionLeg, kind: RequirementKind, rules: StrategyRules) -> float:
    """Requirement for a listed option carried short and uncovered, $ per unit.

    The option's proceeds initially, its market value afterwards, and on top of it `add_on`.
    Maintenance of a put is no more than its strike, which is all it can lose. An option that
    settled at the open of the day is cash owed: its value and no more.

    Rule: FINRA 4210(f)(2)(E)(i); the cap of puts: interpretation (f)(2)(E)(i)/01.
    """
    if leg.settled:
        return leg.value
    requirement = leg.value + add_on(leg, rules)
    capped = rules.short_options.short_put_cap and kind is RequirementKind.MAINTENANCE
    return lesser(requirement, leg.strike) if capped and not leg.is_call else requirement


def add_on(leg: OptionLeg, rules: StrategyRules) -> float:
    """What an uncovered short option requires on top of its value, $ per unit.

    A share of the underlying's value less the out-of-the-money amount; never less than a least
    share - of the underlying's value for calls, of the strike for puts - nor than an amount that
    only houses ask for. Both shares are multiplied by the factor of a leveraged underlying, and
    the first is the house's for the symbol where that is more.

    Rule: FINRA 4210(f)(2)(E)(i); interpretation (f)(2)(E)/02.
    """
    spot = leg.underlying.spot
    basic = underlying_rate(leg, rules) * spot - leg.otm_amount
    least = minimum_rate(leg, rules) * (spot if leg.is_call else leg.strike)
    return greater(greater(basic, least), rules.short_options.uncovered_minimum)


def straddle(put: OptionLeg, call: OptionLeg, kind: RequirementKind, rules: StrategyRules) -> float:
    """Requirement for a short put and a short call on as many units, $ per unit of the full index.

    The greater of the two uncovered requirements, and the value of the other option. Strikes,
    expirations and scales may differ. Where the two are equal, the side that requires less in all.

    Rule: FINRA 4210(f)(2)(G)(i).
    """
    of_put, of_call = (uncovered(leg, kind, rules) / leg.scale for leg in (put, call))
    put_value, call_value = (leg.value / leg.scale for leg in (put, call))
    unlike = either(of_put > of_call, of_put + call_value, of_call + put_value)
    return either(of_put == of_call, of_put + lesser(put_value, call_value), unlike)


def pairs_by_value(leg: OptionLeg) -> bool:
    """Whether a short option pairs with one of another scale on as much underlying value.

    Rule: FINRA 4210(f)(2)(G)(i)i-j.
    """
    return leg.underlying.underlying_class in _BROAD_INDEXES


def underlying_rate(leg: OptionLeg, rules: StrategyRules) -> float:
    """Share of the underlying's value, a leveraged one's factor inside.

    The product's own where it has one, else its class's; the house's for the symbol where that is
    more.
    """
    options, product = rules.short_options, leg.underlying.symbol.lower()
    if product in options.product_underlying_rate:
        rate = options.product_underlying_rate[product]
    else:
        rate = options.underlying_rate[leg.underlying.underlying_class]
    return raised(option_factor(leg.underlying, rules) * rate, leg.underlying.house.option_rate)


def minimum_rate(leg: OptionLeg, rules: StrategyRules) -> float:
    """Least share, a leveraged underlying's factor inside: the product's own, else its class's."""
    options, product = rules.short_options, leg.underlying.symbol.lower()
    if product in options.product_minimum_rate:
        rate = options.product_minimum_rate[product]
    else:
        rate = options.minimum_rate[leg.underlying.underlying_class]
    return option_factor(leg.underlying, rules) * rate


def option_factor(underlying: Underlying, rules: StrategyRules) -> float:
    """Multiple of both shares for options on a leveraged underlying, at least 1.

    Rule: FINRA 4210 interpretation (f)(2)(E)/02; for indexes none says so (unconfirmed: check
    against the rule text).
    """
    short_options = rules.short_options
    multiplies = short_options.leveraged_option_factor and (
        short_options.leveraged_index_option_factor or not underlying.underlying_class.is_index
    )
    return max(1.0, abs(underlying.leverage)) if multiplies else 1.0


LONG_OPTION: Final = Paragraph("FINRA 4210(f)(2)(B), (D)", "FINRA 4210(f)(2)(B), (D)")


def long_option(leg: OptionLeg, kind: RequirementKind, as_of: date, rules: StrategyRules) -> float:
    """Requirement for a long option in no hedge or spread, $ per unit.

    With loan value, a share of its cost initially and of its market value afterwards. Without,
    all of its cost initially, and nothing afterwards.

    Rule: FINRA 4210(f)(2)(B), (D).
    """
    share = rules.long_options.long_option_rate[leg.underlying.underlying_class] * leg.value
    without = leg.value if kind is not RequirementKind.MAINTENANCE else 0.0
    return either(has_loan_value(leg, as_of, rules), share, without)


def paid_in_full(leg: OptionLeg, kind: RequirementKind, as_of: date, rules: StrategyRules) -> float:
    """Requirement for a long option used in a hedge or spread, $ per unit: no loan value there.

    All of its cost initially. Afterwards its market value where the equity counts that, else
    nothing.

    Rule: FINRA 4210(f)(2)(B), (H)(i).
    """
    if kind is not RequirementKind.MAINTENANCE:
        return leg.value
    return either(has_loan_value(leg, as_of, rules), leg.value, 0.0)


def has_loan_value(leg: OptionLeg, as_of: date, rules: StrategyRules) -> bool:
    """Whether a long option has loan value, and so a value in the equity of maintenance.

    It expires after the day that lies the rule's months ahead by the calendar, and its class of
    underlying has a share below the whole value.

    Rule: FINRA 4210(f)(2)(B), (D).
    """
    long_options = rules.long_options
    if long_options.long_option_rate[leg.underlying.underlying_class] >= 1.0:
        return False
    until = serial_of(months_ahead(as_of, long_options.long_option_months))
    return leg.expiration // 1 > until
