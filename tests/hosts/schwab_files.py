"""Two positions files of an invented account, as Charles Schwab exports them, a month apart."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ACCOUNT: Final = "Trading XXXX-0017"
_HEADINGS: Final = (
    "Symbol", "Description", "Quantity", "Price", "Market Value", "Cost Basis", "Security Type",
)  # fmt: skip
_NOVEMBER: Final = (
    ("XYZ", "SAMPLE CORP", "300", "$51.20", "$15,360.00", "$13,230.00", "Equity"),
    ("XYZ 12/18/2026 52.50 C", "CALL SAMPLE CORP", "-3", "$2.05", "-$615.00", "-$480.00", "Option"),
    ("SPY", "SPDR S&P 500", "200", "$668.20", "$133,640.00", "$120,000.00",
     "ETFs & Closed End Funds"),
    ("Cash & Cash Investments", "--", "--", "--", "$12,345.67", "--", "Cash and Money Market"),
    ("Account Total", "", "--", "--", "$160,730.67", "$132,750.00", "--"),
)  # fmt: skip
_DECEMBER: Final = (
    ("XYZ", "SAMPLE CORP", "400", "$53.40", "$21,360.00", "$18,400.00", "Equity"),
    ("XYZ 01/15/2027 55.00 C", "CALL SAMPLE CORP", "-4", "$1.35", "-$540.00", "-$600.00", "Option"),
    ("SPY", "SPDR S&P 500", "150", "$671.00", "$100,650.00", "$90,000.00",
     "ETFs & Closed End Funds"),
    ("Cash & Cash Investments", "--", "--", "--", "$41,000.10", "--", "Cash and Money Market"),
    ("Account Total", "", "--", "--", "$162,470.10", "$107,800.00", "--"),
)  # fmt: skip


def write_november(folder: Path) -> Path:
    """The file of 20 November 2026."""
    return _write(folder / "november.csv", "11/20/2026", _NOVEMBER)


def write_december(folder: Path) -> Path:
    """The file of 21 December 2026."""
    return _write(folder / "december.csv", "12/21/2026", _DECEMBER)


def _write(path: Path, day: str, rows: tuple[tuple[str, ...], ...]) -> Path:
    lines = [f'"Positions for account {ACCOUNT} as of 04:15 PM ET, {day}"', ""]
    lines += [",".join(f'"{cell}"' for cell in row) for row in (_HEADINGS, *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
