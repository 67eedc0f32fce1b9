"""What is known of underlyings and option roots: facts by symbol, with source, date and certainty.

`KNOWN` are the rulebook's own tables, `KNOWN.extended_by(rows, file)` these and a user's own, whose
rows count as stated. For an option root `known.root(root, day)` answers underlying, style,
settlement and multiplier, None where the root is its own ticker; for each underlying `apply_known`
answers the facts to use beside those stated, which always win, and what is to be said of them.

Nothing is read from disk before the first question; then all tables once.
"""

from xlmargin.known_instruments.group_checks import GroupMember, check_groups
from xlmargin.known_instruments.instruments import (
    CLASS,
    InstrumentFinding,
    KnownAs,
    KnownRoot,
    RootKind,
)
from xlmargin.known_instruments.names import read_name
from xlmargin.known_instruments.policy import (
    KNOWN,
    NOT_USED,
    InstrumentFacts,
    KnownInstruments,
    apply_known,
    withheld,
)
from xlmargin.known_instruments.published import (
    NO_GROUPS,
    NOTHING_PUBLISHED,
    Groups,
    Listed,
    PointMoves,
    Product,
    PublishedGroups,
    Report,
)

__all__ = [
    "CLASS", "KNOWN", "NOTHING_PUBLISHED", "NOT_USED", "NO_GROUPS", "GroupMember", "Groups",
    "InstrumentFacts", "InstrumentFinding", "KnownAs", "KnownInstruments", "KnownRoot",
    "Listed", "PointMoves", "Product", "PublishedGroups", "Report", "RootKind", "apply_known",
    "check_groups", "read_name", "withheld",
]  # fmt: skip
