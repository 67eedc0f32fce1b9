"""Class, product and portfolio groups as the clearing house publishes them.

Provisional: the text of the headings was not seen. A table says what its columns allow: which class
group a symbol is in, which product group a class group, which portfolio group a product group, and
the offset of a group in percent. Of several offsets the customers' one counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.importers.book_ranges import FileRows
from xlmargin.importers.brokers.records import Columns, Lines, Record, records
from xlmargin.option_symbols import share_ticker

_COLUMNS: Final[Columns] = {
    "symbol": ("symbol", "trading symbol", "underlying"),
    "class_group": ("class group", "class grp", "class group id", "class"),
    "product_group": ("product group", "prod grp", "product group id"),
    "portfolio_group": ("portfolio group", "portfolio group id", "port grp"),
    "offset": (
        "customer offset", "offset customer", "customer offset %", "offset % customer",
        "cust offset", "cust offset %", "offset", "offset %", "product group offset",
    ),
    "down": ("customer down", "down customer", "down", "down %", "down move", "down move %"),
    "up": ("customer up", "up customer", "up", "up %", "up move", "up move %"),
}  # fmt: skip
_LEVELS: Final = ("symbol", "class_group", "product_group", "portfolio_group")
_PERCENTAGES: Final = ("offset", "down", "up")
_WHOLE: Final = 100.0


@dataclass(frozen=True)
class PublishedGroups:
    """Which group each is in, by name, and the share of a gain that counts inside a group.

    A group without an offset is in neither `product_offset` nor `portfolio_offset`. `moves` are
    those of product groups, down and up, fractions. `notes` say how percentages were read.
    """

    class_of: dict[str, str] = field(default_factory=dict)
    product_of: dict[str, str] = field(default_factory=dict)
    portfolio_of: dict[str, str] = field(default_factory=dict)
    product_offset: dict[str, float] = field(default_factory=dict)
    portfolio_offset: dict[str, float] = field(default_factory=dict)
    moves: dict[str, tuple[float, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def market_rows(self) -> FileRows:
        """A market range of the symbols with their groups; prices are left to be filled in."""
        rows: FileRows = [["symbol", "price", "class_group", "product_group", "portfolio_group"]]
        symbols = self.class_of or {name: name for name in self.product_of}
        for symbol, name in symbols.items():
            product = self.product_of.get(name)
            portfolio = self.portfolio_of.get(product) if product else None
            rows.append([symbol, None, name, product, portfolio])
        return rows


def published_groups(files: Sequence[tuple[str, Lines]]) -> PublishedGroups:
    """What the files say together; a group that is in two others is refused."""
    groups = PublishedGroups()
    for name, lines in files:
        found = list(records(lines, _COLUMNS, ("product_group",))) or list(
            records(lines, _COLUMNS, ("symbol", "class_group"))
        )
        if not found:
            wanted = "a heading product group, or symbol and class group, and rows below it"
            raise MarginError(f"{name}: found no such headings, wanted {wanted}.")
        scales = {column: _scale(found, column, groups) for column in _PERCENTAGES}
        for record in found:
            _add_parents(groups, record)
            _add_numbers(groups, record, scales)
    return groups


def _scale(found: Sequence[Record], column: str, groups: PublishedGroups) -> float:
    """What a column of percentages is multiplied by: a sign tells, or else its largest value."""
    values = [record.number(column) for record in found]
    stated = [value for value in values if value == value]
    if not stated:
        return 1.0
    has_sign = any(record.text(column).endswith("%") for record in found)
    scale = 1 / _WHOLE if has_sign or max(stated) > 1.0 else 1.0
    for record, value in zip(found, values, strict=True):
        if value * scale > 1.0 or value < 0.0:
            raise record.refused(column, "a percentage from 0 to 100")
    label = found[0].labels[column]
    groups.notes.append(f"{label}: {max(stated):g} is read as {max(stated) * scale:.4g} of one.")
    return scale


def _add_parents(groups: PublishedGroups, record: Record) -> None:
    """What is in what: each named level is in the next one that is named."""
    maps = (groups.class_of, groups.product_of, groups.portfolio_of)
    for child, parent, inside in zip(_LEVELS, _LEVELS[1:], maps, strict=False):
        name, above = record.text(child), record.text(parent)
        name = share_ticker(name) if child == "symbol" else name
        if name and above and inside.setdefault(name, above) != above:
            raise record.refused(parent, f"{inside[name]} for {name}, as stated before")


def _add_numbers(groups: PublishedGroups, record: Record, scales: Mapping[str, float]) -> None:
    """The offset of the highest group that the record names, and the moves of a product group."""
    portfolio, product = record.text("portfolio_group"), record.text("product_group")
    offset = record.number("offset") * scales["offset"]
    stated = groups.portfolio_offset if portfolio else groups.product_offset
    name = portfolio or product
    if name and offset == offset and stated.setdefault(name, offset) != offset:
        raise record.refused("offset", f"one offset for {name}, as stated before")
    down, up = (record.number(side) * scales[side] for side in ("down", "up"))
    if product and down == down and up == up:
        groups.moves[product] = (down, up)
