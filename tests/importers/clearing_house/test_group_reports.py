"""The clearing house's reports on products and groups: headings, percentages, and bad copies."""

from __future__ import annotations

import itertools
import string
import time
from datetime import date
from math import isnan
from pathlib import Path

import pytest

from xlmargin.errors import MarginError
from xlmargin.importers.clearing_house import group_headings, groups_in_cells, read_group_files
from xlmargin.known_instruments import NO_GROUPS, Groups, PublishedGroups

REPORTS = Path(__file__).parents[2] / "cases" / "official"
PRODUCTS = (
    "Product Type,Symbol,Product Name,Class Group,Product Group,Product CPM Eligible,"
    "CPM Minimum Charge Per Contract,RBH Minimum Charge Per Contract,"
    "Market Move Adjustment Factor\n"
)
PRODUCT_GROUPS = "Product Group,CPM % Up,CPM % Down,Product Group Offset %\n"
CLOSING = "Report generated on 11/02/2026\n"


def of(*names: str) -> PublishedGroups:
    return read_group_files([REPORTS / f"{name}.csv" for name in names])


def text(folder: Path, content: str, name: str = "report.csv") -> PublishedGroups:
    (folder / name).write_text(content)
    return read_group_files([folder / name])


def test_the_three_reports_by_their_own_headings() -> None:
    read = of(
        "RBHCPMIncludedProductsReport", "RBHCPMProductGroupsReport", "RBHCPMPortfolioGroupsReport"
    )
    spy, sso, vxx = (read.find(symbol, NO_GROUPS) for symbol in ("SPY", "SSO", "VXX"))
    assert spy is not None and sso is not None and vxx is not None
    assert spy.groups == Groups("SPX", "5", "1")
    figures = spy.figures
    assert (figures.move_down, figures.move_up, figures.product_offset) == (0.08, 0.06, 0.9)
    assert (figures.portfolio_offset, figures.minimum, figures.eligible) == (0.5, 37.5, True)
    assert sso.factor == 2
    assert vxx.figures.eligible is False
    assert vxx.groups.portfolio_group == ""
    assert vxx.figures.product_offset == 0
    assert {report.day for report in read.reports} == {date(2026, 11, 2)}
    assert figures.product_groups_report == "RBHCPMProductGroupsReport.csv of 2026-11-02"
    assert not read.warnings


def test_a_root_that_settles_apart_is_on_its_index() -> None:
    assert set(of("RBHCPMIncludedProductsReport").products) == {
        "AAPL", "SPY", "SPX", "SSO", "RUT", "VXX",
    }  # fmt: skip


def test_futures_of_a_shares_letters_are_left_aside_by_count() -> None:
    read = of("inc_es")
    assert read.products["ES"].class_group == "ES"
    assert "inc_es.csv: products left aside: FUTR 1." in read.notes


def test_percentages_below_one_are_percentages_under_a_sign() -> None:
    assert of("pg_small").product_offset == {"88": 0.005, "99": 0.0}


def test_an_offset_of_nothing_is_no_portfolio_group(tmp_path: Path) -> None:
    content = "Portfolio Group,Portfolio Group Offset %,Product Group\n1,0,5\n2,50,7\n2,50,8\n"
    read = text(tmp_path, content)
    assert read.portfolio_groups_with_offset == {"7": "2", "8": "2"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "Product Group,CPM Pct Up,CPM % Down,Product Group Offset %\n5,6,8,90\n",
            "CPM Pct Up: found a percentage that is not understood, among 'Product Group', 'CPM Pct"
            " Up', 'CPM % Down', 'Product Group Offset %'",
        ),
        ("Product Group,Offset Pct\n5,90\n", "percentages under CPM % Up, CPM % Down"),
        ("Product Group,RBH Broker % Up,RBH Broker % Down\n5,6,8\n", "a percentage that is not"),
        (PRODUCT_GROUPS + "5,0.15,0.15,90\n", "found '0.15', wanted a percentage from 1 to 100"),
        (PRODUCT_GROUPS + "5,15,,90\n", "found nothing, wanted a move up and a move"),
        (PRODUCT_GROUPS + "5,15,15,-1\n", "wanted from 0 to 100 percent"),
        (PRODUCT_GROUPS + "5,15,15,x\n", "wanted a number"),
        (PRODUCT_GROUPS + "5,15,15,90\n5,15,15,80\n", "wanted one offset for 5"),
        (PRODUCT_GROUPS + "5,15,15,90\n5,10,10,90\n", "wanted one row for 5"),
        (PRODUCT_GROUPS, "found headings and no row below them"),
        (PRODUCT_GROUPS + "5,15,15,90\n" + PRODUCT_GROUPS, "ProductGroupsReport a second time"),
        (PRODUCTS + "EQUI,A,N,A,9,Perhaps,0,0,1\n", "found 'Perhaps', wanted Yes or No"),
        (PRODUCTS + "EQUI,A,N,A,9,Yes,-1,0,1\n", "wanted dollars, 0 or more"),
        (PRODUCTS + "EQUI,A,N,A,9,Yes,0,0,0\n", "wanted a factor that is not 0"),
        (PRODUCTS + "EQUI,,N,A,9,Yes,0,0,1\n", "found nothing, wanted a symbol"),
        (PRODUCTS + "EQUI,A,N,A,9,Yes,0,0,1\nEQUI,A,N,B,9,Yes,0,0,1\n", "one row for it and EQUI"),
        (PRODUCTS + "EQUI,A,N,A,9,Yes,0,0,1\nEQUI,B,N,B\n", "a row that ends before its last"),
        ("symbol,type,quantity\nXYZ,stock,1\n", "found headings 'symbol', 'type', 'quantity'"),
        ("Class Group,Product Group,Symbol,Strike\nXYZ,9,XYZ,1\n", "wanted Symbol, Class Group"),
        ("<!DOCTYPE html>\n<p>Sign in</p>\n", "found a web page"),
        ("Portfolio Group,Product Group\n1,5\n2,5\n", "wanted 1 for 5, as stated before"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_by_name(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(MarginError) as refusal:
        text(tmp_path, content)
    assert message in str(refusal.value)
    assert "report.csv" in str(refusal.value)


def test_the_same_report_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "again.csv").write_text((REPORTS / "pgz.csv").read_text())
    with pytest.raises(MarginError, match=r"each report once: another is in pgz\.csv"):
        read_group_files([REPORTS / "pgz.csv", tmp_path / "again.csv"])


def test_doubled_rows_and_a_missing_closing_line_are_told(tmp_path: Path) -> None:
    row = "EQUI,A,NAME,A,9,Yes,0,0,1\n"
    assert not text(tmp_path, PRODUCTS + row + CLOSING).warnings
    [cut] = text(tmp_path, PRODUCTS + row).warnings
    assert "no closing line below row 2" in cut
    [doubled] = text(tmp_path, PRODUCTS + row + row + CLOSING).warnings
    assert "1 rows again, the first in row 3" in doubled


def test_shares_and_options_in_different_groups_contradict(tmp_path: Path) -> None:
    rows = "EQUI,A,NAME,A,9,Yes,0,0,1\nOPTN,A,NAME,X,9,Yes,37.5,25,1\n"
    product = text(tmp_path, PRODUCTS + rows + CLOSING).products["A"]
    assert product.conflict == "A: class group A and X"


def test_what_cannot_be_read_of_one_product_refuses_no_other(tmp_path: Path) -> None:
    rows = "EQUI,912828ZZ9,BOND,B,9,Yes,0,0,1\nEQUI,A,NAME,,9,Yes,0,0,1\nEQUI,C,C,C,9,Yes,0,0,1\n"
    read = text(tmp_path, PRODUCTS + rows + CLOSING)
    assert read.notes == ("report.csv: products left aside: symbols that are no ticker 1.",)
    assert read.products["A"].conflict == "A: no class group"
    assert not read.products["C"].conflict


def test_what_is_eligible_by_its_shares_alone_is_not(tmp_path: Path) -> None:
    rows = "EQUI,A,NAME,A,9,Yes,0,0,1\nOPTN,A,NAME,A,9,No,37.5,25,1\n"
    assert text(tmp_path, PRODUCTS + rows + CLOSING).products["A"].eligible is False


def test_columns_may_be_in_any_order_and_more_of_them(tmp_path: Path) -> None:
    content = "Offset,Up,Something,Product Group,Down\n90,6,x,5,8\n"
    read = text(tmp_path, content)
    assert read.moves["5"].down == 0.08
    assert read.product_offset == {"5": 0.9}


def test_reports_one_below_the_other_in_a_range() -> None:
    rows: list[list[object]] = []
    for name in ("RBHCPMIncludedProductsReport", "RBHCPMProductGroupsReport"):
        lines = (REPORTS / f"{name}.csv").read_text().splitlines()
        rows += [[_cell(cell) for cell in line.split(",")] for line in lines]
    width = max(map(len, rows))
    read = groups_in_cells({"groups": [[*row, *[None] * (width - len(row))] for row in rows]})
    found = read.find("SPX", NO_GROUPS)
    assert found is not None
    assert found.figures.product_offset == 0.9
    assert found.figures.products_report == "RBHCPMIncludedProductsReport of 2026-11-02"


def _cell(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text or None


def test_groups_that_are_stated_find_their_own_figures() -> None:
    found = of("pgz").find("AAA", Groups("AAA", "5"))
    assert found is not None
    assert found.figures.product_offset == 0.9
    assert isnan(found.figures.move_up)
    assert of("pgz").find("AAA", NO_GROUPS) is None


def test_six_thousand_symbols_take_less_than_two_seconds(tmp_path: Path) -> None:
    symbols = ["".join(s) for s in itertools.product(string.ascii_uppercase, repeat=3)][:6000]
    rows = [
        f"{type_},{s},NAME OF {s},{s},99,Yes,{minimum},0,1\n"
        for s in symbols
        for type_, minimum in (("EQUI", "0.00"), ("OPTN", "37.50"))
    ]
    (tmp_path / "products.csv").write_text(PRODUCTS + "".join(rows) + CLOSING)
    started = time.process_time()
    read = read_group_files([tmp_path / "products.csv"])
    assert time.process_time() - started < 2
    assert len(read.products) == 6000


def test_a_mistyped_key_or_field_of_a_stated_report_is_refused() -> None:
    """A percentage of which nobody knows that it is one would be read as it stands."""
    columns = {"product_group": ["Product Group"], "up": ["CPM % Up"]}
    with pytest.raises(TypeError, match="'percentage'"):
        group_headings._stated(columns=columns, needed=["up"], own="up", percentage=["up"])  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="found the field 'upp'"):
        group_headings._stated(columns, ["up"], "up", ["upp"])
