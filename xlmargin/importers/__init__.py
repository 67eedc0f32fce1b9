"""Users' files, read into ranges; nothing in them is run."""

from xlmargin.importers.book_ranges import BookRanges
from xlmargin.importers.files import read_book_files, read_one_range

__all__ = ["BookRanges", "read_book_files", "read_one_range"]
