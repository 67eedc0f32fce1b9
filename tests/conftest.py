"""How Hypothesis searches, and that every test judges the code itself.

The search is made anew each time at a desk, always the same where CI is set.
"""

from __future__ import annotations

import os
import signal
from threading import current_thread, main_thread

import pytest
from hypothesis import settings

from xlmargin import computing

settings.register_profile("anew", deadline=None)  # a busy machine is no fault of the code
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same" if os.environ.get("CI") else "anew")


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and current_thread() is main_thread():
    # in the background of a shell: all that the tests start would ignore interrupts, too
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def _log_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neither the user's, nor that of tests that run beside these."""
    os.environ["XLMARGIN_LOG"] = str(tmp_path_factory.mktemp("log") / "xlmargin.log")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Forget what tests before have computed, whose answers would stand in for the code."""
    computing.forget()
