"""The journal: what was accepted, and what was told of it, on disk before anybody hears of it.

One SQLite file, with a log ahead of it that is flushed at each commit: a process that is killed,
or a machine that loses its power, has lost nothing that was answered. What is accepted is written
over one connection, what is found over another, one at a time. A journal has one process: two would
each take the other's versions for their own.
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
from threading import Lock
from typing import Any, Final

from xlmargin.errors import MarginError
from xlmargin.service.problems import Refusal

SECONDS: Final = 0.2
"""How long a lock of another process is waited for: prices come again, and who sends them waits."""
_LAYOUT: Final = 1
_EVERY: Final = 2**63 - 1
"""More than any sequence is."""
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS range (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS position (place INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS price (
    symbol TEXT PRIMARY KEY, price REAL NOT NULL, at REAL NOT NULL, version INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS margined (
    symbol TEXT PRIMARY KEY, price REAL NOT NULL, version INTEGER NOT NULL
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

    def __init__(self, error: sqlite3.Error) -> None:
        super().__init__(503, f"journal: {error}.")


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
    """All that was accepted: the ranges, the records of positions by place, prices by symbol.

    `margined` are the prices, $, at which the figures that were told last stand.
    """

    version: int
    ranges: Mapping[str, Any] = field(default_factory=dict)
    positions: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    prices: Mapping[str, float] = field(default_factory=dict)
    margined: Mapping[str, float] = field(default_factory=dict)


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
    """The journal in a file, made where there is none; its owner's alone.

    Refused where another process keeps it, and where it is damaged: with the last version that can
    be read in it, and the one that its `copy` has.
    """

    def __init__(self, path: Path, copy: Path | None = None) -> None:
        self.path = path
        self._copy = copy
        self._writing = Lock()
        self._opened = [_owned(path)]
        try:
            self._refuse_damaged()
            _own_file(path)
            with _journal_errors():
                for _ in range(2):
                    self._opened.append(_connection(path))
                _, self._accepting, self._finding = self._opened
                self._accepting.executescript(_TABLES)
                self.id = self._about("id", secrets.token_hex(8))
                layout = self._about("layout", str(_LAYOUT))
            if layout != str(_LAYOUT):
                raise MarginError(f"{path.name}: a journal of another version of xlmargin.")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close it."""
        for connection in reversed(self._opened):
            connection.close()

    def copy_to(self, target: Path) -> None:
        """Write a copy of now in the place of a file; who accepts or tells meanwhile goes on.

        It is a journal of its own: a reader of events that comes from the other one is told all
        states first.
        """
        fresh = target.with_name(f"{target.name}.new")
        fresh.unlink(missing_ok=True)
        _own_file(fresh)
        with _journal_errors(), closing(_connection(self.path)) as db:
            db.execute("VACUUM INTO ?", (str(fresh),))
        with _journal_errors(), closing(sqlite3.connect(fresh, isolation_level=None)) as db:
            db.execute("UPDATE about SET value = ? WHERE name = 'id'", (secrets.token_hex(8),))
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        fresh.replace(target)

    def accept(self, change: Accepted) -> None:
        """Write a change; refused as a whole where the disk takes it not."""
        db, now = self._accepting, time.time()
        with self._writing, _journal_errors(), db:
            db.execute("BEGIN IMMEDIATE")
            if change.all_anew:
                for table in ("range", "position", "price", "margined"):
                    db.execute(f"DELETE FROM {table}")
                db.execute("REPLACE INTO about VALUES ('put', ?)", (str(change.version),))
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

    def tell(
        self,
        events: Iterable[JournalEvent],
        version: int = 0,
        margined: Mapping[str, float] | None = None,
    ) -> None:
        """Write what is told, all of it or nothing, and the prices, $, of figures of a version.

        Those of figures of a book in the place of which another was put count no more.
        """
        db, listed = self._finding, list(events)
        prices = [(symbol, price, version) for symbol, price in (margined or {}).items()]
        with self._writing, _journal_errors(), db:
            db.execute("BEGIN IMMEDIATE")
            db.executemany(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)",
                [(e.sequence, e.at, e.version, e.type, e.account, e.data) for e in listed],
            )
            db.executemany(
                "REPLACE INTO told VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(e.kind, e.account, e.sequence, e.at, e.version, e.type, e.data) for e in listed],
            )
            db.executemany("REPLACE INTO margined VALUES (?, ?, ?)", prices)

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
            version, put = int(self._about("version", "0")), int(self._about("put", "0"))
            query = "SELECT symbol, price FROM margined WHERE version >= ?"
            margined = dict(db.execute(query, (put,)))
        try:
            return Stored(
                version,
                {name: json.loads(body) for name, body in ranges},
                {place: json.loads(body) for place, body in positions},
                prices,
                margined,
            )
        except ValueError as error:
            raise self._damaged(f"what was accepted is no JSON: {error}") from error

    def last_events(self, until: int = _EVERY) -> list[JournalEvent]:
        """The latest event of each kind and account, in their order; of those up to one alone.

        What a later one has taken the place of is not there: that one comes after these.
        """
        query = (
            "SELECT sequence, at, version, type, account, body, kind FROM told"
            " WHERE sequence <= ? ORDER BY sequence"
        )
        return self._events(query, until)

    def events_after(self, sequence: int, most: int) -> list[JournalEvent] | None:
        """So many of the events after one; None where some are forgotten, or it never had that one.

        They are read before it is asked how far back it reaches: others may forget meanwhile.
        """
        query = (
            "SELECT sequence, at, version, type, account, body FROM event"
            " WHERE sequence > ? ORDER BY sequence LIMIT ?"
        )
        found = self._events(query, min(sequence, _EVERY), most)
        if found and found[0].sequence == sequence + 1:
            return found
        first, last = self.bounds()
        return found if first - 1 <= sequence <= last else None

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
        with self._writing, _journal_errors(), closing(_connection(self.path)) as db:
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("REPLACE INTO place VALUES (?, ?)", (receiver, sequence))

    def forget(self, sent_before: float, answered_before: float) -> None:
        """Forget events and answers to requests before these times; the latest of each kind stay.

        The last event stays too: sequences go on from it.
        """
        with self._writing, _journal_errors(), self._finding:
            self._finding.execute("BEGIN IMMEDIATE")
            self._finding.execute(
                "DELETE FROM event WHERE at < ? AND sequence < (SELECT max(sequence) FROM event)",
                (sent_before,),
            )
            self._finding.execute("DELETE FROM request WHERE at < ?", (answered_before,))

    @property
    def size(self) -> int:
        """Bytes on disk, the log ahead of it included."""
        files = (self.path, _beside(self.path, "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    @property
    def copied_at(self) -> float | None:
        """When its copy was written, s since 1970; None where there is none."""
        copy = self._copy
        return copy.stat().st_mtime if copy is not None and copy.exists() else None

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
        log = _beside(self.path, "-wal")
        if not self.path.exists() or not self.path.stat().st_size:
            if log.exists() and log.stat().st_size:  # opened, it would be emptied
                raise self._damaged("found nothing but its log")
            return
        try:
            with closing(_connection(self.path)) as db:
                found = [row[0] for row in db.execute("PRAGMA integrity_check(1)")]
        except sqlite3.OperationalError as error:
            raise JournalUnwritten(error) from error
        except sqlite3.DatabaseError as error:
            raise self._damaged(str(error)) from error
        if found != ["ok"]:
            raise self._damaged(found[0].splitlines()[-1])

    def _damaged(self, why: str) -> MarginError:
        last = last_version(self.path)
        name = self.path.name
        says = f"{name}: the journal is damaged ({why}); "
        says += "no version can be read in it" if last is None else f"its last version is {last}"
        if self._copy is not None and (kept := last_version(self._copy)) is not None:
            says += f", that of {self._copy.name} is {kept}"
        return MarginError(f"{says}. Wanted a copy as {name}, and {name}-wal and -shm moved away.")


def last_version(path: Path) -> int | None:
    """The last version that can be read in a journal, whole or not; None where there is none."""
    found = list[int]()
    if not path.exists() or not path.stat().st_size:
        return None
    for query in ("SELECT value FROM about WHERE name = 'version'", "SELECT max(version) FROM told",
                  "SELECT max(version) FROM price", "SELECT max(version) FROM event"):  # fmt: skip
        try:
            with closing(sqlite3.connect(path)) as db:
                found += [int(value) for (value,) in db.execute(query) if value is not None]
        except (sqlite3.Error, ValueError):
            continue
    return max(found, default=None)


def _owned(path: Path) -> sqlite3.Connection:
    """What this process alone has while it keeps a journal; let go of however it ends."""
    own = _beside(path, "-owner")
    _own_file(own)
    db = sqlite3.connect(own, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        db.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        db.close()
        raise MarginError(f"{path.name}: another process keeps this journal.") from error
    return db


def _own_file(path: Path) -> None:
    """Make a file that is its owner's alone, where there is none."""
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


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
        raise JournalUnwritten(error) from error
