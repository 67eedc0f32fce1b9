"""What a record holds: shares, an option, or cash. The sign of the quantity tells the side."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass, replace
from math import nan
from typing import Final

from xlmargin.cells.columns import day_of
from xlmargin.cells.numbers import NUMBER
from xlmargin.cells.words import RIGHTS, SIDES
from xlmargin.contracts import PRINCIPAL, STANDARD_CONTRACT, InstrumentKind
from xlmargin.dates import LAST_SATURDAY, is_saturday, serial_of
from xlmargin.errors import InputError, Problem
from xlmargin.importers.records import Record, shown
from xlmargin.known_instruments import KNOWN
from xlmargin.option_symbols import (
    OptionSymbol,
    adjusted_root,
    is_cusip,
    is_money_fund,
    read_option_symbol,
    share_ticker,
)

CASH: Final = "CASH"
PENDING: Final = "PENDING"
"""Symbol of money that is under way."""

MONEY_FUND: Final = "a money market fund, taken as cash"
OURS: Final = (
    "shares, a fund, an option on shares or an index, or cash;"
    " `xlmargin import --leave-out` takes the rest without it"
)
TICKER: Final = "a ticker such as XYZ or BRK.B"
DOLLARS: Final = "USD: requirements are in dollars"

OPTION: Final = "an option symbol with root, date, right and strike"
MINI_MULTIPLIER: Final = 10.0
_ROUNDING: Final = 0.01
"""$ per unit by which a printed price may differ from the one that the value was made of."""
_ACCRUED: Final = 0.1
"""Share by which the value of a Treasury security may differ from its price, for interest due."""
_TREASURY: Final = re.compile(r"\bU\.? ?S\.? TREAS|\bT[ -]BILL\b|\bTREASURY (?:BILL|NOTE|BOND)")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{2,4}")
_SAME_STRIKE: Final = 0.0005
_ONE_DAY: Final = dt.timedelta(days=1)
_ACCOUNT: Final = re.compile(r"([^=+\-@\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,63})?")


@dataclass(frozen=True)
class BrokerHolding:
    """A position as a broker's file states it; numbers are NaN, texts "" where it does not.

    `symbol` of an option is its OCC symbol. Price and cost are in $ per unit, magnitudes;
    `underlying_price` and the margin groups are what some files state beside it.
    """

    row: int
    symbol: str
    kind: InstrumentKind
    quantity: float
    price: float = nan
    cost: float = nan
    multiplier: float = nan
    underlying: str = ""
    account: str = ""
    option: OptionSymbol | None = None
    underlying_price: float = nan
    class_group: str = ""
    product_group: str = ""
    note: str = ""
    maturity: dt.date | None = None
    """Of a Treasury security, whose quantity is principal and whose price is per 100 of it."""


@dataclass(frozen=True)
class NotOurs:
    """A record of something that no requirement is worked out for, such as a bond or a future."""

    problem: Problem


@dataclass(frozen=True)
class Skipped:
    """A record that is no position: a total, a lot, nothing held.

    `total`, $, is what the file says that the rows since the total before are worth together.
    """

    what: str
    total: float = nan


BrokerEntry = BrokerHolding | NotOurs | Skipped
"""What comes of a record; one that cannot be read is refused."""


def holding(record: Record) -> BrokerEntry:
    """Shares or an option, whichever the symbol names."""
    text = record.text("symbol")
    option = read_option_symbol(text)
    if option is not None:
        return option_held(record, option)
    if is_cusip(text):
        return not_ours(record, "symbol")
    if not share_ticker(text):
        raise record.refused("symbol", f"{TICKER}, or {OPTION}")
    return shares_held(record)


def shares_held(record: Record, symbol: str = "") -> BrokerEntry:
    """Shares of a stock or fund; a money market fund at a dollar a share is cash.

    `symbol` stands for the record's own where it is given.
    """
    quantity = _quantity(record)
    if quantity == 0:
        return Skipped("nothing held")
    name = KNOWN.ticker(share_ticker(symbol or record.text("symbol")))
    if not name:
        raise record.refused("symbol", TICKER)
    price = abs(record.number("price"))
    if is_money_fund(name) and price == 1.0:
        return cash_held(record, name, quantity, MONEY_FUND)
    _check_value(record, quantity, price, 1.0)
    return BrokerHolding(
        record.line.row,
        name,
        InstrumentKind.STOCK,
        quantity,
        price,
        _cost(record, quantity, 1.0),
        account=_account(record),
    )


def treasury_held(record: Record, name: str) -> BrokerEntry | None:
    """A Treasury security by the name that a broker gives it; None where it is none.

    Of the dates in the name the later one is the maturity: nothing matures before it is issued. A
    security without a symbol is called by it.
    """
    days = [day for text in _DAY.findall(name) if (day := day_of(text)) is not None]
    if not _TREASURY.search(name) or not days:
        return None
    quantity, price = _quantity(record), abs(record.number("price"))
    if quantity == 0:
        return Skipped("nothing held")
    made, value = abs(quantity) * price * PRINCIPAL, abs(record.number("value"))
    if abs(made - value) > _ACCRUED * made:
        raise record.refused("value", f"about {made:,.2f}: principal x price / 100")
    return BrokerHolding(
        record.line.row,
        record.text("symbol") or f"UST_{max(days):%Y%m%d}",
        InstrumentKind.STOCK,
        quantity,
        price,
        _cost(record, quantity, PRINCIPAL),
        account=_account(record),
        maturity=max(days),
    )


def option_held(record: Record, option: OptionSymbol | None = None) -> BrokerEntry:
    """An option; what the record says beside its symbol must not contradict it.

    `option` stands for the contract that the record's own symbol names where it is given.
    """
    option = option or read_option_symbol(record.text("symbol"))
    quantity = _quantity(record)
    if quantity == 0:
        return Skipped("nothing held")
    if option is None:
        raise record.refused("symbol", OPTION)
    _check_terms(record, option)
    price = abs(record.number("price"))
    multiplier, note = _multiplier(record, option, quantity, price)
    underlying = share_ticker(record.text("underlying"))
    expires = serial_of(option.expiration)
    if is_saturday(expires) and expires > LAST_SATURDAY:
        option = replace(option, expiration=option.expiration - _ONE_DAY)
        note = "a Saturday expiration, taken as the Friday before it"
    if adjusted_root(option.root):
        note = "an adjusted contract: check what it delivers, and give it an underlying and price"
        underlying = option.root
    return BrokerHolding(
        row=record.line.row,
        symbol=str(option),
        kind=option.right,
        quantity=quantity,
        price=price,
        cost=_cost(record, quantity, multiplier),
        multiplier=multiplier,
        underlying=underlying,
        account=_account(record),
        option=option,
        underlying_price=record.number("underlying_price"),
        note=note,
    )


def cash_held(record: Record, symbol: str, amount: float, note: str = "") -> BrokerEntry:
    """Cash or what counts as cash, in dollars; a debit is negative.

    A symbol that is no ticker, such as the name of a sweep, is CASH.
    """
    if math.isnan(amount):
        raise record.refused("value", "an amount in dollars")
    if amount == 0:
        return Skipped("nothing held")
    name = symbol if symbol == PENDING else share_ticker(symbol) or CASH
    row, account = record.line.row, _account(record)
    return BrokerHolding(row, name, InstrumentKind.CASH, amount, account=account, note=note)


def not_ours(record: Record, field: str = "type") -> NotOurs:
    """The answer to a record that is neither shares nor an option nor cash."""
    found = shown(record.text(field))
    if field != "symbol":
        found += f" of {shown(record.text('symbol'))}"
    return NotOurs(record.line.problem(record.label(field), found, OURS))


def totals(record: Record) -> Skipped:
    """A record that adds up the market value of those above it; one without an amount says none."""
    return Skipped("totals", market_value(record))


def market_value(record: Record) -> float:
    """The market value that a record states, $; NaN where it is empty or no number."""
    try:
        return record.number("value")
    except InputError:
        return nan


def _quantity(record: Record) -> float:
    """The signed quantity; a word for the side may not say otherwise."""
    quantity = record.number("quantity")
    if math.isnan(quantity):
        raise record.refused("quantity", NUMBER)
    word = record.text("side")
    side = SIDES.read(word)
    if word and side is None:
        raise record.refused("side", SIDES.wanted)
    if side is not None and side.sign * quantity < 0:
        raise record.refused("side", "the side that the sign of the quantity says")
    return quantity


def _account(record: Record) -> str:
    """The account's name, "" where there is none; a formula is no name."""
    name = " ".join(record.text("account").split())
    if not _ACCOUNT.fullmatch(name):
        raise record.refused("account", "a name of at most 64 signs, without = + - @ in front")
    return name


def _cost(record: Record, quantity: float, multiplier: float) -> float:
    """What a unit cost, $: as stated, or else its share of the whole cost; NaN without either."""
    cost = abs(record.number("cost"))
    if math.isnan(cost):
        cost = abs(record.number("total_cost")) / (abs(quantity) * multiplier)
    return cost


def _multiplier(
    record: Record, option: OptionSymbol, quantity: float, price: float
) -> tuple[float, str]:
    """Units per contract: as stated, as known, or else 100 unless the value says a mini's 10."""
    stated = record.number("multiplier")
    if math.isnan(stated) and option.multiplier:
        stated = option.multiplier
    if not math.isnan(stated):
        _check_value(record, quantity, price, stated)
        return stated, ""
    root = KNOWN.root(option.root, option.expiration)
    usual = STANDARD_CONTRACT if root is None or math.isnan(root.multiplier) else root.multiplier
    if not _fits(record, quantity, price, usual) and _fits(
        record, quantity, price, MINI_MULTIPLIER
    ):
        return MINI_MULTIPLIER, "10 units a contract, by its value"
    _check_value(record, quantity, price, usual)
    return usual, "" if usual == STANDARD_CONTRACT else f"{usual:g} units a contract, known"


def _check_value(record: Record, quantity: float, price: float, multiplier: float) -> None:
    if not _fits(record, quantity, price, multiplier):
        made = abs(quantity) * price * multiplier
        raise record.refused("value", f"about {made:,.2f}: quantity x price x multiplier")


def _fits(record: Record, quantity: float, price: float, multiplier: float) -> bool:
    """Whether the record's value is quantity x price x multiplier, or one of them is unknown."""
    units = abs(quantity) * multiplier
    apart = abs(units * price - abs(record.number("value")))
    return not apart > _ROUNDING * (units + 1.0)


def _check_terms(record: Record, option: OptionSymbol) -> None:
    """Refuse a strike, expiration or right beside the symbol that contradicts it."""
    if abs(record.number("strike") - option.strike) > _SAME_STRIKE:
        raise record.refused("strike", f"{option.strike:g}, as the symbol says")
    expiration = record.day("expiration")
    on_saturday = is_saturday(serial_of(option.expiration))
    day_before = option.expiration - _ONE_DAY if on_saturday else None
    if expiration not in (None, option.expiration, day_before):
        raise record.refused("expiration", f"{option.expiration}, as the symbol says")
    right = record.text("right")
    if right and RIGHTS.read(right) is not option.right:
        raise record.refused("right", f"{option.right.word}, as the symbol says")
