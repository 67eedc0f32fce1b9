"""How Hypothesis searches, and that every test judges the code itself.

The search is made anew each time at a desk, always the same where CI is set.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from xlmargin import computing

settings.register_profile("anew", deadline=None)  # a busy machine is no fault of the code
os.environ["XLMARGIN_LOG"] = str(Path(tempfile.gettempdir()) / "xlmargin-tests.log")

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same" if os.environ.get("CI") else "anew")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Forget what tests before have computed, whose answers would stand in for the code."""
    computing.forget()
