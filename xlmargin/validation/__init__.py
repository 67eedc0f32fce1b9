"""Every figure that can be compared beside ours, as a dossier to read and sign."""

from xlmargin.validation.comparison import FigureComparison, Source, counted_by_origin, source
from xlmargin.validation.dossier import DossierSection, dossier, sections, validation_table

__all__ = [
    "DossierSection",
    "FigureComparison",
    "Source",
    "counted_by_origin",
    "dossier",
    "sections",
    "source",
    "validation_table",
]
