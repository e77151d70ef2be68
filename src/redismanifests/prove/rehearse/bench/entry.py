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
_KEYS = "redismanifests:probe:"
"""The keys that the account of a verification may use (prove/checks/redis/writes.py)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A folder with the files that a client needs to log in; empty without authentication."""

    folder: Path

    def options(self, *, named: bool = False) -> dict[str, Any]:
        """Arguments of redis-py's clients; ``named`` to verify the server's name in addition to the signature."""
        return self._login() | self.transport(named=named)

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

    def _login(self) -> dict[str, Any]:
        if not (self.folder / LOGIN).exists():
            return {}
        from redis.credentials import CredentialProvider  # noqa: PLC0415 (an optional package)

        folder = self.folder

        class FromFile(CredentialProvider):  # type: ignore[misc, unused-ignore]
            def get_credentials(self) -> tuple[str, str]:
                login = json.loads((folder / LOGIN).read_text(encoding="utf-8"))
                return login["username"], login["password"]

        return {"credential_provider": FromFile()}

    def written(self, name: object) -> str:
        """The key of a write of the application, by its number."""
        return f"{self.prefix}rehearsal:{name}"

    @property
    def prefix(self) -> str:
        """What keys must begin with."""
        return _KEYS if (self.folder / LOGIN).exists() else ""
