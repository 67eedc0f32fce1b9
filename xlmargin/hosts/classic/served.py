"""One Python for every Excel of a user, started before them: Excel itself then starts none."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.hosts.classic.config_sheet import SERVED
from xlmargin.hosts.classic.wrappers import PYTHON_MODULE

CLASS_ID: Final = "{506e67c3-55b5-48c3-a035-eed5deea7d6d}"
"""What xlwings' VBA asks Windows for where a Python that runs already is to answer."""

FOR_SERVED: Final = {SERVED: "True"}
"""The setting of an add-in that asks for it."""

START_IT: Final = "run: xlmargin serve-excel, and leave it open"


def serve(on_ready: Callable[[], None]) -> None:
    """Answer every Excel of this user until it is ended; refused elsewhere than on Windows."""
    if sys.platform != "win32":
        raise MarginError(
            f"found {sys.platform}, wanted Windows: only there Excel calls Python this way."
        )
    import_module(PYTHON_MODULE)
    from xlwings.com_server import serve

    on_ready()
    serve(CLASS_ID)


def trouble_reaching() -> str:
    """What keeps Excel from reaching it; "" where it answers."""
    if sys.platform != "win32":
        return ""
    try:
        import pythoncom  # type: ignore[import-untyped]

        context = pythoncom.CLSCTX_LOCAL_SERVER
        pythoncom.CoGetClassObject(CLASS_ID, context, None, pythoncom.IID_IClassFactory)
    except Exception as error:  # of the library, which has a class of its own for them
        return str(error)
    return ""
