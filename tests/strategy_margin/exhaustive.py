"""The least requirement of a small account, by trying every way to divide it into strategies.

It shares no code with the package: the formulas are written out again from the paragraphs, and the
least is found by a table over all that may remain. Each strategy is one that the rules name, or a
spread under the general rule. Exponential: for accounts of a few contracts.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from math import inf

MULTIPLIER = 100


@dataclass(frozen=True)
class Held:
    """An option held: signed contracts, $ per unit."""

    right: str
    strike: float
    expiration: int
    contracts: int
    price: float


@dataclass(frozen=True)
class Account:
    """Shares and options on one underlying; `rate` is the share of an uncovered option's rule."""

    spot: float
    shares: int
    options: tuple[Held, ...]
    rate: float = 0.20
    european: bool = False
    loan_value_after: int = 10**9
    """Expirations later than this are more than nine months away."""


@dataclass(frozen=True)
class Reading:
    """How the expiration clause of the general spread rule is read."""

    same_expiry_only: bool = False
    all_shorts_before_nearest_long: bool = False


def least(account: Account, reading: Reading, initial: bool, law: bool = False) -> float:
    """Least requirement, $, less the value of options that equity counts.

    Initially as the exchange displays it, or by the law.
    """
    holdings = [abs(o.contracts) for o in account.options]
    lots, odd = divmod(abs(account.shares), MULTIPLIER)
    sign = 1 if account.shares >= 0 else -1
    costs: dict[tuple[int, ...], float] = {}
    for used in itertools.product(*(range(n + 1) for n in holdings), range(min(lots, 1) + 1)):
        if any(used):
            cost = _one_strategy(account, used[:-1], sign * used[-1], reading, initial, law)
            if cost < inf:
                costs[used] = cost
    first: dict[int, list[tuple[tuple[int, ...], float]]] = {}
    for used, cost in costs.items():
        first.setdefault(next(i for i, n in enumerate(used) if n), []).append((used, cost))

    @cache
    def rest(left: tuple[int, ...]) -> float:
        if not any(left):
            return 0.0
        found = inf
        for used, cost in first[next(i for i, n in enumerate(left) if n)]:
            remaining = tuple(a - b for a, b in zip(left, used, strict=True))
            if min(remaining) >= 0:
                found = min(found, cost + rest(remaining))
        return found

    return rest((*holdings, lots)) + odd * _stock_alone(account, sign, initial)


def _one_strategy(
    account: Account,
    contracts: tuple[int, ...],
    lot: int,
    reading: Reading,
    initial: bool,
    law: bool,
) -> float:
    """What these contracts and this lot cost as one strategy, $; infinite where they are none."""
    used = [(o, n) for o, n in zip(account.options, contracts, strict=True) if n]
    shorts = [o for o, n in used if o.contracts < 0 for _ in range(n)]
    longs = [o for o, n in used if o.contracts > 0 for _ in range(n)]
    paid = MULTIPLIER * sum(o.price for o in longs) if initial else 0.0
    if lot:
        if len(shorts) > 1 or len(longs) > 1 or (account.european and longs):
            return inf
        hedged = _hedged_long_lot if lot > 0 else _hedged_short_lot
        return MULTIPLIER * hedged(account, shorts, longs, initial, law) + paid
    if len(longs) == 1 and not shorts:
        return _long_alone(account, longs[0], initial)
    if len(shorts) == 1 and not longs:
        return MULTIPLIER * _uncovered(account, shorts[0], initial)
    if len(shorts) == 2 and not longs and shorts[0].right != shorts[1].right:
        return MULTIPLIER * _straddle(account, *shorts, initial)
    if not shorts or not longs or not _is_spread(shorts, longs, reading):
        return inf
    loss = MULTIPLIER * _worst_loss(shorts, longs)
    cost = min(loss, MULTIPLIER * sum(_uncovered(account, o, initial) for o in shorts)) + paid
    if account.european and len(shorts) == len(longs) == 2:
        cost = min(cost, paid - 0.5 * MULTIPLIER * _long_box_width(shorts, longs))
    return cost


def _long_alone(account: Account, option: Held, initial: bool) -> float:
    """A long option paid in full, or at 75% if it has more than nine months."""
    value = MULTIPLIER * option.price
    loan = 0.25 * value if option.expiration > account.loan_value_after else 0.0
    return value - loan if initial else -loan


def _uncovered(account: Account, option: Held, initial: bool) -> float:
    spot, strike = account.spot, option.strike
    if option.right == "call":
        rate = max(account.rate * spot - max(strike - spot, 0), 0.10 * spot)
        return option.price + rate
    rate = max(account.rate * spot - max(spot - strike, 0), 0.10 * strike)
    return option.price + rate if initial else min(option.price + rate, strike)


def _straddle(account: Account, one: Held, other: Held, initial: bool) -> float:
    a, b = (_uncovered(account, o, initial) for o in (one, other))
    if abs(a - b) < 1e-9:
        return a + min(one.price, other.price)
    return a + other.price if a > b else b + one.price


def _is_spread(shorts: list[Held], longs: list[Held], reading: Reading) -> bool:
    for right in ("call", "put"):
        sold = sorted(o.expiration for o in shorts if o.right == right)
        bought = sorted(o.expiration for o in longs if o.right == right)
        if len(sold) != len(bought):
            return False
        if any(s > b for s, b in zip(sold, bought, strict=True)):
            return False
    if reading.all_shorts_before_nearest_long:
        return max(o.expiration for o in shorts) <= min(o.expiration for o in longs)
    if reading.same_expiry_only:
        return len({o.expiration for o in shorts + longs}) == 1
    return True


def _worst_loss(shorts: list[Held], longs: list[Held]) -> float:
    prices = {o.strike for o in shorts + longs} | {0.0}
    net = [
        sum(_intrinsic(o, p) for o in longs) - sum(_intrinsic(o, p) for o in shorts) for p in prices
    ]
    return max(0.0, -min(net))


def _intrinsic(option: Held, price: float) -> float:
    return max(price - option.strike if option.right == "call" else option.strike - price, 0.0)


def _long_box_width(shorts: list[Held], longs: list[Held]) -> float:
    """Strike difference, $ per unit, of a long box; nothing where the four are none."""
    by = {(o.right, side): o for side, group in (("s", shorts), ("l", longs)) for o in group}
    if len(by) != 4 or len({o.expiration for o in by.values()}) != 1:
        return -inf
    buy, sell = by["call", "l"].strike, by["put", "l"].strike
    if by["put", "s"].strike != buy or by["call", "s"].strike != sell or sell <= buy:
        return -inf
    return sell - buy


def _stock_alone(account: Account, sign: int, initial: bool) -> float:
    spot = account.spot
    if sign > 0:
        return (0.50 if initial else 0.25) * spot
    if spot < 5:
        return spot + max(0.5 * spot, 2.5, spot) if initial else max(2.5, spot)
    return spot + max(0.5 * spot, 5.0) if initial else max(0.3 * spot, 5.0)


def _hedged_long_lot(
    account: Account, shorts: list[Held], longs: list[Held], initial: bool, law: bool
) -> float:
    """$ per share of long stock with a short call, a long put, both, or neither."""
    spot, alone = account.spot, _stock_alone(account, 1, initial)
    if any(o.right != "call" for o in shorts) or any(o.right != "put" for o in longs):
        return inf
    if not shorts and not longs:
        return alone
    write_down = sum(max(spot - o.strike, 0) for o in shorts)
    if law and shorts:
        by_law = 0.50 * min(spot, shorts[0].strike) + write_down
        if not longs:
            return by_law
        return max(by_law, _hedged_long_lot(account, shorts, longs, False, False))
    if not longs:
        return alone if initial else 0.25 * min(spot, shorts[0].strike) + write_down
    put = longs[0].strike
    if not shorts:
        return alone if initial else min(0.10 * put + max(spot - put, 0), alone)
    call = shorts[0].strike
    if shorts[0].expiration > longs[0].expiration or put > call:
        return inf
    if initial:
        return alone
    if put == call:
        return 0.10 * call + write_down
    return min(0.10 * put + max(spot - put, 0), 0.25 * call) + write_down


def _hedged_short_lot(
    account: Account, shorts: list[Held], longs: list[Held], initial: bool, law: bool
) -> float:
    """$ per share of short stock with a short put, a long call, both, or neither."""
    spot, alone = account.spot, _stock_alone(account, -1, initial)
    if any(o.right != "put" for o in shorts) or any(o.right != "call" for o in longs):
        return inf
    in_the_money = sum(max(o.strike - spot, 0) for o in shorts)
    if not longs:
        return alone + in_the_money
    call = longs[0].strike
    if not shorts:
        return alone if initial else min(0.10 * call + max(call - spot, 0), alone)
    if shorts[0].expiration > longs[0].expiration or shorts[0].strike != call:
        return inf
    maintenance = 0.10 * call + in_the_money
    if initial:
        by_law = max(alone, spot + 0.10 * call) if law else alone
        return by_law + in_the_money
    return maintenance
