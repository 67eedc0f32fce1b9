"""The same files as they come back from other hands: saved again, cut, padded, mixed up."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.importers.brokers.books import CALLS, GOLDEN, GOLDEN_FILES, PUTS, XYZ, read
from xlmargin.errors import InputError, MarginError
from xlmargin.importers import read_book_files
from xlmargin.importers.brokers.formats import Format
from xlmargin.importers.brokers.recognition import FORMATS
from xlmargin.importers.files import read_broker
from xlmargin.importers.records import heading

FILES = [file for file in GOLDEN_FILES if file.endswith(".csv")]
IN_SECTIONS = [file for file in FILES if GOLDEN_FILES[file].in_sections]
TABLES = [file for file in FILES if file not in IN_SECTIONS]
"""Files with one row of headings, whose columns can be mixed up: a new one is among them."""

Rows = list[list[str]]
PLAIN = re.compile(r"-?[1-9]\d*(\.\d+)?|-?0?\.\d+")


def rows_of(file: str) -> Rows:
    return list(csv.reader(io.StringIO((GOLDEN / file).read_text(), newline="")))


def saved(folder: Path, rows: Rows) -> Path:
    path = folder / "saved.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def written(folder: Path, content: bytes) -> Path:
    path = folder / "again.csv"
    path.write_bytes(content)
    return path


def heading_row(rows: Rows) -> int:
    """Index of the row of headings: the first with all that some broker's format needs."""
    return next(i for i, row in enumerate(rows) if any(is_headed(row, known) for known in FORMATS))


def is_headed(row: list[str], known: Format) -> bool:
    there = {heading(cell) for cell in row}
    return all(there & known.layout.spelled(name) for name in known.layout.needed)


def with_columns(rows: Rows, change: Callable[[list[str]], list[str]]) -> Rows:
    """The rows from the headings down to a blank one with their columns changed."""
    start = heading_row(rows)
    end = next((i for i, row in enumerate(rows) if i > start and not row), len(rows))
    width = max(len(row) for row in rows[start:end])
    padded = [row + [""] * (width - len(row)) for row in rows[start:end]]
    return [*rows[:start], *map(change, padded), *rows[end:]]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: content.replace(b"\n", b",\n"),
        lambda content: content.replace(b"\n", b",,,,,,,,,,,,,,,,,,,,,,,,,\n"),
        lambda content: (
            content.replace(b"XYZ", "\u200bXYZ\u00a0".encode())
            if b"XYZ CORP" not in content and b"XYZ1" not in content and b"XYZ2" not in content
            else content
        ),
    ],
    ids=["BOM", "CRLF", "trailing commas", "padded by a spreadsheet", "invisible signs"],
)
def test_a_file_saved_in_another_way_reads_the_same(
    tmp_path: Path, file: str, change: Callable[[bytes], bytes]
) -> None:
    again = written(tmp_path, change((GOLDEN / file).read_bytes()))
    assert read(again) == read(GOLDEN / file)


@pytest.mark.parametrize("file", FILES)
def test_a_file_without_needless_quotes_reads_the_same(tmp_path: Path, file: str) -> None:
    assert read(saved(tmp_path, rows_of(file))) == read(GOLDEN / file)


@pytest.mark.parametrize("file", FILES)
def test_a_file_saved_as_a_workbook_reads_the_same(tmp_path: Path, file: str) -> None:
    """Numbers become numbers there, as a spreadsheet makes them of plain ones."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows_of(file):
        sheet.append([float(cell) if PLAIN.fullmatch(cell) else cell or None for cell in row])
    book.save(tmp_path / "saved.xlsx")
    assert read(tmp_path / "saved.xlsx") == read(GOLDEN / file)


@pytest.mark.parametrize("file", TABLES)
def test_columns_in_another_order_read_the_same(tmp_path: Path, file: str) -> None:
    if file == "thinkorswim.csv":

        def change(row: list[str]) -> list[str]:
            return [row[0], *row[:0:-1]]
    else:

        def change(row: list[str]) -> list[str]:
            return row[::-1]

    again = saved(tmp_path, with_columns(rows_of(file), change))
    if file == "etrade.csv":
        assert [row for row in read(again) if row[1] != "cash"] == [XYZ, CALLS, PUTS]
    else:
        assert read(again) == read(GOLDEN / file)


@pytest.mark.parametrize(
    ("file", "optional"),
    [
        ("etrade.csv", "Change $"),
        ("fidelity.csv", "Percent Of Account"),
        ("ibkr_flex_plain.csv", "Description"),
        ("schwab.csv", "Description"),
        ("tastytrade.csv", "Account"),
        ("thinkorswim.csv", "P/L Day"),
    ],
)
def test_an_optional_column_may_be_missing(tmp_path: Path, file: str, optional: str) -> None:
    rows = rows_of(file)
    at = rows[heading_row(rows)].index(optional)
    again = saved(tmp_path, with_columns(rows, lambda row: [*row[:at], *row[at + 1 :]]))
    positions = [row for row in read(again) if row[1] != "cash"]
    assert positions == [XYZ, CALLS, PUTS]


def test_without_a_cost_the_cost_stays_unknown(tmp_path: Path) -> None:
    rows = rows_of("schwab.csv")
    at = rows[heading_row(rows)].index("Cost Basis")
    again = saved(tmp_path, with_columns(rows, lambda row: [*row[:at], *row[at + 1 :]]))
    assert [row[7] for row in read(again)] == [None] * 4


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("etrade.csv", "XYZ,51.20", "XYZ,n.a."),
        ("fidelity.csv", "300,$51.20", "300,n.a."),
        ("ibkr_flex.csv", '"300","51.2"', '"300","n.a."'),
        ("ibkr_flex_named.csv", '"300","51.2"', '"300","n.a."'),
        ("ibkr_flex_plain.csv", '"100","51.2"', '"100","n.a."'),
        ("ibkr_statement.csv", "XYZ,300,1,44.1,13230,51.2", "XYZ,300,1,44.1,13230,n.a."),
        ("occ_calculator.csv", ",,,,300", ",,,,n.a."),
        ("schwab.csv", '"300","51.20"', '"300","n.a."'),
        ("schwab_older.csv", '"300","$51.20"', '"300","n.a."'),
        ("tastytrade.csv", "51.21,51.20", "51.21,n.a."),
        ("thinkorswim.csv", "44.10,51.20", "44.10,n.a."),
        ("thinkorswim_account.csv", "44.10,51.20", "44.10,n.a."),
    ],
)
def test_one_unreadable_row_is_named_and_refuses_the_file(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    """ "n.a." is no spelling of nothing that any broker is known to use, and no number."""
    text = (GOLDEN / file).read_text()
    assert old in text
    line = 1 + text[: text.index(old)].count("\n")
    again = written(tmp_path, text.replace(old, new, 1).encode())
    with pytest.raises(InputError) as refused:
        read_book_files(again)
    assert [p.row for p in refused.value.problems] == [line]
    assert "'n.a.', wanted a number" in str(refused.value)


def test_every_unreadable_row_is_listed(tmp_path: Path) -> None:
    text = (GOLDEN / "schwab.csv").read_text()
    bad = text.replace('"300"', '"3OO"').replace("12/18/2026 52.50 C", "12/18/2026 52.50 X")
    with pytest.raises(InputError) as refused:
        read_book_files(written(tmp_path, bad.encode()))
    assert [p.row for p in refused.value.problems] == [4, 5]


@pytest.mark.parametrize("file", FILES)
def test_a_file_of_headings_alone_is_refused(tmp_path: Path, file: str) -> None:
    text = "\n".join(
        line
        for line in (GOLDEN / file).read_text().splitlines()
        if "XYZ" not in line and not any(w in line for w in ("Cash", "CASH", "SPAXX", "Pending"))
    )
    with pytest.raises(MarginError, match=r"found|taken for"):
        read_book_files(written(tmp_path, text.encode()))


@pytest.mark.parametrize(
    ("file", "first", "second"),
    [
        ("fidelity.csv", 'X00000017,"Margin, joint", -XYZ', 'Y00000018,"Other", -XYZ'),
        ("ibkr_flex.csv", '"U0000017","USD","OPT"', '"U0000018","USD","OPT"'),
        ("ibkr_flex_named.csv", '"U0000017","","","USD","OPT"', '"U0000018","","","USD","OPT"'),
        ("occ_calculator.csv", "ACCT0017,C,,XYZ,XYZ,Option", "ACCT0018,C,,XYZ,XYZ,Option"),
        ("tastytrade.csv", "5WZ00017,XYZ  ", "5WZ00018,XYZ  "),
    ],
)
def test_two_accounts_stay_apart(tmp_path: Path, file: str, first: str, second: str) -> None:
    text = (GOLDEN / file).read_text()
    assert first in text
    positions = read_book_files(written(tmp_path, text.replace(first, second).encode())).positions[
        1:
    ]
    accounts = [row[-1] for row in positions if row[1] != "cash"]
    assert len(set(accounts)) == 2
    assert accounts[1] == accounts[2] != accounts[0]


def test_all_accounts_of_schwab_have_their_own_names(tmp_path: Path) -> None:
    text = (GOLDEN / "schwab_older.csv").read_text()
    section = text[text.index('"Individual') :]
    again = written(tmp_path, (text + "\n" + section.replace("0017", "0018")).encode())
    accounts = [row[-1] for row in read_book_files(again).positions[1:]]
    assert accounts == ["Individual XXXX-0017"] * 4 + ["Individual XXXX-0018"] * 4


def test_a_consolidated_statement_names_the_account_of_each_row(tmp_path: Path) -> None:
    text = (GOLDEN / "ibkr_statement.csv").read_text()
    text = text.replace("Asset Category,Currency,Symbol", "Asset Category,Currency,Account,Symbol")
    for category, account in (("Stocks", "U1"), ("Equity and Index Options", "U2")):
        text = text.replace(f"{category},USD,", f"{category},USD,{account},")
    accounts = [row[-1] for row in read_book_files(written(tmp_path, text.encode())).positions[1:]]
    assert accounts == ["U1", "U2", "U2", "U0000017"]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        *(
            ("ibkr_statement.csv", n)
            for n in ("Asset Category", "Symbol", "Quantity", "Close Price")
        ),
        *(("thinkorswim.csv", n) for n in ("Instrument", "Qty", "Trade Price", "Mark")),
        *(("thinkorswim_account.csv", n) for n in ("Option Code", "Qty", "Mark")),
    ],
)
def test_a_section_under_other_headings_is_refused_and_never_passed_over(
    file: str, name: str, tmp_path: Path
) -> None:
    """Cash, or another section, was all that was left of the account."""
    text = (GOLDEN / file).read_text()
    other = re.sub(rf"(?<=[,\n]){name}(?=[,\n])", f"{name} of today", text)
    assert other != text
    with pytest.raises(InputError, match="no such heading"):
        read_book_files(written(tmp_path, other.encode()))


def test_an_option_without_a_right_is_no_share(tmp_path: Path) -> None:
    rows = rows_of("occ_calculator.csv")
    right = rows[0].index("C/P")
    short = next(row for row in rows if row[right] == "C")
    short[right] = ""
    with pytest.raises(InputError, match="C or P"):
        read_book_files(saved(tmp_path, rows))


@pytest.mark.parametrize("file", FILES)
def test_a_row_that_stands_twice_is_told_where_the_file_states_a_total(
    tmp_path: Path, file: str
) -> None:
    """The shares are worth 300 x 51.20 = 15,360."""
    assert not read_broker(GOLDEN / file).warnings
    rows = rows_of(file)
    if not GOLDEN_FILES[file].total:
        return
    at = next(i for i, row in enumerate(rows) if "XYZ" in row and "300" in "".join(row))
    [said] = read_broker(saved(tmp_path, [*rows[: at + 1], *rows[at:]])).warnings
    assert "$15,360.00 more (rows " in said
    assert f"rows {at + 1} and {at + 2}, XYZ, are equal" in said
    if file in IN_SECTIONS:  # where no row of shares is left, their total has nothing above it
        return
    [said] = read_broker(saved(tmp_path, [*rows[:at], *rows[at + 1 :]])).warnings
    assert "$15,360.00 less. A row may be missing or stand twice." in said


def test_a_value_that_is_no_number_is_in_no_sum(tmp_path: Path) -> None:
    """What is not ours is named as such, whatever its value says, and nothing is compared."""
    text = (GOLDEN / "schwab.csv").read_text()
    shares = next(line for line in text.splitlines() if line.startswith('"XYZ",'))
    bond = shares.replace("XYZ", "BND1").replace("Equity", "Fixed Income")
    bond = bond.replace("$15,360.00", "Incomplete")
    broker = read_broker(written(tmp_path, text.replace(shares, f"{bond}\n{shares}").encode()))
    assert broker is not None
    assert [problem.row for problem in broker.not_ours] == [4]
    assert not broker.unreadable
    assert not broker.warnings


def test_a_row_that_cannot_be_read_counts_in_the_total(tmp_path: Path) -> None:
    text = (GOLDEN / "schwab.csv").read_text().replace('"300"', '"3OO"')
    broker = read_broker(written(tmp_path, text.encode()))
    assert broker is not None
    assert [problem.row for problem in broker.unreadable] == [4]
    assert not broker.warnings


def test_amounts_of_two_currencies_are_not_added_up(tmp_path: Path) -> None:
    """The total is in dollars: 15,360 and what 1,000 euro are worth."""
    text = (GOLDEN / "ibkr_statement.csv").read_text()
    shares = next(line for line in text.splitlines() if ",Summary,Stocks," in line)
    euro = shares.replace("USD,XYZ", "EUR,ABC").replace("15360", "1000").replace("51.2", "3.3333")
    text = text.replace(shares, f"{euro}\n{shares}").replace(",13230,,15360,", ",14000,,16410,")
    broker = read_broker(written(tmp_path, text.encode()))
    assert broker is not None
    assert len(broker.not_ours) == 1
    assert not broker.warnings
