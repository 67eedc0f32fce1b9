"""Answers calls as an Office.js add-in hands them on: a line of JSON each, in and out."""

from __future__ import annotations

import json
import sys

from xlmargin import udfs  # noqa: F401  (registers the functions)
from xlmargin.excel.worksheet_function import REGISTRY


def main() -> None:
    """Answer until there are no more calls."""
    for line in sys.stdin:
        call = json.loads(line)
        print(json.dumps(REGISTRY[call["name"]].function(*call["arguments"])), flush=True)


if __name__ == "__main__":
    main()
