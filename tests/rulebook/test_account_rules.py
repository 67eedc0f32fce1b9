"""The numbers of the account, by hand from their source, on both sides of their date."""

from datetime import date

import pytest

from xlmargin.errors import RulebookError
from xlmargin.rulebook import account_rules, house_names

TODAY = date(2026, 11, 20)
UNCONFIRMED = "(unconfirmed: check against the rule text)"


def test_values_citations_and_remarks() -> None:
    rules = account_rules(TODAY)
    assert rules.minimum_equity.margin_minimum_equity == 2_000  # 4210(b)(4)
    assert rules.special_memorandum_account.sma_outlasts_falls
    assert rules.citations["margin_minimum_equity"] == "FINRA 4210(b)(4) (INT)"
    assert rules.citations["sma_outlasts_falls"] == "12 CFR 220.5 (REG-T)"
    assert UNCONFIRMED in rules.remarks["sma_outlasts_falls"]
    assert UNCONFIRMED not in rules.remarks["margin_minimum_equity"]


def test_first_day() -> None:
    assert account_rules(date(2006, 12, 18)).minimum_equity.margin_minimum_equity == 2_000
    with pytest.raises(RulebookError, match="2006-12-18"):
        account_rules(date(2006, 12, 17))


def test_a_setting_may_only_ask_more() -> None:
    more = account_rules(TODAY, "custom", {"margin_minimum_equity": 5_000})
    assert more.minimum_equity.margin_minimum_equity == 5_000
    falls = account_rules(TODAY, "custom", {"sma_outlasts_falls": 0})
    assert not falls.special_memorandum_account.sma_outlasts_falls
    with pytest.raises(RulebookError, match="2000 or more"):
        account_rules(TODAY, "custom", {"margin_minimum_equity": 1_999})


@pytest.mark.parametrize("house", house_names())
def test_every_house_has_account_rules(house: str) -> None:
    assert account_rules(TODAY, house).minimum_equity.margin_minimum_equity >= 2_000
