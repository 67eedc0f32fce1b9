"""Settings and facts: names and values."""

from __future__ import annotations

from tests.door.mutated_dates import dates_in_figures, dates_in_words, day_of, undecided
from tests.door.mutated_numbers import spellings
from tests.door.mutations import ERRORS, NAMED, Draw, Fate, Meaning, Mutation, kind


def _some_named(draw: Draw) -> tuple[int, str]:
    row = draw.dice.randint(2, len(draw.rows))
    return row, draw.rows[row - 1][0]


def _put_value(draw: Draw, row: int, cell: object) -> str:
    at = draw.dice.randrange(1, len(draw.rows[row - 1]))
    before = draw.rows[row - 1][at]
    draw.rows[row - 1][at] = cell
    return f"row {row}, {draw.rows[row - 1][0]}: {before!r} -> {cell!r}"


@kind(*NAMED)
def name_in_other_spelling(draw: Draw) -> Mutation | None:
    row, name = _some_named(draw)
    words = name.split("_")
    others = [name.upper(), " ".join(words), "-".join(words).title(), f"{name}\u00a0", f" {name}"]
    others += [f"{name}:", f"\u200b{name}", name.translate({c: c + 0xFEE0 for c in range(97, 123)})]
    draw.rows[row - 1][0] = draw.dice.choice(others)
    return draw.whole(Fate.SAME, f"row {row}: {name} -> {draw.rows[row - 1][0]!r}")


@kind(*NAMED)
def name_that_is_not_known(draw: Draw) -> Mutation | None:
    row, name = _some_named(draw)
    draw.rows[row - 1][0] = draw.dice.choice(["zz", "hosue", "rat", 5, "=zz", "#REF!", None, "?"])
    return Mutation(
        draw.rows, Fate.REFUSED, f"row {row}: {name} -> {draw.rows[row - 1][0]!r}", (row,)
    )


@kind(*NAMED)
def value_in_other_spelling(draw: Draw) -> Mutation | None:
    row, name = _some_named(draw)
    at = draw.dice.randrange(1, len(draw.rows[row - 1]))
    value = draw.rows[row - 1][at]
    if name in ("as_of", "disclosure"):
        day = day_of(value)
        written: list[object] = dates_in_words(day)
        if not undecided(day):
            written += dates_in_figures(day)
    elif isinstance(value, int | float):
        meaning = Meaning.FRACTION if name == "rate" else Meaning.MONEY
        meaning = Meaning.COUNT if name == "experience" else meaning
        written = spellings(value, meaning)
    else:
        written = [value.upper(), value.title(), f" {value} ", f"{value}\u00a0", f"\u200b{value}"]
    draw.rows[row - 1][at] = draw.dice.choice(written)
    return draw.whole(Fate.SAME, f"row {row}, {name}: {value!r} -> {draw.rows[row - 1][at]!r}")


@kind(*NAMED)
def value_that_cannot_be_read(draw: Draw) -> Mutation | None:
    row, name = _some_named(draw)
    cells = [*ERRORS, "abc", "1..2", "?", "€5", "1,2,3", "x" * 300, "(5", [1]]
    change = _put_value(draw, row, draw.dice.choice(cells))
    return Mutation(draw.rows, Fate.REFUSED, change, (row,), (name,))


@kind(*NAMED)
def name_twice(draw: Draw) -> Mutation | None:
    row, _ = _some_named(draw)
    again = list(draw.rows[row - 1])
    fate = Fate.SAME_OR_REFUSED
    if draw.dice.random() < 0.5 and isinstance(again[1], int | float):
        again[1] = again[1] / 2
        fate = Fate.REFUSED
    draw.rows.append(again)
    return Mutation(draw.rows, fate, f"row {row} again: {again}", (row, len(draw.rows)))


@kind(*NAMED)
def names_in_another_order(draw: Draw) -> Mutation | None:
    order = draw.dice.sample(range(1, len(draw.rows)), len(draw.rows) - 1)
    draw.rows = [draw.rows[0], *(draw.rows[i] for i in order)]
    return draw.whole(Fate.SAME, f"rows in the order {[i + 1 for i in order]}")


@kind("settings")
def settings_without_headings(draw: Draw) -> Mutation | None:
    draw.rows = draw.rows[1:]
    return draw.whole(Fate.SAME, "no headings")


@kind("settings")
def value_beside_the_value(draw: Draw) -> Mutation | None:
    row, name = _some_named(draw)
    draw.rows = [[*each, None] for each in draw.rows]
    draw.rows[row - 1][2] = cell = draw.dice.choice(["0.05", 0.05, "unit: a year", "#N/A"])
    fate = Fate.REFUSED if cell == "#N/A" else Fate.SAME_OR_REFUSED
    return Mutation(draw.rows, fate, f"row {row}, beside {name}: {cell!r}", (row,))
