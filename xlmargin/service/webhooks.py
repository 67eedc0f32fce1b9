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
import datetime as dt
import json
import secrets
import ssl
from hashlib import sha256
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from standardwebhooks import Webhook

import xlmargin
from xlmargin.service.deliveries import NOTICES, NotTaken, NotWanted, Receiver
from xlmargin.service.stream import CloudEvent, Subscription
from xlmargin.service.tokens import is_loopback, owned_toml

SECONDS: Final = 15.0
"""How long a receiver may be silent while it takes an event."""
_GONE: Final = 410
_SECRET_BYTES: Final = range(24, 65)
_PREFIX: Final = "whsec_"


class _NoRedirect(HTTPRedirectHandler):
    """An event goes to no other address than the one in the file."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER: Final = build_opener(_NoRedirect)


def _key(secret: object) -> Webhook:
    """A key to sign with: of 24 to 64 random bytes, as the standard wants."""
    prefix, code = str(secret)[: len(_PREFIX)], str(secret)[len(_PREFIX) :]
    try:
        size = len(base64.b64decode(code, validate=True))
    except ValueError:
        size = 0
    if prefix != _PREFIX or size not in _SECRET_BYTES:
        raise ValueError(f"wanted {_PREFIX} and 24 to 64 bytes in base64")
    return Webhook(str(secret))


def _closed(url: str) -> str:
    """An address that others cannot read along: HTTPS, or on this machine."""
    parts = urlsplit(url)
    host, _ = parts.hostname or "", parts.port
    if not host or parts.username is not None or parts.fragment or not url.isprintable():
        raise ValueError("wanted https://NAME/PATH, no user in it")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError("wanted https, but for this machine's own addresses")
    return url


class _Address(BaseModel, extra="forbid", arbitrary_types_allowed=True):
    """Where events are posted, by what they are signed, and which ones are."""

    url: Annotated[str, AfterValidator(_closed)]
    secrets: Annotated[list[Annotated[Webhook, BeforeValidator(_key)]], Field(min_length=1)]
    types: frozenset[Literal["state", "alert", "as_of_changed"]] = NOTICES
    accounts: frozenset[str] | None = None

    def send(self, event: CloudEvent) -> None:
        """Post an event; it is taken with a status of 200 to 299."""
        body, now = json.dumps(event, allow_nan=False), dt.datetime.now(dt.UTC)
        headers = {
            "Content-Type": "application/cloudevents+json",
            "User-Agent": f"xlmargin/{xlmargin.__version__}",
            "webhook-id": event["id"],
            "webhook-timestamp": f"{int(now.timestamp())}",
            "webhook-signature": " ".join(key.sign(event["id"], now, body) for key in self.secrets),
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
    return [_receiver(name, own) for name, own in owned_toml(path, _Address).items()]


def new_webhook(name: str) -> str:
    """The lines of the file for a receiver, with a secret made now."""
    secret = _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    return f'[{name}]\nurl = "https://..."\nsecrets = ["{secret}"]\n'


def _receiver(name: str, own: _Address) -> Receiver:
    key = sha256(f"{name} {own.url}".encode()).hexdigest()
    wanted = Subscription(accounts=own.accounts, types=own.types)
    return Receiver(f"webhook {name}", key, wanted, own.send)
