"""What if: what trades would do to an account's value and requirements, before they are done."""

from xlmargin.what_if.figures import Figures
from xlmargin.what_if.impact import Change, Impact, impact
from xlmargin.what_if.one_more import OneMore, one_more
from xlmargin.what_if.trades import Trades, book_after

__all__ = ["Change", "Figures", "Impact", "OneMore", "Trades", "book_after", "impact", "one_more"]
