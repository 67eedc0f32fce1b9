"""A broker's figures beside ours: states by hand, and reasons by books that have them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.reading import read_book
from xlmargin import udfs
from xlmargin.account import reconciliation as reconciliation_module
from xlmargin.account.reconciliation import account_figure, age_of
from xlmargin.cells.values import normalized
from xlmargin.regimes import both_regimes, under_portfolio_margin
from xlmargin.rulebook import broker_terms
from xlmargin.strategy_margin import strategy_margin

AS_OF = "2026-11-20"
HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account"]
MARKET = [
    ["symbol", "price", "class", "product_group"],
    ["XYZ", 100, "stock", None],
    ["ABC", 50, "stock", None],
    ["SPX", 6000, "index_high_cap", "broad"],
    ["DJX", 450, "index_high_cap", "broad"],
]
BOOK = [["XYZ", "stock", 1000], ["ABC", "stock", 200], ["USD", "cash", -50_000]]
"""Worth 60,000; portfolio margin 16,500 and strategy-based maintenance 27,500."""


def ranges(
    rows: list[list[Any]], named: Sequence[Any] = (), market: list[list[Any]] = MARKET
) -> tuple[list[list[Any]], list[list[Any]], list[list[Any]]]:
    positions = [HEADINGS, *([*row, *[None] * (len(HEADINGS) - len(row))] for row in rows)]
    settings = [["as_of", AS_OF], ["rate", 0.04], *map(list, named)]
    return positions, market, settings


def answered(
    figures: Sequence[tuple[Any, ...]],
    rows: list[list[Any]] = BOOK,
    named: Sequence[Any] = (),
    tolerance: float | None = 0.01,
    headings: Sequence[str] = ("figure", "amount", "as_of"),
) -> list[list[Any]] | str:
    positions, market, settings = ranges(rows, named)
    broker = [list(headings), *map(list, figures)]
    return udfs.MARGIN_RECONCILE(positions, broker, market, settings, None, tolerance)


def reconciled(*figures: tuple[Any, ...], **more: Any) -> list[dict[str, Any]]:
    table = answered(figures, **more)
    assert isinstance(table, list), table
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]


def one(*figure: str | float | None, **more: Any) -> dict[str, Any]:
    """The row of the one figure that is given."""
    return next(row for row in reconciled(figure, **more) if row["state"] != "missing")


def test_a_figure_beside_ours() -> None:
    row = one("MaintMarginReq", 20_000, AS_OF)
    assert row["figure"] == "portfolio requirement"
    assert row["broker's word"] == "MaintMarginReq"
    assert (row["ours"], row["broker's"]) == (16_500, 20_000)
    assert (row["difference"], row["difference %"]) == (3_500, 0.175)
    assert (row["age"], row["state"], row["as of"]) == (0, "differs", 46346)


@pytest.mark.parametrize(
    ("word", "figure", "ours"),
    [
        ("NetLiquidation", "account value", 60_000),
        ("net liquidation value", "account value", 60_000),
        ("ExcessLiquidity", "portfolio excess", 43_500),
        ("House surplus", "portfolio excess", 43_500),
        ("maintenance-requirement", "portfolio requirement", 16_500),
        ("portfolio requirement", "portfolio requirement", 16_500),
        ("strategy requirement", "strategy requirement", 27_500),
        ("excess", "portfolio excess", 43_500),
        ("TotalCashValue", "cash", -50_000),
        ("Cushion", "portfolio cushion", 43_500 / 60_000),
    ],
)
def test_words_of_brokers_and_ours(word: str, figure: str, ours: float) -> None:
    row = one(word, ours, AS_OF)
    assert (row["figure"], row["ours"], row["state"]) == (figure, pytest.approx(ours), "agrees")


def test_under_strategy_based_margin_a_word_means_that_regime_s_figure() -> None:
    row = one("MaintMarginReq", 27_500, AS_OF, named=[["account_type", "margin"]])
    assert (row["figure"], row["state"]) == ("strategy requirement", "agrees")


def test_what_we_do_not_have_is_not_ours() -> None:
    for word in ("InitMarginReq", "Gadget reserve"):
        row = one(word, 18_000, AS_OF)
        assert (row["figure"], row["ours"], row["difference"]) == ("", "", "")
        assert (row["broker's word"], row["state"]) == (word, "not ours")
    said = one("InitMarginReq", 18_000, AS_OF)["likely"]
    assert said == "what the house wants before it takes a further order: no rule's figure"
    assert one("Gadget reserve", 18_000, AS_OF)["likely"] == ""


def test_the_tolerance_is_of_the_broker_s_figure_or_dollars() -> None:
    states = [
        one("requirement", amount, AS_OF, tolerance=0.02)["state"]
        for amount in (16_836, 16_837, 16_177, 16_176)  # 16,500 is 0.98 of 16,836.7
    ]
    assert states == ["agrees", "differs", "agrees", "differs"]
    dollars = [["tolerance_dollars", 1_000]]
    states = [
        one("requirement", amount, AS_OF, named=dollars)["state"] for amount in (17_500, 17_501)
    ]
    assert states == ["agrees", "differs"]
    assert one("cushion", 0.5, AS_OF, named=dollars)["state"] == "differs"


@pytest.mark.parametrize(
    ("as_of", "age", "state"),
    [
        ("2026-11-16", 4, "overdue"),
        ("2026-11-17", 3, "stale"),
        ("2026-11-19", 1, "stale"),
        ("2026-11-19 15:30", 1, "stale"),
        (AS_OF, 0, "differs"),
        ("2026-11-20 15:30", 0, "differs"),
        ("2026-11-23", -3, "differs"),
        (None, "", "differs"),
    ],
)
def test_a_figure_older_than_the_book_is_stale_not_different(
    as_of: str | None, age: int | str, state: str
) -> None:
    row = one("requirement", 20_000, as_of)
    assert (row["age"], row["state"]) == (age, state)


@pytest.mark.parametrize(("days", "state"), [(1, "stale"), (0.5, "overdue"), (0, "overdue")])
def test_how_old_a_figure_may_be_is_a_setting(days: float, state: str) -> None:
    row = one("requirement", 20_000, "2026-11-19", named=[["overdue_days", days]])
    assert (row["age"], row["state"]) == (1, state)
    assert one("requirement", 20_000, AS_OF, named=[["overdue_days", days]])["state"] == "differs"


def test_the_tolerance_of_the_settings_counts_where_the_function_s_is_left_out() -> None:
    named = [["Tolerance as a share", 0.05]]
    # 16,500 is 0.95 of 17,368.42
    states = [
        one("requirement", amount, AS_OF, named=named, tolerance=None)["state"]
        for amount in (17_368, 17_369)
    ]
    assert states == ["agrees", "differs"]
    stated = one("requirement", 17_000, AS_OF, named=named, tolerance=0.01)
    assert stated["state"] == "differs", "the function's own"


@pytest.mark.parametrize("setting", ["tolerance_share", "overdue_days"])
@pytest.mark.parametrize("cell", [-0.1, "much", 20_000])
def test_a_tolerance_that_is_none_is_refused(setting: str, cell: float | str) -> None:
    answer = answered([("requirement", 20_000, AS_OF)], named=[[setting, cell]], tolerance=None)
    assert f", {setting}: found" in answer


def test_ages_with_hours() -> None:
    assert age_of(100.25, 100.5) == 0.25
    assert age_of(100.0, 100.5) == 0
    assert age_of(99.9, 100.0) == 1


def test_what_the_broker_does_not_give_is_missing() -> None:
    rows = reconciled()
    assert [(row["figure"], row["ours"], row["state"]) for row in rows] == [
        ("account value", 60_000, "missing"),
        ("portfolio requirement", 16_500, "missing"),
        ("portfolio excess", 43_500, "missing"),
    ]
    assert all(row["broker's"] == row["difference"] == "" for row in rows)
    kept = [row["figure"] for row in reconciled(("requirement", None, None))]
    assert "portfolio requirement" in kept  # a row still without an amount is none


def test_of_several_moments_the_newest_counts() -> None:
    rows = reconciled(
        ("requirement", 16_000, "2026-11-18"),
        ("MaintMarginReq", 16_550, AS_OF),
        ("requirement", 15_000, "2026-11-19"),
    )
    own = [(row["broker's"], row["state"]) for row in rows if row["broker's"] != ""]
    assert sorted(own) == [(15_000, "older"), (16_000, "older"), (16_550, "agrees")]


def test_of_two_accounts_and_all_together() -> None:
    rows = [[*row, *[None] * (6 - len(row)), name] for name in ("First", "Second") for row in BOOK]
    found = reconciled(
        ("first ", "requirement", 16_500),
        ("SECOND", "requirement", 18_000),
        (None, "requirement", 33_000),
        rows=rows,
        headings=("account", "figure", "amount"),
    )
    own = [(r["account"], r["ours"], r["state"]) for r in found if r["state"] != "missing"]
    assert own == [
        ("total", 33_000, "agrees"),
        ("First", 16_500, "agrees"),
        ("Second", 16_500, "differs"),
    ]


def test_positions_without_accounts_are_those_of_the_one_that_is_named() -> None:
    row = one("U1234567", "requirement", 16_500, headings=("account", "figure", "amount"))
    assert (row["account"], row["state"]) == ("", "agrees")


def test_what_differs_stands_first() -> None:
    rows = reconciled(
        ("account value", 60_000, AS_OF),
        ("requirement", 17_000, AS_OF),
        ("excess", 30_000, AS_OF),
        ("cash", -50_000, "2026-11-18"),
    )
    assert [row["state"] for row in rows] == ["differs", "differs", "stale", "agrees"]
    assert rows[0]["figure"] == "portfolio excess"  # the greater difference


def required(
    named: Sequence[list[Any]],
    function: Callable[..., Any] = udfs.PM_REQUIREMENT,
    rows: list[list[Any]] = BOOK,
) -> float | str:
    return function(*ranges(rows, named))


HOUSE = [["house", "ibkr_like"]]
MARGIN = [["account_type", "margin"]]


def test_every_house_that_fits_is_named() -> None:
    """20% of 20,000 is required of one stock by two of the houses, in a calm market and not."""
    stock = [["symbol", "type", "quantity", "price"], ["XYZ", "stock", 100, 200.0]]
    theirs = [["figure", "amount"], ["requirement", 4_000]]
    settings = [["as_of", "2026-11-20"], ["rate", 0.04], ["cash", 50_000]]
    headings, row, *_ = udfs.MARGIN_RECONCILE(stock, theirs, None, settings)
    named = dict(zip(headings, row, strict=True))["likely"]
    assert named == "house tastytrade_calm or tastytrade_stressed"


@pytest.mark.parametrize(
    ("source", "named", "likely"),
    [
        ("", [], "house tastytrade_calm or tastytrade_stressed"),
        ("Schwab, balances page", [], ""),
        ("", [["house", "schwab"]], ""),
        ("tastytrade", [], "house tastytrade_calm or tastytrade_stressed"),
    ],
)
def test_no_house_of_another_broker_is_a_reason_where_the_broker_is_known(
    source: str, named: list[list[str]], likely: str
) -> None:
    """20% of 20,000, which two houses of one broker require."""
    stock = [["symbol", "type", "quantity", "price"], ["XYZ", "stock", 100, 200.0]]
    theirs = [["figure", "amount", "source"], ["requirement", 4_000, source]]
    settings = [["as_of", "2026-11-20"], ["rate", 0.04], ["cash", 50_000], *named]
    headings, *rows = udfs.MARGIN_RECONCILE(stock, theirs, None, settings)
    found = [dict(zip(headings, row, strict=True)) for row in rows]
    assert next(row for row in found if row["broker's"] == 4_000)["likely"] == likely


@pytest.mark.parametrize(
    ("figure", "amount", "named", "likely"),
    [
        ("requirement", 16_500, HOUSE, "rule alone"),
        ("requirement", "ibkr_like", [], "house ibkr_like"),
        ("requirement", 16_500, MARGIN, "other regime"),
        ("excess", 43_500, MARGIN, "other regime"),
        ("cash", 50_000, [], "sign"),
        ("requirement", 16.5, [], "thousands"),
        ("requirement", 16_500_000, [], "thousands"),
        ("requirement", 19_321, [], ""),
        ("account value", 61_111, [], ""),
    ],
)
def test_likely_reasons(
    figure: str, amount: float | str, named: list[list[str]], likely: str
) -> None:
    if isinstance(amount, str):
        amount = required([["house", amount]])
    row = one(figure, amount, AS_OF, named=named)
    assert (row["state"], row["likely"]) == ("differs", likely)


def test_a_difference_of_the_account_value() -> None:
    rows = reconciled(("account value", 55_000, AS_OF), ("excess", 38_500, AS_OF))
    by_figure = {row["figure"]: row["likely"] for row in rows}
    assert by_figure["portfolio excess"] == "account value"
    assert by_figure["account value"] == ""


def test_the_prices_of_the_broker_s_day() -> None:
    """1,000 at 90 the day before: 13,500; the book is that of the settings' day."""
    positions = [["date", "symbol", "type", "quantity"]]
    market = [["date", "symbol", "price"]]
    for day, price in (("2026-11-19", 90), (AS_OF, 100)):
        positions += [[day, "XYZ", "stock", 1000], [day, "USD", "cash", 0]]
        market += [[day, "XYZ", price]]
    broker = [["figure", "amount", "as_of"], ["requirement", 13_500, "2026-11-19"]]
    table = udfs.MARGIN_RECONCILE(positions, broker, market, [["as_of", AS_OF]])
    row = next(dict(zip(table[0], row, strict=True)) for row in table[1:] if row[4] != "")
    assert (row["ours"], row["age"], row["state"], row["likely"]) == (
        15_000, 1, "stale", "price date",
    )  # fmt: skip
    last = udfs.MARGIN_RECONCILE(positions, broker, market)
    assert last == table
    other = udfs.MARGIN_RECONCILE(positions, broker, market, [["as_of", "2026-11-21"]])
    assert other.startswith("#XLM! as_of: found 2026-11-21, wanted a date of the positions")


INDEXES = [
    ["XYZ", "stock", 1000],
    ["SPX", "call", 1, 6000, "2027-03-19", 250],
    ["DJX", "call", -15, 450, "2027-03-19", 18],
    ["USD", "cash", 100_000],
]
BY_GROUP = ("group", "figure", "amount")


def groups(rows: list[list[Any]]) -> dict[str, float]:
    table = udfs.PM_GROUPS(*ranges(rows))
    at = {heading: i for i, heading in enumerate(table[0])}
    return {row[at["group"]]: row[at["requirement"]] for row in table[1:]}


def test_a_range_of_the_house_beside_an_account_of_another_house() -> None:
    # 1,000 shares of 100 at the 20% of its house; three houses' tables of points stand in one
    held = [["SPX", "call", -1, 6000, "2027-03-19", 250, of] for of in "BA"]
    held += [["XYZ", "stock", 1000, *[None] * 3, "A"]]
    held += [["USD", "cash", 900_000, *[None] * 3, of] for of in "BA"]
    positions, market, settings = ranges(held)
    settings = [["name", "value", "account"], *([*row, None] for row in settings)]
    settings += [["house", "tastytrade_stressed", "A"], ["house", "schwab", "B"]]
    broker = [["account", "group", "figure", "amount"], ["A", "XYZ", "requirement", 22_000]]
    headings, *rows = udfs.MARGIN_RECONCILE(positions, broker, market, settings)
    (row,) = (dict(zip(headings, row, strict=True)) for row in rows if row[-2] == "XYZ")
    assert (row["ours"], row["likely"]) == (20_000, "house range 22% / 20%")


def test_class_groups_and_a_range_of_the_house() -> None:
    row = one("xyz", "requirement", 17_000, rows=INDEXES, headings=BY_GROUP)
    assert (row["group"], row["ours"]) == ("xyz", 15_000)
    assert (row["state"], row["likely"]) == ("differs", "house range 17% / 15%")
    house = one("XYZ", "requirement", 25_000, rows=INDEXES, headings=BY_GROUP)
    assert house["likely"] == "house ibkr_like"
    none = one("XYZ", "requirement", 17_430, rows=INDEXES, headings=BY_GROUP, tolerance=0.001)
    assert none["likely"] == ""
    assert one("QQQ", "requirement", 5, rows=INDEXES, headings=BY_GROUP)["state"] == "not ours"
    assert one("XYZ", "excess", 5, rows=INDEXES, headings=BY_GROUP)["state"] == "not ours"


def test_a_product_group_whose_parts_offset_nothing() -> None:
    own = groups(INDEXES)
    agrees = one("broad", "requirement", own["broad"], rows=INDEXES, headings=BY_GROUP)
    assert agrees["state"] == "agrees"
    apart = own["SPX"] + own["DJX"]
    assert apart > own["broad"] * 1.05
    row = one("broad", "requirement", apart, rows=INDEXES, headings=BY_GROUP)
    assert (row["state"], row["likely"]) == ("differs", "no offset")


def test_groups_by_strategy_are_the_underlyings() -> None:
    row = one("XYZ", "requirement", 25_000, named=MARGIN, headings=BY_GROUP)
    assert (row["ours"], row["state"]) == (25_000, "agrees")


FAULTS = [
    (("requirment", 1, AS_OF), "row 7, figure: found 'requirment'", "perhaps requirement?"),
    (("MaintMargnReq", 1, AS_OF), "row 7, figure: found 'MaintMargnReq'", "perhaps MaintMarginReq"),
    (("account type", 1, AS_OF), "row 7, figure: found 'account type'", "in dollars"),
    ((None, 1, AS_OF), "row 7, figure: found nothing", "a figure of MARGIN_ACCOUNT"),
    (("requirement", "1,5", AS_OF), "row 7, amount: found the text '1,5'", "a number"),
    (("requirement", "12%", AS_OF), "row 7, amount: found '12%'", "dollars, not percent"),
    (("requirement", "#REF!", AS_OF), "row 7, amount: found the error #REF!", ""),
    (("requirement", 1, "yesterday"), "row 7, as_of: found the text 'yesterday'", "a date"),
    (("NetLiquidation", 2, AS_OF), "row 7, figure: found 'NetLiquidation'", "given in row 2"),
]
ROWS = [
    ("account value", 60_000, AS_OF),
    *((word, 1, AS_OF) for word in ("InitMarginReq", "AvailableFunds", "cash", "excess")),
]


@pytest.mark.parametrize(("row", "found", "wanted"), FAULTS, ids=[f for _, f, _ in FAULTS])
def test_a_typing_error_in_row_7_is_refused_with_its_place(
    row: tuple[str | None, int | str, str], found: str, wanted: str
) -> None:
    answer = answered([*ROWS, row])
    assert isinstance(answer, str)
    assert answer.startswith(f"#XLM! broker_figures, {found}"), answer
    assert wanted in answer


def test_other_faults_are_refused() -> None:
    accounts = ("account", "figure", "amount")
    rows = [[*row, *[None] * (6 - len(row)), "First"] for row in BOOK]
    answer = answered([("Frist", "cash", 1)], rows=rows, headings=accounts)
    assert answer.startswith("#XLM! broker_figures, row 2, account: found 'Frist'"), answer
    answer = answered([("cash", 1, "EUR")], headings=("figure", "amount", "currency"))
    assert answer.startswith("#XLM! broker_figures, row 2, currency: found 'EUR'"), answer
    answer = answered([("cash", 1, "x")], headings=("figure", "amount", "grup"))
    assert answer.startswith("#XLM! broker_figures, row 1, grup: found an unknown column"), answer
    answer = answered([("cash",)], headings=("figure",))
    assert answer.startswith("#XLM! broker_figures"), answer
    for tolerance in (-0.1, 1.5):
        answer = answered([], tolerance=tolerance)
        assert answer.startswith("#XLM! tolerance: found"), answer
    positions, market, settings = ranges(BOOK)
    answer = udfs.MARGIN_RECONCILE(positions, None, market, settings)
    assert answer.startswith("#XLM! broker_figures: found nothing"), answer


def test_every_word_has_one_meaning_and_every_figure_is_ours() -> None:
    meaning: dict[str, str] = {}
    for term in broker_terms():
        for word in (word for words in term.words.values() for word in words):
            assert meaning.setdefault(normalized(word), term.name) == term.name, word
    figures = {row[0] for row in udfs.MARGIN_ACCOUNT(*ranges(BOOK))}
    named = {name for term in broker_terms() for name in (term.portfolio, term.strategy)}
    assert named - {""} <= figures


def test_the_example_of_live_use() -> None:
    """An account value that agrees beside a requirement of a stricter house."""
    of_house = required(HOUSE)
    rows = reconciled(
        ("NetLiquidation", 60_000, AS_OF), ("MaintMarginReq", of_house, "2026-11-20 16:00")
    )
    states = {row["figure"]: (row["state"], row["likely"]) for row in rows}
    assert states["account value"] == ("agrees", "")
    assert states["portfolio requirement"] == ("differs", "house ibkr_like")


def test_refused_positions_answer_their_text() -> None:
    answer = answered([("cash", 1, AS_OF)], rows=[["XYZ", "putt", 1, 90, "2026-12-18", 1]])
    assert answer.startswith("#XLM! positions, row 2, type: found 'putt'")


def test_a_figure_under_portfolio_margin_asks_nothing_by_strategy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = read_book(*ranges(BOOK, [["account_type", "portfolio"]]))
    regimes = both_regimes(read, under_portfolio_margin, strategy_margin)
    for name in ("strategy_excess", "values_of", "reg_t_excess"):
        monkeypatch.setattr(reconciliation_module, name, lambda _: pytest.fail("by strategy"))
    assert account_figure(regimes, "portfolio requirement").tolist() == [16_500]
    assert account_figure(regimes, "portfolio excess").tolist() == [60_000 - 16_500]
    assert account_figure(regimes, "Reg T equity") is None
