"""Several books priced at once, as the days of a history are: few calls on many contracts each.

What a contract is worth does not depend on its neighbours, and values are remembered by all the
numbers that they follow from. So each book, margined by itself afterwards, finds its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from xlmargin.book import Book
from xlmargin.errors import MarginError
from xlmargin.portfolio_margin.portfolio_requirement import MarginInputs, margin_inputs
from xlmargin.risk_array import solve_together, values_together


def price_together(books: Sequence[Book]) -> None:
    """Solve and value the contracts of these books at their markets' valuation points.

    A book that is refused is left out: it says why where it is margined.
    """
    solve_together(books)
    every = [inputs for book in books for inputs in _inputs(book)]
    values_together([f.contracts.to_value(f.points.around(f.book.market.spot)) for f in every])


def _inputs(book: Book) -> Iterator[MarginInputs]:
    with suppress(MarginError):
        yield margin_inputs(book)
