"""Sample books, packaged as the files a user would have; cases and scenario of the article."""

from xlmargin.samples.article import ARTICLE_CASES, ARTICLE_PRICE, ARTICLE_SCENARIO, ArticleCase
from xlmargin.samples.family_office_book import (
    FAMILY_OFFICE_NOTE,
    family_office_book,
    family_office_tables,
    in_one_account,
)
from xlmargin.samples.family_office_history import dated_tables, family_office_history, last_day_of

__all__ = [
    "ARTICLE_CASES", "ARTICLE_PRICE", "ARTICLE_SCENARIO", "FAMILY_OFFICE_NOTE", "ArticleCase",
    "dated_tables", "family_office_book", "family_office_history", "family_office_tables",
    "in_one_account", "last_day_of",
]  # fmt: skip
