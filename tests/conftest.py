"""How Hypothesis searches, and that every test judges the code itself.

The search is made anew each time at a desk, always the same where CI is set.
"""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path
from threading import current_thread, main_thread

import pytest
from hypothesis import settings

from xlmargin import computing

_LOG = tempfile.TemporaryDirectory()
"""Where this process writes its log: neither the user's, nor that of tests beside these."""
os.environ["XLMARGIN_LOG"] = str(Path(_LOG.name) / "xlmargin.log")

settings.register_profile("anew", deadline=None)  # a busy machine is no fault of the code
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same" if os.environ.get("CI") else "anew")


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and current_thread() is main_thread():
    # in the background of a shell: all that the tests start would ignore interrupts, too
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Forget what tests before have computed, whose answers would stand in for the code."""
    computing.forget()
