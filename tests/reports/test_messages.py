"""The sentences of a report: figures by hand, and what stands where one is not known."""

from __future__ import annotations

import pytest

from tests.books import Range
from xlmargin import udfs
from xlmargin.samples import family_office_book

SETTINGS: Range = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.04]]
MARKET: Range = [["symbol", "price"], ["XYZ", 100.0], ["ABC", 50.0]]
BOOK: Range = [
    ["symbol", "type", "quantity", "account"],
    ["XYZ", "stock", 10_000, "First"],
    ["ABC", "stock", 4_000, "First"],
    ["", "cash", -400_000, "First"],
    ["XYZ", "stock", 1_000, "Second"],
    ["", "cash", 50_000, "Second"],
]
"""Portfolio margin: 150,000 + 30,000 of 800,000; 15,000 of 150,000. By strategy 25%, at first 50%.
"""
NAMES = [
    "as of", "start", "level", "room", "calls", "distance", "stress", "largest name",
    "released on deposit", "released on initial", "released on maintenance", "change", "broker",
    "input",
]  # fmt: skip


def said(positions: Range = BOOK, more: Range = [], market: Range = MARKET) -> dict[str, str]:  # noqa: B006
    table = udfs.XLM_MESSAGES(positions, market, [*SETTINGS, *more])
    assert isinstance(table, list), table
    assert table[0] == ["name", "text"]
    return {str(name): str(text) for name, text in table[1:]}


def test_every_sentence_by_hand() -> None:
    found = said()
    assert list(found) == [*NAMES, "account First", "account Second"]
    assert found["as of"] == (
        "As of 20 Nov 2026: accounts First and Second under portfolio margin, house: rule alone."
    )
    assert found["start"] == (
        "Portfolio margin requires $195,000, 20.5% of equity; strategy-based rules require $325,000"
        " (maintenance). No margin call is open."
    )
    assert found["room"] == "Equity is $950,000: $755,000 of it is excess, a cushion of 79.5%."
    # First: 1,200,000 u - 400,000 = 0.15 x 1,200,000 u, u = 40 / 102
    assert found["distance"] == (
        "A fall of the whole market by 60.8% takes the excess in First away."
    )
    # 0.8 x 1,300,000 - 350,000 = 690,000 less 0.8 x 195,000
    assert found["stress"] == (
        "A fall of the whole market by 20% with volatility doubled would leave an excess of"
        " $534,000 under portfolio margin, a cushion of 77.4%."
    )
    assert found["largest name"] == "The largest name is XYZ: 84.6% of the requirement."
    assert found["released on maintenance"] == (
        "Capital released on maintenance: $130,000, 40.0% of $325,000."
    )
    assert found["released on initial"] == (
        "Capital released on initial (least over pairings): $455,000, 70.0% of $650,000."
    )
    assert found["released on deposit"] == (
        "Capital released on deposit (initial less premiums received: money put up on the day):"
        " $455,000, 70.0% of $650,000."
    )
    assert found["input"] == "The input has 3 notes: see XLM_CHECK."
    assert found["account Second"] == (
        "Second: equity $150,000, requirement $15,000, excess $135,000, cushion 90.0%; no margin"
        " call."
    )


def test_millions_in_the_first_sentence_and_dollars_in_the_others() -> None:
    ranges = family_office_book()
    cells = (ranges.positions, ranges.market, ranges.settings, ranges.dividends)
    found = dict(udfs.XLM_MESSAGES(*cells, headers=False))
    portfolio, strategy = udfs.PM_REQUIREMENT(*cells), udfs.REGT_MAINTENANCE(*cells)
    assert f"requires ${portfolio / 1e6:,.2f}M, " in found["start"]
    assert f"require ${strategy / 1e6:,.2f}M (maintenance)" in found["start"]
    assert f"requires ${portfolio:,.0f}, " in found["level"]
    released = strategy - portfolio
    assert found["released on maintenance"] == (
        f"Capital released on maintenance: ${released:,.0f}, {released / strategy:.1%}"
        f" of ${strategy:,.0f}."
    )
    rest = [row for row in ranges.settings or [] if row[0] != "stress_volatility"]
    still = [*rest, ["stress_volatility", 0]]
    unmoved = dict(udfs.XLM_MESSAGES(*cells[:2], still, cells[3], headers=False))
    path = udfs.PM_PATH(*cells, [-0.2], headers=False)
    assert f"an excess of ${path[0][3]:,.0f} under" in unmoved["stress"]
    assert ", volatilities unchanged, would leave" in unmoved["stress"]
    account = {row[0]: row[2] for row in udfs.MARGIN_ACCOUNT(*cells, headers=False)}
    assert f"${account['portfolio excess']:,.0f} of it is excess" in found["room"]
    assert list(found) == NAMES  # one account: nothing by account


def test_a_margin_account_speaks_of_its_own_rules_first() -> None:
    found = said(more=[["account_type", "margin"]])
    assert found["start"] == (
        "Strategy-based rules require $325,000 (maintenance), 34.2% of equity; portfolio margin"
        " requires $195,000. No margin call is open."
    )
    assert found["room"] == "Equity is $950,000: $625,000 of it is excess, a cushion of 65.8%."
    # First: 1,200,000 u - 400,000 = 0.25 x 1,200,000 u, u = 4 / 9
    assert found["distance"] == (
        "A fall of the whole market by 55.6% takes the excess in First away by"
        " strategy-based rules."
    )
    assert found["stress"] == (
        "Were it under portfolio margin: a fall of the whole market by 20% with volatility doubled"
        " would leave an excess of $534,000, a cushion of 77.4%."
    )


def test_a_cash_account_releases_nothing() -> None:
    positions = [BOOK[0], *BOOK[4:]]
    found = said(positions, more=[["account_type", "cash"]])
    assert "paid in full" in found["as of"]
    assert found["released on deposit"] == "none: a cash account"
    assert found["stress"] == "none"
    assert "ortfolio margin" not in found["start"]
    # Shares of 100,000, paid in full, beside cash of 50,000
    assert found["level"] == "Paid in full, $100,000 is required, 66.7% of equity."
    assert found["room"].startswith("Equity is $150,000: $50,000 of it is free cash")


def test_calls_name_the_account_and_the_day() -> None:
    positions = [*BOOK[:3], ["", "cash", -1_021_000, "First"], *BOOK[4:]]
    found = said(positions)
    call = "A margin call of $1,000 is open in First, due 25 Nov 2026."
    assert found["calls"] == call
    assert found["start"].endswith(call)
    assert found["account First"].endswith("excess -$1,000, cushion -0.6%; margin call $1,000, due"
                                           " 25 Nov 2026.")  # fmt: skip
    assert found["distance"] == "There is no excess in First."
    # First after the fall: 960,000 - 1,021,000 - 0.15 x 960,000
    assert found["stress"].endswith("would leave $205,000 missing under portfolio margin in First.")


def test_several_calls_are_counted_in_the_first_sentence() -> None:
    positions = [BOOK[0], BOOK[1], ["", "cash", -999_000, "First"], BOOK[4],
                 ["", "cash", -99_000, "Second"]]  # fmt: skip
    found = said(positions)
    assert found["start"].endswith("6 margin calls and deficiencies are open.")
    assert "A margin call of $149,000 is open in First" in found["calls"]
    assert "Equity in First is $1,000 below the least." in found["calls"]
    assert found["calls"].endswith(" 3 more.")


def test_a_refused_input_says_its_first_error() -> None:
    positions = [*BOOK, ["XYZ", "putt", 1, "First"], ["XYZ", "stock", "1,5", "First"]]
    found = said(positions)
    assert list(found) == NAMES
    assert found["start"] == (
        "The input is refused: positions, row 7, type: found 'putt', wanted stock, call, put or"
        " cash. 1 more: see XLM_CHECK."
    )
    assert found["input"] == "The input has 2 errors: see XLM_CHECK."
    assert {found[name] for name in NAMES if name not in ("start", "input")} == {"none"}


def test_settings_that_cannot_be_read_are_the_first_error() -> None:
    found = said(more=[["house", "nobody"]])
    assert found["start"].startswith("The input is refused: settings, row 4, house: found")


def test_unknown_cash_leaves_the_requirements() -> None:
    positions = [row for row in BOOK if row[1] != "cash"]
    found = said(positions)
    assert found["start"].startswith(
        "Portfolio margin requires $195,000; strategy-based rules require $325,000 (maintenance)."
        " Equity is not known: settings, cash: found nothing"
    )
    assert found["calls"] == "Margin calls are not known."
    assert found["released on maintenance"].startswith("Capital released on maintenance: $130,000")
    assert found["input"] == "The input has 1 warning, 3 notes: see XLM_CHECK."


def test_a_regime_that_refuses_is_named() -> None:
    positions = [
        ["symbol", "type", "quantity", "group"], ["XYZ", "stock", 100, "g"],
        ["ABC", "stock", 100, "g"], ["", "cash", 0, None],
    ]  # fmt: skip
    found = said(positions)
    assert "strategy-based rules refuse the book" in found["level"]
    assert found["released on initial"] == "none: a regime refuses the book"


@pytest.mark.parametrize("kind", ["portfolio", "margin"])
def test_what_no_move_takes_away(kind: str) -> None:
    positions = [BOOK[0], *BOOK[4:]]
    found = said(positions, more=[["account_type", kind]])
    assert found["distance"] == (
        "No move of the whole market from -99% to +100% takes the excess away."
    )


DAYS: Range = [
    ["date", "symbol", "type", "quantity"],
    ["2026-10-20", "XYZ", "stock", 10_000], ["2026-10-20", "", "cash", 0],
    ["2026-11-20", "XYZ", "stock", 12_000], ["2026-11-20", "", "cash", 0],
]  # fmt: skip
PRICES: Range = [
    ["date", "symbol", "price"],
    ["2026-10-20", "XYZ", 100],
    ["2026-11-20", "XYZ", 110],
]
LATER: Range = [["symbol", "type", "quantity"], ["XYZ", "stock", 12_000], ["", "cash", 0]]
SINCE: Range = [*SETTINGS, ["compared_with", "2026-10-20"]]


def beside(settings: Range, broker: Range | None = None, days: Range | None = None) -> dict:
    market = [["symbol", "price"], ["XYZ", 110.0]]
    dated = PRICES if days else None
    return dict(
        udfs.XLM_MESSAGES(LATER, market, settings, None, broker, days, dated, headers=False)
    )


def test_why_the_requirement_changed_by_hand() -> None:
    """15% of 1,000,000; of 1,200,000; of 1,320,000."""
    assert beside(SINCE, days=DAYS)["change"] == (
        "The requirement rose by $48,000 since 20 Oct 2026: higher after trades and expirations"
        " ($30,000) and prices and time ($18,000). Rules moved nothing."
    )
    sold = [*DAYS[:3], ["2026-11-20", "XYZ", "stock", 9_000], DAYS[4]]  # 135,000; 148,500
    assert beside(SINCE, days=sold)["change"] == (
        "The requirement fell by $1,500 since 20 Oct 2026: lower after trades and expirations"
        " ($15,000), higher after prices and time ($13,500). Rules moved nothing."
    )


def test_what_there_is_nothing_to_say_of_is_none() -> None:
    assert beside(SINCE)["change"] == "none"
    assert beside(SETTINGS, days=DAYS)["change"] == "none"
    assert beside(SETTINGS)["broker"] == "none"


def test_an_earlier_day_that_is_not_there_is_said() -> None:
    found = beside([*SETTINGS, ["compared_with", "2026-10-21"]], days=DAYS)["change"]
    assert found.startswith("Why it changed is not known: since: found 2026-10-21, wanted a date")


@pytest.mark.parametrize(
    ("row", "column", "cell", "said"),
    [
        (4, 3, "abc", "positions, row 4, quantity: found the text 'abc'"),
        (2, 0, "some day", "positions, row 2, date: found the text 'some day'"),
        (4, 1, "NEW", "NEW"),
    ],
)
def test_what_is_wrong_with_an_earlier_day_is_said_and_refuses_nothing(
    row: int, column: int, cell: object, said: str
) -> None:
    days = [list(cells) for cells in DAYS]
    days[row - 1][column] = cell
    found = beside(SINCE, days=days)
    assert found["change"].startswith("Why it changed is not known: ")
    assert said in found["change"]
    assert found["level"].startswith("Portfolio margin requires $198,000")


def test_the_broker_s_figures_by_hand() -> None:
    """198,000 of ours; a house that takes 17% where the rule takes 15%: 224,400."""
    head = ["figure", "group", "amount", "as_of"]
    whole = ["portfolio requirement", "", 224_400, "2026-11-20"]
    group = ["portfolio requirement", "XYZ", 224_400, "2026-11-20"]
    found = beside(SETTINGS, [head, whole, group])
    assert found["broker"] == (
        "The broker requires $26,400 (13.3%) more than we do. Likely $26,400 of it: house range"
        " 17% / 15% on XYZ."
    )
    assert found["start"].endswith("No margin call is open. Broker: +13.3%.")
    found = beside(SETTINGS, [head, [*whole[:2], 198_000.4, "2026-11-19"]])
    assert found["broker"] == ("The broker requires what we do. 1 of its figures is older.")
    assert "Broker" not in found["start"]
    found = beside(SETTINGS, [head, [*whole[:2], 198_500, "2026-11-20"]])
    assert found["broker"] == "The broker's requirement, $198,500, agrees with ours."
    found = beside(SETTINGS, [head, ["equity", "", 1_320_000, "2026-11-20"]])
    assert found["broker"] == "Of the broker's figures 1 agrees and 0 differ."
    found = beside(SETTINGS, [head, [*whole[:2], "about", "2026-11-20"]])
    assert found["broker"].startswith(
        "The broker's figures are refused: broker_figures, row 2, amount: found the text 'about'"
    )


def test_the_check_tells_of_the_broker_s_figures_by_row_and_column() -> None:
    broker = [["figure", "amount", "account"], ["portfolio requirement", "about", ""],
              ["equity", 1, "Third"]]  # fmt: skip
    listed = udfs.XLM_CHECK(BOOK, MARKET, SETTINGS, broker_figures=broker)
    found = [row[:4] for row in listed if row[1] == "broker_figures"]
    assert found == [
        ["error", "broker_figures", 3.0, "account"], ["error", "broker_figures", 2.0, "amount"],
    ]  # fmt: skip
    dated = udfs.XLM_CHECK(DAYS, PRICES, [*SETTINGS[:1], *SETTINGS[2:]], broker_figures=broker)
    assert ["error", "broker_figures", 2.0, "amount"] in [row[:4] for row in dated]


def test_the_account_on_a_day_is_that_of_the_day_s_book() -> None:
    own = [row[1:] for row in DAYS[:1] + DAYS[1:3]]
    alone = udfs.MARGIN_ACCOUNT(own, [["symbol", "price"], ["XYZ", 100]],
                                [["as_of", "2026-10-20"], ["rate", 0.04]])  # fmt: skip
    assert udfs.MARGIN_ACCOUNT_ON(DAYS, PRICES, SETTINGS, None, "2026-10-20") == alone
    refused = udfs.MARGIN_ACCOUNT_ON(DAYS, PRICES, SETTINGS, None, "2026-10-21")
    assert refused.startswith("#XLM! day: found 2026-10-21, wanted a date of the positions")
    refused = udfs.MARGIN_ACCOUNT_ON(LATER, MARKET, SETTINGS, None, "2026-10-20")
    assert "positions" in refused
    assert "date" in refused


def test_a_cushion_is_of_the_account_s_value_by_strategy_too() -> None:
    """Worth 80,000 with a call held at 20,000 that strategy-based equity counts nothing of."""
    positions: Range = [
        ["symbol", "type", "quantity", "strike", "expiration", "price"],
        ["XYZ", "stock", 1_000, None, None, 100.0],
        ["XYZ", "call", 40, 110, "2026-12-18", 5.0],
        ["", "cash", -40_000, None, None, None],
    ]
    more: Range = [["account_type", "margin"]]
    table = udfs.MARGIN_ACCOUNT(positions, MARKET, [*SETTINGS, *more])
    assert isinstance(table, list), table
    figures = {str(row[0]): row[2] for row in table}
    assert (figures["account value"], figures["strategy equity"]) == (80_000, 60_000)
    cushion = f"a cushion of {100 * figures['strategy excess'] / 80_000:.1f}%."
    assert said(positions, more)["room"].endswith(cushion)
    assert figures["strategy cushion"] == pytest.approx(figures["strategy excess"] / 80_000)
