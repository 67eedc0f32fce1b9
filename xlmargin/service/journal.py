"""The journal: what was accepted, and what was told of it, on disk before anybody hears of it.

One SQLite file, with a log ahead of it that is flushed at each commit: a process that is killed,
or a machine that loses its power, has lost nothing that was answered. What is accepted is written
over one connection, what is found over another, and each of them by one thread at a time.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from xlmargin.errors import MarginError
from xlmargin.service.problems import Refusal

SECONDS: Final = 2.0
"""How long a lock of another process is waited for."""
_LAYOUT: Final = 1
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS range (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS position (place INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS price (
    symbol TEXT PRIMARY KEY, price REAL NOT NULL, at REAL NOT NULL, version INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event (
    sequence INTEGER PRIMARY KEY, at REAL NOT NULL, version INTEGER NOT NULL,
    type TEXT NOT NULL, account TEXT NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS told (
    kind TEXT NOT NULL, account TEXT NOT NULL, sequence INTEGER NOT NULL, at REAL NOT NULL,
    version INTEGER NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (kind, account)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS request (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, answer TEXT NOT NULL, at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS place (
    receiver TEXT PRIMARY KEY, sequence INTEGER NOT NULL
) WITHOUT ROWID;
"""


class JournalUnwritten(Refusal):
    """The journal takes nothing: nothing that was sent counts, and the figures stay."""

    status = 503


@dataclass(frozen=True)
class JournalEvent:
    """What was told of an account: of which kind, when (s since 1970), and of which version.

    `kind` tells what a later event takes the place of, `data` is JSON.
    """

    sequence: int
    at: float
    version: int
    type: str
    account: str
    data: str
    kind: str = "state"


@dataclass(frozen=True)
class Stored:
    """All that was accepted: the ranges, the records of positions by place, prices by symbol."""

    version: int
    ranges: Mapping[str, Any] = field(default_factory=dict)
    positions: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    prices: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Accepted:
    """A change as it is written; None for what it does not touch.

    `positions` are records by place, None for one that is gone; `all_anew` takes them, and the
    ranges, in the place of all there were, and forgets the prices. `request` is the key of an
    answer, the digest of what was asked, and the answer.
    """

    version: int
    ranges: Mapping[str, Any] = field(default_factory=dict)
    positions: Mapping[int, Mapping[str, Any] | None] = field(default_factory=dict)
    prices: Mapping[str, float] = field(default_factory=dict)
    all_anew: bool = False
    request: tuple[str, str, Mapping[str, Any]] | None = None


class Journal:
    """The journal in a file, made where there is none; its owner's alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        with _journal_errors():
            self._accepting, self._finding = _connection(path), _connection(path)
            self._accepting.executescript(_TABLES)
            self._refuse_damaged()
            self.id = self._about("id", secrets.token_hex(8))
            layout = self._about("layout", str(_LAYOUT))
        if layout != str(_LAYOUT):
            raise MarginError(f"{path.name}: a journal of another version of xlmargin.")

    def close(self) -> None:
        """Close it."""
        self._accepting.close()
        self._finding.close()

    def accept(self, change: Accepted) -> None:
        """Write a change; refused as a whole where the disk takes it not."""
        db, now = self._accepting, time.time()
        with _journal_errors(), db:
            db.execute("BEGIN IMMEDIATE")
            if change.all_anew:
                for table in ("range", "position", "price"):
                    db.execute(f"DELETE FROM {table}")
            db.executemany("REPLACE INTO range VALUES (?, ?)", _json_of(change.ranges))
            gone = [(place,) for place, record in change.positions.items() if record is None]
            db.executemany("DELETE FROM position WHERE place = ?", gone)
            kept = {p: r for p, r in change.positions.items() if r is not None}
            db.executemany("REPLACE INTO position VALUES (?, ?)", _json_of(kept))
            db.executemany(
                "REPLACE INTO price VALUES (?, ?, ?, ?)",
                [(symbol, price, now, change.version) for symbol, price in change.prices.items()],
            )
            if change.request is not None:
                key, digest, answer = change.request
                row = key, digest, json.dumps(answer), now
                db.execute("REPLACE INTO request VALUES (?, ?, ?, ?)", row)
            version = str(change.version)
            db.execute("REPLACE INTO about VALUES ('version', ?)", (version,))

    def tell(self, events: Iterable[JournalEvent]) -> None:
        """Write what is told, all of it or nothing."""
        db, listed = self._finding, list(events)
        with _journal_errors(), db:
            db.execute("BEGIN IMMEDIATE")
            db.executemany(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)",
                [(e.sequence, e.at, e.version, e.type, e.account, e.data) for e in listed],
            )
            db.executemany(
                "REPLACE INTO told VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(e.kind, e.account, e.sequence, e.at, e.version, e.type, e.data) for e in listed],
            )

    def answered(self, key: str, since: float) -> tuple[str, Mapping[str, Any]] | None:
        """The digest of what was asked by a key since a time, and its answer; None if not."""
        query = "SELECT digest, answer FROM request WHERE key = ? AND at >= ?"
        with _journal_errors():
            row = self._accepting.execute(query, (key, since)).fetchone()
        return row and (row[0], json.loads(row[1]))

    def stored(self) -> Stored:
        """All that was accepted."""
        db = self._accepting
        with _journal_errors():
            ranges = db.execute("SELECT name, body FROM range").fetchall()
            positions = db.execute("SELECT place, body FROM position ORDER BY place").fetchall()
            prices = dict(db.execute("SELECT symbol, price FROM price"))
            version = int(self._about("version", "0"))
        return Stored(
            version,
            {name: json.loads(body) for name, body in ranges},
            {place: json.loads(body) for place, body in positions},
            prices,
        )

    def last_events(self) -> list[JournalEvent]:
        """The latest event of each kind and account, in their order."""
        query = (
            "SELECT sequence, at, version, type, account, body, kind FROM told ORDER BY sequence"
        )
        return self._events(query)

    def events_after(self, sequence: int, most: int) -> list[JournalEvent]:
        """So many of the events after one."""
        query = (
            "SELECT sequence, at, version, type, account, body FROM event"
            " WHERE sequence > ? ORDER BY sequence LIMIT ?"
        )
        return self._events(query, sequence, most)

    def bounds(self) -> tuple[int, int]:
        """The sequence of the first event that is kept, and of the last that was told; 1, 0."""
        query = (
            "SELECT min(sequence), max(sequence) FROM event"
            " UNION ALL SELECT NULL, max(sequence) FROM told"
        )
        with _journal_errors(), closing(_connection(self.path)) as db:
            (first, last), (_, last_event) = db.execute(query).fetchall()
        last = max(last or 0, last_event or 0)
        return first or last + 1, last

    def place_of(self, receiver: str) -> int | None:
        """The sequence of the last event that a receiver has taken; None for one that is new."""
        query = "SELECT sequence FROM place WHERE receiver = ?"
        with _journal_errors(), closing(_connection(self.path)) as db:
            row = db.execute(query, (receiver,)).fetchone()
        return row and int(row[0])

    def keep_place(self, receiver: str, sequence: int) -> None:
        """Write up to where a receiver has taken events; a lost power may repeat the last ones."""
        with _journal_errors(), closing(_connection(self.path)) as db:
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("REPLACE INTO place VALUES (?, ?)", (receiver, sequence))

    def forget(self, sent_before: float, answered_before: float) -> None:
        """Forget events and answers to requests before these times; the latest of each kind stay.

        The last event stays too: sequences go on from it.
        """
        with _journal_errors(), self._finding:
            self._finding.execute("BEGIN IMMEDIATE")
            self._finding.execute(
                "DELETE FROM event WHERE at < ? AND sequence < (SELECT max(sequence) FROM event)",
                (sent_before,),
            )
            self._finding.execute("DELETE FROM request WHERE at < ?", (answered_before,))

    @property
    def size(self) -> int:
        """Bytes on disk, the log ahead of it included."""
        files = (self.path, self.path.with_name(self.path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def _events(self, query: str, *values: Any) -> list[JournalEvent]:
        """Events, over a connection of their own: readers wait for nobody."""
        with _journal_errors(), closing(_connection(self.path)) as db:
            return [JournalEvent(*row) for row in db.execute(query, values)]

    def _about(self, name: str, otherwise: str) -> str:
        db = self._accepting
        with db:
            db.execute("INSERT OR IGNORE INTO about VALUES (?, ?)", (name, otherwise))
        (value,) = db.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return str(value)

    def _refuse_damaged(self) -> None:
        found = [row[0] for row in self._accepting.execute("PRAGMA quick_check(3)")]
        if found != ["ok"]:
            raise sqlite3.DatabaseError(found[0])


def _connection(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=SECONDS, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    return db


def _json_of(bodies: Mapping[Any, Any]) -> Iterator[tuple[Any, str]]:
    return ((name, json.dumps(body)) for name, body in bodies.items())


@contextmanager
def _journal_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise JournalUnwritten(f"journal: {error}.") from error
