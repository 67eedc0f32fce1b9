"""What is known of underlyings and option roots: facts by symbol, with source, date and certainty.

How a reader uses it:

1. `known = KNOWN` are the rulebook's own tables; `KNOWN.extended_by(rows, file)` are these and a
   user's own, whose rows count as stated by the user.
2. For an option root, `known.root(root, day)` answers the underlying, style, settlement and
   multiplier; None for a plain root, whose underlying is the ticker itself. `known.ticker(symbol)`
   answers a class share in the spelling of the tables: BRK/B, BRK B, BRKB are BRK.B.
3. For each underlying, once its market row is read (None where the row does not state a field),
   `apply_known(symbol, Facts(...), day, policy, known)` answers the facts to use, none of them
   None, and the findings: each has a severity, the field, and a text for the check. A statement
   always wins. An error refuses; its field is the market's column.
4. `check_groups(members, day, known)` answers the findings about the class groups stated.

Nothing is read from disk before the first question; then all tables once.
"""

from xlmargin.known_instruments.group_checks import GroupMember, check_groups
from xlmargin.known_instruments.instruments import (
    CLASS,
    Finding,
    KnownAs,
    KnownInstrument,
    KnownRoot,
    RootKind,
)
from xlmargin.known_instruments.names import NameReading, read_name
from xlmargin.known_instruments.policy import (
    KNOWN,
    NOT_USED,
    Facts,
    KnownInstruments,
    apply_known,
    withheld,
)
from xlmargin.known_instruments.published import (
    NO_GROUPS,
    NOTHING_PUBLISHED,
    Groups,
    Listed,
    Moves,
    Product,
    PublishedGroups,
    Report,
)

__all__ = [
    "CLASS",
    "KNOWN",
    "NOTHING_PUBLISHED",
    "NOT_USED",
    "NO_GROUPS",
    "Facts",
    "Finding",
    "GroupMember",
    "Groups",
    "KnownAs",
    "KnownInstrument",
    "KnownInstruments",
    "KnownRoot",
    "Listed",
    "Moves",
    "NameReading",
    "Product",
    "PublishedGroups",
    "Report",
    "RootKind",
    "apply_known",
    "check_groups",
    "read_name",
    "withheld",
]
