"""A book: the positions together with the market and the settings they are margined with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.dates import date_of
from xlmargin.market import Market
from xlmargin.positions import Positions
from xlmargin.settings import Settings


@dataclass(frozen=True, eq=False)
class Book:
    """Everything a requirement depends on but the rules themselves."""

    positions: Positions
    market: Market
    settings: Settings = field(default_factory=Settings)

    def only(self, chosen: IntArray) -> Book:
        """The book with some of its positions alone, by index."""
        return replace(self, positions=self.positions.only(chosen))

    def by_account(self, amounts: FloatArray) -> FloatArray:
        """Amounts by position, shape (positions, ...), added up by account, (accounts, ...)."""
        added = np.zeros((len(self.positions.accounts), *amounts.shape[1:]))
        np.add.at(added, self.positions.account, amounts)
        return added

    @property
    def as_of(self) -> dt.date:
        """The date whose rules apply."""
        return date_of(self.market.as_of)
