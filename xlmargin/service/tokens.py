"""Who may ask what: bearer tokens in a file, kept as their hashes, read again when it changes.

```toml
[desk]
sha256 = "..."
scopes = ["read", "trade"]
accounts = ["A", "B"]
```

A token without accounts may see all of them.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import secrets
import tomllib
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar, get_args

from pydantic import BaseModel, Field, ValidationError

from xlmargin.errors import MarginError

_Scope = Literal["read", "trade", "feed", "book", "metrics"]
SCOPES: Final[tuple[_Scope, ...]] = get_args(_Scope)
"""What a token may do: ask for requirements, and for what orders would change; tell prices of the
accounts kept, and their positions; ask how the service is."""
_OTHERS: Final = 0o077
"""What a file may be to others than its owner."""
_Kind = TypeVar("_Kind", bound=BaseModel)


@dataclass(frozen=True)
class Rights:
    """Whose token it is, what it may do, and in which accounts; None for all."""

    name: str
    digest: str
    scopes: frozenset[str]
    accounts: frozenset[str] | None = None

    def sees(self, account: str) -> bool:
        """Whether it may see an account."""
        return self.accounts is None or account in self.accounts


@dataclass
class Tokens:
    """The tokens of a file, or the one of this run where there is no file."""

    path: Path | None
    _rights: tuple[Rights, ...] = ()
    _stamp: tuple[int, int, int] | None = field(default=None)

    @classmethod
    def of_this_run(cls) -> tuple[Tokens, str]:
        """A token made now, which nothing keeps."""
        token = secrets.token_urlsafe(32)
        rights = Rights("this run", digest_of(token), frozenset(SCOPES))
        return cls(None, (rights,)), token

    def of(self, token: str) -> Rights | None:
        """The rights of a token; None where it has none."""
        self.refresh()
        digest = digest_of(token)
        found = [own for own in self._rights if hmac.compare_digest(own.digest, digest)]
        return found[0] if found else None

    def refresh(self) -> None:
        """Read the file again where it changed. One that cannot be read gives no rights."""
        if self.path is None:
            return
        try:
            status = self.path.stat()
            stamp = status.st_mtime_ns, status.st_size, status.st_ino
            if stamp != self._stamp:
                self._rights = read_rights(self.path)
                self._stamp = stamp
        except (OSError, MarginError):
            self._rights, self._stamp = (), None


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def new_token(name: str) -> tuple[str, str]:
    """A token, and the lines of the file that give it every right."""
    token = secrets.token_urlsafe(32)
    scopes = ", ".join(f'"{scope}"' for scope in SCOPES)
    return token, f'[{name}]\nsha256 = "{digest_of(token)}"\nscopes = [{scopes}]\n'


class _Token(BaseModel, extra="forbid"):
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    scopes: frozenset[_Scope]
    accounts: frozenset[str] | None = None


def read_rights(path: Path) -> tuple[Rights, ...]:
    """The rights in a file; refused where one of them is not what is wanted."""
    found = owned_toml(path, _Token).items()
    return tuple(Rights(name, own.sha256, own.scopes, own.accounts) for name, own in found)


def owned_toml(path: Path, kind: type[_Kind]) -> dict[str, _Kind]:
    """What a file of secrets has under each name; refused where others may read it, or not so."""
    if os.name != "nt" and path.stat().st_mode & _OTHERS:
        raise MarginError(f"{path.name}: others may read it, wanted its owner alone (chmod 600).")
    try:
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise MarginError(f"{path.name}: found no TOML: {error}.") from error
    found = dict[str, _Kind]()
    for name, own in stated.items():
        try:
            found[name] = kind.model_validate(own)
        except ValidationError as error:
            wrong = [
                ", ".join((*map(str, each["loc"]), each["msg"].removeprefix("Value error, ")))
                for each in error.errors()
            ]
            raise MarginError(f"{path.name}, {name}: {'; '.join(wrong)}.") from None
    return found


def is_loopback(host: str) -> bool:
    """Whether a name or an address is this machine's alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
