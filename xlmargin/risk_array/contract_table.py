"""The distinct contracts of a book, each with its volatility: what is priced, and priced once.

Positions on the same contract at the same price share one entry; a contract held at two prices
has two, because each price implies its own volatility.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.book import Book
from xlmargin.errors import RefusedPosition
from xlmargin.instruments import InstrumentKind
from xlmargin.market import Market
from xlmargin.positions import Positions
from xlmargin.pricing import (
    Contracts,
    ImpliedVolatility,
    VolatilityStatus,
    implied_volatility,
    theoretical_value,
    zero_volatility_value,
)
from xlmargin.risk_array.smile import volatility_at_same_moneyness
from xlmargin.settings import BaseValue, Smile

NO_CONTRACT = -1
"""What `of_position` holds for a position that is no option."""


@dataclass(frozen=True, eq=False)
class ContractTable:
    """Distinct contracts as arrays of shape (contracts,), and where each position finds its own.

    `spot` is the price of each contract's underlying today. `volatility` is annual; 0 for a
    contract that expires at once, which needs none. `series` numbers the pairs of underlying and
    expiration. `model` is the theoretical value at today's price, `base` the value from which
    gains and losses are counted, $ per unit. Volatility and model value are NaN for a contract that
    need not be priced and cannot be.
    """

    contracts: Contracts
    underlying: IntArray
    spot: FloatArray
    volatility: FloatArray
    series: IntArray
    model: FloatArray
    base: FloatArray
    of_position: IntArray
    smile: Smile

    def values(self, spot: FloatArray, volatility_move: float = 0.0) -> FloatArray:
        """Theoretical value at each price of each contract's underlying, $ per unit.

        `spot` has shape (underlyings, points), the answer (contracts, points). The volatility of
        each series is held, or follows moneyness, and is then moved by `volatility_move`, a
        fraction of itself.
        """
        moved_spot, volatility = spot[self.underlying], self.volatility
        if self.smile is Smile.STICKY_MONEYNESS:
            volatility = volatility_at_same_moneyness(
                volatility, self.contracts.strike, self.spot, moved_spot, self.series
            )
        return theoretical_value(self.contracts, moved_spot, volatility * (1.0 + volatility_move))

    def gains(self, spot: FloatArray, volatility_move: float = 0.0) -> FloatArray:
        """Gain (+) or loss (-) against the base, $ per unit; arguments and shape as in `values`."""
        return self.values(spot, volatility_move) - self.base[:, None]


def contract_table(book: Book, needed: BoolArray | None = None) -> ContractTable:
    """The distinct contracts of a book with their volatilities.

    A volatility is the position's own, else implied by its price, else the market's. Refuses, by
    row, an option whose price no volatility gives, where `needed`, shape (positions,), says so;
    all are needed where it is left out.
    """
    positions, market = book.positions, book.market
    first, of_position = _distinct(positions)
    contracts = _terms(positions, market, first)
    underlying = positions.underlying[first]
    spot = market.spot[underlying]
    mark, volatility = positions.mark[first], positions.volatility[first]
    implied = np.isnan(volatility) & ~np.isnan(mark) & (contracts.years > 0)
    solved = implied_volatility(contracts.take(implied), spot[implied], mark[implied])
    wanted = np.ones(len(positions), dtype=bool) if needed is None else needed
    _refuse_unpriced(
        positions, first[implied], contracts.take(implied), spot[implied], solved, wanted
    )
    volatility = np.where(np.isnan(volatility), market.volatility[underlying], volatility)
    volatility[implied] = solved.volatility
    volatility[contracts.years == 0] = 0.0
    model = mark.copy()  # of a contract whose volatility was solved from it
    other = ~implied | np.isnan(volatility)
    model[other] = theoretical_value(contracts.take(other), spot[other], volatility[other])[:, 0]
    from_mark = ~np.isnan(mark) & (book.settings.base_value is BaseValue.MARK)
    expiration = positions.expiration[first]
    return ContractTable(
        contracts,
        underlying,
        spot,
        volatility,
        np.unique(np.column_stack([underlying, expiration]), axis=0, return_inverse=True)[1],
        model,
        np.where(from_mark, mark, model),
        of_position,
        book.settings.smile,
    )


def _distinct(positions: Positions) -> tuple[IntArray, IntArray]:
    """First position of each distinct contract, and each position's contract or NO_CONTRACT."""
    options = np.flatnonzero(positions.is_option)
    columns = (
        positions.contracts.series,
        positions.expiration,
        np.nan_to_num(positions.mark, nan=-1.0),
        np.nan_to_num(positions.volatility, nan=-1.0),
    )
    entry: dict[tuple[float, ...], int] = {}
    keys = zip(*(column[options].tolist() for column in columns), strict=True)
    of_option = np.array([entry.setdefault(key, len(entry)) for key in keys], dtype=np.int64)
    of_position = np.full(len(positions), NO_CONTRACT, dtype=np.int64)
    of_position[options] = of_option
    _, first = np.unique(of_option, return_index=True)
    return options[first], of_position


def _terms(positions: Positions, market: Market, first: IntArray) -> Contracts:
    """Terms of the contracts at these positions, in the form pricing takes them."""
    underlying = positions.underlying[first]
    years = market.years_to(positions.expiration[first])
    dividend_years, dividend_amounts = _cash_dividends(market, underlying)
    return Contracts(
        call=np.equal(positions.kind[first], InstrumentKind.CALL),
        american=positions.american[first],
        strike=positions.strike[first],
        years=years,
        rate=market.rate(underlying, years),
        dividend_yield=market.dividend_yield[underlying],
        dividend_years=dividend_years,
        dividend_amounts=dividend_amounts,
    )


def _cash_dividends(market: Market, underlying: IntArray) -> tuple[FloatArray, FloatArray]:
    """Times in years and amounts of the dividends still to come, shape (contracts, dividends)."""
    to_come = [[d for d in u.dividends if d.ex_date > market.as_of] for u in market.underlyings]
    shape = (len(to_come), max(map(len, to_come), default=0))
    ex_date, amounts = np.full(shape, market.as_of), np.zeros(shape)
    for i, dividends in enumerate(to_come):
        ex_date[i, : len(dividends)] = [d.ex_date for d in dividends]
        amounts[i, : len(dividends)] = [d.amount for d in dividends]
    return market.years_to(ex_date)[underlying], amounts[underlying]


def _refuse_unpriced(
    positions: Positions,
    at: IntArray,
    contracts: Contracts,
    spot: FloatArray,
    solved: ImpliedVolatility,
    needed: BoolArray,
) -> None:
    """Refuse every option whose price gives no volatility, naming its row and the price it has."""
    unsolved = np.flatnonzero((solved.status != VolatilityStatus.SOLVED) & needed[at])
    if not unsolved.size:
        return
    least = zero_volatility_value(contracts.take(unsolved), spot[unsolved])[:, 0]
    raise RefusedPosition(
        [
            positions.problem(
                int(at[i]),
                "price",
                f"{positions.mark[at[i]]:.10g} for {positions.label(int(at[i]))}",
                _wanted(VolatilityStatus(int(solved.status[i])), float(least[n])),
            )
            for n, i in enumerate(unsolved)
        ]
    )


def _wanted(status: VolatilityStatus, least: float) -> str:
    match status:
        case VolatilityStatus.BELOW_ZERO_VOLATILITY_VALUE:
            return f"a price above {least:,.4f}, its value without volatility, or a volatility"
        case VolatilityStatus.ABOVE_GREATEST_VALUE:
            return "a lower price: no volatility gives this one; or a volatility"
        case _:
            return "a price that a volatility can give, or a volatility"
