"""States and events without nesting: states as records of flat names, and tables in files.

A name is the path of a figure, such as `portfolio.excess`. In the table of a journal an event is a
row, each kind in columns of its own; the journal is only read, and may be in use.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any, Final, TextIO

from xlmargin.errors import MarginError

_AT_ONCE: Final = 10_000
_FIGURES: Final = (
    "account_value", "portfolio.requirement", "portfolio.excess", "portfolio.cushion",
    "portfolio.buying_power", "strategy.requirement", "strategy.excess", "strategy.cushion",
    "strategy.reg_t_excess",
)  # fmt: skip
_OF_STATE: Final = ("account", "version", "regime", *_FIGURES, "strategy.bound", "stale", "as_of")
_NUMBERS: Final = (*_FIGURES, "value", "threshold", "warn", "alert", "broker", "difference")
_TEXTS: Final = (
    "regime", "as_of", "strategy.bound", "figure", "light", "was", "reason", "problem",
)  # fmt: skip
COLUMNS: Final = (
    "sequence", "time", "kind", "account", "version", *_TEXTS, *_NUMBERS, "stale",
)  # fmt: skip
"""Those of a state by the paths of its figures, those of alerts; empty where not of the kind."""

Row = dict[str, Any]


def flat_state(state: Mapping[str, Any]) -> Row:
    """A state with the paths of its figures as their names, the same ones in every state.

    None is what is not known, or not permitted; what stands beside a state follows.
    """
    found = dict(_flat(state))
    found.pop("portfolio", None)  # not permitted, and each of its figures is None
    return {**dict.fromkeys(_OF_STATE), **found}


def states_file(states: Iterable[Mapping[str, Any]]) -> str:
    """A row an account, below one of headings; empty is what is not known, or not permitted.

    No text in it is a formula to a sheet: names of accounts that would be one are refused.
    """
    file = StringIO()
    _write_csv(file, _OF_STATE, map(flat_state, states))
    return file.getvalue()


@dataclass(frozen=True)
class Chosen:
    """Which events: after a sequence, of which accounts and kinds."""

    after: int = 0
    accounts: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()

    def has(self, row: Row) -> bool:
        """Whether an event is of the accounts and kinds."""
        of_kind = not self.kinds or row["kind"] in self.kinds
        return of_kind and (not self.accounts or row["account"] in self.accounts)


def write_events(journal: Path, target: Path, chosen: Chosen) -> int:
    """Write the events of a journal that are chosen; how many they are.

    The ending of the target says how: .csv, or .parquet.
    """
    if not journal.is_file():
        raise MarginError(f"{journal.name}: found no file, wanted a journal of xlmargin serve.")
    batches = _batches(journal, chosen)
    try:
        if target.suffix.lower() == ".parquet":
            return _write_parquet(target, batches)
        with target.open("w", encoding="utf-8", newline="") as file:
            return _write_csv(file, COLUMNS, chain.from_iterable(batches))
    except (sqlite3.Error, ValueError) as error:
        raise MarginError(
            f"{journal.name}: {error}; wanted a journal of xlmargin serve."
        ) from error


def _batches(journal: Path, chosen: Chosen) -> Iterator[list[Row]]:
    """The rows of the table, so many at once, in their order."""
    query = (
        "SELECT sequence, at, version, type, account, body FROM event"
        " WHERE sequence > ? ORDER BY sequence"
    )
    with closing(sqlite3.connect(f"{journal.resolve().as_uri()}?mode=ro", uri=True)) as db:
        found = db.execute(query, (chosen.after,))
        while batch := found.fetchmany(_AT_ONCE):
            yield [row for row in (_row(*each) for each in batch) if chosen.has(row)]


def _row(sequence: int, at: float, version: int, type_: str, account: str, body: str) -> Row:
    moment = dt.datetime.fromtimestamp(at, dt.UTC)
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)  # as the stream has it
    event = {"sequence": sequence, "time": moment, "kind": type_.split(".")[-2]}
    return {**dict(_flat(json.loads(body))), **event, "account": account, "version": version}


def _flat(given: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, found in given.items():
        if isinstance(found, Mapping):
            yield from _flat(found, f"{before}{name}.")
        else:
            yield f"{before}{name}", found


def _write_csv(file: TextIO, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Write rows below their headings; how many they are."""
    writer, count = csv.writer(file), 0
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_text(row.get(name)) for name in columns])
        count += 1
    return count


def _text(cell: Any) -> Any:
    if isinstance(cell, dt.datetime):
        return cell.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(cell).lower() if isinstance(cell, bool) else cell


def _write_parquet(target: Path, batches: Iterator[list[Row]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from xlmargin.history.written import WRITTEN_BY

    types: dict[str, pa.DataType] = {
        **dict.fromkeys(COLUMNS, pa.string()), **dict.fromkeys(_NUMBERS, pa.float64()),
        "sequence": pa.int64(), "version": pa.int64(), "time": pa.timestamp("ms", "UTC"),
        "stale": pa.bool_(),
    }  # fmt: skip
    schema, count = pa.schema(types, metadata=WRITTEN_BY), 0
    with pq.ParquetWriter(target, schema) as file:
        for rows in batches:
            file.write_table(pa.Table.from_pylist(rows, schema))
            count += len(rows)
    return count
