"""A book under the model beside what others say of it: the clearing house's arrays, or a broker.

The model is the rule's own here, without a house's additions: what it is compared with has none. A
broker's interface answers requirements by group, and perhaps arrays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import isnan, nan
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.contracts import Contract, InstrumentKind
from xlmargin.efficiency import compared
from xlmargin.errors import InputError, MarginError
from xlmargin.excel.book_reader import Tables, read_book
from xlmargin.excel.clearing_arrays import ClearingArrays
from xlmargin.excel.ranges import Ranges
from xlmargin.excel.symbols import read_symbol
from xlmargin.importers.broker_margin import BrokerMargin, BrokerMember, BrokerRegime
from xlmargin.importers.clearing_house import POINTS, plain
from xlmargin.portfolio_margin import (
    ArrayComparison,
    MarginGroups,
    OfficialMargin,
    PortfolioMargin,
    Required,
    Theirs,
    margin_at_moves,
)
from xlmargin.regimes import under_portfolio_margin
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
    kept = [k for k, i in enumerate(index) if margin.inputs.eligible[i]]
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
        source=arrays.file.name,
        position=np.array([index[k] for k in kept], dtype=np.int64),
        points=arrays.margin.points,
        gains=arrays.gains[kept].reshape(-1, POINTS),
        moves=np.array(moves).reshape(-1, POINTS)[:, :: arrays.direction or 1],
        spot=np.array([nan if share is None else share.price for share in shares]),
        price=np.array([each.row.price for each in held]),
        volatility=volatility,
        class_group=tuple(each.class_group for each in held),
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


_SAME: Final = 1e-9


def compared_with_broker(
    broker: BrokerMargin, ranges: Ranges
) -> tuple[ArrayComparison, tuple[str, ...]]:
    """The model at the broker's own moves of the market beside its figures, and warnings.

    A position that the broker does not have, or has another quantity of, is a warning and is not
    set beside it. The requirement compared is that of the regime that the broker's figures follow.
    """
    margin = model_of(ranges.tables)
    index, gains, warnings = _shared(broker, margin)
    position = np.array(index, dtype=np.int64)
    moves = np.array(broker.moves)
    unknown = np.full(len(index), nan)
    theirs = Theirs(
        broker.file,
        position,
        tuple(f"{move:+.4g}" for move in broker.moves),
        np.array(gains).reshape(len(index), len(moves)),
        np.full((len(index), len(moves)), nan),
        spot=unknown,
        price=unknown,
        volatility=unknown,
        class_group=("",) * len(index),
    )
    at_moves = np.zeros((len(index), len(moves)))
    if index:
        at_moves = margin_at_moves(margin, moves).risk_array[position]
    required = tuple(_required(broker, margin, ranges))
    return ArrayComparison(margin, at_moves, theirs, required), tuple(warnings)


def _shared(
    broker: BrokerMargin, margin: PortfolioMargin
) -> tuple[list[int], list[FloatArray], list[str]]:
    """Positions that both have, the broker's gains of them, and what the two do not share."""
    positions, members = margin.book.positions, _members(broker)
    keys = [_contract(margin, i) for i in range(len(positions))]
    held: dict[Contract, float] = defaultdict(float)
    for i, key in enumerate(keys):
        held[key] += float(positions.quantity[i])
    index, gains, warnings = [], [], []
    for i in np.flatnonzero(margin.inputs.eligible).tolist() if members else []:
        own = members.get(keys[i], [])
        together = sum(each.quantity for each in own)
        if not own:
            warnings.append(f"{positions.label(i)}: not in {broker.file}.")
        elif abs(together - held[keys[i]]) > _SAME or not together:
            has = f"{broker.file} has {together:,.10g}, held are {held[keys[i]]:,.10g}"
            warnings.append(f"{positions.label(i)}: {has}.")
        else:
            whole = np.sum([each.gains for each in own], axis=0)
            index.append(i)
            gains.append(whole * (positions.quantity[i] / together))
    unknown = [each.symbol for key, own in members.items() if key not in held for each in own]
    warnings += [f"{symbol}: in {broker.file}, not held." for symbol in unknown]
    return index, gains, warnings


def _members(broker: BrokerMargin) -> dict[Contract, list[BrokerMember]]:
    found: dict[Contract, list[BrokerMember]] = defaultdict(list)
    for member in (each for group in broker.groups for each in group.members):
        read = read_symbol(member.symbol)
        if not read.name:
            wanted = "a ticker or an option symbol"
            raise MarginError(f"{broker.file}, symbol: found {member.symbol!r}, wanted {wanted}.")
        contract = Contract(plain(read.name))
        if read.kind != contract.kind and read.kind in (InstrumentKind.CALL, InstrumentKind.PUT):
            contract = Contract(plain(read.name), read.kind, read.strike, read.expiration // 1)
        found[contract].append(member)
    return dict(found)


def _contract(margin: PortfolioMargin, i: int) -> Contract:
    positions = margin.book.positions
    contract = Contract(plain(positions.symbol[i]), int(positions.kind[i]))
    if not positions.is_option[i]:
        return contract
    return contract._replace(
        strike=float(positions.strike[i]), expires_on=float(positions.expiration[i] // 1)
    )


def _required(broker: BrokerMargin, margin: PortfolioMargin, ranges: Ranges) -> list[Required]:
    """Each of the broker's groups beside ours of that name, and all together."""
    if broker.regime is BrokerRegime.PORTFOLIO:
        level = margin.levels[0]
        ours = _summed(level.names, level.requirement)
        whole = margin.amount
    else:
        comparison = compared(ranges.regimes())
        maintenance = comparison.amounts.maintenance
        ours, whole = _summed(comparison.rows.names, maintenance), float(maintenance.sum())
    named = {**dict.fromkeys(group.name for group in broker.groups), **dict.fromkeys(ours)}
    theirs = _summed(
        [group.name for group in broker.groups],
        np.array([group.requirement for group in broker.groups]),
    )
    rows = [
        Required("group", name, "", ours.get(name, nan), theirs.get(name, nan)) for name in named
    ]
    others = [Required("stated", name, "", nan, each) for name, each in broker.others.items()]
    return [*rows, *others, Required("total", ALL, "", whole, broker.requirement)]


def _summed(names: Iterable[str], amounts: FloatArray) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for name, amount in zip(names, amounts.tolist(), strict=True):
        found[name] += amount
    return dict(found)
