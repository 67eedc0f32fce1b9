"""Symbols of options and of shares, in every usual spelling, read without guessing.

The Options Symbology Initiative (OCC, 2010) spells a listed option in 21 characters: a root of six,
padded with blanks, the expiration as yymmdd, C or P, and the strike in thousandths of a dollar in
eight digits. Brokers drop the padding, put points or slashes into the date, write the strike in
dollars, or a whole sentence; all of these mean the same contract.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from xlmargin.contracts import InstrumentKind

_ROOT: Final = r"(?P<root>[A-Z0-9][A-Z0-9]{0,5}?|[A-Z]{1,5}[./ ][A-Z]{1,2})"
_RIGHT: Final = r"(?P<right>CALL|PUT|C|P)"
_DOLLARS: Final = r"\$?(?P<dollars>\d{1,5}(?:\.\d{1,4})?|\d{1,2},\d{3}(?:\.\d{1,4})?)"

_SLASHED: Final = r"(?P<m>\d{1,2})[/-](?P<d>\d{1,2})[/-](?P<y>\d{4}|\d{2})"
_ISO: Final = r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
_DAY_FIRST: Final = r"(?P<d>\d{1,2})[ ]?(?P<mon>[A-Z]{3})[ ]?'?(?P<y>\d{4}|\d{2})"
_MONTH_FIRST: Final = r"(?P<mon>[A-Z]{3})[ ]?(?P<d>\d{1,2}),?[ ]+'?(?P<y>\d{4}|\d{2})"

_SPELLINGS: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        # XYZ   261218C00500000, with or without padding; O:, - or . in front
        rf"(?:O:|[.-])?{_ROOT}[ _]*(?P<ymd>\d{{6}})(?P<right>[CP])(?P<thousandths>\d{{8}})",
        # XYZ261218C500, .XYZ261218C500, XYZ 261218 C 500
        rf"[.-]?{_ROOT}[ _]*(?P<ymd>\d{{6}})[ ]*{_RIGHT}[ ]*{_DOLLARS}",
        # XYZ 12/18/26 C500, XYZ 12/18/2026 500.00 C
        rf"{_ROOT}[ ]+{_SLASHED}[ ]+{_RIGHT}[ ]*{_DOLLARS}",
        rf"{_ROOT}[ ]+{_SLASHED}[ ]+{_DOLLARS}[ ]*{_RIGHT}",
        # XYZ 2026-12-18 C500, XYZ 2026-12-18 500 C
        rf"{_ROOT}[ ]+{_ISO}[ ]+{_RIGHT}[ ]*{_DOLLARS}",
        rf"{_ROOT}[ ]+{_ISO}[ ]+{_DOLLARS}[ ]*{_RIGHT}",
        # XYZ 18DEC26 500 C, XYZ DEC 18 '26 $500 CALL
        rf"{_ROOT}[ ]+{_DAY_FIRST}[ ]+{_DOLLARS}[ ]*{_RIGHT}",
        rf"{_ROOT}[ ]+{_MONTH_FIRST}[ ]+{_DOLLARS}[ ]*{_RIGHT}",
        # XYZ#L1826C052500: month A-L of calls, M-X of puts, day, year, decimals, strike
        rf"{_ROOT}#(?P<letter>[A-X])(?P<d>\d\d)(?P<y>\d\d)(?P<decimals>[CD])(?P<digits>\d{{6}})",
        # CALL XYZ 52.50 EXP 12-18-26
        rf"{_RIGHT}[ ]+{_ROOT}[ ]+{_DOLLARS}[ ]+EXP[ ]+{_SLASHED}",
        # CALL (XYZ) SAMPLE CORP DEC 18 26 $52.5 (100 SHS)
        rf"{_RIGHT}[ ]+\({_ROOT}\)[ ].*?{_MONTH_FIRST}[ ]+{_DOLLARS}"
        r"(?:[ ]*\((?P<multiplier>\d{1,6})[ ]SHS\))?",
    )
)
_BRACKET: Final = re.compile(r"[^\[\]]+\[(?P<symbol>[^\[\]]+)[ ](?P<multiplier>\d{1,6})\]")
"""XYZ DEC2026 52.5 C [XYZ   261218C00052500 100]: the symbol and the multiplier in brackets."""
_LIKE_AN_OPTION: Final = re.compile(
    r".*(?:\d{6}|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|\d{1,2} ?[A-Z]{3} ?'?\d{2}|"
    r"[A-Z]{3} ?\d{1,2},? +'?\d|#[A-X]\d{4}[A-Z]|[A-Z]\d{1,4}[CP]\d| \$?\d+(?:\.\d+)? ?[CP]\b|"
    r"\b(?:CALLS?|PUTS?) | (?:CALLS?|PUTS?)\b).*",
    re.ASCII,
)
_MONTHS: Final = tuple(month.upper() for month in calendar.month_abbr[1:])

LONGEST_SYMBOL: Final = 100
"""Characters in the longest spelling, which is a sentence; anything longer is not a symbol."""
GREATEST_STRIKE: Final = 100_000.0
"""$; a symbol has five digits for whole dollars, and a longer strike is in other units."""

_CLASS_LENGTHS: Final = (1, 2)
"""Letters of a class of shares, such as the B of BRK.B."""
_ADJUSTED: Final = re.compile(r"([A-Z]+)[1-9]", re.ASCII)
_SHARE: Final = re.compile(r"[A-Z0-9]{1,6}(\.[A-Z0-9]{1,3}){0,2}", re.ASCII)
_CLASS_SIGN: Final = re.compile(r"(?<=[A-Z])[/ -](?=[A-Z])", re.ASCII)
_CUSIP: Final = re.compile(r"\d{3}[A-Z0-9]{5}\d", re.ASCII)
_MONEY_FUND: Final = re.compile(r"[A-Z]{3}XX", re.ASCII)


_TERMINAL: Final = re.compile(
    r"(?P<name>[A-Z0-9./]+)(?P<market> [A-Z]{2})?(?P<option> .+)? (?:EQUITY|INDEX)", re.ASCII
)
"""XYZ US EQUITY, SPX INDEX, XYZ US 12/18/26 C500 EQUITY: as market data terminals write them."""
_TERMINAL_MARKETS: Final = frozenset(["", "US", "UA", "UF", "UN", "UP", "UQ", "UR", "UV", "UW"])
"""The United States together, and their exchanges."""
_EXCHANGE: Final = re.compile(
    r"(?:NASDAQ|NYSE|NYSE ?ARCA|NYSE ?AMERICAN|AMEX|ARCA|BATS|CBOE|OTC|INDEXSP|INDEXCBOE):",
    re.ASCII,
)
_ABROAD: Final = frozenset(
    [
        "AS", "AX", "BK", "BO", "BR", "CN", "CO", "DE", "HE", "HK", "IR", "JK", "JO", "KL", "KQ",
        "KS", "LS", "MC", "MI", "MX", "NE", "NS", "NZ", "OL", "PA", "SA", "SI", "SS", "SW", "SZ",
        "TA", "TO", "TW", "VI", "WA",
    ]
)  # fmt: skip
"""Endings of listings abroad, as quotes on the web have them; no class of US shares has these."""
_OF_PAIRS: Final = frozenset(
    ["USD", "USDT", "USDC", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "CNH", "BTC", "ETH"]
)
"""Endings of pairs of currencies, and of coins."""


@dataclass(frozen=True)
class OptionSymbol:
    """What an option symbol says: the contract, and the multiplier where the text names one.

    `root` is the option root (SPXW, not SPX; BRKB, not BRK.B); `strike` is in dollars per unit.
    """

    root: str
    expiration: dt.date
    right: InstrumentKind
    strike: float
    multiplier: float | None = None

    def __str__(self) -> str:
        """The symbol in OCC's own 21 characters."""
        right = self.right.name[0]
        return f"{self.root:<6}{self.expiration:%y%m%d}{right}{round(self.strike * 1000):08d}"


def read_option_symbol(text: str) -> OptionSymbol | None:
    """The contract that an option symbol names; None where the text is no option symbol.

    A date that does not exist, such as 30 February, makes the text no option symbol either; so does
    a compact strike of six or seven digits, which is in dollars or in thousandths, nobody knows.
    """
    text = text.strip().upper().replace("\u2019", "'")
    if len(text) > LONGEST_SYMBOL or not any(c.isdigit() for c in text):
        return None
    if (bracket := _BRACKET.fullmatch(text)) is not None:
        option = read_option_symbol(bracket["symbol"])
        return option and _with_multiplier(option, bracket["multiplier"])
    text = without_market(" ".join(text.split()))
    for spelling in _SPELLINGS:
        if match := spelling.fullmatch(text):
            return _from_match(match.groupdict())
    return None


def _with_multiplier(option: OptionSymbol, multiplier: str | None) -> OptionSymbol:
    stated = float(multiplier) if multiplier else None
    return OptionSymbol(option.root, option.expiration, option.right, option.strike, stated)


def _from_match(found: dict[str, str | None]) -> OptionSymbol | None:
    root = re.sub(r"[./ ]", "", found["root"] or "")
    if not any(c.isalpha() for c in root) or len(root) > 6:
        return None
    is_call = (found.get("right") or "C")[0] == "C"
    if letter := found.get("letter"):
        month = ord(letter) - ord("A")
        is_call = month < 12
        found = {**found, "m": str(month % 12 + 1)}
    expiration = _expiration(found)
    if expiration is None:
        return None
    if thousandths := found.get("thousandths"):
        strike = int(thousandths) / 1000
    elif digits := found.get("digits"):
        strike = int(digits) / (1000 if found["decimals"] == "C" else 10_000)
    else:
        strike = float((found["dollars"] or "0").replace(",", ""))
    if not 0 < strike < GREATEST_STRIKE:
        return None
    right = InstrumentKind.CALL if is_call else InstrumentKind.PUT
    return _with_multiplier(OptionSymbol(root, expiration, right, strike), found.get("multiplier"))


def _expiration(found: dict[str, str | None]) -> dt.date | None:
    if ymd := found.get("ymd"):
        year, month, day = int(ymd[:2]), int(ymd[2:4]), int(ymd[4:])
    else:
        year, day = int(found["y"] or 0), int(found["d"] or 0)
        name = found.get("mon")
        if name is not None and name not in _MONTHS:
            return None
        month = _MONTHS.index(name) + 1 if name else int(found["m"] or 0)
    try:
        return dt.date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return None


def adjusted_root(root: str) -> str:
    """The plain root of an adjusted one, "XYZ" of "XYZ1"; "" where a root is not adjusted."""
    match = _ADJUSTED.fullmatch(root)
    return match[1] if match else ""


def class_of_shares(root: str, shares: Container[str]) -> str:
    """The class among the shares that a plain option root delivers, or the root itself."""
    classes = (f"{root[:-length]}.{root[-length:]}" for length in _CLASS_LENGTHS)
    return next((share for share in classes if share in shares), root)


def looks_like_an_option(text: str) -> bool:
    """Whether a text holds a date, a strike or a right as options have: no ticker, read or not."""
    return bool(_LIKE_AN_OPTION.fullmatch(text.upper()))


def without_market(text: str) -> str:
    """A symbol without the US market that a terminal or a page of quotes adds to it."""
    if ":" in text and (exchange := _EXCHANGE.match(text)):
        return text[exchange.end() :].lstrip()
    found = _TERMINAL.fullmatch(text) if text.endswith(("EQUITY", "INDEX")) else None
    if found is None or (found["market"] or "").strip() not in _TERMINAL_MARKETS:
        return text
    return found["name"] + (found["option"] or "")


def is_of_no_us_market(symbol: str) -> bool:
    """Whether a symbol's ending names a market abroad, as XYZ.DE, or a currency, as BTC-USD."""
    first, sign, ending = symbol.replace("-", ".").replace("/", ".").rpartition(".")
    return bool(first and sign) and (ending in _OF_PAIRS or ("." in symbol and ending in _ABROAD))


def share_ticker(text: str) -> str:
    """A share's symbol with a point before its class, such as BRK.B; "" where it is none.

    None either is a symbol whose ending names a market abroad, such as XYZ.DE, or a currency.

    >>> [share_ticker(t) for t in ("brk/b", "BRK B", "BRK-B", "^SPX", "XYZ Corp", "=1")]
    ['BRK.B', 'BRK.B', 'BRK.B', 'SPX', '', '']
    >>> [share_ticker(t) for t in ("XYZ US Equity", "NYSE:XYZ", "XYZ GR Equity", "XYZ.DE", "C-USD")]
    ['XYZ', 'XYZ', '', '', '']
    """
    symbol = without_market(" ".join(text.upper().split()))
    symbol = _CLASS_SIGN.sub(".", symbol[1:] if symbol[:1] in ("^", "$") else symbol)
    return symbol if _SHARE.fullmatch(symbol) and not is_of_no_us_market(symbol) else ""


def is_cusip(symbol: str) -> bool:
    """Whether a symbol is a CUSIP number, as bonds and notes have."""
    return bool(_CUSIP.fullmatch(symbol))


def is_money_fund(symbol: str) -> bool:
    """Whether a fund's ticker says that it is a money market fund: five letters that end in XX."""
    return bool(_MONEY_FUND.fullmatch(symbol))
