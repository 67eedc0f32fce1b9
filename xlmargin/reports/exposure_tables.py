"""What is held and what it does: contracts with what they are valued by, Greeks, payoffs."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray, ratio
from xlmargin.book import Positions, cash_of_accounts
from xlmargin.cells.values import TableCell, TableRows
from xlmargin.contracts import InstrumentKind
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.pricing import Greeks
from xlmargin.reports.table import (
    ReportTable,
    account_labels,
    numbers,
    position_labels,
    with_account,
)
from xlmargin.risk_array import contract_greeks, exposure, profile
from xlmargin.risk_array.contract_table import NO_CONTRACT, ContractTable
from xlmargin.risk_array.option_values import VolatilitySource


class ExposureLevel(StrEnum):
    """How far the rows of Greeks are added up."""

    POSITION = "position"
    UNDERLYING = "underlying"
    ACCOUNT = "account"


_MOVED: Final = "moved"
_NONE: Final = "none"


def contracts_table(margin: PortfolioMargin) -> ReportTable:
    """A row a contract, at each price that it is held at, in the order of the positions.

    Its quantity in all accounts together, net; mark and model value, $ per unit; the volatility
    that it is valued with and where that is from; rate and dividend yield over its life, and the
    forward they make of today's price - the yield is the one a stated forward makes; delta, gamma,
    vega for 1.00 and theta a day, $ per unit.
    """
    positions, table = margin.book.positions, margin.inputs.contracts
    terms, held = table.contracts, table.of_position != NO_CONTRACT
    of_position = table.of_position[held]
    _, first = np.unique(of_position, return_index=True)
    first = np.flatnonzero(held)[first]
    found = contract_greeks(table)
    return ReportTable.of({
        "symbol": [positions.symbol[i] for i in first.tolist()],
        "type": _words(InstrumentKind, positions.kind[first]),
        "strike": positions.strike[first],
        "expiration": positions.expiration[first],
        "quantity": np.bincount(of_position, positions.quantity[held], len(terms)),
        "mark": table.mark,
        "model value": table.model,
        "volatility": table.volatility,
        "source": _sources(positions, table, first),
        "rate": terms.rate,
        "dividend yield": terms.dividend_yield,
        "forward": terms.forward(table.spot),
        "years": terms.years,
        **{name: getattr(found, name) for name in ("delta", "gamma", "vega", "theta")},
    })  # fmt: skip


def _words(kinds: type[InstrumentKind] | type[VolatilitySource], codes: IntArray) -> list[str]:
    """The word of each code."""
    word = {kind.value: kind.word for kind in kinds}
    return [word[code] for code in codes.tolist()]


def _sources(positions: Positions, table: ContractTable, first: IntArray) -> list[str]:
    """Where the volatility of each contract is from, in a word; `first` holds a position of each.

    One that was solved where the mark was taken, and its mark moved to the price of today, is
    moved.
    """
    words = _words(VolatilitySource, table.source.astype(np.int64))
    taken_at = positions.mark_spot[first]
    moved = ~np.isnan(taken_at) & (taken_at != table.spot)
    for i in np.flatnonzero(moved & (table.source == VolatilitySource.SOLVED)).tolist():
        words[i] = _MOVED
    for i in np.flatnonzero(np.isnan(table.volatility)).tolist():
        words[i] = _NONE
    return words


def exposure_table(margin: PortfolioMargin, level: ExposureLevel) -> ReportTable:
    """Market value, exposure and its share of equity, gamma for 1%, vega a point, theta a day, $.

    Cash has no row, and counts in the equity alone: there is no share where it is stated nowhere,
    or where equity is not above 0.
    """
    book, positions = margin.book, margin.book.positions
    own = exposure(positions, margin.inputs.contracts, margin.spot)
    value = np.where(positions.is_cash, 0.0, margin.market_value)
    equity = cash_of_accounts(book) + book.by_account(value)
    labels, group, account = _groups(positions, margin, level)
    amounts = np.zeros((len(labels), 5))
    columns = np.column_stack([value, own.exposure, own.gamma, own.vega, own.theta])
    np.add.at(amounts, group[group >= 0], columns[group >= 0])
    share = ratio(np.ones_like(equity), equity)[account] * amounts[:, 1]
    headings = (
        level.value, "market value", "exposure", "share of equity", "gamma per 1%",
        "vega per point", "theta per day",
    )  # fmt: skip
    rows: TableRows = [
        [label, *numbers(row)]
        for label, row in zip(labels, np.insert(amounts, 2, share, axis=1), strict=True)
    ]
    return ReportTable(headings, rows)


def profile_table(margin: PortfolioMargin, moves: Sequence[float], day: float) -> ReportTable:
    """Gain or loss, $, of each underlying of each account, then of each account, over moves."""
    gains = profile(margin.book, margin.inputs.contracts, np.array(moves), day)
    rows: TableRows = []
    for level in (ExposureLevel.UNDERLYING, ExposureLevel.ACCOUNT):
        labels, group, _ = _groups(margin.book.positions, margin, level)
        amounts = np.zeros((len(labels), len(moves)))
        np.add.at(amounts, group[group >= 0], gains[group >= 0])
        rows += [[label, *numbers(row)] for label, row in zip(labels, amounts, strict=True)]
    return ReportTable(("underlying", *moves), rows)


def _groups(
    positions: Positions, margin: PortfolioMargin, level: ExposureLevel
) -> tuple[list[str], IntArray, IntArray]:
    """Labels of the rows, each position's row, -1 for cash, and each row's account."""
    held, account = ~positions.is_cash, positions.account
    row = np.full(len(positions), -1, dtype=np.int64)
    match level:
        case ExposureLevel.POSITION:
            row[held] = np.arange(np.count_nonzero(held))
            labels = position_labels(positions)
            return [labels[i] for i in np.flatnonzero(held)], row, account[held]
        case ExposureLevel.UNDERLYING:
            underlyings = margin.book.market.underlyings
            keys = account * len(underlyings) + positions.underlying
            present, row[held] = np.unique(keys[held], return_inverse=True)
            of, index = np.divmod(present, max(len(underlyings), 1))
            named = zip(of.tolist(), index.tolist(), strict=True)
            labels = [with_account(positions, a, underlyings[i].symbol) for a, i in named]
            return labels, row, of
        case ExposureLevel.ACCOUNT:
            row[held] = account[held]
            return account_labels(positions), row, np.arange(len(positions.accounts))


GREEKS = ("price", "delta", "gamma", "theta", "vega", "rho")


def in_shape(values: FloatArray, shape: tuple[int, int]) -> TableCell | TableRows:
    """Values of flattened elements in the rows and columns of the arguments; one value alone."""
    if shape == (1, 1):
        return float(values.flat[0])
    return [numbers(row) for row in values.reshape(shape)]


def greeks_table(greeks: Greeks) -> ReportTable:
    """A row an option: price, delta, gamma, theta a day, vega and rho for a move of 1.00."""
    return ReportTable.of({name: getattr(greeks, name).ravel() for name in GREEKS})
