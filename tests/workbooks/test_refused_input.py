"""What pages say of an answer that is refused, where the refusal fills one cell alone."""

from __future__ import annotations

import re
import zipfile
from html import unescape
from pathlib import Path

import pytest

WORKBOOKS = Path(__file__).parents[2] / "workbooks"


def sheets_of(name: str) -> str:
    """All sheets of a template, as they are written in its file."""
    with zipfile.ZipFile(WORKBOOKS / name) as packed:
        parts = [part for part in packed.namelist() if part.startswith("xl/worksheets/sheet")]
        return "".join(unescape(packed.read(part).decode()) for part in parts)


@pytest.mark.parametrize(
    ("name", "looked_up"),
    [
        ("family-office.xlsx", 'IF(COUNTIFS('),
        ("family-office.xlsx", 'MAX(Formulas!'),
        ("family-office.xlsx", 'MATCH("satisfied by"'),
        ("house-profiles.xlsx", 'MATCH("total"'),
    ],
)  # fmt: skip
def test_what_is_counted_or_looked_up_in_an_answer_shows_its_refusal_first(
    name: str, looked_up: str
) -> None:
    """Nothing found is no deficit and no step left to do only where there is an answer."""
    formulas = [text.split("</f>")[0] for text in sheets_of(name).split("<f>")[1:]]
    found = [f for f in formulas if looked_up in f and not f.startswith('"')]
    of_pages = [
        formula for formula in found if re.match(r"IF\(LEFT\((IF\(LEFT\()?Formulas!", formula)
    ]
    assert of_pages
    assert all('="#XLM!",Formulas!' in formula for formula in of_pages)
    assert found == of_pages
