"""What Excel asks of a file's parts: each has a type, and every relation leads to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.excel_rules.packed_book import PackedBook

TYPES = "[Content_Types].xml"


def parts_are_xml(book: PackedBook) -> Iterator[str]:
    yield from book.broken


def parts_have_names_of_their_own(book: PackedBook) -> Iterator[str]:
    for name, times in Counter(name.casefold() for name in book.names).items():
        if times > 1:
            yield f"{name}: stands in the file {times} times"


def parts_have_types(book: PackedBook) -> Iterator[str]:
    overrides, endings = _types(book)
    for name in book.names:
        ending = name.rpartition(".")[2].casefold()
        if name != TYPES and f"/{name}" not in overrides and ending not in endings:
            yield f"{name}: has no content type"


def types_are_of_parts(book: PackedBook) -> Iterator[str]:
    for name in _types(book)[0]:
        if name[1:] not in book.names:
            yield f"{name}: has a content type and is not there"


def relations_lead_to_parts(book: PackedBook) -> Iterator[str]:
    for part in ("", *book.names):
        for name, relation in book.related(part).items():
            if not relation.is_outside and relation.target not in book.names:
                yield f"{part or 'the file'}: relation {name} leads to no part {relation.target}"


def relations_have_names_of_their_own(book: PackedBook) -> Iterator[str]:
    for name, tree in book.trees.items():
        if name.endswith(".rels"):
            for key, times in Counter(each.get("Id") for each in tree).items():
                if times > 1:
                    yield f"{name}: {times} relations are named {key}"


def _types(book: PackedBook) -> tuple[set[str], set[str]]:
    tree = book.trees[TYPES]
    overrides = {each.get("PartName", "") for each in tree if each.tag.endswith("}Override")}
    endings = {e.get("Extension", "").casefold() for e in tree if e.tag.endswith("}Default")}
    return overrides, endings


RULES = (
    parts_are_xml, parts_have_names_of_their_own, parts_have_types, types_are_of_parts,
    relations_lead_to_parts, relations_have_names_of_their_own,
)  # fmt: skip
