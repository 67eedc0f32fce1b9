"""What a command of ours says, without what a package says beside it."""

from __future__ import annotations

_BANNERS = ("Running HiGHS", "Includes third-party software")
"""How the lines begin that HiGHS from 1.16 writes, which standard output is kept free of."""


def of_ours(said: str) -> str:
    """The lines of standard error that are our own."""
    lines = said.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(_BANNERS))
