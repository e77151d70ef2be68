"""Access: what lets the rehearsal itself in: the application that writes, and who samples roles.

Why: with passwords or certificates on, no one is let in without them, the rehearsal neither. What it needs is kept in
one folder, which the application's pod mounts: a password is never in an argument or a variable. Files are read at
each connection, so that a rotation under way is followed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.rehearse.bench import certificate
from redismanifests.prove.rehearse.bench.entry import (
    AUTHORITY,
    CERTIFICATE,
    LOGIN,
    NAMED,
    SENTINEL_LOGIN,
    Entry,
)
from redismanifests.prove.toycluster.pods.environment import data_of
from redismanifests.prove.toycluster.service import services

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from redismanifests.prove.toycluster.objects import Objects


class Access(Entry):
    """The folder, and what fills it."""

    def found(self, password: str, *, sentinel: bool) -> None:
        """Keep a password that a server took, or the fact that it needs none (an empty one)."""
        login = {"username": "", "password": password} if password else {}
        _put(self.folder / (SENTINEL_LOGIN if sentinel else LOGIN), json.dumps(login).encode())

    @classmethod
    def granted(cls, objects: Objects, folder: Path) -> Access:
        """Fill ``folder`` from the objects, the stand-ins for their Secrets among them."""
        folder.mkdir(exist_ok=True)
        access = cls(folder)
        access.renew(objects)
        return access

    def renew(self, objects: Objects) -> None:
        """Take passwords and certificates from changed objects."""
        self._renew_login(objects)
        if "--tls" in Desired.of(objects.items).settings.get("CLI", "").split():
            self._renew_certificate(objects)

    def _renew_certificate(self, objects: Objects) -> None:
        name = certificate.held(objects)
        found = data_of(objects, "Secret", name)
        # The application is someone else: it shares the CA, and neither key nor names of the servers.
        own = certificate.signer_of(found["tls.crt"]).issue(certificate.Names(("application",)))
        _put(self.folder / AUTHORITY, found["ca.crt"])
        # One file, as one replacement: a key without its certificate lets no one in.
        _put(self.folder / CERTIFICATE, own["tls.crt"] + own["tls.key"])
        named = certificate.names_for(objects, name)
        told = {*_announced(objects)}
        _put(self.folder / NAMED, json.dumps(told <= {*named.dns, *named.addresses}).encode())

    def _renew_login(self, objects: Objects) -> None:
        user = Desired.of(objects.items).settings.get("CLI_USER")
        if user is None:
            return
        for item in objects.of_kind("Secret"):
            values = data_of(objects, "Secret", item["metadata"]["name"])
            if user in values:
                login = {"username": user, "password": values[user].decode()}
                _put(self.folder / LOGIN, json.dumps(login).encode())


def _put(file: Path, content: bytes) -> None:
    """Replaced, not written over: a client may be reading."""
    new = file.with_suffix(".new")
    new.write_bytes(content)
    new.replace(file)


def _announced(objects: Objects) -> Iterator[str]:
    """What Sentinel returns to clients for the Redis pods: their names, or the addresses of their Services."""
    settings = Desired.of(objects.items).settings
    if settings.get("ADDRESSING") == "hostname":
        yield from settings["REDIS_HOSTS"].split()
        return
    pods = settings.get("REDIS_PODS", "").split()
    yield from (each.cluster_ip or "" for each in services(objects) if each.name in pods)
