"""Sample books, packaged as the files a user would have, and the scenario of the article."""

from xlmargin.samples.article_scenario import ARTICLE_SCENARIO, ArticleScenario
from xlmargin.samples.family_office_book import FAMILY_OFFICE_NOTE, family_office_book
from xlmargin.samples.family_office_history import family_office_history

__all__ = [
    "ARTICLE_SCENARIO",
    "FAMILY_OFFICE_NOTE",
    "ArticleScenario",
    "family_office_book",
    "family_office_history",
]
