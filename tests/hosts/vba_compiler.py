"""Has LibreOffice's Basic, which understands VBA, compile modules; prints what they answer.

Run by a Python that has `uno`. usage: vba_compiler.py SOFFICE FOLDER BOOK MODULES.json, where the
modules are texts by name, each with a function Probe. A module that does not compile answers null.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Never

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException

ALWAYS_RUN_MACROS = 4
SECONDS = 150


def connected(pipe: str) -> Any:
    """The desktop of the office, once it listens."""
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", context
    )
    for _ in range(SECONDS * 4):
        try:
            office = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.25)
        else:
            return office.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", office
            )
    raise TimeoutError("LibreOffice does not answer")


def answers(desktop: Any, book: str, modules: dict[str, str]) -> dict[str, object]:
    """What the function Probe of each module answers."""
    allowed = PropertyValue()
    allowed.Name, allowed.Value = "MacroExecutionMode", ALWAYS_RUN_MACROS
    document = desktop.loadComponentFromURL(Path(book).as_uri(), "_blank", 0, (allowed,))
    library = document.BasicLibraries.getByName("Standard")
    found = {}
    for name, text in modules.items():
        library.insertByName(name, f"Option VBASupport 1\n{text}")
        where = f"vnd.sun.star.script:Standard.{name}.Probe?language=Basic&location=document"
        found[name] = document.getScriptProvider().getScript(where).invoke((), (), ())[0]
    return found


def too_late(*_: Any) -> Never:
    """Give up."""
    raise TimeoutError("LibreOffice does not answer")


def main() -> None:
    """Start an office of one's own, ask, and end it."""
    program, folder, book, modules = sys.argv[1:]
    signal.signal(signal.SIGALRM, too_late)
    pipe = f"xlmargin{os.getpid()}"
    profile = (Path(folder) / "profile").as_uri()
    office = subprocess.Popen(
        [
            program, f"-env:UserInstallation={profile}", "--headless", "--norestore",
            f"--accept=pipe,name={pipe};urp;",
        ],
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    signal.alarm(SECONDS)  # a message that nobody sees would wait for ever
    try:
        desktop = connected(pipe)
        texts = json.loads(Path(modules).read_text(encoding="utf-8"))
        print(json.dumps(answers(desktop, book, texts)), flush=True)
        with suppress(DisposedException):  # it may be gone before it says so
            desktop.terminate()
        office.wait(SECONDS)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(office.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
