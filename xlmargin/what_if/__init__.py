"""What if: what trades would do to an account's value and requirements, before they are done."""

from xlmargin.what_if.figures import Figures
from xlmargin.what_if.impact import Change, Impact, impact
from xlmargin.what_if.trades import Trades, book_after

__all__ = ["Change", "Figures", "Impact", "Trades", "book_after", "impact"]
