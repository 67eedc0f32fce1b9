"""Parquet files: columns found by their headings, and read a batch at a time.

A file is data and nothing else: names and texts in it are never paths or code. However many rows it
has, no more than a batch of them is held here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from xlmargin.cells.table import RangeTable
from xlmargin.cells.unknown_columns import may_matter
from xlmargin.errors import InputError, MarginError, Problem

if TYPE_CHECKING:
    import pyarrow.parquet as pq

PARQUET_SUFFIXES: Final = (".parquet", ".pq")
BATCH_ROWS: Final = 131_072
MOST_ROWS: Final = 1_000_000_000
_LONGEST_NAME: Final = 40


@dataclass(frozen=True)
class ParquetRange:
    """A range in a Parquet file: its known columns, by heading, as the file spells them.

    `unknown` are the columns without a known heading whose cells may matter all the same. `as_text`
    are headings whose whole numbers are names. `group_rows` is the number of rows of each of the
    file's row groups.
    """

    path: Path
    name: str
    spelled: Mapping[str, str]
    unknown: tuple[str, ...]
    dictionaries: tuple[str, ...]
    as_text: tuple[str, ...]
    group_rows: tuple[int, ...]

    def __len__(self) -> int:
        return sum(self.group_rows)

    def batches(
        self, headings: Sequence[str], groups: Sequence[int], unknown: Sequence[str] = ()
    ) -> Iterator[RangeTable]:
        """The rows of some row groups, in the order of the file, a batch at a time.

        `unknown` are columns without a known heading, by their names. Rows are numbered as on a
        sheet whose row 1 are the headings.
        """
        from xlmargin.importers.arrow_columns import column_of

        first = np.concatenate([[0], np.cumsum(self.group_rows)]) + 2
        names = [self.spelled[heading] for heading in headings]
        with _opened(self.path, self.dictionaries) as file:
            for group in groups:
                row, end = int(first[group]), int(first[group + 1])
                for batch in file.iter_batches(
                    BATCH_ROWS, [group], [*names, *unknown], use_threads=False
                ):
                    columns = {
                        heading: column_of(
                            batch.column(name), self.name, heading, heading in self.as_text
                        )
                        for heading, name in zip(headings, names, strict=True)
                    }
                    others = {n: column_of(batch.column(n), self.name, n, False) for n in unknown}
                    rows = np.arange(row, row + batch.num_rows)
                    yield RangeTable(self.name, rows, columns, others)
                    row += batch.num_rows
                if row != end:
                    raise MarginError(f"{self.path.name}: found other rows than it says it has.")


def open_parquet(
    path: Path,
    name: str,
    heading_of: Callable[[str], str],
    needed: Sequence[str],
    as_text: tuple[str, ...] = (),
) -> ParquetRange:
    """The range in a file; `heading_of` answers the heading that a column's name means, or "";
    `as_text` are headings whose whole numbers are names.

    Refused, naming the column: two columns of one heading or name, a needed one that is missing, a
    type that has no plain cells. Of columns without a heading only those are read whose cells may
    matter.
    """
    from xlmargin.importers.arrow_columns import is_plain, is_text, refuse_type

    with _opened(path) as file:
        schema, metadata = file.schema_arrow, file.metadata
        if metadata.num_rows > MOST_ROWS:
            raise MarginError(f"{path.name}: found {metadata.num_rows:,} rows, wanted fewer.")
        group_rows = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    spelled: dict[str, str] = {}
    problems = [
        Problem(
            name, 1, "", f"{schema.names.count(each)} columns {_shown(each)}", "one of the name"
        )
        for each in dict.fromkeys(schema.names)
        if schema.names.count(each) > 1
    ]
    for field in schema:
        heading = heading_of(field.name)
        if not heading:
            continue
        if heading in spelled:
            found = f"{_shown(spelled[heading])} and {_shown(field.name)}"
            problems.append(Problem(name, 1, heading, found, f"one column of {heading}"))
        else:
            spelled[heading] = field.name
            refuse_type(field.type, name, heading)
    problems += [
        Problem(name, 1, heading, "no such column", f"a column of {heading}")
        for heading in needed
        if heading not in spelled
    ]
    if not sum(group_rows):
        problems.append(Problem(name, 0, "", "no rows", "at least one row"))
    if problems:
        raise InputError(problems)
    texts = tuple(f.name for f in schema if is_text(f.type))
    source = ParquetRange(path, name, spelled, (), texts, as_text, tuple(group_rows))
    others = [f.name for f in schema if f.name not in spelled.values() and is_plain(f.type)]
    return replace(source, unknown=tuple(n for n in others if _may_matter(source, n)))


def _may_matter(source: ParquetRange, name: str) -> bool:
    """Whether every cell of a column without a known heading may be one that matters."""
    batches = source.batches((), range(len(source.group_rows)), (name,))
    return all(may_matter(name, batch.unknown[name]) for batch in batches)


def _shown(name: str) -> str:
    return repr(name[:_LONGEST_NAME])


@contextmanager
def _opened(path: Path, dictionaries: Sequence[str] = ()) -> Iterator[pq.ParquetFile]:
    """The file, open; what the reader cannot make out of it is refused."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if path.is_dir():
        raise MarginError(f"{path}: found a folder, wanted a file.")
    if not path.is_file():
        raise MarginError(f"{path}: no such file.")
    try:
        with pq.ParquetFile(path, read_dictionary=list(dictionaries)) as file:
            yield file
    except (pa.ArrowException, OSError, EOFError) as error:
        message = " ".join(str(error).split())[:160]
        raise MarginError(
            f"{path.name}: not a Parquet file that can be read ({message})."
        ) from error
