"""Every published figure that can be compared, beside ours, as a dossier to read and sign."""

from xlmargin.validation.comparison import Comparison, Source, source
from xlmargin.validation.dossier import Section, dossier, sections, validation_table

__all__ = [
    "Comparison",
    "Section",
    "Source",
    "dossier",
    "sections",
    "source",
    "validation_table",
]
