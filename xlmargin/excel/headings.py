"""Headings of the ranges: their names, and the other words that users and brokers write for them.

Case, spaces, underscores, hyphens and other signs make no difference ("Exp. Date", "exp_date",
"ExpDate"); a percent sign does, because a column in percent is not a column of fractions.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_SIGNS: Final = re.compile(r"[^\w%]|_")


def squeezed(text: str) -> str:
    """A heading without what makes no difference: "Exp. Date" is "expdate"."""
    return _SIGNS.sub("", text.lower())


def nearest(word: str, words: Iterable[str]) -> str:
    """The word that was probably meant, "" where none is near."""
    by_squeezed = {squeezed(w): w for w in words}
    near = difflib.get_close_matches(squeezed(word)[:40], by_squeezed, n=1, cutoff=0.6)
    return by_squeezed[near[0]] if near else ""


@dataclass(frozen=True)
class Headings:
    """The headings that a range may have, each with its synonyms, and those it must have."""

    synonyms: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...] = ()

    def name_of(self, text: str) -> str:
        """The heading's own name, "" where the text is not a known heading."""
        return self._name_of.get(squeezed(text), "")

    @cached_property
    def _name_of(self) -> dict[str, str]:
        return {
            squeezed(word): name
            for name, others in self.synonyms.items()
            for word in (name, *others)
        }


POSITIONS: Final = Headings(
    {
        "symbol": ("ticker", "instrument", "option symbol", "occ symbol", "contract", "security"),
        "type": (
            "instrument type", "security type", "sec type", "asset type", "asset class", "kind",
            "option type", "right", "put/call", "call/put", "put or call", "call or put", "p/c",
            "c/p",
        ),
        "quantity": ("qty", "amount", "contracts", "shares", "position", "units", "size"),
        "side": ("long/short", "buy/sell", "direction", "position side", "l/s", "b/s"),
        "strike": ("strike price", "exercise price", "k"),
        "expiration": (
            "expiry", "exp", "exp date", "expiration date", "expiry date", "expires", "maturity",
            "maturity date",
        ),
        "underlying": ("underlying symbol", "underlying ticker", "underlier", "root"),
        "price": ("mark", "last", "last price", "market price", "mark price", "mid", "close"),
        "cost": (
            "trade price", "unit cost", "cost price", "average price", "avg price", "open price",
            "purchase price",
        ),
        "multiplier": ("mult", "contract size", "contract multiplier"),
        "volatility": ("vol", "iv", "implied vol", "implied volatility", "imp vol", "sigma"),
        "style": ("exercise style", "option style", "exercise"),
        "settlement": ("settles", "settlement type", "am/pm", "am or pm"),
        "deliverable": ("delivers", "deliverables"),
        "account": ("acct", "account name", "account id", "account number", "account no"),
        "group": ("pairing", "pairing group", "strategy group"),
        "date": ("as of", "report date", "position date"),
    },
    needed=("symbol", "quantity"),
)  # fmt: skip
"""A row a position."""

_FEE: Final = {"fee": ("fees", "commission", "commissions", "transaction cost", "trade fee")}

TRADES: Final = Headings(
    {
        **POSITIONS.synonyms,
        **_FEE,
        "action": ("trade action", "order action"),
        "to_expiration": ("to expiry", "new expiration", "new expiry", "roll to"),
        "to_strike": ("new strike",),
        "to_price": ("new price", "to mark"),
    },
    needed=("symbol",),
)
"""A row a trade: the headings of a position, what is done, and at which fee."""

CANDIDATES: Final = Headings({**POSITIONS.synonyms, **_FEE}, needed=("symbol",))
"""A row a contract that might be traded; its quantity is the most of it."""

ACTIVITY: Final = Headings(
    {
        **{
            name: POSITIONS.synonyms[name]
            for name in (
                "symbol", "type", "quantity", "side", "strike", "expiration", "underlying",
                "multiplier", "style", "settlement", "deliverable", "account",
            )
        },
        **_FEE,
        "date": ("trade date", "transaction date", "activity date", "day"),
        "time": ("trade time", "transaction time", "execution time", "time of day"),
        "price": (
            "trade price", "execution price", "exec price", "fill price", "average price",
            "avg price",
        ),
        "mark": ("market price", "mark price", "last", "last price", "mid", "close"),
    },
    needed=("symbol", "quantity"),
)  # fmt: skip
"""A row a trade, a deposit or a withdrawal."""

MARKET: Final = Headings(
    {
        "symbol": ("ticker", "underlying", "underlying symbol", "underlying ticker"),
        "price": ("spot", "last", "last price", "mark", "close", "market price", "spot price"),
        "class": ("underlying class", "asset class", "type", "kind"),
        "leverage": ("leverage factor", "factor"),
        "dividend_yield": ("div yield", "div yld", "dividend yld", "yield", "q"),
        "rate": ("interest rate", "risk free rate", "r"),
        "volatility": ("vol", "iv", "implied vol", "implied volatility", "imp vol", "sigma"),
        "class_group": (),
        "product_group": (),
        "portfolio_group": (),
        "index_scale": ("scale",),
        "marginable": ("margin eligible", "eligible"),
        "adv": ("average daily volume", "avg daily volume", "avg volume"),
        "shares_outstanding": ("shares out", "shs out"),
        "date": ("as of", "price date"),
    },
    needed=("symbol", "price"),
)
"""A row an underlying."""

DIVIDENDS: Final = Headings(
    {
        "symbol": ("ticker", "underlying"),
        "ex_date": ("ex", "ex dividend date", "ex div date", "ex dividend", "date"),
        "amount": ("dividend", "div", "cash amount", "per share"),
    },
    needed=("symbol", "ex_date", "amount"),
)
"""A row a cash dividend."""
