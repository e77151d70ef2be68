"""Progress: whether a start goes on, and what holds it up.

Why: a container that ends again and again in the same way never becomes ready, and waiting for it says nothing new. The
back-off of the kubelet hides that: the fourth try comes after half a minute, the sixth after five.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Probing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.prove.rehearse.foreign.login import Logins
    from redismanifests.prove.rehearse.measure.topology import Topology
    from redismanifests.prove.toycluster.cluster import Cluster
    from redismanifests.prove.toycluster.pods.kubelet import Kubelet

_EXITS = 3
"""Of one container: after so many it is expected to end again."""
_STILL_S = 35.0
"""Without any change while a container keeps ending: longer than DNS keeps a refusal, and than the second back-off."""
_QUIET_S = 60.0
"""Without any change where all containers run: longer than any Sentinel waits for its next look at a replica."""


def containers(cluster: Cluster, name: str) -> Iterator[tuple[str, Kubelet]]:
    """Every container of a set's pods that was started, init containers first, with a name for messages."""
    for pod in cluster.sets[name].pods.values():
        for container, kubelet in (*pod.initialising.items(), *pod.kubelets.items()):
            yield f"{pod.name}/{container}", kubelet


def unsettled(cluster: Cluster) -> Iterator[str]:
    """Why a set is not settled: its containers that are not ready, else what its controller still waits for."""
    for name, each in cluster.sets.items():
        if each.settled():
            continue
        yield f"{name} is not settled"
        for called, kubelet in containers(cluster, name):
            if not kubelet.ready:
                yield f"{called} ({kubelet.restarts} restarts) is not ready: {kubelet.reason}"


def held_up(cluster: Cluster, logins: Logins) -> Iterator[str]:
    """What explains everything else that is wrong, if anything does."""
    yield from causes(cluster)
    for role in sorted(logins.refused):
        yield f"{role} asks for a password, and none of those in the objects is right"


def causes(cluster: Cluster) -> tuple[str, ...]:
    """Each container that keeps ending, with how it ended last."""
    return tuple(
        f"{name} ended {kubelet.ended_at_once} times at once: {kubelet.ended}"
        for each in cluster.sets
        for name, kubelet in containers(cluster, each)
        if kubelet.ended_at_once >= _EXITS and not kubelet.ready
    )


class Progress:
    """What has changed since the start, as far as it brings the deployment nearer to being healthy."""

    def __init__(self, cluster: Cluster) -> None:
        """Of a cluster to which everything was applied."""
        self._cluster = cluster
        probing = [Probing.of(each.spec) for each in cluster.sets.values()]
        longest_s = max(each.delay_s + each.periods_s for each in probing)
        self._quiet_s = max(_QUIET_S, longest_s + _STILL_S)
        self._last: object = None
        self._since = time.monotonic()

    def over(self, seen: Topology) -> bool:
        """Whether nothing has changed for too long."""
        now = frozenset(
            (
                name,
                kubelet.restarts < _EXITS and kubelet.ready,
                min(kubelet.restarts, 2),
                kubelet.ended_at_once > 0,
            )
            for each in self._cluster.sets
            for name, kubelet in containers(self._cluster, each)
        )
        ending = bool(causes(self._cluster))
        # A server that ends again and again answers in between, which is no progress.
        state = (now, seen.master, 0 if ending else len(seen.problems))
        if state != self._last:
            self._last, self._since = state, time.monotonic()
        limit = _STILL_S if ending else self._quiet_s
        return time.monotonic() - self._since > limit
