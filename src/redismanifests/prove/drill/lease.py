"""Lease: one drill at a time: a coordination.k8s.io Lease that is taken, renewed and given back.

If it is taken, the message names the holder and the time. A killed drill cannot release it: it is taken over when it
was not renewed for twice its time.
"""

from __future__ import annotations

import asyncio
import getpass
import os
import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError
from redismanifests.prove.live.trouble import ClusterError, ConflictError

if TYPE_CHECKING:
    from redismanifests.core.object import Object
    from redismanifests.prove.live.kubectl import Kubectl

DURATION_S = 60
RENEWED_S = 15.0
RESOURCE = "leases.coordination.k8s.io"


def holder() -> str:
    """The name of this process, for other holders of the Lease."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"uid {os.getuid()}"
    return f"{user}@{socket.gethostname()} (process {os.getpid()})"


class Lease:
    """The Lease of one deployment while it is ours."""

    def __init__(self, kubectl: Kubectl, name: str, renewed_s: float = RENEWED_S) -> None:
        """Nothing is taken yet."""
        self._renewed_s = renewed_s
        self.name = name
        self.holder = holder()
        self._kubectl = kubectl
        self._taken = False

    async def take(self) -> None:
        """Take it, or raise and say who holds it."""
        now = datetime.now(UTC)
        try:
            await self._kubectl.create(self._manifest(now, now))
        except ConflictError:
            await self._take_over(now)
        self._taken = True

    async def _take_over(self, now: datetime) -> None:
        found = await self._kubectl.get(RESOURCE, self.name)
        if found is None:
            raise self._refusal("someone who has just given it back", "") from None
        spec = found.get("spec") or {}
        renewed = _moment(spec.get("renewTime"))
        if renewed and now - renewed < timedelta(
            seconds=2 * int(spec.get("leaseDurationSeconds") or DURATION_S)
        ):
            raise self._refusal(
                spec.get("holderIdentity") or "no one knows who", spec.get("acquireTime") or ""
            )
        manifest = self._manifest(now, now)
        version = found["metadata"]["resourceVersion"]
        with_version = {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": version}}
        try:
            await self._kubectl.replace(with_version)
        except ConflictError:
            raise self._refusal("someone who was faster", "") from None

    def _refusal(self, who: str, since: str) -> RedismanifestsError:
        when = f" since {since}" if since else ""
        return RedismanifestsError(
            f"a drill of this deployment runs already: Lease {self.name} is held by {who}{when}",
            f"wait for its end; if it was killed, it is free after {2 * DURATION_S} s, or: "
            f"kubectl -n {self._kubectl.namespace} delete lease {self.name}",
        )

    async def keep(self) -> None:
        """Renew it for as long as this runs; raises where someone else has it now."""
        while True:
            await asyncio.sleep(self._renewed_s)
            found = await self._kubectl.get(RESOURCE, self.name)
            if found is None or (found.get("spec") or {}).get("holderIdentity") != self.holder:
                self._taken = False
                raise RedismanifestsError(
                    f"Lease {self.name} was taken away from this drill",
                    "see who runs drills here, and run one at a time",
                )
            renewed = {"spec": {"renewTime": _text(datetime.now(UTC))}}
            # An API server that does not answer for a moment does not end the drill: the next turn tries again.
            with suppress(ClusterError):
                await self._kubectl.patch(RESOURCE, self.name, renewed)

    async def give_back(self) -> None:
        """Free it, if it is ours."""
        if not self._taken:
            return
        found = await self._kubectl.get(RESOURCE, self.name)
        if found and (found.get("spec") or {}).get("holderIdentity") == self.holder:
            await self._kubectl.delete(RESOURCE, self.name)
        self._taken = False

    def _manifest(self, acquired: datetime, renewed: datetime) -> Object:
        return {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": self.name, "namespace": self._kubectl.namespace},
            "spec": {
                "holderIdentity": self.holder,
                "leaseDurationSeconds": DURATION_S,
                "acquireTime": _text(acquired),
                "renewTime": _text(renewed),
            },
        }


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
