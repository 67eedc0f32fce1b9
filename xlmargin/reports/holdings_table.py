"""What is held, account by account: underlyings or positions with values, exposure, requirement.

Every account has its lines, largest first, what its index groups offset, its cash and its total;
several accounts have a total of all. Requirements add up to that of the account, and values to its
equity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import Book, Positions, cash_of_accounts
from xlmargin.cells.values import TableCell
from xlmargin.contracts import InstrumentKind
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.portfolio_margin.contribution import shares
from xlmargin.reports.table import TOTAL, ReportTable
from xlmargin.risk_array import Exposure, exposure


class HoldingsLevel(StrEnum):
    """How far the lines of holdings are added up."""

    UNDERLYING = "underlying"
    POSITION = "position"


OFFSETS: Final = "offsets"
CASH: Final = "cash"
ACCOUNT: Final = "account"
SUBTOTAL: Final = "subtotal"
GRAND: Final = "grand total"
_CENT: Final = 0.005
_UNDERLYINGS: Final = (
    "account", "row", "underlying", "price", "stocks", "options", "weight", "unrealized gain",
    "exposure", "share of equity", "calls written", "covered", "requirement", "delta shares",
    "gamma per 1%", "vega per point", "theta per day", "worst loss", "worst move",
)  # fmt: skip
_POSITIONS: Final = (
    "account", "row", "position", "quantity", "mark", "cost", "market value", "weight",
    "unrealized gain", "exposure", "delta", "share of requirement",
)  # fmt: skip
_KINDS: Final = ("stocks and funds", "options written", "options bought")


def holdings_table(margin: PortfolioMargin, level: HoldingsLevel) -> ReportTable:
    """The holdings under portfolio margin, $ and fractions; NaN where there is no value.

    `row` is what a row is: account (its heading), underlying or position, subtotal, offsets, cash,
    total, grand total. Weights and
    shares are of the account's equity. `calls written` are shares under short calls, and `covered`
    the shares held for each of them: of no index, which has no shares.
    """
    held = _Held(margin)
    by_line = level is HoldingsLevel.POSITION
    accounts = range(len(held.positions.accounts))
    headings = _POSITIONS if by_line else _UNDERLYINGS
    rows: list[_Row] = []
    for account in accounts:
        name = held.name(account)
        rows.append(_Row(name, ACCOUNT, name or "account", {}))
        rows += held.lines(account) if by_line else held.underlyings(account)
    if len(accounts) > 1:
        rows.append(held.total(None, by_line=by_line))
    return ReportTable(headings, [row.cells(headings) for row in rows])


@dataclass(frozen=True)
class _Row:
    """A row: its account, what it is, its name, and its amounts by their headings."""

    account: str
    kind: str
    name: str
    amounts: Mapping[str, float | None]

    def cells(self, headings: Sequence[str]) -> list[TableCell]:
        """The row below these headings; an amount that it has not is blank."""
        found = (self.amounts.get(heading) for heading in headings[3:])
        amounts = [None if amount is None else float(amount) + 0.0 for amount in found]  # no -0.0
        return [self.account, self.kind, self.name, *amounts]


@dataclass(frozen=True, eq=False)
class _Held:
    """The positions of a book with what each is worth, gains and requires; arrays (positions,)."""

    margin: PortfolioMargin

    @property
    def book(self) -> Book:
        return self.margin.book

    @property
    def positions(self) -> Positions:
        return self.book.positions

    @cached_property
    def value(self) -> FloatArray:
        """Market value, $; cash apart."""
        return np.where(self.positions.is_cash, 0.0, self.margin.market_value)

    @cached_property
    def gain(self) -> FloatArray:
        """Value less cost, $; a cost that is not stated is the price."""
        positions = self.positions
        gain = positions.units * (self.margin.unit_value - positions.cost)
        return np.where(positions.is_cash, 0.0, gain)

    @cached_property
    def of_price(self) -> Exposure:
        """What the positions gain by small changes."""
        return exposure(self.positions, self.margin.inputs.contracts, self.margin.spot)

    @property
    def exposure(self) -> FloatArray:
        return self.of_price.exposure

    def _greeks(self, own: IntArray) -> Mapping[str, float]:
        """Gamma for 1%, vega a point and theta a day of some positions, $."""
        found = self.of_price
        return {
            "gamma per 1%": found.gamma[own].sum(),
            "vega per point": found.vega[own].sum(),
            "theta per day": found.theta[own].sum(),
        }

    def _worst(self, account: int, name: str) -> Mapping[str, float]:
        """The worst loss of a class group, $, and the move at which it is, where it has one."""
        classes = self.margin.levels[0]
        i = next(iter(self._classes.get((account, name), ())), None)
        if i is None or not classes.worst_loss[i]:
            return {}
        moves = self.margin.inputs.points.group_moves[classes.class_group[i]]
        return {"worst loss": classes.worst_loss[i], "worst move": moves[classes.worst_point[i]]}

    @cached_property
    def required(self) -> FloatArray:
        return shares(self.margin)

    @cached_property
    def cash(self) -> FloatArray:
        """Cash of each account, $; NaN where it is stated nowhere."""
        return cash_of_accounts(self.book)

    @cached_property
    def _classes(self) -> dict[tuple[int, str], list[int]]:
        """The class groups of an account that have a name, by index into those of the margin."""
        classes = self.margin.levels[0]
        found: dict[tuple[int, str], list[int]] = defaultdict(list)
        for i, key in enumerate(zip(classes.account.tolist(), classes.names, strict=True)):
            found[key].append(i)
        return found

    @cached_property
    def _all(self) -> IntArray:
        """The positions but for cash."""
        return np.flatnonzero(~self.positions.is_cash)

    @cached_property
    def _by_account(self) -> list[IntArray]:
        """The same, account by account."""
        account = self.positions.account[self._all]
        order = np.argsort(account, kind="stable")
        ends = np.cumsum(np.bincount(account, minlength=len(self.positions.accounts)))
        return np.split(self._all[order], ends[:-1])

    def mine(self, account: int | None) -> IntArray:
        """The positions of an account, or of all, without cash."""
        return self._all if account is None else self._by_account[account]

    def name(self, account: int | None) -> str:
        return "" if account is None else self.positions.accounts[account]

    def equity(self, account: int | None) -> float:
        """Cash and value, $: what weights are of; NaN where it is not above 0."""
        cash = self.cash.sum() if account is None else self.cash[account]
        equity = float(cash + self.value[self.mine(account)].sum())
        return equity if equity > 0 else np.nan

    def requirement(self, account: int | None) -> float:
        by_account = self.margin.by_account
        return float(by_account.sum() if account is None else by_account[account])

    @cached_property
    def groups(self) -> list[str]:
        """The class group of each position, by name."""
        names = [each.group for each in self.book.market.underlyings]
        return [names[i] if i >= 0 else "" for i in self.positions.underlying.tolist()]

    def _cash(self, account: int, column: str) -> Iterator[_Row]:
        """The row of an account's cash, where it is stated."""
        cash = float(self.cash[account])
        if not np.isnan(cash):
            amounts = {column: cash, "weight": cash / self.equity(account)}
            yield _Row(self.name(account), CASH, CASH, amounts)

    def underlyings(self, account: int) -> Iterator[_Row]:
        """The rows of an account by class group."""
        of_group: dict[str, list[int]] = defaultdict(list)
        for i in self.mine(account).tolist():
            of_group[self.groups[i]].append(i)
        found = [self._underlying(account, name, np.array(own)) for name, own in of_group.items()]
        yield from (row for _, row in sorted(found, key=lambda each: -abs(each[0])))
        required = sum(float(row.amounts["requirement"] or 0) for _, row in found)
        offsets = self.requirement(account) - required
        if abs(offsets) >= _CENT:
            yield _Row(self.name(account), OFFSETS, OFFSETS, {"requirement": offsets})
        yield from self._cash(account, "stocks")
        yield self.total(account, by_line=False)

    def _underlying(self, account: int, name: str, own: IntArray) -> tuple[float, _Row]:
        """The value of a class group of an account, $, and its row."""
        equity, option = self.equity(account), self.positions.is_option[own]
        value, delta = float(self.value[own].sum()), float(self.exposure[own].sum())
        price = self._price(name, own)
        stocks, options = self.value[own[~option]].sum(), self.value[own[option]].sum()
        amounts = {
            "price": price,
            "stocks": stocks,
            "options": options,
            "weight": value / equity,
            "unrealized gain": self.gain[own].sum(),
            "exposure": delta,
            "share of equity": delta / equity,
            **self._covered(own),
            "requirement": self._of_group(account, name, own),
            "delta shares": delta / price,
            **self._greeks(own),
            **self._worst(account, name),
        }
        row = _Row(self.name(account), HoldingsLevel.UNDERLYING.value, name, amounts)
        return float(stocks) + float(options), row

    @cached_property
    def _outside(self) -> IntArray:
        """Where each position stands among those that are not eligible; -1 for the others."""
        outside = self.margin.not_eligible
        place = np.full(len(self.positions), -1)
        place[outside] = np.arange(len(outside))
        return place

    @cached_property
    def _symbols(self) -> dict[str, int]:
        return {u.symbol: i for i, u in enumerate(self.book.market.underlyings)}

    def _price(self, name: str, own: IntArray) -> float:
        """The price of the underlying that a group is named after, or of its only one, $."""
        held = np.unique(self.positions.underlying[own])
        of = self._symbols.get(name, int(held[0]) if len(held) == 1 else -1)
        return float(self.margin.spot[of]) if of >= 0 else np.nan

    def _covered(self, own: IntArray) -> Mapping[str, float]:
        """Shares under short calls, and shares held for each of them, where there are any."""
        positions = self.positions
        shares_of = own[~self.book.market.is_index[positions.underlying[own]]]
        units, kind = positions.units[shares_of], positions.kind[shares_of]
        calls = -float(units[(kind == InstrumentKind.CALL) & (units < 0)].sum())
        if not calls:
            return {}
        held = float(units[positions.is_stock[shares_of]].sum())
        return {"calls written": calls, "covered": max(held, 0.0) / calls}

    def _of_group(self, account: int, name: str, own: IntArray) -> float:
        """What a class group requires by itself, and its positions that are not eligible, $."""
        of = self._classes.get((account, name), ())
        inside = sum(float(self.margin.levels[0].requirement[i]) for i in of)
        place = self._outside[own]
        return inside + float(self.margin.strategy_based.by_position[place[place >= 0]].sum())

    def total(self, account: int | None, *, by_line: bool) -> _Row:
        """The total of an account, or of all: with its cash, and with its offsets."""
        mine, equity = self.mine(account), self.equity(account)
        cash = float(self.cash.sum() if account is None else self.cash[account])
        option = self.positions.is_option[mine]
        stocks, options = self.value[mine[~option]].sum() + cash, self.value[mine[option]].sum()
        delta, required = float(self.exposure[mine].sum()), self.requirement(account)
        amounts = {
            "weight": equity / equity,
            "unrealized gain": self.gain[mine].sum(),
            "exposure": delta,
        }
        if by_line:
            amounts |= {"market value": stocks + options, "share of requirement": required}
        else:
            amounts |= {"stocks": stocks, "options": options, "share of equity": delta / equity}
            amounts |= {"requirement": required, **self._greeks(mine)}
        label = f"{self.name(account)}, {TOTAL}".removeprefix(", ")
        if account is None:
            return _Row("", GRAND, "all accounts", amounts)
        return _Row(self.name(account), TOTAL, label, amounts)

    def lines(self, account: int) -> Iterator[_Row]:
        """The rows of an account by position: stocks, options written, options bought, cash."""
        positions, mine = self.positions, self.mine(account)
        option, short = positions.is_option[mine], positions.units[mine] < 0
        for kind, of in zip(_KINDS, (~option, option & short, option & ~short), strict=True):
            own = mine[of]
            if own.size:
                yield from (self._line(i) for i in self._ordered(own))
                yield self._subtotal(account, kind, own)
        yield from self._cash(account, "market value")
        yield self.total(account, by_line=True)

    def _ordered(self, own: IntArray) -> list[int]:
        """Stocks by value, the largest first; options by underlying, expiration and strike."""
        positions = self.positions
        if not positions.is_option[own[0]]:
            return sorted(own.tolist(), key=lambda i: -abs(float(self.value[i])))
        return sorted(
            own.tolist(),
            key=lambda i: (positions.symbol[i], positions.expiration[i], positions.strike[i]),
        )

    def _line(self, i: int) -> _Row:
        positions, account = self.positions, int(self.positions.account[i])
        units, spot = positions.units[i], self.margin.spot[positions.underlying[i]]
        amounts = {
            "quantity": positions.quantity[i],
            "mark": self.margin.unit_value[i],
            "cost": positions.cost[i],
            "market value": self.value[i],
            "weight": self.value[i] / self.equity(account),
            "unrealized gain": self.gain[i],
            "exposure": self.exposure[i],
            "delta": self.exposure[i] / (units * spot) if units * spot else np.nan,
            "share of requirement": self.required[i],
        }
        name = positions.contracts.name(i)
        return _Row(self.name(account), HoldingsLevel.POSITION.value, name, amounts)

    def _subtotal(self, account: int, kind: str, own: IntArray) -> _Row:
        value = float(self.value[own].sum())
        amounts = {
            "market value": value,
            "weight": value / self.equity(account),
            "unrealized gain": self.gain[own].sum(),
            "exposure": self.exposure[own].sum(),
            "share of requirement": self.required[own].sum(),
        }
        label = f"{kind}, {len(own)} line{'s' * (len(own) > 1)}"
        return _Row(self.name(account), SUBTOTAL, label, amounts)
