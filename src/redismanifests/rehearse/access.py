"""Access: how the rehearsal itself gets in: the application that writes, and who samples roles.

Why: with passwords or certificates on, nobody is let in without them, the rehearsal neither. What it needs is kept in
one folder, which the application's pod mounts: a password never stands in an argument or a variable. Files are read at
each connection, so that a rotation under way is followed. What must not come in: which scenario runs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from redismanifests.probes.desired import Desired
from redismanifests.rehearse.environment import data_of

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.rehearse.objects import Objects

_LOGIN = "login.json"
_KEYS = "redismanifests:probe:"
"""The keys that the account of a verification may use (probes/writes.py)."""


@dataclass(frozen=True, slots=True)
class Access:
    """A folder with all that a client needs to get in; empty where everybody is let in."""

    folder: Path

    @classmethod
    def granted(cls, objects: Objects, folder: Path) -> Access:
        """Fill ``folder`` from the objects, the stand-ins for their Secrets among them."""
        folder.mkdir(exist_ok=True)
        access = cls(folder)
        access.renew(objects)
        return access

    def renew(self, objects: Objects) -> None:
        """Take the passwords from changed objects."""
        user = Desired.of(objects.items).settings.get("CLI_USER")
        if user is None:
            return
        for item in objects.of_kind("Secret"):
            values = data_of(objects, "Secret", item["metadata"]["name"])
            if user in values:
                login = {"username": user, "password": values[user].decode()}
                # Replaced, not written over: a client may be reading.
                new = self.folder / f"{_LOGIN}.new"
                new.write_text(json.dumps(login), encoding="utf-8")
                new.replace(self.folder / _LOGIN)

    def options(self) -> dict[str, Any]:
        """Arguments of redis-py's clients."""
        if not (self.folder / _LOGIN).exists():
            return {}
        from redis.credentials import CredentialProvider  # noqa: PLC0415 (an optional package)

        folder = self.folder

        class FromFile(CredentialProvider):  # type: ignore[misc, unused-ignore]
            def get_credentials(self) -> tuple[str, str]:
                login = json.loads((folder / _LOGIN).read_text(encoding="utf-8"))
                return login["username"], login["password"]

        return {"credential_provider": FromFile()}

    def transport(self) -> dict[str, Any]:
        """The part of them that has nothing to do with who one is."""
        return {}

    @property
    def prefix(self) -> str:
        """What keys must begin with."""
        return _KEYS if (self.folder / _LOGIN).exists() else ""
