"""The requirement along a path of the market, as the sum of the curves of the book's parts.

What a part is worth and requires after moves depends on nothing outside it. It is remembered by
what it is made of, so that after a tick or an edited row only the part that it touches is margined
along the path again.

Rule: FINRA 4210(g)(7)-(8).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from typing import Final, NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

import numpy as np

from xlmargin.arrays import FloatArray, IntArray, sums_by_group
from xlmargin.book import cash_of_accounts
from xlmargin.book_parts import joined_underlyings
from xlmargin.computing import ContentCache
from xlmargin.portfolio_margin.after_moves import along, refuse_unvalued
from xlmargin.portfolio_margin.ineligible import StrategyRequirements
from xlmargin.portfolio_margin.portfolio_requirement import (
    MarginInputs,
    PortfolioMargin,
    margin_inputs,
)
from xlmargin.risk_array.contract_table import NO_CONTRACT, ContractTable
from xlmargin.rulebook import PortfolioRules


@dataclass(frozen=True, eq=False)
class RequirementPath:
    """Account value and requirement of each account after each move, $, shape (accounts, moves)."""

    moves: FloatArray
    account_value: FloatArray
    requirement: FloatArray


def requirement_path(
    margin: PortfolioMargin, moves: FloatArray, volatility_move: float = 0.0
) -> RequirementPath:
    """The path of account value and requirement over moves of the whole market (fractions).

    With each of them every volatility moves by `volatility_move`, a fraction of itself.

    Before a move positions count at their marks; a move changes their value by its gain or loss,
    not below zero. Account value is the positions' value and the account's cash, NaN where that is
    stated nowhere.
    """
    inputs, cash = margin.inputs, cash_of_accounts(margin.book)
    value, requirement = curves_of_accounts(inputs, moves, volatility_move)
    if np.isnan(value).any():
        for after in along(inputs, moves, volatility_move):
            refuse_unvalued(inputs, after.worth)
    return RequirementPath(moves, cash[:, None] + value, requirement)


class _Part(NamedTuple):
    """Positions that portfolio margin nets apart from all others, by index, and their accounts.

    `content` is all that their value and requirement after moves depend on, but for the rules.
    """

    rows: IntArray
    accounts: IntArray
    rules: tuple[PortfolioRules, ...]
    content: bytes


_Key: TypeAlias = tuple[bytes, tuple[PortfolioRules, ...], StrategyRequirements, bytes, float]
"""A part, what margins its positions outside, the moves, and that of volatilities."""

_CURVES: Final[ContentCache[_Key, FloatArray]] = ContentCache(
    most=50_000, most_size=30_000_000, size=lambda _, curves: curves.nbytes
)
"""Value and requirement of the accounts of the latest parts, $, shape (2, accounts, moves)."""


def curves_of_accounts(
    inputs: MarginInputs, moves: FloatArray, volatility_move: float = 0.0
) -> tuple[FloatArray, FloatArray]:
    """What each account's positions are worth, without cash, and require along moves, $.

    Both have shape (accounts, moves). The moves of the whole market are fractions; with each of
    them every volatility moves by `volatility_move`, a fraction of itself.
    """
    parts, outside = _parts(inputs), inputs.strategy_requirements
    keys = [(own.content, own.rules, outside, moves.tobytes(), volatility_move) for own in parts]

    def margined(missing: list[int]) -> list[FloatArray]:
        return _curves(inputs, [parts[i] for i in missing], moves, volatility_move)

    none = np.zeros((2, 0, len(moves)))
    every = np.concatenate([none, *_CURVES.get_many(keys, margined)], axis=1)
    account = np.concatenate([np.zeros(0, np.int64), *(own.accounts for own in parts)])
    count = len(inputs.book.positions.accounts)
    value, requirement = (sums_by_group(own, account, count) for own in every)
    return value, requirement


def _parts(inputs: MarginInputs) -> list[_Part]:
    """The parts in the order of the underlyings that they are named by, found once."""
    if inputs not in _PARTS:
        _PARTS[inputs] = list(_found_parts(inputs))
    return _PARTS[inputs]


_PARTS: Final[WeakKeyDictionary[MarginInputs, list[_Part]]] = WeakKeyDictionary()
"""Those of each of the inputs, as long as these are there."""


def _found_parts(inputs: MarginInputs) -> Iterator[_Part]:
    book, numbers = inputs.book, _numbers(inputs)
    positions = book.positions
    joined = joined_underlyings(book, strategy=False)
    listed = [own.written for own in book.market.underlyings]
    held = np.flatnonzero(~positions.is_cash)
    part = joined[positions.underlying[held]]
    for name in np.unique(part).tolist():
        rows, inside = held[part == name], np.flatnonzero(joined == name)
        accounts = np.unique(positions.account[rows]).tolist()
        content = (
            numbers[rows].tobytes(),
            inputs.points.moves[inside].tobytes(),
            _smiles(inputs.contracts, rows),
            repr((book.market.as_of, [listed[i] for i in inside.tolist()])).encode(),
            repr(_of_strategies(inputs, rows, accounts)).encode(),
        )
        digest = blake2b(b" ".join(content), digest_size=16).digest()
        rules = tuple(map(inputs.rules.of, accounts))
        yield _Part(rows, np.array(accounts, dtype=np.int64), rules, digest)


def _of_strategies(inputs: MarginInputs, rows: IntArray, accounts: Sequence[int]) -> object:
    """What else a part depends on where some of it is margined by strategy."""
    if inputs.eligible[rows].all():
        return None
    book, contracts = inputs.book, inputs.book.positions.contracts
    named = [(contracts.root[i], contracts.deliverable[i]) for i in rows.tolist()]
    settings = [book.settings_of_accounts[account] for account in accounts]
    return named, settings, book.positions.groups, book.rules_on


def _numbers(inputs: MarginInputs) -> FloatArray:
    """All numbers of each position and of its contract, shape (positions, columns)."""
    positions, table = inputs.book.positions, inputs.contracts
    count = len(positions)
    columns = [
        column.astype(np.float64)
        for source in (positions, positions.contracts)
        for column in _columns(source, ("row", "origin"))
    ]
    options = np.flatnonzero(table.of_position != NO_CONTRACT)
    for source in (table, table.contracts):
        for column in _columns(source, ("of_position", "series", "underlying")):
            of_positions = np.zeros((count, *column.shape[1:]))
            of_positions[options] = column[table.of_position[options]]
            columns.append(of_positions)
    return np.column_stack(columns)


def _columns(source: object, without: Sequence[str]) -> Iterator[np.ndarray]:
    """The columns of a table but for some."""
    for field in fields(source):  # type: ignore[arg-type]  # one of the tables of the inputs
        column = getattr(source, field.name)
        if isinstance(column, np.ndarray) and field.name not in without:
            yield column


def _smiles(table: ContractTable, rows: IntArray) -> bytes:
    """The smiles of the series of some positions."""
    if table.smiles is None:
        return b""
    own = table.of_position[rows]
    series = np.unique(table.series[own[own != NO_CONTRACT]]).tolist()
    each = (side[i] for i in series for side in (table.smiles.moneyness, table.smiles.volatility))
    return b" ".join(column.tobytes() for column in each)


def _curves(
    inputs: MarginInputs, parts: Sequence[_Part], moves: FloatArray, volatility_move: float
) -> list[FloatArray]:
    """Value and requirement of each account of some parts after each move, $.

    All are margined together, each account of a part as an account of its own.
    """
    rows = np.concatenate([own.rows for own in parts])
    sizes = [len(own.accounts) for own in parts]
    firsts = np.cumsum([0, *sizes[:-1]])
    places = [
        first + np.searchsorted(own.accounts, inputs.book.positions.account[own.rows])
        for first, own in zip(firsts.tolist(), parts, strict=True)
    ]
    some = _only(inputs, rows, np.concatenate(places), [a for own in parts for a in own.accounts])
    value, requirement = [np.zeros((sum(sizes), 0))], [np.zeros((sum(sizes), 0))]
    for after in along(some, moves, volatility_move, remembered=False):
        value.append(after.value)
        requirement.append(after.requirement)
    both = np.stack([np.hstack(value), np.hstack(requirement)])
    return [np.array(own) for own in np.split(both, firsts[1:], axis=1)]


def _only(
    inputs: MarginInputs, rows: IntArray, account: IntArray, whose: Sequence[int]
) -> MarginInputs:
    """Some positions, by index, as those of new accounts, each of which is `whose`.

    `account`, shape (rows,), is the new one of each.
    """
    book, table = inputs.book.only(rows), inputs.contracts
    names = tuple(book.positions.accounts[own] for own in whose)
    some = replace(book, positions=replace(book.positions, account=account, accounts=names))
    of_position = np.full(len(rows), NO_CONTRACT, dtype=np.int64)
    options = np.flatnonzero(table.of_position[rows] != NO_CONTRACT)
    present, of_position[options] = np.unique(table.of_position[rows[options]], return_inverse=True)
    contracts = table.held_apart(present, table.underlying[present], of_position)
    return margin_inputs(some, inputs.strategy_requirements, contracts)
