"""Theoretical profits and losses in FIXML: a SecurityList with price movements (FIX EP160).

A point is a whole number, below the price of the underlying negative and above it positive. The
element is the standard's; how the clearing house fills it is inferred. Of the movements of several
kinds of account the customers' are taken; amounts are gains and losses, percentages the moves of
the underlying.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from math import isfinite, nan
from pathlib import Path
from typing import Final, NamedTuple
from xml.parsers import expat

from xlmargin.cells.columns import date_serial
from xlmargin.contracts import Contract, InstrumentKind
from xlmargin.dates import date_of
from xlmargin.errors import InputError, MarginError, Problem
from xlmargin.importers.clearing_house.array_files import ArrayFile, ArrayRow, WantedRows, plain
from xlmargin.importers.clearing_house.array_headings import PLACES, POINTS
from xlmargin.option_symbols import share_ticker
from xlmargin.packaged import packaged_toml

_CUSTOMER: Final = "1"
_AMOUNT: Final = "0"
_PERCENTAGE: Final = "1"
_RIGHTS: Final = {"0": InstrumentKind.PUT, "1": InstrumentKind.CALL}
_RIGHTS_OF_CFI: Final = {"OP": InstrumentKind.PUT, "OC": InstrumentKind.CALL}
_SHARES: Final = ("CS", "PS", "ETF", "MF", "IDX", "INDX", "")
_OPTIONS: Final = ("OPT", "OPTN", "")
_WANTED: Final = "a FIXML SecList with price movements (PxMvmnt)"
FIXML_SURE: Final = (
    "the element is the standard's (FIX EP160), how the clearing house fills it is inferred"
)
FIXML_ATTRIBUTES: Final[Mapping[str, str]] = packaged_toml(
    "xlmargin.importers.clearing_house", "headings.toml"
)["fixml"]
"""What is read of a security list: element and attribute, and what it says."""
_WHOLE: Final = 100.0


def read_fixml(path: Path, held: Iterable[Contract]) -> ArrayFile:
    """What is kept of a FIXML file: rows of what is held; two of one contract are refused.

    Files that define entities are refused: no answer has any, and they can grow without end.
    """
    reader = _FixmlReader(path.name, WantedRows(held))
    with path.open("rb") as file:
        try:
            reader.parser.ParseFile(file)
        except expat.ExpatError as error:
            found = f"no whole XML ({error})"
            raise MarginError(
                f"{path.name}: found {found}, wanted {_WANTED}: is the file cut short?"
            ) from error
    return reader.file()


class _Value(NamedTuple):
    """One price movement, as its attributes say."""

    point: str
    value: str
    kind: str


class _FixmlReader:
    """Reads elements as they come, and keeps those of securities that are wanted."""

    def __init__(self, name: str, wanted: WantedRows) -> None:
        self.name, self.wanted = name, wanted
        self.rows: dict[Contract, ArrayRow] = {}
        self.aside: Counter[str] = Counter()
        self.day: dt.date | None = None
        self.lists = self.securities = 0
        self.root = ""
        self.contract: Contract | None = None
        self.line = 0
        self.instrument: dict[str, str] = {}
        self.accounts: list[str] = []
        self.values: list[_Value] = []
        self.movements: list[list[_Value]] = []
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._refuse_definitions
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def file(self) -> ArrayFile:
        """What was kept; refused where the file is another message."""
        if not self.lists:
            raise MarginError(f"{self.name}: found XML of <{self.root}>, wanted {_WANTED}.")
        if not self.securities:
            raise MarginError(f"{self.name}: found no security in it, wanted {_WANTED}.")
        return ArrayFile(
            self.name, self.rows, ordered=True, has_classes=False, day=self.day, aside=self.aside
        )

    def _refuse_definitions(self, *_: object) -> None:
        raise MarginError(f"{self.name}: found definitions of entities, wanted {_WANTED}.")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "PxMvmntValu":
            if self.contract is not None:
                get = attributes.get
                self.values.append(_Value(get("Pnt", ""), get("Valu", ""), get("Typ", _AMOUNT)))
        elif name == "Instrmt":
            self._instrument(attributes)
        elif name == "ClrAcctTyp":
            self.accounts.append(attributes.get("ClrAcctTyp", ""))
        elif name == "PxMvmnt":
            self.accounts, self.values = [], []
        elif name == "SecL":
            self.securities += 1
            self.contract, self.movements = None, []
        elif name == "SecList":
            self.lists += 1
            serial = date_serial(attributes.get("BizDt"))
            self.day = date_of(serial) if serial == serial else None
        self.root = self.root or name

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if self.contract is None:
            return
        if name == "PxMvmnt":
            if not self.accounts or _CUSTOMER in self.accounts:
                self.movements.append(self.values)
            else:
                self.aside["rows of other accounts than customers'"] += 1
        elif name == "SecL":
            self._keep(self.contract)

    def _instrument(self, attributes: dict[str, str]) -> None:
        """Take a security if it is wanted; futures and the like are left aside."""
        kind = attributes.get("SecTyp", "").upper()
        right = _RIGHTS.get(attributes.get("PutCall", ""))
        if right is None:
            right = _RIGHTS_OF_CFI.get(attributes.get("CFI", "")[:2])
        root = plain(share_ticker(attributes.get("Sym", "")))
        self.line = self.parser.CurrentLineNumber
        self.instrument = attributes
        if not root or kind not in (_SHARES if right is None else _OPTIONS):
            self.aside["other products"] += 1
        elif right is None:
            self.contract = Contract(root)
        elif self.wanted.root(root):
            day = date_serial(attributes.get("MatDt") or attributes.get("MMY"))
            strike = self._number(attributes.get("StrkPx", ""), "StrkPx")
            if day != day or strike != strike:
                raise self._refused("MatDt, StrkPx", "", "the day and the strike of an option")
            contract = Contract(root, right, strike, day // 1)
            self.contract = contract if contract in self.wanted else None

    def _keep(self, contract: Contract) -> None:
        if contract in self.rows:
            first = self.rows[contract].row
            wanted = f"one for each contract, as in line {first}: is the file doubled?"
            raise self._refused("Instrmt", contract.root, wanted)
        amounts = self._at_points(_AMOUNT)
        if amounts is None:
            wanted = "the amounts of customers (ClrAcctTyp 1, Typ 0) at the points -5 to 5"
            raise self._refused("PxMvmnt", contract.root, wanted)
        percentages = self._at_points(_PERCENTAGE)
        moves = tuple(each / _WHOLE for each in percentages or [nan] * POINTS)
        multiplier = self._number(self.instrument.get("Mult", ""), "Mult")
        self.rows[contract] = ArrayRow(
            self.line, contract, "", "", amounts, multiplier=multiplier, moves=moves
        )

    def _at_points(self, kind: str) -> tuple[float, ...] | None:
        """The values of a kind, lowest point first; None where there are none.

        Refused where a point is missing, comes twice, or is none of the ten.
        """
        found: dict[int, float] = {}
        values = [each for movement in self.movements for each in movement if each.kind == kind]
        for each in values:
            number = self._number(each.point, "Pnt")
            value = self._number(each.value, "Valu")
            if number not in PLACES or number in found or value != value:
                raise self._refused("Pnt", each.point, "each point from -5 to 5 once, with a value")
            found[int(number)] = value
        if not values:
            return None
        if len(found) < POINTS:
            missing = ", ".join(str(place) for place in PLACES if place not in found)
            raise self._refused("Pnt", f"none for {missing}", "all ten points")
        return tuple(found[place] for place in PLACES)

    def _number(self, text: str, column: str) -> float:
        if not text:
            return nan
        try:
            value = float(text)
        except ValueError:
            value = nan
        if not isfinite(value):
            raise self._refused(column, text, "a number")
        return value

    def _refused(self, column: str, found: str, wanted: str) -> InputError:
        return InputError([Problem(self.name, self.line, column, found or "nothing", wanted)])
