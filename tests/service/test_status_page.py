"""The status page in Chromium: figures as they come, and grey when nobody knows if they hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import Browser, in_chromium
from tests.hosts.office_excel import running

pytestmark = in_chromium

STREAM = """
const bytes = new TextEncoder();
Object.assign(window, { asked: [], answers: 200, ready: true, violations: [] });
const refusal = (detail, status) => new Response(JSON.stringify({ detail }), { status });
window.fetch = async (path, options) => {
  if (path === "/readyz") return refusal("the figures are late.", ready ? 200 : 503);
  asked.push(options.headers.Authorization);
  if (answers !== 200) return refusal("Authorization: wanted a bearer token.", answers);
  return new Response(new ReadableStream({ start: (told) => (window.told = told) }));
};
window.push = (text) => told.enqueue(bytes.encode(text));
addEventListener("securitypolicyviolation", (event) => violations.push(event.blockedURI));
"""
"""The stream as the test tells it."""

SAYS = "document.getElementById('says').textContent"
KNOWN = "document.body.className === ''"
ROWS = "[...document.querySelectorAll('#accounts tr')]"
CELLS = f"{ROWS}.map((row) => [...row.cells].map((cell) => cell.textContent))"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running() as (found, _):
        yield found


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    found = Browser(tmp_path)
    yield found
    found.close()


def pushed(browser: Browser, *events: dict[str, Any]) -> None:
    text = "".join(f"id: 1\ndata: {json.dumps(event)}\n\n" for event in events)
    browser.value(f"push({json.dumps(text)})")


def state(account: str, excess: float | None, **more: Any) -> dict[str, Any]:
    figures = {"requirement": 1000.4, "excess": excess, "cushion": 0.5, "buying_power": 6_000_000.0}
    data = {
        "account": account, "version": 3, "regime": "portfolio",
        "account_value": 2000.0, "stale": False,
        "portfolio": figures, "strategy": {**figures, "excess": -12.0}, **more,
    }  # fmt: skip
    return {
        "type": "org.xlmargin.account.state.v1", "subject": account,
        "time": "2026-11-20T15:04:05.123Z", "data": data,
    }  # fmt: skip


def alert(account: str, figure: str, light: str) -> dict[str, Any]:
    data = {"figure": figure, "light": light, "was": "green", "value": 0.1}
    return {"type": "org.xlmargin.account.alert.v1", "subject": account, "data": data}


LIVE = {"type": "org.xlmargin.live"}


def test_figures_are_shown_once_all_are_there_and_as_they_change(
    browser: Browser, address: str
) -> None:
    browser.open(f"{address}/#token=secret", STREAM)
    browser.until("asked.length", 1)
    assert browser.value("asked[0]") == "Bearer secret"
    assert browser.value("location.href") == f"{address}/"
    pushed(browser, state("A", 1_234_567.8))
    assert browser.value(CELLS) == []
    pushed(browser, state("B", None, portfolio=None, regime="strategy"), LIVE)
    browser.until(KNOWN)
    figures = ["2,000", "1,000", "1,234,568", "50.0%", "6,000,000", "1,000", "-12", "50.0%"]
    assert browser.value(CELLS) == [
        ["A", "portfolio", *figures, "", "3", "15:04:05 UTC"],
        ["B", "strategy", "2,000", "–", "–", "–", "–", *figures[5:], "", "3", "15:04:05 UTC"],
    ]
    assert browser.value("document.querySelectorAll('td.below').length") == 2
    pushed(browser, state("A", 99.0, version=4))
    browser.until(f"{CELLS}[0][4]", "99")
    browser.value('push(\': heartbeat\\n\\ndata: {"type": "org.xlmar\')')
    browser.value("push('gin.live\"}\\n\\n')")
    assert browser.value(SAYS).startswith("Live, as of ")


def test_lights_name_what_is_worst_and_stale_figures_are_not_shown(
    browser: Browser, address: str
) -> None:
    browser.open(f"{address}/#token=secret", STREAM)
    browser.until("asked.length", 1)
    problem = "#XLM! positions, row 3, price: found nothing, wanted a price."
    lights = [alert("A", "portfolio.cushion", "amber"), alert("A", "margin_call", "red")]
    stale = state("B", 5.0, stale=True, problem=problem)
    pushed(browser, state("A", 1.0), stale, *lights, LIVE)
    browser.until(KNOWN)
    light = "document.querySelectorAll('#accounts td.text')[0]"
    assert browser.value(f"[{light}.textContent, {light}.className]") == ["margin call", "text red"]
    pushed(browser, alert("A", "margin_call", "green"))
    browser.until(f"{light}.textContent", "portfolio.cushion")
    pushed(browser, alert("A", "portfolio.cushion", "green"))
    browser.until(f"{light}.className", "text green")
    assert browser.value(CELLS)[1][:11] == ["B", "portfolio", *["–"] * 8, f"stale: {problem}"]


def test_text_is_never_read_as_a_page(browser: Browser, address: str) -> None:
    browser.open(f"{address}/#token=secret", STREAM)
    browser.until("asked.length", 1)
    name = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
    pushed(browser, state(name, 1.0), alert(name, name, "red"), LIVE)
    browser.until(KNOWN)
    assert browser.value(f"{CELLS}[0][0]") == name
    assert browser.value("document.querySelectorAll('img').length") == 0
    assert browser.value("document.title") == "xlmargin"
    browser.value(
        "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))"
    )
    browser.until("violations.length", 1)  # what the page came with may run, and nothing else


def test_figures_of_a_stream_that_is_gone_or_late_are_grey(browser: Browser, address: str) -> None:
    browser.open(f"{address}/#token=secret", STREAM)
    browser.until("asked.length", 1)
    pushed(browser, state("A", 1.0), state("B", 2.0), LIVE)
    browser.until(KNOWN)
    browser.value("ready = false")
    browser.until(SAYS, "the figures are late.")
    assert not browser.value(KNOWN)
    browser.value("ready = true; told.close()")
    browser.until(f"{SAYS}.endsWith('the stream has ended.')")
    assert not browser.value(KNOWN)
    browser.until("asked.length", 2)
    pushed(browser, state("A", 3.0), LIVE)
    browser.until(KNOWN)
    assert [row[:5:4] for row in browser.value(CELLS)] == [["A", "3"]]


def test_a_token_that_is_not_known_is_asked_for_again(browser: Browser, address: str) -> None:
    browser.open(f"{address}/#token=wrong", STREAM + "answers = 401;")
    browser.until("!document.getElementById('form').hidden")
    assert browser.value(SAYS).endswith("Authorization: wanted a bearer token.")
    browser.value(
        "answers = 200; document.getElementById('token').value = 'right';"
        "document.querySelector('button').click()"
    )
    browser.until("asked.at(-1)", "Bearer right")
    pushed(browser, state("A", 1.0), LIVE)
    browser.until(KNOWN)
    assert browser.value("document.getElementById('form').hidden")
    assert browser.value("asked.length") == 2


def test_a_page_1200_pixels_wide_shows_all_columns_and_the_regime_in_bold(
    browser: Browser, address: str
) -> None:
    browser.asked(
        "Emulation.setDeviceMetricsOverride", width=1200, height=800, deviceScaleFactor=1,
        mobile=False,
    )  # fmt: skip
    browser.open(f"{address}/#token=secret", STREAM)
    browser.until("asked.length", 1)
    large = {"requirement": 123_456_789.0, "excess": -123_456_789.0, "cushion": -0.1234}
    figures = {"account_value": 123_456_789.0, "strategy": large}
    figures["portfolio"] = {**large, "buying_power": 1_234_567_890.0}
    long = state("Account of a fund 1", 1.0, stale=True, problem="price: found 4.4. " * 9)
    lights = [alert("B", f"portfolio.{name}", "red") for name in ("excess", "cushion")]
    pushed(browser, state("B", 1.0, **figures, regime="strategy"), long, *lights, LIVE)
    browser.until(KNOWN)
    assert browser.value("document.documentElement.scrollWidth") <= 1200
    bold = f"{ROWS}.map((row) => row.querySelectorAll('td.own').length)"
    assert browser.value(bold) == [4, 3]
