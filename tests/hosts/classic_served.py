"""The real server of xlwings, served as `xlmargin serve-excel` does; see `fake_windows`.

Prints as JSON what the library of COM was asked for. usage: ... END, or STAY to answer on.
"""

from __future__ import annotations

import json
import sys
from unittest import mock

from tests.hosts import fake_windows


def main() -> None:
    """Serve, and end when a message to end comes: at once, or never."""
    fake_windows.install()
    import pythoncom
    import win32event

    told: dict[str, object] = {}
    pythoncom.__dict__.update(
        MakePyFactory=lambda class_id: f"factory of {class_id}",
        CLSCTX_LOCAL_SERVER=4,
        REGCLS_MULTIPLEUSE=1,
        REGCLS_SUSPENDED=4,
        CoRegisterClassObject=lambda *given: told.update(registered=given),
        CoRevokeClassObject=lambda _: told.update(revoked=True),
        PumpWaitingMessages=lambda: sys.argv[1] == "END",
        **dict.fromkeys(("EnableQuitMessage", "CoResumeClassObjects", "CoUninitialize"), print),
    )
    win32event.__dict__.update(
        MsgWaitForMultipleObjects=lambda *_: 0, WAIT_OBJECT_0=0, INFINITE=-1, QS_ALLEVENTS=0
    )
    with mock.patch.object(sys, "platform", "win32"):
        from xlmargin.hosts.classic.server import serve

        serve(lambda: told.update(functions="xlmargin.udfs" in sys.modules))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
