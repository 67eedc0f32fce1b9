"""What the command line does once its arguments are read."""

from xlmargin.commands.build_workbooks import build_workbooks
from xlmargin.commands.calc import build_add_in, recalculate_book

__all__ = [
    "build_add_in",
    "build_workbooks",
    "recalculate_book",
]
