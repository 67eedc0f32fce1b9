"""What the command line does once its arguments are read."""

from xlmargin.commands.build_workbooks import build_workbooks
from xlmargin.commands.calc import build_add_in, recalculate_book
from xlmargin.commands.check import check_ranges
from xlmargin.commands.import_file import Written, import_file
from xlmargin.commands.report import Asked
from xlmargin.commands.terminal import complaint

__all__ = [
    "Asked",
    "Written",
    "build_add_in",
    "build_workbooks",
    "check_ranges",
    "complaint",
    "import_file",
    "recalculate_book",
]
