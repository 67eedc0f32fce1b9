"""Files of the clearing house and answers of brokers: the page of the input says what is read.

Headings, attributes, places and names are the readers' own tables, with how sure each is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from xlmargin.help.html import Content, Html, element, lines, plain_table
from xlmargin.importers import clearing_house
from xlmargin.importers.broker_margin import BROKERS_NAMES, BROKERS_SURE
from xlmargin.importers.brokers.occ_record import PLACES as RECORD_PLACES
from xlmargin.importers.brokers.occ_record import SURE as RECORD_SURE
from xlmargin.importers.brokers.records import Columns

_REPORTS: Final = (
    "As they are, from https://marketdata.theocc.com/rbh-documentation?fileName=NAME&format=csv, to"
    " the commands by --groups, by the setting groups, or in a cell by XLM_MARKET_GROUPS. The"
    " headings in use were read from code that reads the reports. Of products EQUI and OPTN count;"
    " a column of percentages that is not understood is refused."
)
_ARRAYS: Final = (
    "A row a contract below headings, to xlmargin official as a file or to PM_OFFICIAL as a range."
    " A row of shares has no right, strike and expiration. Numbers are gains of one long position;"
    " whether of a unit or a contract the table tells by a call less a put of one strike. Where the"
    " points are numbered, the shares tell which end is the lowest price."
)
_FIXML: Final = (
    "A .xml file of price movements, to xlmargin official. It states no class groups: they are the"
    " reports', by --groups, or each underlying is its own; nor minimums and prices, so that the"
    " reports' or the rule's minimum counts, for a long option too."
)
_RECORD: Final = (
    "A .txt file of positions, read as any broker's file and written by xlmargin export-occ. The"
    " first line is a header with the day, yyyymmdd, from the ninth sign on. A line that is cut"
    " short or no record is refused."
)
_BROKERS: Final = (
    "A .json file, to xlmargin official with --compare: the broker's figures beside the model's. A"
    " name that is missing or a figure that is no number is refused by its path."
)


def outside_files() -> Html:
    """The chapter: reports, arrays, FIXML, the record of fixed width, brokers' answers."""
    return lines(*_reports(), *_arrays(), *_fixml(), *_record(), *_brokers())


def _begun(title: str, about: str, sure: str) -> Iterator[Html]:
    yield element("h3", title)
    yield element("p", about)
    yield element("p", f"How sure: {sure}.")


def _headed(columns: Columns, needed: Iterable[str]) -> list[list[Content]]:
    return [
        [element("b", first) if field in needed else first, ", ".join(others)]
        for field, (first, *others) in columns.items()
    ]


def _reports() -> Iterator[Html]:
    """The headings of the clearing house's reports, which name their figures their own way."""
    yield element("h3", "Reports of the clearing house")
    yield element("p", _REPORTS)
    for kind, report in clearing_house.REPORTS.items():
        yield element("h3", kind.value)
        yield plain_table(("heading", "also written"), _headed(report.columns, report.needed))


def _arrays() -> Iterator[Html]:
    title = "Arrays of the clearing house as a table"
    yield from _begun(title, _ARRAYS, clearing_house.ARRAYS_SURE)
    places = ", ".join(f"{place:+d}" for place in clearing_house.PLACES)
    points: list[Content] = [
        element("b", f"PL 1 ... PL {clearing_house.POINTS}"),
        f"Point 1 ..., 1 ...; by place: {places}, from the lowest price up",
    ]
    rows = _headed(clearing_house.ARRAY_COLUMNS, clearing_house.ARRAY_NEEDED)
    yield plain_table(("heading", "also written"), [*rows, points])


def _fixml() -> Iterator[Html]:
    yield from _begun("Arrays of the clearing house in FIXML", _FIXML, clearing_house.FIXML_SURE)
    yield _named(("element and attribute", "says"), clearing_house.FIXML_ATTRIBUTES)


def _record() -> Iterator[Html]:
    yield from _begun("Position record of fixed width", _RECORD, RECORD_SURE)
    rows: list[list[Content]] = []
    first = 1
    for place in RECORD_PLACES.values():
        rows.append([f"{first:d}", f"{place.width:d}", place.meaning])
        first += place.width
    yield plain_table(("from", "signs", "says"), rows)


def _brokers() -> Iterator[Html]:
    yield from _begun("Margin as a broker's interface answers it", _BROKERS, BROKERS_SURE)
    for broker, names in BROKERS_NAMES.items():
        yield element("h3", broker)
        yield _named(("name", "says"), names)


def _named(headings: tuple[str, str], meanings: Mapping[str, str]) -> Html:
    rows: list[list[Content]] = [[element("code", n), says] for n, says in meanings.items()]
    return plain_table(headings, rows)
