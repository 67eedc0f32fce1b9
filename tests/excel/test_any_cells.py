"""Whatever stands in the cells: reading never fails but by naming the cells."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.excel.ranges import MARKET, POSITIONS, SETTINGS
from tests.excel.test_reading import same
from tests.reading import check_book, read_book
from xlmargin.book import Book
from xlmargin.cells.words import DIVIDENDS
from xlmargin.cells.words import MARKET as MARKET_HEADINGS
from xlmargin.cells.words import POSITIONS as HEADINGS
from xlmargin.errors import InputError, Problem, Severity

texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            *("#N/A", "#REF!", "=1+1", "12,5", "call", "put", "stock", "cash", "XYZ", "TRUE"),
            *("as_of", "XYZ261218C500", "rate 30d", "rate 0d", "rate", "house", "-0", "1e400"),
            *("2026-12-18", "x" * 300, "\U000e0001" * 50),
        ]
    ),
)
cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    texts,
    st.dates(),
    st.datetimes(),
    st.decimals(),
    st.sampled_from([-2146826246, -2146826265, 10**400, 46374, 0.04, 100.0]),
    st.binary(max_size=3),
    st.complex_numbers(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=1),
)
anything = st.one_of(
    cells, st.lists(cells, max_size=4), st.lists(st.lists(cells, max_size=4), max_size=5)
)


@st.composite
def tables(draw: st.DrawFn, headings: tuple[str, ...]) -> list[list[object]]:
    """Rows under some of the known headings."""
    some = draw(st.lists(st.sampled_from(headings), min_size=1, max_size=9, unique=True))
    rows = draw(st.lists(st.lists(cells, min_size=len(some), max_size=len(some)), max_size=5))
    return [some, *rows]


positions = st.one_of(anything, tables(tuple(HEADINGS.synonyms)))
markets = st.one_of(anything, tables(tuple(MARKET_HEADINGS.synonyms)))
dividends = st.one_of(anything, tables(tuple(DIVIDENDS.synonyms)))
settings_ranges = st.one_of(
    anything, st.lists(st.tuples(texts, cells).map(list), max_size=6), st.just(SETTINGS)
)


@settings(max_examples=400, deadline=None)
@given(positions, markets, settings_ranges, dividends)
def test_reading_only_ever_refuses(
    positions: object, market: object, stated: object, dividends: object
) -> None:
    problems = check_book(positions, market, stated, dividends, today=lambda: dt.date(2026, 1, 15))
    assert all(isinstance(problem, Problem) for problem in problems)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    assert all(len(str(problem)) <= 255 for problem in problems)
    assert all("\n" not in str(problem) for problem in problems)
    try:
        book = read_book(positions, market, stated, dividends, today=lambda: dt.date(2026, 1, 15))
    except InputError as refused:
        assert list(refused.problems) == errors
        assert len(f"#XLM! {refused}") <= 300
    else:
        assert isinstance(book, Book)
        assert not errors


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 4), st.integers(0, 7), cells)
def test_one_spoilt_cell_is_read_or_named(row: int, column: int, cell: object) -> None:
    spoilt = [list(each) for each in POSITIONS]
    spoilt[row][column] = cell
    for problem in check_book(spoilt, MARKET, SETTINGS):
        if problem.severity is Severity.ERROR:
            assert problem.range == "positions"
            assert problem.row >= 2


def spelled(draw: st.DrawFn, heading: str) -> str:
    """A heading in some case, with some signs between its words."""
    words = heading.split("_")
    sign = draw(st.sampled_from(["_", " ", "-", "", ". "]))
    case = draw(st.sampled_from([str.upper, str.lower, str.title, str.capitalize]))
    return case(sign.join(words))


@st.composite
def rearranged(draw: st.DrawFn, rows: list[list[object]]) -> list[list[object]]:
    """The same table with its columns in another order and its headings spelled otherwise."""
    order = draw(st.permutations(range(len(rows[0]))))
    turned = [[row[i] for i in order] for row in rows]
    return [[spelled(draw, str(heading)) for heading in turned[0]], *turned[1:]]


@settings(max_examples=100, deadline=None)
@given(rearranged(POSITIONS), rearranged(MARKET))
def test_order_and_spelling_of_headings_do_not_matter(
    positions: list[list[object]], market: list[list[object]]
) -> None:
    expected = read_book(POSITIONS, MARKET, SETTINGS)
    assert same(read_book(positions, market, SETTINGS), expected)
