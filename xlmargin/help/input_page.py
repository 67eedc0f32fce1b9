"""The page of the input: headings, words, cells, symbols, classes, rows, errors and their cures.

All of it comes from the readers themselves: their tables of words, and their answers to examples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xlmargin.cells.columns import read_dates, read_numbers
from xlmargin.cells.values import Words, to_value
from xlmargin.cells.words import RIGHTS, SETTLEMENTS, SIDES, STYLES, TYPES, YES_NO
from xlmargin.dates import date_of
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.help.cures import DAMAGES, Damage
from xlmargin.help.example_book import AS_OF
from xlmargin.help.html import Chapters, Content, Html, element, lines, link, page, plain_table
from xlmargin.help.texts import HEADINGS, INPUT
from xlmargin.importers import clearing_house
from xlmargin.importers.broker_margin import BROKERS_NAMES, BROKERS_SURE
from xlmargin.importers.brokers.occ import OCC_RECORD
from xlmargin.importers.brokers.occ import PLACES as RECORD_PLACES
from xlmargin.importers.records import Layout
from xlmargin.option_symbols import read_option_symbol
from xlmargin.rulebook import UnderlyingClass, portfolio_rules, strategy_rules

TITLE = "xlmargin: the input"
_WORDS: Mapping[str, Words[Any]] = {
    "type": TYPES, "right": RIGHTS, "side": SIDES, "style": STYLES, "settlement": SETTLEMENTS,
    "yes or no": YES_NO,
}  # fmt: skip


def input_chapters(check: WorksheetFunction) -> Chapters:
    """The page's chapters; `check` is the function that lists what is wrong with ranges."""
    return {
        "headings": ("Headings", _headings()),
        "files": ("Files of the clearing house and answers of brokers", outside_files()),
        "words": ("Words", _words()),
        "cells": ("Cells", _cells()),
        "symbols": ("Symbols", _symbols()),
        "classes": ("Classes", _classes()),
        "rows": ("Rows, cash and accounts", element("ul", lines(*_items(INPUT["rows"])))),
        "errors": ("Errors and their cures", _errors(check)),
    }


def input_page(check: WorksheetFunction) -> str:
    """The whole page as HTML; `check` is the function that lists what is wrong with ranges."""
    chapters = input_chapters(check)
    about = f"What may stand in ranges and files, and what is refused; as of {AS_OF.isoformat()}."
    contents = element("ol", lines(*(element("li", link(n, c[0])) for n, c in chapters.items())))
    return page(TITLE, about, contents, chapters)


def _items(sentences: Sequence[str]) -> list[Html]:
    return [element("li", sentence) for sentence in sentences]


def _headings() -> Html:
    about = (
        "In any order, any case; spaces, underscores and hyphens are alike. Other words for the"
        " same heading are understood as they stand here. A heading in bold is always needed."
    )
    parts = []
    for name, headings in HEADINGS.items():
        rows = [
            [element("b", heading) if heading in headings.needed else heading, ", ".join(others)]
            for heading, others in headings.synonyms.items()
        ]
        parts += [element("h3", name), plain_table(("heading", "also written"), rows)]
    return lines(element("p", about), *parts)


def _words() -> Html:
    rows: list[list[Content]] = [
        [column, own, ", ".join(others)]
        for column, words in _WORDS.items()
        for own, *others in words.of_member.values()
    ]
    return plain_table(("column", "word", "also written"), rows)


def _cells() -> Html:
    """What the readers make of examples, each in a column of its own."""
    numbers: list[list[Content]] = []
    for text in INPUT["numbers"]:
        number = read_numbers((to_value(text),))
        shown = "" if number.wanted else f"{number.values[0]:.10g}".replace("nan", "nothing")
        numbers.append([element("code", text), shown, _refused(number.wanted)])
    dates: list[list[Content]] = []
    for text in INPUT["dates"]:
        date = read_dates((to_value(text),))
        day = "" if date.wanted else date_of(float(date.values[0])).isoformat()
        dates.append([element("code", text), day, _refused(date.wanted)])
    about = (
        "What a cell leaves open is said by the other cells of its column, or by the file: there"
        " 1.000 and 12/5/26 are read too. No-break and zero-width blanks, typographic signs,"
        " full-width letters and digits, and case mean nothing. An error cell is never empty."
    )
    headings = ("a cell", "is", "or refused: wanted")
    return lines(element("p", about), plain_table(headings, numbers), plain_table(headings, dates))


def _refused(wanted: dict[int, str]) -> str:
    return next(iter(wanted.values()), "")


def _symbols() -> Html:
    rows: list[list[Content]] = []
    for text in INPUT["symbols"]:
        option = read_option_symbol(text)
        terms = ["refused", "", "", ""]
        if option is not None:
            day, right = option.expiration.isoformat(), option.right.name.lower()
            terms = [option.root, day, right, f"{option.strike:g}"]
        rows.append([element("code", text), *terms])
    return plain_table(("a symbol", "root", "expiration", "right", "strike"), rows)


def _classes() -> Html:
    """Each class with its moves under portfolio margin and its rates on short options."""
    ranges, short = portfolio_rules(AS_OF).ranges, strategy_rules(AS_OF).short_options
    rows: list[list[Content]] = [
        [
            class_.value,
            "strategy-based"
            if class_.stands_still
            else f"{ranges[class_].up:+.0%} / {-ranges[class_].down:+.0%}",
            f"{short.underlying_rate[class_]:.0%} / {short.minimum_rate[class_]:.0%}",
        ]
        for class_ in UnderlyingClass
    ]
    return plain_table(("class", "moves", "rate on short options / at least"), rows)


def _errors(check: WorksheetFunction) -> Html:
    about = (
        "The example book of the help page with a cell or column changed, and what XLM_CHECK says."
        " In a cell the same stands behind #XLM!, and no number is answered."
    )
    rows: list[list[Content]] = [
        [damage.what, element("code", found_by(check, damage)), damage.cure] for damage in DAMAGES
    ]
    return lines(element("p", about), plain_table(("found", "XLM_CHECK", "cure"), rows))


def found_by(check: WorksheetFunction, damage: Damage) -> str:
    """The first error that the check lists, as one line."""
    answer = check.function(*damage.ranges())
    assert isinstance(answer, list)
    own = damage.range.lower()
    errors = [row for row in answer if row[0] == "error" and row[1] == own]
    shown = [f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in errors[0][1:]]
    range_, row, column, found, wanted = shown
    return f"{range_}, row {row}, {column}: found {found}, wanted {wanted}"


def outside_files() -> Html:
    """The chapter: reports, arrays, FIXML, the record of fixed width, brokers' answers.

    Headings, attributes, places and names are the readers' own tables, with how sure each is.
    """
    return lines(*_reports(), *_arrays(), *_fixml(), *_record(), *_brokers())


def _begun(title: str, about: str, sure: str) -> Iterator[Html]:
    yield element("h3", title)
    yield element("p", about)
    yield element("p", f"How sure: {sure}.")


def _headed(layout: Layout) -> list[list[Content]]:
    return [
        [element("b", first) if field in layout.needed else first, ", ".join(others)]
        for field, (first, *others) in layout.columns.items()
    ]


def _reports() -> Iterator[Html]:
    """The headings of the clearing house's reports, which name their figures their own way."""
    yield element("h3", "Reports of the clearing house")
    yield element("p", INPUT["reports"])
    for kind, report in clearing_house.REPORTS.items():
        yield element("h3", kind.value)
        yield plain_table(("heading", "also written"), _headed(report.layout))


def _arrays() -> Iterator[Html]:
    title = "Arrays of the clearing house as a table"
    yield from _begun(title, INPUT["arrays"], clearing_house.ARRAYS_SURE)
    places = ", ".join(f"{place:+d}" for place in clearing_house.PLACES)
    points: list[Content] = [
        element("b", f"PL 1 ... PL {clearing_house.POINTS}"),
        f"Point 1 ..., 1 ...; by place: {places}, from the lowest price up",
    ]
    rows = _headed(clearing_house.ARRAYS)
    yield plain_table(("heading", "also written"), [*rows, points])


def _fixml() -> Iterator[Html]:
    yield from _begun(
        "Arrays of the clearing house in FIXML", INPUT["fixml"], clearing_house.FIXML_SURE
    )
    yield _named(("element and attribute", "says"), clearing_house.FIXML_ATTRIBUTES)


def _record() -> Iterator[Html]:
    yield from _begun("Position record of fixed width", INPUT["record"], OCC_RECORD.sure)
    rows: list[list[Content]] = []
    first = 1
    for place in RECORD_PLACES.values():
        rows.append([f"{first:d}", f"{place.width:d}", place.meaning])
        first += place.width
    yield plain_table(("from", "signs", "says"), rows)


def _brokers() -> Iterator[Html]:
    yield from _begun("Margin as a broker's interface answers it", INPUT["brokers"], BROKERS_SURE)
    for broker, names in BROKERS_NAMES.items():
        yield element("h3", broker)
        yield _named(("name", "says"), names)


def _named(headings: tuple[str, str], meanings: Mapping[str, str]) -> Html:
    rows: list[list[Content]] = [[element("code", n), says] for n, says in meanings.items()]
    return plain_table(headings, rows)
