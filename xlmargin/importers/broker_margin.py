"""What a broker's interface answers of an account's margin, as JSON: requirements, perhaps arrays.

Clear Street: `regulatory_requirement` and `shocks` by group and member, as its published client
names them. tastytrade: margin requirements by underlying. No answer with numbers was seen of
either, so that the names are second-hand and everything unclear is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite, isnan, nan
from pathlib import Path
from typing import Any, Final

from xlmargin.errors import MarginError
from xlmargin.packaged import packaged_toml

SUFFIX: Final = ".json"
BROKERS_SURE: Final = (
    "second-hand: names as in the brokers' published clients; no answer with numbers was seen"
)
BROKERS_NAMES: Final[Mapping[str, Mapping[str, str]]] = packaged_toml(
    "xlmargin.importers", "broker_margin.toml"
)
"""What is read of each broker's answer: names, and what they say."""
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?")
_DOWN: Final = re.compile(r"down|fall|minus", re.IGNORECASE)
_WHOLE: Final = 100.0
_GREATEST_MOVE: Final = 1.0
"""A fraction; what is greater is in percent."""

_Json = Any
"""What JSON holds."""


class BrokerRegime(StrEnum):
    """The rules that a broker's figures follow."""

    PORTFOLIO = "portfolio"
    STRATEGY = "strategy"


@dataclass(frozen=True)
class BrokerMember:
    """A position as the broker states it: gains, $, of the whole of it, in the group's moves."""

    symbol: str
    quantity: float
    gains: tuple[float, ...]


@dataclass(frozen=True)
class BrokerGroup:
    """A group, or an underlying, with its requirement, $."""

    name: str
    requirement: float
    members: tuple[BrokerMember, ...] = ()


@dataclass(frozen=True)
class BrokerMargin:
    """A broker's answer: its figures by group, and in all; `moves` of the market are fractions."""

    file: str
    broker: str
    regime: BrokerRegime
    groups: tuple[BrokerGroup, ...]
    requirement: float
    moves: tuple[float, ...] = ()
    others: Mapping[str, float] = field(default_factory=dict)
    """Further requirements that it states, by their names."""


def read_broker_margin(path: Path) -> BrokerMargin:
    """A broker's answer; refused where it is another one, or a figure is none."""
    try:
        answer = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise MarginError(
            f"{path.name}: found no whole JSON ({error}): is the file cut short?"
        ) from error
    reader = _Reader(path.name)
    for part in _parts(answer):
        groups = part.get("groups")
        if not isinstance(groups, list) or not all(isinstance(each, dict) for each in groups):
            continue
        if any("regulatory_requirement" in each for each in groups):
            return reader.clear_street(part, groups)
        if "margin-requirement" in part:
            return reader.tastytrade(part, groups)
    wanted = "groups with regulatory_requirement (Clear Street) or margin-requirement (tastytrade)"
    raise MarginError(f"{path.name}: found none of the answers that are known, wanted {wanted}.")


def _parts(answer: _Json) -> list[dict[str, _Json]]:
    """The answer and what stands in it, a few levels deep, outermost first."""
    found = answer if isinstance(answer, list) else [answer]
    level = [each for each in found if isinstance(each, dict)]
    every = list(level)
    for _ in range(3):
        level = [v for each in level for v in each.values() if isinstance(v, dict)]
        every += level
    return every


class _Reader:
    """Reads the figures of one answer, and refuses what is none by its path."""

    def __init__(self, file: str) -> None:
        self.file = file

    def clear_street(self, part: Mapping[str, _Json], groups: Sequence[_Json]) -> BrokerMargin:
        names = list(dict.fromkeys(
            key for group in groups for each in [group, *self._members(group)]
            for key in self._shocks(each)
        ))  # fmt: skip
        moves = self._moves(names)
        order = sorted(names, key=lambda name: moves[name])
        read = tuple(
            BrokerGroup(
                str(group.get("name", "")),
                self._amount(group, "regulatory_requirement", f"groups[{i}]"),
                tuple(
                    BrokerMember(
                        str(member.get("symbol", "")),
                        self._amount(member, "quantity", f"groups[{i}].members"),
                        tuple(
                            self._amount(self._shocks(member), name, f"groups[{i}].shocks")
                            for name in order
                        ),
                    )
                    for member in self._members(group)
                    if self._shocks(member)
                ),
            )
            for i, group in enumerate(groups)
        )
        others = {
            name: self._amount(part, name, "")
            for name in ("effective_requirement", "house_requirement", "risk_based_requirement")
            if part.get(name) is not None
        }
        return BrokerMargin(
            self.file,
            "Clear Street",
            BrokerRegime.PORTFOLIO,
            read,
            sum(group.requirement for group in read),
            tuple(moves[name] for name in order),
            others,
        )

    def tastytrade(self, part: Mapping[str, _Json], groups: Sequence[_Json]) -> BrokerMargin:
        said = str(part.get("margin-calculation-type", ""))
        is_portfolio = "portfolio" in said.casefold() or said.upper() == "PM"
        if not is_portfolio and not re.search(r"reg[ -]?t", said, re.IGNORECASE):
            raise self._refused("margin-calculation-type", said, "Reg T or Portfolio Margin")
        own = "margin-requirement" if is_portfolio else "maintenance-requirement"
        read = tuple(
            BrokerGroup(
                str(
                    group.get("underlying-symbol") or group.get("code") or group.get("description")
                ),
                self._effect(group, own, f"groups[{i}]"),
            )
            for i, group in enumerate(groups)
        )
        return BrokerMargin(
            self.file,
            "tastytrade",
            BrokerRegime.PORTFOLIO if is_portfolio else BrokerRegime.STRATEGY,
            read,
            self._effect(part, own, ""),
        )

    def _members(self, group: Mapping[str, _Json]) -> list[Mapping[str, _Json]]:
        members = group.get("members") or []
        if not isinstance(members, list) or not all(isinstance(each, dict) for each in members):
            raise self._refused("members", str(members)[:40], "a list of positions")
        return members

    def _shocks(self, of: Mapping[str, _Json]) -> Mapping[str, _Json]:
        shocks = of.get("shocks") or {}
        if not isinstance(shocks, dict):
            raise self._refused("shocks", str(shocks)[:40], "gains by scenario")
        return shocks

    def _moves(self, names: Sequence[str]) -> dict[str, float]:
        """The move of the market that each scenario names, a fraction."""
        found = {}
        for name in names:
            numbers = _NUMBER.findall(name)
            if len(numbers) != 1:
                raise self._refused("shocks", name, "a name with one number, the market's move")
            number = float(numbers[0])
            found[name] = -abs(number) if _DOWN.search(name) else number
        is_percent = any(abs(move) > _GREATEST_MOVE for move in found.values())
        scaled = {
            name: move / _WHOLE if is_percent or "%" in name else move
            for name, move in found.items()
        }
        if len(set(scaled.values())) < len(scaled):
            raise self._refused("shocks", ", ".join(names)[:80], "each move of the market once")
        return scaled

    def _effect(self, of: Mapping[str, _Json], name: str, place: str) -> float:
        """An unsigned amount beside the word Debit, Credit or None."""
        amount, effect = self._amount(of, name, place), str(of.get(f"{name}-effect", "None"))
        if effect not in ("Debit", "Credit", "None"):
            raise self._refused(f"{name}-effect", effect, "Debit, Credit or None")
        return -abs(amount) if effect == "Credit" else abs(amount)

    def _amount(self, of: Mapping[str, _Json], name: str, place: str) -> float:
        stated = of.get(name)
        try:
            number = nan if stated is None or isinstance(stated, bool) else float(stated)
        except (TypeError, ValueError):
            number = nan
        if isnan(number) or not isfinite(number):
            where = f"{place}.{name}" if place else name
            raise self._refused(where, str(stated)[:40], "a number")
        return number

    def _refused(self, where: str, found: str, wanted: str) -> MarginError:
        return MarginError(f"{self.file}, {where}: found {found or 'nothing'}, wanted {wanted}.")
