"""Finished days kept as parts, so that a history that was interrupted goes on where it was.

Each day is a file of its own in a work folder beside the output, whole or not there at all. The
folder bears the key of the inputs: other inputs never find the parts of these.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc

import xlmargin
from xlmargin.arrow_buffers import fixed_width, float_array, text_array
from xlmargin.dates import date_of
from xlmargin.errors import MarginError
from xlmargin.history.shadow_day import ShadowDay
from xlmargin.history.splits import HeldShares
from xlmargin.rulebook.files import packaged_digest
from xlmargin.settings import Basis

_WORK: Final = ".work"
_PART: Final = ".day"
_UNFINISHED: Final = ".unfinished"
_HISTORY: Final = f"history{_UNFINISHED}"
_OURS: Final = re.compile(rf"\d{{1,9}}{_PART}(\.\d+{_UNFINISHED})?|{_HISTORY}", re.ASCII)
_META: Final = b"xlmargin"
_KEY_DIGITS: Final = 16
_BLOCK: Final = 1 << 20
_AMOUNTS: Final = (
    "long_market_value", "initial", "maintenance", "deposit", "portfolio_requirement",
    "strategy_equity", "portfolio_equity",
)  # fmt: skip


def content_key(inputs: dict[str, Path | str | None]) -> str:
    """A key of all that the answers depend on: files by their content, words, version, rules."""
    digest = sha256(f"{xlmargin.__version__};{packaged_digest()};".encode())
    for name, content in inputs.items():
        own = sha256()
        if isinstance(content, Path):
            with content.open("rb") as file:
                while block := file.read(_BLOCK):
                    own.update(block)
        else:
            own.update(repr(content).encode())
        digest.update(f"{name}:{own.hexdigest()};".encode())
    return digest.hexdigest()[:_KEY_DIGITS]


@dataclass(frozen=True)
class Parts:
    """The finished days in a work folder."""

    folder: Path

    def done(self) -> set[float]:
        """The days that are there and whole."""
        return {day for day in self._days() if self._is_whole(day)}

    def _days(self) -> list[float]:
        """The days that have a part, whole or damaged."""
        ours = (path.name for path in self._ours())
        return [float(name.removesuffix(_PART)) for name in ours if name.endswith(_PART)]

    def _ours(self) -> list[Path]:
        """The files in the folder that a run has written, by their names."""
        return [path for path in self.folder.iterdir() if _OURS.fullmatch(path.name)]

    def _is_whole(self, day: float) -> bool:
        try:
            return self.read(day).day == day
        except (pa.ArrowException, OSError, ValueError, KeyError, TypeError):
            return False

    def write(self, day: ShadowDay) -> None:
        """Keep a finished day: written beside its place, then put there in one step."""
        path = self._path(day.day)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}{_UNFINISHED}")
        columns = [text_array(day.accounts), *(float_array(getattr(day, n)) for n in _AMOUNTS)]
        table = pa.Table.from_arrays(columns, ["account", *_AMOUNTS], metadata={_META: _meta(day)})
        with ipc.new_file(str(unfinished), table.schema) as file:
            file.write_table(table)
        unfinished.replace(path)

    def read(self, day: float) -> ShadowDay:
        """A finished day."""
        with ipc.open_file(self._path(day).read_bytes()) as file:
            table = file.read_all()
        said = json.loads((table.schema.metadata or {})[_META])
        amounts = {
            name: fixed_width(table.column(name).combine_chunks(), np.float64) for name in _AMOUNTS
        }
        return ShadowDay(
            day=said["day"],
            basis=Basis(said["basis"]),
            accounts=tuple(map(str, table.column("account").to_pylist())),
            strategy_due=_number(said["strategy_due"]),
            portfolio_due=_number(said["portfolio_due"]),
            shares=tuple(HeldShares(*held) for held in said["shares"]),
            problem=said["problem"],
            **amounts,
        )

    @property
    def unfinished(self) -> Path:
        """Where the output is written before it is put in its place."""
        return self.folder / _HISTORY

    def discard(self) -> None:
        """Remove the folder with its parts, and nothing that is not ours."""
        for path in self._ours():
            path.unlink(missing_ok=True)
        with suppress(OSError):  # something of the user's is in it
            self.folder.rmdir()

    @property
    def is_empty(self) -> bool:
        """Whether no day is finished."""
        return not self._days()

    def _path(self, day: float) -> Path:
        return self.folder / f"{int(day)}{_PART}"


def open_parts(output: Path, key: str, restart: bool) -> Parts:
    """The parts of these inputs for an output.

    Parts of other inputs are refused, unless a restart is asked: then all are discarded.
    """
    own = output.with_name(f"{output.name}.{key}{_WORK}")
    for parts in [Parts(folder) for folder in _work_folders(output)]:
        if restart or parts.is_empty:
            parts.discard()
        elif parts.folder != own:
            raise MarginError(
                f"{parts.folder}: found unfinished work on other inputs or settings, or by another"
                " version; wanted these unchanged, to go on with it, or --restart, to discard it."
            )
    own.mkdir(exist_ok=True)
    return Parts(own)


def _work_folders(output: Path) -> Iterator[Path]:
    """Work folders for an output, whatever their key."""
    for path in sorted(output.parent.iterdir()):
        key = path.name.removeprefix(f"{output.name}.").removesuffix(_WORK)
        ours = path.name == f"{output.name}.{key}{_WORK}" and len(key) == _KEY_DIGITS
        if ours and path.is_dir() and not path.is_symlink():
            yield path


def _meta(day: ShadowDay) -> bytes:
    said = {
        "day": day.day,
        "date": date_of(day.day).isoformat(),
        "basis": day.basis.value,
        "strategy_due": None if np.isnan(day.strategy_due) else day.strategy_due,
        "portfolio_due": None if np.isnan(day.portfolio_due) else day.portfolio_due,
        "shares": day.shares,
        "problem": day.problem,
    }
    return json.dumps(said).encode()


def _number(said: float | None) -> float:
    return np.nan if said is None else said
