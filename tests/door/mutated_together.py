"""Several other spellings at once, as people's sheets have them."""

from __future__ import annotations

from typing import Final

from tests.door.mutated_dates import date_in_other_spelling
from tests.door.mutated_layout import (
    columns_in_another_order,
    empty_columns,
    empty_rows,
    footnotes_below,
    harmless_column,
    heading_by_another_word,
    titles_above,
    totals_below,
)
from tests.door.mutated_numbers import (
    column_of_numbers_in_other_spelling,
    nothing_in_other_spelling,
    number_in_other_spelling,
)
from tests.door.mutated_symbols import (
    class_share_in_other_spelling,
    option_by_its_symbol,
    symbol_as_pasted,
)
from tests.door.mutated_words import side_beside_an_unsigned_quantity, word_in_other_spelling
from tests.door.mutations import KINDS, Draw, Fate, Kind, Mutation, kind

_ONE_AFTER_ANOTHER: Final[tuple[Kind, ...]] = (
    option_by_its_symbol, side_beside_an_unsigned_quantity, number_in_other_spelling,
    column_of_numbers_in_other_spelling, date_in_other_spelling, word_in_other_spelling,
    symbol_as_pasted, nothing_in_other_spelling, class_share_in_other_spelling,
    columns_in_another_order, harmless_column, totals_below, heading_by_another_word,
    empty_columns, empty_rows, footnotes_below, titles_above,
)  # fmt: skip
"""Kinds that leave the same book, in an order in which each still finds the range it expects."""


@kind("positions", "trades", "activity")
def sloppy(draw: Draw) -> Mutation | None:
    """Several at once, as people's sheets are."""
    changes = []
    for each in _ONE_AFTER_ANOTHER:
        if draw.range not in KINDS[each.__name__][1] or draw.dice.random() > 0.4:
            continue
        made = each(draw)
        if made is not None:
            changes.append(made.change)
    return draw.whole(Fate.SAME, " + ".join(changes))
