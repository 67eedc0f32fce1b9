"""A book of 30 positions as people have it, and the same book as the functions want it.

Titles, dollars, thousands commas, dates month first, a column each of rights and of sides, totals,
a footnote, class shares by a slash, a tenth index, a leveraged fund of which nothing is stated.
"""

from __future__ import annotations

import csv
import io

SLOPPY = """\
"Holdings of all accounts as of 11/20/2026 04:00 PM ET",,,,,,,,,
,,,,,,,,,
Account Number,Symbol,Security Type,Put/Call,Side,Qty,Strike Price,Exp. Date,Mark,Avg. Cost
Growth-1,AAPL,Equity,,Long,300,,,$210.50,$150.25
Growth-1,AAPL,Option,Call,Short,3,$230.00,12/18/26,$1.44,$2.10
Growth-1,AAPL,Option,Put,Long,3,$190.00,12/18/26,$0.81,$1.75
Growth-1,MSFT,Equity,,Long,"1,200",,,$415.00,$301.40
Growth-1,MSFT,Option,Call,Short,12,$450.00,1/15/27,$8.03,$9.15
Growth-1,BRK/B,Equity,,Long,200,,,$480.25,$420.00
Growth-1,BRK/B,Option,Call,Short,2,$500.00,12/18/26,$8.71,$8.00
Growth-1,TQQQ,ETF,,Long,"1,500",,,$72.40,$55.00
Growth-1,TQQQ,Option,Put,Long,15,$65.00,12/18/26,$1.72,$2.05
Growth-1,SPX,Index Option,Put,Short,1,"$5,800.00",12/18/26,$49.62,$61.00
Growth-1,SPX,Index Option,Put,Long,1,"$5,600.00",12/18/26,$20.61,$30.00
Growth-1,XSP,Index Option,Put,Short,10,$580.00,12/18/26,$4.96,$6.10
Growth-1,XSP,Index Option,Put,Long,10,$560.00,12/18/26,$2.06,$3.00
Growth-1,KO,Common Stock,,Long,800,,,$68.10,$52.50
Growth-1,USD,Cash,,,"$25,430.75",,,,
Growth-1,Account Total,,,,,,,,
Income-2,SPY,ETF,,Long,500,,,$600.10,$510.00
Income-2,SPY,Option,Call,Short,5,$620.00,12/18/26,$5.18,$6.00
Income-2,SPY,Option,Put,Long,5,$570.00,12/18/26,$2.79,$4.00
Income-2,IWM,ETF,,Short,200,,,$230.00,$221.00
Income-2,IWM,Option,Call,Long,2,$240.00,12/18/26,$2.87,$3.10
Income-2,NVDA,Equity,,Long,400,,,$180.00,$95.50
Income-2,NVDA,Option,Call,Short,4,$200.00,1/15/27,$5.96,$7.00
Income-2,NVDA,Option,Put,Short,2,$160.00,12/18/26,$1.87,$2.50
Income-2,JNJ,Equity,,Long,300,,,$205.20,$160.00
Income-2,XOM,Equity,,Long,"1,000",,,$118.00,$99.00
Income-2,XOM,Option,Call,Short,10,$125.00,12/18/26,$1.03,$1.60
Income-2,PG,Equity,,Long,150,,,$148.50,$140.00
Income-2,QQQ,Option,Put,Long,4,$500.00,12/18/26,$4.51,$6.00
Income-2,QQQ,Option,Put,Short,4,$510.00,12/18/26,$7.62,$9.00
Income-2,USD,Money Market,,,"$61,000.00",,,--,--
Income-2,Account Total,,,,,,,,
Total,,,,,,,,,
,,,,,,,,,
"* Marks are delayed by at least 15 minutes and may differ from the official close.",,,,,,,,,
"""
MISSING_PRICES = 'symbol,price\nSPX,"$6,000.00"\nXSP,$600.00\nQQQ,$520.00\n'
SETTINGS = "name,value\nas_of,11/20/2026\nrate,4%\n"

MAINTENANCE = {
    "Growth-1": (
        300 * (0.10 * 190 + 210.5 - 190)  # AAPL: a collar
        + 1_200 * 0.25 * 415  # MSFT: a covered call out of the money
        + 200 * 0.25 * 480.25  # BRK.B: the same
        + 1_500 * (0.10 * 65 + 72.4 - 65)  # TQQQ: a protective put
        + 100 * (5_800 - 5_600)  # SPX: a put credit spread
        + 1_000 * (580 - 560)  # XSP: the same
        + 800 * 0.25 * 68.1  # KO
    ),
    "Income-2": (
        500 * (0.10 * 570 + 600.1 - 570)  # SPY: a collar
        + 200 * (0.10 * 240 + 240 - 230)  # IWM: short, with calls
        + 400 * 0.25 * 180  # NVDA: a covered call
        + 200 * (0.10 * 160 + 1.87)  # and two puts, as far out of the money as the minimum
        + 300 * 0.25 * 205.2  # JNJ
        + 1_000 * 0.25 * 118  # XOM: a covered call
        + 150 * 0.25 * 148.5  # PG
        + 400 * (510 - 500)  # QQQ: a put credit spread
    ),
}
"""Maintenance by account, by hand."""

KNOWN = {
    "SPX": ("index_high_cap", 1, "SPX", "high_cap_broad_based", 1),
    "XSP": ("index_high_cap", 1, "SPX", "high_cap_broad_based", 0.1),
    "SPY": ("etf_broad", 1, "SPX", "high_cap_broad_based", 1),
    "QQQ": ("etf_broad", 1, None, None, 1),
    "IWM": ("etf_broad", 1, None, None, 1),
    "TQQQ": ("etf_broad", 3, None, None, 1),
}
"""Class, leverage, class group, product group and scale, as the lists of the houses have them."""


def plain_book() -> tuple[list[list[object]], list[list[object]], list[list[object]]]:
    """Positions, market and settings without anything to be understood: numbers, signs, words."""
    rows = list(csv.DictReader(io.StringIO(SLOPPY.split("\n", 2)[2])))
    held: list[list[object]] = [["account", "symbol", "type", "quantity", "strike", "expiration"]]
    held[0] += ["price", "cost"]
    spot: dict[str, object] = {"SPX": 6000.0, "XSP": 600.0, "QQQ": 520.0}
    for row in rows:
        if not row["Qty"]:
            continue
        symbol, words = row["Symbol"].replace("/", "."), row["Security Type"]
        type_ = row["Put/Call"].lower() or (
            "cash" if words in ("Cash", "Money Market") else "stock"
        )
        sign = -1 if row["Side"] == "Short" else 1
        day = {"12/18/26": "2026-12-18", "1/15/27": "2027-01-15"}.get(row["Exp. Date"])
        strike, mark, cost = (_plain(row[h]) for h in ("Strike Price", "Mark", "Avg. Cost"))
        quantity = sign * (_plain(row["Qty"]) or 0)
        held.append([row["Account Number"], symbol, type_, quantity, strike, day, mark, cost])
        if type_ == "stock":
            spot[symbol] = mark
    market: list[list[object]] = [["symbol", "price", "class", "leverage", "class_group"]]
    market[0] += ["product_group", "index_scale"]
    unknown = ("stock", 1, None, None, 1)
    market += [[symbol, price, *KNOWN.get(symbol, unknown)] for symbol, price in spot.items()]
    return held, market, [["as_of", "2026-11-20"], ["rate", 0.04]]


def _plain(text: str) -> float | None:
    return float(text.replace("$", "").replace(",", "")) if text.strip("-") else None
