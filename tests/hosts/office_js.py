"""Answers of the calls through xlwings' Office.js half (Server, Lite), printed as JSON.

Needs the environment of such a server: XLWINGS_ON_SERVER and a licence key of the user's own.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sys

from tests.hosts.calls import CALLS, LEFT_OUT, Range
from xlmargin.cells.values import ERROR_OF_CODE
from xlmargin.dates import serial_of


def js_value(cell: object) -> object:
    """A cell's content as Office.js sends it: null, whole numbers, serial days, error objects."""
    if cell == "":
        return None
    if isinstance(cell, str) and cell in ERROR_OF_CODE.values():
        return {"type": "Error", "basicType": "Error", "basicValue": cell}
    if isinstance(cell, dt.date):
        return serial_of(cell)
    return cell if isinstance(cell, bool | str | int) else float(cell)  # type: ignore[arg-type]


def js_argument(argument: object) -> object:
    """An argument as Office.js sends it: always rows, or null where it is left out."""
    if argument == LEFT_OUT:
        return None
    rows = argument.rows if isinstance(argument, Range) else [[argument]]
    return [[js_value(cell) for cell in row] for row in rows]


def plain_answer(cell: object) -> object:
    """An error object as the text that it was answered with."""
    return cell["basicValue"] if isinstance(cell, dict) else cell


def main() -> None:
    """Print the answers."""
    from xlwings import __version__
    from xlwings.server import custom_functions_call, custom_functions_meta

    from tests.hosts import sample_functions

    names = len(custom_functions_meta(sample_functions)["functions"])
    answers = []
    for name, arguments in CALLS:
        entry = sample_functions.REGISTRY[name]
        given = [*arguments, *[LEFT_OUT] * (len(entry.arguments) - len(arguments))]
        data = {
            "func_name": name,
            "args": [js_argument(argument) for argument in given],
            "caller_address": "[book.xlsx]Sheet1!B2",
            "content_language": "en-US",
            "version": __version__,
            "client": "Office.js",
            "runtime": "1.4",
            "date_format": "m/d/yyyy",
            "culture_info_name": "en-US",
        }
        sent = json.loads(json.dumps(data))
        answer = asyncio.run(custom_functions_call(sent, sample_functions))
        answers.append([[plain_answer(cell) for cell in row] for row in answer])
    json.dump({"answers": answers, "functions": names}, sys.stdout)


if __name__ == "__main__":
    main()
