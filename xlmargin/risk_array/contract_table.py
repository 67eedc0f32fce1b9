"""The risk array: gain or loss of every position at every valuation point.

Each distinct contract of a book is valued once at all its points; a position's row is its units
times its contract's gain or loss. No time passes and no volatility shock is added. Positions on the
same contract at the same price share one entry; a contract held at two prices has two, because each
price implies its own volatility.

Rule: FINRA 4210(g)(2), theoretical gains and losses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlmargin.arrays import BoolArray, FloatArray, IntArray, in_rows, numbered_rows
from xlmargin.book import Book, Positions
from xlmargin.computing import ContentCache
from xlmargin.contracts import Contracts as HeldContracts
from xlmargin.contracts import InstrumentKind
from xlmargin.dates import DAYS_PER_YEAR
from xlmargin.market import Market
from xlmargin.pricing import OptionTerms, PricedContracts
from xlmargin.risk_array.option_values import (
    NEARLY_EXPIRED,
    ContractsToValue,
    VolatilitySource,
    is_solved,
    off_index,
    option_volatility,
    refuse_unpriced,
    refuse_without_forward,
    values_of,
    values_together,
    volatility_together,
)
from xlmargin.risk_array.smiles import Smiles, smiles_of
from xlmargin.settings import BaseValue, Smile

NO_CONTRACT: Final = -1
"""What `of_position` holds for a position that is no option."""


@dataclass(frozen=True, eq=False)
class ContractTable:
    """Distinct contracts as arrays of shape (contracts,), and where each position finds its own.

    `spot` is the price of each contract's underlying today. `volatility` is annual, and `source`
    says where it is from (`VolatilitySource`); 0 for a contract that expires at once, and for one
    whose mark tells none, whose value without volatility, where the mark was taken, is `least`.
    `series` numbers the pairs of underlying and end. `settled` tells what is cash since the open of
    the day: worth its mark whatever the underlying does. In $ per unit `model` is the
    theoretical value at today's price; `mark` what the contract is worth today, its price moved
    from where it was taken; `base` the value from which gains and losses are counted: the model's
    where price and volatility are both stated, else the mark. Volatility and model value are NaN
    for a contract that need not be priced and cannot be. `smiles` are those of the book's series;
    None where each series keeps its volatility.
    """

    contracts: OptionTerms
    underlying: IntArray
    spot: FloatArray
    volatility: FloatArray
    source: NDArray[np.int8]
    least: FloatArray
    series: IntArray
    settled: BoolArray
    model: FloatArray
    mark: FloatArray
    base: FloatArray
    of_position: IntArray
    smiles: Smiles | None

    def __len__(self) -> int:
        """Number of distinct contracts."""
        return len(self.underlying)

    def values(self, spot: FloatArray, *, remembered: bool = True) -> FloatArray:
        """Theoretical value at each price of each contract's underlying, $ per unit.

        `spot` has shape (underlyings, points), the answer (contracts, points). The volatility of
        each series is held, or follows moneyness. Today's price has the model's value as it stands.
        Values at prices that nobody asks for again need not be `remembered`.
        """
        if remembered:
            return self.values_at(spot, [0.0])[0]
        at = self.to_value(spot)
        return self._known(values_of(at) if self.smiles else self._priced.value(at.spot), at.spot)

    def values_at(self, spot: FloatArray, volatility_moves: Sequence[float]) -> list[FloatArray]:
        """The same after moves of volatility, fractions of it; each contract's values together."""
        every = [self.to_value(spot, move) for move in volatility_moves]
        if not len(self):
            return [to_value.spot for to_value in every]
        index = np.tile(np.arange(len(self)), len(every))
        together = ContractsToValue(
            self.contracts if len(every) == 1 else self.contracts.take(index),
            self.underlying[index],
            np.concatenate([to_value.spot for to_value in every]),
            np.concatenate([to_value.at for to_value in every]),
        )
        values = np.split(values_together([together])[0], len(every))
        each = zip(values, every, volatility_moves, strict=True)
        return [self._known(own, to_value.spot, move) for own, to_value, move in each]

    @cached_property
    def _priced(self) -> PricedContracts:
        return PricedContracts.of(self.contracts, self.volatility)

    def _known(self, values: FloatArray, spot: FloatArray, move: float = 0.0) -> FloatArray:
        """Values at prices, but the model's at today's, and the mark of what has settled."""
        if not move:
            model = self.model[:, None]
            at_model = (spot == self.spot[:, None]) & ~np.isnan(model)
            values = np.where(at_model, model, values)
        return np.where(self.settled[:, None], self.mark[:, None], values)

    def to_value(self, spot: FloatArray, volatility_move: float = 0.0) -> ContractsToValue:
        """The contracts at these prices and their volatilities there, as they are valued."""
        moved_spot, volatility = spot[self.underlying], self.volatility
        if self.smiles:
            volatility = self.smiles.at(self.contracts.strike, moved_spot, self.series)
        return ContractsToValue(
            self.contracts, self.underlying, moved_spot, volatility * (1.0 + volatility_move)
        )

    @property
    def valued_without(self) -> IntArray:
        """The contracts with time left whose mark tells no volatility: valued without."""
        none = (self.source == VolatilitySource.NONE) & (self.contracts.years > 0)
        return np.flatnonzero(none)

    def with_neighbours(self) -> ContractTable:
        """The same, contracts valued without volatility at that of their nearest neighbour.

        That is the other right of the strike, else the nearest strike of the expiration, that has a
        volatility; a contract alone keeps none.
        """
        volatility, model = self.volatility.copy(), self.model.copy()
        for i in self.valued_without.tolist():
            known = np.flatnonzero((self.series == self.series[i]) & (self.volatility > 0))
            if known.size:
                apart = np.abs(self.contracts.strike[known] - self.contracts.strike[i])
                volatility[i] = self.volatility[known[np.argmin(apart)]]
                model[i] = np.nan
        smiles = self.smiles and smiles_of(
            volatility, self.contracts.strike, self.spot, self.series
        )
        return replace(self, volatility=volatility, model=model, smiles=smiles)

    def at_volatilities_moved(self, volatility_move: float) -> ContractTable:
        """The same with every volatility moved by a fraction of itself; marks stay as they are."""
        if not volatility_move:
            return self
        factor, nothing = 1.0 + volatility_move, np.full(len(self), np.nan)
        smiles = self.smiles and self.smiles.scaled(factor)
        return replace(self, volatility=self.volatility * factor, model=nothing, smiles=smiles)

    def held_apart(
        self, chosen: IntArray, underlying: IntArray, of_position: IntArray
    ) -> ContractTable:
        """Some of the contracts, each on an `underlying` of another market: all are (contracts,).

        One may be chosen several times, on several underlyings that are the same to it.
        `of_position` tells where each position finds its own. Smiles are those of all contracts.
        """
        columns: dict[str, Any] = {
            f.name: column[chosen]
            for f in fields(self)
            if isinstance(column := getattr(self, f.name), np.ndarray)
        }
        columns |= {"underlying": underlying, "of_position": of_position}
        return replace(self, contracts=self.contracts.take(chosen), **columns)

    def gains(self, spot: FloatArray) -> FloatArray:
        """Gain (+) or loss (-) against the base, $ per unit; argument and shape as in `values`."""
        return self.values(spot) - self.base[:, None]


def contract_table(book: Book, needed: BoolArray | None = None) -> ContractTable:
    """The distinct contracts of a book with their volatilities.

    A volatility is the position's own, else implied by its price, else the market's. A price taken
    at another price of the underlying is solved there, and moved by the model to today's, not below
    0. What settled at the day's open is worth its settlement value where a forward states it, else
    its price, else what it is worth at today's price of the underlying. Refuses, by row, an option
    whose price no volatility gives, where `needed`, shape (positions,), says so; all are needed
    where it is left out.
    """
    positions, market, settings = book.positions, book.market, book.settings
    if not positions.is_option.any():
        return _none(len(positions))
    first, of_position, series, contracts, underlying, settled, mark, mark_spot, stated = marked(
        book
    )
    spot = market.spot[underlying]
    found = option_volatility(
        contracts,
        underlying,
        mark_spot,
        mark,
        stated,
        market.volatility[underlying],
        positions.half_spread[first],
        settings,
    )
    wanted = np.ones(len(positions), dtype=bool) if needed is None else needed
    off_spot = off_index(positions, market)[first] & (contracts.years > NEARLY_EXPIRED)
    refuse_without_forward(positions, first[off_spot & np.isnan(stated) & (mark > 0)], wanted)
    refuse_unpriced(positions, first, contracts, mark_spot, found, wanted, settings)
    unmoved = mark_spot == spot
    model = mark.copy()  # of a contract whose volatility was solved from it
    other = (found.source != VolatilitySource.SOLVED) | ~unmoved
    some, volatility = contracts.take(other), found.volatility[other]
    at = np.column_stack([spot, mark_spot])[other]
    values = values_together([ContractsToValue(some, underlying[other], at, volatility)])[0]
    model[other] = values[:, 0]
    moved = mark.copy()
    gained = np.where(np.isnan(mark[other]), 0.0, values[:, 0] - values[:, 1])
    moved[other] = np.where(unmoved[other], mark[other], np.maximum(mark[other] + gained, 0.0))
    model = np.where(found.source == VolatilitySource.SOLVED, moved, model)
    by_mark = ~np.isnan(mark) & (settled | (settings.base_value is BaseValue.MARK))
    from_model = (found.source == VolatilitySource.STATED) | ~by_mark
    smiles = None
    if settings.smile is Smile.STICKY_MONEYNESS:
        smiles = smiles_of(found.volatility, contracts.strike, spot, series)
    return ContractTable(
        contracts=contracts,
        underlying=underlying,
        spot=spot,
        volatility=found.volatility,
        source=found.source,
        least=found.least,
        series=series,
        settled=settled,
        model=model,
        mark=np.where(by_mark, moved, model),
        base=np.where(from_model, model, moved),
        of_position=of_position,
        smiles=smiles,
    )


def _none(positions: int) -> ContractTable:
    """The table of so many positions of which none is an option."""
    number, flag, index = np.zeros(0), np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64)
    dividends = np.zeros((0, 0))
    terms = OptionTerms(flag, flag, number, number, number, number, dividends, dividends)
    source, of_position = np.zeros(0, dtype=np.int8), np.full(positions, NO_CONTRACT)
    return ContractTable(
        terms, index, number, number, source, number, index, flag, number, number, number,
        of_position, None,
    )  # fmt: skip


class Marked(NamedTuple):
    """The distinct contracts of a book with what is known of their prices, as in a table of them.

    `first` is a position of each, `series` the number of its underlying and end; `mark` is what it
    is worth where the underlying stands at `mark_spot`, $ per unit, and `stated` its own
    volatility; NaN where there is none.
    """

    first: IntArray
    of_position: IntArray
    series: IntArray
    contracts: OptionTerms
    underlying: IntArray
    settled: BoolArray
    mark: FloatArray
    mark_spot: FloatArray
    stated: FloatArray


def marked(book: Book) -> Marked:
    """The distinct contracts of a book, and their marks."""
    positions, market = book.positions, book.market
    first, of_position, series = _distinct(positions)
    underlying = positions.underlying[first]
    spot = market.spot[underlying]
    settled = positions.contracts.settled(market.as_of)[first]
    mark = np.where(settled, _settled_value(positions, spot, first), positions.mark[first])
    stated, taken_at = positions.volatility[first], positions.mark_spot[first]
    mark_spot = np.where(np.isnan(taken_at) | settled, spot, taken_at)
    contracts = _terms(positions, market, first)
    return Marked(
        first, of_position, series, contracts, underlying, settled, mark, mark_spot, stated
    )


def solve_together(books: Iterable[Book]) -> None:
    """Solve the volatilities of several books at once, for the table of each to find remembered."""
    to_value = []
    for own in map(marked, books):
        rows = np.flatnonzero(is_solved(own.contracts, own.mark, own.stated))
        some = own.contracts.take(rows)
        to_value.append(
            ContractsToValue(some, own.underlying[rows], own.mark_spot[rows], own.mark[rows])
        )
    volatility_together(to_value)


def _settled_value(positions: Positions, spot: FloatArray, first: IntArray) -> FloatArray:
    """What contracts that have settled are worth, $ per unit; of others it means nothing.

    A mark of 0 is none here: a series that has settled is quoted no more.
    """
    forward, mark = positions.forward[first], positions.mark[first]
    at = np.where(np.isnan(forward), spot, forward)
    is_call = np.equal(positions.kind[first], InstrumentKind.CALL)
    above = at - positions.strike[first]
    exercised = np.maximum(np.where(is_call, above, -above), 0.0)
    return np.where(np.isnan(forward) & (mark > 0), mark, exercised)


_Distinct = tuple[IntArray, IntArray, IntArray]

_DISTINCT: Final = ContentCache[tuple[HeldContracts, bytes], _Distinct](
    most=32, most_size=2_000_000, size=lambda key, _: len(key[0])
)
"""Bounded by positions, in all: a tick of the market leaves the contracts as they are."""


def _distinct(positions: Positions) -> _Distinct:
    """First position of each distinct contract, each position's contract or NO_CONTRACT, series.

    Contracts of one underlying and end are of one series.
    """
    options = np.flatnonzero(positions.is_option)
    names = ("mark", "volatility", "mark_spot", "forward", "half_spread")
    priced = np.array([getattr(positions, name)[options] for name in names])
    key = positions.contracts, priced.tobytes()
    return _DISTINCT.get(key, lambda _: _numbered(positions, options, priced))


def _numbered(positions: Positions, options: IntArray, priced: FloatArray) -> _Distinct:
    contracts = positions.contracts
    terms = (contracts.series, contracts.expiration)
    first, of_option = numbered_rows([*(column[options] for column in terms), *priced])
    of_position = np.full(len(positions), NO_CONTRACT, dtype=np.int64)
    of_position[options] = of_option
    first = options[first]
    ends = contracts.underlying[first], contracts.settles[first]
    return first, of_position, numbered_rows(ends)[1]


def _terms(positions: Positions, market: Market, first: IntArray) -> OptionTerms:
    """Terms of the contracts at these positions, in the form pricing takes them."""
    underlying = positions.underlying[first]
    years = positions.contracts.days_left(market.as_of)[first] / DAYS_PER_YEAR
    dividend_years, dividend_amounts = _cash_dividends(market, underlying)
    rate = market.rate(underlying, years)
    forward, spot = positions.forward[first], market.spot[underlying]
    by_forward = ~np.isnan(forward) & (years > 0)
    with np.errstate(all="ignore"):  # a forward stands for rate, yield and dividends
        carry = np.log(forward / spot) / years
    yields = np.where(by_forward, rate - carry, market.yield_over(underlying, years))
    return OptionTerms(
        call=np.equal(positions.kind[first], InstrumentKind.CALL),
        american=positions.american[first],
        strike=positions.strike[first],
        years=years,
        rate=rate,
        dividend_yield=yields,
        dividend_years=dividend_years,
        dividend_amounts=np.where(by_forward[:, None], 0.0, dividend_amounts),
    )


def _cash_dividends(market: Market, underlying: IntArray) -> tuple[FloatArray, FloatArray]:
    """Times in years and amounts of the dividends still to come, shape (contracts, dividends)."""
    to_come = [[d for d in u.dividends if d.ex_date > market.as_of] for u in market.underlyings]
    shape = (len(to_come), max(map(len, to_come), default=0))
    ex_date, amounts = np.full(shape, market.as_of), np.zeros(shape)
    for i, dividends in enumerate(to_come):
        ex_date[i, : len(dividends)] = [d.ex_date for d in dividends]
        amounts[i, : len(dividends)] = [d.amount for d in dividends]
    return ((ex_date - market.as_of) / DAYS_PER_YEAR)[underlying], amounts[underlying]


def risk_array(
    positions: Positions,
    table: ContractTable,
    base_spot: FloatArray,
    moved_spot: FloatArray,
    contract_gains: FloatArray,
) -> FloatArray:
    """Gain (+) or loss (-) of each position at each point, $, shape (positions, ..., points).

    `base_spot` has shape (underlyings, ...), `moved_spot` (underlyings, ..., points) and
    `contract_gains`, $ per unit, (contracts, ..., points). Cash gains nothing.
    """
    nothing = np.zeros((1, *moved_spot.shape[1:]))
    every = np.concatenate([contract_gains, moved_spot - base_spot[..., None], nothing])
    own = np.where(positions.is_stock, positions.underlying + len(table), len(every) - 1)
    own = np.where(table.of_position != NO_CONTRACT, table.of_position, own)
    gains = every.take(own, axis=0)
    gains *= in_rows(positions.units, gains)
    return gains


def unit_value(
    positions: Positions, table: ContractTable, spot: FloatArray, contract_value: FloatArray
) -> FloatArray:
    """What one unit of each position is worth, $; a dollar of cash is worth 1.

    `spot` has shape (underlyings, ...), `contract_value`, $ per unit, (contracts, ...), the answer
    (positions, ...).
    """
    value = np.ones((len(positions), *spot.shape[1:]))
    stock, options = positions.is_stock, table.of_position != NO_CONTRACT
    value[stock] = spot[positions.underlying[stock]]
    value[options] = contract_value[table.of_position[options]]
    return value


def option_marks(book: Book) -> FloatArray:
    """Value of each option, $ per unit, shape (positions,); NaN for what is not an option.

    An option without a price is valued at its volatility, or its underlying's; one that settled at
    the day's open is worth what it settled at, as far as that is known. Refuses, by row, a
    price of 0 where the option is worth something, and one above the most it can be worth: they
    are no quotes.
    """
    positions = book.positions
    mark = np.where(positions.is_option, positions.mark, np.nan)
    settled = positions.contracts.settled(book.market.as_of)
    open_options = np.flatnonzero(positions.is_option & ~settled)
    impossible = open_options[mark[open_options] > _greatest_payoff(book, open_options)]
    if impossible.size:
        contract_table(book.only(impossible))  # refuses by row what no rate or forward explains
    unsure = np.flatnonzero(positions.is_option & (~(mark > 0) | settled))
    if unsure.size:
        table = contract_table(book.only(unsure))
        mark[unsure] = table.mark[table.of_position]
    return mark


def _greatest_payoff(book: Book, options: IntArray) -> FloatArray:
    """The most exercise could pay at today's prices, $ per unit: the share, or a put's strike."""
    positions = book.positions
    taken_at, today = positions.mark_spot[options], book.market.spot[positions.underlying[options]]
    spot = np.where(np.isnan(taken_at), today, taken_at)
    is_put = positions.kind[options] == InstrumentKind.PUT
    return np.where(is_put, positions.strike[options], spot)
