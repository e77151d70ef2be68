"""Roles: what every Redis takes itself for and whether every Sentinel answers, sampled from the node over TCP.

The picture of a failover shows the master over time; two that accept writes at the same time lose data.
Sampled from the node, which no scenario cuts off.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from redismanifests.core.steady import steady_now
from redismanifests.prove.result.drill import Role

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from redis.asyncio import Redis

    from redismanifests.prove.checks.workload import Workload
    from redismanifests.prove.rehearse.bench.deployment import Deployment
    from redismanifests.prove.toycluster.cluster import Cluster

SAMPLE_S = 0.2
RESOLUTION_S = 2 * SAMPLE_S
"""Pods are sampled one by one, so a change of two of them may seem to overlap for this time."""
_ANSWER_LIMIT_S = 0.5


class Roles:
    """The roles of all pods while they change; each change is an event."""

    def __init__(self, cluster: Cluster, deployment: Deployment) -> None:
        """Sampling begins at once and ends with the rehearsal."""
        self._cluster = cluster
        self._now: dict[str, Role] = {}
        self._since = 0.0
        self._two: list[tuple[float, float]] = []
        self._engine = ""
        self._watched: set[str] = set()
        self.watch(deployment)

    def watch(self, deployment: Deployment) -> None:
        """Sample every pod of it, those too that came with a change."""
        for workload, ask in ((deployment.redis, self._redis), (deployment.sentinel, _sentinel)):
            for pod in workload.pods:
                lane = deployment.lane(workload, pod)
                if lane not in self._watched:
                    self._watched.add(lane)
                    self._cluster.site.tasks.create_task(self._watch(pod, lane, workload, ask))

    async def _watch(
        self, pod: str, lane: str, workload: Workload, ask: Callable[[Redis], Awaitable[Role]]
    ) -> None:
        client: Redis | None = None
        address = ""
        while True:
            found = self._cluster.pods.get(pod)
            kubelet = found.kubelets.get(workload.container) if found else None
            role = Role.DOWN
            if found and kubelet and kubelet.container and kubelet.container.running():
                if client is None or found.ip != address:
                    options = self._cluster.site.access.options(sentinel=ask is _sentinel)
                    client = _client(found.ip, workload.port, options)
                    address = found.ip
                role = await _answered(ask, client)
                if role is Role.DOWN:
                    # The next one logs in with what is known by then.
                    await client.aclose()
                    client = None
            self._turn(lane, role)
            await asyncio.sleep(SAMPLE_S)

    async def _redis(self, client: Redis) -> Role:
        asking = client.pipeline(transaction=False)
        asking.info("replication")
        asking.config_get("min-replicas-to-write")
        info, config = await asking.execute(raise_on_error=False)
        if isinstance(info, Exception):
            raise info
        if not self._engine:
            self._engine = engine_told(await client.info("server"))
            self._cluster.site.emit("Engine", "", self._engine)
        return _role(info, config)

    def _turn(self, lane: str, role: Role) -> None:
        if self._now.get(lane) == role:
            return
        two, now = self._writable() > 1, steady_now()
        self._now[lane] = role
        self._cluster.site.emit("Role", lane, role)
        if two:
            self._two.append((self._since, now))
        self._since = now

    def _writable(self) -> int:
        return sum(role == Role.MASTER for role in self._now.values())

    def two_writable_s(self, since: float) -> float:
        """How long two masters took writes at once, from ``since`` (seconds since 1970) on."""
        two = [*self._two, *([(self._since, steady_now())] if self._writable() > 1 else [])]
        return sum(max(0.0, ends - max(begins, since)) for begins, ends in two)


def _client(host: str, port: int, options: dict[str, Any]) -> Redis:
    # Scenarios are listed by a command that must do so at once, and without the optional packages.
    from redis.asyncio import Redis  # noqa: PLC0415
    from redis.asyncio.retry import Retry  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415

    return Redis(
        host=host,
        port=port,
        socket_timeout=_ANSWER_LIMIT_S,
        socket_connect_timeout=_ANSWER_LIMIT_S,
        # A pod that changes its role drops every connection; that is not down.
        retry=Retry(NoBackoff(), 1),
        decode_responses=True,
        **options,
    )


async def _answered(ask: Callable[[Redis], Awaitable[Role]], client: Redis) -> Role:
    from redis import exceptions  # noqa: PLC0415

    try:
        return await ask(client)
    except exceptions.BusyLoadingError:
        return Role.LOADING
    except exceptions.TimeoutError:
        return Role.SILENT
    except (exceptions.RedisError, OSError):
        return Role.DOWN


async def _sentinel(client: Redis) -> Role:
    await client.ping()
    return Role.SENTINEL


def _role(info: Any, config: Any) -> Role:
    """The role in INFO; a refused CONFIG has no result."""
    if info["role"] == "master":
        needed = int(config.get("min-replicas-to-write", 0)) if isinstance(config, dict) else 0
        return Role.MASTER if int(info.get("min_slaves_good_slaves", needed)) >= needed else Role.REFUSING
    return Role.REPLICA if info.get("master_link_status") == "up" else Role.DETACHED


def engine_told(server: Any) -> str:
    """Name and version, as the running server reports them; Valkey also reports a version of Redis."""
    if "valkey_version" in server:
        return f"Valkey {server['valkey_version']}"
    return f"Redis {server['redis_version']}"
