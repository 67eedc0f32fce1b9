"""Addresses that are told of events: in a file of the service's owner alone, signed for each.

```toml
[desk]
url = "https://desk.example/margin"
secrets = ["whsec_..."]
types = ["alert"]
accounts = ["A", "B"]
```

Without `types` a receiver is told all but states, without `accounts` those of all accounts. With
several secrets an event is signed by each, so that a new one may come before an old one goes.

Source: Standard Webhooks 1.0 (headers, signature, statuses).
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from standardwebhooks import Webhook

import xlmargin
from xlmargin.errors import MarginError
from xlmargin.service.deliveries import NOTICES, CloudEvent, NotTaken, NotWanted, Receiver
from xlmargin.service.stream import Subscription
from xlmargin.service.tokens import is_loopback, owned_toml

SECONDS: Final = 15.0
"""How long a receiver may be silent while it takes an event."""
KINDS: Final = ("state", *sorted(NOTICES))
_GONE: Final = 410
_SECRET_BYTES: Final = range(24, 65)
_PREFIX: Final = "whsec_"
_WANTED: Final = "wanted url and secrets; types, accounts"


class _NoRedirect(HTTPRedirectHandler):
    """An event goes to no other address than the one in the file."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER: Final = build_opener(_NoRedirect)


@dataclass(frozen=True)
class _Address:
    """Where events are posted, and by what they are signed."""

    url: str
    keys: tuple[Webhook, ...]

    def send(self, event: CloudEvent) -> None:
        """Post an event; it is taken with a status of 200 to 299."""
        body, now = json.dumps(event, allow_nan=False), dt.datetime.now(dt.UTC)
        headers = {
            "Content-Type": "application/cloudevents+json",
            "User-Agent": f"xlmargin/{xlmargin.__version__}",
            "webhook-id": event["id"],
            "webhook-timestamp": f"{int(now.timestamp())}",
            "webhook-signature": " ".join(key.sign(event["id"], now, body) for key in self.keys),
        }
        request = Request(self.url, body.encode(), headers, method="POST")
        try:
            answer: HTTPResponse
            with _OPENER.open(request, timeout=SECONDS) as answer:
                status = answer.status
        except HTTPError as error:
            with error:
                if error.code == _GONE:
                    raise NotWanted("status 410, it is gone") from None
                wait = error.headers.get("Retry-After", "")
            seconds = float(wait[:9]) if wait.isascii() and wait.isdecimal() else 0.0
            raise NotTaken(f"status {error.code}", seconds) from None
        except (OSError, HTTPException, ssl.CertificateError) as error:
            reason = getattr(error, "reason", error)
            raise NotTaken(f"{type(reason).__name__}: {reason}") from None
        if not 200 <= status < 300:
            raise NotTaken(f"status {status}")


def read_webhooks(path: Path) -> list[Receiver]:
    """The receivers in a file; refused where one of them is not what is wanted."""
    return [_receiver(f"{path.name}, {name}", name, own) for name, own in owned_toml(path).items()]


def new_webhook(name: str) -> str:
    """The lines of the file for a receiver, with a secret made now."""
    secret = _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    return f'[{name}]\nurl = "https://..."\nsecrets = ["{secret}"]\n'


def _receiver(where: str, name: str, stated: Any) -> Receiver:
    if not isinstance(stated, Mapping) or not {"url", "secrets"} <= stated.keys():
        raise MarginError(f"{where}: {_WANTED}.")
    if more := stated.keys() - {"url", "secrets", "types", "accounts"}:
        raise MarginError(f"{where}: found {', '.join(sorted(more))}, {_WANTED}.")
    url, keys = str(stated["url"]), _texts(where, stated, "secrets") or []
    _refuse_open(where, url)
    address = _Address(url, tuple(_key(where, secret) for secret in keys))
    if not address.keys:
        raise MarginError(f"{where}, secrets: wanted one or more, made by --new-webhook.")
    types, accounts = _texts(where, stated, "types"), _texts(where, stated, "accounts")
    if types is not None and not set(types) <= set(KINDS):
        raise MarginError(f"{where}, types: wanted some of {', '.join(KINDS)}.")
    wanted = Subscription(
        accounts=None if accounts is None else frozenset(accounts),
        types=NOTICES if types is None else frozenset(types),
    )
    return Receiver(f"webhook {name}", sha256(f"{name} {url}".encode()).hexdigest(), wanted,
                    address.send)  # fmt: skip


def _texts(where: str, stated: Mapping[str, Any], name: str) -> list[str] | None:
    found = stated.get(name)
    if found is not None and not (
        isinstance(found, list) and all(isinstance(each, str) for each in found)
    ):
        raise MarginError(f"{where}, {name}: wanted a list of texts.")
    return found


def _key(where: str, secret: str) -> Webhook:
    """A key to sign with: of 24 to 64 random bytes, as the standard wants."""
    try:
        size = len(base64.b64decode(secret.removeprefix(_PREFIX), validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if not secret.startswith(_PREFIX) or size not in _SECRET_BYTES:
        raise MarginError(f"{where}, secrets: wanted {_PREFIX} and 24 to 64 bytes in base64.")
    return Webhook(secret)


def _refuse_open(where: str, url: str) -> None:
    """Refuse an address that others could read along: HTTPS, or on this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise MarginError(f"{where}, url: wanted https://NAME/PATH.") from None
    if not host or parts.username is not None or parts.fragment or not url.isprintable():
        raise MarginError(f"{where}, url: wanted https://NAME/PATH, no user in it.")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise MarginError(f"{where}, url: wanted https, but for this machine's own addresses.")
