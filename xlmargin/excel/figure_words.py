"""What a word for a figure of the account means: ours in short, or a broker's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from xlmargin.account import STRATEGY
from xlmargin.cells.values import normalized
from xlmargin.rulebook import BrokerTerm, broker_terms


def figure_meant(text: str, regime: str) -> str | None:
    """Our figure that a word means in an account under a regime; "" where we have none of it.

    None where nobody is known to use the word.
    """
    term = _terms().get(normalized(text))
    if term is None:
        return None
    return term.strategy if regime == STRATEGY else term.portfolio


def meaning_of(text: str) -> str:
    """What a word means, as the table of brokers' words states it; "" where it has none."""
    term = _terms().get(normalized(text))
    return term.states if term else ""


@cache
def words_for_figures() -> tuple[str, ...]:
    """Every word that is known, as it is spelled."""
    words = [word for term in broker_terms() for own in term.words.values() for word in own]
    return (*(term.name for term in broker_terms()), *words)


@cache
def _terms() -> Mapping[str, BrokerTerm]:
    """What each word means: a broker's word before the name that we give its meaning."""
    named = {normalized(term.name): term for term in broker_terms()}
    return named | {
        normalized(word): term
        for term in broker_terms()
        for words in term.words.values()
        for word in words
    }
