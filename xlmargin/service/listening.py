"""The service at its port: who asked for it is told once others can ask."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import uvicorn


class _Server(uvicorn.Server):
    """A server that says at which port it listens, once it does."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[int], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening(self.servers[0].sockets[0].getsockname()[1])


def listen(
    answers: Any,
    host: str,
    port: int,
    certfile: Path | None,
    keyfile: Path | None,
    listening: Callable[[int], None],
) -> None:
    """Answer until Ctrl-C; `listening` is called with the port once requests are taken there.

    Port 0 is one that is free. Where the port is not to be had, or the service does not start,
    the process ends with the server's exit code and `listening` is not called.
    """
    server = _Server(
        uvicorn.Config(
            answers,
            host=host,
            port=port,
            ssl_certfile=certfile and str(certfile),
            ssl_keyfile=keyfile and str(keyfile),
            access_log=False,
            server_header=False,
            log_level="warning",
            limit_concurrency=512,
            ws_max_size=2**16,
            timeout_graceful_shutdown=2,
        ),
        listening,
    )
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(3)
