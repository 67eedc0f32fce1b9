"""XlsxWriter, which has type hints but does not say so: imported here alone in this package."""

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

__all__ = ["Workbook", "Worksheet"]
