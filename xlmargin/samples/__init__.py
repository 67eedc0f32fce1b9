"""Sample books, packaged as the files a user would have."""

from xlmargin.samples.family_office_book import FAMILY_OFFICE_NOTE, family_office_book

__all__ = ["FAMILY_OFFICE_NOTE", "family_office_book"]
