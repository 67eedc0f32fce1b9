"""The worksheet functions: Excel's front door, and the same functions for plain Python.

Called with lists of rows they answer plain values, as they do in a cell. A refused input answers
one text that begins with `#XLM!`; nothing here raises.
"""

import gc

from xlmargin import reports
from xlmargin.account import dates_ahead
from xlmargin.dates import date_of
from xlmargin.efficiency import ComparisonLevel, compared, efficiency_gain, strategy_figure
from xlmargin.eligibility import checklist
from xlmargin.excel.account_answers import account_of, alerts_of, intraday_of
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
from xlmargin.excel.broker_answers import reconciled, reconciled_statement
from xlmargin.excel.clearing_arrays import read_arrays_in_cells
from xlmargin.excel.dated_answers import changed, history_of
from xlmargin.excel.facts_reader import read_facts, settings_of
from xlmargin.excel.groups_range import read_groups
from xlmargin.excel.market_filling import market_with_groups
from xlmargin.excel.option_arguments import read_options, read_parity, read_symbol
from xlmargin.excel.order_effects import hedge_orders, order_capacity, writing_capacity
from xlmargin.excel.placing import underlyings_of
from xlmargin.excel.range_checks import problems_of
from xlmargin.excel.ranges import Ranges
from xlmargin.excel.report_messages import messages_of
from xlmargin.excel.settings_reader import agreed_day, read_settings_alone
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

MANY_DAYS = 6.0
"""A history margins each of its days: it may hold a sheet so many times longer, for a minute."""

TRADES = Argument(
    "Trades with the headings of positions: quantity bought (> 0) or sold, price; cost (trade"
    " price), fee, action (trade, close or roll), to_expiration, to_strike, to_price.",
    ArgumentKind.RANGE,
)
CANDIDATES = Argument(
    "What might be traded, with the headings of positions: price; quantity (sign: bought or"
    " sold; size: the most; left out: as side says, or bought), cost (trade price), fee, account.",
    ArgumentKind.RANGE,
)
ACTIVITY = Argument(
    "Trades, deposits, withdrawals (of cash or securities), expirations, with headings: symbol,"
    " type, quantity (sold < 0), price; strike, expiration. Optional: date, time (equal or none:"
    " the worst order counts), order, fee, mark, account.",
    ArgumentKind.RANGE,
)
ARRAYS = Argument(
    "Gains and losses of a long position, a row a contract: class, symbol, expiry, cp, strike,"
    " multiplier, minimum, price, pl_1 ... pl_10 (or -5 ... 5).",
    ArgumentKind.RANGE,
)
FACTS = Argument(
    "Names and values, a column an account: status, equity, monitoring, unlisted_derivatives,"
    " registration, experience, option_level, disclosure, agreement, review.",
    ArgumentKind.RANGE,
)
GROUPS = Argument(
    "Reports of the clearing house as they are, one below the other: RBHCPMIncludedProductsReport,"
    " RBHCPMProductGroupsReport, RBHCPMPortfolioGroupsReport.",
    ArgumentKind.RANGE,
)
ANOTHER_REPORT = Argument(
    "Another of these reports, where each has a range of its own.", ArgumentKind.RANGE
)
ORDERS = Argument(
    "Orders with the headings of trades, each by itself: side (buy, sell, sell short, 1, 2, 5) or"
    " the sign of quantity, or neither; limit: the most to look at (1,000,000 units); name_share:"
    " most of the requirement for its class group (0.25).",
    ArgumentKind.RANGE,
)
THRESHOLDS = Argument(
    "Limits with headings: figure (of MARGIN_ACCOUNT, or in short: excess, cushion; largest name"
    " share, requirement change, mark age), warn, alert. Optional: account (left out: each),"
    " direction (below, above), value (of requirement change).",
    ArgumentKind.RANGE,
)
BROKER_FIGURES = Argument(
    "A broker's figures with headings: figure (ours, or the broker's word: MaintMarginReq, House"
    " surplus), amount. Optional: account (left out: all), group (of a class), as_of, source,"
    " asked (day).",
    ArgumentKind.RANGE,
)
TOLERANCE = Argument(
    "Fraction of the broker's figure that ours may differ by (default: settings, else"
    f" {Settings.tolerance_share}).",
    ArgumentKind.NUMBER,
)
BOOK = {"positions": POSITIONS, "market": MARKET, "settings": SETTINGS, "dividends": DIVIDENDS}
_REST = {name: described for name, described in BOOK.items() if name != "positions"}


def _ranges(positions, market, settings, dividends, **extra):
    return Ranges(positions, market, settings, dividends, extra, TODAY())


@worksheet_function(**BOOK)
def PM_REQUIREMENT(positions, market=None, settings=None, dividends=None):
    """Portfolio margin requirement of the positions, in dollars."""
    return _ranges(positions, market, settings, dividends).portfolio().amount


@worksheet_function(
    **BOOK,
    level=Argument("position (default), class, product or account.", ArgumentKind.TEXT),
    moves=Argument(
        "Your own moves of the market as fractions, in place of the ten points; a leveraged fund"
        " moves by its factor times that.",
        ArgumentKind.VALUES,
    ),
    headers=HEADERS,
)
def PM_RISK_ARRAY(
    positions,
    market=None,
    settings=None,
    dividends=None,
    level="position",
    moves=None,
    headers=True,
):
    """Gain or loss in dollars at the ten valuation points, or at your own moves, a row a position,
    group or account.
    """
    level = read_word("level", level, reports.ArrayLevel)
    own = read_moves("moves", moves, (), least=-1.0)
    margin = _ranges(positions, market, settings, dividends).portfolio()
    return reports.risk_array_table(margin, level, own).cells(headers)


@worksheet_function(**BOOK, headers=HEADERS)
def PM_GROUPS(positions, market=None, settings=None, dividends=None, headers=True):
    """Each class, product and portfolio group: worst point, worst loss, minimum, requirement in
    dollars, which of them binds, and the rule.
    """
    margin = _ranges(positions, market, settings, dividends).portfolio()
    return reports.groups_table(margin).cells(headers)


@worksheet_function(
    positions=POSITIONS,
    arrays=ARRAYS,
    groups=Argument(
        "The market range of XLM_MARKET_GROUPS, or reports of the clearing house, one below the"
        " other.",
        ArgumentKind.RANGE,
    ),
    settings=SETTINGS,
    headers=HEADERS,
)
def PM_OFFICIAL(positions, arrays, groups=None, settings=None, headers=True):
    """Requirement by the clearing house's own arrays, without a model, a row a group: worst point,
    worst loss, minimum, requirement in dollars; counted adds up to the whole.
    """
    tables = _ranges(positions, None, settings, None).tables
    margin = read_arrays_in_cells(tables, arrays, groups).margin
    return reports.official_table(margin).cells(headers)


@worksheet_function(
    **BOOK,
    spot_moves=Argument(
        "Moves of spot as fractions, one a row of the answer.", ArgumentKind.VALUES
    ),
    vol_moves=Argument(
        "Relative moves of volatility (0.5: half more), one a column.", ArgumentKind.VALUES
    ),
    headers=HEADERS,
)
def PM_STRESS(
    positions,
    market=None,
    settings=None,
    dividends=None,
    spot_moves=None,
    vol_moves=None,
    headers=True,
):
    """Gain or loss in dollars: moves of spot down, moves of volatility across. All accounts
    together first, then, where there are several, each by itself.
    """
    spots = read_moves("spot_moves", spot_moves, reports.SPOT_MOVES, least=-1.0)
    volatilities = read_moves("vol_moves", vol_moves, reports.VOLATILITY_MOVES, least=-1.0)
    margin = _ranges(positions, market, settings, dividends).portfolio()
    return reports.stress_table(margin, spots, volatilities).cells(headers)


@worksheet_function(
    **BOOK,
    moves=Argument("Moves of every underlying as fractions, one a row.", ArgumentKind.VALUES),
    headers=HEADERS,
)
def PM_PATH(positions, market=None, settings=None, dividends=None, moves=None, headers=True):
    """After each move of every underlying, with arrays re-based: account value, requirement and
    excess in dollars, and requirement / account value. All accounts together first, then, where
    there are several, each by itself.
    """
    path = read_moves("moves", moves, reports.SPOT_MOVES, least=-1.0)
    margin = _ranges(positions, market, settings, dividends).portfolio()
    return reports.path_table(margin, path).cells(headers)


@worksheet_function(**BOOK, headers=HEADERS)
def PM_CONTRIBUTION(positions, market=None, settings=None, dividends=None, headers=True):
    """Requirement in dollars of each position: standalone, marginal (with it less without it), and
    its share of the total at the worst point.
    """
    margin = _ranges(positions, market, settings, dividends).portfolio()
    return reports.contribution_table(margin).cells(headers)


@worksheet_function(**BOOK, headers=HEADERS)
def PM_CONTRACTS(positions, market=None, settings=None, dividends=None, headers=True):
    """A row a contract: quantity, mark, model value, volatility and its source, rate, yield and
    forward to its expiration, years; delta, gamma, vega (per 1.00) and theta (a day), $ per unit.
    """
    margin = _ranges(positions, market, settings, dividends).portfolio()
    return reports.contracts_table(margin).cells(headers)


@worksheet_function(
    **BOOK,
    level=Argument("underlying (default), position or account.", ArgumentKind.TEXT),
    headers=HEADERS,
)
def PM_GREEKS(
    positions, market=None, settings=None, dividends=None, level="underlying", headers=True
):
    """Market value, exposure (delta x units x spot) and its share of equity, gamma per 1% of the
    underlying, vega per point of volatility, theta per day: in dollars, without cash.
    """
    level = read_word("level", level, reports.ExposureLevel)
    margin = _ranges(positions, market, settings, dividends).portfolio()
    return reports.exposure_table(margin, level).cells(headers)


@worksheet_function(
    **BOOK,
    level=Argument("underlying (default) or position.", ArgumentKind.TEXT),
    headers=HEADERS,
)
def PM_HOLDINGS(
    positions, market=None, settings=None, dividends=None, level="underlying", headers=True
):
    """What each account holds, largest first, with subtotals, cash and totals: market value, weight
    in equity, unrealized gain, exposure, calls covered, requirement; in dollars and fractions.
    """
    level = read_word("level", level, reports.HoldingsLevel)
    margin = _ranges(positions, market, settings, dividends).portfolio()
    return reports.holdings_table(margin, level).cells(headers)


@worksheet_function(
    **BOOK,
    moves=Argument(
        "Moves of the market as fractions, one a column; a leveraged fund moves by its factor"
        " times that.",
        ArgumentKind.VALUES,
    ),
    day=Argument("The day of the gains, as_of (default) or later.", ArgumentKind.DATE),
    headers=HEADERS,
)
def PM_PROFILE(
    positions, market=None, settings=None, dividends=None, moves=None, day=None, headers=True
):
    """Gain or loss in dollars by underlying and account after moves of the market, today or on a
    later day: volatilities stay, what has expired is at its intrinsic value.
    """
    own = read_moves("moves", moves, reports.SPOT_MOVES, least=-1.0)
    margin = _ranges(positions, market, settings, dividends).portfolio()
    day = read_later_day("day", day, margin.book.market.as_of)
    return reports.profile_table(margin, own, day).cells(headers)


@worksheet_function(**BOOK)
def REGT_INITIAL(positions, market=None, settings=None, dividends=None):
    """Least strategy-based initial requirement over all permitted pairings, in dollars, before any
    proceeds are applied.
    """
    return _ranges(positions, market, settings, dividends).strategy().initial


@worksheet_function(**BOOK)
def REGT_MAINTENANCE(positions, market=None, settings=None, dividends=None):
    """Least strategy-based maintenance requirement over all permitted pairings, in dollars, without
    the value of short stock.
    """
    return _ranges(positions, market, settings, dividends).strategy().maintenance


@worksheet_function(**BOOK, headers=HEADERS)
def REGT_STRATEGIES(positions, market=None, settings=None, dividends=None, headers=True):
    """The pairing that makes the requirement least, a row a leg used: line, strategy, symbol,
    quantity, initial, maintenance and proceeds in dollars, how, rule.
    """
    margin = _ranges(positions, market, settings, dividends).strategy()
    is_initial = margin.book.settings.basis is Basis.INITIAL
    kind = RequirementKind.INITIAL if is_initial else RequirementKind.MAINTENANCE
    return reports.strategies_table(margin, kind).cells(headers)


@worksheet_function(**BOOK)
def MARGIN_EFFICIENCY(positions, market=None, settings=None, dividends=None):
    """Efficiency gain as a fraction: 1 - portfolio requirement / strategy-based figure of the
    setting basis (default deposit).
    """
    ranges = _ranges(positions, market, settings, dividends)
    strategy = ranges.strategy()
    figure = strategy_figure(strategy, strategy.book.settings.basis)
    return efficiency_gain(ranges.portfolio().amount, figure)


@worksheet_function(**BOOK, headers=HEADERS)
def MARGIN_COMPARE(positions, market=None, settings=None, dividends=None, headers=True):
    """Both regimes by underlying, account and in total, in dollars: initial, maintenance, deposit,
    portfolio requirement (each row its share), gain, and as a fraction; then other figures in use.
    """
    regimes = _ranges(positions, market, settings, dividends).regimes()
    return reports.comparison_table(compared(regimes)).cells(headers)


@worksheet_function(**BOOK, headers=HEADERS)
def MARGIN_ACCOUNT(positions, market=None, settings=None, dividends=None, headers=True):
    """The account under both regimes, a row a figure: values, equity, requirement, excess, SMA,
    buying power, leverage, cushion, the move of the market that takes the excess away, least
    equity, margin calls and their due dates.
    """
    state = account_of(_ranges(positions, market, settings, dividends))
    return reports.account_table(state).cells(headers)


@worksheet_function(
    **BOOK,
    day=Argument(
        "A date of positions and market, which have a column date; left out: of one day.",
        ArgumentKind.DATE,
    ),
    headers=HEADERS,
)
def MARGIN_ACCOUNT_ON(
    positions, market=None, settings=None, dividends=None, day=None, headers=True
):
    """The account on a day of dated positions and market, as MARGIN_HISTORY takes them: the figures
    of MARGIN_ACCOUNT, dollars unless stated, at that day's prices and rules.
    """
    state = account_of(_ranges(positions, market, settings, dividends), day)
    return reports.account_table(state).cells(headers)


@worksheet_function(positions=POSITIONS, thresholds=THRESHOLDS, **_REST, headers=HEADERS)
def MARGIN_ALERTS(
    positions, thresholds=None, market=None, settings=None, dividends=None, headers=True
):
    """Figures of each account beside their limits, worst first: light, level (0 green, 1 amber,
    2 red, -1 not known), distance, the market's move to the alert, a call's due date. Without
    thresholds: no call, now or under the stress, nothing missing.
    """
    ranges = _ranges(positions, market, settings, dividends, thresholds=thresholds)
    return reports.alerts_table(*alerts_of(ranges)).cells(headers)


@worksheet_function(
    **BOOK,
    level=Argument("underlying (default), strategy or account.", ArgumentKind.TEXT),
    headers=HEADERS,
)
def MARGIN_GAINS(
    positions, market=None, settings=None, dividends=None, level="underlying", headers=True
):
    """Efficiency by underlying, strategy or account, and in total: both regimes in dollars, gain on
    deposit, initial and maintenance in dollars and as fractions, and capital released on the
    setting basis. Strategies are those of the least maintenance pairing.
    """
    level = read_word("level", level, ComparisonLevel)
    regimes = _ranges(positions, market, settings, dividends).regimes()
    return reports.gains_table(compared(regimes, level)).cells(headers)


@worksheet_function(
    **BOOK,
    trades=TRADES,
    headers=HEADERS,
)
def MARGIN_WHATIF(positions, trades, market=None, settings=None, dividends=None, headers=True):
    """Value, requirements and excess under both regimes in dollars before trades, after them with
    fees paid, and the change; and whether the trades may be done.
    """
    impact = _ranges(positions, market, settings, dividends, trades=trades).impact()
    return reports.what_if_table(impact).cells(headers)


@worksheet_function(**BOOK, headers=HEADERS)
def MARGIN_ONE_MORE(positions, market=None, settings=None, dividends=None, headers=True):
    """What one more of each contract held, or of 100 shares, would change in dollars: initial,
    maintenance, deposit, portfolio requirement; and the cash it needs.
    """
    ranges = _ranges(positions, market, settings, dividends)
    strategy = ranges.strategy()
    made = one_more(ranges.portfolio(), strategy)
    return reports.one_more_table(made).cells(headers)


@worksheet_function(
    positions=POSITIONS,
    orders=ORDERS,
    **_REST,
    leave=Argument(
        "Excess that is to stay: $, or below 1 a share of the account's value (0.1); default 0.",
        ArgumentKind.NUMBER,
    ),
    headers=HEADERS,
)
def MARGIN_CAPACITY(
    positions, orders, market=None, settings=None, dividends=None, leave=None, headers=True
):
    """How many of each order fit: the greatest quantity up to which every one is accepted, what
    binds first, excess after what is ordered and after the greatest, and whether it is proven.
    """
    ranges = _ranges(positions, market, settings, dividends, orders=orders)
    return reports.capacity_table(order_capacity(ranges, leave)).cells(headers)


@worksheet_function(
    **BOOK,
    requirement=Argument(
        "Portfolio margin requirement not to be passed, $; left out: what it is now.",
        ArgumentKind.NUMBER,
    ),
    move=Argument(
        "Move of every underlying after which excess must stay (-0.2).", ArgumentKind.NUMBER
    ),
    headers=HEADERS,
)
def MARGIN_WRITING(
    positions,
    market=None,
    settings=None,
    dividends=None,
    requirement=None,
    move=None,
    headers=True,
):
    """The factor up to which all options written on stocks can be scaled, in steps of a tenth up
    to 10: without more uncovered calls, with an excess of 0 or more in dollars after a move, within
    a requirement.
    """
    ranges = _ranges(positions, market, settings, dividends)
    return reports.writing_table(writing_capacity(ranges, requirement, move)).cells(headers)


@worksheet_function(
    **BOOK,
    candidates=CANDIDATES,
    target=Argument(
        "Reduction of the requirement wanted, $; left out: the margin call, else all that can be.",
        ArgumentKind.NUMBER,
    ),
    headers=HEADERS,
)
def MARGIN_HEDGE(
    positions, candidates, market=None, settings=None, dividends=None, target=None, headers=True
):
    """Candidates ranked by the requirement they free for each dollar of cost, with the least
    quantity that reaches the target, or that frees the most.
    """
    ranges = _ranges(positions, market, settings, dividends, candidates=candidates)
    return reports.hedge_table(hedge_orders(ranges, target)).cells(headers)


@worksheet_function(
    Returns.VALUE,
    day=Argument(
        "Trade date of a regt call; else the day the deficiency arose. A day without trading counts"
        " as the trading day before it.",
        ArgumentKind.DATE,
    ),
    kind=Argument("regt, maintenance, portfolio, minimum_equity or intraday.", ArgumentKind.TEXT),
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


@worksheet_function(**BOOK, headers=HEADERS)
def MARGIN_CALENDAR(positions, market=None, settings=None, dividends=None, headers=True):
    """The dates ahead at the prices of today: margin calls due, expirations, ex-dividend days with
    calls at risk of early exercise, holidays: day, what, contracts, shares and cash ($) that change
    hands. Options on indexes move cash alone.
    """
    regimes = _ranges(positions, market, settings, dividends).regimes()
    return reports.calendar_table(dates_ahead(regimes)).cells(headers)


@worksheet_function(None, MANY_DAYS, **BOOK, headers=HEADERS)
def MARGIN_HISTORY(positions, market=None, settings=None, dividends=None, headers=True):
    """Both regimes by date and account, where positions and market have a column date: $, shares of
    long market value, capital released, equity, excess, calls with due dates, why a day failed.
    """
    days = history_of(_ranges(positions, market, settings, dividends))
    return reports.history_table(days).cells(headers)


@worksheet_function(None, MANY_DAYS, **BOOK, headers=HEADERS)
def MARGIN_HISTORY_SUMMARY(positions, market=None, settings=None, dividends=None, headers=True):
    """The days of MARGIN_HISTORY in a few figures: average shares of long market value, capital
    released, worst days, margin calls, days that failed.
    """
    days = history_of(_ranges(positions, market, settings, dividends))
    return reports.history_summary_table(days).cells(headers)


@worksheet_function(
    None,
    MANY_DAYS,
    **BOOK,
    since=Argument(
        "The earlier day, a date of the positions (default the first).", ArgumentKind.DATE
    ),
    until_=Argument(
        "The later day, a date of the positions (default the last).", ArgumentKind.DATE
    ),
    headers=HEADERS,
)
def MARGIN_CHANGE(
    positions, market=None, settings=None, dividends=None, since=None, until_=None, headers=True
):
    """Both regimes' requirements ($) from one date to another, where positions and market have a
    column date: opening, positions, prices and time, volatility, marks, rules, closing, of all
    accounts and of each. Parts add up to the cent.
    """
    change = changed(_ranges(positions, market, settings, dividends), since, until_)
    return reports.change_table(change).cells(headers)


@worksheet_function(
    None,
    MANY_DAYS,
    positions=POSITIONS,
    broker_figures=BROKER_FIGURES,
    **_REST,
    tolerance=TOLERANCE,
    headers=HEADERS,
)
def MARGIN_RECONCILE(
    positions,
    broker_figures,
    market=None,
    settings=None,
    dividends=None,
    tolerance=None,
    headers=True,
):
    """Our figures beside the broker's: difference (broker's less ours), age in days, state (agrees,
    differs, stale, overdue, not ours, missing, older) and, where it can be told, the likely reason.
    """
    ranges = _ranges(positions, market, settings, dividends, broker_figures=broker_figures)
    return reports.reconciliation_table(reconciled(ranges, tolerance)).cells(headers)


@worksheet_function(
    None,
    MANY_DAYS,
    positions=POSITIONS,
    broker_figures=BROKER_FIGURES,
    **_REST,
    tolerance=TOLERANCE,
    headers=HEADERS,
)
def MARGIN_RECONCILE_LINES(
    positions,
    broker_figures,
    market=None,
    settings=None,
    dividends=None,
    tolerance=None,
    headers=True,
):
    """The requirement beside the broker's as a statement: the groups that it gives, all others as
    one line, a subtotal of each account, the total, days open, and the values that it rests on.
    """
    ranges = _ranges(positions, market, settings, dividends, broker_figures=broker_figures)
    return reconciled_statement(ranges, tolerance).cells(headers)


@worksheet_function(
    facts=FACTS,
    settings=SETTINGS,
    headers=HEADERS,
)
def PM_ELIGIBILITY(facts, settings=None, headers=True):
    """Who may have a portfolio margin account, a row a requirement by step: found, needed, met or
    not, what is lacking, source; and the verdict. Dollars are numbers.
    """
    as_of, stated = read_settings_alone(settings, TODAY())
    found = read_facts(facts, as_of)
    checklists = [
        checklist(each, eligibility_rules(as_of, own.house, own.overrides))
        for each, own in zip(found, settings_of(found, stated), strict=True)
    ]
    return reports.eligibility_table(checklists).cells(headers)


@worksheet_function(
    activity=ACTIVITY,
    **BOOK,
    headers=HEADERS,
)
def MARGIN_INTRADAY(activity, positions, market=None, settings=None, dividends=None, headers=True):
    """Intraday margin level in dollars after each transaction, from the holdings at the opening of
    the first day; the day's largest deficit, what satisfies it and by when. Pattern day trading
    where the date, or the setting day_trading_regime, asks for it.
    """
    ranges = _ranges(positions, market, settings, dividends, activity=activity)
    return reports.intraday_table(intraday_of(ranges)).cells(headers)


OPTION = {
    "type_": Argument("call or put; a cell or a range.", ArgumentKind.VALUES),
    "spot": Argument("Price of the underlying, $; a cell or a range.", ArgumentKind.VALUES),
    "strike": Argument("Strike, $; a cell or a range.", ArgumentKind.VALUES),
    "expiration": Argument("Expiration date; a cell or a range.", ArgumentKind.VALUES),
    "as_of": Argument(
        "Date of the valuation (default today); a cell or a range.", ArgumentKind.VALUES
    ),
    "volatility": Argument(
        "Annual volatility as a fraction; a cell or a range.", ArgumentKind.VALUES
    ),
    "price": Argument("Price of the option, $ per unit; a cell or a range.", ArgumentKind.VALUES),
    "rate": Argument("Interest rate as a fraction (default 0), continuous.", ArgumentKind.VALUES),
    "dividend_yield": Argument("Dividend yield as a fraction (default 0).", ArgumentKind.VALUES),
    "style": Argument("american (default) or european; a cell or a range.", ArgumentKind.VALUES),
    "dividends": Argument("Cash dividends with headings: ex_date, amount.", ArgumentKind.RANGE),
}
AT_VOLATILITY = {name: described for name, described in OPTION.items() if name != "price"}
AT_PRICE = {name: described for name, described in OPTION.items() if name != "volatility"}


PAIR = {
    "call_price": Argument(
        "Price of the call, $ per unit; a cell or a range.", ArgumentKind.VALUES
    ),
    "put_price": Argument(
        "Price of the put of that strike and expiration, $ per unit; a cell or a range.",
        ArgumentKind.VALUES,
    ),
    **{name: OPTION[name] for name in ("spot", "strike", "expiration", "as_of", "rate")},
}


@worksheet_function(**{name: described for name, described in PAIR.items() if name != "spot"})
def OPT_FORWARD(call_price, put_price, strike, expiration, as_of=None, rate=None):
    """Price of the underlying for delivery at expiration, $ per unit, by put-call parity of a call
    and a put of one strike. For American options an approximation, a good one near the money.
    """
    pair = read_parity(call_price, put_price, None, strike, expiration, as_of, rate, TODAY)
    forward = parity_forward(pair.call, pair.put, pair.strike, pair.years, pair.rate)
    return reports.in_shape(forward, pair.shape)


@worksheet_function(**PAIR)
def OPT_YIELD(call_price, put_price, spot, strike, expiration, as_of=None, rate=None):
    """Dividend yield to expiration, a fraction a year, by put-call parity of a call and a put of
    one strike. For American options an approximation, a good one near the money.
    """
    pair = read_parity(call_price, put_price, (spot,), strike, expiration, as_of, rate, TODAY)
    forward = parity_forward(pair.call, pair.put, pair.strike, pair.years, pair.rate)
    found = carry_yield(forward, pair.spot, pair.years, pair.rate)
    return reports.in_shape(found, pair.shape)


@worksheet_function(**AT_VOLATILITY)
def OPT_PRICE(
    type_,
    spot,
    strike,
    expiration,
    as_of=None,
    volatility=None,
    rate=None,
    dividend_yield=None,
    style=None,
    dividends=None,
):
    """Theoretical price of an option, $ per unit; ranges give an answer for each element."""
    third = ("volatility", volatility)
    options = read_options(
        type_, spot, strike, expiration, as_of, third, rate, dividend_yield, style, dividends, TODAY
    )
    values = theoretical_value(options.contracts, options.spot[:, None], options.third)
    return reports.in_shape(values, options.shape)


@worksheet_function(**AT_PRICE)
def OPT_IV(
    type_,
    spot,
    strike,
    expiration,
    as_of=None,
    price=None,
    rate=None,
    dividend_yield=None,
    style=None,
    dividends=None,
):
    """Implied volatility of an option, a fraction a year; #N/A where none gives the price."""
    third = ("price", price)
    options = read_options(
        type_, spot, strike, expiration, as_of, third, rate, dividend_yield, style, dividends, TODAY
    )
    solved = implied_volatility(options.contracts, options.spot, options.third)
    return reports.in_shape(solved.volatility, options.shape)


@worksheet_function(**AT_VOLATILITY, headers=HEADERS)
def OPT_GREEKS(
    type_,
    spot,
    strike,
    expiration,
    as_of=None,
    volatility=None,
    rate=None,
    dividend_yield=None,
    style=None,
    dividends=None,
    headers=True,
):
    """Price, delta, gamma, theta (a day), vega (per 1.00) and rho (per 1.00) of options, $ per
    unit, a row an option.
    """
    third = ("volatility", volatility)
    options = read_options(
        type_, spot, strike, expiration, as_of, third, rate, dividend_yield, style, dividends, TODAY
    )
    made = greeks(options.contracts, options.spot[:, None], options.third)
    return reports.greeks_table(made).cells(headers)


@worksheet_function(
    Returns.TABLE,
    **BOOK,
    trades=TRADES,
    candidates=CANDIDATES,
    activity=ACTIVITY,
    facts=FACTS,
    orders=ORDERS,
    thresholds=THRESHOLDS,
    broker_figures=BROKER_FIGURES,
)
def XLM_CHECK(
    positions,
    market=None,
    settings=None,
    dividends=None,
    trades=None,
    candidates=None,
    activity=None,
    facts=None,
    orders=None,
    thresholds=None,
    broker_figures=None,
):
    """Every problem found in the ranges, and how they were read: severity (error, warning, note),
    range, row, column, found, wanted; first a row that counts them, or says "no problems".
    """
    extra = {"trades": trades, "candidates": candidates, "activity": activity, "facts": facts}
    extra |= {"orders": orders, "thresholds": thresholds, "broker_figures": broker_figures}
    problems = problems_of(_ranges(positions, market, settings, dividends, **extra))
    return reports.problem_table(problems).cells()


@worksheet_function(
    None,
    MANY_DAYS,
    **BOOK,
    broker_figures=BROKER_FIGURES,
    dated_positions=Argument(
        "Positions with a column date, as MARGIN_CHANGE takes them: why the requirement changed"
        " since the day of the setting compared_with.",
        ArgumentKind.RANGE,
    ),
    dated_market=Argument("The market of these days, with a column date.", ArgumentKind.RANGE),
    headers=HEADERS,
)
def XLM_MESSAGES(
    positions,
    market=None,
    settings=None,
    dividends=None,
    broker_figures=None,
    dated_positions=None,
    dated_market=None,
    headers=True,
):
    """The sentences that a report opens with, a name and a text a row, always of the same names:
    what is required, excess, calls, a stress, gains by basis, why it changed, the broker, each
    account. Where the input is refused: its first error as start.
    """
    beside = {"broker_figures": broker_figures, "dated_positions": dated_positions}
    beside |= {"dated_market": dated_market}
    said = messages_of(_ranges(positions, market, settings, dividends, **beside))
    return reports.messages_table(said).cells(headers)


@worksheet_function(
    Returns.TABLE,
    **BOOK,
    regime=Argument(
        "portfolio (default), or initial or maintenance by strategy.", ArgumentKind.TEXT
    ),
)
def XLM_EXPLAIN(positions, market=None, settings=None, dividends=None, regime="portfolio"):
    """The requirement as an indented tree in dollars: amounts, how parts combine, and rules."""
    regime = read_word("regime", regime, reports.Regime)
    requirement = _ranges(positions, market, settings, dividends).explained(regime)
    return reports.explanation_table(requirement).cells()


@worksheet_function(
    Returns.TABLE,
    name=Argument("Name of a rule's number, such as contract_minimum.", ArgumentKind.TEXT),
    as_of=Argument("Date whose rules are wanted (default today).", ArgumentKind.DATE),
    groups=Argument(
        "The market range of XLM_MARKET_GROUPS, or reports of the clearing house: what they state"
        " stands in the place of the rule's.",
        ArgumentKind.RANGE,
    ),
    headers=Argument(
        "TRUE for a first row of headings, FALSE (default) for the numbers alone.",
        ArgumentKind.SWITCH,
    ),
)
def XLM_RULE(name, as_of=None, groups=None, headers=False):
    """A rule's numbers in force: value, unit, effective date, paragraph, for which class or house,
    what it states, remarks, the day it was last compared with its source, and that source.
    """
    day = TODAY() if as_of is None else date_of(as_of)
    return reports.rule_table(name, day, read_groups({"groups": groups})).cells(headers)


@worksheet_function(positions=POSITIONS, headers=HEADERS)
def XLM_MARKET(positions, headers=True):
    """The market range for these positions: an underlying a row, with what is known of it and how
    sure that is; prices in dollars, empty where they are still to be filled in.
    """
    return reports.market_table(underlyings_of(positions), TODAY()).cells(headers)


@worksheet_function(
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


@worksheet_function(
    Returns.TABLE,
    symbol=Argument("An OCC option symbol in any usual spelling.", ArgumentKind.TEXT),
)
def XLM_SYMBOL(symbol):
    """Underlying, expiration date, right and strike of an OCC option symbol."""
    return [reports.symbol_row(read_symbol(symbol))]


@worksheet_function(Returns.TABLE)
def XLM_VERSION():
    """The version of xlmargin, and its rule sets with their latest effective and checked dates."""
    return reports.version_table().cells(headers=False)


gc.freeze()  # what is imported stays: the collector of cycles need not go through it each time
gc.set_threshold(5_000)  # a call makes many objects that stay, such as those of a history's days
