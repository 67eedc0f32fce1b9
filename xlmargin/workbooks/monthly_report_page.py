"""The report that is signed each month: two pages of figures, of what changed, and of what may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from xlmargin.margin_calls import CallKind
from xlmargin.workbooks import requirement_page as requirement
from xlmargin.workbooks import shadow_page as shadow
from xlmargin.workbooks.account_page import figure_of
from xlmargin.workbooks.draft import Draft, axis, labels, no_axis
from xlmargin.workbooks.formulas_sheet import NONE, Placed
from xlmargin.workbooks.growth import MOST
from xlmargin.workbooks.live_formulas import Argument, Call, Value, literal
from xlmargin.workbooks.look import PM, ST
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.ranking import Ranking
from xlmargin.workbooks.rules_page import RULE_KINDS
from xlmargin.workbooks.sentences import Figure, rounded, sentence
from xlmargin.workbooks.start_page import band
from xlmargin.workbooks.xlsx_writer import xl_range_abs, xl_rowcol_to_cell

SHEET: Final = "Monthly report"

_WIDTHS: Final = (206, 86, 86, 86, 86, 86, 84)
_COLUMNS: Final = len(_WIDTHS)
_LAST: Final = _COLUMNS - 1
_HELPER: Final = _COLUMNS
"""A hidden column: the row of the history that is compared with."""
_NO_EARLIER: Final = "no earlier report"
_NOW, _THEN, _CHANGE, _SHARE, _FIRST_ACCOUNT = 1, 2, 3, 4, 5
_MOST_DAYS: Final = 20_000
_HIGH, _GAP = 15.0, 8.0
_MESSAGES: Final = ("level", "calls", "stress")
_SINCE: Final = "compared_with"


@dataclass(frozen=True)
class _Figure:
    """A row: its label, the figure of the account, the column of the history, kind and style."""

    label: str
    figure: str
    then: str
    kind: str = "money"
    style: str = "part"


_FIGURES: Final = (
    _Figure("Equity", "portfolio equity", "portfolio equity", style="body"),
    _Figure("Long market value", "long market value", "long market value"),
    "Requirement",
    _Figure("Portfolio margin", "portfolio requirement", "portfolio requirement"),
    _Figure("Strategy-based, maintenance", "strategy requirement", "maintenance"),
    "Room",
    _Figure("Excess, portfolio margin", "portfolio excess", "portfolio excess"),
    _Figure("Excess, strategy-based", "strategy excess", "strategy excess"),
)
_SHARES: Final = (
    ("Cushion: excess / equity, points", "portfolio cushion", "portfolio excess"),
    (
        "Requirement / equity, points",
        "portfolio requirement / account value",
        "portfolio requirement",
    ),
)
_RELEASED: Final = "Released, on maintenance"
_PARTS: Final[Mapping[str, str]] = {
    "positions": "Positions: trades, expirations",
    "prices and time": "Prices, time and dividends",
    "volatility": "Volatility",
    "marks": "Rounding of marks",
    "rules": "Rules and house",
}
"""How the parts of MARGIN_CHANGE are printed, in their order."""
_LARGEST: Final = 5
_MOVES: Final = (-0.20, -0.10, 0.0, 0.10)
_CALLS: Final = (
    ("Portfolio margin", CallKind.PORTFOLIO, "portfolio margin call", "days_to_meet_portfolio"),
    (
        "Maintenance, strategy-based",
        CallKind.MAINTENANCE,
        "strategy margin call",
        "days_to_meet_maintenance",
    ),
)
_COMMENT: Final = 3
_BASIS: Final = (
    "Requirements are our estimate of the regulatory minimum: FINRA 4210(g) with the clearing "
    "house’s groups and offsets; FINRA 4210(f)",
    "and Regulation T for the strategy-based figures, each the least over all permitted pairings. "
    "A broker may ask more, at any time;",
    "its figure is the one that binds. Volatilities are solved from marks and held at the strike "
    "when prices move. Released capital is",
    "margin no longer required, not cash. Not audited. No advice.",
)
_SIGNED: Final = ((0, 0, "Prepared by"), (2, 3, "Reviewed by"), (5, 6, "Received for the client"))


def write_monthly_report_page(draft: Draft) -> None:
    """Sections one below the other; each figure is a formula of the answer it comes from."""
    page = draft.page(SHEET, "output")
    page.columns(_WIDTHS)
    page.sheet.set_column(_HELPER, _HELPER, None, page.look("note"), {"hidden": True})
    band(draft, page, "Margin report", _LAST)
    earlier = _earlier(draft, page)
    page.height(2, 6)
    row = _messages(draft, page, 3)
    for write in (_key_figures, _bridge, _period, _by_account):
        page.height(row, _GAP)
        row = write(draft, page, row + 1, earlier)
    page.breaks_before(row + 1)
    for write in (_concentration, _stress, _calls, _words):
        row = write(draft, page, row + 1, earlier)
    page.prints(_HELPER + 1, draft.stamp, portrait=True, last_row=row)
    page.protect()


class _Earlier:
    """The day that is compared with: where the history has it, by a hidden cell of the page."""

    def __init__(self, history: Placed, day: float, cell: str) -> None:
        self._history, self.day, self._cell = history, day, cell
        headings = [str(heading) for heading in history.rows[0]]
        self._column = {heading: j for j, heading in enumerate(headings)}
        rows = [i for i, row in enumerate(history.rows) if i and row[0] == day]
        self.at = rows[-1] if rows else 0

    def formula(self, *columns: str) -> str:
        """The figure of the day, of all accounts together; or the second one less than it."""
        cells = [
            f"INDEX({self._history.cells_below_heading(self._column[c], _MOST_DAYS)},{self._cell})"
            for c in columns
        ]
        return f'IF({self._cell}=0,"{_NO_EARLIER}",{"-".join(cells)})'

    def value(self, *columns: str) -> Value:
        """What the figure was."""
        if not self.at:
            return _NO_EARLIER
        found = [self._history.value(self.at, self._column[c]) for c in columns]
        if not all(isinstance(each, float) for each in found):
            return found[0]
        return float(found[0]) - sum(float(each) for each in found[1:])


def _earlier(draft: Draft, page: Page) -> _Earlier | None:
    """The day of the setting compared_with; None where there is no history or no such setting."""
    day = draft.tables.value_of_setting(_SINCE)
    if not set(shadow.NEEDS) <= draft.tables.more.keys() or not isinstance(day, float):
        return None
    history = draft.formulas.placed(shadow.history_calls(draft)[0], ["date"], "plain")
    days = history.cells_below_heading(0, _MOST_DAYS)
    place = f"MATCH({_SINCE},{days},1)"
    formula = f"IFERROR(IF(INDEX({days},{place})={_SINCE},{place},0),0)"
    cell = xl_rowcol_to_cell(0, _HELPER, row_abs=True, col_abs=True)
    earlier = _Earlier(history, day, cell)
    page.formula(0, _HELPER, formula, float(earlier.at), "note", "plain")
    right = page.look("band_below_right", "compared")
    page.sheet.merge_range(1, _LAST - 2, 1, _LAST, "", right)
    page.sheet.write_formula(1, _LAST - 2, f"={_SINCE}", right, day)
    return earlier


def _messages(draft: Draft, page: Page, row: int) -> int:
    """The sentences of the report, each after a dot; answers the row below them."""
    said = draft.placed("XLM_MESSAGES", numbers=["text"])
    for name in _MESSAGES:
        at = next(i for i, cells in enumerate(said.rows) if cells[0] == name)
        text = said.formula(at, 1), said.value(at, 1)
        formula, value = sentence("• ", Figure(*text, "text"))
        page.height(row, 15)
        page.formula(row, 0, formula, value, "bullet", "plain")
        row += 1
    return row


def _heading(page: Page, row: int, headings: Sequence[str | Figure], kinds: Sequence[str]) -> None:
    """Headings of a table, some of them days."""
    texts = [each if isinstance(each, str) else "" for each in headings]
    page.headings(row, texts, kinds)
    for column, each in enumerate(headings):
        if not isinstance(each, str):
            page.formula(row, column, each.formula, each.value, "heading", "date")


def _accounts(draft: Draft) -> list[int]:
    """Columns of MARGIN_ACCOUNT of the accounts that the page has room for beside their total."""
    state = draft.state
    assert state is not None
    own = list(range(4, state.width))
    return own if len(own) <= _COLUMNS - _FIRST_ACCOUNT else []


def _key_figures(draft: Draft, page: Page, row: int, earlier: _Earlier | None) -> int:
    """Now, then, the change, and each account; answers the row below."""
    state = draft.state
    assert state is not None
    accounts = _accounts(draft)
    page.section(row, "Key figures", _COLUMNS, "all accounts, $")
    now = Figure("as_of", draft.book.market.as_of)
    then: str | Figure = "Then" if earlier is None else Figure(_SINCE, earlier.day)
    names = [str(state.value(0, j)) for j in accounts]
    names += [""] * (_COLUMNS - _FIRST_ACCOUNT - len(names))
    _heading(
        page, row + 1, ["", now, then, "Change", "Change, %", *names], ["text", *["money"] * 6]
    )
    row += 1
    for each in _FIGURES:
        row += 1
        page.height(row, _HIGH)
        if isinstance(each, str):
            page.blank(row, 0, _LAST, "group")
            page.text(row, 0, each, "group")
            continue
        found = [figure_of(state, each.figure, j) for j in (2, *accounts)]
        past: tuple[Value, str] = (_NO_EARLIER, f'"{_NO_EARLIER}"')
        if earlier is not None:
            past = (earlier.value(each.then), earlier.formula(each.then))
        _figure_row(page, row, each.label, each.style, found, past)
        if each.then == "maintenance":
            row = _released(page, row + 1, state, accounts, earlier)
    for label, figure, over in _SHARES:
        row += 1
        page.height(row, _HIGH)
        _share_row(
            page, row, label, [figure_of(state, figure, j) for j in (2, *accounts)], over, earlier
        )
    return row + 1


def _figure_row(
    page: Page, row: int, label: str, style: str, found: Sequence[Figure], past: tuple[Value, str]
) -> None:
    """One amount: now, then, its change in dollars and percent, by account."""
    total = "sub" if style == "sub" else "right"
    page.blank(row, 0, _LAST, style)
    page.text(row, 0, label, style)
    now = found[0]
    page.formula(row, _NOW, now.formula, now.value, total, "money")
    page.formula(row, _THEN, past[1], past[0], "sub" if style == "sub" else "limit", "money")
    here, then = xl_rowcol_to_cell(row, _NOW), xl_rowcol_to_cell(row, _THEN)
    known = isinstance(now.value, float) and isinstance(past[0], float)
    change: Value = float(now.value) - float(past[0]) if known else ""
    part: Value = float(now.value) / float(past[0]) - 1 if known and past[0] else ""
    page.formula(row, _CHANGE, f'IFERROR({here}-{then},"")', change, total, "change")
    page.formula(row, _SHARE, f'IFERROR({here}/{then}-1,"")', part, total, "change_share")
    for column, each in enumerate(found[1:], start=_FIRST_ACCOUNT):
        page.formula(row, column, each.formula, each.value, total, "money")


def _released(
    page: Page, row: int, state: Placed, accounts: Sequence[int], earlier: _Earlier | None
) -> int:
    """What portfolio margin releases on maintenance, from the two rows above; answers its row."""
    page.height(row, _HIGH)
    found = []
    for column, of in ((_NOW, 2), *enumerate(accounts, start=_FIRST_ACCOUNT)):
        own, other = (xl_rowcol_to_cell(row - n, column) for n in (2, 1))
        values = [
            figure_of(state, f"{name} requirement", of).value for name in ("strategy", "portfolio")
        ]
        known = all(isinstance(value, float) for value in values)
        value: Value = float(values[0]) - float(values[1]) if known else NONE
        found.append(Figure(f'IFERROR({other}-{own},"{NONE}")', value))
    own, other = (xl_rowcol_to_cell(row - n, _THEN) for n in (2, 1))
    past: Value = _NO_EARLIER
    if earlier is not None:
        past = earlier.value("maintenance", "portfolio requirement")
    formula = f'IFERROR({other}-{own},"{_NO_EARLIER}")'
    _figure_row(page, row, _RELEASED, "sub", found, (past, formula))
    return row


def _share_row(
    page: Page, row: int, label: str, found: Sequence[Figure], over: str, earlier: _Earlier | None
) -> None:
    """One share of equity: now, then, and its change in points."""
    page.blank(row, 0, _LAST, "body")
    page.text(row, 0, label, "body")
    page.formula(row, _NOW, found[0].formula, found[0].value, "right", "percent")
    then, past = f'"{_NO_EARLIER}"', _NO_EARLIER
    value: Value = past
    if earlier is not None:
        above, below = earlier.formula(over), earlier.formula("portfolio equity")
        then = f'IFERROR(({above})/({below}),"{_NO_EARLIER}")'
        amounts = earlier.value(over), earlier.value("portfolio equity")
        if all(isinstance(amount, float) for amount in amounts) and amounts[1]:
            value = float(amounts[0]) / float(amounts[1])
    page.formula(row, _THEN, then, value, "limit", "percent")
    cells = xl_rowcol_to_cell(row, _NOW), xl_rowcol_to_cell(row, _THEN)
    known = isinstance(value, float) and isinstance(found[0].value, float)
    points: Value = 100 * (float(found[0].value) - float(value)) if known else ""
    page.formula(
        row, _CHANGE, f'IFERROR(100*({cells[0]}-{cells[1]}),"")', points, "right", "points"
    )
    for column, each in enumerate(found[1:], start=_FIRST_ACCOUNT):
        page.formula(row, column, each.formula, each.value, "right", "percent")


def _bridge(draft: Draft, page: Page, row: int, earlier: _Earlier | None) -> int:
    """What moved both requirements since the earlier day, with bars; answers the row below."""
    page.section(row, "What moved the requirement", 3)
    _heading(
        page, row + 1, ("", "Portfolio\nmargin $", "Strategy-\nbased $"),
        ("text", "money", "money"),
    )  # fmt: skip
    first = row + 2
    if earlier is None:
        page.text(first, 0, "No earlier report: nothing to compare with.", "body")
        return first + 1
    tables = draft.tables
    dated = (tables.more[name] for name in shadow.NEEDS)
    arguments = (*dated, tables.settings, tables.dividends)
    since = Argument(_SINCE, earlier.day)
    call = Call("MARGIN_CHANGE", (*(t.argument for t in arguments), since, draft.as_of))
    change = draft.formulas.placed(call, ["text", "text", "date", "money"], "plain")
    labels_ = ("", *_PARTS.values(), "")
    for k, label in enumerate(labels_):
        at, style = first + k, "total" if k == len(labels_) - 1 else "right"
        page.height(at, _HIGH)
        if label:
            page.text(at, 0, label, "part")
        else:
            day = change.formula(1 + k, 2), change.value(1 + k, 2)
            page.formula(at, 0, *day, "total" if k else "label", "day")
        for column, of in ((1, 3), (2, 4)):
            kind = "change" if label else "money"
            page.formula(at, column, *_printed_part(change, k, of, bool(label)), style, kind)
    _causes(draft, page, row, first + 1)
    return first + len(labels_)


def _printed_part(change: Placed, k: int, column: int, is_part: bool) -> tuple[str, Value]:
    """A part in whole dollars, so that parts add up as printed: what they come to, less before."""
    if not is_part:
        value = change.value(1 + k, column)
        return change.unless_refused(change.formula(1 + k, column)), value
    cells = [change.formula(1 + i, column) for i in range(k + 1)]
    until, before = "+".join(cells), "+".join(cells[:-1])
    values = [change.value(1 + i, column) for i in range(k + 1)]
    if not all(isinstance(value, float) for value in values):
        return change.formula(1 + k, column), values[-1]
    sums = [sum(float(value) for value in values[:n]) for n in (k + 1, k)]
    formula = f"IFERROR(ROUND({until},0)-ROUND({before},0),{cells[-1]})"
    return formula, rounded(sums[0], 0) - rounded(sums[1], 0)


def _causes(draft: Draft, page: Page, row: int, first: int) -> None:
    """Bars of the changes under both regimes, a pair a cause."""
    chart, last = draft.chart("bar", legend=True), first + len(_PARTS) - 1
    for column, name, color in ((2, "Strategy-based", ST), (1, "Portfolio margin", PM)):
        chart.add_series(
            {
                "name": name,
                "categories": [SHEET, first, 0, last, 0],
                "values": [SHEET, first, column, last, column],
                "fill": {"color": color},
                "gap": 50,
                "overlap": 0,
                "data_labels": labels("change"),
            }
        )
    chart.set_y_axis(axis(reverse=True, label_position="low"))
    chart.set_x_axis(no_axis())
    chart.set_size({"width": page.width(3, _LAST), "height": 178})
    says = "Bars: change of the requirement by cause under both regimes"
    page.chart(row, 3, chart, "Change by cause", says, columns=4, note="$ thousands")


def _period(draft: Draft, page: Page, row: int, earlier: _Earlier | None) -> int:
    """Both requirements day by day since the earlier report; answers the row below."""
    if earlier is None or not earlier.at:
        return row - 1
    table, days = shadow.days_at(draft)
    chart = shadow.requirement_chart(draft, table, days, earlier.day)
    chart.set_size({"width": page.width(0, _LAST), "height": 156})
    says = "Lines: both requirements day by day"
    title = "Both regimes over the period"
    page.chart(row, 0, chart, title, says, columns=_COLUMNS, note="requirement, $ millions")
    return row + 9


def _by_account(draft: Draft, page: Page, row: int, _: _Earlier | None) -> int:
    """A row an account with its state; answers the row below."""
    state = draft.state
    assert state is not None
    page.section(row, "By account", _COLUMNS, "portfolio margin, $")
    headings = ("Account", "Equity", "Requirement", "Excess", "Cushion", "Call", "State")
    page.headings(row + 1, headings, ("text", *["money"] * 5, "text"))
    page.text(row + 1, _LAST, "State", "after_heading")
    of = [*range(4, state.width), 2]
    names = ("equity", "requirement", "excess", "cushion", "margin call")
    for i, column in enumerate(of):
        at, style = row + 2 + i, "total" if column == 2 else "right"
        page.height(at, _HIGH)
        if column == 2:
            page.text(at, 0, "All accounts", "total")
        else:
            page.shows(at, 0, state, (0, column), "label", "text")
        for j, name in enumerate(names, start=1):
            found = figure_of(state, f"portfolio {name}", column)
            kind = "percent" if name == "cushion" else "money"
            page.formula(at, j, found.formula, found.value, style, kind)
        excess, call = xl_rowcol_to_cell(at, 3), xl_rowcol_to_cell(at, 5)
        called = f'IF(AND(ISNUMBER({call}),{call}>0),"■ Call",IF({excess}<0,"■ Act","● OK"))'
        formula = f'IF(ISNUMBER({excess}),{called},"{NONE}")'
        values = [figure_of(state, f"portfolio {name}", column).value for name in names[2:]]
        page.formula(at, _LAST, formula, _state(values[0], values[2]), "state", "plain")
    page.states((row + 2, _LAST, row + 1 + len(of), _LAST))
    return row + 2 + len(of)


def _state(excess: Value, call: Value) -> str:
    if not isinstance(excess, float):
        return NONE
    if isinstance(call, float) and call > 0:
        return "■ Call"
    return "■ Act" if excess < 0 else "● OK"


def _concentration(draft: Draft, page: Page, row: int, _: _Earlier | None) -> int:
    """The five lines that require most; answers the row below."""
    page.section(row, "Concentration", _COLUMNS, "five largest underlyings of an account, $")
    headings = (
        "Underlying", "Market value", "Share of\nequity", "Delta-adjusted\nexposure", "Requirement",
        "Share of\nrequirement", "",
    )  # fmt: skip
    page.headings(
        row + 1, headings, ("text", "money", "percent", "money", "money", "percent", "text")
    )
    held = draft.placed("PM_HOLDINGS", literal("underlying"))
    groups = draft.placed("PM_GROUPS")
    total = draft.formulas.placed(draft.call("PM_REQUIREMENT"), ["money"])
    first, amount = row + 2, float(total.value(0, 0))
    of_class = (requirement.LEVEL, "=", requirement.CLASS_GROUP)
    largest = Ranking(groups, [of_class], requirement.REQUIREMENT, first, 4)
    shares: list[Value] = []
    for i in range(_LARGEST):
        at = first + i
        page.height(at, _HIGH)
        name, account = (largest.value(i, column) for column in (1, 3))
        of = f"{name}, {account}" if account else name
        both = f'{largest.of(i, 1)}&IF({largest.of(i, 3)}="","",", "&{largest.of(i, 3)})'
        page.formula(at, 0, both, of, "strong", "text")
        of_name, of_account = largest.of(i, 1), largest.of(i, 3)
        for column, sources, kind in (
            (1, (4, 5), "money"),
            (2, (6,), "percent"),
            (3, (8,), "money"),
        ):
            found = [_held(held, source, of_name, of_account) for source in sources]
            value = sum(_held_value(held, source, name, account) for source in sources)
            here = xl_rowcol_to_cell(at, 4)
            formula = f'IF({here}="","",{"+".join(found)})'
            page.formula(at, column, formula, value if name else "", "right", kind)
        required = largest.value(i, requirement.REQUIREMENT)
        page.formula(at, 4, largest.amount(i), required, "right", "money")
        share: Value = float(required) / amount if isinstance(required, float) and amount else ""
        shares.append(share)
        cell = xl_rowcol_to_cell(at, 4)
        formula = f'IFERROR({cell}/{total.formula(0, 0)},"")'
        page.formula(at, 5, formula, share, "right", "percent")
    last = first + _LARGEST - 1
    known_shares = [float(share) for share in shares if isinstance(share, float)]
    page.bars((first, last), 6, 5, shares, max([*known_shares, 0.01]))
    at = last + 1
    page.height(at, _HIGH)
    page.blank(at, 0, _LAST, "total")
    page.text(at, 0, "Five largest", "total")
    own = [(largest.value(i, 1), largest.value(i, 3)) for i in range(_LARGEST)]
    each = [largest.value(i, requirement.REQUIREMENT) for i in range(_LARGEST)]
    required_ = sum(amount_ for amount_ in each if isinstance(amount_, float))
    sums = {
        1: sum(_held_value(held, source, *names) for names in own for source in (4, 5)),
        3: sum(_held_value(held, 8, *names) for names in own),
        4: required_,
        5: required_ / amount if amount else 0.0,
    }
    for column, value in sums.items():
        cells = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(last, column)}"
        kind = "percent" if column == 5 else "money"
        page.formula(at, column, f"SUM({cells})", value, "total", kind)
    return at + 1


def _held(held: Placed, column: int, name: str, account: str) -> str:
    """A formula for a figure of an underlying of an account among the holdings."""
    cells, rows, names, accounts = (held.cells_below_heading(c, MOST) for c in (column, 1, 2, 0))
    return f'SUMIFS({cells},{rows},"underlying",{names},{name},{accounts},{account})'


def _held_value(held: Placed, column: int, name: Value, account: Value) -> float:
    """What that formula finds."""
    rows = (row for row in held.rows if row[:3] == [account, "underlying", name])
    found = (row[column] for row in rows)
    return sum(float(value) for value in found if isinstance(value, float))


def _stress(draft: Draft, page: Page, row: int, _: _Earlier | None) -> int:
    """The book after moves of every underlying, which are the reader's; answers the row below."""
    page.section(row, "Stress", _COLUMNS, "every underlying moves, volatilities unchanged, $")
    headings = (
        "Move of all prices", "Gain or loss", "Equity after", "Required after",
        "Excess after", "Cushion", "State",
    )  # fmt: skip
    page.headings(row + 1, headings, ("move", *["money"] * 5, "text"))
    page.text(row + 1, _LAST, "State", "after_heading")
    first = row + 2
    for i, move in enumerate(_MOVES):
        page.height(first + i, _HIGH)
        page.sheet.write_number(first + i, 0, move, page.look("input", "move"))
    reach = xl_range_abs(first, 0, first + len(_MOVES) - 1, 0)
    moves = Argument(f"'{SHEET}'!{reach}", [[move] for move in _MOVES])
    path = draft.placed("PM_PATH", moves, numbers=["move", "money"])
    equity = figure_of(draft.state, "portfolio equity")
    for i in range(len(_MOVES)):
        at = first + i
        for column, of in ((2, 1), (3, 2), (4, 3)):
            page.shows(at, column, path, (1 + i, of), "right", "money")
        after, left = path.value(1 + i, 1), path.value(1 + i, 3)
        cells = [xl_rowcol_to_cell(at, column) for column in (2, 4, 5)]
        known = isinstance(after, float) and isinstance(equity.value, float)
        gain: Value = rounded(float(after) - float(equity.value), 2) if known else NONE
        formula = f'IFERROR(ROUND({cells[0]}-{equity.formula},2),"{NONE}")'
        page.formula(at, 1, formula, gain, "right", "money")
        has = isinstance(after, float) and after > 0
        cushion: Value = float(left) / float(after) if has else NONE
        share = f'IFERROR(IF({cells[0]}>0,{cells[1]}/{cells[0]},"{NONE}"),"{NONE}")'
        page.formula(at, 5, share, cushion, "right", "percent")
        state = f'IF(ISNUMBER({cells[1]}),IF({cells[1]}<0,"■ Act","● OK"),"{NONE}")'
        page.formula(at, _LAST, state, _state(left, 0.0), "state", "plain")
    page.states((first, _LAST, first + len(_MOVES) - 1, _LAST))
    return first + len(_MOVES)


def _calls(draft: Draft, page: Page, row: int, _: _Earlier | None) -> int:
    """What is called, and until when a call of today would be to meet; answers the row below."""
    state = draft.state
    assert state is not None
    page.section(row, "Calls and deadlines", _COLUMNS, "business days of the exchange")
    headings = ("", "Open, $", "If called\ntoday, due", "Rule", "", "", "")
    page.headings(row + 1, headings, ("text", "money", "date", *["text"] * 4))
    page.text(row + 1, 3, "Rule", "after_heading")
    row += 1
    for label, kind, figure, parameter in _CALLS:
        rule = Call("XLM_RULE", (literal(parameter), draft.as_of))
        if draft.answers.refusal(rule):
            continue
        row += 1
        page.height(row, _HIGH)
        page.blank(row, 0, _LAST, "body")
        page.text(row, 0, label, "body")
        found = figure_of(state, figure)
        page.formula(row, 1, found.formula, found.value, "right", "money")
        arguments = (draft.as_of, literal(kind.value), draft.tables.settings.argument)
        due = draft.formulas.placed(Call("MARGIN_CALL_DUE", arguments), ["date"])
        page.shows(row, 2, due, (0, 0), "right", "date")
        stated = draft.formulas.placed(rule, RULE_KINDS)
        page.shows(row, 3, stated, (0, 3), "aside", "text")
    return row + 1


def _words(draft: Draft, page: Page, row: int, _: _Earlier | None) -> int:
    """A comment to type, the basis, and places to sign; answers the last row."""
    page.section(row, "Comment", _COLUMNS, "the reviewer’s own words: type here")
    for i in range(1, _COMMENT + 1):
        page.blank(row + i, 0, _LAST, "typed")
    row += _COMMENT + 2
    page.section(row, "Basis and assumptions", _COLUMNS, draft.note.partition(":")[0])
    for i, line in enumerate(_BASIS, start=1):
        page.height(row + i, 13)
        page.text(row + i, 0, line, "basis_line")
    row += len(_BASIS) + 2
    page.section(row, "Signed", _COLUMNS)
    page.height(row + 1, 34)
    for first, last, who in _SIGNED:
        page.blank(row + 2, first, last, "signature")
        page.text(row + 2, first, who, "signature")
        page.text(row + 3, first, "Name, title, date", "note")
    name = draft.tables.text_of_setting("prepared_by")
    if name:
        page.formula(row + 1, 0, "prepared_by", name, "column", "text")
    return row + 3
