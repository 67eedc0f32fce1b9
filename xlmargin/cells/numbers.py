"""Numbers as people and brokers print them: "1,000", "$(1,234.56)", "5-", "4,000.00 USD", "12%".

A comma or dot may be a decimal point or part a thousand: such a text has a value in each style.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

NUMBER: Final = "a number"
_CODES: Final = """
USD EUR GBP CHF JPY CAD AUD NZD CNY CNH HKD SGD SEK NOK DKK MXN BRL ZAR INR KRW TWD THB ILS PLN CZK
HUF TRY RUB GBX ARS CLP COP PEN MYR IDR PHP SAR AED RON
"""
CURRENCIES: Final = frozenset(_CODES.split())
"""Codes of currencies that stand beside an amount or in a column of their own."""

_SIGN_OF: Final = {"€": "EUR", "£": "GBP", "¥": "JPY"}
_CURRENCY: Final = re.compile(r"US\$|[$€£¥]|(?<![A-Z])[A-Z]{3}(?![A-Z])")
_BODY: Final = re.compile(
    r"(?P<us>\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+\.\d*|\.\d+)|"
    r"(?P<eu>\d{1,3}(?:\.\d{3})+(?:,\d*)?|\d+,\d*|,\d+)|(?P<whole>\d+)",
    re.ASCII,
)
_GROUPED: Final = re.compile(r"(?<=\d)[ '](?=\d{3}(?!\d))", re.ASCII)
_EITHER_COMMA: Final = re.compile(r"\d{1,3},\d{3}", re.ASCII)
EITHER_DOT: Final = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
"""What is a few units and their fraction in one style, and thousands in the other."""
LONGEST_NUMBER: Final = 40


class NumberStyle(Enum):
    """Which sign is the decimal point."""

    US = "1,234.56"
    EUROPEAN = "1.234,56"


@dataclass(frozen=True)
class Number:
    """What a text says: its value in each style, NaN where it has none, and what surrounds it."""

    us: float
    eu: float
    is_percent: bool = False
    currency: str = ""

    is_grouped: bool = False
    """Whether it can only be European: thousands by dots, and a comma or more than one of them."""

    @property
    def style(self) -> NumberStyle | None:
        """The style that the text itself shows; None where it fits both, or might be a slip."""
        if np.isnan(self.eu):
            return NumberStyle.US
        return NumberStyle.EUROPEAN if np.isnan(self.us) and self.is_grouped else None


def parse(text: str) -> Number | None:
    """The number in a cleaned text; None where it is none.

    >>> [parse(t).us for t in ("$(1,234.56)", "(40)", "5-", "-$.31", "4,000.00 USD", "12%")]
    [-1234.56, -40.0, -5.0, -0.31, 4000.0, 0.12]
    >>> parse("1.000").us, parse("1.000").eu, parse("putt")
    (1.0, 1000.0, None)
    """
    if len(text) > LONGEST_NUMBER or not any(c.isdigit() for c in text):
        return None
    text = text.removeprefix("'")  # which keeps a spreadsheet from reading a number
    body, currencies = text.upper(), _CURRENCY.findall(text.upper())
    for found in currencies:
        if len(found) == 3 and found != "US$" and found not in CURRENCIES:
            return None
        body = body.replace(found, " ", 1)
    codes = {_SIGN_OF.get(c, "USD" if "$" in c else c) for c in currencies}
    percent = body.count("%")
    body = body.replace("%", " ").strip()
    signs = body[:1] + body[-1:] if len(body) > 1 else ""
    negative = signs == "()" or "-" in signs
    if signs == "()":
        body = body[1:-1].strip()
    elif len(set(signs) & {"-", "+"}) == 1 and signs not in ("--", "++"):
        body = (body[1:] if body[0] in "+-" else body[:-1]).strip()
    match = _BODY.fullmatch(_GROUPED.sub("", body))
    if match is None or len(codes) > 1 or percent > 1:
        return None
    us, eu = _both(match)
    scale = (-1 if negative else 1) * (0.01 if percent else 1)
    grouped = match["eu"] is not None and "." in match["eu"]
    code = next(iter(codes), "")
    return Number(_scaled(us, scale), _scaled(eu, scale), bool(percent), code, grouped)


def _scaled(value: float, scale: float) -> float:
    return round(value / 100, 15) * (1 if scale > 0 else -1) if abs(scale) < 1 else value * scale


def _both(match: re.Match[str]) -> tuple[float, float]:
    """The value as the US and as Europe read it; NaN where that is no number."""
    text = match[0]
    if match["whole"]:
        return float(text), float(text)
    us = float(text.replace(",", "")) if match["us"] else np.nan
    eu = float(text.replace(".", "").replace(",", ".")) if match["eu"] else np.nan
    if EITHER_DOT.fullmatch(text):
        eu = float(text.replace(".", ""))
    elif _EITHER_COMMA.fullmatch(text):
        eu = float(text.replace(",", "."))
        us = np.nan if text.startswith("0") else us
    return us, eu
