"""Accounts of a book that cannot be margined: the others are, and these say why.

An account offsets nothing of another, so that one with an option that has no price, or with what no
rule permits, is no reason to know nothing of all the others. It has no figures, and no part of any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import numpy as np

from xlmargin.book import Book
from xlmargin.cells.problems import refusal
from xlmargin.computing import TimeLimitReached
from xlmargin.errors import RefusedPosition
from xlmargin.live import KeptBook
from xlmargin.service.account_states import public_name
from xlmargin.service.problems import placed

REFUSALS: Final = (RefusedPosition, TimeLimitReached)
"""Why an account that can be read has no figures; all else is wrong with what was sent."""
Margined = Callable[[Book], KeptBook]
Refused = Mapping[str, Exception]
"""Accounts that are refused, and why."""


def kept_where_possible(book: Book, margined: Margined) -> tuple[KeptBook, Refused]:
    """The book of the accounts that can be margined; refused as it is where there are none."""
    try:
        return margined(book), {}
    except REFUSALS:
        refused = refused_of(book, book.positions.accounts, margined)
        if not refused or len(refused) == len(book.positions.accounts):
            raise
        return margined(without(book, refused)), refused


def refused_of(book: Book, accounts: Iterable[str], margined: Margined) -> Refused:
    """Those of some accounts that are refused by themselves."""
    found, names = {}, book.positions.accounts
    for name in accounts:
        others = [own for own in names if own != name]
        try:
            margined(without(book, others))
        except REFUSALS as error:
            found[name] = error
    return found


def without(book: Book, accounts: Iterable[str]) -> Book:
    """A book without the positions of some accounts; these keep their numbers."""
    names = book.positions.accounts
    gone = [names.index(name) for name in accounts]
    return book.only(np.flatnonzero(~np.isin(book.positions.account, gone))) if gone else book


def described(refused: Refused) -> list[dict[str, Any]]:
    """What a program is told of them."""
    return [
        {
            "account": public_name(name),
            "detail": refusal(error),
            "problems": [placed(p) for p in getattr(error, "problems", ())],
        }
        for name, error in refused.items()
    ]
