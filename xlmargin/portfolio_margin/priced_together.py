"""Several books priced at once, as the days of a history are: few calls on many contracts each.

What a contract is worth does not depend on its neighbours, and values are remembered by all the
numbers that they follow from. So each book, margined by itself afterwards from the inputs that are
answered, finds its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from xlmargin.book import Book
from xlmargin.errors import MarginError
from xlmargin.portfolio_margin.ineligible import StrategyRequirements
from xlmargin.portfolio_margin.portfolio_requirement import MarginInputs, margin_inputs
from xlmargin.risk_array import solve_together, values_together


def price_together(
    books: Sequence[Book], strategy_requirements: StrategyRequirements
) -> dict[Book, MarginInputs]:
    """Solve and value the contracts of these books at their markets' valuation points.

    Answers what the margin of each is made from. A book that is refused is left out: it says why
    where it is margined.
    """
    solve_together(books)
    every = {book: own for book in books for own in _inputs(book, strategy_requirements)}
    values_together(
        [own.contracts.to_value(own.points.around(book.market.spot)) for book, own in every.items()]
    )
    return every


def _inputs(book: Book, strategy_requirements: StrategyRequirements) -> Iterator[MarginInputs]:
    with suppress(MarginError):
        yield margin_inputs(book, strategy_requirements)
