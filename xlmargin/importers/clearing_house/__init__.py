"""Files of the clearing house: official risk arrays, and the groups that they are netted in."""

from xlmargin.importers.clearing_house.array_basis import ArrayBasis, basis_of, refuse_units
from xlmargin.importers.clearing_house.array_files import ArrayFile, ArrayRow, array_file, plain
from xlmargin.importers.clearing_house.array_fixml import FIXML_ATTRIBUTES, FIXML_SURE
from xlmargin.importers.clearing_house.array_headings import ARRAYS, ARRAYS_SURE, PLACES, POINTS
from xlmargin.importers.clearing_house.group_files import groups_in_cells
from xlmargin.importers.clearing_house.group_headings import REPORTS
from xlmargin.importers.clearing_house.read_files import read_array_file, read_group_files

__all__ = [
    "ARRAYS", "ARRAYS_SURE", "FIXML_ATTRIBUTES", "FIXML_SURE", "PLACES",
    "POINTS", "REPORTS", "ArrayBasis", "ArrayFile", "ArrayRow", "array_file", "basis_of",
    "groups_in_cells", "plain", "read_array_file", "read_group_files", "refuse_units",
]  # fmt: skip
