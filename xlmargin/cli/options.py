"""Options that several commands share, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer.models import OptionInfo

from xlmargin.standard_output import claim_for_json


def written_to(what: str) -> OptionInfo:
    """The option that says where a command writes; `what` it writes there."""
    option: OptionInfo = typer.Option("--output", "-o", help=what)
    return option


AsJson = Annotated[
    bool, typer.Option("--json", callback=claim_for_json, help="Print JSON, as docs/json.md says.")
]
Force = Annotated[
    bool, typer.Option("--force", help="Replace a file that does not say xlmargin wrote it.")
]
LogoFile = Annotated[
    Path | None, typer.Option(help="The client's logo, PNG or JPEG, on the band of the pages.")
]
PositionsFile = Annotated[
    Path, typer.Argument(help="Positions, or a broker's export: .csv, .xlsx, .xls, .ods, .xml.")
]
MarketFile = Annotated[
    Path | None, typer.Option(help="Underlyings: symbol, price; class where it is no plain stock.")
]
SettingsFile = Annotated[
    Path | None, typer.Option(help="Names and values: as_of, account_type, cash, rate, house.")
]
DividendsFile = Annotated[
    Path | None, typer.Option(help="Cash dividends to come: symbol, ex_date, amount.")
]
InstrumentsFile = Annotated[
    Path | None, typer.Option(help="Your own table of instruments, above the known ones.")
]
GroupsFiles = Annotated[
    list[Path] | None,
    typer.Option(
        help="A report of the clearing house on products or groups; may be given repeatedly."
    ),
]
HookProgram = Annotated[
    str, typer.Option(help="Program to run for each alert, which it gets as JSON to read.")
]
