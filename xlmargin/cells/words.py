"""The words people use: headings of the ranges, words for type, right, side, style, yes and no."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Final

from xlmargin.cells.values import Headings, Words, one_of
from xlmargin.contracts import InstrumentKind, Settlement, Style


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


TYPES: Final = one_of(
    TypeWord,
    {
        TypeWord.STOCK: "stocks, stk, share, shares, equity, equities, eq, etf, etfs, fund, funds,"
        "etn, adr, ads, reit, common, common stock, ordinary share, preferred stock, mutual fund,"
        "mutual funds, closed end fund, cef, etfs & closed end funds, exchange traded fund,"
        "us_equity, unit, spdr, index fund, unit trust",
        TypeWord.CALL: "calls, c, call option, call options, equity call, index call",
        TypeWord.PUT: "puts, p, put option, put options, equity put, index put",
        TypeWord.CASH: "money market, money market fund, money fund, sweep, sweep fund,"
        "bank deposit, bank sweep, cash and money market, cash equivalent, currency, core account,"
        "cash & cash investments, usd",
        TypeWord.OPTION: "options, opt, equity option, equity options, index option,"
        "index options, stock option, equity and index options, us_option, listed option,"
        "etf option",
        TypeWord.TREASURY: "treasuries, treasury bill, treasury bills, treasury note,"
        "treasury notes, treasury bond, treasury bonds, us treasury, us treasuries,"
        "u.s. treasury, us treasury bill, us treasury note, us treasury bond, t-bill, t-bills,"
        "t-note, t-bond, treasury security, treasury securities, ust",
        TypeWord.OTHER: "future, futures, fut, fop, futures option, options on futures, bond,"
        "bonds, bill, note, fixed income, crypto,"
        "cryptocurrency, warrant, warrants, war, cfd, cfds, forex, fx, swap, structured product,"
        "bag, combo, cd, certificate of deposit, commodity, cmdty, futures_option",
    },
)
RIGHTS: Final = Words(
    {
        InstrumentKind.CALL: ("call", "c", "calls", "call option"),
        InstrumentKind.PUT: ("put", "p", "puts", "put option"),
    }
)
STYLES: Final = one_of(
    Style, {Style.AMERICAN: "amer, a, american style", Style.EUROPEAN: "euro, e, european style"}
)
SETTLEMENTS: Final = one_of(
    Settlement,
    {
        Settlement.AM: "a.m., morning, open, at the open, opening",
        Settlement.PM: "p.m., afternoon, close, at the close, closing",
    },
)


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


SIDES: Final = one_of(
    Side,
    {
        Side.LONG: "l, buy, bought, b, bot, bto, buy to open, buy open, purchase, purchased,"
        "option purchase, held, owned, debit long, open long",
        Side.SHORT: "s, sell, sold, sld, sto, sell to open, sell open, ss, sell short,"
        "sold short, short sale, write, written, wrote, w, option sale, open short",
        Side.BUY_TO_CLOSE: "btc, cover, buy to cover, buy close, close short",
        Side.SELL_TO_CLOSE: "stc, sell close, close long",
    },
)


class YesNo(Enum):
    """TRUE and FALSE, yes and no."""

    YES = "yes"
    NO = "no"


YES_NO: Final = one_of(YesNo, {YesNo.YES: "y, true, 1, on", YesNo.NO: "n, false, 0, off"})


class Direction(Enum):
    """On which side of its limits a figure is past them."""

    BELOW = "below"
    ABOVE = "above"


DIRECTIONS: Final = one_of(
    Direction,
    {
        Direction.BELOW: "under, least, at least, min, minimum, not below, falls below",
        Direction.ABOVE: "over, most, at most, max, maximum, not above, rises above",
    },
)

_CURRENCY: Final = ("ccy", "curr", "currency primary", "currency code")

POSITIONS: Final = Headings(
    {
        "symbol": (
            "option symbol", "occ symbol", "ticker", "instrument", "contract", "security",
        ),
        "type": (
            "instrument type", "security type", "sec type", "asset type", "asset class", "kind",
            "asset category",
        ),
        "right": (
            "put/call", "call/put", "put or call", "call or put", "p/c", "c/p", "option type",
            "cp flag", "opt type",
        ),
        "quantity": (
            "qty", "amount", "position", "contracts", "shares", "units", "size", "no of contracts",
            "number of shares",
        ),
        "side": (
            "long/short", "buy/sell", "direction", "position side", "l/s", "b/s", "action",
            "transaction", "trans", "trade", "trade type", "order", "buy or sell", "long or short",
            "pos", "position type", "way", "holding", "open/close",
        ),
        "strike": ("strike price", "exercise price", "k"),
        "expiration": (
            "expiry", "exp", "exp date", "expiration date", "expiry date", "expires", "maturity",
            "maturity date",
        ),
        "coupon": ("coupon rate", "cpn"),
        "underlying": ("underlying symbol", "underlying ticker", "underlier", "root"),
        "price": (
            "mark", "market price", "mark price", "mkt price", "current price", "mid", "mid price",
            "price per share", "price per unit", "close", "px",
        ),
        "bid": ("bid price",),
        "ask": ("ask price", "offer"),
        "last": ("last price", "last trade"),
        "mark_spot": ("underlying price", "undl price", "underlying last price", "spot at mark"),
        "forward": ("forward price", "future price"),
        "cost": (
            "average cost", "avg cost", "average price", "avg price", "unit cost", "cost/share",
            "cost price", "trade price", "open price", "price paid", "purchase price",
            "entry price", "avg entry price", "average entry price", "average cost basis",
        ),
        "cost_basis": ("cost basis total", "total cost", "cost basis money", "book cost"),
        "multiplier": (
            "mult", "contract multiplier", "contract size", "shares per contract", "lot size",
            "point value", "trade unit",
        ),
        "volatility": ("vol", "iv", "implied vol", "implied volatility", "imp vol", "sigma"),
        "style": ("exercise style", "option style", "exercise"),
        "settlement": ("settles", "settlement time", "am/pm"),
        "deliverable": ("delivers",),
        "currency": _CURRENCY,
        "account": ("account number", "account no", "account id", "acct", "account name"),
        "group": ("pairing", "pairing group", "strategy group"),
        "date": ("as of", "report date", "position date"),
    },
    needed=("symbol", "quantity"),
    held=True,
)  # fmt: skip
"""A row a position."""

_FEE: Final = {"fee": ("fees", "commission", "commissions", "transaction cost", "trade fee")}
_TRADED: Final = {
    **POSITIONS.synonyms,
    **_FEE,
    "side": tuple(s for s in POSITIONS.synonyms["side"] if s not in ("action", "order")),
}

TRADES: Final = Headings(
    {
        **_TRADED,
        "action": ("trade action", "order action"),
        "to_expiration": ("to expiry", "new expiration", "new expiry", "roll to"),
        "to_strike": ("new strike",),
        "to_price": ("new price", "to mark"),
    },
    needed=("symbol",),
)
"""A row a trade: the headings of a position, what is done, and at which fee."""

ORDERS: Final = Headings(
    {
        **_TRADED,
        "action": TRADES.synonyms["action"],
        "limit": ("most", "at most", "greatest", "max quantity"),
        "name_share": ("largest name share", "concentration", "concentration limit"),
    },
    needed=("symbol",),
)
"""A row an order of which the greatest quantity is looked for, and the most that is looked at."""

CANDIDATES: Final = Headings({**POSITIONS.synonyms, **_FEE}, needed=("symbol",))
"""A row a contract that might be traded; its quantity is the most of it."""

ACTIVITY: Final = Headings(
    {
        **{
            name: _TRADED[name]
            for name in (
                "symbol", "type", "right", "quantity", "side", "strike", "expiration",
                "underlying", "multiplier", "style", "settlement", "deliverable", "currency",
                "account",
            )
        },
        **_FEE,
        "date": ("trade date", "transaction date", "activity date", "day"),
        "time": ("trade time", "transaction time", "execution time", "time of day"),
        "order": ("order id", "order number"),
        "price": (
            "trade price", "execution price", "exec price", "fill price", "average price",
            "avg price",
        ),
        "mark": ("market price", "mark price", "last", "last price", "mid", "close"),
    },
    needed=("symbol", "quantity"),
)  # fmt: skip
"""A row a trade, a deposit or a withdrawal."""

THRESHOLDS: Final = Headings(
    {
        "figure": ("figure name", "check", "name", "measure"),
        "warn": ("warning", "warn at", "amber", "watch"),
        "alert": ("alert at", "limit", "red", "act"),
        "account": POSITIONS.synonyms["account"],
        "direction": ("side", "when"),
        "value": ("now", "found"),
    },
    needed=("figure",),
    labels=("account",),
)
"""A row a figure that is watched, with its limits."""

BROKER_FIGURES: Final = Headings(
    {
        "account": POSITIONS.synonyms["account"],
        "group": ("class group", "group name", "underlying", "symbol"),
        "figure": ("figure name", "field", "tag", "key", "name", "measure"),
        "amount": ("value", "broker's", "broker's figure", "broker"),
        "as_of": ("date", "date and time", "time", "timestamp", "as of date"),
        "source": ("from", "file", "broker name", "document"),
        "asked": ("asked on", "broker asked", "queried"),
        "currency": _CURRENCY,
    },
    needed=("figure", "amount"),
    labels=("account",),
)
"""A row a figure of a broker."""

MARKET: Final = Headings(
    {
        "symbol": ("ticker", "underlying", "underlying symbol", "underlying ticker"),
        "price": ("spot", "spot price", "mark", "market price", "last", "last price", "close"),
        "class": ("underlying class", "asset class", "type", "kind"),
        "leverage": ("leverage factor", "factor", "lev"),
        "dividend_yield": ("div yield", "div yld", "dividend yld", "yield", "q"),
        "rate": ("interest rate", "risk free rate", "r"),
        "volatility": ("vol", "iv", "implied vol", "implied volatility", "imp vol", "sigma"),
        "class_group": (),
        "product_group": (),
        "portfolio_group": (),
        "index_scale": ("scale",),
        "spot_is_forward": (),
        "marginable": ("margin eligible",),
        "eligible": ("cpm eligible", "product cpm eligible", "portfolio margin eligible"),
        "minimum": ("contract minimum", "minimum charge per contract"),
        "move_down": (),
        "move_up": (),
        "product_offset": ("product group offset",),
        "portfolio_offset": ("portfolio group offset",),
        "products_report": (),
        "product_groups_report": (),
        "portfolio_groups_report": (),
        "adv": ("average daily volume", "avg daily volume", "avg volume"),
        "shares_outstanding": ("shares out", "shs out"),
        "industry": ("industry group", "gics industry"),
        "initial_rate": ("house initial rate",),
        "maintenance_rate": ("house maintenance rate",),
        "option_rate": ("house option rate",),
        "house_move_down": (),
        "house_move_up": (),
        "name": ("description", "security name", "company"),
        "currency": _CURRENCY,
        "date": ("as of", "price date"),
    },
    needed=("symbol", "price"),
    terms=("dividend_yield",),
    remarks=("style", "known as", "how sure"),
)
"""A row an underlying."""

DIVIDENDS: Final = Headings(
    {
        "symbol": ("ticker", "underlying"),
        "ex_date": ("ex", "ex dividend date", "ex div date", "ex dividend", "date"),
        "amount": ("dividend", "div", "cash amount", "per share"),
        "currency": _CURRENCY,
    },
    needed=("symbol", "ex_date", "amount"),
)
"""A row a cash dividend."""

DAYS: Final = frozenset(
    {"expiration", "ex_date", "date", "as_of", "to_expiration", "compared_with", "prepared_on"}
)
"""Columns and settings that are days: a date in text is written as one that a sheet knows."""

TEXTS: Final = frozenset(
    {
        "symbol", "type", "right", "side", "underlying", "style", "settlement", "deliverable",
        "currency", "account", "group", "class", "class_group", "product_group", "portfolio_group",
        "industry", "name", "figure", "source", "marginable", "eligible", "spot_is_forward",
        "products_report", "product_groups_report", "portfolio_groups_report",
    }
)  # fmt: skip
"""Columns of names and words, in which what looks like a number is one, too."""
