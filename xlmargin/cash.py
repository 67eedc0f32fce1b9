"""Cash of each account: its own rows, and the setting of a lone account."""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.errors import InputError, Problem


def cash_of_accounts(book: Book) -> FloatArray:
    """Cash of each account, $, shape (accounts,): its own rows, and the setting of a lone account.

    NaN where none is stated. Refuses a setting where there are several accounts: it does not say
    whose cash it is.
    """
    positions = book.positions
    rows = book.by_account(np.where(positions.is_cash, positions.quantity, 0.0))
    stated = np.zeros(len(rows), dtype=bool)
    stated[positions.account[positions.is_cash]] = True
    setting = amount_of_accounts(book, "cash", book.settings.cash)
    neither = ~stated & np.isnan(setting)
    return np.where(neither, np.nan, rows + np.nan_to_num(setting))


def amount_of_accounts(book: Book, name: str, amount: float) -> FloatArray:
    """A setting of dollars for each account, shape (accounts,), NaN where it is not stated.

    Refused where it is stated and there are several accounts: it does not say whose it is.
    """
    accounts = book.positions.accounts
    if not np.isnan(amount) and len(accounts) > 1:
        found, wanted = (
            f"{amount:,.2f} for {len(accounts)} accounts",
            "one account, or rows of cash",
        )
        raise InputError([Problem("settings", 0, name, found, wanted)])
    return np.full(len(accounts), amount)
