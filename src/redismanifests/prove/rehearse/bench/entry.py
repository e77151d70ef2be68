"""Entry: how a client gets in, from a folder with its login and certificates.

Why: the application in a cluster's pod has the writer and this file, and no other module of ours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

LOGIN, AUTHORITY, CERTIFICATE, NAMED = "login.json", "ca.crt", "application.pem", "named.json"
SENTINEL_LOGIN = "sentinel.json"
"""Where Sentinel has a password of its own, or none although Redis has one."""
_KEYS = "redismanifests:probe:"
"""The keys that the account of a verification may use (prove/checks/redis/writes.py)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A folder with the files that a client needs to log in; empty without authentication."""

    folder: Path

    def options(self, *, named: bool = False, sentinel: bool = False) -> dict[str, Any]:
        """Arguments of redis-py's clients; ``named`` to verify the server's name in addition to the signature."""
        return self._login(sentinel=sentinel) | self.transport(named=named)

    def password(self, *, sentinel: bool = False) -> str:
        """The password of the default user, where it was found out; empty without one."""
        login = self._file(sentinel=sentinel)
        found = json.loads(login.read_text(encoding="utf-8")) if login.exists() else {}
        return "" if found.get("username") else str(found.get("password", ""))

    @property
    def named(self) -> bool:
        """Whether the master's address from Sentinel is in its certificate."""
        file = self.folder / NAMED
        return file.exists() and bool(json.loads(file.read_bytes()))

    def transport(self, *, named: bool = False) -> dict[str, Any]:
        """The part of them that has nothing to do with who one is."""
        own = str(self.folder / CERTIFICATE)
        if not (self.folder / AUTHORITY).exists():
            return {}
        return {
            "ssl": True,
            "ssl_cert_reqs": "required",
            "ssl_ca_certs": str(self.folder / AUTHORITY),
            "ssl_certfile": own,
            "ssl_keyfile": own,
            "ssl_check_hostname": named,
        }

    def _file(self, *, sentinel: bool) -> Path:
        own = self.folder / SENTINEL_LOGIN
        return own if sentinel and own.exists() else self.folder / LOGIN

    def _login(self, *, sentinel: bool) -> dict[str, Any]:
        file = self._file(sentinel=sentinel)
        if not file.exists() or not json.loads(file.read_text(encoding="utf-8")):
            return {}
        try:
            from redis.credentials import CredentialProvider  # noqa: PLC0415 (an optional package)
        except ModuleNotFoundError:
            # Before 4.4 redis-py has no providers (Debian 12, in a pod): it keeps what it was given.
            return {
                name: value for name, value in json.loads(file.read_text(encoding="utf-8")).items() if value
            }

        class FromFile(CredentialProvider):  # type: ignore[misc, unused-ignore]
            def get_credentials(self) -> tuple[str] | tuple[str, str]:
                login = json.loads(file.read_text(encoding="utf-8"))
                if not login["username"]:
                    return (login["password"],)
                return login["username"], login["password"]

        return {"credential_provider": FromFile()}

    def written(self, name: object) -> str:
        """The key of a write of the application, by its number."""
        return f"{self.prefix}rehearsal:{name}"

    @property
    def prefix(self) -> str:
        """What keys must begin with."""
        login = self.folder / LOGIN
        named = login.exists() and json.loads(login.read_text(encoding="utf-8")).get("username")
        return _KEYS if named else ""
