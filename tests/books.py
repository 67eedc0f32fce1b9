"""Ranges for tests, as a user would select them."""

from __future__ import annotations

from typing import Any

Range = list[list[Any]]
