"""The add-in of Office.js without Excel: its files, its functions in Node, its pane in Chromium."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import xlmargin
from tests.browser import Browser, in_chromium
from tests.hosts.calls import CALLS, LEFT_OUT
from tests.hosts.example_calls import bits
from tests.hosts.office_excel import Excel, in_node, running, wait_for
from tests.hosts.test_office_js import in_python
from tests.service.running import free_port
from xlmargin.cli.registered import registered
from xlmargin.excel.worksheet_function import (
    REGISTRY,
    Argument,
    ArgumentKind,
    Returns,
    WorksheetFunction,
)
from xlmargin.hosts.office_js.add_in import SIZES, add_in, icon, metadata
from xlmargin.service.app import Served, service
from xlmargin.service.door import Allowed
from xlmargin.service.journal import Journal
from xlmargin.service.pages import office_pages
from xlmargin.service.tokens import Tokens

COMMAND = str(Path(sys.executable).with_name("xlmargin"))
HERE = Path(__file__).parent
ADDRESS = "https://desk.example:8799"
SAMPLES = [entry for name, entry in REGISTRY.items() if name.startswith("SAMPLE_")]
OFFICE = "{http://schemas.microsoft.com/office/appforoffice/1.1}"
OVERRIDES = "{http://schemas.microsoft.com/office/taskpaneappversionoverrides}"
BASIC = "{http://schemas.microsoft.com/office/officeappbasictypes/1.0}"

needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl is not installed: no certificate"
)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return add_in(registered(), ADDRESS)


# --- Functions ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with running(SAMPLES) as (address, token):
        excel = Excel(tmp_path_factory.mktemp("samples"), address, token, functions=SAMPLES)
        yield [excel.call(name, *given) for name, given in complete_calls()]
        excel.close()


def complete_calls() -> list[tuple[str, list[object]]]:
    """The calls with every argument: Excel hands over each, left out or not."""
    return [
        (name, [*given, *[LEFT_OUT] * (len(REGISTRY[name].arguments) - len(given))])
        for name, given in CALLS
    ]


@in_node
@pytest.mark.parametrize("number", range(len(CALLS)), ids=lambda n: f"{n}-{CALLS[n][0]}")
def test_blanks_dates_and_errors_are_read_and_answered_as_in_python(
    number: int, samples: Any
) -> None:
    assert samples[number] == bits(in_python(*CALLS[number]))


@in_node
def test_a_cell_says_what_is_missing(tmp_path: Path) -> None:
    with running() as (address, token):
        excel = Excel(tmp_path, address)
        assert excel.call("XLM_VERSION") == [
            ["#XLM! no token: open the pane xlmargin token, on the tab Formulas."]
        ]
        excel.does(keep="wrong")
        says = "#XLM! Authorization: wanted a bearer token that is known here."
        assert excel.call("XLM_VERSION") == [[says]]
        excel.does(keep=token)
        assert excel.call("XLM_VERSION")[0][0][0] != "#"
    says = f"#XLM! no answer from {address}: wanted xlmargin serve --office there (TypeError)."
    assert excel.call("XLM_VERSION") == [[says]]
    excel.close()


@in_node
def test_a_sheet_that_asks_too_often_waits_and_is_answered(tmp_path: Path) -> None:
    with running(a_minute=60) as (address, token):
        excel = Excel(tmp_path, address, token)
        found = [excel.call("XLM_VERSION") for _ in range(62)]
        assert found == found[:1] * 62 and found[0][0][0][0] != "#"
        excel.close()


# --- Files ----------------------------------------------------------------------------------------


def test_the_metadata_is_what_microsoft_s_tool_makes_of_such_functions() -> None:
    asked = WorksheetFunction(
        "XLM_ASKED", print, print, "What it answers.",
        (
            Argument("What positions are.", ArgumentKind.RANGE, "positions"),
            Argument("What a market is.", ArgumentKind.RANGE, "market", optional=True),
        ),
        Returns.TABLE,
    )  # fmt: skip
    made = json.loads((HERE / "office_metadata.json").read_text())
    assert metadata([asked]) == {"allowErrorForDataTypeAny": True, **made}


@in_node
def test_code_and_metadata_have_the_same_functions(files: Any, tmp_path: Path) -> None:
    described = json.loads(files["/office/functions.json"])["functions"]
    excel = Excel(tmp_path, ADDRESS)
    assert excel.associated == [function["id"] for function in described]
    assert {entry.name for entry in registered()} <= set(excel.associated)
    excel.close()


def test_excel_finds_what_the_manifest_names(files: Any) -> None:
    root = ET.fromstring(files["/office/manifest.xml"])
    assert root.findtext(f"{OFFICE}Id") == "c0b8a1de-6a57-4a0e-9c5b-2f6d1e7f4b39"
    assert re.fullmatch(r"\d+\.\d+\.\d+\.\d+", root.findtext(f"{OFFICE}Version") or "")
    named = {e.get("id"): e for e in root.iter() if e.tag.startswith(BASIC) and e.get("id")}
    assert {e.get("resid") for e in root.iter() if e.get("resid")} == named.keys()
    addresses = {v for e in root.iter() if (v := e.get("DefaultValue", "")).startswith("http")}
    assert {a.removeprefix(ADDRESS) for a in addresses} <= files.keys()
    longest = {"String": 250, "Url": 2048, "Image": 2048}
    for entry in named.values():
        assert len(entry.get("DefaultValue", "")) <= longest[entry.tag.removeprefix(BASIC)]
        assert len(entry.get("id", "")) <= 32
    for short in root.iter(f"{BASIC}ShortStrings"):
        assert all(len(string.get("DefaultValue", "")) <= 125 for string in short)
    sizes = {image.get("size") for image in root.iter(f"{BASIC}Image")} - {None}
    assert sizes == {"16", "32", "80"}


ORDER = {
    f"{OFFICE}OfficeApp": "Id Version ProviderName DefaultLocale DisplayName Description IconUrl "
    "HighResolutionIconUrl SupportUrl AppDomains Hosts Requirements DefaultSettings Permissions "
    "VersionOverrides",
    f"{OVERRIDES}VersionOverrides": "Hosts Resources",
    f"{OVERRIDES}Host": "Runtimes AllFormFactors DesktopFormFactor",
    f"{OVERRIDES}ExtensionPoint": "Script Page Metadata OfficeTab",
    f"{OVERRIDES}Group": "Label Icon Control",
    f"{OVERRIDES}Control": "Label Supertip Icon Action",
    f"{OVERRIDES}Action": "TaskpaneId SourceLocation",
    f"{OVERRIDES}Resources": "Images Urls ShortStrings LongStrings",
}
"""The order of Microsoft's schema, by the pages on each element of an add-in only manifest."""


def test_the_manifest_s_elements_stand_in_the_order_of_the_schema(files: Any) -> None:
    for element in ET.fromstring(files["/office/manifest.xml"]).iter():
        wanted = ORDER.get(element.tag, "").split()
        found = [child.tag.rpartition("}")[2] for child in element]
        if wanted:
            assert found == [name for name in wanted if name in found]


def test_an_address_is_never_read_as_xml_or_code() -> None:
    files = add_in(registered(), 'https://a"&<b')
    assert ET.fromstring(files["/office/manifest.xml"]) is not None
    assert files["/office/functions.js"].startswith(b'const ADDRESS = "https://a\\"&<b";\n')


def test_icons_are_of_their_size() -> None:
    for size in SIZES:
        assert struct.unpack(">II", icon(size)[16:24]) == (size, size)


def test_files_need_no_token_and_hold_none_and_figures_do(tmp_path: Path) -> None:
    tokens, token = Tokens.of_this_run()
    pages = office_pages(registered(), ADDRESS)
    allowed, journal = Allowed(frozenset({"desk.example"})), Journal(tmp_path / "journal.db")
    door = service(registered(), tokens, allowed, Served(), journal, pages)
    asks = TestClient(door, base_url=ADDRESS)
    for path in pages:
        answer = asks.get(path)
        assert answer.status_code == 200 and token not in answer.text
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert asks.post(path).status_code == 405
    assert asks.get("/office/functions.JS").status_code == 401
    own = {"Authorization": f"Bearer {token}", "Origin": ADDRESS}
    assert asks.get("/v1/version", headers=own).status_code == 200
    for other in ("https://desk.example", "https://desk.example:1", "https://evil.example", "null"):
        assert asks.get("/v1/version", headers={**own, "Origin": other}).status_code == 403
    assert asks.get("/v1/version", headers={"Origin": ADDRESS}).status_code == 401


def licensed_after(code: str) -> set[str]:
    """Modules of xlwings that need its licence, as far as a process has loaded them."""
    licensed = ("xlwings.pro", "xlwings.server")
    shown = f"import sys; print(*[m for m in sys.modules if m.startswith({licensed})])"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; {shown}"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_nothing_of_it_is_of_xlwings_licensed_parts(files: Any) -> None:
    assert not [path for path, content in files.items() if b"xlwings" in content.lower()]
    served = (
        "import xlmargin.service.app; from xlmargin.cli.registered import registered;"
        "from xlmargin.service.pages import office_pages; office_pages(registered(), 'https://a')"
    )
    assert licensed_after(served) <= licensed_after("import xlwings")


# --- A real process, and the pane -----------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine, and its key beside it."""
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            "-keyout", folder / "key.pem", "-out", folder / "cert.pem",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder / "cert.pem"


@pytest.fixture(scope="module")
def served(certificate: Path) -> Any:
    """`xlmargin serve --office`: its address and its token."""
    port = free_port()
    command = [
        COMMAND, "serve", "--office", "--port", str(port), "--certfile", certificate,
        "--keyfile", certificate.with_name("key.pem"),
    ]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    says = [process.stderr.readline() for _ in range(3)]
    token = says[0].rpartition(" ")[2].strip()
    address = f"https://localhost:{port}"
    assert says[1] == f"The add-in for Excel: {address}/office/manifest.xml\n"
    wait_for(port)
    yield address, token
    process.kill()
    process.communicate()


@in_node
@needs_openssl
def test_the_command_serves_excel_by_https(served: Any, certificate: Path, tmp_path: Path) -> None:
    address, token = served
    trusting = {**os.environ, "NODE_EXTRA_CA_CERTS": str(certificate)}
    excel = Excel(tmp_path, address, token, environment=trusting)
    assert excel.call("XLM_VERSION")[0][0][0] != "#"
    excel.close()


SHIM = """
const kept = new Map();
window.OfficeRuntime = {storage: {
  getItem: async (key) => kept.get(key) ?? null,
  setItem: async (key, value) => kept.set(key, value),
  removeItem: async (key) => kept.delete(key),
}};
window.CustomFunctions = {associate: (name) => kept.set(name, 1), Error, ErrorCode: {}};
window.calculated = 0;
window.Excel = {
  CalculationType: {full: "Full"},
  run: (work) => work({
    workbook: {application: {calculate: () => (window.calculated += 1)}}, sync: async () => {},
  }),
};
window.Office = {onReady: (ready) => addEventListener("load", ready)};
window.violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(event.blockedURI));
"""
"""What Microsoft's own script would bring; it cannot be had here."""


@in_chromium
@needs_openssl
def test_the_pane_keeps_a_token_and_cells_ask_again(served: Any, tmp_path: Path) -> None:
    address, token = served
    browser = Browser(tmp_path)
    try:
        browser.open(f"{address}/office/taskpane.html", SHIM)
        says = "document.getElementById('says')?.textContent"
        browser.until(says, "No token is kept. The service prints one as it starts.")
        for typed, told in (
            ("wrong", "Authorization: wanted a bearer token that is known here."),
            (token, f"xlmargin {xlmargin.__version__} answers at {address}."),
        ):
            browser.value(
                f"document.getElementById('token').value = {json.dumps(typed)};"
                "document.querySelector('button').click()"
            )
            browser.until(says, told)
        browser.until("calculated", 2)
        assert browser.value("kept.has('PM_REQUIREMENT')")
        assert browser.value("kept.get('xlmargin token')") == token
        assert browser.value("document.getElementById('token').value") == ""
        assert browser.value("violations.length") == 0
        browser.value("document.getElementById('forget').click()")
        browser.until(says, "No token is kept. The service prints one as it starts.")
    finally:
        browser.close()


@pytest.mark.parametrize(
    "given", [[], ["--public-url", "http://a"], ["--public-url", "https://a/b"]]
)
def test_excel_is_served_by_https_alone(given: list[str]) -> None:
    done = subprocess.run(
        [COMMAND, "serve", "--office", *given], capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "wanted" in done.stderr and "Traceback" not in done.stderr
