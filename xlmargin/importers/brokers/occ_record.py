"""The clearing house's position record: lines of fixed width, read and written.

Second-hand: the places of the fields are those that a program which edits such files uses, and one
line of a file of about 2012 agrees. The codes of shares and of customers are inferred.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from math import isnan
from typing import Final, NamedTuple

from xlmargin.book import Positions
from xlmargin.cells.columns import day_of
from xlmargin.cells.table import SourceRows
from xlmargin.contracts import InstrumentKind
from xlmargin.dates import date_of
from xlmargin.errors import InputError, MarginError, Problem
from xlmargin.importers.brokers.holdings import BrokerEntry, Format, not_ours
from xlmargin.importers.brokers.occ_calculator import CUSTOMER, calculator_entry
from xlmargin.importers.brokers.records import Columns, Lines, Record, records
from xlmargin.market import Market

_HEADER: Final = re.compile(r"(?P<name>[A-Z ]{8})(?P<day>\d{8})\b.*")


class FieldPlace(NamedTuple):
    """A field of a line: how many signs of which kind, what they say, and whether blanks may."""

    width: int
    signs: str
    meaning: str
    may_be_blank: bool = False

    @property
    def pattern(self) -> str:
        """The field as a regular expression."""
        blank = f"| {{{self.width}}}" if self.may_be_blank else ""
        return f"{self.signs}{{{self.width}}}{blank}"


PLACES: Final[Mapping[str, FieldPlace]] = {
    "firm": FieldPlace(4, ".", "clearing firm"),
    "sub": FieldPlace(4, ".", "account number or sub-account"),
    "account": FieldPlace(10, ".", "account"),
    "right": FieldPlace(1, "[CP ]", "C call, P put, blank of anything else"),
    "symbol": FieldPlace(6, ".", "symbol of the shares, root of an option"),
    "expiration": FieldPlace(8, r"\d", "expiration, yyyymmdd", may_be_blank=True),
    "dollars": FieldPlace(5, r"\d", "strike, whole dollars", may_be_blank=True),
    "fraction": FieldPlace(4, r"\d", "strike, ten thousandths of a dollar", may_be_blank=True),
    "side": FieldPlace(1, "[LS]", "L long, S short"),
    "type": FieldPlace(1, ".", "O option; S, E or blank shares"),
    "price": FieldPlace(12, r"\d", "price, millionths of a dollar", may_be_blank=True),
    "quantity": FieldPlace(10, r"\d", "contracts or shares, without a sign"),
    "account_type": FieldPlace(1, ".", "type of the account; C is written"),
}
"""The fields of a line, one after the other; what follows is not read."""

_END: Final = "  "
"""What a line that was seen ends in."""
_LINE: Final = re.compile("".join(f"(?P<{n}>{p.pattern})" for n, p in PLACES.items()) + ".*")
_LEAST: Final = sum(place.width for place in PLACES.values())
"""Signs of a line up to the type of its account."""
_COLUMNS: Final[Columns] = {
    name: (f"Record {name}",)
    for name in (
        "firm", "sub", "account", "right", "symbol", "expiration", "strike", "side", "type",
        "price", "quantity", "account_type", "underlying",
    )
}  # fmt: skip
_COLUMN_OF: Final = {
    "account": "account", "right": "type", "symbol": "symbol", "expiration": "expiration",
    "dollars": "strike", "price": "price", "quantity": "quantity",
}  # fmt: skip
"""The column of positions that a field which may not fit is written from."""
_OPTION: Final = "O"
_STOCK: Final = "S"
_SHARES: Final = (_STOCK, "E", "")
_FRACTIONS: Final = 10_000
_MILLIONTHS: Final = 1_000_000
SURE: Final = (
    "second-hand: places as in a program for such files and one line of about 2012, codes of shares"
    " and customers inferred"
)


def record_rows(text: str, file: str) -> SourceRows | None:
    """The lines of a record as rows below headings, a first row with its day; None if it is none.

    A line that is no record, or is cut short, is refused by its row.
    """
    lines = text.splitlines()
    header = _HEADER.fullmatch(lines[0]) if lines else None
    if header is None or len(lines) < 2 or not _LINE.fullmatch(lines[1]):
        return None
    day = day_of(header["day"])
    rows: list[list[str]] = [
        ["positions of", day.isoformat() if day else ""],
        [names[0] for names in _COLUMNS.values()],
    ]
    numbers = [1, 1]
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            wanted = "a record of the clearing firm, the account and a position"
            cut = f", {len(line)} signs: is the file cut short?" if len(line) < _LEAST else ""
            raise InputError([Problem(file, number, "", repr(line[:40]), wanted + cut)])
        rows.append(_cells(found.groupdict()))
        numbers.append(number)
    return SourceRows(rows, file, numbers, first_column=None)


def _cells(fields: dict[str, str]) -> list[str]:
    """The fields of a line in the order of the headings."""
    texts = {name: text.strip() for name, text in fields.items()}
    dollars, fraction = texts.pop("dollars"), texts.pop("fraction")
    has_strike = texts["right"] and dollars and fraction
    strike = f"{int(dollars) + int(fraction) / _FRACTIONS:.4f}" if has_strike else ""
    price = f"{int(texts['price']) / _MILLIONTHS:.6f}" if texts["price"] else ""
    texts |= {"strike": strike, "price": price, "quantity": str(int(texts["quantity"]))}
    return [texts.get(name, "") for name in _COLUMNS]


def _recognises(lines: Lines) -> bool:
    return len(lines) > 1 and lines[1].cells[:1] == (_COLUMNS["firm"][0],)


def _entry(record: Record) -> BrokerEntry:
    """Shares or an option; a code that is not known is not ours."""
    is_option = record.text("type") == _OPTION
    if is_option != bool(record.text("right")):
        wanted = "C or P of an option, and a blank of anything else"
        raise record.refused("right", wanted)
    if not is_option and record.text("type") not in _SHARES:
        return not_ours(record)
    return calculator_entry(record)


def _as_of(lines: Lines) -> date | None:
    cells = lines[0].cells
    return day_of(cells[1]) if len(cells) > 1 else None


OCC_RECORD: Final = Format(
    name="OCC position record, fixed width",
    sure=SURE,
    columns=_COLUMNS,
    needed=("symbol", "quantity", "side", "type"),
    recognises=_recognises,
    find=lambda lines, columns, needed: records(lines[1:], columns, needed),
    entry=_entry,
    as_of=_as_of,
)


def record_lines(positions: Positions, market: Market) -> list[str]:
    """The positions but cash as the record's lines, the header with the market's day first.

    Refused where a position does not fit into its field.
    """
    problems: list[Problem] = []
    lines = [f"HEADER  {date_of(market.as_of):%Y%m%d}"]
    for i in range(len(positions)):
        if positions.kind[i] == InstrumentKind.CASH:
            continue
        texts = _texts(positions, market, i)
        problems += [
            positions.problem(i, _COLUMN_OF[name], repr(text), f"at most {width} plain signs")
            for name, text in texts.items()
            if len(text) > (width := PLACES[name].width) or not text.isascii()
        ]
        quantity = abs(float(positions.quantity[i]))
        if quantity != int(quantity):
            wanted = "a whole number: the record has no other"
            problems.append(positions.problem(i, "quantity", f"{quantity:g}", wanted))
        fields = (f"{texts[name]:<{place.width}}" for name, place in PLACES.items())
        lines.append("".join(fields) + _END)
    if problems:
        raise InputError(problems)
    if len(lines) == 1:
        raise MarginError("positions: found cash alone, wanted shares or options.")
    return lines


def _texts(positions: Positions, market: Market, i: int) -> dict[str, str]:
    """The fields of a position by their names, in `PLACES`."""
    is_option, price = bool(positions.is_option[i]), float(positions.mark[i])
    symbol, expiration, right, strike = positions.symbol[i], "", "", 0
    if is_option:
        symbol = symbol.replace(".", "")
        expiration = f"{date_of(positions.expiration[i]):%Y%m%d}"
        right = InstrumentKind(positions.kind[i]).name[0]
        strike = round(float(positions.strike[i]) * _FRACTIONS)
    else:
        price = market.underlyings[positions.underlying[i]].spot
    dollars, fraction = divmod(strike, _FRACTIONS)
    return {
        "firm": "",
        "sub": "",
        "account": positions.accounts[positions.account[i]],
        "right": right,
        "symbol": symbol,
        "expiration": expiration,
        "dollars": f"{dollars:05d}",
        "fraction": f"{fraction:04d}",
        "side": "L" if positions.quantity[i] > 0 else "S",
        "type": _OPTION if is_option else _STOCK,
        "price": "" if isnan(price) else f"{round(price * _MILLIONTHS):012d}",
        "quantity": f"{round(abs(float(positions.quantity[i]))):010d}",
        "account_type": CUSTOMER,
    }
