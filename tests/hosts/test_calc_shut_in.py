"""A workbook in LibreOffice cannot run anything, fetch anything, or read another file."""

from __future__ import annotations

import threading
import zipfile
from html import escape
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

from tests.hosts import sample_functions  # noqa: F401
from tests.hosts.calc_book import PATIENT, in_calc
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.calc import recalculate
from xlmargin.hosts.calc.recalculation import CellAnswer

pytestmark = in_calc

EXTERNAL_CONTENT_DISABLED = "Err:540"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
OASIS = "urn:oasis:names:tc:opendocument:xmlns"
DECLARED = "".join(
    f' xmlns:{prefix}="{name}"'
    for prefix, name in {
        "office": f"{OASIS}:office:1.0",
        "table": f"{OASIS}:table:1.0",
        "script": f"{OASIS}:script:1.0",
        "draw": f"{OASIS}:drawing:1.0",
        "svg": f"{OASIS}:svg-compatible:1.0",
        "of": f"{OASIS}:of:1.2",
        "xlink": "http://www.w3.org/1999/xlink",
        "library": "http://openoffice.org/2000/library",
        "m": f"{OASIS}:manifest:1.0",
    }.items()
)
WHEN_LOADED = """<office:scripts><office:event-listeners><script:event-listener
 script:language="ooo:script" script:event-name="dom:load" xlink:type="simple"
 xlink:href="vnd.sun.star.script:Standard.Module1.Opened?language=Basic&amp;location=document"/>
</office:event-listeners></office:scripts>"""
MACRO = """Sub Opened
  Dim n : n = FreeFile : Open "{path}" For Output As #n : Print #n, "run" : Close #n
End Sub
Function ANSWERED : Opened : ANSWERED = 42 : End Function"""


def write_ods(path: Path, body: str, more: dict[str, str] | None = None) -> Path:
    """A workbook of LibreOffice from the XML of its parts."""
    parts = {
        "content.xml": f"<office:document-content{DECLARED} office:version='1.2'>{body}"
        "</office:document-content>"
    } | (more or {})
    listed = {"/": ODS} | dict.fromkeys(parts, "text/xml")
    entries = "".join(
        f'<m:file-entry m:full-path="{name}" m:media-type="{kind}"/>'
        for name, kind in listed.items()
    )
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", ODS)
        packed.writestr("META-INF/manifest.xml", f"<m:manifest{DECLARED}>{entries}</m:manifest>")
        for name, content in parts.items():
            packed.writestr(name, content)
    return path


def sheet(*formulas: str, shapes: str = "") -> str:
    """The body of a workbook with one row of formulas."""
    cells = "".join(
        f'<table:table-cell table:formula="of:={escape(formula)}" office:value-type="string"/>'
        for formula in formulas
    )
    return (
        f'<office:body><office:spreadsheet><table:table table:name="Sheet">{shapes}'
        f"<table:table-row>{cells}</table:table-row></table:table></office:spreadsheet>"
        "</office:body>"
    )


def answers(book: Path, pdf: Path | None = None) -> list[CellAnswer]:
    """The answers of its row."""
    cells = recalculate(book, REGISTRY.values(), pdf, PATIENT).answers["Sheet"]
    return [cells[0, column] for column in range(len(cells))]


def test_macros_are_not_run(tmp_path: Path) -> None:
    proof = tmp_path / "run.txt"
    library = '<library:library library:name="Standard" library:link="false"/>'
    module = '<library:element library:name="Module1"/>'
    basic = {
        "Basic/script-lc.xml": f"<library:libraries{DECLARED}>{library}</library:libraries>",
        "Basic/Standard/script-lb.xml": f'<library:library{DECLARED} library:name="Standard"'
        ' library:readonly="false" library:passwordprotected="false">'
        f"{module}</library:library>",
        "Basic/Standard/Module1.xml": '<module xmlns="http://openoffice.org/2000/script"'
        ' xmlns:script="http://openoffice.org/2000/script" script:name="Module1"'
        f' script:language="StarBasic">{escape(MACRO.format(path=proof))}</module>',
    }
    book = write_ods(tmp_path / "book.ods", WHEN_LOADED + sheet("ANSWERED()", "1+1"), basic)
    macro, sum_ = answers(book)
    assert sum_.value == 2.0
    assert macro.is_error
    assert not proof.exists()


class Server(BaseHTTPRequestHandler):
    """Notes what it is asked for."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()

    do_HEAD = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815


def test_nothing_is_fetched_and_no_other_file_is_read(tmp_path: Path) -> None:
    other = write_ods(tmp_path / "other.ods", sheet('"secret"'))
    server = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    picture = (
        '<table:shapes><draw:frame svg:width="3cm" svg:height="3cm" svg:x="1cm" svg:y="3cm">'
        f'<draw:image xlink:href="{address}/picture.png" xlink:type="simple" xlink:show="embed"'
        ' xlink:actuate="onLoad"/></draw:frame></table:shapes>'
    )
    formulas = (
        f'COM.MICROSOFT.WEBSERVICE("{address}/service")',
        f"['{address}/book.ods'#$Sheet.A1]",
        f"['{other.as_uri()}'#$Sheet.A1]",
        f"INDIRECT(\"'{other.as_uri()}'#$Sheet.A1\")",
    )
    try:
        book = write_ods(tmp_path / "book.ods", sheet(*formulas, shapes=picture))
        found = answers(book, tmp_path / "book.pdf")
    finally:
        server.shutdown()
        server.server_close()
    assert [answer.value for answer in found] == [EXTERNAL_CONTENT_DISABLED] * len(formulas)
    assert (tmp_path / "book.pdf").exists()
    assert Server.asked == []
