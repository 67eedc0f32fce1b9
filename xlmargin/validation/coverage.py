"""Which rules the engine computes, which in part, which not and why; the README's table of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from xlmargin.rulebook.files import TomlPath, TomlTable, packaged, parsed_text


class CoverageStatus(StrEnum):
    """How much of a rule is computed."""

    COVERED = "covered"
    PARTLY = "partly"
    NOT = "not"


@dataclass(frozen=True)
class Coverage:
    """A rule, how much of it is computed, where, and why no more is."""

    family: str
    rule: str
    title: str
    status: CoverageStatus
    where: str
    why: str


def coverage() -> tuple[Coverage, ...]:
    """Every rule of the rulebook's coverage file."""
    file = "coverage.toml"
    return coverage_from(file, packaged(file))


def coverage_from(file: str, text: str) -> tuple[Coverage, ...]:
    """The rules of a coverage file; refused where a status lacks its module or its reason."""
    path, found = TomlPath(file), parsed_text(file, text)
    path.keys(found, ("rule",))
    rules = path.inside("rule").tables(found["rule"])
    return tuple(_coverage(path.inside(f"rule {n}"), rule) for n, rule in enumerate(rules, 1))


def coverage_table() -> str:
    """The coverage as a Markdown table, a row a rule."""
    head = ("Rule", "What it asks", "Status", "Where, or what is left out and why")
    rows = [
        (r.rule, f"{_sentence(r.family)}: {r.title}", r.status, _where_why(r)) for r in coverage()
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))


def _coverage(path: TomlPath, table: TomlTable) -> Coverage:
    status = path.word(table, "status", CoverageStatus)
    needed = {
        CoverageStatus.COVERED: ("where",),
        CoverageStatus.PARTLY: ("where", "why"),
        CoverageStatus.NOT: ("why",),
    }[status]
    path.keys(table, ("family", "rule", "title", "status", *needed))
    return Coverage(
        family=path.text(table, "family"),
        rule=path.text(table, "rule"),
        title=path.text(table, "title"),
        status=status,
        where=path.text(table, "where") if "where" in needed else "",
        why=path.text(table, "why") if "why" in needed else "",
    )


def _where_why(rule: Coverage) -> str:
    return "; ".join(part for part in (f"`{rule.where}`" if rule.where else "", rule.why) if part)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
