"""What must hold for every worksheet function, whoever wrote it; call it for a registry."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from xlmargin.excel.registrable import LONGEST_DOC, MOST_NAMED, VBA_WORDS
from xlmargin.excel.worksheet_function import ArgumentKind, Returns, WorksheetFunction


def check_registry(registry: Mapping[str, WorksheetFunction]) -> None:
    """Assert what hosts need of each function, and that it answers nonsense with one line."""
    for name, entry in registry.items():
        assert entry.name == name == entry.function.__name__
        assert name.isupper()
        assert name.isascii()
        assert "_" in name
        assert 0 < len(entry.doc) <= LONGEST_DOC
        assert entry.doc.endswith("."), f"{name}: its documentation is no sentence"
        names = [argument.name for argument in entry.arguments]
        assert names == list(inspect.signature(entry.function).parameters)
        assert sum(len(each) + 1 for each in names) <= MOST_NAMED
        assert not VBA_WORDS & set(names)
        optional = [argument.optional for argument in entry.arguments]
        assert optional == sorted(optional), f"{name}: needed arguments come first"
        if "headers" in names:
            assert names[-1] == "headers"
            assert entry.arguments[-1].kind is ArgumentKind.SWITCH
            assert entry.arguments[-1].default is True
            assert entry.returns is Returns.TABLE
        for argument in entry.arguments:
            assert 0 < len(argument.doc) <= LONGEST_DOC
        for nonsense in (None, "#REF!", "nonsense", -1.0, [["a", "b"], ["c", None]]):
            answer = entry.function(*[nonsense] * len(names))
            assert "internal error" not in str(answer), f"{name}({nonsense!r}, ...): {answer}"
