"""Commands for programs that ask over the network."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import typer

from xlmargin.cli.app import command
from xlmargin.cli.book_files import day_of, read_said, with_date
from xlmargin.cli.options import DividendsFile, HookProgram, MarketFile, SettingsFile
from xlmargin.cli.registered import registered
from xlmargin.errors import MarginError, printed
from xlmargin.live import Hook

_LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]", "::1")
_ADDRESS: Final = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?")


@command()
def serve(
    book: Annotated[
        Path | None, typer.Argument(help="A book to keep, where the journal keeps none yet.")
    ] = None,
    market: MarketFile = None,
    settings: SettingsFile = None,
    dividends: DividendsFile = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8799,
    tokens: Annotated[
        Path | None, typer.Option(help="Who may ask: names, hashes of tokens, scopes (.toml).")
    ] = None,
    new_token: Annotated[
        str, typer.Option(help="Print a token of this name and its lines for the file, and end.")
    ] = "",
    certfile: Annotated[Path | None, typer.Option(help="Certificate for HTTPS (.pem).")] = None,
    keyfile: Annotated[Path | None, typer.Option(help="Its private key (.pem).")] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="A name by which it may be called; may be repeated.")
    ] = None,
    allow_origin: Annotated[
        list[str] | None, typer.Option(help="A page that may ask from a browser; may be repeated.")
    ] = None,
    limit: Annotated[
        float, typer.Option(min=0.1, max=600, help="Seconds of computing for one answer.")
    ] = 5.0,
    rate: Annotated[int, typer.Option(min=1, help="Requests a minute of each token.")] = 6000,
    journal: Annotated[
        Path | None, typer.Option(help="File that keeps accounts and events over a restart (.db).")
    ] = None,
    backup: Annotated[
        Path | None, typer.Option(help="A copy of the journal, written once a day (.db).")
    ] = None,
    window: Annotated[
        float, typer.Option(min=0, max=10, help="Seconds for which prices are gathered.")
    ] = 0.05,
    stale: Annotated[
        float, typer.Option(min=0, help="Seconds of old figures after which it is not ready.")
    ] = 60.0,
    name: Annotated[str, typer.Option(help="The service's name in its events.")] = "desk",
    roll: Annotated[
        bool, typer.Option("--roll", help="Go on to the exchange's next day at its midnight.")
    ] = False,
    keep: Annotated[float, typer.Option(min=0, help="Days for which events are kept.")] = 7.0,
    metrics_accounts: Annotated[
        bool, typer.Option("--metrics-accounts", help="Name accounts and their excess in metrics.")
    ] = False,
    hook: HookProgram = "",
    webhooks: Annotated[
        Path | None, typer.Option(help="Who is sent alerts: addresses, secrets (.toml).")
    ] = None,
    new_webhook: Annotated[
        str, typer.Option(help="Print lines of this name for that file, with a secret, and end.")
    ] = "",
    office: Annotated[
        bool, typer.Option("--office", help="Serve the add-in for Excel too, under /office.")
    ] = False,
    public_url: Annotated[
        str, typer.Option(help="Where Excel finds it, where that is not https://localhost:PORT.")
    ] = "",
) -> None:
    """Answer programs over HTTP: figures, orders, functions, accounts kept and their stream.

    On this machine alone, unless there are tokens in a file and a certificate. Without a file of
    tokens one is made for this run, and printed; without a journal accounts are kept as long as it
    runs. The figures are shown on a page, too. It needs the extra `serve`.
    """
    program = Hook.of(hook) if hook else None
    if backup is not None and journal is None:
        raise MarginError("--backup: wanted --journal too, the file that is copied.")
    try:
        from xlmargin.service.app import Served, service
        from xlmargin.service.copies import copied
        from xlmargin.service.deliveries import hook_receiver
        from xlmargin.service.door import Allowed
        from xlmargin.service.journal import Journal
        from xlmargin.service.listening import listen
        from xlmargin.service.pages import office_pages, status_page
        from xlmargin.service.tokens import Tokens, is_loopback, read_rights
        from xlmargin.service.tokens import new_token as made
        from xlmargin.service.webhooks import new_webhook as made_webhook
        from xlmargin.service.webhooks import read_webhooks
    except ImportError as error:
        wanted = "in the project's folder, python -m pip install -c constraints.txt -e '.[serve]'"
        raise MarginError(
            f"The service needs packages of its own, {error.name} among them: {wanted}"
        ) from error

    if not is_loopback(host) and (tokens is None or certfile is None):
        wanted = "--tokens and --certfile: others than this machine may ask there"
        raise MarginError(f"--host {host}: wanted {wanted}.")
    for option, made_name in (("--new-token", new_token), ("--new-webhook", new_webhook)):
        if made_name and not made_name.isidentifier():
            raise MarginError(f"{option}: wanted a name of letters, digits and _.")
    if new_webhook:
        typer.echo(f"# For the file of webhooks:\n{made_webhook(new_webhook)}")
        return
    if new_token:
        token, lines = made(new_token)
        typer.echo(f"The token, shown once: {token}\n# For the file of tokens:\n{lines}")
        return
    if tokens is None:
        known, token = Tokens.of_this_run()
        typer.echo(f"Token of this run: {token}", err=True)
    else:
        read_rights(tokens)
        known, token = Tokens(tokens), ""
    receivers = [] if webhooks is None else read_webhooks(webhooks)
    if program:
        receivers.append(hook_receiver(program, _say))
    functions, scheme = registered(), "http" if certfile is None else "https"
    pages, names = status_page(), {name.lower() for name in (*_LOOPBACK, host, *(allow_host or ()))}
    if office:
        address = _office_address(public_url, scheme, port)
        pages |= office_pages(functions, address)
        names.add(address.removeprefix("https://").partition(":")[0])
        typer.echo(f"The add-in for Excel: {address}/office/manifest.xml", err=True)
    allowed = Allowed(frozenset(names), frozenset(allow_origin or ()), rate)
    how = Served(limit, window, name, keep * 24 * 3600.0, metrics_accounts, stale=stale, roll=roll)
    with (
        TemporaryDirectory() as own,
        closing(Journal(journal or Path(own) / "journal.db", backup)) as kept,
        copied(kept, backup),
    ):
        first = None
        if book is not None and kept.stored().ranges:
            typer.echo(f"{kept.path.name} keeps a book: the files are not read.", err=True)
        elif book is not None:
            first = _book_of_files(book, market, settings, dividends)
        answers = service(functions, known, allowed, how, kept, pages, first, receivers, _say)

        def say(bound: int) -> None:
            page = f"{scheme}://{host}:{bound}/" + (f"#token={token}" if token else "")
            typer.echo(f"Answering until Ctrl-C; the figures: {page}", err=True)

        listen(answers, host, port, certfile, keyfile, say)


def _say(line: str) -> None:
    typer.echo(printed(line), err=True)


def _book_of_files(
    book: Path, market: Path | None, settings: Path | None, dividends: Path | None
) -> dict[str, Any]:
    """The ranges of the files, as a program sends them; of today where they state no day."""
    from xlmargin.service.records import RANGES

    found = read_said(book, market, settings, dividends)
    if any(getattr(rows, "month_first", None) is not None for rows in found.cells):
        wanted = f"xlmargin import {book.name}, and the file that it writes"
        raise MarginError(f"{book.name}: found dates in a broker's own way, wanted {wanted}.")
    cells = with_date(found, day_of(found)).cells
    return {name: rows for name, rows in zip(RANGES, cells, strict=True) if rows is not None}


def _office_address(public_url: str, scheme: str, port: int) -> str:
    """Where Excel finds the service: by HTTPS alone, our own or that of a proxy before it."""
    if public_url and not _ADDRESS.fullmatch(public_url):
        raise MarginError(f"--public-url {public_url}: wanted https://NAME or https://NAME:PORT.")
    if not public_url and scheme == "http":
        wanted = "--certfile and --keyfile, or --public-url of a proxy that has a certificate"
        raise MarginError(f"--office: wanted {wanted}: Excel asks by HTTPS alone.")
    return public_url.lower() or f"https://localhost:{port}"
