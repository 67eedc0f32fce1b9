"""Our own arrays, read as the clearing house's, give our own requirement, in every layout."""

from __future__ import annotations

import datetime as dt
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings

from tests.books import Range
from tests.properties.test_portfolio_margin_properties import AS_OF, HEADINGS, books, margin
from xlmargin import udfs
from xlmargin.excel.clearing_arrays import read_arrays
from xlmargin.excel.market_filling import read_groups
from xlmargin.excel.ranges import Ranges
from xlmargin.importers.clearing_house import read_array_file
from xlmargin.portfolio_margin import PortfolioMargin

SETTINGS: Range = [["name", "value"], ["as_of", AS_OF], ["rate", 0.04]]
COLUMNS = [
    "class", "product group", "symbol", "expiry", "cp", "strike", "multiplier", "minimum charge",
    "theo price",
]  # fmt: skip
NUMBERS = [f"PL {i}" for i in range(1, 11)]
PLACES = [-5.0, -4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0, 5.0]
MOVES = [-0.15, -0.12, -0.09, -0.06, -0.03, 0.03, 0.06, 0.09, 0.12, 0.15]
LAYOUTS = ["numbers", "places", "turned", "contract", "mixed"]


def arrays(found: PortfolioMargin, layout: str) -> Range:
    """The risk array of a book as a file, with all its shares and a pair of call and put."""
    positions, level = found.book.positions, found.levels[0]
    at_points = found.inputs.points.moves[:, :10]
    groups = {g.name: g.product_group for g in found.inputs.classes.groups}
    rows: dict[tuple[object, ...], list[object]] = {}
    for i in range(len(positions)):
        underlying = positions.underlying[i]
        spot, name = found.spot[underlying], level.names[found.class_of[i]]
        symbol = found.book.market.underlyings[underlying].symbol
        own = [name, groups[name], symbol]
        shares = (spot * at_points[underlying]).tolist()
        rows[symbol, None, None, None] = [*own, None, None, None, None, None, spot, *shares]
        if positions.is_option[i]:
            right = "C" if positions.kind[i] == 1 else "P"
            key = (symbol, positions.expiration[i], right, positions.strike[i])
            gains = found.risk_array[i, :10] / positions.units[i]
            basis = 100.0 if layout == "contract" else 1.0
            minimum = 37.5 if layout in ("contract", "mixed") else 0.375
            worth = found.unit_value[i]
            scaled = (gains * basis).tolist()
            rows[key] = [*own, *key[1:], 100.0, minimum, worth, *scaled]
    pair = [100.0 * move * (100 if layout == "contract" else 1) for move in MOVES]
    day = found.book.as_of.isoformat()
    other = ["ZZZ", "", "ZZZ"]
    listed = [
        *rows.values(),
        [*other, None, None, None, None, None, 100.0, *(100.0 * move for move in MOVES)],
        [*other, day, "C", 0.5, 100.0, None, 99.5, *pair],
        [*other, day, "P", 0.5, 100.0, None, 0.01, *[0.0] * 10],
    ]
    if layout == "turned":
        listed = [[*row[:9], *row[:8:-1]] for row in listed]
    return [[*COLUMNS, *(PLACES if layout == "places" else NUMBERS)], *listed]


def published(found: PortfolioMargin) -> Range:
    """The offsets of the book's product and portfolio groups as reports."""
    classes, products, _ = found.levels
    rates = {
        found.inputs.classes.groups[c].product_group: rate
        for c, rate in zip(classes.class_group, classes.offset_rate, strict=True)
    }
    report: Range = [["Product Group", "Offset %"]]
    report += [[name, 100.0 * rate] for name, rate in rates.items() if name]
    above = {
        (found.inputs.classes.groups[c].portfolio_group, name): rate
        for c, name, rate in zip(
            products.class_group, products.names, products.offset_rate, strict=True
        )
    }
    if any(portfolio for portfolio, _ in above):
        report.append(["Portfolio Group", "Product Group", "Offset %"])
        report += [[a, b, 100.0 * rate] for (a, b), rate in above.items() if a]
    return report if len(report) > 1 else [[None]]


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=12, deadline=None)
@given(rows=books)
def test_our_own_arrays_give_our_own_requirement(layout: str, rows: list[list[Any]]) -> None:
    """Whatever is held, one row a contract, the sum of groups is ours to the cent."""
    distinct = list({(row[0], row[1], row[3], row[4]): row for row in rows}.values())
    found = margin(distinct)
    groups = published(found)
    answer = udfs.PM_OFFICIAL(
        [HEADINGS, *distinct], arrays(found, layout), groups if groups[0][0] else None, SETTINGS
    )
    assert isinstance(answer, list), answer
    assert sum(row[-1] for row in answer[1:]) == pytest.approx(found.amount, abs=0.005)
    assert all(len(one) == len(other) for one, other in pairwise(answer))


def fixml(found: PortfolioMargin) -> bytes:
    """The same arrays as a security list: the customers' amounts by point, and a firm's beside."""
    _, *rows = arrays(found, "places")
    root = Xml.Element("FIXML")
    securities = Xml.SubElement(root, "SecList", BizDt=AS_OF)
    for _, _, symbol, expiration, right, strike, _, _, _, *gains in rows:
        security = Xml.SubElement(securities, "SecL", Ccy="USD")
        named = {"Sym": str(symbol), "SecTyp": "OPT" if right else "CS"}
        if right:
            day = expiration if isinstance(expiration, str) else day_of(float(str(expiration)))
            terms = {"PutCall": str(int(right == "C")), "StrkPx": str(strike), "MatDt": day}
            named |= {**terms, "Mult": "100"}
        Xml.SubElement(security, "Instrmt", named)
        for account, factor in (("2", 3.0), ("1", 1.0)):
            movements = Xml.SubElement(security, "PxMvmnt")
            Xml.SubElement(movements, "ClrAcctTyp", ClrAcctTyp=account)
            for place, gain in zip(PLACES, gains, strict=True):
                value = repr(factor * float(str(gain)))
                stated = {"Valu": value, "Pnt": f"{place:.0f}", "Typ": "0"}
                Xml.SubElement(movements, "PxMvmntValu", stated)
    return bytes(Xml.tostring(root))


def day_of(serial: float) -> str:
    """The day of a serial number, year first."""
    return (dt.date(1899, 12, 30) + dt.timedelta(days=int(serial))).isoformat()


def products(found: PortfolioMargin) -> Range:
    """The class and product group of each underlying as the report that FIXML needs."""
    groups = {g.name: g.product_group for g in found.inputs.classes.groups}
    rows = {}
    for underlying, of in zip(found.book.positions.underlying, found.class_of, strict=True):
        symbol, name = found.book.market.underlyings[underlying].symbol, found.levels[0].names[of]
        rows[symbol] = ["EQUI", symbol, name, groups[name], "Yes"]
    headings = ["Product Type", "Symbol", "Class Group", "Product Group", "Product CPM Eligible"]
    return [headings, *rows.values(), *(["OPTN", *row[1:]] for row in rows.values())]


@settings(max_examples=25, deadline=None)
@given(rows=books)
def test_our_own_arrays_in_fixml_give_our_own_requirement(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[Any]]
) -> None:
    """FIXML states no price, so that no long option's minimum is held to its value: ours neither.

    Groups and offsets come from the reports.
    """
    distinct = list({(row[0], row[1], row[3], row[4]): row for row in rows}.values())
    found = margin(distinct, long_contract_minimum_cap=0)
    path: Path = tmp_path_factory.mktemp("fixml") / "arrays.xml"
    path.write_bytes(fixml(found))
    reports = read_groups({"products": products(found), "groups": published(found)})
    ranges = Ranges([HEADINGS, *distinct], None, SETTINGS)
    official = read_arrays(ranges.tables, partial(read_array_file, path), reports).margin
    assert official.amount == pytest.approx(found.amount, abs=0.005)
