"""The tables of known instruments: underlyings by ticker, option roots by their letters.

Where a name stands in several tables, that of notes decides that it is a note. A factor is the one
of the day asked for. Of a former instrument nothing but that it was one is told with certainty: its
symbol may be another's today.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from math import inf, nan
from typing import Final, TypeAlias

from xlmargin.contracts import Style
from xlmargin.errors import InputError, Problem, Severity
from xlmargin.option_symbols import is_money_fund
from xlmargin.rulebook import UnderlyingClass
from xlmargin.rulebook.files import packaged

Row: TypeAlias = Mapping[str, str]

CLASS: Final = "class"
CLASS_GROUP: Final = "class_group"
PRODUCT_GROUP: Final = "product_group"

_CLASS_CONFIRMED: Final = frozenset(
    {
        "tmi", "tmi group name", "tmi group name (sector)", "tmi (sector)",
        "exchange says broad-based", "one stock", "nine or fewer stocks",
    }
)  # fmt: skip
"""How sure a class must be to lower a requirement: a list names it, or the statute does."""
_GROUP_CONFIRMED: Final = frozenset({"exchange text", "tmi"})
"""How sure a class group must be to lower a requirement."""
_LISTED: Final = "its class is that of a published list of moves (second-hand)"
_NAMED: Final = "its class is that of its group's name in a published list (second-hand)"
_IN_WORDS: Final = {
    "tmi": _LISTED,
    "tmi (sector)": f"{_LISTED}, as a sector",
    "tmi group name": _NAMED,
    "tmi group name (sector)": f"{_NAMED}, as a sector",
    "exchange says broad-based": "the exchange says that it is broad-based",
    "exchange text": "the exchange's rules name it",
    "plain": "there is but one class that it can be of",
    "same index": "it follows a known index",
    "same index; exchange circular for covered calls": "it follows a known index, and a"
    " circular of the exchange on covered calls names it",
    "unconfirmed": "no list seen confirms it",
    "name": "its factor is in its name",
    "objective+name": "its factor is in its stated objective and its name",
    "name+issuer page (second-hand)": "its factor is in its name and on its issuer's page"
    " (second-hand)",
    "objective+name+issuer page (second-hand)": "its factor is in its stated objective, its name"
    " and on its issuer's page (second-hand)",
    "own_knowledge": "from general knowledge, no document was seen",
    "two_lists": "its factor is in two lists",
}
"""What the tables' short words of how sure a thing is mean; others are plain as they stand."""
_FORMER: Final = "former"


class KnownAs(StrEnum):
    """What an underlying is known as."""

    INDEX = "index"
    INDEX_FUND = "fund on an index"
    LEVERAGED_FUND = "leveraged or inverse fund"
    NOTE = "exchange-traded note"
    EXEMPTED_FUND = "fund of exempted securities"
    MONEY_MARKET_FUND = "money market fund"
    OWN = "your own instrument"


@dataclass(frozen=True)
class KnownInstrument:
    """What is known of an underlying on a date.

    `leverage` is the signed factor, 1 for what is not leveraged; `index` identifies the index that
    it is or tracks ("" where none is known), so that equal ones are one index; `underlying` is the
    one stock or fund that it tracks. `unconfirmed` names the fields that no list confirms.
    """

    symbol: str
    name: str
    known_as: KnownAs
    underlying_class: UnderlyingClass
    leverage: float = 1.0
    index: str = ""
    underlying: str = ""
    index_scale: float = 1.0
    class_group: str = ""
    product_group: str = ""
    unconfirmed: frozenset[str] = frozenset()
    is_former: bool = False
    how_sure: str = ""
    source: str = ""
    as_of: str = ""
    remark: str = ""

    @property
    def where(self) -> str:
        """How sure it is, in words, and where it is known from: keys of sources, and their date."""
        said = _IN_WORDS.get(self.how_sure, self.how_sure)
        source = self.source and f"source {self.source}"
        return ", ".join(text for text in (said, source, self.as_of) if text)


class RootKind(StrEnum):
    """What the letters of an option symbol are beside a plain ticker."""

    INDEX = "index"
    SHARE_CLASS = "share class"
    SETTLEMENT = "settlement symbol"
    """No root at all: the ticker of a settlement value."""
    MINI = "mini"
    JUMBO = "jumbo"
    FLEX_INDEX = "flex index"
    FLEX_EQUITY = "flex equity"
    ADJUSTED = "adjusted"
    """What it delivers is no longer the plain contract's: it must be stated."""


@dataclass(frozen=True)
class KnownRoot:
    """What is known of an option root on a date.

    `underlying` is a ticker of the market, "" for a settlement symbol. Where not known, `style` is
    None, `settlement` (else "am", "pm" or "physical") is "" and `multiplier` NaN: to be asked, not
    guessed.
    """

    root: str
    underlying: str
    kind: RootKind
    style: Style | None
    settlement: str
    multiplier: float
    how_sure: str
    source: str
    as_of: str
    remark: str


_OWN_HEADINGS: Final = (
    "symbol", "name", "class", "leverage", "factor", "index", "index_scale", "class_group",
    "product_group", "root", "underlying", "style", "settlement", "multiplier", "source", "as_of",
    "remark",
)  # fmt: skip


@dataclass(frozen=True)
class OwnRow:
    """A row of a user's own table; each method reads it or refuses it by its place."""

    row: Row
    file: str
    number: int

    def text(self, heading: str) -> str:
        """What stands under a heading, "" where nothing does."""
        return (self.row.get(heading) or "").strip()

    def symbol(self) -> str:
        """The ticker, in capitals."""
        return self.text("symbol").upper() or self._refuse("symbol", "nothing", "a ticker")

    def refuse_unknown_headings(self) -> None:
        """Refuse the row where something stands under a heading that is none."""
        for heading in (h for h in self.row if h not in _OWN_HEADINGS and self.text(h)):
            self._refuse(heading, "an unknown heading", ", ".join(_OWN_HEADINGS))

    def instrument(self, known: KnownInstrument | None) -> KnownInstrument:
        """The underlying of the row; what it leaves out stays as it is known."""
        if known is None or known.is_former:
            stock = UnderlyingClass.STOCK
            known = KnownInstrument(self.symbol(), self.text("name"), KnownAs.OWN, stock)
        class_ = self.text(CLASS) or known.underlying_class.value
        if class_ not in set(UnderlyingClass):
            self._refuse(CLASS, repr(class_), ", ".join(UnderlyingClass))
        factor = "factor" if self.text("factor") else "leverage"
        return replace(
            known,
            name=self.text("name") or known.name,
            known_as=KnownAs.OWN,
            underlying_class=UnderlyingClass(class_),
            leverage=self._number(factor, known.leverage),
            index=self.text("index").upper() or known.index,
            index_scale=self._number("index_scale", known.index_scale),
            class_group=self.text(CLASS_GROUP).upper() or known.class_group,
            product_group=self.text(PRODUCT_GROUP) or known.product_group,
            unconfirmed=frozenset(f for f in known.unconfirmed if not self.text(f)),
            how_sure="",
            source=self.text("source") or self.file,
            as_of=self.text("as_of"),
            remark=self.text("remark"),
        )

    def root(self) -> KnownRoot:
        """The option root of the row."""
        stated = {heading: self.text(heading) for heading in _OWN_HEADINGS}
        style, settlement = stated["style"], stated["settlement"]
        if style and style not in set(Style):
            self._refuse("style", repr(style), " or ".join(Style))
        if settlement not in ("", "am", "pm", "physical"):
            self._refuse("settlement", repr(settlement), "am, pm or physical")
        self._number("multiplier", nan)
        root, source = stated["root"].upper(), stated["source"] or self.file
        kind = RootKind.INDEX if settlement in ("am", "pm") else RootKind.SHARE_CLASS
        underlying = stated["underlying"].upper() or root
        return _known_root(root, underlying, kind, {**stated, "source": source})

    def _number(self, heading: str, default: float) -> float:
        text = self.text(heading)
        try:
            number = float(text or default)
        except ValueError:
            number = 0.0
        if text and not 0 < abs(number) < inf:
            self._refuse(heading, repr(text), "a number that is not 0")
        return number

    def _refuse(self, heading: str, found: str, wanted: str) -> str:
        raise InputError([Problem(self.file, self.number, heading, found, wanted)])


@lru_cache(maxsize=4096)
def listed_instrument(ticker: str) -> KnownInstrument | None:
    """What the rulebook's tables know; a note is a note whatever else it stands in as."""
    if is_money_fund(ticker):
        by_letters = {"symbol": ticker, "how_sure": "by the letters of its ticker"}
        return _money_market_fund(_by_symbol("money_market_funds").get(ticker, by_letters))
    for table, read in _READERS.items():
        row = _by_symbol(table).get(ticker)
        if row is not None:
            found, group = read(row), _by_symbol("product_groups").get(ticker)
            if group is None:
                return found
            unconfirmed = found.unconfirmed | {PRODUCT_GROUP}
            return replace(found, product_group=group[PRODUCT_GROUP], unconfirmed=unconfirmed)
    return None


def factor_before_change(ticker: str, day: date) -> float | None:
    """The factor before its change, on a day before the change; None on any other."""
    change = _by_symbol("leveraged_factor_changes").get(ticker)
    if change is None or date.fromisoformat(change["first_day_after"]) <= day:
        return None
    return float(change["factor_before"])


def _of_row(
    row: Row, known_as: KnownAs, underlying_class: UnderlyingClass, sure: str = "how_sure"
) -> KnownInstrument:
    """What every table states alike."""
    return KnownInstrument(
        symbol=row["symbol"],
        name=row.get("name", ""),
        known_as=known_as,
        underlying_class=underlying_class,
        leverage=float(row.get("factor") or 1),
        how_sure=row.get(sure, ""),
        source=row.get("source", ""),
        as_of=row.get("as_of", ""),
        remark=row.get("remark", ""),
    )


def _note(row: Row) -> KnownInstrument:
    note = _of_row(row, KnownAs.NOTE, UnderlyingClass.ETN)
    return replace(note, is_former=row["listed"] == _FORMER)


def _index(row: Row) -> KnownInstrument:
    confirmed = row["class_how_sure"] in _CLASS_CONFIRMED
    own_group = row[CLASS_GROUP] in ("", row["index_symbol"])
    lists_group = own_group or row["class_how_sure"] in _GROUP_CONFIRMED
    found = _of_row(
        {**row, "symbol": row["index_symbol"], "name": row["index_name"]},
        KnownAs.INDEX,
        UnderlyingClass(row[CLASS]),
        "class_how_sure",
    )
    return replace(
        found,
        index=row["full_index"],
        index_scale=float(row["index_scale"]),
        class_group=row[CLASS_GROUP],
        unconfirmed=_unconfirmed(confirmed, lists_group),
    )


def _index_fund(row: Row) -> KnownInstrument:
    index = _by_symbol("index_options", "index_symbol").get(row["index"])
    return replace(
        _of_row(row, KnownAs.INDEX_FUND, UnderlyingClass(row[CLASS])),
        index=index["full_index"] if index else row["index"] or row["index_name"],
        class_group=row[CLASS_GROUP],
        unconfirmed=_unconfirmed(
            row["range"] != "unconfirmed", row["how_sure"] in _GROUP_CONFIRMED
        ),
    )


def _leveraged_fund(row: Row) -> KnownInstrument:
    index = _by_symbol("index_options", "index_symbol").get(row["index"])
    return replace(
        _of_row(row, KnownAs.LEVERAGED_FUND, UnderlyingClass(row[CLASS]), "factor_how_sure"),
        index=index["full_index"] if index else row["index"] or row["tracks"],
        underlying=row["underlying"],
        unconfirmed=_unconfirmed(row["class_how_sure"] in _CLASS_CONFIRMED, True),
    )


def _former_fund(row: Row) -> KnownInstrument:
    fund = _of_row(row, KnownAs.LEVERAGED_FUND, UnderlyingClass(row[CLASS]))
    return replace(fund, index=row["tracks"], is_former=True)


def _exempted_fund(row: Row) -> KnownInstrument:
    found = _of_row(row, KnownAs.EXEMPTED_FUND, UnderlyingClass.ETF_EXEMPT)
    return replace(found, unconfirmed=_unconfirmed(False, True))


def _money_market_fund(row: Row) -> KnownInstrument:
    found = _of_row(row, KnownAs.MONEY_MARKET_FUND, UnderlyingClass.MONEY_MARKET)
    return replace(found, unconfirmed=_unconfirmed("source" in row, True))


_READERS: Final = {
    "notes": _note,
    "index_options": _index,
    "leveraged_funds": _leveraged_fund,
    "index_funds": _index_fund,
    "exempted_security_funds": _exempted_fund,
    "leveraged_funds_former": _former_fund,
}
"""The tables that tell what an underlying is, the deciding one first."""


def _unconfirmed(class_: bool, class_group: bool) -> frozenset[str]:
    sure = {CLASS: class_, CLASS_GROUP: class_group}
    return frozenset(field for field, is_sure in sure.items() if not is_sure)


@lru_cache(maxsize=4096)
def listed_root(letters: str, day: date | None) -> KnownRoot | None:
    """What the rulebook's tables know of an option root on a day; None for a plain ticker's."""
    indexes = _by_symbol("index_options", "root")
    classes = _by_symbol("share_classes", "option_root")
    if letters in indexes:
        row = indexes[letters]
        return _known_root(letters, row["index_symbol"], RootKind.INDEX, row)
    if letters in classes:
        row = classes[letters]
        return _known_root(letters, row["symbol"], RootKind.SHARE_CLASS, row)
    for row in _rows("other_roots"):
        named = re.fullmatch(row["pattern"], letters, re.ASCII)
        if named is None or not _is_in_days(row, day):
            continue
        kind, underlying = RootKind(row["kind"]), named.group(1)
        if kind is RootKind.FLEX_INDEX and underlying not in indexes:
            continue
        if kind is RootKind.FLEX_INDEX:
            underlying = indexes[underlying]["index_symbol"]
        return _known_root(letters, "" if kind is RootKind.SETTLEMENT else underlying, kind, row)
    return None


def _known_root(letters: str, underlying: str, kind: RootKind, row: Row) -> KnownRoot:
    style = row.get("style", "")
    return KnownRoot(
        root=letters,
        underlying=underlying,
        kind=kind,
        style=Style(style) if style else None,
        settlement=row.get("settlement", ""),
        multiplier=float(row.get("multiplier") or nan),
        how_sure=row.get("how_sure") or row.get("root_how_sure", ""),
        source=row["source"],
        as_of=row["as_of"],
        remark=row.get("remark") or row.get("meaning", ""),
    )


def _is_in_days(row: Row, day: date | None) -> bool:
    if not row["first_day"]:
        return True
    return day is not None and row["first_day"] <= day.isoformat() <= row["last_day"]


@cache
def class_shares() -> Mapping[str, str]:
    """Tickers of class shares by every other spelling that is no ticker of its own."""
    found = {}
    for row in _rows("share_classes"):
        for spelling in ("slash", "blank", "dash"):
            found[row[spelling]] = row["symbol"]
        if row["plain_is_a_ticker"] == "no":
            found[row["plain"]] = row["symbol"]
    return found


@cache
def _by_symbol(table: str, key: str = "") -> Mapping[str, Row]:
    """A table's rows by ticker, the first of a ticker; of index options by index or by root."""
    key = key or ("index_symbol" if table == "index_options" else "symbol")
    return {row[key]: row for row in reversed(_rows(table))}


@cache
def _rows(table: str) -> Sequence[Row]:
    """The rows of one of the rulebook's tables of instruments."""
    from csv import reader

    headings, *rows = reader(packaged(f"instruments/{table}.csv").splitlines())
    return [dict(zip(headings, row, strict=True)) for row in rows]


@dataclass(frozen=True)
class InstrumentFinding:
    """One thing to say of one underlying.

    `field` is the market's column ("" where none is meant), `stated` what the market says there
    ("" for nothing), `known` what the tables say, and `source` where they have it. `text` is the
    whole of it in words, for a list of problems; `wanted` what to do ("" for a note).
    """

    severity: Severity
    symbol: str
    field: str
    text: str
    wanted: str = ""
    known: str = ""
    stated: str = ""
    source: str = ""
