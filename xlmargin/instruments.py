"""What can be held: shares, options, cash; and what an option is written on.

The classes of underlyings follow the rule's table of valuation points; a broker's own words are
turned into these at the door.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final


class InstrumentKind(IntEnum):
    """Kind of a position's instrument; integers, because positions are held as arrays."""

    STOCK = 0
    """Shares of a stock, fund or note."""
    CALL = 1
    PUT = 2
    CASH = 3

    @property
    def word(self) -> str:
        """The word used in ranges: stock, call, put, cash."""
        return self.name.lower()


class UnderlyingClass(StrEnum):
    """Class of an underlying in the margin rules; decides its valuation points and its rates."""

    STOCK = "stock"
    ETF_BROAD = "etf_broad"
    """Exchange-traded fund on a broad-based index."""
    ETF_NARROW = "etf_narrow"
    """Exchange-traded fund on anything narrower than a broad-based index."""
    ETN = "etn"
    ETF_EXEMPT = "etf_exempt"
    """Fund of exempted securities: 95% or more in US government or municipal paper."""
    MONEY_MARKET = "money_market"
    """Money market fund."""
    TREASURY = "treasury"
    """Treasury bill, note or bond, held by its principal and priced per 100 of it."""
    INDEX_HIGH_CAP = "index_high_cap"
    """High-capitalisation broad-based index, such as the S&P 500."""
    INDEX_BROAD = "index_broad"
    """Broad-based index that is not high-capitalisation, such as the Russell 2000."""
    INDEX_NARROW = "index_narrow"
    VOL_INDEX = "vol_index"
    """Index of implied volatility, such as the VIX."""

    @property
    def is_index(self) -> bool:
        """Whether the underlying is an index itself, which cannot be held as shares."""
        return self in INDEX_CLASSES

    @property
    def stands_still(self) -> bool:
        """Whether moves of the market leave its price alone: no equity, outside the array."""
        return self in (UnderlyingClass.MONEY_MARKET, UnderlyingClass.TREASURY)


INDEX_CLASSES: Final = frozenset(
    {
        UnderlyingClass.INDEX_HIGH_CAP,
        UnderlyingClass.INDEX_BROAD,
        UnderlyingClass.INDEX_NARROW,
        UnderlyingClass.VOL_INDEX,
    }
)


PRINCIPAL: Final = 0.01
"""Multiplier of Treasury securities: held by their principal, priced per 100 of it."""


class Style(StrEnum):
    """When an option may be exercised."""

    AMERICAN = "american"
    EUROPEAN = "european"


class Settlement(StrEnum):
    """When the series of an index settles on its day of expiration; shares settle at the close."""

    AM = "am"
    """At the opening, so that it never covers what settles at that day's close."""
    PM = "pm"
