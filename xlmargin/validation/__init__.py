"""Every published figure that can be compared, beside ours, as a dossier to read and sign."""

from xlmargin.validation.comparison import FigureComparison, Source, source
from xlmargin.validation.dossier import DossierSection, dossier, sections, validation_table

__all__ = [
    "DossierSection",
    "FigureComparison",
    "Source",
    "dossier",
    "sections",
    "source",
    "validation_table",
]
