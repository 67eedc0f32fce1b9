"""Names as the exchanges' directory prints them, and what they say of a factor."""

import pytest

from xlmargin.known_instruments import read_name


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("ProShares UltraPro Short QQQ", -3),
        ("ProShares UltraPro S&P 500", 3),
        ("ProShares UltraShort Gold", -2),
        ("ProShares Ultra Gold", 2),
        ("ProShares Short Dow30", -1),
        ("Direxion Daily Semiconductor Bull 3x Shares", 3),
        ("Direxion Daily AAPL Bear 1X Shares", -1),
        ("Defiance Daily Target 1.75X Long MSTR ETF", 1.75),
        ("Tradr 1.5X Short NVDA Daily ETF", -1.5),
        ("MicroSectors FANG+ Index -3X Inverse Leveraged ETN", -3),
        ("Credit Suisse X-Links Monthly Pay 2xLeveraged Mortgage REIT ETN", 2),
    ],
)
def test_a_number_or_a_named_family_tells_the_factor(name: str, factor: float) -> None:
    reading = read_name(name)
    assert reading.is_certain
    assert reading.factor == factor


@pytest.mark.parametrize(
    "name",
    [
        "Vanguard Ultra-Short Bond ETF",
        "Innovator U.S. Equity Ultra Buffer ETF",
        "Invesco BulletShares 2026 Corporate Bond ETF",
        "Invesco DB US Dollar Index Bullish Fund",
        "ProShares Short Term USD Emerging Markets Bond ETF",
        "YieldMax 2x Income Strategy ETF",
        "First Trust Long/Short Equity ETF",
        "Direxion Daily AAPL Bull 1X Shares",
        "SPDR S&P 500 ETF Trust",
        "Fox 3xyz Corporation",
        "",
    ],
)
def test_words_alone_mean_nothing(name: str) -> None:
    assert read_name(name) is None


def test_leveraged_without_a_number_is_told_but_not_certain() -> None:
    assert not read_name("CoinShares Bitcoin Leveraged ETF").is_certain
    assert not read_name("Some Inverse Volatility Fund").is_certain
