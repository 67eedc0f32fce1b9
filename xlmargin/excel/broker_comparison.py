"""A book beside what a broker's interface says of it: requirements by group, perhaps arrays."""

from __future__ import annotations

from collections import defaultdict
from math import nan
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.contracts import Contract, InstrumentKind
from xlmargin.efficiency import Comparison, compared
from xlmargin.errors import MarginError
from xlmargin.excel.array_comparison import ALL, model_of
from xlmargin.excel.positions_reader import read_symbol
from xlmargin.excel.ranges import Ranges
from xlmargin.importers.broker_margin import BrokerMargin, BrokerMember, BrokerRegime
from xlmargin.importers.clearing_house import plain
from xlmargin.portfolio_margin import (
    ArrayComparison,
    PortfolioMargin,
    Required,
    Theirs,
    margin_at_moves,
)

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
    for i in np.flatnonzero(margin.frame.eligible).tolist() if members else []:
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
        ours, whole = _maintenance(comparison)
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


def _summed(names: tuple[str, ...] | list[str], amounts: FloatArray) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for name, amount in zip(names, amounts.tolist(), strict=True):
        found[name] += amount
    return dict(found)


def _maintenance(comparison: Comparison) -> tuple[dict[str, float], float]:
    """Maintenance by strategy of each underlying, and in all."""
    return _summed(comparison.names, comparison.maintenance), float(comparison.maintenance.sum())
