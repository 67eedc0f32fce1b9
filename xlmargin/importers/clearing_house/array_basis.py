"""What the numbers of a file of arrays are of, a unit or a contract, told by the file itself.

A call less a put of one strike is the underlying: its gains are the shares' times the units that
the numbers are of. It is so for European options exactly and for American ones but for the premium
of early exercise. Where there is no pair, what a single option cannot do tells: lose more than its
price, move more than the shares, or, a call, gain less than its share of the price.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from math import isnan
from statistics import median
from typing import Final

from xlmargin.contracts import InstrumentKind
from xlmargin.errors import InputError, Problem
from xlmargin.importers.clearing_house.array_files import ArrayFile, ArrayRow, Pair
from xlmargin.known_instruments import KNOWN

_A_CENT: Final = 0.01
_APART: Final = 2.0
"""How many times a ratio may be what it is taken for, or the other way round."""
_MULTIPLIER: Final = 100.0
_PENNIES: Final = 1.0
"""$ a share up to which rounded moves of two shares may be alike."""
_SIGN: Final = 0.02
"""Share of an option's greatest move by which it must lose on both sides to be of another sign."""


class ArrayBasis(StrEnum):
    """What a file's gains and losses, or its minimums, are of."""

    UNIT = "unit"
    CONTRACT = "contract"

    @property
    def other(self) -> ArrayBasis:
        """The other one."""
        return ArrayBasis.UNIT if self is ArrayBasis.CONTRACT else ArrayBasis.CONTRACT

    def units(self, multiplier: float) -> float:
        """Units that a number of this basis is of."""
        return multiplier if self is ArrayBasis.CONTRACT else 1.0


def basis_of(file: ArrayFile, options: Sequence[ArrayRow], said: ArrayBasis | None) -> ArrayBasis:
    """What the gains and losses of the file are of; refused where it contradicts itself.

    `options` are the rows of options held. `said` is the user's word, which counts where the file
    does not tell, and may not contradict it. Without options either is the same.
    """
    by_pair = _bases_by_pair(file, {row.row for row in options})
    bases = list(dict.fromkeys(by_pair.values()))
    if len(bases) > 1:
        raise _both(file, by_pair)
    _refuse_signs(file, options)
    if not bases:
        bases = _possible(file, options, said)
    if said is not None and options and said not in bases:
        shown = [pair for pair, basis in by_pair.items() if basis is bases[0]][:1]
        problems = [_of_pair(file, each, f"numbers of one {said}, as said") for each in shown]
        raise InputError(problems or _impossible(file, options, said))
    if said is not None or len(bases) == 1 or not options:
        return said if said in bases else bases[0]
    found = "nothing that tells whether numbers are of a unit or of a contract"
    wanted = "a call and a put of one strike with their shares in the file, or a word: --per"
    raise file.refused(options[0], "points", found, wanted)


def _bases_by_pair(file: ArrayFile, held: set[int]) -> dict[Pair, ArrayBasis]:
    """What each pair says that it is of; an odd one says nothing, and is refused if it is held.

    A pair of few units says nothing either.
    """
    by_pair: dict[Pair, ArrayBasis] = {}
    for pair in file.pairs:
        ratio, multiplier = _ratio(pair), multiplier_of(pair.call)
        if isnan(ratio):
            continue
        likely = [b for b in ArrayBasis if _near(ratio, b.units(multiplier))]
        if not likely and held & {pair.call.row, pair.put.row}:
            wanted = f"the shares' gains, once or {multiplier:g} times"
            raise InputError([_of_pair(file, pair, wanted)])
        if len(likely) == 1:
            by_pair[pair] = likely[0]
    return by_pair


def multiplier_of(option: ArrayRow) -> float:
    """Units of a contract: as the file states them, as known of the root, or the standard's."""
    root = KNOWN.root(option.contract.root) if isnan(option.multiplier) else None
    stated = root.multiplier if root else option.multiplier
    return _MULTIPLIER if isnan(stated) else stated


def _ratio(pair: Pair) -> float:
    """How many times the shares' gains the call less the put gains; NaN where none moves."""
    columns = zip(pair.call.values, pair.put.values, pair.share.values, strict=True)
    ratios = [(call - put) / share for call, put, share in columns if share]
    return median(ratios) if ratios else float("nan")


def _near(ratio: float, units: float) -> bool:
    return units / _APART <= ratio <= units * _APART


def _of_pair(file: ArrayFile, pair: Pair, wanted: str) -> Problem:
    rows = f"rows {pair.call.row}, {pair.put.row} and {pair.share.row}"
    found = f"{rows}: {pair.call.label} less the put is {_ratio(pair):.4g} times the shares"
    return file.problem(pair.call, "points", found, wanted)


def _both(file: ArrayFile, by_pair: dict[Pair, ArrayBasis]) -> InputError:
    problems = []
    for basis in ArrayBasis:
        pair = next(pair for pair, said in by_pair.items() if said is basis)
        problems.append(_of_pair(file, pair, "all numbers of a unit, or all of a contract"))
    return InputError(problems)


def _possible(
    file: ArrayFile, options: Sequence[ArrayRow], said: ArrayBasis | None
) -> list[ArrayBasis]:
    """The bases that no single option contradicts; refused where there is none."""
    possible = [basis for basis in ArrayBasis if not _impossible(file, options, basis)]
    if not possible:
        raise InputError(_impossible(file, options, said or ArrayBasis.UNIT))
    return possible


def _impossible(file: ArrayFile, options: Iterable[ArrayRow], basis: ArrayBasis) -> list[Problem]:
    """What options did that none of this basis can do."""
    found = []
    for option in options:
        units = basis.units(multiplier_of(option))
        if units == basis.other.units(multiplier_of(option)):
            continue
        if what := _what_no_option_does(option, file.share_of(option), units):
            wanted = f"numbers of one {basis.other}; look at the row and say which with --per"
            found.append(file.problem(option, "points", what, wanted))
    return found


def _what_no_option_does(option: ArrayRow, share: ArrayRow | None, units: float) -> str:
    """What an option of these units did that it cannot, "" where it did nothing of the kind."""
    least = -min(option.values)
    if least > (option.price + _A_CENT) * units:
        return f"a loss of {least:,.2f} at a price of {option.price:,.2f}"
    if share is None:
        return ""
    moved, most = max(map(abs, option.values)), max(map(abs, share.values))
    if most and moved > _APART * most * units:
        return f"a change of {moved:,.2f} while the shares change by {most:,.2f}"
    if option.contract.kind == InstrumentKind.CALL and option.price > _A_CENT and share.price > 0:
        part = option.price / share.price * max(share.values) * units
        if max(option.values) < part / _APART:
            return f"a gain of no more than {max(option.values):,.2f} at {option.price:,.2f}"
    return ""


def _refuse_signs(file: ArrayFile, held: Sequence[ArrayRow]) -> None:
    """Refuse a file in which long options lose on both sides of the price: losses are positive."""
    checked = {row.row: row for pair in file.pairs for row in (pair.call, pair.put)}
    checked.update({row.row: row for row in held})
    signs = {row.row: _sign(row, file.share_of(row)) for row in checked.values()}
    losing = [row for row in checked.values() if signs[row.row] < 0]
    if len(losing) > sum(sign > 0 for sign in signs.values()):
        wanted = "gains of long positions above 0 and losses below"
        found = "a long option that loses on both sides of the price"
        raise InputError([file.problem(row, "points", found, wanted) for row in losing[:3]])


def _sign(option: ArrayRow, share: ArrayRow | None) -> int:
    """1 where an option gains from a move as such, as long ones do, -1 where it loses, else 0.

    Its value is convex in the shares': between the lowest and the highest point the chord lies
    above the unchanged value.
    """
    if share is None:
        return 0
    ends = sorted(zip(share.values, option.values, strict=True))
    (low, at_low), (high, at_high) = ends[0], ends[-1]
    if not low < 0 < high:
        return 0
    chord = (at_low * high - at_high * low) / (high - low)
    noise = max(_SIGN * max(map(abs, option.values)), 2 * _A_CENT)
    return int(chord > noise) - int(chord < -noise)


def refuse_units(file: ArrayFile, shares: Iterable[ArrayRow]) -> None:
    """Refuse shares that lose more than their price, or of two prices that move by one amount."""
    first: dict[tuple[float, ...], ArrayRow] = {}
    wanted = "dollars of one share, not percentages"
    for share in shares:
        if -min(share.values) > share.price + _A_CENT:
            found = f"a loss of {-min(share.values):,.2f} at a price of {share.price:,.2f}"
            raise file.refused(share, "points", found, wanted)
        other = first.setdefault(share.values, share)
        if (
            any(share.values)
            and min(share.price, other.price) > _PENNIES
            and not _near(share.price, other.price)
        ):
            found = f"the same ten values as row {other.row} at another price"
            raise file.refused(share, "points", found, wanted)
