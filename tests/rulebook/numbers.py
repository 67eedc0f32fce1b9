"""What the sources say, by hand: the rows of `numbers.csv`, and those of the houses."""

import csv
from pathlib import Path

with (Path(__file__).parent / "numbers.csv").open(encoding="utf-8") as table:
    TABLE = list(csv.DictReader(table))
HOUSE = "house/"


def of_houses(*names: str) -> dict[tuple[str, str], float]:
    """The numbers of these names without a key, by house and name; the last day's."""
    return {
        (row["file"].removeprefix(HOUSE), row["name"]): float(row["value"])
        for row in sorted(TABLE, key=lambda row: row["effective"])
        if row["file"].startswith(HOUSE) and row["name"] in names and not row["key"]
    }


def with_ranges() -> set[str]:
    """The houses that publish valuation ranges of their own."""
    return {
        row["file"].removeprefix(HOUSE)
        for row in TABLE
        if row["file"].startswith(HOUSE) and row["name"].startswith("valuation_range")
    }
