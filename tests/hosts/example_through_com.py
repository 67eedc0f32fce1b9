"""The examples through the real classic xlwings, printed as JSON; see `fake_windows`."""

from __future__ import annotations

import json
import sys

from tests.hosts import fake_windows


def main() -> None:
    """Print the answers, each number as its bits."""
    fake_windows.install()
    from tests.hosts.classic_excel import com_argument, full
    from tests.hosts.example_calls import CALLS, bits
    from xlmargin import udfs

    answers = []
    for name, arguments in CALLS:
        given = [com_argument(a) for a in full(getattr(udfs, name), arguments)]
        answers.append(bits(fake_windows.call("xlmargin.udfs", name, given)))
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
