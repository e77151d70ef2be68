"""Scaling: another number of pods: who comes and goes when, what becomes of votes, and which claims stay.

Both StatefulSets mount the list of members, so both are rolled. With Parallel pods that are too many are deleted all at
once, and in the same moment the first of those that stay is replaced (pkg/controller/statefulset, Kubernetes 1.32).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Severity
from redismanifests.core.values.duration import Duration
from redismanifests.judge.update.identity import component, name, namespace
from redismanifests.profile.derived.recovery import failover_ms
from redismanifests.profile.formulas.votes import majority

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.object import Manifest
    from redismanifests.core.sources.source import Source
    from redismanifests.profile.model import Profile

NO_MAJORITY_WHILE_SCALED = FindingKind(
    "RM206",
    "no-majority-while-scaled",
    Severity.WARNING,
    """
    So many Sentinels go at once that those that stay are no majority of those that were, until the first of them
    has been replaced. Sentinels count every one that they know, dead or alive: no one can be elected meanwhile. A
    hand-over needs no election and works; the death of a master is answered when that Sentinel is back.

    One Sentinel fewer at a time keeps a majority at every moment.

    Source: sentinel.c, sentinelGetLeader; docs/operations.md, Scaling.
    """,
    waivable=False,
)

PODS_ADDED = FindingKind(
    "RM204",
    "pods-added",
    Severity.NOTE,
    """
    The profile asks for more pods than there are. The new ones start at once and are ready before the first of the
    old ones is replaced; then both StatefulSets are rolled, one pod at a time, because all of them have the list of
    members. The master gives its role away before it is replaced, also to a pod that it has never heard of.

    A claim of a former pod of that name is used again, with what it holds: it is overwritten by the copy.

    Source: docs/operations.md, Scaling; rehearsals redis-scaled-up and sentinels-scaled.
    """,
    waivable=False,
)

PODS_REMOVED = FindingKind(
    "RM205",
    "pods-removed",
    Severity.WARNING,
    """
    The profile asks for fewer pods than there are. Those with the highest ordinals go, all at once, and beside them
    the first of those that stay is replaced. A master among them gives its role to one that stays; Sentinel moves one
    replica at a time, and one that is gone holds that place until failoverTimeout. Until then the Sentinel that leads
    names the old master to some clients. With a master on a pod that stays it is a rollout like any other. Sentinels
    forget removed members within a minute.

    Their claims stay (storage.retention.whenScaled), and so do their Services, which kubectl apply does not delete.

    Source: docs/operations.md, Scaling; rehearsals redis-scaled-down and sentinels-scaled.
    """,
    waivable=False,
)


def changes(profile: Profile, source: Source, old: Manifest, new: Manifest) -> Iterator[Finding]:
    """What another number of replicas of a StatefulSet means while it is applied."""
    before, after = (int(each["spec"].get("replicas", 1)) for each in (old, new))
    path = (component(new), "replicas")
    votes = _votes(new, before, after)
    if 0 < before < after:
        fact = (
            f"{_pods(new, before, after)} start first and {_copies(new)}; then every other pod of both StatefulSets is "
            f"replaced, one at a time{votes}"
        )
        fix = f"apply when a rollout may run, and wait for it: {_status(new)}"
        yield PODS_ADDED.at(source, path, fact, fix)
    elif 0 < after < before:
        claims = [
            f"{each['metadata']['name']}-{name(new)}-{ordinal}"
            for each in new["spec"].get("volumeClaimTemplates") or ()
            for ordinal in range(after, before)
        ]
        retention = new["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
        kept = claims if retention.get("whenScaled", "Retain") == "Retain" else []
        fact = (
            f"{_pods(new, after, before)} are deleted at once, and {name(new)}-{after - 1} is replaced beside them: "
            f"{before - after + 1} of {before} are away{votes}"
        )
        fact += f"; claims that stay: {', '.join(kept)}" if kept else ""
        fix = f"apply when all pods are ready, and wait for the end: {_status(new)}"
        if component(new) == "redis":
            pause = Duration(_removed_ms(profile))
            fact += f"; a master among those that go may cost {pause} without writes"
            delete = f"kubectl -n {namespace(new)} delete pod {name(new)}-{before - 1}"
            fix = f"first let a pod that stays be master: while one that goes is, delete it ({delete})\n{fix}"
        if kept:
            fix += f"\nthen remove what no one uses: kubectl -n {namespace(new)} delete pvc {' '.join(kept)}"
        yield PODS_REMOVED.at(source, path, fact, fix)
        left = after - 1
        if component(new) == "sentinel" and left < majority(before):
            steps = "\n".join(
                f"set sentinel.replicas to {number}, apply, wait: {_status(new)}"
                for number in range(before - 1, after - 1, -1)
            )
            fact = (
                f"{left} of {before} Sentinels are left until {name(new)}-{after - 1} is back, and a failover needs "
                f"{majority(before)}: a master that dies meanwhile is replaced only then"
            )
            yield NO_MAJORITY_WHILE_SCALED.at(source, path, fact, f"one at a time:\n{steps}")


def _removed_ms(profile: Profile) -> int:
    """A master that is removed gives its role away, and Sentinel looks for replicas that are gone.

    It moves one replica at a time. One that is gone and that it still knows holds that place until failover-timeout;
    until then the Sentinel that leads names the old master (measured with 9 s: 7 to 14 s, with 30 s: 34 s).
    """
    waits = profile.redis.min_replicas_to_write > 0
    crash = failover_ms(profile.sentinel.down_after.milliseconds, hangs=False, waits_for_replica=waits)
    return crash + profile.sentinel.failover_timeout.milliseconds


def _pods(item: Manifest, first: int, end: int) -> str:
    return ", ".join(f"{name(item)}-{ordinal}" for ordinal in range(first, end))


def _copies(item: Manifest) -> str:
    return "copy the data set" if component(item) == "redis" else "join the others"


def _votes(item: Manifest, before: int, after: int) -> str:
    if component(item) != "sentinel":
        return ""
    return f"; a majority is {majority(after)} of {after} instead of {majority(before)} of {before}"


def _status(item: Manifest) -> str:
    """Both StatefulSets have the name of the deployment, one of them with an ending."""
    instance = item["metadata"]["labels"]["app.kubernetes.io/instance"]
    return (
        f"kubectl -n {namespace(item)} rollout status statefulset/{instance} && kubectl -n {namespace(item)} rollout "
        f"status statefulset/{instance}-sentinel"
    )
