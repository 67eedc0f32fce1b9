"""A small workbook with something of each kind that the rule book speaks of."""

from __future__ import annotations

from pathlib import Path

from xlsxwriter import Workbook


def write_good_book(path: Path) -> None:
    """Write it: two sheets, two tables, array formulas, lists, conditions, links, a chart."""
    book = Workbook(str(path))
    first, other = book.add_worksheet("First"), book.add_worksheet("Other one")
    red = book.add_format({"bg_color": "red", "num_format": "0.000%"})
    for row, name in enumerate(("A", "C")):
        first.add_table(
            10 * row, 0, 10 * row + 2, 1,
            {
                "name": f"Table{name}",
                "columns": [{"header": "one"}, {"header": "two", "formula": "=1+1"}],
                "data": [["text", 1], ["more", 2]],
            },
        )  # fmt: skip
    first.write_dynamic_array_formula("E1:F2", "=LEN(TableA[one])", None, 4)
    first.write_array_formula("E5:F6", "{=LEN(TableA[[#All],[one]])}", None, 4)
    first.write_number("H1", 7.5, red)
    first.write_boolean("H2", True)
    first.write_formula("H3", '=IF(H1>7,"yes","no")', None, "yes")
    first.write_formula("H4", "=SUM('Other one'!A1:A2)", None, 3)
    first.write_formula("H5", "=NA()", None, "#N/A")
    first.write_formula("H6", '=_xlfn.TEXTJOIN(",",TRUE,H1:H2)', None, "a")
    first.set_row(0, 20)
    first.set_column("A:B", 12)
    first.set_column("C:D", 14)
    first.merge_range("A7:B7", "merged", red)
    first.merge_range("A9:B9", "merged too", red)
    first.data_validation("K1", {"validate": "list", "source": ["a", "b"], "input_message": "i"})
    first.data_validation("K2", {"validate": "list", "source": "=$H$1:$H$2"})
    first.conditional_format(
        "H1:H3", {"type": "formula", "criteria": "=$H1>7", "format": red}
    )  # fmt: skip
    first.write_url("L1", "internal:'Other one'!A1", tip="tip")
    first.write_url("L2", "https://example.org/")
    first.set_footer("&Cfooter")
    first.set_h_pagebreaks([3])
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "='Other one'!$A$1:$A$2"})
    first.insert_chart("N1", chart)
    other.write_column("A1", [1, 2])
    book.define_name("rate", "='Other one'!$A$1")
    book.define_name("First!own", "=First!$H$1")
    book.close()
