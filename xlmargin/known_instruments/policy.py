"""What is known meets what is stated: which facts count, and what is to be said of it.

A statement always wins. What is known fills the gaps: all of it, or - the default - only what does
not lower a requirement or is confirmed by a list, or nothing, where everything must be stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final, TypeAlias

from xlmargin.errors import Severity
from xlmargin.known_instruments.instruments import (
    CLASS,
    CLASS_GROUP,
    PRODUCT_GROUP,
    InstrumentFinding,
    KnownInstrument,
    KnownRoot,
    OwnRow,
    Row,
    class_shares,
    factor_before_change,
    listed_instrument,
    listed_root,
)
from xlmargin.known_instruments.names import read_name
from xlmargin.known_instruments.published import (
    NO_GROUPS,
    NOTHING_PUBLISHED,
    Groups,
    Listed,
    PublishedGroups,
)
from xlmargin.rulebook import UnderlyingClass, portfolio_rules, strategy_rules
from xlmargin.settings import KnownUnderlyings


class KnownInstruments:
    """The rulebook's tables, and perhaps a user's own above them, and the clearing house's reports.

    Look-ups are by dictionary; nothing is read before the first.
    """

    def __init__(
        self,
        own: Mapping[str, KnownInstrument],
        own_roots: Mapping[str, KnownRoot],
        published: PublishedGroups = NOTHING_PUBLISHED,
    ) -> None:
        self.own, self.own_roots, self.published = dict(own), dict(own_roots), published

    def beside(self, published: PublishedGroups) -> KnownInstruments:
        """These tables beside reports of the clearing house."""
        return KnownInstruments(self.own, self.own_roots, published)

    def find(self, symbol: str, day: date | None = None) -> KnownInstrument | None:
        """What is known of the underlying with this ticker on the day, or None.

        Without a day, what holds now.
        """
        ticker = symbol.strip().upper()
        if ticker in self.own:
            return self.own[ticker]
        found = listed_instrument(ticker)
        factor = factor_before_change(ticker, day) if found and day else None
        return found if found is None or factor is None else replace(found, leverage=factor)

    def listed(self, symbol: str, day: date | None, stated: Groups = NO_GROUPS) -> Listed | None:
        """What the clearing house's reports say of an underlying; None where they do not list it.

        Groups that are `stated` go before those of the reports. A factor without a sign takes that
        of the tables: the reports may print it as a magnitude.
        """
        found, own = self.published.find(symbol, stated), self.find(symbol, day)
        if found is not None and own is not None and own.leverage < 0 < found.factor:
            return replace(found, factor=-found.factor)
        return found

    def root(self, root: str, day: date | None = None) -> KnownRoot | None:
        """What is known of an option root on the day; None where it is a plain ticker's.

        Without a day, what holds now.
        """
        letters = root.strip().upper()
        return self.own_roots.get(letters) or listed_root(letters, day)

    def underlying_of(self, root: str, day: date | None = None) -> str:
        """The ticker that options of a root deliver on the day: the root itself where it is one."""
        known = self.root(root, day)
        return (known.underlying if known else "") or root

    def ticker(self, symbol: str) -> str:
        """The ticker of a class share however it is spelled, BRK.B; any other symbol as it is."""
        return class_shares().get(symbol.strip().upper(), symbol)

    def extended_by(self, rows: Iterable[Row], file: str) -> KnownInstruments:
        """These tables with a user's own rows above them; what a row leaves out stays as known.

        A row has `symbol` and any of the headings `name`, `class`, `leverage` or `factor`, `index`,
        `index_scale`, `class_group`, `product_group`; for an option root `root`, with `underlying`,
        `style`, `settlement`, `multiplier`; `source`, `as_of` and `remark` for either. Refused by
        row where a heading, a word or a number is none.
        """
        own, roots = dict(self.own), dict(self.own_roots)
        for number, row in enumerate(rows, 2):
            reader = OwnRow(row, file, number)
            reader.refuse_unknown_headings()
            if reader.text("root"):
                roots[reader.text("root").upper()] = reader.root()
            else:
                own[reader.symbol()] = reader.instrument(self.find(reader.symbol()))
        return KnownInstruments(own, roots, self.published)


KNOWN: Final = KnownInstruments({}, {})
"""The rulebook's own tables."""

NOT_USED: Final = "not used, for no list seen confirms it"
LEVERAGE: Final = "leverage"
INDEX_SCALE: Final = "index_scale"


@dataclass(frozen=True)
class InstrumentFacts:
    """What is stated of an underlying, None where nothing is; complete once it has been applied.

    `leverage` is the signed factor. A group of "" is none.
    """

    underlying_class: UnderlyingClass | None = None
    leverage: float | None = None
    index_scale: float | None = None
    class_group: str | None = None
    product_group: str | None = None
    name: str = ""


def apply_known(
    symbol: str,
    stated: InstrumentFacts,
    day: date,
    policy: KnownUnderlyings,
    known: KnownInstruments,
) -> tuple[InstrumentFacts, tuple[InstrumentFinding, ...]]:
    """The facts of an underlying with nothing left open, and what is to be said of it.

    What nobody knows is a stock of its own class group, factor and scale 1. A name that tells a
    factor where none is known or stated is an error; a statement that lowers what is known, a
    former instrument, and a name that contradicts the tables are warnings; what was applied, and
    what was not because no list confirms it, are notes.
    """
    found = known.find(symbol, day)
    if found is None or found.is_former:
        return _completed(stated, {}), tuple(_of_unknown(symbol, stated, found))
    usable, withheld = _shared_out(stated, found, day, policy)
    findings = (
        *_contradictions(stated, found, day),
        *_of_gaps(stated, found, usable, withheld, policy),
        *_of_name(symbol, stated, found),
    )
    return _completed(stated, usable), findings


_Value: TypeAlias = UnderlyingClass | float | str
_UNKNOWN: Final[Mapping[str, _Value]] = {
    CLASS: UnderlyingClass.STOCK,
    LEVERAGE: 1.0,
    INDEX_SCALE: 1.0,
    CLASS_GROUP: "",
    PRODUCT_GROUP: "",
}
"""The facts of an underlying of which nothing is known or stated."""


def _completed(stated: InstrumentFacts, usable: Mapping[str, _Value]) -> InstrumentFacts:
    """What is stated, else what is known and usable, else what holds for an unknown underlying."""
    facts = {**_UNKNOWN, **usable, **_stated(stated)}
    return InstrumentFacts(
        UnderlyingClass(str(facts[CLASS])),
        float(facts[LEVERAGE]),
        float(facts[INDEX_SCALE]),
        str(facts[CLASS_GROUP]),
        str(facts[PRODUCT_GROUP]),
        stated.name,
    )


_ATTRIBUTE: Final = {CLASS: "underlying_class"}


def _stated(stated: InstrumentFacts) -> Mapping[str, _Value]:
    """The facts that are stated, by the market's column."""
    facts = {k: getattr(stated, _ATTRIBUTE.get(k, k)) for k in _UNKNOWN}
    return {k: v for k, v in facts.items() if v is not None}


def _known(found: KnownInstrument) -> Mapping[str, _Value]:
    """The facts known beyond those of an unknown underlying; its own name is no class group."""
    facts = {k: getattr(found, _ATTRIBUTE.get(k, k)) for k in _UNKNOWN}
    if facts[CLASS_GROUP] == found.symbol:
        facts[CLASS_GROUP] = ""
    return {k: v for k, v in facts.items() if v != _UNKNOWN[k]}


def _shared_out(
    stated: InstrumentFacts, found: KnownInstrument, day: date, policy: KnownUnderlyings
) -> tuple[Mapping[str, _Value], Mapping[str, _Value]]:
    """The facts known and not stated: those that are used, and those that are not."""
    gaps = {k: v for k, v in _known(found).items() if k not in _stated(stated)}
    if policy is KnownUnderlyings.ALL:
        return gaps, {}
    usable = dict(gaps)
    for field in found.unconfirmed & gaps.keys():
        least = _strictest(found.underlying_class)
        if field != CLASS:
            del usable[field]
        elif _is_laxer(found.underlying_class, least, day):
            usable[CLASS] = least
    return usable, {k: v for k, v in gaps.items() if usable.get(k) != v}


def _strictest(underlying_class: UnderlyingClass) -> UnderlyingClass:
    """The class of an index or fund of which no list says that it is broad-based."""
    is_index = underlying_class.is_index
    return UnderlyingClass.INDEX_NARROW if is_index else UnderlyingClass.ETF_NARROW


@lru_cache(maxsize=4096)
def _is_laxer(one: UnderlyingClass, other: UnderlyingClass, day: date) -> bool:
    """Whether any number of one class asks less than that of the other, in either regime."""
    return any(a < b for a, b in zip(_numbers(one, day), _numbers(other, day), strict=True))


def _numbers(of: UnderlyingClass, day: date) -> tuple[float, ...]:
    """The numbers that rise with a requirement and go by class; 0 where the day has none."""
    ranges, options = portfolio_rules(day).ranges, strategy_rules(day)
    held_long = {
        UnderlyingClass.ETN: options.stock.note_long_rate,
        UnderlyingClass.ETF_EXEMPT: options.exempt_securities.exempt_fund_rate,
        UnderlyingClass.MONEY_MARKET: options.exempt_securities.money_market_rate,
        UnderlyingClass.TREASURY: min(options.exempt_securities.treasury_rate.values()),
    }.get(of, options.stock.long_stock_maintenance_rate)
    reach = (ranges[of].up, ranges[of].down) if of in ranges else (0.0, 0.0)
    rates = (
        options.short_options.underlying_rate,
        options.short_options.minimum_rate,
        options.long_options.long_option_rate,
    )
    return (*reach, held_long, *(by_class[of] for by_class in rates))


def _contradictions(
    stated: InstrumentFacts, found: KnownInstrument, day: date
) -> Iterator[InstrumentFinding]:
    """What is stated otherwise than it is known; groups are checked among their members."""
    for field, value in _stated(stated).items():
        known = getattr(found, _ATTRIBUTE.get(field, field))
        if field in (CLASS_GROUP, PRODUCT_GROUP) or value == known:
            continue
        if field == INDEX_SCALE and not found.underlying_class.is_index:
            continue  # what a share of a fund is of its index, which no requirement depends on
        lowers = _lowers(field, value, found, day)
        severity = Severity.WARNING if lowers else Severity.NOTE
        text = f"{found.symbol} as {_shown(value)}, known as {_shown(known)} ({found.where})"
        wanted = f"{_shown(known)}, or to be sure of it" if lowers else ""
        finding = _finding(severity, found, field, known, text, wanted)
        yield replace(finding, stated=_shown(value))


def _lowers(field: str, stated: _Value, found: KnownInstrument, day: date) -> bool:
    if isinstance(stated, UnderlyingClass):
        return _is_laxer(stated, found.underlying_class, day)
    if field == LEVERAGE and isinstance(stated, float):
        is_turned = stated * found.leverage < 0
        return is_turned or abs(stated) < abs(found.leverage)
    return True


def _of_gaps(
    stated: InstrumentFacts,
    found: KnownInstrument,
    usable: Mapping[str, _Value],
    withheld: Mapping[str, _Value],
    policy: KnownUnderlyings,
) -> Iterator[InstrumentFinding]:
    """What was used although nobody stated it, and what was not but would lower a requirement.

    A product group is not spoken of: it says nothing by itself, and its offset is not confirmed.
    """
    symbol = found.symbol
    if policy is KnownUnderlyings.STATE:
        for field, value in {**usable, **withheld}.items():
            text, wanted = f"{symbol} without its {field}", f"it stated: {_shown(value)} is known"
            yield _finding(Severity.ERROR, found, field, value, text, wanted)
        return
    if usable:
        facts = ", ".join(f"{field} {_shown(value)}" for field, value in usable.items())
        yield _finding(Severity.NOTE, found, "", facts, f"{symbol}: {facts}, known", "")
    for field, value in withheld.items():
        if field != PRODUCT_GROUP:
            text = f"{symbol}: {field} {_shown(value)} {NOT_USED}; state it to use it"
            yield _finding(Severity.NOTE, found, field, value, text, "")


def withheld(
    symbol: str, stated: InstrumentFacts, day: date, known: KnownInstruments
) -> Iterator[tuple[InstrumentFinding, InstrumentFacts]]:
    """What is known but not used, unconfirmed: each with the facts if it were stated."""
    found = known.find(symbol, day)
    if found is None or found.is_former:
        return
    policy = KnownUnderlyings.CONFIRMED
    usable, unused = _shared_out(stated, found, day, policy)
    for finding in _of_gaps(stated, found, {}, unused, policy):
        used = {**usable, finding.field: unused[finding.field]}
        yield finding, _completed(stated, used)


def _of_name(
    symbol: str, stated: InstrumentFacts, found: KnownInstrument
) -> Iterator[InstrumentFinding]:
    """A name that tells another factor than the tables: the symbol may be another's by now."""
    reading = read_name(stated.name)
    if reading and reading.is_certain and reading.factor != found.leverage:
        text = f"{symbol}, named {stated.name}, known as {found.name or found.known_as}"
        wanted = f"leverage stated: the name reads as {reading.factor:g}"
        yield _finding(Severity.WARNING, found, LEVERAGE, found.leverage, text, wanted)


def _of_unknown(
    symbol: str, stated: InstrumentFacts, former: KnownInstrument | None
) -> Iterator[InstrumentFinding]:
    """What a symbol that is not known, or of the past, and its name ask for."""
    if former and stated.underlying_class is None and stated.leverage is None:
        text = f"{symbol}, known as a former instrument: {former.name}"
        wanted = "class and leverage stated"
        yield _finding(Severity.WARNING, former, CLASS, former.underlying_class, text, wanted)
    reading = read_name(stated.name) if stated.name and stated.leverage is None else None
    if reading:
        severity = Severity.ERROR if reading.is_certain else Severity.WARNING
        known = f"{reading.factor:g}" if reading.is_certain else ""
        text = f"{symbol}, named {stated.name}, without its leverage"
        wanted = f"its factor stated{f': the name reads as {known}' if known else ''}"
        yield InstrumentFinding(severity, symbol, LEVERAGE, text, wanted, known)


def _finding(
    severity: Severity, found: KnownInstrument, field: str, known: _Value, text: str, wanted: str
) -> InstrumentFinding:
    return InstrumentFinding(
        severity, found.symbol, field, text, wanted, _shown(known), source=found.where
    )


def _shown(value: _Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
