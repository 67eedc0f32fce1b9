"""A book under the model, built to stand beside arrays of the clearing house or of a broker.

The model is the rule's own here, without a house's additions: what it is compared with has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import isnan, nan

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.both_regimes import under_portfolio_margin
from xlmargin.errors import InputError
from xlmargin.excel.book_reader import Tables, read_book
from xlmargin.excel.clearing_arrays import ClearingArrays
from xlmargin.importers.clearing_house import POINTS
from xlmargin.portfolio_margin import (
    ArrayComparison,
    MarginGroups,
    OfficialMargin,
    PortfolioMargin,
    Required,
    Theirs,
)
from xlmargin.settings import Settings

ALL = "all accounts"
_PERCENT_FROM = 3.0
"""A volatility above this is in percent, where nearly all of the file's are."""


def model_of(tables: Tables) -> PortfolioMargin:
    """The positions under the rule's own model; refused with every error of the book."""
    reading = read_book(tables)
    if reading.book is None:
        raise InputError(reading.errors)
    plain = Settings()
    own = reading.book.settings.changed(
        lambda stated: replace(stated, house=plain.house, overrides=plain.overrides)
    )
    return under_portfolio_margin(replace(reading.book, settings=own))


def compared_with_file(arrays: ClearingArrays, tables: Tables) -> ArrayComparison:
    """The model beside the clearing house's arrays of the same positions."""
    margin = model_of(replace(tables, positions=arrays.rows.table))
    theirs = _theirs(arrays, margin)
    gains = margin.risk_array[theirs.position][:, : len(theirs.points)]
    required = [*_groups(margin, arrays.margin), *accounts(margin, arrays.margin.by_account)]
    return ArrayComparison(margin, gains, theirs, tuple(required))


def _theirs(arrays: ClearingArrays, margin: PortfolioMargin) -> Theirs:
    """What the file says of each position that it has a row of and the model margins by array."""
    row_of = {int(row): i for i, row in enumerate(margin.book.positions.row)}
    index = [row_of[int(arrays.rows.table.rows[each.index])] for each in arrays.held]
    kept = [k for k, i in enumerate(index) if margin.frame.eligible[i]]
    held = [arrays.held[k] for k in kept]
    shares = [arrays.file.share_of(each.row) for each in held]
    volatility = np.array([each.row.volatility for each in held])
    stated = volatility[~np.isnan(volatility)]
    if stated.size and np.median(stated) > _PERCENT_FROM:
        volatility = volatility / 100.0
    moves = [
        each.row.moves
        if share is None or not share.price > 0 or not isnan(each.row.moves[0])
        else tuple(value / share.price for value in share.values)
        for each, share in zip(held, shares, strict=True)
    ]
    return Theirs(
        arrays.file.name,
        np.array([index[k] for k in kept], dtype=np.int64),
        arrays.margin.points,
        arrays.gains[kept].reshape(-1, POINTS),
        np.array(moves).reshape(-1, POINTS)[:, :: arrays.direction or 1],
        np.array([nan if share is None else share.price for share in shares]),
        np.array([each.row.price for each in held]),
        volatility,
        tuple(each.class_group for each in held),
    )


def _groups(margin: PortfolioMargin, official: OfficialMargin) -> list[Required]:
    """Each group of both, by its level, name and account."""
    ours = _by_name(margin.levels, margin.book.positions.accounts)
    theirs = _by_name(official.levels, official.accounts)
    return [
        Required(*key, ours.get(key, nan), theirs.get(key, nan))
        for key in dict.fromkeys([*theirs, *ours])
    ]


def _by_name(
    levels: Iterable[MarginGroups], accounts_: Sequence[str]
) -> dict[tuple[str, str, str], float]:
    return {
        (groups.level.value, name, accounts_[account]): float(requirement)
        for groups in levels
        for name, account, requirement in zip(
            groups.names, groups.account, groups.requirement, strict=True
        )
    }


def accounts(margin: PortfolioMargin, theirs: FloatArray) -> list[Required]:
    """The requirement of each account and of all together."""
    names, ours = margin.book.positions.accounts, margin.by_account
    columns = zip(names, ours.tolist(), theirs.tolist(), strict=True)
    each = [Required("account", name, name, a, b) for name, a, b in columns]
    return [*each, Required("total", ALL, "", float(ours.sum()), float(theirs.sum()))]
