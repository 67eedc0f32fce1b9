"""Second looks at a market that can be read: warnings only, for the market is the user's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from xlmargin.excel.findings import Findings
from xlmargin.known_instruments import KNOWN
from xlmargin.market import Underlying

MOST_APART: Final = 0.05
"""Share by which full indexes of one class group may differ before that is worth a look."""


def check_classes(range_: str, underlyings: Iterable[Underlying], findings: Findings) -> None:
    """A warning for each underlying that is known to be of another class or leverage."""
    for underlying in underlyings:
        known = KNOWN.find(underlying.symbol)
        if known is None or known.is_former:
            continue
        symbol, class_ = underlying.symbol, underlying.underlying_class
        if known.underlying_class is not class_:
            wanted = f"{known.underlying_class}, as {symbol} is known"
            findings.warning(range_, underlying.row, "class", f"{symbol} as {class_}", wanted)
        if known.leverage != underlying.leverage:
            found, wanted = f"{symbol} as {underlying.leverage:g}", f"{known.leverage:g}"
            findings.warning(range_, underlying.row, "leverage", found, f"{wanted}, as it is known")


def check_index_scales(range_: str, underlyings: Iterable[Underlying], findings: Findings) -> None:
    """A warning where two indexes of a class group are not one index, each at its scale."""
    first: dict[str, Underlying] = {}
    for underlying in underlyings:
        if not underlying.class_group or not underlying.underlying_class.is_index:
            continue
        other = first.setdefault(underlying.group, underlying)
        full, whole = underlying.spot / underlying.index_scale, other.spot / other.index_scale
        if abs(full - whole) > MOST_APART * whole:
            found = f"{underlying.symbol} {underlying.spot:g} at scale {underlying.index_scale:g}"
            wanted = f"a full index near the {whole:.6g} of {other.symbol}, {underlying.group}"
            findings.warning(range_, underlying.row, "index_scale", found, wanted)
