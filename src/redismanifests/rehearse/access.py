"""Access: what lets the rehearsal itself in: the application that writes, and who samples roles.

Why: with passwords or certificates on, nobody is let in without them, the rehearsal neither. What it needs is kept in
one folder, which the application's pod mounts: a password never stands in an argument or a variable. Files are read at
each connection, so that a rotation under way is followed. What must not come in: which scenario runs; how a client
reads it (entry).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from redismanifests.probes.desired import Desired
from redismanifests.rehearse import certificate
from redismanifests.rehearse.entry import AUTHORITY, CERTIFICATE, LOGIN, NAMED, Entry
from redismanifests.rehearse.environment import data_of
from redismanifests.rehearse.service import services

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from redismanifests.rehearse.objects import Objects


class Access(Entry):
    """The folder, and what fills it."""

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
        # The application is somebody else: it shares the CA, and neither key nor names of the servers.
        own = certificate.signer_of(found["tls.crt"]).issue(certificate.Names(("application",)))
        _put(self.folder / AUTHORITY, found["ca.crt"])
        # One file, as one replacement: a key without its certificate lets nobody in.
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
    """What Sentinel tells clients of the Redis pods: their names, or the addresses of their Services."""
    settings = Desired.of(objects.items).settings
    if settings.get("ADDRESSING") == "hostname":
        yield from settings["REDIS_HOSTS"].split()
        return
    pods = settings.get("REDIS_PODS", "").split()
    yield from (each.cluster_ip or "" for each in services(objects) if each.name in pods)
