"""Cluster: a deployment in a live cluster, as probes ask it: everything of interest listed once, commands by exec.

One value is one moment: who wants to look again makes another. What must not come in: judgement, waiting.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from redismanifests.live.batch import Batch
from redismanifests.live.reading import NEVER, is_builtin, resources
from redismanifests.live.trouble import ClusterError, ForbiddenError, NotFoundError, UnreachableError
from redismanifests.probes.askable import Answer
from redismanifests.probes.probe import NotVerifiedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redismanifests.live.kubectl import Kubectl
    from redismanifests.live.trouble import Refusal
    from redismanifests.probes.askable import Object

AT_ONCE = 12
"""Commands at the same time: a kubectl takes 50 ms of a core, and waits for the rest of its time."""
CONNECTED_S = 10.0
"""For kubectl, the API server and the kubelet, beside what a command takes: 3 s were seen on a node at its end."""
_OPTIONAL = frozenset({"Node"})
"""Belongs to the cluster: asked for where it helps, and a Role for one namespace cannot grant it."""


class Cluster:
    """What is asked of the cluster behind a kubectl."""

    def __init__(self, kubectl: Kubectl, objects: Iterable[Object]) -> None:
        """``objects`` as rendered: they say which kinds to read. Nothing is asked yet."""
        self.refused: dict[Refusal, None] = {}
        """Permissions that turned out to be missing, in the order in which they were missed."""
        self._kubectl = kubectl
        self._resources = resources(objects)
        self._listed: dict[str, asyncio.Task[tuple[Object, ...]]] = {}
        self._reading: asyncio.Task[dict[str, tuple[Object, ...]]] | None = None
        self._free = asyncio.Semaphore(AT_ONCE)
        self._exec_refused = ""
        self._batches: dict[tuple[str, str], Batch] = {}

    async def begin(self) -> None:
        """Read all objects; raises ClusterError where no API server answers or the namespace is not there."""
        await self._read()

    async def get(self, kind: str, name: str) -> Object | None:
        """The live object of that kind and name; raises NotVerifiedError where that kind may not be read."""
        return next((item for item in await self.listed(kind) if item["metadata"]["name"] == name), None)

    async def listed(self, kind: str) -> tuple[Object, ...]:
        """All live objects of a kind; raises NotVerifiedError where they may not, or shall not, be read."""
        if kind in NEVER:
            raise NotVerifiedError(f"no {kind} is ever read")
        found = await self._read()
        if kind in found:
            return found[kind]
        if kind not in self._listed:
            self._listed[kind] = asyncio.create_task(self._one_more(kind))
        return await self._listed[kind]

    async def exec(self, pod: str, container: str, argv: Sequence[str], limit_s: float) -> Answer:
        """Run a command in a container; raises NotVerifiedError where that may not be done."""
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
        # What the cluster may not know spoils the call that it is in, so it gets one of its own.
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
            # The cluster does not know the kind, so there is nothing of it.
            return dict.fromkeys(kinds, ())
        refused = {f"{each.resource}.{each.group}".rstrip("."): each for each in listing.refused}
        self.refused |= dict.fromkeys(listing.refused)
        return {
            kind: tuple(item for item in listing.objects if item["kind"] == kind)
            for resource, kind in by_resource.items()
            if resource not in refused
        }

    async def _one_more(self, kind: str) -> tuple[Object, ...]:
        if kind in _OPTIONAL:
            listing = await self._kubectl.listed(f"{kind.lower()}s")
            if not listing.refused:
                return listing.objects
            raise NotVerifiedError(f"{listing.refused[0].user} may not {listing.refused[0]}")
        resource = self._resources.get(kind, "").partition(".")[0] or f"{kind.lower()}s"
        for each in self.refused:
            if each.resource == resource:
                raise NotVerifiedError(f"{each.user} may not {each}")
        raise NotVerifiedError(f"no {kind} was read")


def _halves(kinds: Sequence[str]) -> list[list[str]]:
    """One kubectl asks for one resource after the other; two take half as long."""
    return [list(kinds[::2]), list(kinds[1::2])]


def _not_running(pods: Iterable[Object], pod: str, container: str) -> str:
    """Why nothing can be run in a container; empty where it runs."""
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
