"""The real classic half of xlwings, loaded without Windows: pywin32 is replaced by empty stand-ins.

`sys.platform` says "win32" only while xlwings is imported, so that its true decorators, its true
`call_udf` and its true converters are what is tested. A `FakeRange` holds cells as Excel's COM
ranges do: None for an empty cell, a negative integer for an error, an aware time for a date,
`Decimal` for currency. Run in a process of its own: `install` cannot be undone.
"""

from __future__ import annotations

import builtins
import ctypes
import datetime as dt
import sys
import types
from decimal import Decimal
from unittest import mock

RANGE_IID = "{00020846-0000-0000-C000-000000000046}"
MISSING = -2147352572
"""What COM hands over for an optional argument that is left out."""

ERROR_CODES = {
    "#NULL!": -2146826288,
    "#DIV/0!": -2146826281,
    "#VALUE!": -2146826273,
    "#REF!": -2146826265,
    "#NAME?": -2146826259,
    "#NUM!": -2146826252,
    "#N/A": -2146826246,
    "#SPILL!": -2146826243,
    "#CALC!": -2146826238,
}


def com_value(cell: object) -> object:
    """A cell's content as Excel's COM ranges give it."""
    if cell == "" or cell is None:
        return None
    if isinstance(cell, str):
        return ERROR_CODES.get(cell, cell)
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=dt.UTC)
    if isinstance(cell, dt.date):
        return dt.datetime(cell.year, cell.month, cell.day, tzinfo=dt.UTC)
    if isinstance(cell, bool | Decimal):
        return cell
    return float(cell)  # type: ignore[arg-type]


class _Count:
    def __init__(self, count: int) -> None:
        self.Count = count


class _TypeInfo:
    iid = RANGE_IID

    def GetTypeInfo(self) -> _TypeInfo:  # noqa: N802
        return self

    def GetTypeAttr(self) -> _TypeInfo:  # noqa: N802
        return self


_APP = types.SimpleNamespace(Hwnd=0)
_BOOK = types.SimpleNamespace(Application=_APP, Name="book.xlsm")


class FakeRange:
    """A range of a worksheet; one row of one cell has a value that is not a table."""

    _oleobj_ = _TypeInfo()
    CLSID = RANGE_IID
    Worksheet = types.SimpleNamespace(Parent=_BOOK, Name="Sheet1")
    Row = Column = 1

    def __init__(self, rows: list[list[object]]) -> None:
        self._rows = tuple(tuple(com_value(cell) for cell in row) for row in rows)
        self.Rows, self.Columns = _Count(len(self._rows)), _Count(len(self._rows[0]))

    @property
    def Value(self) -> object:  # noqa: N802
        one = len(self._rows) == 1 and len(self._rows[0]) == 1
        return self._rows[0][0] if one else self._rows


class _ComError(Exception):
    hresult = 0


class _ComClass:
    pass


class _Dispatch(_ComClass):
    pass


def _module(name: str, **contents: object) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__dict__.update(contents)
    sys.modules[name] = module
    return module


def _unwrap(_: object) -> None:
    raise TypeError("not a wrapped Python object")


def _stand_ins() -> None:
    """Put modules of pywin32's names, with what xlwings asks of them at import, in their places."""
    nothing = mock.MagicMock()
    _module("pywintypes", TimeType=dt.datetime, com_error=_ComError, error=_ComError, IID=str)
    _module("win32api", GetCurrentThreadId=lambda: 0)
    for name in ("win32con", "win32gui", "win32process", "win32event"):
        _module(name, __getattr__=lambda _: nothing)
    _module("win32timezone", TimeZoneInfo=types.SimpleNamespace(utc=lambda: dt.UTC))
    _module(
        "pythoncom",
        __file__="",
        CoInitialize=lambda *_: None,
        ole_error=_ComError,
        IID_IDispatch=0,
        IID_IEnumVARIANT=1,
        TypeIIDs={0: _ComClass},
    )
    client = _module(
        "win32com.client",
        CoClassBaseClass=_ComClass,
        CDispatch=_Dispatch,
        Dispatch=lambda com, **_: com,
        DispatchBaseClass=_ComClass,
        DispatchEx=lambda com, **_: com,
        gencache=nothing,
    )
    server = _module(
        "win32com.server",
        __path__=[],
        util=_module("win32com.server.util", wrap=lambda com, **_: com, unwrap=_unwrap),
        policy=_module("win32com.server.policy", DefaultPolicy=_ComClass),
        dispatcher=_module("win32com.server.dispatcher"),
        exception=_module("win32com.server.exception", COMException=_ComError),
    )
    _module("win32com", __path__=[], client=client, server=server)


def install() -> None:
    """Import xlwings as on Windows; numpy, pandas and scipy as on the real platform."""
    import asyncio  # noqa: F401
    import subprocess  # noqa: F401

    import numpy  # noqa: F401
    import pandas  # noqa: F401
    import scipy.special  # noqa: F401

    _stand_ins()
    for name in ("windll", "oledll"):
        setattr(ctypes, name, getattr(ctypes, name, mock.MagicMock()))
    builtins.WindowsError = OSError  # type: ignore[attr-defined, misc]
    with (
        mock.patch.object(sys, "platform", "win32"),
        mock.patch.object(ctypes, "PyDLL", mock.MagicMock()),
    ):
        import xlwings  # noqa: F401


def call(module: str, function: str, arguments: list[object]) -> object:
    """A worksheet function's answer, by way of the COM server's own `CallUDF`."""
    from xlwings.com_server import XLPython

    return XLPython().CallUDF(module, function, tuple(arguments), None, FakeRange([[0.0]]))
