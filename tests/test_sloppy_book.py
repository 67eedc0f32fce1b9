"""A book as it comes out of a spreadsheet of one's own, from a CSV to a right number.

Titles above the headings, dollar signs and thousands commas, dates as 12/18/26, columns of Put/Call
and Side, totals and footnotes, a class of shares, a mini index and a leveraged fund.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from xlmargin.errors import Severity
from xlmargin.excel.ranges import Ranges
from xlmargin.importers import read_book_files

TITLES = ["My accounts,,,,,,,,,", "As of 11/20/2026,,,,,,,,,", ",,,,,,,,,"]
HEADINGS = "Account,Ticker,Asset Class,Put/Call,Side,Qty,Strike,Expiry,Mark,Avg Cost"
STOCKS = [
    ("A", "XYZ", 1_000, "500.00"), ("A", "BRK/B", 100, "480.00"), ("A", "TQQQ", 100, "80.00"),
    ("A", "SPY", 100, "600.00"), ("A", "AAA", 200, "50.00"), ("A", "BBB", 300, "40.00"),
    ("A", "CCC", 400, "30.00"), ("A", "DDD", 500, "20.00"), ("A", "EEE", 600, "10.00"),
    ("B", "FFF", 100, "100.00"), ("B", "GGG", 100, "110.00"), ("B", "HHH", 100, "120.00"),
    ("B", "III", 100, "130.00"), ("B", "JJJ", 100, "140.00"), ("B", "KKK", 100, "150.00"),
    ("B", "LLL", 100, "160.00"), ("B", "MMM", 100, "170.00"), ("B", "NNN", 100, "180.00"),
    ("B", "OOO", 100, "190.00"), ("B", "PPP", 100, "200.00"),
]  # fmt: skip
OPTIONS = [
    ("A", "XYZ", "C", "Sold", 10, 510, "12/18/26", "10.00"),
    ("A", "BRK/B", "Put", "Bought", 1, 450, "12/18/26", "3.00"),
    ("A", "XSP", "P", "Sell", 2, 590, "12/18/26", "6.00"),
    ("A", "XSP", "P", "Buy", 2, 580, "12/18/26", "4.50"),
    ("B", "FFF", "C", "Short", 1, 105, "12/18/26", "2.00"),
    ("B", "GGG", "P", "Long", 1, 100, "12/18/26", "1.50"),
    ("B", "HHH", "C", "STO", 1, 130, "12/18/26", "1.00"),
    ("B", "III", "P", "BTO", 1, 120, "12/18/26", "2.50"),
]
CASH = [("A", 50_000), ("B", 10_000)]


def dollars(amount: str | float) -> str:
    return f'"${float(amount):,.2f}"'


def written(path: Path) -> Path:
    """The book as a CSV of somebody's own making."""
    rows = [*TITLES, HEADINGS]
    for account, symbol, shares, price in STOCKS:
        rows.append(
            f'{account},{symbol},Stock,,Long,"{shares:,}",,,{dollars(price)},{dollars(price)}'
        )
    for account, symbol, right, side, contracts, strike, day, price in OPTIONS:
        rows.append(
            f"{account},{symbol},Option,{right},{side},{contracts},{dollars(strike)},{day},"
            f"{dollars(price)},{dollars(price)}"
        )
    for account, amount in CASH:
        rows.append(f'{account},Cash,Cash,,,"{amount:,}.00",,,,')
    rows += [",Total,,,,,,,,", "Prices are delayed by at least 15 minutes,,,,,,,,,"]
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


@pytest.fixture
def ranges(tmp_path: Path) -> Ranges:
    book = read_book_files(written(tmp_path / "book.csv"))
    market = [["symbol", "price"], ["XSP", 600]]  # the one price that the positions do not have
    settings = [["as_of", "2026-11-20"], ["rate", 0.04]]
    return Ranges(book.positions, market, settings)


def test_every_row_is_in_the_book(ranges: Ranges) -> None:
    positions = ranges.book().positions
    assert len(positions) == len(STOCKS) + len(OPTIONS) + len(CASH) == 30
    assert positions.accounts == ("A", "B")
    assert positions.quantity[20:28].tolist() == [-10, 1, -2, 2, -1, 1, -1, 1]
    assert positions.quantity[0] == 1_000
    assert positions.expiration[20] == 46_374
    brk = [i for i, root in enumerate(positions.symbol) if root.startswith("BRK")]
    assert len({int(positions.underlying[i]) for i in brk}) == 1


def test_the_number_is_right(ranges: Ranges) -> None:
    """Reg T maintenance by hand, account A and account B."""
    strategy = ranges.strategy()
    of_b = 0.25 * 100 * sum((130, 140, 150, 160, 170, 180, 190, 200, 100, 110, 120))
    # covered calls on FFF and HHH: 25% of the stock; protected GGG: least of 25% of the stock and
    # 10% of the strike and the amount out of the money: 1,000 + 1,000; III: 1,200 + 1,000
    of_b += -0.25 * 100 * (110 + 130) + 2_000 + 2_200
    assert strategy.by_account(strategy_maintenance())[1] == pytest.approx(of_b)


def strategy_maintenance() -> object:
    from xlmargin.strategy_margin import RequirementKind

    return RequirementKind.MAINTENANCE


def test_every_assumption_stands_in_the_notes(ranges: Ranges) -> None:
    found = ranges.problems()
    assert not [p for p in found if p.severity is Severity.ERROR]
    notes = " | ".join(str(p) for p in found if p.severity is Severity.NOTE)
    for word in ("titles", "totals", "footnote", "month/day/year", "TQQQ", "XSP", "short"):
        assert word in notes, word
