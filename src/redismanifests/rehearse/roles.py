"""Roles: what every Redis takes itself for, sampled from the node over TCP.

Why: the picture of a failover is who was master when, and two that take writes at once are the fault that costs data.
Sampled from the node, which no scenario cuts off. What must not come in: judgement; redis-cli, a process per sample.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from redismanifests.rehearse.topology import members

if TYPE_CHECKING:
    from redismanifests.probes.workload import Workload
    from redismanifests.rehearse.cluster import Cluster

SAMPLE_S = 0.2
_ANSWER_LIMIT_S = 0.5
MASTER, REFUSING, REPLICA, DETACHED = (
    "master",
    "master that refuses writes",
    "replica",
    "replica without master",
)
LOADING, SILENT, DOWN = "loading", "silent", "down"
"""Silent: its connections are open and nothing answers. Down: nothing listens."""


class Roles:
    """The roles of a workload's pods while they change; each change is an event."""

    def __init__(self, cluster: Cluster, workload: Workload) -> None:
        """Sampling begins at once and ends with the rehearsal."""
        self._cluster = cluster
        self._workload = workload
        self._now: dict[str, str] = {}
        self._since = 0.0
        self._two: list[tuple[float, float]] = []
        for pod in members(workload):
            cluster.site.tasks.create_task(self._watch(pod))

    async def _watch(self, pod: str) -> None:
        client: Redis | None = None
        address = ""
        while True:
            found = self._cluster.pods.get(pod)
            kubelet = found.kubelets.get(self._workload.container) if found else None
            role = DOWN
            if found and kubelet and kubelet.container and kubelet.container.running():
                if client is None or found.ip != address:
                    client, address = _client(found.ip, self._workload.port), found.ip
                role = await _role(client)
            self._turn(pod, role)
            await asyncio.sleep(SAMPLE_S)

    def _turn(self, pod: str, role: str) -> None:
        if self._now.get(pod) == role:
            return
        two, now = self._writable() > 1, time.time()
        self._now[pod] = role
        self._cluster.site.emit("Role", pod, role)
        if two:
            self._two.append((self._since, now))
        self._since = now

    def _writable(self) -> int:
        return sum(role == MASTER for role in self._now.values())

    def two_writable_s(self, since: float) -> float:
        """How long two masters took writes at once, from ``since`` (seconds since 1970) on."""
        two = [*self._two, *([(self._since, time.time())] if self._writable() > 1 else [])]
        return sum(max(0.0, ends - max(begins, since)) for begins, ends in two)


def _client(host: str, port: int) -> Redis:
    return Redis(
        host=host,
        port=port,
        socket_timeout=_ANSWER_LIMIT_S,
        socket_connect_timeout=_ANSWER_LIMIT_S,
        # A pod that changes its role drops every connection; that is not down.
        retry=Retry(NoBackoff(), 1),
        decode_responses=True,
    )


async def _role(client: Redis) -> str:
    asking = client.pipeline(transaction=False)
    asking.info("replication")
    asking.config_get("min-replicas-to-write")
    try:
        info, config = await asking.execute(raise_on_error=False)
    except BusyLoadingError:
        return LOADING
    except RedisTimeoutError:
        return SILENT
    except (RedisError, OSError):
        return DOWN
    return LOADING if isinstance(info, BusyLoadingError) else _told(info, config)


def _told(info: Any, config: Any) -> str:
    """The role in INFO; a CONFIG or INFO that is refused tells nothing."""
    if not isinstance(info, dict):
        return SILENT
    if info.get("role") == "master":
        needed = int(config.get("min-replicas-to-write", 0)) if isinstance(config, dict) else 0
        return MASTER if int(info.get("min_slaves_good_slaves", needed)) >= needed else REFUSING
    return REPLICA if info.get("master_link_status") == "up" else DETACHED
