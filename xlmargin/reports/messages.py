"""The sentences that a report opens with, a cell and the command line alike: one definition.

They say what one day can say: what is required, what is left over, what is called, what a fall
would leave, and what is released, each gain with its basis. Figures are written as in $1,692,963,
whatever the user's language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.account import (
    AccountState,
    PortfolioState,
    RegimeState,
    StrategyState,
    largest_name,
    own_regime,
    stressed,
)
from xlmargin.book import Book
from xlmargin.cells.values import TableRows
from xlmargin.efficiency import strategy_figure
from xlmargin.errors import MarginError, Problem
from xlmargin.history import RequirementChange
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.regimes import BothRegimes
from xlmargin.reports.beside_messages import (
    NONE,
    broker_difference,
    broker_message,
    change_message,
    reason,
)
from xlmargin.reports.reconciliation_table import Reconciled
from xlmargin.reports.table import ReportTable
from xlmargin.reports.wording import day, large_money, listed, money, percent
from xlmargin.rulebook.values_in_force import RULE
from xlmargin.settings import AccountType, Basis, Settings
from xlmargin.strategy_margin import StrategyMargin
from xlmargin.what_if.impact import HALF_A_CENT

AS_OF, START, LEVEL, ROOM, CALLS = "as of", "start", "level", "room", "calls"
DISTANCE, STRESS, LARGEST, INPUT = "distance", "stress", "largest name", "input"
CHANGE, BROKER = "change", "broker"
RELEASED: Final = {basis: f"released on {basis.value}" for basis in Basis}
_MOST_CALLS: Final = 3
ACCOUNT: Final = "account"
"""How the names of the messages on each of several accounts begin."""

_OF: Final = {
    Basis.DEPOSIT: "deposit (initial less premiums received: money put up on the day)",
    Basis.INITIAL: "initial (least over pairings)",
    Basis.MAINTENANCE: "maintenance",
}


@dataclass(frozen=True)
class Message:
    """One sentence, or a few, and the name by which a page finds it."""

    name: str
    text: str


@dataclass(frozen=True, eq=False)
class Said:
    """What messages are made of: a book under both regimes, and its accounts.

    `state` is why there is none where cash is stated nowhere. `problems` counts what is to be said
    of the input. `change` is what moved the requirements since an earlier day, `broker` the
    broker's figures beside ours: None where there is nothing beside the book, or the refusal.
    """

    regimes: BothRegimes
    state: AccountState | MarginError
    problems: str
    change: RequirementChange | MarginError | None = None
    broker: Sequence[Reconciled] | MarginError | None = None

    @property
    def book(self) -> Book:
        """What the accounts hold."""
        return self.regimes.book

    @property
    def own_regime(self) -> str:
        """The regime of the accounts by its word."""
        return own_regime(self.book)

    @property
    def accounts(self) -> tuple[str, ...]:
        """The names of the accounts."""
        return self.book.positions.accounts

    def where(self, account: int) -> str:
        """In which of several accounts, if it has a name."""
        name = self.accounts[account]
        return f" in {name}" if len(self.accounts) > 1 and name else ""

    @property
    def regime(self) -> RegimeState | MarginError:
        """The accounts under their own regime; why there is nothing to say of them."""
        if isinstance(self.state, MarginError):
            return self.state
        found = self.state.portfolio if self.book.is_portfolio else self.state.strategy
        if isinstance(found, PortfolioState | StrategyState):
            return found.regime
        assert found is not None
        return found


def messages(said: Said) -> tuple[Message, ...]:
    """The messages on a book, always of the same names in one order; then those on each account."""
    made: dict[str, Callable[[Said], str]] = {
        START: _start, LEVEL: _required, ROOM: _room, CALLS: _calls, DISTANCE: _distance,
        STRESS: _stress, LARGEST: _largest,
    }  # fmt: skip
    return (
        Message(AS_OF, as_of_message(said.book)),
        *(Message(name, make(said)) for name, make in made.items()),
        *(Message(name, _released(said, basis)) for basis, name in RELEASED.items()),
        Message(CHANGE, change_message(said.change, said.own_regime)),
        Message(BROKER, broker_message(said.broker, said.own_regime)),
        Message(INPUT, _input(said.problems)),
        *_of_accounts(said),
    )


def refused_messages(errors: Sequence[Problem], problems: str) -> tuple[Message, ...]:
    """The messages on an input that is refused: its first error, and how much else there is."""
    more = f" {len(errors) - 1} more: see XLM_CHECK." if len(errors) > 1 else ""
    nothing = (
        LEVEL, ROOM, CALLS, DISTANCE, STRESS, LARGEST, *RELEASED.values(), CHANGE, BROKER,
    )  # fmt: skip
    return (
        Message(AS_OF, NONE),
        Message(START, f"The input is refused: {errors[0]}.{more}"),
        *(Message(name, NONE) for name in nothing),
        Message(INPUT, _input(problems)),
    )


def messages_table(said: Sequence[Message]) -> ReportTable:
    """A row a message: its name, and its text."""
    rows: TableRows = [[each.name, each.text] for each in said]
    return ReportTable(("name", "text"), rows)


def as_of_message(book: Book) -> str:
    """The day of the prices, the accounts, the rules they are under, and the house."""
    houses = dict.fromkeys(own.house for own in book.settings_of_accounts)
    under = {
        AccountType.PORTFOLIO: "under portfolio margin",
        AccountType.MARGIN: "under strategy-based margin",
        AccountType.CASH: "under the rules of a cash account, paid in full",
    }[book.settings.account_type]
    named = [name for name in book.positions.accounts if name]
    whose = f"account{'s' * (len(named) > 1)} {listed(named)}" if named else "one account"
    house = listed(["rule alone" if h == RULE else h.replace("_", " ") for h in houses])
    return f"As of {day(book.market.as_of)}: {whose} {under}, house: {house}."


def _start(said: Said) -> str:
    required = _required(said, large_money)
    if isinstance(said.state, MarginError):
        return f"{required} Equity is not known: {reason(said.state)}."
    called, broker = _missing(said), broker_difference(said.broker, said.own_regime)
    if len(called) > 1:
        return f"{required} {len(called)} margin calls and deficiencies are open.{broker}"
    return f"{required} {_calls(said)}{broker}"


def _required(said: Said, shown: Callable[[float], str] = money) -> str:
    """What both regimes require, that of the accounts first, with its share of equity."""
    portfolio, strategy = said.regimes.portfolio, said.regimes.strategy
    by_portfolio, by_strategy = "Portfolio margin", "Strategy-based rules"
    if said.book.is_cash_account and isinstance(strategy, StrategyMargin):
        return f"Paid in full, {shown(strategy.maintenance)} is required{_share(said)}."
    if said.book.is_portfolio:
        first = _requires(by_portfolio, portfolio, shown) + _share(said)
        return f"{first}; {_lower(_requires(by_strategy, strategy, shown))}."
    first = _requires(by_strategy, strategy, shown) + _share(said)
    if said.book.is_cash_account:
        return f"{first}."
    return f"{first}; {_lower(_requires(by_portfolio, portfolio, shown))}."


def _requires(
    name: str, margin: PortfolioMargin | StrategyMargin | MarginError, shown: Callable[[float], str]
) -> str:
    plural = "s" if name.startswith("Portfolio") else ""
    if isinstance(margin, MarginError):
        return f"{name} refuse{plural} the book"
    if isinstance(margin, PortfolioMargin):
        return f"{name} requires {shown(margin.amount)}"
    return f"{name} require {shown(margin.maintenance)} (maintenance)"


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _share(said: Said) -> str:
    regime = said.regime
    if isinstance(regime, MarginError):
        return ""
    equity, required = regime.now.equity.sum(), regime.now.requirement.sum()
    return f", {percent(required / equity)} of equity" if equity > 0 else ", with no equity"


def _room(said: Said) -> str:
    regime = said.regime
    if isinstance(regime, MarginError):
        return f"Excess is not known: {reason(regime)}."
    equity, excess = float(regime.now.equity.sum()), float(regime.now.excess.sum())
    if excess < 0:
        return f"Equity is {money(equity)}: {money(-excess)} less than is required."
    assert not isinstance(said.state, MarginError)  # a regime has answered
    value = float(said.state.values.net_liquidation_value.sum())
    called = "free cash" if said.book.is_cash_account else "excess"
    return f"Equity is {money(equity)}: {money(excess)} of it is {called}{_cushion(excess, value)}."


def _cushion(excess: float, value: float) -> str:
    return f", a cushion of {percent(excess / value)}" if value > 0 else ""


def _calls(said: Said) -> str:
    if isinstance(said.regime, MarginError):
        return "Margin calls are not known."
    called = _missing(said)
    more = f" {len(called) - _MOST_CALLS} more." if len(called) > _MOST_CALLS else ""
    return (" ".join(called[:_MOST_CALLS]) or "No margin call is open.") + more


def _missing(said: Said) -> list[str]:
    """The calls that are open, and what is missing to a least equity, in each account."""
    regime, state = said.regime, said.state
    if isinstance(regime, MarginError) or isinstance(state, MarginError):
        return []
    strategy, portfolio = state.strategy, state.portfolio
    call, of_margin = regime.now.margin_call, np.zeros(len(said.accounts))
    of_house, house_due = of_margin, of_margin
    if isinstance(strategy, StrategyState) and strategy.margin is not None:
        of_margin = strategy.margin.minimum_equity_deficiency
    if said.book.is_portfolio and isinstance(portfolio, PortfolioState):
        of_house, house_due = portfolio.minimum_equity_deficiency, portfolio.minimum_equity_due
    least = "Equity{where} is {short} below the least"
    missing = (
        (call, "A margin call of {short} is open{where}", regime.call_due),
        (of_margin, least, np.full_like(call, np.nan)),
        (of_house, f"{least} under portfolio margin", house_due),
    )
    return [
        f"{text.format(where=said.where(i), short=money(short[i]))}{_until(due[i])}."
        for i in range(len(said.accounts))
        for short, text, due in missing
        if short[i] >= HALF_A_CENT
    ]


def _until(due: float) -> str:
    return "" if np.isnan(due) else f", due {day(due)}"


def _distance(said: Said) -> str:
    regime = said.regime
    moves = regime if isinstance(regime, MarginError) else regime.moves
    if isinstance(moves, MarginError):
        return f"The distance is not known: {reason(moves)}."
    nearest = moves.nearest
    if np.isnan(nearest).all():
        return "No move of the whole market from -99% to +100% takes the excess away."
    first = int(np.nanargmin(np.abs(nearest)))
    whose, move = said.where(first), float(nearest[first])
    if not move:
        return f"There is no excess{whose}."
    way = "fall" if move < 0 else "rise"
    kind = said.book.settings.account_type
    away = "away by strategy-based rules" if kind is AccountType.MARGIN else "away"
    return f"A {way} of the whole market by {percent(abs(move))} takes the excess{whose} {away}."


def _stress(said: Said) -> str:
    margin = said.regimes.portfolio
    if isinstance(margin, MarginError) or said.book.is_cash_account:
        return NONE
    if isinstance(said.state, MarginError):
        return f"What a stress would leave is not known: {reason(said.state)}."
    try:
        after = stressed(margin)
    except MarginError as refusal:
        return f"What a stress would leave is not known: {reason(refusal)}."
    excess, under = after.excess, " under portfolio margin"
    named = _stress_in_words(margin.book.settings)
    if not said.book.is_portfolio:
        named, under = f"Were it{under}: {_lower(named)}", ""
    named = f"{named} would leave"
    if (excess < 0).any():
        short = [
            name for name, left in zip(said.accounts, excess, strict=True) if name and left < 0
        ]
        where = f" in {listed(short)}" if len(said.accounts) > 1 and short else ""
        return f"{named} {money(-excess.clip(max=0.0).sum())} missing{under}{where}."
    left = float(excess.sum())
    cushion = _cushion(left, float(after.equity.sum()))
    return f"{named} an excess of {money(left)}{under}{cushion}."


def _stress_in_words(settings: Settings) -> str:
    """The moves of a stress: a fall of the whole market by 20% with volatility doubled."""
    move, volatility = settings.stress_move, settings.stress_volatility
    moved = f"A {'fall' if move < 0 else 'rise'} of the whole market by {100 * abs(move):.4g}%"
    if not volatility:
        return f"{moved}, volatilities unchanged,"
    if volatility == 1.0:
        return f"{moved} with volatility doubled"
    return f"{moved} with volatility {100 * volatility:+.4g}%"


def _largest(said: Said) -> str:
    margin = said.regimes.portfolio if said.book.is_portfolio else said.regimes.strategy
    if isinstance(margin, MarginError):
        return NONE
    found = largest_name(margin, together=True)
    share = float(found.share[0])
    if np.isnan(share):
        return NONE
    return f"The largest name is {found.names[0]}: {percent(share)} of the requirement."


def _released(said: Said, basis: Basis) -> str:
    """What portfolio margin releases on one basis, which is named."""
    portfolio, strategy = said.regimes.portfolio, said.regimes.strategy
    if said.book.is_cash_account:
        return f"{NONE}: a cash account"
    if isinstance(portfolio, MarginError) or isinstance(strategy, MarginError):
        return f"{NONE}: a regime refuses the book"
    figure = strategy_figure(strategy, basis)
    gain = figure - portfolio.amount
    if gain < 0:
        more = f"portfolio margin requires {money(-gain)} more"
        return f"Nothing is released on {_OF[basis]}: {more}."
    part = f", {percent(gain / figure)} of {money(figure)}" if figure > 0 else ""
    return f"Capital released on {_OF[basis]}: {money(gain)}{part}."


def _input(problems: str) -> str:
    see = ": see XLM_CHECK" if problems[0].isdigit() else ""
    return f"The input has {problems}{see}."


def _of_accounts(said: Said) -> Iterator[Message]:
    """A message on each of several accounts."""
    regime = said.regime
    if len(said.accounts) < 2:
        return
    for i, account in enumerate(said.accounts):
        name = account or "(none)"
        if isinstance(regime, MarginError):
            yield Message(f"{ACCOUNT} {name}", f"{name}: not known: {reason(regime)}.")
            continue
        now = regime.now
        equity, excess = float(now.equity[i]), float(now.excess[i])
        assert not isinstance(said.state, MarginError)  # a regime has answered
        value = float(said.state.values.net_liquidation_value[i])
        cushion = f", cushion {percent(excess / value)}" if value > 0 else ""
        call = float(now.margin_call[i])
        called = "no margin call"
        if call >= HALF_A_CENT:
            called = f"margin call {money(call)}{_until(regime.call_due[i])}"
        yield Message(
            f"{ACCOUNT} {name}",
            f"{name}: equity {money(equity)}, requirement {money(float(now.requirement[i]))},"
            f" excess {money(excess)}{cushion}; {called}.",
        )
