"""What a journal has told as one table, comma-separated or Parquet: for programs that read files.

A row an event, each kind in columns of its own; the journal is only read, and may be in use.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any, Final

from xlmargin.errors import MarginError

_AT_ONCE: Final = 10_000
_NUMBERS: Final = (
    "account_value", "portfolio.requirement", "portfolio.excess", "portfolio.cushion",
    "portfolio.buying_power", "strategy.requirement", "strategy.excess", "strategy.cushion",
    "strategy.reg_t_excess", "value", "threshold", "warn", "alert", "broker", "difference",
)  # fmt: skip
_TEXTS: Final = (
    "regime", "as_of", "strategy.bound", "figure", "light", "was", "reason", "problem",
)  # fmt: skip
_STALE: Final = "stale"
COLUMNS: Final = (
    "sequence", "time", "kind", "account", "version", *_TEXTS, *_NUMBERS, _STALE,
)  # fmt: skip
"""Those of a state by the paths of its figures, those of alerts; empty where not of the kind."""

Row = list[Any]


@dataclass(frozen=True)
class Chosen:
    """Which events: after a sequence, before a time (s since 1970), of which accounts and kinds."""

    after: int = 0
    before: float = inf
    accounts: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()


def write_events(journal: Path, target: Path, chosen: Chosen) -> int:
    """Write the events of a journal that are chosen; how many they are.

    The ending of the target says how: .csv, or .parquet.
    """
    if not journal.is_file():
        raise MarginError(f"{journal.name}: found no file, wanted a journal of xlmargin serve.")
    try:
        write = _parquet if target.suffix.lower() == ".parquet" else _csv
        return write(target, _batches(journal, chosen))
    except (sqlite3.Error, ValueError) as error:
        raise MarginError(
            f"{journal.name}: {error}; wanted a journal of xlmargin serve."
        ) from error


def _batches(journal: Path, chosen: Chosen) -> Iterator[list[Row]]:
    """The rows of the table, so many at once, in their order."""
    query = (
        "SELECT sequence, at, version, type, account, body FROM event"
        " WHERE sequence > ? AND at < ? ORDER BY sequence"
    )
    with closing(sqlite3.connect(f"{journal.resolve().as_uri()}?mode=ro", uri=True)) as db:
        found = db.execute(query, (chosen.after, chosen.before))
        while batch := found.fetchmany(_AT_ONCE):
            rows = (_row(*each) for each in batch)
            yield [
                row
                for row in rows
                if (not chosen.kinds or row[2] in chosen.kinds)
                and (not chosen.accounts or row[3] in chosen.accounts)
            ]


def _row(sequence: int, at: float, version: int, type_: str, account: str, body: str) -> Row:
    data = json.loads(body)
    moment = dt.datetime.fromtimestamp(at, dt.UTC)
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)  # as the stream has it
    values = (_of(data, path) for path in (*_TEXTS, *_NUMBERS, _STALE))
    return [sequence, moment, type_.split(".")[-2], account, version, *values]


def _of(data: Mapping[str, Any], path: str) -> Any:
    found: Any = data
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _csv(target: Path, batches: Iterator[list[Row]]) -> int:
    count = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for rows in batches:
            writer.writerows([_text(cell) for cell in row] for row in rows)
            count += len(rows)
    return count


def _text(cell: Any) -> Any:
    if isinstance(cell, dt.datetime):
        return cell.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(cell).lower() if isinstance(cell, bool) else cell


def _parquet(target: Path, batches: Iterator[list[Row]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from xlmargin.history.written import WRITTEN_BY

    types: dict[str, pa.DataType] = {
        "sequence": pa.int64(), "time": pa.timestamp("ms", "UTC"), "kind": pa.string(),
        "account": pa.string(), "version": pa.int64(),
        **dict.fromkeys(_TEXTS, pa.string()), **dict.fromkeys(_NUMBERS, pa.float64()),
        _STALE: pa.bool_(),
    }  # fmt: skip
    schema, count = pa.schema(types, metadata=WRITTEN_BY), 0
    with pq.ParquetWriter(target, schema) as file:
        for rows in batches:
            columns = zip(*rows, strict=True) if rows else ([] for _ in COLUMNS)
            table = pa.table(dict(zip(COLUMNS, map(list, columns), strict=True)), schema=schema)
            file.write_table(table)
            count += len(rows)
    return count
