"""Cluster: a deployment in a live cluster, as a target of checks: objects are listed once, commands run by exec.

One value is one snapshot; create another one to read again.
"""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import TYPE_CHECKING

from redismanifests.prove.checks.askable import Answer
from redismanifests.prove.checks.probe import NotVerifiedError
from redismanifests.prove.live.batch import Batch
from redismanifests.prove.live.reading import NEVER, is_builtin, resources
from redismanifests.prove.live.trouble import ClusterError, ForbiddenError, NotFoundError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redismanifests.core.object import Object
    from redismanifests.prove.live.kubectl import Kubectl
    from redismanifests.prove.live.trouble import Refusal

AT_ONCE = 12
"""Commands at the same time: a kubectl needs 50 ms of CPU, and waits otherwise."""
CONNECTED_S = 10.0
"""Seconds for kubectl, API server and kubelet, in addition to the command: 3 s were seen on an overloaded node."""
_OPTIONAL = {
    "Node": "nodes",
    "StorageClass": "storageclasses",
    "PriorityClass": "priorityclasses",
    "CustomResourceDefinition": "customresourcedefinitions",
}
"""Kinds of the cluster: read if permitted; a Role of one namespace cannot permit them."""


class Cluster:
    """A cluster behind kubectl, as a target of checks."""

    def __init__(self, kubectl: Kubectl, objects: Iterable[Object], secrets: Iterable[str] = ()) -> None:
        """``objects`` as rendered determine the kinds to read; ``secrets`` may be read. Nothing is read yet."""
        self._secrets = frozenset(secrets)
        self.refused: dict[Refusal, None] = {}
        """Missing permissions, in the order in which they were needed."""
        self._kubectl = kubectl
        self._resources = resources(objects)
        self._listed: dict[str, asyncio.Task[tuple[Object, ...]]] = {}
        self._reading: asyncio.Task[dict[str, tuple[Object, ...]]] | None = None
        self._free = asyncio.Semaphore(AT_ONCE)
        self._exec_refused = ""
        self._batches: dict[tuple[str, str], Batch] = {}

    async def begin(self) -> None:
        """Read all objects; raises ClusterError if no API server answers or the namespace does not exist."""
        await self._read()

    async def get(self, kind: str, name: str) -> Object | None:
        """The live object of that kind and name; raises NotVerifiedError if the kind may not be read.

        A Secret that may be read has the names of its keys, without values.
        """
        if kind == "Secret" and name in self._secrets:
            return await self._secret(name)
        return next((item for item in await self.listed(kind) if item["metadata"]["name"] == name), None)

    async def _secret(self, name: str) -> Object | None:
        try:
            keys = await self._kubectl.secret_keys(name)
        except ForbiddenError as error:
            self.refused[error.refusal] = None
            raise NotVerifiedError(error.fact) from None
        if keys is None:
            return None
        return {"kind": "Secret", "metadata": {"name": name}, "data": dict.fromkeys(keys, "")}

    async def listed(self, kind: str) -> tuple[Object, ...]:
        """All live objects of a kind; raises NotVerifiedError if they may not, or must not, be read."""
        if kind in NEVER:
            raise NotVerifiedError(f"no {kind} is ever read")
        if kind == "ServerVersion":
            return await self._version()
        found = await self._read()
        if kind in found:
            return found[kind]
        if kind not in self._listed:
            self._listed[kind] = asyncio.create_task(self._one_more(kind))
        return await self._listed[kind]

    async def exec(self, pod: str, container: str, argv: Sequence[str], limit_s: float) -> Answer:
        """Run a command in a container; raises NotVerifiedError if that is not permitted."""
        found = (await self._read()).get("Pod")
        if found is not None and (why := _not_running(found, pod, container)):
            return Answer(1, why)
        if (pod, container) not in self._batches:
            self._batches[pod, container] = Batch(partial(self._exec, pod, container))
        return await self._batches[pod, container].exec(argv, limit_s)

    async def _exec(self, pod: str, container: str, argv: Sequence[str], limit_s: float) -> Answer:
        async with self._free:
            if self._exec_refused:
                raise NotVerifiedError(self._exec_refused)
            try:
                return await self._kubectl.exec(pod, container, argv, limit_s + CONNECTED_S)
            except ForbiddenError as error:
                self.refused[error.refusal] = None
                self._exec_refused = error.fact
                raise NotVerifiedError(error.fact) from None

    async def _read(self) -> dict[str, tuple[Object, ...]]:
        if self._reading is None:
            self._reading = asyncio.create_task(self._everything())
        return await self._reading

    async def _everything(self) -> dict[str, tuple[Object, ...]]:
        builtin = [kind for kind, resource in self._resources.items() if is_builtin(resource)]
        # An unknown resource makes its whole call fail, so it gets a call of its own.
        calls = [["Pod"], *_halves([kind for kind in builtin if kind != "Pod"])]
        calls += [[kind] for kind in self._resources if kind not in builtin]
        found: dict[str, tuple[Object, ...]] = {}
        for each in await asyncio.gather(self._namespace(), *(self._list(kinds) for kinds in calls)):
            found |= each
        return found

    async def _namespace(self) -> dict[str, tuple[Object, ...]]:
        name = self._kubectl.namespace
        try:
            found = await self._kubectl.get("namespace", name)
        except ForbiddenError as error:
            self.refused[error.refusal] = None
            return {}
        if found is None:
            raise NotFoundError(
                f"there is no namespace {name} in this cluster",
                "create it, or name another with --namespace, or another cluster with --context",
            )
        return {"Namespace": (found,)}

    async def _list(self, kinds: Sequence[str]) -> dict[str, tuple[Object, ...]]:
        by_resource = {self._resources[kind]: kind for kind in kinds}
        try:
            listing = await self._kubectl.listed(*by_resource)
        except UnreachableError:
            raise
        except ClusterError:
            if all(map(is_builtin, by_resource)):
                raise
            # The cluster does not have the kind, so it has no object of it.
            return dict.fromkeys(kinds, ())
        refused = {f"{each.resource}.{each.group}".rstrip("."): each for each in listing.refused}
        self.refused |= dict.fromkeys(listing.refused)
        return {
            kind: tuple(item for item in listing.objects if item["kind"] == kind)
            for resource, kind in by_resource.items()
            if resource not in refused
        }

    async def _version(self) -> tuple[Object, ...]:
        """The release of the API server, as an object: every authenticated user may read it."""
        said = await self._kubectl.run("version", "--output=json")
        try:
            name = json.loads(said.output)["serverVersion"]["gitVersion"]
        except (ValueError, KeyError, TypeError):
            raise NotVerifiedError("the server does not report its version") from None
        return ({"kind": "ServerVersion", "metadata": {"name": str(name)}},)

    async def _one_more(self, kind: str) -> tuple[Object, ...]:
        if kind in _OPTIONAL:
            listing = await self._kubectl.listed(_OPTIONAL[kind])
            if not listing.refused:
                return listing.objects
            raise NotVerifiedError(f"{listing.refused[0].user} may not {listing.refused[0]}")
        resource = self._resources.get(kind, "").partition(".")[0] or f"{kind.lower()}s"
        for each in self.refused:
            if each.resource == resource:
                raise NotVerifiedError(f"{each.user} may not {each}")
        raise NotVerifiedError(f"no {kind} was read")


def _halves(kinds: Sequence[str]) -> list[list[str]]:
    """kubectl lists one resource after the other; two processes need half the time."""
    return [list(kinds[::2]), list(kinds[1::2])]


def _not_running(pods: Iterable[Object], pod: str, container: str) -> str:
    """The reason why no command can run in a container; empty if it runs."""
    found = next((item for item in pods if item["metadata"]["name"] == pod), None)
    if found is None:
        return f"there is no pod {pod}"
    statuses = found.get("status", {}).get("containerStatuses") or []
    state = next((each.get("state") or {} for each in statuses if each["name"] == container), {})
    if "running" in state:
        return ""
    waiting = state.get("waiting") or state.get("terminated") or {}
    why = waiting.get("reason") or found.get("status", {}).get("phase", "Pending")
    return f"container {container} of {pod} does not run: {why}"
