"""The clearing house's files of positions, read and written: its calculator's, and its record."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from xlmargin.book import Positions
from xlmargin.cells.columns import day_of
from xlmargin.cells.table import SourceRows
from xlmargin.cells.words import RIGHTS, SIDES, Side
from xlmargin.contracts import InstrumentKind
from xlmargin.dates import DATE, date_of
from xlmargin.errors import InputError, MarginError, Problem
from xlmargin.importers.book_ranges import TextRows
from xlmargin.importers.brokers import holdings
from xlmargin.importers.brokers.formats import stated_format, stated_layout
from xlmargin.importers.records import Layout, Lines, Record, has_headings
from xlmargin.market import Market
from xlmargin.option_symbols import OptionSymbol, share_ticker

_ITS_OWN: Final = (("Ser/Ctr Date",), ("Series/Contract Date",), ("Bskt ID",), ("Basket ID",))

CUSTOMER: Final = "C"
"""The code of an account of customers."""
_SIDES: Final = frozenset(["l", "s", "long", "short"])
_STOCK: Final = "Stock"
_OPTION: Final = "Option"
_DATE: Final = "%m/%d/%Y"


def _calculator_recognises(lines: Lines) -> bool:
    """By the type of the account, beside a date of the series or a basket."""
    types = (("Acct Type",), ("Account Type",))
    return any(
        any(has_headings(line, own) for own in _ITS_OWN)
        and any(has_headings(line, named) for named in types)
        for line in lines
    )


def _calculator_find(lines: Lines, layout: Layout) -> Iterator[Record]:
    _refuse_unknown_sides(lines, layout)
    return layout.records(lines)


def _refuse_unknown_sides(lines: Lines, layout: Layout) -> None:
    """Refuse a column without a heading of ours whose cells are sides alone: a short is no long."""
    start = next((i for i, line in enumerate(lines) if layout.row(line)), len(lines))
    below = [line.cells for line in lines[start + 1 :] if not line.is_title]
    found = layout.row(lines[start]) if below else None
    known = set(found.at.values()) if found else set()
    for i in range(max(map(len, below), default=0)):
        texts = {cells[i].casefold() for cells in below if i < len(cells) and cells[i]}
        if i not in known and texts and texts <= _SIDES:
            cells = lines[start].cells
            label = cells[i] if i < len(cells) else ""
            wanted = f"{layout.columns['side'][0]} as its heading, or no such column"
            raise lines[start].refused(label, "a column that looks like long and short", wanted)


def calculator_entry(record: Record) -> holdings.BrokerEntry:
    """Shares, or an option of which the symbol is the root alone; a side signs the quantity."""
    record = _signed(record)
    if not record.text("right") and not record.number("strike") > 0:
        entry = holdings.shares_held(record)
    else:
        entry = holdings.option_held(record, _option(record))
    if not isinstance(entry, holdings.BrokerHolding):
        return entry
    groups = (record.text("class_group"), record.text("product_group"))
    return replace(entry, class_group=groups[0], product_group=groups[1])


def _signed(record: Record) -> Record:
    """The record with the sign of its side, where it has a column of sides and no sign."""
    if "side" not in record.labels:
        return record
    side = SIDES.read(record.text("side"))
    if side not in (Side.LONG, Side.SHORT):
        raise record.refused("side", "L or S")
    if side is Side.SHORT and record.number("quantity") > 0:
        return record.saying("quantity", f"-{record.text('quantity')}")
    return record


def _option(record: Record) -> OptionSymbol:
    root, right = (
        share_ticker(record.text("symbol")).replace(".", ""),
        RIGHTS.read(record.text("right")),
    )
    expiration, strike = record.day("expiration"), record.number("strike")
    if not root:
        raise record.refused("symbol", "an option root")
    if right is None:
        raise record.refused("right", "C or P")
    if expiration is None:
        raise record.refused("expiration", DATE)
    if not strike > 0:
        raise record.refused("strike", "a strike above 0")
    return OptionSymbol(root, expiration, right, strike)


OCC_CALCULATOR: Final = stated_format(
    "occ_calculator",
    recognises=_calculator_recognises,
    find=_calculator_find,
    entry=calculator_entry,
)
"""The portfolio margin calculator's position file.

Provisional: no such file was seen. Fields are those that the calculator shows; the text of the
headings, their order, the form of dates and the codes are assumed, and stand in one table here.
"""


def calculator_rows(positions: Positions, market: Market) -> TextRows:
    """The positions but cash as the calculator's file, headings first."""
    fields = OCC_CALCULATOR.layout.columns
    rows = [[headings[0] for headings in fields.values()]]
    for i in range(len(positions)):
        if positions.kind[i] != InstrumentKind.CASH:
            cells = _calculator_cells(positions, market, i)
            rows.append([cells.get(field, "") for field in fields])
    return rows


def _calculator_cells(positions: Positions, market: Market, i: int) -> dict[str, str]:
    """The cells of a position by our fields; what it does not have is left out."""
    underlying = market.underlyings[positions.underlying[i]]
    cells = {
        "account": positions.accounts[positions.account[i]],
        "account_type": CUSTOMER,
        "product_group": underlying.product_group,
        "class_group": underlying.group,
        "underlying": underlying.symbol,
        "type": _STOCK,
        "symbol": positions.symbol[i],
        "side": "L" if positions.quantity[i] > 0 else "S",
        "quantity": f"{abs(positions.quantity[i]):.15g}",
    }
    price = float(positions.mark[i]) if positions.is_option[i] else underlying.spot
    if not math.isnan(price):
        cells["price"] = f"{price:.15g}"
    if not positions.is_option[i]:
        return cells
    expiration = date_of(positions.expiration[i]).strftime(_DATE)
    return cells | {
        "type": _OPTION,
        "symbol": positions.symbol[i].replace(".", ""),
        "series_date": expiration,
        "expiration": expiration,
        "right": InstrumentKind(positions.kind[i]).name[0],
        "strike": f"{positions.strike[i]:.3f}",
    }


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
_RECORD: Final = stated_layout("occ_record")
_COLUMN_OF: Final = {
    "account": "account", "right": "type", "symbol": "symbol", "expiration": "expiration",
    "dollars": "strike", "price": "price", "quantity": "quantity",
}  # fmt: skip
"""The column of positions that a field which may not fit is written from."""
_RECORD_OPTION: Final = "O"
_RECORD_STOCK: Final = "S"
_SHARES: Final = (_RECORD_STOCK, "E", "")
_FRACTIONS: Final = 10_000
_MILLIONTHS: Final = 1_000_000


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
        [names[0] for names in _RECORD.columns.values()],
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
        rows.append(_record_cells(found.groupdict()))
        numbers.append(number)
    return SourceRows(rows, file, numbers, first_column=None)


def _record_cells(fields: dict[str, str]) -> list[str]:
    """The fields of a line in the order of the headings."""
    texts = {name: text.strip() for name, text in fields.items()}
    dollars, fraction = texts.pop("dollars"), texts.pop("fraction")
    has_strike = texts["right"] and dollars and fraction
    strike = f"{int(dollars) + int(fraction) / _FRACTIONS:.4f}" if has_strike else ""
    price = f"{int(texts['price']) / _MILLIONTHS:.6f}" if texts["price"] else ""
    texts |= {"strike": strike, "price": price, "quantity": str(int(texts["quantity"]))}
    return [texts.get(name, "") for name in _RECORD.columns]


def _record_entry(record: Record) -> holdings.BrokerEntry:
    """Shares or an option; a code that is not known is not ours."""
    is_option = record.text("type") == _RECORD_OPTION
    if is_option != bool(record.text("right")):
        wanted = "C or P of an option, and a blank of anything else"
        raise record.refused("right", wanted)
    if not is_option and record.text("type") not in _SHARES:
        return holdings.not_ours(record)
    return calculator_entry(record)


def _record_as_of(lines: Lines) -> dt.date | None:
    cells = lines[0].cells
    return day_of(cells[1]) if len(cells) > 1 else None


OCC_RECORD: Final = stated_format(
    "occ_record",
    recognises=lambda lines: len(lines) > 1 and lines[1].first == _RECORD.columns["firm"][0],
    find=lambda lines, layout: layout.records(lines[1:]),
    entry=_record_entry,
    as_of=_record_as_of,
)
"""The position record: lines of fixed width.

Second-hand: the places of the fields are those that a program which edits such files uses, and one
line of a file of about 2012 agrees. The codes of shares and of customers are inferred.
"""


def record_lines(positions: Positions, market: Market) -> list[str]:
    """The positions but cash as the record's lines, the header with the market's day first.

    Refused where a position does not fit into its field.
    """
    problems: list[Problem] = []
    lines = [f"HEADER  {date_of(market.as_of):%Y%m%d}"]
    for i in range(len(positions)):
        if positions.kind[i] == InstrumentKind.CASH:
            continue
        texts = _record_texts(positions, market, i)
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


def _record_texts(positions: Positions, market: Market, i: int) -> dict[str, str]:
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
        "type": _RECORD_OPTION if is_option else _RECORD_STOCK,
        "price": "" if math.isnan(price) else f"{round(price * _MILLIONTHS):012d}",
        "quantity": f"{round(abs(float(positions.quantity[i]))):010d}",
        "account_type": CUSTOMER,
    }
