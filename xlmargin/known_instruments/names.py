"""Names of leveraged and inverse funds, for symbols that no table knows.

A named family or a number before an x tells the factor. The words ultra, bull, bear, daily and
short alone mean nothing: most funds that have one of them in their names are not leveraged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import isnan, nan
from typing import Final

from xlmargin.rulebook.files import packaged

_NUMBER: Final = re.compile(r"(?<![\w.])([+-]?\d+(?:\.\d+)?) ?x(?=leveraged|\b)", re.I | re.ASCII)
_INVERSE: Final = re.compile(r"\b(bear|short|inverse)\b", re.I)
_OTHERWISE: Final = re.compile(
    r"income|option|buffer|premium|covered|collar|enhanced|defined|long/short"
    r"|short.*(term|duration|maturity)",
    re.I,
)
"""Names in which such a number is no factor of a fund."""
_UNTOLD: Final = re.compile(r"\b(leveraged|inverse)\b", re.I)


@dataclass(frozen=True)
class NameReading:
    """What a fund's name says of its factor: NaN where it says leveraged or inverse and no more."""

    factor: float

    @property
    def is_certain(self) -> bool:
        """Whether a number or a named family told the factor."""
        return not isnan(self.factor)


def read_name(name: str) -> NameReading | None:
    """The factor that a fund's name tells; None where the name is no leveraged fund's."""
    otherwise = _OTHERWISE.search(name)
    for family, issuer, factor in _families():
        if issuer.lower() in name.lower() and re.search(rf"\b{family}\b", name, re.I):
            return None if otherwise and family == "Short" else NameReading(factor)
    if otherwise:
        return None
    number = _NUMBER.search(name)
    if number:
        factor = float(number.group(1))
        is_negative = factor > 0 and _INVERSE.search(name)
        return _leveraged(-factor if is_negative else factor)
    return NameReading(nan) if _UNTOLD.search(name) else None


def _leveraged(factor: float) -> NameReading | None:
    return NameReading(factor) if factor not in (0, 1) else None


@cache
def _families() -> Sequence[tuple[str, str, float]]:
    """Families of leveraged funds: words of the name, the issuer's name, the factor."""
    from csv import DictReader

    rows = DictReader(packaged("instruments/name_families.csv").splitlines())
    return [(row["family"], row["issuer"], float(row["factor"])) for row in rows]
