"""The words people use, as words.toml lists them: in cells, and as headings of the ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, IntEnum
from typing import Final, TypeVar

from xlmargin.cells.values import Headings, Words
from xlmargin.contracts import InstrumentKind, Settlement, Style
from xlmargin.packaged import packaged_toml

_E = TypeVar("_E", bound=Enum)


class TypeWord(IntEnum):
    """What a word for the type of a position says; the first four are `InstrumentKind`."""

    STOCK = InstrumentKind.STOCK
    CALL = InstrumentKind.CALL
    PUT = InstrumentKind.PUT
    CASH = InstrumentKind.CASH
    OPTION = 4
    """An option whose right stands elsewhere."""
    TREASURY = 5
    """A Treasury bill, note or bond: held like shares, by its principal, with a maturity."""
    OTHER = 6
    """A future, a bond, a warrant: nothing that a requirement is worked out for here."""


class Side(IntEnum):
    """Bought or sold; a closing word is a trade, and no side of a position."""

    LONG = 1
    SHORT = -1
    BUY_TO_CLOSE = 2
    SELL_TO_CLOSE = -2

    @property
    def sign(self) -> int:
        """1 where the quantity grows, -1 where it falls."""
        return 1 if self > 0 else -1


class YesNo(Enum):
    """TRUE and FALSE, yes and no."""

    YES = "yes"
    NO = "no"


class Direction(Enum):
    """On which side of its limits a figure is past them."""

    BELOW = "below"
    ABOVE = "above"


def stated_words(enum: type[_E], stated: Mapping[str, Sequence[str]]) -> Words[_E]:
    """The words for members of an enumeration as TOML lists them, by the members' names."""
    return Words({enum[name.upper()]: tuple(words) for name, words in stated.items()})


def stated_columns(stated: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The other words for each heading as TOML lists them."""
    return {name: tuple(others) for name, others in stated.items()}


_LISTED: Final = packaged_toml("xlmargin.cells", "words.toml")
_WORDS: Final = _LISTED["words"]

TYPES: Final = stated_words(TypeWord, _WORDS["type"])
RIGHTS: Final = stated_words(InstrumentKind, _WORDS["right"])
STYLES: Final = stated_words(Style, _WORDS["style"])
SETTLEMENTS: Final = stated_words(Settlement, _WORDS["settlement"])
SIDES: Final = stated_words(Side, _WORDS["side"])
YES_NO: Final = stated_words(YesNo, _WORDS["yes_no"])
DIRECTIONS: Final = stated_words(Direction, _WORDS["direction"])

_OF: Final = {name: stated_columns(stated) for name, stated in _LISTED["headings"].items()}
_HELD: Final = _OF["positions"]
_TRADED: Final = {
    **_HELD,
    **_OF["fee"],
    "side": tuple(word for word in _HELD["side"] if word not in ("action", "order")),
}
_DONE: Final = (
    "symbol", "type", "right", "quantity", "side", "strike", "expiration", "underlying",
    "multiplier", "style", "settlement", "deliverable", "currency", "account",
)  # fmt: skip

POSITIONS: Final = Headings(_HELD, needed=("symbol", "quantity"), held=True)
"""A row a position."""

TRADES: Final = Headings({**_TRADED, **_OF["trades"]}, needed=("symbol",))
"""A row a trade: the headings of a position, what is done, and at which fee."""

ORDERS: Final = Headings({**_TRADED, **_OF["orders"]}, needed=("symbol",))
"""A row an order of which the greatest quantity is looked for, and the most that is looked at."""

CANDIDATES: Final = Headings({**_HELD, **_OF["fee"]}, needed=("symbol",))
"""A row a contract that might be traded; its quantity is the most of it."""

ACTIVITY: Final = Headings(
    {**{name: _TRADED[name] for name in _DONE}, **_OF["fee"], **_OF["activity"]},
    needed=("symbol", "quantity"),
)
"""A row a trade, a deposit or a withdrawal."""

THRESHOLDS: Final = Headings(_OF["thresholds"], needed=("figure",), labels=("account",))
"""A row a figure that is watched, with its limits."""

BROKER_FIGURES: Final = Headings(
    _OF["broker_figures"], needed=("figure", "amount"), labels=("account",)
)
"""A row a figure of a broker."""

MARKET: Final = Headings(
    _OF["market"],
    needed=("symbol", "price"),
    terms=("dividend_yield",),
    remarks=("style", "known as", "how sure"),
)
"""A row an underlying."""

DIVIDENDS: Final = Headings(_OF["dividends"], needed=("symbol", "ex_date", "amount"))
"""A row a cash dividend."""

DAYS: Final = frozenset(_LISTED["columns"]["days"])
"""Columns and settings that are days: a date in text is written as one that a sheet knows."""

FRACTIONS: Final = frozenset(_LISTED["columns"]["fractions"])
"""Columns and settings of rates, volatilities and shares: percent of them are fractions."""

TEXTS: Final = frozenset(_LISTED["columns"]["texts"])
"""Columns of names and words, in which what looks like a number is one, too."""
