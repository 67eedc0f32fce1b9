"""Types, rights, sides and currencies: other words, unknown ones, other columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tests.door.mutations import CONTRACTS, TABLES, Draw, Fate, Meaning, Mutation, kind, listed

WORDS: Final[dict[str, tuple[object, ...]]] = {
    "stock": listed(
        "stock|Stock|STK|ETF|Common Stock|equity|EQUITY|Mutual Fund|ADR|"
        "Closed End Fund|us_equity|Shares|stocks|fund|closed-end fund"
    ),
    "call": ("call", "CALL", "Calls", "C", "c", "Call ", "call\u00a0", "Ｃａｌｌ", "Call Option"),
    "put": ("put", "PUT", "Puts", "P", "p", " Put", "\u200bput", "Ｐｕｔ", "Put Option"),
    "cash": ("cash", "CASH", "Cash", "Money Market", "sweep", "Sweep"),
    "american": ("American", "AMERICAN", "american "),
    "european": ("European", "EUROPEAN", "european "),
    "index_high_cap": ("Index High Cap", "INDEX-HIGH-CAP", "index_high_cap "),
    "trade": ("Trade", "TRADE"),
    "close": ("Close", "CLOSE"),
    "deposit": ("Deposit", "DEPOSITS"),
    "True": ("TRUE", "yes", "Y", "true", 1),
}
"""Other words for the same."""

NO_WORDS: Final = (
    *listed(
        "putt|xyz|warrant|future|FUT|bond|crypto|CFD|swap|?|0|1|-1|call/put|both|straddle|"
        "calll|option call put"
    ),
    "x" * 300,
)


@kind(*TABLES)
def word_in_other_spelling(draw: Draw) -> Mutation | None:
    cells = [
        (row, h)
        for h in draw.columns(Meaning.TYPE, Meaning.WORD)
        for row in draw.filled(h)
        if str(draw.cell(row, h)) in WORDS
    ]
    if not cells:
        return None
    place = draw.dice.choice(cells)
    word = str(draw.cell(*place))
    if draw.range == "market" and word == "stock":
        others: Sequence[object] = ("Stock", "STOCK", "stock ")
    else:
        others = WORDS[word]
    return draw.of_cell(Fate.SAME, *place, draw.put(*place, draw.dice.choice(others)))


@kind(*TABLES)
def word_that_is_not_known(draw: Draw) -> Mutation | None:
    place = draw.some_cell(Meaning.TYPE, Meaning.WORD)
    if place is None:
        return None
    words = [w for w in NO_WORDS if place[1] != "marginable" or w not in ("0", "1")]
    return draw.of_cell(Fate.REFUSED, *place, draw.put(*place, draw.dice.choice(words)))


@kind(*CONTRACTS)
def type_left_out(draw: Draw) -> Mutation | None:
    """Of stock it says itself, of an option it is refused unless its symbol says it."""
    rows = draw.filled("type")
    row = draw.dice.choice(rows)
    word, symbol = draw.cell(row, "type"), str(draw.cell(row, "symbol"))
    change = draw.put(row, "type", draw.dice.choice([None, "", " "]))
    if word == "stock" or len(symbol) > 10:
        return draw.of_cell(Fate.SAME, row, "type", change)
    return draw.of_cell(Fate.REFUSED if word in ("call", "put") else Fate.TOLD, row, "type", change)


def _rights(draw: Draw, words: dict[str, str]) -> list[object]:
    """A column of rights, taken out of the column of types."""
    cells: list[object] = []
    for row in range(2, len(draw.rows) + 1):
        word = draw.cell(row, "type")
        cells.append(words.get(word or ""))
        if word in words:
            draw.put(row, "type", draw.dice.choice(["Option", "OPT", "Equity Option", "us_option"]))
    return cells


RIGHTS: Final = (
    {"call": "C", "put": "P"},
    {"call": "Call", "put": "Put"},
    {"call": "CALL", "put": "PUT"},
)


@kind(*CONTRACTS)
def right_in_a_column_of_its_own(draw: Draw) -> Mutation | None:
    cells = _rights(draw, draw.dice.choice(RIGHTS))
    heading = draw.dice.choice(["Put/Call", "call/put", "right", "C/P", "cp", "Option Type"])
    draw.add_column(heading, cells, draw.dice.randrange(len(draw.headings) + 1))
    return draw.whole(Fate.SAME, f"type says Option, {heading}: {cells}")


@kind(*CONTRACTS)
def right_under_an_unknown_heading(draw: Draw) -> Mutation | None:
    cells = _rights(draw, draw.dice.choice(RIGHTS))
    heading = draw.dice.choice(["what", "zz", "col7"])
    draw.add_column(heading, cells)
    change = f"type says Option, {heading}: {cells}"
    return Mutation(draw.rows, Fate.SAME_OR_REFUSED, change, (), (heading, "type"))


@kind(*CONTRACTS)
def right_that_contradicts(draw: Draw) -> Mutation | None:
    """Beside a type that says the other, or an option symbol that does."""
    other = {"call": "P", "put": "C"}
    rows = [row for row in draw.filled("type") if draw.cell(row, "type") in other]
    row = draw.dice.choice(rows)
    cells: list[object] = [
        other[draw.cell(n, "type")] if n == row else None for n in range(2, len(draw.rows) + 1)
    ]
    heading = draw.dice.choice(["Put/Call", "right", "c/p"])
    draw.add_column(heading, cells)
    change = f"row {row}, {heading}: {cells[row - 2]!r} beside {draw.cell(row, 'type')!r}"
    return Mutation(draw.rows, Fate.REFUSED, change, (row,), (heading, "type", "right"))


LONG: Final = listed(
    "long|L|buy|Bought|B|BOT|BTO|Buy to Open|BUY_TO_OPEN|buy open|held|Purchase|LONG "
)
SHORT: Final = listed(
    "short|S|sell|Sold|SLD|STO|Sell to Open|SELL-TO-OPEN|written|SS|sell short|Write|"
    "sold short|Ｓｅｌｌ"
)
CLOSING: Final = ("BTC", "Buy to Close", "STC", "sell to close", "cover", "buy to cover")
NO_SIDES: Final = ("Ask", "Credit", "Verkauf", "xx", "-1", "0", "neutral", "sellbuy", "debit", "?")
SIDE_HEADINGS: Final = listed(
    "side|Action|Transaction|Trans|Trade Type|Buy/Sell|B/S|L/S|Direction|Way|"
    "Long/Short|Pos|Open/Close|Order|Buy or Sell"
)


def _sides(draw: Draw, unsigned: bool) -> list[object]:
    """A word for each quantity of securities; where unsigned, the signs are taken away."""
    cells: list[object] = []
    one_way = draw.dice.random() < 0.5
    words = [draw.dice.choice(LONG), draw.dice.choice(SHORT)]
    for row in range(2, len(draw.rows) + 1):
        quantity = draw.cell(row, "quantity")
        is_cash = draw.cell(row, "type") in ("cash", "deposit")
        if quantity is None or is_cash:
            cells.append(None)
            continue
        cells.append(
            words[quantity < 0] if one_way else draw.dice.choice((LONG, SHORT)[quantity < 0])
        )
        if unsigned:
            draw.put(row, "quantity", abs(quantity))
    return cells


def _free_side_heading(draw: Draw) -> str:
    if draw.range == "positions":
        return draw.dice.choice(SIDE_HEADINGS)
    return draw.dice.choice(["side", "B/S", "Buy/Sell"])


@kind("positions", "trades", "activity")
def side_beside_a_signed_quantity(draw: Draw) -> Mutation | None:
    heading, cells = _free_side_heading(draw), _sides(draw, unsigned=False)
    draw.add_column(heading, cells, draw.dice.randrange(len(draw.headings)))
    return draw.whole(Fate.SAME, f"a column {heading}: {cells}")


@kind("positions", "trades", "activity")
def side_beside_an_unsigned_quantity(draw: Draw) -> Mutation | None:
    heading, cells = _free_side_heading(draw), _sides(draw, unsigned=True)
    draw.add_column(heading, cells, draw.dice.randrange(len(draw.headings)))
    return draw.whole(Fate.SAME, f"unsigned quantities, a column {heading}: {cells}")


@kind("positions", "trades", "activity")
def side_under_an_unknown_heading(draw: Draw) -> Mutation | None:
    cells = _sides(draw, unsigned=True)
    heading = draw.dice.choice(["what", "zz", "column 7", "Typ", "", "Seite"])
    draw.add_column(heading, cells)
    change = f"unsigned quantities, a column {heading!r}: {cells}"
    return Mutation(draw.rows, Fate.SAME_OR_REFUSED, change, (), (heading, "side", "quantity"))


def _one_side(draw: Draw, words: Sequence[str], sign: int) -> Mutation | None:
    """One row's word changed, in a column of sides that is right."""
    heading, cells = _free_side_heading(draw), _sides(draw, unsigned=False)
    rows = [
        i for i, cell in enumerate(cells)
        if cell is not None and draw.cell(i + 2, "quantity") * sign >= 0
    ]  # fmt: skip
    if not rows:
        return None
    at = draw.dice.choice(rows)
    cells[at] = draw.dice.choice(words)
    draw.add_column(heading, cells, draw.dice.randrange(len(draw.headings)))
    quantity = draw.cell(at + 2, "quantity")
    change = f"row {at + 2}, {heading}: {cells[at]!r} beside a quantity of {quantity!r}"
    return Mutation(draw.rows, Fate.REFUSED, change, (at + 2,), (heading, "side", "quantity"))


@kind("positions", "trades", "activity")
def side_that_contradicts(draw: Draw) -> Mutation | None:
    """Bought, with a negative quantity; sold with a positive one is only unsigned."""
    return _one_side(draw, LONG, -1)


@kind("positions", "trades", "activity")
def side_that_is_not_known(draw: Draw) -> Mutation | None:
    return _one_side(draw, NO_SIDES, 0)


@kind("positions")
def side_that_closes(draw: Draw) -> Mutation | None:
    """In positions nothing is closed."""
    return _one_side(draw, CLOSING, 0)


@kind("activity")
def side_that_closes_in_a_trade(draw: Draw) -> Mutation | None:
    cells: list[object] = []
    for row in range(2, len(draw.rows) + 1):
        quantity, trades = draw.cell(row, "quantity"), draw.cell(row, "type") != "deposit"
        ways = ("STC", "sell to close") if quantity < 0 else ("BTC", "Buy to Close", "cover")
        cells.append(draw.dice.choice(ways) if trades else None)
        draw.put(row, "quantity", abs(quantity))
    draw.add_column("side", cells)
    return draw.whole(Fate.SAME, f"unsigned quantities, a column side: {cells}")


@kind("positions")
def closing_side_under_an_unknown_heading(draw: Draw) -> Mutation | None:
    cells = [
        draw.dice.choice(CLOSING) if isinstance(draw.cell(row, "quantity"), int) else None
        for row in range(2, len(draw.rows) + 1)
    ]
    draw.add_column("zz", cells)
    return draw.of_column(Fate.REFUSED, "zz", f"a column zz: {cells}", "side")


CURRENCY_HEADINGS: Final = ("currency", "Ccy", "CurrencyPrimary", "Currency Code")


def _where_priced(draw: Draw, word: str) -> list[object]:
    return [word] * (len(draw.rows) - 1)


@kind("positions", "trades", "activity", "market")
def dollars_in_a_column_of_currencies(draw: Draw) -> Mutation | None:
    word = draw.dice.choice(["USD", "usd", "$", "US Dollar", "USD "])
    heading = draw.dice.choice([*CURRENCY_HEADINGS, "zz"] if word == "USD" else CURRENCY_HEADINGS)
    draw.add_column(heading, _where_priced(draw, word))
    return draw.whole(Fate.SAME, f"a column {heading} of {word!r}")


@kind("positions", "trades", "activity", "market")
def another_currency_in_one_row(draw: Draw) -> Mutation | None:
    cells = _where_priced(draw, "USD")
    at = draw.dice.randrange(len(cells))
    cells[at] = draw.dice.choice(
        ["EUR", "CHF", "JPY", "GBP", "cad", "GBp", "Euro", "€", "BRL", "KRW"]
    )
    heading = draw.dice.choice([*CURRENCY_HEADINGS, "zz", "col 9"])
    if heading in ("zz", "col 9") and cells[at] in ("€", "Euro", "GBp", "cad"):
        cells[at] = "EUR"
    draw.add_column(heading, cells)
    change = f"row {at + 2}, a column {heading} of 'USD': {cells[at]!r}"
    return Mutation(draw.rows, Fate.REFUSED, change, (at + 2,), (heading, "currency"))


@kind("positions", "trades", "activity")
def multiplier_under_an_unknown_heading(draw: Draw) -> Mutation | None:
    """A column of 10 and 100 beside options may be their multiplier: never passed over."""
    if "multiplier" in draw.headings:
        return None
    cells = [
        draw.dice.choice([10, 10, 100]) if draw.is_option(row) else None
        for row in range(2, len(draw.rows) + 1)
    ]
    heading = draw.dice.choice(["what", "zz", "per", "Lot Size", "Trade Unit", "Point Value"])
    draw.add_column(heading, cells)
    like = [[*draw.rows[0][:-1], "multiplier"], *draw.rows[1:]]
    change = f"a column {heading}: {cells}"
    columns = (heading, "multiplier")
    return Mutation(draw.rows, Fate.SAME_OR_REFUSED, change, (), columns, like)
