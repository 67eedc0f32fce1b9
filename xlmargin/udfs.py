"""The worksheet functions: Excel's front door, and the same functions for plain Python.

Called with lists of rows they answer plain values, as they do in a cell. A refused input answers
one text that begins with `#XLM!`; nothing here raises.
"""

import functools
import gc
import inspect
from dataclasses import replace
from inspect import Parameter, Signature

from xlmargin import reports
from xlmargin.account import dates_ahead
from xlmargin.dates import date_of
from xlmargin.efficiency import ComparisonLevel, compared, efficiency_gain, strategy_figure
from xlmargin.eligibility import checklist
from xlmargin.excel.answers import (
    account_of,
    alerts_of,
    changed,
    excess_path_of,
    history_of,
    intraday_of,
    reconciled,
    reconciled_statement,
)
from xlmargin.excel.arguments import (
    DIVIDENDS,
    HEADERS,
    MARKET,
    POSITIONS,
    SETTINGS,
    read_later_day,
    read_moves,
    read_word,
)
from xlmargin.excel.clearing_arrays import read_arrays_in_cells
from xlmargin.excel.facts_reader import read_facts, settings_of
from xlmargin.excel.market_filling import market_with_groups, read_groups
from xlmargin.excel.option_arguments import read_options, read_parity, read_symbol
from xlmargin.excel.order_effects import hedge_orders, order_capacity, writing_capacity
from xlmargin.excel.range_checks import problems_of
from xlmargin.excel.ranges import Ranges
from xlmargin.excel.report_messages import messages_of
from xlmargin.excel.settings_alone import agreed_day, read_settings_alone
from xlmargin.excel.underlyings import underlyings_of
from xlmargin.excel.worksheet_function import (
    TODAY,
    Argument,
    ArgumentKind,
    Returns,
    worksheet_function,
)
from xlmargin.known_instruments import KNOWN
from xlmargin.margin_calls import CallKind, last_day_to_meet
from xlmargin.pricing import (
    carry_yield,
    greeks,
    implied_volatility,
    parity_forward,
    theoretical_value,
)
from xlmargin.rulebook import eligibility_rules
from xlmargin.settings import Basis, Settings
from xlmargin.strategy_margin import RequirementKind
from xlmargin.what_if import one_more

RANGE, VALUES, TEXT, NUMBER, SWITCH, DATE = ArgumentKind

MANY_DAYS = 6.0
"""A history margins each of its days: it may hold a sheet so many times longer, for a minute."""

TRADES = Argument(
    "Trades with the headings of positions: quantity bought (> 0) or sold, price; cost (trade"
    " price), fee, action (trade, close or roll), to_expiration, to_strike, to_price.",
    RANGE,
)
CANDIDATES = Argument(
    "What might be traded, with the headings of positions: price; quantity (sign: bought or"
    " sold; size: the most; left out: as side says, or bought), cost (trade price), fee, account.",
    RANGE,
)
ACTIVITY = Argument(
    "Trades, deposits, withdrawals (of cash or securities), expirations, with headings: symbol,"
    " type, quantity (sold < 0), price; strike, expiration. Optional: date, time (equal or none:"
    " the worst order counts), order, fee, mark, account.",
    RANGE,
)
ARRAYS = Argument(
    "Gains and losses of a long position, a row a contract: class, symbol, expiry, cp, strike,"
    " multiplier, minimum, price, pl_1 ... pl_10 (or -5 ... 5).",
    RANGE,
)
FACTS = Argument(
    "Names and values, a column an account: status, equity, monitoring, unlisted_derivatives,"
    " registration, experience, option_level, disclosure, agreement, review.",
    RANGE,
)
GROUPS = Argument(
    "Reports of the clearing house as they are, one below the other: RBHCPMIncludedProductsReport,"
    " RBHCPMProductGroupsReport, RBHCPMPortfolioGroupsReport.",
    RANGE,
)
ANOTHER_REPORT = Argument("Another of these reports, where each has a range of its own.", RANGE)
ORDERS = Argument(
    "Orders with the headings of trades, each by itself: side (buy, sell, sell short, 1, 2, 5) or"
    " the sign of quantity, or neither; limit: the most to look at (1,000,000 units); name_share:"
    " most of the requirement for its class group (0.25).",
    RANGE,
)
THRESHOLDS = Argument(
    "Limits with headings: figure (of MARGIN_ACCOUNT, or in short: excess, cushion; largest name"
    " share, requirement change, mark age), warn, alert. Optional: account (left out: each),"
    " direction (below, above), value (of requirement change).",
    RANGE,
    optional=True,
)
BROKER_FIGURES = Argument(
    "A broker's figures with headings: figure (ours, or the broker's word: MaintMarginReq, House"
    " surplus), amount. Optional: account (left out: all), group (of a class), as_of, source,"
    " asked (day).",
    RANGE,
)
TOLERANCE = Argument(
    "Fraction of the broker's figure that ours may differ by (default: settings, else"
    f" {Settings.tolerance_share}).",
    NUMBER,
)
BOOK = {"positions": POSITIONS, "market": MARKET, "settings": SETTINGS, "dividends": DIVIDENDS}
_REST = {name: described for name, described in BOOK.items() if name != "positions"}
_BROKER = {"positions": POSITIONS, "broker_figures": BROKER_FIGURES, **_REST}


def _optional(**arguments):
    return {name: replace(each, optional=True) for name, each in arguments.items()}


def _ranges(given):
    """The ranges of a book, and by name those beside it."""
    book = {name: given.pop(name, None) for name in BOOK}
    return Ranges(**book, extra=given, today=TODAY())


def _options(given):
    """The options of a call, at a volatility or at a price."""
    third = next((name, given.pop(name)) for name in ("volatility", "price") if name in given)
    return read_options(given.pop("type_"), third=third, today=TODAY, **given)


def _pair(given):
    """The calls and puts of a call, with a spot or without."""
    spot = (given.pop("spot"),) if "spot" in given else None
    return read_parity(spot=spot, today=TODAY, **given)


_MADE = {"ranges": _ranges, "options": _options, "pair": _pair}
"""What a function may be called with in the place of single arguments."""


def _function(returns=None, patience=1.0, /, **arguments):
    """Make a function a worksheet function of these arguments, in their order.

    Those that it does not name itself go into its `ranges`, `options` or `pair`; a table that it
    answers is shown with headings where `headers` are wanted. Optional arguments are None.
    """

    def decorate(function):
        own = inspect.signature(function).parameters
        made = next((name for name in own if name in _MADE), None)
        defaults = {"headers": True, **{n: None for n, each in arguments.items() if each.optional}}
        defaults |= {n: p.default for n, p in own.items() if p.default is not p.empty}

        def call(**given):
            given = {**{n: default for n, default in defaults.items() if n in arguments}, **given}
            named = {name: given.pop(name) for name in own if name in arguments}
            headers = given.pop("headers", True)
            if made:
                named[made] = _MADE[made](given)
            answer = function(**named)
            return answer.cells(headers) if isinstance(answer, reports.ReportTable) else answer

        parameters = [
            Parameter(n, Parameter.POSITIONAL_OR_KEYWORD, default=defaults.get(n, Parameter.empty))
            for n in arguments
        ]
        functools.update_wrapper(call, function)
        call.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
        return worksheet_function(returns, patience, **arguments)(call)

    return decorate


@_function(**BOOK)
def PM_REQUIREMENT(ranges):
    """Portfolio margin requirement of the positions, in dollars."""
    return ranges.portfolio().amount


@_function(
    **BOOK,
    level=Argument("position (default), class, product or account.", TEXT),
    moves=Argument(
        "Your own moves of the market as fractions, in place of the ten points; a leveraged fund"
        " moves by its factor times that.",
        VALUES,
    ),
    headers=HEADERS,
)
def PM_RISK_ARRAY(ranges, level="position", moves=None):
    """Gain or loss in dollars at the ten valuation points, or at your own moves, a row a position,
    group or account.
    """
    level = read_word("level", level, reports.ArrayLevel)
    own = read_moves("moves", moves, (), least=-1.0)
    return reports.risk_array_table(ranges.portfolio(), level, own)


@_function(**BOOK, headers=HEADERS)
def PM_GROUPS(ranges):
    """Each class, product and portfolio group: worst point, worst loss, minimum, requirement in
    dollars, which of them binds, and the rule.
    """
    return reports.groups_table(ranges.portfolio())


@_function(
    positions=POSITIONS,
    arrays=ARRAYS,
    groups=Argument(
        "The market range of XLM_MARKET_GROUPS, or reports of the clearing house, one below the"
        " other.",
        RANGE,
    ),
    settings=SETTINGS,
    headers=HEADERS,
)
def PM_OFFICIAL(ranges, arrays, groups=None):
    """Requirement by the clearing house's own arrays, without a model, a row a group: worst point,
    worst loss, minimum, requirement in dollars; counted adds up to the whole.
    """
    return reports.official_table(read_arrays_in_cells(ranges.tables, arrays, groups).margin)


@_function(
    **BOOK,
    spot_moves=Argument("Moves of spot as fractions, one a row of the answer.", VALUES),
    vol_moves=Argument("Relative moves of volatility (0.5: half more), one a column.", VALUES),
    headers=HEADERS,
)
def PM_STRESS(ranges, spot_moves=None, vol_moves=None):
    """Gain or loss in dollars: moves of spot down, moves of volatility across. All accounts
    together first, then, where there are several, each by itself.
    """
    spots = read_moves("spot_moves", spot_moves, reports.SPOT_MOVES, least=-1.0)
    volatilities = read_moves("vol_moves", vol_moves, reports.VOLATILITY_MOVES, least=-1.0)
    return reports.stress_table(ranges.portfolio(), spots, volatilities)


@_function(
    **BOOK,
    moves=Argument("Moves of every underlying as fractions, one a row.", VALUES),
    headers=HEADERS,
)
def PM_PATH(ranges, moves=None):
    """After each move of every underlying, with arrays re-based: account value, requirement and
    excess in dollars, and requirement / account value. All accounts together first, then, where
    there are several, each by itself.
    """
    path = read_moves("moves", moves, reports.SPOT_MOVES, least=-1.0)
    return reports.path_table(ranges.portfolio(), path)


@_function(
    **BOOK,
    moves=Argument("Moves of every underlying as fractions, one a row.", VALUES),
    headers=HEADERS,
)
def MARGIN_PATH(ranges, moves=None):
    """After each move of every underlying, by the rules that the account is under: account value,
    equity as they count it, requirement and excess in dollars, excess / account value. All accounts
    together, then, where there are several, each by itself.
    """
    path = read_moves("moves", moves, reports.SPOT_MOVES, least=-1.0)
    return reports.excess_path_table(excess_path_of(ranges, path))


@_function(**BOOK, headers=HEADERS)
def PM_CONTRIBUTION(ranges):
    """Requirement in dollars of each position: standalone, marginal (with it less without it), and
    its share of the total at the worst point.
    """
    return reports.contribution_table(ranges.portfolio())


@_function(**BOOK, headers=HEADERS)
def PM_CONTRACTS(ranges):
    """A row a contract: quantity, mark, model value, volatility and its source, rate, yield and
    forward to its expiration, years; delta, gamma, vega (per 1.00) and theta (a day), $ per unit.
    """
    return reports.contracts_table(ranges.portfolio())


@_function(
    **BOOK, level=Argument("underlying (default), position or account.", TEXT), headers=HEADERS
)
def PM_GREEKS(ranges, level="underlying"):
    """Market value, exposure (delta x units x spot) and its share of equity, gamma per 1% of the
    underlying, vega per point of volatility, theta per day: in dollars, without cash.
    """
    level = read_word("level", level, reports.ExposureLevel)
    return reports.exposure_table(ranges.portfolio(), level)


@_function(**BOOK, level=Argument("underlying (default) or position.", TEXT), headers=HEADERS)
def PM_HOLDINGS(ranges, level="underlying"):
    """What each account holds, largest first, with subtotals, cash and totals: market value, weight
    in equity, unrealized gain, exposure, calls covered, requirement; in dollars and fractions.
    """
    level = read_word("level", level, reports.HoldingsLevel)
    return reports.holdings_table(ranges.portfolio(), level)


@_function(
    **BOOK,
    moves=Argument(
        "Moves of the market as fractions, one a column; a leveraged fund moves by its factor"
        " times that.",
        VALUES,
    ),
    day=Argument("The day of the gains, as_of (default) or later.", DATE),
    headers=HEADERS,
)
def PM_PROFILE(ranges, moves=None, day=None):
    """Gain or loss in dollars by underlying and account after moves of the market, today or on a
    later day: volatilities stay, what has expired is at its intrinsic value.
    """
    own = read_moves("moves", moves, reports.SPOT_MOVES, least=-1.0)
    margin = ranges.portfolio()
    day = read_later_day("day", day, margin.book.market.as_of)
    return reports.profile_table(margin, own, day)


@_function(**BOOK)
def REGT_INITIAL(ranges):
    """Least strategy-based initial requirement over all permitted pairings, in dollars, before any
    proceeds are applied.
    """
    return ranges.strategy().initial


@_function(**BOOK)
def REGT_MAINTENANCE(ranges):
    """Least strategy-based maintenance requirement over all permitted pairings, in dollars, without
    the value of short stock.
    """
    return ranges.strategy().maintenance


@_function(**BOOK, headers=HEADERS)
def REGT_STRATEGIES(ranges):
    """The pairing that makes the requirement least, a row a leg used: line, strategy, symbol,
    quantity, initial, maintenance and proceeds in dollars, how, rule.
    """
    margin = ranges.strategy()
    is_initial = margin.book.settings.basis is Basis.INITIAL
    kind = RequirementKind.INITIAL if is_initial else RequirementKind.MAINTENANCE
    return reports.strategies_table(margin, kind)


@_function(**BOOK)
def MARGIN_EFFICIENCY(ranges):
    """Efficiency gain as a fraction: 1 - portfolio requirement / strategy-based figure of the
    setting basis (default deposit).
    """
    strategy = ranges.strategy()
    figure = strategy_figure(strategy, strategy.book.settings.basis)
    return efficiency_gain(ranges.portfolio().amount, figure)


@_function(**BOOK, headers=HEADERS)
def MARGIN_COMPARE(ranges):
    """Both regimes by underlying, account and in total, in dollars: initial, maintenance, deposit,
    portfolio requirement (each row its share), gain, and as a fraction; then other figures in use.
    """
    return reports.comparison_table(compared(ranges.regimes()))


@_function(**BOOK, headers=HEADERS)
def MARGIN_ACCOUNT(ranges):
    """The account under both regimes, a row a figure: values, equity, requirement, excess, SMA,
    buying power, leverage, cushion, the move of the market that takes the excess away, least
    equity, margin calls and their due dates.
    """
    return reports.account_table(account_of(ranges))


@_function(
    **BOOK,
    day=Argument(
        "A date of positions and market, which have a column date; left out: of one day.", DATE
    ),
    headers=HEADERS,
)
def MARGIN_ACCOUNT_ON(ranges, day=None):
    """The account on a day of dated positions and market, as MARGIN_HISTORY takes them: the figures
    of MARGIN_ACCOUNT, dollars unless stated, at that day's prices and rules.
    """
    return reports.account_table(account_of(ranges, day))


@_function(positions=POSITIONS, thresholds=THRESHOLDS, **_REST, headers=HEADERS)
def MARGIN_ALERTS(ranges):
    """Figures of each account beside their limits, worst first: light, level (0 green, 1 amber,
    2 red, -1 not known), distance, the market's move to the alert, a call's due date. Without
    thresholds: no call, now or under the stress, nothing missing.
    """
    return reports.alerts_table(*alerts_of(ranges))


@_function(
    **BOOK, level=Argument("underlying (default), strategy or account.", TEXT), headers=HEADERS
)
def MARGIN_GAINS(ranges, level="underlying"):
    """Efficiency by underlying, strategy or account, and in total: both regimes in dollars, gain on
    deposit, initial and maintenance in dollars and as fractions, and capital released on the
    setting basis. Strategies are those of the least maintenance pairing.
    """
    level = read_word("level", level, ComparisonLevel)
    return reports.gains_table(compared(ranges.regimes(), level))


@_function(positions=POSITIONS, trades=TRADES, **_REST, headers=HEADERS)
def MARGIN_WHATIF(ranges):
    """Value, requirements and excess under both regimes in dollars before trades, after them with
    fees paid, and the change; and whether the trades may be done.
    """
    return reports.what_if_table(ranges.impact())


@_function(**BOOK, headers=HEADERS)
def MARGIN_ONE_MORE(ranges):
    """What one more of each contract held, or of 100 shares, would change in dollars: initial,
    maintenance, deposit, portfolio requirement; and the cash it needs.
    """
    strategy = ranges.strategy()
    return reports.one_more_table(one_more(ranges.portfolio(), strategy))


@_function(
    positions=POSITIONS,
    orders=ORDERS,
    **_REST,
    leave=Argument(
        "Excess that is to stay: $, or below 1 a share of the account's value (0.1); default 0.",
        NUMBER,
    ),
    headers=HEADERS,
)
def MARGIN_CAPACITY(ranges, leave=None):
    """How many of each order fit: the greatest quantity up to which every one is accepted, what
    binds first, excess after what is ordered and after the greatest, and whether it is proven.
    """
    return reports.capacity_table(order_capacity(ranges, leave))


@_function(
    **BOOK,
    requirement=Argument(
        "Portfolio margin requirement not to be passed, $; left out: what it is now.", NUMBER
    ),
    move=Argument("Move of every underlying after which excess must stay (-0.2).", NUMBER),
    headers=HEADERS,
)
def MARGIN_WRITING(ranges, requirement=None, move=None):
    """The factor up to which all options written on stocks can be scaled, in steps of a tenth up
    to 10: without more uncovered calls, with an excess of 0 or more in dollars after a move, within
    a requirement.
    """
    return reports.writing_table(writing_capacity(ranges, requirement, move))


@_function(
    positions=POSITIONS,
    **_optional(candidates=CANDIDATES),
    **_REST,
    target=Argument(
        "Reduction of the requirement wanted, $; left out: the margin call, else all that can be.",
        NUMBER,
    ),
    headers=HEADERS,
)
def MARGIN_HEDGE(ranges, target=None):
    """Candidates ranked by the requirement they free for each dollar of cost, with the least
    quantity that reaches the target, or that frees the most. Without candidates: closing what is
    held, and more of each put held long, at its mark.
    """
    return reports.hedge_table(hedge_orders(ranges, target))


@_function(
    Returns.VALUE,
    day=Argument(
        "Trade date of a regt call; else the day the deficiency arose. A day without trading counts"
        " as the trading day before it.",
        DATE,
    ),
    kind=Argument("regt, maintenance, portfolio, minimum_equity or intraday.", TEXT),
    settings=SETTINGS,
)
def MARGIN_CALL_DUE(day, kind, settings=None):
    """Last day to meet a margin call, as a date: business days of the exchange after the day. An
    intraday deficit: the day after which late payment may freeze the account.
    """
    _, stated = read_settings_alone(settings, TODAY())
    kind = read_word("kind", kind, CallKind)
    every = (stated, *stated.of_accounts.values())
    return agreed_day(last_day_to_meet(kind, date_of(day), s.house, s.overrides) for s in every)


@_function(**BOOK, headers=HEADERS)
def MARGIN_CALENDAR(ranges):
    """The dates ahead at the prices of today: margin calls due, expirations, ex-dividend days with
    calls at risk of early exercise, holidays: day, what, contracts, shares and cash ($) that change
    hands. Options on indexes move cash alone.
    """
    return reports.calendar_table(dates_ahead(ranges.regimes()))


@_function(None, MANY_DAYS, **BOOK, headers=HEADERS)
def MARGIN_HISTORY(ranges):
    """Both regimes by date and account, where positions and market have a column date: $, shares of
    long market value, capital released, equity, excess, calls with due dates, why a day failed.
    """
    return reports.history_table(history_of(ranges))


@_function(None, MANY_DAYS, **BOOK, headers=HEADERS)
def MARGIN_HISTORY_SUMMARY(ranges):
    """The days of MARGIN_HISTORY in a few figures: average shares of long market value, capital
    released, worst days, margin calls, days that failed.
    """
    return reports.history_summary_table(history_of(ranges))


@_function(
    None,
    MANY_DAYS,
    **BOOK,
    since=Argument("The earlier day, a date of the positions (default the first).", DATE),
    until_=Argument("The later day, a date of the positions (default the last).", DATE),
    headers=HEADERS,
)
def MARGIN_CHANGE(ranges, since=None, until_=None):
    """Both regimes' requirements ($) from one date to another, where positions and market have a
    column date: opening, positions, prices and time, volatility, marks, rules, closing, of all
    accounts and of each. Parts add up to the cent.
    """
    return reports.change_table(changed(ranges, since, until_))


@_function(None, MANY_DAYS, **_BROKER, tolerance=TOLERANCE, headers=HEADERS)
def MARGIN_RECONCILE(ranges, tolerance=None):
    """Our figures beside the broker's: difference (broker's less ours), age in days, state (agrees,
    differs, stale, overdue, not ours, missing, older) and, where it can be told, the likely reason.
    """
    return reports.reconciliation_table(reconciled(ranges, tolerance))


@_function(None, MANY_DAYS, **_BROKER, tolerance=TOLERANCE, headers=HEADERS)
def MARGIN_RECONCILE_LINES(ranges, tolerance=None):
    """The requirement beside the broker's as a statement: the groups that it gives, all others as
    one line, a subtotal of each account, the total, days open, and the values that it rests on.
    `of ours` is the difference as a share of ours.
    """
    return reconciled_statement(ranges, tolerance)


@_function(facts=FACTS, settings=SETTINGS, headers=HEADERS)
def PM_ELIGIBILITY(facts, settings=None):
    """Who may have a portfolio margin account, a row a requirement by step: found, needed, met or
    not, what is lacking, source; and the verdict. Dollars are numbers.
    """
    as_of, stated = read_settings_alone(settings, TODAY())
    found = read_facts(facts, as_of)
    checklists = [
        checklist(each, eligibility_rules(as_of, own.house, own.overrides))
        for each, own in zip(found, settings_of(found, stated), strict=True)
    ]
    return reports.eligibility_table(checklists)


@_function(activity=ACTIVITY, **BOOK, headers=HEADERS)
def MARGIN_INTRADAY(ranges):
    """Intraday margin level in dollars after each transaction, from the holdings at the opening of
    the first day; the day's largest deficit, what satisfies it and by when. Pattern day trading
    where the date, or the setting day_trading_regime, asks for it.
    """
    return reports.intraday_table(intraday_of(ranges))


OPTION = {
    "type_": Argument("call or put; a cell or a range.", VALUES),
    "spot": Argument("Price of the underlying, $; a cell or a range.", VALUES),
    "strike": Argument("Strike, $; a cell or a range.", VALUES),
    "expiration": Argument("Expiration date; a cell or a range.", VALUES),
    **_optional(
        as_of=Argument("Date of the valuation (default today); a cell or a range.", VALUES),
        volatility=Argument("Annual volatility as a fraction; a cell or a range.", VALUES),
        price=Argument("Price of the option, $ per unit; a cell or a range.", VALUES),
        rate=Argument("Interest rate as a fraction (default 0), continuous.", VALUES),
        dividend_yield=Argument("Dividend yield as a fraction (default 0).", VALUES),
        style=Argument("american (default) or european; a cell or a range.", VALUES),
        dividends=Argument("Cash dividends with headings: ex_date, amount.", RANGE),
    ),
}
AT_VOLATILITY = {name: described for name, described in OPTION.items() if name != "price"}
AT_PRICE = {name: described for name, described in OPTION.items() if name != "volatility"}
PAIR = {
    "call_price": Argument("Price of the call, $ per unit; a cell or a range.", VALUES),
    "put_price": Argument(
        "Price of the put of that strike and expiration, $ per unit; a cell or a range.", VALUES
    ),
    **{name: OPTION[name] for name in ("spot", "strike", "expiration", "as_of", "rate")},
}


@_function(**{name: described for name, described in PAIR.items() if name != "spot"})
def OPT_FORWARD(pair):
    """Price of the underlying for delivery at expiration, $ per unit, by put-call parity of a call
    and a put of one strike. For American options an approximation, a good one near the money.
    """
    forward = parity_forward(pair.call, pair.put, pair.strike, pair.years, pair.rate)
    return reports.in_shape(forward, pair.shape)


@_function(**PAIR)
def OPT_YIELD(pair):
    """Dividend yield to expiration, a fraction a year, by put-call parity of a call and a put of
    one strike. For American options an approximation, a good one near the money.
    """
    forward = parity_forward(pair.call, pair.put, pair.strike, pair.years, pair.rate)
    found = carry_yield(forward, pair.spot, pair.years, pair.rate)
    return reports.in_shape(found, pair.shape)


@_function(**AT_VOLATILITY)
def OPT_PRICE(options):
    """Theoretical price of an option, $ per unit; ranges give an answer for each element."""
    values = theoretical_value(options.contracts, options.spot[:, None], options.third)
    return reports.in_shape(values, options.shape)


@_function(**AT_PRICE)
def OPT_IV(options):
    """Implied volatility of an option, a fraction a year; #N/A where none gives the price."""
    solved = implied_volatility(options.contracts, options.spot, options.third)
    return reports.in_shape(solved.volatility, options.shape)


@_function(**AT_VOLATILITY, headers=HEADERS)
def OPT_GREEKS(options):
    """Price, delta, gamma, theta (a day), vega (per 1.00) and rho (per 1.00) of options, $ per
    unit, a row an option.
    """
    return reports.greeks_table(greeks(options.contracts, options.spot[:, None], options.third))


@_function(
    Returns.TABLE,
    **BOOK,
    **_optional(trades=TRADES, candidates=CANDIDATES, activity=ACTIVITY, facts=FACTS),
    **_optional(orders=ORDERS, thresholds=THRESHOLDS, broker_figures=BROKER_FIGURES),
)
def XLM_CHECK(ranges):
    """Every problem found in the ranges, and how they were read: severity (error, warning, note),
    range, row, column, found, wanted; first a row that counts them, or says "no problems".
    """
    return reports.problem_table(problems_of(ranges))


@_function(
    None,
    MANY_DAYS,
    **BOOK,
    **_optional(broker_figures=BROKER_FIGURES),
    dated_positions=Argument(
        "Positions with a column date, as MARGIN_CHANGE takes them: why the requirement changed"
        " since the day of the setting compared_with.",
        RANGE,
        optional=True,
    ),
    dated_market=Argument("The market of these days, with a column date.", RANGE, optional=True),
    headers=HEADERS,
)
def XLM_MESSAGES(ranges):
    """The sentences that a report opens with, a name and a text a row, always of the same names:
    what is required, excess, calls, a stress, gains by basis, why it changed, the broker, each
    account. Where the input is refused: its first error as start.
    """
    return reports.messages_table(messages_of(ranges))


@_function(
    Returns.TABLE,
    **BOOK,
    regime=Argument("portfolio (default), or initial or maintenance by strategy.", TEXT),
)
def XLM_EXPLAIN(ranges, regime="portfolio"):
    """The requirement as an indented tree in dollars: amounts, how parts combine, and rules."""
    regime = read_word("regime", regime, reports.Regime)
    return reports.explanation_table(ranges.explained(regime))


@_function(
    Returns.TABLE,
    name=Argument("Name of a rule's number, such as contract_minimum.", TEXT),
    as_of=Argument("Date whose rules are wanted (default today).", DATE),
    groups=Argument(
        "The market range of XLM_MARKET_GROUPS, or reports of the clearing house: what they state"
        " stands in the place of the rule's.",
        RANGE,
    ),
    headers=Argument(
        "TRUE for a first row of headings, FALSE (default) for the numbers alone.", SWITCH
    ),
)
def XLM_RULE(name, as_of=None, groups=None, headers=False):
    """A rule's numbers in force: value, unit, effective date, paragraph, for which class or house,
    what it states, remarks, the day it was last compared with its source, and that source.
    """
    day = TODAY() if as_of is None else date_of(as_of)
    return reports.rule_table(name, day, read_groups({"groups": groups})).cells(headers)


@_function(positions=POSITIONS, headers=HEADERS)
def XLM_MARKET(positions):
    """The market range for these positions: an underlying a row, with what is known of it and how
    sure that is; prices in dollars, empty where they are still to be filled in.
    """
    return reports.market_table(underlyings_of(positions), TODAY())


@_function(
    positions=POSITIONS,
    products=GROUPS,
    product_groups=ANOTHER_REPORT,
    portfolio_groups=ANOTHER_REPORT,
    market=MARKET,
    headers=HEADERS,
)
def XLM_MARKET_GROUPS(
    positions, products, product_groups=None, portfolio_groups=None, market=None, headers=True
):
    """The market range with what the clearing house's reports state of what is held: groups,
    factor, eligibility, moves, offsets, minimum, and which report each is from. Give it as the
    market of every other function.
    """
    reports_ = {
        "products": products,
        "product_groups": product_groups,
        "portfolio_groups": portfolio_groups,
    }
    known = KNOWN.beside(read_groups(reports_))
    rows = market_with_groups(market, underlyings_of(positions), known)
    return rows if headers else rows[1:]


@_function(Returns.TABLE, symbol=Argument("An OCC option symbol in any usual spelling.", TEXT))
def XLM_SYMBOL(symbol):
    """Underlying, expiration date, right and strike of an OCC option symbol."""
    return [reports.symbol_row(read_symbol(symbol))]


@_function(Returns.TABLE)
def XLM_VERSION():
    """The version of xlmargin, and its rule sets with their latest effective and checked dates."""
    return reports.version_table().cells(headers=False)


gc.freeze()  # what is imported stays: the collector of cycles need not go through it each time
gc.set_threshold(5_000)  # a call makes many objects that stay, such as those of a history's days
