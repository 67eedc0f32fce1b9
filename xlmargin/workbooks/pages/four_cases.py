"""The article's four cases: what it says beside what the rules ask, and why they differ."""

from __future__ import annotations

from typing import Final

import numpy as np

from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.dates import DAYS_PER_YEAR
from xlmargin.reports.table import TOTAL
from xlmargin.rulebook import UnderlyingClass
from xlmargin.samples import ARTICLE_CASES, ARTICLE_PRICE
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.blocks import write_range
from xlmargin.workbooks.draft import BOTH_REGIMES, Series, WorkbookBuilder, no_axis, page_of
from xlmargin.workbooks.figures import NONE, Cells, Figure, constant, sentence
from xlmargin.workbooks.formulas import LEFT_OUT, Call, FormulaArgument, FormulaBlock, literal
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.plain_page import BESIDE
from xlmargin.workbooks.styles import PM, PREV
from xlmargin.workbooks.xlsx_writer import absolute

SHEET: Final = "Four cases"
SYMBOL: Final = "XYZ"
_WIDTHS: Final = (206, 82, 82, 72, 20, 92, 92, 62, 252)
_RIGHT: Final = 5
_REG_T, _PORTFOLIO, _GAIN, _WHY = range(_RIGHT, _RIGHT + 4)
_ARTICLE: Final = (1, 2, 3)
_NOTE_ROW: Final = 4
_CASES_ROW: Final = 8
_CASE_HEIGHT: Final = 40.0
_BELOW: Final = _CASES_ROW + len(ARTICLE_CASES) + 1
_CHART_ROWS: Final = 12
_RANGES: Final = _BELOW + _CHART_ROWS + 3
"""Row of the title of the ranges that the functions are asked with."""
_HEADINGS: Final = (
    "account", "symbol", "type", "quantity", "", "strike", "expiration", "volatility",
)  # fmt: skip
_KINDS: Final = ("text", "text", "text", "quantity", "text", "price", "date", "rate")
_QUANTITY, _STRIKE = 3, 5
"""Columns of the positions that are yours to change."""
_VOLATILITY, _DAYS = 0.3, 28.0
_UP: Final = 0.05
_NEAR: Final = 0.05
"""A gain within so much of the article's is met."""
_NOT_STATED: Final = "not stated"
_NOTE: Final = (
    f"Options of {SYMBOL} are priced by the model. Blue cells are yours to change. Reg T is the "
    "initial requirement, as in the article."
)
_CALLS, _HEDGED, _WRITTEN = 1, 2, (1, 3)
"""Cases by their number: calls written, the hedged share, those of options alone."""


@page_of(SHEET, calls=BOTH_REGIMES, prints=(SHEET,))
def four_cases_page(draft: WorkbookBuilder) -> None:
    """Inputs, both tables beside each other, a chart, what the cases say; then the ranges."""
    page = draft.page(SHEET, _WIDTHS, ["text", "plain"])
    cases = _Cases(draft, page)
    page.title("The article’s four cases", cases.message(), _NOTE)
    _article(page, cases)
    _rules(page, cases)
    _chart(draft, page)
    _bullets(page, cases)
    page.finish(last_row=_BELOW + _CHART_ROWS, freeze=(3, 0))


class _Cases:
    """The ranges of the page, the answers about them, and the cells of its tables."""

    def __init__(self, draft: WorkbookBuilder, page: Page) -> None:
        curve, as_of = draft.book.market.curve, Figure("as_of", draft.book.market.as_of)
        flat = round(float(curve.at(np.array([_DAYS / DAYS_PER_YEAR]))[0]), 6)
        self.price, volatility, days, rate = (
            _input(page, *each)
            for each in (
                (1, ARTICLE_PRICE, "price"), (3, _VOLATILITY, "rate"), (6, _DAYS, "quantity"),
                (8, flat, "rate"),
            )
        )  # fmt: skip
        page.text(_NOTE_ROW, 0, f"Price of {SYMBOL}", "label")
        for column, label in ((2, "Volatility"), (5, "Days"), (7, "Rate")):
            page.text(_NOTE_ROW, column, label, "part")
        page.section(_RANGES, "What the functions are asked", page.columns, "not printed")
        rows: list[list[str | float | Figure | None]] = [
            [case.name, SYMBOL, leg.kind, leg.quantity, None,
             *([None] * 3 if leg.strike is None else [leg.strike, as_of + days, volatility])]
            for case in ARTICLE_CASES for leg in case.legs
        ]  # fmt: skip
        self._names = [row[0] for row in rows]
        below = _RANGES + len(rows) + 3
        market = [(SYMBOL, self.price, UnderlyingClass.STOCK.value)]
        arguments = (
            write_range(page, _RANGES + 1, 0, _HEADINGS, rows, _KINDS),
            write_range(page, below, 0, ("symbol", "price", "class"), market, _OF_MARKET),
            _settings(page, below, as_of, rate),
        )
        place, kinds = draft.formulas.placed, ["text", *["money"] * 5, "percent", "money"]
        self._compared = place(Call("MARGIN_COMPARE", arguments), kinds, "plain")
        kinds = ["text", "text", "price", "date", "quantity", "price"]
        self._contracts = place(Call("PM_CONTRACTS", arguments), kinds, "plain")
        moved = Call("PM_STRESS", (*arguments, LEFT_OUT, literal(_UP), literal(0.0)))
        self._moved = place(moved, ["move", "money", "text"], "move")

    def leg(self, case: int, leg: int, column: int) -> Figure:
        """The quantity or the strike of a leg of a case, by its cell."""
        row = _RANGES + 2 + self._names.index(ARTICLE_CASES[case].name) + leg
        held = ARTICLE_CASES[case].legs[leg]
        value = held.quantity if column == _QUANTITY else held.strike
        return Figure(absolute(row, column), "" if value is None else value, "count")

    def required(self, case: int) -> list[Figure]:
        """Initial and portfolio requirement of a case, and the gain as a share of the first."""
        row = self._compared.row_of(f"{ARTICLE_CASES[case].name}: {TOTAL}")
        initial, portfolio = (_or_refusal(self._compared, row, column) for column in (1, 4))
        gain = xl.IFERROR(1.0 - portfolio / initial, NONE)
        return [initial, portfolio, gain.of_kind("share")]

    def figure(self, case: int, column: int, kind: str = "dollars") -> Figure:
        """A figure of the table by the rules, by its cell."""
        here = xl.at(absolute(_CASES_ROW + case, column), self.required(case)[column - _RIGHT])
        return here.of_kind(kind)

    def gain(self, case: int) -> Figure:
        """The gain by the rules, as a share."""
        return self.figure(case, _GAIN, "share")

    def premium(self, case: int, leg: int, units: float) -> Figure:
        """What so many units of an option are worth, $."""
        held = ARTICLE_CASES[case].legs[leg]
        rows = enumerate(self._contracts.rows)
        row = next(i for i, cells in rows if cells[1:3] == [held.kind, held.strike])
        return units * _or_refusal(self._contracts, row, 6)

    def moved(self, case: int) -> Figure:
        """Gain or loss of a case as the price rises."""
        name = ARTICLE_CASES[case].name
        row = next(i for i, cells in enumerate(self._moved.rows) if cells[-1] == name)
        return _or_refusal(self._moved, row, 1)

    def label(self, case: int) -> Figure:
        """A case in words, with its quantities and strikes."""
        parts: list[str | Figure] = []
        for i, leg in enumerate(ARTICLE_CASES[case].legs):
            held = xl.ABS(self.leg(case, i, _QUANTITY)).of_kind("count")
            parts += [", " if i else "", held, " "]
            if leg.strike is None:
                parts.append("shares")
            else:
                ending = xl.IF(held.equals(1.0), "", "s")
                parts += [leg.kind, ending, " ", self.leg(case, i, _STRIKE)]
        written = all(leg.quantity < 0 for leg in ARTICLE_CASES[case].legs)
        return sentence(*parts, " written" if written else "")

    def message(self) -> Figure:
        """How many of the article's gains are met, and what options written alone release."""
        near = [
            xl.ABS(self.figure(i, _GAIN) - _stated_gain(i)).is_at_most(_NEAR)
            for i, case in enumerate(ARTICLE_CASES)
            if case.reg_t is not None
        ]
        (calls, strangle), said = map(self.gain, _WRITTEN), [*map(_stated_gain, _WRITTEN)]
        return sentence(
            xl.how_many(near), " of the article’s four gains hold within five points; options "
            "written alone release ", calls, " and ", strangle, ", not ", said[0], " and ", said[1],
            ".",
        )  # fmt: skip


_OF_MARKET: Final = ("text", "price", "text")


def _input(page: Page, column: int, value: float, kind: str) -> Figure:
    """A number above the tables that is yours to change."""
    page.typed(_NOTE_ROW, column, value, kind)
    return Figure(absolute(_NOTE_ROW, column), value)


def _settings(page: Page, row: int, as_of: Figure, rate: Figure) -> FormulaArgument:
    """The date and the rate, each in its kind."""
    settings = [("as_of", as_of), ("rate", rate)]
    stated = write_range(page, row, _RIGHT, ("name", "value"), settings, ("text", "date"))
    page.figure(row + 2, _RIGHT + 1, rate, "body", "rate")
    return stated


def _or_refusal(placed: FormulaBlock, row: int, column: int) -> Figure:
    return placed.or_refusal(placed.figure(row, column))


def _stated(case: int, column: int) -> Figure:
    """A requirement that the article states, by its cell."""
    own = ARTICLE_CASES[case]
    value = own.reg_t if column == _ARTICLE[0] else own.portfolio
    return Figure(absolute(_CASES_ROW + case, column), _NOT_STATED if value is None else value)


def _stated_gain(case: int) -> Figure:
    """The gain that the article states, by its cell."""
    reg_t, portfolio = (_stated(case, column) for column in _ARTICLE[:2])
    gain = xl.IFERROR(1.0 - portfolio / reg_t, _NOT_STATED)
    return xl.at(absolute(_CASES_ROW + case, _ARTICLE[2]), gain).of_kind("share")


def _article(page: Page, cases: _Cases) -> None:
    """The article's own figures."""
    page.section(_CASES_ROW - 2, "The article", 4, "illustrative, $")
    page.headings(
        _CASES_ROW - 1, ("Case", "Reg T", "Portfolio", "Gain"), ("text", "money", "money", "share")
    )
    for i, case in enumerate(ARTICLE_CASES):
        row = _CASES_ROW + i
        page.height(row, _CASE_HEIGHT)
        page.text(row, 0, cases.label(i), "label")
        figures: list[str | Figure] = [_NOT_STATED] * 3
        if case.reg_t is not None and case.portfolio is not None:
            reg_t, portfolio = (_stated(i, column) for column in _ARTICLE[:2])
            stated = (constant(case.reg_t), constant(case.portfolio))
            figures = [*stated, 1.0 - portfolio / reg_t]
        page.row(row, _ARTICLE[0], figures, ["limit"], ("money", "money", "share"))


def _rules(page: Page, cases: _Cases) -> None:
    """What the rules ask, and why it is not what the article says."""
    page.section(_CASES_ROW - 2, "By the rules", 4, "calculated, $", _RIGHT)
    headings, kinds = ("Reg T", "Portfolio", "Gain"), ("money", "money", "share")
    page.headings(_CASES_ROW - 1, (*headings, "Why they differ"), (*kinds, BESIDE), _RIGHT)
    for i, reason in enumerate(_reasons(cases)):
        page.row(_CASES_ROW + i, _RIGHT, cases.required(i), ["figure"], kinds)
        page.text(_CASES_ROW + i, _WHY, reason, "reason")


def _reasons(cases: _Cases) -> list[Figure]:
    """Why the rules ask something else, a case each, with the figures of the page."""
    price, worth = cases.price, cases.leg(0, 0, _QUANTITY).of_kind("dollars") * cases.price
    parts = [cases.figure(0, column, "share") / worth for column in (_REG_T, _PORTFOLIO)]
    units = -ARTICLE_CASES[_CALLS].legs[0].quantity * STANDARD_CONTRACT
    of_calls, strike = units * price, cases.leg(_CALLS, 0, _STRIKE).of_kind("dollars")
    out = units * xl.MAX(0.0, strike - price)
    required = cases.figure(_CALLS, _REG_T, "share")
    rate = (required - cases.premium(_CALLS, 0, units) + out) / of_calls
    lost = -xl.grouped(cases.moved(_CALLS))
    cost = cases.premium(_HEDGED, 1, STANDARD_CONTRACT)
    down = (price - cases.leg(_HEDGED, 1, _STRIKE)).of_kind("price")
    return [
        sentence("They do not: ", parts[0], " of ", worth, "; ", parts[1], " of it."),
        sentence(
            "Reg T: ", rate, " of ", of_calls, " less ", out, " out of the money, plus the ",
            "premium. Portfolio: the worst of ten moves; at +5% the calls lose ", lost, ".",
        ),
        sentence(
            "Reg T adds the put’s cost, ", cost, ". Portfolio: at most ", down,
            " a share down to the strike, and the put’s cost.",
        ),
        sentence(
            "The article names no quantity. The rule charges the greater leg and the other’s "
            "premium, not both legs."
        ),
        sentence("Ten times one: no discount for size under either rule."),
    ]  # fmt: skip


def _chart(draft: WorkbookBuilder, page: Page) -> None:
    """The article's gain and the rules', a pair a case that it states one of."""
    stated = [i for i, case in enumerate(ARTICLE_CASES) if case.reg_t is not None]
    rows = _CASES_ROW + stated[0], _CASES_ROW + stated[-1]
    series = [Series("By the rules", _GAIN, PM), Series("The article", _ARTICLE[2], PREV)]
    chart = draft.chart_of_bars("bar", SHEET, rows, series, gap=40, number="percent")
    chart.set_x_axis(no_axis(min=0))
    says = "Pairs of bars: gain by the rules and by the article, as share of Reg T"
    page.chart(
        _BELOW, 0, chart, "Gain: the article and the rules", says, columns=4,
        high=20 * (_CHART_ROWS - 2), note="share of Reg T",
    )  # fmt: skip


def _bullets(page: Page, cases: _Cases) -> None:
    """What the cases say, with their figures."""
    page.section(_BELOW, "What the four cases say", 4, "", _RIGHT)
    every = range(len(ARTICLE_CASES))
    gains, names = (
        Cells(f"{absolute(_CASES_ROW, column)}:{absolute(_CASES_ROW + every[-1], column)}", values)
        for column, values in (
            (_GAIN, tuple(cases.gain(i).value for i in every)),
            (0, tuple(cases.label(i).value for i in every)),
        )
    )
    label, greatest = xl.at_extreme(names, gains, xl.MAX), xl.MAX(gains).of_kind("share")
    calls, strangle = map(cases.gain, _WRITTEN)
    for i, said in enumerate(
        (
            sentence("• Most is freed by ", label, ": ", greatest, " of Reg T."),
            sentence("• Shares alone free ", cases.gain(0), " in any market: two fixed rates."),
            sentence(
                "• Options written alone free ", calls, " and ", strangle,
                "; lower volatility frees more.",
            ),
            sentence("• Portfolio margin moves with prices every day; Reg T initial does not."),
            sentence("• Both are minimums: a house may ask up to the Reg T figure at any time."),
        ),
        start=1,
    ):  # fmt: skip
        page.height(_BELOW + i, 19)
        page.text(_BELOW + i, _RIGHT, said, "column")
