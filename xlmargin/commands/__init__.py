"""What the command line does once its arguments are read."""

from xlmargin.commands.check import check_ranges
from xlmargin.commands.report import Asked
from xlmargin.commands.terminal import complaint

__all__ = ["Asked", "check_ranges", "complaint"]
