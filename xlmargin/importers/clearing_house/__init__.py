"""Files of the clearing house: official risk arrays, and the groups that they are netted in."""

from xlmargin.importers.clearing_house.array_files import POINTS, ArrayFile, ArrayRow
from xlmargin.importers.clearing_house.group_files import groups_in_cells
from xlmargin.importers.clearing_house.group_headings import REPORTS
from xlmargin.importers.clearing_house.read_files import read_array_file, read_group_files

__all__ = [
    "POINTS",
    "REPORTS",
    "ArrayFile",
    "ArrayRow",
    "groups_in_cells",
    "read_array_file",
    "read_group_files",
]
