"""Login: finds out which password of the objects a server takes, and keeps it for every client of the rehearsal.

Passwords are in Secrets, variables, ConfigMaps and arguments, under any name. So all of them are candidates, and the
server itself says which one is right. A server that asks for none is left alone.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from redismanifests.judge.foreign.server import servers
from redismanifests.prove.toycluster.pods.environment import data_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from redismanifests.prove.rehearse.bench.deployment import Deployment
    from redismanifests.prove.toycluster.cluster import Cluster
    from redismanifests.prove.toycluster.objects import Objects

_POLL_S, _ANSWER_S = 0.3, 1.0
_MOST, _LONGEST = 64, 512
_NAMED = re.compile(r"(?i)pass|auth|secret")
_IN_TEXT = re.compile(
    r"(?:requirepass|masterauth|primaryauth|auth-pass[ \t]+\S+|sentinel-pass|(?:^|\s)-a)[ \t\"',]+([^\s\"',\\]+)",
    re.MULTILINE,
)


def candidates(objects: Objects) -> tuple[str, ...]:
    """Every word of the objects that may be a password, each once."""
    found = dict.fromkeys(word for word in _words(objects) if 0 < len(word) <= _LONGEST and "\n" not in word)
    return tuple(found)[:_MOST]


def _words(objects: Objects) -> Iterator[str]:
    for server in servers(objects.items):
        pod = server.pod
        for container in (*pod["containers"], *(pod.get("initContainers") or ())):
            for variable in container.get("env") or ():
                reference = (variable.get("valueFrom") or {}).get("secretKeyRef")
                if reference:
                    yield from _secret(objects, reference["name"], (reference["key"],))
                elif _NAMED.search(variable["name"]):
                    yield str(variable.get("value") or "")
            for source in container.get("envFrom") or ():
                yield from _secret(objects, (source.get("secretRef") or {}).get("name"))
        for volume in pod.get("volumes") or ():
            yield from _secret(objects, (volume.get("secret") or {}).get("secretName"))
            for source in (volume.get("projected") or {}).get("sources") or ():
                yield from _secret(objects, (source.get("secret") or {}).get("name"))
        for text in server.texts:
            yield from _IN_TEXT.findall(text)


def _secret(objects: Objects, name: str | None, keys: Iterable[str] = ()) -> Iterator[str]:
    data: Mapping[str, bytes] = data_of(objects, "Secret", name) if name else {}
    for key in keys or data:
        with suppress(UnicodeDecodeError):
            yield data.get(key, b"").decode().rstrip("\n")


class Logins:
    """What lets the rehearsal in, of each role; found out while the first servers start."""

    def __init__(self, cluster: Cluster, deployment: Deployment) -> None:
        """Begins at once; nothing is tried where the objects say who the clients are."""
        self.refused: set[str] = set()
        """Roles of which a server took none of the passwords."""
        self._cluster = cluster
        if "CLI_USER" in deployment.desired.settings:
            return
        words = candidates(cluster.site.objects)
        for role in ("redis", "sentinel"):
            cluster.site.tasks.create_task(self._find(deployment, role, words))

    async def _find(self, deployment: Deployment, role: str, words: tuple[str, ...]) -> None:
        workload = deployment.sentinel if role == "sentinel" else deployment.redis
        while True:
            for pod in workload.pods:
                there = self._cluster.pods.get(pod)
                found = await tried(there.ip, workload.port, words) if there else None
                if found is not None:
                    self._cluster.site.access.found(found, sentinel=role == "sentinel")
                    self.refused.discard(role)
                    return
                if there and found is None and await _asks(there.ip, workload.port):
                    self.refused.add(role)
            await asyncio.sleep(_POLL_S)


async def _asks(host: str, port: int) -> bool:
    return (await _said(host, port, "")).startswith("-NOAUTH")


async def tried(host: str, port: int, words: Iterable[str]) -> str | None:
    """The password that it takes; empty if it needs none, None if it does not answer or takes none of them."""
    said = await _said(host, port, "")
    if not said.startswith("-NOAUTH"):
        # What loads its data or lacks its master has let us in, too.
        return "" if said and not said.startswith("-DENIED") else None
    for word in words:
        if (await _said(host, port, word)).startswith("+OK"):
            return word
    return None


async def _said(host: str, port: int, word: str) -> str:
    """The first line of a server's answer to AUTH, or to PING without a word; empty if there is none in time."""
    request: list[Any] = ["AUTH", word] if word else ["PING"]
    encoded = [str(each).encode() for each in request]
    text = b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(each), each) for each in encoded)
    try:
        async with asyncio.timeout(_ANSWER_S):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(text)
                return (await reader.readline()).decode(errors="replace")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return ""
