"""What if: what trades would do to an account's value and requirements, before they are done."""

from xlmargin.what_if.candidates import Candidates, SizedOrders
from xlmargin.what_if.capacity import Capacity, capacity
from xlmargin.what_if.hedge import Hedge, hedge_by_strategy, hedge_under_portfolio
from xlmargin.what_if.impact import FigureChange, Impact, Trades, book_after, impact, less_closed
from xlmargin.what_if.one_more import OneMore, one_more
from xlmargin.what_if.tried_quantities import Greatest
from xlmargin.what_if.writing import Keeps, Writing, scaled_writing

__all__ = [
    "Candidates",
    "Capacity",
    "FigureChange",
    "Greatest",
    "Hedge",
    "Impact",
    "Keeps",
    "OneMore",
    "SizedOrders",
    "Trades",
    "Writing",
    "book_after",
    "capacity",
    "hedge_by_strategy",
    "hedge_under_portfolio",
    "impact",
    "less_closed",
    "one_more",
    "scaled_writing",
]
