"""The functions explained, each on a small book: a page to read, and rows for a sheet."""

from xlmargin.help.example_book import EXAMPLE_BOOK
from xlmargin.help.examples import EXAMPLES, Example
from xlmargin.help.help_page import help_chapters, help_page, help_rows, usage
from xlmargin.help.html import Chapters
from xlmargin.help.input_page import input_chapters, input_page

__all__ = [
    "EXAMPLES", "EXAMPLE_BOOK", "Chapters", "Example", "help_chapters", "help_page",
    "help_rows", "input_chapters", "input_page", "usage",
]  # fmt: skip
