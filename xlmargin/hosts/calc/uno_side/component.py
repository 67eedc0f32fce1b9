"""The add-in as Calc loads it: hands each call on to the registered worksheet function, and each
pressed button of its menu and toolbar to what it does.

`functions.json` beside this file lists the functions, and the folders of the environment that they
are installed in. Nothing of that environment is imported before the first call, so that
LibreOffice starts as fast as without the add-in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found]
import unohelper  # type: ignore[import-not-found]
from com.sun.star.frame import (  # type: ignore[import-not-found]
    XDispatchProvider,
    XNotifyingDispatch,
)
from com.sun.star.lang import XInitialization, XServiceInfo  # type: ignore[import-not-found]
from com.sun.star.sheet import XAddIn  # type: ignore[import-not-found]
from org.xlmargin import XFunctions  # type: ignore[import-not-found]

LISTED = json.loads(Path(__file__).with_name("functions.json").read_text(encoding="utf-8"))
FUNCTIONS = {function["name"]: function for function in LISTED["functions"]}
CATEGORY = "Add-In"
HANDLES = ("com.sun.star.frame.ProtocolHandler",)
SERVICES = (LISTED["service"], "com.sun.star.sheet.AddIn")

Cells = tuple[tuple[object, ...], ...]


@cache
def started() -> str:
    """Why the project cannot run here; "" where it does, with every function registered."""
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if here != LISTED["python"]:
        text = f"LibreOffice runs Python {here}, xlmargin is installed for {LISTED['python']}"
        return f"{text}: build the add-in with Python {here}."
    sys.path[:0] = LISTED["paths"]
    with missing("pandas"):
        for module in LISTED["modules"]:
            import_module(module)
    return ""


@contextmanager
def missing(module: str) -> Iterator[None]:
    """Nothing finds this module: xlwings takes it in where it is, and needs none in Calc."""
    kept = sys.modules.get(module)
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if kept is None:
            del sys.modules[module]
        else:
            sys.modules[module] = kept


@cache
def answered() -> Callable[[str, tuple[object, ...]], Cells]:
    """The project's own side of a call."""
    if why := started():
        return lambda name, given: ((f"#XLM! {why}",),)
    from xlmargin.hosts.calc.calls import answer

    return answer


sizes: dict[object, tuple[int, int]] = {}
"""Rows and columns of the last answers, by function and arguments."""
MOST_SIZES = 10_000


def has_another_size(name: str, given: tuple[object, ...], answer: Cells) -> bool:
    """Whether an answer has more or fewer cells than the last one to the same call.

    A range is the same where it stands where it stood, values if they are as many.
    """
    call = (name, *map(_place, given))
    size = len(answer), len(answer[0])
    if len(sizes) > MOST_SIZES:
        sizes.clear()
    before, sizes[call] = sizes.get(call, (1, 1)), size
    return size != before


def _place(value: object) -> object:
    """What tells an argument from others, whatever is in its cells."""
    if isinstance(value, tuple):
        return len(value), len(value[0])
    return getattr(value, "AbsoluteName", value)


def called(name: str) -> Callable[..., Cells]:
    """The method that Calc calls for a function."""

    def method(self: AddIn, *given: object) -> Cells:
        try:
            answer = answered()(name, given)
            if has_another_size(name, given, answer):
                self.answers.trigger(name)
            return answer
        except Exception as error:
            with suppress(Exception):  # what does not start may be the log itself
                import_module("xlmargin.defects").internal_error(error)
            return ((f"#XLM! xlmargin does not start: {error}"[:255],),)

    return method


class AddIn(unohelper.Base, XFunctions, XAddIn, XServiceInfo):  # type: ignore[misc]
    """The service of the add-in; its functions' methods are set below."""

    def __init__(self, context: Any) -> None:
        self.locale = uno.createUnoStruct("com.sun.star.lang.Locale")
        self.answers = context.ServiceManager.createInstanceWithContext(
            "org.xlmargin.Answers", context
        )

    def getProgrammaticFuntionName(self, shown: str) -> str:  # noqa: N802
        """The method of a function; the name is spelled as LibreOffice asks for it."""
        return shown

    def getDisplayFunctionName(self, method: str) -> str:  # noqa: N802
        """The name in a formula."""
        return method

    def getFunctionDescription(self, method: str) -> str:  # noqa: N802
        """What the function wizard says of a function."""
        return str(FUNCTIONS[method]["doc"])

    def getDisplayArgumentName(self, method: str, number: int) -> str:  # noqa: N802
        """The name of an argument in the function wizard."""
        return str(FUNCTIONS[method]["arguments"][number]["name"])

    def getArgumentDescription(self, method: str, number: int) -> str:  # noqa: N802
        """What the function wizard says of an argument."""
        return str(FUNCTIONS[method]["arguments"][number]["doc"])

    def getProgrammaticCategoryName(self, method: str) -> str:  # noqa: N802
        """The category: Calc has no place for one of our own."""
        return CATEGORY

    def getDisplayCategoryName(self, method: str) -> str:  # noqa: N802
        """The category as it is shown."""
        return CATEGORY

    def setLocale(self, locale: object) -> None:  # noqa: N802
        """The user's language; the help texts are English in all."""
        self.locale = locale

    def getLocale(self) -> object:  # noqa: N802
        """The language that was set."""
        return self.locale

    def getImplementationName(self) -> str:  # noqa: N802
        """The name that this class is registered by."""
        return f"{SERVICES[0]}.Python"

    def supportsService(self, name: str) -> bool:  # noqa: N802
        """Whether the service is one of this class's."""
        return name in SERVICES

    def getSupportedServiceNames(self) -> tuple[str, ...]:  # noqa: N802
        """The services of this class."""
        return SERVICES


class Buttons(
    unohelper.Base,  # type: ignore[misc]
    XDispatchProvider,  # type: ignore[misc]
    XNotifyingDispatch,  # type: ignore[misc]
    XInitialization,  # type: ignore[misc]
    XServiceInfo,  # type: ignore[misc]
):
    """What answers the addresses of menu and toolbar, such as `org.xlmargin.calc:import_file`.

    As with LibreOffice's own, an argument `FileName` stands for what would be asked for.
    """

    def __init__(self, context: object) -> None:
        self.context = context
        self.frame: object = None

    def initialize(self, arguments: tuple[object, ...]) -> None:
        """The window in which the buttons are."""
        self.frame = arguments[0] if arguments else None

    def queryDispatch(self, url: Any, target: str, flags: int) -> Buttons | None:  # noqa: N802
        """Who answers an address."""
        return self if url.Protocol == LISTED["protocol"] else None

    def queryDispatches(self, requests: tuple[Any, ...]) -> tuple[Any, ...]:  # noqa: N802
        """Who answers each address."""
        return tuple(self.queryDispatch(r.FeatureURL, r.FrameName, r.SearchFlags) for r in requests)

    def dispatch(self, url: Any, arguments: tuple[Any, ...]) -> None:
        """Do what a button does."""
        self.dispatchWithNotification(url, arguments, None)

    def dispatchWithNotification(  # noqa: N802
        self, url: Any, arguments: tuple[Any, ...], listener: Any
    ) -> None:
        """Do what a button does, and tell the one who asked what was said."""
        given = {argument.Name: argument.Value for argument in arguments}
        try:
            said = started()
            done = False
            if not said:
                press = import_module("xlmargin.macros.in_calc").press
                done, said = press(self.context, self.frame, url.Path, given.get("FileName"))
        except Exception as error:
            done, said = False, f"xlmargin does not start: {error}"
        if listener is not None:
            event = uno.createUnoStruct("com.sun.star.frame.DispatchResultEvent")
            event.Source, event.State, event.Result = self, int(done), said
            listener.dispatchFinished(event)

    def addStatusListener(self, listener: Any, url: Any) -> None:  # noqa: N802
        """Whether a button can be pressed: always."""
        event = uno.createUnoStruct("com.sun.star.frame.FeatureStateEvent")
        event.Source, event.FeatureURL, event.IsEnabled = self, url, True
        listener.statusChanged(event)

    def removeStatusListener(self, listener: Any, url: Any) -> None:  # noqa: N802
        """It does not change."""

    def getImplementationName(self) -> str:  # noqa: N802
        """The name that this class is registered by."""
        return str(LISTED["buttons"])

    def supportsService(self, name: str) -> bool:  # noqa: N802
        """Whether the service is one of this class's."""
        return name in HANDLES

    def getSupportedServiceNames(self) -> tuple[str, ...]:  # noqa: N802
        """The services of this class."""
        return HANDLES


for _name in FUNCTIONS:
    setattr(AddIn, _name, called(_name))

g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816
g_ImplementationHelper.addImplementation(AddIn, f"{SERVICES[0]}.Python", SERVICES)
g_ImplementationHelper.addImplementation(Buttons, LISTED["buttons"], HANDLES)
