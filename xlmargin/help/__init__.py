"""The functions explained, each on a small book: a page to read, and rows for a sheet."""

from xlmargin.help.example_book import EXAMPLE_BOOK
from xlmargin.help.examples import EXAMPLES, Example
from xlmargin.help.help_page import help_page
from xlmargin.help.help_rows import help_rows, usage

__all__ = ["EXAMPLES", "EXAMPLE_BOOK", "Example", "help_page", "help_rows", "usage"]
