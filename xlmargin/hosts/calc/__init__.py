"""LibreOffice Calc: the functions as an add-in, and workbooks recalculated without Excel."""

from xlmargin.hosts.calc.add_in import write_add_in
from xlmargin.hosts.calc.comparison import Mismatch, RecalculationComparison, compared
from xlmargin.hosts.calc.office import installed_office
from xlmargin.hosts.calc.recalculation import recalculate

__all__ = [
    "Mismatch", "RecalculationComparison", "compared", "installed_office", "recalculate",
    "write_add_in",
]  # fmt: skip
