"""What the loader reads, and everything it refuses."""

from __future__ import annotations

from datetime import date

import pytest

from xlmargin.errors import RulebookError
from xlmargin.rulebook.files import house_from, regulation_from
from xlmargin.rulebook.parameters import Parameter

HEADER = """
rule   = "Rule 1"
title  = "A rule"
href   = "https://example.org"
source = "SEC-431"
"""
RATE = """
[rate]
states = "share of something"
unit   = "fraction"
overridable = "raise"
[[rate.since]]
effective = 2010-01-01
checked   = 2026-11-20
value     = 0.2
[[rate.since]]
effective = 2015-01-01
checked   = 2026-11-20
rule      = "Rule 2"
remark    = "doubtful"
value     = 0.3
"""
CLASSES = ("stock", "etf_broad", "etf_narrow", "etn", "index_high_cap", "index_broad")
FURTHER = ("index_narrow", "vol_index", "etf_exempt", "money_market", "treasury")
ALL = "\n".join(f"{c} = 0.1" for c in (*CLASSES, *FURTHER))
BY_CLASS = f"""
[rate]
states = "share of something"
unit   = "fraction"
by     = "underlying class"
overridable = "raise"
[[rate.since]]
effective = 2010-01-01
checked   = 2026-11-20
{ALL}
[[rate.since]]
effective = 2012-01-01
checked   = 2026-11-20
stock     = 0.2
"""


def rate(text: str) -> Parameter:
    return regulation_from("test.toml", HEADER + text, ["rate"]).parameters["rate"]


def test_values_by_date() -> None:
    found = rate(RATE)
    assert found.in_force(date(2010, 1, 1)).values == {"": 0.2}
    assert found.in_force(date(2014, 12, 31)).citation == "Rule 1 (SEC-431)"
    later = found.in_force(date(2015, 1, 1))
    assert (later.values, later.citation, later.remark) == (
        {"": 0.3},
        "Rule 2 (SEC-431)",
        "doubtful",
    )
    with pytest.raises(
        RulebookError,
        match="rate has no value on 2009-12-31: its first is in force from 2010-01-01",
    ):
        found.in_force(date(2009, 12, 31))


def test_a_later_entry_changes_only_the_keys_it_names() -> None:
    found = rate(BY_CLASS)
    assert found.in_force(date(2012, 1, 1), "stock").values["stock"] == 0.2
    assert found.in_force(date(2011, 12, 31), "stock").values["stock"] == 0.1
    assert found.in_force(date(2012, 1, 1), "etn").values["etn"] == 0.1


def test_a_repealed_value_ends_and_may_come_back() -> None:
    entry = "[[rate.since]]\neffective = {}\nchecked = 2026-11-20\n{}\n"
    found = rate(RATE + entry.format("2018-01-01", "repealed = true"))
    assert found.in_force(date(2017, 12, 31)).values == {"": 0.3}
    with pytest.raises(RulebookError, match="repealed from 2018-01-01"):
        found.in_force(date(2018, 1, 1))
    again = rate(
        RATE
        + entry.format("2018-01-01", "repealed = true")
        + entry.format("2020-01-01", "value = 0.4")
    )
    assert again.in_force(date(2020, 1, 1)).values == {"": 0.4}


def changed(old: str, new: str, text: str = RATE) -> str:
    assert old in HEADER + text
    return (HEADER + text).replace(old, new, 1)


REFUSED = {
    "not TOML": (HEADER + "rate = ", "not TOML"),
    "header without rule": (changed('rule   = "Rule 1"', ""), "no rule"),
    "header without title": (changed('title  = "A rule"', ""), "no title"),
    "header without link": (changed('href   = "https://example.org"', ""), "no href"),
    "header without source": (changed('source = "SEC-431"', ""), "no source"),
    "empty citation": (changed('"Rule 1"', '" "'), "wanted a text"),
    "unknown source": (changed("SEC-431", "HEARSAY"), "source 'HEARSAY'.*sources.toml"),
    "no parameter": (HEADER, "no rate"),
    "extra parameter": (HEADER + RATE + "[other]\nunit = 'count'", "found other"),
    "extra header key": ("note = 'x'\n" + HEADER + RATE, "found note|note: found"),
    "no meaning": (changed('states = "share of something"', ""), "rate: found no states"),
    "empty meaning": (changed('"share of something"', '""'), "states = ''"),
    "no unit": (changed('unit   = "fraction"', ""), "no unit"),
    "unknown unit": (changed('"fraction"', '"percent"'), "unit 'percent', wanted fraction"),
    "extra key": (changed("unit ", "notes = 1\nunit "), "found notes"),
    "unknown direction": (changed('"raise"', '"up"'), "overridable 'up', wanted raise"),
    "unknown by": (changed("unit ", 'by = "colour"\nunit '), "by 'colour', wanted underlying"),
    "no entries": (HEADER + "[rate]\nstates='x'\nunit='count'\nsince=[]", "at least one table"),
    "no since": (HEADER + "[rate]\nstates='x'\nunit='count'", "no since"),
    "no effective date": (changed("effective = 2010-01-01", ""), "no effective"),
    "no checked date": (changed("checked   = 2026-11-20", ""), "no checked"),
    "date as text": (changed("2010-01-01", '"2010-01-01"'), "wanted a date"),
    "date with time": (changed("2010-01-01", "2010-01-01T00:00:00"), "wanted a date"),
    "no value": (changed("value     = 0.2", ""), "no value"),
    "value and repeal": (changed("value     = 0.2", "value=0.2\nrepealed=true"), "repealed"),
    "repeal before a value": (changed("value     = 0.2", "repealed=true"), "repeal before"),
    "repeal not true or false": (changed("value     = 0.2", "value=0.2\nrepealed=1"), "true or"),
    "extra key of an entry": (changed("value     = 0.2", "value=0.2\nwhy=1"), "found why"),
    "text as value": (changed("value     = 0.2", 'value="0.2"'), "wanted a fraction"),
    "switch as fraction": (changed("value     = 0.2", "value=true"), "wanted a fraction"),
    "fraction above one": (changed("value     = 0.2", "value=1.2"), "wanted a fraction"),
    "fraction below zero": (changed("value     = 0.2", "value=-0.1"), "wanted a fraction"),
    "not a number": (changed("value     = 0.2", "value=nan"), "wanted a fraction"),
    "number as switch": (changed('"fraction"', '"switch"'), "wanted true or false"),
    "half a count": (changed('"fraction"', '"count"'), "wanted a whole number"),
    "infinite dollars": (
        changed('"fraction"', '"dollars per unit"').replace("0.2", "inf"),
        "wanted dollars",
    ),
    "dates out of order": (changed("2015-01-01", "2009-01-01"), "dates in order"),
    "a date twice": (changed("2015-01-01", "2010-01-01"), "2010-01-01 twice"),
    "value for keys": (changed("stock     = 0.2", "value = 0.2", BY_CLASS), "found value"),
    "unknown key": (changed("stock     = 0.2", "warrant = 0.2", BY_CLASS), "found warrant"),
    "key never stated": (changed("etn = 0.1", "", BY_CLASS), "no value of etn"),
    "key without by": (changed("value     = 0.2", "stock = 0.2"), "found stock"),
    "key twice a day": (changed("2012-01-01", "2010-01-01", BY_CLASS), "2010-01-01 twice"),
    "parameter no table": (HEADER.replace("rule ", "rate = 1\nrule "), "wanted a table"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(text: str, message: str) -> None:
    with pytest.raises(RulebookError, match=message) as refusal:
        regulation_from("test.toml", text, ["rate"])
    assert str(refusal.value).startswith("test.toml")


HOUSE = HEADER + "[[rate.since]]\neffective = 2020-01-01\nchecked = 2026-11-20\nvalue = 0.4\n"


def test_a_house_states_values_only() -> None:
    regulation = {"rate": rate(RATE)}
    found = house_from("house.toml", HOUSE, regulation).parameters["rate"]
    assert found.states == "share of something"
    assert found.in_force(date(2020, 1, 1)).values == {"": 0.4}
    with pytest.raises(RulebookError, match="found other, wanted rate"):
        house_from("house.toml", HOUSE.replace("rate", "other"), regulation)
    with pytest.raises(RulebookError, match="found unit, wanted since"):
        house_from("house.toml", HOUSE.replace("[[", "[rate]\nunit = 'count'\n[["), regulation)
    with pytest.raises(RulebookError, match="wanted a fraction"):
        house_from("house.toml", HOUSE.replace("0.4", "4"), regulation)


def test_a_house_may_name_some_classes_only() -> None:
    regulation = {"rate": rate(BY_CLASS)}
    text = HOUSE.replace("value = 0.4", "stock = 0.4")
    found = house_from("house.toml", text, regulation).parameters["rate"]
    assert found.first("stock").values == {"stock": 0.4}
    assert found.first("etn") is None


def test_a_house_may_not_touch_what_is_not_overridable() -> None:
    fixed = rate(RATE.replace('overridable = "raise"', ""))
    with pytest.raises(RulebookError, match="found rate, wanted nothing"):
        house_from("house.toml", HOUSE, {"rate": fixed})
